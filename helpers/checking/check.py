"""Tell a learner at once what is wrong with an answer, and why."""

from __future__ import annotations

import sys
import types
from collections import Counter
from dataclasses import replace

from helpers.handout import manifest
from helpers.judging.choices import variants_of
from helpers.judging.exercise import Exercise, Free, Question
from helpers.judging.judge import NOT_ATTEMPTED, WRONG, Verdict, judge, judge_letter, nothing, public_examination
from helpers.lectures import exercise_named
from helpers.sandbox import wire
from helpers.sandbox.callsite import written_argument
from helpers.sandbox.observe import Observation, observe

from . import answers, borrowed, earlier, nbgrader, progress
from .feedback import Feedback, HintFeedback, Note

_hints_shown: Counter = Counter()


def check(function=None, /, *, remember=True, **named) -> Feedback | Note | nbgrader.Score:
    """Check one answer and show what it earns.

    `check(gelu)` finds the exercise by the name that is written in the call, whatever callable it holds;
    `check(gelu=thing)` takes a callable of any other name; `check(question="b")` answers a concept question. With
    `remember=False` it is a demonstration, which `progress` does not count. Never raises; what goes wrong is part of
    the feedback. Where nbgrader marks, the text of the result is the bare points.
    """
    written = written_argument(sys._getframe(1))
    if nbgrader.nbgrader_asks():
        with nbgrader.without_stderr():
            return nbgrader.Score(_check(function, named, written))
    return _check(function, named, written, *([progress.record] if remember else []))


def hint(exercise) -> HintFeedback | Note:
    """Show the next hint for an exercise, given by its function or by its name in quotes."""
    return _about(exercise, written_argument(sys._getframe(1)), _next_hint)


def solution(exercise) -> answers.SolutionFeedback | HintFeedback | Note:
    """Show the course's answer and two other right ways once everything is right; the next hint before that."""
    return _about(exercise, written_argument(sys._getframe(1)), lambda found: answers.show(found, _next_hint))


def _check(function, named, written, record=lambda exercise, verdict, answer: "") -> Feedback | Note:
    try:
        name, answer = _named_answer(function, named, written)
        exercise = _as_asked_here(exercise_named(name))
    except LookupError as error:
        return Note(str(error.args[0]))
    if closed := manifest.closed():
        return Note(closed)
    if isinstance(exercise, Free):
        looked_at = ", ".join(f"{c.name} ({c.points})" for c in exercise.rubric)
        return Note(f"{name} is marked by a person, not by a check. What counts: {looked_at}.")
    try:
        verdict = _judge(exercise, answer)
        warning = manifest.said_once() or earlier.not_run(name, answer)
    except Exception as fault:
        return Note(
            f"The check of {name} failed by itself ({wire.type_name(fault)}: {fault}). The fault is the course's, not "
            "your answer's: please report it."
        )
    return Feedback(verdict, exercise, note=record(exercise, verdict, answer), warning=warning)


def _about(thing, written, show):
    own = thing if type(thing) is str else _own_name(thing)
    try:
        return show(_as_asked_here(exercise_named(_exercise_meant(own, written))))
    except LookupError as error:
        return Note(str(error.args[0]))


def _as_asked_here(exercise: Exercise | Question | Free) -> Exercise | Question | Free:
    """The exercise with the choice that this notebook asks for. Raises `LookupError` if there is none such."""
    choice = manifest.choice_here(exercise.name)
    if not isinstance(exercise, Exercise) or not (choice or exercise.variants):
        return exercise
    variants = variants_of(exercise)
    if choice in variants:
        return variants[choice]
    if not choice:
        raise LookupError(f"Run the first code cell of this notebook: it says what {exercise.name} asks of you.")
    raise LookupError(
        f"The first code cell of this notebook says that {exercise.name} asks for {choice!r}, which nobody is asked. "
        "It was changed, or came with another hand-out: take it from the notebook that you were given. What is marked "
        "is what you were asked there."
    )


