"""Marking by hand: the answers to one exercise on one page, without names, and the decisions that come back from it.

The page and the table beside it name an answer by a code, which only this gradebook can turn into a student. What a
person decides is filled into either, and recorded by `course adjust DIR --csv FILE`.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from helpers.judging.exercise import TAKEN_COLUMNS, Criterion, Free
from helpers.lectures import exercises_of
from helpers.templates import FOLDER, render

from .exports.roster import read_rows
from .exports.tables import as_number
from .free_answers import Cell, answer_to
from .gradebook import BONUS, Decision, Gradebook, GradebookError
from .handed_in import HandedInBook
from .papers import Entry, class_papers
from .tables import write_csv

FOLDER_NAME = "by-hand"
ANONYMOUS, COMMENT = TAKEN_COLUMNS[:-1], TAKEN_COLUMNS[-1]  # at both ends of the table; between them the criteria
NAMED = ("student", "lecture", "exercise", "points", "why")
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0", "")
_CODE_DIGITS = 10


@dataclass(frozen=True)
class Answer:
    """One answer on the page: its code, what was handed in, and what was decided so far."""

    code: str
    cells: list[Cell]
    status: str
    points: dict[str, float]
    comment: str


@dataclass(frozen=True)
class Collected:
    """What was written, and sentences about what was not."""

    paths: tuple[Path, ...]
    answers: int
    undecided: int
    remarks: tuple[str, ...]


def collect(book: Gradebook, out: Path, lecture: str, exercise_name: str) -> Collected:
    """Write the page and the table of one exercise to `out/by-hand/<lecture>/`. Raises `GradebookError`.

    A table that is there already may hold what somebody decided, so it stays; only the page is written anew.
    """
    exercise = _exercise(book, lecture, exercise_name)
    answers, remarks = [], []
    with HandedInBook(out) as handed_in:
        for entry in _entries(book, lecture, exercise_name):
            cells = handed_in.cells(book.digest(entry.student, lecture), lecture)
            if cells is None:
                if entry.verdict.status not in ("missing", "unreadable"):
                    remarks.append(f"what {entry.student} handed in is not kept yet; run course grade again")
                continue
            known = _as_decided(entry, exercise)
            own = [cell for cell in answer_to(exercise_name, cells, lecture) if cell.source.strip() or cell.pictures]
            answers.append(Answer(_code(book, entry), own, entry.verdict.word, *known))
    answers.sort(key=lambda answer: answer.code)  # an order that says nothing about the students
    folder = out / FOLDER_NAME / lecture
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    page, table = folder / f"{exercise_name}.html", folder / f"{exercise_name}.csv"
    _write_page(page, book, exercise, answers)
    if table.exists():
        remarks.append(f"{table} stays as it is: it may hold what you decided. Rename it to have a new one")
    else:
        rows = [
            [a.code, lecture, exercise_name, *(_cell(a.points, c) for c in _rubric(exercise)), a.comment]
            for a in answers
        ]
        write_csv(table, [[*ANONYMOUS, *(c.name for c in _rubric(exercise)), COMMENT], *rows])
    undecided = sum(not answer.points for answer in answers)
    return Collected((page, table), len(answers), undecided, tuple(remarks))


def read_decisions(book: Gradebook, path: Path) -> list[Decision]:
    """The decisions in a table, without those that are in force already. Raises `GradebookError`, naming the row.

    Two kinds are understood: with student, lecture, exercise, points and why (and bonus: yes), and the one of
    `collect`, of which rows without any points are passed over.
    """
    try:
        rows = read_rows(path)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        advice = (
            "save it as “CSV UTF-8”" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", error)
        )
        raise GradebookError(f"{path} cannot be read: {advice}") from error
    columns = [column.strip().lower() for column in rows[0]] if rows else []
    if twice := [column for column, count in Counter(columns).items() if column and count > 1]:
        raise GradebookError(f"{path} has two columns {twice[0]!r}; keep the one that counts")
    if not set(ANONYMOUS) <= set(columns) and not set(NAMED) <= set(columns):
        raise GradebookError(
            f"the first row of {path} should hold the headings {', '.join(NAMED)}; or it is a table that "
            "course collect wrote"
        )
    decisions, in_force, codes, seen = [], book.adjustments(), {}, {}
    for line, row in enumerate(rows[1:], 2):
        cells = dict(zip(columns, [cell.strip() for cell in row] + [""] * len(columns), strict=False))
        if not any(cells.values()):
            continue
        try:
            if any(cell.strip() for cell in row[len(columns) :]):
                raise GradebookError('there are more cells than headings; a text with commas needs quotes: "..."')
            decision = _anonymous_decision(book, cells, codes) if "answer" in columns else _named_decision(book, cells)
            if decision is None:
                continue
            book.check_decision(decision)
            key = (decision.student, decision.lecture, decision.exercise)
            other, before = seen.setdefault(key, (line, decision))
            if decision != before:
                raise GradebookError(f"row {other} decides otherwise about the same; keep one of them")
            if other != line:
                continue
        except GradebookError as error:
            raise GradebookError(f"{path}, row {line}: {error}. No row was recorded") from error
        known = in_force.get((decision.student, decision.lecture, decision.exercise))
        if known is None or (known.points, known.why.removeprefix(BONUS)) != (decision.points, decision.why):
            decisions.append(decision)
    return decisions


def free_exercises(book: Gradebook, lecture: str) -> list[str]:
    """The exercises of a lecture that a person marks. Raises `GradebookError` if there are none."""
    _known(book, lecture)
    names = [exercise.name for exercise in exercises_of(lecture) if isinstance(exercise, Free)]
    if not names:
        raise GradebookError(
            f"{lecture} has no exercise that only a person can mark; name the one that you want to read"
        )
    return names


def waiting(papers) -> dict[tuple[str, str], int]:
    """How many answers wait for a person, by lecture and exercise."""
    found: dict[tuple[str, str], int] = {}
    for paper in papers:
        for entry in paper.entries:
            if entry.verdict.status == "to be marked" and not entry.adjustment:
                key = (paper.lecture, entry.verdict.exercise)
                found[key] = found.get(key, 0) + 1
    return found


def _named_decision(book: Gradebook, cells: dict[str, str]) -> Decision:
    student = book.named(cells["student"])
    if student not in book.students():  # our own tables put a sign before a name that a spreadsheet would compute
        student = book.named(student.removeprefix("'"))
    points = as_number(cells["points"])
    if points is None:
        raise GradebookError(f"{cells['points'] or 'an empty cell'} is no number of points")
    told = cells.get("bonus", "").lower()
    if told not in (*_YES, *_NO):
        raise GradebookError(f"bonus is yes or no, not {told!r}")
    bonus = told in _YES
    return Decision(student, cells["lecture"], cells["exercise"], points, cells["why"], bonus)


def _anonymous_decision(book: Gradebook, cells: dict[str, str], codes: dict) -> Decision | None:
    lecture, name = cells["lecture"], cells["exercise"]
    exercise = _exercise(book, lecture, name)
    if (lecture, name) not in codes:
        codes[lecture, name] = {_code(book, entry): entry.student for entry in _entries(book, lecture, name)}
    if cells["answer"] not in codes[lecture, name]:
        raise GradebookError(f"{cells['answer']!r} is no answer to {name} in this gradebook")
    rubric, given = _rubric(exercise), {}
    if absent := [criterion.name for criterion in rubric if criterion.name.lower() not in cells]:
        raise GradebookError(f"there is no column {', '.join(absent)}; give the columns their names back")
    for criterion in rubric:
        text = cells.get(criterion.name.lower(), "")
        if text and (as_number(text) is None or not 0 <= as_number(text) <= criterion.points):
            raise GradebookError(f"{criterion.name} is worth 0 to {criterion.points} points, not {text}")
        if text:
            given[criterion.name] = as_number(text)
    if not given:
        return None
    if left := [criterion.name for criterion in rubric if criterion.name not in given]:
        raise GradebookError(f"there are no points for {', '.join(left)}; fill them in, or empty the row")
    why = _reason(exercise, given, cells.get(COMMENT, ""))
    return Decision(codes[lecture, name][cells["answer"]], lecture, name, sum(given.values()), why)


def _exercise(book: Gradebook, lecture: str, name: str):
    _known(book, lecture)
    for exercise in exercises_of(lecture):
        if exercise.name == name:
            return exercise
    raise GradebookError(
        f"{lecture} has no exercise {name!r}; it has {', '.join(e.name for e in exercises_of(lecture))}"
    )


def _known(book: Gradebook, lecture: str) -> None:
    if lecture not in book.lectures():
        raise GradebookError(f"the gradebook has no lecture {lecture!r}; it has {', '.join(book.lectures()) or 'none'}")


def _entries(book: Gradebook, lecture: str, exercise: str) -> list[Entry]:
    papers = (paper for paper in class_papers(book) if paper.lecture == lecture)
    return [entry for paper in papers for entry in paper.entries if entry.verdict.exercise == exercise]


def _rubric(exercise) -> tuple[Criterion, ...]:
    return exercise.rubric if isinstance(exercise, Free) else (Criterion("points", exercise.points),)


def _reason(exercise, points: dict[str, float], comment: str) -> str:
    """The reason of a decision as its student reads it: the rubric's points, then the comment."""
    if not isinstance(exercise, Free):
        return comment or "Marked by hand."
    rows = ", ".join(f"{c.name} {points[c.name]:g}/{c.points}" for c in exercise.rubric)
    return f"{rows}: {comment}" if comment else rows


