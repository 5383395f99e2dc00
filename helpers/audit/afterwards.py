"""Columns that give the target away.

Each column is cut into bins (a bin of its own for missing values), one half of train says what each bin predicts, the
other half how good that is: 2 AUC - 1 for classes, R squared for quantities, 0 for a column that knows nothing.
"""

import numpy as np

from .report import CERTAIN, LIKELY, POSSIBLE, Finding

ALMOST_ALL = 0.98  # a single column that knows this much is suspicious by itself
MUCH = {"class": 0.94, "quantity": 0.8}  # and one that knows this much if no other column comes near it
NO_OTHER = 0.6  # times its strength
RELATED = 0.7  # rank correlation from which two columns count as the same news
ROWS, BINS, FEWEST = 20_000, 32, 20
EXACT = 1e-6  # share of the target's deviation left over, below which columns add up to it


def check(tables):
    """The findings about features that know the target."""
    rows, labels = _known(tables)
    if not tables.names or not _enough(labels):
        return
    sums = () if tables.is_class else _columns_that_add_up(tables, rows, labels)
    if sums:
        yield Finding(
            "afterwards",
            CERTAIN,
            f"{_listed(sums)} add up to {tables.target.name!r} exactly (each times a constant).",
            "They are parts of what you predict and known no sooner. Leave them out.",
            sums,
        )
    yield from _single(tables, rows, labels, sums)


def can_be_judged(tables):
    """Whether train knows enough of the target: two values, and a few dozen rows."""
    return _enough(_known(tables)[1])


def _known(tables):
    """Rows of train whose target is known, a sample of many, and their labels."""
    if tables.target is None:
        return np.zeros((2, 0), int)
    rows = np.random.default_rng(0).permutation(tables.train_rows)[:ROWS]
    labels = (tables.classes if tables.is_class else tables.target.to_numpy(float, na_value=np.nan))[rows]
    known = labels >= 0 if tables.is_class else np.isfinite(labels)
    return rows[known], labels[known]


def _enough(labels):
    return len(labels) >= 2 * FEWEST and len(np.unique(labels)) > 1


def strengths(tables, rows, labels):
    """How much each feature alone knows of the target, 0 to 1, measured on rows of train: (features,)."""
    score = _class_strength if tables.is_class else _quantity_strength
    bins = (_binned(tables.values[rows, column], tables.discrete[column]) for column in range(len(tables.names)))
    return np.array([score(column, labels) for column in bins])


def _single(tables, rows, labels, known):
    found = strengths(tables, rows, labels)
    much = MUCH["class" if tables.is_class else "quantity"]
    doubt = _doubt(labels) if tables.is_class else lambda strength: 0.0
    for column in np.argsort(-found):
        name, at_least = tables.names[column], found[column] - doubt(found[column])
        if at_least < much or name in known:
            continue
        others = [found[k] for k in range(len(found)) if k != column and not _related(tables, rows, column, k)]
        next_best = max(others, default=0.0)
        alone = next_best <= NO_OTHER * found[column]
        if not alone and at_least < ALMOST_ALL:
            continue
        what = "area under the ROC curve" if tables.is_class else "R squared"
        shown, next_shown = (((1 + s) / 2 if tables.is_class else s) for s in (found[column], next_best))
        yield Finding(
            "afterwards",
            LIKELY if alone else POSSIBLE,
            f"{name!r} alone predicts {tables.target.name!r} with an {what} of {shown:.3f}; the best column that tells "
            f"other news reaches {next_shown:.2f}.",
            f"Ask when {name!r} gets filled in. If that is after the moment of prediction, leave it out.",
            (name,),
        )


