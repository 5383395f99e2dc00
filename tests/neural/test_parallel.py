"""Networks trained side by side are those that train one after the other."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.neural.networks import train_dense
from helpers.neural.parallel import train_parallel
from helpers.neural.signal import fixed, he


@pytest.fixture(scope="module")
def data():
    """Two clouds of points that a line can separate."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 120)
    x = rng.standard_normal((120, 6)) + 2 * y[:, None]
    parts = (slice(80), slice(80, 100), slice(100, 120))
    names = ("train", "validation", "test")
    return SimpleNamespace(
        **{f"{k}_{n}": v[p] for n, p in zip(names, parts, strict=True) for k, v in (("x", x), ("y", y))}
    )


@pytest.mark.parametrize("batch_norm", [False, True])
def test_each_network_is_the_one_that_trains_alone(data, batch_norm):
    together = train_parallel(data, (5, 5), "relu", 3, 16, weight_scale=he, seeds=(0, 7), batch_norm=batch_norm)
    for place, seed in enumerate((0, 7)):
        alone = train_dense(data, (5, 5), "relu", 3, 16, weight_scale=he, seed=seed, batch_norm=batch_norm)
        for (weights, _), (own, _) in zip(together.layers, alone.layers, strict=True):
            np.testing.assert_allclose(weights[place], own, atol=1e-4)
        np.testing.assert_allclose(together.validation_accuracy[place], alone.validation_accuracy)


def test_networks_side_by_side_may_have_rates_and_starts_of_their_own(data):
    runs = train_parallel(
        data, (5,), "relu", 2, 16, (0.0, 0.1, 0.1), weight_scale=[he, he, fixed(0.0)], seeds=(1, 1, 1)
    )
    assert np.ptp(runs.train_loss[0]) < 1e-6
    assert runs.train_loss[1, 2] < runs.train_loss[1, 0]
    assert np.all(runs.layers[0][0][2] == 0)


@pytest.mark.parametrize(
    "setting", [{"shortcuts": True}, {"batch_norm": True, "before_activation": False}, {"l2": 0.1}]
)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_a_step_goes_down_along_the_gradient(data, setting, activation):
    """The change of the loss in one tiny step of full-batch descent is minus the rate times the squared gradient."""
    rate = 1e-3

    def loss(runs):
        scores = runs.scores(data.x_train).astype(float)[0]
        scores -= scores.max(axis=1, keepdims=True)
        right = scores[np.arange(80), data.y_train] - np.log(np.exp(scores).sum(axis=1))
        return -right.mean() + setting.get("l2", 0) / 2 * sum(np.sum(w.astype(float) ** 2) for w, _ in runs.layers)

    # With momentum 0 the running averages are those of the whole batch: inference is training.
    options = {"hidden": (6, 6), "activation": activation, "batch_size": 80, "seeds": (3,), "momentum": 0.0, **setting}
    losses = [loss(train_parallel(data, epochs=epochs, learning_rate=rate, **options)) for epochs in (1, 2, 3)]
    first, second = (
        train_parallel(data, epochs=1, learning_rate=rate, **options),
        train_parallel(data, epochs=2, learning_rate=rate, **options),
    )
    moved = sum(
        np.sum((b[0] - a[0]).astype(float) ** 2) + np.sum((b[1] - a[1]).astype(float) ** 2)
        for a, b in zip(first.layers, second.layers, strict=True)
    )
    moved += sum(
        np.sum((q - p).astype(float) ** 2)
        for a, b in zip(first.norms, second.norms, strict=True)
        for p, q in zip(a[:2], b[:2], strict=True)
    )
    if not setting.get("batch_norm"):
        assert losses[1] - losses[0] == pytest.approx(-moved / rate, rel=0.05)
    assert losses[0] > losses[1] > losses[2]


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_the_optimizers_are_those_of_the_papers(data, optimizer):
    """Two full batches: the second step holds what the optimizer remembers of the first."""
    runs = [
        train_parallel(data, (4,), "tanh", epochs, 80, 0.01, optimizer, he, seeds=(2,)).layers[0][0][0].astype(float)
        for epochs in (0, 1, 2)
    ]
    first, second = np.diff(runs, axis=0)
    if optimizer == "momentum":
        plain = train_parallel(data, (4,), "tanh", 1, 80, 0.01, "sgd", he, seeds=(2,)).layers[0][0][0]
        np.testing.assert_allclose(first, plain - runs[0], atol=1e-6)
        assert np.median(second / first) == pytest.approx(1.9, abs=0.1)
    else:
        np.testing.assert_allclose(np.abs(first), 0.01, rtol=1e-2)
