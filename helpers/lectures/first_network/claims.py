"""Every general sentence of lecture 01 as an experiment."""

import numpy as np

from helpers.evidence.claim import OWN, Claim

from .experiments import (
    Small,
    accuracy_after,
    best_loss,
    drawn,
    gradient_by_a_careless_program,
    passed,
    pieces_by_depth,
    tables_of_one_unit,
)


def two_are_left_out(seed):
    tables = tables_of_one_unit()
    return 1.0 if [table for table, able in tables.items() if not able] == [(0, 1, 1, 0), (1, 0, 0, 1)] else -1.0


def exactness(seed, points=8):
    rng = np.random.default_rng(seed)
    knots, values = np.cumsum(rng.uniform(0.1, 1, points)), rng.normal(size=points)
    return 1e-9 - float(np.abs(drawn(knots, knots, values) - values).max())


def small_batches_win(seed, hidden=30, large=256):
    return best_loss(large, seed, hidden)[0] - best_loss(16, seed, hidden)[0]


def order_costs(seed, **settings):
    return accuracy_after(3, seed, **settings) - accuracy_after(3, seed, sort=True, **settings)


def together_differs(seed, rate=0.5):
    rng = np.random.default_rng(seed)
    net = Small(w=tuple(rng.normal(0, 1, 8)))
    right = passed(net).d_w[:4]
    wrong = gradient_by_a_careless_program(net, rate)[:4]
    return float(100 * np.linalg.norm(wrong - right) / np.linalg.norm(right))


def doubling(seed, depth=6):
    found = pieces_by_depth([depth, depth + 1])
    return 1.0 if found[depth + 1] == 2 * found[depth] else -1.0


CLAIMS = (
    Claim(
        "One unit computes 14 of the 16 functions of two binary inputs; XOR and its opposite are the two others.",
        two_are_left_out,
        seeds=1,
    ),
    Claim(
        "Update the output weights before the error goes back, and the gradient of the first layer is a wrong one.",
        together_differs,
        unit="% of the gradient",
        settings={OWN: {}, "rate halved": {"rate": 0.25}, "rate doubled": {"rate": 1.0}},
    ),
    Claim(
        "With batches of 16 the loss after one epoch is smaller than with batches of 256, each at its own best rate.",
        small_batches_win,
        unit="loss",
        settings={OWN: {}, "twice the units": {"hidden": 60}, "half the units": {"hidden": 15}},
    ),
    Claim(
        "Batches that hold one class at a time teach the network less than shuffled ones.",
        order_costs,
        unit="accuracy",
        settings={
            OWN: {},
            "rate halved": {"rate": 0.15},
            "a tenth of the rate": {"rate": 0.03},
            "twice the units": {"hidden": 60},
        },
    ),
    Claim(
        "A network with one hidden layer of ReLU units goes through any points, with one unit for each point but one.",
        exactness,
        settings={OWN: {}, "40 points": {"points": 40}},
    ),
    Claim(
        "Each layer that folds doubles the number of pieces.",
        doubling,
        seeds=1,
    ),
)
