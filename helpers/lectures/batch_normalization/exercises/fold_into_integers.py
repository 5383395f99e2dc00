"""`fold_into_integers`: a normalized layer folded for a chip that stores small integers, judged on new samples.

The units' factors differ a hundredfold, so one step for a whole matrix leaves nothing of some of them. Any integers,
steps and biases are right with which the network answers nearly as before. New samples follow from the last bias, so
that the judge can draw them.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from helpers.judging.compare import Difference, difference
from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake

from .common import LECTURE, NOT_IN_PLACE

FEATURES, UNITS, OUTPUTS = 16, 32, 8
SAMPLES, NEW = 150, 500
EPSILON = 1e-5
FACTORS = np.geomspace(0.1, 10, UNITS)  # of the units, in an order that is drawn
FIXED, BLIND = 3, 2  # features that never change, and units that see nothing else
THIRD, EIGHTH = 1 / 3, 1 / 8  # of the baseline
# A grading allows so much more: which networks it draws is chance, so what passes the public ones should pass.
OF_FRESH = 1.5
# Of what is shipped.
FORM = {
    "W1": np.zeros((FEATURES, UNITS), dtype=int),
    "step1": 0.0,
    "b1": np.zeros(UNITS),
    "W2": np.zeros((UNITS, OUTPUTS), dtype=int),
    "step2": 0.0,
    "b2": np.zeros(OUTPUTS),
}


@lru_cache(maxsize=64)
def _drawn_samples(seed):
    """The samples that an answer sees and new ones: positive, some features together."""
    rng = np.random.default_rng(seed)
    mixing, means = rng.normal(size=(FEATURES, FEATURES)) / FEATURES**0.5, rng.uniform(2, 4, FEATURES)
    both = np.abs(means + rng.standard_normal((SAMPLES + NEW, FEATURES)) @ mixing)
    return both[:SAMPLES], both[SAMPLES:]


def samples_of(last_bias):
    return _drawn_samples(zlib.crc32(np.ascontiguousarray(last_bias, dtype=np.float64).tobytes()))


def drawn(rng, largest, blind=False):
    """A network, samples and the largest integer; with `blind`, units that see only features that never change."""
    last_bias = rng.normal(0, 0.5, OUTPUTS)
    samples = samples_of(last_bias)[0].copy()
    weights = rng.normal(size=(FEATURES, UNITS)) / FEATURES**0.5
    units = rng.permutation(UNITS)[: BLIND if blind else 0]
    if blind:
        fixed = rng.permutation(FEATURES)[:FIXED]
        samples[:, fixed] = rng.uniform(0.5, 1.5, FIXED)
        weights[fixed] *= 6
        weights[np.ix_(np.setdiff1d(np.arange(FEATURES), fixed), units)] = 0
    bias, factors = rng.normal(0, 0.5, UNITS), rng.permutation(FACTORS)
    factors[units] = 1.0
    sums = samples @ weights + bias
    var = sums.var(axis=0)
    var[units] = 0.0  # and not what rounding leaves
    network = {
        "W1": weights,
        "b1": bias,
        "gamma": factors,
        "beta": factors * rng.normal(0, 0.6, UNITS),
        "mean": sums.mean(axis=0),
        "var": var,
        "W2": rng.normal(size=(UNITS, OUTPUTS)) / UNITS**0.5 / factors[:, None],
        "b2": last_bias,
    }
    return call(network, samples, largest)


def ordinary(rng):
    return [drawn(rng, 15), drawn(rng, 31)]


def five_bits(rng):
    return [drawn(rng, 15), drawn(rng, 15)]


def features_that_never_change(rng):
    return [drawn(rng, 31, blind=True), drawn(rng, 15, blind=True)]


def folded(network):
    """The hidden layer with the normalization in it, in double precision."""
    factor = network["gamma"] / np.sqrt(network["var"] + EPSILON)
    return network["W1"] * factor, (network["b1"] - network["mean"]) * factor + network["beta"]


def outputs(x, w1, b1, w2, b2):
    return np.maximum(x @ w1 + b1, 0) @ w2 + b2


def effective(shipped):
    """What the integers and steps of an answer stand for: two float layers."""
    w1, w2 = (shipped[f"step{i}"] * np.asarray(shipped[f"W{i}"], dtype=float) for i in (1, 2))
    return w1, np.asarray(shipped["b1"], dtype=float), w2, np.asarray(shipped["b2"], dtype=float)


def never_change(one):
    """Which features are the same in all samples."""
    return np.ptp(one.arguments[1], axis=0) == 0


def departures(one, shipped):
    """What was shipped minus the network, for new samples, in standard deviations of the outputs: (n, outputs)."""
    network, samples, _ = one.arguments
    new, fixed = samples_of(network["b2"])[1].copy(), never_change(one)
    new[:, fixed] = samples[0, fixed]
    true = outputs(new, *folded(network), network["W2"], network["b2"])
    return (outputs(new, *effective(shipped)) - true) / np.sqrt(true.var(axis=0).mean())


def error(one, shipped):
    return float(np.nan_to_num(np.sqrt(np.mean(departures(one, shipped) ** 2)), nan=np.inf))


@cache
def public_cases():
    return frozenset(trial.call.arguments[0]["b2"].tobytes() for trial in FOLD_INTO_INTEGERS.public_trials)


def allowed(one, share):
    """The largest error that is allowed, and that of plain folding. Always the mean outputs have an error of 1."""
    plain = error(one, _plain(*one.arguments))
    slack = 1 if one.arguments[0]["b2"].tobytes() in public_cases() else OF_FRESH
    return slack * share * min(plain, 1.0), plain


def read(one, value):
    """What was shipped, as it is, or what is wrong with it."""
    for key, form in FORM.items():
        found = difference(form, value[key], Tolerance())
        if found is not None and found.rung != "value":
            return Difference(found.rung, f"`{key}`: {found.sentence}")
        array, largest = np.asarray(value[key]), one.arguments[2]
        if not np.isfinite(array).all():
            return Difference("value", f"`{key}` must be finite. Does anything divide by a size that can be 0?")
        if key in ("W1", "W2") and (array.min() < -largest or array.max() > largest):
            return Difference(
                "value",
                f"`{key}` holds integers from {array.min()} to {array.max()}; only {-largest} to {largest} can be "
                "stored.",
            )
    return value


@dataclass(frozen=True)
class Within:
    """The judge of a part: at most this share of the baseline's error is left."""

    share: float

    def __call__(self, one, value, before=None):
        shipped = read(one, value)
        if isinstance(shipped, Difference):
            return shipped
        found, (limit, plain) = error(one, shipped), allowed(one, self.share)
        if found <= limit:
            return None
        return Difference(
            "value",
            f"For new samples the outputs are off by {100 * min(found, 99):.0f} % of their standard deviation; at most "
            f"{100 * limit:.0f} % is asked for. Plain folding and rounding is off by {100 * plain:.0f} %, and always "
            "answering with the mean outputs by 100 %.",
        )


