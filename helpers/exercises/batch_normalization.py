"""The exercises of lecture 07: for each its inputs, its oracle, wrong answers with their messages, right spellings.

The oracles take other roads than the lecture's solutions: exact fractions, loops over single numbers, complex steps in
place of a derived gradient, and for folding what an affine map does to zero and to the unit vectors.
"""

from __future__ import annotations

import math
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, Question, Tolerance, call, mistake

from .normalized_network import NORMALIZED_NETWORK

LECTURE = "07_batch_normalization"

NOT_IN_PLACE = (
    "The values are right, but they were written into the caller's array. `np.asarray` does not copy an array of "
    "floats; put the result into a new one."
)
EPSILON_OUTSIDE = "Epsilon stands outside the root. It belongs inside: the root of (variance + epsilon)."
DDOF = (
    "You divided the sum of squares by n - 1. Batch normalisation divides by n: `ddof=0`, which is NumPy's default "
    "but not that of `statistics.variance` or pandas."
)
VARIANCE_FOR_DEVIATION = (
    "You divided by the variance. Its root, the standard deviation, brings the column to deviation 1."
)

# Why some changes to a solution make no difference.
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
AXES_FROM_BEHIND = "Of four axes, number 2 and number -2 are the same."


def floats(*arrays):
    return tuple(np.asarray(array, dtype=float) for array in arrays)


def batch(rng, n, units, scale=1.5):
    return scale * (1.5 + rng.normal(size=(n, units)))


def scale_and_shift(rng, units):
    return rng.uniform(0.5, 2.5, units), rng.normal(0, 2, units)


# --- batchnorm_forward


def forward_oracle(x, gamma, beta, epsilon=1e-5):
    columns = np.asarray(x, dtype=float).T.tolist()
    mean = [math.fsum(column) / len(column) for column in columns]
    var = [statistics.pvariance(column) for column in columns]
    out = [
        [float(g) * (v - m) / math.sqrt(s + epsilon) + float(b) for v in column]
        for column, m, s, g, b in zip(columns, mean, var, gamma, beta, strict=True)
    ]
    return np.array(out).T, np.array(mean), np.array(var, dtype=float)


def forward_call(rng, n, units, scale=1.5, **keywords):
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
    return [
        forward_call(rng, 1, 3),
        forward_call(rng, 4, 1),
        forward_call(rng, 2, 2, epsilon=0.1),
        forward_call(rng, 2, 6, epsilon=0.1),
    ]


def forward_edge_cases(rng):
    constant = batch(rng, 4, 3)
    constant[:, 1] = 3.0
    single = [array.astype(np.float32) for array in (batch(rng, 6, 2), *scale_and_shift(rng, 2))]
    return [
        call([[0.5, -1.5], [2.5, 0.5]], [2.0, 3.0], [1.0, -1.0]),
        call(np.array([[1, 2], [4, 2], [2, 5]]), np.array([1, -2]), np.array([0, 3])),
        call(constant, *scale_and_shift(rng, 3)),
        call(batch(rng, 3, 2), np.array([0.0, -1.5]), np.array([0.5, 2.0]), epsilon=0.25),
        call(*single),
    ]


