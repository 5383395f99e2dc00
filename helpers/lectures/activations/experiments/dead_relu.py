"""ReLU units that stop answering: at the start, and for good."""

from dataclasses import dataclass

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, initial_layers, train_dense
from helpers.neural.signal import he


@dataclass(frozen=True)
class SilenceResult:
    """Zeros among the outputs of freshly drawn ReLU layers."""

    silent: np.ndarray  # (layers,): share of (sample, unit) pairs whose output is 0
    by_unit: np.ndarray  # (layers, units): for each unit, the share of samples for which it is 0
    dead: np.ndarray  # (layers,): share of units that are 0 for every sample


def silence_at_start(features, widths=(1000, 1000, 1000), bias_mean=0.0, seed=0):
    """Send `features` (samples, d) through untrained ReLU layers of zero-mean weights and count the zeros."""
    sizes = (features.shape[1], *widths)
    layers = initial_layers(sizes, np.random.default_rng(seed), he, bias_mean)
    # One more layer than `forward` would activate: its last one stays linear, so the sums are what we look at.
    sums, _ = forward(layers, features, ACTIVATIONS["relu"])
    by_unit = np.array([np.mean(layer <= 0, axis=0) for layer in sums])
    return SilenceResult(by_unit.mean(axis=1), by_unit, np.mean(by_unit == 1, axis=1))


@dataclass(frozen=True)
class DeathResult:
    """One network with one hidden layer for every learning rate, initial bias and seed."""

    rates: tuple
    biases: tuple
    dead: np.ndarray  # (biases, rates, seeds): share of hidden units that are dead at the end
    dead_at_start: np.ndarray  # (biases, seeds)
    accuracy: np.ndarray  # (biases, rates, seeds) on the validation set; 0.1 is guessing


def deaths(data, rates, biases=(0.0,), activation="relu", hidden=(100,), epochs=10, seeds=3):
    """Train for every learning rate and every initial bias."""
    shape = (len(biases), len(rates), seeds)
    dead, accuracy, dead_at_start = np.empty(shape), np.empty(shape), np.empty((len(biases), seeds))
    for i, bias in enumerate(biases):
        for j, rate in enumerate(rates):
            for seed in range(seeds):
                run = train_dense(
                    data,
                    hidden,
                    activation,
                    epochs=epochs,
                    batch_size=32,
                    learning_rate=rate,
                    weight_scale=he,
                    bias_mean=bias,
                    seed=seed,
                )
                dead[i, j, seed] = run.dead[-1].mean()
                accuracy[i, j, seed] = run.validation_accuracy[-1]
                dead_at_start[i, seed] = run.dead[0].mean()
    return DeathResult(tuple(rates), tuple(biases), dead, dead_at_start, accuracy)
