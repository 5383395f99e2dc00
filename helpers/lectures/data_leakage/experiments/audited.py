"""How often `audit_split` sees a leak that is there, and how often it cries wolf over a split that is clean.

Clean splits come from the hospital (train before a day, test other patients after it) and from the tables that come
with scikit-learn, split at random. Leaky ones are the same with one leak built in.
"""

import numpy as np

from helpers.audit import audit_split
from helpers.datasets.hospital import AFTERWARDS, OUTCOME, hospital_stays

NAMED = {"group": "patient", "time": "admitted", "target": OUTCOME}
TABLES = ("breast_cancer", "diabetes", "digits", "iris", "wine")
TEST_SHARE = 0.25


def clean_split(seed):
    """Train, test and the named columns of a split without a leak, from one of six sources in turn."""
    source = seed % (len(TABLES) + 1)
    if source == len(TABLES):
        return *_clean_hospital(seed), NAMED
    table = _table(TABLES[source])
    if TABLES[source] == "iris":  # one of its flowers was printed twice
        table = table.drop_duplicates()
    is_test = np.random.default_rng(seed).random(len(table)) < TEST_SHARE
    return table[~is_test], table[is_test], {"target": "target"}


def false_alarms(splits=200, first=0):
    """The findings over clean splits, as (seed, finding) pairs."""
    found = []
    for seed in range(first, first + splits):
        train, test, named = clean_split(seed)
        found += [(seed, finding) for finding in audit_split(train, test, **named).findings]
    return found


def detections(seeds=20):
    """In how many of these many splits each leak is seen: {leak: (kind to be seen, count)}."""
    return {name: (kind, sum(seen(name, seed) for seed in range(seeds))) for name, (kind, _) in LEAKY.items()}


def seen(name, seed):
    """Whether the audit of one leaky split reports its kind."""
    kind, build = LEAKY[name]
    train, test, named = build(seed)
    return kind in audit_split(train, test, **named).kinds


def _clean_hospital(seed):
    """Train in the first two years, test in the half year after them, with other patients."""
    train = hospital_stays(150, seed, copies=0).drop(columns=list(AFTERWARDS))
    test = hospital_stays(60, seed + 5000, first_day=730, days=180, copies=0).drop(columns=list(AFTERWARDS))
    return train, test.assign(patient=test["patient"] + 100_000)


def _rows_at_random(table, seed):
    is_test = np.random.default_rng([seed, 2]).random(len(table)) < TEST_SHARE
    return table[~is_test], table[is_test]


def _exact_copies(seed):
    train, test = _clean_hospital(seed)
    chosen = np.random.default_rng(seed).permutation(len(train))[: len(test) // 10]
    test.iloc[: len(chosen)] = train.iloc[chosen].to_numpy()
    return train, test, {"target": OUTCOME}


def _typed_twice(seed):
    return *_rows_at_random(hospital_stays(150, seed, copies=0.1), seed), {"target": OUTCOME}


def _same_people(seed):
    return *_rows_at_random(hospital_stays(150, seed, copies=0), seed), {"group": "patient", "target": OUTCOME}


def _same_years(seed):
    return *_rows_at_random(hospital_stays(150, seed, copies=0), seed), {"time": "admitted", "target": OUTCOME}


def _length_of_stay(seed):
    train, test = _rows_at_random(hospital_stays(150, seed, copies=0), seed)
    return train, test, {"target": OUTCOME}


def _scaled_together(seed):
    from sklearn.preprocessing import StandardScaler

    return _scaled(StandardScaler(), seed)


def _squeezed_together(seed):
    from sklearn.preprocessing import MinMaxScaler

    return _scaled(MinMaxScaler(), seed)


def _scaled(scaler, seed):
    table = _table("breast_cancer")
    features = table.columns.drop("target")
    table[features] = scaler.fit_transform(table[features])
    return *_rows_at_random(table, seed), {"target": "target"}


def _drawn_again(seed):
    stays = hospital_stays(150, seed, copies=0)
    rare = stays[stays[OUTCOME] == 1]
    extra = rare.sample(len(stays) - 2 * len(rare), replace=True, random_state=seed)
    stays = stays.loc[[*stays.index, *extra.index]].reset_index(drop=True)
    return *_rows_at_random(stays, seed), {"target": OUTCOME}


def _made_from_two(seed):
    """What SMOTE does: a row on the way from one malignant case to one of its five nearest neighbors."""
    import pandas
    from sklearn.neighbors import NearestNeighbors

    table = _table("breast_cancer")
    rare = table[table["target"] == 0].to_numpy(float)
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(rare), len(table) - 2 * len(rare))
    near = NearestNeighbors(n_neighbors=6).fit(rare).kneighbors(rare[first], return_distance=False)
    second = near[np.arange(len(first)), rng.integers(1, 6, len(first))]
    made = rare[first] + rng.random((len(first), 1)) * (rare[second] - rare[first])
    table = pandas.concat([table, pandas.DataFrame(made, columns=table.columns)], ignore_index=True)
    return *_rows_at_random(table, seed), {"target": "target"}


def _table(name):
    """One of scikit-learn's tables as a frame with the column `target`."""
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(as_frame=True).frame


LEAKY = {
    "copies of rows": ("duplicates", _exact_copies),
    "stays typed in twice": ("near-duplicates", _typed_twice),
    "people on both sides": ("groups", _same_people),
    "the future for the past": ("future", _same_years),
    "the length of the stay": ("afterwards", _length_of_stay),
    "standardized together": ("scaler", _scaled_together),
    "squeezed into 0..1 together": ("scaler", _squeezed_together),
    "drawn again": ("resampling", _drawn_again),
    "made from two (SMOTE)": ("resampling", _made_from_two),
}
