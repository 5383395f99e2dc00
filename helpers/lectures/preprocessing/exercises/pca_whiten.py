"""`pca_whiten`: decorrelated, unit variance, along the principal axes. The oracle goes through the singular values.

An axis may point either way, so every column is compared up to its sign.
"""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake
from helpers.judging.signs import UpToSigns, mistake_up_to_signs

from .common import INTO_WHOLE_NUMBERS, LECTURE, correlated, with_constant

DDOF = (
    "The covariance was divided by n - 1, as `np.cov` does by default. Here it is divided by n: `bias=True`, or the "
    "product by hand."
)
NOT_DIVIDED = (
    "The variances were not divided by n, so the result is sqrt(n) times too small. The sum of squares, and the "
    "squared singular values of the table, still have to be divided by n."
)
ROOT_OF_SINGULAR_VALUES = (
    "The singular values of the *table* were used like variances. The variances are their squares, divided by n; or "
    "decompose the covariance in place of the table."
)
LEFT_SINGULAR_VECTORS = (
    "The singular values of the table were left out, and with them n and epsilon: the result is about sqrt(n) times "
    "too small. The variance along an axis is its squared singular value, divided by n."
)
NO_EPSILON = (
    "Epsilon is missing. A direction without any variance divides 0 by 0, and one with hardly any makes its noise as "
    "large as the rest: add epsilon to the variances."
)
EPSILON_FIXED = "The argument `epsilon` is not used: the result is the one for 1e-5, whatever is asked for."
EPSILON_OUTSIDE = "Epsilon was added after the root. It belongs inside: the root of (variance + epsilon)."
BY_THE_VARIANCE = "You divided by the variances. Divide by their roots, the standard deviations along the axes."
ONLY_STANDARDIZED = (
    "This is the table standardized column by column. Its variances are 1, but its columns are as correlated as before."
)
AXES_FROM_ROWS = (
    "The axes were read from the rows of the matrix. `np.linalg.eigh` puts the eigenvectors into its *columns*: "
    "multiply by the matrix, not by its transpose."
)
IN_PLACE = (
    "The values are right, but the mean was subtracted in the caller's array: `-=` works in place. Write "
    "`features - mean` into a new one."
)


def oracle(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    centered = features - features.mean(axis=0)
    _, singular, axes = np.linalg.svd(centered, full_matrices=False)
    return centered @ axes.T / np.sqrt(singular**2 / len(features) + epsilon)


def spectrum(features, epsilon):
    """The centered table, its axes as columns by falling variance, and what its components are divided by."""
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(features))
    return centered, axes[:, ::-1], np.sqrt(variances[::-1] + epsilon)


