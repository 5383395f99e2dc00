"""`batchnorm_backward`. The oracle differentiates by complex steps."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    DDOF,
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    VARIANCE_FOR_DEVIATION,
    batch,
    floats,
    scale_and_shift,
    single,
)


def backward_oracle(d_out, x, gamma, epsilon=1e-5):
    # A step of i h along one number: the imaginary part of the loss, over h, is the derivative to all digits.
    d_out, x, gamma = floats(d_out, x, gamma)
    h = 1e-30

    def loss(x, gamma, beta):
        centered = x - x.sum(axis=0) / len(x)
        var = (centered * centered).sum(axis=0) / len(x)
        return ((gamma * centered / np.sqrt(var + epsilon) + beta) * d_out).sum().imag / h

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


def backward_call(rng, n, units, scale=1.0, **keywords):
    # The gradient is divided by the deviation of x: with a gradient of its size, no rounding is enlarged.
    gamma, _ = scale_and_shift(rng, units)
    return call(scale * rng.normal(0.5, 1, (n, units)), batch(rng, n, units, scale), gamma, **keywords)


def backward_values(rng):
    return [
        call(np.array([[1.0], [0.0], [0.0]]), np.array([[1.0], [3.0], [8.0]]), np.array([2.0])),
        backward_call(rng, 4, 3),
        backward_call(rng, 4, 3, epsilon=0.5),
        backward_call(rng, 5, 2, scale=0.03),
        backward_call(rng, 16, 4),
    ]


def backward_shapes(rng):
    return [backward_call(rng, *shape, epsilon=0.1) for shape in [(1, 3), (4, 1), (2, 2), (2, 5)]]


def backward_edge_cases(rng):
    constant = backward_call(rng, 4, 3, epsilon=0.25)
    constant.arguments[1][:, 1] = 3.0
    whole = np.array([[1, 0], [2, 0], [5, 3]]), np.array([1, -2])
    return [
        call(np.array([[0.5, -1.5], [2.5, 0.5], [1.0, 1.0]]), *whole),
        constant,
        call(rng.normal(0.5, 1, (4, 2)), batch(rng, 4, 2), np.array([0.0, -1.5])),
        call(*single(*backward_call(rng, 6, 2).arguments)),
    ]


def backward_pieces(d_out, x, gamma, epsilon):
    """The deviation, the normalized values, and the two gradients that are easy."""
    deviation = np.sqrt(x.var(axis=0) + epsilon)
    normal = (x - x.mean(axis=0)) / deviation
    return deviation, normal, (d_out * normal).sum(axis=0), d_out.sum(axis=0)


@mistake(
    "The mean and the variance were treated as constants. They depend on x: when one x changes, they change, and with "
    "them every output of the column. Two terms are missing."
)
def backward_with_constant_statistics(d_out, x, gamma, epsilon=1e-5):
    deviation, _, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return d_out * gamma / deviation, d_gamma, d_beta


@mistake("The variance was treated as a constant. It depends on x as well: one more term, with the normalized values.")
def backward_with_constant_variance(d_out, x, gamma, epsilon=1e-5):
    deviation, _, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_out.mean(axis=0)), d_gamma, d_beta


@mistake("The mean was treated as a constant. It depends on x as well: subtract the mean of each column of `d_out`.")
def backward_with_constant_mean(d_out, x, gamma, epsilon=1e-5):
    deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - normal * d_gamma / len(x)), d_gamma, d_beta


@mistake("Gamma is missing in `d_x`: the gradient passes the multiplication by gamma first.")
def backward_without_gamma(d_out, x, gamma, epsilon=1e-5):
    _, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return backward_by_formula(d_out, x, np.ones(len(gamma)), epsilon)[0], d_gamma, d_beta


@mistake("The division by the standard deviation is missing in `d_x`.")
def backward_without_deviation(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x * np.sqrt(x.var(axis=0) + epsilon), d_gamma, d_beta


@mistake(VARIANCE_FOR_DEVIATION)
def backward_divided_by_variance(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x / np.sqrt(x.var(axis=0) + epsilon), d_gamma, d_beta


@mistake(
    "Gamma over the standard deviation multiplies `d_out` only. The two terms that are subtracted need this factor too."
)
def backward_with_unscaled_terms(d_out, x, gamma, epsilon=1e-5):
    deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * d_out - d_beta / len(x) - normal * d_gamma / len(x), d_gamma, d_beta


@mistake("`d_x` was divided by n. If the loss is a mean over samples, its 1/n is in `d_out` already.")
def backward_with_d_x_over_n(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x / len(x), d_gamma, d_beta


@mistake("The two terms in `d_x` are means over the samples, not sums.")
def backward_with_sums(d_out, x, gamma, epsilon=1e-5):
    deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_beta - normal * d_gamma), d_gamma, d_beta


@mistake("The term of the variance has the wrong sign in `d_x`. Like the mean gradient, it is subtracted.")
def backward_with_the_wrong_sign(d_out, x, gamma, epsilon=1e-5):
    deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    d_x = gamma / deviation * (d_out - d_out.mean(axis=0) + normal * d_gamma / len(x))
    return d_x, d_gamma, d_beta


@mistake("The term of the variance lacks the normalized values: their mean product with `d_out` is multiplied by them.")
def backward_without_the_normalized_values(d_out, x, gamma, epsilon=1e-5):
    deviation, _, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_beta / len(x) - d_gamma / len(x)), d_gamma, d_beta


@mistake(
    "`d_beta` was averaged. Beta is added to every sample, so its gradient is the *sum* over the samples. If the loss "
    "is a mean, its 1/n is in `d_out` already."
)
def backward_with_mean_d_beta(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma, d_beta / len(d_out)


@mistake("`d_gamma` was averaged. Its gradient is the *sum* over the samples, as that of beta is.")
def backward_with_mean_d_gamma(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma / len(d_out), d_beta


@mistake("`d_gamma` and `d_beta` were averaged. Both are *sums* over the samples.")
def backward_with_means(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma / len(d_out), d_beta / len(d_out)


@mistake("`d_gamma` was computed with x. Gamma multiplies the *normalized* values, so they belong in its gradient.")
def backward_with_raw_x(d_out, x, gamma, epsilon=1e-5):
    d_x, _, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, (d_out * x).sum(axis=0), d_beta


@mistake(
    "`d_gamma` was computed with x minus its mean. Divide by the standard deviation as well: the *normalized* values "
    "belong in it."
)
def backward_with_centered_x(d_out, x, gamma, epsilon=1e-5):
    d_x, _, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, (d_out * (x - x.mean(axis=0))).sum(axis=0), d_beta


@mistake("`d_gamma` and `d_beta` are not summed. Gamma and beta act on every sample: sum over the samples, `axis=0`.")
def backward_without_sums(d_out, x, gamma, epsilon=1e-5):
    _, normal, _, _ = backward_pieces(d_out, x, gamma, epsilon)
    return backward_by_formula(d_out, x, gamma, epsilon)[0], d_out * normal, 1.0 * d_out


@mistake("`d_gamma` and `d_beta` are sums over the units (`axis=1`). Sum over the samples: `axis=0`.")
def backward_with_sums_over_units(d_out, x, gamma, epsilon=1e-5):
    _, normal, _, _ = backward_pieces(d_out, x, gamma, epsilon)
    return backward_by_formula(d_out, x, gamma, epsilon)[0], (d_out * normal).sum(axis=1), d_out.sum(axis=1)


@mistake("Gamma is a factor in its own gradient. `d_gamma` is the sum of `d_out` times the normalized values, no more.")
def backward_with_gamma_in_d_gamma(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_gamma * gamma, d_beta


@mistake("The order is `d_x, d_gamma, d_beta`; the last two are swapped.")
def backward_in_another_order(d_out, x, gamma, epsilon=1e-5):
    d_x, d_gamma, d_beta = backward_by_formula(d_out, x, gamma, epsilon)
    return d_x, d_beta, d_gamma


def backward_with(deviation, d_out, x, gamma):
    """The gradients of a layer that divides by this deviation."""
    normal = (x - x.mean(axis=0)) / deviation
    d_x = gamma / deviation * (d_out - d_out.mean(axis=0) - normal * (d_out * normal).mean(axis=0))
    return d_x, (d_out * normal).sum(axis=0), d_out.sum(axis=0)


@mistake(DDOF)
def backward_with_unbiased_variance(d_out, x, gamma, epsilon=1e-5):
    with np.errstate(all="ignore"):
        var = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / np.subtract(len(x), 1.0)
    return backward_with(np.sqrt(var + epsilon), d_out, x, gamma)


@mistake(EPSILON_OUTSIDE)
def backward_with_epsilon_outside(d_out, x, gamma, epsilon=1e-5):
    return backward_with(x.std(axis=0) + epsilon, d_out, x, gamma)


@mistake(EPSILON_FIXED)
def backward_with_a_fixed_epsilon(d_out, x, gamma, epsilon=1e-5):
    return backward_with(np.sqrt(x.var(axis=0) + 1e-5), d_out, x, gamma)


@mistake("Epsilon is missing. The layer divides by the root of variance plus epsilon, and so does its gradient.")
def backward_without_epsilon(d_out, x, gamma, epsilon=1e-5):
    with np.errstate(all="ignore"):
        return backward_with(x.std(axis=0), d_out, x, gamma)


@mistake(NOT_IN_PLACE)
def backward_in_place(d_out, x, gamma, epsilon=1e-5):
    deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    d_out -= d_beta / len(x)
    d_out -= normal * d_gamma / len(x)
    return gamma / deviation * d_out, d_gamma, d_beta


@mistake(NOT_IN_PLACE)
def backward_centers_x_in_place(d_out, x, gamma, epsilon=1e-5):
    x -= x.mean(axis=0)
    return backward_by_formula(d_out, x, gamma, epsilon)


def backward_by_formula(d_out, x, gamma, epsilon=1e-5):
    deviation, normal, d_gamma, d_beta = backward_pieces(d_out, x, gamma, epsilon)
    return gamma / deviation * (d_out - d_beta / len(x) - normal * d_gamma / len(x)), d_gamma, d_beta


def backward_step_by_step(d_out, x, gamma, epsilon=1e-5):
    """The chain rule is applied to one operation after the other, as in the paper; nothing has to be simplified."""
    n = len(x)
    centered = x - x.mean(axis=0)
    inverse = 1 / np.sqrt(x.var(axis=0) + epsilon)
    d_normal = d_out * gamma
    d_var = np.sum(d_normal * centered, axis=0) * -0.5 * inverse**3
    d_mean = -np.sum(d_normal, axis=0) * inverse + d_var * np.mean(-2 * centered, axis=0)
    d_x = d_normal * inverse + d_var * 2 * centered / n + d_mean / n
    return d_x, np.sum(d_out * centered * inverse, axis=0), np.sum(d_out, axis=0)


def backward_in_one_fraction(d_out, x, gamma, epsilon=1e-5):
    d_out, x, gamma = floats(d_out, x, gamma)
    n = x.shape[0]
    normal = (x - x.mean(0)) / np.sqrt(x.var(0) + epsilon)
    d_beta, d_gamma = np.sum(d_out, 0), np.sum(normal * d_out, 0)
    d_x = gamma * (n * d_out - d_beta - normal * d_gamma) / (n * np.sqrt(x.var(0) + epsilon))
    return [d_x, d_gamma, d_beta]


def backward_by_jacobian(d_out, x, gamma, epsilon=1e-5):
    """The Jacobian of each unit, n by n, is built and multiplied: it shows how all samples are connected."""
    n, units = x.shape
    deviation = np.sqrt(x.var(axis=0) + epsilon)
    normal = (x - x.mean(axis=0)) / deviation
    d_x = np.empty((n, units))
    for unit in range(units):
        z = normal[:, unit]
        jacobian = (np.eye(n) - 1 / n - np.outer(z, z) / n) * gamma[unit] / deviation[unit]
        d_x[:, unit] = jacobian.T @ d_out[:, unit]
    return d_x, np.sum(d_out * normal, axis=0), np.sum(d_out, axis=0)


Gradients = namedtuple("Gradients", "x gamma beta")


def backward_as_a_named_tuple(d_out, x, gamma, epsilon=1e-5):
    return Gradients(*backward_by_formula(d_out, x, gamma, epsilon))


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
    section="7. One sample and the others of its batch",
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
        backward_divided_by_variance,
        backward_with_unscaled_terms,
        backward_with_d_x_over_n,
        backward_with_sums,
        backward_with_the_wrong_sign,
        backward_without_the_normalized_values,
        backward_with_mean_d_beta,
        backward_with_mean_d_gamma,
        backward_with_means,
        backward_with_raw_x,
        backward_with_centered_x,
        backward_without_sums,
        backward_with_sums_over_units,
        backward_with_gamma_in_d_gamma,
        backward_in_another_order,
        backward_with_unbiased_variance,
        backward_with_epsilon_outside,
        backward_with_a_fixed_epsilon,
        backward_without_epsilon,
        backward_in_place,
        backward_centers_x_in_place,
    ),
    spellings=(
        backward_by_formula,
        backward_step_by_step,
        backward_in_one_fraction,
        backward_by_jacobian,
        backward_as_lists,
        backward_as_a_named_tuple,
        backward_in_single_precision,
        backward_with_a_work_array,
    ),
    hints=(
        "`d_beta` and `d_gamma` are sums over the samples: of `d_out`, and of `d_out` times the normalized values.",
        "For `d_x`, start with `d_out` times gamma over the standard deviation, as if mean and variance were constant. "
        "Both depend on every x, so two terms are subtracted: one for the mean, one for the variance.",
        "The term for the mean makes each column of `d_x` sum to 0. The term for the variance has the direction of the "
        "normalized values z, and the size of the column mean of d_out * z.",
    ),
)
