"""`xavier_normal`: the mean of both fans. The oracle draws with SciPy."""

from __future__ import annotations

import math
import statistics

import numpy as np
import scipy
from scipy import special

from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, NORMAL, TRUNCATED, UNIFORM, Draws
from helpers.judging.exercise import Exercise, mistake

from .common import (
    BACKWARD,
    FIXED,
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
    missing_two,
    normal_around,
    random_parts,
    standard_normal,
    truncated,
    units_alike,
    xavier_std,
)


def xavier_normal_oracle(fan_in, fan_out, rng):
    mean_fan = statistics.mean([fan_in, fan_out])
    return scipy.stats.norm(scale=mean_fan**-0.5).rvs((fan_in, fan_out), random_state=rng)


@mistake(
    "The variance is 1/fan_in, which keeps the signal of the forward pass only. Xavier's 2/(fan_in + fan_out) lies "
    "between what the forward pass and what the backward pass need.",
    Draws(NORMAL, lecun_std),
)
def xavier_of_fan_in(fan_in, fan_out, rng):
    return rng.normal(0, lecun_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "This is He's variance, 2/fan_in. Xavier's has the sum of both fans in the denominator: 2/(fan_in + fan_out).",
    Draws(NORMAL, he_std),
)
def he_for_xavier(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(VARIANCE_FOR_DEVIATION, Draws(NORMAL, lambda fan_in, fan_out: 2 / (fan_in + fan_out)))
def xavier_variance_for_deviation(fan_in, fan_out, rng):
    return rng.normal(0, 2 / (fan_in + fan_out), (fan_in, fan_out))


@mistake(
    "The variance is half of what it should be. One over the *mean* of both fans, (fan_in + fan_out)/2, is "
    "2/(fan_in + fan_out).",
    Draws(NORMAL, missing_two),
)
def xavier_without_the_two(fan_in, fan_out, rng):
    return rng.normal(0, missing_two(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "Only the 2 stands under the square root: the standard deviation is sqrt(2 / (fan_in + fan_out)), not "
    "sqrt(2) / (fan_in + fan_out).",
    Draws(NORMAL, lambda fan_in, fan_out: math.sqrt(2) / (fan_in + fan_out)),
)
def xavier_root_of_the_two(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2) / (fan_in + fan_out), (fan_in, fan_out))


@mistake(
    "Parentheses are missing: `2 / fan_in + fan_out` is (2/fan_in) + fan_out. Write `2 / (fan_in + fan_out)`.",
    Draws(NORMAL, lambda fan_in, fan_out: math.sqrt(2 / fan_in + fan_out)),
)
def xavier_without_parentheses(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2 / fan_in + fan_out), (fan_in, fan_out))


@mistake(ROOT_AS_MEAN, normal_around(xavier_std))
def xavier_root_as_mean(fan_in, fan_out, rng):
    return rng.normal(xavier_std(fan_in, fan_out), size=(fan_in, fan_out))


@mistake(UNSCALED, standard_normal())
def xavier_unscaled(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out))


@mistake(UNIFORM_FOR_NORMAL, Draws(UNIFORM, xavier_std))
def uniform_for_xavier(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(TRUNCATED_NORMAL, Draws(TRUNCATED, xavier_std))
def truncated_xavier(fan_in, fan_out, rng):
    return truncated(xavier_std(fan_in, fan_out), (fan_in, fan_out), rng)


@mistake(FIXED, Draws(NORMAL, xavier_std, FIXED_SEED))
def xavier_with_its_own_seed(fan_in, fan_out, rng):
    return np.random.default_rng(0).normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(NOT_FROM_RNG, Draws(NORMAL, xavier_std, ELSEWHERE))
def xavier_from_elsewhere(fan_in, fan_out, rng):
    return np.random.default_rng().normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(UNITS_ALIKE, units_alike)
def xavier_units_alike(fan_in, fan_out, rng):
    return np.tile(rng.normal(0, xavier_std(fan_in, fan_out), (fan_in, 1)), (1, fan_out))


@mistake(INPUTS_ALIKE, inputs_alike)
def xavier_inputs_alike(fan_in, fan_out, rng):
    return np.tile(rng.normal(0, xavier_std(fan_in, fan_out), fan_out), (fan_in, 1))


@mistake(TRANSPOSED, Draws(NORMAL, xavier_std))
def xavier_transposed(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_out, fan_in))


def xavier_by_scaling(fan_in, fan_out, rng):
    """Standard normal numbers are multiplied by the standard deviation; this works with any draw of variance 1."""
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / (fan_in + fan_out))


def xavier_by_scipy(fan_in, fan_out, rng):
    return scipy.stats.norm.rvs(scale=xavier_std(fan_in, fan_out), size=(fan_in, fan_out), random_state=rng)


def xavier_by_legacy_seed(fan_in, fan_out, rng):
    np.random.seed(int(rng.integers(2**32)))
    return np.random.randn(fan_in, fan_out) / np.sqrt((fan_in + fan_out) / 2)


def xavier_by_quantiles(fan_in, fan_out, rng):
    """Uniform numbers pass through the inverse of the normal distribution function, which also serves other shapes."""
    std = np.sqrt(2 / (fan_in + fan_out))
    return std * special.ndtri(1 - rng.random((fan_in, fan_out)))


def xavier_in_single_precision(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out), dtype=np.float32) * np.float32(xavier_std(fan_in, fan_out))


def xavier_as_lists(fan_in, fan_out, rng):
    std = xavier_std(fan_in, fan_out)
    return [[float(rng.normal(0, std)) for _ in range(fan_out)] for _ in range(fan_in)]


def xavier_unit_by_unit(fan_in, fan_out, rng):
    std = xavier_std(fan_in, fan_out)
    return np.stack([rng.normal(0, std, fan_in) for _ in range(fan_out)], axis=1)


def xavier_with_a_work_array(fan_in, fan_out, rng):
    weights = np.empty((fan_in, fan_out))
    rng.standard_normal(out=weights)
    weights *= xavier_std(fan_in, fan_out)
    return weights


XAVIER_NORMAL = Exercise(
    name="xavier_normal",
    lecture=LECTURE,
    section=BACKWARD,
    minutes=5,
    difficulty=1,
    parts=random_parts(Draws(NORMAL, xavier_std)),
    oracle=xavier_normal_oracle,
    mistakes=(
        xavier_of_fan_in,
        he_for_xavier,
        xavier_variance_for_deviation,
        xavier_without_the_two,
        xavier_root_of_the_two,
        xavier_without_parentheses,
        xavier_root_as_mean,
        xavier_unscaled,
        uniform_for_xavier,
        truncated_xavier,
        xavier_with_its_own_seed,
        xavier_from_elsewhere,
        xavier_units_alike,
        xavier_inputs_alike,
        xavier_transposed,
    ),
    spellings=(
        xavier_by_scaling,
        xavier_by_scipy,
        xavier_by_legacy_seed,
        xavier_by_quantiles,
        xavier_in_single_precision,
        xavier_as_lists,
        xavier_unit_by_unit,
        xavier_with_a_work_array,
    ),
    hints=(
        "The variance is one over the mean of both fans. What is the standard deviation?",
        "`rng.normal` takes the mean, the standard deviation and the shape; `rng.standard_normal` only the shape.",
    ),
)
