"""`cross_entropy_from_logits`: the same loss from scores. The oracle computes with many digits."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import log_softmax, logsumexp

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import FOR_EACH, LECTURE, SIGN, SUMMED, labels


def oracle(logits, labels):
    losses = []
    for row, label in zip(np.asarray(logits, dtype=float).tolist(), labels, strict=True):
        others = [math.exp(score - row[label]) if score - row[label] < 700 else math.inf for score in row]
        largest = max(row)
        near = math.fsum(math.exp(score - largest) for score in row)
        losses.append(
            math.log(math.fsum(others)) if math.isfinite(sum(others)) else largest - row[label] + math.log(near)
        )
    return math.fsum(losses) / len(losses)


def values(rng):
    return [
        call(np.array([[2.0, 1.0, 0.0], [0.0, 3.0, -1.0]]), np.array([0, 2])),
        call(rng.normal(0, 2, (5, 3)), labels(rng, 5, 3)),
        call(rng.normal(0, 3, (12, 10)), labels(rng, 12, 10)),
    ]


def edge_cases(rng):
    return [
        call(np.zeros((3, 4)), labels(rng, 3, 4)),
        call(rng.integers(-3, 4, (4, 2)), labels(rng, 4, 2)),
        call(rng.normal(5, 1, (1, 5)), labels(rng, 1, 5)),
        call(rng.normal(0, 2, (3, 3)).astype(np.float32), labels(rng, 3, 3)),
    ]


def large_scores(rng):
    return [
        call(np.array([[1000.0, 0.0]]), np.array([1])),
        call(np.array([[1000.0, 0.0], [-1000.0, 0.0]]), np.array([0, 0])),
        call(rng.normal(0, 400, (4, 3)), labels(rng, 4, 3)),
        call(np.array([[-1000.0, -1001.0, -1002.0]]), np.array([2])),
    ]


def losses(logits, labels):
    return logsumexp(logits, axis=1) - np.asarray(logits)[np.arange(len(labels)), labels]


@mistake(
    "The exponentials overflow for large scores. Subtract the largest score of each row first; the loss stays the same."
)
def overflows(logits, labels):
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        return -np.log(powers[np.arange(len(labels)), labels] / powers.sum(axis=1)).mean()


@mistake(
    "The softmax is stable here, but the logarithm of a probability that became 0 is infinite. Subtract in logarithms: "
    "score minus the logarithm of the sum."
)
def logarithm_of_zero(logits, labels):
    powers = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        return -np.log(powers[np.arange(len(labels)), labels] / powers.sum(axis=1)).mean()


@mistake(
    "The probabilities were cut off at a small number, so a very wrong answer costs too little. Compute with "
    "logarithms "
    "of the scores instead."
)
def clipped(logits, labels):
    powers = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    right = powers[np.arange(len(labels)), labels] / powers.sum(axis=1)
    return -np.log(np.clip(right, 1e-12, None)).mean()


@mistake(SUMMED)
def summed(logits, labels):
    return losses(logits, labels).sum()


@mistake(FOR_EACH)
def one_for_each(logits, labels):
    return losses(logits, labels)


@mistake(SIGN)
def positive(logits, labels):
    return -losses(logits, labels).mean()


@mistake("The scores were taken for probabilities. Softmax belongs before the logarithm.")
def without_softmax(logits, labels):
    with np.errstate(all="ignore"):
        return -np.log(np.asarray(logits)[np.arange(len(labels)), labels]).mean()


@mistake(
    "This is the distance to the largest score alone. The logarithm of the sum of exp(score - largest) is missing."
)
def without_the_sum(logits, labels):
    return (np.max(logits, axis=1) - np.asarray(logits)[np.arange(len(labels)), labels]).mean()


@mistake("The sum went over the samples. Softmax is over the classes of one sample: `axis=1`.")
def over_the_samples(logits, labels):
    return (logsumexp(logits, axis=0)[labels] - np.asarray(logits)[np.arange(len(labels)), labels]).mean()


@mistake(
    "The largest score of the whole table was subtracted. In rows far below it everything becomes 0: use each row's "
    "own."
)
def shifted_by_the_whole_table(logits, labels):
    shifted = logits - np.max(logits)
    with np.errstate(all="ignore"):
        return (np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean()


def with_logsumexp(logits, labels):
    """SciPy's `logsumexp` is the stable logarithm of the sum of exponentials."""
    return np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels])


def with_a_shift(logits, labels):
    """Subtract the largest score of each row; then the sum of exponentials lies between 1 and the number of classes."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean()


def with_log_softmax(logits, labels):
    return -np.take_along_axis(log_softmax(logits, axis=1), labels[:, None], axis=1).mean()


def by_logaddexp(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        total += np.logaddexp.reduce(row) - row[label]
    return total / len(labels)


def by_differences(logits, labels):
    right = np.asarray(logits)[np.arange(len(labels)), labels]
    return np.array(logsumexp(logits - right[:, None], axis=1).mean())


def in_single_precision(logits, labels):
    return with_a_shift(np.asarray(logits, dtype=np.float32), labels)


CROSS_ENTROPY_FROM_LOGITS = Exercise(
    name="cross_entropy_from_logits",
    lecture=LECTURE,
    section="3. Why from logits?",
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases), Part("large scores", 2, large_scores)),
    oracle=oracle,
    mistakes=(
        overflows,
        logarithm_of_zero,
        clipped,
        summed,
        one_for_each,
        positive,
        without_softmax,
        without_the_sum,
        over_the_samples,
        shifted_by_the_whole_table,
    ),
    spellings=(with_logsumexp, with_a_shift, with_log_softmax, by_logaddexp, by_differences, in_single_precision),
    equivalent_mutants={
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        "line 2: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "-ln softmax(z)[label] = ln(sum of exp(z)) - z[label]. Nothing has to be divided.",
        "Subtract the largest score of the row from all its scores before you take the exponentials.",
    ),
)
