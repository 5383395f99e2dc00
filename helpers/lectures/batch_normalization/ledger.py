"""What the decks say about batch normalisation. Deck 000 has nothing on it."""

from functools import cache

import numpy as np

from helpers.datasets import digits
from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.batch_normalization import BatchNormalization, fold, normalize
from helpers.neural.networks import forward, train_dense
from helpers.neural.signal import he, propagate

from .experiments import (
    WITH,
    WITHOUT,
    fixed_scale,
    memory_of_wrong_labels,
    with_and_without,
)

_DEEP = {"hidden": (50,) * 5, "activation": "relu", "epochs": 10, "batch_size": 32, "seeds": 10}


def _batch():
    return np.random.default_rng(0).normal([-3, 0, 5], [0.5, 1, 4], (64, 3))


def _mean_after():
    return float(np.abs(normalize(_batch())[0].mean(axis=0)).max())


def _deviation_after():
    return float(normalize(_batch())[0].std(axis=0).max())


def _identity_error(epsilon):
    """How far the slide's pair misses the identity for a unit of deviation 0.01, as a share of that deviation."""
    x = np.random.default_rng(1).normal(3, 0.01, (1000, 1))
    normal, mean, var = normalize(x, epsilon)
    return float(1 - (np.sqrt(var) * normal + mean).std() / x.std())


def _vectors():
    layer = BatchNormalization.fresh(128)
    return float(len([layer.gamma, layer.beta, layer.running_mean, layer.running_var]))


def _numbers_in_keras():
    layer = keras().layers.BatchNormalization()
    layer.build((None, 128))
    return float(layer.count_params())


def _keras_average_differs():
    """Keras' moving mean after one batch, against the slide's formula."""
    layer = keras().layers.BatchNormalization(momentum=0.9)
    x = _batch().astype("float32")
    layer(x, training=True)
    by_slide = 0 * 0.9 + x.mean(axis=0) * (1 - 0.9)
    return float(np.abs(keras().ops.convert_to_numpy(layer.moving_mean) - by_slide).max())


def _fold_differs():
    """Largest difference of the scores before and after folding a trained network, relative to the largest score."""
    data = digits()
    run = train_dense(data, (50, 50), epochs=3, batch_size=32, weight_scale=he, batch_norm=True)
    layers = [
        fold(*dense, norm.gamma, norm.beta, norm.running_mean, norm.running_var, norm.epsilon)
        for dense, norm in zip(run.layers[:-1], run.norms, strict=True)
    ]
    relu = ACTIVATIONS["relu"]
    before = forward(run.layers, data.x_validation, relu, run.norms)[1][-1]
    after = forward([*layers, run.layers[-1]], data.x_validation, relu)[1][-1]
    return float(np.abs(before - after).max() / np.abs(before).max())


@cache
def _gradient_share(batch_norm):
    """The gradient at layer 1 over that at layer 10, in a sigmoid network."""
    sigmoid = ACTIVATIONS["sigmoid"]
    stds = propagate(sigmoid.function, sigmoid.derivative, batch_norm=batch_norm).gradient_stds
    return float(stds[0] / stds[-1])


def _vanishing():
    return "solved" if _gradient_share(batch_norm=True) > 0.5 else "not solved"


@cache
def _start(batch_norm):
    tanh = ACTIVATIONS["tanh"]
    scales = (0.01, 500**-0.5, 1.0)
    return [propagate(tanh.function, tanh.derivative, weight_scale=s, batch_norm=batch_norm).stds[-1] for s in scales]


def _spread_of_starts():
    """Largest over smallest deviation in layer 10 for three sizes of the weights."""
    return float(max(_start(batch_norm=True)) / min(_start(batch_norm=True)))


@cache
def _last_good_rates():
    """The highest learning rate with over 90 % of the validation digits, without and with."""
    rates = (0.1, 0.3, 1.0, 3.0, 10.0)
    accuracy = with_and_without(digits(), "learning_rate", rates, weight_scale=he, **_DEEP).summary()
    return [max(rate for rate, share in zip(rates, row, strict=True) if share > 0.9) for row in accuracy]


def _higher_rates():
    without, with_it = _last_good_rates()
    return "higher" if with_it > without else "not higher"


def _bad_starts_survived():
    starts = (fixed_scale(0.01), fixed_scale(1.0))
    comparison = with_and_without(digits(), "weight_scale", starts, learning_rate=0.1, **_DEEP)
    good = comparison.summary() > 0.85
    return "yes" if good[WITH].all() and not good[WITHOUT].any() else "no"


@cache
def _batch_size_that_still_works():
    sizes = (32, 16, 8, 4, 2)
    network = {"hidden": (50,) * 3, "activation": "relu", "epochs": 10, "learning_rate": 0.1, "weight_scale": he}
    accuracy = with_and_without(digits(), "batch_size", sizes, seeds=10, **network).summary()
    return float(min(size for size, share in zip(sizes, accuracy[WITH], strict=True) if share > 0.85))


