"""`macro_recall`: every class that occurs counts the same. The oracle weights rows instead of averaging classes."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, guesses, unbalanced


def oracle(labels, predictions, n_classes):
    counts = np.bincount(labels, minlength=n_classes)
    return float(np.average(labels == predictions, weights=1 / counts[labels]))


def asked(rng, size, n_classes):
    labels = unbalanced(rng, size, np.arange(n_classes))
    return call(labels, guesses(rng, labels, n_classes), n_classes)


def values(rng):
    labels = np.array([0, 0, 0, 0, 1, 1, 2])
    return [call(labels, np.array([0, 0, 0, 0, 1, 2, 0]), 3), asked(rng, 20, 3), asked(rng, 80, 5)]


def missing_classes(rng):
    """Some classes are predicted but do not occur among the labels; others are not even predicted."""
    first, second = unbalanced(rng, 12, np.array([0, 2])), unbalanced(rng, 25, np.array([1, 3, 4]))
    return [
        call(first, np.append(guesses(rng, first, 4)[:-1], 3), 5),
        call(second, np.append(guesses(rng, second, 6)[:-1], 5), 8),
    ]


def recalls(labels, predictions, n_classes):
    return [np.mean(predictions[labels == c] == c) for c in range(n_classes) if np.any(labels == c)]


@mistake("This is the accuracy: every row counts the same. Here every class counts the same.")
def accuracy(labels, predictions, n_classes):
    return float(np.mean(labels == predictions))


@mistake("The classes that do not occur count as 0. Take the mean over those that occur among the labels.")
def zeros_for_missing(labels, predictions, n_classes):
    return float(np.sum(recalls(labels, predictions, n_classes)) / n_classes)


@mistake(
    "Divided by the number of *predictions* of each class, this is the precision. Recall divides by the number of rows "
    "that truly belong to it."
)
def precision(labels, predictions, n_classes):
    found = [np.mean(labels[predictions == c] == c) for c in range(n_classes) if np.any(predictions == c)]
    return float(np.mean(found))


@mistake("This is the F1 score, in which precision counts too. The recall alone is asked for.")
def f1_instead(labels, predictions, n_classes):
    found = []
    for c in np.unique(labels):
        true, guessed = labels == c, predictions == c
        found.append(2 * np.sum(true & guessed) / (true.sum() + guessed.sum()))
    return float(np.mean(found))


@mistake("The classes that are predicted but never the truth count as 0, as in scikit-learn. Leave them out.")
def as_scikit_learn(labels, predictions, n_classes):
    return float(np.sum(recalls(labels, predictions, n_classes)) / len(np.union1d(labels, predictions)))


@mistake("This is a number for each class. Take their mean.")
def a_number_each(labels, predictions, n_classes):
    return np.array(recalls(labels, predictions, n_classes))


@mistake("This is the recall of the worst class. Take the mean over the classes.")
def the_worst(labels, predictions, n_classes):
    return float(np.min(recalls(labels, predictions, n_classes)))


def with_a_loop(labels, predictions, n_classes):
    """For every class that occurs: which share of its rows is predicted as it?"""
    found = [np.mean(predictions[labels == c] == c) for c in range(n_classes) if np.any(labels == c)]
    return np.mean(found)


def with_unique(labels, predictions, n_classes):
    return float(np.mean([(predictions[labels == c] == c).mean() for c in np.unique(labels)]))


def with_the_matrix(labels, predictions, n_classes):
    """The diagonal of the confusion matrix over its row sums."""
    matrix = np.zeros((n_classes, n_classes))
    np.add.at(matrix, (labels, predictions), 1)
    rows = matrix.sum(axis=1)
    return np.mean(np.diag(matrix)[rows > 0] / rows[rows > 0])


def with_bincount(labels, predictions, n_classes):
    counts = np.bincount(labels, minlength=n_classes)
    right = np.bincount(labels[labels == predictions], minlength=n_classes)
    return np.float32((right[counts > 0] / counts[counts > 0]).mean())


def with_scikit_learn(labels, predictions, n_classes):
    from sklearn.metrics import recall_score

    return recall_score(labels, predictions, labels=np.unique(labels), average="macro")


MACRO_RECALL = Exercise(
    name="macro_recall",
    lecture=LECTURE,
    section="7. Which classes does it miss?",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("missing classes", 1, missing_classes)),
    oracle=oracle,
    mistakes=(accuracy, zeros_for_missing, precision, f1_instead, as_scikit_learn, a_number_each, the_worst),
    spellings=(with_a_loop, with_unique, with_the_matrix, with_bincount, with_scikit_learn),
    hints=(
        "For one class: take the rows whose label is this class. Which share of them is predicted as it?",
        "Do this for every class in `np.unique(labels)`, and average.",
    ),
)
