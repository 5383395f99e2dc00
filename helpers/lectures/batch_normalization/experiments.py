"""The same networks with and without batch normalization: rates, starts, batch sizes, noise, wrong labels."""

from dataclasses import dataclass, replace

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.batch_normalization import normalize
from helpers.neural.networks import forward
from helpers.neural.parallel import train_parallel

WITHOUT, WITH = 0, 1


@dataclass(frozen=True)
class Comparison:
    """Networks that differ in one setting, each trained without and with batch normalization."""

    setting: str
    values: tuple
    accuracy: np.ndarray  # (2, values, seeds) on the validation set: without, with
    train_accuracy: np.ndarray  # likewise on the training set

    def summary(self):
        """The mean accuracy over the seeds, (2, values)."""
        return self.accuracy.mean(axis=2)


def with_and_without(data, setting, values, seeds=10, **training):
    """Train for every value of one argument of parallel.train_parallel; `training` holds its other arguments."""
    runs = [_side_by_side(data, setting, values, seeds, batch_norm=on, **training) for on in (False, True)]
    accuracy, train_accuracy = (
        np.array([[getattr(run, name)[:, -1] for run in half] for half in runs]).reshape(2, len(values), seeds)
        for name in ("validation_accuracy", "train_accuracy")
    )
    return Comparison(setting, tuple(values), accuracy, train_accuracy)


def _side_by_side(data, setting, values, seeds, **training):
    """The Runs of all values: rates and starts may differ from network to network, and train together."""
    if setting in ("learning_rate", "weight_scale"):
        every = [value for value in values for _ in range(seeds)]
        return [train_parallel(data, seeds=list(range(seeds)) * len(values), **{setting: every}, **training)]
    return [train_parallel(data, seeds=range(seeds), **{setting: value}, **training) for value in values]


def best_curves(data, rates, seeds=10, **training):
    """Validation accuracy by epoch without and with the layer, each side at its own best rate.

    Returns {"without": (rate, (seeds, epochs + 1)), "with": ...}; the best rate has the highest mean accuracy over all
    epochs, so that speed counts.
    """
    result = {}
    for name, on in (("without", False), ("with", True)):
        (runs,) = _side_by_side(data, "learning_rate", rates, seeds, batch_norm=on, **training)
        curves = runs.validation_accuracy.reshape(len(rates), seeds, -1)
        best = curves.mean(axis=(1, 2)).argmax()
        result[name] = (rates[best], curves[best])
    return result


def epochs_to(curve, goal):
    """The first epoch in which a curve (epochs + 1,) reaches the goal; NaN if it never does."""
    reached = np.flatnonzero(np.asarray(curve) >= goal)
    return float(reached[0]) if reached.size else float("nan")


def shaken(rng, shape):
    """Noise whose mean and size are new for every unit and every step, as Santurkar et al. (2018) tried."""
    units = (1, shape[1])
    return rng.normal(0, 0.5, units) + rng.uniform(0, 1, units) * rng.standard_normal(shape)


def fixed_scale(std):
    """A weight scale that does not look at the layer, as in the first attempts of the decks."""
    return lambda fan_in, fan_out: std


def accuracy_in_batches(run, features, labels, batch_size, activation="relu"):
    """Share of right answers of a trained network (networks.History) that keeps using batch statistics.

    The samples are cut into batches in the order in which they come.
    """
    right = 0
    for start in range(0, len(labels), batch_size):
        batch = slice(start, start + batch_size)
        _, outputs = forward(run.layers, features[batch], ACTIVATIONS[activation], run.norms, training=True)
        right += np.sum(outputs[-1].argmax(axis=1) == labels[batch])
    return right / len(labels)


def running_average(values, momentum, start):
    """What a running average shows after each of the `values` (updates,), from `start` on: (updates + 1,)."""
    averages = [start]
    for value in values:
        averages.append(momentum * averages[-1] + (1 - momentum) * value)
    return np.array(averages)


def noise_of_one_sample(batch_sizes, repeats=20_000, seed=0):
    """One sample at 1, the others standard normal: the standard deviation of its normalized value over random batches.

    One number a batch size; it is the noise that the layer adds to every sample.
    """
    spreads = []
    for size in batch_sizes:
        batch = np.random.default_rng(seed).standard_normal((size, repeats))
        batch[0] = 1
        normal, _, _ = normalize(batch)
        spreads.append(normal[0].std())
    return np.array(spreads)


@dataclass(frozen=True)
class MemoryResult:
    """What networks make of training labels of which some are wrong."""

    memorized: np.ndarray  # (seeds,): share of the wrong labels that the network gives back after training
    accuracy: np.ndarray  # (seeds,) on the validation set, whose labels are right


def memory_of_wrong_labels(data, samples=400, share=0.3, hidden=(50, 50), seeds=10, **training):
    """Train on a few samples with a `share` of false labels, the same ones for every network; see MemoryResult."""
    rng = np.random.default_rng(0)
    labels = data.y_train[:samples].copy()
    wrong = rng.random(samples) < share
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, wrong.sum())) % 10
    small = replace(data, x_train=data.x_train[:samples], y_train=labels)
    runs = train_parallel(small, hidden, seeds=range(seeds), **training)
    memorized = np.mean(runs.scores(small.x_train[wrong]).argmax(axis=2) == labels[wrong], axis=1)
    return MemoryResult(memorized, runs.validation_accuracy[:, -1])


# What shares one mean and one variance, for images (n, height, width, channels).
KINDS = {"batch": (0, 1, 2), "layer": (1, 2, 3), "instance": (1, 2), "group": (1, 2, 4)}


def normalize_images(x, kind, groups=2, epsilon=1e-5):
    """Normalize images (n, height, width, channels) as one of KINDS; group normalization in `groups` of channels."""
    shape = x.shape
    if kind == "group":
        x = x.reshape(*shape[:3], groups, shape[3] // groups)
    mean, var = (statistic(x, axis=KINDS[kind], keepdims=True) for statistic in (np.mean, np.var))
    return ((x - mean) / np.sqrt(var + epsilon)).reshape(shape)


def sharing(kind, images=4, channels=6, groups=2):
    """Which (image, channel) shares mean and variance with image 1, channel 1: booleans (images, channels)."""
    x = np.random.default_rng(0).standard_normal((images, 3, 3, channels))
    moved = x.copy()
    same = np.zeros((images, channels), dtype=bool)
    for image, channel in np.ndindex(images, channels):
        moved[image, :, :, channel] += 1
        same[image, channel] = not np.allclose(
            normalize_images(x, kind, groups)[0, 0, 0, 0], normalize_images(moved, kind, groups)[0, 0, 0, 0]
        )
        moved[image, :, :, channel] = x[image, :, :, channel]
    same[0, 0] = True  # a channel that moves as a whole does not move its own normalized values
    return same
