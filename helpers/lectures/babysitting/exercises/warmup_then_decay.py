"""Exercise `warmup_then_decay`."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(step, peak, warmup_steps, decay):
    """Step by step, in exact fractions: up by equal parts, then times `decay`."""
    rate = Fraction(float(peak))
    if step < warmup_steps:
        return float(rate * step / warmup_steps)
    for _ in range(step - warmup_steps):
        rate = Fraction(float(rate * Fraction(float(decay))))  # rounded: the digits would double with every step
    return float(rate)


def drawn(rng, step, warmup_steps):
    """Few steps of decay may be steep ones; after many, the rate is still far from 0."""
    steepest = 0.8 if step <= warmup_steps + 1 else 0.05 ** (1 / (step - warmup_steps))
    return call(int(step), float(rng.uniform(0.1, 2)), int(warmup_steps), float(rng.uniform(steepest, 1 - 1e-3)))


def warming_up(rng):
    return [call(1, 0.5, 4, 0.5), call(0, 0.5, 4, 0.5), drawn(rng, rng.integers(20, 90), 100), drawn(rng, 9, 10)]


def decaying(rng):
    return [
        call(6, 0.5, 4, 0.5),
        call(34, 2.0, 4, 0.75),  # after many steps nearly nothing is left
        drawn(rng, 11, 10),
        drawn(rng, 10 + rng.integers(20, 60), 10),
        drawn(rng, 500, 100),
    ]


def edge_cases(rng):
    return [
        call(4, 0.5, 4, 0.5),
        call(0, 0.5, 0, 0.5),
        call(3, 0.5, 0, 0.5),
        drawn(rng, 1, 1),
        call(30, 2, 10, 1.0),
    ]


def warm(step, peak, warmup_steps):
    return peak * step / warmup_steps if warmup_steps else peak


@mistake("The decay counts from step 0. It starts when the warm-up is over: the exponent is `step - warmup_steps`.")
def decays_from_the_start(step, peak, warmup_steps, decay):
    return warm(step, peak, warmup_steps) if step < warmup_steps else peak * decay**step


@mistake("After the warm-up the rate stays at its peak. From there on every step multiplies it by `decay`.")
def never_decays(step, peak, warmup_steps, decay):
    return min(warm(step, peak, warmup_steps), peak)


@mistake("After the warm-up the rate goes on rising. From there on every step multiplies the peak by `decay`.")
def never_stops_rising(step, peak, warmup_steps, decay):
    return warm(step, peak, warmup_steps)


@mistake("There is no warm-up here: the first steps should rise from 0 to the peak.")
def no_warmup(step, peak, warmup_steps, decay):
    return peak * decay ** max(step - warmup_steps, 0)


@mistake(
    "This is (step + 1) / (warmup_steps + 1). Counted from step 0 the share is `step / warmup_steps`: step 0 has the "
    "rate 0."
)
def one_more_above_and_below(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return peak * decay ** (step - warmup_steps)


@mistake("The warm-up does not begin at 0. Its first rate, at step 0, is 0, and from there it rises in equal parts.")
def begins_above_zero(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return peak * (1e-3 + (1 - 1e-3) * step / warmup_steps)
    return peak * decay ** (step - warmup_steps)


@mistake("The warm-up is one step ahead: step 0 has the rate 0, and the peak is reached at step `warmup_steps`.")
def one_step_ahead(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return peak * decay ** (step - warmup_steps)


@mistake("The decay is one step ahead: at step `warmup_steps` the rate is the peak itself, not yet multiplied.")
def decays_one_step_early(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * decay ** (step - warmup_steps + 1)


@mistake("`//` drops the fraction, so the rate is 0 until the warm-up ends. Divide with `/`.")
def whole_division(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return float(peak * (step // warmup_steps))
    return peak * decay ** (step - warmup_steps)


@mistake("Rise and decay are multiplied from step 0 on. First comes only the rise, then only the decay.")
def both_at_once(step, peak, warmup_steps, decay):
    rise = min(step / warmup_steps, 1) if warmup_steps else 1.0
    return peak * rise * decay**step


@mistake("This is exp(-decay * steps). Here `decay` is a factor: each step multiplies the rate by it once.")
def exponential_of_decay(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * math.exp(-decay * (step - warmup_steps))


@mistake("This is 1/t decay, peak / (1 + decay * steps). Asked for is a factor `decay` for every step.")
def one_over_t(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak / (1 + decay * (step - warmup_steps))


@mistake(
    "`1 - decay` was taken for the factor. `decay` is the factor itself: with 0.9, nine tenths are left after a step."
)
def one_minus_decay(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * (1 - decay) ** (step - warmup_steps)


@mistake(
    "The rate falls in a straight line, by the same amount in every step. Here every step multiplies it by `decay`."
)
def in_a_straight_line(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * (1 - decay * (step - warmup_steps))


@mistake("The decay is multiplied by the number of steps. Repeated multiplication is a power: `decay ** steps`.")
def times_instead_of_power(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * decay * (step - warmup_steps) if step > warmup_steps else float(peak)


WITHOUT_WARMUP = (
    "Without a warm-up (`warmup_steps` is 0) this divides by 0. Step 0 is then already at the peak: ask for "
    "`step < warmup_steps` before you divide."
)


@mistake(WITHOUT_WARMUP)
def divides_zero_by_zero(step, peak, warmup_steps, decay):
    return peak * step / warmup_steps if step <= warmup_steps else peak * decay ** (step - warmup_steps)


@mistake(WITHOUT_WARMUP)
def divides_before_it_asks(step, peak, warmup_steps, decay):
    rise = peak * step / warmup_steps
    return rise if step < warmup_steps else peak * decay ** (step - warmup_steps)


@mistake(WITHOUT_WARMUP)
def divides_by_no_warmup(step, peak, warmup_steps, decay):
    with np.errstate(all="ignore"):
        rise = np.float64(step) / np.float64(warmup_steps)
    if step <= warmup_steps:
        return peak * rise
    return peak * decay ** (step - warmup_steps)


@mistake("The rate stops falling at a tenth of the peak. Every step multiplies it by `decay`, however small it is.")
def with_a_floor(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * max(decay ** (step - warmup_steps), 0.1)


@mistake("The decay is one step late: the first step after `warmup_steps` is already multiplied by `decay`.")
def decays_one_step_late(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return peak * decay ** max(step - warmup_steps - 1, 0)


@mistake("After the warm-up this is the power of `decay` alone. Multiply it by `peak`.")
def decays_from_one(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return warm(step, peak, warmup_steps)
    return decay ** (step - warmup_steps)


def one_step_at_a_time(step, peak, warmup_steps, decay):
    """It walks through all steps before, as a training loop does; the powers need not be known, and it is slower."""
    rate = 0.0 if warmup_steps else float(peak)
    for number in range(1, step + 1):
        rate = peak * number / warmup_steps if number <= warmup_steps else rate * decay
    return rate


def two_factors(step, peak, warmup_steps, decay):
    """The rise and the fall are two factors, each 1 while the other one acts: easy to join with further factors."""
    rise = min(1.0, step / warmup_steps) if warmup_steps else 1.0
    fall = decay ** max(0, step - warmup_steps)
    return peak * rise * fall


def by_if(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return peak * (step / warmup_steps)
    return float(peak * decay ** (step - warmup_steps))


def by_two_factors(step, peak, warmup_steps, decay):
    rise = min(1.0, step / max(warmup_steps, 1)) if warmup_steps else 1.0
    return peak * rise * decay ** max(0, step - warmup_steps)


def by_where(step, peak, warmup_steps, decay):
    with np.errstate(all="ignore"):
        rise = np.divide(step, warmup_steps)
    return peak * np.where(step < warmup_steps, rise, np.power(float(decay), max(step - warmup_steps, 0)))


def by_loop(step, peak, warmup_steps, decay):
    rate = 0.0 if warmup_steps else float(peak)
    for number in range(1, step + 1):
        rate = rate + peak / warmup_steps if number <= warmup_steps else rate * decay
    return rate


def by_interpolation(step, peak, warmup_steps, decay):
    if step <= warmup_steps and warmup_steps:
        return np.interp(step, [0, warmup_steps], [0, peak])
    return np.exp(np.log(peak) + (step - warmup_steps) * np.log(decay))


def in_single_precision(step, peak, warmup_steps, decay):
    if step < warmup_steps:
        return np.float32(peak) * np.float32(step) / np.float32(warmup_steps)
    return np.array(np.float32(peak * decay ** (step - warmup_steps)))


WARMUP_THEN_DECAY = Exercise(
    name="warmup_then_decay",
    lecture=LECTURE,
    section="9. How should the rate change?",
    minutes=4,
    difficulty=1,
    parts=(Part("warming up", 1, warming_up), Part("decaying", 1, decaying), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        decays_from_the_start,
        never_decays,
        never_stops_rising,
        no_warmup,
        one_more_above_and_below,
        begins_above_zero,
        one_step_ahead,
        decays_one_step_early,
        whole_division,
        both_at_once,
        exponential_of_decay,
        one_over_t,
        one_minus_decay,
        in_a_straight_line,
        times_instead_of_power,
        divides_zero_by_zero,
        divides_before_it_asks,
        divides_by_no_warmup,
        decays_one_step_late,
        decays_from_one,
        with_a_floor,
    ),
    spellings=(
        one_step_at_a_time,
        two_factors,
        by_if,
        by_two_factors,
        by_where,
        by_loop,
        by_interpolation,
        in_single_precision,
    ),
    hints=(
        "Two formulas and one question: is the warm-up over? They agree at `step == warmup_steps`; which one can you "
        "use there when `warmup_steps` is 0?",
        "In the warm-up the rate is the share `step / warmup_steps` of the peak. After it comes one factor `decay` for "
        "each step *since* the warm-up.",
    ),
)
