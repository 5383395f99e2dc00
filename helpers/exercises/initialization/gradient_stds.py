"""`gradient_stds`: the gradient's deviation layer by layer. The oracle multiplies Jacobians sample by sample."""

from __future__ import annotations

import statistics

import numpy as np

from helpers.exercises.initialization.common import ARRAYS_ANYWAY, BACKWARD, FLOATS_ANYWAY, LECTURE, LISTS_WILL_DO
from helpers.exercises.initialization.layer_statistics import small_stack, stacks, statistics_shapes, statistics_values
from helpers.judging.exercise import Exercise, Named, Part, call, mistake


def with_gradient(one, rng):
    """The same stack with the slope of its activation and a gradient from above."""
    inputs, weights, activation = (*one.arguments, *one.keywords.values())
    gradient = rng.normal(0, 1, (len(inputs), np.shape(weights[-1])[1]))
    return call(inputs, weights, activation, Named(f"{activation.name}_gradient"), gradient)


def gradient_values(rng):
    simple = small_stack("identity").arguments
    ones = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    return [
        call(*simple, Named("identity_gradient"), ones),
        *(with_gradient(one, rng) for one in statistics_values(rng)[1:]),
    ]


def gradient_shapes(rng):
    return [with_gradient(one, rng) for one in statistics_shapes(rng)]


def gradient_lists(rng):
    as_arrays = with_gradient(stacks(rng, [(3, 4, 2)], 4, ("tanh",))[0], rng)
    inputs, weights, activation, slope, gradient = as_arrays.arguments
    return [
        call(inputs.tolist(), [w.tolist() for w in weights], activation, slope, gradient.tolist()),
        call([[1, 2], [3, -4]], [[[1, -1], [2, 1]]], Named("relu"), Named("relu_gradient"), gradient=[[1, 2], [3, 5]]),
        call(
            *(inputs.astype(np.float32), [w.astype(np.float32) for w in weights], activation, slope),
            gradient.astype(np.float32),
        ),
    ]


def sums_of(inputs, weights, activation):
    """Weights as arrays, and the weighted sums of every layer."""
    weights = [np.asarray(layer, dtype=float) for layer in weights]
    signal, sums = np.asarray(inputs, dtype=float), []
    for layer in weights:
        sums.append(signal @ layer)
        signal = activation(sums[-1])
    return weights, sums


def gradient_stds_oracle(inputs, weights, activation, activation_gradient, gradient):
    """Sample by sample: the Jacobian of the top outputs in the sums of each layer, as a product of matrices."""
    weights, sums = sums_of(inputs, weights, activation)
    gradient = np.asarray(gradient, dtype=float)
    at_layers = [[] for _ in weights]
    for sample in range(len(gradient)):
        for layer, found in enumerate(at_layers):
            jacobian = np.diag(activation_gradient(sums[layer][sample]))
            for above in range(layer + 1, len(weights)):
                jacobian = jacobian @ weights[above] @ np.diag(activation_gradient(sums[above][sample]))
            found.extend((jacobian @ gradient[sample]).tolist())
    return np.array([statistics.pstdev(found) for found in at_layers])


def walk_back(weights, slopes, gradient):
    """Gradients at the sums, first layer first."""
    found = []
    for layer, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = np.asarray(gradient, dtype=float) * slope
        found.append(gradient)
        gradient = gradient @ layer.T
    return found[::-1]


@mistake("The slope is missing on the way back: multiply by `activation_gradient(sums)` at each layer.")
def gradient_without_slopes(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.std() for g in walk_back(weights, [1.0] * len(sums), gradient)])


@mistake("The slope is taken at the layer's output. It belongs at the weighted sum, before the activation.")
def gradient_with_slopes_at_outputs(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    slopes = [activation_gradient(activation(s)) for s in sums]
    return np.array([g.std() for g in walk_back(weights, slopes, gradient)])


@mistake("The order is that of the way back. The first number belongs to the first layer: turn the list round.")
def gradient_last_layer_first(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.std() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)[::-1]])


