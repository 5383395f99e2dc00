"""Exercise `shared_rows`: which rows of test stand in train too."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from helpers.judging.exercise import Exercise, Part, call, mistake

from .messages import COPIES, INTEGERS_WHEN_EMPTY, LECTURE, WHERE


def oracle(train, test, tolerance=0.0):
    # The largest difference of any column is Chebyshev's distance.
    distance = cdist(test.astype(float), train.astype(float), "chebyshev")
    return np.flatnonzero(distance.min(axis=1) <= tolerance)


def tables(rng, train_rows, test_rows, columns, copies, off=0.0):
    """Whole numbers and quarters, so that differences are exact; some test rows are copies, `off` in one column."""
    train = rng.integers(-40, 41, (train_rows, columns)) / 4
    test = rng.integers(-40, 41, (test_rows, columns)) / 4
    places = rng.permutation(test_rows)[:copies]
    test[places] = train[rng.integers(0, train_rows, copies)]
    for place in places:
        test[place, rng.integers(0, columns)] += off * rng.choice((-1, 1))
    return train, test


def exact(rng):
    train, test = tables(rng, 6, 5, 3, 2)
    train[4], test[[1, 3]] = train[0], train[0]
    return [
        call(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[3.0, 2.0], [3.0, 4.0], [2.0, 1.0]])),
        call(np.array([[1.0, 2.0]]), np.array([[1.5, 2.75], [1.0, 2.0]])),
        call(*tables(rng, 12, 8, 3, 3)),
        call(*tables(rng, 40, 30, 5, 11)),
        call(train, test),
        # Differences that the default allowances of `np.isclose` take for none: a share of 1e-5, and 1e-8.
        call(np.array([[0.0, 100000.0]]), np.array([[0.0, 100000.5], [2.0**-30, 100000.0], [0.0, 100000.0]])),
    ]


def near(rng):
    return [
        call(np.array([[1.0, 2.0]]), np.array([[1.5, 2.25], [1.75, 2.0], [0.5, 1.5]]), 0.5),
        call(*tables(rng, 10, 9, 4, 5, off=0.25), tolerance=0.25),
        call(*tables(rng, 20, 12, 6, 6, off=0.5), tolerance=0.75),
        # The squares of these differences lie on the other side of the tolerance.
        call(*tables(rng, 12, 9, 5, 4, off=0.5), tolerance=0.25),
        call(*tables(rng, 12, 9, 5, 4, off=1.75), tolerance=2.0),
        # Within 0.75 by Euclid's distance, though the sum of the differences is 1; and just the other way round.
        call(np.array([[0.0, 0.0, 9.0]]), np.array([[0.5, 0.5, 9.0], [0.75, 0.75, 8.25], [0.5, 0.0, 9.25]]), 0.75),
        call(np.array([[1.0, 2.0]]), np.array([[1.5, 2.0], [1.25, 2.0]]), tolerance=0.25),
        call(np.array([[1.0, 2.0]]), np.array([[1.25, 2.0], [1.75, 2.0]]), tolerance=1.0),
        # On the same side of a multiple of the tolerance, and on different ones.
        call(np.array([[0.5, 3.0]]), np.array([[1.5, 3.0], [-0.75, 3.0], [0.75, 4.0]]), tolerance=1.0),
        call(np.array([[100000.0, 0.0]]), np.array([[100001.0, 1.0], [100001.5, 0.0]]), tolerance=1.0),
    ]


def edge_cases(rng):
    train, test = tables(rng, 5, 4, 2, 0)
    return [
        call(np.array([[1.0, 2.0], [0.5, 0.0]]), np.array([[0.5, 0.0], [7.0, 7.0], [0.0, 0.0]])),
        call(train, test + 1000),
        call(np.array([[1, 0], [1, 0], [0, 1]]), np.array([[1, 0], [0, 0]])),
        call(rng.integers(0, 2, (6, 2)), rng.integers(0, 2, (5, 2))),
        call(np.array([[1.5]]), np.array([[1.5], [1.5]])),
        call(np.array([[0.0, 3.0], [3.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 3.0]])),
        call(*(table.astype(np.float32) for table in tables(rng, 7, 6, 3, 2))),
    ]


def differences(train, test):
    """(test rows, train rows, columns)."""
    return np.abs(test[:, None] - train[None])


@mistake("A row counts as soon as *one* column agrees. Every column must.")
def any_column(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).any(axis=2).any(axis=1))


@mistake(
    "Each column was compared by itself, so a row of test may take each of its values from another row of train. All "
    "columns must agree with the *same* row of train."
)
def column_by_column(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).any(axis=1).all(axis=1))


@mistake("Only differences *below* the tolerance count, so with tolerance 0 no row is shared. Use `<=`.")
def strictly_below(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) < tolerance).all(axis=2).any(axis=1))


@mistake("The tolerance is not used: only exact copies are found. Compare absolute differences with it.")
def exact_copies_only(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) == 0).all(axis=2).any(axis=1))


@mistake("The tolerance was halved. A row may differ by all of it, in either direction.")
def half_the_tolerance(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance / 2).all(axis=2).any(axis=1))


@mistake("This is the Euclidean distance of the rows. The tolerance holds for every column by itself.")
def by_euclidean_distance(train, test, tolerance=0.0):
    return np.flatnonzero((np.sqrt((differences(train, test) ** 2).sum(axis=2)) <= tolerance).any(axis=1))


@mistake("The squares of the differences were compared with the tolerance. Compare the absolute differences with it.")
def by_squares(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) ** 2 <= tolerance).all(axis=2).any(axis=1))


@mistake("The differences of the columns were added. The tolerance holds for every column by itself.")
def by_sum(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test).sum(axis=2) <= tolerance).any(axis=1))


@mistake("The absolute value is missing, so a row that is *smaller* than a row of train counts as shared.")
def without_absolute_value(train, test, tolerance=0.0):
    signed = test[:, None] - train[None]
    return np.flatnonzero((signed <= tolerance).all(axis=2).any(axis=1))


@mistake("These are rows of *train*. The indices of the rows of test are asked for.")
def rows_of_train(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).all(axis=2).any(axis=0))


@mistake("A row that has several copies in train appears several times. Each row of test counts once.")
def once_for_every_twin(train, test, tolerance=0.0):
    return np.nonzero((differences(train, test) <= tolerance).all(axis=2))[0]


@mistake("This is a mask, or a number for each row. The indices of the shared rows are asked for: `np.flatnonzero`.")
def as_mask(train, test, tolerance=0.0):
    return (differences(train, test) <= tolerance).all(axis=2).any(axis=1)


@mistake("These are the shared rows themselves. Their positions in test are asked for, as integers.")
def the_rows_themselves(train, test, tolerance=0.0):
    return test[as_mask.function(train, test, tolerance)]


@mistake("This is how many rows are shared. Their indices are asked for.")
def how_many(train, test, tolerance=0.0):
    return int(as_mask.function(train, test, tolerance).sum())


@mistake(WHERE)
def as_tuple_of_arrays(train, test, tolerance=0.0):
    return np.where(as_mask.function(train, test, tolerance))


@mistake("These are the rows that are *not* shared. Turn the mask around with `~`.")
def rows_that_are_new(train, test, tolerance=0.0):
    return np.flatnonzero(~as_mask.function(train, test, tolerance))


@mistake("A row counts only when it agrees with *all* rows of train. One such row of train is enough: `any`.")
def like_all_of_train(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).all(axis=2).all(axis=1))


@mistake("Row 0 was compared with row 0 only, row 1 with row 1. A copy can be in any row of train.")
def place_by_place(train, test, tolerance=0.0):
    count = min(len(train), len(test))
    return np.flatnonzero((np.abs(train[:count] - test[:count]) <= tolerance).all(axis=1))


@mistake(
    "`np.isin` looks for each number anywhere in train, in any row and any column, and knows no tolerance. Compare "
    "whole rows."
)
def numbers_anywhere(train, test, tolerance=0.0):
    return np.flatnonzero(np.isin(test, train).all(axis=1))


@mistake("The differences of the columns were averaged. The tolerance holds for every column by itself.")
def by_mean(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test).mean(axis=2) <= tolerance).any(axis=1))


@mistake(
    "Rounding to multiples of the tolerance separates rows on two sides of a boundary and joins others that differ "
    "by more. Compare absolute differences with the tolerance."
)
def by_rounding(train, test, tolerance=0.0):
    unit = tolerance or 1e-12
    return np.flatnonzero((np.round(test / unit)[:, None] == np.round(train / unit)[None]).all(axis=2).any(axis=1))


@mistake("The tolerance was taken as a share of the values. It is the largest difference itself.")
def as_a_share(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance * np.abs(train)).all(axis=2).any(axis=1))


@mistake(
    "`np.isclose` and `np.allclose` allow 1e-5 of the value beside `atol`. The tolerance is all that is allowed: pass "
    "`rtol=0`, too."
)
def with_a_share_on_top(train, test, tolerance=0.0):
    return np.flatnonzero(np.isclose(test[:, None], train[None], atol=tolerance).all(axis=2).any(axis=1))


@mistake(
    "A tiny difference passes at tolerance 0, where rows have to be equal. `np.isclose` allows 1e-8 unless `atol` is "
    "given; an epsilon of your own does the same."
)
def with_a_little_more(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance + 1e-8).all(axis=2).any(axis=1))


@mistake(INTEGERS_WHEN_EMPTY)
def floats_when_empty(train, test, tolerance=0.0):
    return np.array([i for i, hit in enumerate(as_mask.function(train, test, tolerance)) if hit])


@mistake("Only the first column was compared. A row is shared when *every* column agrees.")
def first_column_only(train, test, tolerance=0.0):
    apart = np.abs(test[:, None, 0] - train[None, :, 0])
    return np.flatnonzero((apart <= tolerance).any(axis=1))


def by_broadcasting(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test).max(axis=2) <= tolerance).any(axis=1))


def by_cdist(train, test, tolerance=0.0):
    """The largest difference of any column has a name, Chebyshev's distance, and SciPy computes it for all pairs."""
    distance = cdist(test, train, metric="chebyshev")
    return np.flatnonzero(distance.min(axis=1) <= tolerance)


