"""Tell whether two wrong answers are the same one, from what they did on the public inputs."""

from __future__ import annotations

import hashlib

import numpy as np

from helpers.sandbox.observe import Observation

from .compare import holds_text
from .exercise import Trial

_SMALLEST = 1e-9  # numbers closer to zero than this count as zero
_STEPS = 1e4  # of a number, while it grows to e times itself
_OFFSET = 1 / np.pi  # so that no step begins at a number that people like
_NAN, _INFINITE = 2**62, 2**61


def behaviour(trials: list[Trial], observations: list[Observation], ending: str = "") -> str:
    """A digest that is equal for answers which did the same on every public input.

    Numbers are the same when they agree to about four digits, whole ones or not; what was drawn at random, when it has
    the same shape. The text of an exception is the learner's own and does not count, its type does. `ending` says how
    the process ended if it did before it had answered.
    """
    digest = hashlib.sha256(ending.encode())
    for trial, seen in zip(trials, observations, strict=False):
        if trial.public:
            overflow = trial.no_overflow and seen.overflow
            digest.update(repr((seen.outcome, _text(seen.error), overflow, seen.changed)).encode())
            if seen.outcome == "returned":
                _add(digest, seen.value, values_count=trial.judge is None)
    return digest.hexdigest()[:16]


def same_value(value) -> str:
    """A digest that is equal for plain values which are the same by the rules of `behaviour`."""
    digest = hashlib.sha256()
    _add(digest, value)
    return digest.hexdigest()[:16]


def _add(digest, value, values_count: bool = True) -> None:
    array = _as_numbers(value)
    if array is not None:
        digest.update(f"array {array.dtype.kind} {array.shape}".encode())
        if values_count:
            digest.update(_rounded(array).tobytes())
    elif isinstance(value, dict):
        digest.update(f"dict {len(value)}".encode())
        for key, item in sorted(value.items(), key=lambda pair: _text(pair[0])):
            digest.update(_text(key).encode())
            _add(digest, item, values_count)
    elif isinstance(value, list | tuple):
        digest.update(f"sequence {len(value)}".encode())
        for item in value:
            _add(digest, item, values_count)
    else:
        digest.update(_text(value).encode())


def _as_numbers(value) -> np.ndarray | None:
    """The value as an array of booleans, floats or complex numbers, or None if it is no such thing."""
    if value is None or isinstance(value, tuple | dict | bytes) or holds_text(value):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):  # lists of unequal length
        return None
    if array.dtype.kind in "iuf":
        return array.astype(float)
    return array if array.dtype.kind in "bc" else None


def _rounded(array: np.ndarray) -> np.ndarray:
    """The array in steps so wide that the order of additions makes no difference."""
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind == "c":
        return np.stack([_rounded(array.real.astype(float)), _rounded(array.imag.astype(float))])
    with np.errstate(all="ignore"):
        # log(1 + |x| / smallest), in a form that no x makes too large: proportional to x near 0, logarithmic beyond.
        size = np.logaddexp(0, np.log(np.abs(array)) - np.log(_SMALLEST))
        steps = np.sign(array) * np.floor(size * _STEPS + _OFFSET)
        others = np.where(np.isnan(array), _NAN, np.sign(array) * _INFINITE)
        return np.where(np.isfinite(array), steps, others).astype(np.int64)


def _text(value) -> str:
    return repr(value)[:400].encode("utf-8", "backslashreplace").decode()
