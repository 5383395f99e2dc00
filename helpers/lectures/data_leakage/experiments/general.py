"""What lecture 02 says in general, a number for each seed: the experiments behind its claims."""

from functools import cache

import numpy as np

from helpers.datasets import digit_sheets

from .leakage import LEAKS, USUAL_MODEL, score, selection_on_everything


@cache
def both_scores(leak, seed, model=None, patients=150, right=False):
    """Reported and fresh score of one repetition."""
    trial = LEAKS[leak](1.0, patients, seed, right)
    return score(trial, model or USUAL_MODEL.get(leak, "trees"), seed)


def optimism_of(seed, leak, **setting):
    """Reported minus fresh, in points of a hundredth."""
    reported, fresh = both_scores(leak, seed, **setting)
    return 100 * (reported - fresh)


def change_of(seed, leak, which, **setting):
    """With the leak minus done right, of the reported (0) or the fresh (1) score, in points."""
    return 100 * (both_scores(leak, seed, **setting)[which] - both_scores(leak, seed, right=True, **setting)[which])


def best_report_is_a_leak(seed, **setting):
    """The best report of the leaks minus the best of their remedies, in points."""
    leaks = ("copies", "person", "afterwards", "resampling")
    best = [max(both_scores(leak, seed, right=right, **setting)[0] for leak in leaks) for right in (False, True)]
    return 100 * (best[0] - best[1])


@cache
def selection_optimism(seed, candidates=1000, rows=160, model="logistic regression"):
    """Optimism after ten of `candidates` columns of noise were selected on all rows, in points."""
    reported, fresh = score(selection_on_everything(1.0, 0, seed, candidates=candidates, rows=rows), model)
    return 100 * (reported - fresh)


def spread_of_one_split(seed, patients, model="one tree", repetitions=12):
    """Standard deviation of the optimism of "person" over repetitions, in points."""
    seeds = range(1000 * seed, 1000 * seed + repetitions)
    return float(np.std([optimism_of(one, "person", model=model, patients=patients) for one in seeds]))


def best_of(seed, models=100, rows=100):
    """Share of right answers of the best of many models that guess, averaged over 50 draws."""
    rng = np.random.default_rng(seed)
    right = rng.binomial(rows, 0.5, (50, models)) / rows
    return float(right.max(axis=1).mean())


def noise_outside_and_inside(seed, rows=160, columns=1000):
    """Cross-validated accuracy on noise with the selection before and inside the folds, in percent."""
    from sklearn.feature_selection import SelectKBest
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline

    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(rows, columns)), np.tile([0, 1], rows // 2)
    outside = cross_val_score(LogisticRegression(), SelectKBest(k=10).fit_transform(x, y), y, cv=5)
    inside = cross_val_score(make_pipeline(SelectKBest(k=10), LogisticRegression()), x, y, cv=5)
    return 100 * outside.mean(), 100 * inside.mean()


@cache
def digit_errors(seed, model="3 nearest neighbors", held_out=5):
    """Errors in percent on sheets that nobody used, and as cross-validation of the others estimates them.

    Returns (on new sheets, estimated with random folds, estimated with whole sheets held out).
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import GroupKFold, KFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    makers = {
        "3 nearest neighbors": lambda: KNeighborsClassifier(3),
        "1 nearest neighbor": lambda: KNeighborsClassifier(1),
        "linear classifier": lambda: RidgeClassifier(1.0),
    }
    pixels, labels, sheets = digit_sheets()
    new = np.isin(sheets, np.random.default_rng(seed).permutation(14)[:held_out])
    x, y, groups = pixels[~new], labels[~new], sheets[~new]
    estimates = [
        cross_val_score(makers[model](), x, y, cv=list(folds)).mean()
        for folds in (KFold(9, shuffle=True, random_state=seed).split(x), GroupKFold(9).split(x, groups=groups))
    ]
    truth = makers[model]().fit(x, y).score(pixels[new], labels[new])
    return tuple(100 * (1 - accuracy) for accuracy in (truth, *estimates))
