"""`rmsprop_step`: each weight has a rate of its own, which forgets. The oracle goes number by number."""

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


def oracle(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    def rule(w, a, g):
        a = math.fsum([a, (1 - rho) * (g * g - a)])
        return w - learning_rate * g / (math.sqrt(a) + epsilon), a

    return number_by_number(rule, weights, average, gradient)


def drawn(rng, shape, *rest, **named):
    return call(away_from_zero(rng, shape), rng.uniform(0.5, 4, shape), away_from_zero(rng, shape), *rest, **named)


def values(rng):
    return [
        call(np.array([1.0, -2.0]), np.array([5.0, 0.0]), np.array([2.0, -3.0]), 0.5),
        drawn(rng, 3, 0.25),
        drawn(rng, (2, 4), float(rng.uniform(0.2, 0.8))),
    ]


def other_settings(rng):
    return [
        call(np.array([1.0]), np.array([16.0]), np.array([4.0]), 0.5, 0.5, 1.0),
        drawn(rng, 4, 0.5, epsilon=float(rng.uniform(0.3, 0.9))),
        drawn(rng, 3, learning_rate=0.5, rho=float(rng.uniform(0.2, 0.7))),
        drawn(rng, 3),
    ]


def edge_cases(rng):
    usual = drawn(rng, 3).arguments
    return [
        call(usual[0], np.zeros(3), np.array([0.0, 2.0, 0.0]), 0.5),
        call(np.array(1.5), np.array(4.0), np.array(-2.0), 0.1),
        call(usual[0], usual[1], rng.integers(1, 5, 3), 0.25),
        call(*(array.astype(np.float32) for array in drawn(rng, (3, 2)).arguments), 0.25),
    ]


@mistake(UPHILL)
def uphill(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * gradient**2
    return weights + learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake(EPSILON_INSIDE)
def epsilon_inside(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average


@mistake("`rho` and 1 - `rho` are exchanged. `rho` is the share of the past that is kept.")
def shares_exchanged(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = (1 - rho) * average + rho * gradient**2
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake("The squares are summed up: that is Adagrad. RMSprop averages, and so forgets what is long ago.")
def summed(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = average + gradient**2
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake("The new square has the weight 1. In a running average it has the weight 1 - `rho`.")
def weight_of_the_new_one(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + gradient**2
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake("The step was divided by the old average. Bring the average up to date first.")
def old_average(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), rho * average + (1 - rho) * gradient**2


@mistake("The root is missing: the gradient is divided by the *root* of the mean square.")
def without_root(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / (average + epsilon), average


@mistake("The sizes of the gradients were averaged. RMSprop averages their squares.")
def sizes(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * np.abs(gradient)
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake("All weights share one mean square. Each weight has its own: do not average over the entries.")
def one_for_all(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * np.mean(gradient**2)
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake("The root came back in place of the average. The next step needs the average of the squares itself.")
def root_returned(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    root = np.sqrt(rho * average + (1 - rho) * gradient**2)
    return weights - learning_rate * gradient / (root + epsilon), root


@mistake(EPSILON_FIXED)
def epsilon_fixed(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * gradient**2
    return weights - learning_rate * gradient / (np.sqrt(average) + 1e-8), average


@mistake("`rho` is always 0.9 here. Use the argument.")
def always_nine_tenths(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = 0.9 * average + 0.1 * gradient**2
    return weights - learning_rate * gradient / (np.sqrt(average) + epsilon), average


@mistake(EPSILON_MISSING)
def without_epsilon(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * gradient**2
    with np.errstate(all="ignore"):
        return weights - learning_rate * gradient / np.sqrt(average), average


@mistake("The order is (weights, average).")
def average_first(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = rho * average + (1 - rho) * gradient**2
    return average, weights - learning_rate * gradient / (np.sqrt(average) + epsilon)


@mistake(WEIGHTS_ALONE)
def weights_alone(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    return weights - learning_rate * gradient / (np.sqrt(rho * average + (1 - rho) * gradient**2) + epsilon)


@mistake(IN_PLACE)
def in_place(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average *= rho
    average += (1 - rho) * gradient**2
    weights -= learning_rate * gradient / (np.sqrt(average) + epsilon)
    return weights, average


def two_lines(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    """First the running average, then the step that its root divides."""
    mean_square = (1 - rho) * gradient**2 + rho * average
    return weights - learning_rate * gradient / (mean_square**0.5 + epsilon), mean_square


def moving_towards(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    """The average moves by a share of 1 - rho towards the new square: the same number, written as a correction."""
    mean_square = average + (1 - rho) * (np.square(gradient) - average)
    return weights - learning_rate / (np.sqrt(mean_square) + epsilon) * gradient, mean_square


def one_by_one(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    moved, mean = np.empty(weights.shape), np.empty(weights.shape)
    for place in np.ndindex(weights.shape):
        mean[place] = rho * average[place] + (1 - rho) * float(gradient[place]) ** 2
        moved[place] = weights[place] - learning_rate * gradient[place] / (math.sqrt(mean[place]) + epsilon)
    return moved, mean


def on_copies(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    weights, average = weights.copy(), average * rho
    average = average + (1 - rho) * gradient * gradient
    weights -= np.divide(learning_rate * gradient, np.sqrt(average) + epsilon)
    return [weights, average]


def with_average(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = np.average([average, np.square(gradient)], axis=0, weights=[rho, 1 - rho])
    return np.subtract(weights, learning_rate * gradient / (np.sqrt(average) + epsilon)), average


def in_single_precision(weights, average, gradient, learning_rate=0.001, rho=0.9, epsilon=1e-8):
    average = (rho * average + (1 - rho) * gradient**2).astype(np.float32)
    step = np.float32(learning_rate) * gradient / (np.sqrt(average) + np.float32(epsilon))
    return (weights - step).astype(np.float32), average


RMSPROP_STEP = Exercise(
    name="rmsprop_step",
    lecture=LECTURE,
    section="3. A rate for each weight",
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("other settings", 1, other_settings), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        uphill,
        epsilon_inside,
        shares_exchanged,
        summed,
        weight_of_the_new_one,
        old_average,
        without_root,
        sizes,
        one_for_all,
        root_returned,
        epsilon_fixed,
        always_nine_tenths,
        without_epsilon,
        average_first,
        weights_alone,
        in_place,
    ),
    spellings=(two_lines, moving_towards, one_by_one, on_copies, with_average, in_single_precision),
    hints=(
        "The average keeps the share `rho` of what it was; the square of this gradient gets the rest.",
        "Divide the gradient by the root of the new average plus epsilon.",
    ),
    equivalent_mutants={
        "signature: `1e-08` → `2e-08`": TINY_DEFAULT,
        "signature: `1e-08` → `-1e-08`": TINY_DEFAULT,
    },
)
