"""`pseudo_labels`: what the network is sure of. The oracle compares fractions, row by row."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import LECTURE, sure_rows


def oracle(probabilities, threshold=0.9):
    chosen = []
    for row, values in enumerate(np.asarray(probabilities, dtype=float).tolist()):
        best = max(values)
        if Fraction(best) > Fraction(threshold):
            chosen.append((row, values.index(best)))
    return np.array([row for row, _ in chosen], dtype=int), np.array([label for _, label in chosen], dtype=int)


def selection(rng):
    return [
        call(np.array([[0.95, 0.05], [0.6, 0.4], [0.02, 0.98]])),
        call(sure_rows(rng, 9, 3)),
        call(sure_rows(rng, 20, 5)),
    ]


def thresholds(rng):
    return [
        call(np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.1, 0.8]]), 0.5),
        call(sure_rows(rng, 10, 3), 0.75),
        call(sure_rows(rng, 12, 4), threshold=0.5),
    ]


def edge_cases(rng):
    return [
        call(np.array([[0.75, 0.25], [0.25, 0.75], [0.125, 0.875]]), 0.75),  # exactly at the threshold: not above it
        call(np.array([[0.5, 0.5], [0.25, 0.75]]), 0.25),  # a tie: the lowest class
        call(np.array([[0.4, 0.6], [0.55, 0.45]])),  # nothing is sure
        call(sure_rows(rng, 1, 3), 0.4),
    ]


def chosen(probabilities, threshold):
    return np.flatnonzero(probabilities.max(axis=1) > threshold)


@mistake("A probability equal to the threshold was taken. The docstring says above it: `>`.")
def at_the_threshold(probabilities, threshold=0.9):
    rows = np.flatnonzero(probabilities.max(axis=1) >= threshold)
    return rows, probabilities[rows].argmax(axis=1)


@mistake("The labels are those of all rows. Return them for the chosen rows only, in the same order.")
def labels_of_all(probabilities, threshold=0.9):
    return chosen(probabilities, threshold), probabilities.argmax(axis=1)


@mistake("A mask came back instead of indices. `np.flatnonzero(mask)` gives the rows.")
def a_mask(probabilities, threshold=0.9):
    mask = probabilities.max(axis=1) > threshold
    return mask, probabilities[mask].argmax(axis=1)


@mistake("These are the probabilities of the chosen rows. The labels are the columns that hold them: `argmax`.")
def probabilities_as_labels(probabilities, threshold=0.9):
    rows = chosen(probabilities, threshold)
    return rows, probabilities[rows].max(axis=1)


@mistake("The rows that are *not* sure were chosen. Take those above the threshold.")
def the_unsure(probabilities, threshold=0.9):
    rows = np.flatnonzero(probabilities.max(axis=1) <= threshold)
    return rows, probabilities[rows].argmax(axis=1)


@mistake("The threshold is fixed at 0.9. Use the argument `threshold`.")
def fixed_threshold(probabilities, threshold=0.9):
    rows = chosen(probabilities, 0.9)
    return rows, probabilities[rows].argmax(axis=1)


@mistake("The rows come with the surest first. The docstring asks for ascending indices.")
def surest_first(probabilities, threshold=0.9):
    rows = chosen(probabilities, threshold)
    rows = rows[np.argsort(-probabilities[rows].max(axis=1), kind="stable")]
    return rows, probabilities[rows].argmax(axis=1)


@mistake("The labels stand first. Return the indices, then the labels.")
def turned_round(probabilities, threshold=0.9):
    rows = chosen(probabilities, threshold)
    return probabilities[rows].argmax(axis=1), rows


@mistake("A row comes once for each class above the threshold. Compare only its largest probability.")
def every_entry(probabilities, threshold=0.9):
    return tuple(np.nonzero(probabilities > threshold))


@mistake("The classes are counted from 1. They are the numbers of the columns, from 0.")
def from_one(probabilities, threshold=0.9):
    rows = chosen(probabilities, threshold)
    return rows, probabilities[rows].argmax(axis=1) + 1


def with_flatnonzero(probabilities, threshold=0.9):
    """A mask of the rows that are sure, its places, and the largest column of each."""
    rows = np.flatnonzero(probabilities.max(axis=1) > threshold)
    return rows, probabilities[rows].argmax(axis=1)


def with_a_loop(probabilities, threshold=0.9):
    """Row by row, in two lists."""
    indices, labels = [], []
    for row, values in enumerate(probabilities):
        if max(values) > threshold:
            indices.append(row)
            labels.append(int(np.argmax(values)))
    return indices, labels


def with_where(probabilities, threshold=0.9):
    labels = np.argmax(probabilities, axis=1)
    best = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0]
    (rows,) = np.where(best > threshold)
    return [rows.astype(np.int32), labels[rows].astype(np.int32)]


def with_a_mask(probabilities, threshold=0.9):
    mask = (probabilities > threshold).any(axis=1)
    return np.arange(len(probabilities))[mask], probabilities.argmax(axis=1)[mask]


def with_comprehensions(probabilities, threshold=0.9):
    rows = [i for i in range(len(probabilities)) if probabilities[i].max() > threshold]
    return np.array(rows, dtype=int), np.array([probabilities[i].argmax() for i in rows], dtype=int)


PSEUDO_LABELS = Exercise(
    name="pseudo_labels",
    lecture=LECTURE,
    section="2. Can a network label its own pictures?",
    minutes=5,
    difficulty=1,
    parts=(
        Part("selection", 2, selection),
        Part("other thresholds", 1, thresholds),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        at_the_threshold,
        labels_of_all,
        a_mask,
        probabilities_as_labels,
        the_unsure,
        fixed_threshold,
        surest_first,
        turned_round,
        every_entry,
        from_one,
    ),
    spellings=(with_flatnonzero, with_a_loop, with_where, with_a_mask, with_comprehensions),
    equivalent_mutants={
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
        "line 2: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "The largest probability of each row says how sure the network is. Which rows are above the threshold?",
        "`np.flatnonzero(mask)` gives the places where a mask is true. `argmax` along the classes gives labels.",
    ),
    choices=by_default("threshold=0.9", "0.8", "0.7", "0.6", code={"fixed at 0.9.": "fixed at {}."}),
)
