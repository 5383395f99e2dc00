"""Requests of students to look again at a mark, and what came of them. Nothing is changed by a request itself."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from .exports.roster import read_rows
from .gradebook import Gradebook, GradebookError
from .papers import Entry, class_papers

COLUMNS = ("student", "lecture", "exercise", "text")
LONGEST = 4000  # characters of a request


@dataclass(frozen=True)
class LookAgain:
    """One request. It is open until somebody answers it, or decides about the exercise after it was made."""

    number: int
    student: str
    lecture: str
    exercise: str
    text: str
    time: str
    answer: str = ""
    author: str = ""


def requests_of(book: Gradebook) -> list[LookAgain]:
    """The requests of all who are in the class, in order; a later decision is the answer to one that has none."""
    decisions, students = book.adjustments(), set(book.students())
    found = []
    for row in book.settings().get("requests", []):
        request = LookAgain(**row)
        if request.student not in students:
            continue
        decision = decisions.get((request.student, request.lecture, request.exercise))
        if not request.answer and decision and decision.time >= request.time:
            request = replace(request, answer=decision.why, author=decision.author)
        found.append(request)
    return found


def ask(book: Gradebook, rows: list[tuple[str, str, str, str]]) -> int:
    """Record requests (student, lecture, exercise, text), all or none; say how many are new.

    Raises `GradebookError`.
    """
    known, kept = _entries(book), list(book.settings().get("requests", []))
    open_ones = {(r.student, r.lecture, r.exercise, r.text) for r in requests_of(book)}
    before, now = len(kept), datetime.now(UTC).isoformat(timespec="seconds")
    for student, lecture, exercise, text in rows:
        if (student, lecture, exercise) not in known:
            raise GradebookError(f"the gradebook has no exercise {exercise!r} of {student!r} in {lecture!r}")
        if not text.strip() or len(text) > LONGEST:
            raise GradebookError(f"the request of {student} should say why, in at most {LONGEST} characters")
        if (student, lecture, exercise, text) not in open_ones:  # a form that is imported again every day
            open_ones.add((student, lecture, exercise, text))
            kept.append(asdict(LookAgain(len(kept) + 1, student, lecture, exercise, text, now)))
    book.set(requests=kept)
    return len(kept) - before


def answer(book: Gradebook, number: int, text: str, author: str) -> LookAgain:
    """Answer a request without changing a mark. Raises `GradebookError`."""
    kept = list(book.settings().get("requests", []))
    if not 1 <= number <= len(kept):
        raise GradebookError(f"there is no request {number}; there are {len(kept)}")
    if not text.strip():
        raise GradebookError("an answer needs words: the student reads them")
    kept[number - 1] |= {"answer": text, "author": author}
    book.set(requests=kept)
    return LookAgain(**kept[number - 1])


def read_requests(path: Path) -> list[tuple[str, str, str, str]]:
    """The rows of a table of requests, as a form exports it. Raises `GradebookError`."""
    try:
        rows = read_rows(path)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise GradebookError(f"{path} cannot be read ({error}); save it as “CSV UTF-8”") from error
    columns = [column.strip().lower() for column in rows[0]] if rows else []
    if not set(COLUMNS) <= set(columns):
        raise GradebookError(f"the first row of {path} should hold the headings {', '.join(COLUMNS)}")
    for line, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row[len(columns) :]):
            raise GradebookError(
                f'{path}, row {line}: there are more cells than headings; a text with commas needs quotes: "..."'
            )
    cells = (dict(zip(columns, [*row, *[""] * len(columns)], strict=False)) for row in rows[1:] if any(row))
    return [tuple(row[column].strip() for column in COLUMNS) for row in cells]


def entry_of(book: Gradebook, request: LookAgain) -> Entry | None:
    """What counts now for the exercise of a request; None if it is no longer in the gradebook."""
    return _entries(book).get((request.student, request.lecture, request.exercise))


def _entries(book: Gradebook) -> dict[tuple[str, str, str], Entry]:
    return {(e.student, e.lecture, e.verdict.exercise): e for paper in class_papers(book) for e in paper.entries}
