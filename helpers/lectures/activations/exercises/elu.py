"""`elu`. The oracle goes from number to number with `math.expm1`."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import (
    IN_INTEGERS,
    LECTURE,
    NOT_IN_PLACE,
    OVER_ONE_AXIS,
    SAME_AT_ZERO,
    WITH_IF,
    each,
    edge_cases,
    in_rows,
    nested,
    numerical_range,
    shapes,
    spread,
    values,
)


def elu_oracle(x, alpha=1.0):
    return each(lambda v: v if v > 0 else alpha * math.expm1(v), x)


def elu_values(rng):
    return [
        *values(rng),
        call(np.array([-1.0, 1.0]), 2.0),
        call(np.array([-2.0, 2.0]), alpha=0.5),
        call(spread(rng, (12,)), alpha=float(rng.uniform(1.2, 1.8))),
    ]


def elu_range(rng):
    return [*numerical_range(rng), call(np.array([-1000.0, 1000.0]), alpha=2.0)]


@mistake(
    "For large x, `np.exp(x)` is too large for a float, also where its value is not used: `np.where`, for example, "
    "computes both sides before it chooses. Give the exponential `np.minimum(x, 0)`."
)
def elu_overflows(x, alpha=1.0):
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


@mistake("`alpha` makes no difference here. Multiply exp(x) - 1 by it.")
def elu_ignores_alpha(x, alpha=1.0):
    return elu_oracle(x)


@mistake("The positive side was multiplied by `alpha` too. There, x passes unchanged.")
def elu_scales_both_sides(x, alpha=1.0):
    return alpha * elu_oracle(x)


@mistake("The left side should come up to 0 at x = 0, and yours comes up to `alpha`: the - 1 is missing.")
def elu_without_minus_one(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)))


@mistake("This is the derivative: 1 on the right, alpha exp(x) on the left. The function itself is asked for.")
def elu_derivative(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0)))


@mistake("`alpha * exp(x) - 1` subtracts 1 after the multiplication. Parentheses: `alpha * (exp(x) - 1)`.")
def elu_without_parentheses(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)) - 1)


@mistake("The left side has the wrong sign: exp(x) - 1 is negative there, 1 - exp(x) is positive.")
def elu_folded_up(x, alpha=1.0):
    return np.where(x > 0, x, -alpha * np.expm1(np.minimum(x, 0)))


@mistake("The exponent has the wrong sign: exp(-x) grows on the left without a bound, exp(x) falls to 0 there.")
def elu_with_a_mirrored_exponential(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(-x))


@mistake("The - 1 stands in the exponent. It is subtracted afterwards: `alpha * (exp(x) - 1)`.")
def elu_with_minus_one_inside(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0) - 1))


@mistake("`alpha` stands inside the exponential. It belongs in front: -alpha is what the function falls to.")
def elu_with_alpha_inside(x, alpha=1.0):
    return np.where(x > 0, x, np.expm1(alpha * np.minimum(x, 0)))


@mistake("This is CELU, which divides x by `alpha` in the exponential. ELU does not.")
def celu_for_elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


@mistake("This is SELU, which multiplies the whole by 1.05 and has its own alpha. ELU has neither.")
def selu_for_elu(x, alpha=1.0):
    return 1.0507009873554805 * elu_oracle(x, 1.6732632423543772)


@mistake("This is leaky ReLU, a straight line on the left. ELU is a curve there: alpha (exp(x) - 1).")
def leaky_relu_for_elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * x)


@mistake(
    "On the right, exp(x) - 1 lies *above* x, so the larger of the two is the wrong one. The trick with `np.maximum` "
    "works for leaky ReLU only; choose by the sign of x."
)
def elu_by_maximum_of_both(x, alpha=1.0):
    with np.errstate(over="ignore"):
        return np.maximum(x, alpha * np.expm1(x))


@mistake("`math.exp` takes one number at a time. `np.exp` takes whole arrays.")
def elu_of_one_number(x, alpha=1.0):
    return np.where(x > 0, x, alpha * (math.exp(x) - 1))


@mistake(OVER_ONE_AXIS)
def elu_in_a_loop(x, alpha=1.0):
    return np.array([_of_one_number(v, alpha) for v in x])


@mistake(WITH_IF)
def elu_with_if(x, alpha=1.0):
    return x if x > 0 else alpha * np.expm1(x)


@mistake(IN_INTEGERS)
def elu_in_integers(x, alpha=1.0):
    return elu_oracle(x, alpha).astype(x.dtype)


@mistake(NOT_IN_PLACE)
def elu_in_place(x, alpha=1.0):
    x[x < 0] = alpha * np.expm1(x[x < 0])
    return x


def elu_by_where(x, alpha=1.0):
    return np.where(x < 0, alpha * (np.exp(np.minimum(x, 0)) - 1), x)


def elu_by_two_halves(x, alpha=1.0):
    """The right half plus the left half: each is 0 where the other one counts, so nothing has to be chosen."""
    return np.maximum(x, 0.0) + alpha * np.expm1(np.minimum(x, 0.0))


def elu_on_a_copy(x, alpha=1.0):
    """Only the negative numbers meet the exponential, which saves time when most are positive."""
    out = np.array(x, dtype=float)
    left = out < 0
    out[left] = alpha * np.expm1(out[left])
    return out


def elu_without_warnings(x, alpha=1.0):
    with np.errstate(over="ignore"):
        return np.where(x > 0, x, alpha * special.expm1(x))


def elu_where_it_is_needed(x, alpha=1.0):
    out = np.array(x, dtype=float)
    np.expm1(out, out=out, where=x < 0)
    return np.where(x < 0, alpha * out, out)


def _of_one_number(v, alpha):
    return v if v > 0 else alpha * (math.exp(v) - 1)


def elu_as_lists(x, alpha=1.0):
    return nested(lambda v: _of_one_number(v, alpha), x)


def elu_as_tuple(x, alpha=1.0):
    return in_rows(lambda v: _of_one_number(v, alpha), x)


def elu_in_single_precision(x, alpha=1.0):
    x = np.asarray(x, dtype=np.float32)
    return np.where(x > 0, x, np.float32(alpha) * np.expm1(np.minimum(x, 0)))


ELU = Exercise(
    name="elu",
    lecture=LECTURE,
    section="7. Smooth relatives of ReLU",
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
        elu_derivative,
        elu_without_parentheses,
        elu_folded_up,
        elu_with_a_mirrored_exponential,
        elu_with_minus_one_inside,
        elu_with_alpha_inside,
        celu_for_elu,
        selu_for_elu,
        leaky_relu_for_elu,
        elu_by_maximum_of_both,
        elu_of_one_number,
        elu_in_a_loop,
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
        elu_as_tuple,
        elu_in_single_precision,
    ),
    hints=(
        "Two cases by the sign of x, as in leaky ReLU. Only the left one is a curve.",
        "`np.where` computes both sides for all x. Which x must the exponential never get?",
        "`np.minimum(x, 0)` is x on the left and 0 on the right, and the exponential of 0 is 1. `np.expm1(z)` is "
        "exp(z) - 1 with more digits near 0.",
    ),
    equivalent_mutants={
        "line 1: `x > 0` → `x >= 0`": SAME_AT_ZERO,
        "line 1: `np.minimum(x, 0)` → `np.minimum(0, x)`": "The smaller of two numbers does not depend on their order.",
        "line 1: `0` → `1`": "Where the exponential is used, x is below 0, and below 1 too; exp(1) overflows nothing.",
    },
    choices=by_default("alpha=1.0", "0.5", "1.5", "3.0"),
)
