"""Lecture 09: what its engine, its experiments and its explorer promise."""

from itertools import product

import numpy as np
import pytest

from helpers.lectures.regularization import experiments
from helpers.lectures.regularization.explorer import CurveExplorer

REMEDIES = [
    {"l2": 0.01},
    {"l1": 0.002},
    {"dropout": 0.5},
    {"limit": 0.5},
    {"smoothing": 0.2},
    {"mixup": 0.5},
    {"shift": 0.5},
    {"fog": 0.5},
    {"wrong_labels": 0.5},
]


def trained(*runs):
    return experiments.train_many(runs, samples=40, epochs=3, hidden=8, dtype=float)


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: next(iter(remedy)))
def test_a_remedy_changes_its_own_run_and_none_beside_it(remedy):
    plain, treated = experiments.Run(3), experiments.Run(3, **remedy)
    alone, together = trained(plain), trained(plain, treated)
    first = together.layers[0][0]
    if "dropout" in remedy or "shift" in remedy or "fog" in remedy or "mixup" in remedy:
        alone = trained(plain, experiments.Run(5, **remedy))  # all runs draw what one of them needs
    np.testing.assert_allclose(first[0], alone.layers[0][0][0], rtol=1e-9)
    assert not np.allclose(first[0], first[1])


def test_l1_and_max_norm_keep_what_they_promise():
    found = trained(experiments.Run(0, l1=0.02), experiments.Run(0, limit=0.5)).layers[0][0]
    assert np.mean(found[0] == 0) > 0.1
    assert np.linalg.norm(found[1], axis=0).max() <= 0.5 + 1e-9


def test_dropout_trains_with_the_gradient_of_the_thinned_network():
    """With a rate so small that nothing is dropped, dropout changes nothing."""
    plain = trained(experiments.Run(1), experiments.Run(2, dropout=0.5)).layers[0][0][0]
    never = trained(experiments.Run(1, dropout=1e-12), experiments.Run(2, dropout=0.5)).layers[0][0][0]
    np.testing.assert_allclose(plain, never, rtol=1e-6)


def test_mean_scores_of_all_thinned_networks_are_those_of_the_whole_one():
    networks, shares, whole = experiments.all_networks(hidden=6, rate=0.3, epochs=5)
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(experiments.means_of(networks, shares)[1], whole, atol=1e-12)


def test_stopping_keeps_the_best_epoch_before_the_stop():
    assert experiments.stopped([3, 2, 4, 4, 1], patience=2) == 1
    assert experiments.stopped([3, 2, 4, 4, 1], patience=3 + 1) == 4


def test_dropout_of_a_linear_model_is_the_penalty_that_averages_over_masks():
    rng = np.random.default_rng(0)
    found = experiments.path("dropout", 20, 0.3, 0)
    level = 10
    phi, w, rate = experiments._bumps(found.x), found.weights[level], found.strengths[level]
    masks = (rng.random((20_000, len(w))) >= rate) / (1 - rate)
    sampled = np.mean(np.sum((phi @ (masks * w).T - found.y[:, None]) ** 2, axis=0))
    exact = np.sum((phi @ w - found.y) ** 2) + rate / (1 - rate) * np.sum(phi**2 @ w**2)
    assert sampled == pytest.approx(exact, rel=0.05)


@pytest.mark.parametrize("remedy", experiments.CURVE_REMEDIES)
def test_a_stronger_remedy_fits_the_points_less(remedy):
    train = experiments.path(remedy, 20, 0.3, 1).train
    assert np.all(np.diff(train) > -1e-2)
    assert train[-1] > 2 * train[0]


def test_the_explorer_draws_and_describes_its_extremes():
    explorer = CurveExplorer()
    assert len(explorer.controls) <= 5
    ends = product(experiments.CURVE_REMEDIES, (0, 20), (8, 60), (0.0, 0.6))
    for remedy, strength, points, noise in ends:
        words = explorer.draw(remedy=remedy, strength=strength, points=points, noise=noise, seed=0)
        assert remedy in words
        assert "nan" not in words
