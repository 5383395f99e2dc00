"""Write `claims.md`: every general sentence of a lecture, for how many seeds and in which settings it holds."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from helpers.evidence.claim import Claim, Evidence, gather
from helpers.lectures import lecture_named

_HEAD = "| sentence | setting | holds | margin: middle | lowest | highest | unit | verdict |"


def claims_of(lecture: str) -> tuple[Claim, ...]:
    """The claims that a lecture declares in its `claims`."""
    name = f"{lecture_named(lecture).package}.claims"
    return importlib.import_module(name).CLAIMS if importlib.util.find_spec(name) else ()


def claims_table(lectures: Sequence[str]) -> str:
    """The text of `claims.md`."""
    lines = [
        "# Every general sentence, as an experiment",
        "",
        "Built by `course build`; do not edit. Each line is a sentence of a lecture in one setting: for how many seeds "
        "it holds, and by how much. The first setting is the lecture's own, the others are its neighbors. Where the "
        "lecture says that a sentence stops holding, the setting is named *limit*.",
    ]
    tasks = [
        (lecture, number, setting)
        for lecture in lectures
        for number, claim in enumerate(claims_of(lecture))
        for setting in (*claim.settings, *claim.limits)
    ]
    margins = dict(zip(tasks, Parallel(n_jobs=-1)(delayed(_margins)(*task) for task in tasks), strict=True))
    for lecture in lectures:
        if claims := claims_of(lecture):
            lines += ["", f"## {lecture}", "", f"{len(claims)} sentences.", "", _HEAD, "|" + "---|" * 8]
            here = [task for task in tasks if task[0] == lecture]
            lines += [
                line(Evidence(claims[number], setting, margins[lecture, number, setting]))
                for _, number, setting in here
            ]
    return "\n".join(lines) + "\n"


def _margins(lecture: str, number: int, setting: str) -> tuple[float, ...]:
    return gather(claims_of(lecture)[number], setting).margins


def line(evidence: Evidence) -> str:
    """One line of the table."""
    claim, margins = evidence.claim, evidence.margins
    setting = evidence.setting if evidence.setting in claim.settings else f"limit: {evidence.setting}"
    verdict = evidence.verdict if evidence.as_said else f"**{evidence.verdict}**"
    numbers = [shown(float(number)) for number in (np.median(margins), min(margins), max(margins))]
    cells = [claim.sentence, setting, f"{evidence.times} of {len(margins)}", *numbers, claim.unit, verdict]
    return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |"


def shown(number: float) -> str:
    """A margin with the digits that are the same on every machine."""
    return f"{number:.2g}"


def written(path: Path) -> dict[tuple[str, str], tuple[str, str, str, str]]:
    """What a table on disk says: {(sentence, setting): (holds, lowest, highest, verdict)}."""
    found = {}
    for text in re.findall(r"^\| (.+) \|$", path.read_text(encoding="utf-8"), re.MULTILINE):
        cells = [cell.replace(r"\|", "|") for cell in re.split(r"(?<!\\) \| ", text)]
        if len(cells) == 8 and cells[0] != "sentence":
            sentence, setting, holds, _, lowest, highest, _, verdict = cells
            found[sentence, setting.removeprefix("limit: ")] = (holds, lowest, highest, verdict)
    return found
