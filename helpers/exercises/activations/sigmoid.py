"""`sigmoid`, without an overflow. The oracle is SciPy's `expit`."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.exercises.activations.common import (
    FLOATS_ANYWAY,
    LECTURE,
    NOT_IN_PLACE,
    SAME_AT_ZERO,
    edge_cases,
    nested,
    numerical_range,
    shapes,
    values,
)
from helpers.judging.exercise import Exercise, Part, mistake


def sigmoid_oracle(x):
    return special.expit(np.asarray(x, dtype=float))


@mistake(
    "For very negative x, `np.exp(-x)` is too large for a float. Use only exponentials of numbers that are not "
    "positive, such as `np.exp(-np.abs(x))`."
)
def sigmoid_overflows(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


@mistake(
    "Each of the two formulas is right on its side, but `np.where` computes both for every x before it chooses, and "
    "the unused one overflows. Give it `np.exp(-np.abs(x))`, which is safe on both sides."
)
def sigmoid_where_computes_both(x):
    x = np.asarray(x, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


@mistake("This is the sigmoid of -x: it falls where it should rise. The minus in the exponent is missing.")
def sigmoid_mirrored(x):
    return special.expit(-np.asarray(x, dtype=float))


@mistake(
    "For large x this is infinity over infinity, which is not a number. There, divide numerator and denominator by "
    "`np.exp(x)`."
)
def sigmoid_infinity_over_infinity(x):
    power = np.exp(np.asarray(x, dtype=float))
    return power / (1 + power)


@mistake("Without parentheses, `1 / 1 + e` is `1 + e`. Put the whole denominator in parentheses.")
def sigmoid_without_parentheses(x):
    return 1 / 1 + np.exp(-np.asarray(x, dtype=float))


@mistake("This is tanh. It runs from -1 to 1; the sigmoid runs from 0 to 1 and is 0.5 at 0.")
def tanh_for_sigmoid(x):
    return np.tanh(np.asarray(x, dtype=float))


@mistake("This is sigmoid(2 x), twice as steep as it should be. Inside the tanh, x has to be halved as well.")
def sigmoid_twice_as_steep(x):
    return 0.5 * (1 + np.tanh(np.asarray(x, dtype=float)))


@mistake("This is the hard sigmoid, three straight pieces. The sigmoid is smooth and never quite reaches 0 or 1.")
def hard_sigmoid(x):
    return np.clip(np.asarray(x, dtype=float) / 6 + 0.5, 0, 1)


@mistake("`math.exp` takes one number at a time. `np.exp` takes whole arrays.")
def sigmoid_of_one_number(x):
    return 1 / (1 + math.exp(-np.asarray(x, dtype=float)))


@mistake(NOT_IN_PLACE)
def sigmoid_in_place(x):
    x = np.asarray(x, dtype=float)
    x /= 2
    return (np.tanh(x) + 1) / 2


def sigmoid_by_scipy(x):
    return special.expit(np.asarray(x, dtype=float))


def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(np.multiply(x, 0.5)))


def sigmoid_by_masks(x):
    x = np.asarray(x, dtype=float)
    out = np.empty_like(x)
    left = x < 0
    out[~left] = 1 / (1 + np.exp(-x[~left]))
    power = np.exp(x[left])
    out[left] = power / (1 + power)
    return out


def sigmoid_by_clipping(x):
    return 1 / (1 + np.exp(-np.clip(x, -500.0, 500.0)))


def sigmoid_without_warnings(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


def sigmoid_by_logaddexp(x):
    return np.exp(-np.logaddexp(0.0, np.negative(x)))


def sigmoid_as_lists(x):
    def one(v):
        return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))

    return nested(one, x)


def sigmoid_in_single_precision(x):
    power = np.exp(-np.abs(np.asarray(x, dtype=np.float32)))
    return np.where(np.asarray(x) >= 0, np.float32(1), power) / (1 + power)


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
    section='A trap: the formula that answers "not a number"',
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 1, values),
        Part("shapes", 1, shapes),
        Part("edge cases", 1, edge_cases),
        Part("numerical range", 2, numerical_range, no_overflow=True),
    ),
    oracle=sigmoid_oracle,
    mistakes=(
        sigmoid_overflows,
        sigmoid_where_computes_both,
        sigmoid_mirrored,
        sigmoid_infinity_over_infinity,
        sigmoid_without_parentheses,
        tanh_for_sigmoid,
        sigmoid_twice_as_steep,
        hard_sigmoid,
        sigmoid_of_one_number,
        sigmoid_in_place,
    ),
    spellings=(
        sigmoid_by_scipy,
        sigmoid_by_tanh,
        sigmoid_by_masks,
        sigmoid_by_clipping,
        sigmoid_without_warnings,
        sigmoid_by_logaddexp,
        sigmoid_as_lists,
        sigmoid_in_single_precision,
        sigmoid_with_a_work_array,
    ),
    hints=(
        "Where does 1 / (1 + exp(-x)) get into trouble: at -1000 or at 1000? The other side is fine as it stands.",
        "Multiply numerator and denominator by exp(x). What you get has no large exponential where x is negative.",
        "Both forms share the denominator 1 + exp(-|x|). Only the numerator depends on the sign; `np.where` can choose "
        "it.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 3: `x >= 0` → `x > 0`": SAME_AT_ZERO,
    },
)
