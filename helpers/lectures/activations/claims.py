"""The general sentences of lecture 04, each as an experiment over seeds and in neighboring settings."""

from functools import cache, partial

import numpy as np

from helpers.datasets import Pictures, digits, shapes10
from helpers.evidence.claim import OWN, Claim
from helpers.neural.activations import ACTIVATIONS, softmax
from helpers.neural.gradient_signs import share_of_one_sign
from helpers.neural.signal import propagate

from .experiments import dead_relu, depth, landscape, published, speed, zig_zag
from .experiments.convexity import one_unit_losses, two_layer_losses
from .experiments.many import train_many
from .experiments.maxout import pieces_never_chosen

SEEDS = 10
POINTS, POWERS, SHARE = "points of accuracy", "powers of ten", "share of units"
CORNERS, SMOOTH = ("relu", "leaky_relu", "prelu", "rrelu", "selu"), ("elu", "gelu", "swish", "mish")


@cache
def _data(name="digits"):
    """The digits, or colored shapes of 8 by 8 pixels: as many to train on."""
    if name == "digits":
        return digits()
    shapes = shapes10()
    parts = []
    for x, y, count in ((shapes.x_train, shapes.y_train, 1077), (shapes.x_validation, shapes.y_validation, 360)):
        small = x[:count].reshape(count, 8, 4, 8, 4, 3).mean(axis=(2, 4)) / 255
        parts += [small.reshape(count, -1), y[:count]]
    return Pictures("shapes", *parts, *parts[2:])


@cache
def _accuracy(activation, rates, scales, n_layers=4, width=30, epochs=20, batch_size=32, optimizer="sgd", on="digits"):
    """Accuracy in percent at the best pair of rate and scale, for each seed (seeds,)."""
    chosen = [(rate, scale, seed) for rate in rates for scale in scales for seed in range(SEEDS)]
    runs = train_many(
        _data(on),
        activation,
        *zip(*chosen, strict=True),
        hidden=(width,) * n_layers,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
    )
    accuracy = 100 * runs.accuracy[:, -1].reshape(-1, SEEDS)
    return accuracy[accuracy.mean(axis=1).argmax()]


# ---- 1 and 2: arithmetic


def _as_one_layer(seed, layers=10, width=20, activation="identity"):
    """Digits of agreement between ten layers and their product, beyond ten."""
    rng = np.random.default_rng(seed)
    samples = through = rng.standard_normal((200, width))
    matrices = [rng.standard_normal((width, width)) / np.sqrt(width) for _ in range(layers)]
    for matrix in matrices:
        through = ACTIVATIONS[activation].function(through @ matrix)
    return -10 - np.log10(np.abs(through - samples @ np.linalg.multi_dot(matrices)).max() + 1e-300)


def _largest_derivative_of_sigmoid(seed):
    return 0.25 + 1e-12 - ACTIVATIONS["sigmoid"].derivative(np.linspace(-50, 50, 100_001)).max()


def _tanh_is_a_sigmoid(seed):
    x = np.linspace(-20, 20, 2001)
    return 1e-14 - np.abs(np.tanh(x) - 2 * ACTIVATIONS["sigmoid"].function(2 * x) + 1).max()


# ---- 3: ten layers


@cache
def _signal(name, seed, scale=1.0, layers=10, width=200):
    activation = ACTIVATIONS[name]
    return propagate(
        activation.function, activation.derivative, layers, width, 100, weight_scale=scale / np.sqrt(width), seed=seed
    )


def _down(signal):
    """By how many powers of ten the gradient changes from layer to layer on its way down."""
    return np.diff(np.log10(signal.gradient_stds[::-1]))


def _by_a_factor_of_four(seed, **setting):
    factors = 10 ** -_down(_signal("sigmoid", seed, **setting))
    return 1 - np.abs(factors - 4).max()


def _less_than_a_millionth(seed, **setting):
    return -6 - np.log10(_signal("sigmoid", seed, **setting).gradient_stds[0])


def _tanh_loses_less(seed, **setting):
    """More than tenfold."""
    lost = [np.log10(_signal(name, seed, **setting).gradient_stds[0]) for name in ("tanh", "sigmoid")]
    return lost[0] - lost[1] - 1


