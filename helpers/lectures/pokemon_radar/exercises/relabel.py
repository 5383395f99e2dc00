"""`relabel`: ids become 0, 1, 2, ... The oracle counts by hand in a dictionary."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from helpers.judging.exercise import Choice, Exercise, Part, call, in_order, mistake

from .common import LECTURE, unbalanced


def oracle(ids):
    classes = sorted(set(ids.tolist()))
    place = {one: number for number, one in enumerate(classes)}
    return np.array([place[one] for one in ids.tolist()], dtype=int), np.array(classes, dtype=int)


def some_ids(rng, count, low=0, high=150):
    """Different ids that are not 0, 1, 2, ...: the first step is larger than one."""
    return low + 2 + 3 * np.sort(rng.choice((high - low) // 3, count, replace=False))


def values(rng):
    return [
        call(np.array([43, 4, 98, 43, 4])),
        call(unbalanced(rng, 12, some_ids(rng, 3))),
        call(unbalanced(rng, 40, some_ids(rng, 7))),
    ]


def edge_cases(rng):
    """One class only, ids below 0, and no rows at all."""
    return [
        call(np.full(3, rng.integers(5, 90))),
        call(unbalanced(rng, 9, some_ids(rng, 4, low=-80, high=80))),
        call(np.array([], dtype=int)),
    ]


@mistake("The labels stand for the ids in the order in which they appear. Label 0 belongs to the smallest id.")
def by_first_appearance(ids):
    classes = list(dict.fromkeys(ids.tolist()))
    return np.array([classes.index(one) for one in ids.tolist()], dtype=int), np.array(classes, dtype=int)


@mistake("The labels count from 1. Keras expects labels from 0.")
def from_one(ids):
    labels, classes = oracle(ids)
    return labels + 1, classes


@mistake("The order is (labels, classes): first a label for each row, then the ids.")
def exchanged(ids):
    return oracle(ids)[::-1]


@mistake("The smallest id was subtracted. Between the ids there are gaps, so the labels still have gaps.")
def minus_the_smallest(ids):
    return ids - ids.min(initial=ids.max(initial=0)), oracle(ids)[1]


@mistake("These are the ids as they were. Each id becomes its place in the sorted list of all ids.")
def unchanged(ids):
    return ids.copy(), oracle(ids)[1]


@mistake("These are the places at which each id stands first. Asked for is a label for every row.")
def places_of_the_first(ids):
    classes, first = np.unique(ids, return_index=True)
    return first, classes


@mistake("Label 0 belongs to the largest id. The labels ascend with the ids.")
def descending(ids):
    labels, classes = oracle(ids)
    return len(classes) - 1 - labels, classes[::-1]


def with_unique(ids):
    """`np.unique` sorts the ids and says, for each row, which of them it is."""
    classes, labels = np.unique(ids, return_inverse=True)
    return labels, classes


def with_searchsorted(ids):
    """The place of an id in the sorted list of all ids."""
    classes = np.unique(ids)
    return np.searchsorted(classes, ids), classes


def with_comparisons(ids):
    classes = np.unique(ids)
    return (ids[:, None] > classes).sum(axis=1), classes


def with_a_dictionary(ids):
    classes = sorted(set(ids.tolist()))
    place = {one: number for number, one in enumerate(classes)}
    return np.array([place[one] for one in ids.tolist()], int), np.array(classes, int)


def with_ranks(ids):
    return rankdata(ids, method="dense").astype(int) - 1, np.unique(ids)


def _from_one(result, *others):
    """The same labels, counted from 1."""
    whole = isinstance(result, tuple | list) and len(result) == 2
    return (np.add(result[0], 1), result[1]) if whole else result


RELABEL = Exercise(
    name="relabel",
    lecture=LECTURE,
    section="1. What is in the table?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        by_first_appearance,
        from_one,
        exchanged,
        minus_the_smallest,
        unchanged,
        places_of_the_first,
        descending,
    ),
    spellings=(with_unique, with_searchsorted, with_comparisons, with_a_dictionary, with_ranks),
    hints=(
        "`np.unique(ids)` gives the different ids, sorted. Which place has each row's id in that list?",
        "`np.unique` returns a second array when it is asked with `return_inverse=True`.",
    ),
    equivalent_mutants={"line 3: `1` → `-1`": "Of two axes, the second is the last one."},
    choices=(
        Choice(
            "classes, then labels",
            texts={
                (
                    "labels : integer array (n,), values 0 .. k - 1\n    classes : integer array (k,), the different "
                    "ids in ascending order, so that classes[labels] gives the ids back"
                ): (
                    "classes : integer array (k,), the different ids in ascending order, so that classes[labels] "
                    "gives the ids back\n    labels : integer array (n,), values 0 .. k - 1"
                ),
                "labels, classes = relabel(": "classes, labels = relabel(",
            },
            changed=in_order(1, 0),
            without=("exchanged",),
        ),
        Choice(
            "labels that count from 1",
            texts={
                "Labels 0 .. k - 1 for ids": "Labels 1 .. k for ids",
                "labels : integer array (n,), values 0 .. k - 1": "labels : integer array (n,), values 1 .. k",
                "classes[labels] gives": "classes[labels - 1] gives",
                "[1, 0, 2, 1]": "[2, 1, 3, 2]",
            },
            code={"Label 0 belongs": "Label 1 belongs"},
            changed=_from_one,
            without=("from_one",),
        ),
    ),
)
