"""A function of which only is known what it gave for some arguments: a table in place of code."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import fields

import numpy as np

from helpers.judging.examination import Raises, Unknown
from helpers.judging.networks import Network, Step
from helpers.sandbox import wire


class NotWrittenDown(LookupError):
    """A table was asked about arguments that it does not hold."""


class Written:
    """Looks results up. An exception is known as `Raises`, which stands for one that a docstring promises."""

    def __init__(self, name: str, parameters: inspect.Signature | None, results):
        self.__name__, self._results = name, results
        if parameters is not None:
            self.__signature__ = parameters

    def __call__(self, *arguments, **keywords):
        try:
            result = self._results[key_of(arguments, keywords)]
        except KeyError:
            raise NotWrittenDown(f"{self.__name__} is not known for these arguments") from None
        if isinstance(result, Raises):
            raise ValueError  # the only exception that an oracle may promise
        return result


class Recording:
    """Calls a function, and remembers what it gave."""

    def __init__(self, function: Callable):
        self.function = function
        self.results: dict[str, object] = {}

    def __call__(self, *arguments, **keywords):
        key = key_of(arguments, keywords)  # before the call, which draws from the generators among its arguments
        try:
            self.results[key] = self.function(*arguments, **keywords)
        except ValueError:
            self.results[key] = Raises("ValueError")
            raise
        return self.results[key]


def key_of(arguments: tuple, keywords: dict) -> str:
    """A digest of arguments, equal only where each agrees in type and value."""
    digest = hashlib.sha256()
    _add(digest, arguments)
    _add(digest, sorted(keywords.items()))
    return digest.hexdigest()[:32]


def _add(digest, value) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"array {value.dtype.str} {value.shape} ".encode())
        digest.update(value.tobytes())
    elif isinstance(value, dict):
        digest.update(b"dict")
        _add(digest, list(value.items()))
    elif isinstance(value, list | tuple):
        digest.update(f"{wire.type_name(value)} {len(value)} ".encode())
        for item in value:
            _add(digest, item)
    elif isinstance(value, np.random.Generator):
        digest.update(f"generator {value.bit_generator.state}".encode())
    elif callable(value):
        digest.update(f"function {value.__name__}".encode())
    else:
        digest.update(f"{wire.type_name(value)} {value!r} ".encode("utf-8", "backslashreplace"))


# Results as plain values, and back.


def plain(result) -> dict:
    """A result as what the wire can carry."""
    if isinstance(result, Raises):
        return {"raises": result.name}
    if isinstance(result, Network):
        steps = [{one.name: getattr(step, one.name) for one in fields(step)} for step in result.steps]
        return {"network": steps, "problem": result.problem}
    try:
        wire.encode(result)
    except (wire.Unsendable, wire.TooLarge):
        return {"unknown": True}
    return {"value": result}


def result_of(found: dict):
    """The result that `plain` made plain."""
    if "raises" in found:
        return Raises(found["raises"])
    if "network" in found:
        return Network(tuple(Step(**step) for step in found["network"]), found["problem"])
    return Unknown() if "unknown" in found else found["value"]
