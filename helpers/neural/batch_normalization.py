"""Batch normalisation (Ioffe and Szegedy 2015): the layer, its gradient, its running averages, and how it folds away.

A batch is an array (n, units). Every unit is normalised by itself, over the samples; variances are the population's
(ddof 0); epsilon stands inside the root.
"""

from dataclasses import dataclass, field

import numpy as np

EPSILON = 1e-5


def apply(x, gamma, beta, mean, var, epsilon=EPSILON):
    """Normalise `x` (n, units) by a given `mean` and `var` (units,), then scale by `gamma` and shift by `beta`."""
    return gamma * ((x - mean) / np.sqrt(var + epsilon)) + beta


def normalize(x, epsilon=EPSILON):
    """`x` (n, units) with its own mean taken off and divided by its own deviation; that mean and variance (units,)."""
    mean = x.mean(axis=0)
    centred = x - mean
    var = np.mean(centred * centred, axis=0)
    return centred / np.sqrt(var + epsilon), mean, var


def normalize_backward(d_normal, normal, var, epsilon=EPSILON):
    """The gradient in x from that in `normal`, both (n, units), where `normal, _, var = normalize(x, epsilon)`.

    x moves its column's mean and variance too; the two terms taken off are what comes back through them.
    """
    through_var = normal * np.mean(d_normal * normal, axis=0)
    return (d_normal - d_normal.mean(axis=0) - through_var) / np.sqrt(var + epsilon)


def fold(weights, bias, gamma, beta, mean, var, epsilon=EPSILON):
    """Weights (fan_in, units) and bias (units,) of one dense layer that does what dense and normalisation did."""
    factor = gamma / np.sqrt(var + epsilon)
    return weights * factor, (bias - mean) * factor + beta


@dataclass
class BatchNormalization:
    """One layer: `gamma` and `beta` are learned, `running_mean` and `running_var` are averages; each (units,)."""

    gamma: np.ndarray
    beta: np.ndarray
    running_mean: np.ndarray
    running_var: np.ndarray
    momentum: float = 0.9  # the share of the past that an update of the running averages keeps
    epsilon: float = EPSILON
    _batch: tuple = field(default=(), repr=False)  # normal, mean and variance of the last training batch

    @classmethod
    def fresh(cls, units, momentum=0.9, dtype=float):
        """As it is before training: scale 1, shift 0, running mean 0, running variance 1."""
        return cls(*(np.full(units, value, dtype) for value in (1, 0, 0, 1)), momentum)

    def training(self, x):
        """Normalise by the statistics of the batch itself, and remember them for `backward` and `update_running`."""
        self._batch = normalize(x, self.epsilon)
        return self.gamma * self._batch[0] + self.beta

    def inference(self, x):
        """Normalise by the running averages: each sample for itself."""
        return apply(x, self.gamma, self.beta, self.running_mean, self.running_var, self.epsilon)

    def backward(self, d_out):
        """The gradients in x, gamma and beta, from that in the output of the last `training`."""
        normal, _, var = self._batch
        d_x = normalize_backward(d_out * self.gamma, normal, var, self.epsilon)
        return d_x, np.sum(d_out * normal, axis=0), d_out.sum(axis=0)

    def update_running(self):
        """Move the running averages towards the statistics of the last training batch."""
        _, mean, var = self._batch
        for running, new in ((self.running_mean, mean), (self.running_var, var)):
            running *= self.momentum
            running += (1 - self.momentum) * new