@mistake("These are the gradients at the outputs of the layers. Multiply by the slope first, then measure.")
def gradient_at_outputs(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    found, gradient = [], np.asarray(gradient, dtype=float)
    for layer, s in zip(reversed(weights), reversed(sums), strict=True):
        found.append(gradient.std())
        gradient = (gradient * activation_gradient(s)) @ layer.T
    return np.array(found[::-1])


@mistake("On the way back the weights are turned: `gradient @ weights.T`. Without that the shapes rarely fit.")
def gradient_without_turning(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    turned = [layer.T for layer in weights]
    return np.array([g.std() for g in walk_back(turned, [activation_gradient(s) for s in sums], gradient)])


@mistake("This is the variance. The standard deviation is asked for.")
def gradient_variances(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.var() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)])


@mistake("One number more than there are layers: the gradient at the inputs, or the one from above, is not asked for.")
def gradient_of_the_input_too(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    found = walk_back(weights, [activation_gradient(s) for s in sums], gradient)
    return np.array([(found[0] @ weights[0].T).std(), *(g.std() for g in found)])


@mistake("The way forward lacks its activation, so the slopes are taken at the wrong sums.")
def gradient_of_a_linear_way_forward(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, lambda x: x)
    return np.array([g.std() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)])


def gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.std() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)])


def gradient_as_lists(inputs, weights, activation, activation_gradient, gradient):
    return gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient).tolist()


def gradient_by_recursion(inputs, weights, activation, activation_gradient, gradient):
    found = []

    def back(signal, layers):
        if not len(layers):
            return np.asarray(gradient, dtype=float)
        sums = np.dot(signal, layers[0])
        below = back(activation(sums), layers[1:]) * activation_gradient(sums)
        found.insert(0, below.std())
        return below @ np.transpose(layers[0])

    back(inputs, list(weights))
    return np.array(found)


def gradient_by_einsum(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    stds, flow = np.empty(len(weights)), np.array(gradient, dtype=float)
    for i in range(len(weights) - 1, -1, -1):
        flow *= activation_gradient(sums[i])
        stds[i] = np.sqrt(np.mean((flow - flow.mean()) ** 2))
        flow = np.einsum("no,io->ni", flow, weights[i])
    return stds


def gradient_in_single_precision(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    weights = [layer.astype(np.float32) for layer in weights]
    slopes = [activation_gradient(s).astype(np.float32) for s in sums]
    found, flow = [], np.asarray(gradient, dtype=np.float32)
    for layer, slope in zip(weights[::-1], slopes[::-1], strict=True):
        flow = flow * slope
        found.append(flow.std())
        flow = flow @ layer.T
    return np.array(found[::-1], dtype=np.float32)


GRADIENT_STDS = Exercise(
    name="gradient_stds",
    lecture=LECTURE,
    section=BACKWARD,
    minutes=12,
    difficulty=3,
    parts=(
        Part("values", 2, gradient_values),
        Part("shapes", 1, gradient_shapes),
        Part("edge cases", 1, gradient_lists),
    ),
    oracle=gradient_stds_oracle,
    mistakes=(
        gradient_without_slopes,
        gradient_with_slopes_at_outputs,
        gradient_last_layer_first,
        gradient_at_outputs,
        gradient_without_turning,
        gradient_variances,
        gradient_of_the_input_too,
        gradient_of_a_linear_way_forward,
    ),
    spellings=(
        gradient_by_two_loops,
        gradient_as_lists,
        gradient_by_recursion,
        gradient_by_einsum,
        gradient_in_single_precision,
    ),
    hints=(
        "Go forward first and keep the weighted sums of every layer in a list. Then go through the layers in reverse.",
        "At each layer: multiply by the slope at its sums, measure, multiply by the turned weights.",
        "`reversed(list(zip(weights, sums)))` gives both from the top down. Turn the list of results round at the end.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(layer, dtype=float)` → `np.asarray(layer)`": FLOATS_ANYWAY,
        "line 2: `np.asarray(inputs, dtype=float)` → `np.asarray(inputs)`": FLOATS_ANYWAY,
        "line 2: `np.asarray(inputs, dtype=float)` → `inputs`": ARRAYS_ANYWAY,
        "line 6: `np.asarray(gradient, dtype=float)` → `np.asarray(gradient)`": FLOATS_ANYWAY,
        "line 6: `np.asarray(gradient, dtype=float)` → `gradient`": ARRAYS_ANYWAY,
        "line 11: `np.array(stds[::-1])` → `stds[::-1]`": LISTS_WILL_DO,
    },
)