def _variance_halved(seed, **setting):
    return 0.1 - abs(10 ** (2 * _down(_signal("relu", seed, **setting)).mean()) - 0.5)


def _saturated_and_still(seed, scale=10, **setting):
    signal = _signal("sigmoid", seed, scale=scale, **setting)
    return min(signal.saturated.max(), signal.gradient_stds[0] / signal.gradient_stds[-1]) - 0.5


def _grows_on_its_way_down(seed, scale=4, **setting):
    return _down(_signal("tanh", seed, scale=scale, **setting)).min()


def _relu_keeps_its_gradient(seed, scale=2**0.5, **setting):
    return 0.5 - abs(np.sum(_down(_signal("relu", seed, scale=scale, **setting))))


# ---- 4: does it learn?

PLAIN = {"rates": (0.1,), "scales": (1,), "epochs": 30}
LARGE, OF_RELU = ((1, 3), (4,)), ((0.1, 0.2), (2**0.5,))
OF_TANH = (0.1, 0.3), (1,)


def _guesses(seed, activation="sigmoid", **setting):
    return 15 - _accuracy(activation, **PLAIN | setting)[seed]


def _last_gradient_is_larger(seed, n_layers=4, **setting):
    """At least 20 times."""
    return np.log10(depth.first_gradient_ratio(_data(), depth=n_layers, seed=seed, **setting) / 20)


def _as_well_as_relu(seed, activation="sigmoid", own=LARGE, relu=OF_RELU, allowed=3, **setting):
    """At most three points below."""
    return _accuracy(activation, *own, **setting)[seed] - _accuracy("relu", *relu, **setting)[seed] + allowed


def _fails_at_every_rate(seed, rates=(0.1, 0.3, 1, 3), scales=(1,), **setting):
    return 50 - _accuracy("sigmoid", rates, scales, **setting)[seed]


def _needs_more_epochs(seed, own=((0.3, 1), (5, 6)), relu=((0.05, 0.1), (2**0.5,)), n_layers=8, **setting):
    """To read 90 %."""
    options = {"target": 0.9, "n_layers": n_layers, "most": 20} | setting
    sigmoid, of_relu = (_epochs(seed, name, grid, **options) for name, grid in (("sigmoid", own), ("relu", relu)))
    return sigmoid - of_relu


def _slower_in_either_way(seed, n_layers=8, **setting):
    """With the usual weights it does not read 90 % within 20 epochs; with the best it needs more epochs than ReLU."""
    usual = _epochs(seed, "sigmoid", ((0.3, 1), (1,)), target=0.9, n_layers=n_layers, most=20, **setting)
    return min(_needs_more_epochs(seed, n_layers=n_layers, **setting), 1 if usual > 20 else -1)


def _adam_learns(seed, rates=(0.01,), optimizer="adam", **setting):
    return _accuracy("sigmoid", rates, (1,), optimizer=optimizer, **setting)[seed] - 80


def _relu_has_less_choice(seed, scales=(0.7, 1, 1.4, 2), **setting):
    """At the rate 1 the sigmoid is above 80 % and ReLU below 50 %."""
    sigmoid = _accuracy("sigmoid", (1,), (4,), **setting)[seed]
    relu = _accuracy("relu", (1,), scales, **setting)[seed]
    return min(sigmoid - 80, 50 - relu)


# ---- 5: positive inputs


def _one_sign(seed, name="sigmoid", batch_size=1, **setting):
    return share_of_one_sign(_data(), name, batch_size, updates=50, seed=seed, **setting) - 0.999


def _not_of_one_sign(seed, name="tanh", batch_size=1):
    return 0.01 - share_of_one_sign(_data(), name, batch_size, updates=50, seed=seed)


def _twice_as_many_steps(seed, n_weights=2, **setting):
    """From one and a half to three times."""
    positive, centered = (zig_zag.walks(side, n_weights=n_weights, seed=seed, **setting) for side in (False, True))
    ratio = positive.median / centered.median
    return min(ratio - 1.5, 3 - ratio)


# ---- 6: ReLU


@cache
def _silence(seed, on="normal", widths=(300, 300), bias_mean=0.0):
    features = np.random.default_rng(100 + seed).standard_normal((500, 64)) if on == "normal" else _data().x_train
    return dead_relu.silence_at_start(features, widths, bias_mean, seed)


