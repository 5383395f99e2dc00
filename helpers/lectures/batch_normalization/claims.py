"""The general sentences of lecture 07, over seeds and in neighboring settings."""

from functools import cache

import numpy as np

from helpers.datasets import digits
from helpers.evidence.claim import OWN, Claim
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.batch_normalization import BatchNormalization, apply, fold, normalize, normalize_backward
from helpers.neural.networks import forward, train_dense
from helpers.neural.parallel import train_parallel
from helpers.neural.signal import he, propagate

from .experiments import (
    accuracy_in_batches,
    best_curves,
    epochs_to,
    fixed_scale,
    memory_of_wrong_labels,
    noise_of_one_sample,
    normalize_images,
    shaken,
    with_and_without,
)

SEEDS = 10
TINY = 1e-9


def _batch(seed, samples=32, units=5):
    rng = np.random.default_rng(seed)
    return rng.normal(rng.normal(0, 3, units), rng.uniform(0.5, 3, units), (samples, units)), rng


# The layer.


def _depends_on(seed, samples=32):
    """All outputs change in training when one input does; at inference only that sample's."""
    x, rng = _batch(seed, samples)
    moved = x.copy()
    moved[0] += 1
    in_training = np.abs(normalize(moved)[0] - normalize(x)[0]).max(axis=1)
    mean, var = rng.normal(size=5), rng.uniform(0.5, 2, 5)
    at_inference = np.abs(apply(moved, 1, 0, mean, var) - apply(x, 1, 0, mean, var)).max(axis=1)
    return float(in_training.min() - at_inference[1:].max())


def _loses(seed, samples=32, epsilon=1e-9):
    """What is left of mean and part along x-hat in the gradient of a batch, below a tiny share."""
    x, rng = _batch(seed, samples)
    normal, _, var = normalize(x, epsilon)
    gradient = normalize_backward(rng.normal(size=x.shape), normal, var, epsilon)
    left = max(np.abs(gradient.mean(axis=0)).max(), np.abs((gradient * normal).mean(axis=0)).max())
    return float(1e-6 - left / np.abs(gradient).max())


@cache
def _trained(seed, epochs=10, batch_norm=True, **setting):
    defaults = {"hidden": (50, 50, 50), "batch_size": 32, "learning_rate": 0.1, "weight_scale": he}
    return train_dense(digits(), epochs=epochs, batch_norm=batch_norm, seed=seed, **defaults | setting)


def _folded(seed, **setting):
    run, x = _trained(seed, epochs=1, **setting), digits().x_validation
    layers = [
        fold(*dense, n.gamma, n.beta, n.running_mean, n.running_var, n.epsilon)
        for dense, n in zip(run.layers[:-1], run.norms, strict=True)
    ]
    relu = ACTIVATIONS["relu"]
    before = forward(run.layers, x, relu, run.norms)[1][-1]
    after = forward([*layers, run.layers[-1]], x, relu)[1][-1]
    return float(TINY - np.abs(before - after).max() / np.abs(before).max())


def _bias_in_front(seed, samples=32, size=10.0):
    x, rng = _batch(seed, samples)
    return float(TINY - np.abs(normalize(x + size * rng.normal(size=5))[0] - normalize(x)[0]).max())


def _ignores_batch(seed, kind="group", samples=16):
    images = np.random.default_rng(seed).normal(2, 3, (samples, 4, 4, 6))
    return float(TINY - np.abs(normalize_images(images, kind)[:1] - normalize_images(images[:1], kind)).max())


def _only_the_larger(seed, samples=2):
    """A batch of two: whatever the numbers are, the larger one becomes 1."""
    x = np.random.default_rng(seed).normal(0, 100, (samples, 1))
    return float(0.01 - abs(normalize(x)[0].max() - 1))


def _noise_grows(seed, small=4, large=16):
    few, many = noise_of_one_sample((small, large), 2000, seed)
    return float(few - many)


# At the start of training.


def _signal(seed, scale, name="tanh", depth=10, batch_norm=True, width=200):
    function = ACTIVATIONS[name]
    return propagate(
        function.function,
        function.derivative,
        depth,
        width,
        200,
        scale,
        seed,
        batch_norm=batch_norm,
    )


def _scale_does_not_matter(seed, small=0.01, **setting):
    one, two = (_signal(seed, scale, **setting) for scale in (small, 1.0))
    ratios = [
        max(a, b) / min(a, b) for a, b in ((one.stds[-1], two.stds[-1]), (one.gradient_stds[0], two.gradient_stds[0]))
    ]
    return float(np.log(1.05 / max(ratios)))


def _tenth(seed, factor=10, samples=32, batch_norm=True):
    rng = np.random.default_rng(seed)
    inputs, weights, d_out = rng.normal(size=(samples, 20)), rng.normal(size=(20, 5)), rng.normal(size=(samples, 5))
    lengths = []
    for times in (1, factor):
        layer = BatchNormalization.fresh(5)
        layer.training(inputs @ (times * weights))
        d_pre_activations = layer.backward(d_out)[0] if batch_norm else d_out
        lengths.append(np.linalg.norm(inputs.T @ d_pre_activations))
    return float(0.01 - abs(lengths[1] * factor / lengths[0] - 1))


