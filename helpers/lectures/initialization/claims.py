"""The general sentences of lecture 06, over seeds and in neighboring settings."""

from functools import cache

import numpy as np

from helpers.datasets import digits
from helpers.evidence.claim import OWN, Claim
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.parallel import train_parallel
from helpers.neural.signal import draw, fixed, he, lecun, propagate, xavier

from .experiments import (
    balance,
    constant_layers,
    depth_map,
    lengths_through,
    orthogonal,
    pytorch,
    root_mean_square,
    scale_to_unit,
    variance_that_keeps,
)

SEEDS = 10
_SIZES = {"width": 200, "samples": 200}  # a picture of the ten layers that costs a hundredth of a second


def _run(name, scale, seed, depth=10, **sizes):
    function = ACTIVATIONS[name]
    return propagate(function.function, function.derivative, depth, weight_scale=scale, seed=seed, **_SIZES | sizes)


def _powers(ratio):
    """How many powers of ten lie between a ratio and 1."""
    return abs(np.log10(ratio))


# Signals.


def _tanh_glorot(seed, depth=10, **sizes):
    run = _run("tanh", xavier, seed, depth, **sizes)
    return float(np.log10(min(run.stds[-1], run.gradient_stds[0] / run.gradient_stds[-1]) / 0.1))


def _keeps_mean_square(seed, name="relu", variance=2.0, factor=3.0, depth=10, width=500):
    run = _run(name, (variance / width) ** 0.5, seed, depth, width=width)
    return float(np.log10(factor) - _powers(root_mean_square(run)[-1] ** 2))


def _measured(seed, name="gelu", **options):
    return _keeps_mean_square(seed, name, variance_that_keeps(name), factor=2.0, **options)


def _leaky(seed, slope=0.3, width=500, depth=10):
    draws = draw(depth, width, 200, seed)
    signal = draws.inputs
    for weights in draws.weights:
        pre_activations = signal @ (weights * np.float32((2 / (1 + slope**2) / width) ** 0.5))
        signal = np.where(pre_activations > 0, pre_activations, np.float32(slope) * pre_activations)
    return float(np.log10(3) - _powers(np.mean(signal**2)))


def _selu(seed, scale=lecun, depth=30, **sizes):
    run = _run("selu", scale, seed, depth, **{"width": 500} | sizes)
    return float(0.2 - max(abs(run.means[-1]), abs(run.stds[-1] - 1)))


def _sigmoid_vanishes(seed, depth=30, width=64):
    _, gradients = depth_map("sigmoid", np.geomspace(0.25, 16, 7), depth, width, 64, seed)
    return float(-np.log10((gradients[:, 0] / gradients[:, -1]).max() / 0.1))


def _he_for_others(seed, depth=30, width=200):
    grows, vanishes = (
        [root_mean_square(_run(name, he, seed, depth, width=width))[-1] for name in names]
        for names in (("elu", "selu"), ("gelu", "swish"))
    )
    return float(np.log10(min(min(grows), 1 / max(vanishes))))


def _lsuv(seed, name="gelu", depth=10, width=100):
    rng = np.random.default_rng(seed)
    inputs = signal = rng.standard_normal((200, width))
    layers = [rng.standard_normal((width, width)) / np.sqrt(width) for _ in range(depth)]
    worst = 0.0
    for weights in scale_to_unit(inputs, layers, ACTIVATIONS[name]):
        signal = ACTIVATIONS[name].function(signal @ weights)
        worst = max(worst, abs(signal.std() - 1))
    return 0.01 - worst


def _normal(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in)


def _lengths(seed, draw_weights=orthogonal, depth=30, width=100):
    lengths = lengths_through(draw_weights, depth, width, 20, seed)
    return float(1e-6 - (lengths.max() / lengths.min() - 1))


def _uniform_as_normal(seed, name="tanh", scale=lecun, width=200, depth=10, draws=5):
    function = ACTIVATIONS[name]
    means = [
        np.mean(
            [
                propagate(
                    function.function,
                    function.derivative,
                    depth,
                    width,
                    200,
                    scale,
                    [seed, place],
                    distribution,
                    samples_back=1,
                ).stds[-1]
                for place in range(draws)
            ]
        )
        for distribution in ("normal", "uniform")
    ]
    return float(0.25 - abs(np.log(means[0] / means[1])))


def _large_weights(seed, width=500):
    gradient = _run("tanh", 1.0, seed, width=width).gradient_stds
    return float(0.25 - abs((gradient[0] / gradient[-1]) ** (1 / 9) - 3.5))


def _compromise(seed, fan_in=600, fan_out=150):
    ratio = balance(fan_in, fan_out, xavier, seed=seed, samples=500)
    return float(0.2 - max(abs(ratio.forward - 1.6), abs(ratio.backward - 0.4)))


def _pytorch_loses(seed, name="tanh", depth=10, width=500):
    right, theirs = (_run(name, scale, seed, depth, width=width).stds[-1] for scale in (lecun, pytorch))
    return float(np.log10(right / theirs / 30))


# Training.


