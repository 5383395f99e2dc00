"""`batches_of`: the rows in order, some at a time. The oracle asks for each row which batch it belongs to."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(features, labels, batch_size):
    batch = np.arange(len(labels)) // batch_size
    return tuple((features[batch == b], labels[batch == b]) for b in range(batch.max(initial=-1) + 1))


def rows(rng, count, columns=2):
    return rng.normal(size=(count, columns)).round(3), rng.integers(0, 5, count)


def values(rng):
    return [
        call(np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]), np.array([0, 1, 0, 1, 2]), 2),
        call(*rows(rng, 10), 4),
        call(*rows(rng, int(rng.integers(16, 20)), 3), 5),
    ]


def edge_cases(rng):
    """A number of rows that the size divides, batches of one row, a size above all rows, and no rows."""
    return [
        call(*rows(rng, 6), 3),
        call(*rows(rng, 3), 1),
        call(*rows(rng, 4), int(rng.integers(5, 50))),
        call(np.zeros((0, 2)), np.array([], dtype=int), int(rng.integers(2, 9))),
    ]


def cut(features, labels, starts, size):
    return tuple((features[i : i + size], labels[i : i + size]) for i in starts)


@mistake("The last batch is missing where the rows do not fill it. It may be smaller.")
def without_the_rest(features, labels, batch_size):
    return cut(features, labels, range(0, len(labels) - batch_size + 1, batch_size), batch_size)


@mistake(
    "There are `batch_size` batches. `batch_size` is the number of rows in each; the number of batches follows from it."
)
def so_many_batches(features, labels, batch_size):
    pairs = zip(np.array_split(features, batch_size), np.array_split(labels, batch_size), strict=True)
    return tuple((x, y) for x, y in pairs if len(y))


@mistake(
    "The last batch is empty when the number of rows is a multiple of `batch_size`. An empty batch gives a loss of NaN."
)
def with_an_empty_one(features, labels, batch_size):
    return cut(features, labels, range(0, len(labels) + 1, batch_size), batch_size)


@mistake("The batches overlap: each begins one row after the one before. The next begins where the last one ended.")
def overlapping(features, labels, batch_size):
    return cut(features, labels, range(max(len(labels) - batch_size + 1, 0)), batch_size)


@mistake("Each batch holds only its features. A batch is a pair: (features, labels).")
def features_only(features, labels, batch_size):
    return tuple(x for x, _ in oracle(features, labels, batch_size))


@mistake("The deck's slip: batch_size / rows is below 1, so there are no batches. Divide the rows by the batch size.")
def the_wrong_way_round(features, labels, batch_size):
    count = batch_size // len(labels) if len(labels) else 0
    return cut(features, labels, range(0, count * batch_size, batch_size), batch_size) if count else ()


@mistake("The last batch begins again with the first rows. Each row belongs to one batch.")
def filled_up(features, labels, batch_size):
    places = np.arange(-(-len(labels) // batch_size) * batch_size) % max(len(labels), 1)
    return tuple((features[some], labels[some]) for some in places.reshape(-1, batch_size))


def with_slices(features, labels, batch_size):
    """A slice that goes beyond the end is simply shorter."""
    return [
        (features[first : first + batch_size], labels[first : first + batch_size])
        for first in range(0, len(labels), batch_size)
    ]


def with_split(features, labels, batch_size):
    """`np.split` cuts at the places that it is given."""
    if not len(labels):
        return []
    cuts = range(batch_size, len(labels), batch_size)
    return list(zip(np.split(features, cuts), np.split(labels, cuts), strict=True))


def with_a_while_loop(features, labels, batch_size):
    batches, first = [], 0
    while first < len(labels):
        batches.append((features[first : first + batch_size].copy(), labels[first : first + batch_size].copy()))
        first += batch_size
    return batches


def with_a_generator(features, labels, batch_size):
    def some():
        for first in range(0, len(labels), batch_size):
            last = min(first + batch_size, len(labels))
            yield [features[first:last], labels[first:last]]

    return tuple(some())


def with_indices(features, labels, batch_size):
    count = -(-len(labels) // batch_size)
    numbers = [range(b * batch_size, min((b + 1) * batch_size, len(labels))) for b in range(count)]
    return [(features[list(some)], labels[list(some)]) for some in numbers]


BATCHES_OF = Exercise(
    name="batches_of",
    lecture=LECTURE,
    section="9. What if the table does not fit into memory?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        without_the_rest,
        so_many_batches,
        with_an_empty_one,
        overlapping,
        features_only,
        the_wrong_way_round,
        filled_up,
    ),
    spellings=(with_slices, with_split, with_a_while_loop, with_a_generator, with_indices),
    hints=(
        "`range(0, len(labels), batch_size)` gives the first row of every batch.",
        "A slice that goes beyond the end of an array is shorter. So the last batch needs no case of its own.",
    ),
)
