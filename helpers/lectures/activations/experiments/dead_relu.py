"""ReLU units that stop answering: at the start, and for good."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, initial_layers, train_dense
from helpers.neural.signal import he

from .many import train_many


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
    """Networks of one activation for every learning rate and seed."""

    rates: tuple
    dead: np.ndarray  # (rates, seeds): share of hidden units that are dead at the end
    dead_at_start: np.ndarray  # (rates, seeds)
    accuracy: np.ndarray  # (rates, seeds) on the validation set; 0.1 is guessing


def deaths(data, rates, bias=0.0, activation="relu", hidden=(100,), epochs=10, seeds=10, **training):
    """Train with He's weights for every learning rate and seed; `training` goes to many.train_many."""
    chosen = list(product(rates, (2**0.5,), range(seeds)))
    runs = train_many(data, activation, *zip(*chosen, strict=True), hidden, epochs, bias_mean=bias, **training)
    at_start, dead = runs.dead.T.reshape(2, len(rates), seeds)
    return DeathResult(tuple(rates), dead, at_start, runs.accuracy[:, -1].reshape(len(rates), seeds))


@dataclass(frozen=True)
class OneDeath:
    """What a unit that dies receives: its pre-activation for every training sample."""

    before: np.ndarray  # (samples,)
    after: np.ndarray  # (samples,)


def a_unit_that_dies(data, rate=1.0, epochs=10, seed=0):
    """Train one hidden layer of 100 ReLU units, and look at the unit that died although it answered most at the start.

    Raises LookupError if none died.
    """
    run = train_dense(
        data, (100,), "relu", epochs=epochs, batch_size=32, learning_rate=rate, weight_scale=he, seed=seed
    )
    # The same draw as in `train_dense`: the generator begins with the layers.
    start = initial_layers((data.x_train.shape[1], 100, 10), np.random.default_rng(seed), he)
    before, after = (data.x_train @ layers[0][0] + layers[0][1] for layers in (start, run.layers))
    answers = np.where(np.all(after <= 0, axis=0), np.mean(before > 0, axis=0), 0)
    if answers.max() == 0:
        raise LookupError(f"No unit died at rate {rate:g}.")
    unit = int(answers.argmax())
    return OneDeath(before[:, unit], after[:, unit])
