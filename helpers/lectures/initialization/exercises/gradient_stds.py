"""`gradient_stds`: the gradient's deviation layer by layer. The oracle multiplies Jacobians sample by sample."""

from __future__ import annotations

import statistics

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Named, Part, call, mistake
from helpers.sandbox.recipes import made

from .common import (
    BACKWARD,
    LECTURE,
    LISTS_WILL_DO,
    first_that_fits,
    spread_out,
)
from .layer_statistics import NOT_SQUARE, SQUARE, small_stack, stack


def with_gradient(rng, draw_stack):
    """A stack with the derivative of its activation and a gradient at the last layer's outputs."""

    def draw():
        # A new stack for every gradient: behind some stacks (saturated, say) no gradient fits.
        inputs, weights, activation = draw_stack().arguments
        gradient = rng.normal(0.3, 1, (len(inputs), weights[-1].shape[1]))
        return inputs, weights, activation, Named(f"{activation.name}_gradient"), gradient

    def fits(drawn):
        inputs, weights, activation, derivative, gradient = drawn
        found = walk_back(*passed_forward(inputs, weights, made(activation), made(derivative)), gradient)
        return all(spread_out(g) and abs(g.mean()) > 0.1 * g.std() for g in found)

    return call(*first_that_fits(draw, fits))


def gradient_values(rng):
    ones = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    return [
        call(*small_stack("identity").arguments, Named("identity_gradient"), ones),
        with_gradient(rng, lambda: small_stack("relu")),
        *(with_gradient(rng, lambda sizes=sizes: stack(rng, *sizes)) for sizes in SQUARE),
    ]


def gradient_shapes(rng):
    return [with_gradient(rng, lambda sizes=sizes: stack(rng, *sizes)) for sizes in NOT_SQUARE]


def gradient_edges(rng):
    drawn = with_gradient(rng, lambda: stack(rng, 4, (3, 4, 2), "tanh")).arguments
    inputs, weights, activation, derivative, gradient = drawn
    whole = np.array([[1, 2], [3, -1]]), [np.array([[1, -1], [2, 1]]), np.array([[1, 2], [-3, 1]])]
    return [
        call(*whole, Named("relu"), Named("relu_gradient"), gradient=np.array([[1.0, 2.0], [3.0, 5.0]])),
        call(
            *(inputs.astype(np.float32), [w.astype(np.float32) for w in weights], activation, derivative),
            gradient.astype(np.float32),
        ),
    ]


def sums_of(inputs, weights, activation):
    """The weighted sums of every layer."""
    sums = []
    for layer in weights:
        sums.append(inputs @ layer)
        inputs = activation(sums[-1])
    return sums


def passed_forward(inputs, weights, activation, activation_gradient):
    """The weights, and the derivatives at the weighted sums of every layer."""
    return weights, [activation_gradient(s) for s in sums_of(inputs, weights, activation)]


def walk_back(weights, slopes, gradient):
    """Gradients at the sums, first layer first."""
    found = []
    for layer, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = gradient * slope
        found.append(gradient)
        gradient = gradient @ layer.T
    return found[::-1]


def gradient_stds_oracle(inputs, weights, activation, activation_gradient, gradient):
    """Sample by sample: the Jacobian of the top outputs in the sums of each layer, as a product of matrices."""
    weights = [np.asarray(layer, dtype=float) for layer in weights]
    sums = sums_of(np.asarray(inputs, dtype=float), weights, activation)
    gradient = np.asarray(gradient, dtype=float)
    at_layers = [[] for _ in weights]
    for sample in range(len(gradient)):
        for layer, found in enumerate(at_layers):
            jacobian = np.diag(activation_gradient(sums[layer][sample]))
            for above in range(layer + 1, len(weights)):
                jacobian = jacobian @ weights[above] @ np.diag(activation_gradient(sums[above][sample]))
            found.extend((jacobian @ gradient[sample]).tolist())
    return np.array([statistics.pstdev(found) for found in at_layers])


@mistake("The derivative is missing in the backward pass: multiply by `activation_gradient(sums)` at each layer.")
def gradient_without_derivatives(inputs, weights, activation, activation_gradient, gradient):
    return np.array([g.std() for g in walk_back(weights, [1.0] * len(weights), gradient)])


@mistake("You multiplied by the activation itself. In the backward pass its derivative is the factor.")
def gradient_with_activations(inputs, weights, activation, activation_gradient, gradient):
    outputs = [activation(s) for s in sums_of(inputs, weights, activation)]
    return np.array([g.std() for g in walk_back(weights, outputs, gradient)])


@mistake("The derivative is taken at the layer's output. It belongs at the weighted sum, before the activation.")
def gradient_with_derivatives_at_outputs(inputs, weights, activation, activation_gradient, gradient):
    slopes = [activation_gradient(activation(s)) for s in sums_of(inputs, weights, activation)]
    return np.array([g.std() for g in walk_back(weights, slopes, gradient)])


