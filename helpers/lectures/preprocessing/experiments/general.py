"""What lecture 03 says in general, a number for each seed: the experiments behind its claims."""

from functools import cache

import numpy as np

from helpers.datasets import digit_sheets
from helpers.datasets.generated import CONDITIONS, HEATINGS, flats

from . import pictures as photo
from .transformations import cloud, offset_columns, steps_with, transformed, trips

NUMBERS = ["area_m2", "distance_m", "floor"]
_TIDY = 2000  # rows from which a model is tested, of another seed: fresh advertisements of the same market


@cache
def market(seed, count=720):
    """Advertisements to learn from and others to test on, as they come."""
    return flats(count, 2 * seed), flats(_TIDY, 2 * seed + 1)


def points_moved_back(rows):
    """The areas with their lost decimal point moved back."""
    lost = rows["area_m2"] > 300
    return rows.assign(area_m2=rows["area_m2"].where(~lost, rows["area_m2"] / 10))


def clean(rows):
    """One row a flat, one spelling a condition, areas with their decimal point."""
    rows = points_moved_back(rows.drop_duplicates())
    words = rows["condition"].str.strip().str.lower().replace({"goood": "good"})
    return rows.assign(condition=words)[rows["kind"] == "flat"]


def fit_and_score(train, test, features):
    """R squared on `test` of a linear model of what `features` makes of the rows."""
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(features(train), train["rent"])
    return float(model.score(features(test), test["rent"]))


def _numbers(rows):
    return rows[NUMBERS].to_numpy()


def cleaning_gain(seed, count=720, how=clean):
    """What a cleaning of train is worth, in R squared on clean fresh rows."""
    train, test = market(seed, count)
    test = clean(test)
    return fit_and_score(how(train), test, _numbers) - fit_and_score(train, test, _numbers)


def places(column, order):
    """The place of each word in an order, as one column."""
    return np.array([order.index(word) for word in column], float)[:, None]


def columns_for(column, words):
    """A column of zeros and ones for each word."""
    return np.column_stack([column == word for word in words]).astype(float)


def alphabet(column, words):
    """The place of each word in the alphabet."""
    return places(column, sorted(words))


def coding_gain(seed, column, good, bad, count=720):
    """R squared with one code of a column minus that with another; the other column always has a column a word."""
    train, test = map(clean, market(seed, count))
    orders = {"condition": list(CONDITIONS), "heating": list(HEATINGS)}

    def features(rows, code):
        codes = {"condition": columns_for, "heating": columns_for} | {column: code}
        return np.hstack([_numbers(rows), *(codes[name](rows[name], words) for name, words in orders.items())])

    return fit_and_score(train, test, lambda rows: features(rows, good)) - fit_and_score(
        train, test, lambda rows: features(rows, bad)
    )


def gaps(seed, count=720, accidents=False):
    """R squared with the column left out, rows dropped, the mean filled in, the mean with an indicator: a dict.

    With `accidents` the gaps are put at random into rows that have a year, and mean nothing.
    """
    train, test = map(clean, market(seed, count))
    if accidents:
        rng = np.random.default_rng(seed)
        train, test = (rows[rows["renovated"].notna()] for rows in (train, test))
        train, test = (
            rows.assign(renovated=rows["renovated"].where(rng.random(len(rows)) > 0.35)) for rows in (train, test)
        )
    mean = train["renovated"].mean()

    def words(rows):
        return np.hstack(
            [_numbers(rows), places(rows["condition"], list(CONDITIONS)), columns_for(rows["heating"], HEATINGS)]
        )

    def filled(rows):
        return np.column_stack([words(rows), rows["renovated"].fillna(mean)])

    def flagged(rows):
        return np.column_stack([filled(rows), rows["renovated"].isna()])

    return {
        "left out": fit_and_score(train, test, words),
        "rows dropped": fit_and_score(train.dropna(), test, filled),
        "mean": fit_and_score(train, test, filled),
        "indicator": fit_and_score(train, test, flagged),
    }


@cache
def steps_saved(seed, optimizer="plain", table="meters", by="standardized", correlation=0.9, most=20_000):
    """log2 of the steps on a table over the steps on the same table after the transformation `by`.

    `table`: "meters" or "kilometers", the trips, or "slanted", a standardized cloud with a target that depends on the
    difference of its columns.
    """
    if table == "slanted":
        columns = transformed(cloud(correlation=correlation, seed=seed), "standardized")
        target = columns @ np.array([1.0, -1.0])
    else:
        columns, target = trips(unit=1.0 if table == "meters" else 1000.0, seed=seed)
    before, after = (steps_with(optimizer, each, target, most) for each in (columns, transformed(columns, by)))
    return float(np.log2(min(before, 10 * most) / after))


