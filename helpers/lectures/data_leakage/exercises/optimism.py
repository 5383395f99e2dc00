"""Exercise `optimism`: how much better the reported score is than the honest one."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_proportion, mistake

from .messages import LECTURE, TOGETHER


def oracle(reported, honest):
    differences = [one - other for one, other in zip(reported.tolist(), honest.tolist(), strict=True)]
    return math.fsum(differences) / len(differences)


def scores(rng, runs):
    """Reports that promise too much, so that nothing nearly cancels in the mean difference."""
    return rng.uniform(0.7, 1, runs), rng.uniform(0.3, 0.6, runs)


def one_run(rng):
    return [
        call(np.array([0.75]), np.array([0.5])),
        call(*scores(rng, 1)),
        call(np.array([0.5]), np.array([0.625])),
        call(np.array([0.47]), np.array([-0.5])),
        call(np.array([1.0]), np.array([0.0])),
    ]


def many_runs(rng):
    too_low, better = scores(rng, 7)[::-1]
    return [
        call(np.array([0.75, 1.0, 0.5]), np.array([0.5, 0.5, 0.75])),
        call(np.array([0.5, 1.0, 0.75]), np.array([0.25, 0.0, 0.5])),
        call(np.array([0.5, -0.25, 0.25]), np.array([0.75, 0.25, 0.5])),
        call(*scores(rng, 10)),
        call(too_low, better),
        call(*(array.astype(np.float32) for array in scores(rng, 6))),
    ]


@mistake(
    "This is honest minus reported. Optimism is reported *minus* honest: positive when the report promises too much."
)
def honest_minus_reported(reported, honest):
    return float(np.mean(honest - reported))


@mistake("The absolute value hides the sign. The difference of a run may be negative; keep its sign in the mean.")
def absolute(reported, honest):
    return float(np.mean(np.abs(reported - honest)))


@mistake("A negative optimism was set to zero or left out. A report can also be too low: keep the sign.")
def never_negative(reported, honest):
    return float(max(0.0, np.mean(reported - honest)))


@mistake("This is the difference divided by the honest score. The difference itself is asked for.")
def relative_to_honest(reported, honest):
    with np.errstate(all="ignore"):
        return float(np.mean(reported - honest) / np.mean(honest))


@mistake("This is the difference divided by the reported score. The difference itself is asked for.")
def relative_to_reported(reported, honest):
    return float(np.mean(reported - honest) / np.mean(reported))


@mistake("This is the quotient of the two. The difference is asked for; scores such as R² can be zero or negative.")
def quotient(reported, honest):
    with np.errstate(all="ignore"):
        return float(np.mean(reported) / np.mean(honest))


@mistake("The difference was multiplied by 100. Keep the unit of the scores.")
def in_percent(reported, honest):
    return float(100 * np.mean(reported - honest))


@mistake("The differences were added. Take their mean, or more runs would mean more optimism.")
def summed(reported, honest):
    return float(np.sum(reported - honest))


@mistake("The sum was divided by the number of runs minus 1. A mean divides by the number of runs.")
def divided_by_one_less(reported, honest):
    with np.errstate(all="ignore"):
        return float(np.sum(reported - honest) / (reported.size - 1))


@mistake("This is the best reported score minus the best honest one. Take the mean over the runs instead.")
def of_the_best(reported, honest):
    return float(np.max(reported) - np.max(honest))


@mistake("This is the largest difference. Take the mean over the runs instead.")
def largest_difference(reported, honest):
    return float(np.max(reported - honest))


@mistake("This is the median of the differences. Their mean is asked for.")
def median(reported, honest):
    return float(np.median(reported - honest))


@mistake("Only the first run counts here. Take the mean of the differences of all runs.")
def of_the_first_run(reported, honest):
    return float(reported[0] - honest[0])


@mistake("This is the standard deviation of the differences. Their mean is asked for.")
def spread(reported, honest):
    return float(np.std(reported - honest))


@mistake("This is one difference for each run. Take their mean.")
def one_a_run(reported, honest):
    return reported - honest


@mistake("These are the two means. Subtract the honest one from the reported one.")
def two_means(reported, honest):
    return float(np.mean(reported)), float(np.mean(honest))


def by_means(reported, honest):
    """The mean of the differences is the difference of the means, so the runs need not even be in the same order."""
    return float(np.mean(reported) - np.mean(honest))


def by_differences(reported, honest):
    return np.mean(np.asarray(reported, dtype=float) - np.asarray(honest, dtype=float))


def by_statistics(reported, honest):
    return statistics.fmean(map(float, reported)) - statistics.fmean(map(float, honest))


def by_pairs(reported, honest):
    """Run by run with the standard library; `strict=True` raises an error when a score is missing."""
    return statistics.fmean(float(one) - float(other) for one, other in zip(reported, honest, strict=True))


def by_a_loop(reported, honest):
    total = 0.0
    for one, other in zip(reported, honest, strict=True):
        total += float(one) - float(other)
    return total / len(reported)


def in_single_precision(reported, honest):
    return np.float32(np.mean(np.subtract(reported, honest, dtype=np.float32)))


def as_array_of_no_dimension(reported, honest):
    return np.asarray(np.average(reported.astype(float)) - np.average(honest.astype(float)))


OPTIMISM = Exercise(
    name="optimism",
    lecture=LECTURE,
    section=TOGETHER,
    minutes=3,
    difficulty=1,
    parts=(Part("one run", 1, one_run), Part("many runs", 1, many_runs)),
    oracle=oracle,
    mistakes=(
        honest_minus_reported,
        absolute,
        never_negative,
        relative_to_honest,
        relative_to_reported,
        quotient,
        in_percent,
        summed,
        divided_by_one_less,
        of_the_best,
        largest_difference,
        median,
        of_the_first_run,
        spread,
        one_a_run,
        two_means,
    ),
    spellings=(
        by_means,
        by_differences,
        by_statistics,
        by_pairs,
        by_a_loop,
        in_single_precision,
        as_array_of_no_dimension,
    ),
    hints=(
        "Positive means that the report promised too much.",
        "One difference for each run, then the mean over the runs.",
    ),
    choices=(
        Choice(
            "percentage points",
            texts={
                "The number before the ±: reported": "The number before the ±, in percentage points: reported",
                "The mean over the runs of reported minus honest": (
                    "100 times the mean over the runs of reported minus honest"
                ),
                "0.625": "62.5",
            },
            code={"Keep the unit of the scores.": ""},
            changed=in_proportion(100.0),
            without=("in_percent",),
        ),
        Choice(
            "honest minus reported",
            texts={
                "The number before the ±: reported minus honest": "The number before the ±: honest minus reported",
                "how much better the reported score is than the honest one": (
                    "how much better the honest score is than the reported one"
                ),
                "The mean over the runs of reported minus honest; negative when the reports were too low": (
                    "The mean over the runs of honest minus reported; negative when the reports were too high"
                ),
                "0.625": "-0.625",
            },
            code={
                "Positive means that the report promised too much.": (
                    "Negative means that the report promised too much."
                ),
                "Subtract the honest one from the reported one.": "Subtract the reported one from the honest one.",
                "A negative optimism was set to zero or left out. A report can also be too low: keep the sign.": (
                    "One of the two signs was set to zero or left out. A report can be too low and too high: keep the "
                    "sign."
                ),
                "the best reported score minus the best honest one": "the difference of the best scores",
            },
            changed=in_proportion(-1.0),
            without=("honest_minus_reported",),
        ),
    ),
)
