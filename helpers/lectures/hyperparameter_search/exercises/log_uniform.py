"""log_uniform: values whose logarithm is uniform. They are judged by the distribution of their logarithms."""

from __future__ import annotations

import math

import numpy as np
import scipy

from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, FROM_RNG, UNIFORM, Draws
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    BETWEEN_ENDS,
    FIXED,
    LECTURE,
    LOG_SPACE,
    NOT_FROM_RNG,
    ManyDraws,
    Recognized,
    position,
    repeated,
    seeded,
    spread_evenly,
)


def spread(centred, source=FROM_RNG, kind=Draws):
    note = "Measured in exponents, and stretched so that the range goes from -1 to 1: "
    return kind(UNIFORM, lambda *_: BETWEEN_ENDS, source, centred, note)


def in_logarithm(values, low, high, size):
    return position(np.log(values), math.log(low), math.log(high))


# What undoes the draws of the mistakes.


def in_the_value(values, low, high, size):
    return position(values, low, high)


def ends_in_decades(values, low, high, size):
    return position(np.log10(values), low, high)


def still_in_decades(values, low, high, size):
    return position(values, math.log10(low), math.log10(high))


def still_in_logarithm(values, low, high, size):
    return position(values, math.log(low), math.log(high))


def logarithm_in_decades(values, low, high, size):
    return position(np.log10(values), math.log(low), math.log(high))


def decades_in_logarithm(values, low, high, size):
    return position(np.log(values), math.log10(low), math.log10(high))


RIGHT = spread(in_logarithm)
MANY_RIGHT = spread(in_logarithm, kind=ManyDraws)


def many(rng):
    return [call(low, high, 500, seeded(rng)) for low, high in [(1e-6, 1e-3), (0.5, 40.0), (1e-5, 10.0)]]


def few(rng):
    # With two bases mixed up, even a single draw lies outside of the first of these ranges.
    return [call(low, high, size, seeded(rng)) for low, high, size in [(1e4, 1e5, 1), (0.5, 8.0, 7), (2, 32, 3)]]


def same_and_other(rng):
    """The same generator twice, then another one."""
    first = seeded(rng)
    return [call(1e-5, 1e-1, 60, first), call(1e-5, 1e-1, 60, first), call(1e-5, 1e-1, 60, seeded(rng))]


def oracle(low, high, size, rng):
    return scipy.stats.loguniform(low, high).rvs(size, random_state=rng)


@mistake(
    "These are uniform in the value, not in the exponent: between 0.001 and 1 nine draws in ten lie above 0.1. Draw "
    "the logarithm, then take the exponential of it.",
    spread(in_the_value),
)
def uniform_in_the_value(low, high, size, rng):
    return rng.uniform(low, high, size)


@mistake(
    "`low` and `high` were taken for exponents. They are the ends of the values: take their logarithms first.",
    spread(ends_in_decades),
)
def ends_taken_for_exponents(low, high, size, rng):
    return 10 ** rng.uniform(low, high, size)


@mistake(
    "These are the exponents, to base 10. The values are asked for: 10 to that power.",
    spread(still_in_decades),
)
def exponents_to_base_ten(low, high, size, rng):
    return rng.uniform(math.log10(low), math.log10(high), size)


@mistake(
    "These are the exponents, as natural logarithms. The values are asked for: `np.exp` of them.",
    spread(still_in_logarithm),
)
def exponents_to_base_e(low, high, size, rng):
    return rng.uniform(math.log(low), math.log(high), size)


@mistake(
    "Two bases were mixed: the natural logarithm on the way in (`np.log`), 10 to a power on the way out. Use "
    "`np.log10`, or `np.exp` at the end.",
    spread(logarithm_in_decades),
)
def natural_in_ten_out(low, high, size, rng):
    return 10 ** rng.uniform(np.log(low), np.log(high), size)


@mistake(
    "Two bases were mixed: the logarithm to base 10 on the way in, `np.exp` on the way out. Use `np.log`, or 10 to the "
    "power.",
    spread(decades_in_logarithm),
)
def ten_in_natural_out(low, high, size, rng):
    return np.exp(rng.uniform(np.log10(low), np.log10(high), size))


def evenly_spaced(values, low, high, size):
    return np.allclose(np.sort(values), np.geomspace(low, high, size), rtol=1e-5)


def of_a_few_values(values, low, high, size):
    return bool(repeated(values))


def rising(values, low, high, size):
    return (np.diff(values) >= 0).all()


def stratified(values, low, high, size):
    return spread_evenly(in_logarithm(values, low, high, size))


