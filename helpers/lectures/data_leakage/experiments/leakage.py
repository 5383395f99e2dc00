"""Seven leaks in one hospital: for each the score that gets reported and the score on fresh data from the same source.

Every experiment isolates one leak: its source has no other way to mislead. With `right` the same stays are prepared and
split as they should be. Scores are areas under the ROC curve: the chance that of two stays, one of which ended in
intensive care, the model names the right one. Guessing scores 0.5.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from helpers.datasets.hospital import OUTCOME, draw_stays, numbers, typed_twice

TEST_SHARE = 0.3
MODELS = ("trees", "one tree", "random forest", "nearest neighbors", "logistic regression")
CANDIDATES, KEPT, FEW = 1000, 10, 160  # columns to select from, columns selected, rows, in the leak "selection"
DAYS = 730  # two years, as `draw_stays` gives them
QUIET = {"individuality": 0.0, "waves": 0.0}


@dataclass(frozen=True)
class Trial:
    """What one repetition trains and scores on: features (n, d) and labels (n,) of three sets of stays."""

    train: tuple
    test: tuple
    fresh: tuple
    scaled: bool = False  # already standardized: the model is not to do it again


@dataclass(frozen=True)
class Scores:
    """What came of the repetitions of one leak: `reported` and `fresh` are arrays (repetitions,)."""

    leak: str
    reported: np.ndarray
    fresh: np.ndarray

    @property
    def optimism(self):
        """Reported minus fresh, one a repetition."""
        return self.reported - self.fresh

    @property
    def in_words(self):
        """Means of the reported score, the fresh score and the optimism with its standard deviation, as texts."""
        mean = round(self.optimism.mean(), 2) + 0.0  # no minus in front of a zero
        return (
            f"{self.reported.mean():.2f}",
            f"{self.fresh.mean():.2f}",
            f"{mean:+.2f} ± {self.optimism.std():.2f}",
        )

    def __str__(self):
        return "reported {}, fresh {}, optimism {}".format(*self.in_words)


def copies_across(strength, patients, seed, right=False):
    """Stays typed in twice; the split shuffles the copies onto both sides. Strength: the share typed in twice.

    Right: both entries of a stay stand on one side.
    """
    rng = _split_rng(seed)
    stays = typed_twice(draw_stays(patients, seed, **QUIET), strength, rng)
    is_test = _groups(stays["stay"], rng) if right else _rows(stays, rng)
    return _trial(stays, is_test, draw_stays(patients, _other(seed), **QUIET))


def future_for_past(strength, patients, seed, right=False):
    """Waves of illness and a random split, so that the days around a test day are in train. Strength: of the waves.

    The fresh stays come from the half year that follows, as they do for whoever uses the model. Right: the test set is
    the last part of the two years.
    """
    source = {"individuality": 0.0, "waves": strength, "town": seed}
    stays = draw_stays(patients, seed, **source)
    is_test = stays["day"] >= (1 - TEST_SHARE) * DAYS if right else _rows(stays, _split_rng(seed))
    fresh = draw_stays(patients, _other(seed), first_day=DAYS, days=DAYS // 4, **source)
    return _trial(stays, is_test, fresh, extra=("day",))


def known_afterwards(strength, patients, seed, right=False):
    """The length of the stay among the features. Strength: the share of the stays in which it is filled in.

    On the day on which the model is used it is 0 for everybody. Right: without it.
    """
    stays, fresh = (draw_stays(patients, one, **QUIET) for one in (seed, _other(seed)))
    rng = _split_rng(seed)
    stays["days_in_hospital"] = stays["days_in_hospital"] * (rng.random(len(stays["day"])) < strength)
    fresh["days_in_hospital"] = 0 * fresh["days_in_hospital"]
    return _trial(stays, _rows(stays, rng), fresh, extra=() if right else ("days_in_hospital",))


def scaler_on_everything(strength, patients, seed, right=False):
    """Features standardized before the split. Strength: the share of the test rows that the scaler was fitted on.

    Right: it was fitted on none of them.
    """
    rng = _split_rng(seed)
    stays, fresh = (draw_stays(patients, one, **QUIET) for one in (seed, _other(seed)))
    is_test = _rows(stays, rng)
    seen = ~is_test | (rng.random(len(is_test)) < (0 if right else strength))
    trial = _trial(stays, is_test, fresh)
    fitted_on = numbers(stays)[seen]
    mean, std = fitted_on.mean(axis=0), fitted_on.std(axis=0)
    sets = (((features - mean) / std, labels) for features, labels in (trial.train, trial.test, trial.fresh))
    return Trial(*sets, scaled=True)


def selection_on_everything(strength, patients, seed, right=False, candidates=CANDIDATES, rows=FEW):
    """A thousand `candidates`, columns of noise, of which the ten most correlated with the outcome are kept.

    Strength: the share of the test rows that had a say. Right: none had. `patients` plays no part: there are `rows`,
    half of them with the outcome.
    """
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], rows // 2)
    features, fresh = rng.normal(size=(rows, candidates)), rng.normal(size=(2 * rows, candidates))
    is_test = np.arange(rows) >= (1 - TEST_SHARE) * rows
    seen = ~is_test | (rng.random(rows) < (0 if right else strength))
    gap = features[seen & (labels == 1)].mean(axis=0) - features[seen & (labels == 0)].mean(axis=0)
    kept = np.argsort(-np.abs(gap))[:KEPT]
    return Trial(
        (features[~is_test][:, kept], labels[~is_test]),
        (features[is_test][:, kept], labels[is_test]),
        (fresh[:, kept], np.tile([0, 1], rows)),
    )


def selection_by_candidates(counts, repetitions=10):
    """The optimism of `selection_on_everything` for each number of columns to select from: (counts, repetitions)."""
    return np.array(
        [
            [np.subtract(*score(selection_on_everything(1.0, 0, seed, candidates=count), "logistic regression"))
             for seed in range(repetitions)]
            for count in counts
        ]
    )  # fmt: skip


def one_person_on_both_sides(strength, patients, seed, right=False):
    """Stays split at random, not people. Strength: how much a patient's own frailty weighs, which no column holds.

    Right: all stays of a patient stand on one side.
    """
    source = {"individuality": strength, "waves": 0.0}
    stays = draw_stays(patients, seed, **source)
    rng = _split_rng(seed)
    is_test = _groups(stays["patient"], rng) if right else _rows(stays, rng)
    return _trial(stays, is_test, draw_stays(patients, _other(seed), **source))


def resampled_before_the_split(strength, patients, seed, right=False):
    """The rare outcome drawn again and again before the split. Strength: 1 makes both outcomes equally frequent.

    Right: the split comes first, and only train is drawn from again.
    """
    rng = _split_rng(seed)
    stays, fresh = (draw_stays(patients, one, **QUIET) for one in (seed, _other(seed)))
    is_test = _rows(stays, rng)
    pool = np.flatnonzero(~is_test) if right else np.arange(len(is_test))
    rare = pool[stays[OUTCOME][pool] == 1]
    again = rng.choice(rare, round(strength * max(0, len(pool) - 2 * len(rare))))
    stays = {name: np.concatenate([values, values[again]]) for name, values in stays.items()}
    is_test = np.concatenate([is_test, np.zeros(len(again), bool)]) if right else _rows(stays, rng)
    return _trial(stays, is_test, fresh)


LEAKS = {
    "copies": copies_across,
    "future": future_for_past,
    "afterwards": known_afterwards,
    "scaler": scaler_on_everything,
    "selection": selection_on_everything,
    "person": one_person_on_both_sides,
    "resampling": resampled_before_the_split,
}
USUAL_MODEL = {"scaler": "nearest neighbors", "selection": "logistic regression"}  # for the others, trees


def measure(leak, strength=1.0, model=None, patients=150, repetitions=10, right=False):
    """The reported and the fresh scores of one leak, each repetition with other people.

    leak: a key of LEAKS; strength: 0 to 1; model: one of MODELS, by default trees, but nearest neighbors for
    the scaler (trees do not see a scale) and a logistic regression for the selection; right: with the remedy in the
    place of the leak.
    """
    return _measured(leak, float(strength), model or USUAL_MODEL.get(leak, "trees"), patients, repetitions, bool(right))


def score(trial, model="trees", seed=0):
    """Train on a trial's train set; the areas under the ROC curve on its test set and on its fresh set."""
    from sklearn import config_context

    # The tables are small, so that checking them would take as long as learning from them.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        fitted = _model(model, seed, trial.scaled).fit(*trial.train)
        pairs = [(labels, fitted.predict_proba(features)[:, 1]) for features, labels in (trial.test, trial.fresh)]
    return [area_under_curve(labels, chances) for labels, chances in pairs]


