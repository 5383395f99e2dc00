"""`focal_loss`: easy samples count less. The oracle goes sample by sample, with many digits."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import FOR_EACH, LECTURE, SIGN, SUMMED


def oracle(probabilities, targets, gamma=2.0):
    losses = []
    for p, t in zip(np.asarray(probabilities, float).tolist(), targets, strict=True):
        wrong, log_right = (1 - p, math.log(p)) if t == 1 else (p, math.log1p(-p))
        losses.append(-(wrong**gamma) * log_right)
    return math.fsum(losses) / len(losses)


def values(rng):
    return [
        call(np.array([0.9, 0.1, 0.6]), np.array([1, 0, 0])),
        call(rng.uniform(0.05, 0.95, 6), rng.integers(0, 2, 6)),
        call(rng.uniform(0.05, 0.95, 15), rng.integers(0, 2, 15).astype(float)),
    ]


def other_gammas(rng):
    return [
        call(np.array([0.9, 0.3]), np.array([1, 1]), gamma=0.0),
        call(rng.uniform(0.1, 0.9, 6), rng.integers(0, 2, 6), 1.0),
        call(rng.uniform(0.1, 0.9, 6), rng.integers(0, 2, 6), gamma=float(rng.uniform(2.5, 5))),
    ]


def edge_cases(rng):
    return [
        call(np.array([1e-6, 0.999]), np.array([1, 0])),
        call(np.array([0.5]), np.array([0])),
        call(rng.uniform(0.1, 0.9, 4).astype(np.float32), np.array([0, 1, 1, 0])),
    ]


def of_right(probabilities, targets):
    return np.where(np.asarray(targets) == 1, probabilities, 1 - np.asarray(probabilities, dtype=float))


def losses(probabilities, targets, gamma=2.0):
    p = of_right(probabilities, targets)
    return -((1 - p) ** gamma) * np.log(p)


@mistake(SUMMED)
def summed(probabilities, targets, gamma=2.0):
    return losses(probabilities, targets, gamma).sum()


@mistake(FOR_EACH)
def one_for_each(probabilities, targets, gamma=2.0):
    return losses(probabilities, targets, gamma)


@mistake(SIGN)
def positive(probabilities, targets, gamma=2.0):
    return -losses(probabilities, targets, gamma).mean()


@mistake("The factor is p^gamma. It should be (1 - p)^gamma, so that samples which are right already count less.")
def weight_turned_round(probabilities, targets, gamma=2.0):
    p = of_right(probabilities, targets)
    return -(p**gamma * np.log(p)).mean()


@mistake("The targets were not looked at: for a target of 0 the probability of the right class is 1 - p.")
def targets_ignored(probabilities, targets, gamma=2.0):
    return losses(probabilities, np.ones(len(targets)), gamma).mean()


@mistake("Only the samples with target 1 were counted. Those with target 0 have the same loss with 1 - p.")
def positives_only(probabilities, targets, gamma=2.0):
    return (losses(probabilities, targets, gamma) * np.asarray(targets)).mean()


@mistake("The factor is missing: this is the binary cross-entropy.")
def without_the_factor(probabilities, targets, gamma=2.0):
    return losses(probabilities, targets, 0.0).mean()


@mistake("`gamma` is not used; the exponent is always 2.")
def gamma_ignored(probabilities, targets, gamma=2.0):
    return losses(probabilities, targets).mean()


@mistake("The factor 1 - p was multiplied by gamma. It is an exponent: (1 - p) ** gamma.")
def gamma_as_a_factor(probabilities, targets, gamma=2.0):
    p = of_right(probabilities, targets)
    return -(gamma * (1 - p) * np.log(p)).mean()


@mistake("The logarithm is to base 2. The natural one is asked for: `np.log`.")
def base_two(probabilities, targets, gamma=2.0):
    return losses(probabilities, targets, gamma).mean() / np.log(2)


def with_where(probabilities, targets, gamma=2.0):
    """p_t, the probability of the right class, is p or 1 - p."""
    p_t = np.where(targets == 1, probabilities, 1 - probabilities)
    return -np.mean((1 - p_t) ** gamma * np.log(p_t))


def as_a_sum(probabilities, targets, gamma=2.0):
    """The binary cross-entropy with a factor in front of each half."""
    p, t = np.asarray(probabilities, dtype=float), np.asarray(targets, dtype=float)
    return -(t * (1 - p) ** gamma * np.log(p) + (1 - t) * p**gamma * np.log1p(-p)).mean()


def with_a_loop(probabilities, targets, gamma=2.0):
    total = 0.0
    for p, t in zip(probabilities, targets, strict=True):
        right = float(p) if t else 1 - float(p)
        total -= (1 - right) ** gamma * math.log(right)
    return total / len(probabilities)


def with_absolute(probabilities, targets, gamma=2.0):
    wrong = np.abs(np.asarray(targets) - probabilities)
    return np.array(np.mean(wrong**gamma * -np.log1p(-wrong)))


def in_single_precision(probabilities, targets, gamma=2.0):
    p = np.asarray(probabilities, np.float32)
    p_t = np.where(np.asarray(targets) == 1, p, 1 - p)
    return -np.mean((1 - p_t) ** np.float32(gamma) * np.log(p_t))


FOCAL_LOSS = Exercise(
    name="focal_loss",
    lecture=LECTURE,
    section="5. One in a hundred",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("other gammas", 1, other_gammas), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        summed,
        one_for_each,
        positive,
        weight_turned_round,
        targets_ignored,
        positives_only,
        without_the_factor,
        gamma_ignored,
        gamma_as_a_factor,
        base_two,
    ),
    spellings=(with_where, as_a_sum, with_a_loop, with_absolute, in_single_precision),
    equivalent_mutants={
        "line 1: `targets == 1` → `targets >= 1`": "A target is 0 or 1.",
    },
    hints=(
        "First p_t, the probability that the right class got: p where the target is 1, 1 - p where it is 0.",
        "Then the cross-entropy -ln p_t, times (1 - p_t) ** gamma, averaged.",
    ),
)