@cache
def _constant(value, optimizer, rate, activation):
    """Hidden weights after training from equal weights: (seeds, inputs, units)."""
    start = constant_layers((64, 20, 10), value)
    runs = train_parallel(
        digits(), (20,), activation, 2, 32, rate, optimizer, seeds=range(SEEDS), start=start, momentum=0.9
    )
    return runs.layers[0][0]


def _equal_stay_equal(seed, value=0.1, optimizer="sgd", rate=0.1, activation="tanh"):
    """How far units may lie apart: sums in another order make differences of rounding, which are not learned."""
    weights = _constant(value, optimizer, rate, activation)[seed]
    return 1e-4 - float(np.ptp(weights, axis=1).max())


def _zeros_stay(seed, **setting):
    weights = _constant(0.0, **{"optimizer": "sgd", "rate": 0.1, "activation": "tanh"} | setting)[seed]
    return 1e-12 - float(np.abs(weights).max())


@cache
def _accuracy(scale, optimizer, rates, depth, width, epochs, shortcuts=False, batch_norm=False):
    """Accuracy on the validation digits, (rates, seeds)."""
    runs = train_parallel(
        digits(),
        (width,) * depth,
        "relu",
        epochs,
        32,
        np.repeat(rates, SEEDS),
        optimizer,
        scale,
        seeds=list(range(SEEDS)) * len(rates),
        shortcuts=shortcuts,
        batch_norm=batch_norm,
    )
    return runs.validation_accuracy[:, -1].reshape(len(rates), SEEDS)


RATES = {"sgd": (0.025, 0.05, 0.1, 0.2), "momentum": (0.005, 0.01, 0.02, 0.04), "adam": (0.001, 0.002, 0.004)}
_SMALL_STEPS = (0.0125, 0.025, 0.05)
_GLOROT, _HE = xavier, he
_STD_001, _STD_1 = fixed(0.01), fixed(1.0)


def _he_before_glorot(seed, optimizer="sgd", rates=None, depth=10, width=32, epochs=5, **options):
    """Points of accuracy, each start at the rate that is best for it over the seeds."""
    best = []
    for scale in (_HE, _GLOROT):
        accuracy = _accuracy(scale, optimizer, rates or RATES[optimizer], depth, width, epochs, **options)
        best.append(accuracy[accuracy.mean(axis=1).argmax(), seed])
    return float(100 * (best[0] - best[1]))


def _learns(scale, above):
    """A margin: points of accuracy over `above` percent, or below it with a minus sign."""

    def margin(seed, optimizer="adam", rate=0.001, depth=10, width=64, epochs=8, shortcuts=False):
        accuracy = _accuracy(scale, optimizer, (rate,), depth, width, epochs, shortcuts)[0, seed]
        return float(np.sign(above) * (100 * accuracy - abs(above)))

    return margin


