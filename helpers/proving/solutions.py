"""The lecture's own answers, as functions and as source, taken from the one place where they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import jupytext

from helpers.building.source import BEGIN, cut_answer, source_text
from helpers.judging.choices import changed, replaced
from helpers.judging.exercise import Exercise
from helpers.sandbox.cells import define


class NoSolution(LookupError):
    """A lecture's source has no marked answer to one of its exercises."""


def solution_source(lecture: str, name: str) -> str:
    """The code cell that defines the exercise's function, with its answer and the marks around it."""
    cells = [cell for cell in code_cells(lecture) if BEGIN in cell and _binds(cell, name)]
    if len(cells) != 1:
        raise NoSolution(f"{lecture} answers {name} in {len(cells)} cells; it should be one")
    return cells[0]


def stub_source(lecture: str, name: str) -> str:
    """The same cell as a learner finds it."""
    return cut_answer(solution_source(lecture, name))


def answer_source(exercise: Exercise) -> str:
    """The cell as it answers this exercise: one with a choice has other words and another answer in it."""
    source = solution_source(exercise.lecture, exercise.name)
    if not exercise.choice:
        return source
    source = replaced(source, {piece: new for piece, new in exercise.choice.texts.items() if piece in source})
    return replaced(source, exercise.choice.answer, times=1)


def answer_from(source: str, exercise: Exercise) -> Callable:
    """Run the cell that answers an exercise, and return the function."""
    function, choice = function_from(source, exercise.lecture, exercise.name), exercise.choice
    return changed(choice.changed, function) if choice and choice.changed and not choice.answer else function


def function_from(source: str, lecture: str, name: str) -> Callable:
    """Run a cell's source with the names that the lecture's answer has around it, and return the function."""
    namespace = dict(_surroundings(lecture, name))
    exec(compile(source, f"<{name}>", "exec"), namespace)
    return namespace[name]


def answer_to_question(lecture: str, name: str) -> str:
    """The letter that the lecture gives as the answer to a concept question."""
    letters = re.findall(rf'^{name} = "(\w)"', solution_source(lecture, name), re.MULTILINE)
    if len(letters) != 1:
        raise NoSolution(f"{lecture} gives {len(letters)} answers to {name}; it should be one")
    return letters[0]


@cache
def code_cells(lecture: str) -> tuple[str, ...]:
    """The code cells of a lecture's source, answers in."""
    notebook = jupytext.reads(source_text(lecture), fmt="md:myst")
    return tuple(cell.source for cell in notebook.cells if cell.cell_type == "code")


@cache
def _surroundings(lecture: str, name: str) -> dict:
    # What the grader would run for this name, and no more: imports, mostly.
    return define(list(code_cells(lecture)), name).__globals__


def _binds(cell: str, name: str) -> bool:
    return re.search(rf"^(def {name}\(|{name} = )", cell, re.MULTILINE) is not None
