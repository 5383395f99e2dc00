"""`one_cycle`: up to the peak and down again. The oracle computes in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(step, total_steps, low, peak):
    distance = abs(Fraction(2 * step, total_steps) - 1)  # from the middle: 1 at both ends
    return float(Fraction(float(peak)) - distance * (Fraction(float(peak)) - Fraction(float(low))))


def drawn(rng, low, high):
    """A step at a share between `low` and `high` of an even number of steps."""
    total = 2 * int(rng.integers(20, 100))
    step = int(rng.integers(int(low * total) + 1, int(high * total)))
    return call(step, total, float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.5, 1.5)))


def rising(rng):
    return [call(1, 4, 0.25, 1.25), call(0, 4, 0.25, 1.25), drawn(rng, 0.05, 0.2), drawn(rng, 0.3, 0.45)]


def falling(rng):
    return [call(3, 4, 0.25, 1.25), call(4, 4, 0.25, 1.25), drawn(rng, 0.55, 0.7), drawn(rng, 0.8, 0.95)]


def edge_cases(rng):
    odd = 2 * int(rng.integers(3, 20)) + 1
    return [
        call(2, 4, 0.25, 1.25),
        call(1, 3, 0.5, 2.0),
        call((odd + 1) // 2, odd, 0.1, 1.0),
        call(5, 20, 0.5, 0.5),
        call(3, 10, 0, 2),
        call(1, 1, 0.125, 1.0),
    ]


@mistake("It rises all the way. The peak is in the middle; in the second half the rate falls back to `low`.")
def only_up(step, total_steps, low, peak):
    return low + (peak - low) * step / total_steps


@mistake("The peak is only half as high above `low` as it should be: the way up takes half of the steps.")
def half_height(step, total_steps, low, peak):
    return low + (peak - low) * (1 - abs(2 * step / total_steps - 1)) / 2


@mistake("It falls all the way: the first half should rise from `low` to `peak`.")
def only_down(step, total_steps, low, peak):
    return peak - (peak - low) * step / total_steps


@mistake("It stays at the peak. From the middle on the rate falls back to `low`.")
def stays_up(step, total_steps, low, peak):
    return low + (peak - low) * min(1.0, 2 * step / total_steps)


@mistake("It begins at the peak and has `low` in the middle: the cycle is upside down.")
def upside_down(step, total_steps, low, peak):
    return low + (peak - low) * abs(2 * step / total_steps - 1)


@mistake("It begins and ends at 0. It should begin and end at `low`.")
def from_zero(step, total_steps, low, peak):
    return peak * (1 - abs(2 * step / total_steps - 1))


@mistake("It reaches low + peak in the middle. The rise is peak - low, on top of low.")
def too_high(step, total_steps, low, peak):
    return low + peak * (1 - abs(2 * step / total_steps - 1))


@mistake("The rate follows a cosine. Here both halves are straight.")
def cosine(step, total_steps, low, peak):
    return low + (peak - low) * (1 - math.cos(2 * math.pi * step / total_steps)) / 2


@mistake("The rate rises and falls by equal factors. Here it changes by equal differences: the halves are straight.")
def by_factors(step, total_steps, low, peak):
    low = max(low, 1e-12)
    return low * (peak / low) ** (1 - abs(2 * step / total_steps - 1))


@mistake("The peak comes after 30 % of the steps, as in some libraries. Here it is at total_steps / 2.")
def early_peak(step, total_steps, low, peak):
    share = step / total_steps
    return low + (peak - low) * (share / 0.3 if share < 0.3 else (1 - share) / 0.7)


@mistake("The second half falls to 0. It should come back to `low`.")
def falls_to_zero(step, total_steps, low, peak):
    share = 2 * step / total_steps
    return low + (peak - low) * share if share <= 1 else peak * (2 - share)


@mistake("There are two cycles: the peak is reached after a quarter of the steps. It is at total_steps / 2.")
def two_cycles(step, total_steps, low, peak):
    share = 4 * step / total_steps % 2
    return low + (peak - low) * (1 - abs(share - 1))


@mistake("The count is off by one: step 0 has the rate `low`, and step total_steps has it again.")
def off_by_one(step, total_steps, low, peak):
    return low + (peak - low) * (1 - abs(2 * (step + 1) / total_steps - 1))


@mistake(
    "The middle was rounded to a whole step. With an odd number of steps the peak lies between two of them: divide "
    "by 2."
)
def rounded_middle(step, total_steps, low, peak):
    middle = total_steps // 2
    if step <= middle:
        return low + (peak - low) * step / max(middle, 1)
    return peak - (peak - low) * (step - middle) / (total_steps - middle)


def two_halves(step, total_steps, low, peak):
    """Two straight lines: one up, one down."""
    half = total_steps / 2
    if step <= half:
        return low + (peak - low) * step / half
    return peak - (peak - low) * (step - half) / half


def with_interp(step, total_steps, low, peak):
    """`np.interp` draws straight lines through given points: start, middle and end."""
    return np.interp(step, [0, total_steps / 2, total_steps], [low, peak, low])


def from_the_middle(step, total_steps, low, peak):
    return peak - (peak - low) * abs(2 * step - total_steps) / total_steps


def the_nearer_end(step, total_steps, low, peak):
    return np.array(low + 2 * (peak - low) * min(step, total_steps - step) / total_steps)


def weighted(step, total_steps, low, peak):
    up = 1 - abs(1 - step / (total_steps / 2))
    return np.float64((1 - up) * low + up * peak)


ONE_CYCLE = Exercise(
    name="one_cycle",
    lecture=LECTURE,
    section="6. A rate that changes",
    minutes=5,
    difficulty=2,
    parts=(Part("rising", 2, rising), Part("falling", 2, falling), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        only_up,
        half_height,
        only_down,
        stays_up,
        upside_down,
        from_zero,
        too_high,
        cosine,
        by_factors,
        early_peak,
        falls_to_zero,
        two_cycles,
        off_by_one,
        rounded_middle,
    ),
    spellings=(two_halves, with_interp, from_the_middle, the_nearer_end, weighted),
    hints=(
        "Write the two halves one after the other: up to total_steps / 2, and from there.",
        "In the first half the share step / (total_steps / 2) of the way from `low` to `peak` is done.",
    ),
    equivalent_mutants={
        "line 2: `step <= half` → `step < half`": "Both halves meet at the peak.",
    },
)
