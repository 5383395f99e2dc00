"""`layer_statistics`: mean and deviation layer by layer. The oracle works with lists of single numbers."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np

from helpers.exercises.initialization.common import ARRAYS_ANYWAY, FLOATS_ANYWAY, LAYERS, LECTURE, LISTS_WILL_DO
from helpers.judging.exercise import Exercise, Named, Part, call, mistake


def stacks(rng, shapes, samples, names):
    """Calls with random layers: `shapes` lists the widths of each stack, the input's first."""
    calls = []
    for widths, name in zip(shapes, names, strict=True):
        weights = [rng.normal(0, 0.8, fans) for fans in itertools.pairwise(widths)]
        calls.append(call(rng.normal(0, 1, (samples, widths[0])), weights, Named(name)))
    return calls


def small_stack(name):
    first, second = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[2.0, 0.5], [-1.0, 1.0]])
    return call(np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]]), [first, second], Named(name))


def statistics_values(rng):
    return [
        small_stack("identity"),
        small_stack("relu"),
        *stacks(rng, [(4, 4, 4, 4), (5, 5, 5)], 6, ("tanh", "leaky_relu")),
    ]


def statistics_shapes(rng):
    return [
        *stacks(rng, [(3, 7), (2, 5, 3), (6, 1, 4)], 5, ("relu", "tanh", "identity")),
        *stacks(rng, [(3, 4, 2)], 1, ("tanh",)),
    ]


def statistics_lists(rng):
    one = stacks(rng, [(3, 4, 2)], 4, ("relu",))[0]
    inputs, weights, activation = one.arguments
    return [
        call(inputs.tolist(), [w.tolist() for w in weights], activation),
        call([[1, 2], [3, -4]], [[[1, -1, 0], [2, 0, 1]]], activation=Named("relu")),
        call(inputs.astype(np.float32), [w.astype(np.float32) for w in weights], activation),
    ]


def outputs_of(inputs, weights, activation):
    """The outputs of every layer."""
    signal, outputs = np.asarray(inputs, dtype=float), []
    for layer in weights:
        signal = activation(signal @ np.asarray(layer, dtype=float))
        outputs.append(signal)
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


@mistake("These are the statistics of the weighted sums. Take them after the activation.")
def statistics_before_the_activation(inputs, weights, activation):
    signal, means, stds = np.asarray(inputs, dtype=float), [], []
    for layer in weights:
        sums = signal @ np.asarray(layer, dtype=float)
        means.append(sums.mean())
        stds.append(sums.std())
        signal = activation(sums)
    return np.array(means), np.array(stds)


@mistake("The activation is missing: these are the statistics of a linear network.")
def statistics_without_activation(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, lambda x: x)
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("The second value should be the standard deviation, and this is the variance.")
def statistics_variance(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.var() for h in outputs])


@mistake("The deviation divides by n - 1. These are all the numbers there are, so divide by n (`ddof=0`).")
def statistics_of_a_sample(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.std(ddof=1) for h in outputs])


@mistake("This is the root of the mean square. The deviation is taken around the mean, which ReLU shifts away from 0.")
def statistics_root_mean_square(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([np.sqrt(np.mean(h**2)) for h in outputs])


@mistake("Both values are there, in the wrong order: the means come first.")
def statistics_swapped(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.std() for h in outputs]), np.array([h.mean() for h in outputs])


@mistake("The input is counted as a layer. One number for each weight matrix is asked for.")
def statistics_of_the_input_too(inputs, weights, activation):
    outputs = [np.asarray(inputs, dtype=float), *outputs_of(inputs, weights, activation)]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("Only the last layer's statistics came back. Collect one mean and one deviation a layer.")
def statistics_of_the_last_layer(inputs, weights, activation):
    last = outputs_of(inputs, weights, activation)[-1]
    return np.array([last.mean()]), np.array([last.std()])


@mistake("Every layer got the original inputs. What a layer puts out is what the next one receives.")
def statistics_without_passing_on(inputs, weights, activation):
    inputs = np.asarray(inputs, dtype=float)
    outputs = [activation(inputs @ np.asarray(layer, dtype=float)) for layer in weights]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


def statistics_by_comprehension(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([np.mean(h) for h in outputs]), np.array([np.std(h) for h in outputs])


def statistics_as_lists(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return [float(h.mean()) for h in outputs], [float(h.std()) for h in outputs]


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
    table = np.empty((2, len(weights)))
    signal = np.array(inputs, dtype=float)
    for i, layer in enumerate(weights):
        signal = activation(np.matmul(signal, layer))
        table[:, i] = signal.mean(), statistics.pstdev(np.ravel(signal).tolist())
    return table[0], table[1]


LAYER_STATISTICS = Exercise(
    name="layer_statistics",
    lecture=LECTURE,
    section=LAYERS,
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 2, statistics_values),
        Part("shapes", 1, statistics_shapes),
        Part("edge cases", 1, statistics_lists),
    ),
    oracle=layer_statistics_oracle,
    mistakes=(
        statistics_before_the_activation,
        statistics_without_activation,
        statistics_variance,
        statistics_of_a_sample,
        statistics_root_mean_square,
        statistics_swapped,
        statistics_of_the_input_too,
        statistics_of_the_last_layer,
        statistics_without_passing_on,
    ),
    spellings=(
        statistics_by_comprehension,
        statistics_as_lists,
        statistics_by_einsum,
        statistics_in_single_precision,
        statistics_by_recursion,
        statistics_by_moments,
    ),
    hints=(
        "One loop over the weights. Keep one variable for the signal and replace it in each round.",
        "`signal = activation(signal @ layer)`, then append its mean and its deviation to two lists.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(inputs, dtype=float)` → `np.asarray(inputs)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(inputs, dtype=float)` → `inputs`": ARRAYS_ANYWAY,
        "line 4: `np.asarray(layer, dtype=float)` → `np.asarray(layer)`": FLOATS_ANYWAY,
        "line 4: `np.asarray(layer, dtype=float)` → `layer`": ARRAYS_ANYWAY,
        "line 7: `np.array(means)` → `means`": LISTS_WILL_DO,
        "line 7: `np.array(stds)` → `stds`": LISTS_WILL_DO,
    },
)
