"""`batchnorm_backward`. The oracle differentiates by complex steps."""

from __future__ import annotations

import math

import numpy as np

from helpers.exercises.batch_normalization.common import (
    DDOF,
    EPSILON_OUTSIDE,
    FLOATS_ANYWAY,
    LECTURE,
    NOT_IN_PLACE,
    batch,
    floats,
    scale_and_shift,
)
from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake


def backward_oracle(d_out, x, gamma, epsilon=1e-5):
    # A step of i h along one number: the imaginary part of the loss, over h, is the derivative to all digits.
    d_out, x, gamma = floats(d_out, x, gamma)
    h = 1e-30

    def loss(x, gamma, beta):
        centred = x - x.sum(axis=0) / len(x)
        var = (centred * centred).sum(axis=0) / len(x)
        return ((gamma * centred / np.sqrt(var + epsilon) + beta) * d_out).sum().imag / h

    def slopes(array, loss_of):
        result = np.empty(array.shape)
        for place in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[place] += 1j * h
            result[place] = loss_of(moved)
        return result

    zero = np.zeros(len(gamma))
    return (
        slopes(x, lambda moved: loss(moved, gamma, zero)),
        slopes(gamma, lambda moved: loss(x, moved, zero)),
        slopes(zero, lambda moved: loss(x, gamma, moved)),
    )


def backward_call(rng, n, units, scale=1.5, **keywords):
    gamma, _ = scale_and_shift(rng, units)
    return call(rng.normal(size=(n, units)), batch(rng, n, units, scale), gamma, **keywords)


def backward_values(rng):
    return [
        call(np.array([[1.0], [0.0], [0.0]]), np.array([[1.0], [3.0], [8.0]]), np.array([2.0])),
        backward_call(rng, 3, 3),
        backward_call(rng, 4, 3, epsilon=0.5),
        backward_call(rng, 5, 2, scale=0.03),
        backward_call(rng, 16, 4),
    ]


def backward_shapes(rng):
    return [backward_call(rng, *shape, epsilon=0.1) for shape in [(1, 3), (4, 1), (2, 2), (2, 5)]]


def backward_edge_cases(rng):
    constant = backward_call(rng, 4, 3, epsilon=0.01)
    constant.arguments[1][:, 1] = 3.0
    return [
        call([[0.5, -1.5], [2.5, 0.5]], [[1.0, 0.0], [2.0, 4.0]], [2.0, 3.0]),
        call(np.array([[1, 2], [4, 2], [2, 5]]), np.array([[1, 0], [2, 0], [5, 3]]), np.array([1, -2])),
        constant,
        call(rng.normal(size=(3, 2)), batch(rng, 3, 2), np.array([0.0, -1.5])),
        call(*(array.astype(np.float32) for array in backward_call(rng, 6, 2).arguments)),
    ]


def backward_pieces(d_out, x, gamma, epsilon):
    """Arrays, the deviation, the normalised values, and the two gradients that are easy."""
    d_out, x, gamma = floats(d_out, x, gamma)
    deviation = np.sqrt(x.var(axis=0) + epsilon)
    normal = (x - x.mean(axis=0)) / deviation
    return d_out, gamma, deviation, normal, (d_out * normal).sum(axis=0), d_out.sum(axis=0)


@mistake(
    "The mean and the variance were treated as constants. They are made of x: when one x moves, they move, and with "
    "them every output of the column. Two terms are missing."
)
def backward_with_constant_statistics(d_out, x, gamma, epsilon=1e-5):
    d_out, gamma, deviation, _, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return d_out * gamma / deviation, d_gamma, d_beta


@mistake("The variance was treated as a constant. It depends on x as well: one more term, with the normalised values.")
def backward_with_constant_variance(d_out, x, gamma, epsilon=1e-5):
    d_out, gamma, deviation, _, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_out.mean(axis=0)), d_gamma, d_beta


@mistake("The mean was treated as a constant. It depends on x as well: take the column's mean gradient off.")
def backward_with_constant_mean(d_out, x, gamma, epsilon=1e-5):
    d_out, gamma, deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - normal * (d_out * normal).mean(axis=0)), d_gamma, d_beta


@mistake("Gamma is missing in `d_x`: what comes back passes the multiplication by gamma first.")
def backward_without_gamma(d_out, x, gamma, epsilon=1e-5):
    d_out, _, deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    d_x = (d_out - d_out.mean(axis=0) - normal * (d_out * normal).mean(axis=0)) / deviation
    return d_x, d_gamma, d_beta


