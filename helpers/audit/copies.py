"""Rows of test that stand in train too, exactly or nearly.

Two rows of a table with few and coarse columns agree by chance. So a pair counts only if its agreement is surprising:
every column in which the two agree is worth log2(1 / share of train rows that agree there as well) bits, halved because
columns depend on each other, and a pair must be worth more bits than there are pairs to look at.

Near-duplicates are sought without comparing all pairs: half of the columns, drawn several times, are projected onto a
few random directions (Johnson and Lindenstrauss), where a k-d tree finds each row's nearest neighbours in train; a
pair that was found is then compared column by column. A copy with some columns changed still agrees in one of the
halves.
"""

from dataclasses import dataclass

import numpy as np
import pandas
from scipy.spatial import cKDTree

from .report import CERTAIN, LIKELY, Finding
from .tables import share

NEAR = 0.02  # deviations by which a column of a near-duplicate may differ
AGREEING = 0.8  # share of the columns in which a near-duplicate must agree
DRAWS, DIRECTIONS, NEIGHBOURS = 4, 6, 2
CHANCE = 0.01  # expected number of pairs as alike as this one, in the whole comparison, that still surprises
FEWEST_NEAR = 3  # rows of test; one or two that resemble others move no score
_SAMPLE = 2000  # train rows by which the surprise is measured
_EXAMINED = 4000  # pairs whose surprise is measured; more tell nothing new


@dataclass(frozen=True)
class Matches:
    """Surprising pairs: positions in test and in train; `exact` and `near` are (pairs, 2) integer arrays."""

    exact: np.ndarray
    near: np.ndarray


def find(tables):
    """Find the pairs, each row of test at most once in each array."""
    informative = tables.spreads > 0
    train, test = tables.train[:, informative], tables.test[:, informative]
    if train.shape[1] == 0:
        return Matches(*(np.zeros((0, 2), int),) * 2)
    tolerance = np.where(tables.discrete, 0.0, NEAR * tables.spreads)[informative]
    exact = _same_hash(train, test)
    near = _neighbours(train, test, tables.discrete[informative], tables.spreads[informative])
    near = near[~np.isin(near[:, 0], exact[:, 0])]
    near = near[_agree(train, test, near, tolerance).mean(axis=1) >= AGREEING]
    near = near[np.unique(near[:, 0], return_index=True)[1]]
    return Matches(
        _surprising(train, test, exact, _bits_if_equal), _surprising(train, test, near, _bits_if_near, tolerance)
    )


def check(tables, matches):
    """The findings about duplicates."""
    if len(matches.exact):
        rows = matches.exact[:, 0]
        yield Finding(
            "duplicates",
            CERTAIN,
            f"{share(len(rows), tables.test_rows)} rows of test stand in train too, equal in every feature"
            f"{_same_target(tables, matches.exact)}; the first is row {rows[0]} of test, row {matches.exact[0, 1]} of "
            "train.",
            "Drop duplicates before you split, or keep all copies of a row on one side.",
            test_rows=rows,
        )
    if len(matches.near) >= FEWEST_NEAR:
        rows = matches.near[:, 0]
        yield Finding(
            "near-duplicates",
            LIKELY,
            f"{share(len(rows), tables.test_rows)} rows of test agree with a row of train in at least "
            f"{100 * AGREEING:.0f} % of the features, to {100 * NEAR:.0f} % of a deviation"
            f"{_same_target(tables, matches.near)}; the first is row {rows[0]} of test, row {matches.near[0, 1]} of "
            "train.",
            "Look at the pairs. If they are one thing recorded twice, or one picture changed a little, keep them on "
            "one side.",
            test_rows=rows,
        )


def _same_target(tables, pairs):
    if tables.target is None:
        return ""
    theirs, ours = tables.classes[tables.train_rows + pairs[:, 0]], tables.classes[pairs[:, 1]]
    known = (theirs >= 0) & (ours >= 0)
    if not known.any():
        return ""
    same = (theirs == ours)[known]
    return f" ({100 * same.mean():.0f} % of them with the same target)"


def _same_hash(train, test):
    ours, theirs = (pandas.util.hash_pandas_object(pandas.DataFrame(rows), index=False) for rows in (train, test))
    first = pandas.Series(np.arange(len(ours)), index=ours.to_numpy()).groupby(level=0).first()
    place = first.reindex(theirs.to_numpy()).to_numpy()
    found = np.flatnonzero(~np.isnan(place))
    return np.column_stack([found, place[found].astype(int)])


