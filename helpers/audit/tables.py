"""Two tables brought into one form: a float matrix of all rows, in which text has become codes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas


@dataclass(frozen=True, eq=False)
class Tables:
    """The rows of train, then those of test.

    `values` (rows, features) holds numbers as they are, dates as days, text and booleans as codes, what is missing as
    NaN; the group, time and target columns are no features. `discrete` (features,) marks codes.
    """

    names: list
    values: np.ndarray
    discrete: np.ndarray
    train_rows: int
    group: pandas.Series | None
    time: pandas.Series | None
    target: pandas.Series | None

    @classmethod
    def of(cls, train, test, group=None, time=None, target=None):
        """Bring frames or arrays into this form. Raises ValueError for tables that cannot be compared."""
        train, test = (_frame(table) for table in (train, test))
        if set(train.columns) != set(test.columns):
            differing = ", ".join(sorted(map(str, set(train.columns) ^ set(test.columns))))
            raise ValueError(f"train and test have different columns: {differing}")
        for name in (group, time, target):
            if name is not None and name not in train.columns:
                raise ValueError(f"there is no column {name!r}; there are {', '.join(map(str, train.columns))}")
        if not len(train) or not len(test):
            raise ValueError("train and test need at least one row each")
        both = pandas.concat([train, test[train.columns]], ignore_index=True)
        names = [name for name in both.columns if name not in (group, time, target)]
        coded = [_coded(both[name]) for name in names]
        values = np.column_stack([column for column, _ in coded]) if names else np.zeros((len(both), 0))
        special = [None if name is None else both[name] for name in (group, time, target)]
        return cls(names, values, np.array([discrete for _, discrete in coded], bool), len(train), *special)

    @property
    def test_rows(self):
        return len(self.values) - self.train_rows

    @property
    def train(self):
        return self.values[: self.train_rows]

    @property
    def test(self):
        return self.values[self.train_rows :]

    @cached_property
    def spreads(self):
        """The standard deviation of every feature in train, 0 for a constant one."""
        with np.errstate(all="ignore"):
            present = np.isfinite(self.train)
            count = np.maximum(present.sum(axis=0), 1)
            filled = np.where(present, self.train, 0.0)
            mean = filled.sum(axis=0) / count
            return np.sqrt(np.where(present, (filled - mean) ** 2, 0.0).sum(axis=0) / count)

    @cached_property
    def is_class(self):
        """Whether the target is a class rather than a quantity; None without a target."""
        if self.target is None:
            return None
        return not pandas.api.types.is_numeric_dtype(self.target) or self.target.nunique() <= 20

    @cached_property
    def classes(self):
        """The target as codes (rows,), -1 for a missing one."""
        return pandas.factorize(self.target, sort=False)[0]


def share(count, total):
    """ "12 of 34 (35 %)", for a sentence."""
    percent = 100 * count / max(total, 1)
    return f"{count} of {total} ({percent:.0f} %)" if percent >= 1 or count == 0 else f"{count} of {total} (under 1 %)"


def _frame(table):
    if isinstance(table, pandas.DataFrame):
        return table
    table = np.asarray(table)
    if table.ndim != 2:
        raise ValueError(f"a table has rows and columns; this array has {table.ndim} dimensions")
    return pandas.DataFrame(table)


def _coded(column):
    """A column as floats, and whether they are codes."""
    if pandas.api.types.is_bool_dtype(column):
        return column.astype(float).to_numpy(), True
    if pandas.api.types.is_numeric_dtype(column):
        values = pandas.to_numeric(column).astype(float).to_numpy()
        return np.where(np.isinf(values), np.nan, values), False
    if pandas.api.types.is_datetime64_any_dtype(column):
        days = (column - column.min()) / pandas.Timedelta(days=1)
        return days.to_numpy(float), False
    codes = pandas.factorize(column)[0].astype(float)
    return np.where(codes < 0, np.nan, codes), True
