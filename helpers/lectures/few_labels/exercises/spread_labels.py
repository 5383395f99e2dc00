"""`spread_labels`: labels that travel over a graph. The oracle iterates F = alpha S F + (1 - alpha) Y to its limit."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

_STEPS = 3000
_GAP = 1e-3  # between the largest and the second of F, as a share of the largest: no rounding turns it round


def _limit(similarity, labels, alpha):
    w = np.asarray(similarity, dtype=float)
    total = np.array([sum(row) for row in w.tolist()])
    s = w / np.sqrt(total[:, None] * total[None, :])
    y = (np.asarray(labels)[:, None] == np.arange(max(labels) + 1)).astype(float)
    f = y.copy()
    for _ in range(_STEPS):
        following = alpha * (s @ f) + (1 - alpha) * y
        if np.abs(following - f).max() < 1e-16:
            break
        f = following
    return f


def oracle(similarity, labels, alpha=0.9):
    return np.array([row.index(max(row)) for row in _limit(similarity, labels, alpha).tolist()], dtype=int)


def _clear(similarity, labels, alpha):
    f = np.sort(_limit(similarity, labels, alpha), axis=1)
    return ((f[:, -1] - f[:, -2]) > _GAP * f[:, -1]).all()


def graph(rng, n, classes, alpha=0.9, known=2, wrong=False):
    """Points in groups, their similarities, and `known` labels for each group; every decision is a clear one.

    With `wrong`, one label is that of another group, and is outvoted by the points around it.
    """
    while True:
        group = np.concatenate([np.arange(classes).repeat(known), rng.integers(0, classes, n)])[:n]
        angle = 2 * np.pi * group / classes
        points = np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.45, (n, 2))
        distance = ((points[:, None] - points[None]) ** 2).sum(axis=2)
        similarity = np.exp(-distance / 0.3) + 1e-3
        np.fill_diagonal(similarity, 0.0)
        labels = np.full(n, -1)
        labels[: classes * known] = group[: classes * known]
        if wrong:
            labels[0] = (labels[0] + 1) % classes
        order = rng.permutation(n)
        similarity, labels = similarity[np.ix_(order, order)], labels[order]
        kept = (oracle(similarity, labels, alpha) == labels)[labels >= 0]
        if _clear(similarity, labels, alpha) and (~kept).sum() == wrong:
            return similarity, labels


def chain(*weights):
    """Points in a row; each is similar to the next by a weight."""
    w = np.zeros((len(weights) + 1,) * 2)
    for place, weight in enumerate(weights):
        w[place, place + 1] = w[place + 1, place] = weight
    return w


def spreading(rng):
    return [
        call(chain(1.0, 1.0, 0.25, 1.0), np.array([0, -1, -1, -1, 1])),
        call(chain(0.25, 1.0, 4.0), np.array([0, -1, -1, 1])),  # the second point is of class 0 with a smaller alpha
        call(*graph(rng, 12, 2)),
        call(*graph(rng, 20, 3)),
        call(*graph(rng, 30, 4)),
    ]


def outvoted(rng):
    return [call(*graph(rng, 24, 2, known=4, wrong=True)), call(*graph(rng, 30, 3, known=4, wrong=True))]


def other_alphas(rng):
    return [
        call(*graph(rng, 20, 3, alpha=0.5), 0.5),
        call(*graph(rng, 20, 3, alpha=0.99), alpha=0.99),
        call(*graph(rng, 12, 2, alpha=0.1), 0.1),
    ]


def solved(s, labels, alpha, n_classes=None):
    y = np.asarray(labels)[:, None] == np.arange(n_classes or max(labels) + 1)
    return np.linalg.solve(np.eye(len(s)) - alpha * s, y.astype(float))


def symmetric(w):
    roots = np.sqrt(w.sum(axis=1))
    return w / np.outer(roots, roots)


@mistake("These are the scores F. Return the class with the largest one in each row.")
def scores(similarity, labels, alpha=0.9):
    return solved(symmetric(similarity), labels, alpha)


@mistake("The known labels were put back at the end. Here they too take the largest of F, and can be outvoted.")
def known_labels_kept(similarity, labels, alpha=0.9):
    found = solved(symmetric(similarity), labels, alpha).argmax(axis=1)
    return np.where(labels >= 0, labels, found)


@mistake("The rows of W were divided by their sums. S is symmetric: divide by the roots of both sums.")
def rows_divided(similarity, labels, alpha=0.9):
    return solved(similarity / similarity.sum(axis=1, keepdims=True), labels, alpha).argmax(axis=1)


@mistake("Alpha is fixed at 0.9. Use the argument `alpha`.")
def fixed_alpha(similarity, labels, alpha=0.9):
    return solved(symmetric(similarity), labels, 0.9).argmax(axis=1)


@mistake("Alpha and 1 - alpha are exchanged: alpha is the share that comes from the neighbors.")
def one_minus_alpha(similarity, labels, alpha=0.9):
    return solved(symmetric(similarity), labels, 1 - alpha).argmax(axis=1)


@mistake("The labels went one step only, from a point to its neighbors. The inverse adds up the ways of every length.")
def one_step(similarity, labels, alpha=0.9):
    y = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    return (y + alpha * symmetric(similarity) @ y).argmax(axis=1)


@mistake("This is the label of the most similar known point. Labels should travel from point to point.")
def nearest_known(similarity, labels, alpha=0.9):
    known = np.flatnonzero(labels >= 0)
    found = labels[known[similarity[:, known].argmax(axis=1)]]
    return np.where(labels >= 0, labels, found)


@mistake("The unknown label -1 was taken as an index, so unknown points count as members of the last class.")
def unknown_as_last(similarity, labels, alpha=0.9):
    y = np.eye(labels.max() + 1)[labels]
    return np.linalg.solve(np.eye(len(labels)) - alpha * symmetric(similarity), y).argmax(axis=1)


@mistake("The similarities were used as they are. Divide each by the roots of the sums of its row and its column.")
def not_normalized(similarity, labels, alpha=0.9):
    return solved(similarity, labels, alpha).argmax(axis=1)


@mistake("W was multiplied by the roots of the sums. D^-1/2 divides by them.")
def multiplied(similarity, labels, alpha=0.9):
    roots = np.sqrt(similarity.sum(axis=1))
    return solved(similarity * np.outer(roots, roots), labels, alpha).argmax(axis=1)


@mistake("Only the labels of the unknown points came back. Return one for every point.")
def unknown_only(similarity, labels, alpha=0.9):
    return solved(symmetric(similarity), labels, alpha).argmax(axis=1)[labels < 0]


def with_solve(similarity, labels, alpha=0.9):
    """Solve (I - alpha S) F = Y; nothing needs to be inverted."""
    roots = np.sqrt(similarity.sum(axis=1))
    s = similarity / roots[:, None] / roots[None, :]
    y = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    return np.linalg.solve(np.eye(len(s)) - alpha * s, y).argmax(axis=1)


def with_many_steps(similarity, labels, alpha=0.9):
    """Step by step: a point takes alpha of its neighbors' scores and keeps the label that it was given."""
    d = np.diag(similarity.sum(axis=1) ** -0.5)
    s = d @ similarity @ d
    y = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    f = y
    for _ in range(2500):
        f = alpha * s @ f + y
    return f.argmax(axis=1)


