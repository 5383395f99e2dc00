"""`classify`: whatever you like within the time, judged by accuracy on rows that nobody has seen.

The tables are small radars: columns of mixed scales, five classes of unequal size, another world in every call. Each
threshold is the accuracy of a baseline on the same rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

ROWS, NEW_ROWS = 300, 2000
SHARES = (0.16, 0.32, 0.12, 0.16, 0.24)
PLACES, HABITATS = 5, 2
MEASURED, BINARY, CLOCKS = 14, 10, 3
WITHIN, TOLERANCE = 0.05, 0.01

_truth: dict[str, np.ndarray] = {}  # of the new rows of every table that was drawn in this process


def drawn(rng):
    """Rows with labels, and new rows, whose labels only the judge keeps."""
    habitats = rng.normal(size=(len(SHARES), HABITATS, PLACES))
    habitats *= 3.4 / np.linalg.norm(habitats, axis=2, keepdims=True)
    shown = rng.normal(size=(PLACES, MEASURED + BINARY))
    shown /= np.linalg.norm(shown, axis=0)
    scales = 10 ** rng.uniform(-2, 0.6, MEASURED)
    tables = []
    for rows in (ROWS, NEW_ROWS):
        labels = rng.permutation(np.repeat(np.arange(len(SHARES)), np.round(np.array(SHARES) * rows).astype(int)))
        place = habitats[labels, rng.integers(0, HABITATS, len(labels))] + rng.normal(size=(len(labels), PLACES))
        columns = place @ shown + 0.5 * rng.normal(size=(len(labels), MEASURED + BINARY))
        columns[:, :MEASURED] *= scales
        columns[:, MEASURED:] = columns[:, MEASURED:] > 0
        clocks = rng.integers(0, 12, (len(labels), CLOCKS))
        tables.append((np.concatenate([clocks, columns], axis=1).round(4), labels))
    (train, labels), (new, truth) = tables
    _truth[digest(new)] = truth
    return call(train, labels, new)


def digest(features):
    return hashlib.sha256(np.ascontiguousarray(features).tobytes()).hexdigest()


def cases(rng):
    return [drawn(rng), drawn(rng)]


def scaled(train, features):
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return (train - mean) / std, (features - mean) / std


def nearest(train, labels, features):
    return labels[cdist(features, train).argmin(axis=1)]


def oracle(train_features, train_labels, features):
    """A machine with Gaussian kernels, fitted as least squares on one-hot labels, without scikit-learn."""
    x, new = scaled(train_features, features)
    width = 2 * x.shape[1]
    kernel = np.exp(-cdist(x, x, "sqeuclidean") / width)
    hot = np.eye(train_labels.max() + 1)[train_labels]
    weights = np.linalg.solve(kernel + 0.3 * np.eye(len(x)), hot)
    return (np.exp(-cdist(new, x, "sqeuclidean") / width) @ weights).argmax(axis=1)


# The judges.


def accuracy(one, predictions):
    return float(np.mean(predictions == _truth[digest(one.arguments[2])]))


BASELINES: dict[str, Callable] = {
    "the largest class": lambda train, labels, new: np.full(len(new), np.bincount(labels).argmax()),
    "one nearest neighbor on the columns as they are": nearest,
    "one nearest neighbor on standardized columns": lambda train, labels, new: nearest(*_both(train, labels, new)),
    "the course's own": oracle,
}


def _both(train, labels, new):
    x, scaled_new = scaled(train, new)
    return x, labels, scaled_new


@dataclass(frozen=True)
class Reaches:
    """The judge: is the accuracy on the new rows at least that of a baseline, and so much more (or less)?"""

    baseline: str
    more: float

    def __call__(self, one, value, before=None):
        found, level = accuracy(one, np.asarray(value)), level_of(self.baseline, one)
        if found >= level + self.more:
            return None
        asked = "more than that is asked for" if self.more > 0 else f"at most {WITHIN:.0%} less is asked for"
        return Difference(
            "value", f"{found:.1%} of the new rows are right. With {self.baseline} it is {level:.1%}; {asked}."
        )


_levels: dict[tuple[str, str], float] = {}


def level_of(baseline, one):
    """The accuracy of a baseline on the new rows of a call."""
    key = baseline, digest(one.arguments[2])
    if key not in _levels:
        _levels[key] = accuracy(one, BASELINES[baseline](*one.arguments))
    return _levels[key]


@dataclass(frozen=True)
class As:
    """Knows an answer that gives what `function` gives."""

    function: Callable
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        same = np.array_equal(np.asarray(value), self.function(*one.arguments))
        return None if same else Difference("value", "Something else.")


# Mistakes.


def _known(message, function):
    """A mistake that is recognized by what it returns."""
    return mistake(message, As(function))(function)


def largest_class(train_features, train_labels, features):
    return BASELINES["the largest class"](train_features, train_labels, features)


def nearest_as_it_is(train_features, train_labels, features):
    return nearest(train_features, train_labels, features)


def nearest_standardized(train_features, train_labels, features):
    return nearest(*_both(train_features, train_labels, features))


def labels_of_train(train_features, train_labels, features):
    return train_labels.copy()


def one_hot(train_features, train_labels, features):
    return np.eye(train_labels.max() + 1)[oracle(train_features, train_labels, features)]


def from_one(train_features, train_labels, features):
    return oracle(train_features, train_labels, features) + 1


def at_random(train_features, train_labels, features):
    return np.random.default_rng(0).choice(train_labels, len(features))


MISTAKES = (
    _known("Every row gets the most frequent class. The features of the new rows are not used.", largest_class),
    _known(
        "This is the nearest neighbor on columns as they are: those with the widest range decide alone. Look at the "
        "scales first.",
        nearest_as_it_is,
    ),
    _known(
        "One nearest neighbor on standardized columns believes a single row. Let more rows decide, or draw smoother "
        "borders.",
        nearest_standardized,
    ),
    _known(
        "These are the labels of the training rows. Asked for is a label for each row of `features`.", labels_of_train
    ),
    _known("There is a row of numbers for each new row. Asked for is one label: the class with the largest.", one_hot),
    _known("The labels count from 1. They are those of `train_labels`, which count from 0.", from_one),
    _known(
        "The labels are drawn at random, in proportion to the classes. Train a model on the rows with labels.",
        at_random,
    ),
)


# Right ones.


def with_kernels(train_features, train_labels, features):
    """Scale the columns, then a support vector machine: smooth borders, with every training row near them."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    return make_pipeline(StandardScaler(), SVC(C=2.0)).fit(train_features, train_labels).predict(features)


