"""Every general sentence of lecture 09 as an experiment."""

from functools import cache

import numpy as np

from helpers.evidence.claim import OWN, Claim

from .experiments import (
    all_networks,
    calibration_error,
    dropout_costs,
    error_by_spread,
    error_with_features,
    means_of,
    memorized,
    noisy_runs,
    optimism_of_the_best_epoch,
    sampled,
    seen_in_fog,
    shrunk,
    stopped,
    weights_with,
)


def memorizes(seed, **settings):
    trained = memorized(1.0, **settings)
    return min(trained.train_accuracy[-1, seed] - 0.995, 0.17 - trained.test_accuracy[-1, seed])


def peak(seed, samples=300, ridge=0.0):
    at = {p: error_with_features(p, samples, seed, ridge) for p in (samples // 3, samples, 10 * samples)}
    return at[samples] - max(at[samples // 3], at[10 * samples]) - 0.05


def zeros(seed, strength=0.002):
    by_l1, by_l2 = (weights_with(name, strength).layers[0][0][seed] for name in ("l1", "l2"))
    return np.mean(by_l1 == 0) - np.mean(by_l2 == 0) - 0.1


def penalty_in_adam(seed, strength=0.01):
    free = shrunk("Adam", True, strength=0.0, seed=seed)
    by_penalty, by_decay = (free - shrunk("Adam", way, strength=strength, seed=seed) for way in (False, True))
    return (by_penalty[1] - by_penalty[0]) - 10 * abs(by_decay[1] - by_decay[0])


@cache
def _optimism(few, wrong_labels):
    pairs = optimism_of_the_best_epoch(few, wrong_labels=wrong_labels)
    return (pairs[:, 0] - pairs[:, 1]).reshape(20, -1).mean(axis=1)


def too_good(seed, few=60, wrong_labels=0.3):
    return _optimism(few, wrong_labels)[seed]


def stopping_helps(seed, patience=5, **settings):
    trained = noisy_runs(**settings)
    best = stopped(trained.validation_loss[:, seed], patience)
    return trained.test_accuracy[best, seed] - trained.test_accuracy[-1, seed]


def geometric(seed, hidden=10, rate=0.5):
    networks, shares, whole = all_networks(seed, hidden, rate)
    return 1e-9 - np.abs(means_of(networks, shares)[1] - whole).max()


def spread_tells(seed, **settings):
    by_spread = error_by_spread(sampled(seed, **settings))
    return by_spread[-1] - by_spread[0]


def mean_is_less_sure(seed, **settings):
    found = sampled(seed, **settings)
    return calibration_error(found.mean, found.labels) - calibration_error(found.plain, found.labels)


def narrow(seed, hidden=10):
    return dropout_costs(hidden, seed)


def fog_in_training(seed, density=0.6):
    found = seen_in_fog(density)
    return found["pictures in fog"][1, seed] - max(found[name][1, seed] for name in ("none", "L2"))


CLAIMS = (
    Claim(
        "A network that has enough units fits random labels completely, and guesses on new pictures.",
        memorizes,
        unit="accuracy",
        settings={OWN: {}, "half the units, twice the epochs": {"hidden": 50, "epochs": 300}},
        limits={"5 units": {"hidden": 5}},
    ),
    Claim(
        "Without any penalty, the test error of least squares has a peak where there are as many features as samples.",
        peak,
        unit="test error",
        settings={OWN: {}, "half the samples": {"samples": 150}},
        limits={"a small ridge penalty": {"ridge": 1.0}},
    ),
    Claim(
        "L1 makes many weights exactly 0; L2 makes them small.",
        zeros,
        unit="share of weights",
        settings={OWN: {}, "half as strong": {"strength": 0.001}, "twice as strong": {"strength": 0.004}},
    ),
    Claim(
        "With Adam, an L2 penalty shrinks weights with small gradients more than others; weight decay shrinks all "
        "alike.",
        penalty_in_adam,
        settings={OWN: {}, "half as strong": {"strength": 0.005}, "twice as strong": {"strength": 0.02}},
    ),
    Claim(
        "With wrong labels in the data, training that stops by the validation loss generalizes better than training "
        "to the end.",
        stopping_helps,
        unit="accuracy",
        settings={
            OWN: {},
            "rate halved": {"rate": 0.15},
            "rate doubled": {"rate": 0.6},
            "more patience": {"patience": 10},
        },
    ),
    Claim(
        "The best of many epochs, chosen on few validation samples, scores better on them than on new ones.",
        too_good,
        unit="accuracy",
        settings={OWN: {}, "half as many": {"few": 30}, "three times as many": {"few": 180}},
    ),
    Claim(
        "With one hidden layer, the whole network gives the normalized geometric mean of all its thinned networks.",
        geometric,
        unit="probability",
        settings={OWN: {}, "8 units": {"hidden": 8}, "rate 0.3": {"rate": 0.3}},
    ),
    Claim(
        "Pictures with a large spread under MC dropout are more often classified wrongly than those with a small one.",
        spread_tells,
        unit="share of wrong answers",
        settings={OWN: {}, "rate 0.3": {"rate": 0.3}, "twice the units": {"hidden": 100}},
    ),
    Claim(
        "With 100 labels and half of the units dropped, the mean over masks is calibrated worse than the whole "
        "network.",
        mean_is_less_sure,
        unit="calibration error",
        settings={OWN: {}, "twice the units": {"hidden": 100}, "half the epochs": {"epochs": 30}},
    ),
    Claim(
        "In a narrow network, dropout of one half costs accuracy.",
        narrow,
        unit="accuracy",
        settings={OWN: {}, "15 units": {"hidden": 15}},
        limits={"200 units": {"hidden": 200}},
    ),
    Claim(
        "Where the pictures in use look different, training pictures that look like them help; L2 does not.",
        fog_in_training,
        unit="accuracy",
        settings={OWN: {}, "more fog": {"density": 0.7}, "less fog": {"density": 0.5}},
    ),
)
