"""Decide what an answer has earned, and say what is wrong and why.

The feedback climbs a ladder: an exception, then the type, then the shape, then the known mistake whose results it
equals, then what relates it to the right answer, with the smallest public input, what is expected and what came. Where
an answer is wrong in several ways, the one that most of its replies show is told first.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.sandbox.observe import Observation

from .advice import about_exception, stumbles_over_a_list
from .behaviour import behaviour, same_value
from .compare import NONE_RETURNED, VALUES_DIFFER, as_array, difference, holds_text
from .examination import OUT_OF_MEMORY, Examination, Raises, problems, public_examination, readable
from .examples import LONGEST_CALL, Example, call_in_words, shown, shown_pair, written_call
from .exercise import UNTOUCHED, Exercise, Question, is_declared
from .mistakes import matching_mistake
from .outline import outline, undecided
from .parts import (
    ALL_PUBLIC_PASS,
    CORRECT,
    ERROR,
    IT_CHANGED_AN_INPUT,
    MEMORY_LIMIT,
    NOT_ATTEMPTED,
    OUTPUT_LIMIT,
    PARTLY_RIGHT,
    RUNGS,
    UNDECIDED,
    WRONG,
    PartResult,
    counts_once,
    judge_parts,
    leading_rung,
    plain_text,
    status_of,
)
from .relations import Case, about_types, how_much, relation

__all__ = [
    "CORRECT",
    "ERROR",
    "MEMORY_LIMIT",
    "NOT_ATTEMPTED",
    "OUTPUT_LIMIT",
    "PARTLY_RIGHT",
    "UNDECIDED",
    "WRONG",
    "Examination",
    "Example",
    "PartResult",
    "Verdict",
    "judge",
    "judge_if_right",
    "judge_letter",
    "nothing",
    "plain_text",
    "public_examination",
]

NO_RETURN_REACHED = "For some inputs no `return` is reached, so the result is None."
_SHORT_CALL = 80  # characters of a call within a sentence
_MANY_DRAWS = 20
_LARGE = 400  # numbers of a call that nobody would type


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

    @property
    def is_open(self) -> bool:
        """Whether the points are not decided yet."""
        return any(part.status == UNDECIDED for part in self.parts)

    @property
    def earned(self) -> str:
        """The points in words."""
        if self.is_open:
            return f"{self.max_points:g} points" + (" not judged yet" if self.status != UNDECIDED else "")
        return f"{self.points:g} of {self.max_points:g} points"

    @property
    def word(self) -> str:
        """The status in a word for people: what earned some of its points is partly right."""
        return PARTLY_RIGHT if 0 < self.points < self.max_points else self.status


def judge(examination: Examination, observations: list[Observation], ending: str = "", because: str = "") -> Verdict:
    """Judge a function from what its calls did.

    `observations` belong to the first trials, in order. If there are fewer, the process ended before: `ending` is then
    the status of what was not answered, and `because` the sentence about it.
    """
    exercise = examination.exercise
    right = None if exercise.outline else judge_if_right(examination, observations)
    if right is not None:
        return right
    if observations and observations[0].outcome == "not attempted":
        return _not_attempted(exercise, observations[0].message)
    if exercise.outline:
        status, message = outline(examination, observations)
        return Verdict(exercise.name, status, undecided(exercise), message)
    observations = readable(exercise, observations)
    found = list(problems(examination, observations))
    parts = judge_parts(examination, observations, found, ending)
    return _explain(examination, observations, found, parts, ending, because)


def judge_if_right(examination: Examination, observations: list[Observation]) -> Verdict | None:
    """What `judge` says of an answer that is right in everything; None for any other, which is quick to find out."""
    if len(observations) < len(examination.trials) or any(seen.changed for seen in observations):
        return None
    observations = readable(examination.exercise, observations)
    if any(problems(examination, observations)):
        return None
    parts = judge_parts(examination, observations, [None] * len(observations), "")
    return Verdict(examination.exercise.name, CORRECT, parts)


def judge_letter(question: Question, letter) -> Verdict:
    """Judge the answer to a concept question; case and surrounding blanks do not matter."""
    if letter is None or letter is ...:
        return nothing(question, NOT_ATTEMPTED, "Not attempted yet.")
    options = sorted(filter(None, [question.answer, *question.why_wrong]))
    chosen = letter.strip().lower() if isinstance(letter, str) else None
    if not question.answer and chosen in question.why_wrong:
        message = f"Your answer {chosen} is noted. Whether it is right is told after the deadline."
        return Verdict(question.name, UNDECIDED, undecided(question), message)
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
    waits = counts_once(next(iter(exercise.points_by_part))) if status in (WRONG, ERROR) else ""
    parts = tuple(
        PartResult(name, 0, points, status, waits if name == UNTOUCHED else "")
        for name, points in exercise.points_by_part.items()
    )
    return Verdict(exercise.name, status, parts, message)


def _not_attempted(exercise: Exercise, raised_by: str) -> Verdict:
    """The stub raises NotImplementedError, and so does an answer that calls another exercise's stub."""
    if raised_by != exercise.name and is_declared(raised_by):
        sentence = f"It calls `{raised_by}`, which is not written yet (it raises NotImplementedError)."
        return nothing(exercise, ERROR, f"{sentence} Write that one first.")
    return nothing(exercise, NOT_ATTEMPTED, "Not attempted yet.")


