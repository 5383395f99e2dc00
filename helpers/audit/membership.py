"""Whose rows they are, and when they were recorded."""

import numpy as np
import pandas

from .report import CERTAIN, Finding
from .tables import share


def check_groups(tables):
    """A finding when somebody has rows on both sides."""
    if tables.group is None:
        return
    ours, theirs = tables.group[: tables.train_rows], tables.group[tables.train_rows :]
    is_shared = theirs.isin(ours.dropna().unique()) & theirs.notna()
    both, rows = theirs[is_shared].unique(), np.flatnonzero(is_shared)
    if len(both):
        yield Finding(
            "groups",
            CERTAIN,
            f"{share(len(both), theirs.nunique())} values of {tables.group.name!r} in test have rows in train too, for "
            f"example {both[0]}; {share(len(rows), tables.test_rows)} rows of test belong to them.",
            f"Split the values of {tables.group.name!r}, not the rows (scikit-learn: GroupShuffleSplit, GroupKFold).",
            (tables.group.name,),
            rows,
        )


def check_time(tables):
    """A finding when train reaches beyond the first row of test."""
    if tables.time is None:
        return
    ours, theirs = tables.time[: tables.train_rows], tables.time[tables.train_rows :]
    first = theirs.min()
    if pandas.isna(first):
        return
    later = int((ours > first).sum())
    if later:
        rows = np.flatnonzero(theirs < ours.max())
        yield Finding(
            "future",
            CERTAIN,
            f"test begins at {_moment(first)}, and {share(later, tables.train_rows)} rows of train are later; they end "
            f"at {_moment(ours.max())}.",
            "If the model is to predict what comes, cut at one moment: train before it, test from it on.",
            (tables.time.name,),
            rows,
        )


def _moment(value):
    is_day = isinstance(value, pandas.Timestamp) and value == value.normalize()
    return f"{value:%Y-%m-%d}" if is_day else str(value)
