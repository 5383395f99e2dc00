"""`standardize`: mean 0, standard deviation 1. The oracle uses the exact fractions of the `statistics` module."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_order, mistake

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
    columns = np.asarray(features, dtype=float).T.tolist()
    mean = [math.fsum(column) / len(column) for column in columns]
    std = [statistics.pstdev(column) or 1.0 for column in columns]
    scaled = [[(v - m) / s for v in column] for column, m, s in zip(columns, mean, std, strict=True)]
    return np.array(scaled).T, np.array(mean), np.array(std)


def values(rng):
    return [
        call(np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 80.0]])),
        call(table(rng, 3, 3)),
        call(table(rng, 6, 2, scale=1000)),
        call(table(rng, 20, 4)),
    ]


def constant_columns(rng):
    return [
        call(np.array([[2.0, 7.0], [4.0, 7.0]])),
        call(with_constant(table(rng, 4, 3), 1)),
        call(with_constant(table(rng, 8, 2), 0, value=0.0)),
        call(np.array([[1.0, 1e-9], [2.0, 3e-9], [6.0, 8e-9]])),
        call(with_tiny(table(rng, 5, 2), 1)),
    ]


def edge_cases(rng):
    return [
        call(np.array([[1, 200], [2, 100], [6, 600]])),
        call(whole_table(rng, 6, 2, np.uint8)),
        call(table(rng, 9, 1)),
        call(table(rng, 6, 2).astype(np.float32)),
    ]


@mistake(
    "You divided the sum of squares by n - 1. Here it is divided by n, the standard deviation of the population: "
    "`ddof=0`, the default of NumPy but not of pandas."
)
def with_n_minus_one(features):
    mean, std = features.mean(axis=0), features.std(axis=0, ddof=1)
    std = np.where(std == 0, 1.0, std)
    return (features - mean) / std, mean, std


@mistake(OVER_ROWS)
def over_rows(features):
    mean, std = features.mean(axis=1), features.std(axis=1)
    std = np.where(std == 0, 1.0, std)
    return (features - mean[:, None]) / std[:, None], mean, std


@mistake(OVER_EVERYTHING)
def over_everything(features):
    return (features - features.mean()) / features.std(), features.mean(), features.std()


@mistake("You divided by the variance. Divide by its root, the standard deviation, which has the unit of the column.")
def by_the_variance(features):
    mean, variance = features.mean(axis=0), features.var(axis=0)
    variance = np.where(variance == 0, 1.0, variance)
    return (features - mean) / variance, mean, variance


@mistake("The scaled table is right, but the third value is the variance. Return the standard deviation, its root.")
def returns_the_variance(features):
    scaled, mean, std = oracle(features)
    return scaled, mean, std**2


@mistake(
    "A constant column divides 0 by 0 and becomes NaN, and one NaN is enough to spoil a whole network. Where the "
    "standard deviation is 0, divide by 1."
)
def constant_is_nan(features):
    mean, std = features.mean(axis=0), features.std(axis=0)
    with np.errstate(all="ignore"):
        return (features - mean) / std, mean, std


@mistake(
    "The scaled table is right, but the standard deviation of a constant column is returned as 0. Whoever scales the "
    "test set with it divides by 0: return the 1 that you divided by."
)
def constant_returns_zero(features):
    scaled, mean, _ = oracle(features)
    return scaled, mean, features.std(axis=0)


@mistake("A constant column was returned as it came. The mean is subtracted from it too, and then it is 0.")
def constant_stays(features):
    scaled, mean, std = oracle(features)
    return np.where(features.std(axis=0) == 0, features, scaled), mean, std


@mistake(
    "A small number was added to the standard deviation. A column of small numbers then no longer has standard "
    "deviation 1, and for a constant column 1 is asked for: replace a 0 by 1, and leave the others."
)
def with_epsilon(features):
    mean, std = features.mean(axis=0), features.std(axis=0) + 1e-8
    return (features - mean) / std, mean, std


@mistake(
    "A small number was added to the standard deviation in the division. A column of small numbers then no longer has "
    "standard deviation 1, and for a constant column 1 should be returned: replace a 0 by 1, and leave the others."
)
def with_epsilon_in_the_division(features):
    mean, std = features.mean(axis=0), features.std(axis=0)
    return (features - mean) / (std + 1e-8), mean, std


@mistake(TAKEN_FOR_CONSTANT)
def constant_by_a_bound(features):
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(std < 1e-8, 1.0, std)
    return (features - mean) / std, mean, std


@mistake("The mean was not subtracted first. Only the standard deviation is 1 now.")
def not_centered(features):
    _, mean, std = oracle(features)
    return features / std, mean, std


@mistake("The mean was subtracted after the division. Subtract it first: it has the unit of the column.")
def divided_first(features):
    _, mean, std = oracle(features)
    return features / std - mean, mean, std


@mistake("The columns are centered but not divided: their standard deviations are as different as before.")
def only_centered(features):
    _, mean, std = oracle(features)
    return features - mean, mean, std


@mistake(
    "The second and the third value are the statistics of the *scaled* table, 0 and 1. Return the mean that you "
    "subtracted and the standard deviation that you divided by."
)
def statistics_of_the_result(features):
    scaled, mean, std = oracle(features)
    return scaled, np.zeros_like(mean), np.ones_like(std)


@mistake("The last two are swapped: return the scaled table, then the mean, then the standard deviation.")
def swapped(features):
    scaled, mean, std = oracle(features)
    return scaled, std, mean


@mistake("Mean and standard deviation kept an axis of length 1. Their shape should be `(d,)`: leave `keepdims` out.")
def keeps_axes(features):
    scaled, mean, std = oracle(features)
    return scaled, mean[None], std[None]


@mistake("Only the table was returned. Return mean and standard deviation too: the test set is scaled with them.")
def only_the_table(features):
    return oracle(features)[0]


@mistake("This is min-max scaling, between 0 and 1. Asked for is mean 0 and standard deviation 1.")
def min_max_instead(features):
    smallest, span = features.min(axis=0), np.ptp(features, axis=0)
    span = np.where(span == 0, 1, span)
    return (features - smallest) / span, smallest, span


@mistake(IN_PLACE)
def in_place(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(std == 0, 1.0, std)
    features -= mean
    features /= std
    return features, mean, std


@mistake(IN_PLACE + INTO_WHOLE_NUMBERS)
def in_place_as_given(features):
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(std == 0, 1.0, std)
    features -= mean
    features /= std
    return features, mean, std


@mistake("Parentheses are missing: `x - mean / std` divides the mean only. Write `(x - mean) / std`.")
def without_parentheses(features):
    _, mean, std = oracle(features)
    return features - mean / std, mean, std


def from_the_definition(features):
    """The standard deviation from its definition, the root of the mean square of the centered table."""
    mean = features.sum(axis=0) / len(features)
    centered = features - mean
    std = np.sqrt((centered**2).sum(axis=0) / len(features))
    std[std == 0] = 1
    return centered / std, mean, std


def dividing_where_it_can(features):
    """`np.divide` with `where` leaves out the columns that cannot be divided; they keep the 0 that is already there."""
    mean, std = np.mean(features, axis=0), np.std(features, axis=0)
    varies = std > 0
    scaled = np.zeros(features.shape)
    np.divide(features - mean, std, out=scaled, where=varies)
    return scaled, mean, std + ~varies


def column_by_column(features):
    features = np.array(features, dtype=float)
    mean, std = [], []
    for column in features.T:
        mean.append(column.mean())
        std.append(column.std() if column.std() > 0 else 1.0)
        column -= mean[-1]
        column /= std[-1]
    return features, mean, tuple(std)


def with_keepdims(features):
    mean, std = features.mean(axis=0, keepdims=True), features.std(axis=0, keepdims=True)
    std = std + (std == 0)
    return (features - mean) / std, mean[0], std.ravel()


def by_comparing_the_extremes(features):
    std = np.std(features, axis=0)
    std[features.min(axis=0) == features.max(axis=0)] = 1
    mean = np.average(features, axis=0)
    return (features - mean) / std, mean, std


def by_scikit_learn(features):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    scaled = scaler.fit_transform(features)
    return scaled, scaler.mean_, scaler.scale_


def as_lists(features):
    columns = [[float(v) for v in column] for column in zip(*features, strict=True)]
    mean = [sum(column) / len(column) for column in columns]
    std = [
        (sum((v - m) ** 2 for v in column) / len(column)) ** 0.5 or 1.0 for column, m in zip(columns, mean, strict=True)
    ]
    scaled = [[(float(v) - m) / s for v, m, s in zip(row, mean, std, strict=True)] for row in features]
    return scaled, mean, std


def in_single_precision(features):
    features = np.asarray(features, dtype=np.float32)
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(std == 0, np.float32(1), std)
    return [(features - mean) / std, mean, std]


# What the docstring says of each result.
_TEXTS = {
    "scaled": (
        "    scaled : array of floats, shape (n, d)\n"
        "        The standardized columns. A constant column, all of whose values are equal, becomes 0.\n"
    ),
    "mean": "    mean : array of floats, shape (d,)\n        What was subtracted.\n",
    "std": (
        "    std : array of floats, shape (d,)\n        What was divided by: the standard deviation of the population "
        "(divided by n), and 1 for a constant column.\n"
    ),
}
_RETURNED = "".join(_TEXTS.values())

STANDARDIZE = Exercise(
    name="standardize",
    lecture=LECTURE,
    section="5. One cloud, four scalers",
    minutes=6,
    difficulty=1,
    parts=(
        Part("values", 2, values),
        Part("constant columns", 1, constant_columns),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        with_n_minus_one,
        over_rows,
        over_everything,
        by_the_variance,
        returns_the_variance,
        constant_is_nan,
        constant_returns_zero,
        constant_stays,
        with_epsilon,
        with_epsilon_in_the_division,
        constant_by_a_bound,
        not_centered,
        divided_first,
        only_centered,
        statistics_of_the_result,
        swapped,
        keeps_axes,
        only_the_table,
        min_max_instead,
        in_place,
        in_place_as_given,
        without_parentheses,
    ),
    spellings=(
        from_the_definition,
        dividing_where_it_can,
        column_by_column,
        with_keepdims,
        by_comparing_the_extremes,
        by_scikit_learn,
        as_lists,
        in_single_precision,
    ),
    hints=(
        "One mean and one standard deviation for each column: which axis of `(n, d)` disappears?",
        "Before you divide, replace the zeros among the standard deviations by ones, and return what you divided by. "
        "`np.where` does it in one line.",
    ),
    equivalent_mutants={"line 2: `std == 0` → `std <= 0`": "A standard deviation is never negative."},
    choices=tuple(
        Choice(
            f"{', '.join(names)} in this order",
            texts={
                _RETURNED: "".join(_TEXTS[name] for name in names),
                "    >>> scaled, mean, std = standardize": f"    >>> {', '.join(names)} = standardize",
            },
            code={
                "third value is the variance": "standard deviation is returned as the variance",
                "The second and the third value are the statistics": "Mean and standard deviation are those",
            },
            changed=in_order(*map(list(_TEXTS).index, names)),
            without=("swapped",),
        )
        for names in (("mean", "std", "scaled"), ("std", "mean", "scaled"), ("mean", "scaled", "std"))
    ),
)
