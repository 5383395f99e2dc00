"""`zca_whiten`: white, and as near to the original as white can be. The oracle is a matrix power from SciPy."""

from __future__ import annotations

import numpy as np

from helpers.exercises.preprocessing.common import LECTURE
from helpers.exercises.preprocessing.pca_whiten import (
    BY_THE_VARIANCE,
    DDOF,
    EPSILON_OUTSIDE,
    NO_EPSILON,
    edge_cases,
    epsilons,
    values,
)
from helpers.judging.exercise import Exercise, Part, mistake


def oracle(features, epsilon=1e-5):
    from scipy.linalg import fractional_matrix_power

    features = np.asarray(features, dtype=float)
    d = features.shape[1]
    covariance = np.cov(features, rowvar=False, bias=True).reshape(d, d)
    return (features - features.mean(axis=0)) @ fractional_matrix_power(covariance + epsilon * np.eye(d), -0.5)


@mistake(
    "The result was not turned back: that is PCA whitening, whose columns are components. ZCA ends with the axes "
    "transposed."
)
def not_turned_back(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes / np.sqrt(variances + epsilon)


@mistake("The cloud was turned and turned back with nothing in between: it is centred, and as correlated as before.")
def nothing_between(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    return features - features.mean(axis=0)


@mistake(
    "The axes and their transpose are swapped. With samples in rows, `centred @ axes` gives the components, and "
    "`@ axes.T` comes last."
)
def axes_swapped(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ (axes.T / np.sqrt(variances + epsilon)) @ axes


@mistake(
    "You *multiplied* by the deviations: the power is +1/2 where it should be -1/2, and the long directions grow "
    "longer."
)
def multiplied(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ (axes * np.sqrt(variances + epsilon)) @ axes.T


@mistake(BY_THE_VARIANCE)
def by_the_variance(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ (axes / (variances + epsilon)) @ axes.T


@mistake(
    "White, but not ZCA: whitening by the Cholesky factor takes the columns one after the other. Only the symmetric "
    "matrix E D^-1/2 E^T stays nearest to the original."
)
def cholesky_whitening(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    covariance = centred.T @ centred / len(features) + epsilon * np.eye(features.shape[1])
    return np.linalg.solve(np.linalg.cholesky(covariance), centred.T).T


@mistake(
    "This is the table standardised column by column. Its variances are 1; its columns are as correlated as before."
)
def only_standardised(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    return (features - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + epsilon)


@mistake(
    "The mean was not taken off before the table was multiplied. The matrix is right; apply it to the centred table."
)
def not_centred(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return features @ (axes / np.sqrt(variances + epsilon)) @ axes.T


@mistake(DDOF)
def with_n_minus_one(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / (len(features) - 1))
    return centred @ (axes / np.sqrt(variances + epsilon)) @ axes.T


@mistake(NO_EPSILON)
def without_epsilon(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    with np.errstate(all="ignore"):
        return centred @ (axes / np.sqrt(variances)) @ axes.T


@mistake(EPSILON_OUTSIDE)
def epsilon_outside(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ (axes / (np.sqrt(np.maximum(variances, 0)) + epsilon)) @ axes.T


@mistake(
    "The values are right, but the mean was taken off in the caller's array. `-=` works in place; write "
    "`features - mean` into a new one."
)
def in_place(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    features -= features.mean(axis=0)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ (axes / np.sqrt(variances + epsilon)) @ axes.T


def by_the_formula(features, epsilon=1e-5):
    features = np.array(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T.dot(centred) / features.shape[0])
    return centred @ (axes @ np.diag((variances + epsilon) ** -0.5) @ axes.T)


def by_svd(features, epsilon=1e-5):
    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    left, singular, right = np.linalg.svd(centred, full_matrices=False)
    return left * (singular / np.sqrt(singular**2 / len(centred) + epsilon)) @ right


def by_svd_of_the_covariance(features, epsilon=1e-5):
    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    left, variances, right = np.linalg.svd(centred.T @ centred / len(centred))
    return (centred @ left / np.sqrt(variances + epsilon) @ right).tolist()


def by_matrix_root(features, epsilon=1e-5):
    from scipy.linalg import inv, sqrtm

    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    d = centred.shape[1]
    return centred @ inv(sqrtm(centred.T @ centred / len(centred) + epsilon * np.identity(d))).real


def sample_by_sample(features, epsilon=1e-5):
    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    covariance = sum(np.outer(row, row) for row in centred) / len(centred)
    variances, axes = np.linalg.eigh(covariance)
    matrix = sum(np.outer(axis, axis) / np.sqrt(v + epsilon) for v, axis in zip(variances, axes.T, strict=True))
    return np.array([matrix @ row for row in centred])


ZCA_WHITEN = Exercise(
    name="zca_whiten",
    lecture=LECTURE,
    section="5. Turn, stretch, turn back",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 3, values), Part("epsilon", 1, epsilons), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        not_turned_back,
        nothing_between,
        axes_swapped,
        multiplied,
        by_the_variance,
        cholesky_whitening,
        only_standardised,
        not_centred,
        with_n_minus_one,
        without_epsilon,
        epsilon_outside,
        in_place,
    ),
    spellings=(by_the_formula, by_svd, by_svd_of_the_covariance, by_matrix_root, sample_by_sample),
    hints=(
        "It is `pca_whiten` with one more matrix at the end. Which matrix turns components back into columns?",
        "The inverse of a rotation is its transpose. The order of the components no longer matters, for it is undone.",
    ),
)
