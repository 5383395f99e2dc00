"""What the exercises of lecture 03 share: sentences that fit several of them, and tables to ask about.

No drawn table holds what an exercise does not mean to ask: means near 0, small ranges, near ties and directions of
nearly the same variance would make a right answer in single precision wrong, and a wrong one right by luck.
"""

from __future__ import annotations

import numpy as np

LECTURE = "03_preprocessing"

IN_PLACE = (
    "The values are right, but they were written into the caller's array: `-=` and `/=` work in place, and "
    "`np.asarray` does not copy an array of floats. Put the result into a new array."
)
INTO_WHOLE_NUMBERS = " An array of integers cannot hold the result at all."
OVER_ROWS = (
    "The statistics were taken over each row. A row is one sample, a column one feature: `axis=0` gives one number for "
    "each column."
)
OVER_EVERYTHING = (
    "One number was taken over the whole table. Every column has its own unit, so each needs its own number: `axis=0`."
)
TAKEN_FOR_CONSTANT = (
    "A column of very small numbers was treated as constant. Perhaps its unit is only large: a column is constant if "
    "all of its values are equal, and not otherwise."
)


def table(rng, n, d, scale=1.0):
    """A table (n, d) whose columns lie and spread very differently, as real ones do.

    The gaps between the sorted values of a column grow, so that mean and median differ and no two values are close.
    The mean lies one to three standard deviations away from 0.
    """
    gaps = np.linspace(1, 4, n)[:, None] * rng.uniform(0.9, 1.1, (n, d))
    columns = rng.permuted(np.cumsum(gaps, axis=0), axis=0)
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    spread = rng.permuted(np.geomspace(0.5, 8, d))
    return scale * spread * rng.choice([-1, 1], d) * (columns + rng.uniform(1.2, 3, d) * rng.choice([-1, 1], d))


def whole_table(rng, n, d, dtype=np.int64):
    """A table (n, d) of whole numbers from 0 to 255, each column with its own range."""
    columns = table(rng, n, d)
    shares = (columns - columns.min(axis=0)) / np.ptp(columns, axis=0)
    return np.round(rng.integers(2, 9, d) + rng.permuted(np.linspace(100, 240, d)) * shares).astype(dtype)


def with_constant(features, column, value=3.0):
    """A copy in which one column holds one value, one that floats represent exactly."""
    features = features.copy()
    features[:, column] = value
    return features


def with_tiny(features, column):
    """A copy in which one column varies by less than 1e-8, the usual bound for "practically 0"."""
    features = features.copy()
    features[:, column] *= 2e-9 / features[:, column].std()
    return features


def correlated(rng, n, d):
    """A table (n, d) whose variances along its axes lie well apart, so that the axes are unique up to sign.

    They are turned away from the columns, the last column varies most, and the mean lies away from 0.
    """
    directions = np.eye(d)
    for i in range(d - 1):
        angle = rng.uniform(0.3, 0.6) * rng.choice([-1, 1])
        turn = np.eye(d)
        turn[i : i + 2, i : i + 2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        directions = directions @ turn
    sample = rng.normal(size=(n, d))
    white = np.linalg.svd(sample - sample.mean(axis=0), full_matrices=False)[0] * np.sqrt(n)
    return (white * 3.0 * 0.55 ** np.arange(d)[::-1]) @ directions.T + rng.uniform(1.5, 3, d) * rng.choice([-1, 1], d)
