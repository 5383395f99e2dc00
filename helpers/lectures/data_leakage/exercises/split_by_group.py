"""Exercise `split_by_group`: all rows of a group on one side. It is random, and judged by what it must obey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
from sklearn.model_selection import GroupShuffleSplit

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

from .messages import (
    LECTURE,
    MASKS,
    NOT_FROM_RNG,
    OWN_SEED,
    PERSON,
    SIDES_OF_A_MAXIMUM,
    SWAPPED,
)
from .returned import arrays_like

_SIDES = (np.zeros(0, int), np.zeros(0, int))
RNG, OWN, ELSEWHERE = "rng", "own seed", "elsewhere"
MANY = 40  # groups from which the choice says where it comes from; with few, two generators may well agree
MANY_ROWS = 100  # rows from which a split of rows surely has a group on both sides
CROWD = 150  # groups from which a preference for large ones shows in every draw
FAR = 6.5  # standard deviations from the mean, which a right choice exceeds with a probability below 1e-10


@dataclass(frozen=True)
class Split:
    """The judge: what of two arrays of indices is wrong. The arguments describe what a mistake does instead.

    by: "groups", or "rows" if rows were split; count: the rule for the number of groups in test, a key of `_counts`,
    or one of those in `_wrong_number`; ascending: whether indices must ascend; swapped, names: whether test comes
    first, whether the groups stand where the indices should; taken: "any" groups, "neighbors" in their order, rather
    the "large" ones, or always the "last"; source: what the choice depends on.
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
        groups, fraction = call.arguments[:2]
        if self.swapped:
            train, test = test, train
        if self.names:
            return "" if self._names(groups, fraction, train, test) else "These are not the groups."
        together = np.concatenate([train, test])
        if not np.array_equal(np.sort(together), np.arange(len(groups))):
            return "Every row must be on one side, and on one side only."
        if self.ascending and not all(np.all(np.diff(side) > 0) for side in (train, test)):
            return "The indices should ascend."
        torn = len(np.intersect1d(groups[train], groups[test])) > 0
        if self.by == "rows":
            rows = min(max(round(fraction * len(groups)), 1), len(groups) - 1)
            return "" if len(test) == rows and (torn or len(groups) < MANY_ROWS) else "The rows were not split."
        if torn:
            return "A group has rows on both sides."
        return self._wrong_groups(groups, fraction, np.unique(groups[test]))

    def _wrong_groups(self, groups, fraction, chosen):
        names = np.unique(groups)
        if self._wrong_number(groups, fraction, chosen):
            wanted = _counts(groups, fraction)["rounded"]
            return f"{len(chosen)} of {len(names)} groups are in test; {wanted} are expected."
        if self.taken == "last":
            at_an_end = np.array_equal(chosen, names[-len(chosen) :]) or np.array_equal(chosen, names[: len(chosen)])
            return "" if at_an_end else "These are other groups."
        found = _taken(groups, chosen) if len(names) >= MANY else "any"
        if found == self.taken or len(names) < (CROWD if self.taken == "large" else MANY):
            return ""
        return "Every choice of groups should be equally likely. This one is too regular for chance."

    def _wrong_number(self, groups, fraction, chosen):
        counts, found = _counts(groups, fraction), len(chosen)
        match self.count:
            case "any":
                return False
            case "one side empty":
                return found not in (counts["rounded"], counts["unbounded"])
            case "with replacement":
                mean, deviation = _different(len(np.unique(groups)), counts["rounded"])
                many = len(np.unique(groups)) >= MANY  # of many groups some are surely drawn twice
                return found > counts["rounded"] - many or abs(found - mean) > FAR * deviation + 1
            case "by rows":
                names, sizes = np.unique(groups, return_counts=True)
                mine = sizes[np.isin(names, chosen)]
                target = fraction * len(groups)
                reached = mine.sum() >= target > mine.sum() - mine.max(initial=0)
                # All but one are also what is left of a count that would have taken the last one, too.
                return not (reached or (found == len(names) - 1 and mine.sum() < target))
        return found != counts[self.count]

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
        groups, generator = call.arguments[0], call.arguments[-1]
        if before is None or len(np.unique(groups)) < MANY or not np.array_equal(groups, before[0].arguments[0]):
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


def _taken(groups, chosen):
    """What chance does not do with many groups: take "neighbors" in their order, or rather the "large" ones."""
    names, sizes = np.unique(groups, return_counts=True)
    is_chosen = np.isin(names, chosen)
    places = np.flatnonzero(is_chosen)
    if 1 < len(places) < len(names) - 1 and places[-1] - places[0] == len(places) - 1:
        return "neighbors"
    # The sum of the ranks (by size) of a random choice; ties share a rank.
    rank = scipy.stats.rankdata(sizes) - (len(names) + 1) / 2
    variance = len(places) * (len(names) - len(places)) / (len(names) - 1) * np.mean(rank**2)
    return "large" if rank[is_chosen].sum() > FAR * np.sqrt(variance) else "any"


def are_masks(call, value, before=None):
    """The judge of the mistake that returns masks, which are of the wrong type for `Split`."""
    masks = isinstance(value, tuple | list) and len(value) == 2 and all(np.asarray(v).dtype == bool for v in value)
    return None if masks else Difference("type", "These are no masks.")


