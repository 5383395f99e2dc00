"""`lsuv_scale`: weights scaled to outputs of deviation 1. The oracle searches for the factor."""

from __future__ import annotations

import statistics

import numpy as np
from scipy import optimize

from helpers.judging.exercise import Choice, Exercise, Named, Part, call, in_proportion, mistake
from helpers.sandbox.recipes import made

from .common import LECTURE, MEASURE, NOT_IN_PLACE, first_that_fits, spread_out


def lsuv_call(rng, samples, fan_in, fan_out, name, deviation=None):
    """A layer whose outputs have this standard deviation, by default one that is drawn."""
    activation = made(Named(name))

    def draw():
        return rng.normal(0.3, 1, (samples, fan_in)), rng.normal(0, 0.7, (fan_in, fan_out))

    def fits(drawn):
        outputs = activation(drawn[0] @ drawn[1])
        # Neither the mean square nor the outputs before the activation may pass for the standard deviation.
        return spread_out(outputs) and abs(outputs.mean()) > 0.2 * outputs.std()

    inputs, weights = first_that_fits(draw, fits)
    wanted = deviation or rng.uniform(1.5, 4)
    return call(inputs, weights * (wanted / activation(inputs @ weights).std()), Named(name))


def nearly_scaled(rng):
    """Outputs with a standard deviation near 1, nearer than loops stop that only want to come near."""
    return [lsuv_call(rng, 6, 3, 4, "relu", deviation=1 + excess) for excess in (4e-2, 7e-3, 7e-4, 7e-5)]


def lsuv_values(rng):
    inputs = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]])
    return [
        call(inputs, np.array([[1.0, -1.0], [0.5, 2.0]]), Named("identity")),
        call(inputs, np.array([[1.0, -1.0], [0.5, 2.0]]), Named("relu")),
        lsuv_call(rng, 6, 4, 4, "leaky_relu"),
        lsuv_call(rng, 8, 5, 3, "relu", deviation=0.2),
        *nearly_scaled(rng),
    ]


def lsuv_shapes(rng):
    return [
        lsuv_call(rng, 4, 3, 1, "identity"),
        lsuv_call(rng, 9, 1, 4, "relu"),
        lsuv_call(rng, 1, 4, 6, "leaky_relu"),
        lsuv_call(rng, 5, 2, 7, "relu", deviation=0.2),
    ]


def lsuv_edges(rng):
    inputs, weights, activation = lsuv_call(rng, 6, 3, 4, "leaky_relu").arguments
    return [
        call(np.array([[1, 2], [3, -4]]), np.array([[1, -1, 0], [2, 0, 1]]), activation=Named("relu")),
        call(inputs.astype(np.float32), weights.astype(np.float32), activation),
        lsuv_call(rng, 6, 3, 4, "relu", deviation=0.2),
    ]


def lsuv_scale_oracle(inputs, weights, activation):
    """Search for the factor, knowing nothing of how outputs scale."""
    inputs, weights = np.asarray(inputs, dtype=float), np.asarray(weights, dtype=float)

    def excess(logarithm):
        return np.std(activation(inputs @ (weights * np.exp(logarithm)))) - 1

    return weights * np.exp(optimize.brentq(excess, -12, 12, xtol=1e-14))


@mistake("You divided by the variance. The output grows as the weights do, so divide by its standard deviation.")
def lsuv_by_the_variance(inputs, weights, activation):
    return weights / activation(inputs @ weights).var()


@mistake(
    "The standard deviation was measured before the activation. It is the layer's output that should have standard "
    "deviation 1."
)
def lsuv_before_the_activation(inputs, weights, activation):
    return weights / (inputs @ weights).std()


@mistake(
    "You scaled the weights to standard deviation 1. It is the output that should have it: run the layer and measure."
)
def lsuv_of_the_weights(inputs, weights, activation):
    return weights / weights.std()


@mistake("Each unit got a factor of its own (`axis=0`). One factor for the whole layer is asked for.")
def lsuv_unit_by_unit(inputs, weights, activation):
    with np.errstate(all="ignore"):
        return weights / activation(inputs @ weights).std(axis=0)


@mistake(
    "You divided by the root of the mean square. The standard deviation is measured around the mean of the outputs, "
    "which is not 0."
)
def lsuv_by_root_mean_square(inputs, weights, activation):
    return weights / np.sqrt(np.mean(activation(inputs @ weights) ** 2))


@mistake("You multiplied by the standard deviation, so a large output grows further. Divide by it.")
def lsuv_upside_down(inputs, weights, activation):
    return weights * activation(inputs @ weights).std()


@mistake("The sum of squares was divided by n - 1. Divide by n, which is NumPy's default (`ddof=0`).")
def lsuv_of_a_sample(inputs, weights, activation):
    return weights / activation(inputs @ weights).std(ddof=1)


@mistake("These are the outputs of the scaled layer. The scaled weights are asked for.")
def lsuv_returns_outputs(inputs, weights, activation):
    outputs = activation(inputs @ weights)
    return outputs / outputs.std()


@mistake("This is the factor alone. The weights times this factor are asked for.")
def lsuv_returns_the_factor(inputs, weights, activation):
    return 1 / activation(inputs @ weights).std()


