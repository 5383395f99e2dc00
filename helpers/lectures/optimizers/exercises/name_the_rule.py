"""`name_the_rule`: which optimizer made this path? The oracle lets every rule walk along and looks who fits."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

NAMES = ("SGD", "momentum", "Adagrad", "Adam")
ANOTHER = "another rule"
EXACT = 1e-9  # of the squared path: what rounding leaves is far less, what another rule leaves is far more


def moves_of(name, gradients, rate=1.0):
    """The steps that a rule takes along these gradients (steps, d), all of them proportional to the rate.

    Besides NAMES it knows rules that resemble them.
    """
    counts = np.arange(1, len(gradients) + 1)[:, None]
    if name == "SGD":
        return -rate * gradients
    if name == "Adagrad":
        return -rate * gradients / (np.sqrt(np.cumsum(gradients**2, axis=0)) + 1e-8)
    if name in ("momentum", "momentum 0.5"):
        return -rate * _running(gradients, 0.5 if name.endswith("5") else 0.9, 1.0)
    if name == "Nesterov":
        return -rate * (0.9 * _running(gradients, 0.9, 1.0) + gradients)
    if name == "RMSprop":
        return -rate * gradients / (np.sqrt(_running(gradients**2, 0.9, 0.1)) + 1e-8)
    first, second = _running(gradients, 0.9, 0.1), _running(gradients**2, 0.999, 0.001)
    if name == "uncorrected Adam":
        return -rate * first / (np.sqrt(second) + 1e-8)
    if name == "Adam without momentum":
        return -rate * gradients / (np.sqrt(second / (1 - 0.999**counts)) + 1e-8)
    return -rate * first / (1 - 0.9**counts) / (np.sqrt(second / (1 - 0.999**counts)) + 1e-8)


def _running(values, kept, new):
    total, totals = np.zeros(values.shape[1:]), []
    for value in values:
        total = kept * total + new * value
        totals.append(total)
    return np.array(totals)


def misfit(name, places, gradients):
    """The share of the path that the rule cannot explain, whatever its rate."""
    seen, made = np.diff(np.asarray(places, dtype=float), axis=0), moves_of(name, np.asarray(gradients, dtype=float))
    rate = np.sum(made * seen) / np.sum(made**2)
    return float(np.sum((seen - rate * made) ** 2) / np.sum(seen**2))


def oracle(places, gradients):
    return nearest(places, gradients)


def nearest(places, gradients, names=NAMES):
    """The rule of `names` that explains the path, or ANOTHER."""
    name = min(names, key=lambda name: misfit(name, places, gradients))
    return name if misfit(name, places, gradients) < EXACT else ANOTHER


def walked(rng, name, rate, steps=12, weights=2):
    """A path in a noisy valley, and the gradients that were met on it.

    No step is so small that rounding shows, and no gradient so small that the epsilon of Adagrad and Adam does.
    """
    while True:
        places, gradients = _walked(rng, name, rate, steps, weights)
        moves = np.abs(np.diff(places, axis=0))
        if moves.min() > 1e-4 * moves.max() and np.abs(gradients).min() > 0.01:
            return call(places, gradients)


def _walked(rng, name, rate, steps, weights):
    curvatures = rng.uniform(0.5, 2, weights)
    place, places, gradients = rng.uniform(1, 2, weights) * rng.choice([-1, 1], weights), [], []
    places.append(place)
    for _ in range(steps):
        gradients.append(curvatures * place + rng.normal(0, 1, weights))
        place = places[0] + moves_of(name, np.array(gradients), rate).sum(axis=0)
        places.append(place)
    return np.array(places), np.array(gradients)


def sgd_or_momentum(rng):
    return [
        call(np.array([[1.0], [0.0], [-1.0], [-1.5]]), np.array([[2.0], [2.0], [1.0]])),
        walked(rng, "momentum", 0.05),
        walked(rng, "SGD", 0.1),
        walked(rng, "momentum", 0.02, weights=3),
    ]


def all_four(rng):
    order = [str(name) for name in rng.permutation(NAMES)]
    return [walked(rng, "Adam", 0.1), walked(rng, "Adagrad", 0.3)] + [
        walked(rng, name, float(rng.uniform(0.05, 0.2)), steps=15, weights=3) for name in order
    ]


def other_rules(rng):
    names = ("RMSprop", "uncorrected Adam", "momentum 0.5", "Nesterov", "Adam without momentum")
    return [walked(rng, str(name), float(rng.uniform(0.05, 0.2))) for name in rng.permutation(names)]


def edge_cases(rng):
    return [
        walked(rng, "Adam", 0.05, steps=5, weights=1),
        walked(rng, "Adagrad", 0.2, steps=5, weights=1),
        walked(rng, "SGD", 0.001, steps=30, weights=2),
        walked(rng, "momentum", 0.01, steps=4, weights=4),
    ]


@mistake("Every path was said to be SGD's. Look whether the steps are proportional to the gradients.")
def always_sgd(places, gradients):
    return "SGD"


@mistake("Every path was said to be momentum's. Look how each step depends on the gradients before it.")
def always_momentum(places, gradients):
    return "momentum"


@mistake("Every path was said to be Adagrad's. Look how each step depends on the gradients before it.")
def always_adagrad(places, gradients):
    return "Adagrad"


@mistake("Every path was said to be Adam's. Look how each step depends on the gradients before it.")
def always_adam(places, gradients):
    return "Adam"


@mistake("The names are written in another way. They are 'SGD', 'momentum', 'Adagrad' and 'Adam'.")
def small_letters(places, gradients):
    return oracle(places, gradients).lower()


@mistake(
    "SGD and momentum are exchanged. The steps of SGD are proportional to the gradients, those of momentum are not."
)
def exchanged_plain(places, gradients):
    found = oracle(places, gradients)
    return {"SGD": "momentum", "momentum": "SGD"}.get(found, found)


@mistake("Adagrad and Adam are exchanged. Adagrad sums the squares up; Adam averages, and has a momentum as well.")
def exchanged_adaptive(places, gradients):
    found = oracle(places, gradients)
    return {"Adagrad": "Adam", "Adam": "Adagrad"}.get(found, found)


@mistake("Momentum was not found. Its steps are made of all gradients so far: v = 0.9 v - rate g.")
def never_momentum(places, gradients):
    return nearest(places, gradients, ("SGD", "Adagrad", "Adam"))


@mistake("Adagrad was not found. Its steps are gradients divided by the root of the sum of the squares so far.")
def never_adagrad(places, gradients):
    return nearest(places, gradients, ("SGD", "momentum", "Adam"))


@mistake("Adam was not found. Its step is the corrected first moment divided by the root of the corrected second one.")
def never_adam(places, gradients):
    return nearest(places, gradients, ("SGD", "momentum", "Adagrad"))


@mistake(
    "A path of another rule was given to the one of the four that fits it best. Ask how well it fits: the right rule "
    "explains every step."
)
def always_one_of_the_four(places, gradients):
    return min(NAMES, key=lambda name: misfit(name, places, gradients))


def least_misfit(places, gradients):
    """Let each rule walk along the gradients, fit its rate, and see what is left: nothing, if it is right."""
    seen = np.diff(places, axis=0).ravel()
    for name in NAMES:
        made = moves_of(name, gradients).ravel()
        rate = made @ seen / (made @ made)
        if np.linalg.norm(seen - rate * made) < 1e-5 * np.linalg.norm(seen):
            return name
    return "another rule"


def constant_ratio(places, gradients):
    """The right rule's steps and the path have one ratio everywhere, the rate: look whether it varies."""
    for name in NAMES:
        ratios = np.diff(places, axis=0) / moves_of(name, gradients)
        if np.ptp(ratios) < 1e-4 * abs(np.mean(ratios)):
            return name
    return "another rule"


