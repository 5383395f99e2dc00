"""What each part of an exercise earns, and which parts prove nothing by themselves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from helpers.sandbox.observe import Observation, identical

from .compare import Difference
from .examination import FAR_TOO_MUCH, OUT_OF_MEMORY, Examination, Raises, asked, problems, public_examination
from .exercise import UNTOUCHED, Exercise

CORRECT, WRONG, NOT_ATTEMPTED, ERROR = "correct", "wrong", "not attempted", "error"
MEMORY_LIMIT, OUTPUT_LIMIT = "memory limit", "output limit"
PARTLY_RIGHT = "partly right"
UNDECIDED = "not judged yet"

RUNGS = ("raised", "type", "shape", "overflow", "value", "changed")
IT_CHANGED_AN_INPUT = "It changed an array that it was given. Work on a new one."
ALL_PUBLIC_PASS = (
    "All inputs of `check` pass; new inputs of the same kind do not. "
    "Does the answer treat some inputs, sizes or values specially?"
)
_NEW_ONES_FAIL = "The inputs of `check` pass here; new inputs of the same kind do not."
_COUNTS_ONCE = "Counts once"
_SEED = 1  # of a grading, to see which inputs it shares with `check`


@dataclass(frozen=True)
class PartResult:
    """What one part of an exercise earned."""

    part: str
    points: float
    max_points: float
    status: str
    message: str = ""

    @property
    def waits(self) -> bool:
        """Whether it was not judged yet, because it proves nothing before another part is right."""
        return self.status != CORRECT and self.message.startswith(_COUNTS_ONCE)


def judge_parts(examination, observations, found: Sequence[Difference | None], ending: str) -> tuple[PartResult, ...]:
    """The result of every part. `found` holds what is wrong with each observation; `ending` is why some are missing."""
    exercise = examination.exercise
    names = [(name, points) for name, points in exercise.points_by_part.items() if name != UNTOUCHED]
    parts = [_judge_part(name, points, examination, found, ending) for name, points in names]
    if any(part.status != CORRECT for part in parts):
        parts = _those_that_count(examination, observations, found, parts)
    unfinished = (ending or ERROR) if len(observations) < len(examination.trials) else ""
    return (*parts, _judge_untouched(exercise, observations, parts[0], unfinished))


def status_of(problem: Difference) -> str:
    if problem.sentence == OUT_OF_MEMORY:
        return MEMORY_LIMIT
    if problem.sentence == FAR_TOO_MUCH:
        return OUTPUT_LIMIT
    return ERROR if problem.rung == "raised" else WRONG


def counts_once(part: str) -> str:
    """The sentence about a part that is not judged yet."""
    return f"{_COUNTS_ONCE} `{part}` is right."


def leading_rung(rungs: Sequence[str]) -> str:
    """The rung to speak of: the lowest that makes half of all problems, or else the most frequent.

    An exception on an edge case is not what is most worth knowing of an answer that is wrong everywhere.
    """
    if "value" in rungs:  # where a value is wrong, nobody is told that it is right but for an overflow
        rungs = [rung for rung in rungs if rung != "overflow"]
    often = [rung for rung in RUNGS if 2 * rungs.count(rung) >= len(rungs)]
    return often[0] if often else max(RUNGS, key=rungs.count)


def plain_text(text: str) -> str:
    """Text without control characters, so that no terminal obeys it."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def _judge_part(name, points, examination, found, ending) -> PartResult:
    mine = [i for i, trial in enumerate(examination.trials) if trial.part == name]
    wrong = [i for i in mine if i < len(found) and found[i]]
    if wrong:
        # What an answer does on fresh inputs stays general: its text could carry the inputs out.
        shown = [i for i in wrong if examination.trials[i].public]
        rung = leading_rung([found[i].rung for i in shown or wrong])
        worst = next(found[i] for i in shown or wrong if found[i].rung == rung)
        message = plain_text(worst.sentence) if shown else _fresh_only(examination, found)
        return PartResult(name, 0, points, status_of(worst), message)
    if any(i >= len(found) for i in mine) or not mine:
        return PartResult(name, 0, points, ending or ERROR)
    return PartResult(name, points, points, CORRECT)


def _fresh_only(examination, found) -> str:
    public = any(problem and trial.public for trial, problem in zip(examination.trials, found, strict=False))
    return _NEW_ONES_FAIL if public else ALL_PUBLIC_PASS


def _judge_untouched(exercise, observations, first: PartResult, unfinished: str) -> PartResult:
    points = exercise.untouched_points
    if any(seen.changed for seen in observations):
        return PartResult(UNTOUCHED, 0, points, WRONG, IT_CHANGED_AN_INPUT)
    if unfinished or first.status != CORRECT:
        return PartResult(UNTOUCHED, 0, points, unfinished or first.status, counts_once(first.part))
    return PartResult(UNTOUCHED, points, points, CORRECT)


