"""The open exercise of lecture 06: whatever repairs a sick start is right, and points are given by how far it gets."""

import numpy as np

from helpers.judging.judge import CORRECT, public_examination
from helpers.lectures import exercise_named
from helpers.proving.checks import verdict_on
from helpers.sandbox.recipes import made

REPAIR = exercise_named("repair_start")


def verdict(function):
    return verdict_on(function, public_examination(REPAIR))


def points(function):
    return {part.part: part.points for part in verdict(function).parts}


def test_a_repair_that_only_scales_earns_all_but_the_equal_units():
    def repair_start(inputs, weights, activation, rng):
        repaired = []
        for layer in weights:
            repaired.append(layer / (inputs @ layer).std())
            inputs = activation(inputs @ repaired[-1])
        return repaired

    earned = points(repair_start)
    assert earned["equal units"] == 0
    assert earned["tiny weights"] == 1
    assert earned["ten layers"] == 2
    assert "draw new weights" in verdict(repair_start).message


def test_weights_that_suit_the_samples_shown_only_are_not_enough():
    """A layer that is huge everywhere but along the few inputs that it was shown fails on new samples."""

    def repair_start(inputs, weights, activation, rng):
        repaired = REPAIR.oracle(inputs, weights, activation, rng)
        few = inputs[:10]
        outside = np.eye(inputs.shape[1]) - np.linalg.pinv(few) @ few
        return (repaired[0] + 1e3 * outside @ repaired[0], *repaired[1:])

    assert verdict(repair_start).status != CORRECT


def test_every_network_that_comes_in_is_sick():
    for seed in range(5):
        for trial in REPAIR.fresh_trials(seed):
            _, weights, _, _ = trial.call.arguments
            worst = trial.judge.__class__()(trial.call, [w * (1 + 1e-12) for w in weights])
            assert worst is not None, (trial.part, made(trial.call.arguments[2]))
