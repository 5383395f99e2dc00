"""What the decks say about optimizers and schedules."""

import numpy as np

from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row

from .experiments import (
    DECK_GRADIENTS,
    EARLY,
    EPOCHS,
    best_of_descent,
    best_of_momentum,
    deck_adagrad,
    gigabytes_of_hessian,
    scoreboard,
    stars,
    step_lengths,
    steps_to_leave_saddle,
    typical,
)

_ROUNDED = "The deck rounds the root mean square to three digits before it divides."
_PRINTED = {
    # weight: (root mean squares, ratios) as printed, and the tolerance of each printed digit
    "W1": ((0.001, 0.002, 0.002, 0.05), (1, 1.364, 0.952, 2)),
    "W2": ((1.8, 1.956, 1.817, 1.57), (1, 1.073, 0.826, 0.064)),
}
_DIGITS = {"W1": (5e-4, 0.0016), "W2": (0.005, 0.001)}


def _adagrad_rows():
    for name, (roots, ratios) in _PRINTED.items():
        for which, printed in enumerate((roots, ratios)):
            for step, number in enumerate(printed):
                yield Row(
                    f"Adagrad by hand: {('root mean square', 'gradient divided by it')[which]}, {name}, t = {step}",
                    "001",
                    number,
                    lambda name=name, which=which, step=step: float(deck_adagrad(DECK_GRADIENTS[name])[which][step]),
                    tolerance=_DIGITS[name][which],
                    note=_ROUNDED if number in (1.364, 0.952) else "",
                )


def _ending(rule):
    lengths = step_lengths(rule, np.ones(1000))
    return "stops too early" if lengths[-1] < 0.5 * lengths[0] else "does not stop"


def _with_the_mean():
    return _ending("Adagrad of deck 001")


def _with_the_sum():
    return _ending("Adagrad")


def _losses(epoch):
    return {rule: typical(losses)[0] for rule, (_, losses) in scoreboard(epoch).items()}


def _clipped(how):
    """The deck's gradient behind Keras' own clipping: two numbers."""
    optimizer = keras().optimizers.SGD(1.0, **{how: 1.0})
    weights = keras().Variable(np.zeros(2))
    optimizer.apply([np.array([0.9, 100.0])], [weights])
    return -keras().ops.convert_to_numpy(weights)


# What the decks print of clipping (deck 002), and of the arguments that Keras takes by itself.
_CLIPPED = {"clipvalue": (0.9, 1.0), "clipnorm": (0.00899964, 0.9999595)}
_DEFAULTS = {
    ("SGD", "learning_rate"): ("000, 001", 0.01),
    ("SGD", "momentum"): ("000, 001", 0.0),
    ("RMSprop", "learning_rate"): ("001", 0.001),
    ("RMSprop", "rho"): ("001", 0.9),
    ("RMSprop", "epsilon"): ("001", 1e-8),
    ("Adam", "learning_rate"): ("001", 0.001),
    ("Adam", "beta_1"): ("001", 0.9),
    ("Adam", "beta_2"): ("001", 0.999),
    ("Adam", "epsilon"): ("001", 1e-8),
}


def _best_rule():
    losses = _losses(EPOCHS)
    return min(losses, key=losses.get)


_STARS = "three stars up to 1.5 times the best one, two up to three times"
_DECK_SPEED = {"SGD": 1, "momentum": 2, "Nesterov": 2} | dict.fromkeys(
    ("Adagrad", "RMSprop", "Adam", "Nadam", "AdaMax"), 3
)
_DECK_QUALITY = {"SGD": 3, "momentum": 3, "Nesterov": 3, "Adagrad": 1}

ROWS = [
    *_adagrad_rows(),
    Row(
        "Adagrad with the root of the *mean*, as deck 001 writes it",
        "002",
        "stops too early",
        _with_the_mean,
        note="What deck 002 says of Adagrad is true of the usual one, with the sum; deck 001's does not slow down.",
    ),
    Row("Adagrad with the root of the sum", "002", "stops too early", _with_the_sum),
    Row(
        "a higher rate leaves a saddle sooner",
        "003",
        "sooner",
        lambda: "sooner" if steps_to_leave_saddle(0.1) < steps_to_leave_saddle(0.05) else "later",
    ),
    Row(
        "the Hessian of a network with tens of thousands of weights",
        "002",
        "does not fit in memory",
        lambda: "does not fit in memory" if gigabytes_of_hessian(235_146) > 64 else "fits in memory",
        note="235 146 weights (784-256-128-10 of the same deck): 221 GB in single precision, against 64 GB.",
    ),
    *(
        Row(
            f"speed of {rule}, in stars",
            "002",
            given,
            lambda rule=rule: stars(_losses(EARLY))[rule],
            note=f"Training loss after two epochs at the rule's best rate: {_STARS}.",
            setting_given=False,
        )
        for rule, given in _DECK_SPEED.items()
    ),
    *(
        Row(
            f"quality of {rule}, in stars",
            "002",
            given,
            lambda rule=rule: stars(_losses(EPOCHS))[rule],
            note=f"Training loss after twenty epochs at the rule's best rate: {_STARS}.",
            setting_given=False,
        )
        for rule, given in _DECK_QUALITY.items()
    ),
    *(
        Row(
            f"0.9, 100 clipped at 1 by {'value' if how == 'clipvalue' else 'norm'}: the {which} number",
            "002",
            printed,
            lambda how=how, place=place: float(_clipped(how)[place]),
            5e-8,
        )
        for how, numbers in _CLIPPED.items()
        for place, (which, printed) in enumerate(zip(("first", "second"), numbers, strict=True))
    ),
    *(
        Row(
            f"Keras' own {argument} of {rule}",
            deck,
            printed,
            lambda rule=rule, argument=argument: float(getattr(keras().optimizers, rule)().get_config()[argument]),
            1e-9,
            "Keras 3 takes 1e-7; the decks show Keras 2." if argument == "epsilon" else "",
            setting_given=argument != "epsilon",
        )
        for (rule, argument), (deck, printed) in _DEFAULTS.items()
    ),
    Row(
        "table 11-3: the optimizer with the lowest training loss, each at its best rate",
        "002",
        "Nesterov",
        _best_rule,
        note="Digits, twenty epochs, eight rules. The table also names AdamW, which is not among them.",
        setting_given=False,
    ),
    Row(
        "factor of plain descent per step at condition 100",
        "Polyak 1964",
        0.9802,
        lambda: best_of_descent(100.0)[1],
        tolerance=5e-5,
        note="A well-known formula, not a deck.",
    ),
    Row(
        "factor of momentum per step at condition 100",
        "Polyak 1964",
        0.8182,
        lambda: best_of_momentum(100.0)[2],
        tolerance=5e-5,
        note="A well-known formula, not a deck.",
    ),
]
