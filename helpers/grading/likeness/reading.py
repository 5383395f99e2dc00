"""The answers of a class as they were handed in, and the independent answers of the course.

Reading Python text can exhaust a process, or end it, if the text is made for that; so it is done in another one, with a
limit, and costs no more than the notebook that did it. Nothing that was handed in is run.
"""

from __future__ import annotations

import ast
import inspect
import multiprocessing
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.checking.answers import course_s_answer
from helpers.judging.exercise import Exercise
from helpers.lectures import functions_of, lecture_named, lecture_names
from helpers.sandbox.cells import needed_statements, remember, statements_of

from ..gradebook import Gradebook, GradebookError
from ..handed_in import NAME, HandedInBook
from ..marking import UNREADABLE
from ..notebook import Unreadable, code_cells
from .structure import Answer, answers_in, features_of

SECONDS = 20  # for one notebook


@dataclass(frozen=True)
class Answers:
    """What one person wrote for the exercises of one lecture. `year` is "" for the class itself."""

    student: str
    lecture: str
    answers: dict[str, Answer]
    year: str = ""

    @property
    def who(self) -> str:
        return f"{self.student} ({self.year})" if self.year else self.student


def read_class(out: Path, year: str = "", lectures: Iterable[str] = ()) -> tuple[list[Answers], list[str]]:
    """Everything that is kept of a class (only of `lectures`, if there are any), and sentences about what is missing.

    Raises `GradebookError` if the folder is not that of a class whose notebooks are kept.
    """
    with Gradebook(out / "gradebook.db") as book:
        papers = book.submissions()
    if papers and not (out / NAME).exists():
        raise GradebookError(
            f"{out} holds marks but no code: {out / NAME} is missing. Run course grade again on what was handed in; "
            "the marks stay, and what is read is kept"
        )
    known = lecture_names()
    compared = {paper.lecture for paper in papers if paper.lecture in known} & set(lectures or known)
    found, remarks = [], []
    if compared:
        with HandedInBook(out) as handed_in, _Reader(compared) as reader:
            for paper in papers:
                unreadable = all(verdict.status == UNREADABLE for verdict in paper.verdicts)
                if paper.lecture not in compared or unreadable:
                    continue
                whose = f"{paper.student}, {paper.lecture}{f' ({year})' if year else ''}"
                cells = handed_in.cells(paper.digest, paper.lecture)
                if cells is None:
                    remarks.append(f"{whose}: the notebook is not kept, so it is not compared; run course grade again")
                    continue
                names = [exercise.name for exercise in functions_of(paper.lecture)]
                read = reader.read([cell.source for cell in cells if cell.kind == "code"], names)
                if read is None:
                    remarks.append(
                        f"{whose}: the code cannot be taken apart within {SECONDS} s, so it is not compared; look at "
                        f"it with course show {out} {paper.student} {paper.lecture}"
                    )
                    continue
                answers, failed = read
                remarks += [
                    f"{whose}: the answer to {name} is no Python, or too large, and is not compared" for name in failed
                ]
                found.append(Answers(paper.student, paper.lecture, answers, year))
    strange = sorted({paper.lecture for paper in papers} - set(known))
    remarks += [
        f"{lecture} is no lecture that is installed here, so it is not compared; name its folder with --lectures"
        for lecture in strange
    ]
    return found, remarks


@cache
def independent_answers(exercise: Exercise) -> tuple[frozenset[str], ...]:
    """The features of each way in which the course itself answers an exercise: its solution, and its spellings."""
    sources = [course_s_answer(exercise), *map(_source_of, exercise.spellings)]
    return tuple(features_of(source) for source in sources if source)


@cache
def handed_out_features(lecture: str) -> frozenset[str]:
    """The features of all code that everybody got with this lecture."""
    features = set()
    for source in _handed_out(lecture):
        try:
            features |= features_of(source)
        except SyntaxError:  # a cell of another language
            continue
    return frozenset(features)


def _handed_out(lecture: str) -> list[str]:
    try:
        return code_cells(lecture_named(lecture).handed_out.read_bytes())
    except (OSError, Unreadable):  # not built here
        return []


def _source_of(spelling) -> str:
    """The text of a right answer with what it needs of its module; "" if it has none of its own."""
    module = inspect.getmodule(spelling)
    if module is None or not hasattr(spelling, "__name__"):
        return ""
    needed = needed_statements(_statements_of(inspect.getsource(module)), spelling.__name__)
    return "\n".join(ast.unparse(statement.node) for statement in needed)


@cache
def _statements_of(source: str) -> list:
    return statements_of(source)


class _Reader:
    """A process that takes notebooks apart; a new one where one did not answer. Use as a context manager."""

    def __init__(self, lectures: Iterable[str]):
        self._sources = [source for lecture in lectures for source in _handed_out(lecture)]
        self._pool = None

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *exception) -> None:
        self._end()

    def read(self, cells: list[str], names: list[str]) -> tuple[dict[str, Answer], list[str]] | None:
        """What `answers_in` gives; None if it does not end in time."""
        if self._pool is None:
            self._pool = multiprocessing.Pool(1, remember, (self._sources,))
        try:
            return self._pool.apply_async(answers_in, (cells, names)).get(SECONDS)
        except (multiprocessing.TimeoutError, RecursionError, MemoryError):
            self._end()
            return None

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()
            self._pool = None