@mistake("The division by the deviation is missing in `d_x`.")
def backward_without_deviation(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x * np.sqrt(np.var(np.asarray(x, dtype=float), axis=0) + epsilon), d_gamma, d_beta


@mistake("The two terms in `d_x` are means over the samples, not sums.")
def backward_with_sums(d_out, x, gamma, epsilon=1e-5):
    d_out, gamma, deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_beta - normal * d_gamma), d_gamma, d_beta


@mistake("The term of the variance has the wrong sign. Like the mean gradient, it is taken off.")
def backward_with_turned_sign(d_out, x, gamma, epsilon=1e-5):
    d_out, gamma, deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    d_x = gamma / deviation * (d_out - d_out.mean(axis=0) + normal * (d_out * normal).mean(axis=0))
    return d_x, d_gamma, d_beta


@mistake(
    "`d_beta` was averaged. Beta is added to every sample, so its gradient is the *sum* of what comes back. If the "
    "loss is a mean, the 1/n stands in `d_out` already."
)
def backward_with_mean_d_beta(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma, d_beta / len(d_out)


@mistake("`d_gamma` and `d_beta` were averaged. Both are *sums* over the samples.")
def backward_with_means(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma / len(d_out), d_beta / len(d_out)


@mistake("`d_gamma` was taken with x. Gamma multiplies the *normalised* values, so they stand in its gradient.")
def backward_with_raw_x(d_out, x, gamma, epsilon=1e-5):
    d_x, _, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, (np.asarray(d_out, dtype=float) * np.asarray(x, dtype=float)).sum(axis=0), d_beta


@mistake("Gamma stands in its own gradient. `d_gamma` is what comes back times the normalised values, no more.")
def backward_with_gamma_in_d_gamma(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma * np.asarray(gamma, dtype=float), d_beta


@mistake("The order is `d_x, d_gamma, d_beta`; the last two are swapped.")
def backward_in_another_order(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_beta, d_gamma


@mistake(DDOF)
def backward_with_unbiased_variance(d_out, x, gamma, epsilon=1e-5):
    d_out, x, gamma = floats(d_out, x, gamma)
    with np.errstate(all="ignore"):
        var = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / np.subtract(len(x), 1.0)
    deviation = np.sqrt(var + epsilon)
    normal = (x - x.mean(axis=0)) / deviation
    d_x = gamma / deviation * (d_out - d_out.mean(axis=0) - normal * (d_out * normal).mean(axis=0))
    return d_x, (d_out * normal).sum(axis=0), d_out.sum(axis=0)


@mistake(EPSILON_OUTSIDE)
def backward_with_epsilon_outside(d_out, x, gamma, epsilon=1e-5):
    d_out, x, gamma = floats(d_out, x, gamma)
    deviation = x.std(axis=0) + epsilon
    normal = (x - x.mean(axis=0)) / deviation
    d_x = gamma / deviation * (d_out - d_out.mean(axis=0) - normal * (d_out * normal).mean(axis=0))
    return d_x, (d_out * normal).sum(axis=0), d_out.sum(axis=0)


@mistake(NOT_IN_PLACE)
def backward_in_place(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    d_out = np.asarray(d_out, dtype=float)
    d_out[...] = d_x
    return d_out, d_gamma, d_beta


def backward_by_formula(d_out, x, gamma, epsilon=1e-5):
    d_out, gamma, deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_beta / len(d_out) - normal * d_gamma / len(d_out)), d_gamma, d_beta


def backward_step_by_step(d_out, x, gamma, epsilon=1e-5):
    d_out, x = np.asarray(d_out, dtype=float), np.asarray(x, dtype=float)
    n = len(x)
    centred = x - x.mean(axis=0)
    var = x.var(axis=0)
    inverse = 1 / np.sqrt(var + epsilon)
    d_normal = d_out * np.asarray(gamma)
    d_var = np.sum(d_normal * centred, axis=0) * -0.5 * inverse**3
    d_mean = -np.sum(d_normal, axis=0) * inverse + d_var * np.mean(-2 * centred, axis=0)
    d_x = d_normal * inverse + d_var * 2 * centred / n + d_mean / n
    return d_x, np.sum(d_out * centred * inverse, axis=0), np.sum(d_out, axis=0)


def backward_in_one_fraction(d_out, x, gamma, epsilon=1e-5):
    d_out, x, gamma = floats(d_out, x, gamma)
    n = x.shape[0]
    normal = (x - x.mean(0)) / np.sqrt(x.var(0) + epsilon)
    d_beta, d_gamma = np.sum(d_out, 0), np.sum(normal * d_out, 0)
    d_x = gamma * (n * d_out - d_beta - normal * d_gamma) / (n * np.sqrt(x.var(0) + epsilon))
    return [d_x, d_gamma, d_beta]


def backward_by_jacobian(d_out, x, gamma, epsilon=1e-5):
    d_out, x, gamma = floats(d_out, x, gamma)
    n, units = x.shape
    d_x = np.empty_like(x)
    for unit in range(units):
        deviation = math.sqrt(x[:, unit].var() + epsilon)
        normal = (x[:, unit] - x[:, unit].mean()) / deviation
        jacobian = (np.eye(n) - 1 / n - np.outer(normal, normal) / n) * gamma[unit] / deviation
        d_x[:, unit] = jacobian.T @ d_out[:, unit]
    normal = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon)
    return d_x, np.einsum("nd,nd->d", d_out, normal), np.ones(n) @ d_out


def backward_as_lists(d_out, x, gamma, epsilon=1e-5):
    columns, d_gamma, d_beta = [], [], []
    for g, column, come_back in zip(gamma, zip(*x, strict=True), zip(*d_out, strict=True), strict=True):
        n = len(column)
        mean = sum(map(float, column)) / n
        deviation = math.sqrt(sum((float(v) - mean) ** 2 for v in column) / n + epsilon)
        normal = [(float(v) - mean) / deviation for v in column]
        d_beta.append(float(sum(map(float, come_back))))
        d_gamma.append(sum(float(d) * v for d, v in zip(come_back, normal, strict=True)))
        columns.append(
            [
                float(g) / deviation * (float(d) - d_beta[-1] / n - v * d_gamma[-1] / n)
                for d, v in zip(come_back, normal, strict=True)
            ]
        )
    return [list(row) for row in zip(*columns, strict=True)], d_gamma, d_beta


def backward_in_single_precision(d_out, x, gamma, epsilon=1e-5):
    d_out, x, gamma = (np.asarray(array, dtype=np.float32) for array in (d_out, x, gamma))
    deviation = np.sqrt(x.var(axis=0) + np.float32(epsilon))
    normal = (x - x.mean(axis=0)) / deviation
    d_x = gamma / deviation * (d_out - d_out.mean(axis=0) - normal * (d_out * normal).mean(axis=0))
    return d_x, (d_out * normal).sum(axis=0), d_out.sum(axis=0)


def backward_with_a_work_array(d_out, x, gamma, epsilon=1e-5):
    normal, work = np.array(x, dtype=float), np.array(d_out, dtype=float)
    deviation = np.sqrt(normal.var(axis=0) + epsilon)
    normal -= normal.mean(axis=0)
    normal /= deviation
    d_gamma, d_beta = (work * normal).sum(axis=0), work.sum(axis=0)
    normal *= d_gamma / len(work)
    work -= d_beta / len(work)
    work -= normal
    work *= gamma / deviation
    return work, d_gamma, d_beta


BACKWARD = Exercise(
    name="batchnorm_backward",
    lecture=LECTURE,
    section="4. Every sample feels its neighbours",
    minutes=15,
    difficulty=3,
    parts=(
        Part("values", 4, backward_values),
        Part("shapes", 2, backward_shapes),
        Part("edge cases", 1, backward_edge_cases),
    ),
    oracle=backward_oracle,
    mistakes=(
        backward_with_constant_statistics,
        backward_with_constant_variance,
        backward_with_constant_mean,
        backward_without_gamma,
        backward_without_deviation,
        backward_with_sums,
        backward_with_turned_sign,
        backward_with_mean_d_beta,
        backward_with_means,
        backward_with_raw_x,
        backward_with_gamma_in_d_gamma,
        backward_in_another_order,
        backward_with_unbiased_variance,
        backward_with_epsilon_outside,
        backward_in_place,
    ),
    spellings=(
        backward_by_formula,
        backward_step_by_step,
        backward_in_one_fraction,
        backward_by_jacobian,
        backward_as_lists,
        backward_in_single_precision,
        backward_with_a_work_array,
    ),
    # What is left after the two terms are taken off can be small; single precision loses two digits on the way.
    tolerance=Tolerance(relative_single=1e-3, absolute_single=1e-4),
    hints=(
        "`d_beta` and `d_gamma` are sums over the samples: of `d_out`, and of `d_out` times the normalised values.",
        "For `d_x`, start with `d_out` times gamma over the deviation. Each column must then lose its mean and its "
        "part along the normalised values.",
        "With z for the normalised values: d_x = gamma / deviation * (d_out minus its column mean minus z times the "
        "column mean of d_out * z).",
    ),
    equivalent_mutants={"line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY},
)
