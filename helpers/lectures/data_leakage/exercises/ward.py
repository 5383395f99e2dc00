"""The ward of the open exercise: stays with every leak of the lecture in them, and fresh stays to judge by.

Who stays is chance, so what a grading asks is new. The fresh stays follow from the table itself (their seed is computed
from it), so that whoever judges an answer can draw them, and nobody has to hand them over.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

DAYS, CUTOFF, WINDOW = 730, 460.0, 60  # of the period, of the split, of one patient's stays
TWINS = 0.4  # share of the stays that were typed in twice
KNOWN_AT = np.array([-8760.0, -8760.0, -24.0, -24.0, 0.0, 0.0, 0.5, 1.0, 30.0, 72.0])  # hours after admission
IN_TIME = np.flatnonzero(KNOWN_AT <= 1)
REACH = 0.4  # of the memory of the model that judges, in standard deviations
ADMISSION = 1.0  # the model is asked an hour after admission


@dataclass(frozen=True)
class Ward:
    """features (n, 10), patients, days and labels (n,)."""

    features: np.ndarray
    patients: np.ndarray
    days: np.ndarray
    labels: np.ndarray


def draw_ward(seed, people=500, first_day=0.0, days=DAYS, twins=TWINS):
    """Stays of `people` patients, each within two months, in the order of a register that nobody sorted."""
    rng = np.random.default_rng(seed)
    stays = 1 + rng.poisson(4, people)
    patient = np.repeat(np.arange(people), stays)
    count = len(patient)
    own = rng.normal(size=(people, 5))[patient]  # four things that one can recognize, and frailty
    start = first_day + rng.uniform(0, days - WINDOW, people)[patient]
    day = np.floor(start + rng.uniform(0, WINDOW, count))
    illness = rng.normal(size=count)
    risk = -0.8 + 1.6 * illness + 2.5 * own[:, 4]
    labels = (rng.random(count) < 1 / (1 + np.exp(-risk))).astype(int)
    measured = np.array([1.0, 10.0, 1.0, 100.0]) * (illness[:, None] + rng.normal(0, 1.2, (count, 4)))
    # A doctor who sees a well patient orders no lactate: that it is missing tells something.
    measured[illness + rng.normal(0, 0.5, count) < 0.1, 3] = np.nan
    late = np.exp(rng.normal(1.2 + 1.6 * labels, 0.4))
    bill = 800 * late * np.exp(rng.normal(0, 0.5, count))
    features = np.column_stack([own[:, :4] * 10 + rng.normal(0, 0.3, (count, 4)), measured, late, bill])
    again = rng.permutation(count)[: round(twins * count)]
    copied = features[again] + rng.choice([-0.01, 0.0, 0.01], (len(again), features.shape[1]))
    order = rng.permutation(count + len(again))
    names = rng.permutation(people) + 1000
    return Ward(
        np.vstack([features, copied])[order],
        np.concatenate([names[patient], names[patient][again]])[order],
        np.concatenate([day, day[again]])[order],
        np.concatenate([labels, labels[again]])[order],
    )


def fresh_stays(features):
    """Stays of new patients after the period of a table; what is known later is empty, as it will be."""
    fresh = draw_ward(_seed_of(features), 500, DAYS, 200, 0.0)
    rows = fresh.features.copy()
    rows[:, KNOWN_AT > ADMISSION] = np.nan
    return rows, fresh.labels


def area_under_curve(labels, chances):
    """The chance that of two stays, a bad and a good one, the bad one has the higher value."""
    positive = labels == 1
    many = positive.sum()
    return float((rankdata(chances)[positive].sum() - many * (many + 1) / 2) / (many * (~positive).sum()))


def neighbors_report(train, labels, test):
    """The mean label of the training rows, near ones weighted more, after standardizing with train.

    Gaps become the mean of train. It is a model that remembers rows, so that every leak shows.
    """
    mean, std = np.nanmean(train, axis=0), np.nanstd(train, axis=0)
    std = np.where(std > 0, std, 1)
    train, test = (np.nan_to_num((rows - mean) / std).astype(np.float32) for rows in (train, test))
    apart = (train**2).sum(axis=1) - 2 * test @ train.T  # but for what is the same for all training rows
    apart -= apart.min(axis=1, keepdims=True)
    weights = np.exp(apart * np.float32(-1 / (2 * REACH**2)))
    return weights @ labels / weights.sum(axis=1)


def _seed_of(features):
    return zlib.crc32(np.ascontiguousarray(features[:, :4]).tobytes())
