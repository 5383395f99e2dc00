"""An exercise as it is asked of somebody whose notebook differs: the same file with another constant or convention."""

from __future__ import annotations

import functools
import hashlib
import sys
import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from .exercise import Choice, Exercise, Mistake

# The name of a mistake that is right for another choice begins so.
OTHER = "right for "


class NotWritten(Exception):
    """A text is not as variants of it need it; the message names it."""


def choice_of(exercise: str, choices: Collection[str], seed: str) -> str:
    """The name of the choice that a person with this seed has. Each is equally likely."""
    return min(choices, key=lambda name: hashlib.sha256(f"{seed}\0{exercise}\0{name}".encode()).hexdigest())


@cache
def variants_of(exercise: Exercise) -> Mapping[str, Exercise]:
    """The exercise with each of its choices, by their names; nobody gets the course's own, which is published.

    An answer that is right for another choice, or in the course, is told so, before any other mistake is thought of.
    """
    if exercise.variants:
        return exercise.variants
    built = {choice.name: _with(exercise, choice) for choice in exercise.choices}
    return {
        name: replace(one, mistakes=(*_others(exercise, built, name), *one.mistakes)) for name, one in built.items()
    }


def right_for(mistake: str) -> str:
    """The choice that an answer with this mistake is right for; "" if it is another mistake."""
    return mistake.removeprefix(OTHER) if mistake.startswith(OTHER) else ""


def replaced(text: str, pieces: Mapping[str, str], times: int | None = None) -> str:
    """The text with these pieces replaced. Raises `NotWritten` for one that does not stand there, or not so often."""
    for piece, other in pieces.items():
        count = text.count(piece)
        if not count or times not in (None, count):
            raise NotWritten(f"{piece!r} stands {count} times in:\n{text}")
        text = text.replace(piece, other)
    return text


def _with(exercise: Exercise, choice: Choice) -> Exercise:
    own = _declared_again(exercise, choice) if choice.code else exercise
    mistakes = [one for one in own.mistakes if one.name not in choice.without]
    if choice.changed:
        change = functools.partial(changed, choice.changed)
        mistakes = [replace(one, function=change(one.function)) for one in mistakes]
        own = replace(own, oracle=change(own.oracle), spellings=tuple(map(change, own.spellings)))
    return replace(own, mistakes=tuple(mistakes), choices=(), choice=choice)


def _declared_again(exercise: Exercise, choice: Choice) -> Exercise:
    """The exercise that its file declares with the pieces of the choice in place of its own."""
    module = sys.modules[exercise.mistakes[0].function.__module__]
    path = Path(module.__file__)
    again = types.ModuleType(module.__name__)
    again.__package__ = module.__package__
    text = replaced(path.read_text(encoding="utf-8"), choice.code)
    exec(compile(text, f"{path} ({choice.name})", "exec"), vars(again))
    return next(one for one in vars(again).values() if isinstance(one, Exercise) and one.name == exercise.name)


def changed(change: Callable, function: Callable) -> Callable:
    """The function with its result changed, as `Choice` says."""

    @functools.wraps(function)
    def with_change(*arguments, **keywords):
        return change(function(*arguments, **keywords), *arguments, **keywords)

    return with_change


def _others(exercise: Exercise, variants: Mapping[str, Exercise], name: str) -> list[Mistake]:
    """The mistakes of answering another choice than that of this name, or what the course asks."""
    asked = f"Your notebook asks for {name}: read the task again."
    told = {"the course": (exercise.oracle, f"This is what the course asks elsewhere. {asked}")}
    told |= {other: (one.oracle, f"This is right for {other}. {asked}") for other, one in variants.items()}
    del told[name]
    return [Mistake(_named(f"{OTHER}{other}", oracle), message) for other, (oracle, message) in told.items()]


def _named(name: str, function: Callable) -> Callable:
    @functools.wraps(function)
    def named(*arguments, **keywords):
        return function(*arguments, **keywords)

    named.__name__ = name
    return named
