"""Tell which known mistake an answer makes."""

from __future__ import annotations

import re

import numpy as np

from helpers.sandbox.observe import Observation

from .compare import agree, difference, holds_text
from .examination import Examination, asked, left_to, problem_with
from .exercise import Mistake, Tolerance
from .parts import parts_with_new_inputs

_ENOUGH = 2  # wrong replies that a mistake must explain if it does not explain all


def matching_mistake(examination: Examination, observations: list[Observation], problems) -> tuple:
    """The known mistake that an answer makes, or None, and the places at which the two do the same.

    People do two things wrong at once, and one of them at the edges. So a mistake is recognised too if only edge cases
    differ from it: a minority of the calls, none of them in the first part. It must then account for most of the wrong
    replies, at least two, one of them to inputs that are drawn at random, and no other mistake may fit as well.
    """
    trials, every = examination.trials, range(len(observations))
    if not any(problem or seen.changed for problem, seen in zip(problems, observations, strict=True)):
        return None, every
    first = {i for i in every if trials[i].part == trials[0].part}
    drawn = parts_with_new_inputs(examination.exercise)
    order = sorted(every, key=lambda i: i not in first)
    nearest: list[tuple[Mistake, list[int]]] = []
    allowed = (len(order) - 1) // 2
    for mistake in examination.known:
        differing = _differing(examination, observations, mistake, order, first, allowed)
        if differing is None:
            continue
        if not differing:
            return mistake, every
        same = [i for i in every if i not in differing]
        wrong = [i for i in every if problems[i] or observations[i].changed]
        told = [i for i in wrong if i not in differing and _is_wrong(examination, mistake, i)]
        if len(told) >= _ENOUGH and 2 * len(told) > len(wrong) and any(trials[i].part in drawn for i in told):
            if len(differing) < allowed:
                nearest, allowed = [], len(differing)
            nearest.append((mistake, same))
    return nearest[0] if len(nearest) == 1 else (None, every)


def _is_wrong(examination, mistake, i) -> bool:
    """Whether the mistake itself is wrong at a place: elsewhere it explains nothing."""
    exercise, trial = examination.exercise, examination.trials[i]
    if exercise.uses_keras or trial.judge is not None:
        return True
    reply = examination.known[mistake][i]
    return reply.changed or problem_with(exercise, trial, examination.expectations[i], reply) is not None


def _differing(examination, observations, mistake, order, first, allowed) -> set[int] | None:
    """Where the answer departs from the mistake; None if that is in the first part or at more places than allowed."""
    differing: set[int] = set()
    for i in order:
        if not _same_reply(examination, observations, mistake, i):
            differing.add(i)
            if i in first or len(differing) > allowed:
                return None
    return differing


def _same_reply(examination, observations, mistake, i) -> bool:
    trials, exercise = examination.trials, examination.exercise
    trial, seen = trials[i], observations[i]
    if exercise.uses_keras:
        return seen.outcome == "returned" and asked(mistake.judge, trial.call, seen.value, None, None) is None
    known = examination.known[mistake]
    if trial.judge is None:
        return _same(trial, known[i], seen, exercise.tolerance)
    before = None
    if i and trials[i - 1].part == trial.part and _like(trial, known[i - 1], observations[i - 1]):
        before = trials[i - 1].call, observations[i - 1].value
    return _same_draw(mistake, trial, known[i], seen, before)


def _like(trial, known: Observation, seen: Observation) -> bool:
    """Whether both returned, and values of a kind that a judge can judge."""
    if (known.outcome, seen.outcome) != ("returned", "returned") or known.value is None or seen.value is None:
        return False
    return left_to(trial.judge, difference(known.value, seen.value, Tolerance()))


def _same_draw(mistake, trial, known: Observation, seen: Observation, before) -> bool:
    """Whether an answer drew what a mistake draws: same type and shape, from the distribution it states."""
    if (known.outcome, known.error, known.changed) != (seen.outcome, seen.error, seen.changed):
        return False
    if known.outcome != "returned" or known.value is None or seen.value is None:
        return known.value is seen.value
    if not _like(trial, known, seen):
        return False
    # Values like those of a mistake need not be like right ones, so no fault of a judge tells of itself here.
    odd = difference(known.value, None, Tolerance())
    return asked(mistake.judge or trial.judge, trial.call, seen.value, before, odd, known.value) is None


def _same(trial, known: Observation, seen: Observation, tolerance) -> bool:
    if known.outcome != seen.outcome or known.changed != seen.changed:
        return False
    if trial.no_overflow and known.overflow != seen.overflow:
        return False
    if known.outcome == "raised":
        return known.error == seen.error and _told(known.message) == _told(seen.message)
    tolerance = tolerance.for_precision_of(trial.call.values())
    return known.outcome != "returned" or _equal_results(known.value, seen.value, tolerance)


def _told(message: str) -> str:
    """What an exception says, without the numbers and names that are the learner's own and without the place."""
    return re.sub(r"\((code cell \d+, )?line \d+[^()]*\)$|'[^']*'|\w+\(\)|\d+", "", message).strip()


def _equal_results(known, seen, tolerance) -> bool:
    if known is None or seen is None:
        return known is seen
    try:
        # Whether whole numbers come as integers or as floats makes no other mistake of it.
        return agree(_as_floats(known), _as_floats(seen), tolerance)
    except (TypeError, ValueError, KeyError, OverflowError):  # a mistake may return what is no answer at all
        return known is seen


def _as_floats(value):
    is_whole = not (isinstance(value, tuple | dict) or holds_text(value)) and np.asarray(value).dtype.kind in "iu"
    return np.asarray(value, dtype=float) if is_whole else value
