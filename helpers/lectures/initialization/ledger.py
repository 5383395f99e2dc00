"""What the decks say about initialisation.

Each number of the five tables comes from one run with one seed. The course computes the mean over SEEDS seeds, and
agrees when the slide lies within four times what another seed does: SPREAD holds the deviation of each number over 20
seeds, two digits of it. A test measures a part of SPREAD again.
"""

from functools import cache, partial

import numpy as np

from helpers.datasets import digits
from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row
from helpers.neural.activations import ACTIVATIONS, relu, sigmoid
from helpers.neural.networks import train_dense
from helpers.neural.signal import draw, lecun

from .experiments import DECK_RUNS, balance, constant_layers, deck_run, selu_statistics

SEEDS = 5
PRINTED = {
    "tanh, 0.01": (
        *(0.213081, 0.047551, 0.010630, 0.002378, 0.000532),
        *(0.000119, 0.000026, 0.000006, 0.000001, 0.000000),
    ),
    "tanh, 1.0": (
        *(0.981879, 0.981649, 0.981601, 0.981755, 0.981614),
        *(0.981560, 0.981520, 0.981913, 0.981728, 0.981736),
    ),
    "tanh, 1/sqrt(fan_in)": (
        *(0.627953, 0.486051, 0.407723, 0.357108, 0.320917),
        *(0.292116, 0.273387, 0.254935, 0.239266, 0.228008),
    ),
    "ReLU, 1/sqrt(fan_in)": (
        *(0.582273, 0.403795, 0.276912, 0.198685, 0.140299),
        *(0.103280, 0.072748, 0.051572, 0.038583, 0.026076),
    ),
    "ReLU, sqrt(2/fan_in)": (
        *(0.825232, 0.827835, 0.813855, 0.826902, 0.834092),
        *(0.860035, 0.870610, 0.889348, 0.845357, 0.844523),
    ),
}
SPREAD = {
    "tanh, 0.01": (5.2e-4, 1.7e-4, 5.3e-5, 1.4e-5, 3.8e-6, 8.6e-7, 2.4e-7, 6.5e-8, 1.8e-8, 4.4e-9),
    "tanh, 1.0": (1.0e-4, 9.7e-5, 1.1e-4, 1.2e-4, 1.2e-4, 1.0e-4, 1.1e-4, 1.6e-4, 1.0e-4, 1.0e-4),
    "tanh, 1/sqrt(fan_in)": (7.9e-4, 8.5e-4, 1.1e-3, 1.2e-3, 1.3e-3, 1.1e-3, 1.4e-3, 1.6e-3, 2.0e-3, 1.9e-3),
    "ReLU, 1/sqrt(fan_in)": (1.7e-3, 1.1e-2, 1.0e-2, 9.8e-3, 1.1e-2, 8.5e-3, 6.9e-3, 5.9e-3, 4.1e-3, 3.4e-3),
    "ReLU, sqrt(2/fan_in)": (2.4e-3, 2.2e-2, 2.9e-2, 3.9e-2, 6.0e-2, 6.8e-2, 7.8e-2, 9.5e-2, 9.3e-2, 0.11),
}
ROUNDING = 5e-7  # of a number printed with six decimals


def tolerance(table, layer):
    """What may lie between one run's number, as printed, and the mean over SEEDS seeds."""
    return 4 * SPREAD[table][layer - 1] * (1 + 1 / SEEDS) ** 0.5 + ROUNDING


@cache
def _mean_stds(table):
    return np.mean([deck_run(table, seed, samples_back=1).stds for seed in range(SEEDS)], axis=0)


def _std(table, layer):
    return float(_mean_stds(table)[layer - 1])


@cache
def _gradient_at_layer_1(table):
    """In units of what arrives at the top."""
    return float(deck_run(table, samples_back=200).gradient_stds[0])


def _fate(ratio):
    return "vanishes" if ratio < 1e-3 else "explodes" if ratio > 1e3 else "arrives"


def _what_moves():
    """The parameters that change when a network starts from zeros."""
    start = constant_layers((64, 30, 10), 0.0)
    trained = train_dense(digits(), (30,), "tanh", epochs=1, start=start).layers
    names = ("first weights", "first biases", "last weights", "last biases")
    before, after = ([array for layer in layers for array in layer] for layers in (start, trained))
    pairs = zip(names, before, after, strict=True)
    return " and ".join(name for name, old, new in pairs if np.any(old != new)) or "nothing"


def _share_killed():
    draws = draw(1, 500, 1000)
    return 100 * float(np.mean(relu(draws.inputs @ draws.weights[0]) == 0))


def _uniform_std():
    """Of numbers between plus and minus sqrt(3 sigma^2) with sigma^2 = 1/4; equally spaced instead of drawn."""
    limit = np.sqrt(3 * 0.25)
    return float(np.linspace(-limit, limit, 1_000_001).std())


def _keeps_prelu(alpha=0.25):
    """Mean square of what a PReLU layer passes on, over that of what it gets, with the deck's variance."""
    draws = draw(1, 500, 1000)
    sums = draws.inputs @ (draws.weights[0] * np.sqrt(2 / ((1 + alpha**2) * 500)))
    return float(np.mean(np.where(sums > 0, sums, alpha * sums) ** 2) / np.mean(draws.inputs**2))