def with_trees(train_features, train_labels, features):
    """A forest asks one column at a time, so scales do not matter to it."""
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(60, random_state=0).fit(train_features, train_labels)
    return forest.predict(features)


def with_least_squares(train_features, train_labels, features):
    return oracle(train_features, train_labels, features).astype(np.int32)


def with_many_neighbors(train_features, train_labels, features):
    """The votes of fifteen neighbors on standardized columns, the nearer ones counting more."""
    x, new = scaled(train_features, features)
    distances = cdist(new, x)
    nearest_ones = np.argsort(distances, axis=1)[:, :15]
    votes = np.zeros((len(new), train_labels.max() + 1))
    for column in nearest_ones.T:
        rows = np.arange(len(new))
        votes[rows, train_labels[column]] += 1 / distances[rows, column]
    return votes.argmax(axis=1)


def as_a_list(train_features, train_labels, features):
    from sklearn.svm import SVC

    x, new = scaled(train_features, features)
    return SVC(C=3.0, gamma=0.02).fit(x, train_labels).predict(new).tolist()


CLASSIFY = Exercise(
    name="classify",
    lecture=LECTURE,
    section="10. What was it worth?",
    minutes=25,
    difficulty=3,
    parts=(
        Part("beats the largest class", 1, cases, judge=Reaches("the largest class", TOLERANCE)),
        Part(
            "beats raw neighbors", 1, cases, judge=Reaches("one nearest neighbor on the columns as they are", TOLERANCE)
        ),
        Part(
            "beats scaled neighbors", 2, cases, judge=Reaches("one nearest neighbor on standardized columns", TOLERANCE)
        ),
        Part("near the course's own", 2, cases, judge=Reaches("the course's own", -WITHIN - TOLERANCE)),
    ),
    oracle=oracle,
    mistakes=MISTAKES,
    spellings=(with_kernels, with_trees, with_least_squares, with_many_neighbors, as_a_list),
    open_ended=True,
    hints=(
        "Keep a part of the training rows aside, try several models on them, and compare. Look at the scales first.",
        "The lecture has measured some candidates: the nearest neighbor, networks, a forest. scikit-learn has more.",
    ),
)
