"""`stable_loss`: repair a loss that goes to NaN, with huge scores and with classes that are ruled out."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import FOR_EACH, LECTURE, SUMMED, probability_rows

LAST_AXIS = "Of two axes, 1 and -1 are the same."


def oracle(logits, targets):
    """Class by class, with the arithmetic of Python: what has no share of the target adds nothing."""
    losses = []
    for row, shares in zip(np.asarray(logits, dtype=float).tolist(), np.asarray(targets).tolist(), strict=True):
        top = max(row)
        whole = top + math.log(math.fsum(math.exp(score - top) for score in row))
        losses.append(math.fsum(share * (whole - score) for score, share in zip(row, shares, strict=True) if share))
    return math.fsum(losses) / len(losses)


def one_hot(rng, n, classes):
    return np.eye(classes)[rng.integers(0, classes, n)]


def large_scores(rng):
    """Scores as large as a diverging run has them, with soft targets and with hard ones."""
    wild = rng.normal(0, 1, (6, 4)) * np.array([1, 10, 100, 1000, 3000, 8000])[:, None]
    return [
        call(np.array([[1000.0, 0.0]]), np.array([[0.0, 1.0]])),
        call(wild, probability_rows(rng, 6, 4)),
        call(np.array([[-2000.0, -2003.0, -2001.0]]) + rng.normal(0, 1, (1, 3)), np.array([[0.25, 0.5, 0.25]])),
        call(rng.normal(0, 1, (5, 3)) + np.array([[0, 900, -900]]), one_hot(rng, 5, 3)),
    ]


def ruled_out(rng):
    """One class or several of each row are impossible, and have no share of the target."""
    logits, targets = rng.normal(0, 3, (6, 5)), probability_rows(rng, 6, 5)
    barred = np.arange(5) == rng.integers(0, 5, 6)[:, None]
    barred[0] = [False, True, True, True, True]
    logits[barred], targets[barred] = -np.inf, 0.0
    targets /= targets.sum(axis=1, keepdims=True)
    hard = one_hot(rng, 4, 3)
    scores = rng.normal(0, 300, (4, 3)) - 3000 * np.arange(4)[:, None]
    scores[np.roll(hard, 1, axis=1) == 1] = -np.inf
    # If the right class were always far ahead, all that is left of the loss would be what single precision rounds off.
    scores[0, hard[0] == 1] = scores[0][np.isfinite(scores[0])].min() - 300
    return [
        call(np.array([[0.5, -np.inf, 1.0]]), np.array([[0.4, 0.0, 0.6]])),
        call(logits, targets),
        call(scores, hard),
    ]


def _log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _terms(logits, targets):
    logs = _log_softmax(logits)
    return np.where(targets > 0, targets * np.where(targets > 0, logs, 0.0), 0.0)


@mistake(
    "This is the loss as it was: exp of a large score is infinite, and the logarithm of 0 is, too. Think of what can "
    "be subtracted from all scores of a row without changing the softmax."
)
def as_it_was(logits, targets):
    powers = np.exp(logits)
    return -np.mean(np.sum(targets * np.log(powers / powers.sum(axis=1, keepdims=True)), axis=1))


@mistake(
    "A small number is added to the probabilities before the logarithm. Then no loss can exceed about 30, however "
    "wrong the network is, and infinite powers still give NaN."
)
def with_an_epsilon(logits, targets):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.mean(np.sum(targets * np.log(powers / powers.sum(axis=1, keepdims=True) + 1e-12), axis=1))


@mistake(
    "The scores are clipped. Two scores beyond the limit become equal, and the loss no longer tells a bad network from "
    "a terrible one."
)
def with_clipped_scores(logits, targets):
    powers = np.exp(np.clip(logits, -50, 50))
    return -np.mean(np.sum(targets * np.log(powers / powers.sum(axis=1, keepdims=True)), axis=1))


@mistake(
    "Large scores are right now, and a class that is ruled out still gives NaN: its term is 0 times infinity. A class "
    "without a share of the target should add nothing."
)
def without_the_mask(logits, targets):
    return -np.mean(np.sum(targets * _log_softmax(logits), axis=1))


@mistake(
    "NaN is replaced by 0 at the end, so rows with a class that is ruled out, or with large scores, cost nothing. "
    "Repair the terms, and then add them."
)
def nan_to_zero(logits, targets):
    powers = np.exp(logits)
    terms = np.sum(targets * np.log(powers / powers.sum(axis=1, keepdims=True)), axis=1)
    return -np.mean(np.nan_to_num(terms, nan=0.0, posinf=0.0, neginf=0.0))


@mistake(SUMMED)
def summed(logits, targets):
    return -np.sum(_terms(logits, targets))


@mistake(FOR_EACH)
def for_each(logits, targets):
    return -np.sum(_terms(logits, targets), axis=1)


@mistake("The mean is also taken over the classes. Add the terms of a row, and take the mean over the rows.")
def mean_over_classes(logits, targets):
    return -np.mean(_terms(logits, targets))


def with_logsumexp(logits, targets):
    """The logarithm of the sum in one step; only the terms with a share of the target are taken."""
    from scipy.special import logsumexp

    rows, columns = np.nonzero(targets)
    distances = logsumexp(logits, axis=1)[rows] - logits[rows, columns]
    return np.sum(targets[rows, columns] * distances) / len(logits)


def with_a_finite_score(logits, targets):
    """A score of -inf may be replaced by any that is finite once the logarithm of the sum is known."""
    top = logits.max(axis=1, keepdims=True)
    logs = np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    return np.mean(np.sum(targets * (logs + top - np.where(np.isfinite(logits), logits, 0.0)), axis=1))


def with_log_softmax(logits, targets):
    from scipy.special import log_softmax

    logs = log_softmax(logits, axis=1)
    logs[targets == 0] = 0
    return -(targets * logs).sum(axis=1).mean()


def with_nansum(logits, targets):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-np.nansum(targets * logs) / len(logits))


def row_by_row(logits, targets):
    total = 0.0
    for z, t in zip(logits, targets, strict=True):
        possible = t > 0
        m = z.max()
        total += np.sum(t[possible] * (m + np.log(np.sum(np.exp(z - m))) - z[possible]))
    return total / len(logits)


STABLE_LOSS = Exercise(
    name="stable_loss",
    lecture=LECTURE,
    section="3. Why from logits?",
    minutes=10,
    difficulty=2,
    parts=(Part("large scores", 2, large_scores), Part("classes that are ruled out", 2, ruled_out)),
    oracle=oracle,
    mistakes=(
        as_it_was,
        with_an_epsilon,
        with_clipped_scores,
        without_the_mask,
        nan_to_zero,
        summed,
        for_each,
        mean_over_classes,
    ),
    spellings=(with_logsumexp, with_a_finite_score, with_log_softmax, with_nansum, row_by_row),
    equivalent_mutants={
        "line 1: `1` → `-1`": LAST_AXIS,
        "line 2: `1` → `-1`": LAST_AXIS,
        "line 4: `1` → `-1`": LAST_AXIS,
        "line 3: `0.0` → `1.0`": "It is multiplied by a target of 0.",
    },
    hints=(
        "Compute the logarithm of the softmax at once, with the largest score of each row subtracted, instead of a "
        "softmax and then its logarithm.",
        "What is 0 times minus infinity in NumPy, and what should it be here? `np.where` chooses between two arrays.",
    ),
)
