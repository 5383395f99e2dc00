"""What lecture 01 runs: units that decide, an error on its way back, batches, and what depth adds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import linprog
from scipy.special import expit

from helpers.datasets import digits
from helpers.neural.networks import train_dense

PAIRS = np.array(list(itertools.product([0, 1], repeat=2)))
XOR = (0, 1, 1, 0)


def separable(table, inputs=PAIRS) -> bool:
    """Whether one threshold unit can give `table`, a 0 or 1 for each row of `inputs` (rows, d).

    It can if some weights and bias put every sum on the right side with a margin of 1: a linear program decides.
    """
    signs = np.where(np.asarray(table) == 1, 1.0, -1.0)
    rows = np.column_stack([inputs, np.ones(len(inputs))]) * signs[:, None]
    free = [(None, None)] * rows.shape[1]
    return linprog(np.zeros(rows.shape[1]), A_ub=-rows, b_ub=-np.ones(len(rows)), bounds=free).status == 0


def tables_of_one_unit(count=2):
    """Of all functions of `count` binary inputs: which can one unit compute? {table of results: whether}."""
    inputs = np.array(list(itertools.product([0, 1], repeat=count)))
    tables = itertools.product([0, 1], repeat=len(inputs))
    return {table: separable(table, inputs) for table in tables}


# A network that is small enough for a pencil: two inputs, two hidden units, two outputs, sigmoids everywhere.


@dataclass(frozen=True)
class Small:
    """The network of Mazur's example. `w` holds w1 to w8, `b` the two biases; `rate` is the step size."""

    x: tuple[float, float] = (0.05, 0.10)
    target: tuple[float, float] = (0.01, 0.99)
    w: tuple[float, ...] = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
    b: tuple[float, float] = (0.35, 0.60)


@dataclass(frozen=True)
class Passed:
    """A forward and a backward pass through the small network: every number that appears on the way."""

    hidden: np.ndarray  # (2,): outputs of the hidden units
    out: np.ndarray  # (2,): outputs of the network
    error: float  # half the sum of the squared residuals
    d_out: np.ndarray  # (2,): the gradient of the error with respect to the outputs
    d_sums_out: np.ndarray  # (2,): ... with respect to the weighted sums of the output units
    d_hidden: np.ndarray  # (2,): ... with respect to the outputs of the hidden units
    d_sums_hidden: np.ndarray  # (2,): ... with respect to their weighted sums
    d_w: np.ndarray  # (8,): ... with respect to w1 to w8


def passed(net: Small = Small(), back_through=None) -> Passed:
    """Run the network forward and the error back; through the output weights `back_through` (4,) if they are given."""
    x, w = np.array(net.x), np.array(net.w)
    first, second = w[:4].reshape(2, 2), w[4:].reshape(2, 2)  # a row for each unit
    hidden = expit(first @ x + net.b[0])
    out = expit(second @ hidden + net.b[1])
    d_out = out - np.array(net.target)
    d_sums_out = d_out * out * (1 - out)
    through = second if back_through is None else np.reshape(back_through, (2, 2))
    d_hidden = through.T @ d_sums_out
    d_sums_hidden = d_hidden * hidden * (1 - hidden)
    d_w = np.concatenate([np.outer(d_sums_hidden, x).ravel(), np.outer(d_sums_out, hidden).ravel()])
    return Passed(hidden, out, float(0.5 * np.sum(d_out**2)), d_out, d_sums_out, d_hidden, d_sums_hidden, d_w)


def error_after_one_update(net: Small = Small(), rate=0.5, output_first=False) -> float:
    """The error after one step of gradient descent on the weights.

    With `output_first` the output weights move before the error goes back through them, as a careless program does it.
    """
    w = np.array(net.w)
    d_w = gradient_by_a_careless_program(net, rate) if output_first else passed(net).d_w
    return passed(Small(net.x, net.target, tuple(w - rate * d_w), net.b)).error


