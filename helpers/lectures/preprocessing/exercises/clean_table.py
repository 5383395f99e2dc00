"""`clean_table`: a table for a nearest-neighbor rule, judged by its errors on rows whose labels nobody has seen.

Any cleaning and scaling is right with which the five nearest neighbors get far enough. The baseline is the table as it
came, standardized; the best known way is that of the course.
"""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

ROWS, NEW, SORTS, NEIGHBORS = 200, 500, 8, 5
MASS, LENGTH, SUGAR, ALTITUDE = range(4)
LOST_POINTS, NO_LENGTH = 0.25, 0.12  # of the rows
LEFT = 0.17  # of the way from the best error known to that of the baseline
COPIED, COPIES = 30, 9  # so many rows were sent by mistake, with the wrong label, and so often once more
APART = 2.2  # standard deviations of a column from the middle to a sort
FAULT = -999.0  # what the instrument writes when it has not measured
HEAVIEST = 130.0  # no fruit is heavier, and none is so light that ten times its mass is below


@dataclass(frozen=True)
class Fruit:
    """Rows and labels to look among, and new ones, most of them of one sort."""

    train: np.ndarray
    labels: np.ndarray
    new: np.ndarray
    truth: np.ndarray


@lru_cache(maxsize=64)
def _fruit(labels: bytes, copied: bool) -> Fruit:
    """All that belongs to the labels of the first rows: whoever judges an answer can draw it again from the call."""
    rng = np.random.default_rng(zlib.crc32(labels))
    old = np.frombuffer(labels, dtype=np.int64)
    # The sorts are the corners of a cube, so each of three columns is needed.
    corners = rng.permutation(np.array(list(itertools.product((0, 1), repeat=3))))
    places = APART * (2 * corners - 1)

    def rows(sorts):
        count = len(sorts)
        standard = places[sorts] + np.clip(rng.standard_normal((count, 3)), -3, 3)
        table = np.column_stack([[60, 90, 0.14] + standard * [6, 9, 0.012], rng.normal(900, 250, count)])
        table[rng.random(count) < LOST_POINTS, MASS] *= 10
        table[rng.random(count) < NO_LENGTH, LENGTH] = FAULT
        return table

    sorts, sent = old.copy(), rng.permutation(ROWS)[: COPIED if copied else 0]
    sorts[sent] = (sorts[sent] + rng.integers(1, SORTS, len(sent))) % SORTS
    train = rows(sorts)
    again = np.repeat(sent, COPIES)
    # Most of the new fruit are light, so that a lost decimal point changes their sort.
    often = [0, *rng.integers(0, 2, 2)]
    chances = np.prod(np.where(corners == often, 0.8, 0.2), axis=1)
    truth = rng.choice(SORTS, NEW, p=chances)
    return Fruit(np.concatenate([train, train[again]]), np.concatenate([old, old[again]]), rows(truth), truth)


def _key(one):
    labels = np.ascontiguousarray(one.arguments[1], dtype=np.int64)
    return labels[:ROWS].tobytes(), len(labels) > ROWS


def drawn(rng, copied):
    found = _fruit(rng.permutation(np.arange(ROWS) % SORTS).tobytes(), copied)
    return call(found.train, found.labels, found.new)


def without_copies(rng):
    return [drawn(rng, False), drawn(rng, False)]


def with_copies(rng):
    return [drawn(rng, True), drawn(rng, True)]


def predicted(train, labels, new):
    """The sort that most of the five nearest training rows have; shape (m,)."""
    center = train.mean(axis=0)  # far from 0, the squares below would lose digits
    train, new = train - center, new - center
    squares = np.sum(train**2, axis=1) - 2 * new @ train.T
    nearest = np.argpartition(squares, NEIGHBORS - 1, axis=1)[:, :NEIGHBORS]
    return np.argmax(np.sum(labels[nearest][:, :, None] == np.arange(SORTS), axis=1), axis=1)


def error(one, tables):
    """The share of the new rows for which the neighbors say the wrong sort."""
    return float(np.mean(predicted(*tables) != _fruit(*_key(one)).truth))


@lru_cache(maxsize=256)
def _levels(labels: bytes, copied: bool):
    """The errors of the baseline and of the best way known."""
    found = _fruit(labels, copied)
    return [
        float(np.mean(predicted(*way(found.train, found.labels, found.new)) != found.truth))
        for way in (_only_scaled, oracle)
    ]


