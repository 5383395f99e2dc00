"""Every general sentence of lecture 13 as an experiment."""

import numpy as np

from helpers.evidence.claim import OWN, Claim

from .experiments import (
    TRANSFER_RATES,
    accuracy,
    certainty,
    drift,
    moved,
    pretrained,
    share_of_horses,
    sureness,
    transferred,
)

RATES = (0.15, 0.3, 0.6)


def gain(seed, method, over, count=50, **settings):
    """The difference of two methods, each at its own best rate."""
    one, other = (max(accuracy(name, count, seed, rate, **settings) for rate in RATES) for name in (method, over))
    return one - other


def surer_than_right(seed, **settings):
    sure, right = np.diff(certainty(seed, **settings), axis=0)[0]
    return sure - right


def spreading_wins(seed, count=50):
    others = ("labels only", "pseudo-labels", "balanced pseudo-labels", "consistency")
    return accuracy("label spreading", count, seed) - max(accuracy(name, count, seed) for name in others)


def drifts(seed, **settings):
    film = drift(seed, **settings)
    return share_of_horses(film[-1]) - share_of_horses(film[0])


def balance_helps(seed, **settings):
    one, other = (np.trace(drift(seed, balanced=balanced, **settings)[-1]) for balanced in (True, False))
    return (one - other) / 360


def surer_is_righter(seed, **settings):
    sure, right = sureness(seed=seed, **settings)
    return np.mean(right[sure > 0.9]) - np.mean(right[sure <= 0.9])


def moving_hurts(seed, **settings):
    return accuracy("labels only", seed=seed, **settings) - accuracy(
        "labels with noise", seed=seed, alter=moved, **settings
    )


def best(source, target, count, frozen, seed, **settings):
    """Test accuracy at the rate that is best on validation data for this seed."""
    runs = (transferred(source, target, count, frozen, seed=seed, rate=rate, **settings) for rate in TRANSFER_RATES)
    return max(runs)[1]


def frozen_hurts(seed, source="0 to 4", target="5 to 9", count=3, **settings):
    return best(source, target, 0, True, seed, **settings) - best(source, target, count, True, seed, **settings)


def transfer_helps(seed, source="ten digits", target="odd or even", count=2, **settings):
    return best(source, target, count, True, seed, **settings) - best(source, target, 0, True, seed, **settings)


def tuning_repairs(seed, source="0 to 4", target="5 to 9", count=3, **settings):
    """By how much tuned layers are above the middle between frozen ones and a start from scratch."""
    frozen, tuned = (best(source, target, count, still, seed, **settings) for still in (True, False))
    return tuned - (frozen + best(source, target, 0, True, seed, **settings)) / 2


def autoencoder_beats_random(seed, **settings):
    return pretrained(seed=seed, frozen=1, **settings) - pretrained(
        seed=seed, frozen=1, from_autoencoder=False, **settings
    )


CLAIMS = (
    Claim(
        "Of the pictures that a network is surer of than 0.9, more are right than of the others.",
        surer_is_righter,
        unit="share right",
        settings={OWN: {}, "20 labels": {"count": 20}, "250 labels": {"count": 250}, "rate halved": {"rate": 0.15}},
    ),
    Claim(
        "Training on its own pseudo-labels adds more to how sure a network is than to how often it is right.",
        surer_than_right,
        unit="share",
        settings={
            OWN: {},
            "20 labels": {"count": 20},
            "lower threshold": {"threshold": 0.7},
        },
        limits={"rate halved": {"rate": 0.15}},
    ),
    Claim(
        "With one class in excess among the labels, training on the surest pseudo-labels drifts towards that class.",
        drifts,
        unit="share of predictions",
        settings={OWN: {}, "half as many a round": {"count": 100}, "rate halved": {"rate": 0.15}},
    ),
    Claim(
        "Pseudo-labels with as many pictures of each class end at a higher accuracy than the surest ones when the "
        "labels "
        "are unbalanced.",
        balance_helps,
        unit="accuracy",
        settings={OWN: {}, "half as many a round": {"count": 100}, "twice the units": {"hidden": (64,)}},
    ),
    Claim(
        "With 50 labels, balanced pseudo-labels are better than labels only.",
        lambda seed, **settings: gain(seed, "balanced pseudo-labels", "labels only", **settings),
        unit="accuracy",
        settings={OWN: {}, "10 labels": {"count": 10}, "twice the units": {"hidden": (64,)}},
        limits={"250 labels": {"count": 250}},
    ),
    Claim(
        "With 50 labels, consistency under noise is better than the same noise on the labeled pictures alone.",
        lambda seed, **settings: gain(seed, "consistency", "labels with noise", **settings),
        unit="accuracy",
        settings={OWN: {}, "twice the units": {"hidden": (64,)}},
        limits={"10 labels": {"count": 10}},
    ),
    Claim(
        "With 50 labels, moving the pictures by up to a pixel makes a dense network worse.",
        moving_hurts,
        unit="accuracy",
        settings={OWN: {}, "rate halved": {"rate": 0.15}},
        limits={"twice the units": {"hidden": (64,)}},
    ),
    Claim(
        "With 10 or 50 labels, label spreading is better than every network here.",
        spreading_wins,
        unit="accuracy",
        settings={OWN: {}, "10 labels": {"count": 10}},
    ),
    Claim(
        "Frozen layers that were trained on the digits 0 to 4 are worse than a start from scratch for the digits 5 "
        "to 9.",
        frozen_hurts,
        unit="accuracy",
        settings={OWN: {}, "two layers": {"count": 2}, "ten a class": {"per_class": 10}},
    ),
    Claim(
        "Layers that were trained on all ten digits help to tell odd from even with five labels a class.",
        transfer_helps,
        unit="accuracy",
        settings={OWN: {}, "three layers": {"count": 3}, "one layer": {"count": 1}},
    ),
    Claim(
        "Tuning the copied layers repairs most of what freezing them costs.",
        tuning_repairs,
        unit="accuracy",
        settings={OWN: {}, "ten a class": {"per_class": 10}},
    ),
    Claim(
        "A frozen layer from an autoencoder is better than a frozen random one.",
        autoencoder_beats_random,
        unit="accuracy",
        settings={OWN: {}, "250 labels": {"count": 250}},
    ),
)
