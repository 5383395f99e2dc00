"""Many dense classifiers of one shape, trained side by side: the same run for several seeds, rates or starts at once.

A step of a small network is mostly overhead, so twenty networks together take little more time than two. Network for
network the numbers are those of `networks.train_dense` with the same seed (a test holds them against each other),
except that everything is computed in single precision.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from .activations import ACTIVATIONS
from .networks import initial_layers
from .signal import lecun

EPSILON = 1e-5
BETA_1, BETA_2, ADAM_EPSILON = 0.9, 0.999, 1e-8  # Kingma and Ba (2015)


@dataclass(frozen=True)
class Runs:
    """One row a network, one column an epoch; column 0 is before training. A diverged run holds NaN."""

    train_loss: np.ndarray  # (networks, epochs + 1): mean over the batches of an epoch, as frameworks report it
    train_accuracy: np.ndarray  # (networks, epochs + 1), at inference
    validation_accuracy: np.ndarray
    layers: list  # of (weights (networks, fan_in, fan_out), biases (networks, 1, fan_out)) after the last epoch
    norms: list  # of (gamma, beta, running mean, running variance), each (networks, 1, units); empty without them
    scores: Callable  # features (n, d) -> (networks, n, classes), at inference


def train_parallel(
    data,
    hidden,
    activation="relu",
    epochs=10,
    batch_size=32,
    learning_rate=0.1,
    optimizer="sgd",
    weight_scale=lecun,
    seeds=range(10),
    batch_norm=False,
    momentum=0.9,
    shortcuts=False,
    before_activation=True,
    batch_noise=None,
    l2=0.0,
    start=None,
):
    """Train a network for each of the `seeds` and return their Runs.

    `learning_rate` and `weight_scale` are one for all or a sequence, one a network. `optimizer` is "sgd", "momentum"
    (0.9) or "adam". `momentum` is that of the running averages. With `shortcuts`, a hidden layer adds its input to its
    output where both have the same size. `before_activation=False` normalizes the activation's outputs instead.
    `batch_noise(rng, shape)`, in training only, is added to what the activation receives. `start` is a list of
    (weights, bias) from which every network starts instead; it is not changed.
    """
    x, y = data.x_train.astype(np.float32), data.y_train
    activation = ACTIVATIONS[activation]
    count, depth = len(seeds), len(hidden)
    rates = np.broadcast_to(np.asarray(learning_rate, np.float32), count).reshape(-1, 1, 1)
    scales = [weight_scale] * count if callable(weight_scale) else weight_scale
    rngs = [np.random.default_rng(seed) for seed in seeds]
    sizes = (x.shape[1], *hidden, int(y.max()) + 1)
    starts = [start or initial_layers(sizes, rng, scale) for rng, scale in zip(rngs, scales, strict=True)]
    parameters = [
        [np.stack([s[i][0] for s in starts]).astype(np.float32), np.zeros((count, 1, sizes[i + 1]), np.float32)]
        for i in range(depth + 1)
    ]
    norms = [tuple(np.full((count, 1, units), v, np.float32) for v in (1, 0, 0, 1)) for units in hidden * batch_norm]
    for layer, norm in zip(parameters, norms, strict=False):
        layer += norm[:2]
    flat = [array for layer in parameters for array in layer]
    step = _Optimizer(optimizer, flat, rates)
    network = _Network(parameters, norms, activation, momentum, shortcuts, before_activation, batch_noise, l2)
    rows = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), threadpool_limits(1, "blas"):
        rows.append((network.loss(x, y), *network.accuracies(data)))
        for _ in range(epochs):
            orders = np.stack([rng.permutation(len(x)) for rng in rngs])
            losses = []
            for first in range(0, len(x), batch_size):
                batch = orders[:, first : first + batch_size]
                slopes, loss = network.gradients(x[batch], y[batch], rngs)
                step(slopes)
                losses.append(loss * batch.shape[1] / len(x))
            rows.append((np.sum(losses, axis=0), *network.accuracies(data)))
    columns = [np.array(column).T for column in zip(*rows, strict=True)]
    return Runs(*columns, [tuple(layer[:2]) for layer in parameters], norms, network.scores)


class _Network:
    """Forward and backward pass of all networks."""

    def __init__(self, parameters, norms, activation, momentum, shortcuts, before_activation, batch_noise, l2):
        self.parameters, self.norms, self.activation, self.momentum = parameters, norms, activation, momentum
        self.shortcuts, self.before, self.noise, self.l2 = shortcuts, before_activation, batch_noise, l2

    def forward(self, signal, training=False, rngs=()):
        """The scores, and what the backward pass needs of each layer."""
        kept = []
        for number, layer in enumerate(self.parameters):
            inputs, pre, normal = signal, signal @ layer[0] + layer[1], None
            if number == len(self.parameters) - 1:
                return pre, [*kept, (inputs, None, None, False)]
            if self.norms and self.before:
                pre, normal = self._normalize(number, pre, training)
            if training and self.noise:
                pre = pre + np.stack([self.noise(rng, pre.shape[1:]) for rng in rngs]).astype(np.float32)
            signal = self.activation.function(pre)
            if self.norms and not self.before:
                signal, normal = self._normalize(number, signal, training)
            across = self.shortcuts and inputs.shape == signal.shape
            signal = signal + inputs if across else signal
            kept.append((inputs, pre, normal, across))
        return None

    def _normalize(self, number, x, training):
        gamma, beta, mean, var = self.norms[number]
        if not training:
            return gamma * ((x - mean) / np.sqrt(var + EPSILON)) + beta, None
        batch_mean = x.mean(axis=1, keepdims=True)
        centered = x - batch_mean
        batch_var = np.mean(centered * centered, axis=1, keepdims=True)
        root = np.sqrt(batch_var + EPSILON)
        for running, new in ((mean, batch_mean), (var, batch_var)):
            running *= self.momentum
            running += (1 - self.momentum) * new
        normal = centered / root
        return gamma * normal + beta, (normal, root)

    def _normalize_back(self, number, gradient, kept):
        normal, root = kept
        in_gamma = np.sum(gradient * normal, axis=1, keepdims=True)
        in_beta = gradient.sum(axis=1, keepdims=True)
        n = gradient.shape[1]
        return self.norms[number][0] / root * (gradient - in_beta / n - normal * in_gamma / n), [in_gamma, in_beta]

    def gradients(self, x, y, rngs):
        """The gradient in every array, in their order, and each network's loss on its batch."""
        scores, kept = self.forward(x, training=True, rngs=rngs)
        error = _softmax(scores)
        right = np.take_along_axis(error, y[:, :, None], axis=2)
        loss = -np.log(right).mean(axis=(1, 2))
        np.put_along_axis(error, y[:, :, None], right - 1, axis=2)
        error /= np.float32(x.shape[1])
        slopes = []
        for number in reversed(range(len(self.parameters))):
            inputs, pre, normal, across = kept[number]
            above, of_norm = error, []
            if pre is not None:
                if normal is not None and not self.before:
                    error, of_norm = self._normalize_back(number, error, normal)
                error = error * self.activation.derivative(pre)
                if normal is not None and self.before:
                    error, of_norm = self._normalize_back(number, error, normal)
            in_weights = inputs.transpose(0, 2, 1) @ error
            if self.l2:
                in_weights += np.float32(self.l2) * self.parameters[number][0]
            slopes.append([in_weights, error.sum(axis=1, keepdims=True), *of_norm])
            if number:
                error = error @ self.parameters[number][0].transpose(0, 2, 1)
                error = error + above if across else error
        return [slope for layer in reversed(slopes) for slope in layer], loss

    def loss(self, x, y):
        """Of all samples at inference."""
        scores = self.scores(x)
        return -np.log(_softmax(scores)[:, np.arange(len(y)), y]).mean(axis=1)

    def accuracies(self, data):
        """On the training and the validation set, at inference; a network that says NaN is right nowhere."""
        for x, y in ((data.x_train, data.y_train), (data.x_validation, data.y_validation)):
            scores = self.scores(x)
            yield np.mean((scores.argmax(axis=2) == y) & np.isfinite(scores).all(axis=2), axis=1)

    def scores(self, x):
        """Of the same features for every network, at inference."""
        x = x.astype(np.float32)
        return self.forward(np.broadcast_to(x, (len(self.parameters[0][0]), *x.shape)))[0]


