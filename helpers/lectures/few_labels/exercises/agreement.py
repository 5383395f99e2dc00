"""`agreement`: how often two models say the same. The oracle counts, row by row."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, sure_rows


def oracle(first, second):
    pairs = zip(np.asarray(first, dtype=float).tolist(), np.asarray(second, dtype=float).tolist(), strict=True)
    same = [one.index(max(one)) == other.index(max(other)) for one, other in pairs]
    return same.count(True) / len(same)


def partly(rng, n, classes):
    """Two models that agree in a part of the rows, but with other probabilities."""
    first = sure_rows(rng, n, classes)
    second = sure_rows(rng, n, classes)
    same = rng.permutation(n)[: int(rng.integers(n // 4 + 1, n // 2 + 1))]
    second[same] = 0.7 * first[same] + 0.3 / classes
    return first, second


def values(rng):
    return [
        call(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([[0.7, 0.3], [0.6, 0.4], [0.55, 0.45]])),
        call(*partly(rng, 9, 3)),
        call(*partly(rng, 20, 5)),
        call(*partly(rng, 30, 10)),
    ]


def edge_cases(rng):
    first = sure_rows(rng, 5, 3)
    return [
        call(first, 0.5 * first + 0.5 / 3),  # always
        call(np.array([[0.75, 0.25]]), np.array([[0.25, 0.75]])),  # never
        call(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[0.75, 0.25], [0.375, 0.625]])),  # a tie: the lowest class
        call(*partly(rng, 4, 2)),
    ]


def same(first, second):
    return first.argmax(axis=1) == second.argmax(axis=1)


@mistake("This is the number of rows. Divide by how many there are.")
def counted(first, second):
    return float(same(first, second).sum())


@mistake("This is the share of rows in which the two *differ*. Compare with `==`.")
def differing(first, second):
    return np.mean(~same(first, second))


@mistake("This is one answer for each row. Take their mean.")
def for_each_row(first, second):
    return same(first, second)


@mistake("The probabilities were compared. Two models agree when their largest probability stands in the same column.")
def equal_probabilities(first, second):
    return np.mean(np.isclose(first, second).all(axis=1))


@mistake("The mean went over the classes as well: divide by the number of rows, not of entries.")
def over_all_entries(first, second):
    return same(first, second).sum() / first.size


@mistake("The largest row of each class was compared. Each *row* has a predicted class: `axis=1`.")
def along_the_samples(first, second):
    return np.mean(first.argmax(axis=0) == second.argmax(axis=0))


@mistake("This is one minus the mean difference of the probabilities. Compare the predicted classes.")
def nearness(first, second):
    return 1 - np.abs(first - second).mean()


@mistake("Each probability was compared with one half, entry by entry. Compare the classes with the largest one.")
def entry_by_entry(first, second):
    return np.mean((first > 0.5) == (second > 0.5))


@mistake("This is a percentage. Return a share, between 0 and 1.")
def as_percentage(first, second):
    return 100 * np.mean(same(first, second))


@mistake("On a tie the last class was taken. `argmax` takes the lowest.")
def last_on_a_tie(first, second):
    return np.mean(first[:, ::-1].argmax(axis=1) == second[:, ::-1].argmax(axis=1))


def with_argmax(first, second):
    """The mean of a mask is the share of True in it."""
    return np.mean(first.argmax(axis=1) == second.argmax(axis=1))


def with_a_loop(first, second):
    """Count the rows in which both say the same."""
    count = 0
    for one, other in zip(first, second, strict=True):
        if np.argmax(one) == np.argmax(other):
            count += 1
    return count / len(first)


def with_count_nonzero(first, second):
    return float(np.count_nonzero(np.argmax(first, -1) == np.argmax(second, -1)) / first.shape[0])


def by_differences(first, second):
    return np.array(1 - np.count_nonzero(first.argmax(axis=1) - second.argmax(axis=1)) / len(first))


def in_single_precision(first, second):
    return (first.argmax(axis=1) == second.argmax(axis=1)).astype(np.float32).mean()


AGREEMENT = Exercise(
    name="agreement",
    lecture=LECTURE,
    section="4. Does an altered picture keep its label?",
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        counted,
        differing,
        for_each_row,
        equal_probabilities,
        over_all_entries,
        along_the_samples,
        nearness,
        entry_by_entry,
        as_percentage,
        last_on_a_tie,
    ),
    spellings=(with_argmax, with_a_loop, with_count_nonzero, by_differences, in_single_precision),
    equivalent_mutants={
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "First the predicted class of every row, for each model: the column of the largest probability.",
        "Where are the two equal? The mean of True and False is the share of True.",
    ),
)