def _explain(examination, observations, found, parts, ending, because) -> Verdict:
    exercise, trials = examination.exercise, examination.trials
    shown_rungs = _rungs_by_place(trials, observations, found)
    fresh = [problem for problem, trial in zip(found, trials, strict=False) if problem and not trial.public]
    mistake, places = matching_mistake(examination, observations, found)
    sentences, example, status = [], None, ""
    if shown_rungs:
        told = {i: rung for i, rung in shown_rungs.items() if i in places} if mistake else shown_rungs
        rung = leading_rung(list((told or shown_rungs).values()))
        telling = [i for i, one in (told or shown_rungs).items() if one == rung]
        if rung == "value":
            telling = _many_draws(examination, telling) or telling
        best, example = _best_example(examination, observations, telling)
        status = WRONG if found[best] is None else status_of(found[best])
        if not (mistake and rung in ("value", "overflow", "changed")):
            sentences.append(_about(examination, observations, found, best, mistake is not None))
        if mistake:
            sentences.append(mistake.message)
        if rung != "raised":
            sentences.append(_other_exception(examination, observations, found, shown_rungs))
            example = None if rung == "changed" else example
    elif fresh:
        status = status_of(fresh[0])
        sentences += [ALL_PUBLIC_PASS, mistake.message if mistake else ""]
    elif any(seen.changed for seen in observations):
        status = WRONG
        sentences.append(mistake.message if mistake else IT_CHANGED_AN_INPUT)
    if because and (not status or len(observations) < len(trials)):
        sentences.append(because)
    return Verdict(
        exercise.name,
        status or ending or ERROR,
        parts,
        " ".join(filter(None, sentences)),
        mistake.name if mistake else "",
        example,
        "" if mistake else behaviour(trials, observations, ending),
    )


def _rungs_by_place(trials, observations, found) -> dict[int, str]:
    """The rung of what is wrong at each public call that went wrong."""
    rungs = {}
    for i, (trial, seen, problem) in enumerate(zip(trials, observations, found, strict=False)):
        if trial.public and (problem or seen.changed):
            rungs[i] = problem.rung if problem else RUNGS[-1]
    return rungs


def _about(examination, observations, found, i: int, is_known: bool) -> str:
    """The sentence about the reply at place `i`, which stands for all that are wrong in the same way."""
    exercise, trial, problem = examination.exercise, examination.trials[i], found[i]
    if problem is None:
        return IT_CHANGED_AN_INPUT
    sentence = plain_text(problem.sentence)
    if problem.sentence == NONE_RETURNED and any(
        seen.outcome == "returned" and seen.value is not None for seen in observations
    ):
        sentence = NO_RETURN_REACHED
    if is_known:  # the mistake's own message comes behind and says what to do
        return sentence
    if problem.rung == "raised" and problem.sentence != OUT_OF_MEMORY:
        return _joined(sentence, about_exception(observations[i], trial.call, exercise.name))
    if exercise.uses_keras or (trial.judge is not None and not hasattr(trial.judge, "nearest")):
        return sentence
    cases = _cases(examination, observations, found)
    if problem.rung == "type":
        return _joined(sentence, about_types(cases))
    related = relation(cases, exercise.oracle, exercise.tolerance)
    if isinstance(examination.expectations[i], str):
        return related or sentence
    if not problem.sentence.endswith(VALUES_DIFFER):
        return _joined(sentence, related)
    return related or _joined(sentence, how_much(cases, exercise.tolerance))


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _cases(examination, observations, found) -> list[Case]:
    """What came of the public calls that returned a value, where one is expected."""
    cases = []
    for i, (trial, seen, problem) in enumerate(zip(examination.trials, observations, found, strict=False)):
        expected = _nearest(examination, observations, i)
        if trial.public and seen.outcome == "returned" and not isinstance(expected, Raises):
            cases.append(Case(trial.call, expected, seen.value, problem is None or problem.rung == "overflow"))
    return cases