def _explodes(seed, name="relu", depth=50, width=100):
    gradient = _signal(seed, he, name, depth, width=width).gradient_stds
    return float(np.log10(gradient[0] / gradient[-1] / 100))


# Training.

_RATES = {"sgd": (0.1, 0.2, 0.4), "momentum": (0.01, 0.03, 0.1), "adam": (0.001, 0.003, 0.01)}


@cache
def _curves(optimizer, depth, width, activation):
    return best_curves(
        digits(),
        _RATES[optimizer],
        SEEDS,
        hidden=(width,) * depth,
        activation=activation,
        epochs=8,
        batch_size=32,
        weight_scale=he,
        optimizer=optimizer,
    )


def _fewer_epochs(seed, optimizer="sgd", depth=5, width=50, activation="relu", goal=0.9):
    """Epochs saved until the goal is reached; a network that does not reach it in eight counts as nine."""
    curves = _curves(optimizer, depth, width, activation)
    without, with_it = (np.nan_to_num(epochs_to(curves[name][1][seed], goal), nan=9) for name in ("without", "with"))
    return float(without - with_it)


@cache
def _over_rates(rates, depth, width, optimizer):
    return with_and_without(
        digits(),
        "learning_rate",
        rates,
        SEEDS,
        hidden=(width,) * depth,
        epochs=6,
        weight_scale=he,
        optimizer=optimizer,
    ).accuracy


def _higher_rates(seed, rates=(0.1, 0.3, 1.0), depth=5, width=50, optimizer="sgd"):
    """Points of accuracy at the highest of the rates, with the layer minus without."""
    accuracy = _over_rates(rates, depth, width, optimizer)[:, -1, seed]
    return float(100 * (accuracy[1] - accuracy[0]) - 20)


@cache
def _over_starts(std, depth, optimizer, rate):
    return with_and_without(
        digits(),
        "weight_scale",
        (fixed_scale(std),),
        SEEDS,
        hidden=(50,) * depth,
        epochs=8,
        learning_rate=rate,
        optimizer=optimizer,
    ).accuracy[:, 0]


def _forgives(seed, std=0.01, depth=5, optimizer="sgd", rate=0.1):
    """Points over 85 % with the layer."""
    return float(100 * _over_starts(std, depth, optimizer, rate)[1, seed] - 85)


@cache
def _in_batches(size, rate, width, batch_norm):
    return train_parallel(
        digits(), (width,) * 3, "relu", 4, size, rate, weight_scale=he, seeds=range(SEEDS), batch_norm=batch_norm
    ).validation_accuracy[:, -1]


def _breaks(seed, size=2, rate=0.1, width=50, batch_norm=True):
    """Points below 60 %."""
    return float(60 - 100 * _in_batches(size, rate, width, batch_norm)[seed])


@cache
def _memory(batch_size, batch_norm, rate):
    return memory_of_wrong_labels(
        digits(),
        seeds=SEEDS,
        epochs=30,
        learning_rate=rate,
        weight_scale=he,
        batch_size=batch_size,
        batch_norm=batch_norm,
    ).memorized


def _memorizes_more(seed, batch_size=16, rate=0.1):
    return float(100 * (_memory(batch_size, True, rate)[seed] - _memory(batch_size, False, rate)[seed]))


def _averages_lag(seed, momentum=0.99, epochs=1, rate=0.1):
    data = digits()
    run = _trained(seed, epochs, momentum=momentum, learning_rate=rate)
    by_batch = accuracy_in_batches(run, data.x_validation, data.y_validation, len(data.y_validation))
    return float(100 * (by_batch - run.validation_accuracy[-1]) - 5)


def _order_matters(seed, size=36, **setting):
    """Points of accuracy lost when the test set is sorted by class, with batch statistics."""
    data = digits()
    run = _trained(seed, epochs=3, **setting)
    order = np.argsort(data.y_validation, kind="stable")
    shuffled, by_class = (
        accuracy_in_batches(run, data.x_validation[o], data.y_validation[o], size) for o in (np.arange(360), order)
    )
    return float(100 * (shuffled - by_class) - 20)


@cache
def _shaken(batch_norm, noise, rate, width):
    return train_parallel(
        digits(),
        (width,) * 5,
        "relu",
        8,
        32,
        rate,
        weight_scale=he,
        seeds=range(SEEDS),
        batch_norm=batch_norm,
        batch_noise=shaken if noise else None,
    ).validation_accuracy[:, -1]


def _noise_forgiven(seed, rate=0.1, width=50):
    """Points of accuracy with the layer and noise, over the plain network with the same noise."""
    return float(100 * (_shaken(True, True, rate, width)[seed] - _shaken(False, True, rate, width)[seed]))


