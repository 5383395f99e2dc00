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


def between(rng, first, *others, steps=12):
    """A curve that begins at `first` and passes the `others` at equal distances, with bends of a little noise."""
    corners = np.array([first, *others])
    places = np.linspace(0, len(corners) - 1, steps * (len(corners) - 1) + 1)
    losses = np.interp(places, np.arange(len(corners)), corners)
    losses[1:-1] *= 1 + 1e-4 * rng.uniform(-1, 1, len(losses) - 2)
    return losses


def the_four(rng):
    """The four curves of the rules, and the fourth rule twice, on a scale that is new each time."""
    scale = rng.uniform(0.8, 1.25, 5)
    return [
        call(scale[0] * np.array([2.3, 2.298, 2.2995, 2.299])),
        call(scale[1] * np.array([2.3, 1.9, 1.6, 1.5])),
        call(scale[2] * np.array([2.3, 2.2, 2.6, 4.0])),
        call(scale[3] * np.array([2.3, 9.5, np.inf, np.nan])),
        call(scale[4] * np.array([2.3, 2.1, 2.2, 2.0])),
    ]


def unseen(rng):
    """Descents, and curves with every feature that a rule of thumb may trip over, in an order that no one can guess."""
    still, slow, low = rng.uniform(0.994, 0.997), rng.uniform(0.93, 0.96), rng.uniform(0.3, 0.6)
    first = rng.uniform(1.5, 3.0, 10)
    curves = [
        *(curve(rng, speed * rng.uniform(0.9, 1.0)) for speed in (0.05, 0.5, 1.5, 3.0, 1e7)),
        curve(rng, 1e4, steps=120),
        first[0] * between(rng, 1, still),
        first[1] * between(rng, 1, slow),
        first[2] * between(rng, 1, low, still),  # it came back
        first[3] * between(rng, 1, low, rng.uniform(1.05, 1.2)),
        first[4] * between(rng, 1, rng.uniform(1.5, 4), low),  # a bump
        first[5] * between(rng, 1, low, low + 0.2),
        first[6] * between(rng, 1, rng.uniform(1.03, 1.06)),
        # The last loss decides, and not the one before it.
        first[8] * np.append(between(rng, 1, low), rng.uniform(1.05, 1.2)),
        first[9] * np.append(between(rng, 1, rng.uniform(1.05, 1.2)), low),
    ]
    hurt = first[7] * between(rng, 1, low)
    hurt[5] = np.nan
    return [call(losses) for losses in map([*curves, hurt].__getitem__, rng.permutation(len(curves) + 1))]


