"""A search rehearsed: how validation accuracy answers to rate and regularization, measured once and looked up after.

Comparing ways to search needs hundreds of searches. On a surface that the engine has measured on a grid, a search costs
as good as nothing, and every way of searching meets the same landscape.
"""

import itertools
import zlib
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from helpers.neural.search import STOP_RUN, STOP_SEARCH, Run, train_many


@dataclass(frozen=True)
class ResponseSurface:
    """Learning curves over a grid of exponents; between its points they are interpolated linearly.

    A run that was broken off keeps the last loss it had, and the accuracy of guessing from there on.
    """

    rate_exponents: np.ndarray  # (rates,), ascending: log10 of the learning rate
    regularization_exponents: np.ndarray  # (regularizations,)
    losses: np.ndarray  # (rates, regularizations, epochs + 1), NaN and infinity included
    accuracies: np.ndarray  # (rates, regularizations, epochs + 1), on the validation set

    @property
    def epochs(self):
        return self.accuracies.shape[2] - 1

    def curves(self, learning_rates, regularizations):
        """Validation accuracy after 0, 1, ... epochs: (points, epochs + 1). Outside the grid its border counts."""
        axes = self.rate_exponents, self.regularization_exponents
        points = np.stack([np.log10(np.atleast_1d(learning_rates)), np.log10(np.atleast_1d(regularizations))], axis=1)
        points = np.clip(points, [axis[0] for axis in axes], [axis[-1] for axis in axes])
        return RegularGridInterpolator(axes, self.accuracies)(points)

    def at(self, epoch):
        """The surface of one epoch alone, in which many points are looked up in a tenth of the time."""
        return replace(self, losses=self.losses[:, :, [epoch]], accuracies=self.accuracies[:, :, [epoch]])

    def scores(self, learning_rates, regularizations):
        """Validation accuracy after the last epoch: (points,)."""
        return self.at(-1).curves(learning_rates, regularizations)[:, 0]

    def share_above(self, accuracy, per_axis=400):
        """The share of the searched area where the accuracy is at least this: one random trial's chance to find it."""
        exponents = [
            np.linspace(axis[0], axis[-1], per_axis) for axis in (self.rate_exponents, self.regularization_exponents)
        ]
        rates, regularizations = (10 ** grid.ravel() for grid in np.meshgrid(*exponents))
        return float(np.mean(self.scores(rates, regularizations) >= accuracy))

    def train(self, configurations, on_epoch=None):
        """What `train_many` would return, looked up. Only the validation accuracies are: all else in the Runs is 0.

        `on_epoch` is called as by `train_many`, epoch by epoch over all runs.
        """
        curves = self.curves(
            *([configuration[name] for configuration in configurations] for name in ("learning_rate", "regularization"))
        )
        nothing = np.zeros(self.epochs + 1)
        ends = [self.epochs] * len(configurations)
        for epoch, index in itertools.product(range(1, self.epochs + 1), range(len(configurations))):
            if on_epoch is None or epoch > ends[index]:
                continue
            answer = on_epoch(index, _looked_up(configurations[index], nothing, curves[index], epoch))
            if answer == STOP_RUN:
                ends[index] = epoch
            elif answer == STOP_SEARCH:
                ends = [min(end, epoch if place <= index else epoch - 1) for place, end in enumerate(ends)]
        return [
            _looked_up(configuration, nothing, curve, end, None if end == self.epochs else end)
            for configuration, curve, end in zip(configurations, curves, ends, strict=True)
        ]


@dataclass(frozen=True)
class NoisySurface(ResponseSurface):
    """A surface on which every configuration has an error of its own, as a training with another seed would have.

    The error of a configuration is always the same; its standard deviation is `noise` wherever something was learned.
    """

    noise: float = 0.01

    def curves(self, learning_rates, regularizations):
        curves = super().curves(learning_rates, regularizations)
        points = np.stack([np.atleast_1d(learning_rates), np.atleast_1d(regularizations)], axis=1)
        errors = [np.random.default_rng(zlib.crc32(point.tobytes())).standard_normal() for point in points]
        return np.clip(curves + self.noise * np.array(errors)[:, None] * (curves > 0.2), 0, 1)


def with_noise(surface, noise=0.01):
    """The same surface with an error for each configuration."""
    return NoisySurface(**vars(surface), noise=noise)


def measure_surface(pictures, rates, regularizations, per_axis=(12, 8), epochs=5, decay=1.0, **options):
    """A ResponseSurface of `per_axis` points between the (low, high) of `rates` and of `regularizations`.

    `pictures` and `options` are those of `train_many`; each point is one run of the engine, with this `decay`.
    """
    exponents = [
        np.linspace(*np.log10(ends), count) for ends, count in zip((rates, regularizations), per_axis, strict=True)
    ]
    configurations = [
        {"learning_rate": float(10**rate), "regularization": float(10**l2), "decay": decay}
        for rate, l2 in itertools.product(*exponents)
    ]
    chance = 1 / (int(pictures.y_train.max()) + 1)
    losses, accuracies = [], []
    for run in train_many(configurations, pictures, epochs=epochs, **options):
        missing = epochs + 1 - len(run.losses)
        losses.append(np.append(run.losses, np.full(missing, run.losses[-1])))
        accuracies.append(np.append(run.validation_accuracies, np.full(missing, chance)))
        if run.stopped_after:
            accuracies[-1][run.stopped_after :] = chance
    shape = (*per_axis, epochs + 1)
    return ResponseSurface(*exponents, np.reshape(losses, shape), np.reshape(accuracies, shape))


def _looked_up(configuration, losses, accuracies, epoch, stopped_after=None):
    rows = slice(epoch + 1)
    return Run(configuration, losses[rows], losses[rows], accuracies[rows], stopped_after)
