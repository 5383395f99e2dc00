"""`sigmoid`, without an overflow. The oracle is SciPy's `expit`."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.judging.exercise import Exercise, Part, Tolerance, mistake

from .common import (
    IN_INTEGERS,
    LECTURE,
    NOT_IN_PLACE,
    OVER_ONE_AXIS,
    SAME_AT_ZERO,
    WITH_IF,
    edge_cases,
    in_rows,
    nested,
    numerical_range,
    shapes,
    values,
)


def sigmoid_oracle(x):
    return special.expit(np.asarray(x, dtype=float))


@mistake(
    "For very negative x, `np.exp(-x)` is too large for a float. Use only exponentials of numbers that are not "
    "positive, such as `np.exp(-np.abs(x))`."
)
def sigmoid_overflows(x):
    return 1 / (1 + np.exp(-x))


@mistake(
    "The values are right, but exponentials overflow on both sides: `np.where` computes both formulas for every x "
    "before it chooses. Give both `np.exp(-np.abs(x))`, which never overflows."
)
def sigmoid_where_computes_both(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


@mistake(
    "For large x, exp(x) / (1 + exp(x)) is infinity over infinity, which is not a number. There, divide numerator and "
    "denominator by exp(x)."
)
def sigmoid_infinity_over_infinity(x):
    power = np.exp(x)
    return power / (1 + power)


@mistake("This is the sigmoid of -x: it falls where it should rise. Check the sign in the exponent.")
def sigmoid_mirrored(x):
    return special.expit(-x)


@mistake("Without parentheses, `1 / 1 + e` is `1 + e`. Put the whole denominator in parentheses.")
def sigmoid_without_parentheses(x):
    return 1 / 1 + np.exp(-x)


@mistake("This is tanh. It runs from -1 to 1; the sigmoid runs from 0 to 1 and is 0.5 at 0.")
def tanh_for_sigmoid(x):
    return np.tanh(x)


@mistake("This is sigmoid(2 x). In (1 + tanh(x / 2)) / 2, the x inside is halved as well.")
def sigmoid_twice_as_steep(x):
    return 0.5 * (1 + np.tanh(x))


@mistake("This is the hard sigmoid, three straight lines. The sigmoid is smooth and never quite reaches 0 or 1.")
def hard_sigmoid(x):
    return np.clip(x / 6 + 0.5, 0, 1)


@mistake("This is the derivative of the sigmoid, s (1 - s). The sigmoid s itself is asked for.")
def gradient_for_sigmoid(x):
    return special.expit(x) * special.expit(-x)


@mistake("This is softmax: all numbers share one sum. The sigmoid of a number does not depend on the others.")
def softmax_for_sigmoid(x):
    return special.softmax(x)


CLIPPED = (
    "Far on the left the result stays the same, although the sigmoid goes on falling toward 0: something is clipped. "
    "Leave the ends as they are; with `np.exp(-np.abs(x))` nothing overflows."
)


@mistake(CLIPPED)
def sigmoid_of_x_clipped_at_20(x):
    return 1 / (1 + np.exp(-np.clip(x, -20, 20)))


@mistake(CLIPPED)
def sigmoid_of_x_clipped_at_30(x):
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


@mistake(
    "The result was clipped: it stays away from 0 and 1. That belongs into a loss that takes a logarithm; the sigmoid "
    "itself comes as close to 0 and 1 as floats can."
)
def sigmoid_with_clipped_result(x):
    return np.clip(special.expit(x), 1e-7, 1 - 1e-7)


@mistake("`math.exp` takes one number at a time. `np.exp` takes whole arrays.")
def sigmoid_of_one_number(x):
    return 1 / (1 + math.exp(-x))


@mistake(OVER_ONE_AXIS)
def sigmoid_in_a_loop(x):
    return np.array([1 / (1 + math.exp(-v)) for v in x])


@mistake(OVER_ONE_AXIS)
def sigmoid_by_cases_in_a_loop(x):
    return np.array([_of_one_number(v) for v in x])


@mistake(WITH_IF)
def sigmoid_with_if(x):
    if x >= 0:
        return 1 / (1 + np.exp(-x))
    return np.exp(x) / (1 + np.exp(x))


@mistake(IN_INTEGERS)
def sigmoid_in_integers(x):
    return special.expit(x).astype(x.dtype)


@mistake(NOT_IN_PLACE)
def sigmoid_in_place(x):
    x[...] = special.expit(x)
    return x


@mistake("The denominator is 1 - exp(-x), and is 0 at x = 0. It should be 1 *plus* exp(-x).")
def sigmoid_with_minus(x):
    with np.errstate(all="ignore"):
        return 1 / (1 - np.exp(-x))


def sigmoid_by_scipy(x):
    """SciPy has the function under the name `expit`; in a program of your own, take that."""
    return special.expit(x)


def sigmoid_by_tanh(x):
    """The sigmoid is a tanh, stretched and shifted, and `np.tanh` never overflows."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def sigmoid_by_masks(x):
    out = np.empty(x.shape)
    left = x < 0
    out[~left] = 1 / (1 + np.exp(-x[~left]))
    power = np.exp(x[left])
    out[left] = power / (1 + power)
    return out


