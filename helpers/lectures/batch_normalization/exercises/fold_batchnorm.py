"""`fold_batchnorm`: the layer folded into the one in front. The oracle maps zero and the unit vectors."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .batchnorm_inference import inference_oracle
from .common import (
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    VARIANCE_FOR_DEVIATION,
    centers,
    floats,
    scale_and_shift,
    single,
)


def fold_oracle(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    # An affine map is known by what it does to zero and to the unit vectors.
    weights, bias = floats(weights, bias)
    basis = np.vstack([np.zeros(len(weights)), np.eye(len(weights))])
    at_zero, *at_units = inference_oracle(basis @ weights + bias, gamma, beta, mean, var, epsilon)
    return np.array(at_units) - at_zero, at_zero


def fold_call(rng, fan_in, units, spread=1.0, **keywords):
    """A call in which what is divided by the standard deviation is of its size; see `inference_call`."""
    var = spread * rng.uniform(2, 4, units)
    deviation = np.sqrt(var + keywords.get("epsilon", 1e-5))
    weights = deviation * rng.normal(size=(fan_in, units))
    bias, mean = deviation * rng.normal(1, 1, units), deviation * centers(rng, units)
    return call(weights, bias, *scale_and_shift(rng, units), mean, var, **keywords)


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
    whole = ([[1, 2], [-1, 3]], [1, 3], [1.0, -2.0], [0.0, 3.0], [2.0, 1.0], [1.0, 4.0])
    return [
        call(*map(np.array, whole), epsilon=0.25),
        fold_call(rng, 2, 2, spread=0.0),
        call(*single(*fold_call(rng, 3, 2).arguments)),
    ]


def factor_of(gamma, var, epsilon):
    return gamma / np.sqrt(var + epsilon)


@mistake(
    "The layer's own bias is missing. The normalization receives x @ weights *plus bias*, so the bias is multiplied by "
    "gamma over the standard deviation too."
)
def fold_without_the_bias(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, beta - mean * factor


@mistake("The layer's own bias was added as it is. It is normalized as well: multiply it by the same factor.")
def fold_with_unscaled_bias(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, bias + beta - mean * factor


@mistake(
    "The weights are right, but the bias came back unchanged. It is normalized too, and the mean and beta enter it."
)
def fold_of_the_weights_alone(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    return weights * factor_of(gamma, var, epsilon), 1.0 * bias


@mistake("The mean was subtracted as it is. It is divided by the standard deviation and multiplied by gamma as well.")
def fold_with_unscaled_mean(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, bias * factor - mean + beta


@mistake("The mean is missing in the new bias. The normalization subtracts it, multiplied by the factor.")
def fold_without_the_mean(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, bias * factor + beta


@mistake("Beta was multiplied by the factor. It is added last, so it stays as it is.")
def fold_with_scaled_beta(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, (bias - mean + beta) * factor


@mistake("Beta is missing in the new bias.")
def fold_without_beta(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, (bias - mean) * factor


@mistake("The mean was added. The normalization subtracts it.")
def fold_with_the_mean_added(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, (bias + mean) * factor + beta


@mistake("The bias is right, but the weights came back unchanged. Each column is multiplied by its unit's factor.")
def fold_of_the_bias_alone(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    return 1.0 * weights, (bias - mean) * factor_of(gamma, var, epsilon) + beta


@mistake("Gamma is missing. The factor of a unit is gamma over the standard deviation.")
def fold_without_gamma(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(1, var, epsilon)
    return weights * factor, (bias - mean) * factor + beta


@mistake(
    "The factors were applied to the rows. A unit is a *column* of `weights (d, units)`, and `weights * factor` aligns "
    "with the columns by itself."
)
def fold_over_rows(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor[:, None], (bias - mean) * factor + beta


@mistake(EPSILON_OUTSIDE)
def fold_with_epsilon_outside(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = gamma / (np.sqrt(var) + epsilon)
    return weights * factor, (bias - mean) * factor + beta


@mistake(EPSILON_FIXED)
def fold_with_a_fixed_epsilon(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, 1e-5)
    return weights * factor, (bias - mean) * factor + beta


@mistake("Epsilon is missing. The normalization divides by the root of variance plus epsilon, so the factor does too.")
def fold_without_epsilon(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    with np.errstate(all="ignore"):
        factor = factor_of(gamma, var, 0)
        return weights * factor, (bias - mean) * factor + beta


@mistake("The factor is upside down: it is gamma over the standard deviation, not the standard deviation over gamma.")
def fold_upside_down(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = 1 / factor_of(gamma, var, epsilon)
    return weights * factor, (bias - mean) * factor + beta


@mistake(
    "The weights were multiplied by gamma only. Divide by the standard deviation too: their factor is that of the bias."
)
def fold_weights_by_gamma_alone(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    return weights * gamma, (bias - mean) * factor_of(gamma, var, epsilon) + beta


@mistake(VARIANCE_FOR_DEVIATION)
def fold_divided_by_variance(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = gamma / (var + epsilon)
    return weights * factor, (bias - mean) * factor + beta


@mistake(NOT_IN_PLACE)
def fold_in_place(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    weights *= factor
    return weights, (bias - mean) * factor + beta


@mistake(NOT_IN_PLACE)
def fold_in_place_of_floats(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    (weights,) = floats(weights)
    weights *= factor
    return weights, (bias - mean) * factor + beta


def fold_by_formula(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = factor_of(gamma, var, epsilon)
    return weights * factor, (bias - mean) * factor + beta


def fold_by_diagonal(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = np.diag(np.divide(gamma, np.sqrt(np.add(var, epsilon))))
    return weights @ factor, np.subtract(bias, mean) @ factor + beta


def fold_unit_by_unit(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    weights, new_bias = np.array(weights, dtype=float), []
    for unit, (b, g, shift, m, v) in enumerate(zip(bias, gamma, beta, mean, var, strict=True)):
        weights[:, unit] *= g / math.sqrt(v + epsilon)
        new_bias.append(float((b - m) * g / math.sqrt(v + epsilon) + shift))
    return weights, new_bias


def fold_with_a_bias_row(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    """The bias is one more row of the weights, for an input that is always 1, so one product scales everything."""
    together = np.vstack([weights, bias - mean])
    together = together * gamma / np.sqrt(var + epsilon)
    return together[:-1], together[-1] + beta


def fold_by_probing(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    """Both layers run on 0 and on the unit vectors, which tells everything about a layer without activation."""

    def both(x):
        return gamma * (x @ weights + bias - mean) / np.sqrt(var + epsilon) + beta

    new_bias = both(np.zeros(len(weights)))
    return both(np.eye(len(weights))) - new_bias, new_bias


Dense = namedtuple("Dense", "weights bias")


def fold_as_a_named_tuple(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    return Dense(*fold_by_formula(weights, bias, gamma, beta, mean, var, epsilon))


def fold_as_lists(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    factor = [float(g) / math.sqrt(v + epsilon) for g, v in zip(gamma, var, strict=True)]
    new_bias = [(float(b) - m) * f + s for b, m, f, s in zip(bias, mean, factor, beta, strict=True)]
    return [[[float(w) * f for w, f in zip(row, factor, strict=True)] for row in weights], list(map(float, new_bias))]


def fold_in_single_precision(weights, bias, gamma, beta, mean, var, epsilon=1e-5):
    arrays = (weights, bias, gamma, beta, mean, var)
    weights, bias, gamma, beta, mean, var = (np.asarray(array, dtype=np.float32) for array in arrays)
    factor = gamma / np.sqrt(var + np.float32(epsilon))
    return weights * factor, bias * factor - mean * factor + beta


FOLD = Exercise(
    name="fold_batchnorm",
    lecture=LECTURE,
    section="15. Fold it away",
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
        fold_of_the_weights_alone,
        fold_with_unscaled_mean,
        fold_without_the_mean,
        fold_with_scaled_beta,
        fold_without_beta,
        fold_with_the_mean_added,
        fold_of_the_bias_alone,
        fold_without_gamma,
        fold_over_rows,
        fold_with_epsilon_outside,
        fold_with_a_fixed_epsilon,
        fold_without_epsilon,
        fold_upside_down,
        fold_weights_by_gamma_alone,
        fold_divided_by_variance,
        fold_in_place,
        fold_in_place_of_floats,
    ),
    spellings=(
        fold_by_formula,
        fold_by_diagonal,
        fold_unit_by_unit,
        fold_with_a_bias_row,
        fold_by_probing,
        fold_as_lists,
        fold_as_a_named_tuple,
        fold_in_single_precision,
    ),
    hints=(
        "Write gamma (x W + b - mean) / deviation + beta and sort it: what multiplies x, and what does not?",
        "Call gamma over the standard deviation the unit's factor. It multiplies the unit's column of weights, its "
        "bias and its mean, but not beta.",
    ),
)