def by_a_loop(train, test, tolerance=0.0):
    """One row of test at a time: slower for many rows, but the table of all pairs never has to fit into memory."""
    shared = [np.any(np.all(np.abs(train - row) <= tolerance, axis=1)) for row in test]
    return np.flatnonzero(shared)


def as_list(train, test, tolerance=0.0):
    return [i for i, row in enumerate(test) if any(np.all(np.abs(other - row) <= tolerance) for other in train)]


def by_plain_lists(train, test, tolerance=0.0):
    def alike(a, b):
        return all(abs(float(x) - float(y)) <= tolerance for x, y in zip(a, b, strict=True))

    return np.array([i for i, row in enumerate(test) if any(alike(row, other) for other in train)], dtype=int)


def by_isclose(train, test, tolerance=0.0):
    return np.where(np.isclose(test[:, None], train, rtol=0, atol=tolerance).all(axis=-1).any(axis=-1))[0]


def by_scikit_learn(train, test, tolerance=0.0):
    from sklearn.neighbors import NearestNeighbors

    distance, _ = NearestNeighbors(n_neighbors=1, metric="chebyshev").fit(train).kneighbors(test)
    return np.arange(len(test))[distance[:, 0] <= tolerance]


SHARED_ROWS = Exercise(
    name="shared_rows",
    lecture=LECTURE,
    section=COPIES,
    minutes=8,
    difficulty=2,
    parts=(Part("exact copies", 2, exact), Part("near copies", 2, near), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        any_column,
        column_by_column,
        numbers_anywhere,
        strictly_below,
        exact_copies_only,
        half_the_tolerance,
        by_euclidean_distance,
        by_squares,
        by_sum,
        by_mean,
        by_rounding,
        as_a_share,
        without_absolute_value,
        rows_of_train,
        once_for_every_twin,
        as_mask,
        the_rows_themselves,
        how_many,
        as_tuple_of_arrays,
        rows_that_are_new,
        like_all_of_train,
        place_by_place,
        with_a_share_on_top,
        with_a_little_more,
        floats_when_empty,
        first_column_only,
    ),
    spellings=(by_broadcasting, by_cdist, by_a_loop, as_list, by_plain_lists, by_isclose, by_scikit_learn),
    hints=(
        "For one row of test, its absolute differences from all rows of train are a table of the shape of train.",
        "Two questions to that table: in which rows do *all* columns stay within the tolerance, and is there *any* "
        "such row?",
        "All pairs at once: `test[:, None] - train[None]` has the shape (test rows, train rows, columns).",
    ),
    equivalent_mutants={
        "line 1: `test[:, None] - train[None]` → `train[None] - test[:, None]`": "The absolute value follows.",
        "line 1: `train[None]` → `train`": "NumPy puts the missing axis in front by itself.",
        "line 2: `1` → `-1`": "The last axis of two is axis 1.",
    },
)
