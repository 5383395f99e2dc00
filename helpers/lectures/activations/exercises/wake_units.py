"""`wake_units`: biases for a sick ReLU stack, judged by which units answer to samples that nobody has seen.

The weights stay, and every bias that lets a unit answer to some samples and not to others is right. The baseline is
the stack with biases of 0. The distribution of the samples follows from the old biases, so that the judge can draw new
ones.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

SAMPLES, NEW, WIDTH, LAYERS = 200, 600, 20, 3
FEWEST, MOST = 0.2, 0.8  # of the new samples: between them a unit is awake
GAINED = 0.92  # of the units that sleep with biases of 0
WILD, SHARE = 100.0, 0.1  # how many times as large a wild sample is, and how many of the samples are wild


@lru_cache(maxsize=64)
def _samples(biases: bytes, wild: bool):
    """The samples that an answer sees, and new ones: positive, some features together, a few samples wild."""
    rng = np.random.default_rng(zlib.crc32(biases))
    mixing, means = rng.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5, rng.uniform(2, 6, WIDTH)
    both = np.abs(means + rng.standard_normal((SAMPLES + NEW, WIDTH)) @ mixing)
    if wild:
        rows = rng.permutation(SAMPLES)[: int(SHARE * SAMPLES)]
        both[np.concatenate([rows, SAMPLES + np.arange(int(SHARE * NEW))])] *= WILD
    return both[:SAMPLES], both[SAMPLES:]


def drawn(rng, wild):
    weights = rng.standard_normal((LAYERS, WIDTH, WIDTH)) * (2 / WIDTH) ** 0.5
    biases = rng.normal(-2, 4, (LAYERS, WIDTH))
    return call(_samples(biases.tobytes(), wild)[0], weights, biases)


def ordinary(rng):
    return [drawn(rng, False), drawn(rng, False)]


def wild_samples(rng):
    return [drawn(rng, True), drawn(rng, True)]


def awake(samples, weights, biases):
    """Whether each unit answers to some of the samples and not to others; shape (layers, units)."""
    rows, h = [], samples
    for w, b in zip(weights, biases, strict=True):
        h = np.maximum(h @ w + b, 0)
        answers = np.mean(h > 0, axis=0)
        rows.append((answers >= FEWEST) & (answers <= MOST))
    return np.array(rows)


def read(one, value):
    """The biases of an answer, or what is wrong with them."""
    biases, wanted = np.asarray(value, dtype=float), one.arguments[2].shape
    if biases.shape != wanted:
        return Difference("shape", f"It returned shape {biases.shape}; shape {wanted} is expected.")
    if not np.isfinite(biases).all():
        return Difference("value", "Biases are finite numbers.")
    return biases


def waking(wild):
    """The judge of a part: enough of the units that sleep with biases of 0 are awake on new samples."""

    def judge(one, value, before=None):
        biases = read(one, value)
        if isinstance(biases, Difference):
            return biases
        _, weights, old = one.arguments
        new = _samples(np.ascontiguousarray(old, dtype=np.float64).tobytes(), wild)[1]
        units, plain = awake(new, weights, biases), awake(new, weights, np.zeros_like(biases)).mean()
        wanted = plain + GAINED * (1 - plain)
        if units.mean() >= wanted:
            return None
        layers = ", ".join(f"{count} of {WIDTH}" for count in units.sum(axis=1))
        return Difference(
            "value",
            f"On new samples {100 * units.mean():.0f} % of the units are awake; at least {100 * wanted:.0f} % are "
            f"asked for, and biases of 0 give {100 * plain:.0f} %. Layer by layer, from the first: {layers}.",
        )

    judge.any_shape = True
    return judge


def _by_layers(samples, weights, threshold):
    """Go up through the repaired layers; each unit's bias is minus `threshold` of its pre-activations."""
    h, rows = samples, []
    for w in weights:
        sums = h @ w
        rows.append([-threshold(column) for column in sums.T])
        h = np.maximum(sums + np.array(rows[-1]), 0)
    return np.array(rows)


