"""What a person looks at: `likeness.html`, two answers side by side, and `likeness.csv`, every pair."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from helpers.templates import render

from ..free_answers import printable
from ..inert import safe_cell, write_csv
from ..outputs import replace_file, write_text
from .pairs import Alike, Likeness, Pair

PAGE, TABLE = "likeness.html", "likeness.csv"
_RAREST = 1e-6  # beyond this the figure would only look exact
MOST_SHOWN = 50  # pairs on the page; the table has all


@dataclass(frozen=True)
class Line:
    """A line of code as shown; `match` is the number of the statement of the other answer that does the same, or ""."""

    text: str
    match: str


def write(found: Likeness, out: Path) -> None:
    """Write the page and the table into the folder of the class."""
    listed = found.listed[:MOST_SHOWN]
    page = render(
        "likeness.html",
        found=found,
        shown=[(pair, [(alike, *side_by_side(alike)) for alike in pair.exercises]) for pair in listed],
        often=how_often,
    )
    replace_file(out / PAGE, lambda path: write_text(path, page))
    replace_file(out / TABLE, lambda path: write_csv(path, _rows(found)))


def how_often(pair: Pair) -> str:
    """How rarely chance makes a pair so alike, in words."""
    if pair.expected < _RAREST:
        return f"fewer than one of {1 / _RAREST:,.0f} classes"
    return f"one of about {float(f'{1 / min(pair.expected, 1):.1g}'):,.0f} classes"


def side_by_side(alike: Alike) -> tuple[list[Line], list[Line]]:
    """The lines of both answers; those that do the same, wherever they stand, have the same number."""
    numbers: dict[str, str] = {}
    for key in alike.first.keys:
        if key and key in alike.second.keys:
            numbers.setdefault(key, str(len(numbers) + 1))
    return tuple(
        [Line(printable(text), numbers.get(key, "")) for text, key in zip(answer.lines, answer.keys, strict=True)]
        for answer in (alike.first, alike.second)
    )


def _rows(found: Likeness):
    yield ["lecture", "student", "other student", "exercises compared", "pairs expected by chance", "on the list"]
    for pair in found.pairs:
        yield [
            *map(safe_cell, (pair.lecture, pair.first, pair.second)),
            len(pair.exercises),
            f"{pair.expected:.3g}",
            "yes" if pair.expected <= found.limit else "no",
        ]