def with_inverse(similarity, labels, alpha=0.9):
    d = similarity.sum(axis=0)
    s = similarity / np.sqrt(np.outer(d, d))
    y = np.zeros((len(labels), labels.max() + 1))
    known = labels >= 0
    y[known, labels[known]] = 1
    return np.argmax(np.linalg.inv(np.eye(len(s)) - alpha * s) @ y, axis=1).astype(np.int32)


def class_by_class(similarity, labels, alpha=0.9):
    d = similarity.sum(axis=1)
    a = np.eye(len(d)) - alpha * similarity / np.sqrt(d)[:, None] / np.sqrt(d)
    columns = [np.linalg.solve(a, (labels == c).astype(float)) for c in range(max(labels) + 1)]
    return np.argmax(columns, axis=0).tolist()


def by_eigenvectors(similarity, labels, alpha=0.9):
    roots = np.sqrt(similarity.sum(axis=1))
    values, vectors = np.linalg.eigh(similarity / np.outer(roots, roots))
    y = (labels[:, None] == np.unique(labels[labels >= 0])).astype(float)
    f = vectors @ ((vectors.T @ y) / (1 - alpha * values)[:, None])
    return np.unique(labels[labels >= 0])[f.argmax(axis=1)]


SPREAD_LABELS = Exercise(
    name="spread_labels",
    lecture=LECTURE,
    section="5. Labels from neighbor to neighbor?",
    minutes=9,
    difficulty=3,
    parts=(
        Part("spreading", 3, spreading),
        Part("a wrong label", 1, outvoted),
        Part("other alphas", 1, other_alphas),
    ),
    oracle=oracle,
    mistakes=(
        scores,
        known_labels_kept,
        rows_divided,
        fixed_alpha,
        one_minus_alpha,
        one_step,
        nearest_known,
        unknown_as_last,
        not_normalized,
        multiplied,
        unknown_only,
    ),
    spellings=(with_solve, with_many_steps, with_inverse, class_by_class, by_eigenvectors),
    equivalent_mutants={
        "line 1: `1` → `0`": "The similarity is symmetric, so its rows and columns have the same sums.",
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        (
            "line 3: `(labels[:, None] == np.arange(labels.max() + 1)).astype(float)` → "
            "`labels[:, None] == np.arange(labels.max() + 1)`"
        ): ("`solve` makes floats of True and False."),
        "line 3: `1` → `2`": "A class more that nobody has gets a column of zeros, which is never the largest.",
        "line 4: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "Y has a row for each point: 1 in the column of its label, all zeros where the label is -1.",
        "Divide W by the roots of its row sums, along the rows and along the columns. That is S.",
        "`np.linalg.solve(A, Y)` gives A^-1 Y. Which A stands in the formula?",
    ),
)
