"""Exercise `split_by_group`: all rows of a group on one side. It is random, and judged by what it must obey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.exercises.data_leakage.messages import LECTURE, NOT_FROM_RNG, OWN_SEED, PERSON, SIDES_OF_A_MAXIMUM, SWAPPED
from helpers.exercises.data_leakage.returned import arrays_like
from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

_SIDES = (np.zeros(0, int), np.zeros(0, int))
RNG, OWN, ELSEWHERE = "rng", "own seed", "elsewhere"


@dataclass(frozen=True)
class Split:
    """The judge: what of two arrays of indices is wrong. The arguments describe what a mistake does instead.

    by: "groups", or "rows" if rows were split; count: how many groups go into test; order: whether indices ascend;
    swapped, names: whether test comes first, whether the groups stand where the indices should; taken: "any" groups, or
    the "last" in their order; source: what the choice depends on.
    """

    by: str = "groups"
    count: str = "rounded"
    ascending: bool = True
    swapped: bool = False
    names: bool = False
    taken: str = "any"
    source: str = RNG
    any_shape = True  # how many rows the chosen groups have is chance

    def __call__(self, call, value, before=None):
        sides = arrays_like(_SIDES, value)
        if isinstance(sides, Difference):
            return sides
        sentence = self._wrong(call, *sides) or self._wrong_source(call, sides, before)
        return Difference("value", sentence) if sentence else None

    def _wrong(self, call, train, test):
        groups, fraction = np.asarray(call.arguments[0]), call.arguments[1]
        if self.swapped:
            train, test = test, train
        if self.names:
            return "" if self._names(groups, fraction, train, test) else "These are not the groups."
        together = np.concatenate([train, test])
        if not np.array_equal(np.sort(together), np.arange(len(groups))):
            return "Every row must be on one side, and on one side only."
        ascends = all(np.all(np.diff(side) > 0) for side in (train, test))
        if ascends != self.ascending and max(len(train), len(test)) > 3:
            return "The indices should ascend."
        if self.by == "rows":
            rows = min(max(round(fraction * len(groups)), 1), len(groups) - 1)
            return "" if abs(len(test) - rows) <= 1 else "This is another number of rows."
        if len(np.intersect1d(groups[train], groups[test])):
            return "A group has rows on both sides."
        return self._wrong_groups(groups, fraction, np.unique(groups[test]))

    def _wrong_groups(self, groups, fraction, chosen):
        names = np.unique(groups)
        wanted = _counts(groups, fraction)[self.count]
        if self.count != "by rows" and len(chosen) != wanted:
            return f"{len(chosen)} of {len(names)} groups are in test; {wanted} are expected."
        if self.taken == "last" and not (
            np.array_equal(chosen, names[-wanted:]) or np.array_equal(chosen, names[:wanted])
        ):
            return "These are other groups."
        return ""

    def _names(self, groups, fraction, train, test):
        everybody = np.unique(groups)
        shown = np.unique(test)
        return (
            np.isin(test, everybody).all()
            and np.isin(train, everybody).all()
            and not len(np.intersect1d(train, test))
            and len(shown) == _counts(groups, fraction)["rounded"]
        )

    def _wrong_source(self, call, value, before):
        # With few groups two generators may well choose the same.
        groups, generator = call.arguments[0], call.arguments[-1]
        if before is None or len(np.unique(groups)) < 40 or not np.array_equal(groups, before[0].arguments[0]):
            return ""
        sides = arrays_like(_SIDES, before[1])
        if isinstance(sides, Difference):
            return ""
        same_call, same = generator == before[0].arguments[-1], all(map(np.array_equal, value, sides))
        if same_call and same == (self.source == ELSEWHERE):
            return "The same state of the generator should give the same split."
        if not same_call and same != (self.source == OWN):
            return "Another generator should give another split."
        return ""


def _counts(groups, fraction):
    """How many groups of test different rules arrive at."""
    total = len(np.unique(groups))
    return {
        "rounded": min(max(round(fraction * total), 1), total - 1),
        "cut off": min(max(int(fraction * total), 1), total - 1),
        "unbounded": round(fraction * total),
        "by rows": None,
    }


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def crowd(rng, groups, rows):
    """Every group at least once, in disorder, of very different sizes."""
    weights = rng.exponential(size=groups) ** 2
    extra = rng.choice(groups, rows - groups, p=weights / weights.sum())
    return 7 * rng.permutation(np.concatenate([np.arange(groups), extra])) + 100


def values(rng):
    return [
        call(np.array([3, 1, 3, 2, 1, 3, 4, 4]), 0.25, seeded(rng)),
        call(crowd(rng, 10, 45), 0.3, seeded(rng)),
        call(crowd(rng, 12, 100), 0.4, seeded(rng)),
        call(crowd(rng, 7, 30), 0.4, seeded(rng)),
        call(crowd(rng, 60, 400), 0.22, seeded(rng)),
    ]


def edge_cases(rng):
    return [
        call(crowd(rng, 5, 20), 0.01, seeded(rng)),
        call(crowd(rng, 5, 20), 0.99, seeded(rng)),
        call([8, 8, 8, 8, 5], 0.4, seeded(rng)),
        call(np.array([2, 9]), 0.25, seeded(rng)),
        call(crowd(rng, 9, 40), 0.3, seeded(rng)),
    ]


def repeated(rng):
    groups, first = crowd(rng, 60, 150), seeded(rng)
    return [call(groups, 0.4, first), call(groups, 0.4, first), call(groups, 0.4, seeded(rng))]


def oracle(groups, test_fraction, rng):
    groups = list(np.asarray(groups).tolist())
    names = sorted(set(groups))
    keys = rng.random(len(names))  # those with the smallest keys are test
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    chosen = {name for _, name in sorted(zip(keys, names, strict=True))[:wanted]}
    sides = [[i for i, group in enumerate(groups) if (group in chosen) == is_test] for is_test in (False, True)]
    return tuple(np.array(side, dtype=int) for side in sides)


def chosen_groups(groups, test_fraction, rng, count="rounded"):
    groups = np.asarray(groups)
    names = np.unique(groups)
    total = len(names)
    wanted = round(test_fraction * total) if count != "cut off" else int(test_fraction * total)
    wanted = wanted if count == "unbounded" else min(max(wanted, 1), total - 1)
    return groups, rng.permutation(names)[:wanted]


@mistake(
    "The rows were split, not the groups: one group has rows on both sides, and a model can recognise it. Choose "
    "groups, "
    "then take all of their rows.",
    Split(by="rows"),
)
def rows_instead_of_groups(groups, test_fraction, rng):
    count = len(groups)
    wanted = min(max(round(test_fraction * count), 1), count - 1)
    rows = rng.permutation(count)
    return np.sort(rows[wanted:]), np.sort(rows[:wanted])


@mistake(SWAPPED, Split(swapped=True))
def test_first(groups, test_fraction, rng):
    train, test = by_isin(groups, test_fraction, rng)
    return test, train


@mistake(
    "The number of groups in test was cut off, not rounded: `int(2.8)` is 2. Use `round`.",
    Split(count="cut off"),
)
def cut_off(groups, test_fraction, rng):
    groups, chosen = chosen_groups(groups, test_fraction, rng, "cut off")
    return np.flatnonzero(~np.isin(groups, chosen)), np.flatnonzero(np.isin(groups, chosen))


@mistake(
    "With a very small or a very large fraction one side gets no group at all. At least one group belongs on either "
    "side.",
    Split(count="unbounded"),
)
def with_an_empty_side(groups, test_fraction, rng):
    groups, chosen = chosen_groups(groups, test_fraction, rng, "unbounded")
    return np.flatnonzero(~np.isin(groups, chosen)), np.flatnonzero(np.isin(groups, chosen))


@mistake(
    "The groups in test are always the first or the last in order; `rng` plays no part. If numbers were given "
    "out in the "
    "order of arrival, this is a split by time.",
    Split(taken="last", source=OWN),
)
def last_groups(groups, test_fraction, rng):
    groups = np.asarray(groups)
    names = np.unique(groups)
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    is_test = np.isin(groups, names[-wanted:])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


@mistake(
    "The groups stay whole, but their number is wrong: you count rows until the fraction is reached. "
    "`test_fraction` is a "
    "share of the groups.",
    Split(count="by rows"),
)
def counted_by_rows(groups, test_fraction, rng):
    groups = np.asarray(groups)
    names, sizes = np.unique(groups, return_counts=True)
    order = rng.permutation(len(names))
    wanted = 1 + np.searchsorted(np.cumsum(sizes[order]), test_fraction * len(groups))
    is_test = np.isin(groups, names[order[: min(wanted, len(names) - 1)]])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


@mistake("The indices are in disorder. They should ascend, so that the rows keep their order.", Split(ascending=False))
def in_disorder(groups, test_fraction, rng):
    train, test = by_isin(groups, test_fraction, rng)
    return train[::-1], test[::-1]


@mistake(
    "These are the groups themselves. The positions of their rows are asked for: `np.flatnonzero` of `np.isin`.",
    Split(names=True),
)
def names_instead_of_indices(groups, test_fraction, rng):
    groups, chosen = chosen_groups(groups, test_fraction, rng)
    return np.setdiff1d(groups, chosen), np.sort(chosen)


@mistake(OWN_SEED, Split(source=OWN))
def with_its_own_seed(groups, test_fraction, rng):
    return by_isin(groups, test_fraction, np.random.default_rng(0))


@mistake(NOT_FROM_RNG, Split(source=ELSEWHERE))
def from_elsewhere(groups, test_fraction, rng):
    return by_isin(groups, test_fraction, np.random.default_rng())


def by_isin(groups, test_fraction, rng):
    groups = np.asarray(groups)
    names = np.unique(groups)
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    is_test = np.isin(groups, rng.permutation(names)[:wanted])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def by_choice(groups, test_fraction, rng):
    names = np.unique(groups)
    wanted = int(np.clip(np.round(test_fraction * names.size), 1, names.size - 1))
    chosen = rng.choice(names, size=wanted, replace=False)
    mask = np.isin(np.asarray(groups), chosen)
    return np.where(~mask)[0], np.where(mask)[0]


def by_shuffling(groups, test_fraction, rng):
    names = sorted(set(np.asarray(groups).tolist()))
    rng.shuffle(names)
    wanted = max(1, min(len(names) - 1, round(test_fraction * len(names))))
    chosen = set(names[:wanted])
    test = [i for i, group in enumerate(groups) if group in chosen]
    return [i for i in range(len(groups)) if i not in set(test)], test


def by_legacy_seed(groups, test_fraction, rng):
    state = np.random.RandomState(int(rng.integers(2**31)))
    return by_isin(groups, test_fraction, state)


def by_scikit_learn(groups, test_fraction, rng):
    from sklearn.model_selection import GroupShuffleSplit

    total = len(np.unique(groups))
    wanted = min(max(round(test_fraction * total), 1), total - 1)
    splitter = GroupShuffleSplit(1, test_size=wanted, random_state=int(rng.integers(2**31)))
    train, test = next(splitter.split(np.zeros(len(groups)), groups=groups))
    return np.sort(train), np.sort(test)


def by_keys(groups, test_fraction, rng):
    names, place = np.unique(groups, return_inverse=True)
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    is_test = np.zeros(len(names), bool)
    is_test[np.argsort(rng.random(len(names)))[-wanted:]] = True
    rows = np.arange(len(groups))
    return rows[~is_test[place]], rows[is_test[place]]


SPLIT_BY_GROUP = Exercise(
    name="split_by_group",
    lecture=LECTURE,
    section=PERSON,
    minutes=8,
    difficulty=2,
    parts=(
        Part("whole groups", 3, values, judge=Split()),
        Part("edge cases", 1, edge_cases, judge=Split()),
        Part("draws from rng", 1, repeated, judge=Split()),
    ),
    oracle=oracle,
    mistakes=(
        test_first,
        cut_off,
        with_an_empty_side,
        last_groups,
        with_its_own_seed,
        from_elsewhere,
        in_disorder,
        rows_instead_of_groups,
        counted_by_rows,
        names_instead_of_indices,
    ),
    spellings=(by_isin, by_choice, by_shuffling, by_legacy_seed, by_scikit_learn, by_keys),
    hints=(
        "First choose among the *different* groups, `np.unique(groups)`; rows come second.",
        "`rng.permutation(names)[:wanted]` are `wanted` different groups. `min` and `max` keep `wanted` between 1 and "
        "one less than their number.",
        "`np.isin(groups, chosen)` is the mask of the test rows.",
    ),
    equivalent_mutants={
        "line 2: `min(max(round(test_fraction * len(names)), 1), len(names) - 1)` → "
        "`min(len(names) - 1, max(round(test_fraction * len(names)), 1))`": SIDES_OF_A_MAXIMUM,
        "line 2: `max(round(test_fraction * len(names)), 1)` → `max(1, round(test_fraction * len(names)))`": (
            SIDES_OF_A_MAXIMUM
        ),
    },
)
