"""`count_distinct_units`: units that start alike stay alike. The oracle puts the columns into a set."""

from __future__ import annotations

import numpy as np

from helpers.exercises.initialization.common import ARRAYS_ANYWAY, LECTURE, SYMMETRY
from helpers.judging.exercise import Exercise, Part, call, mistake


def unit_values(rng):
    base = rng.normal(0, 1, (4, 3))
    return [
        call(np.array([[1.0, 1.0, 2.0], [0.5, 0.5, 3.0]])),
        call(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])),
        call(np.array([[1.0, -1.0, 1.0, 2.0], [2.0, -2.0, 2.0, 4.0]])),
        call(np.full((3, 5), 0.1)),
        call(base[:, rng.permutation([0, 0, 1, 2, 2, 2])]),
        call(np.concatenate([base, base[:, :1] + 1e-6], axis=1)),
    ]


def unit_edges(rng):
    return [
        call([[1.0, 1.0], [2.0, 2.0]]),
        call([[1, 2, 1]]),
        call([[1], [1], [2]]),
        call(np.zeros((2, 4))),
        call(rng.integers(0, 2, (2, 9))),
        call(rng.normal(0, 1, (3, 4)).astype(np.float32)[:, [0, 1, 1, 3, 0]]),
    ]


def count_distinct_units_oracle(weights):
    return len({tuple(float(number) for number in unit) for unit in zip(*weights, strict=True)})


@mistake("You counted different rows. A unit is a column: its incoming weights stand below one another.")
def count_rows(weights):
    return len(np.unique(np.asarray(weights), axis=0))


@mistake("You counted different numbers. Two units are the same when *all* their weights are.")
def count_numbers(weights):
    return np.unique(np.asarray(weights)).size


@mistake("This is the rank. A unit that is a multiple of another one is still a different unit.")
def count_rank(weights):
    return int(np.linalg.matrix_rank(np.asarray(weights, dtype=float)))


@mistake("You counted units of which there is only one. Of two equal ones, one counts.")
def count_single(weights):
    return int(np.sum(np.unique(np.asarray(weights), axis=1, return_counts=True)[1] == 1))


@mistake("These are all units. Equal ones count once.")
def count_all(weights):
    return np.shape(weights)[1]


@mistake("Different units can have the same sum. Compare all the weights.")
def count_sums(weights):
    return np.unique(np.sum(np.asarray(weights), axis=0)).size


@mistake("These are the units that another one repeats. The different ones are asked for.")
def count_repetitions(weights):
    return np.shape(weights)[1] - np.unique(np.asarray(weights), axis=1).shape[1]


def count_by_unique(weights):
    return np.unique(np.asarray(weights), axis=1).shape[1]


def count_by_turning(weights):
    return len(np.unique(np.transpose(weights), axis=0))


def count_by_tuples(weights):
    return len(set(map(tuple, np.asarray(weights).T.tolist())))


def count_by_bytes(weights):
    return np.int64(len({column.tobytes() for column in np.ascontiguousarray(np.asarray(weights, dtype=float).T)}))


def count_by_loops(weights):
    kept = []
    for column in np.asarray(weights).T:
        if not any(np.array_equal(column, other) for other in kept):
            kept.append(column)
    return np.array(len(kept))


def count_by_sorting(weights):
    weights = np.asarray(weights)
    ordered = weights[:, np.lexsort(weights)]
    return 1 + int(np.any(np.diff(ordered, axis=1) != 0, axis=0).sum())


COUNT_DISTINCT_UNITS = Exercise(
    name="count_distinct_units",
    lecture=LECTURE,
    section=SYMMETRY,
    minutes=5,
    difficulty=1,
    parts=(Part("values", 1, unit_values), Part("edge cases", 1, unit_edges)),
    oracle=count_distinct_units_oracle,
    mistakes=(
        count_rows,
        count_numbers,
        count_rank,
        count_single,
        count_all,
        count_sums,
        count_repetitions,
    ),
    spellings=(
        count_by_unique,
        count_by_turning,
        count_by_tuples,
        count_by_bytes,
        count_by_loops,
        count_by_sorting,
    ),
    hints=(
        "`np.unique` finds different numbers. It also finds different rows or columns, if you tell it the axis.",
        "`np.unique(..., axis=1)` keeps one of each column. How many has it?",
    ),
    equivalent_mutants={
        "line 1: `1` → `-1`": "A table has two axes, so the last one is number 1.",
        "line 1: `np.asarray(weights)` → `weights`": ARRAYS_ANYWAY,
    },
)
