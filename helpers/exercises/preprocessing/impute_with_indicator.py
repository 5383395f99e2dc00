"""`impute_with_indicator`: fill the gap and say that there was one. The oracle is scikit-learn's imputer."""

from __future__ import annotations

import numpy as np

from helpers.exercises.preprocessing.common import LECTURE, table
from helpers.judging.exercise import Exercise, Part, call, mistake

NAN = float("nan")


def oracle(features):
    from sklearn.impute import MissingIndicator, SimpleImputer

    features = np.asarray(features, dtype=float)
    filled = SimpleImputer(strategy="mean").fit_transform(features)
    return np.hstack([filled, MissingIndicator(features="all").fit_transform(features).astype(float)])


def with_gaps(rng, n, d, gaps):
    """A table with `gaps` numbers missing, never all of a column."""
    features = table(rng, n, d)
    for gap in rng.permutation((n - 2) * d)[:gaps]:
        features[1 + gap // d, gap % d] = NAN
    return features


def values(rng):
    return [
        call(np.array([[1.0, 10.0], [NAN, 20.0], [5.0, NAN], [6.0, 90.0]])),
        call(with_gaps(rng, 5, 2, 3)),
        call(with_gaps(rng, 8, 3, 7)),
    ]


def columns_without_gaps(rng):
    features = with_gaps(rng, 6, 3, 4)
    features[:, 1] = rng.normal(size=6)
    return [call(np.array([[1.0, 2.0], [3.0, NAN], [8.0, 6.0]])), call(features), call(table(rng, 3, 2))]


def edge_cases(rng):
    return [
        call([[1.0, NAN], [NAN, -2.0], [2.0, 6.0]]),
        call(np.array([[NAN, 0.0], [4.0, 0.0], [0.0, NAN]])),
        call(np.array([[NAN, 3.0], [NAN, 5.0], [7.0, NAN]])),
        call(np.array([[1, 2], [3, 5]])),
        call(with_gaps(rng, 5, 2, 3).astype(np.float32)),
    ]


@mistake("Gaps were filled with 0, which may be far from anything that was measured. Use the mean of the column.")
def filled_with_zero(features):
    features = np.asarray(features, dtype=float)
    return np.hstack([np.nan_to_num(features), np.isnan(features)])


@mistake("Gaps were filled with the median. It is often the better choice; asked for is the mean.")
def filled_with_the_median(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nanmedian(features, axis=0), features), missing])


@mistake("One mean was taken over the whole table. Every column has its own unit: fill it with its own mean.")
def filled_with_one_mean(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nanmean(features), features), missing])


@mistake("Gaps were filled with the mean of their row, across features of different units. Use that of their column.")
def filled_with_the_mean_of_the_row(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    present = np.where(missing, 0, features).sum(axis=1, keepdims=True) / (~missing).sum(axis=1, keepdims=True)
    return np.hstack([np.where(missing, present, features), missing])


@mistake("The gaps were counted as zeros when the mean was taken. Divide by the number of values that are present.")
def gaps_count_as_zero(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nan_to_num(features).mean(axis=0), features), missing])


@mistake("The plain mean of a column with a gap is NaN, so the gaps are still there. `np.nanmean` leaves them out.")
def filled_with_nan(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    return np.hstack([np.where(missing, features.mean(axis=0), features), missing])


@mistake("The indicators are missing: the result has 2 d columns, and the last d say with 1 or 0 what was filled in.")
def without_indicator(features):
    features = np.asarray(features, dtype=float)
    return np.where(np.isnan(features), np.nanmean(features, axis=0), features)


@mistake("The indicators are the wrong way round: 1 means that the value was *missing*.")
def indicator_of_the_present(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    return np.hstack([np.where(missing, np.nanmean(features, axis=0), features), ~missing])


@mistake(
    "There are indicators only for columns that have gaps here, as scikit-learn's `add_indicator` does. Give one for "
    "every feature, so that every table gets the same columns."
)
def indicators_where_needed(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    filled = np.where(missing, np.nanmean(features, axis=0), features)
    return np.hstack([filled, missing[:, missing.any(axis=0)]])


@mistake("There is one indicator a row. A model wants to know *which* value was missing: one for each feature.")
def one_indicator_a_row(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    filled = np.where(missing, np.nanmean(features, axis=0), features)
    return np.hstack([filled, missing.any(axis=1, keepdims=True)])


@mistake("The indicators stand in front. First come all the features, then all their indicators.")
def indicators_first(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    return np.hstack([missing, np.where(missing, np.nanmean(features, axis=0), features)])


@mistake("Each indicator stands beside its feature. First come all the features, then all their indicators.")
def interleaved(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    filled = np.where(missing, np.nanmean(features, axis=0), features)
    return np.stack([filled, missing], axis=2).reshape(len(features), -1)


@mistake("Rows with gaps were dropped. They are samples like the others, and their labels would be lost with them.")
def rows_dropped(features):
    features = np.asarray(features, dtype=float)
    kept = features[~np.isnan(features).any(axis=1)]
    return np.hstack([kept, np.zeros_like(kept)])


@mistake("The values are right, but the gaps were filled in the caller's array. Work on a copy; `np.where` makes one.")
def in_place(features):
    features = np.asarray(features, dtype=float)
    missing = np.isnan(features)
    features[missing] = np.broadcast_to(np.nanmean(features, axis=0), features.shape)[missing]
    return np.hstack([features, missing])


def on_a_copy(features):
    filled = np.array(features, dtype=float)
    missing = np.isnan(filled)
    rows, columns = np.nonzero(missing)
    filled[rows, columns] = np.nanmean(filled, axis=0)[columns]
    return np.concatenate([filled, missing.astype(float)], axis=1)


def column_by_column(features):
    features = np.array(features, dtype=float)
    filled, flags = [], []
    for column in features.T:
        gap = column != column  # only NaN differs from itself
        flags.append(gap * 1.0)
        column[gap] = column[~gap].mean()
        filled.append(column)
    return np.column_stack(filled + flags)


def by_counting(features):
    features = np.asarray(features, dtype=float)
    present = np.isfinite(features)
    mean = np.where(present, features, 0).sum(axis=0) / present.sum(axis=0)
    return np.c_[np.where(present, features, mean), 1.0 - present]


def by_scikit_learn(features):
    from sklearn.impute import SimpleImputer

    features = np.asarray(features, dtype=float)
    return np.hstack([SimpleImputer().fit_transform(features), np.isnan(features)])


def by_masked_array(features):
    masked = np.ma.masked_invalid(np.array(features, dtype=float))
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


def in_single_precision(features):
    features = np.asarray(features, dtype=np.float32)
    missing = np.isnan(features)
    filled = np.where(missing, np.nanmean(features, axis=0), features)
    return np.hstack([filled, missing.astype(np.float32)])


IMPUTE_WITH_INDICATOR = Exercise(
    name="impute_with_indicator",
    lecture=LECTURE,
    section="6. A gap is a measurement too",
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
        gaps_count_as_zero,
        filled_with_nan,
        without_indicator,
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
        column_by_column,
        by_counting,
        by_scikit_learn,
        by_masked_array,
        as_lists,
        in_single_precision,
    ),
    hints=(
        "Keep a table of True and False of what is missing before you fill anything. It is used twice.",
        "NumPy has a mean that leaves NaN out, and `np.where` picks from one of two tables. At the end two tables of "
        "d columns stand side by side.",
    ),
)
