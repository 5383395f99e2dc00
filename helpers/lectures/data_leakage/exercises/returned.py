"""Type and dimensions of what an answer returned, before a judge of random results looks into it.

Where the values are random, the comparison with the oracle ends at the first difference, so a judge cannot rely on what
comes behind it.
"""

from __future__ import annotations

import numpy as np

from helpers.judging.compare import Difference, difference
from helpers.judging.exercise import Tolerance


def arrays_like(examples, value) -> list[np.ndarray] | Difference:
    """The items of `value` as arrays of the type and number of dimensions of the `examples`, or what is wrong."""
    if not isinstance(value, tuple | list) or len(value) != len(examples):
        return Difference("type", f"{len(examples)} values are expected, separated by commas.")
    arrays = []
    for example, item in zip(examples, value, strict=True):
        found = difference(example, item, Tolerance())
        if found and found.rung == "type":
            return found
        array = np.asarray(item)
        if array.ndim != example.ndim:
            return Difference("shape", f"It returned {array.ndim} dimensions; {example.ndim} are expected.")
        arrays.append(array.astype(example.dtype) if array.size == 0 else array)
    return arrays
