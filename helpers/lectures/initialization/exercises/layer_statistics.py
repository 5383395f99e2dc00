"""`layer_statistics`: mean and deviation layer by layer. The oracle works with lists of single numbers."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import namedtuple

import numpy as np

from helpers.judging.exercise import Exercise, Named, Part, call, mistake
from helpers.sandbox.recipes import made

from .common import LAYERS, LECTURE, LISTS_WILL_DO, first_that_fits, spread_out

# A weighted sum next to the kink of ReLU may change its sign in single precision, and with it the gradient.
FROM_THE_KINK = 0.02


def stack(rng, samples, widths, name):
    """A call with random layers of these widths, the input's first."""
    activation = made(Named(name))

    def draw():
        weights = [rng.normal(0, 0.8, fans) for fans in itertools.pairwise(widths)]
        return rng.normal(0.3, 1, (samples, widths[0])), weights

    def fits(drawn):
        signal, weights = drawn
        for layer in weights:
            sums = signal @ layer
            signal = activation(sums)
            far = np.abs(sums).min() > FROM_THE_KINK and abs(signal.mean()) > 0.1 * signal.std()
            if not (far and spread_out(signal)):
                return False
        return True

    return call(*first_that_fits(draw, fits), Named(name))


def small_stack(name):
    first, second = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[2.0, 0.5], [-1.0, 1.0]])
    return call(np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]]), [first, second], Named(name))


SQUARE = [(6, (4, 4, 4, 4), "tanh"), (6, (5, 5, 5), "leaky_relu")]
NOT_SQUARE = [(5, (3, 7), "relu"), (5, (2, 5, 3), "tanh"), (5, (6, 1, 4), "identity"), (1, (3, 4, 2), "tanh")]


def statistics_values(rng):
    return [small_stack("identity"), small_stack("relu"), *(stack(rng, *sizes) for sizes in SQUARE)]


def statistics_shapes(rng):
    return [stack(rng, *sizes) for sizes in NOT_SQUARE]


def statistics_edges(rng):
    inputs, weights, activation = stack(rng, 4, (3, 4, 2), "leaky_relu").arguments
    whole = [np.array([[1, -1, 0], [2, 0, 1]]), np.array([[1, -2], [-1, 1], [3, 1]])]
    return [
        call(np.array([[1, 2], [3, -4]]), whole, activation=Named("relu")),
        call(inputs.astype(np.float32), [w.astype(np.float32) for w in weights], activation),
    ]


def outputs_of(inputs, weights, activation):
    """The outputs of every layer."""
    outputs = []
    for layer in weights:
        inputs = activation(inputs @ layer)
        outputs.append(inputs)
    return outputs


def layer_statistics_oracle(inputs, weights, activation):
    rows = [[float(number) for number in row] for row in inputs]
    means, stds = [], []
    for layer in weights:
        columns = [[float(row[unit]) for row in layer] for unit in range(len(layer[0]))]
        sums = [[math.fsum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in rows]
        rows = [[float(activation(np.array(number))) for number in row] for row in sums]
        every = [number for row in rows for number in row]
        means.append(statistics.fmean(every))
        stds.append(statistics.pstdev(every))
    return np.array(means), np.array(stds)


@mistake("These are the statistics of the weighted sums `inputs @ weights`. Take them after the activation.")
def statistics_before_the_activation(inputs, weights, activation):
    means, stds = [], []
    for layer in weights:
        sums = inputs @ layer
        means.append(sums.mean())
        stds.append(sums.std())
        inputs = activation(sums)
    return np.array(means), np.array(stds)


@mistake("The activation is missing: these are the statistics of a linear network.")
def statistics_without_activation(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, lambda x: x)
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("The last layer lacks its activation. Here every layer has one.")
def statistics_with_a_linear_last_layer(inputs, weights, activation):
    outputs = outputs_of(inputs, weights[:-1], activation)
    outputs.append((outputs[-1] if outputs else inputs) @ weights[-1])
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("The activation is applied to the inputs of a layer. Here it comes last: `activation(inputs @ weights)`.")
def statistics_with_the_activation_first(inputs, weights, activation):
    outputs = []
    for layer in weights:
        inputs = activation(inputs) @ layer
        outputs.append(inputs)
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("The second value should be the standard deviation, and this is the variance.")
def statistics_variance(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.var() for h in outputs])