@mistake(
    "The last layer comes first, as the backward pass meets it. The first layer comes first here: reverse the list."
)
def gradient_last_layer_first(inputs, weights, activation, activation_gradient, gradient):
    passed = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.std() for g in walk_back(*passed, gradient)[::-1]])


@mistake("These are the gradients at the outputs of the layers. Multiply by the derivative first, then measure.")
def gradient_at_outputs(inputs, weights, activation, activation_gradient, gradient):
    found = []
    for layer, slope in list(zip(*passed_forward(inputs, weights, activation, activation_gradient), strict=True))[::-1]:
        found.append(gradient.std())
        gradient = (gradient * slope) @ layer.T
    return np.array(found[::-1])


@mistake(
    "The last layer's derivative is missing: `gradient` arrives at that layer's outputs, so it is multiplied by the "
    "derivative there as well."
)
def gradient_without_the_last_derivative(inputs, weights, activation, activation_gradient, gradient):
    weights, slopes = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.std() for g in walk_back(weights, [*slopes[:-1], 1.0], gradient)])


@mistake("In the backward pass the weights are transposed: `gradient @ weights.T`. Otherwise the shapes rarely fit.")
def gradient_without_transposing(inputs, weights, activation, activation_gradient, gradient):
    weights, slopes = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.std() for g in walk_back([layer.T for layer in weights], slopes, gradient)])


@mistake("This is the variance. The standard deviation is asked for.")
def gradient_variances(inputs, weights, activation, activation_gradient, gradient):
    passed = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.var() for g in walk_back(*passed, gradient)])


@mistake("This is the root of the mean square. The standard deviation is measured around the mean, which is not 0.")
def gradient_root_mean_square(inputs, weights, activation, activation_gradient, gradient):
    passed = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([np.sqrt(np.mean(g**2)) for g in walk_back(*passed, gradient)])


@mistake("The sum of squares was divided by n - 1. Divide by n, which is NumPy's default (`ddof=0`).")
def gradient_of_a_sample(inputs, weights, activation, activation_gradient, gradient):
    passed = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.std(ddof=1) for g in walk_back(*passed, gradient)])


@mistake(
    "These are the gradients of the weights. The gradient at the weighted sums is asked for, before it is multiplied "
    "by the layer's inputs."
)
def gradient_of_the_weights(inputs, weights, activation, activation_gradient, gradient):
    sums = sums_of(inputs, weights, activation)
    found = walk_back(weights, [activation_gradient(s) for s in sums], gradient)
    signals = [inputs, *map(activation, sums[:-1])]
    return np.array([(signal.T @ g).std() for signal, g in zip(signals, found, strict=True)])


@mistake("These are the means of the gradients. The standard deviation is asked for.")
def gradient_means(inputs, weights, activation, activation_gradient, gradient):
    passed = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.mean() for g in walk_back(*passed, gradient)])


@mistake("There is one number more than there are layers: the gradient at the inputs is not asked for.")
def gradient_of_the_input_too(inputs, weights, activation, activation_gradient, gradient):
    found = walk_back(*passed_forward(inputs, weights, activation, activation_gradient), gradient)
    return np.array([(found[0] @ weights[0].T).std(), *(g.std() for g in found)])


@mistake(
    "There is one number more than there are layers: the gradient at the last layer's outputs is given, and not asked "
    "for."
)
def gradient_of_the_outputs_too(inputs, weights, activation, activation_gradient, gradient):
    found = walk_back(*passed_forward(inputs, weights, activation, activation_gradient), gradient)
    return np.array([*(g.std() for g in found), gradient.std()])


@mistake("The forward pass lacks its activation, so the derivatives are taken at the wrong sums.")
def gradient_of_a_linear_forward_pass(inputs, weights, activation, activation_gradient, gradient):
    slopes = [activation_gradient(s) for s in sums_of(inputs, weights, lambda x: x)]
    return np.array([g.std() for g in walk_back(weights, slopes, gradient)])


@mistake("It changes the array that it was given: `gradient *= ...` writes into it. Write `gradient = gradient * ...`.")
def gradient_in_place(inputs, weights, activation, activation_gradient, gradient):
    weights, slopes = passed_forward(inputs, weights, activation, activation_gradient)
    stds = []
    for layer, slope in zip(weights[::-1], slopes[::-1], strict=True):
        gradient *= slope
        stds.append(gradient.std())
        gradient = gradient @ layer.T
    return np.array(stds[::-1])


@mistake(
    "These are the gradients at the *inputs* of the layers. Measure at the weighted sums, before you multiply by the "
    "transposed weights."
)
def gradient_at_inputs(inputs, weights, activation, activation_gradient, gradient):
    found = walk_back(*passed_forward(inputs, weights, activation, activation_gradient), gradient)
    return np.array([(g @ layer.T).std() for g, layer in zip(found, weights, strict=True)])


def gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient):
    passed = passed_forward(inputs, weights, activation, activation_gradient)
    return np.array([g.std() for g in walk_back(*passed, gradient)])


def gradient_as_lists(inputs, weights, activation, activation_gradient, gradient):
    return gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient).tolist()


