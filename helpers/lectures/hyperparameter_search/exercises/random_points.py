"""random_points: points drawn evenly over a box. They are judged by the distribution they come from."""

from __future__ import annotations

import numpy as np
import scipy

from helpers.judging.compare import Difference
from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, FROM_RNG, UNIFORM, Draws
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    BETWEEN_ENDS,
    FIXED,
    GRID,
    LECTURE,
    NOT_FROM_RNG,
    ManyDraws,
    Recognized,
    position,
    repeated,
    seeded,
    spread_evenly,
)

# Why a change to the solution makes no difference.
FLOATS_ANYWAY = "The draws are floats whatever the ends are."
PLANE = [(-6.0, -3.0), (-5.0, 5.0)]


def spread(centred, source=FROM_RNG, kind=Draws):
    note = "With every range stretched so that it goes from -1 to 1: "
    return kind(UNIFORM, lambda *_: BETWEEN_ENDS, source, centred, note)


def in_the_ranges(values, ranges, count):
    low, high = np.asarray(ranges, dtype=float).T
    return position(values, low, high)


# What undoes the draws of the mistakes.


def in_the_first_range(values, ranges, count):
    return position(values, *np.asarray(ranges, dtype=float)[0])


def turned_back(values, ranges, count):
    return in_the_ranges(values.T, ranges, count)


def exponents_in_the_ranges(values, ranges, count):
    return in_the_ranges(np.log10(values), ranges, count)


def in_the_unit_range(values, ranges, count):
    return 2 * values - 1


def in_the_shifted_ranges(values, ranges, count):
    return in_the_ranges(values + limits(ranges)[0], ranges, count)


RIGHT = spread(in_the_ranges)
MANY_RIGHT = spread(in_the_ranges, kind=ManyDraws)


def many(rng):
    return [
        call(PLANE, 400, seeded(rng)),
        call([(0.0, 4.0), (-2.0, 2.0), (-8.0, -7.0)], 300, seeded(rng)),
        call([(-1.5, 0.5), (-3.0, -1.0)], 350, seeded(rng)),
    ]


def few(rng):
    return [
        call(PLANE, 1, seeded(rng)),
        call([(2.0, 3.0)], 5, seeded(rng)),
        call([(-1, 1), (4, 6), (0, 2), (-7, -4)], 3, seeded(rng)),
    ]


def same_and_other(rng):
    """The same generator twice, then another one."""
    first = seeded(rng)
    return [call(PLANE, 400, first), call(PLANE, 400, first), call(PLANE, 400, seeded(rng))]


def oracle(ranges, count, rng):
    """Draw in a unit cube with SciPy, then stretch."""
    low, high = np.asarray(ranges, dtype=float).T
    return low + scipy.stats.uniform.rvs(size=(count, len(low)), random_state=rng) * (high - low)


def limits(ranges):
    return np.asarray(ranges, dtype=float).T


def on_a_diagonal(call, value, before=None):
    places = in_the_ranges(np.asarray(value), *call.arguments[:-1])
    same = np.ptp(places, axis=1).max() < 1e-5 and np.abs(places).max() < 1 + 1e-5
    return None if same else Difference("value", "The points do not lie on the diagonal.")


@mistake(
    "Every point has the same relative place on all axes: one number was drawn for each point. Then all points lie on "
    "the diagonal. Draw one for each axis.",
    on_a_diagonal,
)
def on_the_diagonal(ranges, count, rng):
    low, high = limits(ranges)
    return low + rng.random((count, 1)) * (high - low)


@mistake(
    "Every axis got the range of the first one. Each has its own pair in `ranges`.",
    spread(in_the_first_range),
)
def first_range_for_all(ranges, count, rng):
    low, high = ranges[0]
    return rng.uniform(low, high, (count, len(ranges)))


@mistake(
    "The result is transposed: a point is a row, so the shape is (count, axes).",
    spread(turned_back),
)
def turned(ranges, count, rng):
    low, high = limits(ranges)
    return rng.uniform(low, high, (count, len(low))).T


@mistake(
    "These are powers of 10. The ranges are those of the space that is searched, and so are the points.",
    spread(exponents_in_the_ranges),
)
def raised(ranges, count, rng):
    low, high = limits(ranges)
    return 10 ** rng.uniform(low, high, (count, len(low)))


def of_a_few_values(values, ranges, count):
    return any(map(repeated, values.T))


def rising(values, ranges, count):
    return (np.diff(values, axis=0) >= 0).all(axis=0).any()


def stratified(values, ranges, count):
    return any(map(spread_evenly, in_the_ranges(values, ranges, count).T))


@mistake(
    "There are only a few different values on each axis, as if they were rounded or picked from a grid. Draw from the "
    "whole range, so that every point brings a new value of every axis.",
    Recognized(of_a_few_values),
)
def picked_from_a_grid(ranges, count, rng):
    return np.stack([rng.choice(np.linspace(low, high, 5), count) for low, high in ranges], axis=1)


def whole(call, value, before=None):
    return None if np.asarray(value).dtype.kind in "iu" else Difference("value", "These are no whole numbers.")