def rounded(w1, b1, w2, b2, largest, rounding=np.round):
    """Two float layers as integers, with one step for the largest weight of each matrix."""
    shipped = {}
    for i, w, b in ((1, w1, b1), (2, w2, b2)):
        step = np.abs(w).max() / largest
        shipped |= {f"W{i}": rounding(w / step).astype(int), f"step{i}": float(step), f"b{i}": b}
    return shipped


def without_the_fixed(network, samples):
    """The folded layer, in which what never changes is a part of the bias."""
    w, b = folded(network)
    fixed = np.ptp(samples, axis=0) == 0
    return np.where(fixed[:, None], 0.0, w), b + samples[0, fixed] @ w[fixed]


def resized(w, b, last, scale):
    """The same network with units `scale` times smaller, and weights that read them so much larger."""
    return w / scale, b / scale, last * scale[:, None]


def corrected(layers, b2, samples, largest):
    """Integers whose biases make up for what rounding does to the mean of each sum."""
    w1, b1, w2 = layers
    shipped = rounded(w1, b1, w2, b2, largest)
    low1, _, low2, _ = effective(shipped)
    b1_new = b1 + samples.mean(axis=0) @ (w1 - low1)
    missing = outputs(samples, w1, b1, w2, b2) - outputs(samples, low1, b1_new, low2, b2)
    return shipped | {"b1": b1_new, "b2": b2 + missing.mean(axis=0)}


def roots_of_sizes(w, last):
    """With these scales both matrices have units of the same sizes."""
    size = np.abs(w).max(axis=0)
    return np.sqrt(np.where(size > 0, size, 1) / np.abs(last).max(axis=1))


