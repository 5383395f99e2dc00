"""Exercise `optimism`: how much better the reported score is than the honest one."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.exercises.data_leakage.messages import LECTURE, NO_LISTS, TOGETHER
from helpers.judging.exercise import Exercise, Part, call, mistake


def oracle(reported, honest):
    pairs = zip(np.ravel(reported).tolist(), np.ravel(honest).tolist(), strict=True)
    differences = [float(one) - float(other) for one, other in pairs]
    return math.fsum(differences) / len(differences)


def one_run(rng):
    return [
        call(0.75, 0.5),
        call(float(rng.uniform(0.7, 1)), float(rng.uniform(0.3, 0.7))),
        call(0.5, 0.625),
        call(0.47, -0.5),
        call(1, 0),
    ]


def many_runs(rng):
    return [
        call(np.array([0.75, 1.0, 0.5]), np.array([0.5, 0.5, 0.75])),
        call([0.5, 1.0], [0.25, 0.0]),
        call(rng.uniform(0.6, 1, 10), rng.uniform(0.3, 0.7, 10)),
        call(rng.uniform(-1, 1, 7), rng.uniform(-1, 1, 7)),
        call(rng.uniform(size=6).astype(np.float32), rng.uniform(size=6).astype(np.float32)),
    ]


@mistake("The sign is turned round. Optimism is reported *minus* honest: positive when the report promises too much.")
def turned_round(reported, honest):
    return float(np.mean(np.subtract(honest, reported)))


@mistake(
    "The absolute value hides the sign. A report can be too pessimistic, and on average over runs the two must be "
    "allowed to cancel."
)
def absolute(reported, honest):
    return float(np.mean(np.abs(np.subtract(reported, honest))))


@mistake("A negative optimism was set to zero. It is news as well: keep it.")
def never_negative(reported, honest):
    return float(max(0.0, np.mean(np.subtract(reported, honest))))


@mistake("This is the difference as a share of the honest score. The plain difference is asked for.")
def relative(reported, honest):
    with np.errstate(all="ignore"):
        return float(np.mean(np.subtract(reported, honest)) / np.mean(honest))


@mistake("This is the quotient of the two. The difference is asked for; scores such as R² can be zero or negative.")
def quotient(reported, honest):
    with np.errstate(all="ignore"):
        return float(np.mean(reported) / np.mean(honest))


@mistake("The difference was multiplied by 100. Keep the unit of the scores.")
def in_percent(reported, honest):
    return float(100 * np.mean(np.subtract(reported, honest)))


@mistake("The differences were added up. Take their mean, or more runs would mean more optimism.")
def summed(reported, honest):
    return float(np.sum(np.subtract(reported, honest)))


@mistake("This compares the best run of one with the best of the other. To pick the best is a leak of its own.")
def of_the_best(reported, honest):
    return float(np.max(reported) - np.max(honest))


@mistake("The result is one number a run. Take their mean.")
def one_a_run(reported, honest):
    return np.subtract(reported, honest, dtype=float)


@mistake(NO_LISTS)
def without_an_array(reported, honest):
    return float(np.mean(reported - honest))


def by_means(reported, honest):
    return float(np.mean(reported) - np.mean(honest))


def by_differences(reported, honest):
    return np.mean(np.asarray(reported, dtype=float) - np.asarray(honest, dtype=float))


def by_statistics(reported, honest):
    return statistics.fmean(map(float, np.ravel(reported))) - statistics.fmean(map(float, np.ravel(honest)))


def by_a_loop(reported, honest):
    total, count = 0.0, 0
    for one, other in zip(np.ravel(reported), np.ravel(honest), strict=True):
        total += float(one) - float(other)
        count += 1
    return total / count


def in_single_precision(reported, honest):
    return np.float32(np.mean(np.subtract(reported, honest, dtype=np.float32)))


def as_array_of_no_dimension(reported, honest):
    return np.asarray(np.average(np.ravel(reported).astype(float)) - np.average(np.ravel(honest).astype(float)))


OPTIMISM = Exercise(
    name="optimism",
    lecture=LECTURE,
    section=TOGETHER,
    minutes=3,
    difficulty=1,
    parts=(Part("one run", 1, one_run), Part("many runs", 1, many_runs)),
    oracle=oracle,
    mistakes=(
        turned_round,
        absolute,
        never_negative,
        relative,
        quotient,
        in_percent,
        summed,
        of_the_best,
        one_a_run,
        without_an_array,
    ),
    spellings=(
        by_means,
        by_differences,
        by_statistics,
        by_a_loop,
        in_single_precision,
        as_array_of_no_dimension,
    ),
    hints=(
        "Positive means that the report promised too much.",
        "`np.mean` takes numbers, lists and arrays alike. The mean of the differences is the difference of the means.",
    ),
    equivalent_mutants={
        "line 1: `float(np.mean(np.subtract(reported, honest)))` → `np.mean(np.subtract(reported, honest))`": (
            "A NumPy float is as good as one of Python."
        ),
    },
)
