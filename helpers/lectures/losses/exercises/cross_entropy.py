"""`cross_entropy`: minus the logarithm of the probability of the right class. The oracle is scikit-learn's log loss."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import xlogy
from sklearn.metrics import log_loss

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import COLUMNS_OF_ALL, FOR_EACH, LECTURE, SIGN, SUMMED, labels, probability_rows


def oracle(probabilities, labels):
    rows = np.asarray(probabilities, dtype=float)
    return float(log_loss(labels, rows / rows.sum(axis=1, keepdims=True), labels=range(rows.shape[1])))


def values(rng):
    return [
        call(np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2])),
        call(probability_rows(rng, 5, 3), labels(rng, 5, 3)),
        call(probability_rows(rng, 12, 10), labels(rng, 12, 10)),
    ]


def edge_cases(rng):
    sure = probability_rows(rng, 2, 3).astype(np.float32)
    return [
        call(np.array([[0.25, 0.75]]), np.array([1])),
        call(np.full((4, 5), 0.2), labels(rng, 4, 5)),
        call(np.array([[1e-6, 1 - 1e-6], [0.5, 0.5]]), np.array([0, 1])),
        call(sure, labels(rng, 2, 3)),
        call(probability_rows(rng, 1, 4), labels(rng, 1, 4)),
    ]


def of_right(probabilities, labels):
    return probabilities[np.arange(len(labels)), labels]


@mistake(SUMMED)
def summed(probabilities, labels):
    return -np.log(of_right(probabilities, labels)).sum()


@mistake(FOR_EACH)
def one_for_each(probabilities, labels):
    return -np.log(of_right(probabilities, labels))


@mistake(SIGN)
def positive(probabilities, labels):
    return np.log(of_right(probabilities, labels)).mean()


@mistake("The logarithm of the mean was taken. Take the logarithm of each probability first, then the mean.")
def logarithm_of_the_mean(probabilities, labels):
    return -np.log(of_right(probabilities, labels).mean())


@mistake("This is a logarithm to base 2. The natural one is asked for: `np.log`.")
def base_two(probabilities, labels):
    return -np.log2(of_right(probabilities, labels)).mean()


@mistake("This is a logarithm to base 10. The natural one is asked for: `np.log`.")
def base_ten(probabilities, labels):
    return -np.log10(of_right(probabilities, labels)).mean()


@mistake(
    "The mean went over all numbers of the table, also those of the wrong classes. Divide by the number of samples."
)
def over_all_entries(probabilities, labels):
    return -np.log(of_right(probabilities, labels)).sum() / probabilities.size


@mistake("The logarithms of all classes were averaged. Only the probability of the right class counts.")
def all_classes(probabilities, labels):
    return -np.log(probabilities).mean()


@mistake("The wrong classes were added as log(1 - p): that is the binary cross-entropy of each class.")
def binary_for_each_class(probabilities, labels):
    hot = np.eye(probabilities.shape[1])[labels]
    return -(hot * np.log(probabilities) + (1 - hot) * np.log1p(-probabilities)).sum(axis=1).mean()


@mistake(
    "The largest probability of each row was taken. The one of the *right* class counts, whatever the network says."
)
def of_the_largest(probabilities, labels):
    return -np.log(probabilities.max(axis=1)).mean()


@mistake(COLUMNS_OF_ALL)
def columns_of_all_labels(probabilities, labels):
    return -np.log(probabilities[:, labels]).mean()


@mistake(COLUMNS_OF_ALL)
def columns_of_all_labels_summed(probabilities, labels):
    return -np.log(probabilities[:, labels]).sum() / len(labels)


@mistake("Softmax was applied again. These are probabilities already.")
def softmax_again(probabilities, labels):
    powers = np.exp(probabilities)
    return -np.log(of_right(powers / powers.sum(axis=1, keepdims=True), labels)).mean()


def by_one_hot(probabilities, labels):
    """One-hot rows pick the right class: everything else is multiplied by 0."""
    hot = np.eye(probabilities.shape[1])[labels]
    return -np.sum(hot * np.log(probabilities)) / len(labels)


def with_take_along_axis(probabilities, labels):
    """`np.take_along_axis` picks one entry of each row by its column."""
    return float(np.mean(-np.log(np.take_along_axis(probabilities, labels[:, None], axis=1))))


def with_a_loop(probabilities, labels):
    total = 0.0
    for row, label in zip(probabilities, labels, strict=True):
        total -= math.log(row[label])
    return total / len(labels)


def with_xlogy(probabilities, labels):
    hot = np.arange(probabilities.shape[1]) == np.asarray(labels)[:, None]
    return np.array(-xlogy(hot, probabilities).sum(axis=1).mean())


def in_single_precision(probabilities, labels):
    return -np.log(of_right(np.asarray(probabilities, np.float32), labels)).mean()


def with_a_clip(probabilities, labels):
    return -np.log(np.clip(of_right(probabilities, labels), 1e-7, 1.0)).mean()


CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    lecture=LECTURE,
    section="2. What does one confident mistake cost?",
    minutes=5,
    difficulty=1,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        summed,
        one_for_each,
        positive,
        logarithm_of_the_mean,
        base_two,
        base_ten,
        over_all_entries,
        all_classes,
        binary_for_each_class,
        of_the_largest,
        softmax_again,
        columns_of_all_labels,
        columns_of_all_labels_summed,
    ),
    spellings=(by_one_hot, with_take_along_axis, with_a_loop, with_xlogy, in_single_precision, with_a_clip),
    hints=(
        "For each row you need one number: the probability in the column that `labels` names.",
        "`probabilities[np.arange(len(labels)), labels]` picks them. Then minus the logarithm, then the mean.",
    ),
)
