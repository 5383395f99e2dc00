"""Many runs at once, over seeds, rates and penalties: what a sentence about "a run" in general has to stand on.

The networks of a stack have one shape. Each draws its own weights and its own minibatches from its own seed, and their
matrices are multiplied side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

BATCH, HIDDEN, TINY = 100, 50, 1e-4
TOGETHER = 10  # runs in one stack: few enough for their arrays to stay in the processor's cache


@dataclass(frozen=True)
class Stack:
    """What became of the runs; a run that exploded holds NaN or infinity from there on. Columns are readings."""

    update: np.ndarray  # (readings,)
    train_loss: np.ndarray  # (runs, readings)
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray
    ratios: np.ndarray  # (runs, readings, 2): length of the last update over length of the weights, by layer
    weights: list  # the four arrays at the end, a run each
    start: list  # and at the start

    @property
    def diverged(self):
        """Which runs are not finite at the end: (runs,)."""
        return ~(np.isfinite(self.train_loss[:, -1]) & (self.train_loss[:, -1] < 1e4))

    def ending(self, what="validation_loss", readings=5):
        """The median over the last readings, (runs,); infinite for a run that exploded."""
        values = np.median(getattr(self, what)[:, -readings:], axis=1)
        return np.where(self.diverged, np.inf, values)


_BY_RUN = ("train_loss", "validation_loss", "validation_accuracy", "ratios")


def train_stack(
    data,
    rates,
    seeds,
    updates=600,
    *,
    schedule=None,
    regularization=0.0,
    optimizer="sgd",
    scale=TINY,
    hidden=HIDDEN,
    batch=BATCH,
    clip=None,
    pictures=None,
    by_class=False,
    every=50,
    measured=1000,
):
    """Train a two-layer ReLU network for each pair of `rates` and `seeds`; return a Stack.

    `schedule(update)` multiplies all rates; `regularization` and `scale` (the first standard deviation) are numbers or
    one a run. `optimizer`: "sgd", "momentum" (0.9) or "adam". `clip` is the largest norm of a gradient over all four
    arrays. `pictures` leaves only so many of the training pictures. `by_class`: no random minibatches, but one after
    the other through the pictures sorted by class.
    """
    columns = (rates, seeds, regularization, scale)
    rates, seeds, regularization, scale = np.broadcast_arrays(*map(np.atleast_1d, columns))
    options = {"schedule": schedule, "optimizer": optimizer, "hidden": hidden, "batch": batch, "clip": clip}
    options |= {"pictures": pictures, "by_class": by_class, "every": every, "measured": measured}
    parts = []
    for first in range(0, len(rates), TOGETHER):
        part = slice(first, first + TOGETHER)
        parts.append(_train(data, rates[part], seeds[part], updates, regularization[part], scale[part], **options))
    together = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _BY_RUN}
    arrays = (
        [np.concatenate(arrays) for arrays in zip(*(getattr(part, name) for part in parts), strict=True)]
        for name in ("weights", "start")
    )
    return Stack(parts[0].update, *together.values(), *arrays)


def _train(
    data, rates, seeds, updates, l2, scales, *,
    schedule, optimizer, hidden, batch, clip, pictures, by_class, every, measured,
):  # fmt: skip
    count, d = len(rates), data.x_train.shape[1]
    x_train, y_train = data.x_train[:pictures], data.y_train[:pictures]
    parameters = [np.empty((count, d, hidden), np.float32), np.zeros((count, 1, hidden), np.float32)]
    parameters += [np.empty((count, hidden, 10), np.float32), np.zeros((count, 1, 10), np.float32)]
    generators = [np.random.default_rng([int(seed), 1]) for seed in seeds]
    for run, seed in enumerate(seeds):
        rng = np.random.default_rng([int(seed), 0])
        parameters[0][run] = scales[run] * rng.standard_normal((d, hidden))
        parameters[2][run] = scales[run] * rng.standard_normal((hidden, 10))
    start = [array.copy() for array in parameters]
    ordered = np.argsort(y_train, kind="stable")
    state = [(np.zeros_like(array), np.zeros_like(array)) for array in parameters]
    ratios = np.zeros((count, 2))
    readings = []
    with np.errstate(all="ignore"), threadpool_limits(1, "blas"):
        readings.append(_read(data, parameters, ratios, measured))
        for update in range(updates):
            if by_class:
                picked = np.tile(ordered[(update * batch + np.arange(batch)) % len(ordered)], (count, 1))
            else:
                picked = np.stack([generator.integers(0, len(x_train), batch) for generator in generators])
            slopes = _slopes(parameters, x_train[picked], y_train[picked])
            for place in (0, 2):
                slopes[place] += _column(l2) * parameters[place]
            if clip is not None:
                lengths = np.sqrt(sum(np.sum(slope.astype(float) ** 2, axis=(1, 2)) for slope in slopes))
                shrink = _column(np.minimum(1, clip / np.maximum(lengths, 1e-30)))
                slopes = [slope * shrink for slope in slopes]
            now = rates * (schedule(update) if schedule else 1.0)
            steps = [_step(optimizer, slope, kept, now, update) for slope, kept in zip(slopes, state, strict=True)]
            if (update + 1) % every == 0:
                ratios = np.stack([_lengths(steps[p]) / _lengths(parameters[p]) for p in (0, 2)], axis=1)
            for array, step in zip(parameters, steps, strict=True):
                array -= step
            if (update + 1) % every == 0:
                readings.append(_read(data, parameters, ratios, measured))
    columns = [np.stack(column, axis=1) for column in zip(*readings, strict=True)]
    return Stack(np.arange(len(readings)) * every, *columns, parameters, start)


def _slopes(parameters, x, y):
    """The gradient of the mean cross-entropy of every run in its four arrays."""
    w1, b1, w2, b2 = parameters
    hidden = np.maximum(x @ w1 + b1, 0)
    error = _softmax(hidden @ w2 + b2)
    np.put_along_axis(error, y[:, :, None], np.take_along_axis(error, y[:, :, None], 2) - 1, 2)
    error /= np.float32(y.shape[1])
    inner = (error @ w2.transpose(0, 2, 1)) * (hidden > 0)
    return [
        x.transpose(0, 2, 1) @ inner,
        inner.sum(axis=1, keepdims=True),
        hidden.transpose(0, 2, 1) @ error,
        error.sum(axis=1, keepdims=True),
    ]


def _step(optimizer, slope, kept, rates, update):
    first, second = kept
    if optimizer == "momentum":
        first *= np.float32(0.9)
        first += slope
        slope = first
    elif optimizer == "adam":
        first += np.float32(0.1) * (slope - first)
        second += np.float32(0.001) * (slope**2 - second)
        corrected = np.sqrt(second / np.float32(1 - 0.999 ** (update + 1))) + np.float32(1e-8)
        slope = first / np.float32(1 - 0.9 ** (update + 1)) / corrected
    return _column(rates) * slope


def _read(data, parameters, ratios, measured):
    train = _measured(data.x_train[:measured], data.y_train[:measured], parameters)
    validation = _measured(data.x_validation[:measured], data.y_validation[:measured], parameters)
    return train[0], validation[0], validation[1], ratios


def _measured(x, y, parameters):
    """Mean cross-entropy and accuracy of every run on the same pictures."""
    w1, b1, w2, b2 = parameters
    scores = np.maximum(x @ w1 + b1, 0) @ w2 + b2
    largest = scores.max(axis=2, keepdims=True)
    totals = largest[:, :, 0] + np.log(np.exp(scores - largest).sum(axis=2))
    rows = np.arange(len(y))
    return (totals - scores[:, rows, y]).mean(axis=1), (scores.argmax(axis=2) == y).mean(axis=1)


def _softmax(scores):
    scores = np.exp(scores - scores.max(axis=2, keepdims=True))
    return scores / scores.sum(axis=2, keepdims=True)


def _lengths(array):
    return np.sqrt(np.sum(array.astype(float) ** 2, axis=(1, 2)))


def _column(numbers):
    return np.asarray(numbers)[:, None, None].astype(np.float32)
