"""`dead_fraction`: the share of units that are zero for every sample. The oracle goes from column to column."""

from __future__ import annotations

import statistics

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, NOT_IN_PLACE


def dead_fraction_oracle(activations):
    columns = activations.T.tolist()
    return sum(not any(column) for column in columns) / len(columns)


def some_dead(rng, samples, units, dead, leaky=False):
    """Outputs of a layer in which `dead` units are dead and the others are silent for some samples."""
    outputs = rng.normal(size=(samples, units))
    outputs *= rng.random((samples, units)) < 0.5
    if not leaky:
        outputs = np.abs(outputs)
    # Every living unit answers at least once, and every dead one never.
    outputs[rng.integers(samples, size=units), np.arange(units)] = 0.7
    outputs[:, rng.permutation(units)[:dead]] = 0.0
    return outputs


def nearly_dead(rng):
    """So many samples that a unit which answers to one of them is silent for 99.99 %, beside a unit that is dead."""
    outputs = np.zeros((12_000, 2), dtype=np.float32)
    outputs[rng.integers(len(outputs)), rng.integers(2)] = 1.5
    return outputs


def dead_fraction_values(rng):
    return [
        call(np.array([[0.0, 1.0], [0.0, 0.0]])),
        call(np.array([[0.0, 1.0, 0.0, 0.0, 2.0], [0.0, 2.0, 3.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0, 1.0]])),
        call(some_dead(rng, 6, 5, 2)),
        call(some_dead(rng, 5, 8, 3)),
        call(some_dead(rng, 40, 30, 7)),
        call(nearly_dead(rng)),
    ]


def dead_fraction_edge_cases(rng):
    return [
        call(np.zeros((3, 4))),
        call(np.ones((3, 2))),
        call(np.array([[0.0, 0.5, 0.0]])),
        call(np.array([[0, 1], [0, 0]])),
        call(np.array([[0.0], [0.3]])),
        call(np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.5]])),
        call(np.array([[-0.01, 0.0, 0.0], [0.0, 0.0, 2.0]])),
        call(np.array([[1e-16, 0.0], [0.0, 0.0]])),
        call(some_dead(rng, 7, 6, 1, leaky=True)),
        call(some_dead(rng, 4, 9, 4).astype(np.float32)),
    ]


@mistake(
    "This is the share of zeros in the whole array. A unit counts only if its *whole column* is zero: first decide for "
    "each unit, then take the mean."
)
def share_of_zeros(activations):
    return float(np.mean(activations == 0))


@mistake(
    "This is the share of outputs that are *not* 0. A unit counts as dead if its whole column is 0: first decide for "
    "each unit, then take the mean."
)
def share_of_answers(activations):
    return float(np.mean(activations != 0))


@mistake("This is the share of *samples* for which all units are silent. A unit is a column: decide along axis 0.")
def share_of_silent_samples(activations):
    return float(np.mean(np.all(activations == 0, axis=1)))


@mistake("A unit was counted as soon as it is 0 *once*. It is dead when it is 0 for all samples: `all`, not `any`.")
def share_of_units_ever_silent(activations):
    return float(np.mean(np.any(activations == 0, axis=0)))


@mistake(
    "A unit that answers to one sample in many thousands counts as dead here. A unit is dead when it is 0 for *every* "
    "sample, not for most of them: `all`."
)
def share_of_units_mostly_silent(activations):
    return float(np.mean(np.mean(activations == 0, axis=0) > 0.95))


@mistake("This is the share of living units. Subtract it from 1.")
def share_of_the_living(activations):
    return float(np.mean(np.any(activations != 0, axis=0)))


@mistake("This is the *number* of dead units. Divide it by the number of units.")
def number_of_the_dead(activations):
    return float(np.sum(np.all(activations == 0, axis=0)))


@mistake("The number of dead units was divided by the number of samples. Divide by the number of units.")
def dead_for_each_sample(activations):
    return float(np.sum(np.all(activations == 0, axis=0)) / len(activations))


@mistake("The number of dead units was divided by the number of all outputs. Divide by the number of units.")
def dead_for_each_output(activations):
    return float(np.sum(np.all(activations == 0, axis=0)) / activations.size)


@mistake("This is in percent. A fraction from 0 to 1 is asked for.")
def dead_percent(activations):
    return float(100 * np.mean(np.all(activations == 0, axis=0)))