def most_alike(places, gradients):
    seen = np.diff(places, axis=0).ravel()
    cosines = []
    for name in NAMES:
        made = moves_of(name, gradients).ravel()
        cosines.append(seen @ made / np.sqrt(seen @ seen * (made @ made)))
    return str(np.array(NAMES)[np.argmax(cosines)]) if max(cosines) > 1 - 1e-9 else "another rule"


def by_first_rate(places, gradients):
    moves = np.diff(places, axis=0)
    for name in NAMES:
        made = moves_of(name, gradients)
        rate = moves[0, 0] / made[0, 0]
        if np.allclose(rate * made, moves, rtol=1e-4, atol=1e-7 * np.abs(moves).max()):
            return name
    return "another rule"


def with_lstsq(places, gradients):
    moves = np.diff(places, axis=0).ravel()
    left = [np.linalg.lstsq(moves_of(n, gradients).reshape(-1, 1), moves, rcond=None)[1].sum() for n in NAMES]
    return NAMES[int(np.argmin(left))] if min(left) < 1e-10 * (moves @ moves) else "another rule"


_SIGN = "The sign of all steps of a rule belongs to its rate, which is fitted."
_INVERSE = "If a ratio is the same everywhere, so is its inverse."
_LIST = "An array divided by a list is an array."
_ROOM = "Rounding leaves far less and another rule far more than the threshold: there is room for many."
NAME_THE_RULE = Exercise(
    name="name_the_rule",
    lecture=LECTURE,
    section="5. Which rule for a network?",
    minutes=15,
    difficulty=3,
    parts=(
        Part("SGD or momentum", 2, sgd_or_momentum),
        Part("all four", 2, all_four),
        Part("other rules", 1, other_rules),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        always_sgd,
        always_momentum,
        always_adagrad,
        always_adam,
        small_letters,
        exchanged_plain,
        exchanged_adaptive,
        never_momentum,
        never_adagrad,
        never_adam,
        always_one_of_the_four,
    ),
    spellings=(least_misfit, constant_ratio, most_alike, by_first_rate, with_lstsq),
    hints=(
        "The steps of the path are `np.diff(places, axis=0)`. Which rule would have taken them along these gradients?",
        "Compute each rule's steps with the rate 1. The right ones are proportional to those of the path.",
        "Fit one rate for each rule, and choose the rule that leaves the least unexplained.",
    ),
    equivalent_mutants={
        "line 10: `np.diff(places, axis=0) / np.array(of_rule)` → "
        "`np.array(of_rule) / np.diff(places, axis=0)`": _INVERSE,
        "line 11: `np.ptp(ratios) < 1e-05 * abs(ratios[0, 0])` → `np.ptp(ratios) <= 1e-05 * abs(ratios[0, 0])`": _ROOM,
        "line 4: `0.9 * velocity + g` → `0.9 * velocity - g`": _SIGN,
        "line 10: `np.array(of_rule)` → `of_rule`": _LIST,
        "line 11: `1e-05 * abs(ratios[0, 0])` → `1e-05 / abs(ratios[0, 0])`": _ROOM,
        "line 11: `1e-05 * abs(ratios[0, 0])` → `1e-05`": _ROOM,
        "line 11: `1e-05` → `2e-05`": _ROOM,
        "line 8: `1 - 0.9 ** t` → `0.9 ** t - 1`": _SIGN,
        "line 11: `0` → `1`": _ROOM,
    },
)