# Parts that count only beside another one.


def _those_that_count(examination, observations, found, parts: list[PartResult]) -> list[PartResult]:
    """The parts, some of them as not judged yet.

    A part that needs no idea counts once one that needs an idea is right. A part that asks what calls have to do with
    each other, such as whether a generator in the same state gives the same numbers, is not judged while the numbers
    themselves are wrong.
    """
    alone = [part for part in parts if part.part in parts_with_an_idea(examination.exercise)]
    idea = next((part for part in alone if part.status == CORRECT), None)
    waiting = alone[0] if alone and idea is None else None
    counted = []
    for part in parts:
        on = None
        if part.status == CORRECT:
            on = waiting if part not in alone else None
        elif part is not parts[0] and parts[0].status != CORRECT and _not_asked(examination, observations, found, part):
            on = parts[0]
        counted.append(replace(part, points=0, status=on.status, message=counts_once(on.part)) if on else part)
    return counted


def _not_asked(examination, observations, found, part: PartResult) -> bool:
    """Whether a part that makes one call twice failed by each of its calls alone."""
    trials = examination.trials
    mine = [i for i in range(len(found)) if trials[i].part == part.part and trials[i].judge is not None]
    calls = [trials[i].call.values() for i in mine]
    if not any(identical(one, other) for one, other in itertools.pairwise(calls)):
        return False
    return all(_wrong_alone(examination, observations[i], found[i], i) for i in mine if found[i])


def _wrong_alone(examination, seen: Observation, problem: Difference, i: int) -> bool:
    if problem.rung != "value" or seen.outcome != "returned" or examination.exercise.uses_keras:
        return True
    trial, expected = examination.trials[i], examination.expectations[i]
    if isinstance(expected, Raises):
        return True
    return asked(trial.judge, trial.call, seen.value, None, None, expected) is not None


@cache
def parts_with_an_idea(exercise: Exercise) -> frozenset[str]:
    """The parts that prove something by themselves; all of them if none does.

    The others ask the same of everybody, so that a table of the public results answers them, or an answer without any
    thought passes them: one exception for all calls, one value, zeros, the input as it is.
    """
    examination = public_examination(exercise)
    names = {part.name for part in exercise.parts}
    thoughtless = _passed_without_thought(examination)
    return frozenset(parts_with_new_inputs(exercise) - thoughtless) or frozenset(names)


@cache
def parts_with_new_inputs(exercise: Exercise) -> frozenset[str]:
    """The parts whose inputs are others in every grading."""
    if exercise.new_inputs is not None:
        return exercise.new_inputs
    one, other = exercise.public_trials, exercise.new_trials(_SEED)
    names = {part.name for part in exercise.parts}
    return frozenset(name for name in names if not _same_calls(_calls_of(name, one), _calls_of(name, other)))


def _calls_of(name, trials):
    return [trial.call for trial in trials if trial.part == name]


def _same_calls(one, other) -> bool:
    return len(one) == len(other) and all(
        identical(list(a.arguments), list(b.arguments)) and identical(a.keywords, b.keywords)
        for a, b in zip(one, other, strict=True)
    )


def _passed_without_thought(examination: Examination) -> set[str]:
    if examination.exercise.uses_keras:
        return set()  # what is no model is no answer
    passed = set()
    names = {trial.part for trial in examination.trials}
    for reply in _THOUGHTLESS:
        seen = [
            reply(trial, expected) for trial, expected in zip(examination.trials, examination.expectations, strict=True)
        ]
        wrong = {t.part for t, p in zip(examination.trials, problems(examination, seen), strict=True) if p}
        passed |= names - wrong
    for name in names:
        mine = [e for t, e in zip(examination.trials, examination.expectations, strict=True) if t.part == name]
        passed |= {name} if all(type(e) is type(mine[0]) and _identical(e, mine[0]) for e in mine) else set()
    return passed


def _identical(a, b) -> bool:
    return a == b if isinstance(a, Raises) else identical(a, b)


def _returned(value) -> Observation:
    return Observation("returned", value)


def _of_the_right_shape(fill):
    def reply(trial, expected):
        items = expected if isinstance(expected, tuple) else (expected,)
        filled = tuple(
            fill(item) if isinstance(item, np.ndarray | np.generic | float | int) else None for item in items
        )
        return _returned(filled if isinstance(expected, tuple) else filled[0])

    return reply


_THOUGHTLESS = (
    lambda trial, expected: Observation("raised", error=getattr(expected, "name", "ValueError")),
    _of_the_right_shape(np.zeros_like),
    _of_the_right_shape(np.ones_like),
    lambda trial, expected: _returned(next(iter(trial.call.values()), None)),
    lambda trial, expected: _returned([]),
)
