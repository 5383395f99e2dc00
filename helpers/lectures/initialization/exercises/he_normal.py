"""`he_normal`: twice the variance, for ReLU. The oracle draws with SciPy."""

from __future__ import annotations

import math

import numpy as np
import scipy

from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, NORMAL, TRUNCATED, UNIFORM, Draws
from helpers.judging.exercise import Exercise, mistake

from .common import (
    FIXED,
    HALF,
    INPUTS_ALIKE,
    LECTURE,
    NOT_FROM_RNG,
    ROOT_AS_MEAN,
    TRANSPOSED,
    TRUNCATED_NORMAL,
    UNIFORM_FOR_NORMAL,
    UNITS_ALIKE,
    UNSCALED,
    VARIANCE_FOR_DEVIATION,
    he_std,
    inputs_alike,
    lecun_std,
    normal_around,
    random_parts,
    standard_normal,
    truncated,
    units_alike,
    xavier_std,
)


def he_normal_oracle(fan_in, fan_out, rng):
    return scipy.stats.norm(scale=(fan_in / 2) ** -0.5).rvs((fan_in, fan_out), random_state=rng)


@mistake(
    "The variance is 2/fan_out. A unit sums fan_in numbers, so its weights depend on fan_in: 2/fan_in.",
    Draws(NORMAL, lambda fan_in, fan_out: math.sqrt(2 / fan_out)),
)
def he_of_fan_out(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2 / fan_out), (fan_in, fan_out))


@mistake(VARIANCE_FOR_DEVIATION, Draws(NORMAL, lambda fan_in, fan_out: 2 / fan_in))
def he_variance_for_deviation(fan_in, fan_out, rng):
    return rng.normal(0, 2 / fan_in, (fan_in, fan_out))


@mistake(
    "The 2 is missing: the variance is 1/fan_in, which is right for a linear layer. ReLU halves the mean square, so "
    "the variance has to be twice as large.",
    Draws(NORMAL, lecun_std),
)
def he_without_the_two(fan_in, fan_out, rng):
    return rng.normal(0, lecun_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "The 2 is outside the square root: the standard deviation is sqrt(2 / fan_in), not 2 / sqrt(fan_in).",
    Draws(NORMAL, lambda fan_in, fan_out: 2 / math.sqrt(fan_in)),
)
def he_two_outside_the_root(fan_in, fan_out, rng):
    return rng.normal(0, 2 / math.sqrt(fan_in), (fan_in, fan_out))


@mistake("This is Xavier's variance, 2/(fan_in + fan_out). He's is 2/fan_in.", Draws(NORMAL, xavier_std))
def xavier_for_he(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "Only the 2 stands under the square root: the standard deviation is sqrt(2 / fan_in), not sqrt(2) / fan_in.",
    Draws(NORMAL, lambda fan_in, fan_out: math.sqrt(2) / fan_in),
)
def he_root_of_the_two(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2) / fan_in, (fan_in, fan_out))


@mistake(ROOT_AS_MEAN, normal_around(he_std))
def he_root_as_mean(fan_in, fan_out, rng):
    return rng.normal(he_std(fan_in, fan_out), size=(fan_in, fan_out))


@mistake(UNSCALED, standard_normal())
def he_unscaled(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out))


@mistake(UNIFORM_FOR_NORMAL, Draws(UNIFORM, he_std))
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


@mistake(UNITS_ALIKE, units_alike)
def he_units_alike(fan_in, fan_out, rng):
    return np.tile(rng.normal(0, he_std(fan_in, fan_out), (fan_in, 1)), (1, fan_out))


@mistake(INPUTS_ALIKE, inputs_alike)
def he_inputs_alike(fan_in, fan_out, rng):
    return np.tile(rng.normal(0, he_std(fan_in, fan_out), fan_out), (fan_in, 1))


@mistake(TRANSPOSED, Draws(NORMAL, he_std))
def he_transposed(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_out, fan_in))


def he_by_scaling(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


def he_by_the_deck(fan_in, fan_out, rng):
    return rng.standard_normal(fan_in * fan_out).reshape(fan_in, fan_out) / np.sqrt(fan_in / 2)


def he_by_scipy(fan_in, fan_out, rng):
    """SciPy has the same interface for about a hundred distributions; `random_state` takes the generator."""
    return scipy.stats.norm(0, np.sqrt(2 / fan_in)).rvs(size=(fan_in, fan_out), random_state=rng)


def he_by_legacy_generator(fan_in, fan_out, rng):
    old = np.random.RandomState(rng.integers(2**32))
    return old.normal(scale=he_std(fan_in, fan_out), size=(fan_in, fan_out))


def he_by_box_muller(fan_in, fan_out, rng):
    """Box and Muller turn two uniform numbers into a radius and an angle, for a generator that has no `normal`."""
    radius = np.sqrt(-2 * np.log(1 - rng.random((fan_in, fan_out))))
    angle = 2 * np.pi * rng.random((fan_in, fan_out))
    return np.sqrt(2 / fan_in) * radius * np.cos(angle)


def he_in_single_precision(fan_in, fan_out, rng):
    return (rng.standard_normal((fan_in, fan_out)) * he_std(fan_in, fan_out)).astype(np.float32)


def he_drawn_transposed(fan_in, fan_out, rng):
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
        he_root_of_the_two,
        he_root_as_mean,
        he_unscaled,
        xavier_for_he,
        uniform_for_he,
        truncated_he,
        he_with_its_own_seed,
        he_from_elsewhere,
        he_units_alike,
        he_inputs_alike,
        he_transposed,
    ),
    spellings=(
        he_by_scaling,
        he_by_the_deck,
        he_by_scipy,
        he_by_legacy_generator,
        he_by_box_muller,
        he_in_single_precision,
        he_drawn_transposed,
        he_as_lists,
    ),
    hints=(
        "It differs from your `xavier_normal` in one place: the variance.",
        "The variance is 2/fan_in. Which of variance and standard deviation does `rng.normal` take?",
    ),
)
