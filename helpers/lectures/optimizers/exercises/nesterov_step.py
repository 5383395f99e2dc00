"""`nesterov_step`: the gradient is taken where the velocity leads. The oracle uses the formulas of the functions."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Named, Part, call, mistake

from .common import IN_PLACE, LECTURE, UPHILL, WEIGHTS_ALONE, away_from_zero, number_by_number

# Each gradient of `sandbox.recipes.GRADIENTS`, for one number.
_AT_ONE_PLACE = {
    "gradient_of_squares": lambda x: 2 * x,
    "gradient_of_fourth_powers": lambda x: 4 * x**3,
    "gradient_of_sines": math.cos,
}


def oracle(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    gradient = _AT_ONE_PLACE[gradient_at.__name__]

    def rule(w, v):
        v = momentum * v - learning_rate * gradient(w + momentum * v)
        return w + v, v

    return number_by_number(rule, weights, velocity)


def drawn(rng, name, shape, *rest, **named):
    weights, velocity = away_from_zero(rng, shape), away_from_zero(rng, shape)
    return call(weights, velocity, Named(name), float(rng.uniform(0.1, 0.4)), *rest, **named)


def values(rng):
    return [
        call(np.array([1.0, -2.0]), np.array([0.5, 0.25]), Named("gradient_of_squares"), 0.1),
        drawn(rng, "gradient_of_squares", 3),
        drawn(rng, "gradient_of_sines", (2, 3)),
        drawn(rng, "gradient_of_fourth_powers", 4),
    ]


def other_momenta(rng):
    return [
        call(np.array([1.0]), np.array([2.0]), Named("gradient_of_squares"), 0.25, 0.5),
        drawn(rng, "gradient_of_sines", 3, momentum=float(rng.uniform(0.2, 0.7))),
        drawn(rng, "gradient_of_fourth_powers", 2, momentum=0.0),
    ]


def edge_cases(rng):
    usual = drawn(rng, "gradient_of_squares", 3).arguments
    return [
        call(usual[0], np.zeros(3), *usual[2:]),
        call(np.array(1.5), np.array(-0.5), Named("gradient_of_sines"), 0.1),
        call(usual[0].astype(np.float32), usual[1].astype(np.float32), Named("gradient_of_sines"), 0.25),
    ]


@mistake(
    "The gradient was taken at the weights: this is plain momentum. Nesterov looks ahead first, at weights + "
    "momentum * "
    "velocity."
)
def at_the_weights(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient_at(weights)
    return weights + velocity, velocity


@mistake("The gradient was taken at weights + velocity. Only `momentum` of the velocity is kept: multiply it first.")
def a_whole_velocity_ahead(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient_at(weights + velocity)
    return weights + velocity, velocity


@mistake("The gradient was taken behind the weights. The step will go to weights *plus* momentum times velocity.")
def behind(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient_at(weights - momentum * velocity)
    return weights + velocity, velocity


@mistake(
    "The new velocity was added to the point ahead, so momentum times velocity counts twice. Look ahead for the "
    "gradient "
    "only; the step starts at the weights."
)
def from_the_point_ahead(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    ahead = weights + momentum * velocity
    velocity = momentum * velocity - learning_rate * gradient_at(ahead)
    return ahead + velocity, velocity


@mistake(UPHILL)
def uphill(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = momentum * velocity + learning_rate * gradient_at(weights + momentum * velocity)
    return weights + velocity, velocity


@mistake("The velocity was used to look ahead and then forgotten. The new one keeps `momentum` of it.")
def velocity_forgotten(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    step = -learning_rate * gradient_at(weights + momentum * velocity)
    return weights + step, step


@mistake("The rate multiplies the whole velocity. It belongs to the gradient only: momentum v - rate g.")
def rate_outside(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = momentum * velocity - gradient_at(weights + momentum * velocity)
    return weights + learning_rate * velocity, velocity


@mistake(
    "The point ahead is one gradient step away. Nesterov looks where the *velocity* leads: weights + momentum * "
    "velocity."
)
def ahead_by_the_gradient(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    ahead = weights - learning_rate * gradient_at(weights)
    velocity = momentum * velocity - learning_rate * gradient_at(ahead)
    return weights + velocity, velocity


@mistake("The order is (weights, velocity).")
def velocity_first(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient_at(weights + momentum * velocity)
    return velocity, weights + velocity


@mistake(WEIGHTS_ALONE)
def weights_alone(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    return weights + momentum * velocity - learning_rate * gradient_at(weights + momentum * velocity)


@mistake("The momentum is always 0.9 here. Use the argument.")
def always_nine_tenths(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity = 0.9 * velocity - learning_rate * gradient_at(weights + 0.9 * velocity)
    return weights + velocity, velocity


@mistake(IN_PLACE)
def in_place(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    velocity *= momentum
    velocity -= learning_rate * gradient_at(weights + velocity)
    weights += velocity
    return weights, velocity


def look_ahead(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    """The point ahead has a name of its own; the step still starts at the weights."""
    ahead = weights + momentum * velocity
    new_velocity = momentum * velocity - learning_rate * gradient_at(ahead)
    return weights + new_velocity, new_velocity


def correcting(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    """Go where the velocity leads, then correct by the gradient that is found there: the same sum in another order."""
    ahead = weights + momentum * velocity
    moved = ahead - learning_rate * gradient_at(ahead)
    return moved, moved - weights


def subtracting(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    kept = np.multiply(momentum, velocity)
    backward = np.multiply(learning_rate, gradient_at(np.add(weights, kept))) - kept
    return [weights - backward, -backward]


def asked_twice(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    moved = weights + momentum * velocity - learning_rate * gradient_at(weights + momentum * velocity)
    return moved, momentum * velocity - learning_rate * gradient_at(weights + momentum * velocity)


def on_copies(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    weights, velocity = np.array(weights), np.array(velocity)
    velocity *= momentum
    velocity -= learning_rate * gradient_at(weights + velocity)
    weights += velocity
    return weights, velocity


def in_single_precision(weights, velocity, gradient_at, learning_rate, momentum=0.9):
    weights, velocity = weights.astype(np.float32), np.float32(momentum) * velocity.astype(np.float32)
    velocity = velocity - np.float32(learning_rate) * gradient_at(weights + velocity)
    return weights + velocity, velocity


NESTEROV_STEP = Exercise(
    name="nesterov_step",
    lecture=LECTURE,
    section="2. A step that remembers",
    minutes=6,
    difficulty=2,
    parts=(Part("values", 3, values), Part("other momenta", 1, other_momenta), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        at_the_weights,
        a_whole_velocity_ahead,
        behind,
        from_the_point_ahead,
        uphill,
        velocity_forgotten,
        rate_outside,
        ahead_by_the_gradient,
        velocity_first,
        weights_alone,
        always_nine_tenths,
        in_place,
    ),
    spellings=(look_ahead, correcting, subtracting, asked_twice, on_copies, in_single_precision),
    hints=(
        "`gradient_at` is a function. Call it with an array of positions: `gradient_at(...)`.",
        "The velocity will move the weights by `momentum * velocity` in any case: ask for the gradient there.",
    ),
)