def gradient_by_a_careless_program(net: Small = Small(), rate=0.5) -> np.ndarray:
    """The gradient (8,) if the error goes back through output weights that have moved already."""
    moved = np.array(net.w)[4:] - rate * passed(net).d_w[4:]
    return passed(net, back_through=moved).d_w


# Training on the digits.

RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


@cache
def loss_after_an_epoch(batch_size, rate, seed=0, hidden=30, sort=False) -> float:
    """Training loss after one epoch on the digits; infinite if the run exploded. `sort`: samples in order of class."""
    found = _trained(batch_size, rate, seed, hidden, 1, sort).train_loss[-1]
    return float(found) if np.isfinite(found) else np.inf


@cache
def best_loss(batch_size, seed=0, hidden=30) -> tuple[float, float]:
    """The smallest training loss after one epoch over RATES, and its rate."""
    return min((loss_after_an_epoch(batch_size, rate, seed, hidden), rate) for rate in RATES)


def accuracy_after(epochs, seed=0, hidden=30, batch_size=16, rate=0.3, sort=False) -> float:
    """Validation accuracy after some epochs on the digits."""
    return float(_trained(batch_size, rate, seed, hidden, epochs, sort).validation_accuracy[-1])


def _trained(batch_size, rate, seed, hidden, epochs, sort):
    data = digits()
    if not sort:
        return train_dense(data, (hidden,), epochs=epochs, batch_size=batch_size, learning_rate=rate, seed=seed)
    return _in_order(data, hidden, epochs, batch_size, rate, seed)


def _in_order(data, hidden, epochs, batch_size, rate, seed):
    """The same training with the samples in order of their class in every epoch."""
    from helpers.neural.activations import ACTIVATIONS
    from helpers.neural.networks import History, gradients, initial_layers
    from helpers.neural.networks import forward as run

    rng = np.random.default_rng(seed)
    order = np.argsort(data.y_train, kind="stable")
    layers = initial_layers((data.x_train.shape[1], hidden, 10), rng, dtype=data.x_train.dtype)
    relu = ACTIVATIONS["relu"]
    for _ in range(epochs):
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]
            slopes_of_layers = gradients(layers, data.x_train[batch], data.y_train[batch], relu)
            for pair, slopes in zip(layers, slopes_of_layers, strict=True):
                for array, slope in zip(pair, slopes, strict=True):
                    array -= rate * slope
    accuracy = np.mean(run(layers, data.x_validation, relu)[1][-1].argmax(axis=1) == data.y_validation)
    return History(*[np.array([accuracy])] * 4, np.zeros((1, 2)), np.zeros((1, 1)), layers, [])


# What a network can draw.


def interpolation(knots, values):
    """The weights of the ReLU network with one unit for each knot but the last that goes through all points."""
    slopes = np.diff(values) / np.diff(knots)
    return np.diff(slopes, prepend=0.0)


def drawn(x, knots, values):
    """That network at the places `x`."""
    return values[0] + np.maximum(np.subtract.outer(x, knots[:-1]), 0) @ interpolation(knots, values)


def folded(x, depth):
    """A network that folds the interval [0, 1] `depth` times; each fold has two ReLU units."""
    for _ in range(depth):
        x = 2 * np.maximum(x, 0) - 4 * np.maximum(x - 0.5, 0)
    return x


def pieces(values) -> int:
    """Of how many straight pieces a function consists, from its values on an even grid that holds all its corners."""
    turns = np.abs(np.diff(values, 2)) > 1e-9
    return int(turns.sum()) + 1


def pieces_by_depth(depths):
    """How many straight pieces the folding network has, with 2 units a layer: {depth: pieces}."""
    return {depth: pieces(folded(np.arange(2**depth * 4 + 1) / (2**depth * 4), depth)) for depth in depths}


def parameters(sizes) -> int:
    """Weights and biases of dense layers."""
    return sum((a + 1) * b for a, b in itertools.pairwise(sizes))
