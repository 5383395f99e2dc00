"""`robust_scale`: median and quartiles. The oracle takes the quartiles from the `statistics` module."""

from __future__ import annotations

import statistics

import numpy as np

from helpers.exercises.preprocessing.common import (
    LECTURE,
    NOT_IN_PLACE,
    OVER_EVERYTHING,
    OVER_ROWS,
    table,
    with_constant,
)
from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(features):
    scaled = []
    for column in np.asarray(features, dtype=float).T.tolist():
        # "inclusive" is linear interpolation between the sorted values; it wants two of them.
        first, _, third = statistics.quantiles(column, n=4, method="inclusive") if len(column) > 1 else column * 3
        middle, spread = statistics.median(column), (third - first) or 1.0
        scaled.append([(v - middle) / spread for v in column])
    return np.array(scaled).T


def values(rng):
    return [
        call(np.array([[1.0, 10.0], [2.0, 30.0], [4.0, 20.0], [9.0, 80.0], [5.0, 0.0]])),
        call(table(rng, 4, 3)),
        call(table(rng, 6, 2, scale=100)),
        call(table(rng, 11, 3)),
    ]


def outliers(rng):
    broken = table(rng, 9, 2)
    broken[rng.integers(0, 9), 0] = 1e6
    return [call(np.array([[1.0], [2.0], [3.0], [4.0], [1000.0]])), call(broken)]


def edge_cases(rng):
    mostly_zero = table(rng, 9, 2)
    mostly_zero[:7, 1] = 0.0
    return [
        call(np.array([[2.0, 7.0], [4.0, 7.0], [5.0, 7.0]])),
        call(with_constant(table(rng, 5, 2), 0)),
        call(mostly_zero),
        call([[1.0, -2.0], [4.0, 0.5], [2.0, 3.0]]),
        call(rng.integers(0, 256, (7, 2)).astype(np.uint8)),
        call(table(rng, 6, 2).astype(np.float32)),
    ]


@mistake("The mean was taken off. One outlier pulls it along; the median stays where the data are, so take that one.")
def mean_in_place_of_the_median(features):
    features = np.asarray(features, dtype=float)
    low, high = np.percentile(features, [25, 75], axis=0)
    return (features - features.mean(axis=0)) / np.where(high == low, 1, high - low)


@mistake("You divided by the standard deviation, which an outlier inflates. Divide by the interquartile range.")
def deviation_in_place_of_the_quartiles(features):
    features = np.asarray(features, dtype=float)
    std = features.std(axis=0)
    return (features - np.median(features, axis=0)) / np.where(std == 0, 1, std)


@mistake(
    "You asked `np.percentile` for 0.25 and 0.75 percent, next to the minimum. It wants 25 and 75; `np.quantile` wants "
    "the shares."
)
def percentiles_as_shares(features):
    features = np.asarray(features, dtype=float)
    low, high = np.percentile(features, [0.25, 0.75], axis=0)
    return (features - np.median(features, axis=0)) / np.where(high == low, 1, high - low)


@mistake(
    "You divided by the median of the distances to the median. It is robust too, but half as wide: q75 - q25 is "
    "asked for."
)
def median_distance(features):
    features = np.asarray(features, dtype=float)
    centred = features - np.median(features, axis=0)
    spread = np.median(np.abs(centred), axis=0)
    return centred / np.where(spread == 0, 1, spread)


@mistake(
    "The quartiles are members of the sample, the next lower ones. Between two values, interpolate linearly: NumPy's "
    "default."
)
def quartiles_without_interpolation(features):
    features = np.asarray(features, dtype=float)
    low, high = np.percentile(features, [25, 75], axis=0, method="lower")
    return (features - np.median(features, axis=0)) / np.where(high == low, 1, high - low)


@mistake(
    "The range was divided by 1.349, which makes it an estimate of the deviation of a normal sample. Here the plain "
    "range is asked for."
)
def range_as_deviation(features):
    return oracle(features) * 1.349


@mistake("The first quartile was taken off. The median belongs there: then half of the values lie on either side of 0.")
def first_quartile_taken_off(features):
    features = np.asarray(features, dtype=float)
    low, high = np.percentile(features, [25, 75], axis=0)
    return (features - low) / np.where(high == low, 1, high - low)


@mistake(NOT_IN_PLACE)
def in_place(features):
    features = np.asarray(features, dtype=float)
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    features -= middle
    features /= np.where(high == low, 1, high - low)
    return features


@mistake(OVER_EVERYTHING)
def over_everything(features):
    features = np.asarray(features, dtype=float)
    low, middle, high = np.percentile(features, [25, 50, 75])
    return (features - middle) / (high - low)


@mistake(OVER_ROWS)
def over_rows(features):
    features = np.asarray(features, dtype=float)
    low, middle, high = np.percentile(features, [25, 50, 75], axis=1, keepdims=True)
    return (features - middle) / np.where(high == low, 1, high - low)


@mistake(
    "Where the middle half of a column is one value, the interquartile range is 0 and you divide by it. Divide by 1 "
    "there."
)
def no_range_is_nan(features):
    features = np.asarray(features, dtype=float)
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    with np.errstate(all="ignore"):
        return (features - middle) / (high - low)


def by_quantile(features):
    features = np.array(features, dtype=float)
    spread = np.quantile(features, 0.75, axis=0) - np.quantile(features, 0.25, axis=0)
    spread[spread == 0] = 1
    return (features - np.median(features, axis=0)) / spread


def by_scipy(features):
    from scipy.stats import iqr

    features = np.asarray(features, dtype=float)
    spread = iqr(features, axis=0)
    return (features - np.median(features, axis=0)) / np.where(spread == 0, 1, spread)


def by_scikit_learn(features):
    from sklearn.preprocessing import RobustScaler

    return RobustScaler().fit_transform(np.asarray(features, dtype=float))


def by_sorting(features):
    ordered = np.sort(np.asarray(features, dtype=float), axis=0)

    def at(share):
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    spread = at(0.75) - at(0.25)
    return (np.asarray(features, dtype=float) - at(0.5)) / (spread + (spread == 0))


def column_by_column(features):
    columns = []
    for column in zip(*features, strict=True):
        low, middle, high = np.percentile(np.array(column, dtype=float), (25, 50, 75))
        columns.append([(float(v) - middle) / ((high - low) or 1.0) for v in column])
    return np.column_stack(columns)


def in_single_precision(features):
    features = np.asarray(features, dtype=np.float32)
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    return ((features - middle) / np.where(high > low, high - low, 1)).astype(np.float32)


ROBUST_SCALE = Exercise(
    name="robust_scale",
    lecture=LECTURE,
    section="4. One cloud, four scalers",
    minutes=5,
    difficulty=1,
    parts=(Part("values", 2, values), Part("outliers", 1, outliers), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        mean_in_place_of_the_median,
        deviation_in_place_of_the_quartiles,
        percentiles_as_shares,
        median_distance,
        quartiles_without_interpolation,
        range_as_deviation,
        first_quartile_taken_off,
        over_everything,
        over_rows,
        no_range_is_nan,
        in_place,
    ),
    spellings=(by_quantile, by_scipy, by_scikit_learn, by_sorting, column_by_column, in_single_precision),
    hints=(
        "`np.percentile` takes a list of percentages and an axis, so one call gives all three numbers a column needs.",
        "It is standardising with other statistics: the median for the mean, and for the deviation the width of the "
        "middle half. Where that width is 0, put 1.",
    ),
    equivalent_mutants={"line 2: `third == first` → `third <= first`": "The third quartile is never below the first."},
)