def _read_reason(exercise, why: str) -> tuple[dict[str, float], str] | None:
    """What `_reason` made a reason of; None for a reason that was written otherwise."""
    if not isinstance(exercise, Free):
        return None
    rows = ", ".join(rf"{re.escape(c.name)} ([\d.]+)/{c.points}" for c in exercise.rubric)
    match = re.fullmatch(f"{rows}(?:: (.*))?", why, re.DOTALL)
    if match is None:
        return None
    *points, comment = match.groups()
    return dict(zip((c.name for c in exercise.rubric), map(float, points), strict=True)), comment or ""


def _as_decided(entry: Entry, exercise) -> tuple[dict[str, float], str]:
    if not entry.adjustment:
        return {}, ""
    if not isinstance(exercise, Free):
        return {"points": entry.adjustment.points}, entry.adjustment.why
    return _read_reason(exercise, entry.adjustment.why) or ({}, entry.adjustment.why)


def _code(book: Gradebook, entry: Entry) -> str:
    """The code of an answer; without the gradebook's secret, it tells nothing about the student."""
    secret = book.settings().get("anonymity")
    if secret is None:
        book.set(anonymity=(secret := secrets.token_hex(16)))
    text = "\0".join((secret, entry.student, entry.lecture, entry.verdict.exercise))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_CODE_DIGITS]


def _cell(points: dict[str, float], criterion: Criterion) -> str:
    return f"{points[criterion.name]:g}" if criterion.name in points else ""


def _write_page(path: Path, book: Gradebook, exercise, answers: list[Answer]) -> None:
    script = (FOLDER / "by_hand.js").read_text(encoding="utf-8")
    reasons = [_read_reason(exercise, why) or ({}, why) for why in book.reasons(exercise.lecture, exercise.name)]
    used = [(points, comment) for points, comment in reasons if comment]
    used += [({}, comment) for comment in getattr(exercise, "comments", ())]
    page = render(
        "by_hand.html",
        exercise=exercise,
        rubric=_rubric(exercise),
        answers=answers,
        comments=list({(comment, *points.items()): (points, comment) for points, comment in used}.values()),
        columns=ANONYMOUS,
        # So that a browser keeps what was typed for two classes apart.
        book=hashlib.sha256(book.settings().get("anonymity", "").encode()).hexdigest()[:_CODE_DIGITS],
        script=Markup(script),
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with open(temporary, "x", encoding="utf-8", errors="replace") as file:
        file.write(page)
    os.replace(temporary, path)
