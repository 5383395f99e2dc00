"""`impute_with_indicator`: fill the gap and say that there was one. The oracle is scikit-learn's imputer."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, table

NAN = float("nan")
A_PAIR = "Two tables were returned. One is asked for, with 2 d columns: `np.hstack` puts them side by side."


def oracle(features):
    from sklearn.impute import MissingIndicator, SimpleImputer

    features = np.asarray(features, dtype=float)
    filled = SimpleImputer(strategy="mean").fit_transform(features)
    return np.hstack([filled, MissingIndicator(features="all").fit_transform(features).astype(float)])


def with_gaps(rng, n, gaps):
    """A table with n rows, of which the first is complete, and this many gaps in each column, all beyond its first."""
    features = table(rng, n, len(gaps))
    for column, count in enumerate(gaps):
        features[1 + rng.permutation(n - 1)[:count], column] = NAN
    return features


def values(rng):
    return [
        call(np.array([[1.0, 10.0], [NAN, 20.0], [5.0, NAN], [6.0, 90.0]])),
        call(with_gaps(rng, 5, [1, 2])),
        call(with_gaps(rng, 8, [2, 1, 4])),
    ]


def columns_without_gaps(rng):
    return [
        call(np.array([[1.0, 2.0], [3.0, NAN], [8.0, 6.0]])),
        call(with_gaps(rng, 6, [2, 0, 2])),
        call(table(rng, 3, 2)),
    ]


def edge_cases(rng):
    return [
        call(np.array([[NAN, 0.0], [4.0, 0.0], [0.0, NAN]])),
        call(np.array([[NAN, 3.0], [NAN, 5.0], [7.0, NAN]])),
        call(with_gaps(rng, 7, [6])),
        call(np.array([[1.0, 4.0], [NAN, 6.0], [3.0, NAN], [8.0, 7.0]], dtype=np.float32)),
        call(with_gaps(rng, 5, [2, 1]).astype(np.float32)),
    ]


def filled_with_mean(features):
    """The table with its gaps filled rightly, and where they were."""
    missing = np.isnan(features)
    return np.where(missing, np.nanmean(features, axis=0), features), missing


@mistake("Gaps were filled with 0, which may be far from anything that was measured. Use the mean of the column.")
def filled_with_zero(features):
    return np.hstack([np.nan_to_num(features), np.isnan(features)])


@mistake("Gaps were filled with the median. It is often the better choice; asked for is the mean.")
def filled_with_the_median(features):
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nanmedian(features, axis=0), features), missing])


@mistake("One mean was taken over the whole table. Every column has its own unit: fill it with its own mean.")
def filled_with_one_mean(features):
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nanmean(features), features), missing])


@mistake("Gaps were filled with the mean of their row, across features of different units. Use that of their column.")
def filled_with_the_mean_of_the_row(features):
    missing = np.isnan(features)
    with np.errstate(all="ignore"):
        mean = np.where(missing, 0, features).sum(axis=1, keepdims=True) / (~missing).sum(axis=1, keepdims=True)
    return np.hstack([np.where(missing, mean, features), missing])


@mistake("Gaps were filled with the value above, as in a time series. Here the mean of the column is asked for.")
def filled_with_the_value_above(features):
    filled = features.copy()
    for row in range(1, len(filled)):
        filled[row] = np.where(np.isnan(filled[row]), filled[row - 1], filled[row])
    return np.hstack([filled, np.isnan(features)])


@mistake("The gaps were counted as zeros when the mean was taken. Divide by the number of values that are present.")
def gaps_count_as_zero(features):
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nan_to_num(features).mean(axis=0), features), missing])


@mistake("The plain mean of a column with a gap is NaN, so the gaps are still there. `np.nanmean` leaves them out.")
def filled_with_nan(features):
    missing = np.isnan(features)
    return np.hstack([np.where(missing, features.mean(axis=0), features), missing])


@mistake("The indicators are missing: the result has 2 d columns, and the last d say with 1 or 0 what was filled in.")
def without_indicator(features):
    return filled_with_mean(features)[0]


@mistake(
    "The gaps are still there and every indicator is 0, so no gap was found. `x == np.nan` is never True, not even for "
    "NaN; `np.isnan(x)` finds them."
)
def compared_with_nan(features):
    return np.hstack([features, np.zeros_like(features)])


@mistake(A_PAIR)
def as_a_pair(features):
    return filled_with_mean(features)


@mistake(A_PAIR)
def as_a_pair_of_floats(features):
    filled, missing = filled_with_mean(features)
    return filled, missing.astype(float)


@mistake("The tables stand one below the other. Put them side by side, so that every row stays one sample.")
def one_below_the_other(features):
    return np.vstack(filled_with_mean(features))


@mistake(
    "All indicators are 0: they were made after the gaps had been filled. Keep `np.isnan(features)` before you fill "
    "anything."
)
def indicators_after_filling(features):
    filled, missing = filled_with_mean(features)
    return np.hstack([filled, np.zeros_like(missing)])


@mistake("The indicators are the wrong way round: 1 means that the value was *missing*.")
def indicator_of_the_present(features):
    filled, missing = filled_with_mean(features)
    return np.hstack([filled, ~missing])


@mistake(
    "There are indicators only for columns that have gaps here, as scikit-learn's `add_indicator` does. Give one for "
    "every feature, so that every table gets the same columns."
)
def indicators_where_needed(features):
    filled, missing = filled_with_mean(features)
    return np.hstack([filled, missing[:, missing.any(axis=0)]])


@mistake("There is one indicator for each row. A model needs to know *which* value was missing: one for each feature.")
def one_indicator_a_row(features):
    filled, missing = filled_with_mean(features)
    return np.hstack([filled, missing.any(axis=1, keepdims=True)])


@mistake("The indicators stand in front. First come all the features, then all their indicators.")
def indicators_first(features):
    filled, missing = filled_with_mean(features)
    return np.hstack([missing, filled])


@mistake("Each indicator stands beside its feature. First come all the features, then all their indicators.")
def interleaved(features):
    return np.stack(filled_with_mean(features), axis=2).reshape(len(features), -1)


@mistake("Rows with gaps were dropped. They are samples like the others, and their labels would be lost with them.")
def rows_dropped(features):
    kept = features[~np.isnan(features).any(axis=1)]
    return np.hstack([kept, np.zeros_like(kept)])


@mistake("The values are right, but the gaps were filled in the caller's array. Work on a copy; `np.where` makes one.")
def in_place(features):
    missing = np.isnan(features)
    features[missing] = np.broadcast_to(np.nanmean(features, axis=0), features.shape)[missing]
    return np.hstack([features, missing])


def on_a_copy(features):
    """Fill a copy at the places that `np.nonzero` finds: useful when each gap needs more work than one formula."""
    missing = np.isnan(features)
    rows, columns = np.nonzero(missing)
    filled = features.copy()
    filled[rows, columns] = np.nanmean(features, axis=0)[columns]
    return np.concatenate([filled, missing], axis=1)


def by_counting(features):
    """The mean from its definition: the sum of what is present, divided by how many values are present."""
    present = ~np.isnan(features)
    mean = np.sum(features, axis=0, where=present) / present.sum(axis=0)
    return np.column_stack([np.where(present, features, mean), 1 - present])


def column_by_column(features):
    features = np.array(features, dtype=float)
    filled, flags = [], []
    for column in features.T:
        gap = column != column  # only NaN differs from itself
        flags.append(gap * 1.0)
        column[gap] = column[~gap].mean()
        filled.append(column)
    return np.column_stack(filled + flags)


def by_scikit_learn(features):
    from sklearn.impute import SimpleImputer

    return np.hstack([SimpleImputer().fit_transform(features), np.isnan(features)])


def by_masked_array(features):
    masked = np.ma.masked_invalid(features)
    filled = np.where(np.ma.getmaskarray(masked), masked.mean(axis=0), masked.data)
    return np.hstack([np.asarray(filled), np.ma.getmaskarray(masked)])


def as_lists(features):
    rows = [[float(v) for v in row] for row in features]
    means = []
    for column in zip(*rows, strict=True):
        present = [v for v in column if v == v]
        means.append(sum(present) / len(present))
    return [
        [v if v == v else m for v, m in zip(row, means, strict=True)] + [float(v != v) for v in row] for row in rows
    ]


def as_tuple_of_rows(features):
    missing = np.isnan(features)
    mean = np.nanmean(features, axis=0)
    return tuple(np.r_[np.where(m, mean, row), m] for row, m in zip(features, missing, strict=True))


def in_single_precision(features):
    features = np.asarray(features, dtype=np.float32)
    missing = np.isnan(features)
    filled = np.where(missing, np.nanmean(features, axis=0), features)
    return np.hstack([filled, missing.astype(np.float32)])


IMPUTE_WITH_INDICATOR = Exercise(
    name="impute_with_indicator",
    lecture=LECTURE,
    section="8. What does a gap tell you?",
    minutes=6,
    difficulty=1,
    parts=(
        Part("values", 2, values),
        Part("columns without gaps", 1, columns_without_gaps),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        filled_with_zero,
        filled_with_the_median,
        filled_with_one_mean,
        filled_with_the_mean_of_the_row,
        filled_with_the_value_above,
        gaps_count_as_zero,
        filled_with_nan,
        without_indicator,
        compared_with_nan,
        as_a_pair,
        as_a_pair_of_floats,
        one_below_the_other,
        indicators_after_filling,
        indicator_of_the_present,
        indicators_where_needed,
        one_indicator_a_row,
        indicators_first,
        interleaved,
        rows_dropped,
        in_place,
    ),
    spellings=(
        on_a_copy,
        by_counting,
        column_by_column,
        by_scikit_learn,
        by_masked_array,
        as_lists,
        as_tuple_of_rows,
        in_single_precision,
    ),
    hints=(
        "Keep a table of True and False of what is missing before you fill anything. It is used twice.",
        "NumPy has a mean that leaves NaN out, and `np.where` picks from one of two tables. At the end two tables of "
        "d columns stand side by side.",
    ),
)
