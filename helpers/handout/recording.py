"""Write down what the checks of a lecture know of the public inputs."""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

import numpy as np

from helpers.judging.choices import variants_of
from helpers.judging.examination import Examination, Raises, public_examination
from helpers.judging.exercise import Exercise, Free, Question
from helpers.judging.parts import parts_with_new_inputs
from helpers.judging.relations import questions_about
from helpers.sandbox.recipes import apply

from .excerpts import excerpt
from .judges import Declarations, NotData, built
from .reading import _SAME, DECLARATIONS, JUDGE, VALUES, packed
from .written import Recording, plain

_SCALARS = bool | int | float | str


def record(exercises, folder: Path, exam: Collection[str] = (), variants: bool = False) -> dict[str, str]:
    """Write the exercises into files of `folder`; those of an `exam` as outlines, and with `variants` all choices.

    Returned are the exercises that could only be written as outlines, and why: {name: reason}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    declarations, values, outlines = [], {}, {}
    for exercise in exercises:
        if not isinstance(exercise, Exercise):
            declarations.append(_question(exercise) if isinstance(exercise, Question) else _free(exercise))
            continue
        declared = []
        for place, one in enumerate([exercise, *(variants_of(exercise).values() if variants else ())]):
            try:
                told, arrays, judge = _outline(one, hints=()) if exercise.name in exam else _whole(one)
            except NotData as reason:
                outlines[exercise.name] = str(reason)
                told, arrays, judge = _outline(one, one.hints)
            if judge:
                (folder / f"{JUDGE}{exercise.name}.py").write_text(judge, encoding="utf-8")
            told["values"] = f"{exercise.name}/{place}" if place else exercise.name
            values |= {f"{told['values']}/{member}": array for member, array in arrays.items()}
            declared.append(told)
        own, *others = declared
        if others:
            own["variants"] = dict(zip(variants_of(exercise), others, strict=True))
        declarations.append(own)
    text = json.dumps(declarations, indent=1, ensure_ascii=False)
    (folder / DECLARATIONS).write_text(text + "\n", encoding="utf-8")
    np.savez_compressed(folder / VALUES, **values)
    return outlines


def _whole(exercise: Exercise) -> tuple[dict, dict[str, np.ndarray], str]:
    """An exercise in full, and the module of its judge if it has one of its own. Raises `NotData`."""
    if exercise.judged_on_hidden:
        raise NotData("it is judged on data that no answer may see")
    if not parts_with_new_inputs(exercise):
        raise NotData("everybody is asked the same, so what is expected is the answer")
    examination = public_examination(exercise)
    judges = Declarations()
    parts = [judges.declare(part.judge) for part in exercise.parts]
    mistakes = [judges.declare(mistake.judge) for mistake in exercise.mistakes]
    answers = [exercise.oracle, *exercise.spellings, *(mistake.function for mistake in exercise.mistakes)]
    text = excerpt(exercise.name, judges.own, {(one.__module__, one.__name__) for one in answers})
    replies = [] if exercise.uses_keras else [known.get_all() for known in examination.known.values()]
    recordings = [Recording(function) for function in judges.asked]
    own = {name: getattr(sys.modules[module], name) for module, name in judges.own}
    asking = [[built(one, recordings, own.__getitem__) for one in some] for some in (parts, mistakes)]
    _ask(examination, *asking, replies)
    oracle, others = Recording(exercise.oracle), Recording(exercise.oracle)
    _try(oracle, examination.calls)
    if any(part.judge is None or hasattr(part.judge, "nearest") for part in exercise.parts):
        parameters = inspect.signature(exercise.oracle).parameters
        _try(others, [other for call in examination.calls for other in questions_about(call, parameters)])
    told = _head(exercise, exercise.hints, examination.trials, parts) | {
        "asked": len(recordings),
        "judge": bool(judges.own),
        "mistakes": [
            {"name": one.name, "message": one.message, "judge": judge}
            for one, judge in zip(exercise.mistakes, mistakes, strict=True)
        ],
    }
    arrays = {
        "calls": _calls(examination.trials),
        "expected": _table(oracle),
        "questions": packed(
            [
                [key, plain(value)]
                for key, value in others.results.items()
                if key not in oracle.results and not isinstance(value, Raises)
            ]
        ),
    }
    arrays |= {f"asked/{i}": _table(recording) for i, recording in enumerate(recordings)}
    for i, seen in enumerate(replies):
        told_of = [
            [s.outcome, plain(_blank(s.value) if t.judge else s.value), s.error, s.message, s.overflow, s.changed]
            for t, s in zip(examination.trials, seen, strict=True)  # of what a judge judges, only the form counts
        ]
        arrays[f"mistakes/{i}"] = packed(told_of)
    return told, arrays, text if judges.own else ""


def _ask(examination: Examination, parts: list, mistakes: list, replies: list) -> None:
    """Let each judge ask about every call that it may be given; what it says does not matter."""
    for i, (trial, expected) in enumerate(zip(examination.trials, examination.expectations, strict=True)):
        part = [part.name for part in examination.exercise.parts].index(trial.part)
        values = [(parts[part], expected)]
        values += [(judge, expected) for judge in mistakes]
        values += [(judge, seen[i].value) for judge, seen in zip(mistakes, replies, strict=False)]
        for judge, value in values:
            if judge is not None and not isinstance(value, Raises):
                _without_warnings(judge, trial.call, value, None)


def _try(recording: Recording, calls: list) -> None:
    for call in calls:
        _without_warnings(apply, recording, call.arguments, call.keywords)


def _without_warnings(function, *arguments) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function(*arguments)
        except Exception:  # a changed call need not make sense; nor a mistake's value to the judge of another part
            return


def _outline(exercise: Exercise, hints) -> tuple[dict, dict[str, np.ndarray], str]:
    """What may be told before an answer is marked: the calls that return, and the types and shapes of their results."""
    examination = public_examination(exercise)
    kept = [i for i, value in enumerate(examination.expectations) if not isinstance(value, Raises)]
    trials = [examination.trials[i] for i in kept]
    told = _head(exercise, hints, trials, [None] * len(exercise.parts)) | {
        "asked": 0,
        "judge": False,
        "mistakes": [],
        "outline": True,
    }
    table = Recording(exercise.oracle)
    _try(table, [trial.call for trial in trials])
    free = exercise.uses_keras or any(_any_form(part.judge) for part in exercise.parts)
    results = [[key, {"unknown": True} if free else plain(_blank(value))] for key, value in table.results.items()]
    return told, {"calls": _calls(trials), "expected": packed(results), "questions": packed([])}, ""


def _any_form(judge) -> bool:
    return getattr(judge, "any_shape", False) or getattr(judge, "any_type", False)


def _blank(value):
    """A value of the same type and shape that says nothing else."""
    if isinstance(value, tuple | list):
        return type(value)(map(_blank, value)) if type(value) in (tuple, list) else tuple(map(_blank, value))
    if isinstance(value, dict):
        return {key: _blank(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return np.zeros_like(value)
    return type(value)() if isinstance(value, bool | int | float | complex | str) else value


def _head(exercise: Exercise, hints, trials, parts) -> dict:
    counts = [sum(trial.part == part.name for trial in trials) for part in exercise.parts]
    return {
        "kind": "exercise",
        **{field: getattr(exercise, field) for field in _SAME},
        "hints": list(hints),
        "tolerance": asdict(exercise.tolerance),
        "new_inputs": sorted(parts_with_new_inputs(exercise)),
        "parameters": [_parameter(one) for one in inspect.signature(exercise.oracle).parameters.values()],
        "parts": [
            {"name": p.name, "points": p.points, "no_overflow": p.no_overflow, "judge": judge, "calls": count}
            for p, judge, count in zip(exercise.parts, parts, counts, strict=True)
        ],
    }


def _parameter(parameter: inspect.Parameter) -> dict:
    told = {"name": parameter.name, "kind": parameter.kind.name}
    if isinstance(parameter.default, _SCALARS):
        told["default"] = parameter.default
    return told


def _question(question: Question) -> dict:
    fields = ("name", "lecture", "section", "minutes", "difficulty", "points", "hints")
    told = {"kind": "question"} | {field: getattr(question, field) for field in fields}
    return told | {"letters": sorted([question.answer, *question.why_wrong])}


def _free(free: Free) -> dict:
    return {"kind": "free"} | asdict(free) | {"comments": []}  # the sentences of those who mark


def _calls(trials) -> np.ndarray:
    return packed([[list(trial.call.arguments), trial.call.keywords] for trial in trials], recipes=True)


def _table(recording: Recording) -> np.ndarray:
    return packed([[key, plain(result)] for key, result in recording.results.items()])
