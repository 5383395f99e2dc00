"""`elu`. The oracle goes from number to number with `math.expm1`."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.exercises.activations.common import (
    FLOATS_ANYWAY,
    LECTURE,
    NOT_IN_PLACE,
    SAME_AT_ZERO,
    each,
    edge_cases,
    nested,
    numerical_range,
    shapes,
    values,
)
from helpers.judging.exercise import Exercise, Part, call, mistake


def elu_oracle(x, alpha=1.0):
    return each(lambda v: v if v > 0 else alpha * math.expm1(v), x)


def elu_values(rng):
    return [
        *values(rng),
        call(np.array([-1.0, 1.0]), 2.0),
        call(np.array([-2.0, 2.0]), alpha=0.5),
        call(rng.normal(0, 2, 12), alpha=1.6732632423543772),
    ]


def elu_range(rng):
    return [*numerical_range(rng), call(np.array([-1000.0, 1000.0]), alpha=2.0)]


@mistake(
    "For large x, `np.exp(x)` is too large for a float: `np.where` computes both sides before it chooses. "
    "Give the exponential `np.minimum(x, 0)`."
)
def elu_overflows(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


@mistake("`alpha` makes no difference here. Multiply exp(x) - 1 by it.")
def elu_ignores_alpha(x, alpha=1.0):
    return elu_oracle(x)


@mistake("The positive side was multiplied by `alpha` too. There, x passes unchanged.")
def elu_scales_both_sides(x, alpha=1.0):
    return alpha * elu_oracle(x)


@mistake("The left side should come up to 0 at x = 0, and yours comes up to `alpha`: the - 1 is missing.")
def elu_without_minus_one(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)))


@mistake("`alpha * exp(x) - 1` takes 1 off after the multiplication. Parentheses: `alpha * (exp(x) - 1)`.")
def elu_without_parentheses(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)) - 1)


@mistake("`alpha` stands inside the exponential. It belongs in front: it is the depth to which the function falls.")
def elu_with_alpha_inside(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, np.expm1(alpha * np.minimum(x, 0)))


@mistake("This is CELU, which divides x by `alpha` in the exponential. ELU does not.")
def celu_for_elu(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


@mistake("This is SELU, which multiplies the whole by 1.05 and has its own alpha. ELU has neither.")
def selu_for_elu(x, alpha=1.0):
    return 1.0507009873554805 * elu_oracle(x, 1.6732632423543772)


@mistake("This is leaky ReLU, a straight line on the left. ELU bends there: alpha (exp(x) - 1).")
def leaky_relu_for_elu(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * x)


@mistake(
    "On the right, exp(x) - 1 lies *above* x, so the larger of the two is the wrong one. The trick with `np.maximum` "
    "works for leaky ReLU only; choose by the sign of x."
)
def elu_by_maximum_of_both(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    with np.errstate(over="ignore"):
        return np.maximum(x, alpha * np.expm1(x))


@mistake(
    "An `if` asks one question about the whole array, and Python cannot answer for all of its numbers at once. "
    "`np.where(x > 0, ..., ...)` asks it for each."
)
def elu_with_if(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return x if x > 0 else alpha * np.expm1(x)


@mistake(
    "The result was written into an array of integers, which cuts it to whole numbers. "
    "`np.array(x, dtype=float)` makes a copy that holds any number."
)
def elu_in_integers(x, alpha=1.0):
    out = np.array(x)
    return elu_oracle(out, alpha).astype(out.dtype)


@mistake(NOT_IN_PLACE)
def elu_in_place(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    left = x < 0
    x[left] = alpha * np.expm1(x[left])
    return x


def elu_by_where(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x < 0, alpha * (np.exp(np.minimum(x, 0)) - 1), x)


def elu_by_two_halves(x, alpha=1.0):
    return np.maximum(x, 0.0) + alpha * np.expm1(np.minimum(x, 0.0))


def elu_on_a_copy(x, alpha=1.0):
    out = np.array(x, dtype=float)
    left = out < 0
    out[left] = alpha * special.expm1(out[left])
    return out


def elu_without_warnings(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    with np.errstate(over="ignore"):
        return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def elu_where_it_is_needed(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    out = x.copy()
    np.expm1(x, out=out, where=x < 0)
    return np.where(x < 0, alpha * out, out)


def elu_as_lists(x, alpha=1.0):
    return nested(lambda v: v if v > 0 else alpha * (math.exp(v) - 1), x)


def elu_in_single_precision(x, alpha=1.0):
    x = np.asarray(x, dtype=np.float32)
    return np.where(x > 0, x, np.float32(alpha) * np.expm1(np.minimum(x, 0)))


ELU = Exercise(
    name="elu",
    lecture=LECTURE,
    section="6. Softer corners",
    minutes=6,
    difficulty=2,
    parts=(
        Part("values", 1, elu_values),
        Part("shapes", 1, shapes),
        Part("edge cases", 1, edge_cases),
        Part("numerical range", 2, elu_range, no_overflow=True),
    ),
    oracle=elu_oracle,
    mistakes=(
        elu_overflows,
        elu_ignores_alpha,
        elu_scales_both_sides,
        elu_without_minus_one,
        elu_without_parentheses,
        elu_with_alpha_inside,
        celu_for_elu,
        selu_for_elu,
        leaky_relu_for_elu,
        elu_by_maximum_of_both,
        elu_with_if,
        elu_in_integers,
        elu_in_place,
    ),
    spellings=(
        elu_by_where,
        elu_by_two_halves,
        elu_on_a_copy,
        elu_without_warnings,
        elu_where_it_is_needed,
        elu_as_lists,
        elu_in_single_precision,
    ),
    hints=(
        "Two cases by the sign of x, as in leaky ReLU. Only the left one is curved.",
        "`np.where` computes both sides for all x. Which x must the exponential never see?",
        "`np.minimum(x, 0)` is x on the left and 0 on the right, and the exponential of 0 harms nobody. "
        "`np.expm1(z)` is exp(z) - 1 with more digits near 0.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 2: `x > 0` → `x >= 0`": SAME_AT_ZERO,
        "line 2: `np.minimum(x, 0)` → `np.minimum(0, x)`": "The smaller of two numbers does not depend on their order.",
        "line 2: `0` → `1`": "Where the exponential is used, x is below 0, and below 1 too; exp(1) overflows nothing.",
    },
)