def _doubt(labels):
    """Two standard errors of 2 AUC - 1, as a function of it (Hanley and McNeil 1982): small tables flatter."""
    sizes = np.unique(labels, return_counts=True)[1]
    few = sizes.min()
    many = sizes.sum() - few

    def two_errors(strength):
        area = min((1 + strength) / 2, 0.999)
        spread = area * (1 - area)
        spread += (few - 1) * (area / (2 - area) - area**2) + (many - 1) * (2 * area**2 / (1 + area) - area**2)
        return 2 * 2 * np.sqrt(spread / (few * many))

    return two_errors


def _related(tables, rows, one, other):
    from scipy.stats import spearmanr

    a, b = tables.values[rows[:2000], one], tables.values[rows[:2000], other]
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < FEWEST or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return False
    return abs(spearmanr(a[both], b[both]).statistic) > RELATED


def _binned(values, discrete):
    missing = ~np.isfinite(values)
    if discrete:
        places = np.unique(values[~missing], return_inverse=True)[1]
        result = np.zeros(len(values), int)
        result[~missing] = 1 + np.minimum(places, 4 * BINS)
        return result
    edges = np.unique(np.quantile(values[~missing], np.linspace(0, 1, BINS + 1)[1:-1])) if (~missing).any() else []
    return np.where(missing, 0, 1 + np.searchsorted(edges, values, side="right"))


def _halves(bins, labels):
    """Both ways round: bins and labels to learn from, bins and labels to judge by."""
    middle = len(bins) // 2
    first, second = (bins[:middle], labels[:middle]), (bins[middle:], labels[middle:])
    return ((*first, *second), (*second, *first))


def _class_strength(bins, labels):
    scores, weights = [], []
    for label in np.unique(labels):
        is_one = labels == label
        if min(is_one.sum(), (~is_one).sum()) < FEWEST:
            continue
        scores.append(np.mean([_gini(*half) for half in _halves(bins, is_one.astype(float))]))
        weights.append(is_one.sum())
    return float(np.average(scores, weights=weights)) if scores else 0.0


def _gini(bins, labels, new_bins, new_labels):
    count = max(bins.max(), new_bins.max()) + 1
    rate = (np.bincount(bins, labels, count) + labels.mean()) / (np.bincount(bins, minlength=count) + 1)
    positive, all_of = np.bincount(new_bins, new_labels, count), np.bincount(new_bins, minlength=count)
    order = np.argsort(rate, kind="stable")
    positive, negative = positive[order], (all_of - positive)[order]
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        return 0.0
    area = np.sum(positive * (np.cumsum(negative) - negative / 2)) / pairs
    return 2 * area - 1


def _quantity_strength(bins, labels):
    scores = []
    for old_bins, old, new_bins, new in _halves(bins, labels):
        count = max(old_bins.max(), new_bins.max()) + 1
        mean = (np.bincount(old_bins, old, count) + old.mean()) / (np.bincount(old_bins, minlength=count) + 1)
        scores.append(1 - np.mean((new - mean[new_bins]) ** 2) / max(new.var(), 1e-300))
    return float(max(np.mean(scores), 0.0))


def _columns_that_add_up(tables, rows, labels):
    """The names of the columns of which the target is an exact sum of multiples."""
    rows, labels = rows[:5000], labels[:5000]
    usable = ~tables.discrete & np.isfinite(tables.values[rows]).all(axis=0) & (tables.spreads > 0)
    columns = np.flatnonzero(usable)
    if not len(columns) or len(rows) < 2 * len(columns) + FEWEST or labels.std() == 0:
        return ()
    scaled = tables.values[np.ix_(rows, columns)] / tables.spreads[columns]
    centred = scaled - scaled.mean(axis=0)
    weights = np.linalg.lstsq(centred, labels - labels.mean(), rcond=None)[0]
    left = labels - labels.mean() - centred @ weights
    if left.std() > EXACT * labels.std():
        return ()
    return tuple(tables.names[c] for c, w in zip(columns, weights, strict=True) if abs(w) > 1e-4 * labels.std())


def _listed(names):
    return " and ".join(filter(None, [", ".join(map(repr, names[:-1])), repr(names[-1])]))
