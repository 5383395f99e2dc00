"""`repair_start`: sick networks, judged on samples that the answer has not seen. Any repair will do that works."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Mistake, Named, Part, call
from helpers.sandbox.recipes import made

from .common import CLINIC, LECTURE, seeded

LOW, HIGH = 0.1, 10.0  # standard deviations that the outputs of a layer may have
EDGE, MOST_SATURATED = 0.99, 0.3  # of tanh
NEW_SAMPLES, NEW_SEED = 200, 6


@dataclass(frozen=True)
class Repaired:
    """The judge. With a `fault`, it looks for that fault instead, and finds nothing wrong where it is there."""

    fault: str = ""

    def __call__(self, call, value, before=None):
        inputs, weights, activation, _ = call.arguments
        found, sentence = _first_fault([np.asarray(v, dtype=float) for v in value], weights, made(activation), inputs)
        if self.fault:
            # A treatment may cure one network and fail with the next: what is right does not speak against a fault.
            fits = found in (self.fault, "")
            return None if fits else Difference("value", "Something else is wrong with these weights.")
        return Difference("value", sentence) if found else None


def _first_fault(repaired, sick, activation, inputs):
    """The name of what is still wrong, and a sentence; two empty texts if nothing is."""
    if all(np.array_equal(new, old) for new, old in zip(repaired, sick, strict=True)):
        return "unchanged", "These are the weights that came in."
    for number, layer in enumerate(repaired, start=1):
        if not np.all(np.isfinite(layer)):
            return "not finite", f"The weights of layer {number} are not all finite."
        with np.errstate(all="ignore"):  # rounding multiplies, and the largest numbers have no room
            units = len(np.unique(layer.round(9), axis=1).T)
        if units < layer.shape[1]:
            return "equal units", f"Two units of layer {number} have the same weights."
    signal = np.random.default_rng(NEW_SEED).standard_normal((NEW_SAMPLES, inputs.shape[1]))
    with np.errstate(all="ignore"):
        for number, layer in enumerate(repaired, start=1):
            signal = activation(signal @ layer)
            std = signal.std()
            measured = f"On new samples, the outputs of layer {number} have standard deviation {std:.2g}"
            if std < LOW:
                return "too small", f"{measured}; at least {LOW} is asked for."
            if not std <= HIGH:
                return "too large", f"{measured}; at most {HIGH:g} is asked for."
            saturated = np.mean(np.abs(signal) > EDGE)
            if activation(np.array([1e3]))[0] == 1 and saturated > MOST_SATURATED:
                return (
                    "too large",
                    f"On new samples, {100 * saturated:.0f} % of the outputs of layer {number} are saturated.",
                )
    return "", ""


def network(rng, name, std, depth, equal=False):
    """A call: standard normal inputs, and layers that start with this standard deviation, or with equal columns.

    `std` may be a function of the width. Networks differ in their numbers of inputs and units, so that no start fits
    another one.
    """
    features, width = (int(number) for number in rng.integers([12, 26], [25, 41]))
    shapes = [(features, width), *[(width, width)] * (depth - 1)]
    std = std(width) if callable(std) else std
    layers = [rng.normal(0, std, shape) for shape in shapes]
    if equal:
        layers = [np.repeat(layer[:, :1], layer.shape[1], axis=1) for layer in layers]
    return call(rng.standard_normal((60, features)), layers, Named(name), seeded(rng))


def tiny(rng):
    return [network(rng, "tanh", 0.01, 5), network(rng, "relu", 0.02, 5)]


def huge(rng):
    return [network(rng, "tanh", 1.5, 5), network(rng, "leaky_relu", 1.0, 5)]


def equal(rng):
    return [network(rng, "tanh", 0.2, 3, equal=True), network(rng, "relu", 0.2, 3, equal=True)]


def deep(rng):
    return [
        network(rng, "relu", lambda width: width**-0.5, 10),
        network(rng, "relu", lambda width: (3 * width) ** -0.5, 10),
        network(rng, "tanh", 0.05, 10),
    ]


def repair_start_oracle(inputs, weights, activation, rng):
    repaired, signal = [], inputs
    for layer in weights:
        q, _ = np.linalg.qr(rng.standard_normal((max(layer.shape), max(layer.shape))))
        new = q[: layer.shape[0], : layer.shape[1]]
        repaired.append(new / (signal @ new).std())
        signal = activation(signal @ repaired[-1])
    return tuple(repaired)  # arrays of several shapes are compared one by one


def unchanged(inputs, weights, activation, rng):
    return tuple(layer.copy() for layer in weights)


def only_scaled(inputs, weights, activation, rng):
    repaired, signal = [], inputs
    for layer in weights:
        repaired.append(layer / (signal @ layer).std())
        signal = activation(signal @ repaired[-1])
    return tuple(repaired)


def small_numbers(inputs, weights, activation, rng):
    return tuple(rng.normal(0, 0.01, layer.shape) for layer in weights)


def standard_normal(inputs, weights, activation, rng):
    return tuple(rng.standard_normal(layer.shape) for layer in weights)


def rows_standardized(inputs, weights, activation, rng):
    with np.errstate(all="ignore"):
        return tuple(layer / layer.std(axis=1, keepdims=True) * np.sqrt(2 / len(layer)) for layer in weights)


def fan_by_activation(inputs, weights, activation, rng):
    """Measures what the activation does to the mean square of a standard normal number."""
    kept = np.mean(activation(rng.standard_normal(100_000)) ** 2)
    factor = max(1.0, 1 / (2 * kept)) if kept > 0.45 else 1.0
    gain = 2.0 if kept > 0.45 else factor
    return [rng.normal(0, np.sqrt(gain / len(layer)), layer.shape) for layer in weights]


def outputs_measured(inputs, weights, activation, rng):
    """Starts near He's and divides by the standard deviation of the outputs, once."""
    repaired, signal = [], inputs
    for layer in weights:
        new = rng.uniform(-1, 1, layer.shape) * np.sqrt(3 / len(layer))
        new = new / max(activation(signal @ new).std(), 0.5 * signal.std())
        repaired.append(new)
        signal = activation(signal @ new)
    return repaired


