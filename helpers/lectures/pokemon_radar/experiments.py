"""What lecture 12 runs: one table, split anew in every draw, and networks that are trained side by side on it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from joblib import cpu_count
from threadpoolctl import threadpool_limits

from helpers.datasets import find
from helpers.datasets.radar import radar
from helpers.neural.networks import initial_layers
from helpers.neural.optimizers import RULES
from helpers.neural.signal import xavier

TEST, VALIDATION = 368, 368  # rows; 1100 are left to train
DRAWS = 10  # of the split and the first weights, in the lecture
EPSILON = 1e-3  # of batch normalization, as in Keras
KEEPS = 0.9  # share of the past that the running averages keep


# --- The table --------------------------------------------------------------------------------------------------------


@cache
def table(world=0):
    """Features (1836, 200) and labels 0 to 4 of a generated table; "real" is the deck's own, where it is present."""
    if world == "real":
        rows = np.genfromtxt(find("pokemon_radar"), delimiter=",", skip_header=1)
        return rows[:, :-1], rows[:, -1].astype(int)
    made = radar(world=world)
    return made.features, np.searchsorted(np.unique(made.ids), made.ids)


@cache
def parts(world=0):
    """The rows of the test set, drawn once and for all, and the other rows; both in proportion to the classes."""
    return _divided(np.arange(len(table(world)[1])), TEST, world, np.random.default_rng(2012))


def split(draw, world=0):
    """Rows to validate with and rows to train on, drawn anew for each `draw`; the test rows are in neither."""
    return _divided(parts(world)[1], VALIDATION, world, np.random.default_rng([12, draw]))


def _divided(rows, count, world, rng):
    """`count` of the rows, each class in proportion, and the rest."""
    rows = rng.permutation(rows)
    rows = rows[np.argsort(table(world)[1][rows], kind="stable")]
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[np.linspace(0, len(rows) - 1, count).round().astype(int)] = True
    return rows[chosen], rows[~chosen]


@dataclass(frozen=True)
class Data:
    """Standardized features and labels of one draw, float32; the statistics are those of the training rows."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@cache
def data(draw=0, world=0) -> Data:
    features, labels = table(world)
    (validation, train), test = split(draw, world), parts(world)[0]
    mean, std = features[train].mean(axis=0), features[train].std(axis=0)
    std[std == 0] = 1  # columns that are constant in the training rows
    found = []
    for rows in (train, validation, test):
        found += [((features[rows] - mean) / std).astype(np.float32), labels[rows]]
    return Data(*found)


def nearest_neighbor(draw=0, world=0, scaled=True, part="validation") -> float:
    """Accuracy of one nearest neighbor."""
    from sklearn.neighbors import KNeighborsClassifier

    features, labels = table(world)
    (validation, train), test = split(draw, world), parts(world)[0]
    rows = test if part == "test" else validation
    if scaled:
        own = data(draw, world)
        x_train, x = own.x_train, own.x_test if part == "test" else own.x_validation
    else:
        x_train, x = features[train], features[rows]
    with threadpool_limits(1):
        model = KNeighborsClassifier(1, algorithm="brute").fit(x_train, labels[train])
        return float(model.score(x, labels[rows]))


@cache
def forest(draw=0, world=0, part="validation") -> float:
    """Accuracy of a forest with scikit-learn's defaults, on columns as they come."""
    features, labels = table(world)
    rows = parts(world)[0] if part == "test" else split(draw, world)[0]
    return float(np.mean(_grown(draw, world).predict(features[rows]) == labels[rows]))


@cache
def _grown(draw, world):
    from sklearn.ensemble import ExtraTreesClassifier

    features, labels = table(world)
    train = split(draw, world)[1]
    return ExtraTreesClassifier(random_state=draw).fit(features[train], labels[train])


# --- The network ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Config:
    """One way to build and train the network. The defaults are the deck's first model, with fewer units."""

    loss: str = "cross-entropy"  # or "squared error"
    rate: float = 0.01
    activation: str = "sigmoid"  # or "relu", "tanh"
    rule: str = "SGD"  # a name of helpers.neural.optimizers.RULES
    l2: float = 0.0  # times the sum of squared weights, as Keras adds it
    dropout: float = 0.0
    batch_norm: bool = False
    class_weights: bool = False
    hidden: tuple = (32, 32)
    batch: int = 32
    epochs: int = 20

    def but(self, **changes) -> Config:
        return replace(self, **changes)


