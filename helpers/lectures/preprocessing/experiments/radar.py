"""A real table of mixed scales: the sightings of deck 001's radar.

It needs the reader's own copy of the data; `datasets.find` says what to type where it is missing.
"""

from functools import cache

import numpy as np

from helpers.datasets import find


@cache
def sightings():
    """Features (1836, 200) and classes (1836,), as floats and integers."""
    table = np.genfromtxt(find("pokemon_radar"), delimiter=",", skip_header=1)
    return table[:, :-1], table[:, -1].astype(int)


def nearest_neighbor(standardized):
    """Accuracy of one nearest neighbor, the mean of five folds; the scaler is fitted within each."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = KNeighborsClassifier(1)
    model = make_pipeline(StandardScaler(), model) if standardized else model
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return float(cross_val_score(model, *sightings(), cv=folds).mean())
