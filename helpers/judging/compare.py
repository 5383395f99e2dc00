"""Hold a returned value against the expected one: first its type, then its shape, then its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .exercise import Tolerance

_PRECISIONS = ("f4", "f8", "c8", "c16")
_KINDS = {"f": "floats", "i": "integers", "u": "integers", "b": "booleans", "c": "complex numbers"}


@dataclass(frozen=True)
class Difference:
    """Where a value departs from the expected one.

    `rung` is "type", "shape" or "value"; the sentence is for the learner.
    """

    rung: str
    sentence: str


def difference(expected, got, tolerance: Tolerance) -> Difference | None:
    """Return what is wrong with `got`, or None if it is right.

    Both are plain values: numbers, strings, arrays, and lists, tuples or dicts of them. A list is as good as an array
    of its items, a 0-d array as a number; float32 is compared at its precision.
    """
    if isinstance(expected, tuple):
        return _sequence_difference(expected, got, tolerance)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, tolerance)
    if isinstance(expected, str):
        return _text_difference(expected, got)
    return _number_difference(np.asarray(expected), got, tolerance)


def agree(expected, got, tolerance: Tolerance) -> bool:
    return difference(expected, got, tolerance) is None


def _number_difference(expected: np.ndarray, got, tolerance) -> Difference | None:
    if got is None:
        return Difference("type", "It returned None. Is there a `return`?")
    if isinstance(got, str | dict):
        return Difference("type", f"It returned a {type(got).__name__}; numbers are expected.")
    if holds_text(got):
        return Difference("type", f"It returned a {type(got).__name__} with text in it; numbers are expected.")
    try:
        array = np.asarray(got)
    except (ValueError, TypeError, OverflowError):
        return Difference("type", "It returned nested lists of unequal length; they do not form an array.")
    if array.dtype.kind not in _KINDS:
        return Difference("type", f"It returned {type(got).__name__} with items that are not numbers.")
    if array.size == 0 and isinstance(got, list):
        array = array.astype(expected.dtype)  # an empty list has no type of its own
    wanted, found = _KINDS[expected.dtype.kind], _KINDS[array.dtype.kind]
    if wanted != found:
        advice = " Convert the input to float first." if (wanted, found) == ("floats", "integers") else ""
        return Difference("type", f"It returned {found}; {wanted} are expected.{advice}")
    if array.dtype.kind in "fc" and array.dtype not in _PRECISIONS:
        return Difference("type", f"It returned {array.dtype}. Use float32 or float64.")
    if array.shape != expected.shape:
        return Difference("shape", f"It returned shape {array.shape}; shape {expected.shape} is expected.")
    if not _close(expected, array, tolerance):
        return Difference("value", "The values differ.")
    return None


def holds_text(got) -> bool:
    """Whether a value must not become an array: NumPy would make every item as wide as the longest text in it."""
    return isinstance(got, str) or (isinstance(got, list | tuple) and any(map(holds_text, got)))


def _close(expected, array, tolerance) -> bool:
    if expected.dtype.kind not in "fc":
        return bool((expected == array).all())
    if array.dtype == expected.dtype and array.tobytes() == expected.tobytes():
        return True  # the same bits, which is found out faster than that two values are close
    single = array.dtype.itemsize <= (4 if array.dtype.kind == "f" else 8)
    relative = tolerance.relative_single if single else tolerance.relative
    absolute = tolerance.absolute_single if single else tolerance.absolute
    with np.errstate(all="ignore"):
        return bool(np.isclose(array, expected, rtol=relative, atol=absolute, equal_nan=True).all())


def _sequence_difference(expected, got, tolerance) -> Difference | None:
    if not isinstance(got, tuple | list) or len(got) != len(expected):
        found = f"{len(got)} values" if isinstance(got, tuple | list) else "one value"
        return Difference("type", f"It returned {found}; {len(expected)} are expected, separated by commas.")
    for place, (want, item) in enumerate(zip(expected, got, strict=True), 1):
        found = difference(want, item, tolerance)
        if found:
            return Difference(found.rung, f"Value {place} of {len(expected)}: {found.sentence}")
    return None


def _dict_difference(expected, got, tolerance) -> Difference | None:
    if not isinstance(got, dict) or set(got) != set(expected):
        return Difference("type", f"It should return a dict with the keys {', '.join(map(str, expected))}.")
    for key, want in expected.items():
        found = difference(want, got[key], tolerance)
        if found:
            return Difference(found.rung, f"Item {key!r}: {found.sentence}")
    return None


def _text_difference(expected, got) -> Difference | None:
    if not isinstance(got, str):
        return Difference("type", f"It returned {type(got).__name__}; a string is expected.")
    return None if got == expected else Difference("value", f"It returned {got[:80]!r}.")