def gradient_as_a_tuple(inputs, weights, activation, activation_gradient, gradient):
    return tuple(gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient))


def gradient_in_a_nested_function(inputs, weights, activation, activation_gradient, gradient):
    """The recursion goes up layer by layer and measures on its return, so the first layer's number comes first."""
    stds = []

    def back_from(signal, layers):
        if not layers:
            return gradient
        sums = signal @ layers[0]
        here = back_from(activation(sums), layers[1:]) * activation_gradient(sums)
        stds.insert(0, here.std())
        return here @ layers[0].T

    back_from(inputs, weights)
    return np.array(stds)


def gradient_with_a_stack(inputs, weights, activation, activation_gradient, gradient):
    """The forward pass stores the derivatives on a stack, as frameworks do; the backward pass takes them off again."""
    stack = []
    for layer in weights:
        sums = inputs @ layer
        stack.append((layer, activation_gradient(sums)))
        inputs = activation(sums)
    stds = []
    while stack:
        layer, derivative = stack.pop()
        gradient = gradient * derivative
        stds.append(gradient.std())
        gradient = gradient @ layer.T
    return np.array(stds[::-1])


def gradient_by_einsum(inputs, weights, activation, activation_gradient, gradient):
    weights, slopes = passed_forward(inputs, weights, activation, activation_gradient)
    stds, flow = np.empty(len(weights)), np.array(gradient, dtype=float)
    for i in range(len(weights) - 1, -1, -1):
        flow *= slopes[i]
        stds[i] = np.sqrt(np.mean((flow - flow.mean()) ** 2))
        flow = np.einsum("no,io->ni", flow, weights[i])
    return stds


def gradient_by_moments(inputs, weights, activation, activation_gradient, gradient):
    found = walk_back(*passed_forward(inputs, weights, activation, activation_gradient), gradient)
    return np.array([np.sqrt(np.mean(g**2) - np.mean(g) ** 2) for g in found])


def gradient_in_single_precision(inputs, weights, activation, activation_gradient, gradient):
    weights, slopes = passed_forward(inputs, weights, activation, activation_gradient)
    weights, slopes = [w.astype(np.float32) for w in weights], [s.astype(np.float32) for s in slopes]
    return np.array([g.std() for g in walk_back(weights, slopes, gradient.astype(np.float32))], dtype=np.float32)


GRADIENT_STDS = Exercise(
    name="gradient_stds",
    lecture=LECTURE,
    section=BACKWARD,
    minutes=12,
    difficulty=3,
    parts=(
        Part("values", 2, gradient_values),
        Part("shapes", 1, gradient_shapes),
        Part("edge cases", 1, gradient_edges),
    ),
    oracle=gradient_stds_oracle,
    mistakes=(
        gradient_without_derivatives,
        gradient_with_activations,
        gradient_with_derivatives_at_outputs,
        gradient_last_layer_first,
        gradient_at_outputs,
        gradient_without_the_last_derivative,
        gradient_without_transposing,
        gradient_variances,
        gradient_root_mean_square,
        gradient_of_a_sample,
        gradient_of_the_weights,
        gradient_means,
        gradient_of_the_input_too,
        gradient_of_the_outputs_too,
        gradient_of_a_linear_forward_pass,
        gradient_in_place,
        gradient_at_inputs,
    ),
    spellings=(
        gradient_by_two_loops,
        gradient_as_lists,
        gradient_as_a_tuple,
        gradient_with_a_stack,
        gradient_in_a_nested_function,
        gradient_by_einsum,
        gradient_by_moments,
        gradient_in_single_precision,
    ),
    hints=(
        "Go forward first and keep the weighted sums of every layer in a list. Then go through the layers in reverse.",
        "At each layer: multiply by the derivative at its sums, measure, multiply by the transposed weights.",
        "`zip(weights[::-1], sums[::-1])` gives both from the last layer to the first. Reverse the results at the end.",
    ),
    equivalent_mutants={
        "line 10: `np.array(spreads[::-1])` → `spreads[::-1]`": LISTS_WILL_DO,
    },
    choices=(
        Choice(
            "the last layer first",
            texts={
                "all samples and units of each layer, first layer first.": (
                    "all samples and units of each layer, last layer first."
                ),
                "array([2., 1.])": "array([1., 2.])",
            },
            changed=lambda result, *others, **named: result if np.ndim(result) == 0 else result[::-1],
            without=("gradient_last_layer_first",),
        ),
        Choice(
            "variances",
            texts={
                "Return the standard deviation of the gradient": "Return the variance of the gradient",
                "Standard deviations (`ddof=0`)": "Variances (`ddof=0`)",
                "note its standard deviation": "note its variance",
                "array([2., 1.])": "array([4., 1.])",
            },
            code={
                "The standard deviation is asked for.": "The variance is asked for.",
                "The standard deviation is measured": "The variance is measured",
            },
            changed=lambda result, *others, **named: np.square(result),
            without=("gradient_variances",),
        ),
    ),
)