def _next_hint(exercise: Exercise | Question) -> HintFeedback | Note:
    if not exercise.hints:
        return Note(f"{exercise.name} has no hints; read “{exercise.section}” again.")
    _hints_shown[exercise.name] = min(_hints_shown[exercise.name] + 1, len(exercise.hints))
    return HintFeedback(exercise, _hints_shown[exercise.name])


def _named_answer(function, named, written):
    if function is not None and not named:
        return _exercise_meant(_own_name(function), written), function
    if function is None and len(named) == 1:
        return next(iter(named.items()))
    raise LookupError("check takes one answer: check(gelu), check(gelu=my_function) or check(question='b').")


def _exercise_meant(own_name: str | None, written: str | None) -> str:
    """The exercise whose name is written in the call, or else the one whose name the thing itself bears."""
    for name in (written, own_name):
        if name and _is_exercise(name):
            return name
    if not own_name or own_name == "<lambda>":
        raise LookupError("This has no name of its own. Say which exercise it answers: check(gelu=...).")
    raise LookupError(_no_such_exercise(own_name))


def _is_exercise(name: str) -> bool:
    return not _no_such_exercise(name)


def _no_such_exercise(name: str) -> str:
    try:
        exercise_named(name)
    except LookupError as error:
        return str(error.args[0])
    return ""


def _own_name(thing) -> str | None:
    return _text_attribute(thing, "__name__")


def _text_attribute(thing, name: str) -> str | None:
    """A text that an object says of itself. Whatever else happens when it is asked, it says nothing."""
    try:
        text = getattr(thing, name, None)
    except (Exception, SystemExit):
        return None
    return text if type(text) is str else None


def _judge(exercise, answer) -> Verdict:
    if isinstance(exercise, Question):
        seen = _as_the_grader_sees_it(Observation("returned", answer)) if answer is not ... else None
        return judge_letter(exercise, ... if seen is None else seen.value if seen.outcome == "returned" else ())
    if answer is ...:
        return nothing(exercise, NOT_ATTEMPTED, "Not attempted yet.")
    if not callable(answer):
        kind = wire.type_name(answer)
        return nothing(exercise, WRONG, f"{exercise.name} should be a function; this is of type `{kind}`.")
    if (_text_attribute(answer, "__module__") or "").startswith("helpers."):
        return nothing(exercise, WRONG, "This is the course's own function. The points are for writing yours.")
    library = "" if exercise.uses_keras else borrowed.library_out_of_place(answer)
    if library:
        return nothing(exercise, WRONG, borrowed.OUT_OF_PLACE.format(library))
    watched = borrowed.Watched(answer) if borrowed.may_borrow(answer) else None
    examination = public_examination(exercise)
    observations = []
    for call in examination.calls:
        seen = _as_the_grader_sees_it(observe(watched or answer, call, where=_line_in_cell))
        if watched is not None and watched.borrowed:
            return nothing(exercise, WRONG, borrowed.SENTENCE.format(watched.borrowed))
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
        if type(seen.value) is types.CoroutineType:
            seen.value.close()  # or Python complains later that nobody waited for it
        return Observation("unsendable", error=refusal.type_name)
    except wire.TooLarge:
        return Observation("too large")
    except (Exception, SystemExit):  # an object that raises when it is asked for its class
        return Observation("unsendable", error=wire.type_name(seen.value))


def _line_in_cell(error: BaseException) -> str:
    """ " (line 4 of the cell)" for the last place of a traceback that lies in a notebook cell."""
    place, trace = "", error.__traceback__
    while trace is not None:
        if "ipykernel" in trace.tb_frame.f_code.co_filename or "<ipython-input" in trace.tb_frame.f_code.co_filename:
            place = f" (line {trace.tb_lineno} of the cell)"
        trace = trace.tb_next
    return place