def area_under_curve(labels, chances):
    """Area under the ROC curve, from the ranks (Hanley and McNeil 1982): labels 0 or 1 and chances, (n,) each.

    scikit-learn's `roc_auc_score` gives the same, but takes longer than the tree whose score it is.
    """
    from scipy.stats import rankdata

    positive = labels == 1
    many = positive.sum()
    return float((rankdata(chances)[positive].sum() - many * (many + 1) / 2) / (many * (~positive).sum()))


@cache
def _measured(leak, strength, model, patients, repetitions, right):
    with _thread_pools().limit(limits=1):  # for tables as small as these, threads cost more than they bring
        trials = [LEAKS[leak](strength, patients, seed, right) for seed in range(repetitions)]
        reported, fresh = np.array([score(trial, model, seed) for seed, trial in enumerate(trials)]).T
    return Scores(leak, reported, fresh)


@cache
def _thread_pools():
    """Looking for them takes as long as several repetitions."""
    from sklearn import ensemble, linear_model, neighbors, tree  # noqa: F401 - they bring some
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _model(name, seed, scaled):
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    if name == "random forest":  # with the leaves of five rows that many people ask for
        return RandomForestClassifier(30, min_samples_leaf=5, random_state=seed)
    if name == "one tree":
        return DecisionTreeClassifier(random_state=seed)
    if name == "trees":  # they do not care about scales
        return ExtraTreesClassifier(30, max_features=0.5, random_state=seed)
    model = KNeighborsClassifier(5, weights="distance") if name == "nearest neighbors" else LogisticRegression()
    return model if scaled else make_pipeline(StandardScaler(), model)