def _half_is_silent(seed, **setting):
    return 0.05 - abs(_silence(seed, **setting).silent[0] - 0.5)


def _some_nearly_always(seed, layer=1, **setting):
    by_unit = _silence(seed, **setting).by_unit[layer]
    return np.mean((by_unit < 0.1) | (by_unit > 0.9)) - 0.02


@cache
def _deaths(rate, **setting):
    return dead_relu.deaths(_data(), (rate,), **setting)


def _dead(seed, rate, **setting):
    return _deaths(rate, **setting).dead[0, seed]


def _died(seed, rate, **setting):
    return _dead(seed, rate, **setting) - _deaths(rate, **setting).dead_at_start[0, seed]


def _right(seed, rate, **setting):
    return 100 * _deaths(rate, **setting).accuracy[0, seed]


def _all_die(seed, rate=3.0, **setting):
    return min(_dead(seed, rate, **setting) - 0.95, 0.15 - _right(seed, rate, **setting) / 100)


def _almost_none_dies(seed, rate=0.3, **setting):
    return 0.03 - _died(seed, rate, **setting)


def _accuracy_does_not_show_it(seed, rate=1.0, **setting):
    """At most two points below the rate 0.1, at which none die."""
    return _right(seed, rate, **setting) - _right(seed, 0.1, **setting) + 2


def _stay_dead(seed, rate=0.3, **setting):
    return _died(seed, rate, bias=-1.0, **setting) + 0.02


def _small_bias_changes_little(seed, rate=0.3, **setting):
    return 0.05 - abs(_dead(seed, rate, bias=0.1, **setting) - _dead(seed, rate, **setting))


def _leaky_units_live(seed, rate=3.0, activation="leaky_relu", **setting):
    return 1e-9 - _dead(seed, rate, activation=activation, **setting)


def _a_leak_is_no_good_rate(seed, rate=3.0, **setting):
    """More than three points below the rate 0.3."""
    leaky = partial(_right, seed, activation="leaky_relu", **setting)
    return leaky(0.3) - leaky(rate) - 3


def _more_die(seed, rate=1.0, hidden=(30,)):
    return _dead(seed, rate, hidden=hidden) - _dead(seed, rate)


def _leak_after_a_lower_rate(seed, **setting):
    """A rate of 3 kills ReLU units, a tenth of it does not, and a leak keeps them alive at either."""
    return min(_dead(seed, 3.0, **setting) - 0.5, 0.1 - _died(seed, 0.3, **setting), _leaky_units_live(seed, **setting))


# ---- 7: smooth functions


def _falls_somewhere(seed, name="gelu"):
    return -float(ACTIVATIONS[name].derivative(np.linspace(-6, 6, 1201)).min())


def _selu_after_many_layers(seed, scale=1.0, layers=30, width=200, name="selu"):
    return 0.2 - abs(_signal(name, seed, scale, layers, width).stds[-1] - 1)


def _selu_grows_with_he(seed, **setting):
    """From five to twenty times."""
    return np.log10(2) - abs(np.log10(_signal("selu", seed, **{"scale": 2**0.5, "layers": 30} | setting).stds[-1] / 10))


# ---- 8: speed


@cache
def _runs(name, rates, scales, width=30, n_layers=3, most=15, optimizer="sgd"):
    chosen = [(rate, scale, seed) for rate in rates for scale in scales for seed in range(SEEDS)]
    runs = train_many(
        _data(), name, *zip(*chosen, strict=True), hidden=(width,) * n_layers, epochs=most, optimizer=optimizer
    )
    return runs.accuracy.reshape(-1, SEEDS, most + 1), runs.right.reshape(-1, SEEDS, runs.right.shape[1])


def _epochs(seed, name, grid=None, target=0.95, **setting):
    """Epochs of one seed at the pair of rate and scale with the fewest, by the median over the seeds.

    Who does not reach the target counts as if it did one epoch after the last.
    """
    accuracy, _ = _runs(name, *(grid or speed.SETTINGS[name]), **setting)
    reached = accuracy >= target
    epochs = np.where(reached.any(axis=2), reached.argmax(axis=2), reached.shape[2])
    return epochs[np.median(epochs, axis=1).argmin(), seed]


USUAL = {"grid": speed.PLAIN_SIGMOID, "most": 40}


