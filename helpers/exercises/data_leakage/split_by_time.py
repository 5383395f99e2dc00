"""Exercise `split_by_time`: train strictly before a moment, test from it on."""

from __future__ import annotations

import numpy as np

from helpers.exercises.data_leakage.messages import FUTURE, LECTURE, NO_LISTS, SWAPPED
from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(times, cutoff):
    before = [i for i, time in enumerate(times) if float(time) < float(cutoff)]
    after = [i for i in range(len(times)) if i not in set(before)]
    return np.array(before, dtype=int), np.array(after, dtype=int)


def values(rng):
    return [
        call(np.array([5.0, 1.0, 7.5, 3.0, 2.0]), 3.5),
        call(rng.uniform(0, 100, 12), 60.0),
        call(rng.uniform(-50, 50, 40), float(rng.uniform(-10, 10))),
        call(np.sort(rng.uniform(0, 10, 9)), 4.0),
    ]


def edge_cases(rng):
    days = rng.integers(0, 9, 20)
    return [
        call(np.array([2.0, 1.0, 3.0, 2.0]), 2.0),
        call([4.0, 2.0, 9.5], 4.0),
        call(days, int(days[7])),
        call(np.array([1.0, 2.0]), 9.0),
        call(np.array([6.0, 7.0, 5.5]), 5.0),
        call(np.array([3.0]), 3.0),
    ]


@mistake("The rows *at* the cutoff belong to test: train is strictly before it.")
def cutoff_in_train(times, cutoff):
    times = np.asarray(times)
    return np.flatnonzero(times <= cutoff), np.flatnonzero(times > cutoff)


@mistake("The rows at the cutoff are on neither side. Test starts *at* the cutoff: `>=`.")
def cutoff_nowhere(times, cutoff):
    times = np.asarray(times)
    return np.flatnonzero(times < cutoff), np.flatnonzero(times > cutoff)


@mistake("The rows at the cutoff are on both sides. Train is strictly before it: `<`.")
def cutoff_twice(times, cutoff):
    times = np.asarray(times)
    return np.flatnonzero(times <= cutoff), np.flatnonzero(times >= cutoff)


@mistake(SWAPPED + " As it stands, you would train on the future and test on the past.")
def the_wrong_way_round(times, cutoff):
    times = np.asarray(times)
    return np.flatnonzero(times >= cutoff), np.flatnonzero(times < cutoff)


@mistake("These are masks. Indices are asked for; `np.flatnonzero` turns one into the other.")
def as_masks(times, cutoff):
    times = np.asarray(times)
    return times < cutoff, times >= cutoff


@mistake("These are the times themselves. Give the positions at which they stand in `times`.")
def as_times(times, cutoff):
    times = np.asarray(times, dtype=float)
    return times[times < cutoff], times[times >= cutoff]


@mistake("The indices come in the order of time. They should ascend, so that the rows keep their order.")
def in_order_of_time(times, cutoff):
    times = np.asarray(times)
    order = np.argsort(times, kind="stable")
    return order[times[order] < cutoff], order[times[order] >= cutoff]


@mistake(
    "The rows were counted off from the top, as if they were sorted by time. Compare each row's own time with the "
    "cutoff."
)
def by_position(times, cutoff):
    before = int(np.sum(np.asarray(times) < cutoff))
    return np.arange(before), np.arange(before, len(times))


@mistake("An empty side holds floats: `np.array([])` does. An empty array of indices has an integer dtype.")
def floats_when_empty(times, cutoff):
    before = np.array([i for i, time in enumerate(times) if time < cutoff])
    return before, np.array([i for i, time in enumerate(times) if time >= cutoff])


@mistake(NO_LISTS)
def without_an_array(times, cutoff):
    return np.flatnonzero(times < cutoff), np.flatnonzero(times >= cutoff)


def by_flatnonzero(times, cutoff):
    is_train = np.asarray(times) < cutoff
    return np.flatnonzero(is_train), np.flatnonzero(~is_train)


def by_where(times, cutoff):
    times = np.array(times)
    return np.where(times < cutoff)[0], np.where(times >= cutoff)[0]


def by_lists(times, cutoff):
    return [i for i, t in enumerate(times) if t < cutoff], [i for i, t in enumerate(times) if not t < cutoff]


def by_difference(times, cutoff):
    train = np.flatnonzero(np.less(times, cutoff))
    return train, np.setdiff1d(np.arange(len(times)), train)


def by_sorting(times, cutoff):
    times = np.asarray(times, dtype=float)
    order = np.argsort(times)
    place = np.searchsorted(times[order], cutoff, side="left")
    return np.sort(order[:place]), np.sort(order[place:])


def by_a_mask_of_positions(times, cutoff):
    rows = np.arange(len(times))
    late = np.greater_equal(times, cutoff)
    return [rows[~late], rows[late]]


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
        the_wrong_way_round,
        as_masks,
        as_times,
        in_order_of_time,
        by_position,
        floats_when_empty,
        without_an_array,
    ),
    spellings=(by_flatnonzero, by_where, by_lists, by_difference, by_sorting, by_a_mask_of_positions),
    hints=(
        "A comparison with the cutoff gives a mask of the train rows; `~` turns it round.",
        "`np.flatnonzero` gives the positions at which a mask is true, in ascending order.",
    ),
)
