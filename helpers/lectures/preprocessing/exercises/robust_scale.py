"""`robust_scale`: median and quartiles. The oracle takes the quartiles from the `statistics` module."""

from __future__ import annotations

import statistics

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

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


def oracle(features):
    scaled = []
    for column in np.asarray(features, dtype=float).T.tolist():
        # "inclusive" is linear interpolation between the sorted values.
        first, _, third = statistics.quantiles(column, n=4, method="inclusive")
        middle, spread = statistics.median(column), (third - first) or 1.0
        scaled.append([(v - middle) / spread for v in column])
    return np.array(scaled).T


def mostly_one_value(features, column, others=2):
    """A copy in which all but a few values of one column are equal, so that its interquartile range is 0."""
    features = features.copy()
    features[others:, column] = 0.5
    return features


def values(rng):
    return [
        call(np.array([[1.0, 10.0], [2.0, 30.0], [4.0, 20.0], [9.0, 80.0], [5.0, 0.0]])),
        call(table(rng, 4, 3)),
        call(table(rng, 6, 2, scale=100)),
        call(table(rng, 11, 3)),
    ]


def outliers(rng):
    broken = table(rng, 9, 2)
    broken[rng.integers(0, 9), 0] = 10.0 ** rng.integers(4, 7)
    return [call(np.array([[1.0], [2.0], [3.0], [7.0], [1000.0]])), call(broken)]


def edge_cases(rng):
    return [
        call(np.array([[2.0, 7.0], [4.0, 7.0], [5.0, 7.0]])),
        call(with_constant(table(rng, 5, 2), 0)),
        call(np.array([[8.0], [3.0], [3.0], [3.0], [3.0]])),
        call(mostly_one_value(table(rng, 9, 2), 1)),
        call(np.array([[1.0, 1e-9], [2.0, 3e-9], [5.0, 8e-9]])),
        call(with_tiny(table(rng, 5, 2), 1)),
        call(whole_table(rng, 7, 2, np.uint8)),
        call(table(rng, 6, 2).astype(np.float32)),
    ]


@mistake("The mean was subtracted. One outlier pulls it along; the median stays where most of the data are.")
def mean_in_place_of_the_median(features):
    low, high = np.percentile(features, [25, 75], axis=0)
    return (features - features.mean(axis=0)) / np.where(high == low, 1, high - low)


@mistake("You divided by the standard deviation, which an outlier inflates. Divide by the interquartile range.")
def std_in_place_of_the_quartiles(features):
    std = features.std(axis=0)
    return (features - np.median(features, axis=0)) / np.where(std == 0, 1, std)


@mistake("This is standardizing, with mean and standard deviation. Take the median and the interquartile range.")
def standardized(features):
    std = features.std(axis=0)
    return (features - features.mean(axis=0)) / np.where(std == 0, 1, std)


@mistake("You divided by the whole range, and an outlier decides it. Divide by the interquartile range.")
def by_the_whole_range(features):
    span = np.ptp(features, axis=0)
    return (features - np.median(features, axis=0)) / np.where(span == 0, 1, span)


@mistake(
    "You asked `np.percentile` for 0.25 and 0.75 percent, next to the minimum. It wants 25 and 75; `np.quantile` wants "
    "the shares."
)
def percentiles_as_shares(features):
    low, high = np.percentile(features, [0.25, 0.75], axis=0)
    return (features - np.median(features, axis=0)) / np.where(high == low, 1, high - low)


@mistake(
    "You divided by the median of the distances to the median. It is robust too, but only about half as wide: q75 - "
    "q25 is asked for."
)
def median_distance(features):
    centered = features - np.median(features, axis=0)
    spread = np.median(np.abs(centered), axis=0)
    return centered / np.where(spread == 0, 1, spread)


@mistake(
    "The quartiles are members of the sample, the next lower ones. Between two values, interpolate linearly: NumPy's "
    "default."
)
def quartiles_without_interpolation(features):
    low, high = np.percentile(features, [25, 75], axis=0, method="lower")
    return (features - np.median(features, axis=0)) / np.where(high == low, 1, high - low)


@mistake(
    "The quartiles are the medians of the lower and the upper half, as some textbooks define them. The docstring asks "
    "for linear interpolation: `np.percentile` or `np.quantile`."
)
def medians_of_the_halves(features):
    ordered = np.sort(features, axis=0)
    half = len(ordered) // 2
    low, high = np.median(ordered[:half], axis=0), np.median(ordered[-half:], axis=0)
    return (features - np.median(features, axis=0)) / np.where(high == low, 1, high - low)


@mistake(
    "The range was divided by 1.349, which makes it an estimate of the standard deviation of a normal sample. Here the "
    "plain range is asked for."
)
def range_as_std(features):
    low, high = np.percentile(features, [25, 75], axis=0)
    return (features - np.median(features, axis=0)) / np.where(high == low, 1, (high - low) / 1.349)


@mistake("The first quartile was subtracted. Subtract the median: then half of the values lie on either side of 0.")
def first_quartile_subtracted(features):
    low, high = np.percentile(features, [25, 75], axis=0)
    return (features - low) / np.where(high == low, 1, high - low)


@mistake("The median was not subtracted; only the interquartile range is right. Subtract it before you divide.")
def median_not_subtracted(features):
    low, high = np.percentile(features, [25, 75], axis=0)
    return features / np.where(high == low, 1, high - low)


@mistake("The median was subtracted, but nothing was divided: the columns keep their different spreads.")
def only_centered(features):
    return features - np.median(features, axis=0)


