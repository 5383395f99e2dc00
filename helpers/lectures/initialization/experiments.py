"""How weights start, and what becomes of a signal, a gradient and a training run that start so."""

import itertools
from dataclasses import dataclass

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import initial_layers, train_dense
from helpers.neural.signal import draw, fixed, he, lecun, propagate

# The five printed tables of decks 000, 003 and 004, in their order: activation and deviation of the weights. All have
# ten layers of 500 units and 1000 samples.
DECK_RUNS = {
    "tanh, 0.01": ("tanh", fixed(0.01)),
    "tanh, 1.0": ("tanh", fixed(1.0)),
    "tanh, 1/sqrt(fan_in)": ("tanh", lecun),
    "ReLU, 1/sqrt(fan_in)": ("relu", lecun),
    "ReLU, sqrt(2/fan_in)": ("relu", he),
}


def deck_run(name, seed=0, **options):
    """One of the five experiments as a Signal; `options` go to signal.propagate."""
    activation, weight_scale = DECK_RUNS[name]
    activation = ACTIVATIONS[activation]
    return propagate(activation.function, activation.derivative, weight_scale=weight_scale, seed=seed, **options)


def spread_over_seeds(name, seeds):
    """Means and standard deviations over several seeds of what a deck's table prints.

    Returns two arrays (2, depth): rows of outputs and of gradients, each the layers' deviations.
    """
    runs = [deck_run(name, seed) for seed in seeds]
    values = np.array([(run.stds, run.gradient_stds) for run in runs])
    return values.mean(axis=0), values.std(axis=0, ddof=1)


@dataclass(frozen=True)
class Balance:
    """What a linear layer does to variances, measured: output over input, and gradient below over gradient above."""

    forward: float
    backward: float


def balance(fan_in, fan_out, weight_scale, distribution="normal", samples=2000, seed=0):
    """Measure both ratios for one linear layer that is not square."""
    draws = draw(1, (fan_in, fan_out), samples, seed, distribution)
    weights = draws.weights[0] * weight_scale(fan_in, fan_out)
    forward = (draws.inputs @ weights).var() / draws.inputs.var()
    backward = (draws.gradient @ weights.T).var() / draws.gradient.var()
    return Balance(float(forward), float(backward))


def constant_layers(sizes, weight, bias=0.0):
    """Layers whose weights are all the same number, and whose biases are all the same number."""
    return [
        (np.full((fan_in, fan_out), float(weight)), np.full(fan_out, float(bias)))
        for fan_in, fan_out in itertools.pairwise(sizes)
    ]


def distinct_units(weights):
    """How many different columns a weight matrix (fan_in, fan_out) has."""
    return np.unique(weights, axis=1).shape[1]


@dataclass(frozen=True)
class SymmetryResult:
    """What training makes of one start."""

    start: str
    accuracy: float  # on the validation set
    distinct: int  # hidden units with different incoming weights
    moved: bool  # whether any incoming weight of a hidden unit has changed


def symmetry(data, hidden=30, epochs=10):
    """Train one hidden layer of tanh from four starts: a list of SymmetryResult."""
    sizes = (data.x_train.shape[1], hidden, int(data.y_train.max()) + 1)
    drawn = initial_layers(sizes, np.random.default_rng(0))
    split = constant_layers(sizes, 0.1)
    split[0][0][:, hidden // 2 :] = -0.1
    starts = {
        "all weights 0": constant_layers(sizes, 0.0),
        "all weights 0.1": constant_layers(sizes, 0.1),
        "half 0.1, half -0.1": split,
        "random": drawn,
    }
    results = []
    for name, start in starts.items():
        history = train_dense(data, (hidden,), "tanh", epochs=epochs, start=start)
        weights = history.layers[0][0]
        moved = not np.array_equal(weights, start[0][0])
        results.append(SymmetryResult(name, float(history.validation_accuracy[-1]), distinct_units(weights), moved))
    return results


def selu_statistics(depth=30, weight_scale=lecun, width=500, samples=300, seed=0):
    """The Signal of SELU through many layers."""
    selu = ACTIVATIONS["selu"]
    return propagate(selu.function, selu.derivative, depth, width, samples, weight_scale, seed)


def scale_to_unit(inputs, layers, activation):
    """LSUV without its first, orthogonal step: scale layer after layer to outputs of deviation 1.

    `layers` are weights (fan_in, fan_out); returns scaled ones. One division is exact for functions that are
    homogeneous, such as ReLU; elsewhere it takes a few rounds (Mishkin and Matas 2016).
    """
    scaled, signal = [], inputs
    for weights in layers:
        for _ in range(10):
            std = activation.function(signal @ weights).std()
            weights = weights / std
            if abs(std - 1) < 1e-3:
                break
        scaled.append(weights)
        signal = activation.function(signal @ weights)
    return scaled
