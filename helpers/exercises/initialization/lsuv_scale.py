"""`lsuv_scale`: weights scaled to outputs of deviation 1. The oracle searches for the factor."""

from __future__ import annotations

import statistics

import numpy as np
from scipy import optimize

from helpers.exercises.initialization.common import ARRAYS_ANYWAY, FLOATS_ANYWAY, LECTURE, MEASURE, NOT_IN_PLACE
from helpers.judging.exercise import Exercise, Named, Part, call, mistake


def lsuv_calls(rng, shapes, names):
    return [
        call(rng.normal(0.3, 1, (samples, fan_in)), rng.normal(0, 0.7, (fan_in, fan_out)), Named(name))
        for (samples, fan_in, fan_out), name in zip(shapes, names, strict=True)
    ]


def lsuv_values(rng):
    inputs = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]])
    return [
        call(inputs, np.array([[1.0, -1.0], [0.5, 2.0]]), Named("identity")),
        call(inputs, np.array([[1.0, -1.0], [0.5, 2.0]]), Named("relu")),
        *lsuv_calls(rng, [(6, 4, 4), (8, 5, 3)], ("leaky_relu", "relu")),
    ]


def lsuv_shapes(rng):
    return lsuv_calls(rng, [(4, 3, 1), (9, 1, 4), (1, 4, 6), (5, 2, 7)], ("identity", "relu", "leaky_relu", "relu"))


def lsuv_lists(rng):
    inputs, weights, activation = lsuv_calls(rng, [(6, 3, 4)], ("relu",))[0].arguments
    return [
        call(inputs.tolist(), weights.tolist(), activation),
        call([[1, 2], [3, -4]], [[1, -1, 0], [2, 0, 1]], activation=Named("relu")),
        call(inputs.astype(np.float32), weights.astype(np.float32), activation),
    ]


def lsuv_scale_oracle(inputs, weights, activation):
    """Search for the factor, knowing nothing of how outputs scale."""
    inputs, weights = np.asarray(inputs, dtype=float), np.asarray(weights, dtype=float)

    def excess(logarithm):
        return np.std(activation(inputs @ (weights * np.exp(logarithm)))) - 1

    return weights * np.exp(optimize.brentq(excess, -12, 12, xtol=1e-14))


def sums_and_outputs(inputs, weights, activation):
    inputs, weights = np.asarray(inputs, dtype=float), np.asarray(weights, dtype=float)
    sums = inputs @ weights
    return weights, sums, activation(sums)


@mistake("You divided by the variance. The output grows with the weights themselves, so divide by its deviation.")
def lsuv_by_the_variance(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / outputs.var()


@mistake("The deviation was measured before the activation. It is the layer's output that should have deviation 1.")
def lsuv_before_the_activation(inputs, weights, activation):
    weights, sums, _ = sums_and_outputs(inputs, weights, activation)
    return weights / sums.std()


@mistake("You scaled the weights to deviation 1. It is the output that should have it: run the layer and measure.")
def lsuv_of_the_weights(inputs, weights, activation):
    weights, _, _ = sums_and_outputs(inputs, weights, activation)
    return weights / weights.std()


@mistake("Each unit got a factor of its own (`axis=0`). One factor for the whole layer is asked for.")
def lsuv_unit_by_unit(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    with np.errstate(all="ignore"):
        return weights / outputs.std(axis=0)


@mistake("This divides by the root of the mean square. The deviation is taken around the mean, which ReLU shifts.")
def lsuv_by_root_mean_square(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / np.sqrt(np.mean(outputs**2))


@mistake("The factor is upside down: a layer that is too loud gets louder. Divide by the deviation.")
def lsuv_upside_down(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights * outputs.std()


@mistake("The deviation divides by n - 1. These are all the numbers there are, so divide by n (`ddof=0`).")
def lsuv_of_a_sample(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / outputs.std(ddof=1)


@mistake("These are the outputs. The scaled weights are asked for.")
def lsuv_returns_outputs(inputs, weights, activation):
    _, _, outputs = sums_and_outputs(inputs, weights, activation)
    return outputs / outputs.std()


@mistake(NOT_IN_PLACE)
def lsuv_in_place(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    weights /= outputs.std()
    return weights


def lsuv_by_dividing(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / outputs.std()


def lsuv_by_rounds(inputs, weights, activation):
    weights = np.array(weights, dtype=float)
    for _ in range(3):
        weights /= np.std(activation(np.dot(inputs, weights)))
    return weights


def lsuv_as_lists(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return (weights / statistics.pstdev(outputs.ravel().tolist())).tolist()


def lsuv_by_factor(inputs, weights, activation):
    factor = 1 / np.sqrt(np.var(activation(np.asarray(inputs) @ np.asarray(weights))))
    return factor * np.asarray(weights)


def lsuv_in_single_precision(inputs, weights, activation):
    inputs, weights = np.asarray(inputs, dtype=np.float32), np.asarray(weights, dtype=np.float32)
    return weights / np.float32(activation(inputs @ weights).std())


LSUV_SCALE = Exercise(
    name="lsuv_scale",
    lecture=LECTURE,
    section=MEASURE,
    minutes=5,
    difficulty=2,
    parts=(
        Part("values", 2, lsuv_values),
        Part("shapes", 1, lsuv_shapes),
        Part("edge cases", 1, lsuv_lists),
    ),
    oracle=lsuv_scale_oracle,
    mistakes=(
        lsuv_by_the_variance,
        lsuv_before_the_activation,
        lsuv_of_the_weights,
        lsuv_unit_by_unit,
        lsuv_by_root_mean_square,
        lsuv_upside_down,
        lsuv_of_a_sample,
        lsuv_returns_outputs,
        lsuv_in_place,
    ),
    spellings=(
        lsuv_by_dividing,
        lsuv_by_rounds,
        lsuv_as_lists,
        lsuv_by_factor,
        lsuv_in_single_precision,
    ),
    hints=(
        "What happens to the output of a ReLU layer, and to its deviation, when all weights are doubled?",
        "Run the layer once, measure the deviation of all its outputs, and divide the weights by it.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(inputs, dtype=float)` → `np.asarray(inputs)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(inputs, dtype=float)` → `inputs`": ARRAYS_ANYWAY,
        "line 1: `np.asarray(weights, dtype=float)` → `np.asarray(weights)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(weights, dtype=float)` → `weights`": ARRAYS_ANYWAY,
    },
)
