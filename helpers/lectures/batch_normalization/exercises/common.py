"""What the exercises of lecture 07 share: sentences that fit several of them, batches to normalize."""

from __future__ import annotations

import numpy as np

LECTURE = "07_batch_normalization"

NOT_IN_PLACE = (
    "It changes an array that it was given: `-=`, `*=` and the like write into that array, and `np.asarray` does not "
    "copy it. Compute a new one, as in `centered = x - mean`."
)
EPSILON_OUTSIDE = "Epsilon stands outside the square root. It belongs inside: sqrt(variance + epsilon)."
EPSILON_FIXED = (
    "The argument `epsilon` is not used: this is the result for 1e-5. Write `epsilon` where the number stands."
)
DDOF = (
    "You divided the sum of squares by n - 1. Batch normalization divides by n: `ddof=0`, which is NumPy's default "
    "but not that of `statistics.variance` or pandas."
)
VARIANCE_FOR_DEVIATION = (
    "You divided by the variance. Its square root, the standard deviation, brings the column to standard deviation 1."
)
SWAPPED = "`gamma` and `beta` are swapped. `gamma` multiplies, `beta` is added."
WITHOUT_GAMMA = "`gamma` is missing: multiply the normalized values by it before you add `beta`."
WITHOUT_BETA = "`beta` is missing: add it at the end."


def floats(*arrays):
    return tuple(np.asarray(array, dtype=float) for array in arrays)


def standardized(values, axis):
    """Values with mean 0 and standard deviation 1 along an axis; a single value becomes 0."""
    centered = values - values.mean(axis=axis, keepdims=True)
    deviation = centered.std(axis=axis, keepdims=True)
    return centered / np.where(deviation == 0, 1, deviation)


def centers(rng, units):
    """Means that are neither 0 nor large beside the standard deviations below."""
    return rng.choice([-1, 1], units) * rng.uniform(0.5, 2, units)


def deviations(rng, units):
    return rng.uniform(0.7, 2, units)


def batch(rng, n, units, scale=1.0):
    """A batch whose columns are easy to compute with, however few their samples: no deviation is small by chance."""
    normal = standardized(rng.normal(size=(n, units)), axis=0)
    return scale * (centers(rng, units) + deviations(rng, units) * normal)


def scale_and_shift(rng, units):
    return rng.uniform(0.5, 2.5, units), rng.normal(0, 2, units)


def single(*arrays):
    """The same arrays in single precision."""
    return tuple(array.astype(np.float32) for array in arrays)
