"""Is the error surface convex because the activation is monotone? Two counterexamples of a few numbers each."""

import numpy as np

from helpers.neural.activations import sigmoid


def two_layer_losses():
    """Squared error of y = v tanh(w x) on the sample x = 1, y = tanh(1): at (w, v) = (1, 1), at (-1, -1), half-way."""
    points = np.array([[1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]])
    return (points[:, 1] * np.tanh(points[:, 0]) - np.tanh(1)) ** 2


def one_unit_losses():
    """Losses of one sigmoid unit on the sample x = 1, y = 1, at w = -8, at w = 0, and half-way, in this order.

    Returns squared errors and cross-entropies, each (3,). Half-way, a convex function is at most the mean of its ends.
    """
    output = sigmoid(np.array([-8.0, 0.0, -4.0]))
    return (output - 1) ** 2, -np.log(output)
