"""The marks by student and lecture, and tables of them that a spreadsheet shows and never computes."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..gradebook import Gradebook
from ..papers import class_papers
from ..tables import safe_cell, write_csv


class ExportError(Exception):
    """This cannot be exported as asked; nothing was written. The message says what to change."""


@dataclass(frozen=True)
class Marks:
    """The points that count (decisions of people included), and the most that each lecture gives."""

    max_points: dict[str, float]  # by lecture, in the order of the course
    points: dict[str, dict[str, float]]  # by student, then by lecture

    @property
    def lectures(self) -> tuple[str, ...]:
        return tuple(self.max_points)


@dataclass(frozen=True)
class Exported:
    """What an export came to: the files, sentences for the person, and the students who are not in the main file."""

    paths: tuple[Path, ...]
    remarks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def marks_of(book: Gradebook, only: str | None = None) -> Marks:
    """The marks of a class, of one lecture alone if `only` names it. Raises `ExportError` if there are none."""
    max_points: dict[str, float] = {}
    points: dict[str, dict[str, float]] = {student: {} for student in book.students()}
    for paper in class_papers(book):
        if only in (None, paper.lecture):
            max_points[paper.lecture] = max(max_points.get(paper.lecture, 0.0), paper.max_points)
            points[paper.student][paper.lecture] = paper.points
    if not max_points:
        known = ", ".join(book.lectures()) or "none"
        raise ExportError(f"the gradebook has no marks{f' of {only}' if only else ''}; it has lectures: {known}")
    return Marks(max_points, points)


def number(points: float) -> str:
    """Points as every system reads them: a decimal point, no more digits than needed."""
    return f"{points:.10g}"


def inert(text: str) -> str:
    """Text as it is, unless a spreadsheet would compute it (then `'` stands before it) or a control character is in it.

    Unlike in our own tables, marks of direction and joiners stay: they belong to names. A formula behind them counts as
    one, because a program may drop them. A lone "-" computes nothing; Moodle writes it for "never".
    """
    if text == "-":
        return text
    kept = "".join(c if c.isprintable() or _invisible(c) else " " for c in text)
    first = "".join(c for c in kept if not _invisible(c)).lstrip()[:1]
    return "'" + kept if first and safe_cell(first) != first else kept


def write_table(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Write a CSV file (UTF-8, comma, quotes where needed) beside and move it into place. Every cell is made inert."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    write_csv(temporary, ([inert(cell) for cell in row] for row in rows))
    os.replace(temporary, path)


def write_left_out(path: Path, marks: Marks, students: Iterable[str]) -> Path:
    """The marks of students who are not in the main file, so that none is lost; an old file of that name goes."""
    beside = path.with_name(f"{path.stem}.left-out.csv")
    rows = [[s, *(number(marks.points[s][name]) for name in marks.lectures)] for s in students]
    if rows:
        write_table(beside, [["student", *marks.lectures], *rows])
    else:
        beside.unlink(missing_ok=True)
    return beside


def _invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf"
