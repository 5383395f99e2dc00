"""Hold a returned value against the expected one: first its type, then its shape, then its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .exercise import Tolerance

_PRECISIONS = ("f4", "f8", "c8", "c16")
_KINDS = {"f": "floats", "i": "integers", "u": "integers", "b": "booleans", "c": "complex numbers"}
_ONE = {"f": "a number", "i": "an integer", "u": "an integer", "b": "True or False", "c": "a complex number"}
_SHOWN_KEYS = 8
NONE_RETURNED = "It returned None. Is there a `return`?"
VALUES_DIFFER = "The values differ."


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
    of its items or a tuple, a 0-d array as a number; float32 is compared at its precision.
    """
    if isinstance(expected, list) and as_array(expected) is None:
        expected = tuple(expected)  # arrays of several lengths
    if isinstance(expected, tuple):
        return _sequence_difference(expected, got, tolerance)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, tolerance)
    if isinstance(expected, str):
        return _text_difference(expected, got)
    return _number_difference(np.asarray(expected), got, tolerance)


def agree(expected, got, tolerance: Tolerance) -> bool:
    return difference(expected, got, tolerance) is None


def described(expected, shaped: bool = True) -> str:
    """What an exercise expects, in words: "an array of shape (3, 2)". Without `shaped`, the shape is left open."""
    if isinstance(expected, tuple):
        return f"{len(expected)} values, separated by commas," if expected else "an empty list"
    if isinstance(expected, dict):
        return f"a dict with the keys {_keys(expected)}"
    if isinstance(expected, str):
        return "a string"
    expected = np.asarray(expected)
    if expected.ndim == 0:
        return _ONE[expected.dtype.kind]
    of_kind = "" if expected.dtype.kind == "f" else f" of {_KINDS[expected.dtype.kind]}"
    return f"an array{of_kind}" + (f" of shape {expected.shape}" if shaped else "")


def described_result(got) -> str:
    """What came back, in words."""
    if got is None:
        return "None"
    if isinstance(got, str):
        return "a string"
    if isinstance(got, dict):
        return f"a dict with the keys {_keys(got)}" if got else "an empty dict"
    if isinstance(got, tuple) and not all(isinstance(item, int | float | np.generic) for item in got):
        return f"{len(got)} values" if len(got) != 1 else "a tuple with one value"
    if holds_text(got):
        return f"a {type(got).__name__} with text in it"
    array = as_array(got)
    if array is None:
        of_arrays = isinstance(got, list | tuple) and all(isinstance(item, np.ndarray) for item in got)
        return f"a {type(got).__name__} of {len(got)} arrays" if of_arrays else "nested lists of unequal length"
    if array.dtype.kind not in _KINDS and None in array.ravel().tolist():
        return f"a {type(got).__name__} with None in it"
    if array.dtype.kind not in _KINDS:
        return f"a {type(got).__name__} with items that are not numbers"
    if array.ndim == 0:
        return _ONE[array.dtype.kind]
    return f"an array of {_KINDS[array.dtype.kind]} of shape {array.shape}"


def holds_text(got) -> bool:
    """Whether a value must not become an array: NumPy would make every item as wide as the longest text in it."""
    return isinstance(got, str) or (isinstance(got, list | tuple) and any(map(holds_text, got)))


def as_array(value) -> np.ndarray | None:
    """The array that NumPy makes of a value without text; None if it makes none, as of lists of unequal length."""
    try:
        return np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None


def _keys(value: dict) -> str:
    shown = [repr(key)[:40] for key in list(value)[:_SHOWN_KEYS]] + ["..."] * (len(value) > _SHOWN_KEYS)
    return ", ".join(shown)


def _instead(expected, got) -> Difference:
    verb = "are" if isinstance(expected, tuple) else "is"
    return Difference("type", f"It returned {described_result(got)}; {described(expected)} {verb} expected.")


