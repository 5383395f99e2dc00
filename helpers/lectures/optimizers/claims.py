"""Every general sentence of lecture 08 as an experiment."""

import math

import numpy as np

from helpers.evidence.claim import OWN, Claim
from helpers.neural.optimizers import RULES, path

from .experiments import (
    EARLY,
    PEAKS,
    at_its_best,
    at_one_rate,
    clipping_race,
    growth_at,
    left_of_weights,
    rate_of_range_test,
    rates_of,
    ravine,
    reddi,
    rules_race,
    schedules_race,
    sharpness_path,
    step_lengths,
    steps_needed,
    steps_to_leave_saddle,
)


def explodes_beyond_two_over_curvature(seed, condition=100.0):
    below, above = (growth_at(factor * 2 / condition, condition) for factor in (0.98, 1.02))
    return min(1 - below, above - 1)


def momentum_saves_steps(seed, condition=100.0):
    start = np.random.default_rng(seed).uniform(0.5, 2, 2)
    plain, fast = steps_needed(condition, start=tuple(start))
    return plain / fast - 1


def sum_falls_mean_stays(seed, steps=100):
    gradients = np.random.default_rng(seed).choice([-1.0, 1.0], steps)
    usual = step_lengths("Adagrad", gradients)[-1]
    deck = step_lengths("Adagrad of deck 001", gradients)[-1]
    return float(min(0.01 - abs(usual - steps**-0.5), 0.01 - abs(deck - 1)))


def uncorrected_starts_long(seed, steps=100):
    gradients = 1 + 0.3 * np.random.default_rng(seed).normal(size=steps)
    long, usual = (step_lengths(name, gradients).max() for name in ("Adam, uncorrected", "Adam"))
    return float(long / usual - 2)


def adam_ignores_a_factor(seed, factor=100.0):
    _, gradient = ravine(20.0)
    start = np.random.default_rng(seed).normal(0, 1, 2)
    paths = [path(RULES["Adam"], lambda w, f=f: f * gradient(w), start, 0.05, 50) for f in (1.0, factor)]
    return 1e-4 - float(np.abs(paths[0] - paths[1]).max())


def penalty_is_divided(seed, decay=0.1, rate=0.003):
    inside = left_of_weights(True, decay=decay, rate=rate, seed=seed)
    beside = left_of_weights(False, decay=decay, rate=rate, seed=seed)
    return float(inside[-1] / inside[0] - 1 - 5 * (beside.max() / beside.min() - 1))


def adam_goes_wrong(seed, large=3.0, rate=0.5):
    return float(min(reddi("Adam", large, rate=rate)[-1], -reddi("AMSGrad", large, rate=rate)[-1]))


def best(rule, seed, epoch, **settings):
    """The logarithm of the training loss at the rule's best rate."""
    losses, _ = rules_race(**settings)[rule]
    return math.log(at_its_best(losses[:, :, epoch])[1][seed])


def faster_than_sgd(seed, rule="momentum", **settings):
    settings = {"epochs": EARLY, **settings}
    return best("SGD", seed, EARLY, **settings) - best(rule, seed, EARLY, **settings)


def fast_without_own_rates(seed, **settings):
    """Nesterov's rule, which the deck calls slower, against RMSprop, which it calls faster."""
    settings = {"epochs": EARLY, **settings}
    return best("RMSprop", seed, EARLY, **settings) - best("Nesterov", seed, EARLY, **settings)


def adagrad_falls_behind(seed, epochs=20, **settings):
    settings = {"rules": ("SGD", "Adagrad"), "epochs": epochs, **settings}
    return best("Adagrad", seed, epochs, **settings) - best("SGD", seed, epochs, **settings)


def one_rate_for_all(seed, rate=0.01):
    return float(np.log(at_one_rate("SGD", rate)[seed] / at_one_rate("Adam", rate)[seed])) - math.log(2)


def adam_wins_less_with_own_rates(seed, rate=0.01):
    with_one = float(np.log(at_one_rate("SGD", rate)[seed] / at_one_rate("Adam", rate)[seed]))
    return with_one - (best("SGD", seed, EARLY, epochs=EARLY) - best("Adam", seed, EARLY, epochs=EARLY))


