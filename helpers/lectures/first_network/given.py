"""Points on the three arms of a spiral: small enough to train on in an instant, and no straight lines divide them."""

from __future__ import annotations

import numpy as np

TRAIN, FRESH = 192, 2000


def three_arms(seed):
    """Points of three classes; `seed` decides how the arms are turned, in which direction they wind, and their names.

    Returns
    -------
    x, y, x_new, y_new : arrays (192, 3), (192,), (2000, 3), (2000,): points and their classes, and new points
        The third column of the points is 1, so that its weights are the biases of the units.
    """
    rng = np.random.default_rng([seed, 3])
    turn, mirror, names = rng.uniform(0, 2 * np.pi), rng.choice([-1, 1]), rng.permutation(3)
    # The same points for every seed, so that no task is harder than another.
    rng = np.random.default_rng(0)

    def draw(count):
        arm, radius = np.arange(count) % 3, rng.uniform(0.1, 1, count)
        angle = turn + mirror * (2 * np.pi * arm / 3 + 2.2 * radius + rng.normal(0, 0.18, count))
        return np.stack([2 * radius * np.cos(angle), 2 * radius * np.sin(angle), np.ones(count)], axis=1), names[arm]

    x, y = draw(TRAIN)
    order = np.random.default_rng([seed, 4]).permutation(TRAIN)
    return x[order], y[order], *draw(FRESH)


def mean_loss(network, x, y):
    """The cross-entropy of a network (w_1, w_2) with ReLU between its layers and softmax at the end."""
    w_1, w_2 = network
    scores = np.maximum(x @ w_1, 0) @ w_2
    scores = scores - scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]))
