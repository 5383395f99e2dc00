"""`linear_probe`: ridge regression of one-hot labels. The oracle is scikit-learn's Ridge, without an intercept."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import LECTURE


def oracle(features, labels, n_classes, ridge=1.0):
    x = np.asarray(features, dtype=float)
    hot = (np.asarray(labels)[:, None] == np.arange(n_classes)).astype(float)
    model = Ridge(alpha=ridge, fit_intercept=False, solver="svd").fit(x, hot)
    return np.asarray(model.coef_).reshape(n_classes, x.shape[1]).T.copy()


def features_of(rng, n, d, classes):
    labels = np.concatenate([rng.permutation(classes), rng.integers(0, classes, n)])[:n]
    return rng.normal(0.3, 1, (n, d)), labels, classes


def values(rng):
    return [
        call(np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]), np.array([0, 1, 1]), 2),
        call(*features_of(rng, 8, 3, 2)),
        call(*features_of(rng, 20, 4, 3)),
        call(*features_of(rng, 15, 6, 5)),
    ]


def other_ridges(rng):
    return [
        call(*features_of(rng, 10, 3, 3), 0.1),
        call(*features_of(rng, 12, 4, 2), ridge=25.0),
        call(*features_of(rng, 12, 4, 2), 4),
    ]


def edge_cases(rng):
    x, labels, classes = features_of(rng, 9, 3, 2)
    return [
        call(*features_of(rng, 3, 6, 3)),  # more features than samples
        call(x, labels, classes + 2),  # classes that do not occur
        call(rng.integers(-2, 3, (6, 2)), rng.integers(0, 3, 6), 3),
        call(x.astype(np.float32), labels, classes),
    ]


def parts_of(features, labels, n_classes):
    x = np.asarray(features, dtype=float)
    return x, np.eye(n_classes)[labels]


@mistake("The ridge is missing: ridge times the identity is added to X'X before the system is solved.")
def without_ridge(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.lstsq(x, y, rcond=None)[0]


@mistake("The ridge is fixed at 1. Use the argument `ridge`.")
def fixed_ridge(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y)


@mistake("The weights are transposed: a row for each feature, a column for each class.")
def transposed(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y).T


@mistake("There is an intercept here (a column of ones, or centered data). The docstring asks for none.")
def with_an_intercept(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)


@mistake("The targets are -1 and 1. Take one-hot rows of 0 and 1.")
def minus_one(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ (2 * y - 1))


@mistake("The ridge was multiplied by the number of samples. Add ridge times the identity, as the formula says.")
def ridge_times_samples(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.solve(x.T @ x + len(x) * ridge * np.eye(x.shape[1]), x.T @ y)


@mistake("The square of the ridge was added. The formula has ridge times the identity.")
def ridge_squared(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.solve(x.T @ x + ridge**2 * np.eye(x.shape[1]), x.T @ y)


@mistake("The ridge was added to every entry of X'X. It belongs on the diagonal: ridge times `np.eye(d)`.")
def ridge_everywhere(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return np.linalg.lstsq(x.T @ x + ridge, x.T @ y, rcond=None)[0]


@mistake("These are the predictions for the given features. Return the weights.")
def predictions(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    return x @ np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)


@mistake("The labels were used as numbers, so there is one column. Each class has a column of its own: one-hot.")
def labels_as_numbers(features, labels, n_classes, ridge=1.0):
    x, _ = parts_of(features, labels, n_classes)
    return np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ labels)


@mistake("Columns of classes that do not occur are missing. The result has `n_classes` columns.")
def only_those_that_occur(features, labels, n_classes, ridge=1.0):
    x, y = parts_of(features, labels, n_classes)
    y = y[:, y.any(axis=0)]
    return np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)


def with_solve(features, labels, n_classes, ridge=1.0):
    """The formula, with a system that is solved instead of a matrix that is inverted."""
    targets = np.eye(n_classes)[labels]
    gram = features.T @ features + ridge * np.eye(features.shape[1])
    return np.linalg.solve(gram, features.T @ targets)


def with_more_rows(features, labels, n_classes, ridge=1.0):
    """Ridge is least squares with d rows more: sqrt(ridge) times the identity, with the target 0."""
    d = features.shape[1]
    x = np.vstack([features, np.sqrt(ridge) * np.eye(d)])
    y = np.vstack([np.eye(n_classes)[labels], np.zeros((d, n_classes))])
    return np.linalg.lstsq(x, y, rcond=None)[0]


def with_inverse(features, labels, n_classes, ridge=1.0):
    x = np.array(features, dtype=float)
    y = (labels[:, None] == np.arange(n_classes)) * 1.0
    return np.linalg.inv(x.T @ x + ridge * np.identity(x.shape[1])) @ (x.T @ y)


def with_svd(features, labels, n_classes, ridge=1.0):
    u, s, vt = np.linalg.svd(np.asarray(features, dtype=float), full_matrices=False)
    y = np.eye(n_classes)[labels]
    return vt.T @ ((s / (s**2 + ridge))[:, None] * (u.T @ y))


def by_the_samples(features, labels, n_classes, ridge=1.0):
    x = np.asarray(features, dtype=float)
    gram = x @ x.T + ridge * np.eye(len(x))
    return (x.T @ np.linalg.solve(gram, np.eye(n_classes)[labels])).tolist()


def column_by_column(features, labels, n_classes, ridge=1.0):
    model = Ridge(alpha=ridge, fit_intercept=False, solver="cholesky")
    columns = [model.fit(np.asarray(features, float), (labels == c).astype(float)).coef_ for c in range(n_classes)]
    return np.column_stack(columns)


LINEAR_PROBE = Exercise(
    name="linear_probe",
    lecture=LECTURE,
    section="6. What has a network learned for another task?",
    minutes=6,
    difficulty=2,
    parts=(
        Part("values", 2, values),
        Part("other ridges", 1, other_ridges),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        without_ridge,
        fixed_ridge,
        transposed,
        with_an_intercept,
        minus_one,
        ridge_times_samples,
        ridge_squared,
        ridge_everywhere,
        predictions,
        labels_as_numbers,
        only_those_that_occur,
    ),
    spellings=(with_solve, with_more_rows, with_inverse, with_svd, by_the_samples, column_by_column),
    equivalent_mutants={
        "line 2: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "`np.eye(n_classes)[labels]` makes one-hot rows.",
        "Solve (X'X + ridge I) W = X'Y for W with `np.linalg.solve`. I has as many rows as there are features.",
    ),
    choices=by_default("ridge=1.0", "0.5", "2.0", "10.0", code={"fixed at 1.": "fixed at {}."}),
)
