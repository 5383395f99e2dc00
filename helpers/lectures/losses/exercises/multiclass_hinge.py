"""`multiclass_hinge`: every wrong class must stay a margin below the right one. The oracle goes score by score."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import FOR_EACH, LECTURE, SUMMED, labels


def oracle(scores, labels, margin=1.0):
    losses = []
    for row, label in zip(np.asarray(scores, float).tolist(), labels, strict=True):
        losses.append(math.fsum(max(0.0, margin + s - row[label]) for c, s in enumerate(row) if c != label))
    return math.fsum(losses) / len(losses)


def values(rng):
    return [
        call(np.array([[3.0, 2.5, -1.0], [0.0, 1.0, 2.0]]), np.array([0, 1])),
        call(rng.normal(0, 2, (5, 3)), labels(rng, 5, 3)),
        call(rng.normal(0, 1, (8, 6)), labels(rng, 8, 6)),
    ]


def margins(rng):
    return [
        call(np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([0, 1]), margin=2.0),
        call(rng.normal(0, 2, (5, 4)), labels(rng, 5, 4), float(rng.uniform(0.2, 0.7))),
        call(rng.normal(0, 2, (5, 4)), labels(rng, 5, 4), margin=float(rng.uniform(2, 4))),
    ]


def edge_cases(rng):
    return [
        call(np.array([[5.0, 0.0]]), np.array([0])),
        call(np.zeros((3, 4)), labels(rng, 3, 4)),
        call(rng.integers(-3, 4, (4, 3)), labels(rng, 4, 3)),
        call(rng.normal(0, 2, (3, 3)).astype(np.float32), labels(rng, 3, 3)),
    ]


def excess(scores, labels, margin=1.0):
    scores = np.asarray(scores, dtype=float)
    right = scores[np.arange(len(labels)), labels][:, None]
    found = np.maximum(0, margin + scores - right)
    found[np.arange(len(labels)), labels] = 0
    return found


@mistake("The right class was counted, too: it adds `margin` for each sample. Only the wrong classes count.")
def with_the_right_class(scores, labels, margin=1.0):
    return (excess(scores, labels, margin).sum(axis=1) + margin).mean()


@mistake(SUMMED)
def summed(scores, labels, margin=1.0):
    return excess(scores, labels, margin).sum()


@mistake(FOR_EACH)
def one_for_each(scores, labels, margin=1.0):
    return excess(scores, labels, margin).sum(axis=1)


@mistake("Only the worst class of each sample was counted. Add up all wrong classes.")
def worst_only(scores, labels, margin=1.0):
    return excess(scores, labels, margin).max(axis=1).mean()


@mistake("It was also divided by the number of classes. The mean is over the samples only.")
def divided_by_classes(scores, labels, margin=1.0):
    return excess(scores, labels, margin).mean()


@mistake("It was divided by the number of wrong classes. They are added up; the mean is over the samples only.")
def divided_by_wrong_classes(scores, labels, margin=1.0):
    return excess(scores, labels, margin).sum(axis=1).mean() / (np.shape(scores)[1] - 1)


@mistake("`margin` is not used; it is always 1.")
def margin_ignored(scores, labels, margin=1.0):
    return excess(scores, labels).sum(axis=1).mean()


@mistake("The excess was squared. The hinge is linear.")
def squared(scores, labels, margin=1.0):
    return (excess(scores, labels, margin) ** 2).sum(axis=1).mean()


@mistake(
    "Negative terms were kept, so a class that is far below pays for others: cut off at 0 with `np.maximum(0, ...)`."
)
def without_the_hinge(scores, labels, margin=1.0):
    scores = np.asarray(scores, dtype=float)
    right = scores[np.arange(len(labels)), labels][:, None]
    return ((margin + scores - right).sum(axis=1) - margin).mean()


@mistake("Right and wrong are exchanged: the term is margin + wrong - right.")
def exchanged(scores, labels, margin=1.0):
    return excess(-np.asarray(scores, dtype=float), labels, margin).sum(axis=1).mean()


@mistake("The margin is missing: a wrong class must stay `margin` below the right one, not only below it.")
def without_a_margin(scores, labels, margin=1.0):
    return excess(scores, labels, 0.0).sum(axis=1).mean()


def with_a_mask(scores, labels, margin=1.0):
    """All classes at once; the right one is set to 0 afterwards."""
    right = scores[np.arange(len(labels)), labels]
    terms = np.maximum(0, margin + scores - right[:, None])
    terms[np.arange(len(labels)), labels] = 0
    return terms.sum() / len(labels)


def right_class_subtracted(scores, labels, margin=1.0):
    """The right class always gives exactly `margin`; subtract it at the end."""
    right = np.take_along_axis(scores, labels[:, None], axis=1)
    return float(np.mean(np.maximum(0, margin + scores - right).sum(axis=1) - margin))


def with_loops(scores, labels, margin=1.0):
    total = 0.0
    for row, label in zip(scores, labels, strict=True):
        for c, score in enumerate(row):
            if c != label:
                total += max(0.0, margin + float(score) - float(row[label]))
    return total / len(labels)


def with_delete(scores, labels, margin=1.0):
    losses = [
        np.clip(margin + np.delete(row, k) - row[k], 0, None).sum() for row, k in zip(scores, labels, strict=True)
    ]
    return np.array(np.mean(losses))


def in_single_precision(scores, labels, margin=1.0):
    return np.float32(with_a_mask(np.asarray(scores, np.float32), labels, np.float32(margin)))


MULTICLASS_HINGE = Exercise(
    name="multiclass_hinge",
    lecture=LECTURE,
    section="6. Other ways to say it",
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("margins", 1, margins), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        with_the_right_class,
        summed,
        one_for_each,
        worst_only,
        divided_by_classes,
        divided_by_wrong_classes,
        margin_ignored,
        squared,
        without_the_hinge,
        exchanged,
        without_a_margin,
    ),
    spellings=(with_a_mask, right_class_subtracted, with_loops, with_delete, in_single_precision),
    equivalent_mutants={
        "line 3: `np.maximum(0, margin + gaps)` → `np.maximum(margin + gaps, 0)`": "A maximum has no order.",
        "line 5: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "For one wrong class: max(0, margin + its score - the score of the right class).",
        "For all at once: subtract a column with the scores of the right classes. Take care that the right class "
        "gives 0.",
    ),
)
