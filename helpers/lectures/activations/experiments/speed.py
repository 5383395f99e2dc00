"""How many epochs until a network is good? The same network with different activations, each at its best rate."""

from dataclasses import dataclass

import numpy as np

from helpers.neural.networks import train_dense

# Learning rates on both sides of each function's best, for three hidden layers on the digits.
RATES = {"relu": (0.1, 0.3, 1.0), "tanh": (0.1, 0.3, 1.0), "sigmoid": (1.0, 3.0, 10.0)}


@dataclass(frozen=True)
class SpeedResult:
    """Epochs to the target accuracy on the validation set; infinity where it was not reached."""

    activation: str
    rates: tuple
    epochs: np.ndarray  # (rates, seeds)
    curves: np.ndarray  # (rates, epochs + 1): validation accuracy, mean over the seeds

    @property
    def best(self):
        """Index of the rate with the fewest epochs, by the median over the seeds."""
        return int(np.argmin(np.median(self.epochs, axis=1)))

    @property
    def epochs_at_best(self):
        return float(np.median(self.epochs[self.best]))


def epochs_to_reach(target, data, activation, rates, seeds=3, hidden=(30, 30), epochs=30, **training):
    """Train with every rate and seed and count the epochs until the validation accuracy reaches `target`."""
    accuracy = np.array(
        [
            [
                train_dense(
                    data, hidden, activation, epochs=epochs, learning_rate=rate, seed=seed, **training
                ).validation_accuracy
                for seed in range(seeds)
            ]
            for rate in rates
        ]
    )
    reached = accuracy >= target
    needed = np.where(reached.any(axis=2), reached.argmax(axis=2), np.inf)
    return SpeedResult(activation, tuple(rates), needed, accuracy.mean(axis=1))
