"""refine: the next stage's ranges, from the best results of this one."""

from __future__ import annotations

import heapq
import math

import numpy as np

from helpers.exercises.hyperparameter_search.common import LECTURE, NOT_IN_PLACE, WINNER
from helpers.judging.exercise import Exercise, Part, call, mistake

NAN = math.nan
# Why some changes to the solution make no difference.
LAST_OF_TWO = "Of two items, number 1 and number -1 are the same."


def drawn(rng, count, names=("learning_rate", "regularization")):
    """Results in random order with scores that all differ."""
    scores = rng.permutation(np.linspace(0.1, 0.6, count)).tolist()
    exponents = rng.uniform(-5, 0, (count, len(names)))
    return [
        (dict(zip(names, (10.0**row).tolist(), strict=True)), score)
        for row, score in zip(exponents, scores, strict=True)
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
    """Runs that left no score, among the others."""
    calls = []
    for count, keep in ((6, 2), (15, 5)):
        results = drawn(rng, count)
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


@mistake("The worst results were kept. More is better: sort by falling score.")
def the_worst(results, keep):
    return ranges_of([c for c, _ in sorted((r for r in results if r[1] == r[1]), key=score_of)[:keep]])


@mistake("The first `keep` results were kept, in the order in which they came. Sort them by score first.")
def the_first(results, keep):
    return ranges_of([c for c, _ in results[:keep]])


@mistake("All results were kept, so nothing becomes narrower. Only the `keep` best should stay.")
def all_of_them(results, keep):
    return ranges_of([c for c, _ in results])


@mistake("A run without a score (NaN) is among the best here: NumPy sorts NaN behind the largest number. Leave it out.")
def nan_among_the_best(results, keep):
    order = np.argsort([score for _, score in results])[::-1]
    return ranges_of([results[i][0] for i in order[:keep]])


@mistake("One result too many was kept.")
def one_too_many(results, keep):
    return ranges_of(worst_first(results)[-keep - 1 :])


@mistake("One result too few was kept: `[-keep:]` is the last `keep` of a list, `[-1:-keep:-1]` one less.")
def one_too_few(results, keep):
    return ranges_of(worst_first(results)[-max(1, keep - 1) :])


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


REFINE = Exercise(
    name="refine",
    lecture=LECTURE,
    section=WINNER,
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("diverged runs", 1, diverged), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        the_worst,
        the_first,
        all_of_them,
        nan_among_the_best,
        one_too_many,
        one_too_few,
        highest_first,
        from_best_to_last,
        the_best_alone,
        sorted_in_place,
    ),
    spellings=(with_sorted, with_argsort, with_heapq, as_lists, by_a_threshold, with_nan_to_num),
    hints=(
        "Three steps: leave out what has no score, sort the rest by falling score, keep the first `keep`.",
        "`sorted(results, key=lambda result: result[1], reverse=True)` works if no score is NaN. Then, for each name, "
        "the smallest and the largest value.",
    ),
    equivalent_mutants={
        "line 1: `1` → `-1`": LAST_OF_TWO,
        "line 2: `1` → `-1`": LAST_OF_TWO,
    },
)
