"""Call a function on given inputs and write down what it did, without judging it."""

from __future__ import annotations

import copy
import os
import sys
import sysconfig
import warnings
from dataclasses import dataclass, field

import numpy as np

from .models import described
from .recipes import Named, Seeded, apply
from .wire import type_name

_LIBRARIES = tuple(os.path.realpath(sysconfig.get_path(kind)) + os.sep for kind in ("stdlib", "purelib", "platlib"))
_PREFIXES = (sys.prefix, sys.base_prefix)
_PLACES = sorted({path + os.sep for prefix in _PREFIXES for path in (prefix, os.path.realpath(prefix))})
_FLAT = {np.ndarray, float, int, bool, str, type(None), Seeded, Named}  # nothing of them can be changed but arrays
MAX_TEXT = 500  # characters kept of a message that a learner's code wrote


@dataclass(frozen=True)
class Call:
    """One call of an exercise's function: `function(*arguments, **keywords)`, all plain values or recipes."""

    arguments: tuple = ()
    keywords: dict = field(default_factory=dict)

    def values(self) -> list:
        return [*self.arguments, *self.keywords.values()]


@dataclass(frozen=True)
class Observation:
    """What one call did. Its fields travel to the grader in this order.

    `outcome` is "returned", "raised", "not attempted" (a stub's bare `NotImplementedError`; `message` names the stub),
    "unsendable" (a value of a type that cannot cross the boundary; `error` names it) or "too large". `overflow` tells
    of an overflow warning, `changed` of inputs that hold something else after the call.
    """

    outcome: str
    value: object = None
    error: str = ""
    message: str = ""
    overflow: bool = False
    changed: bool = False


def observe(function, call: Call, where=lambda error: "") -> Observation:
    """Call `function` and say what happened; nothing that it raises gets through.

    `where(error)` may add the place ("cell 3, line 2") to the message of an exception.
    """
    arguments, keywords = _copied(call)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with np.errstate(all="warn"):
                value = described(apply(function, arguments, keywords))
    except BaseException as error:
        if stub := _stub_that_raised(error):
            return Observation("not attempted", message=stub)
        return Observation("raised", error=_name_of(error), message=_text(error) + where(error))
    overflow = any(issubclass(w.category, RuntimeWarning) and "overflow" in str(w.message) for w in caught)
    changed = not all(map(identical, call.values(), [*arguments, *keywords.values()]))
    return Observation("returned", value, overflow=overflow, changed=changed)


def _copied(call: Call) -> tuple[tuple, dict]:
    """The arguments and keywords of a call, for somebody who may change them."""
    values = call.values()
    arrays = [value for value in values if type(value) is np.ndarray]
    if (
        all(type(value) in _FLAT for value in values)
        and len(set(map(id, arrays))) == len(arrays)
        and not any(array.dtype.hasobject for array in arrays)
    ):
        own = [value.copy("K") if type(value) is np.ndarray else value for value in values]
        return tuple(own[: len(call.arguments)]), dict(zip(call.keywords, own[len(call.arguments) :], strict=True))
    # An array that stands in two places stays one.
    return copy.deepcopy(call.arguments), copy.deepcopy(call.keywords)


def identical(a, b) -> bool:
    """Whether two plain values agree in type, shape, dtype and every bit (NaN equals NaN)."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(identical, a.values(), b.values()))
    return a == b or (a != a and b != b)


def _name_of(error: BaseException) -> str:
    """The name of its class; where that is the learner's own kind of `ValueError`, it is one, as exercises ask."""
    kind = type(error)  # read past anything that the class itself may say
    if issubclass(kind, ValueError) and type.__dict__["__dict__"].__get__(kind).get("__module__") == "__main__":
        return "ValueError"
    return type_name(error)


def _stub_that_raised(error: BaseException) -> str:
    """The name of the notebook's function that raised a bare `NotImplementedError`, as stubs do; "" for all else.

    Libraries raise it too, and so does an answer that says in words what it cannot do: those are errors.
    """
    if type(error) is not NotImplementedError or error.args:
        return ""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return "" if code.co_filename.startswith(_LIBRARIES) else code.co_name[:MAX_TEXT]


def without_places(text: str) -> str:
    """A text without the folder in which Python lies here: an `ImportError` names it, and no learner knows it."""
    for place in _PLACES:
        text = text.replace(place, "")
    return text


def _text(error) -> str:
    # The text is made by the learner's code, so making it can fail too.
    try:
        text = str(error)
        return without_places(text)[:MAX_TEXT] if type(text) is str else ""
    except BaseException:
        return "(its message cannot be shown)"
