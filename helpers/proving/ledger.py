"""Write `solutions/ledger.md`: every number of the decks that a lecture computes again, beside what it computes."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed

from helpers.datasets import available
from helpers.evidence.row import AGREES, Row
from helpers.lectures import lecture_named
from helpers.paths import SOLUTIONS

PATH = SOLUTIONS / "ledger.md"
EXACT = 1e-6  # a row with a smaller tolerance is about equality; the digits below it are the machine's


@dataclass(frozen=True)
class Entry:
    """A row with what was computed for it: a number, or a text, as it stands in the ledger."""

    row: Row
    computed: str
    verdict: str


def rows_of(lecture: str) -> list[Row]:
    """The rows that a lecture declares in its `ledger`."""
    name = f"{lecture_named(lecture).package}.ledger"
    return importlib.import_module(name).ROWS if importlib.util.find_spec(name) else []


def compute(row: Row) -> Entry:
    """Compute one row now."""
    value = row.compute()
    return Entry(row, _shown(row, value), row.verdict(value))


def computable(row: Row) -> bool:
    """Whether the data that a row needs are on this computer."""
    return row.needs is None or available(row.needs)


def written(path: Path = PATH) -> dict[tuple[str, str, str], tuple[str, str]]:
    """What a ledger on disk says: {(what, deck, slide says): (course computes, verdict)}."""
    if not path.exists():
        return {}
    lines = re.findall(r"^\| (.+) \|$", path.read_text(encoding="utf-8"), re.MULTILINE)
    cells = [re.split(r"(?<!\\) \| ", line) for line in lines]
    rows = [[cell.replace(r"\|", "|") for cell in row] for row in cells if len(row) == 7 and row[0] != "what"]
    return {(row[0], row[1], row[2]): (row[3], row[5]) for row in rows}


def identity(row: Row) -> tuple[str, str, str]:
    """What tells a row from every other."""
    return row.key, row.deck, _number(row.slide_says)


def ledger_table(lectures: Sequence[str], path: Path = PATH) -> str:
    """The text of a ledger. A row whose data set is not here keeps what the ledger on disk says of it."""
    known = written(path)
    lines = [
        "# The slide says, the computer says",
        "",
        "Built by `course build`; do not edit. Each line is a number or a statement of one of the source decks, "
        "computed again by the code of a lecture. *Agrees* means that the two differ by no more than the tolerance; "
        "*other setting*, that they differ and the deck does not say how its number came about; *erratum*, that the "
        "slide is wrong. Lines that need a data set are computed where it is present.",
    ]
    tasks = [
        (lecture, number) for lecture in lectures for number, row in enumerate(rows_of(lecture)) if computable(row)
    ]
    computed = dict(zip(tasks, Parallel(n_jobs=-1)(delayed(_computed)(*task) for task in tasks), strict=True))
    for lecture in lectures:
        rows = rows_of(lecture)
        if rows:
            entries = [
                Entry(row, *computed[lecture, number]) if (lecture, number) in computed else _kept(row, known)
                for number, row in enumerate(rows)
            ]
            lines += ["", f"## {lecture}", "", _summary(entries), ""]
            lines += ["| what | deck | slide says | course computes | tolerance | verdict | note |", "|" + "---|" * 7]
            lines += [_line(entry) for entry in entries]
    return "\n".join(lines) + "\n"


def _computed(lecture: str, number: int) -> tuple[str, str]:
    entry = compute(rows_of(lecture)[number])
    return entry.computed, entry.verdict


def _kept(row: Row, known) -> Entry:
    computed, verdict = known.get(identity(row), ("not computed yet", f"needs {row.needs}"))
    return Entry(row, computed, verdict)


def _summary(entries: list[Entry]) -> str:
    counts = Counter(entry.verdict for entry in entries)
    ordered = sorted(counts, key=lambda verdict: (verdict != AGREES, verdict))
    return f"{len(entries)} lines: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in ordered) + "."


def _line(entry: Entry) -> str:
    row = entry.row
    note = f"{row.note} Needs the data set {row.needs}.".strip() if row.needs else row.note
    tolerance = "" if isinstance(row.slide_says, str) else f"{row.tolerance:g}"
    cells = [row.key, row.deck, _number(row.slide_says), entry.computed, tolerance, entry.verdict, note]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _shown(row: Row, value) -> str:
    if isinstance(value, str):
        return value
    if 0 < row.tolerance < EXACT and row.verdict(value) == AGREES:
        return _number(row.slide_says)
    digits = max(2, len(_number(row.slide_says).partition(".")[2]))
    return f"{value:.{digits}f}" if abs(value) >= 0.05 or value == 0 else f"{value:.1e}"


def _number(value) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"