def read(one, value):
    """The prepared table, labels and new table of an answer, or what is wrong with them."""
    if not isinstance(value, tuple | list) or len(value) != 3:
        return Difference("type", "Three arrays are expected, separated by commas: rows, their labels, new rows.")
    train, labels, new = (np.asarray(item, dtype=float) for item in value)
    if train.ndim != 2 or new.ndim != 2 or train.shape[1] != new.shape[1] or not 1 <= train.shape[1] <= 20:
        return Difference("shape", "Both tables need rows and columns, and the same number of columns, at most 20.")
    if labels.shape != train.shape[:1] or not NEIGHBORS <= len(train) <= len(one.arguments[0]):
        return Difference(
            "shape", "One label is needed for each row, at least five rows, and no more than there were before."
        )
    if len(new) != NEW:
        return Difference("shape", f"A prediction is needed for each of the {NEW} new rows, so none can be left out.")
    if not np.isin(labels, np.arange(SORTS)).all():
        return Difference("value", "The labels are the numbers of the sorts, 0 to 7.")
    if not all(np.isfinite(table).all() and np.abs(table).max() < 1e9 for table in (train, new)):
        return Difference("value", "Distances cannot use gaps (NaN) or numbers that are not finite.")
    return train, labels.astype(int), new


def judge(one, value, before=None):
    """The judge: most of the way from the error of the baseline to the best one known has been gone."""
    tables = read(one, value)
    if isinstance(tables, Difference):
        return tables
    plain, best = _levels(*_key(one))
    found, allowed = error(one, tables), best + LEFT * (plain - best)
    if found <= allowed:
        return None
    return Difference(
        "value",
        f"Of the new rows the neighbors get {100 * found:.0f} % wrong; at most {100 * allowed:.0f} % are asked for. "
        f"With the table as it came, standardized, it is {100 * plain:.0f} %, with the best way known "
        f"{100 * best:.0f} %.",
    )


judge.any_shape = True


def _mended(table, middle):
    mass, length = table[:, MASS], table[:, LENGTH]
    mended = table.copy()
    mended[:, MASS] = np.where(mass > HEAVIEST, mass / 10, mass)
    mended[:, LENGTH] = np.where(length < 0, middle, length)
    return mended


def _scaled(train, labels, new, by=None):
    """Both tables with the mean and the standard deviation of the first, or of another one."""
    by = train if by is None else by
    mean, std = by.mean(axis=0), by.std(axis=0)
    return (train - mean) / std, labels, (new - mean) / std


def _once(train, labels):
    seen, rows = set(), []
    for row, values in enumerate(train.tolist()):
        if tuple(values) not in seen:
            seen.add(tuple(values))
            rows.append(row)
    return train[rows], labels[rows]


def oracle(train, labels, new):
    """Copies out, decimal points moved back, gaps filled with the median, everything scaled by what is left."""
    train, labels = _once(train, labels)
    middle = np.median([length for length in train[:, LENGTH] if length > 0])
    return _scaled(_mended(train, middle), labels, _mended(new, middle))


# Wrong ones: each does one thing less than the oracle, or does it differently.


class As:
    """Knows an answer by what the neighbors say with it of the new rows."""

    any_shape = True

    def __init__(self, formula):
        self.formula = formula

    def __call__(self, one, value, before=None):
        tables = read(one, value)
        if isinstance(tables, Difference):
            return tables
        both = tables, self.formula(*one.arguments)
        found, wanted = (predicted(train, labels, new[:100]) for train, labels, new in both)
        if np.sum(found != wanted) <= 1:  # in single precision two neighbors may change places
            return None
        return Difference("value", "It is another preparation.")


def _middle(train):
    return np.median(train[train[:, LENGTH] > 0, LENGTH])


def _as_it_came(train, labels, new):
    return train, labels, new


def _only_scaled(train, labels, new):
    return _scaled(train, labels, new)


def _not_scaled(train, labels, new):
    train, labels = _once(train, labels)
    return _mended(train, _middle(train)), labels, _mended(new, _middle(train))


def _with_copies(train, labels, new):
    return _scaled(_mended(train, _middle(train)), labels, _mended(new, _middle(train)))


def _each_for_itself(train, labels, new):
    train, labels, new = _not_scaled(train, labels, new)
    return _scaled(train, labels, train)[0], labels, _scaled(new, labels, new)[2]


def _new_as_it_came(train, labels, new):
    mended, labels, _ = _not_scaled(train, labels, new)
    return _scaled(mended, labels, new)


def _faults_left(train, labels, new):
    train, labels = _once(train, labels)
    tables = [np.column_stack([_mended(t, 0.0)[:, MASS], t[:, LENGTH:]]) for t in (train, new)]
    return _scaled(tables[0], labels, tables[1])


def _points_left(train, labels, new):
    train, labels = _once(train, labels)
    middle = _middle(train)
    tables = [np.column_stack([t[:, MASS], _mended(t, middle)[:, LENGTH:]]) for t in (train, new)]
    return _scaled(tables[0], labels, tables[1])


@mistake(
    "The tables are as they came. The altitude has the largest numbers, so it decides nearly every distance.",
    As(_as_it_came),
)
def as_it_came(train, labels, new):
    return _as_it_came(train, labels, new)