def oracle(network, samples, largest):
    """Every unit's largest weight becomes 1; the layer behind takes what that divides by."""
    w, b = without_the_fixed(network, samples)
    largest_weight = np.array([max(map(abs, column)) or 1.0 for column in w.T.tolist()])
    return corrected(resized(w, b, network["W2"], largest_weight), network["b2"], samples, largest)


# How the wrong ones are recognized.


class As:
    """Knows an answer by one of the formulas that make it."""

    def __init__(self, *formulas):
        self.formulas = formulas

    def __call__(self, one, value, before=None):
        shipped = read(one, value)
        if isinstance(shipped, Difference):
            return shipped
        got = effective(shipped)
        for formula in self.formulas:
            pairs = zip(got, effective(formula(*one.arguments)), strict=True)
            # In single precision a weight may be rounded to the other side.
            if all(np.linalg.norm(a - b) <= 0.01 * np.linalg.norm(b) for a, b in pairs):
                return None
        return Difference("value", "They are other layers.")


class Known:
    """Knows an answer by `test(one, shipped)`."""

    def __init__(self, test):
        self.test = test

    def __call__(self, one, value, before=None):
        shipped = read(one, value)
        if isinstance(shipped, Difference):
            return shipped
        return None if self.test(one, shipped) else Difference("value", "It is another answer.")


def _clips(one, shipped):
    largest = one.arguments[2]
    return any(np.mean(np.abs(np.asarray(shipped[key], dtype=float)) >= largest) > 0.1 for key in ("W1", "W2"))


def _looks_at_no_feature(one, shipped):
    """Good where all features change; where some do not, their weights are still among the integers."""
    fixed, good = never_change(one), Within(THIRD)(one, shipped) is None
    return (not good and np.asarray(shipped["W1"])[fixed].any()) if fixed.any() else good


def _leaves_a_shift(one, shipped):
    """Good for a third of the error. A tenth or more of what is left is the same for all samples."""
    far = departures(one, shipped)
    return Within(THIRD)(one, shipped) is None and np.mean(far.mean(axis=0) ** 2) > 0.1 * np.mean(far**2)


def many_steps(one, value, before=None):
    """Knows an answer by its steps, of which there are several for a matrix."""
    if any(np.ndim(value[key]) for key in ("step1", "step2")):
        return None
    return Difference("value", "It has one step for each matrix.")


def _plain(network, samples, largest):
    return rounded(*folded(network), network["W2"], network["b2"], largest)


def _unfolded(network, samples, largest):
    return rounded(*(network[key] for key in ("W1", "b1", "W2", "b2")), largest)


def _equalized(network, samples, largest, rounding=np.round):
    w, b = without_the_fixed(network, samples)
    layers = resized(w, b, network["W2"], roots_of_sizes(w, network["W2"]))
    return rounded(*layers, network["b2"], largest, rounding)


def _cut(network, samples, largest):
    return rounded(*folded(network), network["W2"], network["b2"], largest, np.trunc)


def _equalized_and_cut(network, samples, largest):
    return _equalized(network, samples, largest, np.trunc)


def _one_sided(scales):
    def formula(network, samples, largest):
        w, b = without_the_fixed(network, samples)
        layers = resized(w, b, network["W2"], scales(w, network["W2"]))
        return rounded(*layers[:2], network["W2"], network["b2"], largest)

    return formula


def _old_bias(scales):
    def formula(network, samples, largest):
        w, b = without_the_fixed(network, samples)
        w, _, last = resized(w, b, network["W2"], scales(w, network["W2"]))
        return rounded(w, b, last, network["b2"], largest)

    return formula


def _sizes(w, last):
    size = np.abs(w).max(axis=0)
    return np.where(size > 0, size, 1)


def _upside_down(network, samples, largest):
    shipped = _plain(network, samples, largest)
    return shipped | {key: 1 / shipped[key] for key in ("step1", "step2")}


@mistake(
    "The normalization is not in these layers: the hidden weights are the old ones, rounded. Fold first.",
    As(_unfolded),
)
def not_folded(network, samples, largest):
    return _unfolded(network, samples, largest)


