"""`standardize`: mean 0, deviation 1. The oracle uses the exact fractions of the `statistics` module."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.exercises.preprocessing.common import (
    DDOF,
    FLOATS_ANYWAY,
    LECTURE,
    NOT_CENTRED,
    NOT_IN_PLACE,
    OVER_EVERYTHING,
    OVER_ROWS,
    table,
    with_constant,
)
from helpers.judging.exercise import Exercise, Part, call, mistake


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
    ]


def edge_cases(rng):
    return [
        call([[1.0, -2.0], [4.0, 0.5], [1.0, 3.0]]),
        call(np.array([[1, 200], [2, 100], [6, 600]])),
        call(rng.integers(0, 256, (6, 2)).astype(np.uint8)),
        call(table(rng, 5, 1)),
        call(table(rng, 6, 2).astype(np.float32)),
    ]


@mistake(DDOF)
def with_n_minus_one(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0), features.std(axis=0, ddof=1)
    std = np.where(std == 0, 1.0, std)
    return (features - mean) / std, mean, std


@mistake(OVER_ROWS)
def over_rows(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=1), features.std(axis=1)
    std = np.where(std == 0, 1.0, std)
    return (features - mean[:, None]) / std[:, None], mean, std


@mistake(OVER_EVERYTHING)
def over_everything(features):
    features = np.asarray(features, dtype=float)
    return (features - features.mean()) / features.std(), features.mean(), features.std()


@mistake("You divided by the variance. Its root, the standard deviation, has the unit of the column.")
def by_the_variance(features):
    features = np.asarray(features, dtype=float)
    mean, variance = features.mean(axis=0), features.var(axis=0)
    variance = np.where(variance == 0, 1.0, variance)
    return (features - mean) / variance, mean, variance


@mistake(
    "A constant column divides 0 by 0 and becomes NaN, and one NaN is enough to spoil a whole network. Where the "
    "deviation is 0, divide by 1."
)
def constant_is_nan(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0), features.std(axis=0)
    with np.errstate(all="ignore"):
        return (features - mean) / std, mean, std


@mistake(
    "The scaled table is right, but the deviation of a constant column comes back as 0. Whoever scales the test set "
    "with it divides by 0: return the 1 that you divided by."
)
def constant_returns_zero(features):
    scaled, mean, _ = oracle(features)
    return scaled, mean, np.asarray(features, dtype=float).std(axis=0)


@mistake(
    "A small number was added to the deviation. The constant column is then 0 as it should be, but its deviation comes "
    "back as that small number; 1 is asked for."
)
def with_epsilon(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0), features.std(axis=0) + 1e-8
    return (features - mean) / std, mean, std


@mistake(NOT_CENTRED + " Only the deviation is 1 now.")
def not_centred(features):
    _, mean, std = oracle(features)
    return np.asarray(features, dtype=float) / std, mean, std


@mistake("The columns are centred but not divided: their deviations are as different as before.")
def only_centred(features):
    _, mean, std = oracle(features)
    return np.asarray(features, dtype=float) - mean, mean, std


@mistake("Mean and deviation are those of the *scaled* table, 0 and 1. Return those that you took off and divided by.")
def statistics_of_the_result(features):
    scaled, mean, std = oracle(features)
    return scaled, np.zeros_like(mean), np.ones_like(std)


@mistake("The last two are swapped: the scaled table, then the mean, then the deviation.")
def swapped(features):
    scaled, mean, std = oracle(features)
    return scaled, std, mean


@mistake("This is min-max scaling, between 0 and 1. Asked for is mean 0 and deviation 1.")
def min_max_instead(features):
    features = np.asarray(features, dtype=float)
    span = np.ptp(features, axis=0)
    return (features - features.min(axis=0)) / np.where(span == 0, 1, span), features.min(axis=0), span


@mistake(NOT_IN_PLACE)
def in_place(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(std == 0, 1.0, std)
    features -= mean
    features /= std
    return features, mean, std


def step_by_step(features):
    features = np.array(features, dtype=float)
    n = features.shape[0]
    mean = features.sum(axis=0) / n
    centred = features - mean
    std = np.sqrt((centred**2).sum(axis=0) / n)
    std[std == 0] = 1
    return centred / std, mean, std


def column_by_column(features):
    features = np.array(features, dtype=float)
    mean, std = [], []
    for column in features.T:
        mean.append(column.mean())
        std.append(column.std() if column.std() > 0 else 1.0)
        column -= mean[-1]
        column /= std[-1]
    return features, mean, std


def with_keepdims(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0, keepdims=True), features.std(axis=0, keepdims=True)
    std = std + (std == 0)
    return (features - mean) / std, mean[0], std.ravel()


def by_scikit_learn(features):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    scaled = scaler.fit_transform(np.asarray(features, dtype=float))
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


STANDARDIZE = Exercise(
    name="standardize",
    lecture=LECTURE,
    section="4. One cloud, four scalers",
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
        constant_is_nan,
        constant_returns_zero,
        with_epsilon,
        not_centred,
        only_centred,
        statistics_of_the_result,
        swapped,
        min_max_instead,
        in_place,
    ),
    spellings=(step_by_step, column_by_column, with_keepdims, by_scikit_learn, as_lists, in_single_precision),
    hints=(
        "One mean and one deviation a column: which axis of `(n, d)` disappears?",
        "Before you divide, replace the zeros among the deviations by ones, and return what you divided by. "
        "`np.where` does it in one line.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(features, dtype=float)` → `np.asarray(features)`": FLOATS_ANYWAY,
        "line 3: `std == 0` → `std <= 0`": "A deviation is never negative.",
    },
)
