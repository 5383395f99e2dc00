"""What the decks say about losses."""

import warnings
from functools import cache

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from helpers.evidence.row import Row

from .experiments import cost, fitted_slope, line_with_outliers, neuron

P, T = np.array([0.8, 0.2]), np.array([0.9, 0.1])


def _binary(p, t):
    return float(-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))


_IN_THE_TABLES = {
    "relu": "ReLU",
    "identity": "none",
    "logistic": "sigmoid",
    "softmax": "softmax",
    "squared_error": "squared error",
    "log_loss": "cross-entropy",
    "binary_log_loss": "cross-entropy",
}


@cache
def _network_of_scikit_learn(task):
    """What scikit-learn's network takes by itself for three predictions, tags or classes, or for yes and no."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    targets = {
        "regression": rng.normal(size=(60, 3)),
        "binary": np.arange(60) % 2,
        "multilabel": rng.integers(0, 2, (60, 3)),
        "multiclass": np.arange(60) % 3,
    }
    make = MLPRegressor if task == "regression" else MLPClassifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one step is enough to see the network
        return make(hidden_layer_sizes=5, max_iter=1).fit(x, targets[task])


def _chosen(task, what):
    network = _network_of_scikit_learn(task)
    if what == "output units":
        return float(network.n_outputs_)
    name = {"output": network.out_activation_, "hidden": network.activation, "loss": network.loss}[what]
    return _IN_THE_TABLES[name]


def _table_rows():
    """Tables 10-1 and 10-2 of deck 002, against what scikit-learn does unasked."""
    printed = {
        "regression": {"output units": 3, "hidden": "ReLU", "output": "none", "loss": "squared error"},
        "binary": {"output units": 1, "output": "sigmoid", "loss": "cross-entropy"},
        "multilabel": {"output units": 3, "output": "sigmoid", "loss": "cross-entropy"},
        "multiclass": {"output units": 3, "output": "softmax", "loss": "cross-entropy"},
    }
    for task, choices in printed.items():
        for what, choice in choices.items():
            yield Row(
                f"table {'10-1' if task == 'regression' else '10-2'}, {task}: {what}",
                "002",
                choice,
                lambda task=task, what=what: _chosen(task, what),
                note="What scikit-learn's MLP takes for three of them." if choice == 3 else "What its MLP takes.",
            )


def _nearer_with_outliers():
    """Which loss finds the slope 1 better when three points of thirty do not belong to the line, over ten draws."""
    draws = [line_with_outliers(3, seed) for seed in range(10)]
    errors = {loss: np.mean([abs(fitted_slope(loss, *xy) - 1) for xy in draws]) for loss in ("squared", "Huber")}
    return min(errors, key=errors.get)


def _cost_of_never_over_always():
    labels = np.arange(100) == 0
    return cost(np.zeros(100, bool), labels) / cost(np.ones(100, bool), labels)


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
        "classes 99 to 1, costs 1 to 99: cost of never raising the alarm over that of always raising it",
        "001",
        1,
        _cost_of_never_over_always,
        1e-12,
        "The costs of the deck undo its imbalance exactly.",
    ),
    *_table_rows(),
    Row(
        "table 10-1, regression: loss if there are outliers",
        "002",
        "Huber",
        _nearer_with_outliers,
        note="A line through thirty points, three of them far off, ten draws.",
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
