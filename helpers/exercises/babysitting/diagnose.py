"""Exercise `diagnose`."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE


def oracle(losses):
    """The four rules with exact fractions."""
    numbers = [float(loss) for loss in losses]
    if not all(map(math.isfinite, numbers)):
        return "diverged"
    fall = 1 - Fraction(numbers[-1]) / Fraction(numbers[0])
    if fall < 0:
        return "too high"
    return "too low" if fall < Fraction(1, 100) else "good"


def curve(rng, speed, steps=40, noise=0.0):
    """The losses of gradient descent on a random bowl; at `speed` 2 its steepest direction begins to explode."""
    steepness = np.append(rng.uniform(0.3, 0.9, 5), 1.0)
    start = rng.uniform(0.8, 1.5, 6) * rng.choice([-1, 1], 6)
    with np.errstate(over="ignore", invalid="ignore"):
        points = start * (1 - speed * steepness) ** np.arange(steps)[:, None]
        losses = 0.3 + 0.5 * (steepness * points**2).sum(axis=1)
    return losses * (1 + noise * rng.uniform(-1, 1, steps))


def the_four(rng):
    return [
        call([2.3, 2.29, 2.295, 2.29]),
        call([2.3, 1.9, 1.6, 1.5]),
        call([2.3, 2.2, 2.6, 4.0]),
        call([2.3, 9.5, float("inf"), float("nan")]),
        call([2.3, 2.1, 2.2, 2.0]),
    ]


def unseen(rng):
    """Curves of real descents, in an order that no one can guess, each with its noise."""
    speeds = [1e-5, 3e-4, 0.05, 0.5, 1.5, 2.4, 3.0, 1e7]
    curves = [curve(rng, s * rng.uniform(0.9, 1.0), noise=1e-3 * rng.random()) for s in speeds]
    curves.append(curve(rng, 1e4, steps=120))
    return [call(curves[i]) for i in rng.permutation(len(curves))]


def edge_cases(rng):
    level = float(rng.integers(2, 9) * 100)
    return [
        call([100.0, 120.0, 99.0]),
        call([100.0, 90.0, 99.5]),
        call([2.0, 2.5, 1.0]),
        call([2.0, 1.0, 2.0]),
        call([2.0, 1.0, 2.01]),
        call([0.5, 0.494]),
        call([50.0, 49.8]),
        call([2.3, float("nan"), 2.0, 1.5]),
        call([2.3, 2.0, float("inf"), 1.5]),
        call([2.3, 2.2, float("inf")]),
        call([2.3, 2.2, float("nan")]),
        call([float("nan"), float("nan")]),
        call([2.3]),
        call([1.5, 1.2, 0.9, 0.95]),
        call(np.array([300, 400, 200])),
        call(np.array([level, level / 2, 0.992 * level], dtype=np.float32)),
    ]


def told(losses, low=0.01):
    """The right rules for losses that are all finite."""
    if losses[-1] > losses[0]:
        return "too high"
    return "too low" if losses[0] - losses[-1] < low * losses[0] else "good"


@mistake(
    "Losses that are not finite slip through. Every comparison with NaN is False, so ask `np.isfinite` before "
    "you compare."
)
def without_the_finite_check(losses):
    return told(losses)


@mistake("Only the last loss was asked whether it is finite. One NaN or infinity *anywhere* means diverged.")
def only_the_last_is_checked(losses):
    return told(losses) if np.isfinite(losses[-1]) else "diverged"


@mistake("NaN counts as diverged here, and infinity does not. `np.isfinite` is False for both.")
def only_nan_is_checked(losses):
    return "diverged" if np.isnan(losses).any() else told(losses)


@mistake("Infinity counts as diverged here, and NaN does not. `np.isfinite` is False for both.")
def only_infinity_is_checked(losses):
    return "diverged" if np.isinf(losses).any() else told(losses)


@mistake("Diverged only if *all* losses are not finite? One is enough: `not np.isfinite(losses).all()`.")
def all_must_be_infinite(losses):
    return "diverged" if not np.isfinite(losses).any() else told(losses)


@mistake("The limit is 1 % of the first loss, not 0.01: a loss of 50 that falls by 0.2 stands still.")
def absolute_limit(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    if losses[-1] > losses[0]:
        return "too high"
    return "too low" if losses[0] - losses[-1] < 0.01 else "good"


@mistake("The lowest loss was compared with the first. The rules ask where the curve *ends*: `losses[-1]`.")
def by_the_lowest(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return told([losses[0], min(losses)]) if losses[-1] <= losses[0] else "too high"


@mistake("A bump on the way is no verdict: one loss above the first does not matter if the curve ends below it.")
def by_the_highest(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return "too high" if max(losses) > losses[0] else told(losses)


@mistake("Only the last step was looked at. Compare the last loss with the *first*.")
def by_the_last_step(losses):
    return told(losses[-2:]) if np.isfinite(losses).all() else "diverged"


@mistake("The names are swapped: a rate that is too low leaves the loss where it was, one too high drives it up.")
def swapped(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return {"too low": "too high", "too high": "too low"}.get(told(losses), "good")


@mistake(
    "A curve that rises also 'falls by less than 1 %', so it never gets to be too high. Ask first whether it "
    "ends above "
    "its first value."
)
def too_low_asked_first(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    if losses[0] - losses[-1] < 0.01 * losses[0]:
        return "too low"
    return "too high" if losses[-1] > losses[0] else "good"


@mistake("The limit is 10 % here. A loss that falls by 1 % of its first value or more is good.")
def limit_of_ten_percent(losses):
    return told(losses, low=0.1) if np.isfinite(losses).all() else "diverged"


@mistake(
    "A loss that ends exactly where it began is taken for too high. *Above* means above; it fell by less than 1 %: "
    "too low."
)
def equal_is_too_high(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return "too high" if losses[-1] >= losses[0] else told(losses)


def by_difference(losses):
    losses = np.asarray(losses, dtype=float)
    if not np.isfinite(losses).all():
        return "diverged"
    fall = losses[0] - losses[-1]
    if fall < 0:
        return "too high"
    return "too low" if fall < 0.01 * losses[0] else "good"


def by_quotient(losses):
    if any(not math.isfinite(loss) for loss in losses):
        return "diverged"
    share = float(losses[-1]) / float(losses[0])
    return "too high" if share > 1 else "too low" if share > 0.99 else "good"


def by_percent(losses):
    first, last = float(losses[0]), float(losses[-1])
    if not np.all(np.isfinite(np.array(losses, dtype=float))):
        answer = "diverged"
    elif last > first:
        answer = "too high"
    elif 100 * (first - last) / first >= 1:
        answer = "good"
    else:
        answer = "too low"
    return answer


def by_sum(losses):
    # Infinity or NaN among the summands shows in the sum.
    if not math.isfinite(sum(map(float, losses))):
        return "diverged"
    first, *_, last = [losses[0], *losses]
    return "too high" if last > first else ("good", "too low")[bool(last > 0.99 * first)]


def by_select(losses):
    losses = np.asarray(losses, dtype=np.float64)
    rules = [~np.isfinite(losses).all(), losses[-1] > losses[0], losses[-1] > 0.99 * losses[0]]
    return str(np.select(rules, ["diverged", "too high", "too low"], "good"))


def by_table(losses):
    kinds = {(True, True): "too high", (False, True): "too low", (False, False): "good"}
    if np.isnan(losses).any() or np.isinf(losses).any():
        return "diverged"
    return kinds[bool(losses[-1] > losses[0]), bool(losses[-1] > losses[0] * 0.99)]


DIAGNOSE = Exercise(
    name="diagnose",
    lecture=LECTURE,
    section="5. Read the curve",
    minutes=5,
    difficulty=1,
    parts=(Part("four curves", 1, the_four), Part("unseen curves", 2, unseen), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        without_the_finite_check,
        only_the_last_is_checked,
        only_nan_is_checked,
        only_infinity_is_checked,
        all_must_be_infinite,
        absolute_limit,
        by_the_lowest,
        by_the_highest,
        by_the_last_step,
        swapped,
        too_low_asked_first,
        limit_of_ten_percent,
        equal_is_too_high,
    ),
    spellings=(by_difference, by_quotient, by_percent, by_sum, by_select, by_table),
    hints=(
        "Four questions in this order: is everything finite? does it end above its start? did it fall by too little?",
        "`np.isfinite(losses).all()` is False as soon as one loss is NaN or infinite.",
    ),
)
