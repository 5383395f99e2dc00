"""Exercise `shared_rows`: which rows of test stand in train too."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from helpers.exercises.data_leakage.messages import COPIES, LECTURE
from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(train, test, tolerance=0.0):
    # The largest difference of any column is Chebyshev's distance.
    distance = cdist(np.array(test, dtype=float), np.array(train, dtype=float), "chebyshev")
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
        call(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[3.0, 2.0], [3.0, 4.0]])),
        call(np.array([[1.0, 2.0]]), np.array([[1.5, 2.75], [1.0, 2.0]])),
        call(*tables(rng, 12, 8, 3, 3)),
        call(*tables(rng, 40, 30, 5, 11)),
        call(train, test),
    ]


def near(rng):
    return [
        call(np.array([[1.0, 2.0]]), np.array([[1.5, 2.25], [1.75, 2.0], [0.5, 1.5]]), 0.5),
        call(*tables(rng, 10, 9, 4, 5, off=0.25), tolerance=0.25),
        call(*tables(rng, 20, 12, 6, 6, off=0.5), tolerance=0.75),
        # Within 0.75 by Euclid's distance, though the sum of the differences is 1; and just the other way round.
        call(np.array([[0.0, 0.0, 9.0]]), np.array([[0.5, 0.5, 9.0], [0.75, 0.75, 8.25], [0.5, 0.0, 9.25]]), 0.75),
        call(np.array([[1.0, 2.0]]), np.array([[1.5, 2.0], [1.25, 2.0]]), tolerance=0.25),
        call(np.array([[1000.0, 0.0]]), np.array([[1001.0, 1.0], [1001.5, 0.0]]), tolerance=1.0),
    ]


def edge_cases(rng):
    train, test = tables(rng, 5, 4, 2, 0)
    return [
        call([[1.0, 2.0], [0.5, 0.0]], [[0.5, 0.0], [7.0, 7.0]]),
        call(train, test + 1000),
        call(rng.integers(0, 2, (6, 2)), rng.integers(0, 2, (5, 2))),
        call(np.array([[1.5]]), np.array([[1.5], [1.5]])),
        call(np.array([[0.0, 3.0], [3.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 3.0]])),
    ]


def differences(train, test):
    """(test rows, train rows, columns)."""
    return np.abs(np.array(test, dtype=float)[:, None] - np.array(train, dtype=float)[None])


@mistake("A row counts as soon as *one* column agrees. Every column must.")
def any_column(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).any(axis=2).any(axis=1))


@mistake(
    "Each column was looked up by itself: its value stands somewhere in train, perhaps in another row every time. All "
    "columns must agree with the *same* row of train."
)
def column_by_column(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).any(axis=1).all(axis=1))


@mistake("Only a difference *below* the tolerance counts here, so at tolerance 0 nothing does. Use `<=`.")
def strictly_below(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) < tolerance).all(axis=2).any(axis=1))


@mistake("The tolerance plays no part: only exact copies are found.")
def exact_copies_only(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) == 0).all(axis=2).any(axis=1))


@mistake("This is the Euclidean distance of the rows. The tolerance holds for every column by itself.")
def by_euclidean_distance(train, test, tolerance=0.0):
    return np.flatnonzero((np.sqrt((differences(train, test) ** 2).sum(axis=2)) <= tolerance).any(axis=1))


@mistake("The differences of the columns were added up. The tolerance holds for every column by itself.")
def by_sum(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test).sum(axis=2) <= tolerance).any(axis=1))


@mistake("The absolute value is missing: everything that is *smaller* than a train row passes too.")
def without_absolute_value(train, test, tolerance=0.0):
    signed = np.array(test, dtype=float)[:, None] - np.array(train, dtype=float)[None]
    return np.flatnonzero((signed <= tolerance).all(axis=2).any(axis=1))


@mistake("These are the rows of *train*. The rows of test that have a twin there are asked for.")
def rows_of_train(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test) <= tolerance).all(axis=2).any(axis=0))


@mistake("A row that has several twins in train comes several times. Each row of test counts once.")
def once_for_every_twin(train, test, tolerance=0.0):
    return np.nonzero((differences(train, test) <= tolerance).all(axis=2))[0]


@mistake("This is a mask, or a number for each row. The positions of the shared rows are asked for: `np.flatnonzero`.")
def as_mask(train, test, tolerance=0.0):
    return (differences(train, test) <= tolerance).all(axis=2).any(axis=1)


@mistake("Row 0 was compared with row 0 only, row 1 with row 1. A twin may stand anywhere in train.")
def place_by_place(train, test, tolerance=0.0):
    train, test = np.array(train, dtype=float), np.array(test, dtype=float)
    count = min(len(train), len(test))
    return np.flatnonzero((np.abs(train[:count] - test[:count]) <= tolerance).all(axis=1))


@mistake("`np.isclose` and its kin allow a share of the value on top. The tolerance is the whole allowance: `rtol=0`.")
def with_a_share_on_top(train, test, tolerance=0.0):
    train, test = np.array(train, dtype=float), np.array(test, dtype=float)
    return np.flatnonzero(np.isclose(test[:, None], train[None], rtol=1e-3, atol=tolerance).all(axis=2).any(axis=1))


@mistake("Where nothing is shared, this is an array of floats: `np.array([])` is. Indices are integers, even if none.")
def floats_when_empty(train, test, tolerance=0.0):
    shared = (differences(train, test) <= tolerance).all(axis=2).any(axis=1)
    return np.array([i for i, hit in enumerate(shared) if hit])


def by_broadcasting(train, test, tolerance=0.0):
    return np.flatnonzero((differences(train, test).max(axis=2) <= tolerance).any(axis=1))


def by_cdist(train, test, tolerance=0.0):
    distance = cdist(np.asarray(test, dtype=float), np.asarray(train, dtype=float), metric="chebyshev")
    return np.where((distance <= tolerance).any(axis=1))[0]


def by_a_loop(train, test, tolerance=0.0):
    train, found = np.asarray(train, dtype=float), []
    for i, row in enumerate(np.asarray(test, dtype=float)):
        if any(np.all(np.abs(other - row) <= tolerance) for other in train):
            found.append(i)
    return found


def by_plain_lists(train, test, tolerance=0.0):
    def alike(a, b):
        return all(abs(float(x) - float(y)) <= tolerance for x, y in zip(a, b, strict=True))

    return np.array([i for i, row in enumerate(test) if any(alike(row, other) for other in train)], dtype=int)


def by_nearest_row(train, test, tolerance=0.0):
    nearest = [np.abs(np.asarray(train, dtype=float) - row).max(axis=1).min() for row in np.asarray(test, dtype=float)]
    return np.flatnonzero(np.array(nearest) <= tolerance)


def by_scikit_learn(train, test, tolerance=0.0):
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=1, metric="chebyshev").fit(np.asarray(train, dtype=float))
    distance, _ = index.kneighbors(np.asarray(test, dtype=float))
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
        strictly_below,
        exact_copies_only,
        by_euclidean_distance,
        by_sum,
        without_absolute_value,
        rows_of_train,
        once_for_every_twin,
        as_mask,
        place_by_place,
        with_a_share_on_top,
        floats_when_empty,
    ),
    spellings=(by_broadcasting, by_cdist, by_a_loop, by_plain_lists, by_nearest_row, by_scikit_learn),
    hints=(
        "For one row of test: its absolute differences to all rows of train are a table like train.",
        "Two steps over that table: in which rows do *all* columns stay within the tolerance, and is there *any* such "
        "row?",
        "All pairs at once: `test[:, None] - train[None]` has the shape (test rows, train rows, columns).",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(train, dtype=float)` → `np.asarray(train)`": "Differences of whole numbers are exact.",
        "line 1: `np.asarray(test, dtype=float)` → `np.asarray(test)`": "Differences of whole numbers are exact.",
        "line 2: `test[:, None] - train[None]` → `train[None] - test[:, None]`": "The absolute value follows.",
        "line 2: `train[None]` → `train`": "NumPy puts the missing axis in front by itself.",
        "line 3: `1` → `-1`": "The last axis of two is axis 1.",
    },
)