@mistake(
    "This is plain folding and rounding, the baseline. Count how many integers of each unit are 0: the largest unit "
    "of a matrix decides the step for all of them.",
    As(_plain),
)
def plain(network, samples, largest):
    return _plain(network, samples, largest)


@mistake(
    "This is a step for each unit. Only one can be stored for the whole matrix, so the units themselves have to fit "
    "it.",
    many_steps,
)
def a_step_for_each_unit(network, samples, largest):
    w, b = without_the_fixed(network, samples)
    steps = np.maximum(np.abs(w).max(axis=0), 1e-9) / largest
    shipped = rounded(w, b, network["W2"], network["b2"], largest)
    return shipped | {"W1": np.round(w / steps).astype(int), "step1": steps}


@mistake(
    "`astype(int)` cuts off what stands behind the point, so every weight moves toward 0. Round first.",
    As(_cut, _equalized_and_cut),
)
def cut_off(network, samples, largest):
    return _cut(network, samples, largest)


@mistake(
    "The hidden units have new sizes, and the layer that reads them does not know. What you divide a unit by has to "
    "come back in its row of the last matrix.",
    As(_one_sided(roots_of_sizes), _one_sided(_sizes)),
)
def one_sided(network, samples, largest):
    return _one_sided(_sizes)(network, samples, largest)


@mistake(
    "The units' weights were divided, their biases were not. ReLU lets a factor through only if it multiplies the "
    "whole sum, and the bias is a part of it.",
    As(_old_bias(roots_of_sizes), _old_bias(_sizes)),
)
def bias_left_as_it_was(network, samples, largest):
    return _old_bias(_sizes)(network, samples, largest)


@mistake(
    "The step is upside down. What multiplies the inputs is step times integer: the largest integer has to give the "
    "largest weight.",
    As(_upside_down),
)
def step_upside_down(network, samples, largest):
    return _upside_down(network, samples, largest)


@mistake(
    "More than a tenth of the integers of a matrix are at the end of the range, so these weights were clipped. Some "
    "clipping may pay, so much does not: compare the weights before and after.",
    Known(_clips),
)
def clips_too_much(network, samples, largest):
    w, b = folded(network)
    layers = [np.clip(weights, -weights.std(), weights.std()) for weights in (w, network["W2"])]
    return rounded(layers[0], b, layers[1], network["b2"], largest)


@mistake(
    "Where every feature changes, this leaves a third of the error or less. Look at the samples of the last part "
    "column by column, and at what the largest folded weights are multiplied by.",
    Known(_looks_at_no_feature),
)
def features_not_looked_at(network, samples, largest):
    w, b = folded(network)
    layers = resized(w, b, network["W2"], roots_of_sizes(w, network["W2"]))
    return corrected(layers, network["b2"], samples, largest)


@mistake(
    "A third of the error is reached. Part of what is left is a shift, the same for all samples: compare the mean of "
    "each sum, over `samples`, before and after rounding.",
    Known(_leaves_a_shift),
)
def a_shift_is_left(network, samples, largest):
    return _equalized(network, samples, largest)


@mistake(NOT_IN_PLACE)
def in_place(network, samples, largest):
    factor = network["gamma"] / np.sqrt(network["var"] + EPSILON)
    network["W1"] *= factor
    network["b1"] -= network["mean"]
    network["b1"] *= factor
    network["b1"] += network["beta"]
    network["mean"][:], network["beta"][:], network["gamma"][:], network["var"][:] = 0, 0, 1, 1 - EPSILON
    return oracle(network, samples, largest)


# Right ones.


def with_roots(network, samples, largest):
    """Both matrices get units of the same sizes; then the biases make up for the rounding."""
    w, b = without_the_fixed(network, samples)
    layers = resized(w, b, network["W2"], roots_of_sizes(w, network["W2"]))
    return corrected(layers, network["b2"], samples, largest)


def by_gamma(network, samples, largest):
    """Gamma is what makes the units differ, so it moves to the layer that reads them."""
    w, b = without_the_fixed(network, samples)
    return corrected(resized(w, b, network["W2"], network["gamma"]), network["b2"], samples, largest)


def by_norms(network, samples, largest):
    """Sizes as root mean squares; lists of plain numbers."""
    w, b = without_the_fixed(network, samples)
    size = np.linalg.norm(w, axis=0)
    scale = np.sqrt(np.where(size > 0, size, 1) / np.linalg.norm(network["W2"], axis=1))
    shipped = corrected(resized(w, b, network["W2"], scale), network["b2"], samples, largest)
    return {key: np.asarray(array).tolist() for key, array in shipped.items()}


