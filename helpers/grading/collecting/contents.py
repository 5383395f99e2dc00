"""What a file holds: whether it is a notebook, of which lecture, and how many exercises somebody has worked on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from helpers.lectures import lecture_named, lecture_names

from ..notebook import CodeCell, Unreadable, read_notebook

_LECTURE = re.compile(rb'"lecture"\s*:\s*"(\w+)"')
_STUB = re.compile(r"(?:^|\n)\s*raise NotImplementedError(?:\(.*\))?\s*$|^\w+\s*=\s*\.\.\.\s*(?:#.*)?$")


@dataclass(frozen=True)
class Contents:
    """What a notebook tells of itself. `problem` says why it is none; `answered` counts exercises that were tried."""

    lecture: str = ""
    answered: int = 0
    problem: str = ""

    @property
    def is_notebook(self) -> bool:
        return not self.problem


def look(content: bytes, lecture: str = "") -> Contents:
    """Look into a file that is said to be a notebook of `lecture`; without one, find out which lecture it is of.

    The metadata tell; where another program took them away, most of a lecture's exercises do.
    """
    try:
        metadata, cells = read_notebook(content)
    except Unreadable as problem:
        return Contents(lecture, problem=str(problem))
    lecture = lecture or _told_by(metadata) or _of_exercises(cells)
    return Contents(lecture, _answered(lecture, cells))


def another_lecture(content: bytes, lecture: str) -> str:
    """The lecture that a notebook is of although its name says `lecture`; "" unless metadata and exercises agree."""
    told = _LECTURE.search(content)
    name = told[1].decode() if told else lecture
    if name == lecture or name not in lecture_names():
        return ""
    try:
        metadata, cells = read_notebook(content)
    except Unreadable:
        return ""
    return name if _told_by(metadata) == name == _of_exercises(cells) else ""


def _told_by(metadata: dict) -> str:
    course = metadata.get("course")
    name = course.get("lecture") if isinstance(course, dict) else None
    return name if isinstance(name, str) and name in lecture_names() else ""


def _of_exercises(cells: list[CodeCell]) -> str:
    """The lecture of whose exercises the notebook holds most, if that is at least half of them."""
    there = {lecture: len(_cells_of(lecture, cells)) for lecture in lecture_names() if stubs(lecture)}
    best = max(there, key=there.get, default="")
    if not best or 2 * there[best] < len(stubs(best)):
        return ""
    return best if sum(count == there[best] for count in there.values()) == 1 else ""


def _answered(lecture: str, cells: list[CodeCell]) -> int:
    handed_out = stubs(lecture) if lecture else {}
    if not handed_out:
        return sum(bool(cell.source.strip()) for cell in cells)
    found = _cells_of(lecture, cells)
    return sum(
        any((text := _plain(source)) != _plain(handed_out[name]) and not _STUB.search(text) for source in sources)
        for name, sources in found.items()
    )


def _cells_of(lecture: str, cells: list[CodeCell]) -> dict[str, list[str]]:
    """The cells in which each of the lecture's exercises is answered, by the exercise's name."""
    found: dict[str, list[str]] = {}
    for name in stubs(lecture):
        written = re.compile(rf"^(?:def|class)\s+{name}\b|^{name}\s*(?::[^=\n]*)?=", re.MULTILINE)
        own = [cell.source for cell in cells if cell.grade_id == name or written.search(cell.source)]
        if own:
            found[name] = own
    return found


@cache
def stubs(lecture: str) -> dict[str, str]:
    """What was handed out in the answer cell of each exercise, by the exercise's name; nothing if it is not here."""
    try:
        _, cells = read_notebook(lecture_named(lecture).handed_out.read_bytes())
    except (OSError, LookupError, Unreadable):
        return {}
    checks = {cell.grade_id for cell in cells if cell.grade_id.startswith("check_")}
    return {cell.grade_id: cell.source for cell in cells if f"check_{cell.grade_id}" in checks}


def _plain(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.splitlines()).strip()
