"""What the decks say about losses."""

import numpy as np

from helpers.evidence.row import Row

from .experiments import neuron

P, T = np.array([0.8, 0.2]), np.array([0.9, 0.1])


def _binary(p, t):
    return float(-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))


ROWS = [
    Row("mean squared error of 0.8, 0.2 for 0.9, 0.1", "000, 001", 0.01, lambda: float(np.mean((P - T) ** 2)), 1e-9),
    Row("mean absolute error of the same", "000, 001", 0.1, lambda: float(np.mean(np.abs(P - T))), 1e-9),
    Row(
        "mean absolute percentage error of the same",
        "000, 001",
        55,
        lambda: float(100 * np.mean(np.abs(P - T) / T)),
        0.5,
        note="The slide cuts the digits behind the point off.",
    ),
    Row(
        "mean squared logarithmic error of the same, times 100",
        "000, 001",
        0.247,
        lambda: float(100 * np.mean((np.log(T) - np.log(P)) ** 2)),
        0.0005,
        note="The slide multiplies by 100 and prints the value without the factor.",
    ),
    Row(
        "the same without the factor",
        "000, 001",
        0.247,
        lambda: float(np.mean((np.log(T) - np.log(P)) ** 2)),
        0.0005,
        note="Keras and scikit-learn take ln(1 + x).",
    ),
    Row(
        "binary cross-entropy of 0.9, 0.1 for 0, 1",
        "000, 001",
        2.302585,
        lambda: _binary(np.array([0.9, 0.1]), np.array([0.0, 1.0])),
        5e-7,
    ),
    Row(
        "a neuron far off, squared error, rate 0.15, 300 steps",
        "Nielsen 2015",
        0.20,
        lambda: float(neuron("squared", 0.15)[-1]),
        0.005,
        note="A well-known worked example, not a deck.",
    ),
    Row(
        "the same with cross-entropy, rate 0.005",
        "Nielsen 2015",
        0.09,
        lambda: float(neuron("cross-entropy", 0.005)[-1]),
        0.005,
        note="Each loss has a rate of its own there.",
    ),
]