@mistake(
    "These are evenly spaced in the exponent, the same values every time, in whatever order. That is the axis of a "
    "grid; random values are asked for.",
    Recognized(evenly_spaced),
)
def spaced_and_not_random(low, high, size, rng):
    return np.geomspace(low, high, size)


@mistake(
    "Only a few different values come out: the exponents are whole numbers, are rounded, or were drawn once for all. "
    "Draw `size` exponents from the whole range: `rng.uniform`.",
    Recognized(of_a_few_values),
)
def of_whole_exponents(low, high, size, rng):
    return 10.0 ** rng.integers(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1, size)


@mistake(
    "The values are sorted, so each one says something about the next. Independent draws come in any order: leave the "
    "sorting out.",
    Recognized(rising),
)
def sorted_draws(low, high, size, rng):
    return np.sort(np.exp(rng.uniform(np.log(low), np.log(high), size)))


@mistake(
    "The values share the range out among themselves, as a Latin hypercube or a Sobol sequence does. That is a good "
    "way to search, but not what is asked for: independent draws.",
    Recognized(stratified),
)
def one_from_each_part(low, high, size, rng):
    return low * (high / low) ** ((rng.permutation(size) + rng.random(size)) / size)


@mistake(FIXED, spread(in_logarithm, FIXED_SEED))
def with_its_own_seed(low, high, size, rng):
    return np.exp(np.random.default_rng(0).uniform(np.log(low), np.log(high), size))


@mistake(NOT_FROM_RNG, spread(in_logarithm, ELSEWHERE))
def from_elsewhere(low, high, size, rng):
    return np.exp(np.random.default_rng().uniform(np.log(low), np.log(high), size))


def exponents_of_ten(low, high, size, rng):
    """The exponents are those that one reads on the axis: with base 10, -6 to -3 stands for 1e-6 to 1e-3."""
    exponents = rng.uniform(np.log10(low), np.log10(high), size)
    return 10.0**exponents


def powers_of_the_ratio(low, high, size, rng):
    """No logarithm is needed: a number between 0 and 1 says how much of the whole factor high / low is applied."""
    return low * (high / low) ** rng.random(size)


def by_natural_logarithm(low, high, size, rng):
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def by_powers_of_ten(low, high, size, rng):
    return 10.0 ** rng.uniform(np.log10(low), np.log10(high), size)


def by_ratio(low, high, size, rng):
    return low * (high / low) ** rng.random(size)


def by_scipy(low, high, size, rng):
    return scipy.stats.loguniform.rvs(low, high, size=size, random_state=rng)


def as_a_list(low, high, size, rng):
    return [low * math.exp(math.log(high / low) * float(rng.random())) for _ in range(size)]


def as_a_tuple(low, high, size, rng):
    return tuple(np.geomspace(low, high, 10**6)[rng.integers(0, 10**6, size)].tolist())


def by_legacy_seed(low, high, size, rng):
    np.random.seed(int(rng.integers(2**32)))
    return 2 ** np.random.uniform(np.log2(low), np.log2(high), size)


def in_single_precision(low, high, size, rng):
    return np.exp(rng.uniform(np.log(low), np.log(high), size)).astype(np.float32)


LOG_UNIFORM = Exercise(
    name="log_uniform",
    lecture=LECTURE,
    section=LOG_SPACE,
    minutes=4,
    difficulty=1,
    parts=(
        Part("distribution", 3, many, judge=MANY_RIGHT),
        Part("shapes", 1, few, judge=RIGHT),
        Part("draws from rng", 1, same_and_other, judge=RIGHT),
    ),
    oracle=oracle,
    mistakes=(
        uniform_in_the_value,
        ends_taken_for_exponents,
        exponents_to_base_ten,
        exponents_to_base_e,
        natural_in_ten_out,
        ten_in_natural_out,
        spaced_and_not_random,
        of_whole_exponents,
        sorted_draws,
        one_from_each_part,
        with_its_own_seed,
        from_elsewhere,
    ),
    spellings=(
        exponents_of_ten,
        powers_of_the_ratio,
        by_natural_logarithm,
        by_powers_of_ten,
        by_ratio,
        by_scipy,
        as_a_list,
        as_a_tuple,
        by_legacy_seed,
        in_single_precision,
    ),
    hints=(
        "What has to be uniform is the logarithm of the value. Between which two numbers does it lie?",
        "Draw with `rng.uniform` between the logarithms of both ends, then undo the logarithm.",
    ),
)