def _number_difference(expected: np.ndarray, got, tolerance) -> Difference | None:
    if got is None:
        return Difference("type", NONE_RETURNED)
    if isinstance(got, str | dict) or holds_text(got):
        return _instead(expected, got)
    array = as_array(got)
    several = isinstance(got, tuple) and any(isinstance(item, np.ndarray | list | tuple | dict) for item in got)
    if several and (array is None or array.dtype.kind == "O" or array.shape != expected.shape):
        kind = "one array" if expected.ndim else _ONE[expected.dtype.kind]
        shape = f" of shape {expected.shape}" if expected.ndim else ""
        return Difference("type", f"It returned {described_result(got)}; {kind}{shape} is expected.")
    if array is None or array.dtype.kind not in _KINDS:
        return _instead(expected, got)
    if array.size == 0 and array.dtype == float and isinstance(got, list | tuple):
        array = array.astype(expected.dtype)  # NumPy's choice: an empty list has no type of its own
    if expected.ndim == array.ndim == 0 and expected.dtype.kind == "f" and array.dtype.kind in "iu":
        array = array.astype(float)  # `return 0` says the number as well as 0.0
    wanted, found = _KINDS[expected.dtype.kind], _KINDS[array.dtype.kind]
    if wanted != found:
        if array.shape != expected.shape:
            return _instead(expected, got)
        return Difference("type", f"It returned {found}; {wanted} are expected.")
    if array.dtype.kind in "fc" and array.dtype not in _PRECISIONS:
        return Difference("type", f"It returned {array.dtype}. Use float32 or float64.")
    if array.shape != expected.shape:
        return Difference("shape", f"It returned shape {array.shape}; shape {expected.shape} is expected.")
    if not _close(expected, array, tolerance):
        return Difference("value", VALUES_DIFFER)
    return None


def _close(expected, array, tolerance) -> bool:
    if expected.dtype.kind not in "fc":
        return bool((expected == array).all())
    if array.dtype == expected.dtype and array.tobytes() == expected.tobytes():
        return True  # the same bits, which is found out faster than that two values are close
    return bool(np.all(close_places(expected, array, tolerance)))


def close_places(expected: np.ndarray, array: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Where two arrays of numbers of one shape agree, at the precision in which `array` came."""
    single = array.dtype.kind in "fc" and array.dtype.itemsize <= (4 if array.dtype.kind == "f" else 8)
    relative = tolerance.relative_single if single else tolerance.relative
    absolute = tolerance.absolute_single if single else tolerance.absolute
    with np.errstate(all="ignore"):
        if array.dtype.kind in "fc":
            # What `np.isclose` computes where all is finite, which is nearly everywhere; it takes twice as long.
            apart = np.abs(array - expected)
            near = (apart <= absolute + relative * np.abs(expected)) & (apart < np.inf)
            if near.all():
                return near
        return np.isclose(array, expected, rtol=relative, atol=absolute, equal_nan=True)


def _sequence_difference(expected, got, tolerance) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected):
        got = list(got)  # a pair of arrays of one shape, put into one array, can be taken apart as a pair is
    if not isinstance(got, tuple | list):
        return Difference("type", NONE_RETURNED) if got is None else _instead(expected, got)
    if len(got) != len(expected):
        found = f"{len(got)} value{'s' * (len(got) != 1)}"
        return Difference("type", f"It returned {found}; {described(expected)} are expected.")
    tolerance = tolerance.for_precision_of(got)
    for place, (want, item) in enumerate(zip(expected, got, strict=True), 1):
        found = _part_difference(want, item, tolerance)
        if found:
            return Difference(found.rung, f"{value_place(place, len(expected))}{found.sentence}")
    return None


def _part_difference(expected, got, tolerance) -> Difference | None:
    """The difference of a part of a result; what is None there did not come of a missing `return`."""
    if got is None:
        return Difference("type", f"It is None; {described(expected)} is expected.")
    return difference(expected, got, tolerance)


def value_place(place: int, count: int) -> str:
    return f"Value {place} of {count}: "


def item_place(key) -> str:
    return f"Item {key!r}: "


def _dict_difference(expected, got, tolerance) -> Difference | None:
    if got is None:
        return Difference("type", NONE_RETURNED)
    if not isinstance(got, dict) or set(got) != set(expected):
        if isinstance(got, dict) and got:
            return Difference("type", f"The keys of the dict are {_keys(got)}; {_keys(expected)} are expected.")
        if isinstance(got, list):
            return Difference("type", f"It returned a list; {described(expected)} is expected.")
        return _instead(expected, got)
    tolerance = tolerance.for_precision_of(got.values())
    for key, want in expected.items():
        found = _part_difference(want, got[key], tolerance)
        if found:
            return Difference(found.rung, f"{item_place(key)}{found.sentence}")
    return None


def _text_difference(expected, got) -> Difference | None:
    if not isinstance(got, str):
        return _instead(expected, got)
    return None if got == expected else Difference("value", f"It returned {got[:80]!r}.")
