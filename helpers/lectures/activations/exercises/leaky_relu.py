"""`leaky_relu`. The oracle writes it as a line plus an absolute value."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

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
    shapes,
    values,
)


def leaky_relu_oracle(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return (1 + alpha) / 2 * x + (1 - alpha) / 2 * np.abs(x)


def slopes(cases):
    """The same inputs with slopes other than the default, by position and by keyword."""

    def with_slopes(rng):
        first, *rest = cases(rng)
        return [
            first,
            call(np.array([-4.0, 4.0]), 0.25),
            call(np.array([-0.1, 0.1]), 0.25),
            call(np.array([-3.0, 5.0]), alpha=0.0),
            call(np.array([-3.0, 5.0]), alpha=1.0),
            *(
                call(*one.arguments, alpha=float(alpha))
                for one, alpha in zip(rest, rng.uniform(0.05, 0.95, len(rest)), strict=True)
            ),
        ]

    return with_slopes


@mistake("The left side is 0.01 x whatever `alpha` says. Multiply by `alpha`.")
def leaky_relu_ignores_alpha(x, alpha=0.01):
    return leaky_relu_oracle(x)


@mistake("This is ReLU: the left side is cut to 0. Leaky ReLU keeps `alpha * x` there.")
def relu_for_leaky_relu(x, alpha=0.01):
    return np.maximum(x, 0.0)


@mistake("The sides are swapped: the positive numbers were scaled. They pass unchanged, the negative ones are scaled.")
def leaky_relu_on_the_wrong_side(x, alpha=0.01):
    return np.where(x > 0, alpha * x, x)


@mistake("Both sides were multiplied by `alpha`. Positive numbers pass unchanged.")
def leaky_relu_scales_both_sides(x, alpha=0.01):
    return alpha * x


@mistake("The left side is the constant `alpha`. It should be `alpha` times x.")
def leaky_relu_with_a_constant(x, alpha=0.01):
    return np.where(x > 0, x, alpha)


@mistake("This is the larger of x and `alpha`. The second line is `alpha * x`.")
def leaky_relu_by_maximum_with_alpha(x, alpha=0.01):
    return np.maximum(x, alpha)


@mistake("The two cases meet at 0, not at `alpha`: compare x with 0.")
def leaky_relu_with_a_corner_at_alpha(x, alpha=0.01):
    return np.where(x > alpha, x, alpha * x)


@mistake("The left side is positive. `alpha * x` is negative there.")
def leaky_relu_folded_up(x, alpha=0.01):
    return np.where(x > 0, x, -alpha * x)


@mistake("`alpha * x` was added on the right as well, where x should pass unchanged. Add `alpha * np.minimum(x, 0)`.")
def leaky_relu_leaks_on_both_sides(x, alpha=0.01):
    return np.maximum(x, 0) + alpha * x


@mistake("On the left x was divided by `alpha`. Multiply.")
def leaky_relu_divides(x, alpha=0.01):
    return np.where(x > 0, x, x / alpha)


@mistake("This is the derivative: 1 on the right, `alpha` on the left. The function itself is asked for.")
def leaky_relu_derivative(x, alpha=0.01):
    return np.where(x > 0, 1.0, alpha)


@mistake("Without an `alpha`, this one has the slope 0.1. Several are in use; here the default is 0.01.")
def leaky_relu_with_another_default(x, alpha=0.1):
    return leaky_relu_oracle(x, alpha)


@mistake(OVER_ONE_AXIS)
def leaky_relu_in_a_loop(x, alpha=0.01):
    return np.array([float(v) if v > 0 else alpha * v for v in x])


@mistake(WITH_IF)
def leaky_relu_with_if(x, alpha=0.01):
    return x if x > 0 else alpha * x


@mistake(IN_INTEGERS)
def leaky_relu_in_integers(x, alpha=0.01):
    return leaky_relu_oracle(x, alpha).astype(x.dtype)


@mistake(
    "A copy of an array of integers holds integers, and a product with `alpha` does not fit into it. "
    "`np.array(x, dtype=float)` makes a copy of floats."
)
def leaky_relu_on_an_integer_copy(x, alpha=0.01):
    out = x.copy()
    out[out < 0] *= alpha
    return out


@mistake(NOT_IN_PLACE)
def leaky_relu_in_place(x, alpha=0.01):
    x[x < 0] *= alpha
    return x


def leaky_relu_by_where(x, alpha=0.01):
    return np.where(x >= 0, x, alpha * x)


def leaky_relu_by_maximum(x, alpha=0.01):
    """As long as `alpha` is at most 1, the right one of the two lines is always the larger one."""
    return np.maximum(x, alpha * x)


def leaky_relu_by_two_relus(x, alpha=0.01):
    return np.maximum(x, 0) - alpha * np.maximum(-x, 0)


def leaky_relu_on_a_copy(x, alpha=0.01):
    """A copy in which only the negative numbers are changed; this also works when a side is costly to compute."""
    out = np.array(x, dtype=float)
    out[out < 0] *= alpha
    return out


def leaky_relu_by_slopes(x, alpha=0.01):
    return x * np.where(x > 0, 1.0, alpha)


def leaky_relu_as_lists(x, alpha=0.01):
    return nested(lambda v: v if v > 0 else alpha * v, x)


def leaky_relu_as_tuple(x, alpha=0.01):
    return in_rows(lambda v: max(v, alpha * v), x)


def leaky_relu_in_single_precision(x, alpha=0.01):
    x = np.asarray(x, dtype=np.float32)
    return np.maximum(x, np.float32(alpha) * x)


LEAKY_RELU = Exercise(
    name="leaky_relu",
    lecture=LECTURE,
    section="When does a unit die?",
    minutes=3,
    difficulty=1,
    parts=(
        Part("values", 1, slopes(values)),
        Part("shapes", 1, slopes(shapes)),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=leaky_relu_oracle,
    mistakes=(
        leaky_relu_ignores_alpha,
        relu_for_leaky_relu,
        leaky_relu_on_the_wrong_side,
        leaky_relu_scales_both_sides,
        leaky_relu_with_a_constant,
        leaky_relu_by_maximum_with_alpha,
        leaky_relu_with_a_corner_at_alpha,
        leaky_relu_folded_up,
        leaky_relu_leaks_on_both_sides,
        leaky_relu_divides,
        leaky_relu_derivative,
        leaky_relu_with_another_default,
        leaky_relu_in_a_loop,
        leaky_relu_with_if,
        leaky_relu_in_integers,
        leaky_relu_on_an_integer_copy,
        leaky_relu_in_place,
    ),
    spellings=(
        leaky_relu_by_where,
        leaky_relu_by_maximum,
        leaky_relu_by_two_relus,
        leaky_relu_on_a_copy,
        leaky_relu_by_slopes,
        leaky_relu_as_lists,
        leaky_relu_as_tuple,
        leaky_relu_in_single_precision,
    ),
    hints=(
        "Two cases, chosen for each number by its sign.",
        "`np.where(condition, a, b)` takes from `a` where the condition holds and from `b` elsewhere.",
        "The condition is `x > 0`, and `a` is `x`. What is `b`?",
    ),
    equivalent_mutants={"line 1: `x > 0` → `x >= 0`": SAME_AT_ZERO},
    choices=by_default(
        "alpha=0.01",
        *("0.02", "0.05", "0.2"),
        texts={"0.0, 3.0]))": "0.0, 3.0]), 0.01)"},
        code={"side is 0.01 x": "side is {} x", "default is 0.01": "default is {}"},
    ),
)
