"""Exercise `known_in_time`: which features may be used on the day of the prediction."""

from __future__ import annotations

import numpy as np

from helpers.exercises.data_leakage.messages import AFTERWARDS, LECTURE, NO_LISTS
from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(known_at, predict_at):
    return np.array([not float(moment) > float(predict_at) for moment in known_at], dtype=bool)


def values(rng):
    return [
        call(np.array([-3.0, 2.0, 0.0, 14.0]), 1.0),
        call(rng.uniform(-20, 20, 8), float(rng.uniform(-5, 5))),
        call(rng.uniform(0, 100, 30), 50.0),
        call(np.array([-4.5, -1.5, 3.0]), -2.0),
    ]


def edge_cases(rng):
    days = rng.integers(-5, 6, 12)
    return [
        call(np.array([1.0, 2.0, 3.0]), 2.0),
        call([0.25, 0.5, 0.75], 0.5),
        call(np.array([0.5, np.inf, -np.inf]), 1.0),
        call(days, int(days[3])),
        call(np.array([7.5]), 7.25),
        call(np.array([1.0, 2.0]), 5.0),
        call(np.array([6.0, 7.0]), 5.0),
    ]


@mistake("A feature that becomes known at that very moment counts as known: `<=`, not `<`.")
def known_strictly_before(known_at, predict_at):
    return np.asarray(known_at) < predict_at


@mistake("It is the wrong way round: these are the features that become known *after* the prediction, the leak itself.")
def known_afterwards(known_at, predict_at):
    return np.asarray(known_at) > predict_at


@mistake("The comparison is turned round: what may be used is known at `predict_at` or before, not at it or later.")
def known_from_then_on(known_at, predict_at):
    return np.asarray(known_at) >= predict_at


@mistake("These are the positions of the features. A mask has one True or False for each feature.")
def as_positions(known_at, predict_at):
    return np.flatnonzero(np.asarray(known_at) <= predict_at)


@mistake("A mask holds booleans. With 0 and 1, `features[:, mask]` would pick columns 0 and 1 over and over.")
def as_numbers(known_at, predict_at):
    return (np.asarray(known_at) <= predict_at).astype(int)


@mistake("This is one answer for all features together. Each has its own moment, so each gets its own answer.")
def all_or_none(known_at, predict_at):
    return bool(np.all(np.asarray(known_at) <= predict_at))


@mistake("Only whole days were compared. What becomes known an hour after the prediction is known too late.")
def by_whole_days(known_at, predict_at):
    return np.floor(np.asarray(known_at, dtype=float)) <= np.floor(predict_at)


@mistake("The distance to the moment does not matter, its side does: a feature may be known for years.")
def near_in_time(known_at, predict_at):
    return np.abs(np.asarray(known_at)) <= abs(predict_at)


@mistake(NO_LISTS)
def without_an_array(known_at, predict_at):
    return known_at <= predict_at


def by_comparison(known_at, predict_at):
    return np.asarray(known_at) <= predict_at


def by_numpy(known_at, predict_at):
    return np.less_equal(known_at, predict_at)


def by_a_list(known_at, predict_at):
    return [bool(moment <= predict_at) for moment in known_at]


def by_what_is_left(known_at, predict_at):
    return ~(np.array(known_at, dtype=float) > predict_at)


def by_a_loop(known_at, predict_at):
    mask = np.zeros(len(known_at), dtype=bool)
    for i, moment in enumerate(known_at):
        if moment <= predict_at:
            mask[i] = True
    return mask


def by_where(known_at, predict_at):
    return np.where(np.asarray(known_at) <= predict_at, True, False)


KNOWN_IN_TIME = Exercise(
    name="known_in_time",
    lecture=LECTURE,
    section=AFTERWARDS,
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        known_strictly_before,
        known_afterwards,
        known_from_then_on,
        as_positions,
        as_numbers,
        all_or_none,
        by_whole_days,
        near_in_time,
        without_an_array,
    ),
    spellings=(by_comparison, by_numpy, by_a_list, by_what_is_left, by_a_loop, by_where),
    hints=(
        "One comparison of an array with a number gives a mask. Which comparison?",
        "What becomes known at the very moment of the prediction is still in time.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(known_at, dtype=float)` → `np.asarray(known_at)`": "Whole numbers compare as floats do.",
    },
)
