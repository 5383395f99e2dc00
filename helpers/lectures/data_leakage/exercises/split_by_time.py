"""Exercise `split_by_time`: train strictly before a moment, test from it on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_order, mistake

from .messages import (
    FUTURE,
    IF_ON_AN_ARRAY,
    INTEGERS_WHEN_EMPTY,
    LECTURE,
    MASKS,
    SWAPPED,
    WHERE,
)


def oracle(times, cutoff):
    before = [i for i, time in enumerate(times.tolist()) if time < cutoff]
    after = [i for i, time in enumerate(times.tolist()) if not time < cutoff]
    return np.array(before, dtype=int), np.array(after, dtype=int)


def moments(rng, low, high, count):
    """Odd eighths, so that none is a whole number and single precision holds them all; both ends are among them."""
    eighths = 2 * np.append(rng.integers(4 * low, 4 * high, count - 2), [4 * low, 4 * high - 1]) + 1
    return rng.permutation(eighths) / 8


def values(rng):
    return [
        call(np.array([5.0, 1.0, 7.5, 3.0, 2.0]), 3.5),
        call(moments(rng, 0, 100, 12), 60.0),
        call(moments(rng, -50, 50, 40), float(rng.integers(-10, 11))),
        call(np.sort(moments(rng, 0, 10, 9)), 4.0),
        call(np.array([-1.5, 4.0, -3.0]), -2.0),
    ]


def edge_cases(rng):
    days = rng.integers(0, 9, 20)
    return [
        call(np.array([2.0, 1.0, 3.0, 2.0]), 2.0),
        call(np.array([4.0, 2.0, 9.5]), 4.0),
        call(days, int(days[7])),
        call(np.array([3, 1, 2]), 2),
        call(np.array([1.0, 2.0]), 9.0),
        call(np.array([6.0, 7.0, 5.5]), 5.0),
        call(np.array([3.0]), 3.0),
        # Earlier by less than the allowance of `np.isclose`.
        call(np.array([5.0, 4 - 2.0**-20, 4.0]), 4.0),
        call(np.array([4.25, 7.0, 1.5], dtype=np.float32), 4.5),
        call(moments(rng, 0, 9, 7).astype(np.float32), 4.5),
    ]


@mistake("The rows *at* the cutoff belong to test: train is strictly before it.")
def cutoff_in_train(times, cutoff):
    return np.flatnonzero(times <= cutoff), np.flatnonzero(times > cutoff)


@mistake("The rows at the cutoff are on neither side. Test starts *at* the cutoff: `>=`.")
def cutoff_nowhere(times, cutoff):
    return np.flatnonzero(times < cutoff), np.flatnonzero(times > cutoff)


@mistake("The rows at the cutoff are on both sides. Train is strictly before it: `<`.")
def cutoff_twice(times, cutoff):
    return np.flatnonzero(times <= cutoff), np.flatnonzero(times >= cutoff)


@mistake(
    "`np.isclose` allows a small difference, so a row just before the cutoff is on the wrong side. Compare with `<`."
)
def nearly_at_the_cutoff(times, cutoff):
    before = (times < cutoff) & ~np.isclose(times, cutoff)
    return np.flatnonzero(before), np.flatnonzero(~before)


@mistake("The cutoff was cut to a whole number. Compare the times with the cutoff as it is.")
def whole_cutoff(times, cutoff):
    return np.flatnonzero(times < int(cutoff)), np.flatnonzero(times >= int(cutoff))


@mistake(SWAPPED + " As it stands, you would train on the future and test on the past.")
def the_wrong_way_round(times, cutoff):
    return np.flatnonzero(times >= cutoff), np.flatnonzero(times < cutoff)


@mistake(MASKS)
def as_masks(times, cutoff):
    return times < cutoff, times >= cutoff


@mistake("These are the times themselves. Return the positions that they have in `times`.")
def as_times(times, cutoff):
    return times[times < cutoff], times[times >= cutoff]


@mistake(WHERE)
def as_tuples_of_arrays(times, cutoff):
    return np.where(times < cutoff), np.where(times >= cutoff)


@mistake("Only the train indices were returned. Return both, separated by a comma: train first, then test.")
def train_alone(times, cutoff):
    return np.flatnonzero(times < cutoff)


@mistake("The indices are in the order of time. They should ascend, so that the rows keep their order.")
def in_order_of_time(times, cutoff):
    order = np.argsort(times, kind="stable")
    return order[times[order] < cutoff], order[times[order] >= cutoff]


@mistake(
    "The rows were counted from the top, as if they were sorted by time. Compare each row's own time with the cutoff."
)
def by_position(times, cutoff):
    before = int(np.sum(times < cutoff))
    return np.arange(before), np.arange(before, len(times))


@mistake("The cutoff was used as a position. It is a moment: compare the times with it.")
def cutoff_as_a_position(times, cutoff):
    rows = np.arange(len(times))
    return rows[: int(cutoff)], rows[int(cutoff) :]


@mistake(INTEGERS_WHEN_EMPTY)
def floats_when_empty(times, cutoff):
    before = np.array([i for i, time in enumerate(times) if time < cutoff])
    return before, np.array([i for i, time in enumerate(times) if time >= cutoff])


@mistake(IF_ON_AN_ARRAY)
def with_an_if(times, cutoff):
    rows = np.arange(len(times))
    if times < cutoff:  # raises ValueError for an array of more than one item
        return rows, rows[:0]
    return rows[:0], rows


def by_flatnonzero(times, cutoff):
    return np.flatnonzero(times < cutoff), np.flatnonzero(times >= cutoff)


def by_where(times, cutoff):
    times = np.array(times)
    return np.where(times < cutoff)[0], np.where(times >= cutoff)[0]


def by_lists(times, cutoff):
    """Two lists, filled row by row: the same with plain Python, for times that are no numbers either, such as dates."""
    train = [i for i, time in enumerate(times) if time < cutoff]
    test = [i for i, time in enumerate(times) if not time < cutoff]
    return train, test


def by_difference(times, cutoff):
    train = np.flatnonzero(np.less(times, cutoff))
    return train, np.setdiff1d(np.arange(len(times)), train)


def by_sorting(times, cutoff):
    """Sorted once, a table can be cut at many moments: `np.searchsorted` finds each of them without a pass over it."""
    order = np.argsort(times)
    place = np.searchsorted(times[order], cutoff, side="left")
    return np.sort(order[:place]), np.sort(order[place:])


def by_a_mask_of_positions(times, cutoff):
    rows = np.arange(len(times))
    late = np.greater_equal(times, cutoff)
    return [rows[~late], rows[late]]


def as_named_tuple(times, cutoff):
    return Sides(np.flatnonzero(times < cutoff), np.flatnonzero(times >= cutoff))


class Sides(NamedTuple):
    train: np.ndarray
    test: np.ndarray


# What the docstring says of each result.
_TRAIN = (
    "    train_indices : array of integers, shape (k,)\n"
    "        The positions of the rows with time < cutoff, ascending. Integers also when there is none.\n"
)
_TEST = (
    "    test_indices : array of integers, shape (n - k,)\n"
    "        The positions of the rows with time >= cutoff, likewise.\n"
)


def _descending(result, *others, **named):
    return tuple(part[::-1] if isinstance(part, np.ndarray | list | tuple) else part for part in result)


SPLIT_BY_TIME = Exercise(
    name="split_by_time",
    lecture=LECTURE,
    section=FUTURE,
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 2, edge_cases)),
    oracle=oracle,
    mistakes=(
        cutoff_in_train,
        cutoff_nowhere,
        cutoff_twice,
        nearly_at_the_cutoff,
        whole_cutoff,
        the_wrong_way_round,
        as_masks,
        as_times,
        as_tuples_of_arrays,
        train_alone,
        in_order_of_time,
        by_position,
        cutoff_as_a_position,
        floats_when_empty,
        with_an_if,
    ),
    spellings=(
        by_flatnonzero,
        by_where,
        by_lists,
        by_difference,
        by_sorting,
        by_a_mask_of_positions,
        as_named_tuple,
    ),
    hints=(
        "A comparison with the cutoff gives a mask of the train rows; `~` gives the opposite mask.",
        "`np.flatnonzero` gives the positions at which a mask is true, in ascending order.",
    ),
    choices=(
        Choice(
            "test before train",
            texts={
                _TRAIN + _TEST: _TEST.replace("likewise", "ascending. Integers also when there is none")
                + _TRAIN.replace("ascending. Integers also when there is none", "likewise"),
                "train, test = split_by_time": "test, train = split_by_time",
            },
            changed=in_order(1, 0),
            without=("the_wrong_way_round",),
        ),
        Choice(
            "descending positions",
            texts={"time < cutoff, ascending.": "time < cutoff, descending.", "([1, 3], [0, 2])": "([3, 1], [2, 0])"},
            code={
                "They should ascend, so that the rows keep their order.": "They should descend: the last row first.",
                "in ascending order.": "in ascending order. Then turn them around.",
            },
            changed=_descending,
        ),
    ),
)
