"""What a random network makes of the plane: the output landscape, and of how many straight pieces it is made."""

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
        """Size of the second differences along both inputs over the largest of them, (n - 2, n - 2)."""
        along_rows = np.diff(self.height, n=2, axis=1)[1:-1]
        along_columns = np.diff(self.height, n=2, axis=0)[:, 1:-1]
        bends = np.hypot(along_rows, along_columns)
        return bends / bends.max()


def output_landscape(activation, size=121, reach=3.0, hidden=HIDDEN, seed=0):
    """Two inputs, five random layers of 32 units with random biases, one output; the same whatever the activation."""
    axis = np.linspace(-reach, reach, size)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    height = _outputs(activation, plane, hidden, seed)[1][-1].reshape(size, size)
    return Landscape(activation, axis, (height - height.mean()) / height.std())


def straight_pieces(reach=3.0, hidden=HIDDEN, seed=0, points=100_001):
    """Of how many straight pieces the output of the ReLU network is made, on the way from left to right.

    A piece ends where a unit of any layer changes between silent and active. Pieces shorter than the distance of two
    points may be missed.
    """
    way = np.stack([np.linspace(-reach, reach, points), np.zeros(points)], axis=1)
    sums, _ = _outputs("relu", way, hidden, seed)
    active = np.concatenate([layer > 0 for layer in sums[:-1]], axis=1)
    return 1 + int(np.sum(np.any(active[1:] != active[:-1], axis=1)))


def _outputs(activation, inputs, hidden, seed):
    layers = initial_layers((2, *hidden, 1), np.random.default_rng(seed), he, bias_std=0.5)
    return forward(layers, inputs, ACTIVATIONS[activation])
