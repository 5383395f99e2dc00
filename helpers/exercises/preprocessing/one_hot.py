"""`one_hot`: a column for each class. The oracle fills the table number by number."""

from __future__ import annotations

import numpy as np

from helpers.exercises.preprocessing.common import LECTURE
from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(labels, n_classes):
    rows = [[1.0 if int(label) == column else 0.0 for column in range(n_classes)] for label in labels]
    return np.array(rows).reshape(len(rows), n_classes)


def values(rng):
    return [
        call(np.array([2, 0, 1, 2]), 3),
        call(rng.permutation([*range(5), *rng.integers(0, 5, 4)]), 5),
        call(rng.integers(0, 4, 12), 4),
    ]


def classes_that_do_not_occur(rng):
    return [
        call(np.array([0, 3, 3]), 4),
        call(np.array([1, 0, 1]), 3),
        call(rng.integers(1, 4, 6), 7),
    ]


def edge_cases(rng):
    return [call([1, 0, 1], 2), call(np.array([2.0, 0.0]), 3), call([], 3), call(rng.integers(0, 1, 3), 1)]


@mistake(
    "There are only columns for the classes that occur in these labels. The next batch has others, and then the "
    "columns no longer mean the same: always give `n_classes` columns."
)
def columns_that_occur(labels, n_classes):
    labels = np.asarray(labels, dtype=int)
    return (labels[:, None] == np.unique(labels)).astype(float)


@mistake("The number of columns was read from the largest label. A class may be missing here: use `n_classes`.")
def columns_up_to_the_largest(labels, n_classes):
    labels = np.asarray(labels, dtype=int)
    return np.eye(labels.max(initial=-1) + 1)[labels]


@mistake("The classes are counted from 1 here. They start at 0, so class 0 has the first column.")
def counted_from_one(labels, n_classes):
    return np.eye(n_classes)[np.asarray(labels, dtype=int) - 1]


@mistake("Rows and columns are swapped: each *row* is one sample, each column one class.")
def transposed(labels, n_classes):
    return oracle(labels, n_classes).T


@mistake("The cell holds the label itself. It should hold 1: the place says which class it is, not the number.")
def label_in_place_of_one(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    for row, label in enumerate(labels):
        table[row, int(label)] = label
    return table


@mistake("All samples were written into one row. Every sample gets a row of its own with a single 1.")
def all_in_one_row(labels, n_classes):
    row = np.zeros(n_classes)
    row[np.asarray(labels, dtype=int)] = 1
    return row


@mistake("The result is a table of True and False. A network multiplies: convert it with `.astype(float)`.")
def booleans(labels, n_classes):
    return np.asarray(labels)[:, None] == np.arange(n_classes)


@mistake("The places are right, but they hold integers. A network calculates with floats: `np.zeros` gives them.")
def integers(labels, n_classes):
    return oracle(labels, n_classes).astype(int)


def by_comparison(labels, n_classes):
    return (np.asarray(labels)[:, None] == np.arange(n_classes)).astype(float)


def by_fancy_indexing(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    table[np.arange(len(labels)), np.asarray(labels, dtype=int)] = 1
    return table


def by_loop(labels, n_classes):
    table = np.zeros((len(labels), n_classes), dtype=np.float32)
    for row, label in enumerate(labels):
        table[row, int(label)] = 1
    return table


def by_take(labels, n_classes):
    return np.take(np.identity(n_classes), np.array(labels, dtype=int), axis=0)


def by_put(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    np.put_along_axis(table, np.asarray(labels, dtype=int)[:, None], 1.0, axis=1)
    return table


def by_scipy(labels, n_classes):
    from scipy.sparse import csr_array

    n = len(labels)
    return csr_array((np.ones(n), np.asarray(labels, dtype=int), np.arange(n + 1)), shape=(n, n_classes)).toarray()


ONE_HOT = Exercise(
    name="one_hot",
    lecture=LECTURE,
    section="2. Only numbers get in",
    minutes=5,
    difficulty=1,
    parts=(
        Part("values", 2, values),
        Part("classes that do not occur", 1, classes_that_do_not_occur),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        columns_that_occur,
        columns_up_to_the_largest,
        counted_from_one,
        transposed,
        label_in_place_of_one,
        all_in_one_row,
        booleans,
        integers,
    ),
    spellings=(by_comparison, by_fancy_indexing, by_loop, by_take, by_put, by_scipy),
    hints=(
        "The table starts with zeros everywhere. In which cell of row i does a 1 belong?",
        "The unit matrix already holds every possible row. Which of its rows do you need, and in what order?",
    ),
)
