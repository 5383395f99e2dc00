"""`momentum_step`: a step that remembers the steps before. The oracle computes in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import IN_PLACE, LECTURE, UPHILL, WEIGHTS_ALONE, away_from_zero, number_by_number


def oracle(weights, velocity, gradient, learning_rate, momentum=0.9):
    rate, share = Fraction(float(learning_rate)), Fraction(float(momentum))

    def rule(w, v, g):
        v = share * Fraction(v) - rate * Fraction(g)
        return float(Fraction(w) + v), float(v)

    return number_by_number(rule, weights, velocity, gradient)


def drawn(rng, shape, *rest, **named):
    return call(*(away_from_zero(rng, shape) for _ in range(3)), float(rng.uniform(0.1, 0.6)), *rest, **named)


def values(rng):
    return [
        call(np.array([1.0, -2.0]), np.array([0.5, 0.0]), np.array([4.0, 1.0]), 0.1),
        drawn(rng, 3),
        drawn(rng, (2, 4)),
    ]


def other_momenta(rng):
    return [
        call(np.array([1.0]), np.array([2.0]), np.array([4.0]), 0.25, 0.5),
        drawn(rng, 4, momentum=float(rng.uniform(0.2, 0.7))),
        drawn(rng, 3, float(rng.uniform(0.95, 0.99))),
        drawn(rng, 2, momentum=0.0),
    ]


def edge_cases(rng):
    first = drawn(rng, 3).arguments
    return [
        call(first[0], np.zeros(3), *first[2:]),
        call(first[0], first[1], np.zeros(3), 0.5),
        call(np.array(1.5), np.array(-0.5), np.array(2.0), 0.1),
        call(*(array.astype(np.float32) for array in drawn(rng, (3, 2)).arguments[:3]), 0.25),
        call(first[0], first[1], rng.integers(1, 5, 3), 0.125),
    ]


@mistake(UPHILL)
def uphill(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity + learning_rate * gradient
    return weights + velocity, velocity


@mistake(
    "The velocity has the other sign: v = momentum v + rate g, and w - v. Here the velocity that is given points in "
    "the "
    "direction of the step, so v = momentum v - rate g, and w + v."
)
def other_sign(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity + learning_rate * gradient
    return weights - velocity, velocity


@mistake(
    "The gradient was multiplied by 1 - momentum as well. That is a running mean; momentum adds the whole rate times "
    "gradient to the velocity."
)
def damped(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity - (1 - momentum) * learning_rate * gradient
    return weights + velocity, velocity


@mistake(
    "The rate multiplies the whole velocity, as in PyTorch. Here it multiplies the gradient only: v = momentum v - "
    "rate "
    "g. The two differ when the rate changes during training."
)
def rate_outside(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity - gradient
    return weights + learning_rate * velocity, velocity


@mistake("The rate multiplies the new velocity again. It is there already: the weights move by the velocity itself.")
def rate_twice(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + learning_rate * velocity, velocity


@mistake("The weights moved by the old velocity. Compute the new one first, then move by it.")
def old_velocity(weights, velocity, gradient, learning_rate, momentum=0.9):
    return weights + velocity, momentum * velocity - learning_rate * gradient


@mistake("The old velocity was forgotten: this is plain gradient descent. Keep `momentum` of it.")
def without_momentum(weights, velocity, gradient, learning_rate, momentum=0.9):
    step = -learning_rate * gradient
    return weights + step, step


@mistake("The whole old velocity was kept. Without friction it never dies out: multiply it by `momentum`.")
def without_friction(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = velocity - learning_rate * gradient
    return weights + velocity, velocity


@mistake("The order is (weights, velocity).")
def velocity_first(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient
    return velocity, weights + velocity


@mistake(WEIGHTS_ALONE)
def weights_alone(weights, velocity, gradient, learning_rate, momentum=0.9):
    return weights + momentum * velocity - learning_rate * gradient


@mistake("The momentum is always 0.9 here. Use the argument.")
def always_nine_tenths(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = 0.9 * velocity - learning_rate * gradient
    return weights + velocity, velocity


@mistake(
    "The weights moved by momentum v - rate g with the new v: this is Nesterov's step. Plain momentum moves by the new "
    "velocity."
)
def nesterovs(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + momentum * velocity - learning_rate * gradient, velocity


@mistake("The gradient was subtracted twice: it is in the velocity already. The weights move by the velocity alone.")
def gradient_twice(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + velocity - learning_rate * gradient, velocity


@mistake(IN_PLACE)
def in_place(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity *= momentum
    velocity -= learning_rate * gradient
    weights += velocity
    return weights, velocity


def two_lines(weights, velocity, gradient, learning_rate, momentum=0.9):
    """First the velocity, then the weights: the formula as it stands."""
    new_velocity = momentum * velocity - learning_rate * gradient
    return weights + new_velocity, new_velocity


def as_a_sum_of_two_steps(weights, velocity, gradient, learning_rate, momentum=0.9):
    """The step has two parts, what is left of the last one and the new one; both are added to the weights."""
    kept, new = np.multiply(velocity, momentum), np.multiply(gradient, -learning_rate)
    return [weights + kept + new, kept + new]


def subtracting(weights, velocity, gradient, learning_rate, momentum=0.9):
    backward = learning_rate * gradient - momentum * velocity
    return weights - backward, -backward


def on_copies(weights, velocity, gradient, learning_rate, momentum=0.9):
    weights, velocity = weights.copy(), velocity * momentum
    velocity = velocity - gradient * learning_rate
    weights += velocity
    return weights, velocity


def in_single_precision(weights, velocity, gradient, learning_rate, momentum=0.9):
    velocity = np.float32(momentum) * velocity.astype(np.float32) - np.float32(learning_rate) * gradient.astype(
        np.float32
    )
    return weights.astype(np.float32) + velocity, velocity


def one_by_one(weights, velocity, gradient, learning_rate, momentum=0.9):
    moved, faster = np.zeros(weights.shape), np.zeros(weights.shape)
    for place in np.ndindex(weights.shape):
        faster[place] = momentum * velocity[place] - learning_rate * gradient[place]
        moved[place] = weights[place] + faster[place]
    return moved, faster


MOMENTUM_STEP = Exercise(
    name="momentum_step",
    lecture=LECTURE,
    section="2. A step that remembers",
    minutes=5,
    difficulty=1,
    parts=(Part("values", 2, values), Part("other momenta", 1, other_momenta), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        uphill,
        other_sign,
        damped,
        rate_outside,
        rate_twice,
        old_velocity,
        without_momentum,
        without_friction,
        velocity_first,
        weights_alone,
        always_nine_tenths,
        nesterovs,
        gradient_twice,
        in_place,
    ),
    spellings=(
        two_lines,
        as_a_sum_of_two_steps,
        subtracting,
        on_copies,
        in_single_precision,
        one_by_one,
    ),
    hints=(
        "The velocity keeps `momentum` of what it was and gets minus rate times gradient on top.",
        "Compute the new velocity in a new array, then add it to the weights. Return both.",
    ),
    choices=by_default("momentum=0.9", "0.8", "0.95", "0.5", texts={"4.0]), 0.25)": "4.0]), 0.25, 0.9)"}),
)
