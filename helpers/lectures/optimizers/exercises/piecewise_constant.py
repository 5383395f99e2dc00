"""`piecewise_constant`: a rate for each stretch of the training. The oracle looks up in a sorted list."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(step, boundaries, rates):
    return float(rates[bisect_right(list(boundaries), step)])


def drawn(rng, count, where=None):
    """`count` boundaries and rates that differ by more than rounding, in no order; a step between two boundaries."""
    boundaries = [int(b) for b in np.cumsum(rng.integers(3, 40, count))]
    rates = [round(float(rate), 4) for rate in rng.permutation(np.geomspace(0.9, 0.001, count + 1)) * 1.07]
    place = int(rng.integers(count + 1)) if where is None else where
    low, high = ([0, *boundaries][place], [*boundaries, boundaries[-1] + 50][place])
    return call(int(rng.integers(low + 1, high)), boundaries, rates)


def between(rng):
    return [
        call(5, [10, 20], [0.1, 0.01, 0.001]),
        call(15, [10, 20], [0.1, 0.01, 0.001]),
        call(99, [10, 20], [0.1, 0.01, 0.001]),
        drawn(rng, 3),
        drawn(rng, 4, where=2),
        drawn(rng, 5, where=5),
    ]


def at_a_boundary(rng):
    _, boundaries, rates = drawn(rng, 4).arguments
    return [
        call(10, [10, 20], [0.1, 0.01, 0.001]),
        call(20, [10, 20], [0.1, 0.01, 0.001]),
        call(boundaries[1], boundaries, rates),
    ]


def edge_cases(rng):
    return [
        call(7, [], [0.05]),
        call(0, [], [0.5]),
        call(0, [10, 20], [0.1, 0.01, 0.001]),
        call(0, [0], [0.1, 0.2]),
        call(1, [1, 2, 3], [0.1, 1.0, 0.01, 0.5]),
    ]


@mistake("A boundary belongs to the rate after it. (Keras' PiecewiseConstantDecay gives it to the rate before.)")
def as_keras(step, boundaries, rates):
    return float(rates[sum(step > boundary for boundary in boundaries)])


@mistake("This is the rate of the stretch before. After one boundary comes `rates[1]`.")
def one_behind(step, boundaries, rates):
    return float(rates[max(0, bisect_right(boundaries, step) - 1)])


@mistake("This is the rate of the stretch after. Before the first boundary comes `rates[0]`.")
def one_ahead(step, boundaries, rates):
    return float(rates[min(len(boundaries), bisect_right(boundaries, step) + 1)])


@mistake("Only the first boundary was looked at. Count all boundaries that the step has reached.")
def first_boundary_only(step, boundaries, rates):
    return float(rates[0] if not boundaries or step < boundaries[0] else rates[1])


@mistake("The first rate came back. It holds until the first boundary only.")
def always_the_first(step, boundaries, rates):
    return float(rates[0])


@mistake("The last rate came back. It holds from the last boundary on.")
def always_the_last(step, boundaries, rates):
    return float(rates[-1])


@mistake("This is the number of the stretch, not its rate: use it as an index into `rates`.")
def the_index(step, boundaries, rates):
    return float(bisect_right(boundaries, step))


@mistake("The rates were multiplied with each other. They are rates, not factors: each holds on its own.")
def as_factors(step, boundaries, rates):
    return float(np.prod(rates[: bisect_right(boundaries, step) + 1]))


@mistake("The rate moves in a straight line from one boundary to the next. Piecewise constant means that it stays.")
def interpolated(step, boundaries, rates):
    return float(np.interp(step, [0, *boundaries], rates))


@mistake("The boundaries were read as lengths, each counted from the one before. They are steps, counted from 0.")
def lengths(step, boundaries, rates):
    return float(rates[bisect_right(np.cumsum(boundaries).tolist(), step)])


@mistake("The rates were read from the end. `rates[0]` comes first.")
def from_the_end(step, boundaries, rates):
    return float(rates[::-1][bisect_right(boundaries, step)])


def counting(step, boundaries, rates):
    """How many boundaries have been reached? That many rates are over."""
    return rates[sum(boundary <= step for boundary in boundaries)]


def with_bisect(step, boundaries, rates):
    """`bisect_right` finds the place in a sorted list, after an equal entry: a boundary belongs to what follows."""
    return rates[bisect_right(boundaries, step)]


def with_searchsorted(step, boundaries, rates):
    return np.array(rates, dtype=float)[np.searchsorted(boundaries, step, side="right")]


def from_the_front(step, boundaries, rates):
    for boundary, rate in zip(boundaries, rates, strict=False):
        if step < boundary:
            return rate
    return rates[-1]


def overwritten(step, boundaries, rates):
    rate = rates[0]
    for index in range(len(boundaries)):
        if boundaries[index] <= step:
            rate = rates[index + 1]
    return np.array(float(rate))


def with_digitize(step, boundaries, rates):
    return np.float32(rates[int(np.digitize(step, boundaries)) if boundaries else 0])


PIECEWISE_CONSTANT = Exercise(
    name="piecewise_constant",
    lecture=LECTURE,
    section="6. A rate that changes",
    minutes=4,
    difficulty=1,
    parts=(Part("between", 2, between), Part("at a boundary", 1, at_a_boundary), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        as_keras,
        one_behind,
        one_ahead,
        first_boundary_only,
        always_the_first,
        always_the_last,
        the_index,
        as_factors,
        interpolated,
        lengths,
        from_the_end,
    ),
    spellings=(counting, with_bisect, with_searchsorted, from_the_front, overwritten, with_digitize),
    hints=(
        "Before the first boundary holds `rates[0]`, after it `rates[1]`. How many boundaries has the step reached?",
        "At a boundary the new rate holds already: it is reached when step >= boundary.",
    ),
)
