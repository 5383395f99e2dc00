"""`one_hot`: a column for each class. The oracle fills the table number by number."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(labels, n_classes):
    rows = [[1.0 if int(label) == column else 0.0 for column in range(n_classes)] for label in labels]
    return np.array(rows).reshape(len(rows), n_classes)


def drawn(rng, classes, count):
    """Every one of these classes, and `count` more, in an order that begins with the largest."""
    classes = list(classes)
    return np.array([classes[-1], *rng.permutation([*classes[:-1], *rng.choice(classes, count)])])


def values(rng):
    return [
        call(np.array([2, 0, 1, 2]), 3),
        call(drawn(rng, range(5), 4), 5),
        call(drawn(rng, range(4), 8), 4),
    ]


def classes_that_do_not_occur(rng):
    return [
        call(np.array([0, 3, 3]), 4),
        call(np.array([1, 0, 1]), 3),
        call(drawn(rng, [1, 2, 4], 3), 7),
    ]


def edge_cases(rng):
    return [
        call(np.array([1]), 2),
        call(np.array([0, 0, 0]), 1),
        call(np.array([3, 256, 299]), 300),
        call(drawn(rng, [0, 2, 256 + int(rng.integers(3, 40))], 2), 300),
        call(drawn(rng, range(3), 2).astype(np.int32), 3),
    ]


@mistake(
    "There are only columns for the classes that occur in these labels. The next batch has others, and then the "
    "columns no longer mean the same: always give `n_classes` columns."
)
def columns_that_occur(labels, n_classes):
    return (labels[:, None] == np.unique(labels)).astype(float)


@mistake("The number of columns was read from the largest label. A class may be missing here: use `n_classes`.")
def columns_up_to_the_largest(labels, n_classes):
    return np.eye(labels.max() + 1)[labels]


@mistake(
    "The classes were numbered anew, without those that do not occur here. The column is the label itself, so that it "
    "means the same in every batch."
)
def numbered_anew(labels, n_classes):
    return np.eye(n_classes)[np.unique(labels, return_inverse=True)[1]]


@mistake("The classes are counted from 1 here. They start at 0, so class 0 has the first column.")
def counted_from_one(labels, n_classes):
    return np.eye(n_classes)[labels - 1]


@mistake(
    "Large labels landed in the wrong column: the labels were converted to integers of 8 bits, where 256 becomes 0. "
    "Leave them as they come."
)
def labels_in_eight_bits(labels, n_classes):
    return np.eye(n_classes)[labels.astype(np.uint8)]


@mistake("Rows and columns are swapped: each *row* is one sample, each column one class.")
def transposed(labels, n_classes):
    return oracle(labels, n_classes).T


@mistake("The cell holds the label itself. It should hold 1: the column says which class it is, not the number in it.")
def label_in_place_of_one(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    table[np.arange(len(labels)), labels] = labels
    return table


@mistake(
    "The ones fill whole columns: `table[:, labels] = 1` chooses all rows. Choose one row for each label, with "
    "`np.arange(n)` in front of the comma."
)
def ones_in_all_rows(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    table[:, labels] = 1
    return table


@mistake("All samples were written into one row. Every sample gets a row of its own with a single 1.")
def all_in_one_row(labels, n_classes):
    row = np.zeros(n_classes)
    row[labels] = 1
    return row


@mistake("The result is a table of True and False. A network multiplies: convert it with `.astype(float)`.")
def booleans(labels, n_classes):
    return labels[:, None] == np.arange(n_classes)


@mistake("The ones are in the right places, but they are integers. A network calculates with floats.")
def integers(labels, n_classes):
    return oracle(labels, n_classes).astype(int)


@mistake(
    "The table has a column for each class that occurs in `labels`. `n_classes` says how many there are: a batch may "
    "lack some of them."
)
def as_many_as_occur(labels, n_classes):
    return np.eye(len(np.unique(labels)))[labels]


def by_comparison(labels, n_classes):
    """Compare each label with each column number: no loop and no indexing, only broadcasting."""
    return (labels[:, np.newaxis] == np.arange(n_classes)).astype(float)


def rows_of_the_identity(labels, n_classes):
    """Take rows of the identity matrix: the shortest way, but with many classes that matrix needs much memory."""
    return np.eye(n_classes)[labels]


def by_loop(labels, n_classes):
    table = np.zeros((len(labels), n_classes), dtype=np.float32)
    for row, label in enumerate(labels):
        table[row, int(label)] = 1
    return table


def by_put(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    np.put_along_axis(table, labels[:, None], 1.0, axis=1)
    return table


def by_flat_places(labels, n_classes):
    table = np.zeros(len(labels) * n_classes)
    table[np.arange(len(labels)) * n_classes + labels] = 1
    return table.reshape(-1, n_classes)


def by_scipy(labels, n_classes):
    from scipy.sparse import csr_array

    n = len(labels)
    return csr_array((np.ones(n), labels, np.arange(n + 1)), shape=(n, n_classes)).toarray()


def as_tuples(labels, n_classes):
    return tuple(tuple(float(label == column) for column in range(n_classes)) for label in labels)


def as_list_of_rows(labels, n_classes):
    return [np.bincount([label], minlength=n_classes).astype(float) for label in labels]


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
        numbered_anew,
        counted_from_one,
        labels_in_eight_bits,
        transposed,
        label_in_place_of_one,
        ones_in_all_rows,
        all_in_one_row,
        booleans,
        integers,
        as_many_as_occur,
    ),
    spellings=(
        by_comparison,
        rows_of_the_identity,
        by_loop,
        by_put,
        by_flat_places,
        by_scipy,
        as_tuples,
        as_list_of_rows,
    ),
    hints=(
        "The table starts with zeros everywhere. In which cell of row i does a 1 belong?",
        "The identity matrix already holds every possible row. Which of its rows do you need, and in what order?",
    ),
)