@mistake("These are whole numbers, as `rng.integers` draws them. `rng.uniform` draws from the whole range.", whole)
def whole_numbers(ranges, count, rng):
    return np.stack([rng.integers(low, high + 1, count) for low, high in np.asarray(ranges, dtype=int)], axis=1)


@mistake(
    "The points are sorted along an axis, so each one says something about the next. Independent draws come in any "
    "order: leave the sorting out.",
    Recognized(rising),
)
def sorted_along_the_axes(ranges, count, rng):
    low, high = limits(ranges)
    return np.sort(rng.uniform(low, high, (count, len(low))), axis=0)


@mistake(
    "The points share the range out among themselves, as a Latin hypercube or a Sobol sequence does. That is a good "
    "way to search, but not what is asked for: independent draws.",
    Recognized(stratified),
)
def latin_hypercube(ranges, count, rng):
    low, high = limits(ranges)
    places = np.stack([rng.permutation(count) for _ in low], axis=1) + rng.random((count, len(low)))
    return low + places / count * (high - low)


@mistake(
    "The points lie between 0 and 1. Stretch and shift them to the ranges: low + (high - low) * number.",
    spread(in_the_unit_range),
)
def in_the_unit_cube(ranges, count, rng):
    return rng.random((count, len(ranges)))


@mistake(
    "The points lie between 0 and the length of each range: `low` was not added.",
    spread(in_the_shifted_ranges),
)
def without_the_low_end(ranges, count, rng):
    low, high = limits(ranges)
    return rng.random((count, len(low))) * (high - low)


@mistake(FIXED, spread(in_the_ranges, FIXED_SEED))
def with_its_own_seed(ranges, count, rng):
    low, high = limits(ranges)
    return np.random.default_rng(0).uniform(low, high, (count, len(low)))


@mistake(NOT_FROM_RNG, spread(in_the_ranges, ELSEWHERE))
def from_elsewhere(ranges, count, rng):
    low, high = limits(ranges)
    return np.random.default_rng().uniform(low, high, (count, len(low)))


def one_axis_at_a_time(ranges, count, rng):
    """Each axis is a column of its own: the form to take when the axes need different distributions."""
    return np.column_stack([rng.uniform(low, high, count) for low, high in ranges])


def stretched_unit_cube(ranges, count, rng):
    """First points in the unit cube, then the ranges: any other way of filling the cube can take the first line."""
    cube = rng.random((count, len(ranges)))
    low, high = np.array(ranges, dtype=float).T
    return low + cube * (high - low)


def with_arrays_of_ends(ranges, count, rng):
    low, high = np.asarray(ranges, dtype=float).T
    return rng.uniform(low, high, (count, len(ranges)))


def axis_by_axis(ranges, count, rng):
    return np.column_stack([rng.uniform(low, high, count) for low, high in ranges])


def point_by_point(ranges, count, rng):
    return [[float(rng.uniform(low, high)) for low, high in ranges] for _ in range(count)]


def as_tuples(ranges, count, rng):
    return [tuple(float(rng.uniform(low, high)) for low, high in ranges) for _ in range(count)]


def stretched(ranges, count, rng):
    ranges = np.array(ranges, dtype=float)
    return rng.random((count, len(ranges))) @ np.diag(ranges[:, 1] - ranges[:, 0]) + ranges[:, 0]


def by_scipy(ranges, count, rng):
    axes = [scipy.stats.uniform(low, high - low).rvs(count, random_state=rng) for low, high in ranges]
    return np.stack(axes, axis=-1)


def by_legacy_generator(ranges, count, rng):
    old = np.random.RandomState(rng.integers(2**32))
    return np.array([old.uniform(low, high, count) for low, high in ranges]).T


def in_single_precision(ranges, count, rng):
    return with_arrays_of_ends(ranges, count, rng).astype(np.float32)


RANDOM_POINTS = Exercise(
    name="random_points",
    lecture=LECTURE,
    section=GRID,
    minutes=4,
    difficulty=1,
    parts=(
        Part("distribution", 3, many, judge=MANY_RIGHT),
        Part("shapes", 1, few, judge=RIGHT),
        Part("draws from rng", 1, same_and_other, judge=RIGHT),
    ),
    oracle=oracle,
    mistakes=(
        on_the_diagonal,
        first_range_for_all,
        turned,
        raised,
        picked_from_a_grid,
        whole_numbers,
        sorted_along_the_axes,
        latin_hypercube,
        in_the_unit_cube,
        without_the_low_end,
        with_its_own_seed,
        from_elsewhere,
    ),
    spellings=(
        one_axis_at_a_time,
        stretched_unit_cube,
        with_arrays_of_ends,
        axis_by_axis,
        point_by_point,
        as_tuples,
        stretched,
        by_scipy,
        by_legacy_generator,
        in_single_precision,
    ),
    hints=(
        "Each number of the result is drawn on its own, between the two ends of its axis.",
        "`rng.uniform` takes arrays of low and of high ends and a shape; they have to fit the last axis of that shape.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(ranges, dtype=float)` → `np.asarray(ranges)`": FLOATS_ANYWAY,
    },
)
