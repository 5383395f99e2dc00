"""Show one call, what is expected of it, and what came.

The call is source code: typed into a cell of the notebook, it runs and gives what is shown. Nothing is cut in the
middle: what is too long is said in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.sandbox import recipes
from helpers.sandbox.observe import Call
from helpers.sandbox.recipes import Named

from .compare import described_result

LONGEST_CALL = 700  # characters that a reader would still paste
_LONGEST_RESULT = 1200
_LONGEST_BRIEF = 40  # characters of an argument within a call in words
_MOST_NUMBERS = 40  # of an array that is shown whole
_MOST_ITEMS = 24  # of a list or dict
_DIGITS = (6, 9, 12, 17)
_USUAL = {"f": np.dtype(float), "i": np.dtype(int), "b": np.dtype(bool), "c": np.dtype(complex)}


@dataclass(frozen=True)
class Example:
    """One call with what was expected and what came, as text."""

    call: str
    expected: str
    got: str


def written_call(name: str, call: Call) -> str:
    """Source that makes a call again, down to the last bit. What the course lends to it is imported first."""
    arguments = [_source(value) for value in call.arguments]
    arguments += [f"{keyword}={_source(value)}" for keyword, value in call.keywords.items()]
    lent = [value.name for value in call.values() if isinstance(value, Named)]
    first = f"from {recipes.__name__} import {', '.join(dict.fromkeys(lent))}\n" if lent else ""
    return f"{first}{name}({', '.join(arguments)})"


def call_in_words(name: str, call: Call) -> str:
    """A call that is too long to be typed."""
    arguments = [_brief(value) for value in call.arguments]
    arguments += [f"{keyword}={_brief(value)}" for keyword, value in call.keywords.items()]
    return f"{name}({', '.join(arguments)})"


def shown_pair(expected, got) -> tuple[str, str]:
    """Both values with so many digits that they look different."""
    for digits in _DIGITS:
        pair = shown(expected, digits), shown(got, digits)
        if pair[0] != pair[1]:
            return pair
    if _one_shape(expected, got):
        places = np.argwhere(~((expected == got) | ((expected != expected) & (got != got))))
        if len(places):
            place = tuple(places[0])
            return tuple(
                f"{shown(array[place], 17)} at {list(map(int, place))}, in an array of shape {array.shape}"
                for array in (expected, got)
            )
    return f"{pair[0]} ({_kind(expected)})", f"{pair[1]} ({_kind(got)})"


def shown(value, digits: int = _DIGITS[0]) -> str:
    """A value as a reader sees it; in words if it is too long."""
    text = _shown(value, digits)
    return text if len(text) <= _LONGEST_RESULT else f"<{described_result(value)}>"


def _shown(value, digits) -> str:
    if isinstance(value, np.ndarray) and value.size > _MOST_NUMBERS:
        return f"<array of shape {value.shape}{_moments(value)}>"
    if isinstance(value, np.ndarray) and value.size == 0 and value.ndim > 1:
        return f"<array of shape {value.shape}>"
    if isinstance(value, np.ndarray | np.generic | float):
        text = np.array2string(np.asarray(value), precision=digits, separator=", ", threshold=10**6, max_line_width=200)
        return " ".join(text.split())
    if isinstance(value, list | tuple | dict) and len(value) > _MOST_ITEMS:
        return f"<{type(value).__name__} with {len(value)} items>"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_shown(key, digits)}: {_shown(item, digits)}' for key, item in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(_shown(item, digits) for item in value)}{',' * (len(value) == 1)})"
    if isinstance(value, list):
        return f"[{', '.join(_shown(item, digits) for item in value)}]"
    return repr(value)


def _moments(array) -> str:
    if array.dtype.kind != "f":
        return ""
    with np.errstate(all="ignore"):
        return f", mean {array.mean():.4g}, standard deviation {array.std():.4g}"


def _kind(value) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_kind, value))})"
    return str(value.dtype) if isinstance(value, np.ndarray | np.generic) else type(value).__name__


def _one_shape(expected, got) -> bool:
    return isinstance(expected, np.ndarray) and isinstance(got, np.ndarray) and expected.shape == got.shape


def _source(value) -> str:
    if isinstance(value, np.ndarray):
        return _array_source(value)
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({_number(value.item())})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_source(key)}: {_source(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_source, value))}{',' * (len(value) == 1)})"
    if isinstance(value, list):
        return f"[{', '.join(map(_source, value))}]"
    return _number(value) if isinstance(value, float) else repr(value)


def _array_source(array: np.ndarray) -> str:
    usual = array.dtype == _USUAL.get(array.dtype.kind)
    if array.size == 0 and (array.ndim > 1 or not usual):
        return f"np.zeros({array.shape}{'' if array.dtype == float else f', dtype=np.{array.dtype.name}'})"
    kind = "" if usual else f", dtype=np.{array.dtype.name}"
    return f"np.array({_nested(array)}{kind})"


def _nested(array: np.ndarray) -> str:
    if array.ndim:
        return f"[{', '.join(map(_nested, array))}]"
    # Fewer digits make the same number again where the array is of single precision.
    return _number(array.item(), str(array[()]))


def _number(number, text: str = "") -> str:
    if isinstance(number, float):
        if number != number:
            return "np.nan"
        if number in (np.inf, -np.inf):
            return "-np.inf" if number < 0 else "np.inf"
    return text or repr(number)


def _brief(value) -> str:
    is_array = isinstance(value, np.ndarray)
    source = "" if is_array and value.size > _LONGEST_BRIEF else _source(value)
    if source and len(source) <= _LONGEST_BRIEF:
        return source
    return f"<array of shape {value.shape}>" if is_array else f"<{described_result(value)}>"