def values(rng):
    return [
        call(np.array([[3.0, 1.0], [-3.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])),
        call(correlated(rng, 6, 2)),
        call(correlated(rng, 8, 3)),
        call(correlated(rng, 30, 4)),
    ]


def epsilons(rng):
    return [
        call(np.array([[2.0, 1.0], [0.0, 1.0], [1.0, 3.0], [5.0, 3.0]]), epsilon=1.0),
        call(correlated(rng, 6, 2), epsilon=0.5),
        call(correlated(rng, 9, 3), epsilon=0.1),
        call(0.003 * correlated(rng, 8, 3)),
    ]


def edge_cases(rng):
    return [
        call(np.array([[0.0, 5.0, 2.0], [4.0, 5.0, 0.0], [2.0, 5.0, 1.0], [6.0, 5.0, 7.0]]), epsilon=0.01),
        call(with_constant(correlated(rng, 7, 3), 1), epsilon=0.01),
        call(np.array([[1, 2], [5, 3], [2, 9], [0, 0]])),
        call(np.round(9 * correlated(rng, 7, 2)).astype(int)),
        # With a larger epsilon, because some right formulas lose the digits that single precision lacks.
        call(correlated(rng, 12, 3).astype(np.float32), epsilon=0.1),
    ]


@mistake_up_to_signs(DDOF)
def with_n_minus_one(features, epsilon=1e-5):
    n = len(features)
    centered, axes, divisors = spectrum(features, epsilon * (n - 1) / n)
    return centered @ axes / (divisors * np.sqrt(n / (n - 1)))


@mistake_up_to_signs(NOT_DIVIDED)
def not_divided_by_n(features, epsilon=1e-5):
    n = len(features)
    centered, axes, divisors = spectrum(features, epsilon / n)
    return centered @ axes / (divisors * np.sqrt(n))


@mistake_up_to_signs(ROOT_OF_SINGULAR_VALUES)
def root_of_singular_values(features, epsilon=1e-5):
    _, singular, axes = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    return (features - features.mean(axis=0)) @ axes.T / np.sqrt(singular + epsilon)


@mistake_up_to_signs(LEFT_SINGULAR_VECTORS)
def left_singular_vectors(features, epsilon=1e-5):
    return np.linalg.svd(features - features.mean(axis=0), full_matrices=False)[0]


@mistake_up_to_signs(
    "`PCA(whiten=True)` divides the variances by n - 1 and has no epsilon. Take its components without whitening, and "
    "divide them yourself."
)
def whitened_by_scikit_learn(features, epsilon=1e-5):
    from sklearn.decomposition import PCA

    return PCA(whiten=True).fit_transform(features)


@mistake_up_to_signs(
    "The components come with rising variance: `np.linalg.eigh` gives the smallest first. Reverse the order of axes "
    "and variances alike."
)
def rising_order(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ axes[:, ::-1] / divisors[::-1]


@mistake_up_to_signs(
    "`np.linalg.eig` gives the variances in no particular order, and they were not sorted. Sort axes and variances, or "
    "use `np.linalg.eigh`, which gives them in rising order."
)
def not_sorted(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eig(centered.T @ centered / len(features))
    return centered @ axes / np.sqrt(variances + epsilon)


@mistake_up_to_signs(
    "The axes were put into falling order, but the variances were not: every component is divided by the standard "
    "deviation of another one."
)
def half_reordered(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ axes / divisors[::-1]


@mistake_up_to_signs(AXES_FROM_ROWS)
def axes_in_rows(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ axes.T / divisors


@mistake_up_to_signs(
    "The axes were used the wrong way round. `np.linalg.svd` of the table returns them as the *rows* of its third "
    "result: multiply by the transpose of it."
)
def axes_of_the_svd_in_columns(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    _, singular, axes = np.linalg.svd(centered, full_matrices=False)
    return centered @ axes / np.sqrt(singular**2 / len(features) + epsilon)


@mistake_up_to_signs(
    "The columns were standardized first. These are the components of the correlation matrix; the docstring asks for "
    "those of the covariance, so only subtract the mean."
)
def of_the_correlation(features, epsilon=1e-5):
    std = features.std(axis=0)
    centered, axes, divisors = spectrum((features - features.mean(axis=0)) / np.where(std == 0, 1, std), epsilon)
    return centered @ axes / divisors


@mistake_up_to_signs(
    "The table was turned onto its axes, but not divided by the standard deviations: that is PCA, not yet white."
)
def only_rotated(features, epsilon=1e-5):
    centered, axes, _ = spectrum(features, epsilon)
    return centered @ axes


@mistake_up_to_signs(
    "The result was turned back at the end: that is ZCA whitening. It is just as white; here the components themselves "
    "are asked for."
)
def zca_instead(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ (axes / divisors) @ axes.T


@mistake_up_to_signs(
    "The mean was not subtracted, so the first axis points at the cloud instead of along it. Center the columns first."
)
def not_centered(features, epsilon=1e-5):
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


@mistake_up_to_signs(
    "The axes are right, but the table was projected on them without centering. Project the centered table."
)
def projects_the_uncentered(features, epsilon=1e-5):
    _, axes, divisors = spectrum(features, epsilon)
    return features @ axes / divisors


@mistake_up_to_signs(NO_EPSILON)
def without_epsilon(features, epsilon=1e-5):
    with np.errstate(all="ignore"):
        centered, axes, divisors = spectrum(features, 0.0)
        return centered @ axes / divisors


@mistake_up_to_signs(EPSILON_FIXED)
def epsilon_fixed(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, 1e-5)
    return centered @ axes / divisors


@mistake_up_to_signs(EPSILON_OUTSIDE)
def epsilon_outside(features, epsilon=1e-5):
    centered, axes, _ = spectrum(features, epsilon)
    return centered @ axes / ((centered @ axes).std(axis=0) + epsilon)


@mistake_up_to_signs(BY_THE_VARIANCE)
def by_the_variance(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return centered @ axes / divisors**2


@mistake_up_to_signs(ONLY_STANDARDIZED)
def only_standardized(features, epsilon=1e-5):
    return (features - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + epsilon)


@mistake_up_to_signs("The table has one row for each feature: rows and columns are swapped at the end.")
def transposed(features, epsilon=1e-5):
    centered, axes, divisors = spectrum(features, epsilon)
    return (centered @ axes / divisors).T


@mistake(IN_PLACE)
def in_place(features, epsilon=1e-5):
    features = np.asarray(features, dtype=float)
    features -= features.mean(axis=0)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


@mistake(IN_PLACE + INTO_WHOLE_NUMBERS)
def in_place_as_given(features, epsilon=1e-5):
    features -= features.mean(axis=0)
    variances, axes = np.linalg.eigh(features.T @ features / len(features))
    return features @ axes[:, ::-1] / np.sqrt(variances[::-1] + epsilon)


@mistake_up_to_signs(AXES_FROM_ROWS)
def axes_from_rows_turned_afterwards(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(centered))
    return (centered @ axes.T / np.sqrt(variances + epsilon))[:, ::-1]


def by_svd(features, epsilon=1e-5):
    """The singular value decomposition of the table needs no covariance, and small variances come out more exactly."""
    centered = features - features.mean(axis=0)
    left, singular, _ = np.linalg.svd(centered, full_matrices=False)
    return left * (singular / np.sqrt(singular**2 / len(features) + epsilon))


def by_svd_of_the_covariance(features, epsilon=1e-5):
    """The SVD of the covariance gives the same axes as `eigh`, already by falling variance."""
    centered = features - features.mean(axis=0)
    axes, variances, _ = np.linalg.svd(centered.T @ centered / len(features))
    return centered @ axes / np.sqrt(variances + epsilon)


def by_eigh_and_argsort(features, epsilon=1e-5):
    features = np.array(features, dtype=float)
    centered = features - features.mean(axis=0)
    covariance = np.einsum("ni,nj->ij", centered, centered) / centered.shape[0]
    variances, axes = np.linalg.eigh(covariance)
    falling = np.argsort(-variances)
    return np.dot(centered, axes[:, falling]) / np.sqrt(variances[falling] + epsilon)


def by_eig(features, epsilon=1e-5):
    centered = features - np.mean(features, axis=0)
    variances, axes = np.linalg.eig(np.cov(centered.T, bias=True))
    order = np.argsort(variances.real)[::-1]
    return (centered @ axes.real[:, order]) * (variances.real[order] + epsilon) ** -0.5


def by_scikit_learn(features, epsilon=1e-5):
    from sklearn.decomposition import PCA

    components = PCA(svd_solver="full").fit_transform(features)
    return components / np.sqrt((components**2).mean(axis=0) + epsilon)


def with_flipped_signs(features, epsilon=1e-5):
    centered = np.asarray(features, dtype=float) - np.mean(features, axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(centered))
    axes = axes[:, ::-1] * np.where(axes[0, ::-1] < 0, -1, 1)  # first entry positive: one common rule
    return (centered @ axes / np.sqrt(variances[::-1] + epsilon)).tolist()


def as_tuple_of_rows(features, epsilon=1e-5):
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(features, rowvar=False, ddof=0))
    return tuple((axes.T @ row / np.sqrt(variances + epsilon))[::-1] for row in centered)


def in_single_precision(features, epsilon=1e-5):
    features = features.astype(np.float32)
    centered = features - features.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(features))
    return (centered @ axes / np.sqrt(variances + np.float32(epsilon)))[:, ::-1]


PCA_WHITEN = Exercise(
    name="pca_whiten",
    lecture=LECTURE,
    section="6. Rotate, rescale, rotate back",
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
        not_divided_by_n,
        root_of_singular_values,
        left_singular_vectors,
        whitened_by_scikit_learn,
        rising_order,
        not_sorted,
        half_reordered,
        axes_in_rows,
        axes_of_the_svd_in_columns,
        of_the_correlation,
        only_rotated,
        zca_instead,
        not_centered,
        projects_the_uncentered,
        without_epsilon,
        epsilon_fixed,
        epsilon_outside,
        by_the_variance,
        only_standardized,
        transposed,
        in_place,
        in_place_as_given,
        axes_from_rows_turned_afterwards,
    ),
    spellings=(
        by_svd,
        by_svd_of_the_covariance,
        by_eigh_and_argsort,
        by_eig,
        by_scikit_learn,
        with_flipped_signs,
        as_tuple_of_rows,
        in_single_precision,
    ),
    hints=(
        "Center the table, then compute the covariance: the transposed centered table times itself, divided by n. It "
        "has d rows and d columns.",
        "`np.linalg.eigh` gives the variances in rising order and the axes as columns. What does `[:, ::-1]` do to a "
        "matrix?",
        "The centered table times the axes is PCA. It becomes white when every component is divided by the root of its "
        "variance plus epsilon.",
    ),
    equivalent_mutants={
        "line 1: `features - features.mean(axis=0)` → `features.mean(axis=0) - features`": (
            "It turns every sign, and the sign of each column is free."
        )
    },
)