def _counts(groups, fraction):
    """How many groups of test different rules arrive at."""
    total = len(np.unique(groups))
    return {
        "rounded": min(max(round(fraction * total), 1), total - 1),
        "cut off": min(max(int(fraction * total), 1), total - 1),
        "rounded up": min(max(int(np.ceil(fraction * total)), 1), total - 1),
        "unbounded": round(fraction * total),
        "one": 1,
    }


def _different(groups, draws):
    """How many different groups so many draws with replacement hit: mean and standard deviation (occupancy problem)."""
    missed_by_all = (1 - 1 / groups) ** draws
    both_missed = (1 - 2 / groups) ** draws
    variance = groups * (groups - 1) * both_missed + groups * missed_by_all - (groups * missed_by_all) ** 2
    return groups * (1 - missed_by_all), np.sqrt(max(variance, 0))


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
        call(crowd(rng, 300, 2000), 0.521, seeded(rng)),
    ]


def edge_cases(rng):
    return [
        call(crowd(rng, 5, 20), 0.01, seeded(rng)),
        call(crowd(rng, 5, 20), 0.99, seeded(rng)),
        call(np.array([8, 8, 8, 8, 5]), 0.4, seeded(rng)),
        call(np.array([2, 9]), 0.25, seeded(rng)),
        call(crowd(rng, 9, 40), 0.3, seeded(rng)),
        call(crowd(rng, 60, 150), 0.5, seeded(rng)),
    ]


def repeated(rng):
    groups, first = crowd(rng, 60, 150), seeded(rng)
    return [call(groups, 0.55, first), call(groups, 0.55, first), call(groups, 0.55, seeded(rng))]


def oracle(groups, test_fraction, rng):
    names = sorted(set(groups.tolist()))
    keys = rng.random(len(names))  # those with the smallest keys are test
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    chosen = {name for _, name in sorted(zip(keys, names, strict=True))[:wanted]}
    sides = [
        [i for i, group in enumerate(groups.tolist()) if (group in chosen) == is_test] for is_test in (False, True)
    ]
    return tuple(np.array(side, dtype=int) for side in sides)


def sides(groups, chosen):
    is_test = np.isin(groups, chosen)
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def at_random(groups, test_fraction, rng, count="rounded"):
    """Groups for test, as many as a rule of `_counts` says."""
    return rng.permutation(np.unique(groups))[: _counts(groups, test_fraction)[count]]


@mistake(
    "The rows were split, not the groups: a group has rows on both sides, and a model can recognize it. Choose groups, "
    "then take all of their rows.",
    Split(by="rows"),
)
def rows_instead_of_groups(groups, test_fraction, rng):
    count = len(groups)
    wanted = min(max(round(test_fraction * count), 1), count - 1)
    rows = rng.permutation(count)
    return np.sort(rows[wanted:]), np.sort(rows[:wanted])


@mistake(
    SWAPPED + " Or `test_fraction` was taken for the share of train, which looks the same.",
    Split(swapped=True),
)
def test_first(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, rng))[::-1]


@mistake("The number of groups in test was cut off, not rounded: `int(2.8)` is 2. Use `round`.", Split(count="cut off"))
def cut_off(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, rng, "cut off"))


@mistake("The number of groups in test was always rounded up. Use `round`, not `ceil`.", Split(count="rounded up"))
def rounded_up(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, rng, "rounded up"))


@mistake(
    "With a very small or a very large fraction one side gets no group at all. At least one group belongs on either "
    "side.",
    Split(count="one side empty"),
)
def with_an_empty_side(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, rng, "unbounded"))


@mistake("Always one group is in test, whatever `test_fraction` says. It is a share of the groups.", Split(count="one"))
def one_group(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, rng, "one"))


@mistake(
    "The groups in test are always the first or the last in order; `rng` is not used. If the numbers were given in the "
    "order of arrival, this is a split by time.",
    Split(taken="last", source=OWN),
)
def last_groups(groups, test_fraction, rng):
    names = np.unique(groups)
    return sides(groups, names[-_counts(groups, test_fraction)["rounded"] :])


@mistake(
    "The groups in test are neighbors in their order: only the first of them was drawn. Every choice of groups should "
    "be equally likely, for example `rng.permutation(names)[:wanted]`.",
    Split(taken="neighbors"),
)
def a_block_of_groups(groups, test_fraction, rng):
    names, wanted = np.unique(groups), _counts(groups, test_fraction)["rounded"]
    start = rng.integers(len(names) - wanted + 1)
    return sides(groups, names[start : start + wanted])


@mistake(
    "Large groups are in test more often than small ones, as if rows had been drawn. Draw from the different groups, "
    "`np.unique(groups)`, where each stands once.",
    Split(taken="large"),
)
def groups_of_drawn_rows(groups, test_fraction, rng):
    in_order = list(dict.fromkeys(rng.permutation(groups).tolist()))
    return sides(groups, in_order[: _counts(groups, test_fraction)["rounded"]])


