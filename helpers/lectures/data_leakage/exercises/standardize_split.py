"""Exercise `standardize_split`: mean 0 and standard deviation 1, by the statistics of train alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.preprocessing import StandardScaler

from helpers.judging.exercise import Exercise, Part, call, mistake

from .messages import EVERYTHING, LECTURE, SWAPPED

_TINY = 2.0**-30  # a column that differs by so little is not constant; single precision holds it
_STEPS = 64  # values are multiples of 1/64, which single precision holds, too


def oracle(train, test):
    scaler = StandardScaler().fit(train.astype(float))
    return scaler.transform(train.astype(float)), scaler.transform(test.astype(float))


def tables(rng, train_rows, test_rows, columns):
    """The test rows lie elsewhere and wider than the train rows, as tomorrow's do.

    A column of train has very nearly the mean and the standard deviation that were drawn for it: by chance alone a
    standard deviation could be so small that it enlarges rounding.
    """
    middle, width = rng.uniform(1, 5, columns) * rng.choice((-1, 1), columns), rng.uniform(1.5, 4, columns)
    train = rng.normal(size=(train_rows, columns))
    train = middle + width * (train - train.mean(axis=0)) / train.std(axis=0)
    test = rng.normal(middle + width, 2 * width, (test_rows, columns))
    return np.round(_STEPS * train) / _STEPS, np.round(_STEPS * test) / _STEPS


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
    whole = np.stack([rng.permutation([0, 1, 2, 4, 8]), rng.permutation([3, -3, 5, 1, 0])], axis=1)
    return [
        call(np.array([[1.0, 4.0], [3.0, 4.0]]), np.array([[2.0, 6.0]])),
        call(train, test),
        call(whole, rng.integers(-9, 10, (3, 2))),
        call(np.array([[0.0, 2.0], [_TINY, 4.0]]), np.array([[2 * _TINY, 2.0], [0.0, 3.0]])),
        call(np.array([[2.0, -1.0]]), np.array([[3.0, -1.0], [0.5, 4.0]])),
        call(*(table.astype(np.float32) for table in tables(rng, 8, 5, 2))),
    ]


def statistics_of(table):
    """Mean and standard deviation of each column, the latter 1 where the column is constant."""
    return table.mean(axis=0), filled(table.std(axis=0))


def filled(std):
    return np.where(std == 0, 1.0, std)


def scaled(train, test, mean, std):
    with np.errstate(all="ignore"):
        return (train - mean) / std, (test - mean) / std


@mistake("The statistics were taken over train and test together. That is the leak: test must not change them.")
def by_both(train, test):
    return scaled(train, test, *statistics_of(np.concatenate([train, test])))


@mistake(
    "Test was standardized with its own statistics. A patient who comes alone has none, and a test set that lies "
    "elsewhere would look as if it did not. Use those of train."
)
def each_by_itself(train, test):
    return scaled(train, train, *statistics_of(train))[0], scaled(test, test, *statistics_of(test))[0]


@mistake("From test its own mean was subtracted. That is a leak, too: both statistics come from train.")
def with_the_mean_of_test(train, test):
    mean, std = statistics_of(train)
    return (train - mean) / std, (test - test.mean(axis=0)) / std


@mistake("Test was divided by its own standard deviation. Both statistics come from train.")
def with_the_deviation_of_test(train, test):
    mean, std = statistics_of(train)
    return (train - mean) / std, (test - mean) / statistics_of(test)[1]


@mistake("The statistics are those of test, for both tables. They come from train.")
def by_test(train, test):
    return scaled(train, test, *statistics_of(test))


@mistake("A column that is constant in train was divided by 0. Divide it by 1 instead.")
def without_constants(train, test):
    return scaled(train, test, train.mean(axis=0), train.std(axis=0))


@mistake(
    "A tiny number was added to the standard deviation. Where a column is constant in train and differs in test, the "
    "result is in the millions. Divide a constant column by 1."
)
def with_an_epsilon(train, test):
    return scaled(train, test, train.mean(axis=0), train.std(axis=0) + 1e-8)


@mistake(
    "A column with a small standard deviation was taken for a constant one. How small is small depends on the unit; "
    "only a column whose standard deviation is 0 is constant."
)
def small_is_constant(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return scaled(train, test, mean, np.where(std < 1e-8, 1.0, std))


@mistake(
    "A column that is constant in train became all zeros in test. The difference from the mean of train stays: divide "
    "it by 1."
)
def with_zeros_for_constants(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return tuple(np.where(std == 0, 0.0, table) for table in scaled(train, test, mean, std))


@mistake("From a column that is constant in train its mean was not subtracted. Subtract it, then divide by 1.")
def constants_left_as_they_are(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return scaled(train, test, np.where(std == 0, 0.0, mean), filled(std))


@mistake("This standard deviation divides by n - 1. The course uses the population's, divided by n: `ddof=0`.")
def with_ddof_one(train, test):
    spread = ((train - train.mean(axis=0)) ** 2).sum(axis=0)
    return scaled(train, test, train.mean(axis=0), filled(np.sqrt(spread / max(len(train) - 1, 1))))


@mistake("One mean and one standard deviation were taken for the whole table. Each column has its own: `axis=0`.")
def without_an_axis(train, test):
    return scaled(train, test, train.mean(), filled(train.std()))


@mistake("`axis=1` takes the statistics of the rows. Each column has its own: `axis=0`.")
def along_the_rows(train, test):
    return scaled(train, test, train.mean(axis=1), filled(train.std(axis=1)))


@mistake("Each row was standardized by itself. The statistics are those of the columns of train: `axis=0`.")
def row_by_row(train, test):
    return tuple(
        (table - table.mean(axis=1, keepdims=True)) / filled(table.std(axis=1, keepdims=True))
        for table in (train, test)
    )


@mistake("It was divided by the variance. The standard deviation is its root.")
def by_the_variance(train, test):
    return scaled(train, test, train.mean(axis=0), filled(train.var(axis=0)))


@mistake("The mean is subtracted, but the division by the standard deviation is missing.")
def only_centered(train, test):
    return scaled(train, test, train.mean(axis=0), 1.0)


@mistake("The division is right, but the mean of train was not subtracted before.")
def only_divided(train, test):
    return scaled(train, test, 0.0, statistics_of(train)[1])


@mistake("The median was subtracted. Subtract the mean of each column of train.")
def from_the_median(train, test):
    return scaled(train, test, np.median(train, axis=0), statistics_of(train)[1])


@mistake("This scales to the range from 0 to 1. Subtract the mean and divide by the standard deviation instead.")
def to_the_range_of_train(train, test):
    low, high = train.min(axis=0), train.max(axis=0)
    return scaled(train, test, low, np.where(high == low, 1.0, high - low))


@mistake(
    "Only train was standardized; test comes out as it came. The model would get test in another unit: take the mean "
    "and the standard deviation of train, as it was given, for both."
)
def train_alone(train, test):
    return scaled(train, test, *statistics_of(train))[0], test.astype(float)


@mistake(SWAPPED)
def test_first(train, test):
    return scaled(train, test, *statistics_of(train))[::-1]


@mistake(
    "`-=` and `/=` write into the arrays that were given, and stop with an error where these hold integers. "
    "`train - mean` makes a new array."
)
def in_place(train, test):
    mean, std = statistics_of(train)
    train -= mean
    train /= std
    test -= mean
    test /= std
    return train, test


@mistake("The values are right, but train was overwritten with them. Put the result into a new array.")
def train_in_place(train, test):
    mean, std = statistics_of(train)
    result = scaled(train, test, mean, std)
    if train.dtype.kind == "f":
        train[...] = result[0]
    return result


def by_numpy(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    std[std == 0] = 1
    return (train - mean) / std, (test - mean) / std


def by_scikit_learn(train, test):
    """scikit-learn's scaler keeps the statistics of `fit`, so a pipeline can apply it to new data later."""
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


