"""Leaks in two real tables: Parkinson's telemonitoring (patients) and bike sharing (parts of the target, time).

Both need the reader's own copy of the data; `datasets.find` says what to type where it is missing.
"""

from functools import cache

import numpy as np

from helpers.datasets import find

FORESTS = {"n_estimators": 30, "min_samples_leaf": 3, "random_state": 0, "n_jobs": 1}


@cache
def parkinsons():
    """5875 recordings of 42 patients, as a data frame (Tsanas and Little, UCI 189)."""
    import pandas

    return pandas.read_csv(find("parkinsons"))


@cache
def bikes():
    """17 379 hours of a bicycle hire, as a data frame in order of time (Fanaee-T and Gama, UCI 275)."""
    import pandas

    return pandas.read_csv(find("bike"), parse_dates=["dteday"])


def parkinsons_r2(by_patient, repetitions=10):
    """R squared of one nearest neighbor for total UPDRS, from age, sex and 16 measures of the voice: (repetitions,).

    by_patient: hold patients out rather than recordings; a fifth is held out each time.
    """
    from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    table = parkinsons()
    patients, target = table["subject#"], table["total_UPDRS"].to_numpy()
    features = table.filter(regex="age|sex|Jitter|Shimmer|NHR|HNR|RPDE|DFA|PPE").to_numpy()
    splitter = (GroupShuffleSplit if by_patient else ShuffleSplit)(repetitions, test_size=0.2, random_state=0)
    model = make_pipeline(StandardScaler(), KNeighborsRegressor(1))
    return np.array(
        [
            model.fit(features[train], target[train]).score(features[held_out], target[held_out])
            for train, held_out in splitter.split(features, groups=patients if by_patient else None)
        ]
    )


def bike_parts_add_up():
    """Share of the hours in which casual and registered riders add up to the count."""
    table = bikes()
    return float((table["casual"] + table["registered"] == table["cnt"]).mean())


def bike_r2(by_time, parts=False):
    """R squared of a forest for the hourly count; a quarter is held out, at random or (`by_time`) the last.

    parts: with the casual and the registered riders among the features.
    """
    from sklearn.ensemble import RandomForestRegressor

    table = bikes()
    columns = ["instant", "mnth", "hr", "holiday", "weekday", "workingday", "weathersit", "temp", "hum", "windspeed"]
    features = table[columns + ["casual", "registered"] * parts].to_numpy(float)
    target = table["cnt"].to_numpy(float)
    rows = np.arange(len(table)) if by_time else np.random.default_rng(0).permutation(len(table))
    train, held_out = np.split(rows, [3 * len(rows) // 4])
    model = RandomForestRegressor(**FORESTS).fit(features[train], target[train])
    return float(model.score(features[held_out], target[held_out]))
