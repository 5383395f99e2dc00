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
        _refuse_what_cannot_be_compared(train, test, [name for name in (group, time, target) if name is not None])
        both = pandas.concat([train, test[train.columns]], ignore_index=True)
        names = [name for name in both.columns if name not in (group, time, target)]
        coded = [_coded(both[name]) for name in names]
        values = np.column_stack([column for column, _ in coded]) if names else np.zeros((len(both), 0))
        group, target = (None if name is None else _hashable(both[name]) for name in (group, target))
        time = None if time is None else _moments(both[time])
        return cls(names, values, np.array([discrete for _, discrete in coded], bool), len(train), group, time, target)

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
        """The target's values as codes (rows,), -1 for a missing one."""
        return pandas.factorize(self.target, sort=False)[0]


def share(count, total):
    """ "12 of 34 (35 %)", for a sentence."""
    percent = f"{100 * count / max(total, 1):.0f}"
    if percent == "0" and count:
        percent = "under 1"
    elif percent == "100" and count < total:
        percent = "over 99"
    return f"{count} of {total} ({percent} %)"


def _frame(table):
    if isinstance(table, pandas.DataFrame):
        return table
    kind, table = type(table).__name__, np.asarray(table)
    if table.ndim != 2:
        raise ValueError(f"a table is a data frame or has rows and columns; this {kind} has {table.ndim} dimension(s)")
    return pandas.DataFrame(table)


def _refuse_what_cannot_be_compared(train, test, named):
    """Raise ValueError, with the reason."""
    for side, table in (("train", train), ("test", test)):
        twice = table.columns[table.columns.duplicated()]
        if len(twice):
            raise ValueError(f"{side} has more than one column {twice[0]!r}")
    if set(train.columns) != set(test.columns):
        differing = ", ".join(sorted(map(str, set(train.columns) ^ set(test.columns))))
        raise ValueError(f"train and test have different columns: {differing}")
    for name in named:
        if name not in list(train.columns):
            raise ValueError(f"there is no column {name!r}; there are {', '.join(map(str, train.columns))}")
    if len(set(named)) < len(named):
        raise ValueError("group, time and target are different columns; one was named twice")
    if not len(train) or not len(test):
        raise ValueError("train and test need at least one row each")
    for name in train.columns:
        ours, theirs = _kind(train[name]), _kind(test[name])
        if ours and theirs and ours != theirs:
            raise ValueError(f"column {name!r} holds {ours} in train and {theirs} in test")


_KINDS = {
    "numbers": {"integer", "floating", "mixed-integer-float", "decimal", "complex", "boolean"},
    "dates": {"date", "datetime", "datetime64", "period"},
    "text": {"string"},
}


def _kind(column):
    """Whether a column holds numbers, dates or text; "" if it holds nothing or a mixture."""
    column = column.dropna()
    if isinstance(column.dtype, pandas.CategoricalDtype):
        column = column.cat.categories
    inferred = pandas.api.types.infer_dtype(column) if len(column) else ""
    return next((kind for kind, names in _KINDS.items() if inferred in names), "")


def _moments(column):
    """The time column as numbers, dates or periods, whose order is that of time; text is not ("9" > "10").

    Raises ValueError for anything else.
    """
    is_time = pandas.api.types.is_datetime64_any_dtype(column) or isinstance(column.dtype, pandas.PeriodDtype)
    if is_time or pandas.api.types.is_numeric_dtype(column):
        return column
    if len({value.tzinfo is None for value in column.dropna() if hasattr(value, "tzinfo")}) > 1:
        raise ValueError(f"some times in {column.name!r} have a time zone and others have none")
    values = pandas.Series(column.to_numpy(object), name=column.name)
    numbers = pandas.to_numeric(values, errors="coerce")
    if numbers.notna().equals(values.notna()):
        return numbers
    dates = pandas.to_datetime(values, format="ISO8601", utc=True, errors="coerce")
    unread = values[dates.isna() & values.notna()]
    if len(unread):
        raise ValueError(
            f"{unread.iloc[0]!r} in {column.name!r} is neither a number nor a date written like 2024-12-31; convert "
            "the column first, with pandas.to_datetime"
        )
    return dates


def _coded(column):
    """A column as floats, and whether they are codes."""
    types = pandas.api.types
    if types.is_bool_dtype(column):
        return column.astype(float).to_numpy(), True
    if types.is_numeric_dtype(column) and not types.is_complex_dtype(column):
        return _of_moderate_size(pandas.to_numeric(column).astype(float).to_numpy()), False
    if types.is_datetime64_any_dtype(column) or types.is_timedelta64_dtype(column):
        days = (column - column.min()) / pandas.Timedelta(days=1)
        return days.to_numpy(float), False
    codes = pandas.factorize(_hashable(column))[0].astype(float)
    return np.where(codes < 0, np.nan, codes), True


def _hashable(column):
    """The column, with lists, dictionaries and arrays, if it holds any, as text."""
    try:
        pandas.factorize(column)
    except TypeError:
        return column.map(repr, na_action="ignore")
    return column


def _of_moderate_size(values):
    """Infinite values as missing; and a column whose squares are no numbers times a power of two, which is exact."""
    values = np.where(np.isinf(values), np.nan, values)
    largest = np.nanmax(np.abs(values), initial=0.0)
    return values if largest == 0 or 1e-100 < largest < 1e100 else np.ldexp(values, -np.frexp(largest)[1])
