"""What a random network makes of the plane: the output landscape, and how smooth it is."""

from dataclasses import dataclass

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, initial_layers
from helpers.neural.signal import he


@dataclass(frozen=True)
class Landscape:
    """The output of a random network on a square of the plane."""

    activation: str
    axis: np.ndarray  # (n,): the values of both inputs
    height: np.ndarray  # (n, n): output, standardised over the square; rows follow the second input

    @property
    def bends(self):
        """Second differences along the first input over the largest of them, (n, n - 2); 0 where it is straight."""
        bends = np.abs(np.diff(self.height, n=2, axis=1))
        return bends / bends.max()


def output_landscape(activation, size=121, reach=3.0, hidden=(32,) * 5, seed=0):
    """Two inputs, five random layers of 32 units with random biases, one output; the same whatever the activation."""
    axis = np.linspace(-reach, reach, size)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    layers = initial_layers((2, *hidden, 1), np.random.default_rng(seed), he, bias_std=0.5)
    height = forward(layers, plane, ACTIVATIONS[activation])[1][-1].reshape(size, size)
    return Landscape(activation, axis, (height - height.mean()) / height.std())
