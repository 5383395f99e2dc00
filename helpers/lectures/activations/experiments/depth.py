"""Do more hidden layers help? The same small network, one to four hidden layers, several seeds."""

from dataclasses import dataclass

import numpy as np

from helpers.neural.networks import train_dense

DEPTHS = (1, 2, 3, 4)


@dataclass(frozen=True)
class DepthResult:
    """Accuracies on the validation set, of one activation."""

    activation: str
    depths: tuple
    accuracy: np.ndarray  # (depths, seeds) after the last epoch
    curves: np.ndarray  # (depths, epochs + 1): accuracy of the first seed, epoch by epoch
    first_gradients: list  # for each depth (layers,): gradient norms before training, first seed


def accuracy_by_depth(data, activation, depths=DEPTHS, seeds=5, width=30, **training):
    """Train a network for every depth and seed; `training` goes to networks.train_dense."""
    runs = [
        [train_dense(data, (width,) * depth, activation, seed=seed, **training) for seed in range(seeds)]
        for depth in depths
    ]
    return DepthResult(
        activation=activation,
        depths=tuple(depths),
        accuracy=np.array([[run.validation_accuracy[-1] for run in row] for row in runs]),
        curves=np.array([row[0].validation_accuracy for row in runs]),
        first_gradients=[row[0].gradient_norms[0] for row in runs],
    )


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
                (30,) * depth,
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