@dataclass(frozen=True)
class Curves:
    """Of one network: loss and accuracy after each epoch, (epochs,), and what it gets right of the test rows.

    The test accuracy belongs to the last epoch. It is there to be looked at once, when nothing is left to decide.
    """

    train_loss: np.ndarray
    train_accuracy: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray
    test_accuracy: float
    confusion: np.ndarray  # (classes, classes): validation rows by true and predicted class, after the last epoch


_known: dict = {}


def runs(config: Config, draws: Sequence[int] = range(DRAWS), world=0) -> list[Curves]:
    """The curves of a configuration in several draws."""
    board([config], draws, world)
    return [_known[config, draw, world] for draw in draws]


def board(configs: Sequence[Config], draws: Sequence[int] = range(DRAWS), world=0) -> dict:
    """Train all configurations in all draws, those that are not known yet; {config: [Curves of each draw]}."""
    wanted = dict.fromkeys(configs)
    missing = [config for config in wanted if any((config, draw, world) not in _known for draw in draws)]
    # The networks of one group share one array: what they compute with is the same, but for rates and penalties.
    alike = itertools.groupby(sorted(missing, key=_structure), key=_structure)
    groups = [list(group) for _, group in alike]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(cpu_count(), len(groups) or 1)) as pool:
        for group, found in zip(groups, pool.map(lambda group: _train(group, draws, world), groups), strict=True):
            pairs = itertools.product(group, draws)
            _known.update({(config, draw, world): curves for (config, draw), curves in zip(pairs, found, strict=True)})
    return {config: [_known[config, draw, world] for draw in draws] for config in configs}


def _structure(config):
    return (
        *(config.loss, config.activation, config.rule, config.batch_norm, config.class_weights, config.dropout > 0),
        *(config.hidden, config.batch, config.epochs),
    )


ACTIVATIONS = {
    "sigmoid": (lambda s: 1 / (1 + np.exp(-s)), lambda out: out * (1 - out)),
    "tanh": (np.tanh, lambda out: 1 - out**2),
    "relu": (lambda s: np.maximum(s, 0), lambda out: out > 0),
}


class _Networks:
    """Several networks of one structure; the parameters of each are a row of `weights`."""

    def __init__(self, config, starts, dropout):
        self.config, self.dropout = config, dropout
        layers = len(config.hidden) + 1
        arrays = [[array for layer in start for array in layer] for start in starts]
        if config.batch_norm:
            scales = [array for units in config.hidden for array in (np.ones(units), np.zeros(units))]
            arrays = [[*one, *scales] for one in arrays]
            self.running = [
                [np.zeros((len(starts), 1, units), np.float32), np.ones((len(starts), 1, units), np.float32)]
                for units in config.hidden
            ]
        self.weights = np.array([np.concatenate([array.ravel() for array in one]) for one in arrays], np.float32)
        self.gradient = np.zeros_like(self.weights)
        self.views, self.slopes = (self._views(of, arrays[0]) for of in (self.weights, self.gradient))
        # L2 is for the weights of the layers, not for biases, scales and shifts.
        self.penalized = np.concatenate(
            [np.full(array.size, array.ndim == 2 and place < 2 * layers) for place, array in enumerate(arrays[0])]
        ).astype(np.float32)

    @staticmethod
    def _views(of, arrays):
        views, start = [], 0
        for array in arrays:
            shape = array.shape if array.ndim == 2 else (1, array.size)
            views.append(of[:, start : start + array.size].reshape(len(of), *shape))
            start += array.size
        return views

    def forward(self, x, draw=None):
        """Scores, what the last layer got and, for each hidden layer, what its gradient needs.

        In training, `draw(samples, units)` gives a uniform number for each output of each network.
        """
        function = ACTIVATIONS[self.config.activation][0]
        kept, last = [], len(self.config.hidden)
        for layer in range(last):
            sums = x @ self.views[2 * layer] + self.views[2 * layer + 1]
            normal = spread = mask = None
            if self.config.batch_norm:
                mean, variance = self.running[layer]
                if draw:
                    mean, variance = sums.mean(axis=1, keepdims=True), sums.var(axis=1, keepdims=True)
                    for running, now in zip(self.running[layer], (mean, variance), strict=True):
                        running *= KEEPS
                        running += (1 - KEEPS) * now
                spread = np.sqrt(variance + EPSILON)
                normal = (sums - mean) / spread
                gamma, beta = self.views[2 * last + 2 + 2 * layer : 2 * last + 4 + 2 * layer]
                sums = gamma * normal + beta
            out = function(sums)
            dropped = out
            if draw and self.config.dropout:
                mask = (draw(*out.shape[1:]) >= self.dropout) / (1 - self.dropout)
                dropped = out * mask
            kept.append((x, out, normal, spread, mask))
            x = dropped
        return x @ self.views[2 * last] + self.views[2 * last + 1], x, kept

    def slope(self, x, y, weights, draw):
        """The gradient of the mean loss of a batch, x (networks, batch, features), written into `gradient`."""
        derivative, last = ACTIVATIONS[self.config.activation][1], len(self.config.hidden)
        scores, below, kept = self.forward(x, draw)
        error = _softmax(scores)
        hot = np.eye(scores.shape[2], dtype=np.float32)[y]
        if self.config.loss == "cross-entropy":
            error -= hot
        else:  # squared error: the mean over the classes too, as Keras does
            of_output = 2 / scores.shape[2] * (error - hot)
            error *= of_output - (of_output * error).sum(axis=2, keepdims=True)
        if weights is not None:
            error *= np.take_along_axis(weights, y, axis=1)[:, :, None]
        error /= x.shape[1]
        for layer in reversed(range(last + 1)):
            if layer < last:
                below, out, normal, spread, mask = kept[layer]
                if mask is not None:
                    error = error * mask
                error = error * derivative(out)
                if normal is not None:
                    place = 2 * last + 2 + 2 * layer
                    np.sum(error * normal, axis=1, keepdims=True, out=self.slopes[place])
                    np.sum(error, axis=1, keepdims=True, out=self.slopes[place + 1])
                    error = error * self.views[place]
                    error -= error.mean(axis=1, keepdims=True) + normal * (error * normal).mean(axis=1, keepdims=True)
                    error /= spread
            np.matmul(below.transpose(0, 2, 1), error, out=self.slopes[2 * layer])
            np.sum(error, axis=1, keepdims=True, out=self.slopes[2 * layer + 1])
            if layer:
                error = error @ self.views[2 * layer].transpose(0, 2, 1)

    def measured(self, x, y):
        """Mean cross-entropy and accuracy of each network on rows of its own."""
        scores = self.forward(x)[0]
        scores -= scores.max(axis=2, keepdims=True)
        of_label = np.take_along_axis(scores, y[:, :, None], axis=2)[:, :, 0]
        losses = np.log(np.exp(scores).sum(axis=2)) - of_label
        return losses.mean(axis=1), (scores.argmax(axis=2) == y).mean(axis=1)


