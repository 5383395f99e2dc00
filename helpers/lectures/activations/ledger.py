"""What the decks say about activation functions."""

from functools import cache, partial

import numpy as np
from scipy.special import ndtr

from helpers.datasets import digits, mnist, published
from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row
from helpers.neural.activations import ACTIVATIONS, gelu, gelu_tanh, sigmoid
from helpers.neural.gradient_signs import share_of_one_sign

from .experiments.convexity import one_unit_losses, two_layer_losses
from .experiments.dead_relu import deaths, silence_at_start
from .experiments.depth import accuracy_by_depth, nielsen_on_mnist
from .experiments.published import share_of
from .experiments.speed import PLAIN_SIGMOID, SETTINGS, epochs_to_reach

# The derivatives as deck 000 prints them: x, f(x), alpha -> f'(x); for alpha = 0.25 and 1 as in the registry.
_TABLE = {
    "identity": lambda x, f: np.ones_like(x),
    "step": lambda x, f: np.zeros_like(x),
    "sigmoid": lambda x, f: f * (1 - f),
    "tanh": lambda x, f: 1 - f**2,
    "arctan": lambda x, f: 1 / (x**2 + 1),
    "relu": lambda x, f: np.where(x < 0, 0.0, 1.0),
    "prelu": lambda x, f: np.where(x < 0, 0.25, 1.0),
    "elu": lambda x, f: np.where(x < 0, f + 1, 1.0),
    "softplus": lambda x, f: 1 / (1 + np.exp(-x)),
}
# The same for deck 001.
_TABLE_001 = {
    "sigmoid": lambda x, f: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    "tanh": lambda x, f: 1 - f**2,
    "softsign": lambda x, f: 1 / (1 + np.abs(x)) ** 2,
    "relu": lambda x, f: np.where(x > 0, 1.0, 0.0),
    "softplus": lambda x, f: np.exp(x) / (1 + np.exp(x)),
}


def _table_error(name, printed):
    """Largest difference between a printed derivative and the difference quotient, away from kinks."""
    x = np.linspace(-5.9, 5.9, 1000)
    function = ACTIVATIONS[name].function
    quotient = (function(x + 1e-5) - function(x - 1e-5)) / 2e-5
    return float(np.abs(quotient - printed(x, function(x))).max())


def _sigmoid_at(x):
    return float(sigmoid(np.array(x)))


def _two_slopes_differ():
    """Of the two ways to write the sigmoid's slope, at -10, 0 and 10."""
    x = np.array([-10.0, 0.0, 10.0])
    return float(np.abs(np.exp(-x) / (1 + np.exp(-x)) ** 2 - sigmoid(x) * (1 - sigmoid(x))).max())


def _asymmetry():
    """How far the sigmoid is from being its own mirror image in the point (0, 1/2)."""
    x = np.linspace(-20, 20, 401)
    return float(np.abs(sigmoid(x) + sigmoid(-x) - 1).max())


def _scaled_sigmoid_differs():
    x = np.linspace(-20, 20, 401)
    return float(np.abs(np.tanh(x) - (2 * sigmoid(2 * x) - 1)).max())


def _gelu_forms_differ():
    x = np.linspace(-6, 6, 12_001)
    return float(np.abs(gelu(x) - gelu_tanh(x)).max())


def _nielsen(depth):
    return 100 * float(nielsen_on_mnist(mnist(), depths=(depth,))[0])


def _silent():
    samples = np.random.default_rng(0).standard_normal((1000, 64))
    return 100 * float(silence_at_start(samples).silent.mean())


@cache
def _epochs(name):
    """Epochs to 95 % on the digits, three hidden layers of 30, each function at its best rate, ten seeds."""
    usual = {**SETTINGS, "sigmoid": PLAIN_SIGMOID}[name]  # with the weights that one would have begun with
    return epochs_to_reach(0.95, digits(), name, *usual, epochs=40).epochs_at_best


def _convexity(left, right, half_way):
    return "not convex" if half_way > (left + right) / 2 else "convex"


def _maxout_of_tanh():
    """A maximum of lines is convex; tanh at 1 lies above the chord from 0 to 2, so no maximum of lines is tanh."""
    return "convex functions only" if np.tanh(1) > (np.tanh(0) + np.tanh(2)) / 2 else "any function"


