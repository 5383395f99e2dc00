"""`zca_whiten`: white, and as near to the original as white can be. The oracle is a matrix power from SciPy."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from helpers.judging.exercise import Exercise, Part, mistake

from .common import INTO_WHOLE_NUMBERS, LECTURE
from .pca_whiten import (
    BY_THE_VARIANCE,
    DDOF,
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    IN_PLACE,
    LEFT_SINGULAR_VECTORS,
    NO_EPSILON,
    NOT_DIVIDED,
    ONLY_STANDARDIZED,
    ROOT_OF_SINGULAR_VALUES,
    edge_cases,
    epsilons,
    spectrum,
    values,
)


def oracle(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    covariance = np.cov(features, rowvar=False, bias=True) + epsilon * np.eye(features.shape[1])
    return (features - features.mean(axis=0)) @ linalg.fractional_matrix_power(covariance, -0.5)


@mistake(
    "The result was not turned back: that is PCA whitening, whose columns are components. ZCA ends with a "
    "multiplication by the transposed axes."
)
def not_turned_back(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(features))
    return centered @ axes / np.sqrt(variances + epsilon)


@mistake(
    "The table was not turned back, but turned once more: the second multiplication uses the axes again. ZCA ends with "
    "the *transposed* axes, `@ axes.T`."
)
def turned_twice(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(features))
    return centered @ axes / np.sqrt(variances + epsilon) @ axes


@mistake("The table was turned and turned back with nothing in between: it is centered, and as correlated as before.")
def nothing_between(features, epsilon=1e-5):
    return features - features.mean(axis=0)


@mistake(
    "The axes and their transpose are swapped. With samples in rows, `centered @ axes` gives the components, and "
    "`@ axes.T` comes last."
)
def axes_swapped(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ (axes[:, ::-1].T / divisors[::-1]) @ axes[:, ::-1]


@mistake(
    "You *multiplied* by the standard deviations: the power is +1/2 where it should be -1/2, and the long directions "
    "grow longer."
)
def multiplied(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ (axes * divisors) @ axes.T


@mistake(BY_THE_VARIANCE)
def by_the_variance(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ (axes / divisors**2) @ axes.T


@mistake(NOT_DIVIDED)
def not_divided_by_n(features, epsilon=1e-5):
    n = len(features)
    centered, axes, divisors = spectrum(features, epsilon / n)
    return centered @ (axes / (divisors * np.sqrt(n))) @ axes.T


@mistake(ROOT_OF_SINGULAR_VALUES)
def root_of_singular_values(features, epsilon=1e-5):
    left, singular, right = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    return left * (singular / np.sqrt(singular + epsilon)) @ right


@mistake(LEFT_SINGULAR_VECTORS)
def without_singular_values(features, epsilon=1e-5):
    left, _, right = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    return left @ right


@mistake(
    "`np.sqrt` took the root of every single number of the covariance. The root of a matrix is another thing: "
    "`scipy.linalg.sqrtm`, or the roots of its eigenvalues."
)
def root_of_every_number(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    covariance = centered.T @ centered / len(features) + epsilon * np.eye(features.shape[1])
    with np.errstate(all="ignore"):
        return centered @ np.linalg.inv(np.sqrt(covariance))


@mistake(
    "White, but not ZCA: whitening by the Cholesky factor takes the columns one after the other. Only the symmetric "
    "matrix E D^-1/2 E^T stays nearest to the original."
)
def cholesky_whitening(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    covariance = centered.T @ centered / len(features) + epsilon * np.eye(features.shape[1])
    return np.linalg.solve(np.linalg.cholesky(covariance), centered.T).T


@mistake(ONLY_STANDARDIZED)
def only_standardized(features, epsilon=1e-5):
    return (features - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + epsilon)


@mistake(
    "The mean was not subtracted before the table was multiplied. The matrix is right; apply it to the centered table."
)
def not_centered(features, epsilon=1e-5):
    _, axes, divisors = spectrum(features, epsilon)
    return features @ (axes / divisors) @ axes.T


@mistake("The mean was not subtracted at all: neither the matrix nor the table is that of the centered data.")
def never_centered(features, epsilon=1e-5):
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ (axes / np.sqrt(variances + epsilon)) @ axes.T


@mistake(DDOF)
def with_n_minus_one(features, epsilon=1e-5):
    n = len(features)
    centered, axes, divisors = spectrum(features, epsilon * (n - 1) / n)
    return centered @ (axes / (divisors * np.sqrt(n / (n - 1)))) @ axes.T


@mistake(NO_EPSILON)
def without_epsilon(features, epsilon=1e-5):
    with np.errstate(all="ignore"):
        centered, axes, divisors = spectrum(features, 0.0)
        return centered @ (axes / divisors) @ axes.T


@mistake(EPSILON_FIXED)
def epsilon_fixed(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, 1e-5)
    return centered @ (axes / divisors) @ axes.T


@mistake(EPSILON_OUTSIDE)
def epsilon_outside(features, epsilon=1e-5):
    centered, axes, _ = spectrum(features, epsilon)
    return centered @ (axes / ((centered @ axes).std(axis=0) + epsilon)) @ axes.T


@mistake(IN_PLACE)
def in_place(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    features -= features.mean(axis=0)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ (axes / np.sqrt(variances + epsilon)) @ axes.T


@mistake(IN_PLACE + INTO_WHOLE_NUMBERS)
def in_place_as_given(features, epsilon=1e-5):
    features -= features.mean(axis=0)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ (axes / np.sqrt(variances + epsilon)) @ axes.T


@mistake("The mean was added again at the end. The result stays centered.")
def mean_added_again(features, epsilon=1e-5):
    return oracle(features, epsilon) + features.mean(axis=0)


def by_svd(features, epsilon=1e-5):
    """The SVD of the table holds all three factors: only the singular values change, and no covariance is needed."""
    left, singular, right = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    return left * (singular / np.sqrt(singular**2 / len(features) + epsilon)) @ right


def by_matrix_root(features, epsilon=1e-5):
    """ZCA in one formula: the table times the inverse root of its covariance, for which no axes are needed."""
    centered = features - features.mean(axis=0)
    covariance = centered.T @ centered / len(features)
    return centered @ linalg.inv(linalg.sqrtm(covariance + epsilon * np.eye(features.shape[1])))


def by_the_formula(features, epsilon=1e-5):
    features = np.array(features, dtype=float)
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T.dot(centered) / features.shape[0])
    return centered @ (axes @ np.diag((variances + epsilon) ** -0.5) @ axes.T)


def by_svd_of_the_covariance(features, epsilon=1e-5):
    centered = features - np.mean(features, axis=0)
    left, variances, right = np.linalg.svd(centered.T @ centered / len(centered))
    return (centered @ left / np.sqrt(variances + epsilon) @ right).tolist()


def sample_by_sample(features, epsilon=1e-5):
    centered = features - np.mean(features, axis=0)
    covariance = sum(np.outer(row, row) for row in centered) / len(centered)
    variances, axes = np.linalg.eigh(covariance)
    matrix = sum(np.outer(axis, axis) / np.sqrt(v + epsilon) for v, axis in zip(variances, axes.T, strict=True))
    return tuple(matrix @ row for row in centered)


def in_single_precision(features, epsilon=1e-5):
    centered = (features - features.mean(axis=0)).astype(np.float32)
    variances, axes = np.linalg.eigh(centered.T @ centered / np.float32(len(features)))
    return centered @ (axes / np.sqrt(variances + np.float32(epsilon))) @ axes.T


ZCA_WHITEN = Exercise(
    name="zca_whiten",
    lecture=LECTURE,
    section="6. Rotate, rescale, rotate back",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 3, values), Part("epsilon", 1, epsilons), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        not_turned_back,
        turned_twice,
        nothing_between,
        axes_swapped,
        multiplied,
        by_the_variance,
        not_divided_by_n,
        root_of_singular_values,
        without_singular_values,
        root_of_every_number,
        cholesky_whitening,
        only_standardized,
        not_centered,
        never_centered,
        with_n_minus_one,
        without_epsilon,
        epsilon_fixed,
        epsilon_outside,
        in_place,
        in_place_as_given,
        mean_added_again,
    ),
    spellings=(
        by_svd,
        by_matrix_root,
        by_the_formula,
        by_svd_of_the_covariance,
        sample_by_sample,
        in_single_precision,
    ),
    hints=(
        "It is `pca_whiten` with one more matrix at the end. Which matrix turns components back into columns?",
        "The inverse of a rotation is its transpose. The order of the components no longer matters, for it is undone.",
    ),
)
