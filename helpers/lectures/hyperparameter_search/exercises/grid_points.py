"""grid_points: every combination of evenly spaced values."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, mistake

from .common import GRID, LECTURE


def drawn(rng, axes):
    """As many ranges, with ends that are quickly typed."""
    lows = rng.uniform(-8, 0, axes)
    highs = lows + rng.uniform(1, 8, axes)
    return list(zip(lows.round(2).tolist(), highs.round(2).tolist(), strict=True))


def values(rng):
    return [
        call([(-6.0, -3.0), (-5.0, 5.0)], 3),
        call([(-6.0, -3.0), (-5.0, 5.0)], 4),
        call(drawn(rng, 2), 5),
        call(drawn(rng, 3), 3),
    ]


def shapes(rng):
    return [call([(-4.0, 0.0)], 5), call(drawn(rng, 1), 2), call(drawn(rng, 2), 2), call(drawn(rng, 4), 2)]


def edge_cases(rng):
    return [
        call([(-6, -3), (-5, 5)], 4),
        call([(-1.5, 1.5), (0.0, 0.25)], 3),
        call(drawn(rng, 2), 7),
    ]


def oracle(ranges, per_axis):
    """Count in base `per_axis`: the digits of a point's number say where it stands on each axis."""
    points = []
    for number in range(per_axis ** len(ranges)):
        point = []
        for low, high in reversed([(Fraction(float(low)), Fraction(float(high))) for low, high in ranges]):
            number, digit = divmod(number, per_axis)
            point.append(float(low + (high - low) * digit / (per_axis - 1)))
        points.append(point[::-1])
    return np.array(points)


def axes_of(ranges, per_axis):
    return [np.linspace(low, high, per_axis) for low, high in ranges]


def product_of(axes):
    return np.array(list(itertools.product(*axes)), dtype=float)


@mistake(
    "The upper end is missing on every axis. Both ends belong to the grid: `np.linspace` has them, `np.arange` not."
)
def without_the_upper_end(ranges, per_axis):
    return product_of([np.linspace(low, high, per_axis, endpoint=False) for low, high in ranges])


@mistake(
    "These are the middles of the cells, without the ends. Such a grid is a good choice too, but here both ends belong "
    "to it: `np.linspace`."
)
def middles_of_cells(ranges, per_axis):
    return product_of([low + (high - low) * (np.arange(per_axis) + 0.5) / per_axis for low, high in ranges])


@mistake("There is one value too many on each axis: `per_axis` counts values, not steps.")
def one_too_many(ranges, per_axis):
    return product_of(axes_of(ranges, per_axis + 1))


@mistake("The axes were walked side by side, which gives a diagonal. A grid has every combination: `per_axis` ** axes.")
def a_diagonal(ranges, per_axis):
    return np.stack(axes_of(ranges, per_axis), axis=1)


@mistake("These are the axes alone, one a row. The grid has every combination of their values, one a row.")
def the_axes_alone(ranges, per_axis):
    return np.array(axes_of(ranges, per_axis))


@mistake("These are only the corners: the combinations of the ends. Each axis has `per_axis` values, `np.linspace`.")
def corners(ranges, per_axis):
    return product_of(ranges)


@mistake(
    "These are the arrays that `np.meshgrid` returns, one for each axis. A point is a row: stack them along the last "
    "axis, then reshape to (count, axes)."
)
def grids_of_meshgrid(ranges, per_axis):
    return np.array(np.meshgrid(*axes_of(ranges, per_axis), indexing="ij"))


@mistake(
    "The values on each axis are whole numbers, cut from the ones between. Evenly spaced values have fractions: leave "
    "`dtype=int` out."
)
def whole_numbers(ranges, per_axis):
    return np.array(list(itertools.product(*(np.linspace(low, high, per_axis, dtype=int) for low, high in ranges))))


@mistake("Every axis runs from its high end to its low end. The low end comes first.")
def high_end_first(ranges, per_axis):
    return product_of([axis[::-1] for axis in axes_of(ranges, per_axis)])


@mistake("The result is transposed: a point is a row, so the shape is (count, axes).")
def turned(ranges, per_axis):
    return product_of(axes_of(ranges, per_axis)).T


@mistake(
    "All points are there, in another order: the last axis should change fastest, as in nested loops. `np.meshgrid` "
    "does so with `indexing='ij'`."
)
def first_axis_fastest(ranges, per_axis):
    return product_of(axes_of(ranges, per_axis)[::-1])[:, ::-1]


@mistake("All points are there, in another order: without `indexing='ij'`, `np.meshgrid` swaps the first two axes.")
def meshgrid_of_pictures(ranges, per_axis):
    grids = np.meshgrid(*axes_of(ranges, per_axis))
    return np.stack([grid.ravel() for grid in grids], axis=1)


@mistake("These are powers of 10. The ranges are those of the space that is searched, and so are the points.")
def raised(ranges, per_axis):
    return 10.0 ** product_of(axes_of(ranges, per_axis))


@mistake("Every axis got the range of the first one. Each has its own pair in `ranges`.")
def first_range_for_all(ranges, per_axis):
    return product_of(axes_of([ranges[0]] * len(ranges), per_axis))


