"""The exercises of a lecture, from the data of a hand-out."""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from helpers.judging.exercise import Criterion, Exercise, Free, Mistake, Part, Question, Tolerance
from helpers.sandbox import wire
from helpers.sandbox.observe import Call, Observation

from .judges import built
from .written import Written, result_of

DECLARATIONS, VALUES, JUDGE = "checks.json", "checks.npz", "judge_of_"
_EMPTY = inspect.Parameter.empty


def read(folder: Path) -> tuple[Exercise | Question | Free, ...]:
    """The exercises that the files in `folder` declare, in order. Values are read when they are asked for."""
    declared = json.loads((folder / DECLARATIONS).read_text(encoding="utf-8"))
    values = np.load(folder / VALUES, allow_pickle=False)
    return tuple(_KINDS[one["kind"]](one, values, folder) for one in declared)


def _exercise(told: dict, values, folder: Path) -> Exercise:
    name, place = told["name"], told["values"]
    calls = [Call(tuple(a), k) for a, k in unpacked(values[f"{place}/calls"], recipes=True)]
    asked = [Written(name, None, dict(_results(values, f"{place}/asked/{i}"))) for i in range(told["asked"])]
    own = vars(_judge_of(name, folder)).__getitem__ if told["judge"] else None
    parts, first = [], 0
    for part in told["parts"]:
        mine, first = calls[first : first + part["calls"]], first + part["calls"]
        judge = built(part["judge"], asked, own)
        parts.append(Part(part["name"], part["points"], lambda rng, mine=mine: mine, part["no_overflow"], judge))
    return Exercise(
        **{field: told[field] for field in _SAME},
        parts=tuple(parts),
        oracle=Written(name, _signature(told["parameters"]), _Results(values, place)),
        mistakes=tuple(
            Mistake(
                Written(one["name"], None, {}),
                one["message"],
                built(one["judge"], asked, own),
                None if told["uses_keras"] else _Replies(values, place, i),
            )
            for i, one in enumerate(told["mistakes"])
        ),
        spellings=(),
        hints=tuple(told["hints"]),
        tolerance=Tolerance(**told["tolerance"]),
        new_inputs=frozenset(told["new_inputs"]),
        variants={choice: _exercise(one, values, folder) for choice, one in told.get("variants", {}).items()},
    )


# The fields of an exercise that are the same in the data.
_SAME = ("name", "lecture", "section", "minutes", "difficulty", "untouched_points", "open_ended", "uses_keras")
_SAME += ("outline",)


def _question(told: dict, values, folder: Path) -> Question:
    letters = told.pop("letters")
    del told["kind"]
    return Question(answer="", why_wrong=dict.fromkeys(letters, ""), **told | {"hints": tuple(told["hints"])})


def _free(told: dict, values, folder: Path) -> Free:
    del told["kind"]
    told["rubric"] = tuple(Criterion(**one) for one in told["rubric"])
    return Free(**told | {"hints": tuple(told["hints"])})


_KINDS = {"exercise": _exercise, "question": _question, "free": _free}


def _judge_of(name: str, folder: Path) -> types.ModuleType:
    """The module with the judge of an exercise, which stands beside the data."""
    own = f"{__package__}.{JUDGE}{name}"
    found = importlib.util.spec_from_file_location(own, folder / f"{JUDGE}{name}.py")
    module = importlib.util.module_from_spec(found)
    sys.modules[own] = module  # where dataclasses look up what their annotations name
    found.loader.exec_module(module)
    return module


class _Results:
    """What an oracle gave: for the public calls, and for those that are asked about once an answer is wrong."""

    def __init__(self, values, place: str):
        self._values, self._place = values, place
        self._known: dict | None = None
        self._others: dict | None = None

    def __getitem__(self, key: str):
        if self._known is None:
            self._known = dict(_results(self._values, f"{self._place}/expected"))
        if key in self._known:
            return self._known[key]
        if self._others is None:
            self._others = dict(_results(self._values, f"{self._place}/questions"))
        return self._others[key]


class _Replies:
    """What a mistake did on the public calls."""

    def __init__(self, values, place: str, number: int):
        self._values, self._member = values, f"{place}/mistakes/{number}"
        self._found: list[Observation] | None = None

    def __getitem__(self, i):
        if self._found is None:
            told = unpacked(self._values[self._member])
            self._found = [Observation(outcome, result_of(value), *rest) for outcome, value, *rest in told]
        return self._found[i]


def _signature(told: list[dict]) -> inspect.Signature:
    return inspect.Signature(
        [
            inspect.Parameter(one["name"], getattr(inspect.Parameter, one["kind"]), default=one.get("default", _EMPTY))
            for one in told
        ]
    )


def _results(values, member: str) -> Iterator[tuple[str, object]]:
    for key, result in unpacked(values[member]):
        yield key, result_of(result)


def packed(items: list, recipes: bool = False) -> np.ndarray:
    """Values as one array of bytes: how many there are, how long each of their messages is, and the messages."""
    messages = [wire.encode(item, recipes) for item in items]
    head = np.array([len(messages), *map(len, messages)], dtype="<u8").tobytes()
    return np.frombuffer(head + b"".join(messages), dtype=np.uint8)


def unpacked(array: np.ndarray, recipes: bool = False) -> list:
    """The values that `packed` packed."""
    content = array.tobytes()
    count = int(np.frombuffer(content, "<u8", 1)[0])
    place, found = 8 * (count + 1), []
    for length in np.frombuffer(content, "<u8", count, 8).tolist():
        found.append(wire.decode(content[place : place + length], recipes))
        place += length
    return found
