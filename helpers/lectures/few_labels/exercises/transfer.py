"""`transfer`: the first layers from one network, the rest from another. The oracle copies through bytes."""

from __future__ import annotations

import copy

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, layers_of


def oracle(source, target, count):
    chosen = [(source if place < count else target)[place] for place in range(len(target))]
    return tuple(
        {name: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape).copy() for name, array in layer.items()}
        for layer in chosen
    )


def pair(rng, sizes):
    return layers_of(rng, sizes), layers_of(rng, sizes)


def copies(rng):
    return [
        call(*pair(rng, (2, 3, 2)), 1),
        call(*pair(rng, (3, 4, 4, 2)), 2),
        call(*pair(rng, (4, 3, 3, 3, 2)), 1),
        call(*pair(rng, (2, 5, 3, 3, 2)), 3),
    ]


def other_heads(rng):
    """The source was trained for another number of classes."""
    return [
        call(layers_of(rng, (3, 4, 5)), layers_of(rng, (3, 4, 2)), 1),
        call(layers_of(rng, (2, 4, 3, 10)), layers_of(rng, (2, 4, 3, 5)), 2),
    ]


def edge_cases(rng):
    normalized = pair(rng, (3, 4, 2))
    for layers in normalized:
        layers[0] |= {"gamma": rng.uniform(0.5, 2, 4), "beta": rng.normal(0, 1, 4)}
    return [
        call(*pair(rng, (2, 3, 2)), 0),
        call(*pair(rng, (2, 3, 2)), 2),
        call(*normalized, 1),  # layers with other keys
        call(*pair(rng, (3, 2)), 1),
    ]


def new(layers):
    return tuple(copy.deepcopy(list(layers)))


@mistake(
    "The first `count` layers are those of the target and the rest those of the source. It is the other way round."
)
def exchanged(source, target, count):
    return new([*target[:count], *source[count:]])


@mistake("The *last* `count` layers come from the source. Take the first ones: they hold what is general.")
def last_layers(source, target, count):
    kept = len(target) - count
    return new([*target[:kept], *source[kept:]])


@mistake("One layer too many comes from the source: `count` layers are those with the positions 0 to count - 1.")
def one_too_many(source, target, count):
    return new([*source[: count + 1], *target[count + 1 :]])


@mistake("One layer too few comes from the source.")
def one_too_few(source, target, count):
    kept = max(count - 1, 0)
    return new([*source[:kept], *target[kept:]])


@mistake("Only the copied layers came back. Return all layers: the rest are those of the target.")
def without_the_rest(source, target, count):
    return new(source[:count])


@mistake("All layers of the target stand behind the copied ones. Leave out those that are replaced.")
def rest_not_cut(source, target, count):
    return new([*source[:count], *target])


@mistake("Nothing was transferred: these are the layers of the target.")
def target_only(source, target, count):
    return new(target)


@mistake("All layers come from the source. Only the first `count` do.")
def source_only(source, target, count):
    return new(source)


@mistake("The weights were copied, the biases were not. All arrays of a layer belong together.")
def weights_only(source, target, count):
    return tuple(
        {name: np.array((source if place < count and name == "W" else target)[place][name]) for name in target[place]}
        for place in range(len(target))
    )


@mistake("The layers were averaged. The first `count` are copies of the source's.")
def averaged(source, target, count):
    return tuple(
        {n: (source[i][n] + target[i][n]) / 2 if i < count else np.array(target[i][n]) for n in target[i]}
        for i in range(len(target))
    )


@mistake("The target's own list was changed. Build a new list of new arrays.")
def in_place(source, target, count):
    for place in range(count):
        for name in list(target[place]):
            target[place][name] = np.array(source[place][name])
    return new(target)


def with_comprehensions(source, target, count):
    """Two slices, and a copy of every array in every layer."""
    return [{name: array.copy() for name, array in layer.items()} for layer in source[:count] + target[count:]]


def with_deepcopy(source, target, count):
    """`copy.deepcopy` copies the list, the dicts in it and the arrays in them."""
    return copy.deepcopy(source)[:count] + copy.deepcopy(target)[count:]


def with_a_loop(source, target, count):
    layers = []
    for place, layer in enumerate(target):
        origin = source[place] if place < count else layer
        layers.append({name: np.array(value) for name, value in origin.items()})
    return layers


def as_a_tuple(source, target, count):
    chosen = list(source[:count])
    chosen.extend(target[count:])
    return tuple({key: 1.0 * chosen[i][key] for key in chosen[i]} for i in range(len(chosen)))


def with_zip(source, target, count):
    pairs = enumerate(zip(source, target, strict=True))
    return [{k: np.copy(v) for k, v in (old if place < count else fresh).items()} for place, (old, fresh) in pairs]


TRANSFER = Exercise(
    name="transfer",
    lecture=LECTURE,
    section="7. Which layers, and frozen or tuned?",
    minutes=5,
    difficulty=1,
    parts=(Part("copies", 2, copies), Part("other heads", 1, other_heads), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        exchanged,
        last_layers,
        one_too_many,
        one_too_few,
        without_the_rest,
        rest_not_cut,
        target_only,
        source_only,
        weights_only,
        averaged,
        in_place,
    ),
    spellings=(with_comprehensions, with_deepcopy, with_a_loop, as_a_tuple, with_zip),
    equivalent_mutants={
        "line 1: `array.copy()` → `array`": (
            "Shared memory cannot be seen in the values that come back; the docstring asks for new arrays all the same."
        ),
    },
    hints=(
        "Two slices make the list: one of the source up to `count`, one of the target from there on.",
        "A slice holds the same dicts with the same arrays. Make a new dict of copied arrays for each layer.",
    ),
)