@mistake(
    "The columns are scaled, and nothing is cleaned. Draw a histogram of each column, and look for rows that are there "
    "more than once.",
    As(_only_scaled),
)
def only_scaled(train, labels, new):
    return _only_scaled(train, labels, new)


@mistake(
    "The table is clean, and its columns have their units. In a distance hundreds of meters outweigh a few hundredths "
    "of sugar.",
    As(_not_scaled),
)
def not_scaled(train, labels, new):
    return _not_scaled(train, labels, new)


@mistake(
    "Some rows are still there ten times. All five neighbors of a new row nearby are then copies of a single row, and "
    "if its label is wrong nobody outvotes it.",
    As(_with_copies),
)
def copies_kept(train, labels, new):
    return _with_copies(train, labels, new)


@mistake(
    "Each table was scaled with its own mean and standard deviation. Most of the new fruit are of one sort, so that "
    "their mean is another one. Scale both tables with what `train` says.",
    As(_each_for_itself),
)
def each_for_itself(train, labels, new):
    return _each_for_itself(train, labels, new)


@mistake(
    "The training rows are mended, and the new ones have their errors still. The same people and instruments made both "
    "tables: whatever is done to one is done to the other.",
    As(_new_as_it_came),
)
def new_as_it_came(train, labels, new):
    return _new_as_it_came(train, labels, new)


@mistake(
    "Among the lengths there is a number that no fruit has. It takes part in the mean, in the standard deviation and "
    "in the distances.",
    As(_faults_left),
)
def faults_left(train, labels, new):
    return _faults_left(train, labels, new)


@mistake(
    "Some masses are ten times as large as they can be, and they decide how the column is scaled. Draw its histogram.",
    As(_points_left),
)
def points_left(train, labels, new):
    return _points_left(train, labels, new)


# Right ones.


def with_scikit_learn(train, labels, new):
    """An imputer that knows the number of the fault, and a robust scaler, both fitted to the training rows."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import RobustScaler

    rows, first = np.unique(train, axis=0, return_index=True)
    rows, new = (np.where((np.arange(4) == 0) & (table > 150), table / 10, table) for table in (rows, new))
    prepare = make_pipeline(SimpleImputer(missing_values=-999.0, strategy="median"), RobustScaler())
    return prepare.fit_transform(rows), labels[first], prepare.transform(new)


def without_altitude(train, labels, new):
    """The altitude says nothing of the sort, so it can go; the gaps are filled with the mean."""
    train, first = np.unique(train, axis=0, return_index=True)
    columns = []
    for place in range(3):
        old, fresh = train[:, place], new[:, place]
        if place == 0:
            old, fresh = (np.where(values > 150, values / 10, values) for values in (old, fresh))
        center, width = old[old > 0].mean(), old[old > 0].std()
        columns.append([(np.where(values > 0, values, center) - center) / width for values in (old, fresh)])
    return np.stack([old for old, _ in columns], axis=1), labels[first], np.stack([new for _, new in columns], axis=1)


def with_min_max(train, labels, new):
    old, labels, fresh = _not_scaled(train, labels, new)
    low, high = old.min(axis=0), old.max(axis=0)
    return (old - low) / (high - low), labels, (fresh - low) / (high - low)


def as_lists(train, labels, new):
    return [table.tolist() for table in oracle(train, labels, new)]


def with_the_logarithm(train, labels, new):
    old, labels, fresh = _not_scaled(train, labels, new)
    old[:, 0], fresh[:, 0] = np.log(old[:, 0]), np.log(fresh[:, 0])
    return _scaled(old, labels, fresh)


def in_another_order(train, labels, new):
    old, labels, fresh = oracle(train, labels, new)
    return old[::-1, ::-1].copy(), labels[::-1].copy(), fresh[:, ::-1].copy()


CLEAN_TABLE = Exercise(
    name="clean_table",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="11. All of it in one object, fitted on train",
    minutes=15,
    difficulty=2,
    parts=(
        Part("errors in the numbers", 2, without_copies, judge=judge),
        Part("copies as well", 2, with_copies, judge=judge),
    ),
    oracle=oracle,
    mistakes=(
        as_it_came,
        only_scaled,
        not_scaled,
        copies_kept,
        each_for_itself,
        new_as_it_came,
        faults_left,
        points_left,
    ),
    spellings=(with_scikit_learn, without_altitude, with_min_max, as_lists, with_the_logarithm, in_another_order),
    open_ended=True,
    hints=(
        "Section 1: look at each column before you scale it. Which values can no fruit have, and how may they have "
        "come about?",
        "Hold back some training rows, and count for how many of them the neighbors say the wrong sort: before a "
        "change, and after it. Take care that a held-back row has no copy among the others.",
        "What is mended in one table is mended in the other, by the same rule; numbers that a rule needs come from "
        "`train`.",
    ),
)