def _trial(stays, is_test, fresh, extra=()):
    features, labels = numbers(stays, extra), stays[OUTCOME]
    return Trial(
        (features[~is_test], labels[~is_test]),
        (features[is_test], labels[is_test]),
        (numbers(fresh, extra), fresh[OUTCOME]),
    )


def _rows(stays, rng):
    """A random split of the rows: a mask of the test rows."""
    return rng.random(len(stays["day"])) < TEST_SHARE


def _groups(groups, rng):
    """A random split of the groups: a mask of the rows whose group is in test."""
    names = np.unique(groups)
    return np.isin(groups, names[rng.random(len(names)) < TEST_SHARE])


def monthly_rates(patients=600, town=0, days=DAYS):
    """Share of the stays of each month of 30 days that end in intensive care, in a town with waves of illness."""
    stays = draw_stays(patients, 0, individuality=0.0, waves=1.0, town=town)
    month = stays["day"] * 24 // days
    return np.bincount(month, stays[OUTCOME]) / np.bincount(month)


def sides(leak, rows=24, seed=4):
    """A small table that shows a leak and its remedy: {how it is split: (groups (rows,), mask of the test rows)}.

    What belongs together has one group: both entries of a stay ("copies"), a patient ("person"), a month ("future").
    """
    rng = np.random.default_rng(seed)
    together = {"copies": 2, "person": 4, "future": 3}[leak]
    groups = np.arange(rows) // together
    test = round(TEST_SHARE * rows / together) * together
    at_random = np.zeros(rows, bool)
    at_random[rng.permutation(rows)[:test]] = True
    if leak == "future":
        return {"rows at random": (groups, at_random), "cut by time": (groups, np.arange(rows) >= rows - test)}
    whole = np.isin(groups, rng.permutation(groups.max() + 1)[: test // together])
    return {"rows at random": (groups, at_random), "groups at random": (groups, whole)}


def _split_rng(seed):
    return np.random.default_rng([seed, 1])


def _other(seed):
    """The seed of fresh people."""
    return 10_000 + seed