@mistake(
    "The statistics were taken over the units of each sample. Batch normalisation looks at one unit over all samples: "
    "`axis=0`."
)
def forward_over_units(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta, mean, var


@mistake(
    "With `axis=1` there is one mean for each sample. There should be one for each unit, taken over the samples: "
    "`axis=0`."
)
def forward_over_units_without_keepdims(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=1), x.var(axis=1)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta, mean, var


@mistake("One mean was taken over the whole array. Every unit has a mean and a variance of its own: `axis=0`.")
def forward_over_everything(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    return gamma * (x - x.mean()) / np.sqrt(x.var() + epsilon) + beta, x.mean(), x.var()


@mistake(DDOF)
def forward_with_unbiased_variance(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    with np.errstate(all="ignore"):
        var = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / np.subtract(len(x), 1.0)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + epsilon) + beta, x.mean(axis=0), var


@mistake(EPSILON_OUTSIDE)
def forward_with_epsilon_outside(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / (np.sqrt(var) + epsilon) + beta, mean, var


@mistake("Epsilon is missing. Add it to the variance before you take the root, or a constant unit divides 0 by 0.")
def forward_without_epsilon(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=0), x.var(axis=0)
    with np.errstate(all="ignore"):
        return gamma * (x - mean) / np.sqrt(var) + beta, mean, var


@mistake(VARIANCE_FOR_DEVIATION)
def forward_divided_by_variance(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / (var + epsilon) + beta, mean, var


@mistake("The third value is the standard deviation. The variance is asked for, without the root.")
def forward_returns_the_deviation(x, gamma, beta, epsilon=1e-5):
    out, mean, var = forward_oracle(x, gamma, beta, epsilon)
    return out, mean, np.sqrt(var)


@mistake("The third value has epsilon in it. Return the variance itself; epsilon is for the division only.")
def forward_returns_epsilon_too(x, gamma, beta, epsilon=1e-5):
    out, mean, var = forward_oracle(x, gamma, beta, epsilon)
    return out, mean, var + epsilon


@mistake("Scale and shift are missing: after normalising, multiply by `gamma` and add `beta`.")
def forward_without_scale_and_shift(x, gamma, beta, epsilon=1e-5):
    (x,) = floats(x)
    mean, var = x.mean(axis=0), x.var(axis=0)
    return (x - mean) / np.sqrt(var + epsilon), mean, var


@mistake("`gamma` and `beta` are swapped. `gamma` multiplies, `beta` is added.")
def forward_with_swapped_parameters(x, gamma, beta, epsilon=1e-5):
    return forward_oracle(x, beta, gamma, epsilon)


@mistake("`beta` was added before the multiplication, so `gamma` stretches it too. Multiply first, then add.")
def forward_shifts_first(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * ((x - mean) / np.sqrt(var + epsilon) + beta), mean, var


@mistake("The mean was not taken off before the division.")
def forward_without_centring(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * x / np.sqrt(var + epsilon) + beta, mean, var


@mistake(NOT_IN_PLACE)
def forward_in_place(x, gamma, beta, epsilon=1e-5):
    (x,) = floats(x)
    mean, var = x.mean(axis=0), x.var(axis=0)
    x -= mean
    x /= np.sqrt(var + epsilon)
    return gamma * x + beta, mean, var


def forward_step_by_step(x, gamma, beta, epsilon=1e-5):
    x = np.array(x, dtype=float)
    n = x.shape[0]
    mean = x.sum(axis=0) / n
    centred = x - mean
    var = (centred**2).sum(axis=0) / n
    normal = centred * (var + epsilon) ** -0.5
    return np.asarray(gamma) * normal + np.asarray(beta), mean, var


def forward_with_keepdims(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    mean, var = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
    out = np.multiply(gamma, (x - mean) / np.sqrt(var + epsilon)) + beta
    return out, mean.ravel(), var.squeeze(axis=0)


def forward_unit_by_unit(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    out, mean, var = np.empty_like(x), [], []
    for unit in range(x.shape[1]):
        mean.append(np.mean(x[:, unit]))
        var.append(np.std(x[:, unit]) ** 2)
        out[:, unit] = (x[:, unit] - mean[-1]) / math.sqrt(var[-1] + epsilon) * gamma[unit] + beta[unit]
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
    return [list(row) for row in zip(*out, strict=True)], mean, var


def forward_by_moments(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    first = x[0]  # taken off, so that the difference of squares keeps its digits
    mean = (x - first).mean(axis=0)
    var = ((x - first) ** 2).mean(axis=0) - mean**2
    factor = np.asarray(gamma) / np.sqrt(np.maximum(var, 0) + epsilon)
    return [x * factor + (beta - (mean + first) * factor), mean + first, np.maximum(var, 0)]


def forward_in_single_precision(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = (np.asarray(array, dtype=np.float32) for array in (x, gamma, beta))
    centred = x - x.mean(axis=0)
    var = (centred * centred).mean(axis=0)
    return gamma * centred / np.sqrt(var + np.float32(epsilon)) + beta, x.mean(axis=0), var


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
        forward_with_unbiased_variance,
        forward_with_epsilon_outside,
        forward_without_epsilon,
        forward_divided_by_variance,
        forward_returns_the_deviation,
        forward_returns_epsilon_too,
        forward_without_scale_and_shift,
        forward_with_swapped_parameters,
        forward_shifts_first,
        forward_without_centring,
        forward_in_place,
    ),
    spellings=(
        forward_step_by_step,
        forward_with_keepdims,
        forward_unit_by_unit,
        forward_as_lists,
        forward_by_moments,
        forward_in_single_precision,
        forward_with_a_work_array,
    ),
    hints=(
        "One mean and one variance a unit, taken over the samples. Which axis of `(n, units)` disappears?",
        "Take the mean off, divide by the root of variance plus epsilon, multiply by gamma, add beta. NumPy lines up "
        "`(units,)` with the last axis by itself.",
    ),
    equivalent_mutants={"line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY},
)


# --- identity_parameters


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


# --- batchnorm_backward


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


# --- update_running


def running_oracle(running, batch, momentum=0.9):
    keep = Fraction(float(momentum))

    def one(old, new):
        return float(keep * Fraction(float(old)) + (1 - keep) * Fraction(float(new)))

    old, new = floats(running, batch)
    return np.array([one(*pair) for pair in zip(old.ravel(), new.ravel(), strict=True)]).reshape(old.shape)


def running_call(rng, units, **keywords):
    return call(rng.normal(0, 2, units), rng.normal(3, 2, units), **keywords)


def running_values(rng):
    return [
        call(np.array([0.0]), np.array([4.0])),
        running_call(rng, 3),
        running_call(rng, 4, momentum=0.99),
        running_call(rng, 3, momentum=0.2),
        running_call(rng, 20),
    ]


def running_edge_cases(rng):
    return [
        call([0.0, 1.0], [2.5, 3.0]),
        call(np.array([1, 0]), np.array([4, -3])),
        running_call(rng, 3, momentum=0.0),
        running_call(rng, 3, momentum=1.0),
        running_call(rng, 1, momentum=0.5),
        call(*(array.astype(np.float32) for array in running_call(rng, 3).arguments)),
    ]


@mistake(
    "It is the wrong way round: `momentum` is the share of the *past* that is kept. (PyTorch counts the other way, and "
    "that is where this comes from.)"
)
def running_the_wrong_way_round(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    return (1 - momentum) * running + momentum * batch


@mistake("The new value came in at full weight. The two weights must add up to 1: momentum and 1 - momentum.")
def running_without_the_rest(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    return momentum * running + batch


@mistake("The past was kept in full. It keeps the share `momentum`; the two weights add up to 1.")
def running_that_never_forgets(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    return running + (1 - momentum) * batch


@mistake("This is the plain mean of the two. The past has the weight `momentum`, the new value the rest.")
def running_by_halves(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    return (running + batch) / 2


@mistake("The past is gone: this is the new batch alone.")
def running_of_the_last_batch(running, batch, momentum=0.9):
    return np.array(batch, dtype=float)


@mistake(
    "The mean of `batch` was taken over its units. It holds one statistic for each unit already, and every unit goes "
    "its own way."
)
def running_of_the_mean(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    return momentum * running + (1 - momentum) * batch.mean()


@mistake("The sign of the difference is turned: the average moves away from the new value instead of towards it.")
def running_away(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    return running + (1 - momentum) * (running - batch)


@mistake("The result was divided by 1 - momentum, as Adam does for its first steps. This average is used as it is.")
def running_with_correction(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    with np.errstate(all="ignore"):
        return (momentum * running + (1 - momentum) * batch) / np.subtract(1.0, momentum)


@mistake(NOT_IN_PLACE)
def running_in_place(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    running *= momentum
    running += (1 - momentum) * batch
    return running


def running_by_multiply(running, batch, momentum=0.9):
    return np.multiply(running, momentum) + np.multiply(batch, 1 - momentum)


def running_as_a_step(running, batch, momentum=0.9):
    running, batch = np.asarray(running), np.asarray(batch)
    return running + (1.0 - momentum) * (batch - running)


def running_by_average(running, batch, momentum=0.9):
    return np.average([running, batch], axis=0, weights=[momentum, 1 - momentum])


def running_by_matrix(running, batch, momentum=0.9):
    return np.array([momentum, 1 - momentum]) @ np.stack([running, batch])


def running_as_lists(running, batch, momentum=0.9):
    return [momentum * float(old) + (1 - momentum) * float(new) for old, new in zip(running, batch, strict=True)]


def running_in_single_precision(running, batch, momentum=0.9):
    running, batch = np.asarray(running, dtype=np.float32), np.asarray(batch, dtype=np.float32)
    return np.float32(momentum) * running + np.float32(1 - momentum) * batch


def running_with_a_work_array(running, batch, momentum=0.9):
    work = np.array(running, dtype=float)
    work *= momentum
    work += (1 - momentum) * np.asarray(batch)
    return work


RUNNING = Exercise(
    name="update_running",
    lecture=LECTURE,
    section="5. One sample at a time",
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, running_values), Part("edge cases", 1, running_edge_cases)),
    oracle=running_oracle,
    mistakes=(
        running_the_wrong_way_round,
        running_without_the_rest,
        running_that_never_forgets,
        running_by_halves,
        running_of_the_last_batch,
        running_of_the_mean,
        running_away,
        running_with_correction,
        running_in_place,
    ),
    spellings=(
        running_by_multiply,
        running_as_a_step,
        running_by_average,
        running_by_matrix,
        running_as_lists,
        running_in_single_precision,
        running_with_a_work_array,
    ),
    hints=(
        "With momentum 0.9, a running value 0 and a batch of 4 give 0.4. Which weight did the 4 have?",
        "Two weights that add up to 1: one for what was, one for what came.",
    ),
)


# --- batchnorm_inference


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
    gamma, beta = scale_and_shift(rng, units)
    mean, var = rng.normal(0, 2, units), spread * rng.uniform(0.3, 4, units)
    return call(batch(rng, n, units), gamma, beta, mean, var, **keywords)


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
    zero = inference_call(rng, 3, 2)
    zero.arguments[4][:] = 0.0
    return [
        call([[0.5, -1.5], [2.5, 0.5]], [2.0, 3.0], [1.0, -1.0], [0.5, 0.0], [1.0, 2.25]),
        call(np.array([[1, 2], [4, 2]]), np.array([1, -2]), np.array([0, 3]), np.array([2, 1]), np.array([1, 4])),
        zero,
        call(*(array.astype(np.float32) for array in inference_call(rng, 3, 2).arguments)),
    ]


@mistake(
    "You normalised by the statistics of this batch. At inference the running averages take their place; otherwise "
    "the answer for one sample depends on its neighbours."
)
def inference_by_batch_statistics(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon) + beta


@mistake("The mean is the running one, but the variance is still that of this batch. Both come from the averages.")
def inference_by_batch_variance(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean = floats(x, gamma, beta, running_mean)
    return gamma * (x - mean) / np.sqrt(x.var(axis=0) + epsilon) + beta


@mistake("The variance is the running one, but the mean is still that of this batch. Both come from the averages.")
def inference_by_batch_mean(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, var = floats(x, gamma, beta, running_var)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(var + epsilon) + beta


@mistake(EPSILON_OUTSIDE)
def inference_with_epsilon_outside(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    return gamma * (x - mean) / (np.sqrt(var) + epsilon) + beta


@mistake("Epsilon is missing. Training divides by the root of variance plus epsilon, and inference has to do the same.")
def inference_without_epsilon(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    with np.errstate(all="ignore"):
        return gamma * (x - mean) / np.sqrt(var) + beta


@mistake(VARIANCE_FOR_DEVIATION)
def inference_divided_by_variance(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    return gamma * (x - mean) / (var + epsilon) + beta


@mistake("Scale and shift are missing: they were learned, and they stay on at inference.")
def inference_without_scale_and_shift(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, mean, var = floats(x, running_mean, running_var)
    return (x - mean) / np.sqrt(var + epsilon)


@mistake("`gamma` and `beta` are swapped. `gamma` multiplies, `beta` is added.")
def inference_with_swapped_parameters(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    return inference_by_formula(x, beta, gamma, running_mean, running_var, epsilon)


@mistake("The running mean was not taken off.")
def inference_without_centring(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, var = floats(x, gamma, beta, running_var)
    return gamma * x / np.sqrt(var + epsilon) + beta


@mistake(NOT_IN_PLACE)
def inference_in_place(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    x -= mean
    return gamma * x / np.sqrt(var + epsilon) + beta


def inference_by_formula(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x, gamma, beta, mean, var = floats(x, gamma, beta, running_mean, running_var)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


def inference_as_a_line(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    factor = np.asarray(gamma) * (np.asarray(running_var, dtype=float) + epsilon) ** -0.5
    return np.multiply(x, factor) + (np.asarray(beta) - np.multiply(running_mean, factor))


def inference_sample_by_sample(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    deviation = np.sqrt(np.add(running_var, epsilon))
    return np.array([np.subtract(row, running_mean) / deviation * gamma + beta for row in x])


def inference_as_lists(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    parameters = list(zip(gamma, beta, running_mean, running_var, strict=True))
    return [
        [float((v - m) / math.sqrt(s + epsilon) * g + b) for v, (g, b, m, s) in zip(row, parameters, strict=True)]
        for row in x
    ]


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
    work /= np.sqrt(np.asarray(running_var) + epsilon)
    work *= gamma
    work += beta
    return work


INFERENCE = Exercise(
    name="batchnorm_inference",
    lecture=LECTURE,
    section="5. One sample at a time",
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
        inference_without_epsilon,
        inference_divided_by_variance,
        inference_without_scale_and_shift,
        inference_with_swapped_parameters,
        inference_without_centring,
        inference_in_place,
    ),
    spellings=(
        inference_by_formula,
        inference_as_a_line,
        inference_sample_by_sample,
        inference_as_lists,
        inference_by_einsum,
        inference_in_single_precision,
        inference_with_a_work_array,
    ),
    hints=(
        "The formula of the forward pass stays. Only where its mean and its variance come from changes.",
        "Nothing is computed over the samples here: no `mean`, no `var`. A single sample must do.",
    ),
)


# --- fold_batchnorm


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


# --- batchnorm_images


def images_oracle(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    out = np.empty(x.shape)
    for channel, (g, b) in enumerate(zip(gamma, beta, strict=True)):
        values = x[..., channel].ravel().tolist()
        mean, var = math.fsum(values) / len(values), statistics.pvariance(values)
        out[..., channel] = [
            [[float(g) * (v - mean) / math.sqrt(var + epsilon) + float(b) for v in row] for row in picture]
            for picture in x[..., channel].tolist()
        ]
    return out


def pictures(rng, n, height, width, channels, scale=1.5, **keywords):
    # Every place of a picture has its own mean, so that statistics over the wrong axes show.
    places = rng.normal(1, 1, (1, height, width, channels)) + rng.normal(0, 1, (n, 1, 1, channels))
    x = scale * (places + rng.normal(size=(n, height, width, channels)))
    return call(x, *scale_and_shift(rng, channels), **keywords)


def images_values(rng):
    return [
        pictures(rng, 2, 2, 2, 1),
        pictures(rng, 3, 3, 3, 3),
        pictures(rng, 2, 3, 2, 2, epsilon=0.5),
        pictures(rng, 3, 2, 2, 2, scale=0.003),
        pictures(rng, 4, 5, 6, 3),
    ]


def images_shapes(rng):
    return [pictures(rng, *shape, epsilon=0.1) for shape in [(1, 2, 3, 2), (4, 1, 1, 2), (2, 3, 1, 3), (2, 1, 4, 1)]]


def images_edge_cases(rng):
    constant = pictures(rng, 2, 2, 2, 2)
    constant.arguments[0][..., 1] = 3.0
    return [
        call([[[[0.5, -1.5], [2.5, 0.5]]], [[[1.0, 2.0], [0.0, 4.0]]]], [2.0, 3.0], [1.0, -1.0]),
        call(np.array([[[[1], [4]], [[2], [2]]]]), np.array([3]), np.array([-1])),
        constant,
        call(*(array.astype(np.float32) for array in pictures(rng, 2, 2, 2, 2).arguments)),
    ]


def images_over(axes, x, gamma, beta, epsilon):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@mistake(
    "Every pixel has a mean of its own here. A filter is the same everywhere in the picture, so all places of a "
    "channel share one mean and one variance: `axis=(0, 1, 2)`."
)
def images_per_pixel(x, gamma, beta, epsilon=1e-5):
    return images_over(0, x, gamma, beta, epsilon)


@mistake(
    "Each picture was normalised by itself (that is *instance* normalisation). The batch counts too: `axis=(0, 1, 2)`."
)
def images_per_picture(x, gamma, beta, epsilon=1e-5):
    return images_over((1, 2), x, gamma, beta, epsilon)


@mistake("One mean was taken over everything. Each channel has a mean and a variance of its own.")
def images_over_everything(x, gamma, beta, epsilon=1e-5):
    return images_over(None, x, gamma, beta, epsilon)


@mistake("These axes are right for channels *first*. Here the channels are the last axis: `axis=(0, 1, 2)`.")
def images_with_channels_first(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 2, 3), x, gamma, beta, epsilon)


@mistake("The channels of each place were normalised. The channels are what is kept apart: `axis=(0, 1, 2)`.")
def images_over_channels(x, gamma, beta, epsilon=1e-5):
    return images_over(-1, x, gamma, beta, epsilon)


@mistake(
    "Each picture was normalised by itself over all its channels (that is *layer* normalisation). Asked for is each "
    "channel over all pictures: `axis=(0, 1, 2)`."
)
def images_per_layer(x, gamma, beta, epsilon=1e-5):
    return images_over((1, 2, 3), x, gamma, beta, epsilon)


@mistake(DDOF)
def images_with_unbiased_variance(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2), ddof=1)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@mistake(EPSILON_OUTSIDE)
def images_with_epsilon_outside(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / (np.sqrt(var) + epsilon) + beta


@mistake(VARIANCE_FOR_DEVIATION)
def images_divided_by_variance(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / (var + epsilon) + beta


@mistake("Scale and shift are missing: after normalising, multiply by `gamma` and add `beta`.")
def images_without_scale_and_shift(x, gamma, beta, epsilon=1e-5):
    return images_by_formula(x, np.ones(len(gamma)), np.zeros(len(beta)), epsilon)


@mistake("Three values came back. For pictures `out` alone is asked for.")
def images_with_statistics(x, gamma, beta, epsilon=1e-5):
    (array,) = floats(x)
    return images_by_formula(x, gamma, beta, epsilon), array.mean(axis=(0, 1, 2)), array.var(axis=(0, 1, 2))


@mistake(NOT_IN_PLACE)
def images_in_place(x, gamma, beta, epsilon=1e-5):
    (x,) = floats(x)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    x -= mean
    return gamma * x / np.sqrt(var + epsilon) + beta


def images_by_formula(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


def images_as_rows(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    rows = x.reshape(-1, x.shape[-1])
    out = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + epsilon) * gamma + beta
    return out.reshape(x.shape)


def images_channel_by_channel(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    channels = [
        (x[..., c] - x[..., c].mean()) / math.sqrt(x[..., c].var() + epsilon) * gamma[c] + beta[c]
        for c in range(x.shape[-1])
    ]
    return np.stack(channels, axis=-1)


def images_axis_by_axis(x, gamma, beta, epsilon=1e-5):
    x = np.array(x, dtype=float)
    centred = x - x.mean(axis=0).mean(axis=0).mean(axis=0)
    var = (centred**2).mean(axis=(0, 1, 2), keepdims=True)
    return np.asarray(gamma) * centred * (var + epsilon) ** -0.5 + np.asarray(beta)


def images_by_the_forward_pass(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    out, _, _ = forward_as_lists(x.reshape(-1, x.shape[-1]).tolist(), gamma, beta, epsilon)
    return np.reshape(out, x.shape).tolist()


def images_in_single_precision(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = (np.asarray(array, dtype=np.float32) for array in (x, gamma, beta))
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + np.float32(epsilon)) + beta


def images_with_a_work_array(x, gamma, beta, epsilon=1e-5):
    work = np.array(x, dtype=float)
    work -= work.mean(axis=(0, 1, 2))
    work /= np.sqrt(np.einsum("nhwc,nhwc->c", work, work) / work[..., 0].size + epsilon)
    work *= gamma
    work += beta
    return work


IMAGES = Exercise(
    name="batchnorm_images",
    lecture=LECTURE,
    section="One channel, many places",
    minutes=5,
    difficulty=2,
    parts=(
        Part("values", 2, images_values),
        Part("shapes", 1, images_shapes),
        Part("edge cases", 1, images_edge_cases),
    ),
    oracle=images_oracle,
    mistakes=(
        images_per_pixel,
        images_per_picture,
        images_over_everything,
        images_with_channels_first,
        images_over_channels,
        images_per_layer,
        images_with_unbiased_variance,
        images_with_epsilon_outside,
        images_divided_by_variance,
        images_without_scale_and_shift,
        images_with_statistics,
        images_in_place,
    ),
    spellings=(
        images_by_formula,
        images_as_rows,
        images_channel_by_channel,
        images_axis_by_axis,
        images_by_the_forward_pass,
        images_in_single_precision,
        images_with_a_work_array,
    ),
    hints=(
        "Which axes share a mean? Samples do, and so do all places of a picture. Channels do not.",
        "`mean` and `var` accept several axes at once, as a tuple.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 2: `2` → `-2`": AXES_FROM_BEHIND,
    },
)


# --- concept questions

BIAS_IN_FRONT = Question(
    name="bias_before_normalization",
    lecture=LECTURE,
    section="3. And let it learn not to be",
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "Adding a number to every sample of a column moves the column's mean by the same number, and the mean is "
        "taken off. Beta is learned after that.",
        "c": "Its gradient is not large but exactly zero: the output does not depend on it.",
        "d": "A shift is no regularisation, and this one has no effect at all: the mean that is taken off contains it.",
    },
    hints=("Add 5 to every number of a column. What is the column minus its mean now?",),
)

ALONE = Question(
    name="alone_or_in_a_batch",
    lecture=LECTURE,
    section="5. One sample at a time",
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "Overfitting would show on the test set too. Here the same pictures are read rightly, as long as they "
        "come in company.",
        "b": "A poor test set gives the same answers however you cut it into batches.",
        "c": "With running averages the answer for a picture does not depend on its company, however good or bad they "
        "are. This one does.",
    },
    hints=("What does a column of one number become when its own mean is taken off?",),
)

TEN_TIMES = Question(
    name="ten_times_the_weights",
    lecture=LECTURE,
    section="2. Ten layers that forget how they started",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The weighted sums grow tenfold, and so does the deviation that they are divided by.",
        "b": "The output stays, but not the gradient: the same change of the output now takes a step ten times as "
        "long in the weights.",
        "d": "Gradients shrink, they do not grow: a step that used to turn the weights by some angle now turns them "
        "by less.",
    },
    hints=("If f(10 w) = f(w) for every w, what does the chain rule say about the slope of f at 10 w?",),
)


EXERCISES = (
    FORWARD,
    IDENTITY,
    BACKWARD,
    RUNNING,
    INFERENCE,
    FOLD,
    IMAGES,
    NORMALIZED_NETWORK,
    BIAS_IN_FRONT,
    ALONE,
    TEN_TIMES,
)
