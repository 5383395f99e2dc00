"""`weight_penalty`: L1 and L2 with their gradients. The oracle sums with `math` and goes weight by weight."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, WEIGHTS


def oracle(weights, l1=0.0, l2=0.0):
    flat = [float(w) for w in np.ravel(weights)]
    penalty = math.fsum(l1 * abs(w) + l2 * w * w for w in flat)
    gradient = [2 * l2 * w + (0.0 if w == 0 else math.copysign(l1, w)) for w in flat]
    return penalty, np.reshape(gradient, np.shape(weights))


def only_l2(rng):
    return [call(np.array([1.0, -2.0]), l2=0.5), call(rng.normal(0, 2, (4, 3)), l2=float(rng.uniform(0.1, 0.9)))]


def only_l1(rng):
    return [call(np.array([1.0, -2.0]), l1=0.5), call(rng.normal(0, 2, (4, 3)), float(rng.uniform(0.1, 0.9)))]


def both(rng):
    return [
        call(np.array([1.5, -3.0, 0.5]), 0.25, 0.5),
        call(rng.normal(0, 1, (5, 4)), l1=float(rng.uniform(0.1, 0.4)), l2=float(rng.uniform(0.5, 0.9))),
    ]


def edge_cases(rng):
    return [
        call(np.array([0.0, 2.0, 0.0, -1.0]), l1=0.5, l2=0.25),
        call(rng.integers(1, 4, (3, 2)), 0.5, 1.0),
        call(rng.normal(0, 1, (2, 3, 2)).astype(np.float32), l1=0.5, l2=0.25),
    ]


def parts_of(weights):
    w = np.asarray(weights, dtype=float)
    return w, np.abs(w).sum(), np.sum(w**2)


@mistake("L2 has half of its penalty and of its gradient: here it is l2 * sum(w^2), and its gradient 2 * l2 * w.")
def half_of_l2(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return l1 * absolute + l2 / 2 * squares, l1 * np.sign(w) + l2 * w


@mistake("The penalty is right; in the gradient the factor 2 of L2 is missing: the derivative of w^2 is 2 w.")
def gradient_without_the_two(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return l1 * absolute + l2 * squares, l1 * np.sign(w) + l2 * w


@mistake("The L2 penalty has a root. The penalty that libraries add is the sum of squares, without a root.")
def with_a_root(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return l1 * absolute + l2 * np.sqrt(squares), l1 * np.sign(w) + l2 * w / np.sqrt(squares)


@mistake("The gradient of L1 was taken as l1 * |w|. The slope of |w| is 1 or -1, whatever the size of w.")
def slope_grows(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return l1 * absolute + l2 * squares, l1 * np.abs(w) + 2 * l2 * w


@mistake("The absolute value is missing in L1, so negative weights would be rewarded.")
def without_absolute_value(weights, l1=0.0, l2=0.0):
    w, _, squares = parts_of(weights)
    return l1 * w.sum() + l2 * squares, l1 * np.ones_like(w) + 2 * l2 * w


@mistake("A weight of 0 got the slope of a positive one. At 0, the slope of |w| is taken as 0, as `np.sign` does.")
def slope_at_zero(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return l1 * absolute + l2 * squares, l1 * np.where(w >= 0, 1.0, -1.0) + 2 * l2 * w


@mistake("The penalty is a mean over the weights. It is a sum.")
def averaged(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return (l1 * absolute + l2 * squares) / w.size, (l1 * np.sign(w) + 2 * l2 * w) / w.size


@mistake("The two strengths are exchanged: l1 belongs to |w|, l2 to w^2.")
def exchanged(weights, l1=0.0, l2=0.0):
    w, absolute, squares = parts_of(weights)
    return l2 * absolute + l1 * squares, l2 * np.sign(w) + 2 * l1 * w


@mistake("The gradient has the opposite sign. It points to a larger penalty; the minus belongs to the update.")
def sign_reversed(weights, l1=0.0, l2=0.0):
    penalty, gradient = oracle(weights, l1, l2)
    return penalty, -gradient


@mistake("The order is (penalty, gradient).")
def gradient_first(weights, l1=0.0, l2=0.0):
    return oracle(weights, l1, l2)[::-1]


@mistake("The penalty was returned without its gradient. Return both.")
def penalty_only(weights, l1=0.0, l2=0.0):
    return oracle(weights, l1, l2)[0]


@mistake("Only L2 is there. Add l1 * sum(|w|), and l1 * sign(w) to the gradient.")
def without_l1(weights, l1=0.0, l2=0.0):
    return oracle(weights, 0.0, l2)


@mistake("Only L1 is there. Add l2 * sum(w^2), and 2 * l2 * w to the gradient.")
def without_l2(weights, l1=0.0, l2=0.0):
    return oracle(weights, l1, 0.0)


def with_sign(weights, l1=0.0, l2=0.0):
    """`np.sign` is 1, -1, or 0 at 0: the slope of the absolute value."""
    penalty = l1 * np.abs(weights).sum() + l2 * np.square(weights).sum()
    return penalty, l1 * np.sign(weights) + 2 * l2 * weights


def with_comparisons(weights, l1=0.0, l2=0.0):
    """Two comparisons give the same slope, and one formula does for both penalties."""
    slope = (weights > 0).astype(float) - (weights < 0)
    return float(np.sum(weights * (l1 * slope + l2 * weights))), l1 * slope + 2 * l2 * weights


def with_a_loop(weights, l1=0.0, l2=0.0):
    penalty, gradient = 0.0, np.zeros(weights.shape)
    for place, w in np.ndenumerate(weights):
        penalty += l1 * abs(w) + l2 * w**2
        gradient[place] = 2 * l2 * w + (l1 if w > 0 else -l1 if w < 0 else 0)
    return penalty, gradient


def with_norms(weights, l1=0.0, l2=0.0):
    flat = np.asarray(weights, dtype=float).ravel()
    penalty = l1 * np.linalg.norm(flat, 1) + l2 * np.linalg.norm(flat) ** 2
    return [np.array(penalty), (l1 * np.sign(flat) + l2 * flat + l2 * flat).reshape(np.shape(weights))]


def with_dot(weights, l1=0.0, l2=0.0):
    sign = np.sign(weights)
    return l1 * np.vdot(sign, weights) + l2 * np.vdot(weights, weights), np.add(l1 * sign, 2 * l2 * weights)


def in_single_precision(weights, l1=0.0, l2=0.0):
    penalty, gradient = with_sign(np.asarray(weights, np.float32), np.float32(l1), np.float32(l2))
    return np.float32(penalty), gradient


WEIGHT_PENALTY = Exercise(
    name="weight_penalty",
    lecture=LECTURE,
    section=WEIGHTS,
    minutes=6,
    difficulty=1,
    parts=(
        Part("L2", 1, only_l2),
        Part("L1", 1, only_l1),
        Part("both", 1, both),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        half_of_l2,
        gradient_without_the_two,
        with_a_root,
        slope_grows,
        without_absolute_value,
        slope_at_zero,
        averaged,
        exchanged,
        sign_reversed,
        gradient_first,
        penalty_only,
        without_l1,
        without_l2,
    ),
    spellings=(with_sign, with_comparisons, with_a_loop, with_norms, with_dot, in_single_precision),
    hints=(
        "The penalty is one number for the whole array, the gradient one number for each weight.",
        "The derivative of |w| is 1 for a positive weight and -1 for a negative one; `np.sign` gives that, and 0 at 0.",
    ),
)