def _softmax(scores):
    scores = np.exp(scores - scores.max(axis=2, keepdims=True))
    return scores / scores.sum(axis=2, keepdims=True)


def class_weights(labels):
    """A weight for each class, so that all classes together count the same."""
    counts = np.bincount(labels)
    return (len(labels) / (len(counts) * counts)).astype(np.float32)


def _train(group, draws, world):
    """The Curves of each configuration (outer) in each draw (inner). All are of one structure."""
    config, rule, count = group[0], RULES[group[0].rule], len(group) * len(draws)
    own = [data(draw, world) for draw in draws]
    sizes = (own[0].x_train.shape[1], *config.hidden, int(own[0].y_train.max()) + 1)
    starts = [initial_layers(sizes, np.random.default_rng([draw, 0]), xavier, dtype=np.float32) for draw in draws]
    every = np.tile(np.arange(len(draws)), len(group))  # the draw of each network

    def column(values):
        return np.repeat(np.array(values, np.float32), len(draws))

    networks = _Networks(config, [starts[i] for i in every], column([one.dropout for one in group])[:, None, None])
    state = rule.state_like(networks.weights)
    rates, penalties = column([one.rate for one in group])[:, None], 2 * column([one.l2 for one in group])[:, None]
    x, y = (np.array([getattr(one, name) for one in own]) for name in ("x_train", "y_train"))
    weights = np.array([class_weights(one.y_train) for one in own])[every] if config.class_weights else None
    # A network meets the same batches, and loses the same units, whatever is trained beside it.
    orders, masks = ([np.random.default_rng([draw, kind]) for draw in draws] for kind in (1, 2))

    def uniform(samples, units):
        return np.array([one.random((samples, units), np.float32) for one in masks])[every]

    def of(part):
        return [np.array([getattr(one, f"{a}_{part}") for one in own])[every] for a in "xy"]

    train, validation = of("train"), of("validation")
    rows, step = [], 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a run that explodes is a result
        for _ in range(config.epochs):
            order = np.array([one.permutation(x.shape[1]) for one in orders])
            for first in range(0, x.shape[1], config.batch):
                now = order[every, first : first + config.batch]
                networks.slope(x[every[:, None], now], y[every[:, None], now], weights, uniform)
                if penalties.any():
                    networks.gradient += penalties * networks.penalized * networks.weights
                step += 1
                rule.step(networks.weights, state, networks.gradient, rates, step)
            rows.append([*networks.measured(*train), *networks.measured(*validation)])
        test = networks.measured(*of("test"))[1]
        said = networks.forward(validation[0])[0].argmax(axis=2)
    found = np.nan_to_num(np.array(rows, dtype=float), nan=np.inf)  # (epochs, 4, networks)
    counted = np.zeros((count, sizes[-1], sizes[-1]), dtype=int)
    for network, draw in enumerate(every):
        np.add.at(counted[network], (own[draw].y_validation, said[network]), 1)
    return [Curves(*found[:, :, network].T, float(test[network]), counted[network]) for network in range(count)]


