"""`clip_by_global_norm`: one norm over all arrays. The oracle computes in exact fractions up to the root."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake

from .common import LECTURE


def oracle(gradients, limit):
    squares = sum(Fraction(float(g)) ** 2 for array in gradients.values() for g in array.flat)
    within = squares <= Fraction(float(limit)) ** 2
    factor = 1.0 if within else float(limit) / math.sqrt(squares)
    return {name: np.array(array, dtype=float) * factor for name, array in gradients.items()}


def network(rng, scale):
    shapes = {"W1": (3, 2), "b1": (2,), "W2": (2, 2)}
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


def norm(gradients):
    return float(np.sqrt(sum(np.sum(np.square(array, dtype=float)) for array in gradients.values())))


def share_of_norm(rng, low, high, scale=1.0):
    """Random gradients, and a limit that is a share of their norm."""
    gradients = network(rng, scale)
    return call(gradients, norm(gradients) * float(rng.uniform(low, high)))


def clipped(rng):
    return [
        call({"W": np.array([3.0, 0.0]), "b": np.array([4.0])}, 1.0),
        call({"W": np.array([0.9, 100.0])}, 1.0),
        call({"W": np.array([3.0, 0.0]), "b": np.array([4.0])}, 4.0),  # a little above the limit
        share_of_norm(rng, 0.2, 0.8),
        share_of_norm(rng, 0.05, 0.2, scale=30.0),
    ]


def within_the_limit(rng):
    return [
        call({"W": np.array([3.0, 0.0]), "b": np.array([4.0])}, 5.0),
        call({"W": np.array([0.3, 0.0]), "b": np.array([-0.4])}, 2.0),
        share_of_norm(rng, 1.5, 3.0),
    ]


def edge_cases(rng):
    return [
        call({"W": np.zeros((2, 2)), "b": np.zeros(1)}, 1.0),
        call({"anything": rng.normal(size=(2, 3, 2))}, 0.5),
        call({"W": np.array([[30, -40]]), "b": np.array([0])}, 5),
        call({name: array.astype(np.float32) for name, array in network(rng, 5.0).items()}, 1.5),
    ]


def scaled(gradients, factor):
    return {name: array * factor for name, array in gradients.items()}


@mistake(
    "Each value was cut off on its own. That changes the direction of the step; clipping by the norm multiplies all "
    "values "
    "by one number."
)
def by_value(gradients, limit):
    return {name: np.clip(array, -limit, limit) for name, array in gradients.items()}


@mistake("Each array was clipped by its own norm. There is one norm, over all arrays together.")
def array_by_array(gradients, limit):
    return {
        name: array * min(1.0, limit / max(float(np.linalg.norm(array.ravel())), 1e-300))
        for name, array in gradients.items()
    }


@mistake("Small gradients were made larger. A norm within the limit stays as it is.")
def always_scaled(gradients, limit):
    return scaled(gradients, limit / max(norm(gradients), 1e-300))


@mistake("The root is missing: the norm is the *root* of the sum of the squares.")
def without_root(gradients, limit):
    squares = norm(gradients) ** 2
    return scaled(gradients, limit / squares if squares > limit else 1.0)


@mistake("The norm is the sum of the sizes, |g| + |g| + ... The usual norm is the root of the sum of the squares.")
def sum_of_sizes(gradients, limit):
    total = sum(np.abs(array).sum() for array in gradients.values())
    return scaled(gradients, limit / total if total > limit else 1.0)


@mistake("The largest value was taken for the norm. The norm is the root of the sum of all squares.")
def largest_value(gradients, limit):
    largest = max(np.abs(array).max() for array in gradients.values())
    return scaled(gradients, limit / largest if largest > limit else 1.0)


@mistake("The norms of the arrays were added. Add their squares, over all arrays, and take one root at the end.")
def norms_added(gradients, limit):
    total = sum(np.linalg.norm(array.ravel()) for array in gradients.values())
    return scaled(gradients, limit / total if total > limit else 1.0)


@mistake("The gradients were divided by their norm, so the norm is 1 now. It should be `limit`: multiply by it.")
def to_norm_one(gradients, limit):
    length = norm(gradients)
    return scaled(gradients, 1 / length if length > limit else 1.0)


@mistake(
    "A small number was added to the norm, as PyTorch does, so the clipped norm misses the limit. Where the norm is "
    "above "
    "the limit it is not 0, and nothing needs to be added."
)
def as_pytorch(gradients, limit):
    return scaled(gradients, min(1.0, limit / (norm(gradients) + 1e-6)))


@mistake("This is the root of the *mean* square. The norm is the root of the sum of the squares.")
def mean_square(gradients, limit):
    length = norm(gradients) / np.sqrt(sum(array.size for array in gradients.values()))
    return scaled(gradients, limit / length if length > limit else 1.0)


@mistake("Gradients above the limit were set to 0. Scale them down: the direction is still worth following.")
def set_to_zero(gradients, limit):
    return scaled(gradients, 0.0 if norm(gradients) > limit else 1.0)


@mistake("The values are right, but the arrays that were given were changed on the way. Make new ones.")
def in_place(gradients, limit):
    result = oracle(gradients, limit)
    for name in list(gradients):
        gradients[name] = result[name]
    return gradients


def one_factor(gradients, limit):
    """One sum of squares over all arrays, one factor for all of them."""
    length = np.sqrt(sum((array.astype(float) ** 2).sum() for array in gradients.values()))
    factor = limit / length if length > limit else 1.0
    return {name: factor * array for name, array in gradients.items()}


def one_long_vector(gradients, limit):
    """All arrays as one vector: its length is the norm."""
    vector = np.concatenate([np.ravel(array) for array in gradients.values()])
    length = np.linalg.norm(vector)
    return {name: array * (limit / length) if length > limit else array.copy() for name, array in gradients.items()}


def with_max(gradients, limit):
    total = 0.0
    for array in gradients.values():
        total += np.vdot(array, array)
    return {name: array * limit / max(total**0.5, limit) for name, array in gradients.items()}


def norm_of_norms(gradients, limit):
    length = np.linalg.norm([np.linalg.norm(array.ravel()) for array in gradients.values()])
    return dict(zip(gradients, [array / max(1.0, length / limit) for array in gradients.values()], strict=True))


def with_hypot(gradients, limit):
    length = math.hypot(*(float(g) for array in gradients.values() for g in array.flat))
    if length <= limit:
        return {name: np.array(array) for name, array in gradients.items()}
    return {name: np.multiply(array, limit / length) for name, array in gradients.items()}


CLIP_BY_GLOBAL_NORM = Exercise(
    name="clip_by_global_norm",
    lecture=LECTURE,
    section="7. Clipping",
    minutes=6,
    difficulty=2,
    parts=(
        Part("clipped", 3, clipped),
        Part("within the limit", 1, within_the_limit),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    tolerance=Tolerance(relative=1e-9, absolute=1e-12),
    mistakes=(
        by_value,
        array_by_array,
        always_scaled,
        without_root,
        sum_of_sizes,
        largest_value,
        norms_added,
        to_norm_one,
        as_pytorch,
        mean_square,
        set_to_zero,
        in_place,
    ),
    spellings=(one_factor, one_long_vector, with_max, norm_of_norms, with_hypot),
    hints=(
        "First one number: the root of the sum of all squares, over all arrays of the dict.",
        "If it is above the limit, multiply every array by limit / norm; if not, leave them as they are.",
    ),
    equivalent_mutants={
        "line 2: `norm > limit` → `norm >= limit`": "Where both are equal the factor is 1 either way.",
        "line 1: `array.astype(float)` → `array`": (
            "Squares of small integers are exact, and single precision is compared as such."
        ),
    },
)
