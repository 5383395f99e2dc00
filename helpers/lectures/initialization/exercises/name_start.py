"""`name_start`: a diagnosis from a few recorded numbers. Where the borders lie is left to the answer."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import CLINIC, LECTURE, first_that_fits

TOO_SMALL, GOOD, TOO_LARGE = "too small", "good", "too large"
# By what factor a layer multiplies the gradient. What is recorded lies well inside one of these.
KINDS = {TOO_SMALL: [(0.1, 0.55)], GOOD: [(0.77, 0.95), (1.03, 1.15)], TOO_LARGE: [(1.6, 2.45)]}
# The size of the weights, in units of the start that suits the activation: for each of the ranges above.
SCALES = {
    "tanh": {TOO_SMALL: [(0.15, 0.6)], GOOD: [(0.95, 1.1), (1.7, 1.95)], TOO_LARGE: [(4.5, 7.0)]},
    "relu": {TOO_SMALL: [(0.15, 0.6)], GOOD: [(0.8, 0.92), (1.07, 1.14)], TOO_LARGE: [(1.9, 2.3)]},
}
SUITABLE = {"tanh": 1.0, "relu": 2.0}


def growth(gradient_stds):
    """The mean factor of a layer, from the first and the last."""
    return (gradient_stds[0] / gradient_stds[-1]) ** (1 / (len(gradient_stds) - 1))


def recorded(rng, name, kind, which, depth, width=60, samples=60):
    """A call: the standard deviations of outputs and gradients in a network of this kind, in one of its ranges."""

    def draw():
        std = rng.uniform(*SCALES[name][kind][which]) * np.sqrt(SUITABLE[name] / width)
        signal, kept, stds = rng.standard_normal((samples, width)), [], []
        for _ in range(depth):
            weights = rng.normal(0, std, (width, width))
            pre_activations = signal @ weights
            tanh = np.tanh(pre_activations)
            signal, slope = (
                (tanh, 1 - tanh**2) if name == "tanh" else (np.maximum(pre_activations, 0), pre_activations > 0)
            )
            kept.append((weights, slope))
            stds.append(signal.std())
        gradient, gradient_stds = rng.standard_normal((samples, width)), []
        for weights, slope in reversed(kept):
            gradient = gradient * slope
            gradient_stds.append(gradient.std())
            gradient = gradient @ weights.T
        # The gradient of the outputs is as large as the loss makes it, so its own size tells nothing.
        size = 10.0 ** (rng.choice([-1, 1]) * rng.uniform(1, 3))
        return np.array(stds), size * np.array(gradient_stds[::-1])

    def fits(drawn):
        low, high = KINDS[kind][which]
        return low < growth(drawn[1]) < high

    return call(*first_that_fits(draw, fits))


def of_each_kind(rng, name, depths):
    wanted = [(kind, which) for kind, ranges in KINDS.items() for which in range(len(ranges))]
    return [recorded(rng, name, *wanted[place], depth) for depth in depths for place in rng.permutation(len(wanted))]


def tanh_networks(rng):
    return of_each_kind(rng, "tanh", (6, 10))


def relu_networks(rng):
    return of_each_kind(rng, "relu", (6, 10))


def shallow_and_deep(rng):
    return [*of_each_kind(rng, "tanh", (5, 20)), *of_each_kind(rng, "relu", (5, 20))]


def name_start_oracle(stds, gradient_stds):
    """By the slope of a line through the logarithms."""
    slope = -np.polyfit(np.arange(len(gradient_stds)), np.log(gradient_stds), 1)[0]
    return TOO_SMALL if slope < np.log(0.7) else TOO_LARGE if slope > np.log(1.3) else GOOD


@mistake(
    "The outputs alone do not tell: the outputs of a tanh network with far too large weights keep their size, because "
    "they saturate. Look at the gradient."
)
def by_the_outputs(stds, gradient_stds):
    factor = (stds[-1] / stds[0]) ** (1 / (len(stds) - 1))
    return TOO_SMALL if factor < 0.7 else TOO_LARGE if factor > 1.3 else GOOD


@mistake(
    "Too small and too large are exchanged. The gradient starts at the last layer: it explodes if it is *larger* in "
    "layer 1, the first of the array."
)
def the_other_way(stds, gradient_stds):
    factor = 1 / growth(gradient_stds)
    return TOO_SMALL if factor < 0.7 else TOO_LARGE if factor > 1.3 else GOOD


@mistake("A healthy network is called sick: sizes that change a little from layer to layer are good.")
def never_good(stds, gradient_stds):
    return TOO_SMALL if growth(gradient_stds) < 1 else TOO_LARGE


@mistake("Every network is called good. Compare the gradient in the first layer with that in the last.")
def always_good(stds, gradient_stds):
    return GOOD


@mistake(
    "The first layer is compared with the last without regard to their number: small changes add up in a deep healthy "
    "network. Take the factor of *one* layer, a root of the ratio."
)
def without_the_root(stds, gradient_stds):
    ratio = gradient_stds[0] / gradient_stds[-1]
    return TOO_SMALL if ratio < 0.5 else TOO_LARGE if ratio > 2.2 else GOOD


def by_the_mean_of_ratios(stds, gradient_stds):
    factor = np.exp(np.mean(np.log(gradient_stds[:-1] / gradient_stds[1:])))
    return TOO_SMALL if factor < 0.7 else TOO_LARGE if factor > 1.3 else GOOD


def by_a_list(stds, gradient_stds):
    slope = (np.log10(gradient_stds[0]) - np.log10(gradient_stds[-1])) / (len(stds) - 1)
    return [TOO_SMALL, GOOD, TOO_LARGE][int(slope > -0.15) + int(slope > 0.12)]


def as_numpy_text(stds, gradient_stds):
    return str(np.select([growth(gradient_stds) < 0.69, growth(gradient_stds) > 1.25], [TOO_SMALL, TOO_LARGE], GOOD))


def by_a_line(stds, gradient_stds):
    """A line through the logarithms, by its normal equation."""
    layers = np.arange(len(gradient_stds)) - (len(gradient_stds) - 1) / 2
    slope = -layers @ np.log(gradient_stds) / (layers @ layers)
    if abs(slope) <= 0.3:
        return GOOD
    return TOO_LARGE if slope > 0 else TOO_SMALL


def by_the_median_ratio(stds, gradient_stds):
    ratios = sorted(before / after for before, after in pairwise(gradient_stds))
    middle = ratios[len(ratios) // 2]
    return TOO_SMALL if middle < 0.7 else TOO_LARGE if middle > 1.35 else GOOD


BORDER = "No record lies on a border."
ROOT = "A root that is a little off moves the borders a little, and no record lies near one."

NAME_START = Exercise(
    name="name_start",
    lecture=LECTURE,
    section=CLINIC,
    minutes=8,
    difficulty=2,
    parts=(
        Part("tanh", 1, tanh_networks),
        Part("ReLU", 1, relu_networks),
        Part("shallow and deep", 2, shallow_and_deep),
    ),
    oracle=name_start_oracle,
    mistakes=(by_the_outputs, the_other_way, never_good, always_good, without_the_root),
    spellings=(by_the_mean_of_ratios, by_a_list, as_numpy_text, by_a_line, by_the_median_ratio),
    hints=(
        "Draw the records of a few starts with `deck_run`: which of the two arrays tells tanh with 0.01, 1 and "
        "1/sqrt(fan_in) apart?",
        "By what factor does one layer multiply the gradient, on average? Far below 1 it vanishes, far above it "
        "explodes.",
    ),
    equivalent_mutants={
        "line 2: `growth < 0.7` → `growth <= 0.7`": BORDER,
        "line 4: `growth > 1.3` → `growth >= 1.3`": BORDER,
        "line 1: `len(stds) - 1` → `len(stds) + 1`": ROOT,
        "line 1: `len(stds) - 1` → `len(stds)`": ROOT,
        "line 1: `0` → `1`": "The second layer tells as much as the first.",
        "line 1: `1` → `0`": ROOT,
        "line 1: `1` → `2`": ROOT,
        "line 1: `1` → `-1`": ROOT,
    },
)
