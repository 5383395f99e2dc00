"""Rows of a rare class that were multiplied before the split: drawn again, or made from two others (SMOTE)."""

import numpy as np

from .report import CERTAIN, LIKELY, Finding
from .tables import share

BALANCED = 0.02  # share by which the class sizes may differ after resampling
MANY, FEW = 0.2, 0.05  # shares of copied rows: in a class that was drawn again, and in one that was not
CONTINUOUS = 4  # columns from which three rows on one line cannot be chance
_QUERIES, _ROWS, _NEIGHBOURS = 150, 20_000, 30
_LINE = 1e-7  # how far the cosine of a made row between its parents may be from -1
_MADE = 0.05  # share of the examined rows


def check(tables, matches):
    """The findings about resampling; they stand for those about duplicates."""
    if tables.target is None or not tables.is_class:
        return []
    drawn = _drawn_again(tables, matches.exact)
    return [drawn] if drawn else list(_made_from_two(tables))


def _drawn_again(tables, pairs):
    classes = tables.classes
    in_test = classes[tables.train_rows :]
    copied = np.zeros(tables.test_rows, bool)
    copied[pairs[:, 0]] = True
    names, sizes = np.unique(classes[classes >= 0], return_counts=True)
    shares = np.array([copied[in_test == name].mean() if (in_test == name).any() else 0.0 for name in names])
    many = shares >= MANY
    # The most frequent class had no need of copies.
    if not many.any() or copied.sum() < 5 or shares[~many].max(initial=0.0) > FEW or many.all():
        return None
    rows = np.flatnonzero(copied)
    balanced = np.ptp(sizes) <= BALANCED * sizes.max()
    labels = ", ".join(str(tables.target.iloc[np.flatnonzero(classes == name)[0]]) for name in names[many])
    equal = "all classes are equally frequent" if balanced else "other classes have hardly any"
    return Finding(
        "resampling",
        CERTAIN if balanced else LIKELY,
        f"{share(len(rows), tables.test_rows)} rows of test are copies of rows in train, nearly all of them with "
        f"{tables.target.name} = {labels} ({100 * shares[many].max():.0f} % of that class), and {equal}.",
        "Split first; then draw again from train only, and test on the classes as they come.",
        test_rows=rows,
    )


def _made_from_two(tables):
    """Rows of test that lie exactly between two other rows of their class, as SMOTE makes them (Chawla et al. 2002)."""
    smooth = [c for c in np.flatnonzero(~tables.discrete & (tables.spreads > 0)) if _is_continuous(tables.values[:, c])]
    if len(smooth) < CONTINUOUS:
        return
    values = tables.values[:, smooth] / tables.spreads[smooth]
    rng = np.random.default_rng(0)
    for label in np.unique(tables.classes[tables.classes >= 0]):
        rows = np.flatnonzero((tables.classes == label) & np.isfinite(values).all(axis=1))
        queries = rng.permutation(rows[rows >= tables.train_rows])[:_QUERIES]
        others = rng.permutation(rows)[:_ROWS]
        if len(queries) < 5 or len(others) < 3:
            continue
        made = [row for row in queries if _between_two(values[row], values[others])]
        if len(made) >= max(3, _MADE * len(queries)):
            name = tables.target.iloc[queries[0]]
            yield Finding(
                "resampling",
                CERTAIN,
                f"of {len(queries)} rows of test with {tables.target.name} = {name} that were examined, "
                f"{len(made)} lie "
                "exactly on the line between two other rows of their class: they were made from them, as SMOTE does.",
                "Split first; then make rows from train only, and test on the classes as they come.",
                test_rows=np.sort(np.array(made)) - tables.train_rows,
            )
            return


def _is_continuous(column):
    present = column[np.isfinite(column)][:2000]
    return len(np.unique(present)) > 0.5 * len(present)


def _between_two(row, others):
    steps = others - row
    distance = np.einsum("nd,nd->n", steps, steps)
    nearest = np.argpartition(distance, min(_NEIGHBOURS, len(distance) - 1))[:_NEIGHBOURS]
    nearest = nearest[distance[nearest] > 1e-16]
    directions = steps[nearest] / np.sqrt(distance[nearest])[:, None]
    cosines = directions @ directions.T
    return cosines.size > 0 and cosines.min() < -1 + _LINE
