"""Many small networks of one shape, trained at the same time: other seeds, rates and starts side by side.

What `neural.networks.train_dense` does for one network, this does for a stack of them with one matrix product. So ten
seeds cost little more than two.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from helpers.neural.activations import ACTIVATIONS, softmax

OPTIMIZERS = ("sgd", "momentum", "adam")


def _sigmoid(x):
    """As tanh, which NumPy computes five times as fast in single precision as SciPy the sigmoid."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _sigmoid_derivative(x):
    s = _sigmoid(x)
    return s * (1 - s)


def _tanh_derivative(x):
    return 1 - np.tanh(x) ** 2


# Good enough while a network trains; the course's own keep their digits far out, too.
_QUICK = {"sigmoid": (_sigmoid, _sigmoid_derivative), "tanh": (np.tanh, _tanh_derivative)}


@dataclass(frozen=True)
class Runs:
    """What became of a stack of networks; the first axis is the network."""

    accuracy: np.ndarray  # (networks, epochs + 1) on the validation set, before training and after each epoch
    dead: np.ndarray  # (networks, 2): share of hidden units that are 0 for every training sample, before and after
    right: np.ndarray  # (networks, validation samples): who is right about which picture, after the last epoch


def train_many(
    data,
    activation,
    rates,
    scales,
    seeds,
    hidden=(30,),
    epochs=20,
    batch_size=32,
    bias_mean=0.0,
    optimizer="sgd",
    dtype=np.float32,
):
    """Train one dense classifier for each of `rates`, `scales` and `seeds` (three sequences of one length).

    Parameters
    ----------
    data
        `datasets.Pictures`.
    activation
        A name from ACTIVATIONS.
    rates, scales, seeds
        Learning rate, factor on weights of standard deviation 1/sqrt(fan_in), and seed of each network. Networks with
        one seed start from the same numbers and see the same batches.
    bias_mean
        What all biases start with.
    optimizer
        "sgd", "momentum" (0.9) or "adam" (0.9, 0.999).
    """
    known = ACTIVATIONS[activation]
    function, derivative = _QUICK.get(activation, (known.function, known.derivative))
    x, y = data.x_train.astype(dtype), data.y_train
    x_validation = data.x_validation.astype(dtype)
    rates = np.asarray(rates, dtype)[:, None, None]
    distinct, which = np.unique(seeds, return_inverse=True)
    generators = [np.random.default_rng(seed) for seed in distinct]
    sizes = (x.shape[1], *hidden, int(y.max()) + 1)
    parameters = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        standard = np.array([rng.standard_normal((fan_in, fan_out)) for rng in generators])[which]
        weights = standard * (np.asarray(scales)[:, None, None] * fan_in**-0.5)
        parameters += [weights.astype(dtype), np.full((len(which), 1, fan_out), bias_mean, dtype)]
    step = _stepper(optimizer, parameters, rates)
    accuracy, dead = [], []
    with np.errstate(over="ignore", invalid="ignore"), threadpool_limits(1, "blas"):
        for epoch in range(epochs + 1):
            if epoch:
                orders = np.array([rng.permutation(len(x)) for rng in generators])
                for first in range(0, len(x), batch_size):
                    batch = orders[:, first : first + batch_size]
                    inputs, labels = x[batch][which], y[batch][which]
                    step(_gradients(parameters, inputs, labels, function, derivative))
            right = _forward(parameters, x_validation[None], function)[1][-1].argmax(axis=2) == data.y_validation
            accuracy.append(right.mean(axis=1))
            if epoch in (0, epochs):
                outputs = _forward(parameters, x[None], function)[1][1:-1]
                dead.append(np.mean([np.mean(np.all(out == 0, axis=1), axis=1) for out in outputs], axis=0))
    return Runs(np.array(accuracy).T, np.array(dead).T, right)


def _forward(parameters, inputs, function):
    """Pre-activations of each layer, and the outputs with the inputs in front; the last layer stays linear."""
    sums, outputs = [], [inputs]
    for layer in range(0, len(parameters), 2):
        sums.append(outputs[-1] @ parameters[layer] + parameters[layer + 1])
        outputs.append(function(sums[-1]) if layer + 2 < len(parameters) else sums[-1])
    return sums, outputs


def _gradients(parameters, inputs, labels, function, derivative):
    sums, outputs = _forward(parameters, inputs, function)
    error = softmax(outputs[-1])
    np.put_along_axis(error, labels[..., None], np.take_along_axis(error, labels[..., None], 2) - 1, 2)
    error /= labels.shape[1]
    found = []
    for layer in reversed(range(len(sums))):
        found += [error.sum(axis=1, keepdims=True), outputs[layer].swapaxes(1, 2) @ error]
        if layer:
            error = (error @ parameters[2 * layer].swapaxes(1, 2)) * derivative(sums[layer - 1])
    return found[::-1]


def _stepper(optimizer, parameters, rates):
    """A function that takes gradients and moves the parameters in place."""
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"There is no optimizer {optimizer!r} here: take one of {', '.join(OPTIMIZERS)}.")
    first = [np.zeros_like(array) for array in parameters]
    second = [np.zeros_like(array) for array in parameters]
    count = 0

    def step(gradients):
        nonlocal count
        count += 1
        for array, gradient, mean, square in zip(parameters, gradients, first, second, strict=True):
            if optimizer == "sgd":
                array -= rates * gradient
            elif optimizer == "momentum":
                mean *= 0.9
                mean -= rates * gradient
                array += mean
            else:
                mean += 0.1 * (gradient - mean)
                square += 0.001 * (gradient**2 - square)
                size = np.sqrt(square / (1 - 0.999**count)) + 1e-8
                array -= rates * (mean / (1 - 0.9**count)) / size

    return step