@mistake("The sum of squares was divided by n - 1. Divide by n, which is NumPy's default (`ddof=0`).")
def statistics_of_a_sample(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.std(ddof=1) for h in outputs])


@mistake(
    "The second value is the root of the mean square. The standard deviation is measured around the mean, which is "
    "not 0."
)
def statistics_root_mean_square(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([np.sqrt(np.mean(h**2)) for h in outputs])


@mistake("Both values are there, in the wrong order: the means come first.")
def statistics_swapped(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.std() for h in outputs]), np.array([h.mean() for h in outputs])


@mistake("The input is counted as a layer. One number for each weight matrix is asked for.")
def statistics_of_the_input_too(inputs, weights, activation):
    outputs = [inputs, *outputs_of(inputs, weights, activation)]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("Only the last layer's statistics came back. Collect one mean and one standard deviation for each layer.")
def statistics_of_the_last_layer(inputs, weights, activation):
    last = outputs_of(inputs, weights, activation)[-1]
    return np.array([last.mean()]), np.array([last.std()])


@mistake(
    "Only the last layer's statistics came back, as two numbers. Collect one mean and one standard deviation for each "
    "layer."
)
def statistics_of_the_last_layer_as_numbers(inputs, weights, activation):
    last = outputs_of(inputs, weights, activation)[-1]
    return last.mean(), last.std()


@mistake("Every layer got the original inputs. The output of a layer is the input of the next one.")
def statistics_without_passing_on(inputs, weights, activation):
    outputs = [activation(inputs @ layer) if inputs.shape[1] == len(layer) else None for layer in weights]
    if any(output is None for output in outputs):
        raise ValueError("matmul: the shapes do not fit")
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


PER_UNIT = (
    "These are the statistics of each unit (`axis=0`). One mean and one standard deviation for the whole layer are "
    "asked for: use `mean()` and `std()` without an axis."
)


@mistake(PER_UNIT)
def statistics_per_unit(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean(axis=0) for h in outputs]), np.array([h.std(axis=0) for h in outputs])


@mistake(PER_UNIT)
def statistics_per_unit_in_lists(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    # Tuples are compared item by item, so that arrays of several lengths may stand in them.
    return tuple(h.mean(axis=0) for h in outputs), tuple(h.std(axis=0) for h in outputs)


@mistake(
    "These are the statistics of each sample (`axis=1`). One mean and one standard deviation for the whole layer are "
    "asked for: use `mean()` and `std()` without an axis."
)
def statistics_per_sample(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean(axis=1) for h in outputs]), np.array([h.std(axis=1) for h in outputs])


@mistake(
    "The second value is the standard deviation of the units' means. Take the standard deviation of all outputs of the "
    "layer: `std()` without an axis."
)
def statistics_of_means(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.mean(axis=0).std() for h in outputs])


@mistake(
    "The second value is the mean of the units' standard deviations. Take the standard deviation of all outputs of the "
    "layer: `std()` without an axis."
)
def statistics_mean_of_deviations(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.std(axis=0).mean() for h in outputs])


@mistake(
    "A mean and a standard deviation came back for each layer, layer by layer. Two arrays are asked for: all means, "
    "then all standard deviations."
)
def statistics_as_pairs(inputs, weights, activation):
    return [(h.mean(), h.std()) for h in outputs_of(inputs, weights, activation)]


@mistake(
    "The next layer gets the weighted sums, without the activation. Its inputs are the *outputs* of the layer before, "
    "`activation(inputs @ weights)`."
)
def statistics_with_sums_passed_on(inputs, weights, activation):
    outputs = [activation(sums) for sums in outputs_of(inputs, weights, lambda x: x)]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