def sigmoid_by_clipping(x):
    return 1 / (1 + np.exp(-np.clip(x, -500.0, 500.0)))


def sigmoid_without_warnings(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def sigmoid_by_logaddexp(x):
    return np.exp(-np.logaddexp(0.0, -x))


def _of_one_number(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def sigmoid_as_lists(x):
    return nested(_of_one_number, x)


def sigmoid_as_tuple(x):
    return in_rows(_of_one_number, x)


def sigmoid_in_single_precision(x):
    power = np.exp(-np.abs(np.asarray(x, dtype=np.float32)))
    return np.where(x >= 0, np.float32(1), power) / (1 + power)


def sigmoid_with_a_work_array(x):
    work = np.array(x, dtype=float)
    work *= 0.5
    np.tanh(work, out=work)
    work += 1
    work /= 2
    return work


SIGMOID = Exercise(
    name="sigmoid",
    lecture=LECTURE,
    section="A trap: overflow",
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 1, values),
        Part("shapes", 1, shapes),
        Part("edge cases", 1, edge_cases),
        Part("numerical range", 2, numerical_range, no_overflow=True),
    ),
    oracle=sigmoid_oracle,
    # Rounding beside 1 is allowed, as in (1 + tanh) / 2; a clipped argument, which the tail shows, is not.
    tolerance=Tolerance(absolute=1e-14),
    mistakes=(
        sigmoid_overflows,
        sigmoid_where_computes_both,
        sigmoid_infinity_over_infinity,
        sigmoid_mirrored,
        sigmoid_without_parentheses,
        tanh_for_sigmoid,
        sigmoid_twice_as_steep,
        hard_sigmoid,
        gradient_for_sigmoid,
        softmax_for_sigmoid,
        sigmoid_of_x_clipped_at_20,
        sigmoid_of_x_clipped_at_30,
        sigmoid_with_clipped_result,
        sigmoid_of_one_number,
        sigmoid_in_a_loop,
        sigmoid_by_cases_in_a_loop,
        sigmoid_with_if,
        sigmoid_in_integers,
        sigmoid_in_place,
        sigmoid_with_minus,
    ),
    spellings=(
        sigmoid_by_scipy,
        sigmoid_by_tanh,
        sigmoid_by_masks,
        sigmoid_by_clipping,
        sigmoid_without_warnings,
        sigmoid_by_logaddexp,
        sigmoid_as_lists,
        sigmoid_as_tuple,
        sigmoid_in_single_precision,
        sigmoid_with_a_work_array,
    ),
    hints=(
        "Where does 1 / (1 + exp(-x)) get into trouble: at -1000 or at 1000? On the other side it is safe.",
        "Multiply numerator and denominator by exp(x). The new formula has no large exponential where x is negative.",
        "Both formulas share the denominator 1 + exp(-|x|). Only the numerator depends on the sign of x; `np.where` "
        "can choose it.",
    ),
    equivalent_mutants={"line 2: `x >= 0` → `x > 0`": SAME_AT_ZERO},
)
