"""What the exercises of lecture 03 share: sentences that fit several of them, and tables to ask about."""

from __future__ import annotations

import numpy as np

LECTURE = "03_preprocessing"

NOT_IN_PLACE = (
    "The values are right, but they were written into the caller's array. `np.asarray` does not copy an array of "
    "floats; put the result into a new one."
)
OVER_ROWS = (
    "The statistics were taken over each row. A row is one sample, a column one feature: `axis=0` gives one number for "
    "each column."
)
OVER_EVERYTHING = (
    "One number was taken over the whole table. Every column has its own unit, so it needs its own: `axis=0`."
)
DDOF = (
    "You divided the sum of squares by n - 1. Here the population's deviation is asked for, divided by n: `ddof=0`, "
    "NumPy's default but not that of pandas."
)
NOT_CENTRED = "The mean was not taken off first."

# Why some changes to a solution make no difference.
FLOATS_ANYWAY = "The division gives floats for whole numbers too."


def table(rng, n, d, scale=1.0):
    """A table (n, d) whose columns lie and spread very differently, as real ones do."""
    return scale * (rng.normal(0, 5, d) + rng.normal(size=(n, d)) * rng.uniform(0.5, 8, d))


def with_constant(features, column, value=3.0):
    """A copy in which one column holds one value, one that floats represent exactly."""
    features = features.copy()
    features[:, column] = value
    return features


def correlated(rng, n, d):
    """A table (n, d) whose variances along its axes lie well apart, so that the axes are unique up to sign."""
    directions, _ = np.linalg.qr(rng.normal(size=(d, d)))
    spread = 3.0 * 0.55 ** np.arange(d)
    sample = rng.normal(size=(n, d))
    sample -= sample.mean(axis=0)
    white = np.linalg.svd(sample, full_matrices=False)[0] * np.sqrt(n)
    return (white * spread) @ directions.T + rng.normal(0, 2, d)