def _neighbours(train, test, discrete, spreads):
    """Pairs that may be near-duplicates, as (pairs, 2)."""
    rng = np.random.default_rng(0)
    ours, theirs = _spread_out(train, test, discrete, spreads, rng)
    columns, found = train.shape[1], []
    halves = [rng.permutation(columns)[: max(columns // 2, 1)] for _ in range(DRAWS)] if columns > 3 else []
    for chosen in [*halves, np.arange(columns)]:
        directions = rng.normal(size=(len(chosen), min(DIRECTIONS, len(chosen))))
        tree = cKDTree(ours[:, chosen] @ directions, balanced_tree=False, compact_nodes=False)
        count = min(NEIGHBOURS, len(ours))
        _, nearest = tree.query(theirs[:, chosen] @ directions, k=np.arange(1, count + 1), workers=-1)
        found += [np.column_stack([np.arange(len(test)), column]) for column in nearest.T]
    return np.unique(np.concatenate(found), axis=0)


def _spread_out(train, test, discrete, spreads, rng):
    """Both tables in units of a deviation, missing values in the middle, each code at a random place of its own."""
    both = np.concatenate([train, test])
    for column in np.flatnonzero(discrete):
        codes = np.nan_to_num(both[:, column], nan=-1).astype(int) + 1
        both[:, column] = rng.normal(0, spreads[column], codes.max() + 1)[codes]
    middle = np.nanmean(both, axis=0)
    both = np.where(np.isnan(both), 0.0, (both - middle) / spreads)
    return both[: len(train)], both[len(train) :]


def _agree(train, test, pairs, tolerance):
    """In which columns each pair agrees: (pairs, columns). What is missing in both agrees."""
    result = np.empty((len(pairs), train.shape[1]), bool)
    for start in range(0, len(pairs), 20_000):  # bounds the memory
        theirs, ours = test[pairs[start : start + 20_000, 0]], train[pairs[start : start + 20_000, 1]]
        result[start : start + 20_000] = _alike(theirs, ours, tolerance)
    return result


def _alike(a, b, tolerance):
    return (np.abs(a - b) <= tolerance) | (np.isnan(a) & np.isnan(b))


def _surprising(train, test, pairs, bits, *options):
    """Those of the pairs that chance does not explain."""
    if len(pairs) > _EXAMINED:
        # All of them are kept if nearly all of a sample are; if not, those of the sample that surprise.
        sample = pairs[np.linspace(0, len(pairs) - 1, _EXAMINED).astype(int)]
        kept = _surprising(train, test, sample, bits, *options)
        return pairs if len(kept) > 0.9 * len(sample) else kept
    if not len(pairs):
        return pairs
    return pairs[len(train) * len(test) * 2.0 ** -bits(train, test, pairs, *options) < CHANCE]


def _bits_if_equal(train, test, pairs):
    """What it is worth that two rows are equal: (pairs,).

    A value that one train row has says less the more values two rows have: that is Good and Turing's estimate of how
    often a value that was seen once comes again.
    """
    bits = np.zeros(len(pairs))
    for column in range(train.shape[1]):
        values = train[:, column]
        seen, counts = np.unique(values, return_counts=True)  # one NaN stands for all
        once, twice = np.sum(counts == 1), np.sum(counts == 2)
        again = min(2 * (twice + 1) / (max(once, 1) * len(values)), 1 / len(values))
        count = counts[np.searchsorted(seen, test[pairs[:, 0], column])]
        bits -= np.log2(np.where(count > 1, count / len(values), again)) / 2
    return bits


def _bits_if_near(train, test, pairs, tolerance):
    """What it is worth that two rows agree as closely as they do, in the columns in which they do: (pairs,)."""
    sample = train[np.random.default_rng(1).permutation(len(train))[:_SAMPLE]]
    bits = np.empty(len(pairs))
    for i, (theirs, ours) in enumerate(pairs):
        agreeing = _alike(test[theirs], train[ours], tolerance)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.abs(test[theirs] - train[ours]) / tolerance
        closeness = np.nanmax(np.where(agreeing & (tolerance > 0), shares, 0.0))
        as_well = _alike(test[theirs], sample, closeness * tolerance).mean(axis=0)
        bits[i] = -np.log2(np.maximum(as_well, 1 / len(sample)))[agreeing].sum() / 2
    return bits
