"""What lecture 13 runs: many pictures and few labels, and layers that were trained for something else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.special import softmax
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from threadpoolctl import threadpool_limits

from helpers.datasets import digits
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, initial_layers

RELU = ACTIVATIONS["relu"]
CLASSES = 10


@cache
def pictures():
    return digits()


# A network and its training: everything below uses these.


def fit(x, y, seed=0, hidden=(32,), classes=CLASSES, rate=0.3, steps=400, start=None, frozen=0, batch=32):
    """Train a dense network by plain gradient descent on batches drawn with replacement; return its layers.

    `start` is a list of layers to begin with (not changed); the first `frozen` of them do not move.
    """
    rng = np.random.default_rng(seed)
    fresh = initial_layers((x.shape[1], *hidden, classes), rng)
    layers = [(w.copy(), b.copy()) for w, b in start or fresh]
    with threadpool_limits(1, "blas"):
        for rows in rng.integers(0, len(x), (steps, batch)):
            move(layers, slopes_of(layers, x[rows], y[rows], frozen), rate, frozen)
    return layers


def slopes_of(layers, x, y, frozen=0):
    """The gradient of the mean cross-entropy in every layer that moves: a list of (weights, bias).

    The same numbers as the course's `gradients` for ReLU, in two thirds of the time; with frozen layers in less, since
    the backward pass ends above them.
    """
    signals = [x]
    for weights, bias in layers[:-1]:
        signals.append(np.maximum(signals[-1] @ weights + bias, 0))
    scores = signals[-1] @ layers[-1][0] + layers[-1][1]
    error = np.exp(scores - scores.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(y)), y] -= 1
    error /= len(y)
    found = []
    for number in reversed(range(frozen, len(layers))):
        found.append((signals[number].T @ error, error.sum(axis=0)))
        if number > frozen:
            error = (error @ layers[number][0].T) * (signals[number] > 0)
    return found[::-1]


def move(layers, slopes, rate, frozen=0):
    """One step of gradient descent for the layers behind the frozen ones, in place."""
    for layer, slope in zip(layers[frozen:], slopes, strict=True):
        for array, part in zip(layer, slope, strict=True):
            array -= rate * part


def probabilities(layers, x):
    return softmax(forward(layers, x, RELU)[1][-1], axis=1)


def share_right(layers, x, y) -> float:
    return float(np.mean(forward(layers, x, RELU)[1][-1].argmax(axis=1) == y))


# Few labels.


@dataclass(frozen=True)
class FewLabels:
    """Pictures with labels (x, y), pictures without (`unlabeled`, whose `truth` only an experiment may look at)."""

    x: np.ndarray
    y: np.ndarray
    unlabeled: np.ndarray
    truth: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@cache
def few_labels(count, seed=0) -> FewLabels:
    """`count` of the training digits keep their label, one of each class at least; tested on the 360 test digits."""
    data = pictures()
    rng = np.random.default_rng([13, seed])
    order = rng.permutation(len(data.x_train))
    firsts = [order[data.y_train[order] == c][0] for c in range(CLASSES)]
    others = [i for i in order if i not in set(firsts)]
    chosen = np.array((firsts + others)[:count])
    rest = np.array(others[count - CLASSES :])
    return FewLabels(
        data.x_train[chosen], data.y_train[chosen], data.x_train[rest], data.y_train[rest], data.x_test, data.y_test
    )


def self_train(x, y, unlabeled, choose, rounds=5, seed=0, **settings):
    """Pseudo-labels: train, label what `choose(probabilities)` selects, train again. The layers of every round."""
    film = [fit(x, y, seed, **settings)]
    for _ in range(rounds):
        rows, labels = choose(probabilities(film[-1], unlabeled))
        film.append(fit(np.concatenate([x, unlabeled[rows]]), np.concatenate([y, labels]), seed, **settings))
    return film


def surer_than(threshold):
    """Choose the rows whose largest probability is above the threshold."""

    def choose(p):
        rows = np.flatnonzero(p.max(axis=1) > threshold)
        return rows, p[rows].argmax(axis=1)

    return choose


def equally_many(per_class):
    """Choose the surest `per_class` rows of each class."""

    def choose(p):
        labels, sure = p.argmax(axis=1), p.max(axis=1)
        of_class = [np.flatnonzero(labels == c) for c in range(p.shape[1])]
        rows = np.sort(np.concatenate([of[np.argsort(-sure[of], kind="stable")][:per_class] for of in of_class]))
        return rows, labels[rows]

    return choose


def noisy(x, rng, noise=0.3):
    """Pictures with normal noise on every pixel."""
    return x + rng.normal(0, noise, x.shape)


def patched(x, rng):
    """Pictures with a white patch of 3 x 3 pixels, at a place of its own in each."""
    top, left = rng.integers(0, 6, (2, len(x), 1))
    lines = np.arange(8)
    covered = ((lines >= top) & (lines < top + 3))[:, :, None] & ((lines >= left) & (lines < left + 3))[:, None, :]
    return x * ~covered.reshape(len(x), -1)


def moved(x, rng, pixels=1):
    """Pictures moved by up to so many pixels, down or up, right or left, each by its own step."""
    padded = np.pad(x.reshape(-1, 8, 8), ((0, 0), (pixels, pixels), (pixels, pixels)))
    down, right = rng.integers(0, 2 * pixels + 1, (2, len(x), 1, 1))
    rows, columns = down + np.arange(8)[:, None], right + np.arange(8)[None, :]
    return padded[np.arange(len(x))[:, None, None], rows, columns].reshape(len(x), -1)


def consistent(
    x, y, unlabeled, seed=0, rate=0.3, steps=800, threshold=0.9, hidden=(32,), weight=1.0, batch=32, alter=noisy
):
    """FixMatch in small: what the network is sure of for a picture, it shall also say of the altered picture.

    Two gradients a step. With `weight` 0 only the pictures with labels are used, with the same alterations.
    """
    rng = np.random.default_rng(seed)
    layers = initial_layers((x.shape[1], *hidden, CLASSES), rng)
    with threadpool_limits(1, "blas"):
        for _ in range(steps):
            rows = rng.integers(0, len(x), batch)
            slopes = slopes_of(layers, alter(x[rows], rng), y[rows])
            if weight:
                some = unlabeled[rng.integers(0, len(unlabeled), batch)]
                p = probabilities(layers, some)
                sure = np.flatnonzero(p.max(axis=1) > threshold)
                if len(sure):
                    more = slopes_of(layers, alter(some[sure], rng), p[sure].argmax(axis=1))
                    share = weight * len(sure) / batch
                    slopes = [
                        [a + share * b for a, b in zip(one, other, strict=True)]
                        for one, other in zip(slopes, more, strict=True)
                    ]
            move(layers, slopes, rate)
    return layers


def similarity(x, neighbors=7):
    """1 between a picture and its nearest neighbors, in both directions, else 0; parts that hang apart are joined."""
    # A tree takes differences; "brute" multiplies matrices, and which of two equally near comes first is then rounding.
    near = NearestNeighbors(n_neighbors=neighbors, algorithm="kd_tree").fit(x).kneighbors_graph()
    count, part = connected_components(near, directed=False)
    graph = near.toarray()
    graph = np.maximum(graph, graph.T)
    if count > 1:  # every picture must be reached by a label
        graph += 1e-6 * (part[:, None] != part[None, :])
    return graph


def spread(x, y, unlabeled, alpha=0.9, neighbors=7):
    """Labels for all pictures, those with labels first: F = (I - alpha S)^-1 Y, the largest wins."""
    w = similarity(np.concatenate([x, unlabeled]), neighbors)
    roots = np.sqrt(w.sum(axis=1))
    hot = np.zeros((len(w), CLASSES))
    hot[np.arange(len(y)), y] = 1
    return np.linalg.solve(np.eye(len(w)) - alpha * w / np.outer(roots, roots), hot).argmax(axis=1)


BUDGET = 1600  # gradients of 32 pictures that each network may compute
ROUNDS = 3  # of pseudo-labels, so the network is trained four times
METHODS = (
    "labels only",
    "labels with noise",
    "pseudo-labels",
    "balanced pseudo-labels",
    "consistency",
    "label spreading",
    "all labels",
)


@cache
def accuracy(
    method, count=50, seed=0, rate=0.3, threshold=0.9, per_class=60, hidden=(32,), budget=BUDGET, alter=noisy
) -> float:
    """Test accuracy of one method with `count` labels. Every network may compute the same number of gradients."""
    few = few_labels(count, seed)
    shared = {"seed": seed, "rate": rate, "hidden": hidden}
    if method == "label spreading":
        with threadpool_limits(1, "blas"):
            labels = spread(few.x, few.y, few.unlabeled)
            near = KNeighborsClassifier(5, algorithm="kd_tree").fit(np.concatenate([few.x, few.unlabeled]), labels)
            return float(near.score(few.x_test, few.y_test))
    if method == "labels only":
        layers = fit(few.x, few.y, steps=budget, **shared)
    elif method == "all labels":
        data = pictures()
        layers = fit(data.x_train, data.y_train, steps=budget, **shared)
    elif method in ("labels with noise", "consistency"):
        alone = method == "labels with noise"
        steps, weight = (budget, 0.0) if alone else (budget // 2, 1.0)
        layers = consistent(
            few.x, few.y, few.unlabeled, steps=steps, threshold=threshold, weight=weight, alter=alter, **shared
        )
    else:
        choose = surer_than(threshold) if method == "pseudo-labels" else equally_many(per_class)
        steps = budget // (ROUNDS + 1)
        layers = self_train(few.x, few.y, few.unlabeled, choose, ROUNDS, steps=steps, **shared)[-1]
    return share_right(layers, few.x_test, few.y_test)


def sureness(count=50, seed=0, rate=0.3, steps=400):
    """How sure a network is of each picture without label, and whether it is right."""
    few = few_labels(count, seed)
    p = probabilities(fit(few.x, few.y, seed, rate=rate, steps=steps), few.unlabeled)
    return p.max(axis=1), p.argmax(axis=1) == few.truth


def certainty(seed=0, count=50, threshold=0.9, rate=0.3):
    """Mean largest probability and accuracy on test digits, of the first network and after ROUNDS of pseudo-labels.

    An array ((first, last), (sure, right)).
    """
    few = few_labels(count, seed)
    film = self_train(few.x, few.y, few.unlabeled, surer_than(threshold), ROUNDS, seed, rate=rate)
    return np.array(
        [
            (probabilities(layers, few.x_test).max(axis=1).mean(), share_right(layers, few.x_test, few.y_test))
            for layers in (film[0], film[-1])
        ]
    )


# All horses: labels of which one class has more than its share.

HORSES = 8  # the class that has most of the labels


def skewed_labels(seed=0, of_horses=12, of_others=1) -> FewLabels:
    """As `few_labels`, but one class has twelve labels and each other one a single one."""
    data = pictures()
    order = np.random.default_rng([14, seed]).permutation(len(data.x_train))
    counts = np.where(np.arange(CLASSES) == HORSES, of_horses, of_others)
    chosen = np.concatenate([order[data.y_train[order] == c][:count] for c, count in enumerate(counts)])
    rest = order[~np.isin(order, chosen)]
    return FewLabels(
        data.x_train[chosen], data.y_train[chosen], data.x_train[rest], data.y_train[rest], data.x_test, data.y_test
    )


def confusion(layers, x, y):
    """How often a picture of a class (row) is read as a class (column)."""
    found = forward(layers, x, RELU)[1][-1].argmax(axis=1)
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (y, found), 1)
    return counts


def surest(count):
    """Choose the `count` surest rows, whatever their class."""

    def choose(p):
        rows = np.sort(np.argsort(-p.max(axis=1), kind="stable")[:count])
        return rows, p[rows].argmax(axis=1)

    return choose


@cache
def drift(seed=0, balanced=False, count=200, rounds=6, rate=0.3, hidden=(32,)):
    """Confusion matrices on the test digits after every round of pseudo-labels, the first one before any.

    In each round the surest `count` pictures get a label; `balanced`, as many in every class.
    """
    few = skewed_labels(seed)
    choose = equally_many(count // CLASSES) if balanced else surest(count)
    film = self_train(few.x, few.y, few.unlabeled, choose, rounds, seed, rate=rate, hidden=hidden)
    return np.array([confusion(layers, few.x_test, few.y_test) for layers in film])


def share_of_horses(matrix) -> float:
    """The share of all predictions that name the class with the most labels."""
    return float(matrix[:, HORSES].sum() / matrix.sum())


# Layers that were trained for something else.


@dataclass(frozen=True)
class Task:
    """What is asked of a digit: labels 0 .. classes - 1, and -1 for digits that do not take part."""

    name: str
    label_of: tuple

    @property
    def classes(self) -> int:
        return max(self.label_of) + 1

    def of(self, x, y):
        """The pictures that take part, and their labels."""
        labels = np.array(self.label_of)[y]
        return x[labels >= 0], labels[labels >= 0]


TASKS = {
    task.name: task
    for task in (
        Task("ten digits", tuple(range(10))),
        Task("0 to 4", (0, 1, 2, 3, 4, -1, -1, -1, -1, -1)),
        Task("5 to 9", (-1, -1, -1, -1, -1, 0, 1, 2, 3, 4)),
        Task("odd or even", (0, 1) * 5),
        Task("below five", (0,) * 5 + (1,) * 5),
    )
}
DEEP = (32, 32, 32)
TRANSFER_RATES = (0.1, 0.3)


def halves(seed=0):
    """The training digits in two halves: one for the old task, one for the new one."""
    data = pictures()
    order = np.random.default_rng([15, seed]).permutation(len(data.x_train))
    return np.array_split(order, 2)


@cache
def trained_source(source, seed=0, steps=1500, hidden=DEEP):
    """Layers trained for the task `source` on half of the training digits, all with labels."""
    data, (rows, _) = pictures(), halves(seed)
    x, y = TASKS[source].of(data.x_train[rows], data.y_train[rows])
    return fit(x, y, seed, hidden, TASKS[source].classes, rate=0.1, steps=steps)


@cache
def transferred(source, target, count, frozen, per_class=5, seed=0, rate=0.1, steps=200, hidden=DEEP):
    """(Validation, test) accuracy in the task `target` with `per_class` labels and the first `count` layers copied."""
    data, (_, rows) = pictures(), halves(seed)
    x, y = TASKS[target].of(data.x_train[rows], data.y_train[rows])
    few = np.concatenate([np.flatnonzero(y == c)[:per_class] for c in range(TASKS[target].classes)])
    fresh = initial_layers((x.shape[1], *hidden, TASKS[target].classes), np.random.default_rng(seed))
    start = [*trained_source(source, seed, hidden=hidden)[:count], *fresh[count:]]
    layers = fit(x[few], y[few], seed, rate=rate, steps=steps, start=start, frozen=count if frozen else 0)
    return tuple(
        share_right(layers, *TASKS[target].of(*part))
        for part in ((data.x_validation, data.y_validation), (data.x_test, data.y_test))
    )


def at_best_rate(source, target, count, frozen, seeds=10, rates=TRANSFER_RATES, **settings):
    """Test accuracies of all seeds, at the rate with the best mean validation accuracy."""
    runs = [
        np.array(
            [transferred(source, target, count, frozen, seed=seed, rate=rate, **settings) for seed in range(seeds)]
        )
        for rate in rates
    ]
    return max(runs, key=lambda run: run[:, 0].mean())[:, 1]


RIDGES = (0.1, 1.0, 10.0)


@cache
def probed(source, target, layer, per_class=5, seed=0, hidden=DEEP):
    """Test accuracy of ridge regression on the outputs of a layer (0: the pixels), at the best of RIDGES.

    The ridge is chosen on validation digits.
    """
    data, (_, rows) = pictures(), halves(seed)
    x, y = TASKS[target].of(data.x_train[rows], data.y_train[rows])
    few = np.concatenate([np.flatnonzero(y == c)[:per_class] for c in range(TASKS[target].classes)])
    layers = trained_source(source, seed, hidden=hidden)

    def features(pixels):
        return forward(layers, pixels, RELU)[1][layer - 1] if layer else pixels

    parts = [TASKS[target].of(*part) for part in ((data.x_validation, data.y_validation), (data.x_test, data.y_test))]
    found = []
    for ridge in RIDGES:
        out, hot = features(x[few]), np.eye(TASKS[target].classes)[y[few]]
        weights = np.linalg.solve(out.T @ out + ridge * np.eye(out.shape[1]), out.T @ hot)
        found.append([np.mean((features(part_x) @ weights).argmax(axis=1) == part_y) for part_x, part_y in parts])
    return float(max(found)[1])


# Pre-training without labels.


@cache
def autoencoder(seed=0, units=32, steps=2000, rate=0.03, batch=32):
    """The first layer of a network 64-units-64 that has learned to give back its input (no label is used)."""
    x = pictures().x_train
    rng = np.random.default_rng([16, seed])
    (w_1, b_1), (w_2, b_2) = initial_layers((x.shape[1], units, x.shape[1]), rng)
    with threadpool_limits(1, "blas"):
        for rows in rng.integers(0, len(x), (steps, batch)):
            some = x[rows]
            out = np.maximum(some @ w_1 + b_1, 0)
            delta = 2 * (out @ w_2 + b_2 - some) / batch
            delta_1 = (delta @ w_2.T) * (out > 0)
            w_2, b_2 = w_2 - rate * out.T @ delta, b_2 - rate * delta.sum(axis=0)
            w_1, b_1 = w_1 - rate * some.T @ delta_1, b_1 - rate * delta_1.sum(axis=0)
    return w_1, b_1


@cache
def pretrained(count=50, seed=0, rate=0.3, frozen=0, steps=BUDGET, from_autoencoder=True):
    """Test accuracy with a first layer from an autoencoder or a random one, `frozen` (1) or trained further (0)."""
    few = few_labels(count, seed)
    fresh = initial_layers((few.x.shape[1], 32, CLASSES), np.random.default_rng(seed))
    start = [autoencoder(seed), fresh[1]] if from_autoencoder else fresh
    layers = fit(few.x, few.y, seed, rate=rate, steps=steps, start=start, frozen=frozen)
    return share_right(layers, few.x_test, few.y_test)
