"""Every general sentence of lecture 05 as an experiment."""

from functools import cache

import numpy as np

from helpers.evidence.claim import OWN, Claim

from .experiments import accuracy_with, calibrated, costs_of_remedies, fitted_slope, line_with_outliers, steps_to


def huber_bears(seed, outliers=3, distance=8.0):
    x, y = line_with_outliers(outliers, seed, distance=distance)
    return abs(fitted_slope("squared", x, y) - 1) - abs(fitted_slope("Huber", x, y) - 1)


def same_rate(seed, rate=0.15):
    rng = np.random.default_rng(seed)
    start = {"weight": float(rng.uniform(1, 3)), "bias": float(rng.uniform(1, 3))}
    return steps_to("squared", rates=(rate,), **start) - steps_to("cross-entropy", rates=(rate,), **start)


def large_weights(seed, scale=8.0, **settings):
    pair = (accuracy_with(loss, seed, scale=scale, **settings) for loss in ("cross-entropy", "squared error"))
    return next(pair) - next(pair)


@cache
def _costs(seed, share):
    return costs_of_remedies(seed, share=share)


def by_costs(seed, share=0.01):
    found = _costs(seed, share)
    return found["threshold one half"] - found["threshold from the costs"]


def temperature_helps(seed, wrong_labels=0.2, samples=200):
    before, after = calibrated(seed, wrong_labels=wrong_labels, samples=samples)
    return before - after


CLAIMS = (
    Claim(
        "A few outliers turn a line fitted by squared error further than one fitted by the Huber loss.",
        huber_bears,
        unit="slope",
        settings={OWN: {}, "one outlier": {"outliers": 1}, "half as far": {"distance": 4.0}},
    ),
    Claim(
        "At the same rate, a saturated neuron leaves its wrong start in fewer steps with cross-entropy than with "
        "squared "
        "error.",
        same_rate,
        unit="steps",
        settings={OWN: {}, "rate halved": {"rate": 0.075}, "rate doubled": {"rate": 0.3}},
    ),
    Claim(
        "With initial weights that are eight times too large, cross-entropy reaches a higher accuracy than squared "
        "error.",
        large_weights,
        unit="accuracy",
        settings={OWN: {}, "twice the units": {"hidden": 60}},
        limits={"usual weights": {"scale": 1.0}},
    ),
    Claim(
        "A threshold that follows from the costs is cheaper than one half when a miss costs 99 times a false alarm.",
        by_costs,
        unit="cost of a case",
        settings={OWN: {}, "5 % in class 1": {"share": 0.05}, "20 % in class 1": {"share": 0.2}},
    ),
    Claim(
        "A network that was trained long on few samples, some with wrong labels, is surer than it is right: a "
        "temperature chosen on validation data lowers its cross-entropy on other data.",
        temperature_helps,
        unit="cross-entropy",
        settings={OWN: {}, "half of the wrong labels": {"wrong_labels": 0.1}, "fewer samples": {"samples": 100}},
    ),
)