def redrawn_only_if_equal(inputs, weights, activation, rng):
    """Keeps what is random about the sick weights, and scales it."""
    repaired, signal = [], inputs
    for layer in weights:
        new = rng.standard_normal(layer.shape) if np.ptp(layer, axis=1).max() == 0 else layer
        repaired.append(new / (signal @ new).std())
        signal = activation(signal @ repaired[-1])
    return repaired


def as_lists(inputs, weights, activation, rng):
    return [layer.tolist() for layer in repair_start_oracle(inputs, weights, activation, rng)]


def he_for_all(inputs, weights, activation, rng):
    """He's start: for tanh it is larger than needed, and few units saturate."""
    return [np.sqrt(2 / len(layer)) * rng.standard_normal(layer.shape) for layer in weights]


REPAIR_START = Exercise(
    name="repair_start",
    lecture=LECTURE,
    section=CLINIC,
    minutes=12,
    difficulty=3,
    parts=(
        Part("tiny weights", 1, tiny, judge=Repaired()),
        Part("huge weights", 1, huge, judge=Repaired()),
        Part("equal units", 2, equal, judge=Repaired()),
        Part("ten layers", 2, deep, judge=Repaired()),
    ),
    oracle=repair_start_oracle,
    mistakes=(
        Mistake(
            unchanged,
            "These are the weights that came in. Return new ones with which the signal passes all layers.",
            Repaired("unchanged"),
        ),
        Mistake(
            only_scaled,
            "Two units of a layer still have the same weights, and training cannot separate them. A factor does not "
            "help here: draw new weights from `rng`.",
            Repaired("equal units"),
        ),
        Mistake(
            small_numbers,
            "On new samples the signal vanishes: in one of the layers the outputs have a standard deviation below 0.1. "
            "Send `inputs` through the layers and measure it after each of them.",
            Repaired("too small"),
        ),
        Mistake(
            standard_normal,
            "On new samples the signal explodes or saturates the units. Send `inputs` through the layers, measure the "
            "pre-activations, and divide the weights by what you measure.",
            Repaired("too large"),
        ),
        Mistake(
            rows_standardized,
            "Some of the weights are not finite. Where all units are equal, the numbers in a row do not differ: "
            "their standard deviation is 0, and nothing can be divided by it.",
            Repaired("not finite"),
        ),
    ),
    spellings=(redrawn_only_if_equal, fan_by_activation, outputs_measured, he_for_all, as_lists),
    hints=(
        "Three diseases can be told by measuring: equal columns, a signal that vanishes, a signal that explodes. One "
        "treatment can cure all of them.",
        "Go through the layers with `signal = inputs`. Draw new weights from `rng`, divide them by the standard "
        "deviation of `signal @ new`, and compute the next signal with them.",
    ),
    equivalent_mutants={},
)
