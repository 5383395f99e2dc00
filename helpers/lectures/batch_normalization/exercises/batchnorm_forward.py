"""`batchnorm_forward`. The oracle takes the statistics of each column from the `statistics` module."""

from __future__ import annotations

import math
import statistics
from collections import namedtuple

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import (
    DDOF,
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    SWAPPED,
    VARIANCE_FOR_DEVIATION,
    WITHOUT_BETA,
    WITHOUT_GAMMA,
    batch,
    floats,
    scale_and_shift,
    single,
)


def forward_oracle(x, gamma, beta, epsilon=1e-5):
    columns = np.asarray(x, dtype=float).T.tolist()
    mean = [math.fsum(column) / len(column) for column in columns]
    var = [statistics.pvariance(column) for column in columns]
    out = [
        [float(g) * (v - m) / math.sqrt(s + epsilon) + float(b) for v in column]
        for column, m, s, g, b in zip(columns, mean, var, gamma, beta, strict=True)
    ]
    return np.array(out).T, np.array(mean), np.array(var, dtype=float)


def forward_call(rng, n, units, scale=1.0, **keywords):
    return call(batch(rng, n, units, scale), *scale_and_shift(rng, units), **keywords)


def forward_values(rng):
    return [
        call(np.array([[1.0], [3.0], [8.0]]), np.array([2.0]), np.array([0.5])),
        forward_call(rng, 3, 3),
        forward_call(rng, 4, 3, epsilon=0.5),
        forward_call(rng, 5, 2, scale=0.003),
        forward_call(rng, 32, 5),
    ]


def forward_shapes(rng):
    # With this epsilon, x / sqrt(variance + epsilon) stays small where the variance of a single sample is 0.
    return [forward_call(rng, *shape, epsilon=0.1) for shape in [(1, 3), (4, 1), (2, 2), (2, 6)]]


def forward_edge_cases(rng):
    constant = batch(rng, 4, 3)
    constant[:, 1] = 3.0
    return [
        call(np.array([[1, 2], [4, 2], [2, 5]]), np.array([1, -2]), np.array([0, 3])),
        call(constant, *scale_and_shift(rng, 3), epsilon=0.25),
        call(batch(rng, 3, 2), np.array([0.0, -1.5]), np.array([0.5, 2.0]), epsilon=0.25),
        call(*single(*forward_call(rng, 6, 2).arguments)),
    ]


@mistake(
    "The statistics were taken over the units of each sample. Batch normalization looks at one unit over all samples: "
    "`axis=0`."
)
def forward_over_units(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta, mean, var


@mistake(
    "With `axis=1` there is one mean for each sample. There should be one for each unit, taken over the samples: "
    "`axis=0`."
)
def forward_over_units_without_keepdims(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=1), x.var(axis=1)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta, mean, var


@mistake("One mean was taken over the whole array. Every unit has a mean and a variance of its own: `axis=0`.")
def forward_over_everything(x, gamma, beta, epsilon=1e-5):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + epsilon) + beta, x.mean(), x.var()


@mistake(
    "The mean and the variance have the shape (1, d): `keepdims=True` keeps the axis. Return them without it, (d,)."
)
def forward_keeps_the_axis(x, gamma, beta, epsilon=1e-5):
    out, mean, var = forward_oracle(x, gamma, beta, epsilon)
    return out, mean[None], var[None]


@mistake(DDOF)
def forward_with_unbiased_variance(x, gamma, beta, epsilon=1e-5):
    with np.errstate(all="ignore"):
        var = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / np.subtract(len(x), 1.0)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + epsilon) + beta, x.mean(axis=0), var


@mistake("The variance is the mean of the squares of x itself. Subtract the mean first, then square.")
def forward_with_the_mean_square(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), (x**2).mean(axis=0)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta, mean, var


