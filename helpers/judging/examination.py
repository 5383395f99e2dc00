"""The calls that an answer faces, and what is wrong with each of its replies."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from helpers.sandbox.observe import Call, Observation, observe
from helpers.sandbox.recipes import apply

from . import networks
from .advice import about_result
from .compare import Difference, described, described_result, difference
from .examples import written_call
from .exercise import Exercise, Mistake, Trial

OUT_OF_MEMORY = "It ran out of memory."
FAR_TOO_MUCH = "It returned far more than was asked for."


@dataclass(frozen=True)
class Raises:
    """The expectation that a call raises this exception."""

    name: str


class Unknown:
    """Stands for a value of which nothing is known here, but that there is one; nothing equals it."""


class Replies:
    """What a known mistake does at each trial.

    For a learner who waits, only the replies that are asked for are found out: most mistakes are ruled out by the first
    of them. A grading knows all of them beforehand, because it judges in threads, and calls take note of warnings,
    which only one thread at a time can do.
    """

    def __init__(self, mistake: Mistake, trials: list[Trial]):
        self._function, self._trials = mistake.function, trials
        self._found: dict[int, Observation] = {}

    def __getitem__(self, i: int) -> Observation:
        if i not in self._found:
            self._found[i] = observe(self._function, self._trials[i].call)
        return self._found[i]

    def get_all(self) -> list[Observation]:
        return [self[i] for i in range(len(self._trials))]


class Examination:
    """The calls that an answer will face, with all that is known about them before it is seen.

    Built once and used for every answer: `trials`, the oracle's `expectations` and what each known mistake does.
    Without a `seed` the trials are the public ones of `check`; with one, those and fresh ones.
    """

    def __init__(self, exercise: Exercise, seed: int | None = None):
        self.exercise = exercise
        self.trials = exercise.public_trials if seed is None else exercise.fresh_trials(seed)
        self.expectations = [_expectation(exercise, trial.call) for trial in self.trials]
        self.known = {mistake: self._replies(mistake) for mistake in exercise.mistakes}
        # Mistakes with models are known by their judges alone: to run them, the grader would have to load Keras.
        if seed is not None and not exercise.uses_keras:
            for replies in self.known.values():
                replies.get_all()
        self._lengths: dict[int, int] = {}

    def _replies(self, mistake: Mistake):
        return Replies(mistake, self.trials) if mistake.replies is None else mistake.replies

    def length_of_call(self, i: int) -> int:
        """How many characters one would type to make a call again. To find that out takes longer than to judge it."""
        if i not in self._lengths:
            self._lengths[i] = len(written_call(self.exercise.name, self.trials[i].call))
        return self._lengths[i]

    @property
    def calls(self) -> list[Call]:
        return [trial.call for trial in self.trials]

    @cached_property
    def public(self) -> Examination:
        """The part of it that `check` holds."""
        part, count = copy.copy(self), sum(trial.public for trial in self.trials)
        part.trials, part.expectations = self.trials[:count], self.expectations[:count]
        return part


@cache
def public_examination(exercise: Exercise) -> Examination:
    """The examination that `check` holds: the same for every learner."""
    return Examination(exercise)


def readable(exercise: Exercise, observations: list[Observation]) -> list[Observation]:
    """The observations, with models as the networks that they describe."""
    if not exercise.uses_keras:
        return observations
    return [replace(seen, value=networks.read(seen.value)) for seen in observations]


def problems(examination: Examination, observations: list[Observation]) -> Iterator[Difference | None]:
    """What is wrong with each of the calls that were answered, one after the other."""
    exercise, part, before = examination.exercise, None, None
    for trial, expected, seen in zip(examination.trials, examination.expectations, observations, strict=False):
        if trial.part != part:
            part, before = trial.part, None
        problem, judged = _problem(exercise, trial, expected, seen, before)
        yield problem
        # Random values are judged by what they share with those of the call before, if those could be judged at all.
        before = (trial.call, seen.value) if judged else None


def problem_with(exercise: Exercise, trial: Trial, expected, seen: Observation) -> Difference | None:
    """What is wrong with one reply that is not judged by what came before."""
    return _problem(exercise, trial, expected, seen, None)[0]


@np.errstate(all="ignore")  # what is odd about a value is for the judge to say, not for NumPy
def asked(judge, call: Call, value, before, found: Difference | None, expected=None) -> Difference | None:
    """What a judge says of a value. `found` is how the value departs from the oracle's in type and shape.

    A judge computes with values, and there are values that nobody can compute with. What it stumbles over is a fault of
    the value, unless that has the type and shape of a right one: then the fault is the judge's own, and is raised.
    """
    try:
        return judge(call, value, before)
    except Exception:
        if found is None or found.rung == "value":
            raise
        wanted = described(expected, shaped=False)
        return Difference("type", f"It returned {described_result(value)}; {wanted} cannot be read from that.")


def left_to(judge, found: Difference | None) -> bool:
    """Whether a judge can judge values: with `any_shape` those of any shape, with `any_type` of any type."""
    able = {"value": True, "shape": getattr(judge, "any_shape", False), "type": getattr(judge, "any_type", False)}
    return found is None or able.get(found.rung, False)


def _expectation(exercise: Exercise, call: Call):
    try:
        return apply(exercise.oracle, call.arguments, call.keywords)
    except ValueError as error:  # what a docstring promises to raise
        return Raises(type(error).__name__)


def _problem(exercise, trial: Trial, expected, seen: Observation, before) -> tuple[Difference | None, bool]:
    """What is wrong with one reply, and whether the part's judge has judged it."""
    if seen.outcome != "returned":
        return _without_a_value(exercise, trial, expected, seen), False
    if isinstance(expected, Raises):
        return Difference("value", f"It should raise {expected.name} for this input."), False
    if isinstance(expected, Unknown):
        return None, False
    if exercise.uses_keras:
        return asked(trial.judge, trial.call, seen.value, before, None), True
    found = difference(expected, seen.value, exercise.tolerance.for_precision_of(trial.call.values()))
    if trial.judge and left_to(trial.judge, found):
        return asked(trial.judge, trial.call, seen.value, before, found, expected), True
    if found is None and trial.no_overflow and seen.overflow:
        return Difference("overflow", "The value is right, but the way to it overflows (NumPy warns)."), False
    return found, False


