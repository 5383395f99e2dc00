"""`mixup`: a sample and its partner, mixed. The oracle goes sample by sample."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, SAMPLES


def oracle(features, targets, shares, partners):
    x, y = np.asarray(features, dtype=float), np.asarray(targets, dtype=float)
    pairs = [(float(share), int(j)) for share, j in zip(shares, partners, strict=True)]
    return tuple(np.array([share * a[i] + (1 - share) * a[j] for i, (share, j) in enumerate(pairs)]) for a in (x, y))


def one_hot(rng, n, classes):
    """One-hot targets; with more samples than classes, each class occurs."""
    labels = np.concatenate([rng.permutation(classes), rng.integers(0, classes, n)])[:n]
    return np.eye(classes)[labels]


def drawn(rng, n, shape, classes):
    # A derangement that is not its own inverse: every sample has another partner.
    partners = np.roll(np.arange(n), int(rng.integers(1, n - 1)) if n > 3 else 1)
    return call(rng.normal(0, 2, (n, *shape)), one_hot(rng, n, classes), rng.uniform(0.55, 0.95, n), partners)


def values(rng):
    small = np.array([[1.0, 2.0], [3.0, 6.0], [5.0, 0.0]]), np.eye(3), np.array([0.75, 0.5, 0.25]), np.array([1, 2, 0])
    return [call(*small), drawn(rng, 5, (3,), 4), drawn(rng, 7, (4,), 3)]


def pictures(rng):
    return [drawn(rng, 4, (3, 2), 3), drawn(rng, 5, (2, 3, 2), 2)]


def edge_cases(rng):
    x, y = rng.integers(0, 17, (4, 3)), np.eye(4)[rng.permutation(4)]
    soft = rng.dirichlet(np.ones(3), 5)
    return [
        call(x, y, np.array([1.0, 0.0, 0.5, 0.25]), np.array([3, 2, 3, 0])),
        call(x, y.astype(int), np.array([0.25, 0.5, 0.75, 0.5]), np.array([0, 0, 3, 1])),  # some with itself
        call(rng.normal(0, 1, (5, 5)), soft, rng.uniform(0.1, 0.4, 5), np.array([4, 4, 0, 1, 1])),
        call(np.array([[2.0, 3.0]]), np.array([[0.0, 1.0]]), np.array([0.5]), np.array([0])),
        call(
            rng.normal(0, 1, (4, 2)).astype(np.float32),
            y.astype(np.float32),
            rng.uniform(0.2, 0.8, 4).astype(np.float32),
            np.array([2, 3, 1, 0]),
        ),
    ]


def column(shares, array):
    return np.reshape(np.asarray(shares, dtype=float), (-1, *[1] * (np.ndim(array) - 1)))


def mixed(array, shares, partners):
    share = column(shares, array)
    return share * array + (1 - share) * np.asarray(array)[partners]


@mistake("The shares are exchanged: `shares` belongs to the sample itself, 1 - shares to its partner.")
def exchanged(features, targets, shares, partners):
    return tuple(mixed(a, 1 - np.asarray(shares, dtype=float), partners) for a in (features, targets))


@mistake("The targets were not mixed. A picture that is half a 3 gets a target that is half a 3.")
def targets_not_mixed(features, targets, shares, partners):
    return mixed(features, shares, partners), np.array(targets, dtype=float)


@mistake("The features were not mixed, only the targets.")
def features_not_mixed(features, targets, shares, partners):
    return np.array(features, dtype=float), mixed(targets, shares, partners)


@mistake("All samples got the share of the first one. Each has its own.")
def first_share(features, targets, shares, partners):
    return tuple(mixed(a, np.full(len(shares), float(shares[0])), partners) for a in (features, targets))


@mistake("All samples got the mean share. Each has its own.")
def mean_share(features, targets, shares, partners):
    return tuple(mixed(a, np.full(len(shares), np.mean(shares, dtype=float)), partners) for a in (features, targets))


@mistake("The partner's share is missing: it is 1 - share, so that both add up to 1.")
def without_the_partner(features, targets, shares, partners):
    return tuple(column(shares, a) * np.asarray(a) for a in (features, targets))


@mistake("The partner was added as a whole. Its share is 1 - share.")
def partner_whole(features, targets, shares, partners):
    return tuple(column(shares, a) * np.asarray(a) + np.asarray(a)[partners] for a in (features, targets))


@mistake("Targets became those of the larger share. Mix them like the features.")
def larger_share(features, targets, shares, partners):
    own = column(shares, targets) >= 0.5
    return mixed(features, shares, partners), np.where(own, targets, np.asarray(targets)[partners]).astype(float)


@mistake("Partners were mixed already when their turn came. Mix with the samples as they were given.")
def mixed_with_the_mixed(features, targets, shares, partners):
    found = []
    for given in (features, targets):
        a = np.array(given, dtype=float)
        for i, (share, j) in enumerate(zip(shares, partners, strict=True)):
            a[i] = share * a[i] + (1 - share) * a[j]
        found.append(a)
    return tuple(found)


@mistake("The partner is the next sample here. It is given by `partners`.")
def next_sample(features, targets, shares, partners):
    return tuple(mixed(a, shares, np.roll(np.arange(len(shares)), 1)) for a in (features, targets))


@mistake("The share of the partner was taken, not that of the sample itself.")
def share_of_the_partner(features, targets, shares, partners):
    return tuple(mixed(a, np.asarray(shares)[partners], partners) for a in (features, targets))


@mistake("The mixed samples were added to the given ones. Return the mixed ones only.")
def appended(features, targets, shares, partners):
    return tuple(np.concatenate([a, mixed(a, shares, partners)]) for a in (features, targets))


def with_reshape(features, targets, shares, partners):
    """The shares get as many axes as the features, so that each one meets its sample."""
    share = shares.reshape(-1, *[1] * (features.ndim - 1))
    x = share * features + (1 - share) * features[partners]
    y = shares[:, None] * targets + (1 - shares[:, None]) * targets[partners]
    return x, y


def from_the_partner(features, targets, shares, partners):
    """From the partner, a part of the way to the sample itself; the axes are turned so that shares stand last."""
    return tuple((a[partners].T + shares * (a.T - a[partners].T)).T for a in (features, targets))


def with_a_loop(features, targets, shares, partners):
    x = [s * features[i] + (1 - s) * features[j] for i, (s, j) in enumerate(zip(shares, partners, strict=True))]
    y = [s * targets[i] + (1 - s) * targets[j] for i, (s, j) in enumerate(zip(shares, partners, strict=True))]
    return np.array(x), np.array(y)


def with_einsum(features, targets, shares, partners):
    return [
        np.einsum("n,n...->n...", shares, a) + np.einsum("n,n...->n...", 1 - shares, a[partners])
        for a in (features, targets)
    ]


def with_a_matrix(features, targets, shares, partners):
    n = len(shares)
    mix = np.diag(np.asarray(shares, dtype=float))
    np.add.at(mix, (np.arange(n), partners), 1 - np.asarray(shares, dtype=float))
    return (mix @ features.reshape(n, -1)).reshape(features.shape), mix @ targets


MIXUP = Exercise(
    name="mixup",
    lecture=LECTURE,
    section=SAMPLES,
    minutes=6,
    difficulty=2,
    parts=(Part("values", 2, values), Part("pictures", 1, pictures), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        exchanged,
        targets_not_mixed,
        features_not_mixed,
        first_share,
        mean_share,
        without_the_partner,
        partner_whole,
        larger_share,
        mixed_with_the_mixed,
        next_sample,
        share_of_the_partner,
        appended,
    ),
    spellings=(with_reshape, from_the_partner, with_a_loop, with_einsum, with_a_matrix),
    hints=(
        "`features[partners]` holds the partner of every sample, in the same order as the samples.",
        "`shares` has one axis, features may have several: `shares.reshape(-1, 1, 1)` meets pictures of two axes.",
    ),
)
