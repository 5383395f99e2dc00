"""Exercise `known_in_time`: which features may be used on the day of the prediction."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .messages import AFTERWARDS, IF_ON_AN_ARRAY, LECTURE


def oracle(known_at, predict_at):
    return np.array([not moment > predict_at for moment in known_at.tolist()], dtype=bool)


def moments(rng, low, high, count):
    """Odd eighths, so that no whole or half hour is among them and single precision holds them all."""
    return (2 * rng.integers(4 * low, 4 * high, count) + 1) / 8


def values(rng):
    return [
        call(np.array([-3.0, 2.0, 0.0, 14.0]), 1.0),
        call(moments(rng, -20, 20, 8), float(rng.integers(-4, 5))),
        call(moments(rng, 0, 100, 30), 50.0),
        call(np.array([-4.5, -1.5, 3.0]), -2.0),
        call(np.array([7.5, 5.0, 9.25]), 7.75),
        call(np.array([-1.0, -3.0, 2.5]), 2.0),
    ]


def edge_cases(rng):
    days = rng.integers(-5, 6, 12)
    return [
        call(np.array([1.0, 2.0, 3.0]), 2.0),
        call(np.array([0.25, 0.5, 0.75]), 0.5),
        call(np.array([0.5, np.inf, -np.inf]), 1.0),
        call(days, int(days[3])),
        call(np.array([-2, 0, 3]), 0),
        call(moments(rng, -5, 5, 6).astype(np.float32), 0.25),
        # Later by less than the allowance of `np.isclose`.
        call(np.array([2 + 2.0**-20, 2.0, -3.0]), 2.0),
        call(np.array([7.5]), 7.25),
        call(np.array([1.0, 2.0]), 5.0),
        call(np.array([6.0, 7.0]), 5.0),
    ]


@mistake("A feature that becomes known at that very moment counts as known: `<=`, not `<`.")
def known_strictly_before(known_at, predict_at):
    return known_at < predict_at


@mistake(
    "This is the opposite: the features that become known *after* the prediction, which are the leak. A mask is "
    "turned around with `~`."
)
def known_afterwards(known_at, predict_at):
    return known_at > predict_at


@mistake("The comparison has the wrong direction: a feature may be used if it is known at `predict_at` or before.")
def known_from_then_on(known_at, predict_at):
    return known_at >= predict_at


@mistake("These are the positions of the features. A mask has one True or False for each feature.")
def as_positions(known_at, predict_at):
    return np.flatnonzero(known_at <= predict_at)


@mistake("These are the moments themselves. A mask has one True or False for each feature.")
def as_moments(known_at, predict_at):
    return known_at[known_at <= predict_at]


@mistake("A mask holds booleans. With 0 and 1, `features[:, mask]` would take columns 0 and 1 again and again.")
def as_numbers(known_at, predict_at):
    return (known_at <= predict_at).astype(int)


@mistake("This is one answer for all features together. Each feature has its own moment, so each gets its own answer.")
def all_or_none(known_at, predict_at):
    return bool(np.all(known_at <= predict_at))


@mistake(IF_ON_AN_ARRAY)
def with_an_if(known_at, predict_at):
    return True if known_at <= predict_at else False  # noqa: SIM210 - ValueError for more than one item


@mistake("Only whole hours were compared. What becomes known half an hour after the prediction is known too late.")
def by_whole_hours(known_at, predict_at):
    return np.floor(known_at) <= np.floor(predict_at)


@mistake(
    "`np.isclose` allows a small difference, so a feature that becomes known a moment *after* the prediction counts. "
    "`<=` already includes the moment itself."
)
def nearly_in_time(known_at, predict_at):
    return (known_at < predict_at) | np.isclose(known_at, predict_at)


@mistake("Absolute values were compared. A moment before 0 is not late: `-20` comes before `-2`.")
def near_in_time(known_at, predict_at):
    return np.abs(known_at) <= abs(predict_at)


@mistake("The distance from 0 was compared. A moment before 0 is not late: `-20` comes before 2.")
def by_the_size(known_at, predict_at):
    return np.abs(known_at) <= predict_at


@mistake("Moments before 0 were left out. What was known before the admission may be used.")
def from_the_admission_on(known_at, predict_at):
    return (known_at >= 0) & (known_at <= predict_at)


@mistake("Infinite moments were left out. `-inf` stands for what was always known, and it may be used.")
def finite_moments_only(known_at, predict_at):
    return np.isfinite(known_at) & (known_at <= predict_at)


def by_comparison(known_at, predict_at):
    """The comparison itself is the mask; this is the shortest way to write it."""
    return known_at <= predict_at


def by_numpy(known_at, predict_at):
    return np.less_equal(known_at, predict_at)


def by_a_list(known_at, predict_at):
    return [bool(moment <= predict_at) for moment in known_at]


def as_a_tuple(known_at, predict_at):
    return tuple((known_at <= predict_at).tolist())


def by_what_is_left(known_at, predict_at):
    """The opposite question, turned around: it differs only for a missing moment (NaN), which would count as known."""
    too_late = known_at > predict_at
    return ~too_late


def by_a_loop(known_at, predict_at):
    mask = np.zeros(len(known_at), dtype=bool)
    for i, moment in enumerate(known_at):
        if moment <= predict_at:
            mask[i] = True
    return mask


def by_where(known_at, predict_at):
    return np.where(known_at <= predict_at, True, False)


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
        as_moments,
        as_numbers,
        all_or_none,
        with_an_if,
        by_whole_hours,
        nearly_in_time,
        near_in_time,
        by_the_size,
        from_the_admission_on,
        finite_moments_only,
    ),
    spellings=(by_comparison, by_numpy, by_a_list, as_a_tuple, by_what_is_left, by_a_loop, by_where),
    hints=(
        "One comparison of an array with a number gives a mask. Which comparison?",
        "What becomes known at the very moment of the prediction is still in time.",
    ),
)
