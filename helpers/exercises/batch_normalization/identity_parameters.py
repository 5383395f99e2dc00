"""`identity_parameters`: the gamma and beta that undo the layer. The oracle calculates with decimals."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from helpers.exercises.batch_normalization.common import EPSILON_OUTSIDE, LECTURE, NOT_IN_PLACE, floats
from helpers.judging.exercise import Exercise, Part, call, mistake


def identity_oracle(mean, var, epsilon=1e-5):
    gamma = [float((Decimal(float(v)) + Decimal(float(epsilon))).sqrt()) for v in var]
    return np.array(gamma), np.array([float(m) for m in mean])


def identity_call(rng, units, spread=1.0, **keywords):
    return call(rng.normal(0, 2, units), spread * rng.uniform(0.2, 4, units), **keywords)


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
        call([1.0, -2.0], [0.25, 2.0]),
        call(np.array([2, -1]), np.array([4, 9])),
        call(np.array([1.5, 0.0]), np.array([0.0, 1.0])),
        identity_call(rng, 1, epsilon=1e-3),
        call(*(array.astype(np.float32) for array in identity_call(rng, 3).arguments)),
    ]


@mistake(
    "The root of the variance alone is what the slide says. The layer divides by the root of variance *plus epsilon*, "
    "so that is what gamma must undo."
)
def identity_without_epsilon(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return np.sqrt(var), mean.copy()


@mistake("Gamma is the variance here. The layer divided by the deviation, so gamma needs the root.")
def identity_without_root(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return var + epsilon, mean.copy()


@mistake(EPSILON_OUTSIDE)
def identity_with_epsilon_outside(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return np.sqrt(var) + epsilon, mean.copy()


@mistake("Gamma is one over the deviation: that divides a second time. To undo a division, multiply.")
def identity_inverted(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return 1 / np.sqrt(var + epsilon), mean.copy()


@mistake("The sign of beta is turned. The layer took the mean off; beta puts it back.")
def identity_with_negative_mean(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return np.sqrt(var + epsilon), -mean


@mistake("The two are swapped: gamma, the scale, comes first, and beta, the shift, second.")
def identity_swapped(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return mean.copy(), np.sqrt(var + epsilon)


@mistake("Beta was divided by the deviation. It is added after the multiplication by gamma, so it is the plain mean.")
def identity_with_scaled_mean(mean, var, epsilon=1e-5):
    mean, var = floats(mean, var)
    return np.sqrt(var + epsilon), mean / np.sqrt(var + epsilon)


@mistake(
    "Scale 1 and shift 0 leave the *normalised* values as they are. Asked for is the pair that brings the layer's "
    "input back."
)
def identity_of_the_start(mean, var, epsilon=1e-5):
    return np.ones(len(var)), np.zeros(len(var))


@mistake(NOT_IN_PLACE)
def identity_in_place(mean, var, epsilon=1e-5):
    (var,) = floats(var)
    var += epsilon
    return np.sqrt(var), np.array(mean, dtype=float)


def identity_by_power(mean, var, epsilon=1e-5):
    return (np.asarray(var, dtype=float) + epsilon) ** 0.5, np.array(mean, dtype=float)


def identity_by_add(mean, var, epsilon=1e-5):
    return np.sqrt(np.add(var, epsilon)), 1.0 * np.asarray(mean)


def identity_by_hypot(mean, var, epsilon=1e-5):
    return np.hypot(np.sqrt(np.asarray(var, dtype=float)), math.sqrt(epsilon)), np.asarray(mean, dtype=float)


def identity_as_lists(mean, var, epsilon=1e-5):
    return [math.sqrt(v + epsilon) for v in var], [float(m) for m in mean]


def identity_as_a_list_of_two(mean, var, epsilon=1e-5):
    return [np.sqrt(np.array(var) + epsilon), np.array(mean) + 0.0]


def identity_in_single_precision(mean, var, epsilon=1e-5):
    return np.sqrt(np.asarray(var, dtype=np.float32) + np.float32(epsilon)), np.asarray(mean, dtype=np.float32)


IDENTITY = Exercise(
    name="identity_parameters",
    lecture=LECTURE,
    section="3. And let it learn not to be",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, identity_values), Part("edge cases", 1, identity_edge_cases)),
    oracle=identity_oracle,
    mistakes=(
        identity_without_epsilon,
        identity_without_root,
        identity_with_epsilon_outside,
        identity_inverted,
        identity_with_negative_mean,
        identity_swapped,
        identity_with_scaled_mean,
        identity_of_the_start,
        identity_in_place,
    ),
    spellings=(
        identity_by_power,
        identity_by_add,
        identity_by_hypot,
        identity_as_lists,
        identity_as_a_list_of_two,
        identity_in_single_precision,
    ),
    hints=(
        "Write the layer down, gamma (x - mean) / d + beta with d for the divisor, and set it equal to x.",
        "Gamma has to undo the division exactly, with all that stands under the root. Beta has to undo what was taken "
        "off.",
    ),
)
