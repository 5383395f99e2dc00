"""One run of a small network, watched closely: the checklist of lecture 10 on the network 3072-50-10.

Pictures keep their raw scale of 0 to 255, minus the mean picture of the training set, and weights start normal with
standard deviation 1e-4, as in the decks. That is why the learning rates are small.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from joblib import cpu_count
from threadpoolctl import ThreadpoolController

from helpers.datasets import Pictures
from helpers.neural.activations import ACTIVATIONS, softmax
from helpers.neural.networks import forward, gradients, initial_layers, loss
from helpers.neural.signal import fixed, he

RELU = ACTIVATIONS["relu"]
HIDDEN, CLASSES, BATCH = 50, 10, 100
TINY = fixed(1e-4)  # the standard deviation of the first weights
EPOCH = 490  # updates in an epoch of the decks: 49 000 pictures in batches of 100
_threads = ThreadpoolController()


def prepared(pictures):
    """Colour pictures (datasets.ColourPictures) as rows of float32 minus the mean picture of the training set."""
    parts = [part.reshape(len(part), -1).astype(np.float32) for part in (pictures.x_train, pictures.x_validation)]
    mean = parts[0].mean(axis=0)
    x_train, x_validation = (part - mean for part in parts)
    x_test = pictures.x_test.reshape(len(pictures.x_test), -1).astype(np.float32) - mean
    return Pictures(
        *(pictures.name, x_train, pictures.y_train, x_validation, pictures.y_validation, x_test, pictures.y_test)
    )


def first(data, count):
    """The first `count` training pictures as a data set that validates on what it trains on."""
    x, y = data.x_train[:count], data.y_train[:count]
    return Pictures(data.name, x, y, x, y, data.x_test, data.y_test)


@dataclass(frozen=True)
class Reading:
    """What the instruments show after some update; losses are without the penalty."""

    update: int
    learning_rate: float
    regularization: float
    train_loss: float
    validation_loss: float
    train_accuracy: float
    validation_accuracy: float
    penalty: float  # regularization / 2 * sum of the squared weights
    ratios: tuple  # one number a layer: length of the last update of the weights over the length of the weights
    dead: float  # share of hidden units that are 0 for every measured training picture

    @property
    def diverged(self):
        return not (np.isfinite(self.train_loss) and np.isfinite(self.validation_loss))


@dataclass(frozen=True)
class Log:
    """Readings, one after the other, as columns: `log.train_loss` is an array (readings,)."""

    readings: tuple

    def __getattr__(self, column):
        if column.startswith("__"):
            raise AttributeError(column)
        return np.array([getattr(reading, column) for reading in self.readings])


class Training:
    """A run of plain minibatch gradient descent that can be continued, with a rate that may change on the way.

    `learning_rate` and `regularization` are read before every update. `schedule`, a function of the number of updates
    made so far, sets the rate if it is given. `order` is "random" (each batch drawn with replacement), "all" (every
    step sees all pictures), or "sorted" (batches in turn through the pictures sorted by class).
    """

    def __init__(
        self,
        data,
        learning_rate=3e-4,
        regularization=0.0,
        hidden=(HIDDEN,),
        weight_scale=TINY,
        batch_size=BATCH,
        schedule=None,
        order="random",
        seed=0,
        measured=1000,
    ):
        self.data, self.learning_rate, self.regularization = data, learning_rate, regularization
        self.batch_size, self.schedule, self.measured = batch_size, schedule, measured
        start, self._rng = np.random.default_rng(seed).spawn(2)
        sizes = (data.x_train.shape[1], *hidden, CLASSES)
        self.layers = initial_layers(sizes, start, weight_scale, dtype=data.x_train.dtype)
        self.updates = 0
        self.ratios = (0.0,) * len(self.layers)
        self._batches = {"random": self._drawn, "all": lambda: slice(None), "sorted": self._in_turn}[order]
        self._sorted = np.argsort(data.y_train, kind="stable")

    def advance(self, updates=1):
        """Make some updates."""
        # An explosion is a result here, not an accident; and the matrices are too small to be shared among threads.
        with np.errstate(over="ignore", invalid="ignore"), _threads.limit(limits=1, user_api="blas"):
            for left in reversed(range(updates)):
                self._update(measure=not left)

    def _update(self, measure):
        if self.schedule is not None:
            self.learning_rate = self.schedule(self.updates)
        rate, batch = self.learning_rate, self._batches()
        x, y = self.data.x_train[batch], self.data.y_train[batch]
        slopes = gradients(self.layers, x, y, RELU, self.regularization)
        if measure:
            self.ratios = tuple(
                rate * _length(slope) / max(_length(weights), np.finfo(float).tiny)
                for (weights, _), (slope, _) in zip(self.layers, slopes, strict=True)
            )
        for arrays, in_layer in zip(self.layers, slopes, strict=True):
            for array, slope in zip(arrays, in_layer, strict=True):
                array -= array.dtype.type(rate) * slope
        self.updates += 1

    def read(self):
        """Read all instruments, on at most `measured` pictures of each part."""
        some = slice(self.measured)
        with np.errstate(over="ignore", invalid="ignore"), _threads.limit(limits=1, user_api="blas"):
            x, y = self.data.x_train[some], self.data.y_train[some]
            *hidden, scores = forward(self.layers, x, RELU)[1]
            y_validation = self.data.y_validation[some]
            validation_scores = forward(self.layers, self.data.x_validation[some], RELU)[1][-1]
            return Reading(
                self.updates,
                self.learning_rate,
                self.regularization,
                loss(scores, y),
                loss(validation_scores, y_validation),
                float(np.mean(scores.argmax(axis=1) == y)),
                float(np.mean(validation_scores.argmax(axis=1) == y_validation)),
                0.5 * self.regularization * sum(_length(weights) ** 2 for weights, _ in self.layers),
                self.ratios,
                float(np.mean([np.all(layer == 0, axis=0).mean() for layer in hidden])),
            )

    def watch(self, updates, every):
        """Make updates and read the instruments before the first and after every `every` of them; return the Log.

        A run that has diverged is not continued: the readings that are missing repeat its last one.
        """
        readings = [self.read()]
        for _ in range(updates // every):
            if not readings[-1].diverged:
                self.advance(every)
            readings.append(self.read())
        return Log(tuple(readings))

    def _drawn(self):
        return self._rng.integers(0, len(self.data.x_train), self.batch_size)

    def _in_turn(self):
        n = len(self._sorted)
        return self._sorted[(self.updates * self.batch_size + np.arange(self.batch_size)) % n]


def _length(array):
    return float(np.linalg.norm(array))


def watch_together(trainings, updates, every):
    """{name: Log} of {name: Training}, watched side by side, as many at a time as there are cores.

    Each log is the one that `watch` gives.
    """
    with _threads.limit(limits=1, user_api="blas"), ThreadPoolExecutor(cpu_count()) as pool:
        logs = pool.map(lambda training: training.watch(updates, every), trainings.values())
        return dict(zip(trainings, logs, strict=True))


def diagnosis(losses):
    """What a curve of losses says about the learning rate: "too low", "good", "too high" or "diverged"."""
    if not np.isfinite(losses).all():
        return "diverged"
    change = losses[-1] / losses[0] - 1
    return "too high" if change > 0 else "too low" if change > -0.01 else "good"


def probabilities(training, rows):
    """What softmax makes of the scores for some training pictures, (rows, classes)."""
    return softmax(forward(training.layers, training.data.x_train[rows], RELU)[1][-1].astype(float))


def with_scores_times(training, factor):
    """Loss and accuracy on the training pictures, if all scores were this many times as large."""
    scores = factor * forward(training.layers, training.data.x_train, RELU)[1][-1].astype(float)
    labels = training.data.y_train
    return loss(scores, labels), float(np.mean(scores.argmax(axis=1) == labels))


# A gallery of loss curves: what was done to a run that should have been like "good".

GALLERY = {
    "rate 1e-5": {"learning_rate": 1e-5},
    "rate 2e-4": {"learning_rate": 2e-4},
    "rate 1e-3": {"learning_rate": 1e-3},
    "rate 2.5e-3": {"learning_rate": 2.5e-3},
    "rate 6e-3": {"learning_rate": 6e-3},
    "He weights": {"learning_rate": 3e-4, "weight_scale": he},
    "weights of zero": {"learning_rate": 1e-3, "weight_scale": fixed(0.0)},
    "200 images": {"learning_rate": 1e-3, "pictures": 200},
    "sorted by class": {"learning_rate": 1e-3, "order": "sorted"},
}


def gallery(data, settings=GALLERY, updates=500, every=20, seed=0):
    """Train once for each of `settings` ({title: arguments of Training}) and return {title: Log}."""
    trainings = {}
    for title, setting in settings.items():
        arguments = {"seed": seed, "measured": 500} | setting
        pictures = arguments.pop("pictures", None)
        part = data
        if pictures:
            part = replace(data, x_train=data.x_train[:pictures], y_train=data.y_train[:pictures])
        trainings[title] = Training(part, **arguments)
    return watch_together(trainings, updates, every)


# The gradient check.

FAULTS = ("none", "penalty not in the gradient", "a sum in place of the mean", "ReLU forgotten in the backward pass")


def gradient_errors(fault="none", step=1e-5, central=True, dtype=float, regularization=0.1, seed=0):
    """Relative errors |a - n| / max(|a|, |n|) of the analytic derivatives a of a small network (8-6-3, 20 samples)
    against difference quotients n, one for each weight and bias: an array (75,). `fault` spoils the analytic ones."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(20, 8)).astype(dtype), rng.integers(0, 3, 20)
    layers = initial_layers((8, 6, 3), rng, he, dtype=dtype)

    def objective():
        penalty = sum(np.sum(weights**2) for weights, _ in layers)
        return loss(forward(layers, x, RELU)[1][-1], y) + 0.5 * regularization * float(penalty)

    here, errors = objective(), []
    slopes = _spoiled(fault, layers, x, y, regularization)
    for array, analytic in zip(sum(layers, ()), sum(slopes, ()), strict=True):
        for place in np.ndindex(array.shape):
            before = array[place]
            array[place] = before + dtype(step)
            above = objective()
            array[place] = before - dtype(step)
            below = objective()
            array[place] = before
            numerical = (above - below) / (2 * step) if central else (above - here) / step
            largest = max(abs(numerical), abs(analytic[place]), 1e-12)
            errors.append(abs(numerical - analytic[place]) / largest)
    return np.array(errors)


