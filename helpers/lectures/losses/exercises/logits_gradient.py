"""`logits_gradient`: softmax minus one-hot, over the number of samples. The oracle takes complex steps."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import COLUMNS_OF_ALL, LECTURE, labels

STEP = 1e-30


def oracle(logits, labels):
    logits = np.asarray(logits, dtype=float)
    n, classes = logits.shape
    gradient = np.zeros(logits.shape)
    for i in range(n):
        for c in range(classes):
            row = (logits[i] - logits[i].max()).astype(complex)
            row[c] += 1j * STEP
            gradient[i, c] = (np.log(np.exp(row).sum()) - row[labels[i]]).imag / STEP / n
    return gradient


def values(rng):
    return [
        call(np.array([[2.0, 1.0, 0.0], [0.0, 3.0, -1.0]]), np.array([0, 2])),
        call(rng.normal(0, 2, (5, 3)), labels(rng, 5, 3)),
        call(rng.normal(0, 1, (8, 6)), labels(rng, 8, 6)),
    ]


def edge_cases(rng):
    return [
        call(np.zeros((2, 2)), np.array([0, 1])),
        call(rng.normal(0, 1, (1, 4)), labels(rng, 1, 4)),
        call(np.array([[1000.0, 0.0, -1000.0], [0.0, 1.0, 2.0]]), np.array([1, 1])),
        call(rng.integers(-2, 3, (4, 3)), labels(rng, 4, 3)),
        call(rng.normal(0, 2, (3, 3)).astype(np.float32), labels(rng, 3, 3)),
    ]


def hot(logits, labels):
    return np.eye(np.shape(logits)[1])[labels]


@mistake("It is not divided by the number of samples. The loss is a mean, so its gradient is one, too.")
def not_divided(logits, labels):
    return softmax(logits, axis=1) - hot(logits, labels)


@mistake("These are the probabilities, divided by n. At the right class, 1 is subtracted.")
def probabilities_only(logits, labels):
    return softmax(logits, axis=1) / len(labels)


@mistake("The sign is the other way round: probability minus one-hot.")
def one_hot_minus(logits, labels):
    return (hot(logits, labels) - softmax(logits, axis=1)) / len(labels)


@mistake("It was divided by all numbers of the table. The mean is over the samples: divide by n.")
def divided_by_size(logits, labels):
    return (softmax(logits, axis=1) - hot(logits, labels)) / np.size(logits)


@mistake("Softmax went over the samples, the columns. Each row is one sample: `axis=1`.")
def softmax_over_samples(logits, labels):
    return (softmax(logits, axis=0) - hot(logits, labels)) / len(labels)


@mistake("The scores were used where probabilities belong: softmax is missing.")
def without_softmax(logits, labels):
    return (np.asarray(logits, dtype=float) - hot(logits, labels)) / len(labels)


@mistake("The one-hot of the largest score was subtracted. Subtract that of the right class, which `labels` names.")
def of_the_largest(logits, labels):
    return (softmax(logits, axis=1) - hot(logits, np.argmax(logits, axis=1))) / len(labels)


@mistake(
    "There is a factor p (1 - p) too many: it belongs to the squared error. With cross-entropy it cancels, which is "
    "why "
    "the two are used together."
)
def with_the_derivative_of_a_sigmoid(logits, labels):
    p = softmax(logits, axis=1)
    return (p - hot(logits, labels)) * p * (1 - p) / len(labels)


@mistake("Only the numbers of the right classes came back. The gradient has the shape of `logits`.")
def right_classes_only(logits, labels):
    return (softmax(logits, axis=1)[np.arange(len(labels)), labels] - 1) / len(labels)


@mistake(COLUMNS_OF_ALL)
def columns_of_all_labels(logits, labels):
    gradient = softmax(logits, axis=1)
    gradient[:, labels] -= 1
    return gradient / len(labels)


@mistake("The exponentials overflow for large scores and give nan. Subtract the largest score of each row first.")
def overflows(logits, labels):
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        return (powers / powers.sum(axis=1, keepdims=True) - hot(logits, labels)) / len(labels)


def with_one_hot(logits, labels):
    """Softmax minus one-hot, over n: the whole backward pass of the last layer."""
    p = softmax(logits, axis=1)
    return (p - np.eye(p.shape[1])[labels]) / len(p)


def with_indices(logits, labels):
    """Only one number in each row changes: 1 is subtracted at the right class."""
    gradient = softmax(logits, axis=1)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def by_hand(logits, labels):
    powers = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    return (p - (np.arange(p.shape[1]) == np.asarray(labels)[:, None])) / p.shape[0]


def row_by_row(logits, labels):
    rows = []
    for row, label in zip(logits, labels, strict=True):
        p = softmax(np.asarray(row, dtype=float))
        p[label] -= 1
        rows.append((p / len(labels)).tolist())
    return rows


def in_single_precision(logits, labels):
    return with_one_hot(np.asarray(logits, dtype=np.float32), labels).astype(np.float32)


LOGITS_GRADIENT = Exercise(
    name="logits_gradient",
    lecture=LECTURE,
    section="3. Why from logits?",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        not_divided,
        probabilities_only,
        one_hot_minus,
        divided_by_size,
        softmax_over_samples,
        without_softmax,
        of_the_largest,
        with_the_derivative_of_a_sigmoid,
        right_classes_only,
        overflows,
        columns_of_all_labels,
    ),
    spellings=(with_one_hot, with_indices, by_hand, row_by_row, in_single_precision),
    equivalent_mutants={
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        "line 2: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "The loss of one sample is ln(sum of exp(z)) - z[label]. Differentiate it with respect to one score.",
        "The first term gives the softmax, the second -1 at the right class. And the mean divides by n.",
    ),
)