def _nearest(examination, observations, i: int):
    """What is expected at place `i`: of several right values, the one that is most like what came."""
    trial, seen, expected = examination.trials[i], observations[i], examination.expectations[i]
    nearest = getattr(trial.judge, "nearest", None)
    if nearest is None or seen.outcome != "returned" or isinstance(expected, Raises):
        return expected
    found = difference(expected, seen.value, examination.exercise.tolerance)
    return nearest(trial.call, seen.value) if found is None or found.rung == "value" else expected


def _other_exception(examination, observations, found, rungs) -> str:
    """A sentence about an exception of some inputs, behind what is wrong with most of them."""
    raised = [i for i, rung in rungs.items() if rung == "raised"]
    if not raised:
        return ""
    i = min(raised, key=lambda i: _size(examination.trials[i].call))
    trial, seen = examination.trials[i], observations[i]
    source = written_call(examination.exercise.name, trial.call)
    where = f"For `{source}`" if len(source) <= _SHORT_CALL and "\n" not in source else "For another input"
    sentence = plain_text(found[i].sentence)
    return _joined(
        f"{where} {sentence[0].lower()}{sentence[1:]}", about_exception(seen, trial.call, examination.exercise.name)
    )


def _best_example(examination, observations, places: list[int]) -> tuple[int, Example | None]:
    """The most telling of these places, and what it shows: no list, not empty, as short as can be."""

    def cost(i):
        call = examination.trials[i].call
        size = _size(call)
        length = examination.length_of_call(i) if size <= _LARGE else LONGEST_CALL + size
        return (
            length > LONGEST_CALL,
            stumbles_over_a_list(observations[i], call),
            _is_empty(examination.expectations[i]),
            length,
        )

    best = min(places, key=cost)
    return best, _example(examination, observations, best, typed=not cost(best)[0])


def _many_draws(examination, places: list[int]) -> list[int]:
    """Those of these places at which so many numbers are drawn that one sees how they are spread."""
    return [
        i
        for i in places
        if examination.trials[i].judge is not None
        and not hasattr(examination.trials[i].judge, "nearest")
        and getattr(examination.expectations[i], "size", 0) >= _MANY_DRAWS
    ]


def _is_empty(expected) -> bool:
    return getattr(expected, "size", 1) == 0


def _size(call) -> int:
    return sum(map(_count, call.values()))


def _count(value) -> int:
    """How many numbers a value holds; the items of a list or dict may be of different shapes."""
    if isinstance(value, list | tuple | dict):
        return sum(map(_count, value.values() if isinstance(value, dict) else value))
    return getattr(value, "size", 1)


def _example(examination, observations, i: int, typed: bool) -> Example:
    exercise, trial, expected = examination.exercise, examination.trials[i], _nearest(examination, observations, i)
    seen = observations[i]
    call = (written_call if typed else call_in_words)(exercise.name, trial.call)
    if seen.outcome != "returned":
        wanted, got = _wanted(expected), seen.error or seen.outcome
        got = f"a value of type {got}" if seen.outcome == "unsendable" else got
    elif isinstance(expected, Raises):
        wanted, got = expected.name, shown(seen.value)
    elif trial.judge and not exercise.uses_keras and not hasattr(trial.judge, "nearest"):
        wanted, got = f"for example {shown(expected)}", shown(seen.value)
    elif trial.no_overflow and seen.overflow:
        wanted, got = shown(expected), f"{shown(seen.value)} with an overflow warning"
    else:
        wanted, got = shown_pair(expected, _like_expected(expected, seen.value))
    return Example(call, wanted, plain_text(got))


def _wanted(expected) -> str:
    return expected.name if isinstance(expected, Raises) else shown(expected)


def _like_expected(expected, value):
    """A list of numbers as the array that it stands for, so that both are shown in the same way."""
    if isinstance(value, list) and hasattr(expected, "dtype") and not holds_text(value):
        array = as_array(value)
        return array if array is not None and array.dtype.kind in "biufc" else value
    return value
