"""Judges as declarations: which class, with which numbers; what they ask about the arguments of a call, as a table.

A class can be declared if it is a frozen dataclass in a module that goes along with every hand-out, and says in
`ASKS_ARGUMENTS` which of its fields are functions of nothing but the arguments of a call.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass

_PLACE = "helpers.judging."


class NotData(TypeError):
    """A judge that is code: the message says which."""


def declared(judge, asked: list[Callable]) -> dict | None:
    """A judge as JSON. The functions that it asks are put into `asked`, and stand in the JSON by their number there."""
    if judge is None:
        return None
    kind = type(judge)
    if not is_dataclass(kind):
        raise NotData(f"{getattr(judge, '__qualname__', kind.__qualname__)} is code")
    if not kind.__module__.startswith(_PLACE):
        raise NotData(f"{kind.__qualname__} is code of its lecture")
    told = {}
    for field in fields(kind):
        value = getattr(judge, field.name)
        if field.name in getattr(kind, "ASKS_ARGUMENTS", ()) and value is not None:
            told[field.name] = {"asks": len(asked)}
            asked.append(value)
        elif is_dataclass(value):
            told[field.name] = declared(value, asked)
        elif value is None or isinstance(value, str | int | float | bool):
            told[field.name] = value
        else:
            raise NotData(f"{field.name} of {kind.__qualname__} is code")
    return {"judge": f"{kind.__module__.removeprefix(_PLACE)}.{kind.__name__}", "with": told}


def built(declaration: dict | None, asked: list[Callable]) -> Callable | None:
    """The judge that was declared, with these functions in the places of those that it asked."""
    if declaration is None:
        return None
    module, _, name = declaration["judge"].partition(".")
    kind = getattr(importlib.import_module(_PLACE + module), name)
    values = {}
    for field, value in declaration["with"].items():
        if isinstance(value, dict):
            value = asked[value["asks"]] if "asks" in value else built(value, asked)
        values[field] = value
    return kind(**values)