def with_the_best_step(network, samples, largest):
    """Some steps below the largest weight, which clip a little; the one that is best for the samples is kept."""
    w, b = without_the_fixed(network, samples)
    w, b, last = resized(w, b, network["W2"], roots_of_sizes(w, network["W2"]))
    true, tried = outputs(samples, w, b, last, network["b2"]), []
    for share in (0.85, 0.9, 0.95, 1.0):
        clipped = [np.clip(a, -share * np.abs(a).max(), share * np.abs(a).max()) for a in (w, last)]
        low = rounded(clipped[0], b, clipped[1], network["b2"], largest)
        low["b1"] = b + samples.mean(axis=0) @ (w - low["step1"] * low["W1"])
        missing = true - outputs(samples, *effective(low))
        low["b2"] = network["b2"] + missing.mean(axis=0)
        tried.append((float(missing.std()), share, low))
    return min(tried, key=lambda one: one[:2])[2]


def by_refitting(network, samples, largest):
    """The last layer is fitted anew, by least squares, to what the rounded hidden units give."""
    w, b = without_the_fixed(network, samples)
    w, b, last = resized(w, b, network["W2"], roots_of_sizes(w, network["W2"]))
    true = outputs(samples, w, b, last, network["b2"])
    low = rounded(w, b, last, network["b2"], largest)
    low["b1"] = b + samples.mean(axis=0) @ (w - low["step1"] * low["W1"])
    hidden = np.maximum(samples @ (low["step1"] * low["W1"]) + low["b1"], 0)
    centered, left = hidden - hidden.mean(axis=0), true - hidden @ last
    ridge = 0.1 * (centered**2).sum(axis=0).mean() * np.eye(UNITS)
    last = last + np.linalg.solve(centered.T @ centered + ridge, centered.T @ (left - left.mean(axis=0)))
    low["step2"] = np.abs(last).max() / largest
    low["W2"] = np.round(last / low["step2"]).astype(np.int8)
    return low | {"b2": (true - hidden @ (low["step2"] * low["W2"])).mean(axis=0)}


def without_the_blind(network, samples, largest):
    """A unit that sees nothing that changes always gives the same: it moves to the last bias, and its row is 0."""
    w, b = without_the_fixed(network, samples)
    blind, last = ~w.any(axis=0), np.array(network["W2"], dtype=float)
    last_bias = network["b2"] + np.maximum(b[blind], 0) @ last[blind]
    last[blind] = 0
    scale = np.where(blind, 1, np.abs(w).max(axis=0))
    return corrected(resized(w, b, last, scale), last_bias, samples, largest)


FOLD_INTO_INTEGERS = Exercise(
    name="fold_into_integers",
    lecture=LECTURE,
    section="15. Fold it away",
    minutes=25,
    difficulty=3,
    parts=(
        Part("a third of the error", 2, ordinary, judge=Within(THIRD)),
        Part("an eighth of the error", 2, five_bits, judge=Within(EIGHTH)),
        Part("features that never change", 2, features_that_never_change, judge=Within(THIRD)),
    ),
    oracle=oracle,
    mistakes=(
        not_folded,
        plain,
        a_step_for_each_unit,
        cut_off,
        one_sided,
        bias_left_as_it_was,
        step_upside_down,
        clips_too_much,
        features_not_looked_at,
        a_shift_is_left,
        in_place,
    ),
    spellings=(with_roots, by_gamma, by_norms, with_the_best_step, by_refitting, without_the_blind),
    open_ended=True,
    judged_on_hidden=True,
    hints=(
        "Fold, divide the weights by their step, round, and count the zeros in each column. Which units are gone?",
        "ReLU(c z) is c ReLU(z) for a positive c. So a unit may become c times smaller if something else becomes c "
        "times larger. What should the sizes of the units be like before one step serves all of them?",
        "Rounding changes a weight a little, and the inputs are positive, so a sum changes by nearly the same for all "
        "samples. `samples` tell by how much, and something that is not rounded can make up for it. And what always "
        "has the same value is no input: where can its weights go?",
    ),
)
