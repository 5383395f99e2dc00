"""The engine that trains one network by many rules at once, and the rules themselves."""

import numpy as np
import pytest

from helpers.datasets import Pictures
from helpers.neural.networks import ACTIVATIONS, gradients, initial_layers
from helpers.neural.optimizers import RULES, path
from helpers.neural.race import Entry, race
from helpers.neural.signal import he


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 90)
    pixels = rng.normal(0, 0.5, (90, 6)) + 2 * np.eye(3)[labels].repeat(2, axis=1)
    return Pictures("blobs", pixels[:60], labels[:60], pixels[60:75], labels[60:75], pixels[75:], labels[75:])


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_finds_the_bottom_of_a_round_valley(rule):
    places = path(RULES[rule], lambda w: w, np.array([1.0, -2.0]), 0.1, 400)
    assert np.linalg.norm(places[-1]) < 0.2 * np.linalg.norm(places[0])


def test_nesterov_in_terms_of_the_point_ahead_is_nesterov():
    rate, curvatures, weights, velocity = 0.05, np.array([1.0, 10.0]), np.array([1.0, -2.0]), np.zeros(2)
    ours = path(RULES["Nesterov"], lambda w: curvatures * w, weights, rate, 20)
    for _ in range(20):
        velocity = 0.9 * velocity - rate * curvatures * (weights + 0.9 * velocity)
        weights = weights + velocity
    assert np.allclose(ours[-1], weights + 0.9 * velocity)


def test_a_race_takes_the_steps_of_a_plain_loop(pictures):
    found = race([Entry("SGD", 0.2, seed=3)], pictures, hidden=5, epochs=2, batch_size=16)
    layers = initial_layers((6, 5, 3), np.random.default_rng([3, 0]), he)
    rng = np.random.default_rng([3, 1])
    for _ in range(2):
        order = rng.permutation(60)
        for start in range(0, 60, 16):
            batch = order[start : start + 16]
            slopes = gradients(layers, pictures.x_train[batch], pictures.y_train[batch], ACTIVATIONS["relu"])
            layers = [(w - 0.2 * d_w, b - 0.2 * d_b) for (w, b), (d_w, d_b) in zip(layers, slopes, strict=True)]
    flat = np.concatenate([array.ravel() for layer in layers for array in layer])
    assert np.allclose(found.weights[0], flat, atol=1e-5)


def test_a_result_does_not_depend_on_what_is_trained_beside_it(pictures):
    entries = [Entry(rule, rate, seed) for rule in RULES for rate in (0.01, 0.1) for seed in range(2)]
    together = race(entries, pictures, hidden=5, epochs=3)
    for place in (0, 7, len(entries) - 1):
        alone = race([entries[place]], pictures, hidden=5, epochs=3, jobs=1)
        assert np.allclose(alone.train_loss[0], together.train_loss[place], rtol=1e-4)


def test_a_run_that_explodes_has_an_infinite_loss_and_leaves_the_others_alone(pictures):
    found = race([Entry("SGD", 1e30), Entry("SGD", 0.1)], pictures, hidden=5, epochs=2)
    assert np.isinf(found.train_loss[0, -1])
    assert np.isfinite(found.train_loss[1]).all()


def test_a_clipped_step_is_as_long_as_rate_times_limit(pictures):
    start = race([Entry("SGD", 0.0)], pictures, hidden=5, epochs=1, batch_size=60).weights
    clipped = race([Entry("SGD", 0.5, clip=1e-3)], pictures, hidden=5, epochs=1, batch_size=60).weights
    assert np.linalg.norm(clipped - start) == pytest.approx(0.5e-3, rel=1e-3)


def test_a_schedule_multiplies_the_rate_and_a_plateau_lowers_it(pictures):
    plain, halved, stopped = race(
        [
            Entry("SGD", 0.05),
            Entry("SGD", 0.1, shape=lambda step, steps: 0.5),
            Entry("SGD", 30.0, plateau=(0.0, 1)),
        ],
        pictures,
        hidden=5,
        epochs=6,
    ).train_loss
    assert np.allclose(plain, halved, rtol=1e-4)
    assert stopped[-1] == stopped[-2]
