"""`fold_batchnorm`: the layer folded into the one in front. The oracle maps zero and the unit vectors."""

from __future__ import annotations

import math

import numpy as np

from helpers.exercises.batch_normalization.batchnorm_inference import inference_oracle
from helpers.exercises.batch_normalization.common import (
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    VARIANCE_FOR_DEVIATION,
    floats,
    scale_and_shift,
)
from helpers.judging.exercise import Exercise, Part, call, mistake


def fold_oracle(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    # An affine map is known by what it does to zero and to the unit vectors.
    weights, bias = floats(weights, bias)
    basis = np.vstack([np.zeros(len(weights)), np.eye(len(weights))])
    at_zero, *at_units = inference_oracle(basis @ weights + bias, gamma, beta, mean, var, epsilon)
    return np.array(at_units) - at_zero, at_zero


def fold_call(rng, fan_in, units, spread=1.0, **keywords):
    gamma, beta = scale_and_shift(rng, units)
    weights, bias = rng.normal(size=(fan_in, units)), rng.normal(1, 1, units)
    return call(weights, bias, gamma, beta, rng.normal(0, 2, units), spread * rng.uniform(0.3, 4, units), **keywords)


def fold_values(rng):
    return [
        call(*(np.array(values) for values in ([[3.0]], [5.0], [2.0], [0.5], [1.0], [4.0]))),
        fold_call(rng, 3, 3),
        fold_call(rng, 4, 2, epsilon=0.5),
        fold_call(rng, 2, 3, spread=1e-5),
        fold_call(rng, 12, 6),
    ]


def fold_shapes(rng):
    return [fold_call(rng, *shape, epsilon=0.1) for shape in [(1, 3), (4, 1), (2, 2), (2, 5)]]


def fold_edge_cases(rng):
    return [
        call([[0.5, -1.5], [2.5, 0.5]], [0.5, 1.0], [2.0, 3.0], [1.0, -1.0], [0.5, 0.0], [1.0, 2.25]),
        call(*(np.array(v) for v in ([[1, 2]], [1, 3], [1, -2], [0, 3], [2, 1], [1, 4]))),
        call(*(array.astype(np.float32) for array in fold_call(rng, 3, 2).arguments)),
    ]


def fold_arrays(weights, bias, gamma, beta, mean, var, epsilon):
    weights, bias, gamma, beta, mean, var = floats(weights, bias, gamma, beta, mean, var)
    return weights, bias, gamma / np.sqrt(var + epsilon), beta, mean


@mistake(
    "The layer's own bias got lost. The normalisation receives x @ weights *plus bias*, so the bias is multiplied by "
    "gamma over the deviation too."
)
def fold_without_the_bias(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, beta - mean * factor


@mistake("The layer's own bias was added as it is. It passes the normalisation too: multiply it by the same factor.")
def fold_with_unscaled_bias(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, bias + beta - mean * factor


@mistake("The mean was taken off as it is. It is divided by the deviation and multiplied by gamma like the rest.")
def fold_with_unscaled_mean(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, bias * factor - mean + beta


@mistake("Beta was multiplied by the factor. It is added last, so it stays as it is.")
def fold_with_scaled_beta(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, (bias - mean + beta) * factor


@mistake("Beta is missing in the new bias.")
def fold_without_beta(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, _, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, (bias - mean) * factor


@mistake("The mean was added. The normalisation takes it off.")
def fold_with_the_mean_added(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, (bias + mean) * factor + beta


@mistake("The bias is right, but the weights came back unchanged. Each column is multiplied by its unit's factor.")
def fold_of_the_bias_alone(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights.copy(), (bias - mean) * factor + beta


@mistake("Gamma is missing. The factor of a unit is gamma over the deviation.")
def fold_without_gamma(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    return fold_by_formula(weights, bias, np.ones(len(gamma)), beta, mean, var, epsilon)


@mistake(
    "The factors were spread over the rows. A unit is a *column* of `weights (fan_in, units)`, and `weights * factor` "
    "lines up with the columns by itself."
)
def fold_over_rows(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor[:, None], (bias - mean) * factor + beta


@mistake(EPSILON_OUTSIDE)
def fold_with_epsilon_outside(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, gamma, beta, mean, var = floats(weights, bias, gamma, beta, mean, var)
    factor = gamma / (np.sqrt(var) + epsilon)
    return weights * factor, (bias - mean) * factor + beta


@mistake(VARIANCE_FOR_DEVIATION)
def fold_divided_by_variance(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, gamma, beta, mean, var = floats(weights, bias, gamma, beta, mean, var)
    factor = gamma / (var + epsilon)
    return weights * factor, (bias - mean) * factor + beta


@mistake(NOT_IN_PLACE)
def fold_in_place(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    weights *= factor
    return weights, (bias - mean) * factor + beta


def fold_by_formula(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, bias, factor, beta, mean = fold_arrays(weights, bias, gamma, beta, mean, var, epsilon)
    return weights * factor, (bias - mean) * factor + beta


def fold_by_diagonal(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = np.divide(gamma, np.sqrt(np.add(var, epsilon)))
    return np.asarray(weights) @ np.diag(factor), np.subtract(bias, mean) @ np.diag(factor) + beta


def fold_unit_by_unit(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, new_bias = np.array(weights, dtype=float), []
    for unit, (b, g, shift, m, v) in enumerate(zip(bias, gamma, beta, mean, var, strict=True)):
        weights[:, unit] *= g / math.sqrt(v + epsilon)
        new_bias.append(float((b - m) * g / math.sqrt(v + epsilon) + shift))
    return weights, new_bias


def fold_with_a_bias_row(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    together = np.vstack([np.asarray(weights, dtype=float), np.subtract(bias, mean)])
    together = together * np.asarray(gamma) / np.sqrt(np.asarray(var) + epsilon)
    return [together[:-1], together[-1] + beta]


def fold_as_lists(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = [float(g) / math.sqrt(v + epsilon) for g, v in zip(gamma, var, strict=True)]
    new_bias = [(float(b) - m) * f + s for b, m, f, s in zip(bias, mean, factor, beta, strict=True)]
    return [[float(w) * f for w, f in zip(row, factor, strict=True)] for row in weights], list(map(float, new_bias))


def fold_in_single_precision(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    arrays = (weights, bias, gamma, beta, mean, var)
    weights, bias, gamma, beta, mean, var = (np.asarray(array, dtype=np.float32) for array in arrays)
    factor = gamma / np.sqrt(var + np.float32(epsilon))
    return weights * factor, bias * factor - mean * factor + beta


FOLD = Exercise(
    name="fold_batchnorm",
    lecture=LECTURE,
    section="Before you ship it, fold it away",
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 3, fold_values),
        Part("shapes", 1, fold_shapes),
        Part("edge cases", 1, fold_edge_cases),
    ),
    oracle=fold_oracle,
    mistakes=(
        fold_without_the_bias,
        fold_with_unscaled_bias,
        fold_with_unscaled_mean,
        fold_with_scaled_beta,
        fold_without_beta,
        fold_with_the_mean_added,
        fold_of_the_bias_alone,
        fold_without_gamma,
        fold_over_rows,
        fold_with_epsilon_outside,
        fold_divided_by_variance,
        fold_in_place,
    ),
    spellings=(
        fold_by_formula,
        fold_by_diagonal,
        fold_unit_by_unit,
        fold_with_a_bias_row,
        fold_as_lists,
        fold_in_single_precision,
    ),
    hints=(
        "Write gamma (x W + b - mean) / deviation + beta and sort it: what multiplies x, and what does not?",
        "Call gamma over the deviation the unit's factor. It multiplies the unit's column of weights, its bias and its "
        "mean, but not beta.",
    ),
)