def edge_cases(rng):
    level = float(rng.uniform(200, 900))
    return [
        call(np.array([100.0, 90.0, 99.5])),
        call(np.array([2.0, 2.5, 1.0])),
        call(np.array([2.0, 1.0, 2.0])),
        call(np.array([2.0, 1.0, 2.01])),
        call(np.array([0.5, 0.494])),
        call(np.array([50.0, 49.8])),
        call(level * np.array([1.0, 1.1, 0.995])),
        # 0.995 % of the first, and 1.005 % of the last.
        call(np.array([100.0, 50.0, 99.005])),
        call(level * np.array([1.0, 0.5, 0.99005])),
        call(np.array([2.3, np.nan, 2.0, 1.5])),
        call(np.array([2.3, 2.0, np.inf, 1.5])),
        call(np.array([2.3, 2.2, np.inf])),
        call(np.array([2.3, 2.2, np.nan])),
        call(np.array([np.nan, np.nan])),
        call(np.array([2.3])),
        call(np.array([1.5, 1.2, 0.9, 0.95])),
        call(np.array([300, 400, 200])),
        call(np.array([level, level / 2, 0.992 * level], dtype=np.float32)),
        call(np.array([level, level / 2, 1.02 * level])),
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


@mistake("The limit is 1 % of the first loss, not 0.01: a loss of 50 that falls by 0.2 falls by less than 1 %.")
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


@mistake("A loss above the first one on the way does not matter: too high means that the curve *ends* above it.")
def by_the_highest(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return "too high" if max(losses) > losses[0] else told(losses)


@mistake("Only the last step was looked at. Compare the last loss with the *first*.")
def by_the_last_step(losses):
    return told(losses[-2:]) if np.isfinite(losses).all() else "diverged"


@mistake(
    "The names are swapped: a rate that is too low leaves the loss where it was; one that is too high makes it rise."
)
def swapped(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return {"too low": "too high", "too high": "too low"}.get(told(losses), "good")


@mistake(
    "A curve that rises also 'falls by less than 1 %', so 'too high' is never reached. Ask first whether it ends above "
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


@mistake("The fall was divided by the last loss. It is a share of the *first* one: (first - last) / first.")
def relative_to_the_last(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    if losses[-1] > losses[0]:
        return "too high"
    return "too low" if losses[0] - losses[-1] < 0.01 * losses[-1] else "good"


@mistake(
    "The spread between the highest and the lowest loss was taken for the fall. The rules ask where the curve *ends*: "
    "first minus last."
)
def by_the_spread(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    if losses[-1] > losses[0]:
        return "too high"
    return "too low" if max(losses) - min(losses) < 0.01 * losses[0] else "good"


@mistake(
    "Any change of less than 1 % counts as too low here, upwards too. A curve that ends above its first value, however "
    "little, is too high."
)
def by_the_size_of_the_change(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    if abs(losses[0] - losses[-1]) < 0.01 * losses[0]:
        return "too low"
    return "too high" if losses[-1] > losses[0] else "good"


@mistake(
    "Only a curve that ends above three times its first value is called too high here. Any end above the first value "
    "is."
)
def three_times_the_first(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return "too high" if losses[-1] > 3 * losses[0] else told([losses[0], min(losses[0], losses[-1])])


@mistake("One loss that is above the one before does not matter: too high means that the curve *ends* above its first.")
def by_any_rise(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return "too high" if (np.diff(losses) > 0).any() else told(losses)


@mistake(
    "The rules are right, and the names are not: they are written 'too low' and 'too high', with a blank and in small "
    "letters."
)
def with_underscores(losses):
    return told(losses).replace(" ", "_") if np.isfinite(losses).all() else "diverged"


@mistake("The limit of 1 % was written as 1, which is 100 %. It is 0.01, a hundredth of the first loss.")
def one_for_a_percent(losses):
    return told(losses, low=1) if np.isfinite(losses).all() else "diverged"


@mistake("A loss that is not finite is called too high here. It has a name of its own: diverged.")
def diverged_is_too_high(losses):
    return told(losses) if np.isfinite(losses).all() else "too high"


@mistake(
    "A loss that ends exactly where it began is taken for too high. *Above* means above; it fell by less than 1 %: "
    "too low."
)
def equal_is_too_high(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    return "too high" if losses[-1] >= losses[0] else told(losses)


@mistake("The largest and the smallest loss were compared with the first. Only the *last* one counts.")
def by_the_extremes(losses):
    if not np.isfinite(losses).all():
        return "diverged"
    if losses.max() > losses[0]:
        return "too high"
    return "too low" if losses[0] - losses.min() < 0.01 * losses[0] else "good"


def by_the_fall(losses):
    """The fall as a share of the first loss gets a name, and the rules read like the sentence in the task."""
    losses = np.asarray(losses, dtype=float)
    if not np.isfinite(losses).all():
        return "diverged"
    fall = 1 - losses[-1] / losses[0]
    if fall < 0:
        return "too high"
    return "too low" if fall < 0.01 else "good"


def first_rule_that_holds(losses):
    """`np.select` takes the first condition that holds: prefer it when the rules become many, or losses a table."""
    first, last = losses[0], losses[-1]
    rules = [not np.isfinite(losses).all(), last > first, last > 0.99 * first]
    return str(np.select(rules, ["diverged", "too high", "too low"], default="good"))


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


def as_numpy_text(losses):
    answers = np.array(["diverged", "too high", "too low", "good"])
    losses = np.asarray(losses, dtype=float)
    if not np.isfinite(losses).all():
        return answers[0]
    return answers[1:][[losses[-1] > losses[0], losses[-1] > 0.99 * losses[0], True].index(True)]


def by_table(losses):
    kinds = {(True, True): "too high", (False, True): "too low", (False, False): "good"}
    if np.isnan(losses).any() or np.isinf(losses).any():
        return "diverged"
    return kinds[bool(losses[-1] > losses[0]), bool(losses[-1] > losses[0] * 0.99)]


DIAGNOSE = Exercise(
    name="diagnose",
    lecture=LECTURE,
    section="6. What does the curve say?",
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
        relative_to_the_last,
        by_the_spread,
        by_the_size_of_the_change,
        three_times_the_first,
        by_any_rise,
        with_underscores,
        one_for_a_percent,
        diverged_is_too_high,
        equal_is_too_high,
        by_the_extremes,
    ),
    equivalent_mutants={
        "line 5: `losses[0] - losses[-1] < 0.01 * losses[0]` → `losses[0] - losses[-1] <= 0.01 * losses[0]`": (
            "At exactly 1 % the rounding of 0.01 decides, and no curve ends there."
        ),
    },
    spellings=(
        by_the_fall,
        first_rule_that_holds,
        by_difference,
        by_quotient,
        by_percent,
        by_sum,
        by_select,
        as_numpy_text,
        by_table,
    ),
    hints=(
        "Three questions in this order: is everything finite? Does the curve end above its first value? Does it fall "
        "by less than 1 % of it?",
        "`np.isfinite(losses).all()` is False as soon as one loss is NaN or infinite.",
    ),
)
