"""`count_parameters`: weights and biases of dense layers. The oracle counts the numbers of arrays that it makes."""

from __future__ import annotations

import itertools

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_proportion, mistake

from .common import LECTURE


def oracle(layer_sizes):
    arrays = [shape for a, b in itertools.pairwise(layer_sizes) for shape in ((a, b), (b,))]
    return int(sum(np.broadcast_to(0, shape).size for shape in arrays))


def values(rng):
    sizes = [[int(size) for size in rng.permutation(np.arange(3, 60))[:count]] for count in (3, 4, 6)]
    return [call([2, 3, 1]), call([784, 256, 128, 10]), *map(call, sizes)]


def edge_cases(rng):
    return [call([4, 3]), call([1, 1]), call([int(rng.integers(5, 90)), int(rng.integers(2, 9))]), call([5, 1, 1, 7])]


@mistake("The biases are missing: every unit has one.")
def without_biases(layer_sizes):
    return sum(a * b for a, b in itertools.pairwise(layer_sizes))


@mistake("The inputs got a bias, too. Only units have one: count from the second number on.")
def biases_for_the_inputs(layer_sizes):
    return sum(a * b for a, b in itertools.pairwise(layer_sizes)) + sum(layer_sizes)


@mistake("Each layer got one bias. Every *unit* has its own, so a layer has as many as it has units.")
def one_bias_a_layer(layer_sizes):
    return sum(a * b for a, b in itertools.pairwise(layer_sizes)) + len(layer_sizes) - 1


@mistake("The last layer has no bias here. Its units have one like all others.")
def no_bias_at_the_end(layer_sizes):
    return sum(a * b for a, b in itertools.pairwise(layer_sizes)) + sum(layer_sizes[1:-1])


@mistake("These are the units. Count the numbers that are learned: weights and biases.")
def units(layer_sizes):
    return sum(layer_sizes[1:])


@mistake(
    "The sizes of all layers were multiplied. Between two layers there are (inputs x units) weights; add these up."
)
def product_of_all(layer_sizes):
    return int(np.prod(layer_sizes)) + sum(layer_sizes[1:])


@mistake("Only the last two numbers were used, or only the last layer was returned. Add up all layers.")
def last_layer_only(layer_sizes):
    return (layer_sizes[-2] + 1) * layer_sizes[-1]


@mistake("Only the first layer was counted, as when a `return` stands inside of the loop.")
def first_layer_only(layer_sizes):
    return (layer_sizes[0] + 1) * layer_sizes[1]


@mistake(
    "The bias was counted once for each input: the factor is (inputs + 1) times units, not inputs times (units + 1)."
)
def bias_for_every_input(layer_sizes):
    return sum(a * (b + 1) for a, b in itertools.pairwise(layer_sizes))


@mistake("The list that was given was changed (`pop`, `insert`, `reverse`). Work on a copy.")
def with_pop(layer_sizes):
    total, before = 0, layer_sizes.pop(0)
    while layer_sizes:
        size = layer_sizes.pop(0)
        total, before = total + (before + 1) * size, size
    return total


def with_zip(layer_sizes):
    """`zip` pairs each size with the next one; a bias is a weight of an input that is always 1."""
    return sum((a + 1) * b for a, b in itertools.pairwise(layer_sizes))


def with_arrays(layer_sizes):
    """The weights are a dot product of the sizes with the next sizes; the biases are all sizes but the first."""
    sizes = np.array(layer_sizes)
    return int(sizes[:-1] @ sizes[1:] + sizes[1:].sum())


def with_a_loop(layer_sizes):
    total = 0
    for i in range(1, len(layer_sizes)):
        total += layer_sizes[i - 1] * layer_sizes[i]
        total += layer_sizes[i]
    return total


def recursive(layer_sizes):
    if len(layer_sizes) < 2:
        return 0
    return (layer_sizes[0] + 1) * layer_sizes[1] + recursive(layer_sizes[1:])


def as_numpy_integer(layer_sizes):
    return np.sum([np.int64(a) * b + b for a, b in itertools.pairwise(layer_sizes)])


def as_array_of_no_dimension(layer_sizes):
    return np.array(with_zip(layer_sizes))


COUNT_PARAMETERS = Exercise(
    name="count_parameters",
    lecture=LECTURE,
    section="3. How many numbers are learned?",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        without_biases,
        biases_for_the_inputs,
        one_bias_a_layer,
        no_bias_at_the_end,
        units,
        product_of_all,
        last_layer_only,
        first_layer_only,
        bias_for_every_input,
        with_pop,
    ),
    spellings=(with_zip, with_arrays, with_a_loop, recursive, as_numpy_integer, as_array_of_no_dimension),
    hints=(
        "Between two layers there is a weight for every pair (input, unit). How many pairs?",
        "And every unit has one bias. `zip(layer_sizes, layer_sizes[1:])` gives each size with the next one.",
    ),
    choices=tuple(
        Choice(
            f"bytes, {size} for each number",
            texts={
                "The number of weights and biases of a chain of dense layers.": (
                    f"The bytes that the weights and biases of a chain of dense layers take, {size} for each number."
                ),
                "    13\n": f"    {13 * size}\n",
            },
            changed=in_proportion(size),
        )
        for size in (2, 4, 8)
    ),
)