def _misra_accuracies():
    return [row[column] for row in published("cifar10_senet50_misra_2019").printed for column in (0, 2)]


def _swish_not_below_relu():
    table = published("cifar10_ramachandran_2017")
    rows = dict(zip(table.functions, table.values, strict=True))
    return float(np.sum(rows["Swish"] >= rows["ReLU"]))


def _keras_slope():
    return float(keras().layers.LeakyReLU().negative_slope)


def _keras_hard_sigmoid(x):
    return float(keras().ops.hard_sigmoid(x))


def _hard_sigmoids_differ():
    """The first definition, linear from -3 to 3, against Keras 3."""
    x = np.linspace(-4, 4, 801)
    by_deck = np.where(x <= -3, 0, np.where(x >= 3, 1, x / 6 + 0.5))
    return float(np.abs(by_deck - keras().ops.convert_to_numpy(keras().activations.hard_sigmoid(x))).max())


def _dead_with_a_bias():
    """Dead units at the rate 1, biases that start at 0.01 against 0."""
    with_bias, without = (deaths(digits(), (1.0,), bias).dead.mean() for bias in (0.01, 0.0))
    return "fewer" if with_bias < 0.8 * without else "about as many"


def _relu_or_swish(depth):
    """Which of the two is more than a point better, each at the best of three rates, He's weights, five seeds."""
    best = {}
    for name in ("relu", "swish"):
        found = [accuracy_by_depth(digits(), name, (depth,), rate=r, scale=2**0.5).accuracy for r in (0.03, 0.1, 0.3)]
        best[name] = max(accuracy.mean() for accuracy in found)
    gap = best["swish"] - best["relu"]
    return "Swish" if gap > 0.01 else "ReLU" if gap < -0.01 else "no difference"


