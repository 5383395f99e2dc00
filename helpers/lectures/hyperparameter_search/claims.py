"""The general sentences of lecture 11, as experiments.

Each seed has a landscape of its own: other first weights and another order of the images, measured on the first 64
principal components, which train much faster than the pixels and behave nearly alike.
"""

from functools import cache

import numpy as np

from helpers.datasets import shapes10
from helpers.evidence.claim import OWN, Claim
from helpers.neural.principal import on_principal_axes
from helpers.neural.search import prepare, train_many

from .experiments import searches, studies
from .experiments.response_surface import measure_surface, with_noise

REPEATS = 60


@cache
def images():
    return on_principal_axes(prepare(shapes10()), 64)


@cache
def landscape(seed):
    ranges = searches.WIDER_RANGES
    options = {"epochs": 9, "decay": searches.DECAY, "batch_size": searches.BATCH_SIZE, "seed": seed, "jobs": 1}
    return measure_surface(images(), ranges["learning_rate"], ranges["regularization"], per_axis=(13, 3), **options)


def uniform_in_the_exponent(seed, low=1e-6, high=1.0, runs=8):
    """Points of accuracy that the best of `runs` log-uniform rates is above the best of as many uniform ones."""
    rng = np.random.default_rng([seed, 1])
    penalty = np.full(REPEATS * runs, 1e-3)
    found = []
    for rates in (10 ** rng.uniform(*np.log10((low, high)), len(penalty)), rng.uniform(low, high, len(penalty))):
        found.append(landscape(seed).scores(rates, penalty).reshape(REPEATS, runs).max(axis=1).mean())
    return 100 * (found[0] - found[1])


@cache
def short_runs(seed, count=40):
    """Random runs that were all trained to the end, whatever their losses did."""
    configurations = searches.draw(searches.WIDER_RANGES, count, seed)
    return train_many(configurations, images(), epochs=5, batch_size=100, seed=seed, stop_factor=np.inf, jobs=1)


def none_would_recover(seed, factor=3.0):
    """0.5 minus the number of runs above the limit that end in the better half."""
    runs = short_runs(seed)
    good = np.median([run.score for run in runs])
    above = [run for run in runs if not np.all(run.losses <= factor * run.losses[0])]
    return 0.5 - sum(run.score > good for run in above)


def moving_beats_narrowing(seed, low=1e-4, high=1e-3, runs=12):
    """From a range of rates: its ten best of forty narrowed, against the range moved up by its own length."""
    rng = np.random.default_rng([seed, 2])
    surface, gains = landscape(seed), []
    for _ in range(REPEATS):
        exponents = rng.uniform(*np.log10((low, high)), 40)
        best = exponents[np.argsort(-surface.scores(10**exponents, np.full(40, 1e-3)))[:10]]
        length = np.log10(high / low)
        narrow = rng.uniform(best.min(), best.max(), runs)
        moved = rng.uniform(np.log10(low) + length, np.log10(high) + length, runs)
        after = [surface.scores(10**points, np.full(runs, 1e-3)).max() for points in (narrow, moved)]
        gains.append(after[1] - after[0])
    return 100 * np.mean(gains)


@cache
def layouts(seed, per_axis, idle):
    short = searches.duel(landscape(seed), per_axis=(per_axis,), idle=idle, repeats=100, seed=seed).short
    return {name: 100 * values.mean() for name, values in short.items()}


def middles_are_as_good(seed, per_axis=3, idle=0):
    short = layouts(seed, per_axis, idle)
    return 1 + short["random"] - short["grid, middles of cells"]


def ends_are_wasted(seed, per_axis=3, idle=0):
    short = layouts(seed, per_axis, idle)
    return short["grid, ends included"] - short["grid, middles of cells"]


def random_wins(seed, per_axis=3, idle=1):
    short = layouts(seed, per_axis, idle)
    return short["grid, middles of cells"] - max(short["random"], short["Sobol sequence"])


def sobol_is_no_worse(seed, per_axis=3, idle=0):
    short = layouts(seed, per_axis, idle)
    return 0.5 + short["random"] - short["Sobol sequence"]


def halving_wins(seed, runs=27, budget=1):
    race = searches.halving_race(landscape(seed), searches.rounds_of(runs, budget), repeats=200, seed=seed)
    return 100 * (np.mean(race.halved) - np.mean(race.plain))


@cache
def slow(seed, start):
    return np.concatenate(list(searches.slow_starters(images(), count=5, seed=seed, start=start).values()))


