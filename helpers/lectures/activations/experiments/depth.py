"""Do more hidden layers help, and which learning rate and weight scale does a deep stack need?"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import gradients, initial_layers, train_dense

from .many import train_many

DEPTHS = (1, 2, 3, 4)
WIDTH = 30


@dataclass(frozen=True)
class DepthResult:
    """Accuracies on the validation set after the last epoch, of one activation."""

    activation: str
    depths: tuple
    accuracy: np.ndarray  # (depths, seeds)


def accuracy_by_depth(data, activation, depths=DEPTHS, seeds=5, rate=0.1, scale=1.0, epochs=30, **training):
    """Train a network of 30 units a layer for every depth and seed; `training` goes to many.train_many."""
    accuracy = [
        train_many(
            data, activation, [rate] * seeds, [scale] * seeds, range(seeds), (WIDTH,) * depth, epochs, **training
        ).accuracy[:, -1]
        for depth in depths
    ]
    return DepthResult(activation, tuple(depths), np.array(accuracy))


def first_gradient_ratio(data, activation="sigmoid", depth=4, scale=1.0, seed=0):
    """How many times the gradient of the last hidden layer's weights is that of the first, before training."""
    layers = initial_layers(
        (data.x_train.shape[1], *(WIDTH,) * depth, 10), np.random.default_rng(seed), lambda i, o: scale * i**-0.5
    )
    found = gradients(layers, data.x_train, data.y_train, ACTIVATIONS[activation])
    sizes = [float(np.sqrt(np.mean(in_weights**2))) for in_weights, _ in found]
    return sizes[depth - 1] / sizes[0]


@dataclass(frozen=True)
class RateAndScale:
    """Accuracy on the validation set for every pair of learning rate and weight scale, of one activation."""

    activation: str
    rates: tuple
    scales: tuple
    accuracy: np.ndarray  # (rates, scales, seeds)

    @property
    def mean(self):
        """Over the seeds, (rates, scales)."""
        return self.accuracy.mean(axis=2)

    @property
    def best(self):
        """(rate, scale) with the highest mean."""
        i, j = np.unravel_index(self.mean.argmax(), self.mean.shape)
        return self.rates[i], self.scales[j]


def rate_and_scale(data, activation, rates, scales, depth=4, seeds=2, epochs=20, **training):
    """Train networks of `depth` hidden layers with every rate and every scale of the first weights."""
    chosen = list(product(rates, scales, range(seeds)))
    runs = train_many(data, activation, *zip(*chosen, strict=True), (WIDTH,) * depth, epochs, **training)
    accuracy = runs.accuracy[:, -1].reshape(len(rates), len(scales), seeds)
    return RateAndScale(activation, tuple(rates), tuple(scales), accuracy)


def nielsen_on_mnist(data, depths=DEPTHS, seed=0):
    """The set-up behind 96.48, 96.90, 96.57 and 96.53 % (Nielsen 2015, chapter 5), on the real MNIST: about a minute.

    784-30-10 up to 784-30-30-30-30-10, all sigmoid, cross-entropy, 30 epochs, batches of 10, rate 0.1, lambda 5 (over
    50 000 samples), weights N(0, 1/fan_in), biases N(0, 1). Returns the accuracies (depths,) on the 10 000 validation
    pictures after the last epoch.
    """
    return np.array(
        [
            train_dense(
                data,
                (WIDTH,) * depth,
                "sigmoid",
                epochs=30,
                batch_size=10,
                learning_rate=0.1,
                l2=5.0 / len(data.x_train),
                output="sigmoid",
                bias_std=1.0,
                seed=seed,
            ).validation_accuracy[-1]
            for depth in depths
        ]
    )
