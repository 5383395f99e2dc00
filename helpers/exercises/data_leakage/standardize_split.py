"""Exercise `standardize_split`: mean 0 and deviation 1, by the statistics of train alone."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import StandardScaler

from helpers.exercises.data_leakage.messages import (
    ARRAYS_ANYWAY,
    EVERYTHING,
    FLOATS_ANYWAY,
    LECTURE,
    NO_LISTS,
    NOT_IN_PLACE,
    SWAPPED,
)
from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake


def oracle(train, test):
    scaler = StandardScaler().fit(np.array(train, dtype=float))
    return scaler.transform(np.array(train, dtype=float)), scaler.transform(np.array(test, dtype=float))


def tables(rng, train_rows, test_rows, columns):
    """The test rows lie elsewhere and wider than the train rows, as tomorrow's do."""
    middle, width = rng.uniform(-5, 5, columns), rng.uniform(0.5, 4, columns)
    train = rng.normal(middle, width, (train_rows, columns))
    return train, rng.normal(middle + width, 2 * width, (test_rows, columns))


def values(rng):
    return [
        call(np.array([[1.0], [3.0]]), np.array([[5.0]])),
        call(*tables(rng, 5, 3, 2)),
        call(*tables(rng, 30, 10, 4)),
        call(*tables(rng, 4, 12, 3)),
    ]


def edge_cases(rng):
    train, test = tables(rng, 6, 4, 3)
    train[:, 1] = 2.5
    whole, rest = rng.integers(-9, 10, (5, 2)), rng.integers(-9, 10, (3, 2))
    whole[:, 0] = [0, 1, 2, 4, 8]
    whole[:, 1] = [3, -3, 5, 1, 0]
    return [
        call([[1.0, 4.0], [3.0, 4.0]], [[2.0, 6.0]]),
        call(train, test),
        call(whole, rest),
        call(np.array([[2.0, -1.0]]), np.array([[3.0, -1.0], [0.5, 4.0]])),
        call(*(table.astype(np.float32) for table in tables(rng, 8, 5, 2))),
    ]


def floats(*arrays):
    return [np.array(array, dtype=float) for array in arrays]


def filled(std):
    return np.where(std == 0, 1.0, std)


@mistake("The statistics were taken over train and test together. That is the leak: test must not move them.")
def by_both(train, test):
    train, test = floats(train, test)
    both = np.concatenate([train, test])
    mean, std = both.mean(axis=0), filled(both.std(axis=0))
    return (train - mean) / std, (test - mean) / std


@mistake(
    "Test was standardised by its own statistics. A patient who comes alone has none, and a test set that lies "
    "elsewhere "
    "would look as if it did not."
)
def each_by_itself(train, test):
    return tuple((t - t.mean(axis=0)) / filled(t.std(axis=0)) for t in floats(train, test))


@mistake("The mean is that of train, but the deviation is that of test. Both come from train.")
def with_the_deviation_of_test(train, test):
    train, test = floats(train, test)
    mean = train.mean(axis=0)
    return (train - mean) / filled(train.std(axis=0)), (test - mean) / filled(test.std(axis=0))


@mistake("A column that is constant in train was divided by 0. Divide it by 1 instead.")
def without_constants(train, test):
    train, test = floats(train, test)
    mean, std = train.mean(axis=0), train.std(axis=0)
    with np.errstate(all="ignore"):
        return (train - mean) / std, (test - mean) / std


@mistake(
    "A tiny number was added to the deviation. It saves train, but where test leaves a column's constant, values "
    "in the "
    "millions come out. Divide a constant column by 1."
)
def with_an_epsilon(train, test):
    train, test = floats(train, test)
    mean, std = train.mean(axis=0), train.std(axis=0) + 1e-8
    return (train - mean) / std, (test - mean) / std


@mistake(
    "Columns that are constant in train became all zeros in test. Their difference to the mean stays: divide by 1."
)
def with_zeros_for_constants(train, test):
    train, test = floats(train, test)
    mean, std = train.mean(axis=0), train.std(axis=0)
    with np.errstate(all="ignore"):
        return tuple(np.where(std == 0, 0.0, (table - mean) / std) for table in (train, test))


@mistake("This deviation divides by n - 1. The course uses the population's, divided by n: `ddof=0`.")
def with_ddof_one(train, test):
    train, test = floats(train, test)
    with np.errstate(all="ignore"):
        spread = ((train - train.mean(axis=0)) ** 2).sum(axis=0)
        std = np.sqrt(spread / max(len(train) - 1, 1))
    return tuple((table - train.mean(axis=0)) / filled(std) for table in (train, test))


