"""Tell a learner at once what is wrong with an answer, and why."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace

from helpers.exercises import exercise_named
from helpers.judging.exercise import Question
from helpers.judging.judge import NOT_ATTEMPTED, Verdict, judge, judge_letter, nothing, public_examination
from helpers.sandbox import wire
from helpers.sandbox.observe import Observation, observe

from . import nbgrader, progress
from .feedback import Feedback, HintFeedback, Note

_hints_shown: Counter = Counter()


def check(function=None, /, **named) -> Feedback | Note | nbgrader.Score:
    """Check one answer and show what it earns.

    `check(gelu)` finds the exercise by the function's name; `check(gelu=thing)` takes any callable;
    `check(question="b")` answers a concept question. Never raises; what goes wrong is part of the feedback.
    Where nbgrader marks, the text of the result is the bare points.
    """
    if nbgrader.nbgrader_asks():
        name = nbgrader.exercise_of_cell(sys._getframe(1).f_globals.get("In"))
        if name and function is not None:
            function, named = None, {name: function}
        with nbgrader.without_stderr():
            return nbgrader.Score(_check(function, named))
    return _check(function, named, record=progress.record)


def _check(function, named, record=lambda exercise, verdict: "") -> Feedback | Note:
    try:
        name, answer = _named_answer(function, named)
        exercise = exercise_named(name)
    except LookupError as error:
        return Note(str(error.args[0]))
    verdict = _judge(exercise, answer)
    return Feedback(verdict, exercise, note=record(exercise, verdict))


def hint(exercise) -> HintFeedback | Note:
    """Show the next hint for an exercise, given by its function or by its name in quotes."""
    name = exercise if isinstance(exercise, str) else getattr(exercise, "__name__", "")
    try:
        found = exercise_named(name)
    except LookupError as error:
        return Note(str(error.args[0]))
    if not found.hints:
        return Note(f"{name} has no hints; read “{found.section}” again.")
    _hints_shown[name] = min(_hints_shown[name] + 1, len(found.hints))
    return HintFeedback(found, _hints_shown[name])


def _named_answer(function, named):
    if function is not None and not named:
        name = getattr(function, "__name__", None)
        if not isinstance(name, str) or name == "<lambda>":
            raise LookupError("This has no name of its own. Say which exercise it answers: check(gelu=...).")
        return name, function
    if function is None and len(named) == 1:
        return next(iter(named.items()))
    raise LookupError("check takes one answer: check(gelu), check(gelu=my_function) or check(question='b').")


def _judge(exercise, answer) -> Verdict:
    if isinstance(exercise, Question):
        return judge_letter(exercise, answer)
    if answer is ...:
        return nothing(exercise, NOT_ATTEMPTED, "Not attempted yet.")
    if not callable(answer):
        return nothing(exercise, "wrong", f"{exercise.name} should be a function; this is a {type(answer).__name__}.")
    if str(getattr(answer, "__module__", "")).startswith("helpers."):
        return nothing(exercise, "wrong", "This is the course's own function. The points are for writing yours.")
    examination = public_examination(exercise)
    observations = []
    for call in examination.calls:
        seen = _as_the_grader_sees_it(observe(answer, call, where=_line_in_cell))
        if seen.error == "KeyboardInterrupt":
            return nothing(exercise, "time limit", "Stopped before it answered. Does a loop never end?")
        observations.append(seen)
        if seen.outcome == "not attempted" and len(observations) == 1:
            break
    return judge(examination, observations, ending=NOT_ATTEMPTED)


def _as_the_grader_sees_it(seen: Observation) -> Observation:
    """The value after a journey over the wire: a type that the grader refuses is refused here too."""
    try:
        return replace(seen, value=wire.decode(wire.encode(seen.value)))
    except wire.Unsendable as refusal:
        return Observation("unsendable", error=refusal.type_name)
    except wire.TooLarge:
        return Observation("too large")


def _line_in_cell(error: BaseException) -> str:
    """ " (line 4 of the cell)" for the last place of a traceback that lies in a notebook cell."""
    place, trace = "", error.__traceback__
    while trace is not None:
        if "ipykernel" in trace.tb_frame.f_code.co_filename or "<ipython-input" in trace.tb_frame.f_code.co_filename:
            place = f" (line {trace.tb_lineno} of the cell)"
        trace = trace.tb_next
    return place
