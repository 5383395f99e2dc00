"""The marks by student and lecture, and tables of them that a spreadsheet shows and never computes."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..class_file import class_of
from ..gradebook import Gradebook
from ..papers import Paper, class_papers
from ..tables import safe_cell, write_csv


class ExportError(Exception):
    """This cannot be exported as asked; nothing was written. The message says what to change."""


@dataclass(frozen=True)
class Marks:
    """The points that count (decisions of people included), and the most that each lecture gives.

    None stands where the gradebook has nothing: nothing was handed in, and nobody decided.
    """

    max_points: dict[str, float]  # by lecture, in the order of the course
    points: dict[str, dict[str, float | None]]  # by student, then by lecture
    papers: Mapping[tuple[str, str], Paper] = field(default_factory=dict)  # by student and lecture
    due: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # extensions included

    @property
    def lectures(self) -> tuple[str, ...]:
        return tuple(self.max_points)

    def excused(self, student: str | None, lecture: str) -> bool:
        """Whether `course.toml` leaves this lecture out of this student's total."""
        paper = self.papers.get((student, lecture))
        return paper is not None and paper.excused

    def excuses(self) -> list[str]:
        """Everybody who is excused, with the lectures, for systems in whose files no excuse can be written."""
        return [
            f"{student} is excused from {lecture}" for student, lecture in self.papers if self.excused(student, lecture)
        ]


@dataclass(frozen=True)
class Exported:
    """What an export came to: the files, sentences for the person, and the students who are not in the main file."""

    paths: tuple[Path, ...]
    remarks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Change:
    """A cell of the other system's table that this export fills in: whose, in which column, from what to what."""

    who: str
    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.who}, {self.column}: {self.before.strip() or 'empty'} → {self.after}"


@dataclass(frozen=True)
class Table:
    """What an export writes, before it is written."""

    rows: list[list[str]]
    remarks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


class AsItStood(str):
    """A cell that another system's file had already, and that goes back into it unchanged."""


def marks_of(book: Gradebook, only: str | None = None) -> Marks:
    """The marks of a class, of one lecture alone if `only` names it. Raises `ExportError` if there are none."""
    max_points: dict[str, float] = {}
    points: dict[str, dict[str, float]] = {student: {} for student in book.students()}
    papers, due, class_ = {}, {}, class_of(book.folder)
    for paper in class_papers(book):
        if only in (None, paper.lecture):
            papers[key := (paper.student, paper.lecture)] = paper
            if moment := class_.due(*key)[0]:
                due[key] = moment
            max_points[paper.lecture] = max(max_points.get(paper.lecture, 0.0), paper.max_points)
            known = paper.submission is not None or paper.decided
            points[paper.student][paper.lecture] = paper.points if known else None
    if not max_points:
        known = ", ".join(book.lectures()) or "none"
        raise ExportError(f"the gradebook has no marks{f' of {only}' if only else ''}; it has lectures: {known}")
    return Marks(max_points, points, papers, due)


def number(points: float | None) -> str:
    """Points as every system reads them: a decimal point, no more digits than needed; "" where there are none."""
    return "" if points is None else f"{points:.10g}"


def as_number(text: str) -> float | None:
    """What a cell says, with a decimal point or a decimal comma; None if it is no number."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def is_said_in_words(cell: str) -> bool:
    """Whether another system says something in a cell of marks that is no number: an excuse, a letter, a scale."""
    return cell.strip() not in ("", "-") and as_number(cell) is None


def same(before: str, after: str) -> bool:
    """Whether a cell says the same as another one, however it writes its number."""
    one, other = as_number(before), as_number(after)
    return before.strip() == after.strip() if one is None or other is None else round(one - other, 2) == 0


def inert(text: str) -> str:
    """Text as it is, unless a spreadsheet would compute it (then `'` stands before it) or a control character is in it.

    Unlike in our own tables, marks of direction and joiners stay: they belong to names. A formula behind them counts as
    one, because a program may drop them. A lone "-" computes nothing; Moodle writes it for "never".
    """
    if text == "-" or (isinstance(text, AsItStood) and as_number(text.strip().removesuffix("%")) is not None):
        return text
    if isinstance(text, AsItStood) and text[:1] in ("-", "+") and not set(text) & set("=@|!(\t\r\n"):
        return text  # a comment such as "-1 for style": it calls nothing, and would come back as another text
    lines = "\r\n" if isinstance(text, AsItStood) else ""  # of a comment
    kept = "".join(c if c.isprintable() or _invisible(c) or c in lines else " " for c in text)
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
