"""`uniform_limit`: the ends of a uniform distribution with a given deviation. The oracle asks SciPy for a deviation."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from helpers.exercises.initialization.common import FLOATS_ANYWAY, LECTURE, LIMIT, NO_LISTS, NOT_IN_PLACE
from helpers.judging.exercise import Exercise, Part, call, mistake


def limit_values(rng):
    return [
        call(0.5),
        call(2.0),
        call(np.array([1.0, 0.1, 3.0])),
        call(rng.uniform(0.01, 4, 6)),
    ]


def limit_edges(rng):
    return [
        call(0.0),
        call(3),
        call([0.5, 2.0]),
        call([[1, 2], [0, 4]]),
        call(rng.uniform(0.01, 4, (2, 3)).astype(np.float32)),
    ]


def uniform_limit_oracle(sigma):
    # The deviation of a uniform distribution grows with its width.
    return np.asarray(sigma, dtype=float) / stats.uniform(loc=-1, scale=2).std()


@mistake("The square is missing: under the root belongs 3 sigma², so sigma itself comes out of it.")
def limit_without_the_square(sigma):
    return np.sqrt(3 * np.asarray(sigma, dtype=float))


@mistake("The root of the 3 is missing.")
def limit_without_the_root(sigma):
    return 3 * np.asarray(sigma, dtype=float)


@mistake("This is the other way round: the deviation that belongs to the limit sigma.")
def limit_upside_down(sigma):
    return np.asarray(sigma, dtype=float) / np.sqrt(3)


@mistake("This is the whole width of the interval, from -r to r. The limit r is half of it.")
def limit_whole_width(sigma):
    return np.sqrt(12) * np.asarray(sigma, dtype=float)


@mistake("The limit is not the deviation: most numbers of a uniform distribution lie nearer to 0 than its limit.")
def limit_is_sigma(sigma):
    return np.array(sigma, dtype=float)


@mistake("This is 3 sigma²: the root is still to be taken.")
def limit_squared(sigma):
    return 3 * np.asarray(sigma, dtype=float) ** 2


@mistake(NO_LISTS)
def limit_of_no_lists(sigma):
    return math.sqrt(3) * sigma


@mistake("`math.sqrt` takes one number at a time. `np.sqrt` takes whole arrays.")
def limit_of_one_number(sigma):
    return math.sqrt(3 * sigma**2)


@mistake(NOT_IN_PLACE)
def limit_in_place(sigma):
    sigma = np.asarray(sigma, dtype=float)
    sigma *= np.sqrt(3)
    return sigma


def limit_by_the_deck(sigma):
    return np.sqrt(3 * np.square(np.asarray(sigma, dtype=float)))


def limit_by_power(sigma):
    return np.multiply(sigma, 3**0.5)


def limit_by_width(sigma):
    return np.sqrt(12.0) * np.asarray(sigma) / 2


def limit_by_tangent(sigma):
    return np.tan(np.pi / 3) * np.array(sigma)


def limit_as_lists(sigma):
    def one(value):
        return [one(item) for item in value] if np.ndim(value) else math.sqrt(3) * float(value)

    return one(sigma)


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
        limit_of_no_lists,
        limit_of_one_number,
        limit_in_place,
    ),
    spellings=(
        limit_by_the_deck,
        limit_by_power,
        limit_by_width,
        limit_by_tangent,
        limit_as_lists,
        limit_in_single_precision,
    ),
    hints=(
        "The mean of x² over the interval from -r to r is r²/3. Set that equal to the variance.",
        "Solve sigma² = r²/3 for r.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(sigma, dtype=float)` → `np.asarray(sigma)`": FLOATS_ANYWAY,
    },
)
