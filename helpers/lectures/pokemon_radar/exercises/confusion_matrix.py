"""`confusion_matrix`: how often each class is taken for each other. The oracle counts with one-hot labels."""

from __future__ import annotations

from collections import Counter

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, mistake

from .common import LECTURE, guesses, unbalanced


def oracle(labels, predictions, n_classes):
    classes = np.arange(n_classes)
    return (labels[:, None] == classes).astype(int).T @ (predictions[:, None] == classes).astype(int)


def asked(rng, size, n_classes):
    labels = unbalanced(rng, size, np.arange(n_classes))
    return call(labels, guesses(rng, labels, n_classes), n_classes)


def values(rng):
    return [call(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0]), 3), asked(rng, 15, 3), asked(rng, 60, 5)]


def edge_cases(rng):
    """Classes that are never the truth or never predicted, and no rows."""
    few = rng.integers(0, 2, 9)
    return [
        call(few, np.zeros(9, dtype=int), 4),
        call(np.full(6, 3), rng.integers(1, 3, 6), 5),
        call(np.array([1, 1, 2]), np.array([1, 2, 2]), 3),
        call(np.array([], dtype=int), np.array([], dtype=int), int(rng.integers(2, 5))),
    ]


@mistake("Rows and columns are exchanged: a row belongs to a true class, a column to a predicted one.")
def transposed(labels, predictions, n_classes):
    return oracle(predictions, labels, n_classes)


@mistake("Each row was divided by its sum. Asked for are counts.")
def normalized(labels, predictions, n_classes):
    counts = oracle(labels, predictions, n_classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@mistake("A pair that occurs several times was counted once: `matrix[labels, predictions] += 1` adds only once.")
def counted_once(labels, predictions, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    matrix[labels, predictions] += 1
    return matrix


@mistake("The counts are right, but they are floats. Counts are integers: give the array an integer dtype.")
def of_floats(labels, predictions, n_classes):
    return oracle(labels, predictions, n_classes).astype(float)


@mistake("Only the right predictions are counted. The others belong beside the diagonal.")
def right_ones_only(labels, predictions, n_classes):
    return np.diag(np.diag(oracle(labels, predictions, n_classes)))


@mistake("Classes that do not occur are left out. There are `n_classes` rows and columns in any case.")
def classes_that_occur(labels, predictions, n_classes):
    there = np.union1d(labels, predictions).astype(int)
    return oracle(labels, predictions, n_classes)[np.ix_(there, there)]


def with_add_at(labels, predictions, n_classes):
    """`np.add.at` adds once for each pair, also when a pair occurs several times."""
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix


def with_bincount(labels, predictions, n_classes):
    """Each pair becomes one number, and these are counted."""
    pairs = np.bincount(labels * n_classes + predictions, minlength=n_classes**2)
    return pairs.reshape(n_classes, n_classes)


def with_a_loop(labels, predictions, n_classes):
    matrix = [[0] * n_classes for _ in range(n_classes)]
    for truth, guess in zip(labels.tolist(), predictions.tolist(), strict=True):
        matrix[truth][guess] += 1
    return matrix


def with_a_counter(labels, predictions, n_classes):
    pairs = Counter(zip(labels.tolist(), predictions.tolist(), strict=True))
    return np.array([[pairs[row, column] for column in range(n_classes)] for row in range(n_classes)])


def with_one_hot(labels, predictions, n_classes):
    eye = np.eye(n_classes, dtype=int)
    return eye[labels].T @ eye[predictions]


CONFUSION_MATRIX = Exercise(
    name="confusion_matrix",
    lecture=LECTURE,
    section="7. Which classes does it miss?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(transposed, normalized, counted_once, of_floats, right_ones_only, classes_that_occur),
    spellings=(with_add_at, with_bincount, with_a_loop, with_a_counter, with_one_hot),
    hints=(
        "Begin with zeros, (n_classes, n_classes), and add 1 at (true class, predicted class) for every row.",
        "`np.add.at(matrix, (rows, columns), 1)` also counts pairs that occur more than once.",
    ),
    choices=(
        Choice(
            "a row for each predicted class",
            texts={
                "entry [i, j] counts the rows of class i that are predicted as class j": (
                    "entry [i, j] counts the rows of class j that are predicted as class i"
                ),
                "[[1, 1], [0, 1]]": "[[1, 0], [1, 1]]",
            },
            code={"at (true class, predicted class)": "at (predicted class, true class)"},
            changed=lambda result, *others: np.transpose(result),
            without=("transposed",),
        ),
        Choice(
            "the last class first",
            texts={
                "entry [i, j] counts the rows of class i that are predicted as class j": (
                    "the last class comes first, so entry [i, j] counts the\n    rows of class n_classes - 1 - i that "
                    "are predicted as class n_classes - 1 - j"
                ),
                "[[1, 1], [0, 1]]": "[[1, 0], [1, 1]]",
            },
            code={'for every row."': 'for every row; then turn both axes around."'},
            changed=lambda result, *others: np.asarray(result)[::-1, ::-1],
        ),
    ),
)
