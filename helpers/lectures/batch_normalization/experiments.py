"""The same networks with and without batch normalisation: rates, starts, batch sizes, company, wrong labels."""

from dataclasses import dataclass, replace

import numpy as np

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.batch_normalization import normalize
from helpers.neural.networks import forward, train_dense

WITHOUT, WITH = 0, 1


@dataclass(frozen=True)
class Comparison:
    """Networks that differ in one setting, each trained without and with batch normalisation."""

    setting: str
    values: tuple
    accuracy: np.ndarray  # (2, values, seeds) on the validation set: without, with
    train_accuracy: np.ndarray  # likewise on the training set

    def summary(self):
        """The mean accuracy over the seeds, (2, values)."""
        return self.accuracy.mean(axis=2)


def with_and_without(data, setting, values, seeds=2, **training):
    """Train for every value of one argument of networks.train_dense; `training` holds its other arguments."""
    runs = [
        [
            [train_dense(data, seed=seed, batch_norm=on, **{setting: value}, **training) for seed in range(seeds)]
            for value in values
        ]
        for on in (False, True)
    ]
    accuracy, train_accuracy = (
        np.array([[[getattr(run, name)[-1] for run in row] for row in half] for half in runs])
        for name in ("validation_accuracy", "train_accuracy")
    )
    return Comparison(setting, tuple(values), accuracy, train_accuracy)


def fixed_deviation(deviation):
    """A weight scale that does not look at the layer, as in the first attempts of the decks."""
    return lambda fan_in, fan_out: deviation


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


def spread_in_company(batch_sizes, repeats=20_000, seed=0):
    """One sample at 1, the others standard normal: the deviation of its normalised value over random batches.

    One number a batch size; it is the noise that the layer adds to every sample.
    """
    spreads = []
    for size in batch_sizes:
        company = np.random.default_rng(seed).standard_normal((size, repeats))
        company[0] = 1
        normal, _, _ = normalize(company)
        spreads.append(normal[0].std())
    return np.array(spreads)


@dataclass(frozen=True)
class MemoryResult:
    """What networks make of training labels of which some are wrong."""

    memorised: np.ndarray  # (seeds,): share of the wrong labels that the network gives back after training
    accuracy: np.ndarray  # (seeds,) on the validation set, whose labels are right


def memory_of_wrong_labels(data, samples=400, share=0.3, hidden=(50, 50), seeds=2, **training):
    """Train on a few samples with a `share` of false labels, the same ones for every network; see MemoryResult."""
    rng = np.random.default_rng(0)
    labels = data.y_train[:samples].copy()
    wrong = rng.random(samples) < share
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, wrong.sum())) % 10
    small = replace(data, x_train=data.x_train[:samples], y_train=labels)
    memorised, accuracy = np.empty(seeds), np.empty(seeds)
    for seed in range(seeds):
        run = train_dense(small, hidden, "relu", seed=seed, **training)
        _, outputs = forward(run.layers, small.x_train[wrong], ACTIVATIONS["relu"], run.norms)
        memorised[seed] = np.mean(outputs[-1].argmax(axis=1) == labels[wrong])
        accuracy[seed] = run.validation_accuracy[-1]
    return MemoryResult(memorised, accuracy)
