"""What the exercises of lecture 04 share: sentences that fit several of them, inputs for functions of one number."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import call

LECTURE = "04_activations"

NOT_IN_PLACE = (
    "The values are right, but they were written into the caller's array. `np.asarray` does not copy an array of "
    "floats; put the result into a new one."
)

# Why some changes to a solution make no difference.
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
ARRAYS_ANYWAY = "The next step makes an array of a list."
SAME_AT_ZERO = "Both sides give the same value at 0."


# Inputs of the functions that work on each number by itself.


def values(rng):
    return [
        call(np.array([-2.0, -0.5, 0.5, 2.0])),
        call(np.array([0.0, 1.0, -1.0])),
        call(rng.normal(0, 2, 8)),
        call(rng.uniform(-8, 8, 60)),
    ]


def shapes(rng):
    return [call(np.array([-1.5])), *(call(rng.normal(0, 2, shape)) for shape in [(2, 2), (1, 5), (2, 3, 2)])]


def edge_cases(rng):
    return [
        call([-1.5, 2.5]),
        call([[-3, 1], [2, 0]]),
        call([1, 2, 3]),
        call(-0.75),
        call(2),
        call(np.array([-2, 3])),
        call(rng.integers(-4, 5, 6)),
        call(rng.normal(0, 2, 6).astype(np.float32)),
    ]


def numerical_range(rng):
    return [
        call(np.array([-1000.0])),
        call(np.array([1000.0])),
        call(np.array([-745.0, -100.0, -36.0, 0.0])),
        call(np.array([0.0, 36.0, 100.0, 745.0])),
        call(rng.uniform(-1000, 1000, 20)),
    ]


def far_out(rng):
    """Edge cases and inputs far from zero, where a warning costs nothing and a wrong value does."""
    return edge_cases(rng) + numerical_range(rng)


def each(function, x):
    """Apply a function of one number to all of `x`, keeping its shape."""
    return np.array([function(float(v)) for v in np.ravel(x)]).reshape(np.shape(x))


def nested(function, x):
    """Apply a function of one number to nested lists, giving nested lists."""
    if isinstance(x, list | tuple | np.ndarray) and np.ndim(x):
        return [nested(function, item) for item in x]
    return function(float(x))
