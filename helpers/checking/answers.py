"""Show the course's answer and two other right ways, once everything is right."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass

from helpers.judging.exercise import Exercise, Free, Question
from helpers.templates import render

from . import progress
from .feedback import HintFeedback, Note

NOT_INSTALLED = "The course's answers are not installed here: they come with the lecture's source, `solutions/{0}.md`."

NOT_HANDED_OUT = "This hand-out holds no answers."


@dataclass(frozen=True)
class Way:
    """One right way: a sentence about it and its source."""

    sentence: str
    source: str


@dataclass(frozen=True)
class SolutionFeedback:
    """What `solution` shows of a function."""

    exercise: Exercise
    ways: tuple[Way, ...]

    def _repr_html_(self) -> str:
        return render("solution.html", exercise=self.exercise, ways=self.ways)

    def __repr__(self) -> str:
        return "\n\n".join(f"{way.sentence}\n{textwrap.indent(way.source, '    ')}" for way in self.ways)


def show(exercise: Exercise | Question, next_hint) -> SolutionFeedback | HintFeedback | Note:
    """The right ways of an exercise that is solved; what `next_hint` gives for any other."""
    if isinstance(exercise, Free):
        return Note(f"{exercise.name} is marked by a person, and has more right answers than one.")
    if not progress.is_solved(exercise):
        return next_hint(exercise)
    if isinstance(exercise, Question):
        return Note(f"{exercise.name} is {exercise.answer!r}. {exercise.why_right}".strip())
    if exercise.new_inputs is not None or exercise.choice:
        return Note(NOT_HANDED_OUT)
    source = course_s_answer(exercise)
    ways = [Way("The course's answer:", source)] if source else []  # a wheel holds no sources, but the other ways
    ways += [
        Way(inspect.cleandoc(spelling.__doc__), without_docstring(textwrap.dedent(inspect.getsource(spelling))))
        for spelling in exercise.spellings
        if spelling.__doc__
    ]
    return SolutionFeedback(exercise, tuple(ways)) if ways else Note(NOT_INSTALLED.format(exercise.lecture))


def course_s_answer(exercise: Exercise) -> str:
    """The source of the lecture's own answer, or "" where that is not installed."""
    try:
        from helpers.building.source import SourceError  # reading the sources needs packages that nothing else needs
        from helpers.proving.solutions import NoSolution, solution_source
    except ImportError:
        return ""
    try:
        return without_docstring(solution_source(exercise.lecture, exercise.name))
    except (SourceError, NoSolution, OSError):
        return ""


def without_docstring(source: str) -> str:
    """The source of a function without its docstring, and without the marks around an answer."""
    lines = source.splitlines()
    hidden = {i for i, line in enumerate(lines) if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION")}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            hidden.update(range(node.body[0].lineno - 1, node.body[0].end_lineno))
    return "\n".join(line for i, line in enumerate(lines) if i not in hidden).strip("\n")