# --- The investigation ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """A change beside the best so far, in the same draws: validation accuracies, and what the change gains in each."""

    before: np.ndarray  # (draws,)
    after: np.ndarray

    @property
    def gains(self):
        return self.after - self.before

    @property
    def error(self) -> float:
        """The standard error of the mean gain."""
        return float(np.std(self.gains, ddof=1) / np.sqrt(len(self.gains)))

    @property
    def kept(self) -> bool:
        """A change is kept when it gains more than twice the standard error of its gain."""
        return bool(self.gains.mean() > 2 * self.error)


def accuracies(config: Config, draws: Sequence[int] = range(DRAWS), world=0) -> np.ndarray:
    """Validation accuracy after the last epoch, one number a draw."""
    return np.array([curves.validation_accuracy[-1] for curves in runs(config, draws, world)])


def compared(before: Config, after: Config, draws: Sequence[int] = range(DRAWS), world=0) -> Comparison:
    return Comparison(accuracies(before, draws, world), accuracies(after, draws, world))


def best_of(configs: Sequence[Config], draws: Sequence[int] = range(DRAWS), world=0) -> Config:
    """The configuration with the highest mean validation accuracy; the first one among equals."""
    if len(configs) == 1:
        return configs[0]  # nothing to choose
    return max(board(configs, draws, world), key=lambda config: accuracies(config, draws, world).mean())


def at_rates(config: Config, rates: Sequence[float]) -> list[Config]:
    return [config.but(rate=rate) for rate in rates]


def stopped_early(curves: Curves, patience=3):
    """(epochs trained, validation accuracy) when training ends after `patience` epochs without a new lowest loss.

    The weights are those of the epoch with the lowest validation loss.
    """
    best, waited = 0, 0
    for epoch, value in enumerate(curves.validation_loss):
        best, waited = (epoch, 0) if value < curves.validation_loss[best] or epoch == 0 else (best, waited + 1)
        if waited == patience:
            break
    return epoch + 1, float(curves.validation_accuracy[best])


def batches_of_the_deck(batch_size, rows):
    """How many batches the deck's generator goes through in a pass: floor(batch_size / rows)."""
    return batch_size // rows


def confusion(config: Config, draws: Sequence[int] = range(DRAWS), world=0) -> np.ndarray:
    """How often a validation row of a class (row) is predicted as a class (column), over all draws."""
    return np.sum([curves.confusion for curves in runs(config, draws, world)], axis=0)


def final(config: Config, draws: Sequence[int] = range(DRAWS), world=0) -> np.ndarray:
    """Test accuracy in each draw."""
    return np.array([curves.test_accuracy for curves in runs(config, draws, world)])


def finals(first: Config, best: Config, draws: Sequence[int] = range(DRAWS), world=0) -> dict:
    """Test accuracies of everything that the lecture compares at its end."""
    return {
        "nearest neighbor, raw": [nearest_neighbor(draw, world, scaled=False, part="test") for draw in draws],
        "nearest neighbor, standardized": [nearest_neighbor(draw, world, part="test") for draw in draws],
        "first network": final(first, draws, world),
        "best network": final(best, draws, world),
        "forest": [forest(draw, world, part="test") for draw in draws],
    }


# The stations of the investigation, by the names that the board shows.
FIRST = Config()
TUNED = FIRST.but(rate=1.0)
RELU = FIRST.but(activation="relu", rate=0.1)
ADAM = RELU.but(rule="Adam", rate=0.003)
PENALTY = ADAM.but(l2=0.01)
NAMED = {
    "first model": FIRST,
    "squared error": FIRST.but(loss="squared error", rate=1.0),
    "sigmoid, rate 1": TUNED,
    "ReLU, rate 0.1": RELU,
    "ReLU, Adam": ADAM,
    "with an L2 penalty": PENALTY,
    "with dropout": ADAM.but(dropout=0.4),
    "with batch normalization": ADAM.but(batch_norm=True),
    "with class weights": PENALTY.but(class_weights=True),
}
