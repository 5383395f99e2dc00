"""`glorot_uniform`: the variance of Xavier, drawn uniformly. The oracle draws with SciPy."""

from __future__ import annotations

import math
import statistics

import numpy as np
import scipy

from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, NORMAL, ONE_SIDED, UNIFORM, Draws
from helpers.judging.exercise import Exercise, mistake

from .common import (
    FIXED,
    INPUTS_ALIKE,
    LECTURE,
    LIMIT,
    NOT_FROM_RNG,
    TRANSPOSED,
    UNITS_ALIKE,
    he_std,
    inputs_alike,
    missing_two,
    random_parts,
    units_alike,
    xavier_std,
)


def glorot_uniform_oracle(fan_in, fan_out, rng):
    width = math.sqrt(12) * statistics.mean([fan_in, fan_out]) ** -0.5
    return scipy.stats.uniform(loc=-width / 2, scale=width).rvs((fan_in, fan_out), random_state=rng)


def drawn_between(limit, fan_in, fan_out, rng):
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(
    "The standard deviation was used as the limit. Uniform numbers between -r and r have the standard deviation "
    "r/sqrt(3), so the limit is sqrt(3) times as large.",
    Draws(UNIFORM, lambda fan_in, fan_out: xavier_std(fan_in, fan_out) / math.sqrt(3)),
)
def glorot_without_the_three(fan_in, fan_out, rng):
    return drawn_between(xavier_std(fan_in, fan_out), fan_in, fan_out, rng)


@mistake(
    "The square root is missing: the limit is sqrt(6 / (fan_in + fan_out)), and this is 6 / (fan_in + fan_out).",
    Draws(UNIFORM, lambda fan_in, fan_out: 6 / (fan_in + fan_out) / math.sqrt(3)),
)
def glorot_without_the_root(fan_in, fan_out, rng):
    return drawn_between(6 / (fan_in + fan_out), fan_in, fan_out, rng)


@mistake(
    "The limit is sqrt(3 / (fan_in + fan_out)), so the variance is 1/(fan_in + fan_out), half of Glorot's.",
    Draws(UNIFORM, missing_two),
)
def glorot_without_the_two(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(3 / (fan_in + fan_out)), fan_in, fan_out, rng)


@mistake(
    "The whole width of the interval was used as the limit: the weights are twice as large as they should be.",
    Draws(UNIFORM, lambda fan_in, fan_out: 2 * xavier_std(fan_in, fan_out)),
)
def glorot_width_for_limit(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(24 / (fan_in + fan_out)), fan_in, fan_out, rng)


@mistake(
    "This is He's uniform limit, sqrt(6 / fan_in). Glorot's has the sum of both fans in the denominator: "
    "sqrt(6 / (fan_in + fan_out)).",
    Draws(UNIFORM, he_std),
)
def he_uniform_for_glorot(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / fan_in), fan_in, fan_out, rng)


@mistake(
    "No weight is negative: they lie between 0 and the limit. `rng.uniform(-limit, limit, shape)` is centered at 0.",
    Draws(ONE_SIDED, lambda fan_in, fan_out: xavier_std(fan_in, fan_out) / 2),
)
def glorot_from_zero(fan_in, fan_out, rng):
    return math.sqrt(6 / (fan_in + fan_out)) * rng.random((fan_in, fan_out))


@mistake(
    "Only the 6 stands under the square root: the limit is sqrt(6 / (fan_in + fan_out)), not sqrt(6) / (fan_in + "
    "fan_out).",
    Draws(UNIFORM, lambda fan_in, fan_out: math.sqrt(2) / (fan_in + fan_out)),
)
def glorot_root_of_the_six(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6) / (fan_in + fan_out), fan_in, fan_out, rng)


@mistake(
    "Parentheses are missing: `6 / fan_in + fan_out` is (6/fan_in) + fan_out. Write `6 / (fan_in + fan_out)`.",
    Draws(UNIFORM, lambda fan_in, fan_out: math.sqrt((6 / fan_in + fan_out) / 3)),
)
def glorot_without_parentheses(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / fan_in + fan_out), fan_in, fan_out, rng)