def _spoiled(fault, layers, x, y, regularization):
    if fault == "penalty not in the gradient":
        return gradients(layers, x, y, RELU)
    activation = RELU
    if fault == "ReLU forgotten in the backward pass":
        activation = replace(RELU, derivative=np.ones_like)
    slopes = gradients(layers, x, y, activation, regularization)
    if fault == "a sum in place of the mean":
        return [(len(y) * in_weights, len(y) * in_bias) for in_weights, in_bias in slopes]
    return slopes


# What a run looks like from inside.


def first_layers(data, learning_rate, moments, seed=0):
    """The weights of the first layer after so many updates: {"update 0": (pixels, hidden), ...}."""
    training, seen = Training(data, learning_rate, seed=seed), {}
    for moment in moments:
        training.advance(moment - training.updates)
        seen[f"update {moment}"] = training.layers[0][0].copy()
    return seen


def range_test(data, low=1e-5, high=3e-2, updates=300, every=5, seed=0):
    """A run in which the rate rises by the same factor at every update (Smith 2017): rates and training losses."""
    log = Training(
        data, low, schedule=lambda step: low * (high / low) ** (step / updates), seed=seed, measured=500
    ).watch(updates, every)
    return log.learning_rate, log.train_loss


def on_a_parabola(rate, curvature=1.0, start=2.0, steps=8):
    """The positions of gradient descent on curvature / 2 * w^2: (steps + 1,)."""
    return start * (1 - rate * curvature) ** np.arange(steps + 1)


# Runs whose curves are to be diagnosed before it is said what was done to them.
UNSEEN = {
    "weights of 0.02, rate 1e-2": {"learning_rate": 1e-2, "weight_scale": fixed(0.02)},
    "rate 1e-5": {"learning_rate": 1e-5},
    "He weights, rate 1e-4": {"learning_rate": 1e-4, "weight_scale": he},
    "rate 1e-2": {"learning_rate": 1e-2},
    "rate 1e-3": {"learning_rate": 1e-3},
    "rate 1e-4": {"learning_rate": 1e-4},
}