def by_columns(train, test):
    """Column by column: longer, but each column can get a treatment of its own, for example a logarithm before."""
    scaled_tables = np.array(train, dtype=float), np.array(test, dtype=float)
    for column in range(train.shape[1]):
        mean, std = train[:, column].mean(), train[:, column].std() or 1.0
        for table in scaled_tables:
            table[:, column] = (table[:, column] - mean) / std
    return scaled_tables


def as_lists(train, test):
    mean = train.astype(float).sum(axis=0) / len(train)
    variance = ((train - mean) ** 2).sum(axis=0) / len(train)
    std = [v**0.5 if v > 0 else 1.0 for v in variance]
    return [((train - mean) / std).tolist(), ((test - mean) / std).tolist()]


def in_single_precision(train, test):
    train, test = (np.asarray(table, dtype=np.float32) for table in (train, test))
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(std > 0, std, np.float32(1))
    return (train - mean) / std, (test - mean) / std


def with_a_work_array(train, test):
    work, rest = train.astype(float), test.astype(float)
    mean, std = work.mean(axis=0), work.std(axis=0)
    std += std == 0
    for table in (work, rest):
        table -= mean
        table /= std
    return work, rest


def as_named_tuple(train, test):
    return Sides(*by_numpy(train, test))


class Sides(NamedTuple):
    train: np.ndarray
    test: np.ndarray


STANDARDIZE_SPLIT = Exercise(
    name="standardize_split",
    lecture=LECTURE,
    section=EVERYTHING,
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("edge cases", 2, edge_cases)),
    oracle=oracle,
    mistakes=(
        by_both,
        each_by_itself,
        with_the_mean_of_test,
        with_the_deviation_of_test,
        by_test,
        without_constants,
        with_an_epsilon,
        small_is_constant,
        with_zeros_for_constants,
        constants_left_as_they_are,
        with_ddof_one,
        without_an_axis,
        along_the_rows,
        row_by_row,
        by_the_variance,
        only_centered,
        only_divided,
        from_the_median,
        to_the_range_of_train,
        train_alone,
        test_first,
        in_place,
        train_in_place,
    ),
    spellings=(
        by_numpy,
        by_scikit_learn,
        by_columns,
        as_lists,
        in_single_precision,
        with_a_work_array,
        as_named_tuple,
    ),
    hints=(
        "Two statistics, both from train, one of each for every column: `axis=0`.",
        "Both tables go through the same two steps with these numbers: subtract, divide.",
        "Before you divide, replace standard deviations that are 0 by 1, for example with `np.where`.",
    ),
    equivalent_mutants={"line 2: `std == 0` → `std <= 0`": "No standard deviation is negative."},
)