def _variance_in_keras(name, fan_in=400, fan_out=600):
    values = keras().initializers.get({"class_name": name, "config": {"seed": 0}})((fan_in, fan_out))
    return float(keras().ops.convert_to_numpy(values).var())


def _derivative_of_second_layer():
    """The median derivative of sigmoid units in layer 2, all weights of standard deviation 1."""
    draws = draw(2, 500, 1000)
    sums = sigmoid(draws.inputs @ draws.weights[0]) @ draws.weights[1]
    return "close to 0" if np.median(ACTIVATIONS["sigmoid"].derivative(sums)) < 0.01 else "not close to 0"


def _start_for_relu():
    """The start with which layer 10 of a ReLU network is most like layer 1."""
    starts = {"LeCun or Xavier": "ReLU, 1/sqrt(fan_in)", "He": "ReLU, sqrt(2/fan_in)"}
    return min(starts, key=lambda name: abs(np.log(_std(starts[name], 10) / _std(starts[name], 1))))


# The table of deck 002: the initializer of Keras, what the variance is printed in, and the printed number.
_VARIANCES = {
    "GlorotNormal": ("1/fan_avg", 500, 1),
    "HeNormal": ("1/fan_in", 400, 2),
    "LecunNormal": ("1/fan_in", 400, 1),
}

ROWS = [
    *(
        Row(
            key=f"{table}: deviation of layer {layer}",
            deck="000, 003, 004",
            slide_says=printed,
            compute=partial(_std, table, layer),
            tolerance=tolerance(table, layer),
            note=f"Mean over {SEEDS} seeds; another seed moves it by {SPREAD[table][layer - 1]:.1e}."
            + (" Deck 000 prints .981526." if printed == 0.981520 else ""),
        )
        for table in DECK_RUNS
        for layer, printed in enumerate(PRINTED[table], start=1)
    ),
    Row(
        "gradient at layer 1: tanh, 0.01",
        "000, 003, 004",
        "vanishes",
        lambda: _fate(_gradient_at_layer_1("tanh, 0.01")),
        note="The slides ask; a millionth arrives.",
    ),
    Row(
        "gradient at layer 1: tanh, 1.0",
        "000, 004",
        "vanishes",
        lambda: _fate(_gradient_at_layer_1("tanh, 1.0")),
        note="'Gradients will be all zero': 89 % of the slopes are below 0.01, 500 weights of size 1 outweigh that; "
        "the gradient grows by a factor of 3.5 a layer.",
    ),
    Row(
        "gradient at layer 1: tanh, 1/sqrt(fan_in)",
        "000, 003, 004",
        "arrives",
        lambda: _fate(_gradient_at_layer_1("tanh, 1/sqrt(fan_in)")),
        note="'Reasonable initialization.' A quarter arrives.",
    ),
    Row(
        "what learns when all weights start at 0",
        "000, 004",
        "nothing",
        _what_moves,
        note="The biases of the output layer do: they learn how frequent each class is.",
    ),
    Row(
        "variance of a linear layer's output, weights of variance 1/n",
        "000, 003",
        1.0,
        lambda: balance(500, 500, lecun).forward,
        0.03,
        "In units of its input's; over seeds it has a deviation below 0.01.",
    ),
    Row("outputs of a ReLU layer that are 0, in %", "000", 50.0, _share_killed, 2.0, "'Half of the neuron is killed.'"),
    Row(
        "deviation of uniform numbers with the limit sqrt(3 sigma^2), sigma = 0.5",
        "002",
        0.5,
        _uniform_std,
        1e-5,
    ),
    Row(
        "SELU with LeCun's weights: deviation of layer 30",
        "002",
        1.0,
        lambda: float(selu_statistics(30).stds[-1]),
        0.05,
        "Standardised inputs, dense layers, as the slide demands.",
    ),
    Row(
        "SELU with LeCun's weights: mean of layer 30",
        "002",
        0.0,
        lambda: float(selu_statistics(30).means[-1]),
        0.05,
    ),
    Row(
        "variance of Xavier's weights, in units of 1/fan_in, for 500 inputs and 500 units",
        "003",
        1.0,
        lambda: 500 * 2 / (500 + 500),
        1e-9,
        "The slides use both 1/fan_in and 2/(fan_in + fan_out) under this name; they are equal for square layers only.",
    ),
    Row(
        "variance of a linear layer's gradient, weights of variance 1/n_out",
        "003",
        1.0,
        lambda: balance(300, 600, lambda fan_in, fan_out: fan_out**-0.5).backward,
        0.03,
        "In units of what arrives from above; a layer of 300 inputs and 600 units.",
    ),
    Row("mean square behind PReLU, (1 + a^2) n Var = 2, a = 0.25", "003", 1.0, _keeps_prelu, 0.03),
    *(
        Row(
            f"variance of Keras' {name}, in units of {unit}",
            "002",
            printed,
            lambda name=name, n=n: n * _variance_in_keras(name),
            0.02 * printed,
            "400 inputs, 600 units.",
        )
        for name, (unit, n, printed) in _VARIANCES.items()
    ),
    Row(
        "sigmoid, weights of deviation 1: derivative of the second layer",
        "002",
        "close to 0",
        _derivative_of_second_layer,
        note="The median.",
    ),
    Row(
        "table 11-3: kernel initializer for ReLU",
        "002",
        "He",
        _start_for_relu,
        note="With which the deviation of layer 10 is most like that of layer 1.",
    ),
]
