"""How many epochs until a network is good? The same network with different activations, each at its best setting."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from .many import train_many

# On both sides of each function's best for three hidden layers on the digits: (learning rates, weight scales).
# A scale is a factor on 1/sqrt(fan_in).
SETTINGS = {
    "relu": ((0.1, 0.2, 0.4), (2**0.5,)),
    "tanh": ((0.2, 0.4, 0.6), (1.0,)),
    "sigmoid": ((0.5, 1.0, 2.0), (4.0,)),
}
PLAIN_SIGMOID = (1.5, 3.0, 6.0), (1.0,)  # the same with the usual weights


@dataclass(frozen=True)
class SpeedResult:
    """Epochs to the target accuracy on the validation set; infinity where it was not reached."""

    activation: str
    settings: tuple  # of (rate, scale)
    epochs: np.ndarray  # (settings, seeds)
    curves: np.ndarray  # (settings, epochs + 1): validation accuracy, mean over the seeds
    right: np.ndarray  # (settings, seeds, validation samples): who is right about which picture at the end

    @property
    def best(self):
        """Index of the setting with the fewest epochs: by the median over the seeds, then by the mean accuracy."""
        return int(np.lexsort((-self.right.mean(axis=(1, 2)), np.median(self.epochs, axis=1)))[0])

    @property
    def epochs_at_best(self):
        """Median over the seeds."""
        return float(np.median(self.epochs[self.best]))


def epochs_to_reach(target, data, activation, rates, scales, seeds=10, hidden=(30, 30, 30), epochs=15, **training):
    """Train with every rate, scale and seed and count the epochs until the validation accuracy reaches `target`."""
    settings = tuple(product(rates, scales))
    chosen = [(rate, scale, seed) for (rate, scale), seed in product(settings, range(seeds))]
    runs = train_many(data, activation, *zip(*chosen, strict=True), hidden, epochs, **training)
    accuracy = runs.accuracy.reshape(len(settings), seeds, -1)
    reached = accuracy >= target
    needed = np.where(reached.any(axis=2), reached.argmax(axis=2), np.inf)
    return SpeedResult(
        activation, settings, needed, accuracy.mean(axis=1), runs.right.reshape(len(settings), seeds, -1)
    )
