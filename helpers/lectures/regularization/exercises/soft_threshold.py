"""`soft_threshold`: the step that L1 asks for. The oracle minimizes 1/2 (v - w)^2 + amount |v| by cases."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import IN_PLACE, LECTURE, WEIGHTS


def oracle(weights, amount):
    w = np.asarray(weights, dtype=float)
    return np.select([w > amount, w < -amount], [w - amount, w + amount], 0.0)


def values(rng):
    return [
        call(np.array([2.0, -2.0, 0.25, -0.25]), 0.5),
        call(rng.normal(0, 2, 12), float(rng.uniform(0.4, 0.8))),
        call(rng.normal(0, 2, (5, 4)), float(rng.uniform(0.8, 1.5))),
    ]


def edge_cases(rng):
    return [
        call(np.array([0.5, -0.5, 0.0, 3.0]), 0.5),  # exactly at the amount
        call(rng.normal(0, 1, 5), 0.0),
        call(rng.integers(2, 6, (3, 3)), 1.5),
        call(rng.normal(0, 2, (2, 3, 2)).astype(np.float32), 0.5),
    ]


def floats(weights):
    return np.array(weights, dtype=float)


@mistake("A weight that is smaller than `amount` jumps past 0 to the other side. It stops at 0.")
def past_zero(weights, amount):
    w = floats(weights)
    return w - amount * np.sign(w)


@mistake("Small weights become 0, but large ones are not shortened. Every weight moves towards 0 by `amount`.")
def hard_threshold(weights, amount):
    w = floats(weights)
    return np.where(np.abs(w) > amount, w, 0.0)


@mistake("The weights were cut off at `amount`. This keeps the small ones and ends the large ones.")
def clipped(weights, amount):
    return np.clip(floats(weights), -amount, amount)


@mistake("Negative weights all became 0. They move up by `amount`, until 0.")
def positive_only(weights, amount):
    return np.maximum(floats(weights) - amount, 0)


@mistake("The sign is lost: a negative weight stays negative, or becomes 0.")
def without_the_sign(weights, amount):
    return np.maximum(np.abs(floats(weights)) - amount, 0)


@mistake("This multiplies every weight by 1 - amount, as L2 does. L1 subtracts the same amount from each.")
def decayed(weights, amount):
    return floats(weights) * (1 - amount)


@mistake("Negative weights moved away from 0: for them `amount` is added.")
def subtracted_everywhere(weights, amount):
    w = floats(weights)
    return np.where(np.abs(w) > amount, w - amount, 0.0)


@mistake("The step is half of `amount`.")
def half(weights, amount):
    return oracle(weights, amount / 2)


@mistake("The step is twice `amount`.")
def twice(weights, amount):
    return oracle(weights, 2 * amount)


@mistake("The weights moved away from 0, not towards it.")
def away_from_zero(weights, amount):
    w = floats(weights)
    return np.sign(w) * (np.abs(w) + amount)


@mistake("Weights that are smaller than `amount` were left as they are. They become 0.")
def small_ones_stay(weights, amount):
    w = floats(weights)
    return np.where(np.abs(w) > amount, w - amount * np.sign(w), w)


@mistake(IN_PLACE)
def in_place(weights, amount):
    result = oracle(weights, amount)
    weights[...] = result
    return result


def with_sign(weights, amount):
    """The size shrinks to 0 at most, and the sign is put back."""
    return np.sign(weights) * np.maximum(np.abs(weights) - amount, 0)


def minus_clipped(weights, amount):
    """What is taken away is the weight itself, cut off at the amount."""
    return weights - np.clip(weights, -amount, amount)


def two_ramps(weights, amount):
    return np.maximum(weights - amount, 0) - np.maximum(-weights - amount, 0)


def with_a_loop(weights, amount):
    found = np.zeros(weights.shape)
    for place, w in np.ndenumerate(weights):
        if w > amount:
            found[place] = w - amount
        elif w < -amount:
            found[place] = w + amount
    return found


def with_where(weights, amount):
    shrunk = weights - amount * np.sign(weights)
    return np.where(np.abs(weights) <= amount, 0.0, shrunk)


def as_lists(weights, amount):
    return with_sign(np.asarray(weights, dtype=float), amount).tolist()


SOFT_THRESHOLD = Exercise(
    name="soft_threshold",
    lecture=LECTURE,
    section=WEIGHTS,
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        past_zero,
        hard_threshold,
        clipped,
        positive_only,
        without_the_sign,
        decayed,
        subtracted_everywhere,
        half,
        twice,
        away_from_zero,
        small_ones_stay,
        in_place,
    ),
    spellings=(with_sign, minus_clipped, two_ramps, with_a_loop, with_where, as_lists),
    equivalent_mutants={
        "line 1: `np.maximum(np.abs(weights) - amount, 0)` → `np.maximum(0, np.abs(weights) - amount)`": "The larger "
        "of two numbers, in either order."
    },
    hints=(
        "Size and sign can be treated apart: `np.abs` and `np.sign`.",
        "The size becomes |w| - amount, but never less than 0.",
    ),
)