def deep_ones_are_lost(seed, start=0.01):
    """How many more of the four best of ten have two hidden layers after 27 epochs than after one."""
    curves = slow(seed, start)
    early, late = (np.sum(np.argsort(-curves[:, epoch])[:4] >= len(curves) // 2) for epoch in (1, 27))
    return late - early - 0.5


@cache
def twelve(seed, epochs=15):
    """Which validation images twelve networks of a fine search classify rightly, and their accuracies."""
    ranges = {"learning_rate": (2e-3, 3.4e-3), "regularization": (1e-5, 1.0)}
    return searches.retrained(images(), searches.draw(ranges, 12, 0), [seed], epochs)[0][:, 0]


def fewer_images_promise_more(seed, few=50, many=500):
    right = twelve(seed)
    (home_few, away_few), (home_many, away_many) = (
        np.mean(searches.winners_optimism(right, size), axis=1) for size in (few, many)
    )
    return 100 * min(home_few - home_many, away_many - away_few)


def paired_error_is_smaller(seed, epochs=15):
    right = twelve(seed, epochs)
    ranked = np.argsort(-right.mean(axis=1))
    first, fifth = right[ranked[0]], right[ranked[4]]
    return 100 * (np.sqrt(2) * searches.standard_error(first) - searches.standard_error(first, fifth))


def luck_of_the_best(seed, count=100, images_=100, accuracy=0.5):
    rng = np.random.default_rng(seed)
    best = rng.binomial(images_, accuracy, (200, count)).max(axis=1) / images_
    return 100 * (best.mean() - accuracy) - 1


def tpe_is_earlier(seed, noise=0.01, trials=50):
    surface = with_noise(landscape(seed), noise)
    points = searches.uniform(searches.exponents_of(surface), 4000, np.random.default_rng(seed))
    target = float(np.quantile(searches.accuracy_at(surface, points), 1 - 1 / 40))
    needed = []
    for sampler in ("random", "tpe"):
        study = studies.run_study(
            studies.open_study(epochs=9),
            surface.train,
            searches.WIDER_RANGES,
            trials,
            sampler=sampler,
            batch=1,
            seed=seed,
            target=target,
        )
        reached = any(trial.value >= target for trial in study.trials)
        needed.append(len(study.trials) + (not reached))
    return needed[0] - needed[1] + 0.5


POINTS = "points of accuracy"
CLAIMS = (
    Claim(
        "how to draw a rate or a penalty | uniform in the exponent",
        uniform_in_the_exponent,
        POINTS,
        {OWN: {}, "16 runs": {"runs": 16}, "1e-5 to 0.1": {"low": 1e-5, "high": 0.1}},
    ),
    Claim(
        "loss above three times its first, or no number | break off",
        none_would_recover,
        "runs",
        {OWN: {}, "limit 1.2": {"factor": 1.2}, "limit 10": {"factor": 10.0}},
        {"limit 1": {"factor": 1.0}},
    ),
    Claim(
        "best value within a tenth of an end of its range | move the range before you narrow it",
        moving_beats_narrowing,
        POINTS,
        {OWN: {}, "a shorter range": {"low": 3e-4, "high": 1e-3}, "6 runs": {"runs": 6}},
        {"best inside": {"low": 1e-3, "high": 5e-3}},
    ),
    Claim(
        "two hyperparameters that both matter | a grid of middles is as good as random",
        middles_are_as_good,
        "points of accuracy, above 0: less than a point worse",
        {OWN: {}, "4 runs": {"per_axis": 2}, "25 runs": {"per_axis": 5}},
        {"one idle axis, 27 runs": {"idle": 1}, "two idle axes, 81 runs": {"idle": 2}},
    ),
    Claim(
        "With few runs, a grid on the *ends* of its range loses because of the ends.",
        ends_are_wasted,
        POINTS,
        {OWN: {}, "4 runs": {"per_axis": 2}},
    ),
    Claim(
        "With idle hyperparameters random points win",
        random_wins,
        POINTS,
        {OWN: {}, "two idle axes, 81 runs": {"idle": 2}, "two idle axes, 16 runs": {"per_axis": 2, "idle": 2}},
        {"none idle, 9 runs": {"idle": 0}},
    ),
    Claim(
        "The Sobol sequence is at least as good as random points everywhere.",
        sobol_is_no_worse,
        "points of accuracy, above 0: less than half a point worse",
        {OWN: {}, "25 runs": {"per_axis": 5}, "one idle axis, 27 runs": {"idle": 1}},
    ),
    Claim(
        "a fixed number of epochs, runs that are alike | successive halving",
        halving_wins,
        POINTS,
        {OWN: {}, "20 runs": {"runs": 20}},
        {"9 runs": {"runs": 9}},
    ),
    Claim(
        "A halving that starts with one epoch throws all of them away",
        deep_ones_are_lost,
        "networks",
        {OWN: {}},
        {"larger weights": {"start": 0.1}},
    ),
    Claim(
        "the fewer images choose, the more the winner promises there, and the less it scores on others",
        fewer_images_promise_more,
        POINTS,
        {OWN: {}},
        {"100 against 500": {"few": 100}},
    ),
    Claim(
        "Two networks measured on the *same* images fail on many of the same ones",
        paired_error_is_smaller,
        POINTS,
        {OWN: {}, "5 epochs": {"epochs": 5}},
    ),
    Claim(
        "Choosing the best is also choosing the *luckiest*.",
        luck_of_the_best,
        POINTS,
        {OWN: {}, "1000 images": {"images_": 1000}, "12 networks": {"count": 12}},
        {"one network": {"count": 1}},
    ),
    Claim(
        "It is usually earlier, not always",
        tpe_is_earlier,
        "trials",
        {OWN: {}, "no error": {"noise": 0.0}},
        share=0.6,
    ),
)
