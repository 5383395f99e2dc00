"""Lecture 12: how hard its table is, what its networks compute, and what its board says."""

import numpy as np
import pytest

from helpers.datasets.radar import COUNTS, IDS, radar
from helpers.lectures.pokemon_radar import experiments
from helpers.lectures.pokemon_radar.exercises import classify, resume_run
from helpers.lectures.pokemon_radar.experiments import Config
from helpers.lectures.pokemon_radar.explorer import RunBoard

QUICK = Config(epochs=2)


def test_the_table_has_the_shape_of_the_deck_s():
    made = radar()
    assert made.features.shape == (1836, 200) == (1836, len(made.names))
    assert [int(np.sum(made.ids == one)) for one in IDS] == list(COUNTS)
    assert len(set(made.names)) == 200
    assert np.isfinite(made.features).all()


def test_a_seed_draws_other_rows_of_a_world_and_always_the_same():
    assert np.array_equal(radar(50, seed=3).features, radar(50, seed=3).features)
    assert not np.array_equal(radar(50, seed=3).features, radar(50, seed=4).features)


def test_the_table_is_as_hard_as_its_card_says():
    raw, scaled = (np.mean([experiments.nearest_neighbor(d, scaled=way) for d in range(3)]) for way in (False, True))
    largest = max(COUNTS) / sum(COUNTS)
    tuned = experiments.accuracies(experiments.PENALTY, range(2)).mean()
    assert abs(raw - largest) < 0.08
    assert scaled > raw + 0.1
    assert tuned > scaled + 0.08


def test_train_validation_and_test_share_no_row_and_every_draw_has_the_same_test_rows():
    test, others = experiments.parts()
    for draw in (0, 5):
        validation, train = experiments.split(draw)
        assert sorted([*test, *validation, *train]) == list(range(1836))
        assert set(validation) | set(train) == set(others)
    assert (len(test), len(validation), len(train)) == (368, 368, 1100)


def test_features_are_standardized_by_the_training_rows():
    data = experiments.data(1)
    moving = data.x_train.std(axis=0) > 0
    assert np.allclose(data.x_train.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(data.x_train.std(axis=0)[moving], 1, atol=1e-3)
    assert not np.allclose(data.x_validation.mean(axis=0), 0, atol=1e-2)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize(
    "settings", [{}, {"loss": "squared error"}, {"batch_norm": True}, {"dropout": 0.4}, {"class_weights": True}]
)
def test_gradients_agree_with_difference_quotients(activation, settings):
    config = Config(activation=activation, hidden=(5, 4), **settings)
    rng = np.random.default_rng(0)
    start = experiments.initial_layers((6, 5, 4, 3), rng)
    networks = experiments._Networks(config, [start], np.full((1, 1, 1), config.dropout))
    # In double precision, a network whose arrays all are views of one row.
    arrays = [np.array(view[0]) for view in networks.views]
    networks.weights = np.concatenate([array.ravel() for array in arrays])[None].astype(float)
    networks.weights += 0.1 * rng.normal(size=networks.weights.shape)  # no pre-activation is exactly at the kink of 0
    networks.gradient = np.zeros_like(networks.weights)
    shapes = [array if array.shape[0] > 1 else array[0] for array in arrays]
    networks.views, networks.slopes = (networks._views(of, shapes) for of in (networks.weights, networks.gradient))
    x, y = rng.normal(size=(1, 7, 6)), rng.integers(0, 3, (1, 7))
    weights = np.array([[1.0, 2.0, 0.5]]) if config.class_weights else None
    draws = {units: rng.random((1, 7, units)) for units in (5, 4)}

    def draw(samples, units):
        return draws[units]

    def loss():
        p = experiments._softmax(networks.forward(x, draw)[0])[0]
        hot = np.eye(3)[y[0]]
        each = -np.log((p * hot).sum(axis=1)) if config.loss == "cross-entropy" else ((p - hot) ** 2).mean(axis=1)
        return np.mean(each * (1 if weights is None else weights[0][y[0]]))

    networks.slope(x, y, weights, draw)
    found = networks.gradient[0].copy()
    for place in rng.choice(networks.weights.size, 25, replace=False):
        before, networks.weights[0, place] = networks.weights[0, place], networks.weights[0, place] + 1e-6
        above = loss()
        networks.weights[0, place] = before - 1e-6
        below = loss()
        networks.weights[0, place] = before
        assert (above - below) / 2e-6 == pytest.approx(found[place], abs=2e-6)


def test_a_result_does_not_depend_on_what_is_trained_beside_it():
    config = QUICK.but(activation="relu", dropout=0.3, rate=0.1)
    (alone,) = experiments._train([config], [2], 0)
    beside = experiments._train([config.but(rate=0.01), config], [1, 2], 0)[3]
    assert np.allclose(alone.validation_loss, beside.validation_loss, atol=1e-4)


def test_a_run_is_trained_once(monkeypatch):
    experiments.runs(QUICK, [0])
    monkeypatch.setattr(experiments, "_train", lambda *arguments: pytest.fail("trained again"))
    experiments.runs(QUICK, [0])


def test_a_change_is_kept_when_it_gains_more_than_twice_its_standard_error():
    before = np.zeros(4)
    assert experiments.Comparison(before, np.array([0.02, 0.03, 0.02, 0.03])).kept
    assert not experiments.Comparison(before, np.array([0.05, -0.03, 0.04, -0.02])).kept


def test_stopping_early_takes_the_epoch_with_the_lowest_loss():
    curves = experiments.Curves(
        *(np.zeros(6), np.zeros(6), np.array([3, 2, 4, 5, 1, 0.5]), np.arange(6) / 10, 0.0, np.zeros((5, 5)))
    )
    assert experiments.stopped_early(curves, patience=2) == (4, 0.1)
    assert experiments.stopped_early(curves, patience=3) == (6, 0.5)


def test_a_resumed_run_ends_as_the_uninterrupted_one():
    for epoch, batch in ((0, 2), (1, 0), (2, 1)):
        whole = resume_run.interrupted(np.random.default_rng(5), 20, 0, 0, 4)
        cut = resume_run.interrupted(np.random.default_rng(5), 20, epoch, batch, 4)
        for one, other in zip(resume_run.oracle(*whole.arguments), resume_run.oracle(*cut.arguments), strict=True):
            assert np.allclose(one, other, rtol=1e-12)


def test_the_tables_of_classify_hide_their_labels_and_rank_the_baselines():
    one = classify.drawn(np.random.default_rng(8))
    levels = [classify.level_of(name, one) for name in classify.BASELINES]
    assert levels == sorted(levels)
    assert min(np.diff(levels)) > 0.03
    assert len(one.arguments) == 3


def test_the_board_names_both_runs_and_says_which_is_better():
    board = RunBoard()
    words = board.draw(left="first model", right="ReLU, Adam", measure="accuracy", epoch=20)
    assert words.endswith("the right one is better.")
    assert [title.get_text() for title in board.titles] == ["accuracy: first model", "accuracy: ReLU, Adam"]
    assert "better" not in board.draw(left="first model", right="first model", measure="loss", epoch=3)
