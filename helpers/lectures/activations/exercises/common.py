"""What the exercises of lecture 04 share: sentences that fit several of them, inputs for functions of one number."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import call

LECTURE = "04_activations"

NOT_IN_PLACE = (
    "The function writes into the array that it was given, and the caller's numbers are lost. Put the result into a "
    "new array; `np.array(..., dtype=float)` makes a copy."
)
IN_INTEGERS = (
    "The result was put into an array of integers, which cuts off everything after the decimal point. "
    "`np.array(..., dtype=float)` and `np.zeros(shape)` make arrays of floats."
)
WITH_IF = (
    "An `if` needs one answer, and `x > 0` gives one for each number of the array. `np.where(x > 0, a, b)` chooses "
    "for each number by itself."
)
OVER_ONE_AXIS = (
    "A loop `for v in x` meets numbers only if the array has one axis; of a table it meets whole rows. NumPy's "
    "functions take arrays of any shape, and need no loop."
)

# Why a change to a solution makes no difference.
SAME_AT_ZERO = "Both sides give the same value at 0."


# Inputs of the functions that work on each number by itself. What is fixed in a part is enough to catch every known
# mistake, so that no verdict depends on the draw; what is drawn is there for answers that know the fixed inputs.


def spread(rng, shape, low=-4.0, high=4.0):
    """Random numbers that cover the range: one in each of as many steps as there are numbers, in random order."""
    count = math.prod(shape)
    places = (np.arange(count) + rng.random(count)) / count
    return rng.permutation(low + (high - low) * places).reshape(shape)


def quarters(numbers):
    """The numbers, rounded to quarters: single precision holds those below 1000 exactly."""
    return np.round(4 * numbers) / 4


def values(rng):
    return [
        call(np.array([-2.0, -0.5, 0.5, 2.0])),
        call(np.array([0.0, 1.0, -1.0])),
        call(spread(rng, (8,))),
        call(spread(rng, (60,), -8, 8)),
    ]


def shapes(rng):
    return [call(np.array([-1.5])), *(call(spread(rng, shape)) for shape in [(2, 2), (1, 5), (4, 1), (2, 3, 2)])]


def edge_cases(rng):
    return [
        call(np.array([-2, 3])),
        call(np.array([[-3, 1], [2, 0]])),
        call(rng.permutation(np.arange(-4, 5))),
        call(np.array([-0.005, 0.005])),
        call(np.array([-1.5, 2.5], dtype=np.float32)),
        call(spread(rng, (6,)).astype(np.float32)),
    ]


def numerical_range(rng):
    return [
        call(np.array([-1000.0])),
        call(np.array([1000.0])),
        # Numbers near 0 among them: whoever is wrong there is not right far out by luck.
        call(np.array([-745.0, -100.0, -36.0, -2.0])),
        call(np.array([0.5, 36.0, 100.0, 745.0])),
        call(quarters(np.concatenate([spread(rng, (12,), -1000, 1000), spread(rng, (8,))]))),
    ]


def far_out(rng):
    """Edge cases and inputs far from zero, where a warning costs nothing and a wrong value does."""
    return edge_cases(rng) + numerical_range(rng)


def each(function, x):
    """Apply a function of one number to all of `x`, keeping its shape."""
    return np.array([function(float(v)) for v in np.ravel(x)]).reshape(np.shape(x))


def nested(function, x):
    """Apply a function of one number to all of `x`, giving nested lists."""
    return each(function, x).tolist()


def in_rows(function, x):
    """Apply a function of one number to all of `x`, giving a tuple of what stands along the first axis."""
    return tuple(each(function, x))
