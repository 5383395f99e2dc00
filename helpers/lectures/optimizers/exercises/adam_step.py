"""`adam_step`: momentum, a rate for each weight, and a correction for the start. The oracle goes number by number."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    EPSILON_FIXED,
    IN_PLACE,
    LECTURE,
    TINY_DEFAULT,
    UPHILL,
    WEIGHTS_ALONE,
    away_from_zero,
    number_by_number,
)


def oracle(weights, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    # 1 - beta^step by its logarithm: no digits are lost for a beta near 1.
    seen_1, seen_2 = (-math.expm1(step * math.log(beta)) if beta else 1.0 for beta in (beta_1, beta_2))

    def rule(w, m, v, g):
        m, v = m + (1 - beta_1) * (g - m), v + (1 - beta_2) * (g * g - v)
        return w - learning_rate * (m / seen_1) / (math.sqrt(v / seen_2) + epsilon), m, v

    return number_by_number(rule, weights, first, second, gradient)


def state(rng, shape):
    """Weights, both moments and a gradient; no two of them nearly cancel."""
    gradient = away_from_zero(rng, shape)
    first = gradient * rng.uniform(0.3, 0.8, shape)
    return away_from_zero(rng, shape), first, rng.uniform(0.5, 4, shape), gradient


def drawn(rng, shape, step, *rest, **named):
    return call(*state(rng, shape), int(step), *rest, **named)


def values(rng):
    return [
        call(np.array([1.0, -2.0]), np.array([0.0, 0.0]), np.array([0.0, 0.0]), np.array([4.0, -0.5]), 1, 0.1),
        drawn(rng, 3, 2, 0.25),
        drawn(rng, (2, 3), rng.integers(5, 20), 0.5),
    ]


def other_settings(rng):
    return [
        drawn(rng, 3, 3, 0.5, 0.5, 0.75, 0.25),
        drawn(rng, 4, 4, learning_rate=0.5, epsilon=float(rng.uniform(0.3, 0.9))),
        drawn(rng, 3, 6, learning_rate=0.5, beta_1=float(rng.uniform(0.2, 0.7))),
        drawn(rng, 3, 6, learning_rate=0.5, beta_2=float(rng.uniform(0.5, 0.95))),
        drawn(rng, 2, 3),
    ]


def edge_cases(rng):
    weights, first, second, gradient = state(rng, 3)
    none = np.array([0.0, 1.0, 0.0])
    return [
        call(weights, np.zeros(3), np.zeros(3), none * gradient, 1, 0.5),
        call(np.array(1.5), np.array(-0.5), np.array(4.0), np.array(2.0), 2, 0.1),
        call(weights, first, second, gradient, int(rng.integers(20_000, 90_000)), 0.5),
        call(*(array.astype(np.float32) for array in state(rng, (3, 2))), 4, 0.25),
    ]


def moments(first, second, gradient, beta_1, beta_2):
    return beta_1 * first + (1 - beta_1) * gradient, beta_2 * second + (1 - beta_2) * gradient**2


@mistake(
    "The step goes by the moments as they are. Divide them by 1 - beta^step first: at the start they are too small."
)
def uncorrected(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * m / (np.sqrt(v) + epsilon), m, v


@mistake("Only the first moment was corrected. The second one needs it more: divide it by 1 - beta_2^step.")
def first_corrected(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * m / (1 - beta_1**step) / (np.sqrt(v) + epsilon), m, v


@mistake("Only the second moment was corrected. The first one starts at 0 as well: divide it by 1 - beta_1^step.")
def second_corrected(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * m / (np.sqrt(v / (1 - beta_2**step)) + epsilon), m, v


@mistake("Both moments were corrected with `beta_1`. The second one has its own: divide it by 1 - beta_2^step.")
def one_beta_for_both(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    seen = 1 - beta_1**step
    return w - learning_rate * m / seen / (np.sqrt(v / seen) + epsilon), m, v


@mistake("The correction is that of the next step. `step` is 1 for the first one, so the powers are beta^step.")
def one_step_late(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    m_hat, v_hat = m / (1 - beta_1 ** (step + 1)), v / (1 - beta_2 ** (step + 1))
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@mistake("The moments came back corrected. They are corrected for this step only: keep the uncorrected ones.")
def corrected_returned(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    m, v = m / (1 - beta_1**step), v / (1 - beta_2**step)
    return w - learning_rate * m / (np.sqrt(v) + epsilon), m, v


@mistake("Epsilon was added under the root. Take the root of the corrected second moment, then add epsilon.")
def epsilon_inside(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * m / (1 - beta_1**step) / np.sqrt(v / (1 - beta_2**step) + epsilon), m, v


@mistake(
    "Epsilon was added to the root before the correction, as Keras does. Correct the second moment first, then take "
    "the "
    "root and add epsilon."
)
def as_keras(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    rate = learning_rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@mistake("The root is missing: the first moment is divided by the root of the second one.")
def without_root(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * m / (1 - beta_1**step) / (v / (1 - beta_2**step) + epsilon), m, v


@mistake("The step goes along the gradient. Adam steps along the first moment, the running mean of the gradients.")
def along_the_gradient(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * gradient / (np.sqrt(v / (1 - beta_2**step)) + epsilon), m, v


@mistake("The betas are exchanged: `beta_1` belongs to the first moment, `beta_2` to the second.")
def betas_exchanged(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_2, beta_1)
    return w - learning_rate * m / (1 - beta_2**step) / (np.sqrt(v / (1 - beta_1**step)) + epsilon), m, v


@mistake("The second moment averages the gradients themselves. It should average their squares.")
def not_squared(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = beta_1 * first + (1 - beta_1) * gradient, beta_2 * second + (1 - beta_2) * np.abs(gradient)
    return w - learning_rate * m / (1 - beta_1**step) / (np.sqrt(v / (1 - beta_2**step)) + epsilon), m, v


@mistake("The step used the old moments. Bring both up to date with this gradient first.")
def old_moments(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    m_hat, v_hat = first / (1 - beta_1**step), second / (1 - beta_2**step)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@mistake("The correction is 1 - beta * step. It is a power: 1 - beta^step, in Python `1 - beta**step`.")
def product_for_power(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    with np.errstate(all="ignore"):
        m_hat, v_hat = np.divide(m, 1 - beta_1 * step), np.divide(v, 1 - beta_2 * step)
        return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@mistake(UPHILL)
def uphill(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w + learning_rate * m / (1 - beta_1**step) / (np.sqrt(v / (1 - beta_2**step)) + epsilon), m, v


@mistake(EPSILON_FIXED)
def epsilon_fixed(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    return right(w, first, second, gradient, step, learning_rate, beta_1, beta_2)


@mistake("The betas are always 0.9 and 0.999 here. Use the arguments.")
def betas_fixed(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    return right(w, first, second, gradient, step, learning_rate, epsilon=epsilon)


@mistake(WEIGHTS_ALONE)
def weights_alone(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    return right(w, first, second, gradient, step, learning_rate, beta_1, beta_2, epsilon)[0]


@mistake(IN_PLACE)
def in_place(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    w[...], first[...], second[...] = right(w, first, second, gradient, step, learning_rate, beta_1, beta_2, epsilon)
    return w, first, second


def right(w, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m, v = moments(first, second, gradient, beta_1, beta_2)
    return w - learning_rate * m / (1 - beta_1**step) / (np.sqrt(v / (1 - beta_2**step)) + epsilon), m, v


def four_lines(weights, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    """Both moments, both corrections, one step: the paper's lines in its order."""
    first = beta_1 * first + (1 - beta_1) * gradient
    second = beta_2 * second + (1 - beta_2) * gradient**2
    first_hat, second_hat = first / (1 - beta_1**step), second / (1 - beta_2**step)
    return weights - learning_rate * first_hat / (np.sqrt(second_hat) + epsilon), first, second


