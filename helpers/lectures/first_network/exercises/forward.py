"""`forward`: dense layers, ReLU between them, softmax at the end. The oracle goes unit by unit, with exact sums."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import special

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, NO_BIAS


def oracle(x, layers):
    rows = []
    for row in np.asarray(x, dtype=float).tolist():
        for number, (weights, bias) in enumerate(layers, 1):
            columns = np.asarray(weights, dtype=float).T.tolist()
            row = [
                math.fsum([*(a * b for a, b in zip(row, column, strict=True)), float(offset)])
                for column, offset in zip(columns, bias, strict=True)
            ]
            if number < len(layers):
                row = [max(value, 0.0) for value in row]
        largest = max(row)
        powers = [math.exp(score - largest) for score in row]
        rows.append([power / math.fsum(powers) for power in powers])
    return np.array(rows)


def network(rng, *sizes):
    pairs = itertools.pairwise(sizes)
    return [(rng.normal(0, 1, (a, b)) * (2 / a) ** 0.5, rng.normal(0, 0.5, b)) for a, b in pairs]


def small_layers():
    return [
        (np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([0.0, -1.0])),
        (np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]]), np.array([0.5, 0.0, -0.5])),
    ]


def values(rng):
    return [
        call(np.array([[1.0, 2.0], [-1.0, 0.5]]), small_layers()),
        call(rng.normal(0, 1, (4, 3)), network(rng, 3, 5, 4)),
        call(rng.normal(0, 1, (6, 4)), network(rng, 4, 6, 5, 3)),
        call(rng.normal(0, 1, (3, 2)), network(rng, 2, 7, 3, 6, 4)),
    ]


def edge_cases(rng):
    return [
        call(np.array([[1.0, -1.0]]), [(np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0.0, 1.0]))]),
        call(rng.normal(0, 1, (5, 3)), network(rng, 3, 4)),
        call(rng.integers(0, 3, (4, 2)), network(rng, 2, 3, 2)),
        call(rng.normal(0, 1, (2, 3)).astype(np.float32), network(rng, 3, 4, 3)),
    ]


def large_scores(rng):
    wide = [(np.eye(3) * 1000, np.zeros(3))]
    return [
        call(np.array([[1.0, 0.0, -1.0]]), wide),
        call(np.array([[0.0, 1.0, 1.0], [-1.0, -0.5, -2.0]]), wide),
        call(
            rng.normal(0, 1, (3, 2)),
            [(rng.normal(0, 1, (2, 4)), np.zeros(4)), (rng.normal(0, 400, (4, 3)), np.zeros(3))],
        ),
    ]


def run(x, layers, between=lambda z: np.maximum(z, 0), last=lambda z: special.softmax(z, axis=1), bias=True):
    for number, (weights, offset) in enumerate(layers, 1):
        x = x @ weights + (offset if bias else 0)
        if number < len(layers):
            x = between(x)
    return last(x)


@mistake(
    "ReLU also came after the last layer, so negative scores were set to 0 before the softmax. Only softmax follows it."
)
def relu_at_the_end(x, layers):
    return run(x, layers, last=lambda z: special.softmax(np.maximum(z, 0), axis=1))


@mistake("There is no ReLU between the layers, so the network is one linear layer.")
def without_relu(x, layers):
    return run(x, layers, between=lambda z: z)


@mistake("These are the scores. Softmax turns each row into probabilities.")
def scores(x, layers):
    return run(x, layers, last=lambda z: z)


@mistake(NO_BIAS)
def without_bias(x, layers):
    return run(x, layers, bias=False)


@mistake("The bias was added after the ReLU. It belongs to the weighted sum: `np.maximum(x @ w + b, 0)`.")
def bias_after_relu(x, layers):
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights, 0) + bias
    return run(x, layers[-1:])


@mistake("The columns sum to 1. Softmax is over the classes of one sample: `axis=1`.")
def softmax_over_samples(x, layers):
    return run(x, layers, last=lambda z: special.softmax(z, axis=0))


@mistake("All numbers together sum to 1. Every row needs a sum of its own: `sum(axis=1, keepdims=True)`.")
def softmax_over_everything(x, layers):
    return run(x, layers, last=special.softmax)


@mistake("Softmax follows every layer. Between the layers stands ReLU.")
def softmax_everywhere(x, layers):
    return run(x, layers, between=lambda z: special.softmax(z, axis=1))


@mistake("The outputs are sigmoids: each lies between 0 and 1, but a row does not sum to 1. Use softmax.")
def sigmoids_at_the_end(x, layers):
    return run(x, layers, last=special.expit)


@mistake("Between the layers stands a sigmoid. ReLU is asked for: `np.maximum(z, 0)`.")
def sigmoids_between(x, layers):
    return run(x, layers, between=special.expit)


@mistake("Between the layers stands the absolute value. ReLU sets negative numbers to 0.")
def absolute_values(x, layers):
    return run(x, layers, between=np.abs)


@mistake(
    "The exponential overflows for large scores and gives nan. Subtract the largest score of each row first; the "
    "result "
    "stays the same."
)
def overflows(x, layers):
    with np.errstate(all="ignore"):
        return run(x, layers, last=lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))


@mistake("The last layer was left out. ReLU follows each layer but the last, which gives the scores.")
def without_the_last_layer(x, layers):
    return run(x, layers[:-1] or layers)


@mistake("The logarithms of the probabilities came back. The probabilities themselves are asked for.")
def logarithms(x, layers):
    return run(x, layers, last=lambda z: special.log_softmax(z, axis=1))


def with_a_loop(x, layers):
    """The last layer is taken apart from the others; the largest score is subtracted before the exponential."""
    *hidden, (weights, bias) = layers
    for w, b in hidden:
        x = np.maximum(x @ w + b, 0)
    z = x @ weights + bias
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def with_scipy(x, layers):
    """SciPy's `softmax` is stable; the bias is a last row of weights for an input that is always 1."""
    for number, (w, b) in enumerate(layers):
        x = np.column_stack([x, np.ones(len(x))]) @ np.vstack([w, b])
        if number != len(layers) - 1:
            x = x.clip(min=0)
    return special.softmax(x, axis=-1)


