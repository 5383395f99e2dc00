"""`pca_whiten`: decorrelated, unit variance, along the principal axes. The oracle goes through the singular values.

An axis may point either way, so every column is compared up to its sign.
"""

from __future__ import annotations

import numpy as np

from helpers.exercises.preprocessing.common import LECTURE, correlated, with_constant
from helpers.judging.exercise import Exercise, Part, call, mistake
from helpers.judging.signs import UpToSigns, mistake_up_to_signs

NOT_CENTRED = (
    "The mean was not taken off, so the first axis points at the cloud instead of along it. Centre the columns first."
)
DDOF = (
    "The covariance was divided by n - 1, as `np.cov` does by default. Here it is divided by n: `bias=True`, or the "
    "product by hand."
)
NO_EPSILON = (
    "Epsilon is missing. A direction without any variance divides 0 by 0, and one with hardly any blows up its noise: "
    "add epsilon to the variances."
)
EPSILON_OUTSIDE = "Epsilon was added after the root. It belongs inside: the root of (variance + epsilon)."
BY_THE_VARIANCE = "You divided by the variances themselves. Divide by their roots, the deviations along the axes."


def oracle(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    return centred @ axes.T / np.sqrt(singular**2 / len(features) + epsilon)


def values(rng):
    return [
        call(np.array([[3.0, 1.0], [-3.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])),
        call(correlated(rng, 6, 2)),
        call(correlated(rng, 8, 3)),
        call(correlated(rng, 30, 4)),
    ]


def epsilons(rng):
    return [
        call(correlated(rng, 6, 2), epsilon=0.5),
        call(correlated(rng, 9, 3), epsilon=0.1),
        call(0.003 * correlated(rng, 8, 2)),
    ]


def edge_cases(rng):
    return [
        call([[1.0, -2.0], [4.0, 0.5], [2.0, 7.0]]),
        call(with_constant(correlated(rng, 7, 3), 1)),
        call(correlated(rng, 5, 1)),
        call(np.array([[1, 2], [5, 3], [2, 9], [0, 0]])),
        call(correlated(rng, 12, 2).astype(np.float32)),
    ]


@mistake_up_to_signs(DDOF)
def with_n_minus_one(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / (len(features) - 1))
    return centred @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


@mistake_up_to_signs(
    "The components come with rising variance: `np.linalg.eigh` gives the smallest first. Turn the order round, "
    "axes and variances alike."
)
def rising_order(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes / np.sqrt(variances + epsilon)


@mistake_up_to_signs(
    "The axes were put into falling order, but the variances were not: every component is divided by the deviation of "
    "another one."
)
def half_reordered(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes[:, ::-1] / np.sqrt(variances + epsilon)


@mistake_up_to_signs(
    "The axes were read from the rows of the matrix. NumPy puts the eigenvectors into its *columns*: multiply by the "
    "matrix, not by its transpose."
)
def axes_in_rows(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes[:, ::-1].T / np.sqrt(variances[::-1] + epsilon)


@mistake_up_to_signs(
    "The cloud was turned onto its axes, but not divided by the deviations: that is PCA, not yet white."
)
def only_rotated(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes[:, ::-1]


@mistake_up_to_signs(
    "The result was turned back at the end: that is ZCA whitening. It is just as white; here the components themselves "
    "are asked for."
)
def zca_instead(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ (axes / np.sqrt(variances + epsilon)) @ axes.T


@mistake_up_to_signs(NOT_CENTRED)
def not_centred(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


@mistake_up_to_signs(
    "The axes are right, but it was the uncentred table that was projected on them. Project the centred one."
)
def projects_the_uncentred(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return features @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


@mistake_up_to_signs(NO_EPSILON)
def without_epsilon(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    with np.errstate(all="ignore"):
        return centred @ axes[:, ::-1] / np.sqrt(variances[::-1])


@mistake_up_to_signs(EPSILON_OUTSIDE)
def epsilon_outside(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes[:, ::-1] / (np.sqrt(np.maximum(variances[::-1], 0)) + epsilon)


@mistake_up_to_signs(BY_THE_VARIANCE)
def by_the_variance(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centred = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features))
    return centred @ axes[:, ::-1] / (variances[::-1] + epsilon)


@mistake_up_to_signs(
    "This is the table standardised column by column. Its variances are 1, but its columns are as correlated as before."
)
def only_standardised(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    return (features - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + epsilon)


@mistake(
    "The values are right, but the mean was taken off in the caller's array. `-=` works in place; write "
    "`features - mean` into a new one."
)
def in_place(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    features -= features.mean(axis=0)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


def by_eigh_and_argsort(features, epsilon=1e-5):
    features = np.array(features, dtype=float)
    centred = features - features.mean(axis=0)
    covariance = np.einsum("ni,nj->ij", centred, centred) / centred.shape[0]
    variances, axes = np.linalg.eigh(covariance)
    falling = np.argsort(-variances)
    return np.dot(centred, axes[:, falling]) / np.sqrt(variances[falling] + epsilon)


def by_eig(features, epsilon=1e-5):
    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    variances, axes = np.linalg.eig(np.cov(centred.T, bias=True).reshape(centred.shape[1], -1))
    order = np.argsort(variances.real)[::-1]
    return (centred @ axes.real[:, order]) * (variances.real[order] + epsilon) ** -0.5


def by_svd_of_the_covariance(features, epsilon=1e-5):
    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    axes, variances, _ = np.linalg.svd(centred.T @ centred / len(centred))
    return -(centred @ axes) / np.sqrt(variances + epsilon)


def by_scikit_learn(features, epsilon=1e-5):
    from sklearn.decomposition import PCA

    features = np.asarray(features, dtype=float)
    components = PCA(svd_solver="full").fit_transform(features)
    return components / np.sqrt((components**2).mean(axis=0) + epsilon)


def by_scipy(features, epsilon=1e-5):
    from scipy.linalg import svd

    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    left, singular, _ = svd(centred, full_matrices=False)
    return left * (singular / np.sqrt(singular**2 / len(centred) + epsilon))


def with_flipped_signs(features, epsilon=1e-5):
    centred = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = axes[:, ::-1] * np.where(axes[0, ::-1] < 0, -1, 1)  # first entry positive: one common rule
    return (centred @ axes / np.sqrt(variances[::-1] + epsilon)).tolist()


PCA_WHITEN = Exercise(
    name="pca_whiten",
    lecture=LECTURE,
    section="5. Turn, stretch, turn back",
    minutes=10,
    difficulty=2,
    parts=(
        Part("values", 3, values, judge=UpToSigns(oracle)),
        Part("epsilon", 1, epsilons, judge=UpToSigns(oracle)),
        Part("edge cases", 1, edge_cases, judge=UpToSigns(oracle)),
    ),
    oracle=oracle,
    mistakes=(
        with_n_minus_one,
        rising_order,
        half_reordered,
        axes_in_rows,
        only_rotated,
        zca_instead,
        not_centred,
        projects_the_uncentred,
        without_epsilon,
        epsilon_outside,
        by_the_variance,
        only_standardised,
        in_place,
    ),
    spellings=(
        by_eigh_and_argsort,
        by_eig,
        by_svd_of_the_covariance,
        by_scikit_learn,
        by_scipy,
        with_flipped_signs,
    ),
    hints=(
        "Centre, then the covariance: the product of the transposed centred table with itself, divided by n. It has "
        "d rows and d columns.",
        "`np.linalg.eigh` gives the variances in rising order and the axes as columns. What does `[:, ::-1]` do to a "
        "matrix?",
        "The centred table times the axes is PCA. White it becomes when every component is divided by the root of its "
        "variance plus epsilon.",
    ),
    equivalent_mutants={
        "line 1: `features - np.mean(features, axis=0)` → `np.mean(features, axis=0) - features`": (
            "It turns every sign, and the sign of each column is free."
        )
    },
)