@mistake(OVER_EVERYTHING)
def over_everything(features):
    low, middle, high = np.percentile(features, [25, 50, 75])
    return (features - middle) / (1 if high == low else high - low)


@mistake(OVER_ROWS)
def over_rows(features):
    low, middle, high = np.percentile(features, [25, 50, 75], axis=1, keepdims=True)
    return (features - middle) / np.where(high == low, 1, high - low)


@mistake(
    "Where the middle half of a column is one value, the interquartile range is 0 and you divide by it. Divide by 1 "
    "there."
)
def no_range_is_nan(features):
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    with np.errstate(all="ignore"):
        return (features - middle) / (high - low)


@mistake(
    "Where the interquartile range is 0, the whole column became 0. Its outer values may differ from the median: "
    "divide by 1, and they stay."
)
def no_range_is_zero(features):
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    return np.where(high == low, 0.0, (features - middle) / np.where(high == low, 1, high - low))


@mistake(
    "A small number was added to the interquartile range. Where that range is 0, the outer values become huge, and a "
    "column of small numbers is scaled wrongly: replace a 0 by 1, and leave the others."
)
def with_epsilon(features):
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    return (features - middle) / (high - low + 1e-8)


@mistake(TAKEN_FOR_CONSTANT)
def constant_by_a_bound(features):
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    return (features - middle) / np.where(high - low < 1e-8, 1, high - low)


@mistake(IN_PLACE)
def in_place(features):
    features = np.asarray(features, dtype=float)
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    features -= middle
    features /= np.where(high == low, 1, high - low)
    return features


@mistake(IN_PLACE + INTO_WHOLE_NUMBERS)
def in_place_as_given(features):
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    features -= middle
    features /= np.where(high == low, 1, high - low)
    return features


@mistake("It was divided by q75 alone. The range between the quartiles is asked for: q75 - q25.")
def by_the_upper_quartile(features):
    upper = np.percentile(features, 75, axis=0)
    return (features - np.median(features, axis=0)) / np.where(upper == 0, 1.0, upper)


@mistake("It was divided by half of q75 - q25. Divide by the whole of it.")
def by_half_the_range(features):
    first, median, third = np.percentile(features, [25, 50, 75], axis=0)
    return (features - median) / np.where(third == first, 1.0, (third - first) / 2)


def for_one_column(features):
    """Write it for one column, and let `np.apply_along_axis` do all of them: easy to read, slow for many columns."""

    def scale(column):
        first, third = np.quantile(column, [0.25, 0.75])
        return (column - np.median(column)) / ((third - first) or 1.0)

    return np.apply_along_axis(scale, 0, features.astype(float))


def by_sorting(features):
    """The quartiles by hand: sort each column, and interpolate between the two values beside the place asked for."""
    ordered = np.sort(features.astype(float), axis=0)
    places = np.array([0.25, 0.5, 0.75]) * (len(ordered) - 1)
    below = places.astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    first, median, third = ordered[below] + (places - below)[:, None] * (ordered[above] - ordered[below])
    spread = third - first
    return (features - median) / (spread + (spread == 0))


def by_quantile(features):
    features = np.array(features, dtype=float)
    spread = np.quantile(features, 0.75, axis=0) - np.quantile(features, 0.25, axis=0)
    spread[spread == 0] = 1
    return (features - np.median(features, axis=0)) / spread


def by_scipy(features):
    from scipy.stats import iqr

    spread = iqr(features, axis=0)
    return (features - np.median(features, axis=0)) / np.where(spread == 0, 1, spread)


def by_scikit_learn(features):
    from sklearn.preprocessing import RobustScaler

    return RobustScaler().fit_transform(features)


def as_lists(features):
    columns = []
    for column in zip(*features, strict=True):
        low, middle, high = np.percentile(np.array(column, dtype=float), (25, 50, 75))
        columns.append([(float(v) - middle) / ((high - low) or 1.0) for v in column])
    return list(zip(*columns, strict=True))


def in_single_precision(features):
    features = np.asarray(features, dtype=np.float32)
    low, middle, high = np.percentile(features, [25, 50, 75], axis=0)
    return ((features - middle) / np.where(high > low, high - low, 1)).astype(np.float32)


ROBUST_SCALE = Exercise(
    name="robust_scale",
    lecture=LECTURE,
    section="5. One cloud, four scalers",
    minutes=5,
    difficulty=1,
    parts=(Part("values", 2, values), Part("outliers", 1, outliers), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        mean_in_place_of_the_median,
        std_in_place_of_the_quartiles,
        standardized,
        by_the_whole_range,
        percentiles_as_shares,
        median_distance,
        quartiles_without_interpolation,
        medians_of_the_halves,
        range_as_std,
        first_quartile_subtracted,
        median_not_subtracted,
        only_centered,
        over_everything,
        over_rows,
        no_range_is_nan,
        no_range_is_zero,
        with_epsilon,
        constant_by_a_bound,
        in_place,
        in_place_as_given,
        by_the_upper_quartile,
        by_half_the_range,
    ),
    spellings=(
        for_one_column,
        by_sorting,
        by_quantile,
        by_scipy,
        by_scikit_learn,
        as_lists,
        in_single_precision,
    ),
    hints=(
        "`np.percentile` takes a list of percentages and an axis, so one call gives all three numbers of every column.",
        "It is standardizing with other statistics: the median for the mean, and for the standard deviation the width "
        "of the middle half. Where that width is 0, put 1.",
    ),
    equivalent_mutants={"line 2: `third == first` → `third <= first`": "The third quartile is never below the first."},
)
