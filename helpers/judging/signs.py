"""Judge a table whose columns may each come with either sign, as principal components do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from helpers.sandbox.recipes import apply

from .compare import Difference, difference
from .exercise import Mistake, Tolerance


@dataclass(frozen=True)
class UpToSigns:
    """Holds a table against that of `function`, every column with the sign that fits it better.

    Made to be a part's `judge`, which has already compared type and shape.
    """

    function: Callable

    ASKS_ARGUMENTS: ClassVar = ("function",)

    def __call__(self, call, value, before) -> Difference | None:
        return difference(self.nearest(call, value), value, Tolerance().for_precision_of(call.values()))

    def nearest(self, call, value) -> np.ndarray:
        """The right table whose signs are most like those of `value`."""
        expected = np.asarray(apply(self.function, call.arguments, call.keywords), dtype=float)
        with np.errstate(all="ignore"):
            agreement = np.nansum(expected * np.asarray(value, dtype=float), axis=0)
        return expected * np.where(agreement < 0, -1, 1)


def mistake_up_to_signs(message: str) -> Callable[[Callable], Mistake]:
    """Declare the function below as a mistake that is recognised whatever the signs of its columns."""
    return lambda function: Mistake(function, message, UpToSigns(function))