def in_the_rate(weights, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    """The corrections can go into the rate, if epsilon is made smaller by the same root."""
    root = (1 - beta_2**step) ** 0.5
    m = first + (1 - beta_1) * (gradient - first)
    v = second + (1 - beta_2) * (np.square(gradient) - second)
    return weights - learning_rate * root / (1 - beta_1**step) * m / (np.sqrt(v) + root * epsilon), m, v


def one_by_one(weights, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    results = [np.empty(weights.shape) for _ in range(3)]
    for place in np.ndindex(weights.shape):
        m = beta_1 * first[place] + (1 - beta_1) * gradient[place]
        v = beta_2 * second[place] + (1 - beta_2) * gradient[place] ** 2
        change = learning_rate * (m / (1 - beta_1**step)) / (math.sqrt(v / (1 - beta_2**step)) + epsilon)
        for result, number in zip(results, (weights[place] - change, m, v), strict=True):
            result[place] = number
    return results


def on_copies(weights, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    first, second = first * beta_1, second * beta_2
    first = first + gradient * (1 - beta_1)
    second = second + gradient * gradient * (1 - beta_2)
    denominator = np.sqrt(second / (1 - pow(beta_2, step))) + epsilon
    return np.subtract(weights, learning_rate * first / (1 - pow(beta_1, step)) / denominator), first, second


def single(weights, first, second, gradient, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    results = right(weights, first, second, gradient, step, learning_rate, beta_1, beta_2, epsilon)
    return tuple(np.asarray(result, dtype=np.float32) for result in results)


ADAM_STEP = Exercise(
    name="adam_step",
    lecture=LECTURE,
    section="4. Both at once: Adam",
    minutes=9,
    difficulty=3,
    parts=(Part("values", 3, values), Part("other settings", 1, other_settings), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        uncorrected,
        first_corrected,
        second_corrected,
        one_beta_for_both,
        one_step_late,
        corrected_returned,
        epsilon_inside,
        as_keras,
        without_root,
        along_the_gradient,
        betas_exchanged,
        not_squared,
        old_moments,
        product_for_power,
        uphill,
        epsilon_fixed,
        betas_fixed,
        weights_alone,
        in_place,
    ),
    spellings=(four_lines, in_the_rate, one_by_one, on_copies, single),
    hints=(
        "Bring both moments up to date first: a running mean of the gradients, and one of their squares.",
        "For the step, divide the first moment by 1 - beta_1^step and the second by 1 - beta_2^step.",
        "Return the moments as they were before the division; only the step uses the corrected ones.",
    ),
    equivalent_mutants={
        "signature: `1e-08` → `2e-08`": TINY_DEFAULT,
        "signature: `1e-08` → `-1e-08`": TINY_DEFAULT,
    },
)