@mistake("The mean of the weights was subtracted as well. Only one factor is asked for.")
def lsuv_of_centered_weights(inputs, weights, activation):
    return (weights - weights.mean()) / activation(inputs @ weights).std()


@mistake(
    "A number was added to the standard deviation before the division, so the output misses 1. The docstring promises "
    "that the standard deviation is not 0."
)
def lsuv_with_epsilon(inputs, weights, activation):
    return weights / (activation(inputs @ weights).std() + 1e-5)


def lsuv_until(tolerance, inputs, weights, activation):
    """The loop of the paper: divide until the standard deviation is within `tolerance` of 1."""
    while abs(np.std(activation(inputs @ weights)) - 1) > tolerance:
        weights = weights / np.std(activation(inputs @ weights))
    return weights / 1.0


STOPS_EARLY = (
    "Weights come back unchanged when the output has a standard deviation *near* 1. One division makes it exactly 1: "
    "always divide."
)


@mistake(STOPS_EARLY)
def lsuv_within_a_tenth(inputs, weights, activation):
    return lsuv_until(0.1, inputs, weights, activation)


@mistake(STOPS_EARLY)
def lsuv_within_a_hundredth(inputs, weights, activation):
    return lsuv_until(0.01, inputs, weights, activation)


@mistake(STOPS_EARLY)
def lsuv_within_a_thousandth(inputs, weights, activation):
    return lsuv_until(0.001, inputs, weights, activation)


@mistake(STOPS_EARLY)
def lsuv_within_a_ten_thousandth(inputs, weights, activation):
    return lsuv_until(0.0001, inputs, weights, activation)


@mistake(NOT_IN_PLACE)
def lsuv_in_place(inputs, weights, activation):
    weights /= activation(inputs @ weights).std()
    return weights


@mistake(NOT_IN_PLACE)
def lsuv_in_place_of_floats(inputs, weights, activation):
    weights = np.asarray(weights, dtype=float)
    weights /= activation(inputs @ weights).std()
    return weights


def lsuv_by_dividing(inputs, weights, activation):
    return np.asarray(weights) / np.std(activation(np.asarray(inputs) @ np.asarray(weights)))


def lsuv_by_rounds(inputs, weights, activation):
    """The paper divides and measures again, since for most activations one division is not exact."""
    scaled = np.array(weights, dtype=float)
    for _ in range(3):
        scaled /= np.std(activation(inputs @ scaled))
    return scaled


def lsuv_as_lists(inputs, weights, activation):
    outputs = activation(np.asarray(inputs) @ np.asarray(weights))
    return (np.asarray(weights) / statistics.pstdev(outputs.ravel().tolist())).tolist()


def lsuv_by_factor(inputs, weights, activation):
    factor = 1 / np.sqrt(np.var(activation(np.asarray(inputs) @ np.asarray(weights))))
    return factor * np.asarray(weights)


def lsuv_by_search(inputs, weights, activation):
    """A root finder looks for the factor: that also works for GELU, whose output is not proportional to the weights."""

    def excess(logarithm):
        return np.std(activation(inputs @ (weights * np.exp(logarithm)))) - 1

    return weights * np.exp(optimize.brentq(excess, -20, 20, xtol=1e-12))


def lsuv_by_moments(inputs, weights, activation):
    outputs = activation(inputs @ weights)
    return weights / np.sqrt(np.mean(outputs**2) - np.mean(outputs) ** 2)


def lsuv_guarded(inputs, weights, activation):
    return weights / (np.std(activation(inputs @ weights)) + 1e-8)


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
        Part("edge cases", 1, lsuv_edges),
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
        lsuv_returns_the_factor,
        lsuv_of_centered_weights,
        lsuv_with_epsilon,
        lsuv_within_a_tenth,
        lsuv_within_a_hundredth,
        lsuv_within_a_thousandth,
        lsuv_within_a_ten_thousandth,
        lsuv_in_place,
        lsuv_in_place_of_floats,
    ),
    spellings=(
        lsuv_by_dividing,
        lsuv_by_rounds,
        lsuv_as_lists,
        lsuv_by_factor,
        lsuv_by_search,
        lsuv_by_moments,
        lsuv_guarded,
        lsuv_in_single_precision,
    ),
    hints=(
        "What happens to the output of a ReLU layer, and to its standard deviation, when all weights are doubled?",
        "Run the layer once and measure the standard deviation of all its outputs. What do you divide by it?",
    ),
    choices=tuple(
        Choice(
            f"a standard deviation of {std}",
            texts={
                "that standard deviation is 1.": f"that standard deviation is {std}.",
                "so that the layer's output has standard deviation 1.": (
                    f"so that the layer's output has standard deviation {std}."
                ),
                "array([[1.]])": f"array([[{std}]])",
            },
            code={
                "deviation 1.": f"deviation {std}.",
                "to standard deviation 1": f"to standard deviation {std}",
                "output misses 1": f"output misses {std}",
            },
            changed=in_proportion(std),
        )
        for std in (0.5, 1.5, 2.5)
    ),
)
