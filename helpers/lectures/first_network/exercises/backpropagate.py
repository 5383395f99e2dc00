"""`backpropagate`: all gradients of a network with one hidden layer. The oracle takes a complex step a parameter."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake

from .common import LECTURE

STEP = 1e-30


def _loss(x, y, w, b, beta, beta_0):
    hidden = 1 / (1 + np.exp(-(x @ w + b)))
    return 0.5 * np.sum((y - (beta_0 + hidden @ beta)) ** 2)


def oracle(x, y, w, b, beta, beta_0):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    parameters = [np.array(a, dtype=complex) for a in (w, b, beta, beta_0)]
    gradients = []
    for k, array in enumerate(parameters):
        gradient = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = [a.copy() for a in parameters]
            moved[k][place] += 1j * STEP
            gradient[place] = _loss(x, y, *moved).imag / STEP
        gradients.append(gradient)
    return (*gradients[:3], float(gradients[3]))


def network(rng, n, p, units, scale=1.0):
    x, w = rng.normal(0, 1, (n, p)), rng.normal(0, scale, (p, units))
    b, beta = rng.normal(0, 0.5, units), rng.normal(0, 1, units)
    return call(x, rng.normal(0, 1, n), w, b, beta, float(rng.normal()))


def values(rng):
    small = np.array([[1.0, 2.0]]), np.array([1.0]), np.array([[0.5], [-0.25]]), np.array([0.0]), np.array([2.0]), 0.5
    return [call(*small), network(rng, 5, 2, 3), network(rng, 8, 3, 4), network(rng, 4, 4, 2)]


def edge_cases(rng):
    single = network(rng, 3, 2, 2).arguments
    return [
        network(rng, 1, 1, 1),
        network(rng, 6, 1, 5),
        call(*(np.asarray(a, dtype=np.float32) for a in single[:5]), single[5]),
        call(rng.integers(-2, 3, (4, 2)), rng.integers(0, 2, 4), *network(rng, 4, 2, 3).arguments[2:]),
        network(rng, 3, 3, 3, scale=4.0),
    ]


def gradients(x, y, w, b, beta, beta_0):
    hidden = expit(x @ w + b)
    error = beta_0 + hidden @ beta - y
    back = np.outer(error, beta) * hidden * (1 - hidden)
    return x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum()


@mistake("All signs are the other way round: the residual is f(x) - y here. The minus belongs to the update.")
def residual_reversed(x, y, w, b, beta, beta_0):
    return tuple(-gradient for gradient in gradients(x, y, w, b, beta, beta_0))


@mistake("The derivative of the sigmoid is missing: on its way to `w` and `b` the error passes the factor s (1 - s).")
def without_the_derivative(x, y, w, b, beta, beta_0):
    hidden = expit(x @ w + b)
    error = beta_0 + hidden @ beta - y
    back = np.outer(error, beta)
    return x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum()


@mistake("`1 - h**2` is the derivative of tanh. That of the sigmoid is s (1 - s), with the output s of the unit.")
def derivative_of_tanh(x, y, w, b, beta, beta_0):
    hidden = expit(x @ w + b)
    error = beta_0 + hidden @ beta - y
    back = np.outer(error, beta) * (1 - hidden**2)
    return x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum()


@mistake("`beta` is missing on the way back: the error reaches a hidden unit through the weight of that unit.")
def without_beta(x, y, w, b, beta, beta_0):
    hidden = expit(x @ w + b)
    error = beta_0 + hidden @ beta - y
    back = error[:, None] * hidden * (1 - hidden)
    return x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum()


@mistake("The gradients were divided by the number of samples. R is a sum, so they are sums.")
def averaged(x, y, w, b, beta, beta_0):
    return tuple(gradient / len(x) for gradient in gradients(x, y, w, b, beta, beta_0))


@mistake("There is a factor of 2. R has a half in front of the squares, which takes it away.")
def twice(x, y, w, b, beta, beta_0):
    return tuple(2 * gradient for gradient in gradients(x, y, w, b, beta, beta_0))


@mistake(
    "The derivative of the sigmoid was taken at the output of the unit, not at its weighted sum: s (1 - s) uses s = "
    "sigmoid(x @ w + b) once."
)
def sigmoid_twice(x, y, w, b, beta, beta_0):
    hidden = expit(x @ w + b)
    error = beta_0 + hidden @ beta - y
    again = expit(hidden)
    back = np.outer(error, beta) * again * (1 - again)
    return x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum()


@mistake("The error went back through a `beta` that had already been updated. Take all gradients first, then update.")
def through_updated_weights(x, y, w, b, beta, beta_0):
    hidden = expit(x @ w + b)
    error = beta_0 + hidden @ beta - y
    d_beta = hidden.T @ error
    back = np.outer(error, beta - 0.5 * d_beta) * hidden * (1 - hidden)
    return x.T @ back, back.sum(axis=0), d_beta, error.sum()


@mistake("`beta_0` is missing in f(x), so every residual is wrong by it.")
def without_beta_0(x, y, w, b, beta, beta_0):
    return gradients(x, y, w, b, beta, 0.0)


@mistake("`b` is missing in the hidden units.")
def without_b(x, y, w, b, beta, beta_0):
    return gradients(x, y, w, np.zeros_like(np.asarray(b, dtype=float)), beta, beta_0)


@mistake(
    "`d_beta` was taken with the weighted sums. The weight `beta` meets the outputs of the hidden units, after the "
    "sigmoid."
)
def beta_meets_the_sums(x, y, w, b, beta, beta_0):
    d_w, d_b, _, d_beta_0 = gradients(x, y, w, b, beta, beta_0)
    error = beta_0 + expit(x @ w + b) @ beta - y
    return d_w, d_b, (x @ w + b).T @ error, d_beta_0


@mistake("`d_w` is transposed. It has the shape of `w`, (p, K).")
def transposed(x, y, w, b, beta, beta_0):
    d_w, d_b, d_beta, d_beta_0 = gradients(x, y, w, b, beta, beta_0)
    return d_w.T, d_b, d_beta, d_beta_0


@mistake("The order is (d_w, d_b, d_beta, d_beta_0). Here the gradients of the output unit come first.")
def output_first(x, y, w, b, beta, beta_0):
    d_w, d_b, d_beta, d_beta_0 = gradients(x, y, w, b, beta, beta_0)
    return d_beta, d_beta_0, d_w, d_b


def layer_by_layer(x, y, w, b, beta, beta_0):
    """Two layers, each with the same step: times what came in, and back through the weights."""
    sums = x @ w + b
    hidden = 1 / (1 + np.exp(-sums))
    d_out = hidden @ beta + beta_0 - y
    d_beta, d_beta_0 = hidden.T @ d_out, np.sum(d_out)
    d_hidden = d_out[:, None] * beta[None, :]
    d_sums = d_hidden * hidden * (1 - hidden)
    return x.T @ d_sums, d_sums.sum(0), d_beta, d_beta_0


def sample_by_sample(x, y, w, b, beta, beta_0):
    """One sample after the other, the chain rule written out for each; the gradients add up."""
    d_w, d_b, d_beta, d_beta_0 = np.zeros(w.shape), np.zeros(b.shape), np.zeros(beta.shape), 0.0
    for row, target in zip(x, y, strict=True):
        s = expit(row @ w + b)
        residual = beta_0 + s @ beta - target
        d_beta_0 += residual
        d_beta += residual * s
        d_b += residual * beta * s * (1 - s)
        d_w += np.outer(row, residual * beta * s * (1 - s))
    return d_w, d_b, d_beta, d_beta_0


def with_tanh(x, y, w, b, beta, beta_0):
    t = np.tanh((x @ w + b) / 2)
    error = beta_0 + (1 + t) / 2 @ beta - y
    back = error[:, None] * beta * (1 - t**2) / 4
    return [x.T @ back, back.sum(axis=0), ((1 + t) / 2).T @ error, np.array(error.sum())]


def with_einsum(x, y, w, b, beta, beta_0):
    s = expit(np.einsum("np,pk->nk", x, w) + b)
    r = y - (beta_0 + np.einsum("nk,k->n", s, beta))
    back = -np.einsum("n,k,nk->nk", r, beta, s * (1 - s))
    return np.einsum("np,nk->pk", x, back), np.einsum("nk->k", back), -np.einsum("nk,n->k", s, r), -r.sum()


def by_complex_step(x, y, w, b, beta, beta_0):
    return oracle(x, y, w, b, beta, beta_0)


BACKPROPAGATE = Exercise(
    name="backpropagate",
    lecture=LECTURE,
    section="5. How the error goes back",
    minutes=12,
    difficulty=3,
    parts=(Part("values", 4, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    # In single precision: sums of terms of size 10 that nearly cancel, each rounded in its seventh digit.
    tolerance=Tolerance(relative=1e-5, absolute=1e-7, absolute_single=1e-4),
    mistakes=(
        residual_reversed,
        without_the_derivative,
        derivative_of_tanh,
        without_beta,
        averaged,
        twice,
        sigmoid_twice,
        through_updated_weights,
        without_beta_0,
        without_b,
        beta_meets_the_sums,
        transposed,
        output_first,
    ),
    spellings=(layer_by_layer, sample_by_sample, with_tanh, with_einsum, by_complex_step),
    hints=(
        "Start at the end: the gradient of R with respect to f(x_i) is f(x_i) - y_i. With it you have `d_beta_0`.",
        "`beta` meets the outputs of the hidden units, so `d_beta` is `hidden.T @ residual`.",
        "On the way to `w` and `b` the residual is multiplied by `beta` and by s (1 - s), for every sample and unit.",
    ),
)