def _without_a_value(exercise, trial, expected, seen: Observation) -> Difference | None:
    if seen.outcome == "raised":
        if isinstance(expected, Raises) and seen.error == expected.name:
            return None
        if seen.error == "MemoryError":
            return Difference("raised", OUT_OF_MEMORY)
        text = f"{seen.error}: {seen.message}" if seen.message else seen.error
        return Difference("raised", f"It raised {text}".rstrip(".") + ".")
    if seen.outcome == "not attempted":
        return Difference("raised", "It raised NotImplementedError for this input.")
    if seen.outcome == "too large":
        return Difference("type", FAR_TOO_MUCH)
    return Difference("type", _unsendable(exercise, trial, expected, seen.error))


def _unsendable(exercise, trial, expected, type_name: str) -> str:
    if type_name == "CourseHelper":
        return "It uses the course's own `helpers`; an answer stands on NumPy, SciPy and scikit-learn."
    if isinstance(expected, Raises):
        sentence = f"It should raise {expected.name} for this input."
        return f"{sentence} It returns one: write `raise`." if type_name == expected.name else sentence
    if isinstance(expected, Unknown):
        return f"A value of type `{type_name}` came back, which cannot be judged."
    if exercise.uses_keras:
        return f"A value of type `{type_name}` came back; a Keras model is expected."
    return about_result(type_name, expected, shaped=not getattr(trial.judge, "any_shape", False))
