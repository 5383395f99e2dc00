"""A signal on its way through a stack of random layers, and the gradient on its way back."""

from dataclasses import dataclass

import numpy as np

from .batch_normalization import normalize, normalize_backward

FLAT = 0.01  # a unit counts as saturated for a sample when its slope is smaller than this


def lecun(fan_in, fan_out):
    """Deviation 1/sqrt(fan_in): keeps the variance of a linear layer (LeCun et al. 1998)."""
    return fan_in**-0.5


def xavier(fan_in, fan_out):
    """Deviation sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    return (2 / (fan_in + fan_out)) ** 0.5


def he(fan_in, fan_out):
    """Deviation sqrt(2 / fan_in), made for ReLU (He et al. 2015)."""
    return (2 / fan_in) ** 0.5


@dataclass(frozen=True)
class Signal:
    """One number a layer, first layer first; each array has shape (depth,)."""

    means: np.ndarray  # of the layer's outputs
    stds: np.ndarray
    saturated: np.ndarray  # share of (sample, unit) pairs whose slope is below FLAT
    silent: np.ndarray  # share of (sample, unit) pairs whose output is exactly 0
    gradient_stds: np.ndarray  # of the gradient at what the layer's activation receives


def propagate(activation, derivative, depth=10, width=500, samples=1000, weight_scale=lecun, seed=0, batch_norm=False):
    """Send standard normal samples through `depth` random layers, and a standard normal gradient back.

    The layers are `h = activation(h @ W)` with W normal of deviation `weight_scale`, a number or a function of
    (fan_in, fan_out); no biases. With `batch_norm` the weighted sums are normalised over the samples before the
    activation (scale 1, shift 0, as at the start of training). The gradient arrives at the last layer's output with
    deviation 1. All in float32: the classic 10 layers of 500 units with 1000 samples are ten billion multiplications,
    about 0.2 s on two cores; with width 200 and 300 samples it is a hundredth of a second and the picture is the same.
    """
    rng = np.random.default_rng(seed)
    scale = weight_scale(width, width) if callable(weight_scale) else weight_scale
    outputs = rng.standard_normal((samples, width), dtype=np.float32)
    weights, slopes, normalised = [], [], []
    forward = []
    for _ in range(depth):
        weights.append(rng.standard_normal((width, width), dtype=np.float32) * np.float32(scale))
        sums = outputs @ weights[-1]
        if batch_norm:
            sums, _, var = normalize(sums)
            normalised.append((sums, var))
        outputs, slope = activation(sums), derivative(sums)
        slopes.append(slope)
        forward.append((outputs.mean(), outputs.std(), np.mean(np.abs(slope) < FLAT), np.mean(outputs == 0)))
    gradient_stds = np.empty(depth)
    gradient = rng.standard_normal((samples, width), dtype=np.float32)
    for layer in reversed(range(depth)):
        gradient *= slopes[layer]
        gradient_stds[layer] = gradient.std()
        if batch_norm:
            gradient = normalize_backward(gradient, *normalised[layer])
        gradient = gradient @ weights[layer].T
    means, stds, saturated, silent = np.array(forward, dtype=float).T
    return Signal(means, stds, saturated, silent, gradient_stds)
