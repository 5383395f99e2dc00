"""`uniform_limit`: the ends of a uniform distribution with a given deviation. The oracle asks SciPy for a deviation."""

from __future__ import annotations

import math

import numpy as np
import scipy

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, LIMIT, NOT_IN_PLACE


def limit_values(rng):
    return [
        call(np.array([0.5, 2.0])),
        call(np.array([1.0, 0.1, 3.0])),
        call(rng.uniform(0.01, 4, 6)),
    ]


def limit_edges(rng):
    return [
        call(np.array([0.0, 3.0])),
        call(np.array([[1, 2], [0, 4]])),
        call(rng.uniform(0.01, 4, (2, 3)).astype(np.float32)),
    ]


def uniform_limit_oracle(sigma):
    # The deviation of a uniform distribution grows with its width.
    return np.asarray(sigma, dtype=float) / scipy.stats.uniform(loc=-1, scale=2).std()


@mistake("The square is missing: the limit is sqrt(3 * sigma**2), and this is sqrt(3 * sigma).")
def limit_without_the_square(sigma):
    return np.sqrt(3 * sigma)


@mistake("The square root of the 3 is missing: this is 3 sigma.")
def limit_without_the_root(sigma):
    return 3.0 * sigma


@mistake("This is sigma / sqrt(3), the standard deviation for the limit sigma. The other direction is asked for.")
def limit_upside_down(sigma):
    return sigma / np.sqrt(3)


@mistake("This is the whole width of the interval, from -r to r. The limit r is half of it.")
def limit_whole_width(sigma):
    return np.sqrt(12) * sigma


@mistake("The limit is not the standard deviation: all numbers lie within the limit, so it is larger than sigma.")
def limit_is_sigma(sigma):
    return 1.0 * sigma


@mistake("This is 3 sigma², the square of the limit. Take the square root.")
def limit_squared(sigma):
    return 3.0 * sigma**2


@mistake("This is sqrt(6) sigma. The 6 belongs to Glorot's formula, in which sigma² is 2/(fan_in + fan_out) already.")
def limit_with_glorot_s_six(sigma):
    return np.sqrt(6) * sigma


@mistake("The square root of 3 was rounded to 1.732. `np.sqrt(3)` has all digits.")
def limit_with_a_rounded_root(sigma):
    return 1.732 * sigma


@mistake("`math.sqrt` takes one number at a time. `np.sqrt` takes whole arrays.")
def limit_of_one_number(sigma):
    return math.sqrt(3 * sigma**2)


@mistake(NOT_IN_PLACE)
def limit_in_place(sigma):
    sigma *= np.sqrt(3)
    return sigma


@mistake(NOT_IN_PLACE)
def limit_in_place_of_floats(sigma):
    sigma = np.asarray(sigma, dtype=float)
    sigma *= np.sqrt(3)
    return sigma


def limit_by_factor(sigma):
    return math.sqrt(3) * np.asarray(sigma)


def limit_by_variance(sigma):
    """The variance is r² / 3, so r is the square root of three times the variance: the formula as it is derived."""
    variance = np.square(sigma)
    return np.sqrt(3.0 * variance)


def limit_by_power(sigma):
    return np.multiply(sigma, 3**0.5)


def limit_by_width(sigma):
    """A uniform distribution of width w has the standard deviation w / sqrt(12), and the limit is half the width."""
    width = np.sqrt(12.0) * sigma
    return width / 2


def limit_by_tangent(sigma):
    return np.tan(np.pi / 3) * np.array(sigma)


def limit_as_lists(sigma):
    def one(value):
        return [one(item) for item in value] if np.ndim(value) else math.sqrt(3) * float(value)

    return one(sigma)


def limit_as_a_tuple(sigma):
    return tuple(math.sqrt(3) * np.asarray(sigma))


def limit_in_single_precision(sigma):
    return np.sqrt(np.float32(3)) * np.asarray(sigma, dtype=np.float32)


UNIFORM_LIMIT = Exercise(
    name="uniform_limit",
    lecture=LECTURE,
    section=LIMIT,
    minutes=3,
    difficulty=1,
    parts=(Part("values", 1, limit_values), Part("edge cases", 1, limit_edges)),
    oracle=uniform_limit_oracle,
    mistakes=(
        limit_without_the_square,
        limit_without_the_root,
        limit_upside_down,
        limit_whole_width,
        limit_is_sigma,
        limit_squared,
        limit_with_glorot_s_six,
        limit_with_a_rounded_root,
        limit_of_one_number,
        limit_in_place,
        limit_in_place_of_floats,
    ),
    spellings=(
        limit_by_factor,
        limit_by_variance,
        limit_by_power,
        limit_by_width,
        limit_by_tangent,
        limit_as_lists,
        limit_as_a_tuple,
        limit_in_single_precision,
    ),
    hints=(
        "The mean of x² over the interval from -r to r is r²/3. Set that equal to the variance.",
        "Solve sigma² = r²/3 for r.",
    ),
)
