"""The exercise of lecture 00, on which checks, hints and points are explained."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

NOT_IN_PLACE = (
    "The result is right, but `*=` or `**=` wrote the squares into the array that was given. `values ** 2` makes a "
    "new one."
)


def oracle(values):
    numbers = values.tolist()
    return math.fsum(v * v for v in numbers) / len(numbers)


def values(rng):
    return [
        call(np.array([1.0, -2.0, 3.0])),
        call(rng.normal(0, 2, 5)),
        call(rng.uniform(-10, 10, 30)),
    ]


def edge_cases(rng):
    return [
        call(np.array([1.5, -0.5])),
        call(np.array([3, 4])),
        call(np.array([2.5])),
        call(np.zeros(4)),
        call(rng.integers(-9, 10, 7)),
        call(rng.normal(1, 2, 6).astype(np.float32)),
    ]


@mistake("This is the square of the mean. Square each value first, then take the mean of the squares.")
def square_of_the_mean(values):
    return float(np.mean(values) ** 2)


@mistake("This is the sum of the squares. Divide it by the number of values.")
def sum_of_squares(values):
    return float(np.sum(np.square(values)))


@mistake("This is the *root* mean square. Leave the square root out.")
def root_mean_square(values):
    return float(np.sqrt(np.mean(np.square(values))))


@mistake("This is the norm, the root of the sum of the squares. Leave the root out and divide by the number of values.")
def norm(values):
    return float(np.linalg.norm(values))


@mistake("This is the mean of the values. Square each value first, then take the mean.")
def mean_of_the_values(values):
    return float(np.mean(values))


@mistake("These are the squares, one for each value. Take their mean.")
def squares_without_their_mean(values):
    return np.square(values)


@mistake("Each value was doubled: `*` multiplies. `values ** 2` squares.")
def doubled(values):
    return float(np.mean(values * 2))


@mistake("The sum was divided by n - 1. A mean divides by the number of values, n.")
def divided_by_one_less(values):
    with np.errstate(all="ignore"):
        return float(np.sum(np.square(values)) / (values.size - 1))


@mistake("The digits after the decimal point were dropped, as `//` and `int` do. Divide with `/`, and keep the float.")
def whole_division(values):
    return float(np.sum(np.square(values)) // np.size(values))


@mistake("The result was rounded to a whole number. Keep the digits after the decimal point.")
def rounded(values):
    return round(float(np.mean(np.square(values))))


@mistake("The loop returns in its first step. `return` belongs behind the loop, with the indentation of `for`.")
def returned_too_early(values):
    return float(values[0]) ** 2 / len(values)


@mistake(
    "Only the last square counts: `total = ...` forgets what was there before. Add to it in every step: `total += ...`."
)
def last_square_only(values):
    return float(values[-1]) ** 2 / len(values)


@mistake("The last value is left out. `range(len(values))` goes through all of them: it ends *before* its last number.")
def without_the_last(values):
    return float(np.sum(np.square(values[:-1]))) / len(values)


@mistake("The first value is left out. Places are counted from 0, so `range` begins there: `range(len(values))`.")
def without_the_first(values):
    return float(np.sum(np.square(values[1:]))) / len(values)


@mistake(NOT_IN_PLACE)
def squares_in_place(values):
    values = np.asarray(values, dtype=float)
    values *= values
    return values.mean()


@mistake(NOT_IN_PLACE)
def squares_in_place_of_integers_too(values):
    values **= 2
    return values.mean()


@mistake("This is the variance: the mean was subtracted first. The mean square is that of the values themselves.")
def variance(values):
    return float(np.var(values))


@mistake("This is the standard deviation. The mean square is that of the values themselves, without a root.")
def standard_deviation(values):
    return float(np.std(values))


@mistake("`^` is not a power in Python; it combines the bits of whole numbers. `values ** 2` squares.")
def power_by_a_caret(values):
    return float(np.mean(values ^ 2))


@mistake("This is the mean of the absolute values. Square the values instead.")
def mean_absolute(values):
    return float(np.mean(np.abs(values)))


def with_numpy(values):
    return np.mean(values**2)


def with_dot(values):
    """The dot product of the values with themselves is the sum of the squares; no array of squares is made."""
    return float(values @ values / len(values))


def with_a_loop(values):
    """A loop takes one number after the other, so it also works on a list or while a file is read."""
    total = 0.0
    for value in values:
        total += float(value) ** 2
    return total / len(values)


def in_single_precision(values):
    return np.mean(np.square(np.asarray(values, dtype=np.float32)))


def with_statistics(values):
    return statistics.fmean(v * v for v in values.tolist())


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
        norm,
        mean_of_the_values,
        squares_without_their_mean,
        doubled,
        divided_by_one_less,
        whole_division,
        rounded,
        returned_too_early,
        last_square_only,
        without_the_last,
        without_the_first,
        squares_in_place,
        squares_in_place_of_integers_too,
        variance,
        standard_deviation,
        mean_absolute,
        power_by_a_caret,
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
        "Two steps: square every value, then take the mean of the squares. The order matters.",
        "`values ** 2` squares each item of an array.",
        "`np.mean` takes the mean of an array. Of which array?",
    ),
)
