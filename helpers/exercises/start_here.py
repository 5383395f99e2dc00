"""The exercise of lecture 00, on which checks, hints and points are explained."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(values):
    numbers = [float(v) for v in np.ravel(values)]
    return math.fsum(v * v for v in numbers) / len(numbers)


def values(rng):
    return [
        call(np.array([1.0, -2.0, 3.0])),
        call(rng.normal(0, 2, 5)),
        call(rng.uniform(-10, 10, 30)),
    ]


def edge_cases(rng):
    return [
        call([1.5, -0.5]),
        call([3, 4]),
        call(np.array([2.5])),
        call(np.zeros(4)),
        call(rng.integers(-9, 10, 7)),
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=6).astype(np.float32)),
    ]


@mistake(
    "This is the square of the mean: positive and negative values cancel before the square can keep them apart. "
    "Square each value first, then take the mean."
)
def square_of_the_mean(values):
    return float(np.mean(values) ** 2)


@mistake("This is the sum of the squares. Divide it by the number of values.")
def sum_of_squares(values):
    return float(np.sum(np.square(values)))


@mistake("This is the *root* mean square. Leave the square root out.")
def root_mean_square(values):
    return float(np.sqrt(np.mean(np.square(values))))


@mistake("`//` cuts the digits after the point off. `/` keeps them.")
def whole_division(values):
    return float(np.sum(np.square(values)) // np.size(values))


@mistake(
    "The result is right, but `*=` and `**=` wrote the squares into the caller's array. `values ** 2` makes a new one."
)
def squares_in_place(values):
    values = np.asarray(values, dtype=float)
    values *= values
    return values.mean()


@mistake("This is the variance: the mean was taken off first. The mean square is of the values as they are.")
def variance(values):
    return float(np.var(values))


@mistake("This is the mean of the absolute values. Square them instead.")
def mean_absolute(values):
    return float(np.mean(np.abs(values)))


@mistake(
    "You divide by `len`, which counts the rows of a table and not its numbers. `np.mean`, or `.size`, counts them all."
)
def divides_by_rows(values):
    return float(np.sum(np.square(values)) / len(values))


def with_numpy(values):
    return np.mean(np.asarray(values, dtype=float) ** 2)


def with_dot(values):
    values = np.ravel(np.array(values, dtype=float))
    return float(values @ values / values.size)


def with_a_loop(values):
    total, count = 0.0, 0
    for value in np.ravel(values):
        total += float(value) ** 2
        count += 1
    return total / count


def in_single_precision(values):
    return np.mean(np.square(np.asarray(values, dtype=np.float32)))


def with_statistics(values):
    return statistics.fmean(v * v for v in np.array(values, dtype=float).flatten().tolist())


def as_array_of_no_dimension(values):
    squares = np.array(values, dtype=float)
    squares *= squares
    return np.asarray(squares.sum() / squares.size)


MEAN_SQUARE = Exercise(
    name="mean_square",
    lecture="00_start_here",
    section="Your turn",
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        square_of_the_mean,
        sum_of_squares,
        root_mean_square,
        whole_division,
        squares_in_place,
        variance,
        mean_absolute,
        divides_by_rows,
    ),
    spellings=(
        with_numpy,
        with_dot,
        with_a_loop,
        in_single_precision,
        with_statistics,
        as_array_of_no_dimension,
    ),
    hints=(
        "Two steps: every value squared, then their mean. The order matters.",
        "`np.asarray(values, dtype=float)` makes an array of a list, and `** 2` squares each item of an array.",
        "`np.mean` takes the mean of an array. What should stand in its parentheses?",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(values, dtype=float)` → `np.asarray(values)`": "The squares of integers are exact, and "
        "their mean is a float.",
        "line 1: `np.asarray(values, dtype=float)` → `values`": "`np.square` makes an array of a list.",
        "line 2: `float(np.mean(squares))` → `np.mean(squares)`": "A NumPy float is as good as one of Python.",
    },
)

EXERCISES = (MEAN_SQUARE,)
