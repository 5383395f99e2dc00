"""The engine of lecture 08: one network trained by many rules, rates, schedules and seeds, all of them at once.

Networks that follow the same rule are one array (networks, parameters). Every network of a seed starts from the same
weights and sees the same minibatches, whatever its rule and rate, so a result does not depend on what is trained beside
it. Groups run in threads, each with BLAS on one core.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from joblib import cpu_count
from threadpoolctl import threadpool_limits

from .networks import initial_layers
from .optimizers import RULES, Rule
from .signal import he

GROUP = 60  # networks in one array: enough for NumPy to work at full speed, few enough to stay in the cache


@dataclass(frozen=True)
class Entry:
    """One network of a race: `rule` is a name from RULES or a Rule; `shape(step, steps)` multiplies the rate.

    `clip` limits the norm of the whole gradient, and 0 does not. `plateau` (factor, patience) multiplies the rate by
    factor after `patience` epochs in a row without a new lowest training loss.
    """

    rule: str | Rule
    rate: float
    seed: int = 0
    shape: object = None
    clip: float = 0.0
    plateau: tuple[float, int] | None = None

    @property
    def followed(self) -> Rule:
        return RULES[self.rule] if isinstance(self.rule, str) else self.rule


@dataclass(frozen=True)
class Race:
    """What came of it; a row for each entry, in their order. A run that exploded holds infinity."""

    train_loss: np.ndarray  # (entries, epochs + 1): mean cross-entropy over all training samples; column 0 at the start
    validation_loss: np.ndarray  # (entries,): after the last epoch
    validation_accuracy: np.ndarray  # (entries,)
    batch_loss: np.ndarray  # (entries, steps): of each minibatch, before its step
    weights: np.ndarray  # (entries, parameters): as they are at the end


def race(entries, data, *, hidden=30, epochs=5, batch_size=32, jobs=None, activation="relu") -> Race:
    """Train a network of one hidden layer for each Entry on `data` (datasets.Pictures); return the Race.

    `jobs` is the number of cores, all by default; the results are the same whatever it is. `activation` is "relu" or
    "tanh".
    """
    plan = _Plan(data, hidden, epochs, batch_size, activation)
    groups: dict = {}
    for place, entry in enumerate(entries):
        groups.setdefault((entry.rule, bool(entry.clip)), []).append(place)
    parts = [places[i : i + GROUP] for places in groups.values() for i in range(0, len(places), GROUP)]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(jobs or cpu_count(), len(parts))) as pool:
        results = list(pool.map(lambda part: plan.train([entries[place] for place in part]), parts))
    order = np.argsort(np.concatenate(parts), kind="stable")
    return Race(*(np.concatenate(column)[order] for column in zip(*results, strict=True)))


@dataclass(frozen=True)
class _Plan:
    """What is the same for every group."""

    data: object
    hidden: int
    epochs: int
    batch_size: int
    activation: str

    def train(self, entries):
        data, count = self.data, len(entries)
        x, y = data.x_train.astype(np.float32), data.y_train
        sizes = (x.shape[1], self.hidden, int(y.max()) + 1)
        network = _Stack(sizes, [entry.seed for entry in entries], self.activation)
        rule, state = entries[0].followed, None
        state = rule.state_like(network.weights)
        rates = np.array([entry.rate for entry in entries], dtype=np.float32)[:, None]
        limits = np.array([entry.clip for entry in entries], dtype=np.float32)[:, None]
        # One order of the samples for each seed, whatever else is trained with it.
        orders = {entry.seed: np.random.default_rng([entry.seed, 1]) for entry in entries}
        steps = self.epochs * -(-len(x) // self.batch_size)
        shapes = [entry.shape for entry in entries]
        losses, batch_losses, step = [network.loss(x, y)[0]], [], 0
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a run that explodes is a result
            for _ in range(self.epochs):
                of_seed = {seed: rng.permutation(len(x)) for seed, rng in orders.items()}
                order = np.array([of_seed[entry.seed] for entry in entries])
                for first in range(0, len(x), self.batch_size):
                    batch = order[:, first : first + self.batch_size]
                    batch_loss, gradient = network.gradient(x[batch], y[batch])
                    if limits.any():
                        norms = np.linalg.norm(gradient, axis=1, keepdims=True)
                        gradient *= np.minimum(1, limits / np.maximum(norms, 1e-30))
                    now = rates
                    if any(shapes):
                        factors = [shape(step, steps) if shape else 1.0 for shape in shapes]
                        now = rates * np.array(factors, dtype=np.float32)[:, None]
                    rule.step(network.weights, state, gradient, now, step + 1)
                    batch_losses.append(batch_loss)
                    step += 1
                losses.append(network.loss(x, y)[0])
                rates = rates * self._on_plateau(entries, np.array(losses))
            validation_loss, accuracy = network.loss(data.x_validation.astype(np.float32), data.y_validation)
        as_numbers = [np.nan_to_num(np.array(array, dtype=float).T, nan=np.inf) for array in (losses, batch_losses)]
        validation_loss = np.nan_to_num(validation_loss.astype(float), nan=np.inf)
        return as_numbers[0], validation_loss, accuracy, as_numbers[1].reshape(count, -1), network.weights

    @staticmethod
    def _on_plateau(entries, losses):
        """What the rates are multiplied by after an epoch, (networks, 1); `losses` (epochs so far + 1, networks)."""
        factors = np.ones((len(entries), 1), dtype=np.float32)
        for place, entry in enumerate(entries):
            if entry.plateau:
                factor, patience = entry.plateau
                since = len(losses) - 1 - int(np.argmin(losses[:, place]))
                if since and since % patience == 0:
                    factors[place] = factor
        return factors


class _Stack:
    """Networks of one hidden layer; their weights are the rows of one array."""

    def __init__(self, sizes, seeds, activation="relu"):
        self.relu = activation == "relu"
        starts = {seed: initial_layers(sizes, np.random.default_rng([seed, 0]), he, dtype=np.float32) for seed in seeds}
        rows = [np.concatenate([array.ravel() for layer in starts[seed] for array in layer]) for seed in seeds]
        self.weights = np.array(rows)
        self._gradient = np.empty_like(self.weights)
        self._layers, self._slopes = (self._views(array, sizes) for array in (self.weights, self._gradient))

    @staticmethod
    def _views(array, sizes):
        """The rows of `array` as weights (networks, fan_in, fan_out) and biases (networks, 1, fan_out)."""
        views, start = [], 0
        for fan_in, fan_out in itertools.pairwise(sizes):
            for shape in ((fan_in, fan_out), (1, fan_out)):
                size = shape[0] * shape[1]
                views.append(array[:, start : start + size].reshape(len(array), *shape))
                start += size
        return views

    def _forward(self, x):
        w_1, b_1, w_2, b_2 = self._layers
        hidden = x @ w_1
        hidden += b_1
        hidden = np.maximum(hidden, 0, out=hidden) if self.relu else np.tanh(hidden, out=hidden)
        scores = hidden @ w_2
        scores += b_2
        scores -= scores.max(axis=2, keepdims=True)
        return hidden, scores

    def loss(self, x, y):
        """Mean cross-entropy and accuracy of each network on the same samples."""
        _, scores = self._forward(x)
        of_label = scores[:, np.arange(len(y)), y]
        right = (scores.argmax(axis=2) == y).mean(axis=1)
        return (np.log(np.exp(scores).sum(axis=2)) - of_label).mean(axis=1), right

    def gradient(self, x, y):
        """The loss of each network on a minibatch of its own, x (networks, batch, features), and its gradient."""
        _, _, w_2, _ = self._layers
        hidden, error = self._forward(x)
        of_label = np.take_along_axis(error, y[:, :, None], axis=2)
        np.exp(error, out=error)
        total = error.sum(axis=2, keepdims=True)
        loss = (np.log(total) - of_label).mean(axis=(1, 2))
        error /= total
        np.put_along_axis(error, y[:, :, None], np.take_along_axis(error, y[:, :, None], axis=2) - 1, axis=2)
        error /= x.shape[1]
        back = error @ w_2.transpose(0, 2, 1)
        back *= (hidden > 0) if self.relu else 1 - hidden**2
        d_w_1, d_b_1, d_w_2, d_b_2 = self._slopes
        np.matmul(x.transpose(0, 2, 1), back, out=d_w_1)
        np.sum(back, axis=1, keepdims=True, out=d_b_1)
        np.matmul(hidden.transpose(0, 2, 1), error, out=d_w_2)
        np.sum(error, axis=1, keepdims=True, out=d_b_2)
        return loss, self._gradient
