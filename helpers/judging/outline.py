"""Say of an answer only what may be known before it is marked: that it runs, and type and shape of its results."""

from __future__ import annotations

from helpers.sandbox.observe import Observation

from .advice import about_exception
from .compare import Difference
from .examination import Examination, problems
from .examples import LONGEST_CALL, written_call
from .exercise import Exercise, Question
from .parts import UNDECIDED, PartResult, plain_text, status_of

RUNS = "It runs, and its results have the right type and shape. Whether they are right is told when it is marked."
_RUNGS = ("raised", "type", "shape")


def outline(examination: Examination, observations: list[Observation]):
    """The status and the sentence: that it runs, or the first thing that is wrong with how it runs."""
    for i, problem in enumerate(problems(examination, observations)):
        if problem is not None and problem.rung in _RUNGS:
            return status_of(problem), _said(examination, observations[i], problem, i)
    return UNDECIDED, RUNS


def undecided(exercise: Exercise | Question) -> tuple[PartResult, ...]:
    """The parts of what is judged later."""
    return tuple(PartResult(name, 0, points, UNDECIDED) for name, points in exercise.points_by_part.items())


def _said(examination: Examination, seen: Observation, problem: Difference, i: int) -> str:
    name, call = examination.exercise.name, examination.trials[i].call
    advice = about_exception(seen, call, name) if problem.rung == "raised" else ""
    written = written_call(name, call)
    where = f"For `{written}`: " if len(written) <= LONGEST_CALL and "\n" not in written else ""
    return " ".join(filter(None, (where + plain_text(problem.sentence), advice)))