def _twice_as_many_epochs(seed, sigmoid=USUAL, **setting):
    """At least."""
    ratio = _epochs(seed, "sigmoid", **sigmoid, **setting) / _epochs(seed, "relu", **setting)
    return ratio - 2 + 1e-9


def _less_than_half_of_that(seed, **setting):
    return _epochs(seed, "sigmoid", **USUAL, **setting) / _epochs(seed, "sigmoid", **setting) - 2


OF_ADAM = {"relu": ((0.001, 0.003), (2**0.5,)), "tanh": ((0.003, 0.01), (1.0,))}


def _tanh_needs_no_more(seed, grids=speed.SETTINGS, **setting):
    relu, tanh = (_epochs(seed, name, grids[name], **setting) for name in ("relu", "tanh"))
    return relu - tanh + 1


def _paired_error_is_smaller(seed, first="relu", second="tanh"):
    one, other = (_runs(name, *speed.SETTINGS[name])[1][1, seed] for name in (first, second))
    shares = 100 * one.mean(), 100 * other.mean()
    return published.error_of_difference(*shares, len(one)) - published.paired_error(one, other)


# ---- 9 and appendix


def _chord_below_tanh(seed):
    return np.tanh(1) - (np.tanh(0) + np.tanh(2)) / 2


def _pieces_without_gradient(seed, bias_std=1.0, pieces=5):
    return pieces_never_chosen(pieces, bias_std, seed=seed)


def _mean_of_a_random_gate(seed, x=0.5, draws=100_000):
    """Within five standard errors."""
    kept = np.where(np.random.default_rng(seed).standard_normal(draws) < x, x, 0)
    return 5 * kept.std() / draws**0.5 - abs(kept.mean() - ACTIVATIONS["gelu"].function(np.array(x)))


def _a_constant_changes_nothing(seed, constant=1000.0, factor=1.0):
    scores = np.random.default_rng(seed).standard_normal((50, 10))
    return 1e-9 - np.abs(softmax(factor * scores + constant) - softmax(scores)).max()


def _each_output_fits_its_answer(seed):
    """Softmax sums to one, the sigmoid stays between 0 and 1, softplus above 0, for scores from -30 to 30."""
    x = np.linspace(-30, 30, 601)
    sigmoid, softplus = (ACTIVATIONS[name].function(x) for name in ("sigmoid", "softplus"))
    return min(1e-12 - abs(softmax(x).sum() - 1), sigmoid.min(), 1 - sigmoid.max(), softplus.min())


def _whole_row_without_gradient(seed, size=1.0, positive=0):
    """The gradient of cross-entropy behind a ReLU, for scores below zero but for the first `positive`."""
    rng = np.random.default_rng(seed)
    scores = -size * (0.1 + rng.random(10))
    scores[:positive] *= -1
    error = softmax(np.maximum(scores, 0)) - np.eye(10)[rng.integers(10)]
    return 1e-12 - np.abs(error * ACTIVATIONS["relu"].derivative(scores)).max()


def _not_convex(seed):
    left, right, half_way = two_layer_losses()
    return half_way - (left + right) / 2


def _needs_the_matching_loss(seed):
    squared, cross_entropy = ((a + b) / 2 - half_way for a, b, half_way in one_unit_losses())
    return min(-squared, cross_entropy)


def _an_edge_a_unit(seed, hidden=(32,) * 5):
    """From half an edge to two."""
    edges = landscape.straight_pieces(hidden=hidden, seed=seed, points=10_001) - 1
    return 1 - abs(np.log2(edges / sum(hidden)))


def _smaller_where_smooth(seed, **network):
    """From 0.07 to 0.14 of the largest change, with ten times as many points."""
    return np.log10(2) / 2 - max(abs(np.log10(10 * _stays(name, seed, **network))) for name in SMOOTH)


def _does_not_become_small(seed, names=CORNERS, **network):
    """At least a third of it."""
    return min(_stays(name, seed, **network) for name in names) - 1 / 3


def _stays(name, seed, **network):
    """How much of the largest change of the derivative is left with ten times as many points."""
    before, after = (landscape.sharpest_bend(name, points, seed=seed, **network) for points in (1_001, 10_001))
    return after / before


