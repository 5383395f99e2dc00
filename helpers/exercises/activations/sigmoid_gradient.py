"""`sigmoid_gradient`: the slope of the sigmoid. The oracle adds the logarithms of its two factors."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.exercises.activations.common import (
    ARRAYS_ANYWAY,
    FLOATS_ANYWAY,
    LECTURE,
    NOT_IN_PLACE,
    far_out,
    nested,
    shapes,
    values,
)
from helpers.judging.exercise import Exercise, Part, mistake


def sigmoid_gradient_oracle(x):
    x = np.asarray(x, dtype=float)
    return np.exp(special.log_expit(x) + special.log_expit(-x))


@mistake(
    "You treat x as the sigmoid's *output*. Here it is the input: compute s = sigmoid(x) first, then use s where you "
    "used x."
)
def gradient_from_the_output(x):
    x = np.asarray(x, dtype=float)
    return x * (1 - x)


@mistake("This is the sigmoid itself. Its slope is wanted: largest at 0, fading on both sides.")
def sigmoid_for_its_gradient(x):
    return special.expit(np.asarray(x, dtype=float))


@mistake("The sign is turned: the sigmoid rises everywhere, so its slope is positive.")
def gradient_with_the_wrong_sign(x):
    s = special.expit(np.asarray(x, dtype=float))
    return s * (s - 1)


@mistake("The rule 1 - s² belongs to tanh. For the sigmoid it is s (1 - s).")
def gradient_of_tanh_rule(x):
    return 1 - special.expit(np.asarray(x, dtype=float)) ** 2


@mistake("This is the slope of tanh, which is 1 at 0. That of the sigmoid is 0.25 there.")
def gradient_of_tanh(x):
    return 1 - np.tanh(np.asarray(x, dtype=float)) ** 2


@mistake(
    "Far on the left this is infinity over infinity, which is not a number. The slope is symmetric, so use "
    "`np.exp(-np.abs(x))`."
)
def gradient_by_the_book(x):
    power = np.exp(-np.asarray(x, dtype=float))
    return power / (1 + power) ** 2


@mistake("The square in the denominator is missing.")
def gradient_without_the_square(x):
    power = np.exp(-np.abs(np.asarray(x, dtype=float)))
    return power / (1 + power)


@mistake("The sigmoid was applied twice. Compute s once, then s (1 - s).")
def gradient_of_a_double_sigmoid(x):
    s = special.expit(special.expit(np.asarray(x, dtype=float)))
    return s * (1 - s)


@mistake(NOT_IN_PLACE)
def gradient_in_place(x):
    s = np.asarray(x, dtype=float)
    s[...] = special.expit(s)
    return s * (1 - s)


def gradient_by_output_times_rest(x):
    s = 1 / (1 + np.exp(-np.asarray(x, dtype=float)))
    return s * (1 - s)


def gradient_by_scipy(x):
    x = np.asarray(x, dtype=float)
    return special.expit(x) * special.expit(-x)


def gradient_by_cosh(x):
    return 1 / (4 * np.cosh(np.asarray(x, dtype=float) / 2) ** 2)


def gradient_by_tanh(x):
    return (1 - np.tanh(np.multiply(x, 0.5)) ** 2) / 4


def gradient_by_differences(x):
    step = 1e-5
    x = np.asarray(x, dtype=float)
    return (special.expit(x + step) - special.expit(x - step)) / (2 * step)


def gradient_as_lists(x):
    def one(v):
        power = math.exp(-abs(v))
        return power / (1 + power) ** 2

    return nested(one, x)


def gradient_in_single_precision(x):
    power = np.exp(-np.abs(np.asarray(x, dtype=np.float32)))
    return power / (1 + power) ** 2


def gradient_with_a_work_array(x):
    s = np.array(x, dtype=float)
    special.expit(s, out=s)
    s -= s * s
    return s


SIGMOID_GRADIENT = Exercise(
    name="sigmoid_gradient",
    lecture=LECTURE,
    section='A trap: the formula that answers "not a number"',
    minutes=4,
    difficulty=1,
    parts=(Part("values", 1, values), Part("shapes", 1, shapes), Part("edge cases", 1, far_out)),
    oracle=sigmoid_gradient_oracle,
    mistakes=(
        gradient_from_the_output,
        sigmoid_for_its_gradient,
        gradient_with_the_wrong_sign,
        gradient_of_tanh_rule,
        gradient_of_tanh,
        gradient_by_the_book,
        gradient_without_the_square,
        gradient_of_a_double_sigmoid,
        gradient_in_place,
    ),
    spellings=(
        gradient_by_output_times_rest,
        gradient_by_scipy,
        gradient_by_cosh,
        gradient_by_tanh,
        gradient_by_differences,
        gradient_as_lists,
        gradient_in_single_precision,
        gradient_with_a_work_array,
    ),
    hints=(
        "The slope is the same at x and at -x. So you are free to choose the sign with which nothing overflows.",
        "With p = exp(-|x|), the formula of the book needs p twice and nothing else that depends on x.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(x, dtype=float)` → `x`": ARRAYS_ANYWAY,
    },
)
