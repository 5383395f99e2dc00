"""Small networks that were really trained, each with one thing wrong, and eight measurements of each."""

from __future__ import annotations

import numpy as np

TESTS = (
    "first training loss",  # losses in units of log(classes)
    "last training loss",
    "last validation loss",
    "log10 of update / weights",  # of layer 1
    "dead hidden units",  # a share
    "penalty per step",  # the share of the weights that it takes away
    "last training accuracy",
    "neighbors with the same label",  # the share of training samples whose nearest neighbor has it
)
TROUBLES = (
    "healthy",
    "rate too low",
    "rate too high",
    "weights of zero",
    "weights too large",
    "penalty too strong",
    "labels shuffled",
)
SAMPLES, INPUTS, HIDDEN, CLASSES, UPDATES = 50, 10, 20, 5, 150
BEYOND = 99.0  # what stands for a loss that is not finite, or larger


def recorded(each, rng):
    """`each` runs of every trouble, in random order: tests (runs, 8) and troubles (runs,), integers."""
    troubles = rng.permutation(np.repeat(np.arange(len(TROUBLES)), each))
    rates, scales, penalties = settings(troubles, rng)
    x, y, x_new, y_new = samples(troubles, rng)
    w1 = scales * rng.standard_normal((len(troubles), INPUTS, HIDDEN))
    w2 = scales * rng.standard_normal((len(troubles), HIDDEN, CLASSES))
    b1, b2 = np.zeros((len(troubles), 1, HIDDEN)), np.zeros((len(troubles), 1, CLASSES))
    ratios = np.zeros(len(troubles))
    with np.errstate(all="ignore"):
        first = loss(x, y, w1, b1, w2, b2)[0]
        for _ in range(UPDATES):
            hidden = np.maximum(x @ w1 + b1, 0)
            error = softmax(hidden @ w2 + b2)
            error -= np.eye(CLASSES)[y]
            error /= SAMPLES
            inner = (error @ w2.transpose(0, 2, 1)) * (hidden > 0)
            step = rates * (x.transpose(0, 2, 1) @ inner + penalties * w1)
            ratios = length(step) / np.maximum(length(w1), 1e-12)
            w2 = w2 - rates * (hidden.transpose(0, 2, 1) @ error + penalties * w2)
            b2 = b2 - rates * error.sum(axis=1, keepdims=True)
            w1, b1 = w1 - step, b1 - rates * inner.sum(axis=1, keepdims=True)
        last, accuracy, dead = loss(x, y, w1, b1, w2, b2)
        new = loss(x_new, y_new, w1, b1, w2, b2)[0]
        logs = np.log10(np.maximum(ratios, 1e-12))
    columns = (first, last, new, logs, dead, (rates * penalties).ravel(), accuracy, neighbors_agree(x, y))
    table = np.stack([np.clip(np.nan_to_num(column, nan=BEYOND), -12, BEYOND) for column in columns], axis=1)
    return table.round(3), troubles


def settings(troubles, rng):
    """Rate, standard deviation of the first weights, and penalty of every run: (runs, 1, 1) each."""
    count = len(troubles)
    rates, scales, penalties = 10 ** rng.uniform(-0.6, -0.2, count), rng.uniform(0.05, 0.12, count), np.zeros(count)
    rates = np.where(troubles == 1, 10 ** rng.uniform(-6, -4, count), rates)
    rates = np.where(troubles == 2, 10 ** rng.uniform(2, 3, count), rates)
    scales = np.where(troubles == 3, 0.0, np.where(troubles == 4, rng.uniform(3, 6, count), scales))
    penalties = np.where(troubles == 5, rng.uniform(0.8, 2, count), penalties)
    return (column[:, None, None] for column in (rates, scales, penalties))


def samples(troubles, rng):
    """Clouds of points, five a run; where labels are shuffled, they are so in training only."""
    centers = 1.5 * rng.standard_normal((len(troubles), CLASSES, INPUTS))
    parts = []
    for _ in range(2):
        y = np.array([rng.permutation(np.arange(SAMPLES) % CLASSES) for _ in troubles])
        x = np.take_along_axis(centers, y[:, :, None], axis=1) + 0.6 * rng.standard_normal(
            (len(troubles), SAMPLES, INPUTS)
        )
        parts += [x, y]
    x, y, x_new, y_new = parts
    y = np.where((troubles == 6)[:, None], rng.permuted(y, axis=1), y)
    return x, y, x_new, y_new


def loss(x, y, w1, b1, w2, b2):
    """Mean cross-entropy over log(classes), accuracy and the share of dead units of every run."""
    hidden = np.maximum(x @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    top = scores.max(axis=2, keepdims=True)
    logs = scores - top - np.log(np.exp(scores - top).sum(axis=2, keepdims=True))
    of_label = np.take_along_axis(logs, y[:, :, None], axis=2)[:, :, 0]
    return (
        -of_label.mean(axis=1) / np.log(CLASSES),
        (scores.argmax(axis=2) == y).mean(axis=1),
        np.all(hidden == 0, axis=1).mean(axis=1),
    )


def softmax(scores):
    """Probabilities of the classes, (runs, samples, classes)."""
    scores = np.exp(scores - scores.max(axis=2, keepdims=True))
    return scores / scores.sum(axis=2, keepdims=True)


def length(array):
    """The root of the sum of the squares of every run's weights."""
    return np.sqrt(np.sum(array**2, axis=(1, 2)))


def neighbors_agree(x, y):
    """The share of the samples of every run whose nearest neighbor has the same label."""
    squares = np.sum(x**2, axis=2)
    distances = squares[:, :, None] + squares[:, None] - 2 * x @ x.transpose(0, 2, 1)
    distances[:, np.arange(SAMPLES), np.arange(SAMPLES)] = np.inf
    return np.mean(np.take_along_axis(y, distances.argmin(axis=2), axis=1) == y, axis=1)
