"""`update_running`: one step of the running averages. The oracle calculates with exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import LECTURE, NOT_IN_PLACE, floats, single


def running_oracle(running, batch, momentum=0.9):
    keep = Fraction(float(momentum))

    def one(old, new):
        return float(keep * Fraction(float(old)) + (1 - keep) * Fraction(float(new)))

    old, new = floats(running, batch)
    return np.array([one(*pair) for pair in zip(old, new, strict=True)])


def running_call(rng, units, **keywords):
    return call(rng.normal(0, 2, units), rng.normal(3, 2, units), **keywords)


def running_values(rng):
    return [
        call(np.array([0.0]), np.array([4.0])),
        running_call(rng, 3),
        running_call(rng, 4, momentum=0.99),
        running_call(rng, 3, momentum=0.2),
        running_call(rng, 20),
    ]


def running_edge_cases(rng):
    return [
        call(np.array([1, 0]), np.array([4, -3])),
        running_call(rng, 3, momentum=0.0),
        running_call(rng, 3, momentum=1.0),
        running_call(rng, 1, momentum=0.5),
        call(np.array([-1.0]), np.array([-3.0])),
        call(*single(*running_call(rng, 3).arguments)),
    ]


@mistake(
    "It is the wrong way round: `momentum` is the share of the *past* that is kept. (PyTorch uses the name for the "
    "other share.)"
)
def running_the_wrong_way_round(running, batch, momentum=0.9):
    return (1 - momentum) * running + momentum * batch


@mistake("The new value has the full weight. The two weights must add up to 1: momentum and 1 - momentum.")
def running_without_the_rest(running, batch, momentum=0.9):
    return momentum * running + batch


@mistake("The past was kept in full. Its share is `momentum`, and the two weights add up to 1.")
def running_that_never_forgets(running, batch, momentum=0.9):
    return running + (1 - momentum) * batch


@mistake("This is the plain mean of the two. The past has the weight `momentum`, the new value the rest.")
def running_by_halves(running, batch, momentum=0.9):
    return (running + batch) / 2


@mistake("The past is gone: this is the new batch alone.")
def running_of_the_last_batch(running, batch, momentum=0.9):
    return np.array(batch, dtype=float)


@mistake("The argument `momentum` is not used: this is the result for 0.9. Write `momentum` where the number stands.")
def running_with_a_fixed_momentum(running, batch, momentum=0.9):
    return 0.9 * running + (1 - 0.9) * batch


@mistake(
    "The mean of `batch` was taken over its units. It holds one statistic for each unit already, and every unit has "
    "an average of its own."
)
def running_of_the_mean(running, batch, momentum=0.9):
    return momentum * running + (1 - momentum) * batch.mean()


@mistake("The sign of the difference is wrong: the average moves away from the new value instead of towards it.")
def running_away(running, batch, momentum=0.9):
    return running + (1 - momentum) * (running - batch)


@mistake("The step has the size `momentum`. The past keeps that share, so the step is 1 - momentum of the difference.")
def running_with_a_negative_step(running, batch, momentum=0.9):
    return running - momentum * (batch - running)


@mistake("The result was divided by 1 - momentum, as Adam does for its first step. This average is used as it is.")
def running_with_correction(running, batch, momentum=0.9):
    with np.errstate(all="ignore"):
        return (momentum * running + (1 - momentum) * batch) / np.subtract(1.0, momentum)


@mistake(NOT_IN_PLACE)
def running_in_place(running, batch, momentum=0.9):
    running *= momentum
    running += (1 - momentum) * batch
    return running


@mistake(NOT_IN_PLACE)
def running_in_place_of_floats(running, batch, momentum=0.9):
    running, batch = floats(running, batch)
    running *= momentum
    running += (1 - momentum) * batch
    return running


@mistake("The new value is subtracted. The average is a sum: momentum * past *plus* (1 - momentum) * new.")
def running_with_minus(running, batch, momentum=0.9):
    return momentum * running - (1 - momentum) * batch


def running_by_multiply(running, batch, momentum=0.9):
    return np.multiply(running, momentum) + np.multiply(batch, 1 - momentum)


def running_as_a_step(running, batch, momentum=0.9):
    """The average makes a step of 1 - momentum towards the new value: gradient descent with that learning rate."""
    return running + (1.0 - momentum) * (batch - running)


def running_by_average(running, batch, momentum=0.9):
    """NumPy knows weighted averages; this form also serves for more than two values."""
    return np.average([running, batch], axis=0, weights=[momentum, 1 - momentum])


def running_by_matrix(running, batch, momentum=0.9):
    return np.array([momentum, 1 - momentum]) @ np.stack([running, batch])


def running_as_lists(running, batch, momentum=0.9):
    return [momentum * float(old) + (1 - momentum) * float(new) for old, new in zip(running, batch, strict=True)]


def running_as_a_tuple(running, batch, momentum=0.9):
    return tuple(momentum * old + (1 - momentum) * new for old, new in zip(running, batch, strict=True))


def running_in_single_precision(running, batch, momentum=0.9):
    running, batch = np.asarray(running, dtype=np.float32), np.asarray(batch, dtype=np.float32)
    return np.float32(momentum) * running + np.float32(1 - momentum) * batch


def running_with_a_work_array(running, batch, momentum=0.9):
    work = np.array(running, dtype=float)
    work *= momentum
    work += (1 - momentum) * batch
    return work


RUNNING = Exercise(
    name="update_running",
    lecture=LECTURE,
    section="8. One image at a time",
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, running_values), Part("edge cases", 1, running_edge_cases)),
    oracle=running_oracle,
    mistakes=(
        running_the_wrong_way_round,
        running_without_the_rest,
        running_that_never_forgets,
        running_by_halves,
        running_of_the_last_batch,
        running_with_a_fixed_momentum,
        running_of_the_mean,
        running_away,
        running_with_a_negative_step,
        running_with_correction,
        running_in_place,
        running_in_place_of_floats,
        running_with_minus,
    ),
    spellings=(
        running_by_multiply,
        running_as_a_step,
        running_by_average,
        running_by_matrix,
        running_as_lists,
        running_as_a_tuple,
        running_in_single_precision,
        running_with_a_work_array,
    ),
    hints=(
        "With momentum 0.9, a running value 0 and a batch of 4 give 0.4. Which weight did the 4 have?",
        "Two weights that add up to 1: one for the past, one for the new value.",
    ),
    choices=by_default("momentum=0.9", "0.8", "0.95", "0.5"),
)