def statistics_by_comprehension(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([np.mean(h) for h in outputs]), np.array([np.std(h) for h in outputs])


def statistics_by_accumulate(inputs, weights, activation):
    """`itertools.accumulate` keeps the output of every layer, and the statistics are a second step."""
    signals = itertools.accumulate(weights, lambda signal, layer: activation(signal @ layer), initial=inputs)
    outputs = list(signals)[1:]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


def statistics_in_a_table(inputs, weights, activation):
    """The number of layers is known before, so a table can be filled; no list has to become an array."""
    table = np.empty((2, len(weights)))
    signal = inputs
    for i, layer in enumerate(weights):
        signal = activation(signal @ layer)
        table[:, i] = signal.mean(), signal.std()
    return table[0], table[1]


Statistics = namedtuple("Statistics", "means stds")


def statistics_as_a_named_tuple(inputs, weights, activation):
    return Statistics(*statistics_by_comprehension(inputs, weights, activation))


def statistics_as_lists(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return [[float(h.mean()) for h in outputs], [float(h.std()) for h in outputs]]


def statistics_by_einsum(inputs, weights, activation):
    signal, rows = np.asarray(inputs, dtype=float), []
    for layer in weights:
        signal = activation(np.einsum("ni,io->no", signal, layer))
        rows.append((signal.mean(), np.sqrt(np.mean((signal - signal.mean()) ** 2))))
    means, stds = np.array(rows).T
    return means, stds


def statistics_in_single_precision(inputs, weights, activation):
    signal, means, stds = np.asarray(inputs, dtype=np.float32), [], []
    for layer in weights:
        signal = activation(signal @ np.asarray(layer, dtype=np.float32)).astype(np.float32)
        means.append(signal.mean())
        stds.append(signal.std())
    return np.array(means), np.array(stds)


def statistics_by_recursion(inputs, weights, activation):
    if not len(weights):
        return [], []
    signal = activation(np.dot(inputs, weights[0]))
    means, stds = statistics_by_recursion(signal, weights[1:], activation)
    return [np.mean(signal), *means], [np.std(signal), *stds]


def statistics_by_moments(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    means = [h.mean() for h in outputs]
    return means, [np.sqrt((h**2).mean() - mean**2) for h, mean in zip(outputs, means, strict=True)]


LAYER_STATISTICS = Exercise(
    name="layer_statistics",
    lecture=LECTURE,
    section=LAYERS,
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 2, statistics_values),
        Part("shapes", 1, statistics_shapes),
        Part("edge cases", 1, statistics_edges),
    ),
    oracle=layer_statistics_oracle,
    mistakes=(
        statistics_before_the_activation,
        statistics_without_activation,
        statistics_with_a_linear_last_layer,
        statistics_with_the_activation_first,
        statistics_variance,
        statistics_of_a_sample,
        statistics_root_mean_square,
        statistics_swapped,
        statistics_of_the_input_too,
        statistics_of_the_last_layer,
        statistics_of_the_last_layer_as_numbers,
        statistics_without_passing_on,
        statistics_per_unit,
        statistics_per_unit_in_lists,
        statistics_per_sample,
        statistics_of_means,
        statistics_mean_of_deviations,
        statistics_as_pairs,
        statistics_with_sums_passed_on,
    ),
    spellings=(
        statistics_by_comprehension,
        statistics_by_accumulate,
        statistics_in_a_table,
        statistics_as_lists,
        statistics_as_a_named_tuple,
        statistics_by_einsum,
        statistics_in_single_precision,
        statistics_by_recursion,
        statistics_by_moments,
    ),
    hints=(
        "One loop over the weights. Keep one variable for the signal and replace it in each round.",
        "`signal = activation(signal @ layer)`, then append its mean and its standard deviation to two lists.",
    ),
    equivalent_mutants={
        "line 6: `np.array(means)` → `means`": LISTS_WILL_DO,
        "line 6: `np.array(stds)` → `stds`": LISTS_WILL_DO,
    },
)
