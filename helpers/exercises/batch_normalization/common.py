"""What the exercises of lecture 07 share: sentences that fit several of them, batches to normalise."""

from __future__ import annotations

import numpy as np

LECTURE = "07_batch_normalization"

NOT_IN_PLACE = (
    "The values are right, but they were written into the caller's array. `np.asarray` does not copy an array of "
    "floats; put the result into a new one."
)
EPSILON_OUTSIDE = "Epsilon stands outside the root. It belongs inside: the root of (variance + epsilon)."
DDOF = (
    "You divided the sum of squares by n - 1. Batch normalisation divides by n: `ddof=0`, which is NumPy's default "
    "but not that of `statistics.variance` or pandas."
)
VARIANCE_FOR_DEVIATION = (
    "You divided by the variance. Its root, the standard deviation, brings the column to deviation 1."
)

# Why some changes to a solution make no difference.
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
AXES_FROM_BEHIND = "Of four axes, number 2 and number -2 are the same."


def floats(*arrays):
    return tuple(np.asarray(array, dtype=float) for array in arrays)


def batch(rng, n, units, scale=1.5):
    return scale * (1.5 + rng.normal(size=(n, units)))


def scale_and_shift(rng, units):
    return rng.uniform(0.5, 2.5, units), rng.normal(0, 2, units)
