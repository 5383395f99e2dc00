"""`relu_interpolation`: a network through given points. The oracle solves the equations that the points give."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(knots, values):
    knots, values = np.asarray(knots, dtype=float), np.asarray(values, dtype=float)
    hidden = np.maximum(knots[1:, None] - knots[None, :-1], 0)
    return np.linalg.solve(hidden, values[1:] - values[0])


def points(rng, count, spread=1.0):
    # Small distances far from 0, and sums over many knots, are what single precision cannot tell.
    gaps = rng.uniform(0.7, 1.5, count)
    return (np.cumsum(gaps) + rng.uniform(-3, 3)) * spread, rng.uniform(-2, 2, count)


def through_points(rng):
    return [
        call(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0])),
        call(np.array([-1.0, 0.5, 1.0, 3.0]), np.array([2.0, 0.5, 1.0, 1.0])),
        call(*points(rng, 5)),
        call(*points(rng, 7)),
        call(*points(rng, 6, spread=0.1)),
    ]


def edge_cases(rng):
    return [
        call(np.array([0.0, 2.0]), np.array([1.0, 5.0])),
        call(np.array([0, 1, 3]), np.array([2, 4, 4])),
        call(np.array([-2.0, 0.0, 4.0]), np.full(3, 1.5)),
        call(*points(rng, 2)),
        call(*(array.astype(np.float32) for array in points(rng, 4))),
    ]


@mistake(
    "These are the slopes between the points. The weight of a unit is how much the slope *changes* at its knot: the "
    "units before it go on adding their slope."
)
def slopes(knots, values):
    return np.diff(values) / np.diff(knots)


@mistake("The values were subtracted, but not divided by the distances of the knots: a slope is rise over run.")
def not_divided(knots, values):
    return np.diff(np.diff(values), prepend=0)


@mistake("The first slope is missing: the first unit starts the line, so its weight is the whole first slope.")
def without_the_first(knots, values):
    change = np.diff(np.diff(values) / np.diff(knots))
    return np.concatenate([[0.0], change])


@mistake(
    "There is a weight for each change of slope but none for the first slope. One weight for each knot but the last."
)
def one_too_few(knots, values):
    return np.diff(np.diff(values) / np.diff(knots))


@mistake("Run over rise: divide the difference of the values by the difference of the knots.")
def run_over_rise(knots, values):
    with np.errstate(all="ignore"):
        return np.diff(np.diff(knots) / np.diff(values), prepend=0)


@mistake("The sign of the changes is the other way round: the new slope minus the one before.")
def sign_of_the_changes(knots, values):
    slope = np.diff(values) / np.diff(knots)
    return np.concatenate([slope[:1], slope[:-1] - slope[1:]])


@mistake("The slopes were added up. They are differences that add up *to* the slopes.")
def added_up(knots, values):
    return np.cumsum(np.diff(values) / np.diff(knots))


@mistake("These are the values themselves. Weights are changes of slope.")
def the_values(knots, values):
    return np.asarray(values, dtype=float)[:-1]


def with_prepend(knots, values):
    """The slopes, and their differences; before the first point the slope is 0."""
    return np.diff(np.diff(values) / np.diff(knots), prepend=0.0)


def one_after_the_other(knots, values):
    """Unit by unit: what the units so far give at the next point, and what slope is still missing there."""
    weights = []
    for k in range(len(knots) - 1):
        so_far = values[0] + sum(w * (knots[k + 1] - knots[i]) for i, w in enumerate(weights))
        weights.append((values[k + 1] - so_far) / (knots[k + 1] - knots[k]))
    return np.array(weights)


def with_equations(knots, values):
    hidden = np.maximum(np.subtract.outer(np.asarray(knots, float)[1:], np.asarray(knots, float)[:-1]), 0)
    return np.linalg.lstsq(hidden, np.asarray(values, float)[1:] - values[0], rcond=None)[0]


def with_a_loop(knots, values):
    weights, before = [], 0.0
    for i in range(len(knots) - 1):
        slope = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        weights.append(float(slope - before))
        before = slope
    return weights


def with_concatenate(knots, values):
    slope = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    return np.concatenate([slope[:1], slope[1:] - slope[:-1]])


def in_single_precision(knots, values):
    slope = np.diff(np.asarray(values, np.float32)) / np.diff(np.asarray(knots, np.float32))
    return np.diff(slope, prepend=np.float32(0))


RELU_INTERPOLATION = Exercise(
    name="relu_interpolation",
    lecture=LECTURE,
    section="7. What can a network draw?",
    minutes=7,
    difficulty=2,
    parts=(Part("values", 3, through_points), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        slopes,
        not_divided,
        without_the_first,
        one_too_few,
        run_over_rise,
        sign_of_the_changes,
        added_up,
        the_values,
    ),
    spellings=(
        with_prepend,
        one_after_the_other,
        with_equations,
        with_a_loop,
        with_concatenate,
        in_single_precision,
    ),
    hints=(
        "Between the first two points only the first unit is above zero. What must its weight be?",
        "At the second knot the next unit starts. The slope is now the sum of both weights.",
        "So each weight is the new slope minus the slope before it: `np.diff` twice.",
    ),
)