def by_differences(x, layers):
    scores = run(x, layers, last=lambda z: z)
    with np.errstate(over="ignore"):
        return 1 / np.exp(scores[:, None, :] - scores[:, :, None]).sum(axis=2)


def sample_by_sample(x, layers):
    rows = []
    for row in x:
        a = np.asarray(row, dtype=float)
        for w, b in layers[:-1]:
            a = np.dot(a, w) + b
            a[a < 0] = 0
        z = np.dot(a, layers[-1][0]) + layers[-1][1]
        rows.append(np.exp(z - special.logsumexp(z)).tolist())
    return rows


def in_single_precision(x, layers):
    single = [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]
    return with_a_loop(np.asarray(x, dtype=np.float32), single)


def recursive(x, layers):
    (w, b), *others = layers
    z = np.einsum("nd,du->nu", x, w) + b
    return recursive(np.where(z > 0, z, 0), others) if others else special.softmax(z, axis=1)


FORWARD = Exercise(
    name="forward",
    lecture=LECTURE,
    section="4. Scores become probabilities",
    minutes=8,
    difficulty=2,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases), Part("large scores", 1, large_scores)),
    oracle=oracle,
    mistakes=(
        relu_at_the_end,
        without_relu,
        scores,
        without_bias,
        bias_after_relu,
        softmax_over_samples,
        softmax_over_everything,
        softmax_everywhere,
        sigmoids_at_the_end,
        sigmoids_between,
        absolute_values,
        overflows,
        without_the_last_layer,
        logarithms,
    ),
    spellings=(with_a_loop, with_scipy, by_differences, sample_by_sample, in_single_precision, recursive),
    equivalent_mutants={
        "line 3: `np.maximum(x @ w + b, 0)` → `np.maximum(0, x @ w + b)`": "The larger of two numbers has no order.",
        "line 6: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        "line 5: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "Go through `layers` with a loop; the output of one layer is the input of the next. ReLU is `np.maximum(z, "
        "0)`.",
        "The last layer is different: no ReLU. `layers[:-1]` are the others.",
        "Softmax: the exponentials of a row, divided by their sum. Subtract the largest score of the row before.",
    ),
)
