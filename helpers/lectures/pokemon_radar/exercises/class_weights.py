"""`class_weights`: rare classes weigh more. The oracle solves what the weights are made for: equal sums."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, unbalanced


def oracle(labels, n_classes):
    there = sorted(set(labels.tolist()))
    shares = {one: sum(label == one for label in labels.tolist()) / len(labels) for one in there}
    return np.array([1 / (shares[c] * len(there)) if c in shares else 0.0 for c in range(n_classes)])


def values(rng):
    return [
        call(np.array([0, 0, 0, 1]), 2),
        call(unbalanced(rng, 24, np.arange(3)), 3),
        call(unbalanced(rng, 60, np.arange(5)), 5),
    ]


def missing_classes(rng):
    return [call(unbalanced(rng, 14, np.array([0, 2])), 3), call(unbalanced(rng, 30, np.array([1, 2, 5])), 7)]


def counts_of(labels, n_classes):
    return np.bincount(labels, minlength=n_classes)


def over(numerator, counts):
    return np.where(counts > 0, numerator / np.maximum(counts, 1), 0.0)


@mistake("The k in the formula is the number of classes that *occur*, not `n_classes`.")
def all_classes_count(labels, n_classes):
    return over(len(labels) / n_classes, counts_of(labels, n_classes))


@mistake("These are the shares of the classes. A rare class needs a large weight: the counts belong below the line.")
def shares(labels, n_classes):
    return counts_of(labels, n_classes) / len(labels)


@mistake("The number of classes is missing: n / (k n_c), so that the mean weight of all rows is 1.")
def without_k(labels, n_classes):
    return over(len(labels), counts_of(labels, n_classes))


@mistake("This is a weight for each row. Asked for is one for each class.")
def for_each_row(labels, n_classes):
    return oracle(labels, n_classes)[labels]


@mistake("The weights were divided by their sum. The formula n / (k n_c) needs no further division.")
def summing_to_one(labels, n_classes):
    weights = oracle(labels, n_classes)
    return weights / weights.sum()


@mistake("A class that does not occur has the weight 1. Its weight is 0.")
def one_for_missing(labels, n_classes):
    weights = oracle(labels, n_classes)
    return np.where(weights == 0, 1.0, weights)


@mistake("Classes that do not occur are left out. The array has `n_classes` entries in any case.")
def left_out(labels, n_classes):
    weights = oracle(labels, n_classes)
    return weights[weights > 0]


@mistake("These are weights relative to the largest class: n_largest / n_c. Asked for is n / (k n_c).")
def beside_the_largest(labels, n_classes):
    counts = counts_of(labels, n_classes)
    return over(counts.max(), counts)


def with_bincount(labels, n_classes):
    """Count, then divide where there is something to divide by."""
    counts = np.bincount(labels, minlength=n_classes)
    weights = np.zeros(n_classes)
    there = counts > 0
    weights[there] = len(labels) / (there.sum() * counts[there])
    return weights


def with_where(labels, n_classes):
    counts = np.bincount(labels, minlength=n_classes)
    return np.where(counts > 0, len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)), 0.0)


def with_unique(labels, n_classes):
    classes, counts = np.unique(labels, return_counts=True)
    weights = np.zeros(n_classes)
    weights[classes] = counts.sum() / (len(classes) * counts)
    return weights


def with_scikit_learn(labels, n_classes):
    """scikit-learn's "balanced" weights are these; it gives them for the classes that occur."""
    from sklearn.utils.class_weight import compute_class_weight

    classes = np.unique(labels)
    weights = np.zeros(n_classes)
    weights[classes] = compute_class_weight("balanced", classes=classes, y=labels)
    return weights


def as_a_list(labels, n_classes):
    labels = labels.tolist()
    k = len(set(labels))
    return [len(labels) / (k * labels.count(c)) if c in labels else 0.0 for c in range(n_classes)]


CLASS_WEIGHTS = Exercise(
    name="class_weights",
    lecture=LECTURE,
    section="7. Which classes does it miss?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, values), Part("missing classes", 1, missing_classes)),
    oracle=oracle,
    mistakes=(
        all_classes_count,
        shares,
        without_k,
        for_each_row,
        summing_to_one,
        one_for_missing,
        left_out,
        beside_the_largest,
    ),
    spellings=(with_bincount, with_where, with_unique, with_scikit_learn, as_a_list),
    hints=(
        "`np.bincount(labels, minlength=n_classes)` counts the rows of each class, with 0 where there are none.",
        "k is the number of counts above 0. Divide only where the count is above 0.",
    ),
)