def oracle(samples, weights, biases):
    """The threshold of a unit lies where half of its sorted pre-activations are above."""
    return _by_layers(samples, weights, lambda column: np.sort(column)[len(column) // 2 - 1 :][:2].mean())


# How the wrong ones are recognized.


class As:
    """Knows an answer by its formula."""

    any_shape = True

    def __init__(self, formula):
        self.formula = formula

    def __call__(self, one, value, before=None):
        biases, wanted = read(one, value), self.formula(*one.arguments)
        if isinstance(biases, Difference):
            return biases
        # Where a sample is wild, single precision leaves little of a sum of large numbers.
        if np.allclose(biases, wanted, rtol=1e-3, atol=1e-3):
            return None
        return Difference("value", "They are other biases.")


def _as_they_were(samples, weights, biases):
    return np.array(biases, dtype=float)


def _zeros(samples, weights, biases):
    return np.zeros(biases.shape)


def _hundredths(samples, weights, biases):
    return np.full(biases.shape, 0.01)


def _never_silent(samples, weights, biases):
    return 1e-6 + _by_layers(samples, weights, np.min)


def _means(samples, weights, biases):
    return _by_layers(samples, weights, np.mean)


def _other_sign(samples, weights, biases):
    return _by_layers(samples, weights, lambda column: -np.median(column))


def _through_the_sick(samples, weights, biases):
    h, rows = samples, []
    for w, b in zip(weights, biases, strict=True):
        sums = h @ w
        rows.append(-np.median(sums, axis=0))
        h = np.maximum(sums + b, 0)
    return np.array(rows)


def _without_relu(samples, weights, biases):
    h, rows = samples, []
    for w in weights:
        rows.append(-np.median(h @ w, axis=0))
        h = h @ w + rows[-1]
    return np.array(rows)


def _only_the_dead(samples, weights, biases):
    h, rows = samples, []
    for w, b in zip(weights, biases, strict=True):
        sums = h @ w
        rows.append(np.where(np.all(sums + b <= 0, axis=0), -np.median(sums, axis=0), b))
        h = np.maximum(sums + rows[-1], 0)
    return np.array(rows)


@mistake("These are the old biases, with which the stack is sick. Return new ones.", As(_as_they_were))
def as_they_were(samples, weights, biases):
    return _as_they_were(samples, weights, biases)


@mistake(
    "All biases are 0. The inputs are positive, so the pre-activations of a unit lie far from 0, nearly all on one "
    "side of it. Look at their histogram.",
    As(_zeros),
)
def all_zero(samples, weights, biases):
    return _zeros(samples, weights, biases)


@mistake(
    "All biases are 0.01, whatever the unit receives. Compare this number with the pre-activations: it is far too "
    "small to change which of them are positive.",
    As(_hundredths),
)
def a_small_positive_bias(samples, weights, biases):
    return _hundredths(samples, weights, biases)


@mistake(
    "Now no unit is ever silent, so ReLU is the identity, and the stack is one linear layer. A unit should answer to "
    "some of the samples and be silent for others.",
    As(_never_silent),
)
def never_silent(samples, weights, biases):
    return _never_silent(samples, weights, biases)


@mistake(
    "The thresholds are means of the pre-activations. In the second part a few samples are a hundred times as large as "
    "the others, and a mean follows them. Take a number in the middle that does not.",
    As(_means),
)
def means(samples, weights, biases):
    return _means(samples, weights, biases)


@mistake(
    "The sign is wrong. The bias is *added* to the pre-activation: think of a unit that receives numbers around 7, and "
    "of what has to be added to bring them near 0.",
    As(_other_sign),
)
def other_sign(samples, weights, biases):
    return _other_sign(samples, weights, biases)


@mistake(
    "The upper layers were measured with the old biases below them. With new biases their inputs are others: repair a "
    "layer, send the samples through it as it is now, and go on with the next.",
    As(_through_the_sick),
)
def through_the_sick_layers(samples, weights, biases):
    return _through_the_sick(samples, weights, biases)


@mistake(
    "Between the layers the ReLU is missing, so the upper layers were measured with inputs that they never get.",
    As(_without_relu),
)
def without_relu(samples, weights, biases):
    return _without_relu(samples, weights, biases)


@mistake(
    "The dead units have new biases, and the others their old ones. Many of those are never silent, or nearly always: "
    "count for every unit to how many samples it answers.",
    As(_only_the_dead),
)
def only_the_dead(samples, weights, biases):
    return _only_the_dead(samples, weights, biases)


# Right ones.


def with_the_median(samples, weights, biases):
    found = np.zeros(biases.shape)
    for layer, w in enumerate(weights):
        found[layer] = -np.median(samples @ w, axis=0)
        samples = np.maximum(samples @ w + found[layer], 0)
    return found


def with_a_quantile(samples, weights, biases):
    return _by_layers(samples, weights, lambda column: np.quantile(column, 0.6))


def with_a_trimmed_mean(samples, weights, biases):
    """A mean will do if the smallest and the largest quarter of the pre-activations are left out."""
    quarter, rows = len(samples) // 4, []
    for w in weights:
        ordered = np.sort(samples @ w, axis=0)
        rows.append(-ordered[quarter:-quarter].mean(axis=0))
        samples = np.maximum(samples @ w + rows[-1], 0)
    return np.array(rows)


def by_halving(samples, weights, biases):
    """Try biases: raise them where a unit answers too seldom, lower them where it answers too often."""
    h, rows = samples, []
    for w in weights:
        sums = h @ w
        low, high = -sums.max(axis=0) - 1, -sums.min(axis=0) + 1
        for _ in range(40):
            middle = (low + high) / 2
            seldom = np.mean(sums + middle > 0, axis=0) < 0.5
            low, high = np.where(seldom, middle, low), np.where(seldom, high, middle)
        rows.append(high)
        h = np.maximum(sums + high, 0)
    return np.stack(rows)


def as_lists(samples, weights, biases):
    return oracle(samples, weights, biases).tolist()


def as_a_tuple_of_arrays(samples, weights, biases):
    return tuple(with_the_median(samples, weights, biases))


WAKE_UNITS = Exercise(
    name="wake_units",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="6. When does a ReLU answer, and when does it stop?",
    minutes=10,
    difficulty=2,
    parts=(
        Part("awake", 2, ordinary, judge=waking(False)),
        Part("awake among wild samples", 2, wild_samples, judge=waking(True)),
    ),
    oracle=oracle,
    mistakes=(
        as_they_were,
        all_zero,
        a_small_positive_bias,
        never_silent,
        means,
        other_sign,
        through_the_sick_layers,
        without_relu,
        only_the_dead,
    ),
    spellings=(
        with_the_median,
        with_a_quantile,
        with_a_trimmed_mean,
        by_halving,
        as_lists,
        as_a_tuple_of_arrays,
    ),
    open_ended=True,
    hints=(
        "A unit answers where `inputs @ w` is larger than `-b`: minus the bias is a threshold. Where among the "
        "pre-activations of a unit should it lie, so that about half of the samples are above?",
        "The second layer receives what the first one gives *after* its repair. Go from layer to layer.",
        "A few wild samples move a mean a long way. Sort the numbers, and ask how many lie above.",
    ),
)
