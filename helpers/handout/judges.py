"""Judges as declarations: which class, with which numbers; what they ask about the arguments of a call, as a table.

A class can be declared if it is a dataclass. In `ASKS_ARGUMENTS` it names those of its fields that are functions of
nothing but the arguments of a call.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass

_SHARED = "helpers.judging."


class NotData(TypeError):
    """A judge that cannot be declared: the message says why."""


@dataclass
class Declarations:
    """The judges of one exercise as JSON, and what that refers to.

    `asked` are the functions in fields that ask about arguments; the JSON holds their places. `own` are the classes and
    functions of the lecture, by (module, name); the JSON holds their names after a dot.
    """

    asked: list[Callable] = field(default_factory=list)
    own: set[tuple[str, str]] = field(default_factory=set)

    def declare(self, judge) -> dict | None:
        """One judge as JSON. Raises `NotData`."""
        if judge is None:
            return None
        kind = type(judge)
        if isinstance(judge, types.FunctionType):
            return {"function": self._name(judge)}
        if not is_dataclass(kind):
            raise NotData(f"its judge holds a {kind.__qualname__}, which cannot be written down")
        told = {}
        for one in fields(kind):
            value = getattr(judge, one.name)
            if one.name in getattr(kind, "ASKS_ARGUMENTS", ()) and value is not None:
                told[one.name] = {"asks": len(self.asked)}
                self.asked.append(value)
            elif value is None or isinstance(value, str | int | float | bool):
                told[one.name] = value
            else:
                told[one.name] = self.declare(value)
        return {"judge": self._name(kind), "with": told}

    def _name(self, thing) -> str:
        module, name = thing.__module__, thing.__qualname__
        if module.startswith(_SHARED):
            return f"{module.removeprefix(_SHARED)}.{name}"
        if not name.isidentifier() or (isinstance(thing, types.FunctionType) and vars(thing)):
            raise NotData(f"its judge, {name}, is not written at the top level of a file, or not all of it")
        self.own.add((module, name))
        return f".{name}"


def built(declaration: dict | None, asked: list[Callable], own: Callable[[str], Callable]) -> Callable | None:
    """The judge that was declared. `asked` stand in the places of what it asked; `own(name)` is of the lecture."""
    if declaration is None:
        return None
    name = declaration.get("function") or declaration["judge"]
    module, _, last = name.rpartition(".")
    kind = getattr(importlib.import_module(_SHARED + module), last) if module else own(last)
    if "function" in declaration:
        return kind
    values = {}
    for key, value in declaration["with"].items():
        if isinstance(value, dict):
            value = asked[value["asks"]] if "asks" in value else built(value, asked, own)
        values[key] = value
    return kind(**values)