@mistake(MASKS, are_masks)
def as_masks(groups, test_fraction, rng):
    is_test = np.isin(groups, at_random(groups, test_fraction, rng))
    return ~is_test, is_test


@mistake(
    "There are too few groups in test, as if some had been drawn twice. `rng.choice(names, wanted, replace=False)` "
    "draws each group at most once.",
    Split(count="with replacement"),
)
def drawn_with_replacement(groups, test_fraction, rng):
    names, wanted = np.unique(groups), _counts(groups, test_fraction)["rounded"]
    return sides(groups, rng.choice(names, wanted))


@mistake(
    "The groups stay whole, but their number is wrong: rows are counted until the fraction is reached. "
    "`test_fraction` is a share of the groups.",
    Split(count="by rows"),
)
def counted_by_rows(groups, test_fraction, rng):
    names, sizes = np.unique(groups, return_counts=True)
    order = rng.permutation(len(names))
    wanted = 1 + np.searchsorted(np.cumsum(sizes[order]), test_fraction * len(groups))
    return sides(groups, names[order[: min(wanted, len(names) - 1)]])


@mistake(
    "The groups stay whole, but their number is wrong. Take exactly `round(test_fraction * len(names))` of them, at "
    "least 1 and at most all but one; `names` are the different groups.",
    Split(count="any"),
)
def a_coin_for_each_group(groups, test_fraction, rng):
    names = np.unique(groups)
    return sides(groups, names[rng.random(len(names)) < test_fraction])


@mistake("The indices do not ascend. Sort them, so that the rows keep their order.", Split(ascending=False))
def in_disorder(groups, test_fraction, rng):
    train, test = sides(groups, at_random(groups, test_fraction, rng))
    return train[::-1], test[::-1]


@mistake(
    "These are the groups themselves. The positions of their rows are asked for: `np.flatnonzero` of `np.isin`.",
    Split(names=True),
)
def names_instead_of_indices(groups, test_fraction, rng):
    chosen = at_random(groups, test_fraction, rng)
    return np.setdiff1d(groups, chosen), np.sort(chosen)


@mistake(OWN_SEED, Split(source=OWN))
def with_its_own_seed(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, np.random.default_rng(0)))


@mistake(NOT_FROM_RNG, Split(source=ELSEWHERE))
def from_elsewhere(groups, test_fraction, rng):
    return sides(groups, at_random(groups, test_fraction, np.random.default_rng()))


def by_isin(groups, test_fraction, rng):
    names = np.unique(groups)
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    is_test = np.isin(groups, rng.permutation(names)[:wanted])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def by_choice(groups, test_fraction, rng):
    names = np.unique(groups)
    wanted = int(np.clip(np.round(test_fraction * names.size), 1, names.size - 1))
    chosen = rng.choice(names, size=wanted, replace=False)
    mask = np.isin(groups, chosen)
    return np.where(~mask)[0], np.where(mask)[0]


def by_shuffling(groups, test_fraction, rng):
    names = sorted(set(groups.tolist()))
    rng.shuffle(names)
    wanted = max(1, min(len(names) - 1, round(test_fraction * len(names))))
    chosen = set(names[:wanted])
    train = [i for i, group in enumerate(groups) if group not in chosen]
    return train, [i for i, group in enumerate(groups) if group in chosen]


def by_legacy_seed(groups, test_fraction, rng):
    return by_isin(groups, test_fraction, np.random.RandomState(int(rng.integers(2**31))))


def by_scikit_learn(groups, test_fraction, rng):
    """scikit-learn's splitter; it gets the number of groups, because it would round a share in its own way."""
    total = len(np.unique(groups))
    wanted = min(max(round(test_fraction * total), 1), total - 1)
    splitter = GroupShuffleSplit(n_splits=1, test_size=wanted, random_state=int(rng.integers(2**31)))
    train, test = next(splitter.split(groups, groups=groups))
    return np.sort(train), np.sort(test)


def by_keys(groups, test_fraction, rng):
    """Each group draws a random key, and those with the largest keys go to test; no group is ever looked up by name."""
    names, place = np.unique(groups, return_inverse=True)
    wanted = min(max(round(test_fraction * len(names)), 1), len(names) - 1)
    is_test = np.zeros(len(names), dtype=bool)
    is_test[np.argsort(rng.random(len(names)))[-wanted:]] = True
    rows = np.arange(len(groups))
    return rows[~is_test[place]], rows[is_test[place]]


def as_named_tuple(groups, test_fraction, rng):
    return Sides(*by_isin(groups, test_fraction, rng))


class Sides(NamedTuple):
    train: np.ndarray
    test: np.ndarray


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
        rounded_up,
        with_an_empty_side,
        one_group,
        last_groups,
        with_its_own_seed,
        from_elsewhere,
        in_disorder,
        rows_instead_of_groups,
        as_masks,
        a_block_of_groups,
        groups_of_drawn_rows,
        drawn_with_replacement,
        counted_by_rows,
        a_coin_for_each_group,
        names_instead_of_indices,
    ),
    spellings=(by_isin, by_choice, by_shuffling, by_legacy_seed, by_scikit_learn, by_keys, as_named_tuple),
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
