"""`glorot_uniform`: the variance of Xavier, drawn uniformly. The oracle draws with SciPy."""

from __future__ import annotations

import math
import statistics

import numpy as np
from scipy import stats

from helpers.exercises.initialization.common import (
    FIXED,
    LECTURE,
    LIMIT,
    NOT_FROM_RNG,
    TURNED,
    he_std,
    missing_two,
    random_parts,
    xavier_std,
)
from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, NORMAL, ONE_SIDED, UNIFORM, Draws
from helpers.judging.exercise import Exercise, mistake


def glorot_uniform_oracle(fan_in, fan_out, rng):
    width = math.sqrt(12) * statistics.mean([fan_in, fan_out]) ** -0.5
    return stats.uniform(loc=-width / 2, scale=width).rvs((fan_in, fan_out), random_state=rng)


def drawn_between(limit, fan_in, fan_out, rng):
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(
    "The deviation was taken for the limit: numbers between -r and r have the deviation r/sqrt(3). The 3 is missing.",
    Draws(UNIFORM, lambda fan_in, fan_out: xavier_std(fan_in, fan_out) / math.sqrt(3)),
)
def glorot_without_the_three(fan_in, fan_out, rng):
    return drawn_between(xavier_std(fan_in, fan_out), fan_in, fan_out, rng)


@mistake(
    "The limit is 6/(fan_in + fan_out), without the root. That is a variance, and a limit is a length.",
    Draws(UNIFORM, lambda fan_in, fan_out: 6 / (fan_in + fan_out) / math.sqrt(3)),
)
def glorot_without_the_root(fan_in, fan_out, rng):
    return drawn_between(6 / (fan_in + fan_out), fan_in, fan_out, rng)


@mistake(
    "The limit is the root of 3/(fan_in + fan_out), so the variance is half of Glorot's 2/(fan_in + fan_out).",
    Draws(UNIFORM, missing_two),
)
def glorot_without_the_two(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(3 / (fan_in + fan_out)), fan_in, fan_out, rng)


@mistake(
    "The whole width of the interval, twice the limit, was taken for the limit: the deviation is twice as large as it "
    "should be.",
    Draws(UNIFORM, lambda fan_in, fan_out: 2 * xavier_std(fan_in, fan_out)),
)
def glorot_width_for_limit(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(24 / (fan_in + fan_out)), fan_in, fan_out, rng)


@mistake(
    "This is He's uniform limit, the root of 6/fan_in. Glorot's has both fans below: 6/(fan_in + fan_out).",
    Draws(UNIFORM, he_std),
)
def he_uniform_for_glorot(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / fan_in), fan_in, fan_out, rng)


@mistake(
    "All weights are positive: they lie between 0 and the limit. `rng.random` starts at 0, and "
    "`rng.uniform(-limit, limit)` is centred.",
    Draws(ONE_SIDED, lambda fan_in, fan_out: xavier_std(fan_in, fan_out) / 2),
)
def glorot_from_zero(fan_in, fan_out, rng):
    return math.sqrt(6 / (fan_in + fan_out)) * rng.random((fan_in, fan_out))


@mistake("The variance is right and the distribution is normal. A uniform one is asked for.", Draws(NORMAL, xavier_std))
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


@mistake(TURNED, Draws(UNIFORM, xavier_std))
def glorot_turned(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / (fan_in + fan_out)), fan_out, fan_in, rng)


def glorot_by_random(fan_in, fan_out, rng):
    return (2 * rng.random((fan_in, fan_out)) - 1) * np.sqrt(6 / (fan_in + fan_out))


def glorot_by_scipy(fan_in, fan_out, rng):
    limit = np.sqrt(6 / (fan_in + fan_out))
    return stats.uniform.rvs(-limit, 2 * limit, size=(fan_in, fan_out), random_state=rng)


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
        glorot_from_zero,
        normal_for_glorot,
        glorot_with_its_own_seed,
        glorot_from_elsewhere,
        glorot_turned,
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
        "First the deviation of Xavier's weights, then the limit that belongs to it: you have a function for that.",
        "A 2 under the root and a 3 under the root make a 6. `rng.uniform` takes low, high and the shape.",
    ),
)