CLAIMS = (
    Claim(
        r"tanh | $2/(\mathrm{fan\_in} + \mathrm{fan\_out})$ | Glorot, Xavier | neither signal nor gradient is lost in "
        "ten layers",
        _tanh_glorot,
        "powers of ten over a tenth",
        {
            OWN: {"width": 500},
            "100 units": {"width": 100},
            "5 layers": {"depth": 5},
            "widths 100 and 300 in turn": {"width": (100, 300) * 5 + (100,)},
        },
        {"100 layers": {"depth": 100}},
    ),
    Claim(
        r"ReLU | $2/\mathrm{fan\_in}$ | He | keeps the mean square of the signal",
        _keeps_mean_square,
        "powers of ten within a factor of 3",
        {OWN: {}, "250 units": {"width": 250}, "5 layers": {"depth": 5}, "20 layers": {"depth": 20}},
        {"half the variance": {"variance": 1.0}, "twice the variance": {"variance": 4.0}},
    ),
    Claim(
        r"leaky ReLU, PReLU | $2/((1 + a^2)\,\mathrm{fan\_in})$ | He | keeps the mean square for every slope $a$",
        _leaky,
        "powers of ten within a factor of 3",
        {OWN: {}, "a = 0.01": {"slope": 0.01}, "a = 0.5": {"slope": 0.5}, "a = 1": {"slope": 1.0}},
    ),
    Claim(
        "ELU, GELU, Swish | $1.63$, $2.16$, $2.43$ over fan_in | measured | keeps the mean square within a factor of "
        "two in ten layers",
        _measured,
        "powers of ten within a factor of 2",
        {OWN: {"name": "gelu"}, "ELU": {"name": "elu"}, "Swish": {"name": "swish"}, "5 layers": {"depth": 5}},
        {"GELU, 100 layers": {"name": "gelu", "depth": 100, "width": 100}},
    ),
    Claim(
        r"SELU | $1/\mathrm{fan\_in}$ | LeCun | mean 0 and standard deviation 1 in thirty layers",
        _selu,
        "below 0.2",
        {OWN: {}, "250 units": {"width": 250}, "60 layers": {"depth": 60, "width": 250}},
        {"He's variance": {"scale": he}},
    ),
    Claim(
        "sigmoid | none between 1/4 and 16 over fan_in | | the gradient vanishes in thirty layers",
        _sigmoid_vanishes,
        "powers of ten below a tenth",
        {OWN: {}, "128 units": {"width": 128}, "20 layers": {"depth": 20}},
        {"2 layers": {"depth": 2}},
    ),
    Claim(
        "any of them | measure, divide | LSUV | standard deviation 1 at each layer",
        _lsuv,
        "below 0.01",
        {
            OWN: {},
            "ReLU": {"name": "relu"},
            "Swish": {"name": "swish"},
            "ELU": {"name": "elu"},
            "20 layers": {"depth": 20},
        },
    ),
    Claim(
        "linear | orthogonal | Saxe | keeps the length of every vector",
        _lengths,
        "relative",
        {OWN: {}, "20 units": {"width": 20}, "60 layers": {"depth": 60}},
        {"normal weights": {"draw_weights": _normal}},
    ),
    Claim(
        "Equal weights stay equal: units that start alike stay one unit.",
        _equal_stay_equal,
        "largest difference of two units below 1e-4",
        {
            OWN: {},
            "rate halved": {"rate": 0.05},
            "rate doubled": {"rate": 0.2},
            "ReLU": {"activation": "relu"},
            "Adam": {"optimizer": "adam", "rate": 0.001},
        },
    ),
    Claim(
        "No weight moves.",
        _zeros_stay,
        "largest weight below 1e-12",
        {
            OWN: {},
            "ReLU": {"activation": "relu"},
            "momentum": {"optimizer": "momentum", "rate": 0.01},
            "Adam": {"optimizer": "adam", "rate": 0.001},
        },
        {"sigmoid": {"activation": "sigmoid"}},
    ),
    Claim(
        "Uniform and normal weights of one variance give the same signal.",
        _uniform_as_normal,
        "logarithm within 0.25",
        {
            OWN: {},
            "100 units": {"width": 100},
            "5 layers": {"depth": 5},
            "ReLU with He": {"name": "relu", "scale": he, "width": 300},
        },
    ),
    Claim(
        "The gradient grows by a factor of 3.5 at each layer",
        _large_weights,
        "within 0.25",
        {OWN: {}},
        {"125 units": {"width": 125}},
    ),
    Claim(
        "The variance of the signal is multiplied by 1.6 and that of the gradient by 0.4.",
        _compromise,
        "within 0.2",
        {OWN: {}, "300 inputs, 75 units": {"fan_in": 300, "fan_out": 75}},
        {"a square layer": {"fan_in": 300, "fan_out": 300}},
    ),
    Claim(
        "ELU and SELU lose less, so their signal grows; GELU and Swish lose more, so theirs vanishes.",
        _he_for_others,
        "powers of ten",
        {OWN: {}, "100 units": {"width": 100}, "20 layers": {"depth": 20}},
    ),
    Claim(
        "The variance is a third of what it should be: 0.003 instead of 0.23 after ten layers.",
        _pytorch_loses,
        "powers of ten over a factor of 30",
        {OWN: {}, "250 units": {"width": 250}, "ReLU": {"name": "relu"}},
        {"3 layers": {"depth": 3}},
    ),
    Claim(
        "Ten ReLU layers learn faster from He's start than from Glorot's.",
        _he_before_glorot,
        "points of accuracy, each at its best rate",
        {
            OWN: {},
            "momentum": {"optimizer": "momentum"},
            "Adam": {"optimizer": "adam"},
            "three epochs": {"epochs": 3},
        },
        {
            "shortcuts": {"shortcuts": True, "rates": _SMALL_STEPS},
            "batch normalization": {"batch_norm": True},
        },
    ),
    Claim(
        "A start at which no signal arrives is not repaired by Adam.",
        _learns(_STD_001, above=-20),
        "points below 20 %",
        {OWN: {}, "rate halved": {"rate": 0.0005}, "rate doubled": {"rate": 0.002}, "32 units": {"width": 32}},
        {"two layers": {"depth": 2}, "shortcuts": {"shortcuts": True}},
    ),
    Claim(
        "even standard deviation 1 learns, slowly",
        _learns(_STD_1, above=40),
        "points over 40 %",
        {OWN: {}, "rate doubled": {"rate": 0.002}},
        {"SGD": {"optimizer": "sgd", "rate": 0.05}, "three epochs at half the rate": {"rate": 0.0005, "epochs": 3}},
    ),
    Claim(
        "With shortcuts the small starts are the good ones",
        _learns(_STD_001, above=50),
        "points over 50 %",
        {
            OWN: {"optimizer": "sgd", "rate": 0.05, "shortcuts": True},
            "rate halved": {"optimizer": "sgd", "rate": 0.025, "shortcuts": True},
            "rate doubled": {"optimizer": "sgd", "rate": 0.1, "shortcuts": True},
            "Adam": {"optimizer": "adam", "rate": 0.001, "shortcuts": True},
        },
        {"no shortcuts": {"optimizer": "sgd", "rate": 0.05}},
    ),
)
