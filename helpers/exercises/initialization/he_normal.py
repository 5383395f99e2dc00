"""`he_normal`: twice the variance, for ReLU. The oracle draws with SciPy."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from helpers.exercises.initialization.common import (
    FIXED,
    HALF,
    LECTURE,
    NOT_FROM_RNG,
    TRUNCATED_NORMAL,
    TURNED,
    he_std,
    lecun_std,
    random_parts,
    truncated,
    xavier_std,
)
from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, NORMAL, TRUNCATED, UNIFORM, Draws
from helpers.judging.exercise import Exercise, mistake


def he_normal_oracle(fan_in, fan_out, rng):
    return stats.norm(scale=(fan_in / 2) ** -0.5).rvs((fan_in, fan_out), random_state=rng)


@mistake(
    "The fan_out stands where fan_in belongs. A unit adds up fan_in numbers, so it is fan_in that its weights have to "
    "make up for.",
    Draws(NORMAL, lambda fan_in, fan_out: math.sqrt(2 / fan_out)),
)
def he_of_fan_out(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2 / fan_out), (fan_in, fan_out))


@mistake(
    "`rng.normal` takes the standard deviation, and this is the variance. Take the root.",
    Draws(NORMAL, lambda fan_in, fan_out: 2 / fan_in),
)
def he_variance_for_deviation(fan_in, fan_out, rng):
    return rng.normal(0, 2 / fan_in, (fan_in, fan_out))


@mistake(
    "The 2 is missing: this is 1/fan_in, right for a linear layer. ReLU throws half of the mean square away, so the "
    "variance has to be twice as large.",
    Draws(NORMAL, lecun_std),
)
def he_without_the_two(fan_in, fan_out, rng):
    return rng.normal(0, lecun_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "The 2 stands outside of the root: the deviation is the root of 2/fan_in, not 2 over the root of fan_in.",
    Draws(NORMAL, lambda fan_in, fan_out: 2 / math.sqrt(fan_in)),
)
def he_two_outside_the_root(fan_in, fan_out, rng):
    return rng.normal(0, 2 / math.sqrt(fan_in), (fan_in, fan_out))


@mistake("This is Xavier's variance, 2/(fan_in + fan_out). He's is 2/fan_in.", Draws(NORMAL, xavier_std))
def xavier_for_he(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake("The variance is right and the distribution is uniform. A normal one is asked for.", Draws(UNIFORM, he_std))
def uniform_for_he(fan_in, fan_out, rng):
    limit = math.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(TRUNCATED_NORMAL, Draws(TRUNCATED, he_std))
def truncated_he(fan_in, fan_out, rng):
    return truncated(he_std(fan_in, fan_out), (fan_in, fan_out), rng)


@mistake(FIXED, Draws(NORMAL, he_std, FIXED_SEED))
def he_with_its_own_seed(fan_in, fan_out, rng):
    return np.random.RandomState(42).randn(fan_in, fan_out) * he_std(fan_in, fan_out)


@mistake(NOT_FROM_RNG, Draws(NORMAL, he_std, ELSEWHERE))
def he_from_elsewhere(fan_in, fan_out, rng):
    return np.random.default_rng().standard_normal((fan_in, fan_out)) * he_std(fan_in, fan_out)


@mistake(TURNED, Draws(NORMAL, he_std))
def he_turned(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_out, fan_in))


def he_by_scaling(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


def he_by_the_deck(fan_in, fan_out, rng):
    return rng.standard_normal(fan_in * fan_out).reshape(fan_in, fan_out) / np.sqrt(fan_in / 2)


def he_by_scipy(fan_in, fan_out, rng):
    return stats.norm(0, he_std(fan_in, fan_out)).rvs(size=(fan_in, fan_out), random_state=rng)


def he_by_legacy_generator(fan_in, fan_out, rng):
    old = np.random.RandomState(rng.integers(2**32))
    return old.normal(scale=he_std(fan_in, fan_out), size=(fan_in, fan_out))


def he_by_box_muller(fan_in, fan_out, rng):
    radius = np.sqrt(-2 * np.log(1 - rng.random((fan_in, fan_out))))
    return radius * np.cos(2 * np.pi * rng.random((fan_in, fan_out))) * he_std(fan_in, fan_out)


def he_in_single_precision(fan_in, fan_out, rng):
    return (rng.standard_normal((fan_in, fan_out)) * he_std(fan_in, fan_out)).astype(np.float32)


def he_drawn_turned(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_out, fan_in)).T


def he_as_lists(fan_in, fan_out, rng):
    return [rng.normal(0, he_std(fan_in, fan_out), fan_out).tolist() for _ in range(fan_in)]


HE_NORMAL = Exercise(
    name="he_normal",
    lecture=LECTURE,
    section=HALF,
    minutes=3,
    difficulty=1,
    parts=random_parts(Draws(NORMAL, he_std)),
    oracle=he_normal_oracle,
    mistakes=(
        he_of_fan_out,
        he_variance_for_deviation,
        he_without_the_two,
        he_two_outside_the_root,
        xavier_for_he,
        uniform_for_he,
        truncated_he,
        he_with_its_own_seed,
        he_from_elsewhere,
        he_turned,
    ),
    spellings=(
        he_by_scaling,
        he_by_the_deck,
        he_by_scipy,
        he_by_legacy_generator,
        he_by_box_muller,
        he_in_single_precision,
        he_drawn_turned,
        he_as_lists,
    ),
    hints=(
        "It differs from your Xavier in one place: what the variance is.",
        "The variance is 2/fan_in; `rng.normal` wants its root.",
    ),
)
