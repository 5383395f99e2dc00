"""`alpha_dropout_constants`: keep mean and variance. The oracle takes the moments of the mixture."""

from __future__ import annotations

import math

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import DROPOUT_SECTION, LECTURE

SATURATION = -1.7580993408473766


def oracle(rate):
    mean = rate * SATURATION
    variance = (1 - rate) * 1 + rate * SATURATION**2 - mean**2
    return 1 / math.sqrt(variance), -mean / math.sqrt(variance)


def values(rng):
    return [call(0.5), call(0.1), *(call(float(rate)) for rate in rng.uniform(0.05, 0.9, 3))]


def edge_cases(rng):
    return [call(0.0), call(0.95), call(float(rng.uniform(0.01, 0.04)))]


@mistake("Kept and dropped are exchanged: `rate` is the share that is dropped.")
def share_kept(rate):
    return oracle(1 - rate)


@mistake("The root is missing: `a` divides by the standard deviation, not by the variance.")
def without_the_root(rate):
    a = oracle(rate)[0] ** 2
    return a, -a * rate * SATURATION


@mistake("`b` has the wrong sign. The mean after dropping is rate times a negative number, and `b` takes it away.")
def wrong_sign(rate):
    a, b = oracle(rate)
    return a, -b


@mistake("`b` is not scaled: the mean has been multiplied by `a` as well, so b = -a * mean.")
def b_not_scaled(rate):
    return oracle(rate)[0], -rate * SATURATION


@mistake("This is the deviation itself. `a` divides by it.")
def inverse(rate):
    a = 1 / oracle(rate)[0]
    return a, -a * rate * SATURATION


@mistake("The mean square was taken for the variance. Subtract the square of the mean: rate * saturation value.")
def mean_square(rate):
    a = (1 - rate + rate * SATURATION**2) ** -0.5
    return a, -a * rate * SATURATION


@mistake("These are the constants of plain dropout. Here dropped values become the saturation value, not 0.")
def plain_dropout(rate):
    return 1 / (1 - rate), 0.0


@mistake("The saturation value is lambda * alpha of SELU, -1.758; alpha alone is 1.673.")
def alpha_alone(rate):
    value = -1.6732632423543772
    a = ((1 - rate) * (1 + rate * value**2)) ** -0.5
    return a, -a * rate * value


@mistake("`b` uses the share that is kept. The mean after dropping is rate * saturation value.")
def b_of_the_kept(rate):
    a = oracle(rate)[0]
    return a, -a * (1 - rate) * SATURATION


@mistake("The variance of the kept values is missing: only the values 0 and the saturation value were counted.")
def without_kept_variance(rate):
    a = (1 - rate + rate * (1 - rate) * SATURATION**2 + 1) ** -0.5
    return a, -a * rate * SATURATION


@mistake("The order is (a, b): first the factor, then what is added.")
def b_first(rate):
    return oracle(rate)[::-1]


def as_published(rate):
    """The formula of Klambauer et al., with q = 1 - rate the share kept."""
    q = 1 - rate
    a = (q + SATURATION**2 * q * (1 - q)) ** -0.5
    return a, -a * (1 - q) * SATURATION


def as_keras(rate):
    """One factor (1 - rate) taken out, as the libraries write it."""
    a = ((1 - rate) * (1 + rate * SATURATION**2)) ** -0.5
    return a, -a * SATURATION * rate


def from_the_mixture(rate):
    mean = rate * SATURATION
    variance = rate * (SATURATION - mean) ** 2 + (1 - rate) * (1 + mean**2)
    return [variance**-0.5, -mean * variance**-0.5]


def with_exponents(rate):
    log_a = -0.5 * (math.log1p(-rate) + math.log1p(rate * SATURATION * SATURATION))
    return math.exp(log_a), math.exp(log_a) * rate * 1.7580993408473766


def with_selu_constants(rate):
    saturation = -1.6732632423543772 * 1.0507009873554805
    deviation = math.hypot(math.sqrt(1 - rate), saturation * math.sqrt(rate - rate * rate))
    return 1 / deviation, -rate * saturation / deviation


ALPHA_DROPOUT_CONSTANTS = Exercise(
    name="alpha_dropout_constants",
    lecture=LECTURE,
    section=DROPOUT_SECTION,
    minutes=7,
    difficulty=3,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        share_kept,
        without_the_root,
        wrong_sign,
        b_not_scaled,
        inverse,
        mean_square,
        plain_dropout,
        alpha_alone,
        b_of_the_kept,
        without_kept_variance,
        b_first,
    ),
    spellings=(as_published, as_keras, from_the_mixture, with_exponents, with_selu_constants),
    hints=(
        "Before: mean 0, variance 1. Afterwards each value is the saturation value with probability `rate`. What are "
        "mean and variance now?",
        "The variance is the mean square minus the square of the mean. Then a = 1 / sqrt(variance), b = -a * mean.",
    ),
)