@cache
def _memorized(batch_size, batch_norm):
    result = memory_of_wrong_labels(
        digits(),
        seeds=10,
        epochs=40,
        learning_rate=0.1,
        weight_scale=he,
        batch_size=batch_size,
        batch_norm=batch_norm,
    )
    return result.memorized.mean()


def _regularises(batch_size):
    less = _memorized(batch_size, True) < _memorized(batch_size, False) - 0.1
    return "memorises less" if less else "does not memorise less"


def _same_sample_varies():
    """Does one sample get another value in another batch?"""
    rng = np.random.default_rng(0)
    sample = np.ones((1, 1))
    values = {float(normalize(np.vstack([sample, rng.normal(size=(31, 1))]))[0][0, 0]) for _ in range(10)}
    return "yes" if len(values) == 10 else "no"


def _where_it_pays():
    """Points of accuracy that the layer adds at each depth, with He's start and each side's best of three rates."""
    gains = []
    for depth in (1, 10):
        network = {"hidden": (30,) * depth, "activation": "relu", "epochs": 5, "batch_size": 32, "weight_scale": he}
        accuracy = with_and_without(digits(), "learning_rate", (0.03, 0.1, 0.3), seeds=5, **network).summary()
        gains.append(accuracy[WITH].max() - accuracy[WITHOUT].max())
    shallow, deep = gains
    return "only if deep" if shallow < 0.01 < deep else "in both" if min(gains) >= 0.01 else "in neither"


ROWS = [
    Row("mean of every unit after normalising, largest", "001, 002, 004", 0.0, _mean_after, 1e-12),
    Row("deviation of every unit after normalising", "004", 1.0, _deviation_after, 1e-4, "Less than 1 by epsilon."),
    Row(
        "identity recovered by gamma = sqrt(Var), beta = E: error without epsilon",
        "004",
        0.0,
        lambda: _identity_error(0.0),
        1e-9,
        "As on the slide, which leaves epsilon out.",
    ),
    Row(
        "identity recovered by gamma = sqrt(Var), beta = E: error with epsilon",
        "004",
        0.0,
        lambda: _identity_error(1e-5),
        1e-9,
        "With the epsilon of the next slide, for a unit of deviation 0.01: it takes sqrt(Var + epsilon).",
    ),
    Row("vectors a layer", "002", 4.0, _vectors, 0.0, "Gamma, beta, running mean, running variance."),
    Row(
        "parameters of a layer",
        "002",
        4.0,
        _numbers_in_keras,
        0.0,
        "Four vectors, so four numbers a unit; here for Dense(128) of deck 001.",
    ),
    Row("Keras moves its averages as the slide says, largest difference", "002", 0.0, _keras_average_differs, 5e-7),
    Row("fused with the layer before it, largest difference of the scores", "002", 0.0, _fold_differs, 1e-9),
    Row(
        "vanishing gradient: ten sigmoid layers",
        "001, 002, 004",
        "solved",
        _vanishing,
        note="At the start. Behind ReLU the gradient then grows on its way back, 1.21 times a layer.",
    ),
    Row(
        "largest over smallest deviation in layer 10, weights of 0.01, 1/sqrt(500) and 1",
        "004",
        1.0,
        _spread_of_starts,
        0.01,
        "Tanh, 10 layers of 500, 1000 samples.",
    ),
    Row(
        "allows higher learning rates",
        "001, 004",
        "higher",
        _higher_rates,
        note="Five layers of 50 ReLU units on the digits: up to 1 instead of 0.1.",
    ),
    Row(
        "learns from weights of deviation 0.01 and of deviation 1, where the plain network does not",
        "004",
        "yes",
        _bad_starts_survived,
    ),
    Row(
        "smallest batch that works",
        "001",
        16.0,
        _batch_size_that_still_works,
        0.0,
        "The slide: at least 16 or 32. Ours: three layers of 50 on the digits; a batch of 2 fails everywhere.",
        setting_given=False,
    ),
    Row("one sample in different batches gets different values", "001", "yes", _same_sample_varies),
    Row(
        "regularises: false labels learned by heart, batches of 16",
        "001, 002, 004",
        "memorises less",
        lambda: _regularises(16),
        note="400 digits, 30 % false labels. It memorises more than twice as many as the plain network.",
        setting_given=False,
    ),
    Row(
        "regularises: false labels learned by heart, batches of 4",
        "001, 002, 004",
        "memorises less",
        lambda: _regularises(4),
        note="As above. The noise of small batches does it.",
        setting_given=False,
    ),
    Row(
        "table 11-3: batch normalization pays",
        "002",
        "only if deep",
        _where_it_pays,
        note="Digits, five epochs, 1 or 10 ReLU layers of 30, He's start, each side at the best of three rates: "
        "a point of accuracy counts.",
        setting_given=False,
    ),
]