def _bounded(seed):
    x = np.linspace(-1000, 1000, 4001)
    return 6.001 - max(np.abs(ACTIVATIONS[name].function(x)).max() for name in ("relu6", "hard_sigmoid"))


def _row(*cells):
    return " ".join(cells)


WIDER = {"100 units a layer": {"width": 100}, "300 units a layer": {"width": 300}}

CLAIMS = (
    Claim(
        "ten layers without an activation function compute what one layer of 400 weights computes",
        _as_one_layer,
        POWERS,
        {OWN: {}, "3 layers": {"layers": 3}, "50 units": {"width": 50}},
        {"ReLU between them": {"activation": "relu"}},
    ),
    Claim("the derivative of the sigmoid is at most a quarter", _largest_derivative_of_sigmoid, "derivative", seeds=1),
    Claim(r"$\tanh$ is the same curve, stretched and shifted", _tanh_is_a_sigmoid, "", seeds=1),
    Claim(
        "with these weights the gradient of a sigmoid network shrinks at every layer, by a factor of about four",
        _by_a_factor_of_four,
        "factor",
        {OWN: {}, **WIDER, "20 layers": {"layers": 20}},
        {"weights four times as large": {"scale": 4}},
    ),
    Claim(
        "Less than a millionth is left, although not one sigmoid is saturated",
        _less_than_a_millionth,
        POWERS,
        {OWN: {}, **WIDER, "20 layers": {"layers": 20}, "weights half as large": {"scale": 0.5}},
        {"5 layers": {"layers": 5}, "weights twice as large": {"scale": 2}},
    ),
    Claim(
        r"$\tanh$ has the derivative 1 at 0 and loses much less",
        _tanh_loses_less,
        POWERS,
        {OWN: {}, **WIDER, "20 layers": {"layers": 20}, "scale 0.5": {"scale": 0.5}, "scale 2": {"scale": 2}},
    ),
    Claim(
        "the variance of the gradient is halved at each layer",
        _variance_halved,
        "factor",
        {OWN: {}, **WIDER, "20 layers": {"layers": 20}},
        {"He's weights": {"scale": 2**0.5}},
    ),
    Claim(
        "More than half of the units are saturated at scale 10, and still most of the gradient reaches layer 1",
        _saturated_and_still,
        "share",
        {OWN: {}, **WIDER, "5 layers": {"layers": 5}},
        {"scale 1": {"scale": 1}, "scale 5": {"scale": 5}},
    ),
    Claim(
        "with large weights the gradient of a tanh network becomes larger from layer to layer on its way down",
        _grows_on_its_way_down,
        POWERS,
        {OWN: {}, **WIDER, "20 layers": {"layers": 20}, "scale 3": {"scale": 3}, "scale 10": {"scale": 10}},
        {"scale 1": {"scale": 1}, "scale 2": {"scale": 2}},
    ),
    Claim(
        "With four it guesses",
        _guesses,
        POINTS,
        {
            OWN: {},
            "rate halved": {"rates": (0.05,)},
            "rate doubled": {"rates": (0.2,)},
            "momentum": {"rates": (0.01,), "optimizer": "momentum"},
            "60 units a layer": {"width": 60, "epochs": 15},
            "colored shapes": {"on": "shapes", "epochs": 15},
        },
        {
            "1 hidden layer": {"n_layers": 1},
            "rate 1, weights four times as large": {"rates": (1,), "scales": (4,), "epochs": 20},
            "Adam": {"rates": (0.01,), "optimizer": "adam", "epochs": 20},
        },
    ),
    Claim(
        "Before training, the weights of the last hidden layer get a gradient about 68 times as large as those of the "
        "first",
        _last_gradient_is_larger,
        POWERS,
        {OWN: {}, "scale 1.4": {"scale": 1.4}, "5 hidden layers": {"n_layers": 5}},
        {"weights four times as large": {"scale": 4}, "ReLU, He's weights": {"activation": "relu", "scale": 2**0.5}},
    ),
    Claim(
        "With weights four times as large, a four-layer sigmoid network learns the digits nearly as well as a ReLU "
        "network",
        _as_well_as_relu,
        POINTS,
        {
            OWN: {},
            "60 units a layer": {"width": 60},
            "batches of 64": {"batch_size": 64, "own": ((1,), (4,)), "relu": ((0.1,), (2**0.5,))},
            "Adam": {"own": ((0.01,), (4,)), "relu": ((0.003,), (2**0.5,)), "optimizer": "adam"},
        },
        {"usual weights": {"own": ((0.3, 1), (1,))}},
    ),
    Claim(
        "With the usual weights it fails at every rate of the map",
        _fails_at_every_rate,
        POINTS,
        {
            OWN: {},
            "batches of 64": {"batch_size": 64},
            "colored shapes": {"on": "shapes", "rates": (0.3, 1), "epochs": 10},
        },
        {
            "Adam": {"rates": (0.01,), "optimizer": "adam"},
            "weights four times as large": {"rates": (1,), "scales": (4,)},
        },
    ),
    Claim(
        "with eight hidden layers the sigmoid network needs more epochs than the ReLU network, each at its best",
        _needs_more_epochs,
        "epochs",
        {
            OWN: {},
            "until 80 %": {"target": 0.8},
            "Adam": {"own": ((0.01,), (4,)), "relu": ((0.003,), (2**0.5,)), "optimizer": "adam"},
        },
        {"45 units a layer": {"width": 45, "own": ((0.3,), (6,)), "relu": ((0.05,), (2**0.5,))}},
    ),
    Claim(
        "With Adam, four sigmoid layers learn even with the usual weights",
        _adam_learns,
        POINTS,
        {OWN: {}, "rate halved": {"rates": (0.005,)}, "rate doubled": {"rates": (0.02,)}},
        {"8 hidden layers": {"n_layers": 8}, "SGD": {"rates": (0.3, 1), "optimizer": "sgd"}},
    ),
    Claim(
        "at the rate 1, at which the sigmoid learns, it fails at every scale of the map",
        _relu_has_less_choice,
        POINTS,
        {OWN: {}, "60 units a layer": {"width": 60, "scales": (1.4,), "epochs": 10}},
        {"1 hidden layer": {"n_layers": 1}},
    ),
    Claim(
        "For a single sample all weight gradients of a unit have one sign, in a sigmoid network and in a ReLU network",
        _one_sign,
        "share of updates",
        {OWN: {}, "ReLU": {"name": "relu"}, "60 units a layer": {"hidden": (60, 60)}},
        {"batches of 32": {"batch_size": 32}, "tanh": {"name": "tanh"}},
    ),
    Claim(
        "With tanh it does not happen",
        _not_of_one_sign,
        "share of updates",
        {OWN: {}, "batches of 32": {"batch_size": 32}},
        {"sigmoid": {"name": "sigmoid"}},
    ),
    Claim(
        "About twice as many; for 10 and for 30 weights, too",
        _twice_as_many_steps,
        "times",
        {OWN: {}, "10 weights": {"n_weights": 10}, "30 weights": {"n_weights": 30, "count": 30}},
    ),
    Claim(
        "a symmetric pre-activation is negative half of the time",
        _half_is_silent,
        "share of outputs",
        {OWN: {}, "digits": {"on": "digits"}, "1000 units": {"widths": (1000,)}},
        {"bias 0.5": {"bias_mean": 0.5}},
    ),
    Claim(
        "some of its units are silent for nearly all samples or for nearly none",
        _some_nearly_always,
        SHARE,
        {OWN: {}, "digits": {"on": "digits"}, "layer 3": {"widths": (300, 300, 300), "layer": 2}},
        {"layer 1": {"layer": 0}},
    ),
    Claim(
        "Up to the rate 0.3 training kills almost no unit",
        _almost_none_dies,
        SHARE,
        {OWN: {}, "rate halved": {"rate": 0.15}, "300 units": {"hidden": (300,)}, "bias 0.1": {"bias": 0.1}},
        {"rate 3": {"rate": 3.0}, "momentum, rate 0.3": {"optimizer": "momentum"}},
    ),
    Claim(
        "the accuracy does not show it",
        _accuracy_does_not_show_it,
        POINTS,
        {OWN: {}, "bias 0.1": {"bias": 0.1}, "momentum, rate 0.1": {"rate": 0.1, "optimizer": "momentum"}},
        {"three hidden layers of 30": {"hidden": (30, 30, 30)}, "rate 3": {"rate": 3.0}},
    ),
    Claim(
        "At 3 all are dead, and the network guesses",
        _all_die,
        SHARE,
        {
            OWN: {},
            "rate doubled": {"rate": 6.0},
            "30 units": {"hidden": (30,)},
            "300 units": {"hidden": (300,)},
            "bias 0.1": {"bias": 0.1},
        },
        {"rate 1": {"rate": 1.0}, "leaky ReLU": {"activation": "leaky_relu"}},
    ),
    Claim(
        "with 30 units instead of 100 or with three hidden layers, more of them do",
        _more_die,
        SHARE,
        {OWN: {}, "three hidden layers of 30": {"hidden": (30, 30, 30)}},
        {"at the rate 0.1": {"rate": 0.1}},
    ),
    Claim(
        "training does not bring them back",
        _stay_dead,
        SHARE,
        {
            OWN: {},
            "rate 0.1": {"rate": 0.1},
            "momentum": {"rate": 0.03, "optimizer": "momentum"},
            "Adam": {"rate": 0.003, "optimizer": "adam"},
        },
    ),
    Claim(
        "A small positive bias, which one deck recommends (0.01 there, 0.1 here), changes next to nothing",
        _small_bias_changes_little,
        SHARE,
        {OWN: {}, "rate 0.1": {"rate": 0.1}, "300 units": {"hidden": (300,)}},
    ),
    Claim(
        "has a derivative that is never 0, so its units cannot die",
        _leaky_units_live,
        SHARE,
        {OWN: {}, "30 units": {"hidden": (30,)}, "three hidden layers of 30": {"rate": 1.0, "hidden": (30, 30, 30)}},
        {"ReLU": {"activation": "relu"}},
    ),
    Claim(
        "a leak keeps the units alive, it does not make a rate good that is too high",
        _a_leak_is_no_good_rate,
        POINTS,
        {OWN: {}, "three hidden layers, rate 1": {"rate": 1.0, "hidden": (30, 30, 30)}, "rate doubled": {"rate": 6.0}},
        {"one hidden layer, rate 1": {"rate": 1.0}},
    ),
    Claim(
        "left of the dip, a larger pre-activation gives a *smaller* output",
        _falls_somewhere,
        "derivative",
        {OWN: {}, "Swish": {"name": "swish"}, "Mish": {"name": "mish"}},
        {"ELU": {"name": "elu"}},
        seeds=1,
    ),
    Claim(
        "the signal of a SELU network grows about tenfold",
        _selu_grows_with_he,
        POWERS,
        {OWN: {}, "300 units a layer": {"width": 300}},
        {"scale 1": {"scale": 1}},
    ),
    Claim(
        r"the mean of that is $x\,\Phi(x)$",
        _mean_of_a_random_gate,
        "output",
        {OWN: {}, "x = -1": {"x": -1.0}, "x = 2": {"x": 2.0}},
    ),
    Claim(
        "With the usual weights the sigmoid needs at least twice as many epochs as ReLU",
        _twice_as_many_epochs,
        "times",
        {OWN: {}, "60 units a layer": {"width": 60}, "until 90 %": {"target": 0.9}, "4 hidden layers": {"n_layers": 4}},
        {"weights four times as large": {"sigmoid": {}}},
    ),
    Claim(
        "With larger weights it needs less than half of that",
        _less_than_half_of_that,
        "times",
        {OWN: {}, "60 units a layer": {"width": 60}, "until 90 %": {"target": 0.9}},
    ),
    Claim(
        "tanh needs no more epochs than ReLU",
        _tanh_needs_no_more,
        "epochs",
        {
            OWN: {},
            "60 units a layer": {"width": 60},
            "until 90 %": {"target": 0.9},
            "Adam": {"grids": OF_ADAM, "optimizer": "adam"},
        },
    ),
    Claim(
        "The paired error is smaller than the independent one",
        _paired_error_is_smaller,
        POINTS,
        {OWN: {}, "ReLU and sigmoid": {"second": "sigmoid"}},
    ),
    Claim(
        "tanh at 1 lies above it",
        _chord_below_tanh,
        "height",
        seeds=1,
    ),
    Claim(
        "A *piece* can: one that is never the largest gets no gradient",
        _pieces_without_gradient,
        "share of pieces",
        {OWN: {}, "bias std 3": {"bias_std": 3.0}, "10 pieces": {"pieces": 10}},
        {"2 pieces, no bias": {"pieces": 2, "bias_std": 0.0}},
    ),
    Claim(
        "If adding a constant changes nothing",
        _a_constant_changes_nothing,
        "probability",
        {OWN: {}, "minus 1000": {"constant": -1000.0}, "0.1": {"constant": 0.1}},
        {"twice the scores": {"constant": 0.0, "factor": 2.0}},
    ),
    Claim(
        "If all scores of a row are below zero, the whole row gets none",
        _whole_row_without_gradient,
        "gradient",
        {OWN: {}, "scores near zero": {"size": 0.01}, "scores far below": {"size": 50.0}},
        {"one score above zero": {"positive": 1}},
    ),
    Claim("With a hidden layer it is not convex, whatever the activation", _not_convex, "loss", seeds=1),
    Claim("Even a single sigmoid unit is convex only with the right loss", _needs_the_matching_loss, "loss", seeds=1),
    Claim(
        "With ten times as many points it becomes about a tenth where the output is smooth",
        _smaller_where_smooth,
        "powers of ten",
        {OWN: {}, "2 layers": {"hidden": (32, 32)}, "16 units a layer": {"hidden": (16,) * 5}},
    ),
    Claim(
        "At an edge it does not become small, because there the derivative jumps",
        _does_not_become_small,
        "share",
        {OWN: {}, "2 layers": {"hidden": (32, 32)}, "16 units a layer": {"hidden": (16,) * 5}},
        {"smooth functions": {"names": SMOOTH}},
    ),
    Claim(
        "Each unit causes about one edge on this way",
        _an_edge_a_unit,
        "powers of two",
        {OWN: {}, "2 layers": {"hidden": (32, 32)}, "16 units a layer": {"hidden": (16,) * 5}},
    ),
    Claim(
        _row(
            "hidden layers, first try",
            "ReLU, He's weights, a careful rate",
            "the gradient keeps its size through ten layers",
        ),
        _relu_keeps_its_gradient,
        POWERS,
        {OWN: {}, **WIDER, "20 layers": {"layers": 20}},
        {"usual weights": {"scale": 1}, "weights twice as large": {"scale": 2}},
    ),
    Claim(
        _row(
            "units die",
            "a lower rate first, then leaky ReLU, PReLU or ELU",
            "too high a rate kills ReLU units; a derivative on the left keeps them alive",
        ),
        _leak_after_a_lower_rate,
        SHARE,
        {OWN: {}, "30 units": {"hidden": (30,)}, "300 units": {"hidden": (300,)}},
    ),
    Claim(
        _row(
            "deep dense stack without normalization",
            "SELU with LeCun's weights",
            "mean 0 and variance 1 reproduce themselves",
        ),
        _selu_after_many_layers,
        "standard deviation",
        {OWN: {}, "50 layers": {"layers": 50}, "300 units a layer": {"width": 300}},
        {"He's weights": {"scale": 2**0.5}, "ELU": {"name": "elu"}},
    ),
    Claim(
        _row(
            "small chips, 8-bit arithmetic",
            "ReLU6, hard sigmoid",
            "the output is bounded, and there is no exponential",
        ),
        _bounded,
        "output",
        seeds=1,
    ),
    Claim(
        _row(
            "recurrent states, small data",
            "tanh",
            "centered; on the digits it learns as well as ReLU, with four hidden layers and with eight",
        ),
        partial(_as_well_as_relu, activation="tanh", own=OF_TANH),
        POINTS,
        {
            OWN: {},
            "8 hidden layers": {"n_layers": 8, "own": ((0.1,), (1.2,)), "relu": ((0.1,), (2**0.5,))},
            "Adam": {"own": ((0.003,), (1,)), "relu": ((0.003,), (2**0.5,)), "optimizer": "adam"},
        },
    ),
    Claim(
        _row(
            "deep stacks",
            "no sigmoid",
            "with the usual weights and SGD its gradient vanishes; with eight layers of 30 units it is slower at its "
            "best, too",
        ),
        _slower_in_either_way,
        "epochs",
        {OWN: {}},
        {"2 hidden layers": {"n_layers": 2}},
    ),
    Claim(
        _row("output", "softmax, sigmoid, softplus or nothing", "what the answer needs"),
        _each_output_fits_its_answer,
        "output",
        seeds=1,
    ),
)