def accuracies_are_close(seed, **settings):
    means = [accuracy.mean(axis=1).max() for _, accuracy in rules_race(**settings).values()]
    return 1.0 - 100 * (max(means) - min(means))


def best_rates_are_inside(seed):
    places = [at_its_best(losses[:, :, epoch])[0] for losses, _ in rules_race().values() for epoch in (EARLY, 20)]
    return min(min(place, 6 - place) for place in places) - 0.5


def best_rates_differ(seed):
    rates = {rule: rates_of(rule)[at_its_best(losses[:, :, 20])[0]] for rule, (losses, _) in rules_race().items()}
    return math.log10(max(rates.values()) / min(rates.values())) - 1


def ends_lower(seed, schedule="1cycle", than="constant", **settings):
    found = schedules_race(names=(than, schedule), **settings)
    low, high = (at_its_best(found[name][0])[1][seed] for name in (schedule, than))
    return float(np.log(high / low))


def range_test_is_near(seed, rule="momentum", **settings):
    losses = schedules_race(rule=rule, names=("constant", "1cycle"), **settings)["constant"][0]
    best_rate = settings.get("peaks", PEAKS)[at_its_best(losses)[0]]
    return math.log(4) - abs(math.log(rate_of_range_test(rule=rule, seed=seed) / best_rate))


def clipping_saves_large_rates(seed, factor=4, **settings):
    plain, clipped = clipping_race(**settings)
    place = min(at_its_best(plain)[0] + round(math.log2(factor)), len(plain) - 1)
    return float(np.log(plain[place, seed] / clipped[place, seed]))


def leaves_sooner(seed, low=0.02, high=0.04, **settings):
    start = 10 ** np.random.default_rng(seed).uniform(-5, -2)
    slow, fast = (steps_to_leave_saddle(rate, start=start, **settings) for rate in (low, high))
    return slow / fast - 1


def settles_at_two_over_rate(seed, rate=0.5, **settings):
    _, _, sharpness = sharpness_path(rate, seed=seed, **settings)
    return 0.15 - abs(float(np.mean(sharpness[-5:])) * rate / 2 - 1)


