"""Arguments that cannot travel as plain values: a random generator, and a function.

A call holds the recipe. What it stands for is made where the function is called, so nothing but a number or a name
crosses the boundary, and every call gets a generator of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

LEAK = 0.1


@dataclass(frozen=True, repr=False)
class Seeded:
    """Stands for `numpy.random.default_rng(seed)`."""

    seed: int

    def __repr__(self) -> str:
        return f"np.random.default_rng({self.seed})"


@dataclass(frozen=True, repr=False)
class Named:
    """Stands for one of `FUNCTIONS`."""

    name: str

    def __repr__(self) -> str:
        return self.name


def made(value):
    """What a recipe stands for, new each time; any other value as it is."""
    if type(value) is Seeded:
        return np.random.default_rng(value.seed)
    if type(value) is Named:
        return FUNCTIONS[value.name]
    return value


def apply(function, arguments, keywords):
    """Call a function with every recipe among its arguments made."""
    return function(*map(made, arguments), **{name: made(value) for name, value in keywords.items()})


def identity(x):
    return np.array(x, dtype=float)


def identity_gradient(x):
    return np.ones_like(x, dtype=float)


def relu(x):
    return np.maximum(x, 0.0)


def relu_gradient(x):
    return np.where(np.greater(x, 0), 1.0, 0.0)


def leaky_relu(x):
    return np.maximum(x, np.multiply(x, LEAK))


def leaky_relu_gradient(x):
    return np.where(np.greater(x, 0), 1.0, LEAK)


def tanh(x):
    return np.tanh(x)


def tanh_gradient(x):
    return 1 - np.tanh(x) ** 2


def train_rising(configuration, budget):
    """A training that climbs towards a ceiling: fast starters lead early, high ceilings win late."""
    return configuration["ceiling"] * (1 - math.exp(-configuration["speed"] * budget))


def train_by_rate(configuration, budget):
    """A training for which the best learning rate falls as the budget grows, as it does with real networks."""
    decades = math.log10(configuration["learning_rate"] * math.sqrt(budget)) + 2
    return 1 / (1 + decades**2)


def sum_of_squares(x):
    return float(np.sum(np.square(x)))


def sum_of_cubes(x):
    return float(np.sum(np.power(x, 3)))


def sum_of_sines(x):
    return float(np.sum(np.sin(x)))


def sum_of_exponentials(x):
    return float(np.sum(np.exp(x)))


def product_of_all(x):
    return float(np.prod(x))


def gradient_of_squares(x):
    return 2 * np.asarray(x)


def gradient_of_fourth_powers(x):
    return 4 * np.asarray(x) ** 3


def gradient_of_sines(x):
    return np.cos(x)


def _by_name(*functions):
    return {function.__name__: function for function in functions}


# Entry by entry, each with its slope.
ACTIVATIONS = _by_name(
    *(identity, identity_gradient, relu, relu_gradient),
    *(leaky_relu, leaky_relu_gradient, tanh, tanh_gradient),
)
# Functions of a configuration and a budget that return a score; the same whenever they are asked.
TRAININGS = _by_name(train_rising, train_by_rate)
# One number for a whole array.
SCALARS = _by_name(sum_of_squares, sum_of_cubes, sum_of_sines, sum_of_exponentials, product_of_all)
# The gradient of a sum over all entries, at a place.
GRADIENTS = _by_name(gradient_of_squares, gradient_of_fourth_powers, gradient_of_sines)
FUNCTIONS = ACTIVATIONS | TRAININGS | SCALARS | GRADIENTS
