"""should_stop: when a run is not worth another epoch."""

from __future__ import annotations

import math

import numpy as np

from helpers.exercises.hyperparameter_search.common import BREAK_OFF, LECTURE
from helpers.judging.exercise import Exercise, Part, call, mistake

NAN, INF = math.nan, math.inf


def values(rng):
    falling = np.sort(rng.uniform(0.5, 2.0, 5))[::-1].copy()
    return [
        call([2.0, 1.5, 1.0]),
        call([2.0, 7.0]),
        call([2.0, 5.0]),
        call([1.0, 0.25, 1.0]),  # four times the loss before
        call([2.0, 9.0, 1.0]),  # it came back
        call([2.0, 5.5, 4.0]),
        call(falling),
        call(np.append(falling, 3.5 * falling[0])),
        call([0.5, 1.25, 1.75]),
    ]


def not_finite(rng):
    return [
        call([2.0, NAN]),
        call([2.0, 1.5, INF]),
        call([2.0, NAN, 1.0]),
        call(np.array([INF, 1.0, 1.0])),
        call([NAN, 1.0]),
        call([2.5, 1.5, 0.5]),
    ]


def edge_cases(rng):
    return [
        call([2.0]),
        call([2.0, 6.0]),  # exactly three times: not above
        call([2.0, 3.5], factor=1.5),
        call([2.0, 9.0], factor=5.0),
        call(np.array([2, 7, 1])),
        call([4.0, 1.0, 8.5], factor=2.0),
        call([0.25, 1.0, 0.5], factor=8.0),
        call([NAN]),
    ]


def oracle(losses, factor=3.0):
    first = float(losses[0])
    return any(not math.isfinite(loss) or loss > factor * first for loss in map(float, losses))


def plain(losses):
    return np.asarray(losses, dtype=float)


@mistake("NaN goes unnoticed: every comparison with it is False, so a diverged run trains on. Ask `np.isfinite`, too.")
def blind_to_nan(losses, factor=3.0):
    losses = plain(losses)
    return bool((losses > factor * losses[0]).any() or np.isinf(losses[0]))


@mistake("Only losses that are not finite stop this run. One above `factor` times the first should stop it, too.")
def only_not_finite(losses, factor=3.0):
    return not bool(np.isfinite(plain(losses)).all())


@mistake("Only the newest loss is looked at. A run that was above the limit before should stop: look at all of them.")
def only_the_last(losses, factor=3.0):
    losses = plain(losses)
    return not bool(np.isfinite(losses[[0, -1]]).all() and losses[-1] <= factor * losses[0])


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
        blind_to_nan,
        only_not_finite,
        only_the_last,
        at_the_limit_too,
        against_the_one_before,
        against_the_smallest,
        factor_added,
        any_rise,
        always_three,
        the_wrong_way_round,
    ),
    spellings=(with_numpy, with_a_loop, by_what_is_allowed, by_the_largest, as_a_zero_dimensional_array),
    hints=(
        "Two reasons to stop. What does `nan > 6.0` say?",
        "`np.isfinite` answers for a whole array; `.any()` and `.all()` make one answer of many.",
    ),
)