@mistake(
    "These weights lie between -1 and 1, whatever the layer. The limit depends on both fans: "
    "sqrt(6 / (fan_in + fan_out)).",
    Draws(UNIFORM, lambda fan_in, fan_out: 1 / math.sqrt(3)),
)
def glorot_between_minus_one_and_one(fan_in, fan_out, rng):
    return drawn_between(1.0, fan_in, fan_out, rng)


@mistake(
    "The variance is right, but the distribution is normal. A uniform one is asked for: `rng.uniform`.",
    Draws(NORMAL, xavier_std),
)
def normal_for_glorot(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(FIXED, Draws(UNIFORM, xavier_std, FIXED_SEED))
def glorot_with_its_own_seed(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return drawn_between(limit, fan_in, fan_out, np.random.default_rng(1))


@mistake(NOT_FROM_RNG, Draws(UNIFORM, xavier_std, ELSEWHERE))
def glorot_from_elsewhere(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return drawn_between(limit, fan_in, fan_out, np.random.default_rng())


@mistake(UNITS_ALIKE, units_alike)
def glorot_units_alike(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return np.tile(rng.uniform(-limit, limit, (fan_in, 1)), (1, fan_out))


@mistake(INPUTS_ALIKE, inputs_alike)
def glorot_inputs_alike(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return np.tile(rng.uniform(-limit, limit, fan_out), (fan_in, 1))


@mistake(TRANSPOSED, Draws(UNIFORM, xavier_std))
def glorot_transposed(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / (fan_in + fan_out)), fan_out, fan_in, rng)


def glorot_by_random(fan_in, fan_out, rng):
    """Numbers from 0 to 1 are stretched to -1 to 1 and then to the limit, for a generator that has only `random`."""
    return (2 * rng.random((fan_in, fan_out)) - 1) * np.sqrt(6 / (fan_in + fan_out))


def glorot_by_scipy(fan_in, fan_out, rng):
    """SciPy describes the interval by its lower end and its *width*; `random_state` takes the generator."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return scipy.stats.uniform.rvs(-limit, 2 * limit, size=(fan_in, fan_out), random_state=rng)


def glorot_by_legacy_seed(fan_in, fan_out, rng):
    np.random.seed(int(rng.integers(2**32)))
    limit = np.sqrt(3) * xavier_std(fan_in, fan_out)
    return np.random.uniform(-limit, limit, (fan_in, fan_out))


def glorot_in_single_precision(fan_in, fan_out, rng):
    limit = np.float32(np.sqrt(6 / (fan_in + fan_out)))
    return limit * (2 * rng.random((fan_in, fan_out), dtype=np.float32) - 1)


def glorot_as_lists(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return [[float(rng.uniform(-limit, limit)) for _ in range(fan_out)] for _ in range(fan_in)]


def glorot_by_sign(fan_in, fan_out, rng):
    size = rng.random((fan_in, fan_out)) * math.sqrt(6 / (fan_in + fan_out))
    return np.where(rng.random((fan_in, fan_out)) < 0.5, -size, size)


GLOROT_UNIFORM = Exercise(
    name="glorot_uniform",
    lecture=LECTURE,
    section=LIMIT,
    minutes=4,
    difficulty=2,
    parts=random_parts(Draws(UNIFORM, xavier_std)),
    oracle=glorot_uniform_oracle,
    mistakes=(
        glorot_without_the_three,
        glorot_without_the_root,
        glorot_without_the_two,
        glorot_width_for_limit,
        he_uniform_for_glorot,
        glorot_root_of_the_six,
        glorot_without_parentheses,
        glorot_between_minus_one_and_one,
        glorot_from_zero,
        normal_for_glorot,
        glorot_with_its_own_seed,
        glorot_from_elsewhere,
        glorot_units_alike,
        glorot_inputs_alike,
        glorot_transposed,
    ),
    spellings=(
        glorot_by_random,
        glorot_by_scipy,
        glorot_by_legacy_seed,
        glorot_in_single_precision,
        glorot_as_lists,
        glorot_by_sign,
    ),
    hints=(
        "First the standard deviation of Xavier's weights, then the limit for it: the last exercise has the formula.",
        "A 2 and a 3 under the square root make a 6. `rng.uniform` takes low, high and the shape.",
    ),
)