_SMALL_BATCH = {"half the batch": {"batch_size": 16}}
_RACE = {
    "half the units": {"hidden": 15},
    "twice the units": {"hidden": 60},
    "twice the batch": {"batch_size": 64},
    "tanh": {"activation": "tanh"},
}
CLAIMS = (
    Claim(
        "Plain gradient descent explodes when the rate is above 2 divided by the largest curvature.",
        explodes_beyond_two_over_curvature,
        seeds=1,
        settings={OWN: {}, "condition 10": {"condition": 10.0}, "condition 1000": {"condition": 1000.0}},
    ),
    Claim(
        "In a narrow valley momentum needs fewer steps than plain gradient descent, each at its best settings.",
        momentum_saves_steps,
        unit="times the steps",
        settings={OWN: {}, "condition 10": {"condition": 10.0}, "condition 1000": {"condition": 1000.0}},
        limits={"condition 1.2": {"condition": 1.2}},
    ),
    Claim(
        "Adagrad's steps shrink with the root of their number; divided by the root of the mean they do not shrink.",
        sum_falls_mean_stays,
        settings={OWN: {}, "1000 steps": {"steps": 1000}},
    ),
    Claim(
        "Without bias correction Adam's first steps are more than three times as long.",
        uncorrected_starts_long,
        unit="times the rate",
        settings={OWN: {}, "1000 steps": {"steps": 1000}},
    ),
    Claim(
        "A loss that is multiplied by 100 leaves Adam's path as it is.",
        adam_ignores_a_factor,
        settings={OWN: {}, "times 10": {"factor": 10.0}, "times 1000": {"factor": 1000.0}},
    ),
    Claim(
        "L2 in the gradient shrinks weights with small gradients much more than others under Adam; AdamW shrinks "
        "all alike.",
        penalty_is_divided,
        settings={OWN: {}, "rate halved": {"rate": 0.0015}, "half the decay": {"decay": 0.05}},
    ),
    Claim(
        "Adam can walk away from the best place, when large gradients are rare.",
        adam_goes_wrong,
        seeds=1,
        settings={OWN: {}, "larger": {"large": 5.0}, "half the rate": {"rate": 0.25}},
        limits={"not so large": {"large": 1.9}},
    ),
    Claim(
        "Early in training momentum is faster than plain SGD, each at its own best rate.",
        faster_than_sgd,
        unit="of the logarithm of the loss",
        settings={OWN: {}, **_RACE},
        limits=_SMALL_BATCH,
    ),
    Claim(
        "Early in training Adam is faster than plain SGD, each at its own best rate.",
        lambda seed, **settings: faster_than_sgd(seed, "Adam", **settings),
        unit="of the logarithm of the loss",
        settings={OWN: {}, **_RACE, **_SMALL_BATCH},
    ),
    Claim(
        "Nesterov's momentum is faster than RMSprop early in training, each at its own best rate.",
        fast_without_own_rates,
        unit="of the logarithm of the loss",
        settings={OWN: {}, **_RACE},
        limits=_SMALL_BATCH,
    ),
    Claim(
        "At the end of a long run Adagrad has a larger training loss than plain SGD, each at its own best rate.",
        adagrad_falls_behind,
        unit="of the logarithm of the loss",
        settings={
            OWN: {},
            "half the units": {"hidden": 15},
            "twice the units": {"hidden": 60},
            "tanh": {"activation": "tanh"},
        },
    ),
    Claim(
        "With one rate for all, a comparison of rules compares how well the rate suits them.",
        adam_wins_less_with_own_rates,
        unit="of the logarithm of the loss",
        settings={OWN: {}, "rate halved": {"rate": 0.005}, "rate doubled": {"rate": 0.02}},
    ),
    Claim(
        "The best rates of the rules differ by more than a factor of ten.",
        best_rates_differ,
        unit="powers of ten",
        seeds=1,
    ),
    Claim(
        "In validation accuracy the rules, each at its best rate, differ by less than one percentage point on average.",
        accuracies_are_close,
        unit="points of accuracy",
        seeds=1,
        settings={OWN: {}, "twice the units": {"hidden": 60}},
    ),
    Claim(
        "The best of the seven rates of each rule is never the smallest or the largest.",
        best_rates_are_inside,
        seeds=1,
    ),
    Claim(
        "With small batches 1cycle ends with a smaller training loss than a constant rate, each at its best peak.",
        ends_lower,
        unit="of the logarithm of the loss",
        settings={
            OWN: {},
            "half the batch": {"batch_size": 4},
            "twice the epochs": {"epochs": 10},
            "half the units": {"hidden": 15},
            "twice the units": {"hidden": 60},
            "Adam": {"rule": "Adam", "peaks": tuple(0.1 * PEAKS)},
        },
        limits={
            "batches of 64": {"batch_size": 64},
            "plain SGD": {"rule": "SGD", "peaks": tuple(4 * PEAKS)},
        },
    ),
    Claim(
        "A range test finds a rate within a factor of four of the best constant one.",
        range_test_is_near,
        settings={OWN: {}, "Adam": {"rule": "Adam", "peaks": tuple(0.1 * PEAKS)}},
    ),
    Claim(
        "Clipping by the norm saves training with momentum at four times its best rate.",
        clipping_saves_large_rates,
        unit="of the logarithm of the loss",
        settings={
            OWN: {},
            "half the limit": {"limit": 0.5},
            "twice the units": {"hidden": 60},
        },
        limits={"twice the limit": {"limit": 2.0}},
    ),
    Claim(
        "A higher rate leaves a saddle in fewer steps.",
        leaves_sooner,
        settings={
            OWN: {},
            "rates halved": {"low": 0.01, "high": 0.02},
            "rates doubled": {"low": 0.04, "high": 0.08},
            "with momentum": {"rule": "momentum"},
        },
    ),
    Claim(
        "Trained with all samples at once, a network becomes as sharp as the rate allows: sharpness settles near 2 "
        "/ rate.",
        settles_at_two_over_rate,
        unit="of 2 / rate",
        settings={OWN: {}, "rate 0.4": {"rate": 0.4}, "more units": {"hidden": 40}},
    ),
)
