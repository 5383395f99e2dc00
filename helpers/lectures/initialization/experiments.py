"""How weights start, and what becomes of a signal, a gradient and a training run that start so."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from helpers.neural.activations import ACTIVATIONS, softmax
from helpers.neural.networks import initial_layers, train_dense
from helpers.neural.parallel import train_parallel
from helpers.neural.signal import draw, fixed, he, lecun, propagate, xavier

# The five printed tables of decks 000, 003 and 004, in their order: activation and scale of the weights. All have
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

    Returns two arrays (2, depth): rows of outputs and of gradients, each the layers' standard deviations.
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


def root_mean_square(signal):
    """The size of a layer's outputs, sqrt(mean^2 + standard deviation^2), one number a layer of a Signal."""
    return np.hypot(signal.means, signal.stds)


def through_layers(name, variance, depth=30, width=500, samples=200, seed=0):
    """The Signal of an activation in layers whose weights have the given `variance`, in units of 1/fan_in."""
    activation = ACTIVATIONS[name]
    scale = (variance / width) ** 0.5
    return propagate(activation.function, activation.derivative, depth, width, samples, scale, seed)


_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(201)


def variance_that_keeps(name, low=0.2, high=50.0):
    """The variance of the weights, in units of 1/fan_in, that keeps the mean square of an activation's outputs at 1.

    Found from the layer of infinite width, whose pre-activations are normal: the c for which E[f(z)^2] = 1 when z has
    variance c. NaN where no c between `low` and `high` does it, as for tanh and sigmoid, which never reach 1.
    """
    function = ACTIVATIONS[name].function

    def excess(variance):
        return _WEIGHTS @ function(np.sqrt(variance) * _NODES) ** 2 / _WEIGHTS.sum() - 1

    if excess(low) * excess(high) > 0:
        return float("nan")
    return float(optimize.brentq(excess, low, high))


def depth_map(name, variances, depth=30, width=128, samples=128, seed=0):
    """Sizes of outputs and of gradients, two arrays (variances, depth), for a column of weight variances.

    A column of gradients is in units of what arrives at the top; both are root mean squares.
    """
    runs = [through_layers(name, variance, depth, width, samples, seed) for variance in variances]
    return np.array([root_mean_square(run) for run in runs]), np.array([run.gradient_stds for run in runs])


def orthogonal(fan_in, fan_out, rng):
    """Weights whose columns (or rows, where they are fewer) are orthonormal (Saxe et al. 2014)."""
    q, r = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
    q = q * np.sign(np.diag(r))  # without it, QR prefers some directions
    return q if fan_in >= fan_out else q.T


def lengths_through(draw_weights, depth=30, width=100, samples=100, seed=0):
    """Lengths of inputs of length 1 behind `depth` linear layers, drawn by `draw_weights(fan_in, fan_out, rng)`."""
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((samples, width))
    signal /= np.linalg.norm(signal, axis=1, keepdims=True)
    for _ in range(depth):
        signal = signal @ draw_weights(width, width, rng)
    return np.linalg.norm(signal, axis=1)


def scale_to_unit(inputs, layers, activation):
    """LSUV without its first, orthogonal step: scale layer after layer to outputs of standard deviation 1.

    `layers` are weights (fan_in, fan_out); returns scaled ones. One division is exact for functions that are
    homogeneous, such as ReLU; elsewhere it takes a few rounds (Mishkin and Matas 2016). The outputs are those of the
    activation; the paper's own code measures in front of it.
    """
    scaled, signal = [], inputs
    for weights in layers:
        weights, _ = scaled_layer(signal, weights, activation)
        scaled.append(weights)
        signal = activation.function(signal @ weights)
    return scaled


def scaled_layer(inputs, weights, activation, tolerance=1e-3, most=10):
    """Weights with which the outputs have standard deviation 1 up to `tolerance`, and how many divisions it took."""
    divisions = 0
    while abs((std := activation.function(inputs @ weights).std()) - 1) >= tolerance and divisions < most:
        weights, divisions = weights / std, divisions + 1
    return weights, divisions


def pytorch(fan_in, fan_out):
    """torch.nn.Linear: uniform between -1/sqrt(fan_in) and 1/sqrt(fan_in), which has a third of LeCun's variance."""
    return (3 * fan_in) ** -0.5


# Name -> the standard deviation of the weights as a function of both fans.
STARTS = {
    "zeros": fixed(0.0),
    "std 0.01": fixed(0.01),
    "std 1": fixed(1.0),
    "Glorot": xavier,
    "He": he,
}


def first_epochs(data, starts, seeds=3, depth=10, width=64, epochs=8, learning_rate=0.05, **training):
    """Accuracy on the training digits in the first epochs: {start: (seeds, epochs + 1)}.

    `training` goes to parallel.train_parallel: optimizer, shortcuts, batch_norm.
    """
    accuracies = {}
    for name, scale in starts.items():
        runs = train_parallel(
            data,
            (width,) * depth,
            "relu",
            epochs,
            learning_rate=learning_rate,
            weight_scale=scale,
            seeds=range(seeds),
            **training,
        )
        accuracies[name] = runs.train_accuracy
    return accuracies


def with_fewer(data, label, keep):
    """The data with only the share `keep` of the training images of one class."""
    places = np.flatnonzero(data.y_train == label)
    kept = np.setdiff1d(np.arange(len(data.y_train)), places[round(keep * len(places)) :])
    return replace(data, x_train=data.x_train[kept], y_train=data.y_train[kept])


def probabilities_from_zeros(data, hidden=30, epochs=20):
    """The probability that a network which started from zeros gives to each class, whatever the image is."""
    start = constant_layers((data.x_train.shape[1], hidden, int(data.y_train.max()) + 1), 0.0)
    bias = train_dense(data, (hidden,), "tanh", epochs=epochs, start=start, learning_rate=0.05).layers[-1][1]
    return softmax(bias)


def over_seeds(measure, *arguments, seeds=20):
    """The mean of a `balance` over many draws, as an array: signal, gradient."""
    runs = [measure(*arguments, seed=seed) for seed in range(seeds)]
    return np.array([(run.forward, run.backward) for run in runs]).mean(axis=0)


def leaky_growth(slopes, depth=10, width=200, samples=200, seeds=10):
    """By what factor `depth` leaky layers multiply the mean square, with 2/fan_in and with 2/((1 + a^2) fan_in).

    Returns an array (slopes, 2) of medians over seeds.
    """
    result = np.empty((len(slopes), 2))
    for row, slope in zip(result, slopes, strict=True):
        for place, variance in enumerate((2, 2 / (1 + slope**2))):
            growths = []
            for seed in range(seeds):
                draws = draw(depth, width, samples, seed)
                signal = draws.inputs
                for weights in draws.weights:
                    pre_activations = signal @ (weights * np.float32((variance / width) ** 0.5))
                    signal = np.where(pre_activations > 0, pre_activations, np.float32(slope) * pre_activations)
                growths.append(np.mean(signal**2) / np.mean(draws.inputs**2))
            row[place] = np.median(growths)
    return result
