"""`identity_parameters`: the gamma and beta that undo the layer. The oracle calculates with decimals."""

from __future__ import annotations

import math
from collections import namedtuple
from decimal import Decimal

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    centers,
    single,
)


def identity_oracle(mean, var, epsilon=1e-5):
    gamma = [float((Decimal(float(v)) + Decimal(float(epsilon))).sqrt()) for v in var]
    return np.array(gamma), np.array([float(m) for m in mean])


def identity_call(rng, units, spread=1.0, **keywords):
    return call(centers(rng, units), spread * rng.uniform(2, 4, units), **keywords)


def identity_values(rng):
    return [
        call(np.array([3.0]), np.array([4.0])),
        identity_call(rng, 3),
        identity_call(rng, 4, epsilon=0.5),
        identity_call(rng, 3, spread=1e-5),
        identity_call(rng, 20),
    ]


def identity_edge_cases(rng):
    return [
        call(np.array([1.5, -2.0]), np.array([0.0, 9.0])),
        identity_call(rng, 1, epsilon=1e-3),
        call(*single(*identity_call(rng, 3).arguments), epsilon=0.25),
    ]


@mistake(
    "Gamma is the root of the variance alone, as on the slide. The layer divides by the root of variance *plus "
    "epsilon*, so that is what gamma must undo."
)
def identity_without_epsilon(mean, var, epsilon=1e-5):
    return np.sqrt(var), mean.copy()


@mistake("Gamma is the variance here. The layer divided by the standard deviation, so gamma needs the square root.")
def identity_without_root(mean, var, epsilon=1e-5):
    return var + epsilon, mean.copy()


@mistake(EPSILON_OUTSIDE)
def identity_with_epsilon_outside(mean, var, epsilon=1e-5):
    return np.sqrt(var) + epsilon, mean.copy()


@mistake("Gamma is the sum of two roots. The root of a sum is asked for: sqrt(variance + epsilon).")
def identity_with_two_roots(mean, var, epsilon=1e-5):
    return np.sqrt(var) + np.sqrt(epsilon), mean.copy()


@mistake(EPSILON_FIXED)
def identity_with_a_fixed_epsilon(mean, var, epsilon=1e-5):
    return np.sqrt(var + 1e-5), mean.copy()


@mistake("Gamma is one over the standard deviation: that divides a second time. To undo a division, multiply.")
def identity_inverted(mean, var, epsilon=1e-5):
    return 1 / np.sqrt(var + epsilon), mean.copy()


@mistake("The sign of beta is wrong. The layer subtracted the mean; beta adds it again.")
def identity_with_negative_mean(mean, var, epsilon=1e-5):
    return np.sqrt(var + epsilon), -mean


@mistake("The two are swapped: gamma, the scale, comes first, and beta, the shift, second.")
def identity_swapped(mean, var, epsilon=1e-5):
    return mean.copy(), np.sqrt(var + epsilon)


@mistake(
    "Beta was divided by the standard deviation. It is added after the multiplication by gamma, so it is the mean."
)
def identity_with_divided_mean(mean, var, epsilon=1e-5):
    return np.sqrt(var + epsilon), mean / np.sqrt(var + epsilon)


@mistake(
    "Beta was multiplied by the standard deviation. It is added after the multiplication by gamma, so it is the mean."
)
def identity_with_multiplied_mean(mean, var, epsilon=1e-5):
    return np.sqrt(var + epsilon), mean * np.sqrt(var + epsilon)


@mistake("Gamma is right, but beta is minus the mean over the standard deviation. Beta adds the mean again, as it is.")
def identity_with_the_normalized_shift(mean, var, epsilon=1e-5):
    return np.sqrt(var + epsilon), -mean / np.sqrt(var + epsilon)


@mistake("Gamma is right, but beta is 0: the layer's output would have mean 0. Beta adds the mean again.")
def identity_without_the_mean(mean, var, epsilon=1e-5):
    return np.sqrt(var + epsilon), np.zeros(len(mean))


@mistake(
    "Scale 1 and shift 0 leave the *normalized* values as they are. The pair that brings the layer's input back is "
    "asked for."
)
def identity_of_the_start(mean, var, epsilon=1e-5):
    return np.ones(len(var)), np.zeros(len(var))


@mistake(NOT_IN_PLACE)
def identity_in_place(mean, var, epsilon=1e-5):
    var += epsilon
    return np.sqrt(var), mean.copy()


@mistake(NOT_IN_PLACE)
def identity_in_place_of_floats(mean, var, epsilon=1e-5):
    var = np.asarray(var, dtype=float)
    var += epsilon
    return np.sqrt(var), mean.copy()


def identity_by_power(mean, var, epsilon=1e-5):
    return (var + epsilon) ** 0.5, np.array(mean, dtype=float)


def identity_without_a_copy(mean, var, epsilon=1e-5):
    return np.sqrt(np.add(var, epsilon)), mean


def identity_by_hypot(mean, var, epsilon=1e-5):
    """`np.hypot` is the root of a sum of squares, here of the standard deviation and the root of epsilon."""
    return np.hypot(np.sqrt(var), math.sqrt(epsilon)), mean.copy()


def identity_by_probing(mean, var, epsilon=1e-5):
    """The plain layer is asked what it does to the mean plus 1, and gamma and beta undo that: no formula is needed."""

    def layer(x):
        return (x - mean) / np.sqrt(var + epsilon)

    return 1 / (layer(mean + 1) - layer(mean)), mean.copy()


Parameters = namedtuple("Parameters", "gamma beta")


def identity_as_a_named_tuple(mean, var, epsilon=1e-5):
    return Parameters(np.sqrt(var + epsilon), mean)


def identity_as_lists(mean, var, epsilon=1e-5):
    return [math.sqrt(v + epsilon) for v in var], [float(m) for m in mean]


def identity_as_a_list_of_two(mean, var, epsilon=1e-5):
    return [np.sqrt(np.array(var) + epsilon), np.array(mean) + 0.0]


def identity_in_single_precision(mean, var, epsilon=1e-5):
    return np.sqrt(np.asarray(var, dtype=np.float32) + np.float32(epsilon)), np.asarray(mean, dtype=np.float32)


IDENTITY = Exercise(
    name="identity_parameters",
    lecture=LECTURE,
    section="5. Scale and shift",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, identity_values), Part("edge cases", 1, identity_edge_cases)),
    oracle=identity_oracle,
    mistakes=(
        identity_without_epsilon,
        identity_without_root,
        identity_with_epsilon_outside,
        identity_with_two_roots,
        identity_with_a_fixed_epsilon,
        identity_inverted,
        identity_with_negative_mean,
        identity_swapped,
        identity_with_divided_mean,
        identity_with_multiplied_mean,
        identity_with_the_normalized_shift,
        identity_without_the_mean,
        identity_of_the_start,
        identity_in_place,
        identity_in_place_of_floats,
    ),
    spellings=(
        identity_by_power,
        identity_without_a_copy,
        identity_by_hypot,
        identity_by_probing,
        identity_as_lists,
        identity_as_a_named_tuple,
        identity_as_a_list_of_two,
        identity_in_single_precision,
    ),
    hints=(
        "Write the layer down, gamma (x - mean) / d + beta with d for the divisor, and set it equal to x.",
        "Gamma has to undo the division exactly, with everything under the root. Beta has to undo the subtraction.",
    ),
    equivalent_mutants={
        "line 1: `mean.copy()` → `mean`": "A copy has the values of the original.",
    },
)
