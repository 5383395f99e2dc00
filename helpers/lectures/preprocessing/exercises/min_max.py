"""`min_max`: a column between two bounds. The oracle works on single numbers, by exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, mistake

from .common import (
    IN_PLACE,
    INTO_WHOLE_NUMBERS,
    LECTURE,
    OVER_EVERYTHING,
    OVER_ROWS,
    TAKEN_FOR_CONSTANT,
    table,
    whole_table,
    with_constant,
    with_tiny,
)

ZERO_ANYWAY = "In a constant column the difference to the smallest value is 0, whatever it is divided by."


def oracle(features, low=0.0, high=1.0):
    low, high = Fraction(float(low)), Fraction(float(high))
    scaled = []
    for column in np.asarray(features, dtype=float).T.tolist():
        numbers = [Fraction(v) for v in column]
        span = max(numbers) - min(numbers)
        scaled.append([float(low + (high - low) * ((v - min(numbers)) / span if span else 0)) for v in numbers])
    return np.array(scaled).T


def values(rng):
    return [
        call(np.array([[0.0, 10.0], [2.0, 40.0], [4.0, 20.0]])),
        call(table(rng, 4, 3)),
        call(table(rng, 10, 2, scale=1000)),
    ]


def bounds(rng):
    # Both bounds on one side of 0: a result next to 0 would show the rounding of right formulas.
    low, width = float(rng.choice([-6, 2]) + rng.uniform(0, 1)), float(rng.uniform(1.5, 4))
    return [
        call(np.array([[0.0], [1.0], [4.0]]), low=-1.0, high=1.0),
        call(table(rng, 4, 2), 2.0, 5.0),
        call(table(rng, 5, 3), low=low, high=low + width),
        call(table(rng, 3, 2), high=3.0),
    ]


def edge_cases(rng):
    return [
        call(np.array([[2.0, 7.0], [4.0, 7.0], [3.0, 7.0]])),
        call(np.array([[2.0, 7.0], [4.0, 7.0], [3.5, 7.0]]), low=-1.0, high=1.0),
        call(with_constant(table(rng, 4, 2), 0), low=-1.0, high=2.0),
        call(np.array([[1.0, 1e-9], [2.0, 3e-9], [5.0, 8e-9]])),
        call(with_tiny(table(rng, 5, 2), 1)),
        call(whole_table(rng, 5, 2, np.uint8), low=-1.0),
        call(table(rng, 5, 2).astype(np.float32)),
    ]


@mistake("The columns were divided by their maximum. First subtract the minimum, then divide by the range.")
def by_the_maximum(features, low=0.0, high=1.0):
    largest = features.max(axis=0)
    return low + (high - low) * features / np.where(largest == 0, 1, largest)


@mistake(
    "The minimum was subtracted, but the division is by the maximum. Divide by the range: the maximum minus the "
    "minimum."
)
def range_is_the_maximum(features, low=0.0, high=1.0):
    largest = features.max(axis=0)
    return low + (high - low) * (features - features.min(axis=0)) / np.where(largest == 0, 1, largest)


@mistake("The minimum was not subtracted; only the range is right. Subtract it before you divide by the range.")
def minimum_not_subtracted(features, low=0.0, high=1.0):
    span = np.ptp(features, axis=0)
    return low + (high - low) * features / np.where(span == 0, 1, span)


@mistake(OVER_EVERYTHING)
def over_everything(features, low=0.0, high=1.0):
    return low + (high - low) * (features - features.min()) / np.ptp(features)


@mistake(OVER_ROWS)
def over_rows(features, low=0.0, high=1.0):
    span = np.ptp(features, axis=1, keepdims=True)
    return low + (high - low) * (features - features.min(axis=1, keepdims=True)) / np.where(span == 0, 1, span)


@mistake("`low` and `high` are not used: the columns go from 0 to 1 whatever is asked for.")
def bounds_ignored(features, low=0.0, high=1.0):
    return oracle(features)


@mistake(
    "The share between 0 and 1 was multiplied by `high`, not by `high - low`, so the largest value becomes low + high."
)
def multiplied_by_high(features, low=0.0, high=1.0):
    return low + high * oracle(features)


@mistake("The width is right, but `low` was not added at the end: the columns start at 0.")
def low_not_added(features, low=0.0, high=1.0):
    return (high - low) * oracle(features)


@mistake(
    "`low` and `high` were taken for the smallest and the largest value of the data. They are where the result should "
    "begin and end; take the extremes from each column."
)
def bounds_taken_for_the_extremes(features, low=0.0, high=1.0):
    return (features - low) / (high - low)


@mistake("The columns are upside down: the smallest value should become `low`, the largest `high`.")
def upside_down(features, low=0.0, high=1.0):
    return low + high - oracle(features, low, high)


@mistake("The columns were cut off at the bounds, not scaled: what lay outside is lost.")
def clipped(features, low=0.0, high=1.0):
    return np.clip(np.asarray(features, dtype=float), low, high)


@mistake("A constant column has a range of 0, so 0 is divided by 0. It should become `low`: divide by 1 there.")
def constant_is_nan(features, low=0.0, high=1.0):
    with np.errstate(all="ignore"):
        return low + (high - low) * (features - features.min(axis=0)) / np.ptp(features, axis=0)


@mistake("A constant column became the middle between the bounds. The docstring asks for `low`.")
def constant_is_the_middle(features, low=0.0, high=1.0):
    constant = np.ptp(features, axis=0) == 0
    return np.where(constant, (low + high) / 2, oracle(features, low, high))


@mistake("A constant column became 0 whatever the bounds are. The docstring asks for `low`.")
def constant_is_zero(features, low=0.0, high=1.0):
    return np.where(np.ptp(features, axis=0) == 0, 0.0, oracle(features, low, high))


@mistake("A constant column came back unchanged. The docstring asks for `low`.")
def constant_stays(features, low=0.0, high=1.0):
    return np.where(np.ptp(features, axis=0) == 0, features, oracle(features, low, high))


@mistake(
    "A small number was added to the range. The largest value of a column of small numbers then stays far below "
    "`high`: replace a range of 0 by 1, and leave the others."
)
def with_epsilon(features, low=0.0, high=1.0):
    smallest, largest = features.min(axis=0), features.max(axis=0)
    return low + (high - low) * (features - smallest) / (largest - smallest + 1e-8)


@mistake(TAKEN_FOR_CONSTANT)
def constant_by_a_bound(features, low=0.0, high=1.0):
    smallest, span = features.min(axis=0), np.ptp(features, axis=0)
    return low + (high - low) * (features - smallest) / np.where(span < 1e-8, 1, span)


@mistake("This is mean 0 and standard deviation 1. Asked for is the smallest value at `low`, the largest at `high`.")
def standardized(features, low=0.0, high=1.0):
    std = features.std(axis=0)
    return (features - features.mean(axis=0)) / np.where(std == 0, 1, std)


@mistake(IN_PLACE)
def in_place(features, low=0.0, high=1.0):
    features = np.asarray(features, dtype=float)
    span = np.ptp(features, axis=0)
    features -= features.min(axis=0)
    features /= np.where(span == 0, 1, span)
    return low + features * (high - low)


@mistake(IN_PLACE + INTO_WHOLE_NUMBERS)
def in_place_as_given(features, low=0.0, high=1.0):
    span = np.ptp(features, axis=0)
    features -= features.min(axis=0)
    features /= np.where(span == 0, 1, span)
    return low + features * (high - low)


def column_by_column(features, low=0.0, high=1.0):
    """`np.interp` draws the line from (smallest, low) to (largest, high), one column at a time."""
    scaled = np.full(features.shape, float(low))
    for j, column in enumerate(features.T):
        if column.min() < column.max():
            scaled[:, j] = np.interp(column, [column.min(), column.max()], [low, high])
    return scaled


def as_weighted_mean(features, low=0.0, high=1.0):
    """A weighted mean of both bounds: the extremes of a column become exactly `low` and `high`, without rounding."""
    smallest, largest = features.min(axis=0), features.max(axis=0)
    constant = smallest == largest
    share = (features - smallest) / (largest - smallest + constant)
    return (1 - share) * low + share * high


def by_extremes(features, low=0.0, high=1.0):
    features = np.array(features, dtype=float)
    smallest, largest = np.amin(features, 0), np.amax(features, 0)
    span = largest - smallest
    span[span == 0] = 1
    return (features - smallest) * ((high - low) / span) + low


def by_scikit_learn(features, low=0.0, high=1.0):
    from sklearn.preprocessing import minmax_scale

    return minmax_scale(features, feature_range=(low, high))


def as_lists(features, low=0.0, high=1.0):
    columns = [[float(v) for v in column] for column in zip(*features, strict=True)]
    scaled = []
    for column in columns:
        span = (max(column) - min(column)) or 1.0
        scaled.append([low + (v - min(column)) / span * (high - low) for v in column])
    return [list(row) for row in zip(*scaled, strict=True)]


def as_tuple_of_rows(features, low=0.0, high=1.0):
    smallest, span = features.min(axis=0), np.ptp(features, axis=0)
    return tuple(low + (high - low) * (row - smallest) / np.where(span > 0, span, 1) for row in features)


def in_single_precision(features, low=0.0, high=1.0):
    features = np.asarray(features, dtype=np.float32)
    span = np.ptp(features, axis=0)
    share = (features - features.min(axis=0)) / np.where(span > 0, span, np.float32(1))
    return np.float32(low) + np.float32(high - low) * share


MIN_MAX = Exercise(
    name="min_max",
    lecture=LECTURE,
    section="5. One cloud, four scalers",
    minutes=5,
    difficulty=1,
    parts=(Part("values", 2, values), Part("bounds", 1, bounds), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        by_the_maximum,
        range_is_the_maximum,
        minimum_not_subtracted,
        over_everything,
        over_rows,
        bounds_ignored,
        multiplied_by_high,
        low_not_added,
        bounds_taken_for_the_extremes,
        upside_down,
        clipped,
        constant_is_nan,
        constant_is_the_middle,
        constant_is_zero,
        constant_stays,
        with_epsilon,
        constant_by_a_bound,
        standardized,
        in_place,
        in_place_as_given,
    ),
    spellings=(
        column_by_column,
        as_weighted_mean,
        by_extremes,
        by_scikit_learn,
        as_lists,
        as_tuple_of_rows,
        in_single_precision,
    ),
    hints=(
        "First bring every column to 0..1: how far above its minimum is a value, as a share of the range?",
        "Then stretch the share to the width `high - low` and shift it. A range of 0 is replaced by 1 before dividing.",
    ),
    equivalent_mutants={
        "line 2: `span == 0` → `span <= 0`": "A range is never negative.",
        "line 2: `1.0` → `2.0`": ZERO_ANYWAY,
        "line 2: `1.0` → `-1.0`": ZERO_ANYWAY,
    },
    choices=tuple(
        Choice(
            f"low = {low} and high = {high} by default",
            texts={"low=0.0, high=1.0": f"low={low}, high={high}", "low=-1.0)": "low=-1.0, high=1.0)"},
            code={"low=0.0, high=1.0": f"low={low}, high={high}"},
        )
        for low, high in ((-1.0, 1.0), (0.0, 10.0), (1.0, 5.0))
    ),
)
