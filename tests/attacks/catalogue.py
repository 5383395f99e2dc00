"""What an entry of the catalogue is, and how it becomes something that a student hands in.

Attacks are text, never functions: they run behind the grader's walls, and nowhere else. In the text, `@HOME@`,
`@OTHER@`, `@CLASS@`, `@OUT@` and `@COURSE@` become the instructor's home, another class's folder, the submissions, the
output folder and the project.
"""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.judging.exercise import Exercise
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED
from helpers.lectures import exercise_named
from helpers.proving.solutions import answer_to_question, solution_source
from tests import classroom
from tests.classroom import LECTURE

ATTACKED = "leaky_relu"
# The honest part that stands in every notebook of the catalogue, besides the attacked exercise.
HONEST_PART = ("sigmoid", "mish", "dead_fraction", "unit_that_died")
EVERYTHING = "everything"
NOBODY = "no row"  # the status of a student who must not appear at all

RIGHT = """import numpy as np
def leaky_relu(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * x)
"""
WRONG = "def leaky_relu(x, alpha=0.01):\n    return x\n"

CATALOGUE: list[Entry] = []


@dataclass(frozen=True)
class Entry:
    """One submission: what it tries, how it is made, and what must come of it.

    `exercise` is the attacked exercise, or `EVERYTHING`; it must end with one of `statuses`: with full points if that
    is "correct", with none otherwise. Everything else in the notebook keeps the marks of the honest part.
    """

    name: str
    kind: str
    tries: str
    statuses: tuple[str, ...]
    build: Callable[[Path, str, dict[str, str]], None]
    exercise: str = ATTACKED
    student: str = ""
    in_zip: bool = False
    lecture: str = LECTURE
    full: tuple[str, ...] = ()  # if there are any, these get all points, and everything else was left alone

    @property
    def who(self) -> str:
        return self.student or self.name.replace("_", "-")

    def expected(self, name: str) -> tuple[tuple[str, ...], bool]:
        """The statuses that exercise `name` may end with, and whether it must get all its points (or none)."""
        if self.full:
            return ((CORRECT,), True) if name in self.full else ((NOT_ATTEMPTED,), False)
        if self.exercise in (name, EVERYTHING):
            unanswered = self.statuses == (CORRECT,) and name not in (*HONEST_PART, ATTACKED)
            return ((NOT_ATTEMPTED,), False) if unanswered else (self.statuses, self.statuses == (CORRECT,))
        return ((CORRECT,), True) if name in HONEST_PART else ((NOT_ATTEMPTED,), False)


def answer(kind: str, *statuses: str, to: str = ATTACKED):
    """Declare an entry by the text of the cell that answers the exercise `to`."""

    def declare(function):
        def build(folder, student, places):
            notebook = classroom.notebook_with(honest_answers() | {to: filled(function(), places)})
            classroom.write_submission(folder, student, notebook)

        _add(function, kind, statuses, build, exercise=to)
        return function

    return declare


def notebook(kind: str, *statuses: str, exercise: str = EVERYTHING, student: str = ""):
    """Declare an entry by what becomes of an honest notebook: another dict, or bytes."""

    def declare(function):
        def build(folder, who, places):
            classroom.write_submission(folder, who, function(honest_notebook()))

        _add(function, kind, statuses, build, exercise=exercise, student=student)
        return function

    return declare


def whole(lecture: str, *full: str):
    """Declare an honest entry of any lecture by what becomes of the untouched notebook; `full` is what it answers."""

    def declare(function):
        def build(folder, who, places):
            notebook = copy.deepcopy(classroom.untouched_notebook(lecture))
            changed = function(notebook)
            classroom.write_submission(folder, who, notebook if changed is None else changed, lecture)

        _add(function, "awkward", (CORRECT,), build, exercise=EVERYTHING, lecture=lecture, full=full)
        return function

    return declare


def folder(kind: str, *statuses: str, exercise: str = EVERYTHING, student: str = ""):
    """Declare an entry by a function that writes to the class folder: `function(class_folder, student, places)`."""

    def declare(function):
        _add(function, kind, statuses, function, exercise=exercise, student=student)
        return function

    return declare


def member(kind: str, *statuses: str, exercise: str = EVERYTHING, student: str = ""):
    """Declare an entry by a function that writes to the zip of a class: `function(archive, student)`."""

    def declare(function):
        def build(archive: zipfile.ZipFile, who, places):
            function(archive, who)

        _add(function, kind, statuses, build, exercise=exercise, student=student, in_zip=True)
        return function

    return declare


@cache
def solution(name: str) -> str:
    """The lecture's own answer to an exercise or a question."""
    if isinstance(exercise_named(name), Exercise):
        return solution_source(LECTURE, name)
    return f'{name} = "{answer_to_question(LECTURE, name)}"'


def honest_answers() -> dict[str, str]:
    return {name: solution(name) for name in HONEST_PART}


def honest_notebook() -> dict:
    """A notebook with right answers to the honest part and to the attacked exercise."""
    return copy.deepcopy(classroom.notebook_with(honest_answers() | {ATTACKED: RIGHT}))


def honest_bytes() -> bytes:
    return json.dumps(honest_notebook()).encode()


def code_cell(source: str) -> dict:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def cell_of(notebook: dict, name: str) -> dict:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def filled(text: str, places: dict[str, str]) -> str:
    for label, path in places.items():
        text = text.replace(f"@{label}@", path)
    return text


def _add(function, kind, statuses, build, **details) -> None:
    CATALOGUE.append(Entry(function.__name__, kind, " ".join(function.__doc__.split()), statuses, build, **details))
