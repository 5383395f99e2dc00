"""`binary_cross_entropy`: targets anywhere between 0 and 1. The oracle is the sum of two relative entropies."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import xlog1py, xlogy

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import FOR_EACH, LECTURE, SIGN, SUMMED


def oracle(probabilities, targets):
    losses = [
        -(t * math.log(p) + (1 - t) * math.log1p(-p))
        for p, t in zip(np.asarray(probabilities, float).tolist(), np.asarray(targets, float).tolist(), strict=True)
    ]
    return math.fsum(losses) / len(losses)


def values(rng):
    return [
        call(np.array([0.9, 0.1]), np.array([0.0, 1.0])),
        call(rng.uniform(0.05, 0.95, 6), rng.integers(0, 2, 6).astype(float)),
        call(rng.uniform(0.05, 0.95, 15), rng.integers(0, 2, 15)),
    ]


def soft_targets(rng):
    return [
        call(np.array([0.8, 0.3]), np.array([0.9, 0.5])),
        call(rng.uniform(0.05, 0.95, 5), rng.uniform(0, 1, 5)),
        call(np.array([0.25]), np.array([0.25])),
    ]


def edge_cases(rng):
    return [
        call(np.array([1e-6, 1 - 1e-6, 0.5]), np.array([0.0, 1.0, 1.0])),
        call(np.array([0.75]), np.array([1.0])),
        call(rng.uniform(0.1, 0.9, 4).astype(np.float32), np.array([0, 1, 1, 0])),
    ]


def losses(probabilities, targets):
    return -(targets * np.log(probabilities) + (1 - targets) * np.log1p(-probabilities))


@mistake(SUMMED)
def summed(probabilities, targets):
    return losses(probabilities, targets).sum()


@mistake(FOR_EACH)
def one_for_each(probabilities, targets):
    return losses(probabilities, targets)


@mistake(SIGN)
def positive(probabilities, targets):
    return -losses(probabilities, targets).mean()


@mistake("The second half is missing: where the target is 0, -ln(1 - p) counts.")
def first_half(probabilities, targets):
    return -(targets * np.log(probabilities)).mean()


@mistake("The first half is missing: where the target is 1, -ln p counts.")
def second_half(probabilities, targets):
    return -((1 - targets) * np.log1p(-probabilities)).mean()


@mistake("There is a minus between the two halves. Add them: t ln p + (1 - t) ln(1 - p), with one minus before it all.")
def minus_between(probabilities, targets):
    return -(targets * np.log(probabilities) - (1 - targets) * np.log1p(-probabilities)).mean()


@mistake(
    "Only a target of exactly 1 was taken for 1, and all others for 0. Targets may lie anywhere between: weight the "
    "two logarithms with t and 1 - t."
)
def targets_of_exactly_one(probabilities, targets):
    return losses(probabilities, np.asarray(targets) == 1).mean()


@mistake("The targets are turned round: ln p belongs to the target 1, ln(1 - p) to the target 0.")
def turned_round(probabilities, targets):
    return losses(1 - np.asarray(probabilities), targets).mean()


@mistake("The targets were rounded to 0 or 1. They may lie anywhere between.")
def rounded_targets(probabilities, targets):
    return losses(probabilities, np.asarray(targets) >= 0.5).mean()


@mistake("This is a logarithm to base 2. The natural one is asked for: `np.log`.")
def base_two(probabilities, targets):
    return losses(probabilities, targets).mean() / np.log(2)


@mistake("This is the squared error. Cross-entropy takes logarithms.")
def squared(probabilities, targets):
    return np.mean((probabilities - targets) ** 2)


@mistake("The probabilities were cut off too early (at 0.001 or 0.01), so a confident mistake costs too little.")
def clipped_early(probabilities, targets):
    return losses(np.clip(probabilities, 1e-3, 1 - 1e-3), targets).mean()


def as_the_formula(probabilities, targets):
    """The formula as it stands in most books."""
    return -np.mean(targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities))


def from_logits(probabilities, targets):
    """By way of the logit z = ln(p / (1 - p)): the loss is ln(1 + e^z) - t z, which libraries compute."""
    z = np.log(probabilities) - np.log1p(-probabilities)
    return np.mean(np.logaddexp(0, z) - targets * z)


def with_scipy(probabilities, targets):
    targets = np.asarray(targets, dtype=float)
    return -(xlogy(targets, probabilities) + xlog1py(1 - targets, -np.asarray(probabilities))).mean()


def with_a_loop(probabilities, targets):
    total = 0.0
    for p, t in zip(probabilities, targets, strict=True):
        total -= float(t) * math.log(p) + (1 - float(t)) * math.log(1 - p)
    return total / len(probabilities)


def with_a_small_epsilon(probabilities, targets):
    p = np.asarray(probabilities, dtype=float)
    return np.array(-np.mean(targets * np.log(p + 1e-12) + (1 - targets) * np.log(1 - p + 1e-12)))


def in_single_precision(probabilities, targets):
    p, t = np.asarray(probabilities, np.float32), np.asarray(targets, np.float32)
    return -(t * np.log(p) + (1 - t) * np.log1p(-p)).mean()


BINARY_CROSS_ENTROPY = Exercise(
    name="binary_cross_entropy",
    lecture=LECTURE,
    section="2. What does one confident mistake cost?",
    minutes=5,
    difficulty=1,
    parts=(Part("values", 2, values), Part("soft targets", 1, soft_targets), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        summed,
        one_for_each,
        positive,
        first_half,
        second_half,
        minus_between,
        turned_round,
        rounded_targets,
        targets_of_exactly_one,
        base_two,
        squared,
        clipped_early,
    ),
    spellings=(as_the_formula, from_logits, with_scipy, with_a_loop, with_a_small_epsilon, in_single_precision),
    hints=(
        "Where the target is 1 the loss is -ln p, where it is 0 it is -ln(1 - p). One formula holds both.",
        "-(t ln p + (1 - t) ln(1 - p)), averaged. With a target of 0.7 both halves count.",
    ),
)
