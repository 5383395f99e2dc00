"""The experiments of lecture 11: searches over learning rate and regularization, on top of the search engine.

*Ranges* are a dict {name: (low, high)}; all of them are searched in log space. Repeated searches look their scores up
on a response surface (`response_surface`), so that a thousand of them cost no training at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binom, qmc

from helpers.neural.search import train_many
from helpers.neural.signal import fixed

NAMES = ("learning_rate", "regularization")
EPOCHS = 5  # of a short run
CHANCE, PIXELS = 0.1, 3072  # of ten classes; of an image
BATCH_SIZE, DECAY = 100, 0.9  # as in deck 004; the decay is the factor of the rate from one epoch to the next
# Deck 004 prints the first rows of two searches of a hundred runs each: accuracy, learning rate, regularization.
DECK_COARSE = (
    (0.412, 1.405206e-04, 4.793564e-01),
    (0.214, 7.231888e-06, 2.321281e-04),
    (0.208, 2.119571e-06, 8.011857e01),
    (0.196, 1.551131e-05, 4.374936e-05),
    (0.079, 1.753300e-05, 1.200424e03),
    (0.223, 4.215128e-05, 4.196174e01),
    (0.441, 1.750259e-04, 2.110807e-04),
    (0.241, 6.749231e-05, 4.226413e01),
    (0.482, 4.296863e-04, 6.642555e-01),
    (0.079, 5.401602e-06, 1.599828e04),
    (0.154, 1.618508e-06, 4.925252e-01),
)
DECK_FINE = (
    (0.527, 5.340517e-04, 4.097824e-01),
    (0.492, 2.279484e-04, 9.991345e-04),
    (0.512, 8.680827e-04, 1.349727e-02),
    (0.461, 1.028377e-04, 1.220193e-02),
    (0.460, 1.113730e-04, 5.244309e-02),
    (0.498, 9.477776e-04, 2.001293e-03),
    (0.469, 1.484369e-04, 4.328313e-01),
    (0.522, 5.586261e-04, 2.312685e-04),
    (0.530, 5.808183e-04, 8.259964e-02),
    (0.489, 1.979168e-04, 1.010889e-04),
    (0.490, 2.036031e-04, 2.406271e-03),
    (0.475, 2.021162e-04, 2.287807e-01),
    (0.460, 1.135527e-04, 3.905040e-02),
    (0.515, 6.947668e-04, 1.562808e-02),
    (0.531, 9.471549e-04, 1.433895e-03),
    (0.509, 3.140888e-04, 2.857518e-01),
    (0.514, 6.438349e-04, 3.033781e-01),
    (0.502, 3.921784e-04, 2.707126e-04),
    (0.509, 9.752279e-04, 2.850865e-03),
    (0.500, 2.412048e-04, 4.997821e-04),
    (0.466, 1.319314e-04, 1.189915e-02),
    (0.516, 8.039527e-04, 1.528291e-02),
)
DECK_FINE_RANGES = {"learning_rate": (1e-4, 1e-3), "regularization": (1e-4, 1.0)}
DECK_PICTURES = 49_000
DECK_RANGES = {"learning_rate": (1e-6, 1e-3), "regularization": (1e-5, 1e5)}
WIDER_RANGES = {"learning_rate": (1e-4, 1e-2), "regularization": (1e-5, 1e2)}


# --- Searching


def draw(ranges, count, seed=0):
    """`count` random configurations, uniform in the logarithm of every range."""
    rng = np.random.default_rng(seed)
    low, high = np.log10(np.array(list(ranges.values()), dtype=float)).T
    points = 10 ** rng.uniform(low, high, (count, len(ranges)))
    return [dict(zip(ranges, map(float, point), strict=True), decay=DECAY) for point in points]


def random_search(pictures, ranges, count=100, seed=0, epochs=EPOCHS, **training):
    """Train `count` random configurations of these ranges (see `search.train_many`); a list of Run."""
    return train_many(draw(ranges, count, seed), pictures, epochs=epochs, batch_size=BATCH_SIZE, seed=seed, **training)


def deck_accuracies(pictures, rows, deck_epochs=5):
    """Validation accuracies for rows of the deck (accuracy, rate, regularization), with as many updates as it made.

    It trained on 49 000 pictures; on fewer it takes more epochs to make as many updates, and the rate decays as often.
    """
    updates = deck_epochs * DECK_PICTURES // BATCH_SIZE
    epochs = round(updates * BATCH_SIZE / len(pictures.x_train))
    decay = DECAY ** (deck_epochs / epochs)
    configurations = [
        {"learning_rate": rate, "regularization": regularization, "decay": decay} for _, rate, regularization in rows
    ]
    runs = train_many(configurations, pictures, epochs=epochs, batch_size=BATCH_SIZE)
    return [float(run.validation_accuracies[-1]) for run in runs]


def rates_tried(pictures, low, high, count=10, **training):
    """Train with rates evenly spaced in the value, and evenly spaced in the exponent: two lists of Run."""
    return [
        train_many(
            [
                {"learning_rate": float(rate), "regularization": 0.0, "decay": DECAY}
                for rate in spaced(low, high, count)
            ],
            pictures,
            batch_size=BATCH_SIZE,
            **training,
        )
        for spaced in (np.linspace, np.geomspace)
    ]


def best_first(runs):
    """The runs by falling score."""
    return sorted(runs, key=lambda run: run.score, reverse=True)


def rate_and_score(run):
    """The learning rate and the score of a run."""
    return run.configuration["learning_rate"], run.score


def narrowed(runs, keep):
    """The ranges that the `keep` best runs span: {name: (lowest, highest)}."""
    best = [run.configuration for run in best_first(runs)[:keep]]
    return {name: (min(c[name] for c in best), max(c[name] for c in best)) for name in NAMES}


def place(value, low, high):
    """Where a value lies in its range, in log space: 0 at the low end, 1 at the high end."""
    return float(np.log(value / low) / np.log(high / low))


def trained_epochs(runs):
    """How many epochs were trained in all."""
    return sum(len(run.losses) - 1 for run in runs)


# --- What breaking off costs and saves


@dataclass(frozen=True)
class BreakOff:
    """What became of runs that were broken off, when they were let go on."""

    broken_off: int  # runs
    recovered: int  # of those, the ones that would have ended among the better half of the others
    best_of_broken: float  # highest final score of those, had they gone on


def break_off(pictures, runs, epochs=5, **training):
    """Let the runs that were broken off go on to the end, and see what they would have come to."""
    broken = [run for run in runs if run.stopped_after is not None]
    others = [run.score for run in runs if run.stopped_after is None]
    again = train_many(
        [run.configuration for run in broken],
        pictures,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        stop_factor=np.inf,
        **training,
    )
    scores = [run.score for run in again]
    good = float(np.median(others))
    return BreakOff(len(broken), sum(s > good for s in scores), max(scores, default=0.0))


# --- Repeated searches on a response surface


def accuracy_at(surface, points, epoch=-1):
    """Accuracies of a ResponseSurface at `points` (count, 2), which are exponents of 10, after so many epochs."""
    return surface.at(epoch).curves(*10.0 ** np.asarray(points).T)[:, 0]


def exponents_of(surface):
    """The ends of both axes of a ResponseSurface as exponents of 10: [(low, high), (low, high)]."""
    return [(float(axis[0]), float(axis[-1])) for axis in (surface.rate_exponents, surface.regularization_exponents)]


def grid(exponents, per_axis):
    """All points of a grid with `per_axis` values on each axis, both ends included: (count, axes)."""
    axes = np.meshgrid(*(np.linspace(low, high, per_axis) for low, high in exponents), indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, len(exponents))


def uniform(exponents, count, rng):
    """`count` random points: (count, axes)."""
    low, high = np.array(exponents).T
    return rng.uniform(low, high, (count, len(low)))


def middles(exponents, per_axis):
    """All points of a grid whose values are the middles of `per_axis` equal parts of each axis: (count, axes)."""
    inner = []
    for low, high in exponents:
        half = (high - low) / per_axis / 2
        inner.append((low + half, high - half))
    return grid(inner, per_axis)


def sobol(exponents, count, rng):
    """`count` points of a scrambled Sobol sequence, which fills the box more evenly than chance: (count, axes)."""
    low, high = np.array(exponents).T
    return low + (high - low) * _sobol_in_the_unit_cube(len(low), count, rng)


def _sobol_in_the_unit_cube(axes, count, rng):
    sequence = qmc.Sobol(axes, rng=rng)
    return sequence.random(1 << (count - 1).bit_length())[:count]


LAYOUTS = ("grid, ends included", "grid, middles of cells", "random", "Sobol sequence")


@dataclass(frozen=True)
class Duel:
    """How far repeated searches stay below the best of what they search, with the same number of runs each."""

    runs: tuple
    values_of_rate: tuple  # how many different learning rates a grid tries; the others try as many as runs
    short: dict  # {layout: (len(runs), repeats)}: the best accuracy in the window minus the best one found


def duel(surface, per_axis=(2, 3, 4, 5, 6), idle=0, repeats=500, epoch=5, window=0.7, seed=0):
    """Search the surface again and again with each of LAYOUTS, each time in a window that lies somewhere else.

    The window is `window` times as long as each axis. A grid over the whole surface would be one grid and its luck; so
    many windows are so many positions of the grid. With `idle` there are so many more axes, of which nobody knows that
    they make no difference: a grid repeats itself along them.
    """
    rng = np.random.default_rng(seed)
    ends = np.array(exponents_of(surface))
    lengths = window * (ends[:, 1] - ends[:, 0])
    counts = [count ** (2 + idle) for count in per_axis]
    points, owners = [], []
    low = rng.uniform(ends[:, 0], ends[:, 1] - lengths, (repeats, 2))
    for repeat in range(repeats):
        inside = list(zip(low[repeat], low[repeat] + lengths, strict=True))
        tried = [grid(inside, 40)]
        for count, runs in zip(per_axis, counts, strict=True):
            even = _sobol_in_the_unit_cube(2 + idle, runs, rng)[:, :2]
            tried += [grid(inside, count), middles(inside, count), uniform(inside, runs, rng)]
            tried.append(low[repeat] + lengths * even)
        points += tried
        owners += [len(part) for part in tried]
    # All points are looked up at once, which takes a hundredth of the time.
    found = accuracy_at(surface, np.concatenate(points), epoch)
    best = np.maximum.reduceat(found, np.cumsum([0, *owners[:-1]])).reshape(repeats, 1 + len(per_axis) * len(LAYOUTS))
    short = (best.max(axis=1, keepdims=True) - best[:, 1:]).reshape(repeats, len(per_axis), len(LAYOUTS))
    return Duel(tuple(counts), tuple(per_axis), {name: short[:, :, place].T for place, name in enumerate(LAYOUTS)})


@dataclass(frozen=True)
class Race:
    """Successive halving against plain random search with the same number of trained epochs, many times."""

    epochs: int  # that each of the two may train
    halved: np.ndarray  # (repeats,): accuracy of the winner after the last round's budget
    plain: np.ndarray  # (repeats,): of the best of as many runs as the epochs allow at that budget
    candidates: tuple  # how many configurations each of them looks at


def rounds_of(count, budget=1, eta=3):
    """The schedule of successive halving: [(runs, epochs that each of them has had at the end of the round), ...]."""
    rounds = []
    while count > 1:
        rounds.append((count, budget))
        count, budget = max(1, count // eta), budget * eta
    return rounds


def epochs_of(rounds):
    """How many epochs a schedule trains, if a survivor goes on where it stopped."""
    before = [0, *(epochs for _, epochs in rounds)]
    return sum(count * (epochs - done) for (count, epochs), done in zip(rounds, before, strict=False))


def halve(surface, rounds, seed=0):
    """One successive halving on the surface.

    Returns for each round the curves of those who take part, best at the round's end first: (runs, epochs + 1).
    """
    points = uniform(exponents_of(surface), rounds[0][0], np.random.default_rng(seed))
    curves = surface.curves(*10.0**points.T)
    shown = []
    for count, epochs in rounds:
        curves = curves[:count]
        curves = curves[np.argsort(-curves[:, epochs], kind="stable")]
        shown.append(curves)
    return shown


def halving_race(surface, rounds, repeats=500, seed=0):
    """Race successive halving against a plain search that gives every configuration the last round's budget."""
    last = rounds[-1][1]
    cost = epochs_of(rounds)
    rng = np.random.default_rng([seed, 1])
    halved = [halve(surface, rounds, [seed, 2, repeat])[-1][0, last] for repeat in range(repeats)]
    plain = [
        accuracy_at(surface, uniform(exponents_of(surface), cost // last, rng), last).max() for _ in range(repeats)
    ]
    return Race(cost, np.array(halved), np.array(plain), (rounds[0][0], cost // last))


def slow_starters(pictures, rates=((0.02, 0.12), (0.05, 0.3)), count=9, epochs=27, start=0.01, seed=0):
    """Networks of one and of two hidden layers that start from small weights (standard deviation
    `start`), on standardized inputs.

    Returns {"1 hidden layer": curves (count, epochs + 1) of validation accuracy, "2 hidden layers": ...} over `count`
    rates, evenly spaced in the exponent between the (low, high) of each depth. A run that was broken off guesses from
    there on.
    """
    scale = np.float32(pictures.x_train.std() * np.sqrt(pictures.x_train.shape[1] / PIXELS))
    parts = {name: getattr(pictures, name) / scale for name in ("x_train", "x_validation", "x_test")}
    curves = {}
    for depth, (label, ends) in enumerate(zip(("1 hidden layer", "2 hidden layers"), rates, strict=True), start=1):
        configurations = [
            {"learning_rate": float(rate), "regularization": 1e-4, "decay": 0.95, "hidden": (50,) * depth}
            for rate in np.geomspace(*ends, count)
        ]
        runs = train_many(
            configurations,
            replace(pictures, **parts),
            epochs=epochs,
            batch_size=BATCH_SIZE,
            weight_scale=fixed(start),
            stop_factor=20,
            seed=seed,
        )
        curves[label] = np.array([_to_the_end(run, epochs) for run in runs])
    return curves


def _to_the_end(run, epochs):
    missing = epochs + 1 - len(run.validation_accuracies)
    curve = np.append(run.validation_accuracies, np.full(missing, CHANCE))
    if run.stopped_after:
        curve[run.stopped_after :] = CHANCE
    return curve


# --- What the winner is worth


def retrained(pictures, configurations, seeds, epochs=15):
    """Train every configuration anew with each seed.

    Returns which validation and which test images each network classifies rightly: boolean (configurations, seeds,
    images) each.
    """
    rights = []
    for seed in seeds:
        runs = train_many(configurations, pictures, epochs=epochs, batch_size=BATCH_SIZE, seed=seed, keep_layers=True)
        rights.append(
            [
                right_answers(runs, pictures.x_validation, pictures.y_validation),
                right_answers(runs, pictures.x_test, pictures.y_test),
            ]
        )
    return tuple(np.stack(part, axis=1) for part in zip(*rights, strict=True))


def standard_error(first, second=None):
    """Of the accuracy of one network, or of the difference between two on the same images: boolean (images,) each."""
    values = first.astype(float) if second is None else first.astype(float) - second
    return float(values.std() / np.sqrt(len(values)))


def right_answers(runs, features, labels):
    """Which images the final network of each run classifies rightly: boolean (runs, pictures). Needs `keep_layers`."""
    right = np.zeros((len(runs), len(labels)), bool)
    for number, run in enumerate(runs):
        if run.layers is None or run.score == 0:
            continue
        signal = features
        for depth, (weights, bias) in enumerate(run.layers, start=1):
            signal = signal @ weights + bias
            if depth < len(run.layers):
                signal = np.maximum(signal, 0)
        right[number] = signal.argmax(axis=1) == labels
    return right


def winners_optimism(right, chosen_on, repeats=1000, seed=0):
    """Choose the best row of `right` (runs, pictures) on a few pictures, and look at the score on all the others.

    Returns the two scores of the winner, (repeats,) each: on the `chosen_on` pictures that chose it, and on the rest.
    """
    rng = np.random.default_rng(seed)
    count = right.shape[1]
    at_home, away = np.empty(repeats), np.empty(repeats)
    totals = right.sum(axis=1)
    for repeat in range(repeats):
        chosen = rng.permutation(count)[:chosen_on]
        hits = right[:, chosen].sum(axis=1)
        winner = hits.argmax()
        at_home[repeat] = hits[winner] / chosen_on
        away[repeat] = (totals[winner] - hits[winner]) / (count - chosen_on)
    return at_home, away


def best_by_luck(count, pictures, accuracy):
    """The expected score of the luckiest of `count` networks that all have this accuracy, on so many pictures."""
    hits = np.arange(pictures + 1)
    below = binom.cdf(hits, pictures, accuracy) ** count  # all of them have at most so many hits
    return float(np.sum(1 - below[:-1]) / pictures)
