"""`triplet_loss`: a pair that belongs together, nearer than one that does not. The oracle goes row by row."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import FOR_EACH, LECTURE, SUMMED


def _distance(a, b):
    return math.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def oracle(anchor, positive, negative, margin=0.2):
    tables = [np.asarray(table, dtype=float).tolist() for table in (anchor, positive, negative)]
    losses = [max(0.0, _distance(a, p) - _distance(a, n) + margin) for a, p, n in zip(*tables, strict=True)]
    return math.fsum(losses) / len(losses)


def embeddings(rng, n, d, apart=1.0):
    anchor = rng.normal(0, 1, (n, d))
    return anchor, anchor + rng.normal(0, 0.6, (n, d)), anchor + apart * rng.normal(0, 0.8, (n, d))


def values(rng):
    one = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.5, 0.0], [1.0, 2.0]]), np.array([[1.0, 0.0], [1.0, 1.5]])
    return [call(*one), call(*embeddings(rng, 6, 3)), call(*embeddings(rng, 12, 8))]


def margins(rng):
    return [
        call(np.zeros((1, 2)), np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]), margin=1.5),
        call(*embeddings(rng, 6, 2), float(rng.uniform(0.5, 1))),
        call(*embeddings(rng, 6, 4), margin=float(rng.uniform(1, 3))),
    ]


def edge_cases(rng):
    far = embeddings(rng, 4, 2, apart=20.0)
    return [
        call(np.ones((2, 3)), np.ones((2, 3)), np.ones((2, 3))),
        call(*far),
        call(*(rng.integers(-2, 3, (5, 2)) for _ in range(3))),
        call(*(array.astype(np.float32) for array in embeddings(rng, 4, 3))),
    ]


def gaps(anchor, positive, negative):
    near = np.sum((np.asarray(anchor, float) - positive) ** 2, axis=1)
    return near - np.sum((np.asarray(anchor, float) - negative) ** 2, axis=1)


@mistake(SUMMED)
def summed(anchor, positive, negative, margin=0.2):
    return np.maximum(0, gaps(anchor, positive, negative) + margin).sum()


@mistake(FOR_EACH)
def one_for_each(anchor, positive, negative, margin=0.2):
    return np.maximum(0, gaps(anchor, positive, negative) + margin)


@mistake("The distances are not squared: a root was taken. The docstring asks for the squared distance.")
def with_roots(anchor, positive, negative, margin=0.2):
    near, far = (np.linalg.norm(np.asarray(anchor, float) - other, axis=1) for other in (positive, negative))
    return np.maximum(0, near - far + margin).mean()


@mistake("Positive and negative are exchanged: the loss grows with the distance to the *positive*.")
def exchanged(anchor, positive, negative, margin=0.2):
    return np.maximum(0, margin - gaps(anchor, positive, negative)).mean()


@mistake("The mean was taken before the cut at 0, so an easy triplet pays for a hard one. Cut each one off first.")
def mean_before_the_hinge(anchor, positive, negative, margin=0.2):
    return max(0.0, float(np.mean(gaps(anchor, positive, negative) + margin)))


@mistake("Negative terms were kept: a triplet that is fine already counts 0. `np.maximum(0, ...)`.")
def without_the_hinge(anchor, positive, negative, margin=0.2):
    return np.mean(gaps(anchor, positive, negative) + margin)


@mistake("`margin` is not used; it is always 0.2.")
def margin_ignored(anchor, positive, negative, margin=0.2):
    return np.maximum(0, gaps(anchor, positive, negative) + 0.2).mean()


@mistake("The margin was subtracted. It is added: the negative has to be *further* away by it.")
def margin_subtracted(anchor, positive, negative, margin=0.2):
    return np.maximum(0, gaps(anchor, positive, negative) - margin).mean()


@mistake("The squares were averaged over the columns. A squared distance is their sum.")
def averaged_distances(anchor, positive, negative, margin=0.2):
    return np.maximum(0, gaps(anchor, positive, negative) / np.shape(anchor)[1] + margin).mean()


@mistake("Absolute differences were added. The squared Euclidean distance adds their squares.")
def absolute_distances(anchor, positive, negative, margin=0.2):
    near, far = (np.abs(np.asarray(anchor, float) - other).sum(axis=1) for other in (positive, negative))
    return np.maximum(0, near - far + margin).mean()


def with_sums(anchor, positive, negative, margin=0.2):
    """Squared distances of rows: differences, squares, a sum over the columns."""
    near = ((anchor - positive) ** 2).sum(axis=1)
    far = ((anchor - negative) ** 2).sum(axis=1)
    return np.maximum(0.0, near - far + margin).mean()


def with_einsum(anchor, positive, negative, margin=0.2):
    """`np.einsum("nd,nd->n", a, a)` is the dot product of each row with itself."""
    p, n = np.asarray(anchor, float) - positive, np.asarray(anchor, float) - negative
    return float(np.mean(np.clip(np.einsum("nd,nd->n", p, p) - np.einsum("nd,nd->n", n, n) + margin, 0, None)))


def with_norms(anchor, positive, negative, margin=0.2):
    near = np.linalg.norm(anchor - positive, axis=1) ** 2
    return np.mean(np.maximum(near - np.linalg.norm(anchor - negative, axis=1) ** 2 + margin, 0))


def with_a_loop(anchor, positive, negative, margin=0.2):
    total = 0.0
    for a, p, n in zip(anchor, positive, negative, strict=True):
        total += max(0.0, float(np.dot(a - p, a - p) - np.dot(a - n, a - n)) + margin)
    return total / len(anchor)


def in_single_precision(anchor, positive, negative, margin=0.2):
    return with_sums(*(np.asarray(t, np.float32) for t in (anchor, positive, negative)), np.float32(margin))


TRIPLET_LOSS = Exercise(
    name="triplet_loss",
    lecture=LECTURE,
    section="6. Other ways to say it",
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("margins", 1, margins), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        summed,
        one_for_each,
        with_roots,
        exchanged,
        mean_before_the_hinge,
        without_the_hinge,
        margin_ignored,
        margin_subtracted,
        averaged_distances,
        absolute_distances,
    ),
    spellings=(with_sums, with_einsum, with_norms, with_a_loop, in_single_precision),
    equivalent_mutants={
        "line 1: `anchor - positive` → `positive - anchor`": (
            "The differences are squared, so their sign does not matter."
        ),
        "line 3: `np.maximum(0, near - far + margin)` → `np.maximum(near - far + margin, 0)`": (
            "The larger of two numbers has no order."
        ),
        "line 2: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        "line 2: `anchor - negative` → `negative - anchor`": (
            "The differences are squared, so their sign does not matter."
        ),
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "Two numbers for each row: the squared distance to the positive and that to the negative.",
        "The loss of a row is max(0, near - far + margin). Average the rows at the end.",
    ),
    choices=by_default("margin=0.2", "0.5", "0.8", "1.0", code={"always 0.2.": "always {}."}),
)
