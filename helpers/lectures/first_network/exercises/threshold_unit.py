"""`threshold_unit`: 1 where a weighted sum reaches 0. The oracle adds single numbers exactly."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, NO_BIAS

ALL_PAIRS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def oracle(x, weights, bias):
    sums = [sum(Fraction(float(a)) * Fraction(float(b)) for a, b in zip(row, weights, strict=True)) for row in x]
    return np.array([int(s + Fraction(float(bias)) >= 0) for s in sums], dtype=int)


def both_sides(rng, n, d):
    """Random samples, and a bias that puts about half of the sums on either side of 0, none of them next to it."""
    x, weights = rng.normal(0, 1, (n, d)), rng.normal(0, 1, d)
    ordered = np.sort(x @ weights)
    return call(x, weights, float(-(ordered[n // 2 - 1] + ordered[n // 2]) / 2))


def values(rng):
    return [
        call(ALL_PAIRS, np.array([1.0, 1.0]), -1.5),
        call(ALL_PAIRS, np.array([1.0, 1.0]), -0.5),
        call(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]]), np.ones(3), -2.0),
        both_sides(rng, 8, 3),
        both_sides(rng, 20, 5),
        both_sides(rng, 14, 2),
    ]


def edge_cases(rng):
    whole = rng.integers(-3, 4, (6, 3))
    return [
        call(np.array([[1.0], [2.0], [3.0]]), np.array([1.0]), -2.0),  # one sum is exactly 0
        call(ALL_PAIRS, np.array([-1.0, -1.0]), 1.0),
        call(np.zeros((3, 2)), rng.normal(0, 1, 2), 0.0),
        call(whole, np.array([1, -2, 1]), -int(whole[0] @ [1, -2, 1])),
        call(np.ones((1, 4)), np.full(4, 0.5), -2.5),
    ]


@mistake("A sum of exactly 0 gave 0. The unit fires where the sum is at least 0: `>=`.")
def above_zero(x, weights, bias):
    return (x @ weights + bias > 0).astype(int)


@mistake(NO_BIAS)
def without_bias(x, weights, bias):
    return (x @ weights >= 0).astype(int)


@mistake("The bias was subtracted. It is added to the weighted sum.")
def bias_subtracted(x, weights, bias):
    return (x @ weights - bias >= 0).astype(int)


@mistake("These are True and False. Integers 0 and 1 are asked for: `.astype(int)`.")
def as_booleans(x, weights, bias):
    return x @ weights + bias >= 0


@mistake("These are the weighted sums. Compare them with 0.")
def sums(x, weights, bias):
    return x @ weights + bias


@mistake("The results 0 and 1 are exchanged: the unit is 1 where the sum is at least 0.")
def turned_round(x, weights, bias):
    return (x @ weights + bias < 0).astype(int)


@mistake("The results are -1 and 1. Integers 0 and 1 are asked for.")
def signs(x, weights, bias):
    return np.where(x @ weights + bias >= 0, 1, -1)


@mistake(
    "The bias counts once for each input: it was added to every product, or the mean of the products was taken. Take "
    "their sum, and add the bias once."
)
def bias_for_every_input(x, weights, bias):
    return ((x * weights + bias).sum(axis=1) >= 0).astype(int)


@mistake("The inputs were added without their weights.")
def without_weights(x, weights, bias):
    return (x.sum(axis=1) + bias >= 0).astype(int)


@mistake("The result is a float, 0.0 or 1.0. Integers are asked for: `.astype(int)`.")
def as_floats(x, weights, bias):
    return (x @ weights + bias >= 0).astype(float)


def with_heaviside(x, weights, bias):
    """`np.heaviside(sums, 1)` is this step: its second argument is the value at exactly 0."""
    return np.heaviside(x @ weights + bias, 1).astype(int)


def with_loops(x, weights, bias):
    """Sample by sample, as a formula says it: add up the products, add the bias, compare with 0."""
    fired = []
    for row in x:
        total = bias
        for value, weight in zip(row, weights, strict=True):
            total += value * weight
        fired.append(1 if total >= 0 else 0)
    return fired


def with_where(x, weights, bias):
    return np.where(np.dot(x, weights) + bias < 0, 0, 1)


def with_einsum(x, weights, bias):
    return np.greater_equal(np.einsum("nd,d->n", x, weights), -bias).astype(np.int32)


def with_a_tuple(x, weights, bias):
    return tuple(int(math.fsum([*(row * weights).tolist(), bias]) >= 0) for row in x)


def as_unsigned(x, weights, bias):
    return ((x * weights).sum(axis=1) + bias >= 0).astype(np.uint8)


THRESHOLD_UNIT = Exercise(
    name="threshold_unit",
    lecture=LECTURE,
    section="1. What can one unit decide?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        above_zero,
        without_bias,
        bias_subtracted,
        as_booleans,
        sums,
        turned_round,
        signs,
        bias_for_every_input,
        without_weights,
        as_floats,
    ),
    spellings=(with_heaviside, with_loops, with_where, with_einsum, with_a_tuple, as_unsigned),
    hints=(
        "One weighted sum for each row of `x`: `x @ weights`. Then add the bias.",
        "Comparing an array with 0 gives True and False; `.astype(int)` makes 1 and 0 of them.",
    ),
)