ROWS = [
    *(
        Row(
            key=f"{depth + 1}-layer sigmoid network on MNIST, accuracy in %",
            deck="000",
            slide_says=slide,
            compute=partial(_nielsen, depth),
            # What another seed does: over seeds 0, 1, 2 one hidden layer spreads by 0.22, two by 0.45, four by 0.47.
            tolerance=0.5,
            note="Seed 0, in the set-up of Nielsen 2015, chapter 5; not in the deck. Three seeds spread by up to 0.5.",
            needs="mnist",
            setting_given=False,
        )
        for depth, slide in enumerate((96.48, 96.90, 96.57, 96.53), start=1)
    ),
    Row("sigmoid at 0", "004", 0.5, partial(_sigmoid_at, 0.0), 1e-15),
    Row("sigmoid far to the right", "004", 1.0, partial(_sigmoid_at, 1000.0), 1e-15, "At 1000."),
    Row("sigmoid far to the left", "004", 0.0, partial(_sigmoid_at, -1000.0), 1e-15, "At -1000."),
    Row("sigmoid is symmetric about (0, 1/2), largest deviation", "004", 0.0, _asymmetry, 1e-15),
    Row("slope of sigmoid = s(1 - s), difference at -10, 0, 10", "000, 001, 004", 0.0, _two_slopes_differ, 1e-15),
    Row("tanh x = 2 sigmoid(2x) - 1, largest difference", "000", 0.0, _scaled_sigmoid_differs, 1e-15),
    *(
        Row(
            key=f"printed derivative of {name}, largest error",
            deck=deck,
            slide_says=0.0,
            compute=partial(_table_error, name, printed),
            tolerance=1e-8,
            note="Against the difference quotient." + (" Any slope at 0 is a convention." if "relu" in name else ""),
        )
        for deck, table in (("000", _TABLE), ("001", _TABLE_001))
        for name, printed in table.items()
    ),
    Row(
        "hard sigmoid of Keras at 2.5",
        "000",
        1.0,
        partial(_keras_hard_sigmoid, 2.5),
        1e-6,
        "0.2x + 0.5 was Keras 2. Keras 3 computes x/6 + 1/2; here the two definitions differ most, by 1/12.",
    ),
    *(
        Row(
            key=f"left slope of leaky ReLU, {where}",
            deck=deck,
            slide_says=slope,
            compute=_keras_slope,
            tolerance=1e-9,
            note="Compared with Keras' layer. There is no standard: state the slope.",
            setting_given=False,
        )
        for deck, where, slope in (
            ("000, 003", "overview", 0.1),
            ("000, 003, 004", "own slide", 0.01),
            ("004", "overview", 0.001),
            ("001", "code", 0.02),
            ("000", "Mish comparison", 0.3),
        )
    ),
    Row(
        "P(X < 0.5) for the standard normal distribution",
        "000",
        0.5,
        lambda: float(ndtr(0.5)),
        0.005,
        "It is one half at 0. So GELU(0.5) is 0.35, not 0.25.",
    ),
    Row(
        "GELU's tanh form equals GELU, largest difference",
        "000",
        0.0,
        _gelu_forms_differ,
        1e-3,
        "The slide says approximately; 0.0005 is what approximately means.",
    ),
    Row("outputs of ReLU layers that are 0 at the start, in %", "000", 50.0, _silent, 2.0, "Three layers, no biases."),
    Row(
        "weight gradients of a unit with positive inputs have one sign, % of updates",
        "000, 003, 004",
        100.0,
        lambda: 100 * share_of_one_sign(digits(), "sigmoid", batch_size=1),
        1e-9,
        "For one sample. Not for a batch, which adds up gradients of either sign.",
    ),
    Row(
        "times that ReLU is faster than tanh",
        "000, 003, 004",
        6.0,
        lambda: _epochs("tanh") / _epochs("relu"),
        2.0,
        "Ours: epochs to 95 % on 8 x 8 digits, three dense hidden layers, each at its best rate. The 6 comes from "
        "Krizhevsky et al. 2012: four convolutional layers on CIFAR-10.",
        setting_given=False,
    ),
    Row(
        "times that ReLU is faster than sigmoid",
        "000, 003, 004",
        6.0,
        lambda: _epochs("sigmoid") / _epochs("relu"),
        2.0,
        "As above, with weights of standard deviation 1/sqrt(fan_in). With weights four times as large: 1.0.",
        setting_given=False,
    ),
    Row(
        "a monotone activation makes the loss convex: two layers of tanh",
        "000",
        "convex",
        lambda: _convexity(*two_layer_losses()),
        note="y = v tanh(w x): perfect at (1, 1) and (-1, -1), not half-way.",
    ),
    Row(
        "a monotone activation makes the loss convex: one sigmoid unit, squared error",
        "000",
        "convex",
        lambda: _convexity(*one_unit_losses()[0]),
        note="On the sample x = 1, y = 1, between w = -8 and w = 0.",
    ),
    Row(
        "a monotone activation makes the loss convex: one sigmoid unit, cross-entropy",
        "000",
        "convex",
        lambda: _convexity(*one_unit_losses()[1]),
        note="The case in which the sentence is true; the same points.",
    ),
    Row(
        "maxout can approximate",
        "000",
        "any function",
        _maxout_of_tanh,
        note="The difference of two maxout units can (Goodfellow et al. 2013).",
    ),
    Row(
        "networks, of 3, on which Swish does not fall behind ReLU",
        "000",
        3.0,
        _swish_not_below_relu,
        0.0,
        "As Ramachandran et al. (2017) report: above it on two, level on DenseNet.",
    ),
    Row(
        "accuracies of the SENet-50 table, of 12, that can be shares of 10 000 test pictures",
        "000",
        12.0,
        lambda: float(sum(share_of(10_000, _misra_accuracies()))),
        0.0,
        "Eleven are shares of 10 112 = 79 batches of 128: some pictures were counted twice. The deck does not say so.",
        setting_given=False,
    ),
    Row("hard sigmoid, x/6 + 1/2 from -3 to 3: largest difference from Keras", "000", 0.0, _hard_sigmoids_differ, 1e-6),
    Row(
        "dead units when biases start at 0.01",
        "003",
        "fewer",
        _dead_with_a_bias,
        note="Digits, one layer of 100 ReLU units, rate 1, ten seeds. The deck only says that people do it.",
        setting_given=False,
    ),
    *(
        Row(
            f"table 11-3: activation function, {how}",
            "002",
            printed,
            lambda depth=depth: _relu_or_swish(depth),
            note=f"Digits, hidden layers of 30 units: {depth}; each at the best of three rates, five seeds. A point of "
            "accuracy counts.",
            setting_given=False,
        )
        for how, depth, printed in (("shallow", 1, "ReLU"), ("deep", 8, "Swish"))
    ),
]