@mistake("One mean and one deviation were taken for the whole table. Each column has its own: `axis=0`.")
def without_an_axis(train, test):
    train, test = floats(train, test)
    return tuple((table - train.mean()) / filled(train.std()) for table in (train, test))


@mistake("It was divided by the variance. The deviation is its root.")
def by_the_variance(train, test):
    train, test = floats(train, test)
    return tuple((table - train.mean(axis=0)) / filled(train.var(axis=0)) for table in (train, test))


@mistake("The mean is taken off, the division by the deviation is missing.")
def only_centred(train, test):
    train, test = floats(train, test)
    return train - train.mean(axis=0), test - train.mean(axis=0)


@mistake("Only train was standardised. The model would meet test in another unit.")
def train_alone(train, test):
    train, test = floats(train, test)
    return (train - train.mean(axis=0)) / filled(train.std(axis=0)), test


@mistake(SWAPPED)
def test_first(train, test):
    return by_numpy(train, test)[::-1]


@mistake(NOT_IN_PLACE)
def in_place(train, test):
    scaled, other = by_numpy(train, test)
    if isinstance(train, np.ndarray) and train.dtype.kind == "f":
        train[...] = scaled
    return scaled, other


@mistake(NO_LISTS)
def without_an_array(train, test):
    mean, std = np.mean(train, axis=0), filled(np.std(train, axis=0))
    if isinstance(train, list):
        raise TypeError("unsupported operand type(s) for -: 'list' and 'list'")
    return (train - mean) / std, (test - mean) / std


def by_numpy(train, test):
    train, test = floats(train, test)
    mean, std = train.mean(axis=0), train.std(axis=0)
    std[std == 0] = 1
    return (train - mean) / std, (test - mean) / std


def by_scikit_learn(train, test):
    scaler = StandardScaler()
    return scaler.fit_transform(np.array(train, dtype=float)), scaler.transform(np.array(test, dtype=float))


def by_columns(train, test):
    train, test = floats(train, test)
    for column in range(train.shape[1]):
        mean, std = train[:, column].mean(), train[:, column].std() or 1.0
        train[:, column] = (train[:, column] - mean) / std
        test[:, column] = (test[:, column] - mean) / std
    return train, test


def as_lists(train, test):
    train, test = floats(train, test)
    mean = train.sum(axis=0) / len(train)
    variance = ((train - mean) ** 2).sum(axis=0) / len(train)
    std = [v**0.5 if v > 0 else 1.0 for v in variance]
    return [((train - mean) / std).tolist(), ((test - mean) / std).tolist()]


def in_single_precision(train, test):
    train, test = (np.asarray(table, dtype=np.float32) for table in (train, test))
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(std > 0, std, np.float32(1))
    return (train - mean) / std, (test - mean) / std


def with_a_work_array(train, test):
    work, rest = floats(train, test)
    mean, std = work.mean(axis=0), np.maximum(work.std(axis=0), 0)
    std += std == 0
    for table in (work, rest):
        table -= mean
        table /= std
    return work, rest


STANDARDIZE_SPLIT = Exercise(
    name="standardize_split",
    lecture=LECTURE,
    section=EVERYTHING,
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("edge cases", 2, edge_cases)),
    oracle=oracle,
    tolerance=Tolerance(absolute_single=1e-4),
    mistakes=(
        by_both,
        each_by_itself,
        with_the_deviation_of_test,
        without_constants,
        with_an_epsilon,
        with_zeros_for_constants,
        with_ddof_one,
        without_an_axis,
        by_the_variance,
        only_centred,
        train_alone,
        test_first,
        in_place,
        without_an_array,
    ),
    spellings=(by_numpy, by_scikit_learn, by_columns, as_lists, in_single_precision, with_a_work_array),
    hints=(
        "Two statistics, both from train, one of each for every column: `axis=0`.",
        "Both tables go through the same two steps with these numbers: subtract, divide.",
        "Before you divide, replace deviations that are 0 by 1, for example with `np.where`.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(train, dtype=float)` → `np.asarray(train)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(test, dtype=float)` → `np.asarray(test)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(test, dtype=float)` → `test`": ARRAYS_ANYWAY,
        "line 3: `std == 0` → `std <= 0`": "No deviation is negative.",
    },
)
