"""Decide what an answer has earned, and say what is wrong and why.

The feedback climbs a ladder: an exception, then the type, then the shape, then the known mistake whose results it
equals, then the smallest public input with what is expected and what came.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from helpers.sandbox.observe import Call, Observation, observe
from helpers.sandbox.recipes import apply

from . import networks
from .behaviour import behaviour, same_value
from .compare import Difference, agree, difference, holds_text
from .exercise import UNTOUCHED, Exercise, Question, Tolerance

CORRECT, WRONG, NOT_ATTEMPTED, ERROR = "correct", "wrong", "not attempted", "error"
MEMORY_LIMIT, OUTPUT_LIMIT = "memory limit", "output limit"

_RUNGS = ["raised", "type", "shape", "overflow", "value", "changed"]
_FRESH_ONLY = (
    "It passes every input of `check`, and fails on new ones of the same kind. Is something fitted to the examples?"
)

_LIST_GIVEN = "Here the input is a list, which does not calculate; `np.asarray(..., dtype=float)` makes an array of it."


@dataclass(frozen=True)
class Example:
    """One call with what was expected and what came, as text."""

    call: str
    expected: str
    got: str


@dataclass(frozen=True)
class PartResult:
    """What one part of an exercise earned."""

    part: str
    points: float
    max_points: float
    status: str
    message: str = ""


@dataclass(frozen=True)
class Verdict:
    """The judgement of one answer. `message` says what is wrong and why; `mistake` names the known one it equals.

    If it equals none, `behaviour` is the same for all answers that did the same on the public inputs.
    """

    exercise: str
    status: str
    parts: tuple[PartResult, ...]
    message: str = ""
    mistake: str = ""
    example: Example | None = None
    behaviour: str = ""

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def max_points(self) -> float:
        return sum(part.max_points for part in self.parts)


class Examination:
    """The calls that an answer will face, with all that is known about them before it is seen.

    Built once and used for every answer: `trials`, the oracle's `expectations` and what each known mistake does.
    Without a `seed` the trials are the public ones of `check`; with one, those and fresh ones.
    """

    def __init__(self, exercise: Exercise, seed: int | None = None):
        self.exercise = exercise
        self.trials = exercise.public_trials if seed is None else exercise.fresh_trials(seed)
        self.expectations = [_expectation(exercise, trial.call) for trial in self.trials]
        # Mistakes with models are known by their judges alone: to run them, the grader would have to load Keras.
        run = [] if exercise.uses_keras else self.trials
        self.known = {
            mistake: [observe(mistake.function, trial.call) for trial in run] for mistake in exercise.mistakes
        }

    @property
    def calls(self) -> list[Call]:
        return [trial.call for trial in self.trials]

    @cached_property
    def public(self) -> Examination:
        """The part of it that `check` holds."""
        part, count = copy.copy(self), sum(trial.public for trial in self.trials)
        part.trials, part.expectations = self.trials[:count], self.expectations[:count]
        part.known = {mistake: seen[:count] for mistake, seen in self.known.items()}
        return part


@cache
def public_examination(exercise: Exercise) -> Examination:
    """The examination that `check` holds: the same for every learner."""
    return Examination(exercise)


def judge(examination: Examination, observations: list[Observation], ending: str = "", because: str = "") -> Verdict:
    """Judge a function from what its calls did.

    `observations` belong to the first trials, in order. If there are fewer, the process ended before: `ending` is then
    the status of what was not answered, and `because` the sentence about it.
    """
    right = judge_if_right(examination, observations)
    if right is not None:
        return right
    exercise = examination.exercise
    if observations and observations[0].outcome == "not attempted":
        return nothing(exercise, NOT_ATTEMPTED, "Not attempted yet.")
    observations = _readable(exercise, observations)
    problems = list(_problems(examination, observations))
    parts = _judge_parts(examination, observations, problems, ending)
    return _explain(examination, observations, problems, parts, ending, because)


def judge_if_right(examination: Examination, observations: list[Observation]) -> Verdict | None:
    """What `judge` says of an answer that is right in everything; None for any other, which is quick to find out."""
    if len(observations) < len(examination.trials) or any(seen.changed for seen in observations):
        return None
    observations = _readable(examination.exercise, observations)
    if any(_problems(examination, observations)):
        return None
    parts = _judge_parts(examination, observations, [None] * len(observations), "")
    return Verdict(examination.exercise.name, CORRECT, parts)


def judge_letter(question: Question, letter) -> Verdict:
    """Judge the answer to a concept question; case and surrounding blanks do not matter."""
    if letter is None or letter is ...:
        return nothing(question, NOT_ATTEMPTED, "Not attempted yet.")
    options = sorted([question.answer, *question.why_wrong])
    chosen = letter.strip().lower() if isinstance(letter, str) else None
    if chosen == question.answer:
        part = PartResult("answer", question.points, question.points, CORRECT)
        return Verdict(question.name, CORRECT, (part,))
    message = question.why_wrong.get(chosen) or f"The answer is one letter in quotes: {', '.join(options)}."
    part = PartResult("answer", 0, question.points, WRONG, message)
    if chosen in question.why_wrong:
        return Verdict(question.name, WRONG, (part,), message, chosen)
    return Verdict(question.name, WRONG, (part,), message, behaviour=same_value(letter))


def nothing(exercise: Exercise | Question, status: str, message: str) -> Verdict:
    """A verdict without any evidence, so without any points."""
    parts = tuple(PartResult(name, 0, points, status) for name, points in exercise.points_by_part.items())
    return Verdict(exercise.name, status, parts, message)


def _own_parts(exercise):
    return [(name, points) for name, points in exercise.points_by_part.items() if name != UNTOUCHED]


@dataclass(frozen=True)
class _Raises:
    kind: type
    name: str


def _expectation(exercise: Exercise, call: Call):
    try:
        return apply(exercise.oracle, call.arguments, call.keywords)
    except ValueError as error:  # what a docstring promises to raise
        return _Raises(type(error), type(error).__name__)


def _readable(exercise: Exercise, observations: list[Observation]) -> list[Observation]:
    if not exercise.uses_keras:
        return observations
    return [replace(seen, value=networks.read(seen.value)) for seen in observations]


def _problems(examination: Examination, observations: list[Observation]) -> Iterator[Difference | None]:
    """What is wrong with each of the calls that were answered, one after the other."""
    trials = examination.trials
    for i, (trial, expected, seen) in enumerate(zip(trials, examination.expectations, observations, strict=False)):
        yield _problem(examination.exercise, trial, expected, seen, _before(trials, observations, i))


def _before(trials, observations, i) -> tuple[Call, object] | None:
    """The call before trial `i` in its part, with its value: random values are judged by what they share, too."""
    if i == 0 or trials[i - 1].part != trials[i].part or observations[i - 1].outcome != "returned":
        return None
    return trials[i - 1].call, observations[i - 1].value


def _problem(exercise, trial, expected, seen: Observation, before) -> Difference | None:
    if seen.outcome == "raised":
        if isinstance(expected, _Raises) and seen.error == expected.name:
            return None
        if seen.error == "MemoryError":
            return Difference("raised", "It ran out of memory.")
        text = f"{seen.error}: {seen.message}" if seen.message else seen.error
        advice = f" {_LIST_GIVEN}" if _stumbles_over_a_list(trial, seen) else ""
        return Difference("raised", f"It raised {text}".rstrip(".") + "." + advice)
    if seen.outcome == "not attempted":
        return Difference("raised", "It raised NotImplementedError for this input.")
    if seen.outcome == "unsendable":
        return Difference("type", _unsendable(seen.error, exercise.uses_keras))
    if seen.outcome == "too large":
        return Difference("type", "It returned far more than was asked for.")
    if isinstance(expected, _Raises):
        return Difference("value", f"It should raise {expected.name} for this input.")
    if exercise.uses_keras:
        return trial.judge(trial.call, seen.value, before)
    found = difference(expected, seen.value, exercise.tolerance.for_inputs(trial.call.values()))
    if trial.judge and _left_to(trial.judge, found):
        return trial.judge(trial.call, seen.value, before)
    if found is None and trial.no_overflow and seen.overflow:
        return Difference("overflow", "The value is right, but the way to it overflows (NumPy warns).")
    return found


def _left_to(judge, found: Difference | None) -> bool:
    """Whether random values are of a kind that a judge can judge: with `any_shape`, of any shape."""
    return found is None or found.rung == "value" or (found.rung == "shape" and getattr(judge, "any_shape", False))


def _unsendable(type_name: str, uses_keras: bool) -> str:
    if type_name == "CourseHelper":
        return "It uses the course's own `helpers`; an answer stands on NumPy, SciPy and scikit-learn."
    expected = "a Keras model is" if uses_keras else "plain numbers, arrays or lists are"
    return f"It returned an object of type {type_name}; {expected} expected."


def _judge_parts(examination, observations, problems, ending) -> tuple[PartResult, ...]:
    exercise, trials = examination.exercise, examination.trials
    parts = [_judge_part(name, points, trials, problems, ending) for name, points in _own_parts(exercise)]
    unfinished = (ending or ERROR) if len(observations) < len(trials) else ""
    return (*parts, _judge_untouched(exercise, observations, parts[0], unfinished))


def _judge_part(name, points, trials, problems, ending) -> PartResult:
    mine = [i for i, trial in enumerate(trials) if trial.part == name]
    found = [i for i in mine if i < len(problems) and problems[i]]
    if found:
        # What an answer does on fresh inputs stays general: its text could carry the inputs out.
        shown = [i for i in found if trials[i].public]
        worst = min((problems[i] for i in shown or found), key=lambda problem: _RUNGS.index(problem.rung))
        return PartResult(name, 0, points, _status(worst), plain_text(worst.sentence) if shown else _FRESH_ONLY)
    if any(i >= len(problems) for i in mine) or not mine:
        return PartResult(name, 0, points, ending or ERROR)
    return PartResult(name, points, points, CORRECT)


def _status(problem: Difference) -> str:
    if problem.sentence == "It ran out of memory.":
        return MEMORY_LIMIT
    if problem.sentence.startswith("It returned far more"):
        return OUTPUT_LIMIT
    return ERROR if problem.rung == "raised" else WRONG


def _judge_untouched(exercise, observations, first: PartResult, unfinished: str) -> PartResult:
    points = exercise.untouched_points
    if any(seen.changed for seen in observations):
        return PartResult(UNTOUCHED, 0, points, WRONG, "It changed an array that it was given. Work on a new one.")
    if unfinished or first.status != CORRECT:
        return PartResult(UNTOUCHED, 0, points, unfinished or first.status, f"Counts once {first.part} is right.")
    return PartResult(UNTOUCHED, points, points, CORRECT)


def _explain(examination, observations, problems, parts, ending, because) -> Verdict:
    exercise, trials = examination.exercise, examination.trials
    shown = [i for i, problem in enumerate(problems) if problem and trials[i].public]
    fresh = [i for i, problem in enumerate(problems) if problem and not trials[i].public]
    mistake, places = _matching_mistake(examination, observations, problems)
    sentences, example, status = [], None, ""
    if shown:
        telling = [i for i in shown if i in places or problems[i].rung == "raised"] or shown
        best = min(telling, key=lambda i: _telling(trials[i], problems[i], observations[i]))
        status = _status(problems[best])
        if not (mistake and problems[best].rung in ("value", "overflow")):
            sentences.append(plain_text(problems[best].sentence))
        example = _example(exercise, trials[best], examination.expectations[best], observations[best])
    elif fresh:
        status = _status(problems[fresh[0]])
        sentences.append(_FRESH_ONLY)
    elif any(seen.changed for seen in observations):
        status = WRONG
        if not mistake:
            sentences.append(parts[-1].message)
    if mistake:
        sentences.append(mistake.message)
    if because and (not status or len(observations) < len(trials)):
        sentences.append(because)
    return Verdict(
        exercise.name,
        status or ending or ERROR,
        parts,
        " ".join(sentences),
        mistake.name if mistake else "",
        example,
        "" if mistake else behaviour(trials, observations, ending),
    )


def _stumbles_over_a_list(trial, seen: Observation) -> bool:
    """Whether a call may have failed only because a list does not calculate."""
    given_a_list = any(isinstance(value, list) for value in trial.call.values())
    return given_a_list and seen.outcome == "raised" and seen.error in ("TypeError", "AttributeError")


def _matching_mistake(examination, observations, problems):
    """The known mistake that an answer makes, or None, and the places at which the two do the same.

    People do two things wrong at once. So what an answer does with lists, if it stumbles over them, and what it does in
    the numerical range are left out where nothing is known that fits them as well.
    """
    every = range(len(observations))
    lists = {i for i in every if _stumbles_over_a_list(examination.trials[i], observations[i])}
    extremes = {i for i in every if examination.trials[i].no_overflow}
    for left_out in (set(), lists, extremes, lists | extremes):
        places = [i for i in every if i not in left_out]
        if any(problems[i] or observations[i].changed for i in places):
            mistake = _first_mistake(examination, observations, places)
            if mistake:
                return mistake, places
    return None, every


def _first_mistake(examination, observations, places):
    """The first known mistake that does at each of these places what the answer does."""
    trials, tolerance = examination.trials, examination.exercise.tolerance
    for mistake, known in examination.known.items():
        if examination.exercise.uses_keras:
            found = all(_same_network(mistake, trials[i], observations[i]) for i in places)
        else:
            found = all(
                _same_draw(mistake, trials[i], known[i], observations[i], _before(trials, observations, i))
                if trials[i].judge
                else _same(trials[i], known[i], observations[i], tolerance)
                for i in places
            )
        if found:
            return mistake
    return None


def _same_network(mistake, trial, seen: Observation) -> bool:
    return seen.outcome == "returned" and mistake.judge(trial.call, seen.value) is None


def _same_draw(mistake, trial, known: Observation, seen: Observation, before) -> bool:
    """Whether an answer drew what a mistake draws: same type and shape, from the distribution it states."""
    if (known.outcome, known.error, known.changed) != (seen.outcome, seen.error, seen.changed):
        return False
    if known.outcome != "returned" or known.value is None or seen.value is None:
        return known.value is seen.value
    if not _left_to(trial.judge, difference(known.value, seen.value, Tolerance())):
        return False
    return (mistake.judge or trial.judge)(trial.call, seen.value, before) is None


def _same(trial, known: Observation, seen: Observation, tolerance) -> bool:
    if known.outcome != seen.outcome or known.changed != seen.changed:
        return False
    if trial.no_overflow and known.overflow != seen.overflow:
        return False
    if known.outcome == "raised":
        return known.error == seen.error
    tolerance = tolerance.for_inputs(trial.call.values())
    return known.outcome != "returned" or _equal_results(known.value, seen.value, tolerance)


def _equal_results(known, seen, tolerance) -> bool:
    if known is None or seen is None:
        return known is seen
    try:
        # Whether whole numbers come as integers or as floats makes no other mistake of it.
        return agree(_as_floats(known), _as_floats(seen), tolerance)
    except (TypeError, ValueError, KeyError):  # a mistake may return what is no answer at all
        return known is seen


def _as_floats(value):
    is_whole = not (isinstance(value, tuple | dict) or holds_text(value)) and np.asarray(value).dtype.kind in "iu"
    return np.asarray(value, dtype=float) if is_whole else value


def _telling(trial, problem, seen) -> tuple:
    """The order in which to show problems: by rung, those of lists after those of arrays, small inputs first."""
    return _RUNGS.index(problem.rung), _stumbles_over_a_list(trial, seen), _size(trial.call)


def _size(call: Call) -> int:
    return sum(map(_count, call.values()))


def _count(value) -> int:
    """How many numbers a value holds; the items of a list or dict may be of different shapes."""
    if isinstance(value, list | dict):
        return sum(map(_count, value.values() if isinstance(value, dict) else value))
    return value.size if isinstance(value, np.ndarray) else 1


def _example(exercise, trial, expected, seen) -> Example:
    arguments = [_show(value) for value in trial.call.arguments]
    arguments += [f"{name}={_show(value)}" for name, value in trial.call.keywords.items()]
    wanted = expected.name if isinstance(expected, _Raises) else _show(expected)
    wanted = f"for example {wanted}" if trial.judge and not exercise.uses_keras else wanted
    got = seen.error or seen.outcome
    if seen.outcome == "returned":
        got = _show(seen.value)
        if got == wanted:  # they differ in a later digit
            wanted, got = _show(expected, precision=12), _show(seen.value, precision=12)
        if trial.no_overflow and seen.overflow:
            got += " with an overflow warning"
    return Example(f"{exercise.name}({', '.join(arguments)})", wanted, plain_text(got))


def _show(value, precision=6) -> str:
    if isinstance(value, np.ndarray) and value.size > 24:
        return f"<array of shape {value.shape}{_moments(value)}>"
    if isinstance(value, tuple):
        return ", ".join(_show(item, precision) for item in value)
    if isinstance(value, dict):
        items = [f"{key!r}: {_show(item, precision)}" for key, item in list(value.items())[:24]]
        return f"{{{', '.join(items)}}}"[:400]
    if isinstance(value, np.ndarray | np.generic | float):
        text = np.array2string(np.asarray(value), precision=precision, separator=", ", threshold=24, max_line_width=200)
        return re.sub(r"\s+", " ", text)[:400]
    if isinstance(value, list):
        items = [_show(item, precision) for item in value[:24]] + ["..."] * (len(value) > 24)
        return f"[{', '.join(items)}]"[:400]
    return repr(value)[:400]


def _moments(array) -> str:
    if array.dtype.kind != "f":
        return ""
    with np.errstate(all="ignore"):
        return f", mean {array.mean():.4g}, deviation {array.std():.4g}"


def plain_text(text: str) -> str:
    """Text without control characters, so that no terminal obeys it."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
