"""`huber`: quadratic near 0, linear far away. The oracle is SciPy's."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import FOR_EACH, LECTURE, SUMMED


def oracle(predictions, targets, delta=1.0):
    return float(np.mean(special.huber(delta, np.asarray(predictions, float) - np.asarray(targets, float))))


def values(rng):
    return [
        call(np.array([0.5, 3.0]), np.array([0.0, 0.0])),
        call(rng.normal(0, 2, 8), rng.normal(0, 2, 8)),
        call(rng.normal(0, 5, 12), rng.normal(0, 1, 12)),
    ]


def other_deltas(rng):
    return [
        call(np.array([0.5, 3.0, -4.0]), np.array([0.0, 0.0, 0.0]), delta=2.0),
        call(rng.normal(0, 2, 8), rng.normal(0, 2, 8), float(rng.uniform(0.2, 0.6))),
        call(rng.normal(0, 3, 9), rng.normal(0, 3, 9), delta=float(rng.uniform(1.5, 3))),
    ]


def edge_cases(rng):
    return [
        call(np.array([1.0]), np.array([0.0])),  # exactly at delta
        call(np.array([2.0, 2.0]), np.array([2.0, 7.0])),
        call(np.array([2.5, 3.0, 9.0]), np.array([2.0, 3.0, 9.5])),
        call(rng.integers(-5, 6, 6), rng.integers(-5, 6, 6)),
        call(rng.normal(0, 2, 5).astype(np.float32), rng.normal(0, 2, 5).astype(np.float32)),
    ]


def distances(predictions, targets):
    return np.abs(np.asarray(predictions, dtype=float) - targets)


def losses(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return np.where(far <= delta, far**2 / 2, delta * (far - delta / 2))


@mistake(SUMMED)
def summed(predictions, targets, delta=1.0):
    return losses(predictions, targets, delta).sum()


@mistake(FOR_EACH)
def one_for_each(predictions, targets, delta=1.0):
    return losses(predictions, targets, delta)


@mistake("The half is missing in the quadratic part, so the two parts do not meet at `delta`.")
def without_the_half(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return np.where(far <= delta, far**2, delta * (far - delta / 2)).mean()


@mistake("The linear part is not shifted: it is delta * (|e| - delta / 2), so that both parts meet.")
def linear_part_not_shifted(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return np.where(far <= delta, far**2 / 2, delta * far).mean()


@mistake("The linear part was shifted by all of `delta`: it is delta * (|e| - delta / 2), so that both parts meet.")
def shifted_by_all_of_delta(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return np.where(far <= delta, far**2 / 2, delta * (far - delta)).mean()


@mistake(
    "One formula was taken for all errors, because one of them is beyond `delta`. Each error has its own: choose with "
    "`np.where`."
)
def one_formula_for_all(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return (far**2 / 2 if far.max() <= delta else delta * (far - delta / 2)).mean()


@mistake("The linear part has the slope 1, whatever `delta` is. At `delta` the quadratic part has the slope `delta`.")
def slope_of_one(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return np.where(far <= delta, far**2 / 2, far - delta / 2).mean()


@mistake("The two parts are exchanged: quadratic is the one for *small* errors.")
def exchanged(predictions, targets, delta=1.0):
    far = distances(predictions, targets)
    return np.where(far > delta, far**2 / 2, delta * (far - delta / 2)).mean()


@mistake("`delta` is not used: the change is always at 1.")
def delta_ignored(predictions, targets, delta=1.0):
    return losses(predictions, targets).mean()


@mistake("Negative errors were taken for small ones: compare the absolute value with `delta`.")
def without_the_absolute_value(predictions, targets, delta=1.0):
    error = np.asarray(predictions, dtype=float) - targets
    return np.where(error <= delta, error**2 / 2, delta * (np.abs(error) - delta / 2)).mean()


@mistake("This is half the squared error everywhere. Beyond `delta` the loss grows linearly.")
def quadratic_everywhere(predictions, targets, delta=1.0):
    return (distances(predictions, targets) ** 2 / 2).mean()


@mistake("The straight line was taken for all errors, so small ones give a negative loss. Up to `delta` it is e^2 / 2.")
def linear_everywhere(predictions, targets, delta=1.0):
    return (delta * (distances(predictions, targets) - delta / 2)).mean()


@mistake("Errors beyond `delta` were cut off: the loss stops growing there. It goes on, linearly.")
def cut_off(predictions, targets, delta=1.0):
    return (np.minimum(distances(predictions, targets), delta) ** 2 / 2).mean()


@mistake("The mean error was taken first. Each error has its own loss; the mean comes last.")
def of_the_mean(predictions, targets, delta=1.0):
    return float(special.huber(delta, np.mean(distances(predictions, targets))))


def with_where(predictions, targets, delta=1.0):
    """`np.where` chooses one of two formulas for each error."""
    e = np.abs(predictions - targets)
    return np.where(e <= delta, 0.5 * e**2, delta * (e - 0.5 * delta)).mean()


def with_minimum(predictions, targets, delta=1.0):
    """Without a case: the part of an error up to `delta` counts as a square, what is beyond it linearly."""
    e = np.abs(predictions - targets)
    small = np.minimum(e, delta)
    return float(np.mean(small**2 / 2 + delta * (e - small)))


def by_scipy(predictions, targets, delta=1.0):
    return special.huber(delta, np.subtract(predictions, targets)).mean()


def with_a_loop(predictions, targets, delta=1.0):
    total = 0.0
    for p, t in zip(predictions, targets, strict=True):
        e = abs(float(p) - float(t))
        total += e * e / 2 if e <= delta else delta * (e - delta / 2)
    return total / len(predictions)


def with_a_mask(predictions, targets, delta=1.0):
    e = np.abs(np.asarray(predictions, dtype=float) - targets)
    loss, far = e * e / 2, e > delta
    loss[far] = delta * e[far] - delta**2 / 2
    return np.array(math.fsum(loss) / loss.size)


def in_single_precision(predictions, targets, delta=1.0):
    return with_minimum(np.asarray(predictions, np.float32), np.asarray(targets, np.float32), np.float32(delta))


HUBER = Exercise(
    name="huber",
    lecture=LECTURE,
    section="1. How far off is a number?",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("other deltas", 1, other_deltas), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        summed,
        one_for_each,
        without_the_half,
        linear_part_not_shifted,
        shifted_by_all_of_delta,
        one_formula_for_all,
        slope_of_one,
        exchanged,
        delta_ignored,
        without_the_absolute_value,
        quadratic_everywhere,
        linear_everywhere,
        cut_off,
        of_the_mean,
    ),
    spellings=(with_where, with_minimum, by_scipy, with_a_loop, with_a_mask, in_single_precision),
    equivalent_mutants={
        "line 1: `predictions - targets` → `targets - predictions`": (
            "The absolute value is taken, so the sign does not matter."
        ),
        "line 2: `error <= delta` → `error < delta`": "Both formulas agree where the error is exactly delta.",
    },
    hints=(
        "Two formulas: e^2 / 2 up to delta, and a straight line beyond it.",
        "The line meets the parabola at delta and has the same slope there: delta * (|e| - delta / 2).",
    ),
    choices=by_default("delta=1.0", "0.5", "1.5", "2.0", code={"always at 1.": "always at {}."}),
)
