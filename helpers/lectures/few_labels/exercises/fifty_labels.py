"""`fifty_labels`: label many digits from fifty labels, by any method; judged by how many are right.

The pixels of every draw are mixed by another rotation, and get some noise, so no picture can be looked up in a table of
digits; distances between pictures stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from helpers.datasets import digits
from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

from .common import LECTURE

CLASSES, PER_CLASS, NEW, NOISE = 10, 5, 400, 1 / 16
ABOVE_NEAREST, BELOW_OWN, LEAST_GAP = 0.025, 0.04, 0.06
ROOM = 0.01  # what scikit-learn's label spreading has to have above the limits
# What a grading allows beyond that: which digits it draws is chance, so what passes the public ones should pass.
TOLERANCE = 0.02


@cache
def all_digits():
    data = digits()
    parts = ("train", "validation", "test")
    x = np.concatenate([np.asarray(getattr(data, f"x_{part}"), dtype=float) for part in parts])
    return x, np.concatenate([getattr(data, f"y_{part}") for part in parts])


@lru_cache(maxsize=64)
def drawn(seed):
    """Fifty pictures with labels, and 400 new ones with theirs: (x, y, x_new, y_new)."""
    pixels, labels = all_digits()
    rng = np.random.default_rng([seed, 13])
    order = rng.permutation(len(labels))
    few = np.concatenate([order[labels[order] == c][:PER_CLASS] for c in range(CLASSES)])
    few, others = rng.permutation(few), rng.permutation(np.setdiff1d(order, few))[:NEW]
    rotation = np.linalg.qr(rng.standard_normal((64, 64)))[0]

    def seen(rows):
        return (pixels[rows] + NOISE * rng.standard_normal((len(rows), 64))) @ rotation

    return seen(few), labels[few].astype(int), seen(others), labels[others].astype(int)


def draws(rng):
    calls = []
    for _ in range(2):
        seed = int(rng.integers(2**31))
        while not says_something(seed):
            seed = int(rng.integers(2**31))
        x, y, x_new, _ = drawn(seed)
        calls.append(call(x, y, x_new, Seeded(seed)))
    return calls


def says_something(seed):
    """Whether a draw tells good labels from others.

    Now and then the nearest labeled pictures are as good as all else, or chance is against who uses scikit-learn.
    """
    of_nearest, own = standards(seed)
    if own - of_nearest < LEAST_GAP:
        return False
    x, y, x_new, y_new = drawn(seed)
    limit = max(above_the_nearest(of_nearest, own), near_the_own(of_nearest, own))
    return np.mean(by_scikit_learn(x, y, x_new, None) == y_new) >= limit + ROOM


def squared_distances(one, other):
    return (one**2).sum(axis=1)[:, None] - 2 * one @ other.T + (other**2).sum(axis=1)


def graph(pictures, neighbors=7):
    """1 between a picture and its nearest neighbors, in both directions, else 0."""
    distances = squared_distances(pictures, pictures)
    np.fill_diagonal(distances, np.inf)
    near = np.argpartition(distances, neighbors, axis=1)[:, :neighbors]
    edges = np.zeros_like(distances)
    edges[np.arange(len(pictures))[:, None], near] = 1
    return np.maximum(edges, edges.T)


def oracle(x, y, x_new, rng):
    """Label spreading, as the linear system that its steps end in."""
    edges = graph(np.concatenate([x, x_new]).astype(float))
    roots = np.sqrt(edges.sum(axis=1))
    known = np.zeros((len(edges), CLASSES))
    known[np.arange(len(y)), y] = 1
    return np.linalg.solve(np.eye(len(edges)) - 0.9 * edges / np.outer(roots, roots), known).argmax(axis=1)[len(y) :]


def nearest(x, y, x_new, rng=None):
    return y[squared_distances(x_new, x).argmin(axis=1)]


def class_means(x, y, x_new, rng=None):
    means = np.stack([x[y == c].mean(axis=0) for c in range(CLASSES)])
    return squared_distances(x_new, means).argmin(axis=1)


@lru_cache(maxsize=64)
def standards(seed):
    """Accuracies of the nearest labeled picture and of the course's own answer."""
    x, y, x_new, y_new = drawn(seed)
    return tuple(float(np.mean(answer(x, y, x_new, None) == y_new)) for answer in (nearest, oracle))


@cache
def public_seeds():
    return frozenset(trial.call.arguments[3].seed for trial in FIFTY_LABELS.public_trials)


def read(value):
    """The labels as integers, or None."""
    array = np.asarray(value)
    return array.astype(int) if array.shape == (NEW,) and array.dtype.kind in "iu" else None


@dataclass(frozen=True)
class Right:
    """The judge of a part: is the share of right labels at least `limit(of the nearest, own)`?"""

    limit: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        labels = read(value)
        if labels is None:
            return Difference("type", f"One integer for each of the {NEW} rows of `x_new` is expected, from 0 to 9.")
        seed = one.arguments[3].seed
        of_nearest, own = standards(seed)
        found = np.mean(labels == drawn(seed)[3])
        wanted = self.limit(of_nearest, own) - TOLERANCE * (seed not in public_seeds())
        if found >= wanted:
            return None
        return Difference(
            "value",
            f"{found:.1%} of the labels are right; at least {wanted:.1%} are asked for. The label of the nearest "
            f"labeled picture is right for {of_nearest:.1%}, the course's own answer for {own:.1%}.",
        )


def above_the_nearest(of_nearest, own):
    return of_nearest + ABOVE_NEAREST


def near_the_own(of_nearest, own):
    return own - BELOW_OWN


# How the wrong ones are recognized.


