"""`balanced_pseudo_labels`: the surest rows of each class. The oracle sorts tuples in a heap, class by class."""

from __future__ import annotations

import heapq

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, sure_rows


def oracle(probabilities, per_class):
    of_class: dict[int, list] = {}
    for row, values in enumerate(np.asarray(probabilities, dtype=float).tolist()):
        best = max(values)
        of_class.setdefault(values.index(best), []).append((-best, row))
    chosen = sorted((row, c) for c, rows in of_class.items() for _, row in heapq.nsmallest(per_class, rows))
    return np.array([row for row, _ in chosen], dtype=int), np.array([c for _, c in chosen], dtype=int)


def skewed(rng, classes, per_class):
    """Rows of which most are predicted as class 0, and at least `per_class` + 1 as each other class."""
    labels = np.concatenate([np.zeros(3 * per_class, dtype=int), np.repeat(np.arange(classes), per_class + 1)])
    return call(sure_rows(rng, len(labels), classes, labels), per_class)


def balance(rng):
    return [
        call(np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.45, 0.55]]), 1),
        skewed(rng, 3, 2),
        skewed(rng, 5, 3),
        skewed(rng, 4, 4),
    ]


def too_few(rng):
    return [
        call(np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]]), 2),  # class 1 has one row only
        call(np.array([[0.6, 0.2, 0.2], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]]), 2),  # no row is predicted as class 2
        call(sure_rows(rng, 6, 3), 6),
    ]


def edge_cases(rng):
    return [
        call(np.array([[0.75, 0.25], [0.75, 0.25], [0.875, 0.125], [0.75, 0.25]]), 2),  # equally sure: the lower index
        call(np.array([[0.5, 0.5], [0.25, 0.75], [0.375, 0.625]]), 1),  # a tie: the lowest class
        call(np.array([[0.1, 0.2, 0.7]]), 1),  # more classes than rows
        call(np.tile([[0.625, 0.375], [0.75, 0.25], [0.875, 0.125]], (20, 1)), 30),
        call(sure_rows(rng, 1, 3), 1),
    ]


def of(probabilities, per_class, order="ascending", key=None):
    labels, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    rows = []
    for c in range(probabilities.shape[1]):
        mine = np.flatnonzero(labels == c)
        rows.append(mine[np.argsort(-sure[mine] if key is None else key(sure[mine]), kind="stable")][:per_class])
    rows = np.concatenate(rows)
    return (np.sort(rows) if order == "ascending" else rows), labels


@mistake("The indices stand class by class. They should ascend over all classes together.")
def class_by_class(probabilities, per_class):
    rows, labels = of(probabilities, per_class, order="by class")
    return rows, labels[rows]


@mistake("The least sure rows of each class were taken. Take the surest.")
def least_sure(probabilities, per_class):
    rows, labels = of(probabilities, per_class, key=lambda sure: sure)
    return rows, labels[rows]


@mistake("The first rows of each class were taken, whatever their probability. Take the surest.")
def first_ones(probabilities, per_class):
    rows, labels = of(probabilities, per_class, key=np.zeros_like)
    return rows, labels[rows]


@mistake(
    "The surest rows were taken without regard to their class, so one class can take all places. Choose `per_class` "
    "rows in each class."
)
def without_balance(probabilities, per_class):
    count = per_class * probabilities.shape[1]
    rows = np.sort(np.argsort(-probabilities.max(axis=1), kind="stable")[:count])
    return rows, probabilities[rows].argmax(axis=1)


@mistake(
    "For each class the rows with its largest probability were taken, also rows that are predicted as another class. "
    "Choose among the rows whose largest probability is that of the class."
)
def by_column(probabilities, per_class):
    pairs = []
    for c in range(probabilities.shape[1]):
        pairs += [(int(row), c) for row in np.argsort(-probabilities[:, c], kind="stable")[:per_class]]
    pairs.sort()
    return np.array([row for row, _ in pairs]), np.array([c for _, c in pairs])


@mistake("The labels are those of all rows. Return them for the chosen rows only, in the same order.")
def labels_of_all(probabilities, per_class):
    return of(probabilities, per_class)


@mistake(
    "The indices were sorted and the labels were not, so they no longer belong together. Take the labels of the sorted "
    "rows."
)
def labels_not_sorted(probabilities, per_class):
    rows, labels = of(probabilities, per_class, order="by class")
    return np.sort(rows), labels[rows]


