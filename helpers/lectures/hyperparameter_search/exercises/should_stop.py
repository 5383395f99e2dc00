"""should_stop: when a run is not worth another epoch."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import BREAK_OFF, LECTURE

NAN, INF = math.nan, math.inf


def run(*losses, factor=None):
    return call(np.array(losses)) if factor is None else call(np.array(losses), factor=factor)


def falling(rng, count=5):
    return np.sort(rng.uniform(0.5, 2.0, count))[::-1].copy()


def values(rng):
    losses, high, back = falling(rng), falling(rng), falling(rng)
    back[2] = rng.uniform(3.5, 5) * back[0]
    return [
        run(2.0, 1.5, 1.0),
        run(2.0, 7.0),
        run(2.0, 5.0),
        run(2.0, 3.0),
        run(1.0, 0.25, 1.0),  # four times the loss before
        run(2.0, 9.0, 1.0),  # it came back
        run(2.0, 5.5, 4.0),
        run(0.5, 4.0, 4.5),  # the mean is above the limit as well
        call(losses),
        call(np.append(high, 3.5 * high[0])),
        call(back),
        run(0.5, 1.25, 1.75),
    ]


def not_finite(rng):
    broken, infinite = falling(rng), falling(rng)
    broken[rng.integers(1, 4)] = NAN
    infinite[-1] = INF
    return [
        run(2.0, NAN),
        run(2.0, 1.5, INF),
        run(2.0, NAN, 1.0),
        run(INF, 1.0, 1.0),
        run(NAN, 1.0),
        run(2.5, 1.5, 0.5),
        call(broken),
        call(infinite),
        call(falling(rng)),
    ]


def edge_cases(rng):
    first, factor = rng.uniform(0.5, 2), rng.uniform(4, 6)
    return [
        run(2.0),
        run(2.0, 6.0),  # exactly three times: not above
        run(2.0, 3.5, factor=1.5),
        run(2.0, 9.0, factor=5.0),
        run(2, 7, 1),
        run(4.0, 1.0, 8.5, factor=2.0),
        run(0.25, 1.0, 0.5, factor=8.0),
        run(NAN),
        run(first, 0.9 * factor * first, factor=factor),
        run(first, 1.1 * factor * first, first, factor=factor),
        call(np.array([2.5, 7.0, 2.0], dtype=np.float32)),
    ]


def oracle(losses, factor=3.0):
    first = float(losses[0])
    return any(not math.isfinite(loss) or loss > factor * first for loss in map(float, losses))


def plain(losses):
    return np.asarray(losses, dtype=float)


@mistake(
    "Losses are only compared, and every comparison with NaN is False, so a diverged run trains on; so does one whose "
    "first loss is infinite. Ask `np.isfinite`, too."
)
def only_compared(losses, factor=3.0):
    losses = plain(losses)
    return bool((losses > factor * losses[0]).any())


@mistake(
    "Infinity is asked for and NaN is not: every comparison with NaN is False, so a diverged run trains on. "
    "`np.isfinite` is False for both."
)
def blind_to_nan(losses, factor=3.0):
    losses = plain(losses)
    return bool((losses > factor * losses[0]).any() or np.isinf(losses).any())


@mistake(
    "NaN is asked for and infinity is not: nothing is above `factor` times an infinite first loss. `np.isfinite` is "
    "False for both."
)
def blind_to_infinity(losses, factor=3.0):
    losses = plain(losses)
    return bool((losses > factor * losses[0]).any() or np.isnan(losses).any())


@mistake("Only losses that are not finite stop this run. One above `factor` times the first should stop it, too.")
def only_not_finite(losses, factor=3.0):
    return not bool(np.isfinite(plain(losses)).all())


@mistake("Only the newest loss is looked at. A run that was above the limit before should stop: look at all of them.")
def only_the_last(losses, factor=3.0):
    losses = plain(losses)
    return bool(losses[-1] > factor * losses[0] or not np.isfinite(losses[-1]))


@mistake(
    "The mean of the losses is compared with the limit. One loss above `factor` times the first is enough: `.any()`, "
    "or the largest one."
)
def by_the_mean(losses, factor=3.0):
    losses = plain(losses)
    return bool(not np.isfinite(losses).all() or losses.mean() > factor * losses[0])


@mistake("The run stops only if *all* losses after the first are above the limit. One of them is enough: `.any()`.")
def all_of_them(losses, factor=3.0):
    losses = plain(losses)
    above = losses[1:] > factor * losses[0]
    return bool(not np.isfinite(losses).all() or above.all())


@mistake("There is one answer for each loss. The run stops as a whole: `.any()` makes one answer of many.")
def one_answer_for_each(losses, factor=3.0):
    losses = plain(losses)
    return ~np.isfinite(losses) | (losses > factor * losses[0])


@mistake("A loss of exactly `factor` times the first is not *above* it. Compare with `>`.")
def at_the_limit_too(losses, factor=3.0):
    losses = plain(losses)
    return bool((~np.isfinite(losses)).any() or (losses[1:] >= factor * losses[0]).any())


@mistake("The newest loss is compared with the one before it. The limit is `factor` times the *first* one.")
def against_the_one_before(losses, factor=3.0):
    losses = plain(losses)
    return bool((~np.isfinite(losses)).any() or (losses[1:] > factor * losses[:-1]).any())


@mistake("The losses are compared with the smallest so far. The limit is `factor` times the *first* one.")
def against_the_smallest(losses, factor=3.0):
    losses = plain(losses)
    return bool((~np.isfinite(losses)).any() or (losses > factor * losses.min()).any())


@mistake("The limit is the first loss *plus* `factor`. It should be `factor` *times* the first loss.")
def factor_added(losses, factor=3.0):
    losses = plain(losses)
    return bool((~np.isfinite(losses)).any() or (losses > factor + losses[0]).any())


@mistake("Any loss above the first one stops this run, whatever `factor` is. Most runs rise a little now and then.")
def any_rise(losses, factor=3.0):
    losses = plain(losses)
    return bool((~np.isfinite(losses)).any() or (losses > losses[0]).any())


@mistake("`factor` is ignored: the 3 is written into the function.")
def always_three(losses, factor=3.0):
    return oracle(losses)


@mistake("The answer is the wrong way round: it should be True when the run has to stop.")
def the_wrong_way_round(losses, factor=3.0):
    return not oracle(losses, factor)


@mistake("The limit is `factor` times the *lowest* loss so far. It should be `factor` times the first one.")
def against_the_lowest(losses, factor=3.0):
    return bool(not np.isfinite(losses).all() or losses[-1] > factor * losses.min())


def largest_loss(losses, factor=3.0):
    """Only the largest loss is asked: `np.max` gives NaN if there is one, so it finds every reason to stop at once."""
    largest = np.max(losses)
    return not (np.isfinite(largest) and largest <= factor * losses[0])


def one_loss_at_a_time(losses, factor=3.0):
    """Plain Python, one loss after the other: `any` ends at the first reason, as a training loop would."""
    return any(not math.isfinite(loss) or bool(loss > factor * losses[0]) for loss in losses)


def with_numpy(losses, factor=3.0):
    losses = np.asarray(losses, dtype=float)
    return bool(np.any(~np.isfinite(losses)) or np.any(losses > factor * losses[0]))


def with_a_loop(losses, factor=3.0):
    stop = False
    for loss in losses:
        stop = stop or math.isnan(loss) or math.isinf(loss) or loss > factor * losses[0]
    return stop


def by_what_is_allowed(losses, factor=3.0):
    losses = np.asarray(losses, dtype=float)
    return ~np.all(np.isfinite(losses) & (losses <= factor * losses[0]))


def by_the_largest(losses, factor=3.0):
    largest = np.max(np.asarray(losses))  # NaN, if there is one
    return not (np.isfinite(largest) and largest <= factor * losses[0])


def as_a_zero_dimensional_array(losses, factor=3.0):
    losses = np.array(losses, dtype=np.float32)
    return np.asarray((np.nan_to_num(losses / losses[0], nan=np.inf) > factor).any() | np.isinf(losses).any())


SHOULD_STOP = Exercise(
    name="should_stop",
    lecture=LECTURE,
    section=BREAK_OFF,
    minutes=4,
    difficulty=1,
    parts=(
        Part("values", 2, values),
        Part("not finite", 1, not_finite),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        only_compared,
        blind_to_nan,
        blind_to_infinity,
        by_the_mean,
        all_of_them,
        one_answer_for_each,
        only_not_finite,
        only_the_last,
        at_the_limit_too,
        against_the_one_before,
        against_the_smallest,
        factor_added,
        any_rise,
        always_three,
        the_wrong_way_round,
        against_the_lowest,
    ),
    spellings=(
        largest_loss,
        one_loss_at_a_time,
        with_numpy,
        with_a_loop,
        by_what_is_allowed,
        by_the_largest,
        as_a_zero_dimensional_array,
    ),
    hints=(
        "Two reasons to stop. What does `nan > 6.0` say?",
        "`np.isfinite` answers for a whole array; `.any()` and `.all()` make one answer of many.",
    ),
)
