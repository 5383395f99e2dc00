"""What a random network makes of the plane: the output landscape, its edges, and its straight pieces."""

from dataclasses import dataclass

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, initial_layers
from helpers.neural.signal import he

HIDDEN = (32,) * 5


@dataclass(frozen=True)
class Landscape:
    """The output of a random network on a square of the plane."""

    activation: str
    axis: np.ndarray  # (n,): the values of both inputs
    height: np.ndarray  # (n, n): output, standardized over the square; rows follow the second input

    @property
    def bends(self):
        """How much the derivatives along both inputs change from one point to the next, (n - 2, n - 2)."""
        along_rows = np.diff(self.height, n=2, axis=1)[1:-1]
        along_columns = np.diff(self.height, n=2, axis=0)[:, 1:-1]
        return np.hypot(along_rows, along_columns) / (self.axis[1] - self.axis[0])


def output_landscape(activation, size=121, reach=3.0, hidden=HIDDEN, seed=0):
    """Two inputs, five random layers of 32 units with random biases, one output; the same whatever the activation."""
    axis = np.linspace(-reach, reach, size)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    height = _outputs(activation, plane, hidden, seed)[1][-1].reshape(size, size)
    return Landscape(activation, axis, (height - height.mean()) / height.std())


def sharpest_bend(activation, points, reach=3.0, hidden=HIDDEN, seed=0):
    """The largest change of the derivative from one point to the next, on the way from left to right.

    At an edge the derivative jumps, and the largest change stays what it is, however many points there are. Where the
    output is smooth, it becomes smaller in proportion to the distance of the points.
    """
    height = _outputs(activation, _way(reach, points), hidden, seed)[1][-1].ravel()
    step = 2 * reach / (points - 1)
    return float(np.abs(np.diff(height / height.std(), n=2)).max() / step)


def straight_pieces(reach=3.0, hidden=HIDDEN, seed=0, points=100_001):
    """Of how many straight pieces the output of the ReLU network is made, on the way from left to right.

    A piece ends where a unit of any layer changes between silent and active. Pieces shorter than the distance of two
    points may be missed.
    """
    sums, _ = _outputs("relu", _way(reach, points), hidden, seed)
    active = np.concatenate([layer > 0 for layer in sums[:-1]], axis=1)
    return 1 + int(np.sum(np.any(active[1:] != active[:-1], axis=1)))


def _way(reach, points):
    """From left to right through the middle of the square, (points, 2)."""
    return np.stack([np.linspace(-reach, reach, points), np.zeros(points)], axis=1)


def _outputs(activation, inputs, hidden, seed):
    layers = initial_layers((2, *hidden, 1), np.random.default_rng(seed), he, bias_std=0.5)
    return forward(layers, inputs, ACTIVATIONS[activation])
