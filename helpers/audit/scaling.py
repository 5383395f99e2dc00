"""Statistics that betray a scaler fitted on both tables.

A column standardised by train has mean 0 and deviation 1 in train, to the last digit, and in test anything near it. If
it is the two tables together that have mean 0 and deviation 1, the scaler saw both. The same with 0 and 1 as smallest
and largest value.
"""

import numpy as np

from .report import CERTAIN, LIKELY, Finding
from .tables import share

ROUNDING = 1e-5  # single precision, many rows
FEWEST_VALUES = 10  # different values from which a column counts as a quantity


def check(tables):
    """The findings about scaling."""
    columns = [c for c in np.flatnonzero(~tables.discrete) if len(np.unique(tables.values[:1000, c])) > FEWEST_VALUES]
    standardised = [c for c in columns if _standardised_together(tables.train[:, c], tables.values[:, c])]
    if standardised:
        yield _finding(tables, standardised, columns, CERTAIN, "mean 0 and deviation 1", "mean and deviation")
    whole = [c for c in columns if _reaches(tables.values[:, c])]
    squeezed = [c for c in whole if not _reaches(tables.train[:, c]) and _alone_at_the_ends(tables.values[:, c])]
    # One bounded column of many may reach its ends by itself; a scaler treats all alike.
    if squeezed and len(whole) >= 0.9 * len(columns):
        sure = CERTAIN if len(squeezed) >= 3 else LIKELY
        yield _finding(tables, squeezed, columns, sure, "0 and 1 as smallest and largest value", "extremes")


def _finding(tables, found, columns, sure, what, statistics):
    names = tuple(tables.names[c] for c in found)
    return Finding(
        "scaler",
        sure,
        f"{share(len(found), len(columns))} numeric columns have {what} over train and test together, and not over "
        f"train alone, for example {names[0]!r}: the scaler used {statistics} of both.",
        "Fit the scaler on train, and apply it to test as it is (scikit-learn: put it into a Pipeline).",
        names,
    )


def _standardised_together(train, both):
    train, both = train[np.isfinite(train)], both[np.isfinite(both)]
    if len(train) < 3 or len(both) == len(train):
        return False
    mean, deviation = both.mean(), both.std()
    with_ddof = both.std(ddof=1)
    is_standard = abs(mean) < ROUNDING and min(abs(deviation - 1), abs(with_ddof - 1)) < ROUNDING
    return bool(is_standard and max(abs(train.mean()), abs(train.std() - 1)) > 10 * ROUNDING)


def _reaches(values):
    values = values[np.isfinite(values)]
    return len(values) > 0 and abs(values.min()) < ROUNDING and abs(values.max() - 1) < ROUNDING


def _alone_at_the_ends(values):
    """Whether one row only stands at 0 or at 1, as with a scaler; where a quantity ends by nature, many rows do."""
    values = values[np.isfinite(values)]
    return min(np.sum(values < ROUNDING), np.sum(values > 1 - ROUNDING)) == 1
