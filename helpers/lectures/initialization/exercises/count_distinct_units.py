"""`count_distinct_units`: units that start alike stay alike. The oracle puts the columns into a set."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, SYMMETRY


def with_repetitions(rng, units, copies):
    """The columns of `units`, the first of them `copies` times and the others twice, in any order."""
    places = np.repeat(np.arange(units.shape[1]), [copies] + [2] * (units.shape[1] - 1))
    return units[:, rng.permutation(places)]


def unit_values(rng):
    # Far from each other, so that the tiny step below makes the only pair that is nearly equal.
    base = rng.permuted(np.arange(1.0, 25.0)).reshape(4, 6) + rng.uniform(0, 0.5, (4, 6))
    return [
        call(np.array([[1.0, 1.0, 2.0], [0.5, 0.5, 3.0]])),
        call(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])),
        call(np.array([[1.0, -1.0, 1.0, 2.0, 1.0], [2.0, -2.0, 2.0, 4.0, 5.0]])),
        call(np.full((3, 5), 0.1)),
        call(with_repetitions(rng, base[:, : rng.integers(3, 6)], copies=3)),
        call(np.concatenate([base, base[:, :1] * (1 + 1e-6)], axis=1)),
        call(with_repetitions(rng, 1e-10 * base[:, : rng.integers(3, 6)], copies=3)),
    ]


def unit_edges(rng):
    whole = rng.permuted(np.arange(-10, 10)[:, None], axis=0).reshape(2, 10) * 3 + 1
    return [
        call(np.array([[1, 2, 1]])),
        call(np.array([[1.0], [1.0], [2.0]])),
        call(np.array([[2, 1, 1], [1, 2, 1]])[:, [0, 1, 0, 2]]),
        call(np.zeros((2, 4))),
        call(with_repetitions(rng, whole[:, : rng.integers(4, 10)], copies=4)),
        call(with_repetitions(rng, rng.normal(0, 1, (3, 3)).astype(np.float32), copies=3)),
    ]


def count_distinct_units_oracle(weights):
    return len({tuple(float(number) for number in unit) for unit in zip(*weights, strict=True)})


@mistake("You counted different rows. A unit is a column: its incoming weights stand below one another.")
def count_rows(weights):
    return len(np.unique(weights, axis=0))


@mistake("You counted different numbers. Two units are the same when *all* their weights are.")
def count_numbers(weights):
    return np.unique(weights).size


@mistake("This is the rank. A unit that is a multiple of another one is still a different unit.")
def count_rank(weights):
    return int(np.linalg.matrix_rank(weights))


@mistake("You counted the units that occur only once. Of two equal units, one counts as well.")
def count_single(weights):
    return int(np.sum(np.unique(weights, axis=1, return_counts=True)[1] == 1))


@mistake("These are all units. Equal ones count once.")
def count_all(weights):
    return weights.shape[1]


@mistake("Different units can have the same sum. Compare all the weights.")
def count_sums(weights):
    return len({round(float(total), 12) for total in np.sum(weights, axis=0)})


@mistake("These are the units that repeat another one. The number of different units is asked for.")
def count_repetitions(weights):
    return weights.shape[1] - np.unique(weights, axis=1).shape[1]


@mistake("You compared each unit with its neighbor only. Equal units may stand apart.")
def count_changes(weights):
    return 1 + int(np.any(np.diff(weights, axis=1) != 0, axis=0).sum())


@mistake("You compared each unit with the first one only. The others may be equal to each other.")
def count_unlike_the_first(weights):
    return 1 + int(np.any(weights != weights[:, :1], axis=0).sum())


@mistake("You took units that are nearly equal for the same. Here only exactly equal weights count as equal.")
def count_nearly_equal(weights):
    kept = []
    for unit in weights.T:
        if not any(np.allclose(unit, other) for other in kept):
            kept.append(unit)
    return len(kept)


@mistake("You compared the weights of the first row only. Two units are the same when *all* their weights are.")
def count_in_the_first_row(weights):
    return len(set(weights[0].tolist()))


@mistake("You compared the weights without their signs. A unit with the opposite weights is another unit.")
def count_without_signs(weights):
    return np.unique(np.abs(weights), axis=1).shape[1]


@mistake("You compared the sorted weights of the units. The same numbers in another order make another unit.")
def count_regardless_of_order(weights):
    return np.unique(np.sort(weights, axis=0), axis=1).shape[1]


@mistake("These are the different units themselves. Their number is asked for.")
def count_returns_the_units(weights):
    return np.unique(weights, axis=1)


def count_by_unique(weights):
    return np.unique(np.asarray(weights), axis=1).shape[1]


def count_by_transposing(weights):
    return len(np.unique(np.transpose(weights), axis=0))


def count_by_tuples(weights):
    """A set keeps one of each unit, without sorting; tuples can be its members, arrays cannot."""
    return len({tuple(unit) for unit in weights.T.tolist()})


def count_by_bytes(weights):
    return np.int64(len({column.tobytes() for column in np.ascontiguousarray(np.asarray(weights, dtype=float).T)}))


def count_by_loops(weights):
    kept = []
    for column in np.asarray(weights).T:
        if not any(np.array_equal(column, other) for other in kept):
            kept.append(column)
    return np.array(len(kept))


def count_by_sorting(weights):
    """Sorted units that are equal stand side by side, so it is enough to count where the next one differs."""
    ordered = weights[:, np.lexsort(weights)]
    is_new = np.any(ordered[:, 1:] != ordered[:, :-1], axis=0)
    return 1 + int(is_new.sum())


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
        count_changes,
        count_unlike_the_first,
        count_nearly_equal,
        count_regardless_of_order,
        count_in_the_first_row,
        count_without_signs,
        count_returns_the_units,
    ),
    spellings=(
        count_by_unique,
        count_by_transposing,
        count_by_tuples,
        count_by_bytes,
        count_by_loops,
        count_by_sorting,
    ),
    hints=(
        "Which axis of `(fan_in, units)` counts the units? Compare whole columns.",
        "`np.unique` finds different numbers. It also finds different rows or columns, if you tell it the axis.",
    ),
    equivalent_mutants={
        "line 1: `1` → `-1`": "A table has two axes, so the last one is number 1.",
    },
)