def spread_kept(seed, scaler, outlier=1000.0, n=200):
    """Share of the spread of the ordinary rows that is left when one row lies far out."""
    with_outlier, without = (transformed(cloud(n, outlier=size, seed=seed), scaler)[:-1, 0] for size in (outlier, 0.0))
    return float(with_outlier.std() / without.std())


def condition_number(seed, offset, count, n=60_000):
    """Of the loss of a linear model on columns that are `offset` away from zero."""
    columns, _ = offset_columns(offset, count, n, seed)
    curvatures = np.linalg.eigvalsh(columns.T @ columns / n)
    return float(curvatures[-1] / curvatures[0])


@cache
def white_digit_errors(seed, epsilon, neighbors=3):
    """Errors in percent of nearest neighbors on five new sheets of digits, as they are and whitened."""
    from sklearn.neighbors import KNeighborsClassifier

    pixels, labels, sheets = digit_sheets()
    new = np.isin(sheets, np.random.default_rng(seed).permutation(14)[:5])
    mean = pixels[~new].mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(pixels[~new].T, bias=True))
    errors = []
    for matrix in (np.eye(64), axes / np.sqrt(np.maximum(variances, 0) + epsilon)):
        model = KNeighborsClassifier(neighbors).fit((pixels[~new] - mean) @ matrix, labels[~new])
        errors.append(100 * (1 - model.score((pixels[new] - mean) @ matrix, labels[new])))
    return tuple(errors)


RATES = {"plain": (0.03, 0.1, 0.3), "momentum": (0.003, 0.01, 0.03), "Adam": (0.0003, 0.001, 0.003)}


@cache
def best_rate(way, optimizer, updates):
    """The rate of RATES with the best mean of two seeds that no claim uses."""
    return max(
        RATES[optimizer],
        key=lambda rate: np.mean([photo.prepared_accuracy(way, rate, seed, updates, optimizer) for seed in (100, 101)]),
    )


def preparation_gain(seed, good, bad, optimizer="plain", updates=240):
    """Validation accuracy with one preparation minus that with another, each at its own best rate, in points."""
    return 100 * float(
        np.subtract(
            *(
                photo.prepared_accuracy(way, best_rate(way, optimizer, updates), seed, updates, optimizer)
                for way in (good, bad)
            )
        )
    )


def at_night(seed, way, extra="nothing", optimizer="momentum", updates=1200):
    """Accuracy at night after training by day, in percent."""
    rate = {"momentum": 0.01, "Adam": 0.001}[optimizer]
    return 100 * float(photo.by_day_and_at_night(way, extra, seed, updates, optimizer, rate)[1])


def scaled_again(seed, batch=25):
    """R squared of nearest neighbors when later batches are transformed, and when the scaler is fitted again on each.

    The batches come in the order of the area, as offers of one house do.
    """
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.preprocessing import StandardScaler

    train, test = map(clean, market(seed))
    test = test.sort_values("area_m2")[: batch * (len(test) // batch)]
    scaler = StandardScaler().fit(_numbers(train))
    model = KNeighborsRegressor(5).fit(scaler.transform(_numbers(train)), train["rent"])
    again = np.vstack([StandardScaler().fit_transform(part) for part in np.split(_numbers(test), len(test) // batch)])
    return tuple(model.score(features, test["rent"]) for features in (scaler.transform(_numbers(test)), again))


def scaling_gains(seed, data="wine"):
    """What a StandardScaler is worth to three models, in points of cross-validated accuracy: a dict."""
    from sklearn import datasets
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    x, y = getattr(datasets, f"load_{data}")(return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    models = {
        "neighbors": KNeighborsClassifier(5),
        "linear": LinearSVC(C=0.01, max_iter=5000, dual=False),
        "forest": RandomForestClassifier(10, random_state=seed),
    }
    gains = {}
    for name, model in models.items():
        raw, scaled = (cross_val_score(m, x, y, cv=folds) for m in (model, make_pipeline(StandardScaler(), model)))
        gains[name] = 100 * float(scaled.mean() - raw.mean())
    return gains
