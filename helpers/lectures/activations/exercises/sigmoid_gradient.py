"""`sigmoid_gradient`: the derivative of the sigmoid. The oracle adds the logarithms of its two factors."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.judging.exercise import Exercise, Part, mistake

from .common import (
    IN_INTEGERS,
    LECTURE,
    NOT_IN_PLACE,
    OVER_ONE_AXIS,
    WITH_IF,
    far_out,
    in_rows,
    nested,
    shapes,
    values,
)


def sigmoid_gradient_oracle(x):
    x = np.asarray(x, dtype=float)
    return np.exp(special.log_expit(x) + special.log_expit(-x))


@mistake(
    "This is x (1 - x), which treats x as the sigmoid's *output*. Here x is the input: compute s = sigmoid(x) first, "
    "then s (1 - s)."
)
def gradient_from_the_output(x):
    return x * (1 - x)


@mistake("This is the sigmoid itself. Its derivative is asked for: 0.25 at 0, and close to 0 on both sides.")
def sigmoid_for_its_gradient(x):
    return special.expit(x)


@mistake("The sign is wrong: the sigmoid rises everywhere, so its derivative is positive.")
def gradient_with_the_wrong_sign(x):
    return -special.expit(x) * special.expit(-x)


@mistake("The rule 1 - s² belongs to tanh. For the sigmoid it is s (1 - s).")
def gradient_of_tanh_rule(x):
    return 1 - special.expit(x) ** 2


@mistake("This is the derivative of tanh, which is 1 at 0. That of the sigmoid is 0.25 there.")
def gradient_of_tanh(x):
    return 1 - np.tanh(x) ** 2


@mistake(
    "Far on the left this is infinity over infinity, which is not a number. The derivative is the same at x and at -x, "
    "so use `np.exp(-np.abs(x))`."
)
def gradient_by_the_book(x):
    power = np.exp(-x)
    return power / (1 + power) ** 2


@mistake(
    "Far on the right this is infinity over infinity, which is not a number. The derivative is the same at x and at "
    "-x, so use `np.exp(-np.abs(x))`."
)
def gradient_by_the_mirrored_book(x):
    power = np.exp(x)
    return power / (1 + power) ** 2


@mistake("The square in the denominator is missing.")
def gradient_without_the_square(x):
    power = np.exp(-np.abs(x))
    return power / (1 + power)


@mistake("The sigmoid was applied twice. Compute s once, then s (1 - s).")
def gradient_of_a_double_sigmoid(x):
    s = special.expit(special.expit(x))
    return s * (1 - s)


@mistake("The square in the denominator belongs to the whole of it: (1 + e)², not 1 + e².")
def gradient_with_a_square_inside(x):
    power = np.exp(-np.abs(x))
    return power / (1 + power**2)


@mistake(
    "This is a derivative by a finite difference with a step that is too large to be exact. The formula needs no step: "
    "s (1 - s)."
)
def gradient_by_one_sided_difference(x):
    return (special.expit(x + 1e-3) - special.expit(x)) / 1e-3


@mistake(
    "`np.gradient` takes differences between *neighbors in the array*. The derivative at a number depends on that "
    "number only: s (1 - s)."
)
def gradient_between_neighbors(x):
    return np.gradient(special.expit(x))


@mistake("`math.exp` takes one number at a time. `np.exp` takes whole arrays.")
def gradient_of_one_number(x):
    power = math.exp(-abs(x))
    return power / (1 + power) ** 2


@mistake(OVER_ONE_AXIS)
def gradient_in_a_loop(x):
    return np.array([_of_one_number(v) for v in x])


@mistake(WITH_IF)
def gradient_with_if(x):
    s = 1 / (1 + np.exp(-x)) if x >= 0 else np.exp(x) / (1 + np.exp(x))
    return s * (1 - s)


@mistake(IN_INTEGERS)
def gradient_in_integers(x):
    return sigmoid_gradient_oracle(x).astype(x.dtype)


@mistake(NOT_IN_PLACE)
def gradient_in_place(x):
    x[...] = special.expit(x)
    return x * (1 - x)


@mistake("This is s (1 + s). The derivative is s (1 - s).")
def gradient_with_plus(x):
    s = special.expit(x)
    return s * (1 + s)


def gradient_by_output_times_rest(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


def gradient_by_scipy(x):
    """The rest 1 - s is the sigmoid of -x, which keeps its digits where s is nearly 1."""
    return special.expit(x) * special.expit(-x)


def gradient_by_cosh(x):
    return 1 / (4 * np.cosh(x / 2) ** 2)


def gradient_by_tanh(x):
    """The sigmoid is a stretched tanh, so its derivative is a quarter of that of tanh, 1 - tanh², at x / 2."""
    return (1 - np.tanh(x / 2) ** 2) / 4


def gradient_by_differences(x):
    step = 1e-5
    x = np.asarray(x, dtype=float)
    return (special.expit(x + step) - special.expit(x - step)) / (2 * step)


def _of_one_number(v):
    power = math.exp(-abs(v))
    return power / (1 + power) ** 2


def gradient_as_lists(x):
    return nested(_of_one_number, x)


def gradient_as_tuple(x):
    return in_rows(_of_one_number, x)


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
    section="A trap: overflow",
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
        gradient_by_the_mirrored_book,
        gradient_without_the_square,
        gradient_with_a_square_inside,
        gradient_of_a_double_sigmoid,
        gradient_by_one_sided_difference,
        gradient_between_neighbors,
        gradient_of_one_number,
        gradient_in_a_loop,
        gradient_with_if,
        gradient_in_integers,
        gradient_in_place,
        gradient_with_plus,
    ),
    spellings=(
        gradient_by_output_times_rest,
        gradient_by_scipy,
        gradient_by_cosh,
        gradient_by_tanh,
        gradient_by_differences,
        gradient_as_lists,
        gradient_as_tuple,
        gradient_in_single_precision,
        gradient_with_a_work_array,
    ),
    hints=(
        "The derivative is the same at x and at -x. So you are free to choose the sign with which nothing overflows.",
        "With p = exp(-|x|), the formula of the book needs p twice and nothing else that depends on x.",
    ),
)