@mistake(
    "These are `per_axis` points in all. `per_axis` counts the values on each axis; the grid has all combinations."
)
def so_many_in_all(ranges, per_axis):
    return product_of(axes_of(ranges, per_axis))[:per_axis]


def product_of_the_axes(ranges, per_axis):
    """`itertools.product` is nested loops in one call, however many axes there are: the plainest way for a grid."""
    axes = [np.linspace(low, high, per_axis) for low, high in ranges]
    return np.array(list(itertools.product(*axes)))


def digits_of_the_number(ranges, per_axis):
    """Point number k is k written in base per_axis: any single point can be computed without making the whole grid."""
    axes = len(ranges)
    numbers = np.arange(per_axis**axes)
    points = np.empty((len(numbers), axes))
    for axis, (low, high) in enumerate(ranges):
        digits = numbers // per_axis ** (axes - 1 - axis) % per_axis
        points[:, axis] = low + (high - low) * digits / (per_axis - 1)
    return points


def with_product(ranges, per_axis):
    return np.array(list(itertools.product(*(np.linspace(low, high, per_axis) for low, high in ranges))))


def with_meshgrid(ranges, per_axis):
    grids = np.meshgrid(*(np.linspace(low, high, per_axis) for low, high in ranges), indexing="ij")
    return np.stack(grids, axis=-1).reshape(-1, len(ranges))


def with_indices(ranges, per_axis):
    ranges = np.asarray(ranges, dtype=float)
    places = np.indices((per_axis,) * len(ranges)).reshape(len(ranges), -1).T
    return ranges[:, 0] + places / (per_axis - 1) * (ranges[:, 1] - ranges[:, 0])


def with_loops(ranges, per_axis):
    points = [[]]
    for low, high in ranges:
        step = (high - low) / (per_axis - 1)
        points = [[*point, float(low + i * step)] for point in points for i in range(per_axis)]
    return points


def as_tuples(ranges, per_axis):
    return list(itertools.product(*(np.linspace(low, high, per_axis).tolist() for low, high in ranges)))


def axis_by_axis(ranges, per_axis):
    axes = len(ranges)
    points = np.empty((per_axis**axes, axes))
    for axis, (low, high) in enumerate(ranges):
        column = np.repeat(np.linspace(low, high, per_axis), per_axis ** (axes - axis - 1))
        points[:, axis] = np.tile(column, per_axis**axis)
    return points


def in_single_precision(ranges, per_axis):
    return np.array(list(itertools.product(*axes_of(ranges, per_axis))), dtype=np.float32)


def _first_axis_fastest(result, ranges, per_axis):
    """The same points in another order; what is no grid stays as it is."""
    if np.shape(result) != (per_axis ** len(ranges), len(ranges)):
        return result
    grid = np.reshape(result, [per_axis] * len(ranges) + [len(ranges)])
    return np.transpose(grid, [*reversed(range(len(ranges))), len(ranges)]).reshape(np.shape(result))


GRID_POINTS = Exercise(
    name="grid_points",
    lecture=LECTURE,
    section=GRID,
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("shapes", 1, shapes), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        without_the_upper_end,
        middles_of_cells,
        one_too_many,
        a_diagonal,
        the_axes_alone,
        corners,
        grids_of_meshgrid,
        whole_numbers,
        high_end_first,
        turned,
        first_axis_fastest,
        meshgrid_of_pictures,
        raised,
        first_range_for_all,
        so_many_in_all,
    ),
    spellings=(
        product_of_the_axes,
        digits_of_the_number,
        with_product,
        with_meshgrid,
        with_indices,
        with_loops,
        as_tuples,
        axis_by_axis,
        in_single_precision,
    ),
    hints=(
        "First the values of each axis, with both ends; then every combination of them.",
        "`np.linspace` makes one axis; `itertools.product` walks through all combinations, the last axis fastest.",
    ),
    equivalent_mutants={
        "line 2: `1` → `2`": "Any negative length tells NumPy to work it out.",
    },
    choices=(
        Choice(
            "the first axis changing fastest",
            texts={
                "the last axis changes fastest": "the first axis changes fastest",
                "[-6.0, 1.0], [-3.0, 0.0]": "[-3.0, 0.0], [-6.0, 1.0]",
            },
            code={"the last axis fastest": "the last axis fastest; turn that around"},
            changed=_first_axis_fastest,
            without=("first_axis_fastest", "meshgrid_of_pictures"),
        ),
        Choice(
            "every axis from its high end to its low end",
            texts={
                "in the order of nested loops: the last axis": (
                    "every axis from high to low, in the order of nested loops: the last axis"
                ),
                "[[-6.0, 0.0], [-6.0, 1.0], [-3.0, 0.0], [-3.0, 1.0]]": (
                    "[[-3.0, 1.0], [-3.0, 0.0], [-6.0, 1.0], [-6.0, 0.0]]"
                ),
            },
            changed=lambda result, *others: result[::-1],
            without=("high_end_first",),
        ),
    ),
)