@mistake("A column may sum to 0 because +1 and -1 cancel; such a unit is alive. Ask whether every number is 0.")
def dead_by_sum(activations):
    return float(np.mean(np.sum(activations, axis=0) == 0))


@mistake("A unit that answers with negative numbers is alive. Ask for == 0, not for <= 0.")
def dead_if_not_positive(activations):
    return float(np.mean(np.max(activations, axis=0) <= 0))


@mistake(
    "Small is not dead: a unit that answers with a very small number still has a gradient. Compare with 0 itself; "
    "`np.isclose` takes small numbers for 0, too."
)
def dead_if_small(activations):
    return float(np.mean(np.all(np.isclose(activations, 0), axis=0)))


@mistake(
    "Units that answer with negative numbers only, and units with very small answers, count as dead here. Both are "
    "alive: compare with 0 itself."
)
def dead_if_below_a_threshold(activations):
    return float(np.mean(np.max(activations, axis=0) < 1e-6))


@mistake("A unit that gives the same number for every sample is not dead, unless this number is 0. Compare with 0.")
def dead_if_constant(activations):
    return float(np.mean(np.ptp(activations, axis=0) == 0))


@mistake("This says for each unit how often it is 0. One number is asked for: the share of units that are always 0.")
def silence_of_each_unit(activations):
    return np.mean(activations == 0, axis=0)


@mistake("This says for each unit whether it is dead. One number is asked for: the mean of that.")
def dead_or_not(activations):
    return np.all(activations == 0, axis=0)


@mistake(NOT_IN_PLACE)
def dead_in_place(activations):
    activations[activations != 0] = 1
    return float(np.mean(activations.sum(axis=0) == 0))


def dead_by_all(activations):
    return np.mean(np.all(activations == 0, axis=0))


def dead_by_any(activations):
    """Asked the other way round: a number that is not 0 counts as True, so `any` finds the units that are alive."""
    return 1 - activations.any(axis=0).mean()


def dead_by_count(activations):
    """Count first, then decide; the counts also show which units are nearly dead."""
    answers_of_each_unit = np.count_nonzero(activations, axis=0)
    return np.mean(answers_of_each_unit == 0)


def dead_by_largest_size(activations):
    return float((np.abs(activations).max(axis=0) == 0).mean())


def dead_by_loops(activations):
    dead = 0
    for unit in range(len(activations[0])):
        if all(row[unit] == 0 for row in activations):
            dead += 1
    return dead / len(activations[0])


def dead_by_columns(activations):
    columns = list(zip(*activations.tolist(), strict=True))
    return statistics.fmean(float(set(column) == {0}) for column in columns)


def dead_in_single_precision(activations):
    return np.mean(~np.any(activations, axis=0), dtype=np.float32)


def dead_as_array_of_no_dimension(activations):
    return np.asarray(np.mean(np.sum(np.square(activations), axis=0) == 0))


DEAD_FRACTION = Exercise(
    name="dead_fraction",
    lecture=LECTURE,
    section="When does a unit die?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, dead_fraction_values), Part("edge cases", 1, dead_fraction_edge_cases)),
    oracle=dead_fraction_oracle,
    mistakes=(
        share_of_zeros,
        share_of_answers,
        share_of_silent_samples,
        share_of_units_ever_silent,
        share_of_units_mostly_silent,
        share_of_the_living,
        number_of_the_dead,
        dead_for_each_sample,
        dead_for_each_output,
        dead_percent,
        dead_by_sum,
        dead_if_not_positive,
        dead_if_small,
        dead_if_below_a_threshold,
        dead_if_constant,
        silence_of_each_unit,
        dead_or_not,
        dead_in_place,
    ),
    spellings=(
        dead_by_all,
        dead_by_any,
        dead_by_count,
        dead_by_largest_size,
        dead_by_loops,
        dead_by_columns,
        dead_in_single_precision,
        dead_as_array_of_no_dimension,
    ),
    hints=(
        "Two steps: for each unit, is it 0 for every sample? Then, for which share of the units is that so?",
        "`activations == 0` is an array of True and False. `np.all(..., axis=?)` asks along one axis; units are "
        "columns.",
        "The mean of an array of True and False is the share of True.",
    ),
    equivalent_mutants={
        "line 1: `float(np.mean(np.all(activations == 0, axis=0)))` → "
        "`np.mean(np.all(activations == 0, axis=0))`": "A NumPy float is as good as one of Python.",
    },
)
