"""refine: the next stage's ranges, from the best results of this one."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, mistake

from .common import EDGE, LECTURE, NOT_IN_PLACE

NAN = math.nan
# Why some changes to the solution make no difference.
LAST_OF_TWO = "Of two items, number 1 and number -1 are the same."


def drawn(rng, count, names=("learning_rate", "regularization")):
    """Results in random order with scores that all differ."""
    scores = rng.permutation(np.linspace(0.1, 0.6, count).round(3)).tolist()
    exponents = rng.uniform(-5, 0, (count, len(names)))
    return [
        ({name: float(f"{10.0**exponent:.2g}") for name, exponent in zip(names, row, strict=True)}, score)
        for row, score in zip(exponents.tolist(), scores, strict=True)
    ]


def values(rng):
    fixed = [
        ({"learning_rate": 1e-5, "regularization": 0.5}, 0.21),
        ({"learning_rate": 2e-4, "regularization": 2.0}, 0.48),
        ({"learning_rate": 7e-4, "regularization": 0.001}, 0.52),
        ({"learning_rate": 3e-6, "regularization": 10.0}, 0.11),
    ]
    return [call(fixed, 2), call(drawn(rng, 12), 4), call(drawn(rng, 30), 7), call(drawn(rng, 9), 3)]


def diverged(rng):
    """Runs that left no score, among the others; scores may be negative too, as minus a loss is."""
    calls = []
    for count, keep, sign in ((6, 2, 1), (15, 5, 1), (9, 3, -1)):
        results = [(configuration, sign * score) for configuration, score in drawn(rng, count)]
        for place in (1, count // 2):
            results[place] = (results[place][0], NAN)
        calls.append(call(results, keep))
    return calls


def edge_cases(rng):
    return [
        call(drawn(rng, 5), 1),
        call(drawn(rng, 4), 4),
        call(drawn(rng, 8, ("decay",)), 3),
        call(drawn(rng, 10, ("learning_rate", "regularization", "decay")), 4),
        call([(configuration, -score) for configuration, score in drawn(rng, 7)], 3),
    ]


def oracle(results, keep):
    """A heap of the best, and one pass for each name."""
    numbered = [(score, i) for i, (_, score) in enumerate(results) if score == score]
    best = [results[i][0] for _, i in heapq.nlargest(keep, numbered)]
    ranges = {}
    for name in results[0][0]:
        low, high = math.inf, -math.inf
        for configuration in best:
            low, high = min(low, configuration[name]), max(high, configuration[name])
        ranges[name] = (low, high)
    return ranges


def score_of(result):
    return result[1]


def ranges_of(configurations):
    names = configurations[0].keys()
    return {name: (min(c[name] for c in configurations), max(c[name] for c in configurations)) for name in names}


def worst_first(results):
    """NaN below everything."""
    return [c for c, _ in sorted(results, key=lambda result: (result[1] == result[1], result[1]))]


@mistake("The worst results were kept. More is better: sort from the highest score to the lowest.")
def the_worst(results, keep):
    return ranges_of([c for c, _ in sorted((r for r in results if r[1] == r[1]), key=score_of)[:keep]])


@mistake("The first `keep` results were kept, in the order in which they came. Sort them by score first.")
def the_first(results, keep):
    return ranges_of([c for c, _ in results[:keep]])


@mistake("All results were kept, so nothing becomes narrower. Only the `keep` best should stay.")
def all_of_them(results, keep):
    return ranges_of([c for c, _ in results])


SORTED_WITH_NAN = (
    "Runs without a score (NaN) are still there when the results are sorted. Every comparison with NaN is False, so "
    "`sorted` then leaves other results in the wrong places as well. Leave these runs out first."
)


@mistake(SORTED_WITH_NAN)
def sorted_with_nan(results, keep):
    return ranges_of([c for c, _ in sorted(results, key=score_of, reverse=True)[:keep]])


@mistake(SORTED_WITH_NAN)
def sorted_by_minus_score_with_nan(results, keep):
    return ranges_of([c for c, _ in sorted(results, key=lambda result: -result[1])[:keep]])


@mistake(SORTED_WITH_NAN)
def sorted_upwards_with_nan(results, keep):
    return ranges_of([c for c, _ in sorted(results, key=score_of)[-keep:]])


@mistake("A run without a score (NaN) is among the best here: NumPy sorts NaN behind the largest number. Leave it out.")
def nan_among_the_best(results, keep):
    order = np.argsort([score for _, score in results])[::-1]
    return ranges_of([results[i][0] for i in order[:keep]])


@mistake(
    "A run without a score (NaN) is among the best here, as if its score were 0; where scores are negative, that is "
    "the highest. Leave it out."
)
def nan_counts_as_zero(results, keep):
    return ranges_of([c for c, _ in sorted(results, key=lambda result: -np.nan_to_num(result[1]))[:keep]])


@mistake("One result too many was kept.")
def one_too_many(results, keep):
    return ranges_of(worst_first(results)[-keep - 1 :])


@mistake("One result too few was kept: `[-keep:]` is the last `keep` of a list, `[-1:-keep:-1]` one less.")
def one_too_few(results, keep):
    return ranges_of(worst_first(results)[-max(1, keep - 1) :])


@mistake(
    "These are the `keep` lowest values of each hyperparameter, whatever their scores. Choose the configurations by "
    "their score first, then take the lowest and the highest value among them."
)
def lowest_values(results, keep):
    table = {name: sorted(c[name] for c, _ in results) for name in results[0][0]}
    return {name: (column[0], column[keep - 1]) for name, column in table.items()}


@mistake("These are the lowest and the highest *score* of the best. Asked for are those values of each hyperparameter.")
def ranges_of_the_scores(results, keep):
    best = sorted(score for _, score in results if score == score)[-keep:]
    return dict.fromkeys(results[0][0], (best[0], best[-1]))


@mistake("These are all values of the best runs. A range has two ends: the lowest and the highest of them.")
def all_values_of_the_best(results, keep):
    best = worst_first(results)[::-1][:keep]
    return {name: [c[name] for c in best] for name in best[0]}


@mistake("The ranges come without their names. Return a dict: {name: (lowest, highest)}.")
def without_names(results, keep):
    return list(ranges_of(worst_first(results)[-keep:]).values())


@mistake("These are exponents. The configurations hold values, and so do the ranges.")
def in_exponents(results, keep):
    found = ranges_of(worst_first(results)[-keep:])
    return {name: (math.log10(low), math.log10(high)) for name, (low, high) in found.items()}


@mistake(
    "These are mean minus and plus one standard deviation. The range goes from the lowest to the highest of the best "
    "values."
)
def mean_and_deviation(results, keep):
    best = worst_first(results)[-keep:]
    columns = {name: np.array([c[name] for c in best]) for name in best[0]}
    return {name: (column.mean() - column.std(), column.mean() + column.std()) for name, column in columns.items()}


@mistake("The two ends are in the wrong order: the lowest comes first.")
def highest_first(results, keep):
    return {name: (high, low) for name, (low, high) in oracle(results, keep).items()}


@mistake(
    "The range goes from the best result to the last one kept. It should go from the lowest *value* to the highest."
)
def from_best_to_last(results, keep):
    best = worst_first(results)[::-1][:keep]
    return {name: (best[0][name], best[-1][name]) for name in best[0]}


@mistake("This is the best configuration alone. The range of the `keep` best is asked for, two ends for each name.")
def the_best_alone(results, keep):
    return dict(worst_first(results)[-1])


@mistake(NOT_IN_PLACE)
def sorted_in_place(results, keep):
    results.sort(key=lambda result: (result[1] == result[1], result[1]), reverse=True)
    return ranges_of([c for c, _ in results[:keep]])


def one_list_for_each_name(results, keep):
    """The values are collected by name first, and each list then gives its two ends: no configuration is looked up."""
    scored = [(score, place) for place, (_, score) in enumerate(results) if not math.isnan(score)]
    best = sorted(scored)[-keep:]
    columns = defaultdict(list)
    for _, place in best:
        for name, value in results[place][0].items():
            columns[name].append(value)
    return {name: (min(column), max(column)) for name, column in columns.items()}


def threshold_of_the_best(results, keep):
    """The score of the last one kept is the threshold, and whoever reaches it is in; NaN reaches nothing."""
    scores = np.array([score for _, score in results])
    threshold = np.sort(scores[~np.isnan(scores)])[-keep]
    best = [configuration for configuration, score in results if score >= threshold]
    return {name: (min(c[name] for c in best), max(c[name] for c in best)) for name in best[0]}


class Range(NamedTuple):
    low: float
    high: float


def as_named_tuples(results, keep):
    return {name: Range(*ends) for name, ends in ranges_of(worst_first(results)[-keep:]).items()}


def in_a_defaultdict(results, keep):
    result = defaultdict(lambda: (math.inf, -math.inf))
    for configuration in worst_first(results)[-keep:]:
        for name, value in configuration.items():
            result[name] = min(result[name][0], value), max(result[name][1], value)
    return result


def with_sorted(results, keep):
    scored = [result for result in results if not math.isnan(result[1])]
    best = [configuration for configuration, _ in sorted(scored, key=lambda result: -result[1])[:keep]]
    return {name: (min(c[name] for c in best), max(c[name] for c in best)) for name in best[0]}


def with_argsort(results, keep):
    scores = np.array([-np.inf if np.isnan(score) else score for _, score in results])
    best = [results[i][0] for i in np.argsort(-scores)[:keep]]
    table = np.array([list(configuration.values()) for configuration in best])
    return dict(zip(best[0], zip(table.min(axis=0), table.max(axis=0), strict=True), strict=True))


def with_heapq(results, keep):
    scored = (result for result in results if result[1] == result[1])
    best = heapq.nlargest(keep, scored, key=lambda result: result[1])
    return ranges_of([configuration for configuration, _ in best])


def as_lists(results, keep):
    best = worst_first(results)[-keep:]
    return {name: [min(c[name] for c in best), max(c[name] for c in best)] for name in best[0]}


def by_a_threshold(results, keep):
    threshold = sorted((score for _, score in results if score == score), reverse=True)[keep - 1]
    best = [c for c, score in results if score >= threshold]
    return {name: tuple(np.quantile([c[name] for c in best], [0, 1]).tolist()) for name in best[0]}


def with_nan_to_num(results, keep):
    scores = np.nan_to_num([score for _, score in results], nan=-np.inf)
    best = [results[i][0] for i in np.argpartition(scores, -keep)[-keep:]]
    return {name: (np.min([c[name] for c in best]), np.max([c[name] for c in best])) for name in best[0]}


def _of_each(change):
    """The same dict with another thing in place of each pair; what is no such dict stays as it is."""

    def changed(result, *others, **named):
        try:
            return {name: change(*pair) for name, pair in result.items()}
        except (AttributeError, TypeError, ValueError):
            return result

    return changed


REFINE = Exercise(
    name="refine",
    lecture=LECTURE,
    section=EDGE,
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("diverged runs", 1, diverged), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        the_worst,
        the_first,
        all_of_them,
        sorted_with_nan,
        sorted_by_minus_score_with_nan,
        sorted_upwards_with_nan,
        nan_among_the_best,
        nan_counts_as_zero,
        lowest_values,
        ranges_of_the_scores,
        all_values_of_the_best,
        without_names,
        in_exponents,
        mean_and_deviation,
        one_too_many,
        one_too_few,
        highest_first,
        from_best_to_last,
        the_best_alone,
        sorted_in_place,
    ),
    spellings=(
        one_list_for_each_name,
        threshold_of_the_best,
        with_sorted,
        with_argsort,
        with_heapq,
        as_lists,
        as_named_tuples,
        in_a_defaultdict,
        by_a_threshold,
        with_nan_to_num,
    ),
    hints=(
        "Three steps: leave out what has no score, sort the rest from the highest score down, keep the first `keep`.",
        "`sorted(results, key=lambda result: result[1], reverse=True)` works if no score is NaN. Then, for each name, "
        "the smallest and the largest value.",
    ),
    equivalent_mutants={
        "line 1: `1` → `-1`": LAST_OF_TWO,
        "line 2: `1` → `-1`": LAST_OF_TWO,
    },
    choices=(
        Choice(
            "the highest value first",
            texts={
                "hyperparameter the lowest and the highest value\n": (
                    "hyperparameter the highest and the lowest value\n"
                ),
                "{name: (lowest, highest)}": "{name: (highest, lowest)}",
                "(0.01, 0.02)}": "(0.02, 0.01)}",
            },
            code={"Return a dict: {name: (lowest, highest)}.": "Return a dict: {name: (highest, lowest)}."},
            changed=_of_each(lambda low, high: (high, low)),
            without=("highest_first",),
        ),
        Choice(
            "the middle of each range",
            texts={
                (
                    "make the ranges of the next: for each hyperparameter the lowest and the highest value\namong the "
                    "best"
                ): (
                    "make a start for the next: for each hyperparameter the middle between the lowest and "
                    "the\nhighest value among the best"
                ),
                "{name: (lowest, highest)} over": "{name: (lowest + highest) / 2} over",
                "(0.01, 0.02)}": "0.015}",
            },
            code={"Return a dict: {name: (lowest, highest)}.": "Return a dict: {name: (lowest + highest) / 2}."},
            changed=_of_each(lambda low, high: (low + high) / 2),
            without=("highest_first", "all_values_of_the_best", "mean_and_deviation", "the_best_alone"),
        ),
    ),
)
