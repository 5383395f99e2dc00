"""How often two people who work alone agree as much as two answers do.

In each exercise the likeness of two answers is a sum over the features that both have. A feature counts `-log(share of
the answers that have it)`, so what many share counts little; the independent answers of the course (its solution and
the other right spellings) are among those that are counted. How surprising a likeness is comes from no model of how
people write, but from ranks: `-log(share of all pairs that are as alike in this exercise)`. Short formulas are alike by
nature, so there many pairs are, and nothing is surprising.

For a lecture the surprises of its exercises are added. If nobody has worked with anybody, a pair that is alike in one
exercise is not more often alike in the next, so the sum is one of values drawn at random from each exercise; its
distribution is computed. Where exercises do go together in a class (some people's style is more common than others'),
the sum is taken as more variable, as in Brown's method for dependent tests (Brown 1975, Biometrics 31, 987-992).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy import stats
from sklearn.feature_extraction import DictVectorizer

_BIN = 0.02  # nats, of the grid on which surprises are added
_SAME = 1e-9  # what is equal but for rounding is equal


def without_habits(answers: Mapping[str, Collection[str]]) -> dict[str, dict[str, float]]:
    """How much each feature of one person's answers counts, by exercise.

    Who writes the same guard at the top of nine answers shows one habit, and not nine coincidences with everybody who
    has it: between two such people it counts a ninth in each.
    """
    exercises = Counter(feature for features in answers.values() for feature in features)
    return {name: {one: exercises[one] ** -0.5 for one in features} for name, features in answers.items()}


def likeness(
    answers: Sequence[Mapping[str, float]], independent: Sequence[Collection[str]], known: Collection[str] = ()
) -> np.ndarray:
    """How much the answers to one exercise have in common.

    Parameters
    ----------
    answers : sequence of mappings from str to float
        For each answer of the class its features, and how much each counts (`without_habits`).
    independent : sequence of collections of str
        The features of each independent answer of the course.
    known : collection of str
        Features of what was handed out, which count nothing.

    Returns
    -------
    ndarray, shape (answers, answers)
        Information that two answers share, in nats, times its share of all that they hold.
    """
    table, counting = _table([*answers, *(dict.fromkeys(features, 1.0) for features in independent)], known)
    weights = np.log(len(table) / (table > 0).sum(axis=0)) * counting
    return _shared(table[: len(answers)], weights)


def surprises(values: np.ndarray, comparable: np.ndarray) -> np.ndarray:
    """How surprising the likeness of each pair is in one exercise.

    Parameters
    ----------
    values : ndarray, shape (pairs,)
        From `likeness`; NaN where one of the two has no answer.
    comparable : ndarray of bool, shape (pairs,)
        False for what is no pair of two people.

    Returns
    -------
    ndarray, shape (pairs,)
        -log(share of the pairs that are at least as alike), so 0 for the least alike; NaN where there is no pair.
    """
    there = comparable & ~np.isnan(values)
    result, pairs = np.full(len(values), np.nan), np.sort(values[there])
    near = values[there] - _SAME * np.maximum(values[there], 1)
    result[there] = -np.log((len(pairs) - np.searchsorted(pairs, near)) / max(len(pairs), 1))
    return result


def together(surprise: np.ndarray) -> np.ndarray:
    """The chance that two people who work alone are as alike as each pair is, in all exercises that both answered.

    Parameters
    ----------
    surprise : ndarray, shape (exercises, pairs)
        From `surprises`.

    Returns
    -------
    ndarray, shape (pairs,)
        NaN where there is no exercise that both answered.
    """
    there = ~np.isnan(surprise)
    correlation = _correlations(surprise)
    result = np.full(surprise.shape[1], np.nan)
    patterns, which = np.unique(there, axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        if pattern.any():
            chosen, exercises = which.ravel() == number, np.flatnonzero(pattern)
            sums = surprise[np.ix_(exercises, chosen)].sum(axis=0)
            samples = [surprise[i][there[i]] for i in exercises]
            result[chosen] = _tail(samples, correlation[np.ix_(exercises, exercises)], sums)
    return result


def false_alarms(
    independent: Sequence[Sequence[Collection[str]]],
    known: Sequence[Collection[str]],
    people: int,
    expected: float,
    classes: int,
    rng: np.random.Generator,
) -> float:
    """The share of made-up classes, in which all work alone, that have a pair on the list.

    Parameters
    ----------
    independent : sequence of sequences of collections of str
        For each exercise the features of the independent answers of the course, from which each person draws one.
    known : sequence of collections of str
        For each exercise the features of what was handed out.
    people, classes : int
        How many there are in each class, and how many classes.
    expected : float
        A pair is on the list if so many pairs or fewer are expected to be as alike.
    rng : Generator

    Returns
    -------
    float
    """
    tables = [
        _table([dict.fromkeys(features, 1.0) for features in answers], of_these)
        for answers, of_these in zip(independent, known, strict=True)
    ]
    first, second = np.triu_indices(people, 1)
    everybody = np.ones(len(first), dtype=bool)
    alarms = 0
    for _ in range(classes):
        found = []
        for table, counting in tables:
            drawn = rng.integers(len(table), size=people)
            having = (1 + np.bincount(drawn, minlength=len(table))) @ table
            values = _shared(table, np.log((people + len(table)) / having) * counting)
            found.append(surprises(values[drawn[first], drawn[second]], everybody))
        alarms += bool((len(first) * together(np.array(found)) <= expected).any())
    return alarms / classes


def _table(answers: Sequence[Mapping[str, float]], known: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
    """How much of which feature each answer has, and for each feature whether it counts."""
    vectorizer = DictVectorizer(sort=False, sparse=False)
    table = vectorizer.fit_transform(answers)
    known = frozenset(known)
    return table, np.array([name not in known for name in vectorizer.get_feature_names_out()], float)


def _shared(table: np.ndarray, weights: np.ndarray) -> np.ndarray:
    shared = (table * weights) @ table.T
    own = np.diag(shared)
    both = own[:, None] + own[None, :] - shared
    return np.divide(shared**2, both, out=np.zeros_like(shared), where=both > _SAME)


def _tail(samples: Sequence[np.ndarray], correlation: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The chance that a sum of values, one drawn from each sample, reaches each of `at`."""
    total = np.ones(1)
    for sample in samples:
        total = np.convolve(total, np.bincount(_bins(sample)) / len(sample))
    reached = np.cumsum(total[::-1])[::-1]
    spread = np.array([sample.std() for sample in samples])
    variance = (spread**2).sum()
    wider = np.sqrt(max(1.0, spread @ correlation @ spread / variance)) if variance > 0 else 1.0
    mean = sum(sample.mean() for sample in samples)
    at = np.where(at > mean, mean + (at - mean) / wider, at)
    # Each value was rounded by half a bin or less: the whole sum by less than this, and what is on its edge counts.
    places = np.clip(_bins(at) - (len(samples) + 1) // 2, 0, len(reached) - 1)
    return np.minimum(reached[places], 1.0)


def _bins(values: np.ndarray) -> np.ndarray:
    return np.rint(values / _BIN).astype(int)


def _correlations(surprise: np.ndarray) -> np.ndarray:
    """Of each two exercises, over the ranks of the pairs: a few pairs that are alike in both cannot move them much."""
    there = (~np.isnan(surprise)).astype(float)
    centered = np.zeros(surprise.shape)
    for row, values, known in zip(centered, surprise, there > 0, strict=True):
        row[known] = stats.rankdata(values[known]) - (known.sum() + 1) / 2
    squares = centered**2 @ there.T  # over the pairs that have both
    spread = np.sqrt(squares * squares.T)
    return np.divide(centered @ centered.T, spread, out=np.eye(len(surprise)), where=spread > 0)
