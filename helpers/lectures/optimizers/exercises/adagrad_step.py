"""`adagrad_step`: each weight has a rate of its own, which only falls. The oracle goes number by number."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    EPSILON_FIXED,
    EPSILON_INSIDE,
    EPSILON_MISSING,
    IN_PLACE,
    LECTURE,
    TINY_DEFAULT,
    UPHILL,
    WEIGHTS_ALONE,
    away_from_zero,
    number_by_number,
)


def oracle(weights, squares, gradient, learning_rate, epsilon=1e-8):
    def rule(w, s, g):
        s = math.fsum([s, g * g])
        return w - learning_rate * g / (math.sqrt(s) + epsilon), s

    return number_by_number(rule, weights, squares, gradient)


def drawn(rng, shape, **named):
    squares, rate = rng.uniform(0.5, 4, shape), float(rng.uniform(0.2, 0.8))
    return call(away_from_zero(rng, shape), squares, away_from_zero(rng, shape), rate, **named)


def values(rng):
    return [
        call(np.array([1.0, -2.0]), np.array([5.0, 0.0]), np.array([2.0, -3.0]), 0.5),
        drawn(rng, 3),
        drawn(rng, (2, 4)),
    ]


def large_epsilon(rng):
    return [
        call(np.array([1.0]), np.array([9.0]), np.array([4.0]), 0.5, 1.0),
        drawn(rng, 4, epsilon=float(rng.uniform(0.3, 0.9))),
    ]


def edge_cases(rng):
    usual = drawn(rng, 3).arguments
    return [
        call(usual[0], np.zeros(3), np.array([0.0, 2.0, 0.0]), 0.5),
        call(np.array(1.5), np.array(4.0), np.array(-2.0), 0.1),
        call(usual[0], usual[1], rng.integers(1, 5, 3), 0.25),
        call(*(array.astype(np.float32) for array in drawn(rng, (3, 2)).arguments[:3]), 0.25),
    ]


@mistake(UPHILL)
def uphill(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + gradient**2
    return weights + learning_rate * gradient / (np.sqrt(squares) + epsilon), squares


@mistake(EPSILON_INSIDE)
def epsilon_inside(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + gradient**2
    return weights - learning_rate * gradient / np.sqrt(squares + epsilon), squares


@mistake("The step was divided by the old sum. Add the square of this gradient first.")
def old_sum(weights, squares, gradient, learning_rate, epsilon=1e-8):
    return weights - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares + gradient**2


@mistake("The root is missing: the gradient is divided by the square root of the sum of squares.")
def without_root(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + gradient**2
    return weights - learning_rate * gradient / (squares + epsilon), squares


@mistake("The squares were replaced and not summed up. Adagrad remembers all gradients: `squares + gradient**2`.")
def replaced(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = 1.0 * gradient**2
    return weights - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares


@mistake("The squares are averaged, with weights 0.9 and 0.1: that is RMSprop. Adagrad sums them up.")
def averaged(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = 0.9 * squares + 0.1 * gradient**2
    return weights - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares


@mistake("All weights share one sum. Each weight has a sum of its own: do not sum over the entries of the gradient.")
def one_for_all(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + np.sum(gradient**2)
    return weights - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares


@mistake("The root of the sum came back in place of the sum. The next step needs the sum itself.")
def root_returned(weights, squares, gradient, learning_rate, epsilon=1e-8):
    root = np.sqrt(squares + gradient**2)
    return weights - learning_rate * gradient / (root + epsilon), root


@mistake("The sizes of the gradients were summed up. Adagrad sums their squares.")
def sizes(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + np.abs(gradient)
    return weights - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares


@mistake(EPSILON_FIXED)
def epsilon_fixed(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + gradient**2
    return weights - learning_rate * gradient / (np.sqrt(squares) + 1e-8), squares


@mistake(EPSILON_MISSING)
def without_epsilon(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + gradient**2
    with np.errstate(all="ignore"):
        return weights - learning_rate * gradient / np.sqrt(squares), squares


@mistake("The order is (weights, squares).")
def squares_first(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = squares + gradient**2
    return squares, weights - learning_rate * gradient / (np.sqrt(squares) + epsilon)


@mistake(WEIGHTS_ALONE)
def weights_alone(weights, squares, gradient, learning_rate, epsilon=1e-8):
    return weights - learning_rate * gradient / (np.sqrt(squares + gradient**2) + epsilon)


@mistake(IN_PLACE)
def in_place(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares += gradient**2
    weights -= learning_rate * gradient / (np.sqrt(squares) + epsilon)
    return weights, squares


def two_lines(weights, squares, gradient, learning_rate, epsilon=1e-8):
    """First the sum, then the step that it divides."""
    total = squares + gradient**2
    return weights - learning_rate * gradient / (total**0.5 + epsilon), total


def a_rate_for_each(weights, squares, gradient, learning_rate, epsilon=1e-8):
    """Adagrad is gradient descent with a rate for each weight; here the rates have a name."""
    total = np.square(gradient) + squares
    rates = learning_rate / (np.sqrt(total) + epsilon)
    return weights - rates * gradient, total


def one_by_one(weights, squares, gradient, learning_rate, epsilon=1e-8):
    moved, total = np.empty(weights.shape), np.empty(weights.shape)
    for place in np.ndindex(weights.shape):
        total[place] = squares[place] + float(gradient[place]) ** 2
        moved[place] = weights[place] - learning_rate * gradient[place] / (math.sqrt(total[place]) + epsilon)
    return moved, total


def on_copies(weights, squares, gradient, learning_rate, epsilon=1e-8):
    weights, squares = weights.copy(), squares.copy()
    squares += gradient * gradient
    weights -= np.divide(learning_rate * gradient, np.sqrt(squares) + epsilon)
    return [weights, squares]


def in_single_precision(weights, squares, gradient, learning_rate, epsilon=1e-8):
    squares = (squares + gradient**2).astype(np.float32)
    step = np.float32(learning_rate) * gradient / (np.sqrt(squares) + np.float32(epsilon))
    return (weights - step).astype(np.float32), squares


ADAGRAD_STEP = Exercise(
    name="adagrad_step",
    lecture=LECTURE,
    section="3. A rate for each weight",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("large epsilon", 1, large_epsilon), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        uphill,
        epsilon_inside,
        old_sum,
        without_root,
        replaced,
        averaged,
        one_for_all,
        root_returned,
        sizes,
        epsilon_fixed,
        without_epsilon,
        squares_first,
        weights_alone,
        in_place,
    ),
    spellings=(two_lines, a_rate_for_each, one_by_one, on_copies, in_single_precision),
    hints=(
        "Add the square of this gradient to `squares` first: it counts in this step already.",
        "Divide by the root plus epsilon, entry by entry; nothing is summed over the entries.",
    ),
    equivalent_mutants={
        "signature: `1e-08` → `2e-08`": TINY_DEFAULT,
        "signature: `1e-08` → `-1e-08`": TINY_DEFAULT,
    },
)