@mistake(EPSILON_OUTSIDE)
def forward_with_epsilon_outside(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / (np.sqrt(var) + epsilon) + beta, mean, var


@mistake(EPSILON_FIXED)
def forward_with_a_fixed_epsilon(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(var + 1e-5) + beta, mean, var


@mistake("Epsilon is missing. Add it to the variance before you take the root, or a constant unit divides 0 by 0.")
def forward_without_epsilon(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    with np.errstate(all="ignore"):
        return gamma * (x - mean) / np.sqrt(var) + beta, mean, var


@mistake(VARIANCE_FOR_DEVIATION)
def forward_divided_by_variance(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / (var + epsilon) + beta, mean, var


@mistake("The third value is the standard deviation. The variance is asked for, without the square root.")
def forward_returns_the_deviation(x, gamma, beta, epsilon=1e-5):
    out, mean, var = forward_oracle(x, gamma, beta, epsilon)
    return out, mean, np.sqrt(var)


@mistake("The third value has epsilon in it. Return the variance itself; epsilon is for the division only.")
def forward_returns_epsilon_too(x, gamma, beta, epsilon=1e-5):
    out, mean, var = forward_oracle(x, gamma, beta, epsilon)
    return out, mean, var + epsilon


@mistake("The values come in the wrong order: `out` first, then the mean, then the variance.")
def forward_in_another_order(x, gamma, beta, epsilon=1e-5):
    out, mean, var = forward_oracle(x, gamma, beta, epsilon)
    return mean, var, out


@mistake("Scale and shift are missing: after normalizing, multiply by `gamma` and add `beta`.")
def forward_without_scale_and_shift(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return (x - mean) / np.sqrt(var + epsilon), mean, var


@mistake(WITHOUT_GAMMA)
def forward_without_gamma(x, gamma, beta, epsilon=1e-5):
    return forward_oracle(x, np.ones(len(gamma)), beta, epsilon)


@mistake(WITHOUT_BETA)
def forward_without_beta(x, gamma, beta, epsilon=1e-5):
    return forward_oracle(x, gamma, np.zeros(len(beta)), epsilon)


@mistake(SWAPPED)
def forward_with_swapped_parameters(x, gamma, beta, epsilon=1e-5):
    return forward_oracle(x, beta, gamma, epsilon)


@mistake("`beta` was added before the multiplication, so `gamma` multiplies it too. Multiply first, then add.")
def forward_shifts_first(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * ((x - mean) / np.sqrt(var + epsilon) + beta), mean, var


@mistake("The mean was not subtracted before the division.")
def forward_without_centering(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * x / np.sqrt(var + epsilon) + beta, mean, var


@mistake("The mean was subtracted after the division. Subtract it first, then divide the difference.")
def forward_divides_first(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x / np.sqrt(var + epsilon) - mean) + beta, mean, var


@mistake(NOT_IN_PLACE)
def forward_in_place(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    x -= mean
    x /= np.sqrt(var + epsilon)
    return gamma * x + beta, mean, var


@mistake(NOT_IN_PLACE)
def forward_in_place_of_floats(x, gamma, beta, epsilon=1e-5):
    (x,) = floats(x)
    mean, var = x.mean(axis=0), x.var(axis=0)
    x -= mean
    return gamma * x / np.sqrt(var + epsilon) + beta, mean, var


@mistake(
    "The statistics were taken over the units of each sample. Batch normalization looks at one unit over all samples: "
    "`axis=0`."
)
def forward_over_units_returned_flat(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=1), x.var(axis=1)
    return gamma * (x - mean[:, None]) / np.sqrt(var + epsilon)[:, None] + beta, mean, var


def forward_step_by_step(x, gamma, beta, epsilon=1e-5):
    n = x.shape[0]
    mean = x.sum(axis=0) / n
    centered = x - mean
    var = (centered**2).sum(axis=0) / n
    normal = centered * (var + epsilon) ** -0.5
    return gamma * normal + beta, mean, var


def forward_with_keepdims(x, gamma, beta, epsilon=1e-5):
    mean, var = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
    out = np.multiply(gamma, (x - mean) / np.sqrt(var + epsilon)) + beta
    return out, mean.ravel(), var.squeeze(axis=0)


def forward_unit_by_unit(x, gamma, beta, epsilon=1e-5):
    """A loop over the units reads like the formulas, which speak of one unit; it is slow for wide layers."""
    out = np.empty(x.shape)
    mean, var = np.empty(x.shape[1]), np.empty(x.shape[1])
    for unit in range(x.shape[1]):
        column = x[:, unit]
        mean[unit], var[unit] = column.mean(), column.var()
        out[:, unit] = gamma[unit] * (column - mean[unit]) / math.sqrt(var[unit] + epsilon) + beta[unit]
    return out, mean, var


def forward_as_lists(x, gamma, beta, epsilon=1e-5):
    out, mean, var = [], [], []
    for column, g, b in zip(zip(*x, strict=True), gamma, beta, strict=True):
        column = [float(v) for v in column]
        m = sum(column) / len(column)
        s = sum((v - m) ** 2 for v in column) / len(column)
        out.append([float(g) * (v - m) / (s + epsilon) ** 0.5 + float(b) for v in column])
        mean.append(m)
        var.append(s)
    return [[list(row) for row in zip(*out, strict=True)], mean, var]


Normalized = namedtuple("Normalized", "out mean var")


def forward_as_a_named_tuple(x, gamma, beta, epsilon=1e-5):
    return Normalized(*forward_step_by_step(x, gamma, beta, epsilon))


def forward_by_moments(x, gamma, beta, epsilon=1e-5):
    """The variance is the mean square minus the squared mean: one pass over the data, but inexact for a large mean."""
    mean = x.mean(axis=0)
    var = np.square(x).mean(axis=0) - mean**2
    factor = gamma / np.sqrt(var + epsilon)
    return x * factor + (beta - mean * factor), mean, var


def forward_in_single_precision(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = (np.asarray(array, dtype=np.float32) for array in (x, gamma, beta))
    centered = x - x.mean(axis=0)
    var = (centered * centered).mean(axis=0)
    return gamma * centered / np.sqrt(var + np.float32(epsilon)) + beta, x.mean(axis=0), var


def forward_with_a_work_array(x, gamma, beta, epsilon=1e-5):
    work = np.array(x, dtype=float)
    mean = work.mean(0)
    work -= mean
    var = np.einsum("nd,nd->d", work, work) / len(work)
    work /= np.sqrt(var + epsilon)
    work *= gamma
    work += beta
    return work, mean, var


FORWARD = Exercise(
    name="batchnorm_forward",
    lecture=LECTURE,
    section="1. Make it unit Gaussian",
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 3, forward_values),
        Part("shapes", 1, forward_shapes),
        Part("edge cases", 1, forward_edge_cases),
    ),
    oracle=forward_oracle,
    mistakes=(
        forward_over_units,
        forward_over_units_without_keepdims,
        forward_over_everything,
        forward_keeps_the_axis,
        forward_with_unbiased_variance,
        forward_with_the_mean_square,
        forward_with_epsilon_outside,
        forward_with_a_fixed_epsilon,
        forward_without_epsilon,
        forward_divided_by_variance,
        forward_returns_the_deviation,
        forward_returns_epsilon_too,
        forward_in_another_order,
        forward_without_scale_and_shift,
        forward_without_gamma,
        forward_without_beta,
        forward_with_swapped_parameters,
        forward_shifts_first,
        forward_without_centering,
        forward_divides_first,
        forward_in_place,
        forward_in_place_of_floats,
        forward_over_units_returned_flat,
    ),
    spellings=(
        forward_step_by_step,
        forward_with_keepdims,
        forward_unit_by_unit,
        forward_as_lists,
        forward_as_a_named_tuple,
        forward_by_moments,
        forward_in_single_precision,
        forward_with_a_work_array,
    ),
    hints=(
        "One mean and one variance for each unit, taken over the samples. Which axis of `(n, d)` disappears?",
        "Subtract the mean, divide by the root of variance plus epsilon, multiply by gamma, add beta. NumPy aligns "
        "`(d,)` with the last axis by itself.",
    ),
    choices=by_default("epsilon=1e-5", "1e-4", "1e-3", "1e-2"),
)
