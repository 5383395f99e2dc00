"""`dense_backward`: the gradients of one layer. The oracle is the definition, sum by sum."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_order, mistake

from .common import LECTURE


def oracle(d_out, x, weights):
    d_out, x, weights = (np.asarray(a, dtype=float) for a in (d_out, x, weights))
    n, units = d_out.shape
    features = x.shape[1]
    d_x = [[math.fsum(d_out[i, u] * weights[f, u] for u in range(units)) for f in range(features)] for i in range(n)]
    d_weights = [[math.fsum(x[i, f] * d_out[i, u] for i in range(n)) for u in range(units)] for f in range(features)]
    d_bias = [math.fsum(d_out[i, u] for i in range(n)) for u in range(units)]
    return np.array(d_x), np.array(d_weights), np.array(d_bias)


def layer(rng, n, features, units):
    return call(rng.normal(0, 1, (n, units)), rng.normal(0, 1, (n, features)), rng.normal(0, 1, (features, units)))


def values(rng):
    first = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]])
    return [
        call(*first, np.array([[1.0, 0.0], [2.0, -1.0], [0.5, 3.0]])),
        layer(rng, 4, 3, 2),
        layer(rng, 7, 2, 5),
    ]


def edge_cases(rng):
    square = rng.normal(0, 1, (3, 3, 3))
    return [
        call(np.array([[2.0]]), np.array([[3.0]]), np.array([[-1.0]])),
        layer(rng, 1, 4, 3),
        call(square[0], square[1], square[2]),
        call(rng.normal(0, 1, (3, 2)), rng.integers(-3, 4, (3, 4)), rng.normal(0, 1, (4, 2))),
        call(*(array.astype(np.float32) for array in layer(rng, 3, 2, 4).arguments)),
    ]


@mistake(
    "`d_weights` and `d_bias` were averaged over the samples. The gradient that comes in is that of the loss: sum."
)
def averaged(d_out, x, weights):
    return d_out @ weights.T, x.T @ d_out / len(x), d_out.mean(axis=0)


@mistake("Only the bias was averaged over the samples. Sum it, as the weights: `d_out.sum(axis=0)`.")
def bias_averaged(d_out, x, weights):
    return d_out @ weights.T, x.T @ d_out, d_out.mean(axis=0)


@mistake("`d_bias` has one number for each sample. A bias belongs to a unit: sum over the samples, `axis=0`.")
def bias_of_samples(d_out, x, weights):
    return d_out @ weights.T, x.T @ d_out, d_out.sum(axis=1)


@mistake("`d_bias` is one number. Each unit has a bias of its own: `d_out.sum(axis=0)`.")
def bias_of_everything(d_out, x, weights):
    return d_out @ weights.T, x.T @ d_out, d_out.sum()


@mistake("`d_bias` was not summed over the samples; it is still (n, units).")
def bias_not_summed(d_out, x, weights):
    return d_out @ weights.T, x.T @ d_out, np.array(d_out)


@mistake("`d_weights` is transposed. It has the shape of `weights`, (features, units): `x.T @ d_out`.")
def weights_transposed(d_out, x, weights):
    return d_out @ weights.T, d_out.T @ x, d_out.sum(axis=0)


@mistake("The order is (d_x, d_weights, d_bias).")
def weights_first(d_out, x, weights):
    return x.T @ d_out, d_out @ weights.T, d_out.sum(axis=0)


@mistake("Only `d_weights` came back. Three arrays are asked for: `d_x, d_weights, d_bias`.")
def weights_alone(d_out, x, weights):
    return x.T @ d_out


@mistake("`d_bias` is all ones, or the number of samples: it is the sum of what comes in, `d_out.sum(axis=0)`.")
def bias_counts(d_out, x, weights):
    return d_out @ weights.T, x.T @ d_out, np.full(d_out.shape[1], float(len(x)))


@mistake("The signs are the other way round. This is the gradient itself; the minus belongs to the update.")
def negative(d_out, x, weights):
    return -d_out @ weights.T, -x.T @ d_out, -d_out.sum(axis=0)


def by_matrix_products(d_out, x, weights):
    """Three products: the shapes leave no other way to write them."""
    return d_out @ weights.T, x.T @ d_out, np.ones(len(d_out)) @ d_out


def by_einsum(d_out, x, weights):
    """`np.einsum` says which axis is summed: units for `d_x`, samples for `d_weights` and `d_bias`."""
    return (
        np.einsum("nu,fu->nf", d_out, weights),
        np.einsum("nf,nu->fu", x, d_out),
        np.einsum("nu->u", d_out),
    )


def sample_by_sample(d_out, x, weights):
    d_x, d_weights, d_bias = np.zeros(x.shape), np.zeros(weights.shape), np.zeros(weights.shape[1])
    for i, (d, row) in enumerate(zip(d_out, x, strict=True)):
        d_x[i] = weights @ d
        d_weights += np.outer(row, d)
        d_bias += d
    return d_x, d_weights, d_bias


def with_dot(d_out, x, weights):
    return [np.dot(d_out, weights.T), np.dot(x.T, d_out), np.add.reduce(d_out)]


def in_single_precision(d_out, x, weights):
    d_out, x, weights = (np.asarray(a, dtype=np.float32) for a in (d_out, x, weights))
    return d_out @ weights.T, x.T @ d_out, d_out.sum(axis=0)


DENSE_BACKWARD = Exercise(
    name="dense_backward",
    lecture=LECTURE,
    section="5. How the error goes back",
    minutes=7,
    difficulty=2,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        averaged,
        bias_averaged,
        bias_of_samples,
        bias_of_everything,
        bias_not_summed,
        weights_transposed,
        weights_first,
        weights_alone,
        bias_counts,
        negative,
    ),
    spellings=(by_matrix_products, by_einsum, sample_by_sample, with_dot, in_single_precision),
    hints=(
        "Each gradient has the shape of what it belongs to: `d_x` that of `x`, `d_weights` that of `weights`.",
        "A weight from feature f to unit u meets x[i, f] for every sample i: its gradient sums x[i, f] * d_out[i, u].",
        "`d_x = d_out @ weights.T`, and a bias is a weight whose input is always 1.",
    ),
    choices=tuple(
        Choice(
            f"{order} in this order",
            texts={
                "d_x (n, features), d_weights (features, units), d_bias (units,): gradients": f"{shapes}: gradients"
            },
            code={
                "`d_x, d_weights, d_bias`": f"`{order}`",
            },
            changed=in_order(*places),
            without=("weights_first",),
        )
        for order, shapes, places in (
            ("d_weights, d_bias, d_x", "d_weights (features, units), d_bias (units,), d_x (n, features)", (1, 2, 0)),
            ("d_bias, d_x, d_weights", "d_bias (units,), d_x (n, features), d_weights (features, units)", (2, 0, 1)),
            ("d_bias, d_weights, d_x", "d_bias (units,), d_weights (features, units), d_x (n, features)", (2, 1, 0)),
        )
    ),
)