@mistake(
    "Every class got as many rows as the smallest class has. Where a class has too few, only that class gets fewer."
)
def as_the_smallest(probabilities, per_class):
    counts = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    rows, labels = of(probabilities, min(per_class, counts.min()))
    return rows, labels[rows]


@mistake("Of equally sure rows the higher indices were taken. The docstring asks for the lower ones.")
def later_of_equal(probabilities, per_class):
    labels, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    rows = []
    for c in range(probabilities.shape[1]):
        mine = np.flatnonzero(labels == c)[::-1]
        rows.append(mine[np.argsort(-sure[mine], kind="stable")][:per_class])
    rows = np.sort(np.concatenate(rows))
    return rows, labels[rows]


@mistake("The labels stand first. Return the indices, then the labels.")
def turned_round(probabilities, per_class):
    rows, labels = of(probabilities, per_class)
    return labels[rows], rows


def class_after_class(probabilities, per_class):
    """For each class: its rows, sorted by falling confidence, the first `per_class`; then all indices sorted."""
    labels, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    chosen = []
    for c in range(probabilities.shape[1]):
        mine = np.flatnonzero(labels == c)
        chosen.extend(mine[np.argsort(-sure[mine], kind="stable")[:per_class]])
    chosen = np.array(sorted(chosen), dtype=int)
    return chosen, labels[chosen]


def with_a_count(probabilities, per_class):
    """Go through the rows from the surest on, and take one while its class has places left."""
    labels, left = probabilities.argmax(axis=1), [per_class] * probabilities.shape[1]
    chosen = []
    for row in np.argsort(-probabilities.max(axis=1), kind="stable"):
        if left[labels[row]] > 0:
            left[labels[row]] -= 1
            chosen.append(int(row))
    chosen.sort()
    return chosen, [int(labels[row]) for row in chosen]


def with_ranks(probabilities, per_class):
    labels, sure = np.argmax(probabilities, 1), np.max(probabilities, 1)
    order = np.lexsort((np.arange(len(sure)), -sure, labels))
    sorted_labels = labels[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_labels, sorted_labels)
    chosen = np.sort(order[rank < per_class])
    return chosen.astype(np.int32), labels[chosen].astype(np.int32)


def with_a_mask(probabilities, per_class):
    labels = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1)
    keep = np.zeros(len(labels), dtype=bool)
    for c in set(labels.tolist()):
        scores = np.where(labels == c, sure, -1.0)
        order = np.argsort(-scores, kind="stable")[:per_class]
        keep[order[scores[order] > 0]] = True
    return [np.flatnonzero(keep), labels[keep]]


def with_better_ones_counted(probabilities, per_class):
    labels, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    place = np.arange(len(labels))
    earlier = (sure[None] > sure[:, None]) | ((sure[None] == sure[:, None]) & (place[None] < place[:, None]))
    better = (earlier & (labels[None] == labels[:, None])).sum(axis=1)
    rows = np.flatnonzero(better < per_class)
    return rows, labels[rows]


BALANCED_PSEUDO_LABELS = Exercise(
    name="balanced_pseudo_labels",
    lecture=LECTURE,
    section="3. What if they are all horses?",
    minutes=9,
    difficulty=2,
    parts=(Part("balance", 3, balance), Part("too few", 1, too_few), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        class_by_class,
        least_sure,
        first_ones,
        without_balance,
        by_column,
        labels_of_all,
        labels_not_sorted,
        as_the_smallest,
        later_of_equal,
        turned_round,
    ),
    spellings=(class_after_class, with_a_count, with_ranks, with_a_mask, with_better_ones_counted),
    equivalent_mutants={
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        "line 3: `1` → `-1`": "The shape has two entries, so entry 1 is the last.",
        "line 6: `np.array(sorted(chosen), dtype=int)` → `np.array(sorted(chosen))`": (
            "At least one row is chosen, so NumPy finds integers by itself."
        ),
        "line 6: `np.array(sorted(chosen), dtype=int)` → `sorted(chosen)`": (
            "A list of integers is as good as an array of them."
        ),
    },
    hints=(
        "Each row has a predicted class (`argmax`) and a confidence (`max`). Take one class at a time.",
        "`np.argsort(-confidence, kind='stable')` has the surest first, and of equal ones the lower index.",
        "When all classes are done, sort the indices, and only then take their labels.",
    ),
)
