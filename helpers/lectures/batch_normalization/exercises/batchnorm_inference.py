"""`batchnorm_inference`: with running averages. The oracle calculates with decimals, number by number."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    SWAPPED,
    VARIANCE_FOR_DEVIATION,
    WITHOUT_BETA,
    WITHOUT_GAMMA,
    centers,
    floats,
    scale_and_shift,
    single,
)


def inference_oracle(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    rows = np.asarray(x, dtype=float).tolist()
    parameters = list(zip(gamma, beta, running_mean, running_var, strict=True))
    return np.array(
        [
            [
                float(g) * (v - float(m)) / float((Decimal(float(s)) + Decimal(float(epsilon))).sqrt()) + float(b)
                for v, (g, b, m, s) in zip(row, parameters, strict=True)
            ]
            for row in rows
        ]
    )


def inference_call(rng, n, units, spread=1.0, **keywords):
    """A call whose averages describe its batch, more or less; `spread` 0 makes every running variance 0.

    Divided by a small root, x and the mean must be small as well: where they are not, their rounding is enlarged.
    """
    var = spread * rng.uniform(0.5, 4, units)
    deviation = np.sqrt(var + keywords.get("epsilon", 1e-5))
    mean = centers(rng, units) * deviation
    x = mean + deviation * (0.5 + rng.normal(size=(n, units)))
    return call(x, *scale_and_shift(rng, units), mean, var, **keywords)


def inference_values(rng):
    return [
        call(np.array([[3.0]]), np.array([2.0]), np.array([0.5]), np.array([1.0]), np.array([4.0])),
        inference_call(rng, 3, 3),
        inference_call(rng, 4, 3, epsilon=0.5),
        inference_call(rng, 5, 2, spread=1e-5),
        inference_call(rng, 20, 5),
    ]


def inference_shapes(rng):
    return [inference_call(rng, *shape, epsilon=0.1) for shape in [(1, 3), (4, 1), (2, 2), (2, 5)]]


def inference_edge_cases(rng):
    whole = ([[1, 2], [4, 2]], [1, -2], [0, 3], [2, 1], [1, 4])
    return [
        call(*map(np.array, whole), epsilon=0.25),
        call(np.array([[1.0]]), np.array([2.0]), np.array([0.5]), np.array([3.0]), np.array([4.0])),  # below 0
        inference_call(rng, 3, 2, spread=0.0),
        call(*single(*inference_call(rng, 3, 2).arguments)),
    ]


@mistake(
    "You normalized by the statistics of this batch. At inference the running averages take their place; otherwise "
    "the answer for one sample depends on the other samples."
)
def inference_by_batch_statistics(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon) + beta


@mistake("The mean is the running one, but the variance is still that of this batch. Both come from the averages.")
def inference_by_batch_variance(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - running_mean) / np.sqrt(x.var(axis=0) + epsilon) + beta


@mistake("The variance is the running one, but the mean is still that of this batch. Both come from the averages.")
def inference_by_batch_mean(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(running_var + epsilon) + beta


@mistake(EPSILON_OUTSIDE)
def inference_with_epsilon_outside(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - running_mean) / (np.sqrt(running_var) + epsilon) + beta


@mistake(EPSILON_FIXED)
def inference_with_a_fixed_epsilon(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + 1e-5) + beta


@mistake("Epsilon is missing. Training divides by the root of variance plus epsilon, and inference has to do the same.")
def inference_without_epsilon(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    with np.errstate(all="ignore"):
        return gamma * (x - running_mean) / np.sqrt(running_var) + beta


@mistake(VARIANCE_FOR_DEVIATION)
def inference_divided_by_variance(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - running_mean) / (running_var + epsilon) + beta


@mistake("You divided by the running variance. Its square root, with epsilon under it, is the standard deviation.")
def inference_divided_by_the_variance_alone(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    with np.errstate(all="ignore"):
        return gamma * (x - running_mean) / running_var + beta


@mistake("`beta` was added before the multiplication, so `gamma` multiplies it too. Multiply first, then add.")
def inference_shifts_first(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * ((x - running_mean) / np.sqrt(running_var + epsilon) + beta)


@mistake("Three values came back. At inference the output alone is asked for.")
def inference_with_statistics(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return inference_by_formula(x, gamma, beta, running_mean, running_var, epsilon), running_mean, running_var


@mistake("Scale and shift are missing: they were learned, and inference uses them too.")
def inference_without_scale_and_shift(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return (x - running_mean) / np.sqrt(running_var + epsilon)


@mistake(WITHOUT_GAMMA)
def inference_without_gamma(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return (x - running_mean) / np.sqrt(running_var + epsilon) + beta


@mistake(WITHOUT_BETA)
def inference_without_beta(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + epsilon)


@mistake(SWAPPED)
def inference_with_swapped_parameters(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return beta * (x - running_mean) / np.sqrt(running_var + epsilon) + gamma


@mistake("The running mean was not subtracted.")
def inference_without_centering(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * x / np.sqrt(running_var + epsilon) + beta


@mistake(NOT_IN_PLACE)
def inference_in_place(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x -= running_mean
    x /= np.sqrt(running_var + epsilon)
    return gamma * x + beta


@mistake(NOT_IN_PLACE)
def inference_in_place_of_floats(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    x -= mean
    return gamma * x / np.sqrt(var + epsilon) + beta


@mistake("The mean was added. Normalizing subtracts it: `x - running_mean`.")
def inference_with_the_mean_added(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x + running_mean) / np.sqrt(running_var + epsilon) + beta


def inference_by_formula(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + epsilon) + beta


def inference_as_a_line(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    """At inference the layer is a line for each unit, so one factor and one shift can be computed once and kept."""
    factor = gamma / np.sqrt(running_var + epsilon)
    shift = beta - running_mean * factor
    return x * factor + shift


def inference_sample_by_sample(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    """Each sample is computed by itself, which shows that no row depends on another one."""
    deviation = np.sqrt(running_var + epsilon)
    return np.array([gamma * (sample - running_mean) / deviation + beta for sample in x])


def inference_as_lists(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    parameters = list(zip(gamma, beta, running_mean, running_var, strict=True))
    return [
        [float((v - m) / math.sqrt(s + epsilon) * g + b) for v, (g, b, m, s) in zip(row, parameters, strict=True)]
        for row in x
    ]


def inference_as_a_tuple(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return tuple(inference_by_formula(x, gamma, beta, running_mean, running_var, epsilon))


def inference_by_einsum(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    return np.einsum("nd,d,d->nd", x - mean, gamma, 1 / np.sqrt(var + epsilon)) + beta


def inference_in_single_precision(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    arrays = (x, gamma, beta, running_mean, running_var)
    x, gamma, beta, mean, var = (np.asarray(array, dtype=np.float32) for array in arrays)
    return gamma * (x - mean) / np.sqrt(var + np.float32(epsilon)) + beta


def inference_with_a_work_array(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    work = np.array(x, dtype=float)
    work -= running_mean
    work /= np.sqrt(running_var + epsilon)
    work *= gamma
    work += beta
    return work


INFERENCE = Exercise(
    name="batchnorm_inference",
    lecture=LECTURE,
    section="8. One image at a time",
    minutes=4,
    difficulty=1,
    parts=(
        Part("values", 2, inference_values),
        Part("shapes", 1, inference_shapes),
        Part("edge cases", 1, inference_edge_cases),
    ),
    oracle=inference_oracle,
    mistakes=(
        inference_by_batch_statistics,
        inference_by_batch_variance,
        inference_by_batch_mean,
        inference_with_epsilon_outside,
        inference_with_a_fixed_epsilon,
        inference_without_epsilon,
        inference_divided_by_variance,
        inference_divided_by_the_variance_alone,
        inference_shifts_first,
        inference_with_statistics,
        inference_without_scale_and_shift,
        inference_without_gamma,
        inference_without_beta,
        inference_with_swapped_parameters,
        inference_without_centering,
        inference_in_place,
        inference_in_place_of_floats,
        inference_with_the_mean_added,
    ),
    spellings=(
        inference_by_formula,
        inference_as_a_line,
        inference_sample_by_sample,
        inference_as_lists,
        inference_as_a_tuple,
        inference_by_einsum,
        inference_in_single_precision,
        inference_with_a_work_array,
    ),
    hints=(
        "The formula of the forward pass stays. Only where its mean and its variance come from changes.",
        "Nothing is computed over the samples here: no `mean`, no `var`. A single sample must be enough.",
    ),
)
