"""`mean_squared_logarithmic_error`: squared differences of ln(1 + x). The oracle is scikit-learn's."""

from __future__ import annotations

import math

import numpy as np
from sklearn.metrics import mean_squared_log_error

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import FOR_EACH, LECTURE, SUMMED


def oracle(predictions, targets):
    return float(mean_squared_log_error(np.asarray(targets, float), np.asarray(predictions, float)))


def values(rng):
    return [
        call(np.array([0.8, 0.2]), np.array([0.9, 0.1])),
        call(rng.uniform(0, 5, 6), rng.uniform(0, 5, 6)),
        call(rng.uniform(0, 1000, 10), rng.uniform(0, 1000, 10)),
    ]


def edge_cases(rng):
    return [
        call(np.zeros(3), np.array([0.0, 1.0, 2.0])),
        call(np.array([4.0]), np.array([4.0])),
        call(np.array([1.0, 2.0, 3.0]), np.array([3.0, 1.0, 0.0])),
        call(rng.integers(0, 50, 5), rng.integers(0, 50, 5)),
        call(rng.uniform(0, 3, 4).astype(np.float32), rng.uniform(0, 3, 4).astype(np.float32)),
    ]


def differences(predictions, targets):
    return np.log1p(predictions) - np.log1p(targets)


@mistake("The logarithm is of x, not of 1 + x, so a 0 gives an infinite loss: `np.log1p(x)`.")
def without_the_one(predictions, targets):
    with np.errstate(all="ignore"):
        return np.mean((np.log(predictions) - np.log(targets)) ** 2)


@mistake(SUMMED)
def summed(predictions, targets):
    return np.sum(differences(predictions, targets) ** 2)


@mistake(FOR_EACH)
def one_for_each(predictions, targets):
    return differences(predictions, targets) ** 2


@mistake("The root was taken at the end. The mean of the squares is asked for.")
def root(predictions, targets):
    return np.sqrt(np.mean(differences(predictions, targets) ** 2))


@mistake("It was multiplied by 100, as the slide does. The loss is the mean itself.")
def times_a_hundred(predictions, targets):
    return 100 * np.mean(differences(predictions, targets) ** 2)


@mistake("The differences were squared before the logarithm. Take the logarithms first, then square their difference.")
def logarithm_of_the_squares(predictions, targets):
    return np.mean(np.log1p((np.asarray(predictions, float) - targets) ** 2))


@mistake("This is the squared error, without logarithms.")
def squared_error(predictions, targets):
    return np.mean((np.asarray(predictions, float) - targets) ** 2)


@mistake("The absolute differences were averaged. Square them.")
def absolute(predictions, targets):
    return np.mean(np.abs(differences(predictions, targets)))


@mistake("This is the square of the mean difference. Square each difference first, then take the mean.")
def square_of_the_mean(predictions, targets):
    return np.mean(differences(predictions, targets)) ** 2


@mistake("These are logarithms to base 10. The natural one is asked for: `np.log1p`.")
def base_ten(predictions, targets):
    return np.mean(differences(predictions, targets) ** 2) / np.log(10) ** 2


def with_log1p(predictions, targets):
    """`np.log1p(x)` is ln(1 + x), exact for small x as well."""
    return np.mean(np.square(np.log1p(predictions) - np.log1p(targets)))


def as_a_ratio(predictions, targets):
    """A difference of logarithms is the logarithm of a ratio: what counts is the *factor* between the two."""
    return float(np.mean(np.log((1 + predictions) / (1 + targets)) ** 2))


def with_a_loop(predictions, targets):
    total = 0.0
    for prediction, target in zip(predictions, targets, strict=True):
        total += (math.log(1 + prediction) - math.log(1 + target)) ** 2
    return total / len(predictions)


def with_a_dot_product(predictions, targets):
    d = np.log(np.add(predictions, 1.0)) - np.log(np.add(targets, 1.0))
    return np.array(d @ d / d.size)


def by_scikit_learn(predictions, targets):
    return mean_squared_log_error(targets, predictions)


def in_single_precision(predictions, targets):
    d = np.log1p(np.asarray(predictions, np.float32)) - np.log1p(np.asarray(targets, np.float32))
    return np.mean(d * d)


MEAN_SQUARED_LOGARITHMIC_ERROR = Exercise(
    name="mean_squared_logarithmic_error",
    lecture=LECTURE,
    section="1. How far off is a number?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        without_the_one,
        summed,
        one_for_each,
        root,
        times_a_hundred,
        logarithm_of_the_squares,
        squared_error,
        absolute,
        square_of_the_mean,
        base_ten,
    ),
    spellings=(with_log1p, as_a_ratio, with_a_loop, with_a_dot_product, by_scikit_learn, in_single_precision),
    equivalent_mutants={
        "line 1: `np.log1p(predictions) - np.log1p(targets)` → `np.log1p(targets) - np.log1p(predictions)`": (
            "The differences are squared, so their sign does not matter."
        ),
    },
    hints=(
        "Take ln(1 + x) of both arrays: `np.log1p`. From there on it is the mean squared error.",
        "`np.mean((a - b) ** 2)`.",
    ),
)