@dataclass(frozen=True)
class Like:
    """Knows labels that are nearly all as `answer` gives them."""

    answer: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        labels = read(value)
        is_it = labels is not None and np.mean(labels == self.answer(*one.arguments[:3])) > 0.98
        return None if is_it else Difference("value", "They are other labels.")


@dataclass(frozen=True)
class Known:
    """Knows results by `test(array)`."""

    test: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        array = np.asarray(value)
        is_it = array.dtype.kind in "iuf" and self.test(array)
        return None if is_it else Difference("value", "It is something else.")


@mistake(
    "Each picture gets the label of the nearest labeled one. The other new pictures are not used: a chain of near "
    "pictures often leads to a better one.",
    Like(nearest),
)
def nearest_label(x, y, x_new, rng):
    return nearest(x, y, x_new)


@mistake(
    "Each picture gets the class with the nearest mean, from five pictures a class. The pictures without labels can "
    "tell more about how each class is shaped.",
    Like(class_means),
)
def nearest_mean(x, y, x_new, rng):
    return class_means(x, y, x_new)


@mistake(
    "All pictures get the same label. Compare each of them with the labeled ones.",
    Known(lambda array: array.shape == (NEW,) and np.ptp(array) == 0),
)
def one_label(x, y, x_new, rng):
    return np.full(len(x_new), y[0])


@mistake(
    "The labels of the fifty known pictures come first. Return those of `x_new` only, one for each row.",
    Known(lambda array: array.shape == (NEW + CLASSES * PER_CLASS,)),
)
def with_the_known_ones(x, y, x_new, rng):
    return np.concatenate([y, oracle(x, y, x_new, rng)])


@mistake(
    "There is a row of scores for each picture. Return the class with the largest one.",
    Known(lambda array: array.shape == (NEW, CLASSES)),
)
def scores_of_classes(x, y, x_new, rng):
    return np.eye(CLASSES)[oracle(x, y, x_new, rng)]


@mistake(
    "These are fifty labels: those of the pictures that have one. Asked for are those of `x_new`.",
    Known(lambda array: array.shape == (CLASSES * PER_CLASS,)),
)
def the_known_ones(x, y, x_new, rng):
    return y.copy()


# Right ones.


def by_spreading(x, y, x_new, rng):
    """Label spreading over a graph of nearest neighbors: the labels travel along chains of near pictures."""
    return oracle(x, y, x_new, rng)


def step_by_step(x, y, x_new, rng):
    """The steps themselves: in each, a picture takes a part of what its neighbors say."""
    edges = graph(np.concatenate([x, x_new]), 6)
    roots = np.sqrt(edges.sum(axis=1))
    edges = edges / np.outer(roots, roots)
    known = np.zeros((len(edges), CLASSES))
    known[np.arange(len(y)), y] = 1
    says = known
    for _ in range(40):
        says = 0.9 * edges @ says + 0.1 * known
    return says.argmax(axis=1)[len(y) :].tolist()


def by_scikit_learn(x, y, x_new, rng):
    # Its graph has an edge from a picture to its nearest ones, but not always one back; that costs a little.
    from sklearn.semi_supervised import LabelSpreading

    labels = np.concatenate([y, np.full(len(x_new), -1)])
    model = LabelSpreading(kernel="knn", n_neighbors=7, alpha=0.9, max_iter=100)
    return model.fit(np.concatenate([x, x_new]), labels).transduction_[len(y) :]


def with_another_alpha(x, y, x_new, rng):
    edges = graph(np.concatenate([x, x_new]))
    roots = np.sqrt(edges.sum(axis=1))
    known = np.eye(CLASSES)[np.concatenate([y, np.zeros(len(x_new), dtype=int)])]
    known[len(y) :] = 0
    system = np.eye(len(edges)) - 0.8 * edges / np.outer(roots, roots)
    return np.linalg.solve(system, known).argmax(axis=1)[len(y) :].astype(np.int32)


def by_near_weights(x, y, x_new, rng):
    """Edges that count more between pictures that are nearer."""
    pictures = np.concatenate([x, x_new])
    distances = squared_distances(pictures, pictures)
    edges = graph(pictures) * np.exp(-distances / np.median(np.sort(distances, axis=1)[:, 7]))
    roots = np.sqrt(edges.sum(axis=1))
    known = (np.concatenate([y, np.full(len(x_new), -1)])[:, None] == np.arange(CLASSES)).astype(float)
    return np.linalg.solve(np.eye(len(edges)) - 0.9 * edges / np.outer(roots, roots), known).argmax(axis=1)[len(y) :]


def as_a_tuple(x, y, x_new, rng):
    return tuple(int(label) for label in oracle(x, y, x_new, rng))


FIFTY_LABELS = Exercise(
    name="fifty_labels",
    lecture=LECTURE,
    section="5. Labels from neighbor to neighbor?",
    minutes=20,
    difficulty=3,
    parts=(
        Part("more than the nearest label", 2, draws, judge=Right(above_the_nearest)),
        Part("near the course's own", 2, draws, judge=Right(near_the_own)),
    ),
    oracle=oracle,
    mistakes=(
        nearest_label,
        nearest_mean,
        one_label,
        with_the_known_ones,
        scores_of_classes,
        the_known_ones,
    ),
    spellings=(by_spreading, step_by_step, by_scikit_learn, with_another_alpha, by_near_weights, as_a_tuple),
    open_ended=True,
    judged_on_hidden=True,
    hints=(
        "Which of the methods of this lecture was best with 50 labels? The new pictures are the unlabeled ones.",
        "Build a matrix with 1 between each picture and its seven nearest neighbors, in both directions, over the "
        "fifty and the new pictures together. Your `spread_labels` does the rest; copy it into the function.",
    ),
)