class _Optimizer:
    """Changes the arrays that it is given in place."""

    def __init__(self, name, arrays, rates):
        self.name, self.arrays, self.rates, self.time = name, arrays, rates, 0
        self.first = [np.zeros_like(array) for array in arrays] if name != "sgd" else []
        self.second = [np.zeros_like(array) for array in arrays] if name == "adam" else []

    def __call__(self, slopes):
        self.time += 1
        for place, (array, slope) in enumerate(zip(self.arrays, slopes, strict=True)):
            if self.name == "sgd":
                array -= self.rates * slope
            elif self.name == "momentum":
                velocity = self.first[place]
                velocity *= np.float32(0.9)
                velocity -= self.rates * slope
                array += velocity
            else:
                mean, square = self.first[place], self.second[place]
                mean += np.float32(1 - BETA_1) * (slope - mean)
                square += np.float32(1 - BETA_2) * (slope * slope - square)
                size = np.float32(np.sqrt(1 - BETA_2**self.time) / (1 - BETA_1**self.time))
                array -= self.rates * size * mean / (np.sqrt(square) + np.float32(ADAM_EPSILON))


def _softmax(scores):
    grown = np.exp(scores - scores.max(axis=2, keepdims=True))
    return grown / grown.sum(axis=2, keepdims=True)
