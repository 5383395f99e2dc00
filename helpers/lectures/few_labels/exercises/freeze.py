"""`freeze`: gradients of frozen layers become zeros. The oracle multiplies by a mask of layers."""

from __future__ import annotations

import copy

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, layers_of


def oracle(gradients, frozen):
    moving = np.ones(len(gradients))
    moving[np.asarray(frozen, dtype=int)] = 0.0
    return tuple(
        {name: np.asarray(array, dtype=float) * m for name, array in layer.items()}
        for m, layer in zip(moving, gradients, strict=True)
    )


def freezing(rng):
    return [
        call(layers_of(rng, (2, 3, 2)), np.array([0])),
        call(layers_of(rng, (2, 3, 3, 2)), np.array([0, 1])),
        call(layers_of(rng, (3, 2, 4, 2, 2)), np.array([1, 3])),
    ]


def orders(rng):
    """Positions in any order, or none at all."""
    return [
        call(layers_of(rng, (2, 3, 3, 2, 3)), np.array([2, 0])),
        call(layers_of(rng, (2, 3, 2)), np.array([], dtype=int)),
        call(layers_of(rng, (2, 3, 2, 2)), np.array([2, 1, 0])),
    ]


def edge_cases(rng):
    normalized = layers_of(rng, (3, 4, 2))
    normalized[0] |= {"gamma": rng.normal(0, 1, 4), "beta": rng.normal(0, 1, 4)}
    return [
        call(normalized, np.array([0])),
        call(layers_of(rng, (3, 2)), np.array([0])),
        call(layers_of(rng, (3, 2, 2)), np.array([1])),
    ]


def zeroed(gradients, places, names=None):
    return tuple(
        {
            name: np.zeros_like(array) if place in places and (names is None or name in names) else np.array(array)
            for name, array in layer.items()
        }
        for place, layer in enumerate(gradients)
    )


@mistake("The frozen layers kept their gradients and the others lost theirs. It is the other way round.")
def other_way_round(gradients, frozen):
    return zeroed(gradients, set(range(len(gradients))) - set(frozen.tolist()))


@mistake("Nothing is frozen: the gradients are as they were.")
def unchanged(gradients, frozen):
    return zeroed(gradients, ())


@mistake("The gradient of the bias is still there. A frozen layer moves none of its arrays.")
def weights_only(gradients, frozen):
    return zeroed(gradients, frozen.tolist(), ("W",))


@mistake("The frozen layers are missing. Keep them in the list, with gradients of 0.")
def left_out(gradients, frozen):
    return tuple(copy.deepcopy(g) for place, g in enumerate(gradients) if place not in frozen)


@mistake("The given list, or an array in it, was changed. Make a new list, and new arrays of zeros.")
def in_place(gradients, frozen):
    for place in frozen:
        for array in gradients[place].values():
            array[...] = 0.0
    return tuple(gradients)


@mistake("As many layers were frozen as there are positions, from the first on. `frozen` says which ones.")
def the_first_ones(gradients, frozen):
    return zeroed(gradients, range(len(frozen)))


@mistake("All layers up to the last frozen one were frozen. Only those in `frozen` are.")
def all_up_to(gradients, frozen):
    return zeroed(gradients, range(max(frozen.tolist(), default=-1) + 1))


@mistake("The positions were counted from 1. The first layer has position 0.")
def from_one(gradients, frozen):
    return zeroed(gradients, {place - 1 for place in frozen.tolist()})


@mistake("The positions were counted from the last layer. The first layer has position 0.")
def from_the_end(gradients, frozen):
    return zeroed(gradients, {len(gradients) - 1 - place for place in frozen.tolist()})


@mistake("Each layer became a number. Keep the dicts, with arrays of zeros of the same shape.")
def zero_for_a_layer(gradients, frozen):
    return tuple(
        dict.fromkeys(layer, 0.0) if place in frozen else copy.deepcopy(layer) for place, layer in enumerate(gradients)
    )


def with_comprehensions(gradients, frozen):
    """A new dict of zeros where the position is frozen, the given dict elsewhere."""
    return [
        {name: np.zeros_like(array) for name, array in layer.items()} if place in frozen else layer
        for place, layer in enumerate(gradients)
    ]


def with_a_copy(gradients, frozen):
    """Copy everything, then set the copies of the frozen layers to 0."""
    result = copy.deepcopy(gradients)
    for place in frozen:
        for array in result[place].values():
            array[...] = 0
    return result


def with_a_mask(gradients, frozen):
    moves = ~np.isin(np.arange(len(gradients)), frozen)
    return [{k: v * m for k, v in layer.items()} for layer, m in zip(gradients, moves, strict=True)]


def as_a_tuple(gradients, frozen):
    chosen = set(frozen.tolist())
    return tuple(
        {k: np.zeros(v.shape) if place in chosen else 1 * v for k, v in layer.items()}
        for place, layer in enumerate(gradients)
    )


def with_a_loop(gradients, frozen):
    result = list(gradients)
    for place in frozen.tolist():
        result[place] = dict.fromkeys(result[place])
        for name in result[place]:
            result[place][name] = 0.0 * gradients[place][name]
    return result


FREEZE = Exercise(
    name="freeze",
    lecture=LECTURE,
    section="7. Which layers, and frozen or tuned?",
    minutes=4,
    difficulty=1,
    parts=(Part("freezing", 2, freezing), Part("any order", 1, orders), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        other_way_round,
        unchanged,
        weights_only,
        left_out,
        in_place,
        the_first_ones,
        all_up_to,
        from_one,
        from_the_end,
        zero_for_a_layer,
    ),
    spellings=(with_comprehensions, with_a_copy, with_a_mask, as_a_tuple, with_a_loop),
    hints=(
        "`enumerate(gradients)` gives each layer with its position. `place in frozen` says whether it is frozen.",
        "For a frozen layer, make a new dict with `np.zeros_like(array)` under every name.",
    ),
)