CLAIMS = (
    Claim(
        "a sample's output depends on | all samples of the batch | that sample",
        _depends_on,
        "smallest change in training minus change of others at inference",
        {OWN: {}, "batches of 4": {"samples": 4}, "batches of 256": {"samples": 256}},
    ),
    Claim(
        r"gradient at the input | loses its mean and its part along $\hat x$ | only a factor",
        _loses,
        "below a millionth",
        {OWN: {}, "batches of 4": {"samples": 4}},
        {"an epsilon of 1": {"epsilon": 1.0}},
    ),
    Claim(
        "cost | two passes over the batch | none, once folded",
        _folded,
        "relative, below 1e-9",
        {OWN: {}, "rate doubled": {"learning_rate": 0.2}, "100 units": {"hidden": (100, 100)}},
    ),
    Claim(
        "training is good, validation is bad, early on | evaluate once with batch statistics: it may be the averages",
        _averages_lag,
        "points gained over 5",
        {OWN: {}, "momentum 0.999": {"momentum": 0.999}, "rate halved": {"rate": 0.05}, "rate doubled": {"rate": 0.2}},
        {"momentum 0.9": {"momentum": 0.9}, "ten epochs": {"epochs": 10}},
    ),
    Claim(
        "the answer changes with the other samples of the batch | something still runs in training mode",
        _order_matters,
        "points lost over 20",
        {OWN: {}, "batches of 18": {"size": 18}, "rate halved": {"learning_rate": 0.05}},
        {"the whole set at once": {"size": 360}},
    ),
    Claim(
        "only a few samples fit into a batch | group or layer normalization",
        _ignores_batch,
        "change below 1e-9",
        {OWN: {}, "layer": {"kind": "layer"}, "instance": {"kind": "instance"}, "2 images": {"samples": 2}},
        {"batch": {"kind": "batch"}},
    ),
    Claim(
        "a dense layer stands in front | leave its bias out",
        _bias_in_front,
        "change below 1e-9",
        {OWN: {}, "batches of 4": {"samples": 4}, "a bias a hundred times as large": {"size": 1000.0}},
    ),
    Claim(
        "you need regularization | add it; do not count on this layer",
        _memorizes_more,
        "points of false labels more than without the layer",
        {OWN: {}, "batches of 32": {"batch_size": 32}, "rate halved": {"rate": 0.05}, "rate doubled": {"rate": 0.2}},
        {"batches of 4": {"batch_size": 4}},
    ),
    Claim(
        "At the start of training, signal and gradient do not depend on the scale of the weights.",
        _scale_does_not_matter,
        "logarithm within 1.05",
        {OWN: {}, "ReLU": {"name": "relu"}, "sigmoid": {"name": "sigmoid"}, "20 layers": {"depth": 20}},
        {"without the layer": {"batch_norm": False}, "weights of 1e-4": {"small": 1e-4}},
    ),
    Claim(
        "Ten times the weights get a tenth of the gradient.",
        _tenth,
        "within a hundredth",
        {OWN: {}, "batches of 4": {"samples": 4}, "a hundred times": {"factor": 100}},
        {"without the layer": {"batch_norm": False}},
    ),
    Claim(
        "The larger one always becomes 1 and the smaller one -1.",
        _only_the_larger,
        "within a hundredth",
        {OWN: {}},
        {"a batch of 8": {"samples": 8}},
    ),
    Claim(
        "In fifty layers the gradient explodes: batch normalization does not prevent it, it causes it",
        _explodes,
        "powers of ten over a factor of 100",
        {OWN: {}, "200 units": {"width": 200}, "70 layers": {"depth": 70}},
        {"10 layers": {"depth": 10}},
    ),
    Claim(
        "The smaller the batch is, the more a sample's value depends on the other samples",
        _noise_grows,
        "standard deviations",
        {OWN: {}, "2 and 4": {"small": 2, "large": 4}, "16 and 64": {"small": 16, "large": 64}},
    ),
    Claim(
        "The layer reaches 90 % in fewer epochs, each side at its best rate.",
        _fewer_epochs,
        "epochs saved",
        {OWN: {}, "momentum": {"optimizer": "momentum"}, "Adam": {"optimizer": "adam"}},
    ),
    Claim(
        "The layer allows higher rates: at rate 1 it learns where the plain network does not.",
        _higher_rates,
        "points of accuracy over 20",
        {OWN: {}, "100 units": {"width": 100}, "3 layers": {"depth": 3}},
        {"at rate 0.1": {"rates": (0.1,)}},
    ),
    Claim(
        "The layer forgives starts that are much too small or too large.",
        _forgives,
        "points over 85 %",
        {OWN: {}, "standard deviation 1": {"std": 1.0}, "rate doubled": {"rate": 0.2}},
        {"ten layers": {"depth": 10}},
    ),
    Claim(
        "A batch of 2 breaks it.",
        _breaks,
        "points below 60 %",
        {OWN: {}, "rate halved": {"rate": 0.05}, "100 units": {"width": 100}},
        {"batches of 8": {"size": 8}, "without the layer": {"batch_norm": False}},
    ),
    Claim(
        "With the layer, a network stands noise that ruins the plain one.",
        _noise_forgiven,
        "points of accuracy",
        {OWN: {}, "rate halved": {"rate": 0.05}, "100 units": {"width": 100}},
    ),
)
