"""`leaky_relu`. The oracle writes it as a line plus an absolute value."""

from __future__ import annotations

import numpy as np

from helpers.exercises.activations.common import (
    FLOATS_ANYWAY,
    LECTURE,
    NOT_IN_PLACE,
    SAME_AT_ZERO,
    edge_cases,
    nested,
    shapes,
    values,
)
from helpers.judging.exercise import Exercise, Part, call, mistake


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
            call(np.array([-3.0, 5.0]), alpha=0.0),
            call(np.array([-3.0, 5.0]), alpha=1.0),
            *(
                call(*one.arguments, alpha=float(alpha))
                for one, alpha in zip(rest, rng.uniform(0.05, 0.95, 9), strict=False)
            ),
        ]

    return with_slopes


@mistake("The slope is 0.01 whatever `alpha` says. Multiply by `alpha`.")
def leaky_relu_ignores_alpha(x, alpha=0.01):
    return leaky_relu_oracle(x)


@mistake("This is ReLU: the left side is cut to 0. Leaky ReLU keeps `alpha * x` there.")
def relu_for_leaky_relu(x, alpha=0.01):
    return np.maximum(np.asarray(x, dtype=float), 0)


@mistake("The sides are swapped: the positive numbers were scaled. They pass unchanged, the negative ones are scaled.")
def leaky_relu_on_the_wrong_side(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, alpha * x, x)


@mistake("The left side is the constant `alpha`. It should be `alpha` times x.")
def leaky_relu_with_a_constant(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha)


@mistake("The left side is positive. `alpha * x` is negative there.")
def leaky_relu_folded_up(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, -alpha * x)


@mistake("`alpha * x` was added on the right as well, where x should pass unchanged. Add `alpha * np.minimum(x, 0)`.")
def leaky_relu_leaks_on_both_sides(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.maximum(x, 0) + alpha * x


@mistake("Without an `alpha`, this one has the slope 0.1. Several are in use; here the default is 0.01.")
def leaky_relu_with_another_default(x, alpha=0.1):
    return leaky_relu_oracle(x, alpha)


@mistake(
    "An `if` asks one question about the whole array, and Python cannot answer for all of its numbers at once. "
    "`np.where(x > 0, ..., ...)` asks it for each."
)
def leaky_relu_with_if(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return x if x > 0 else alpha * x


@mistake(
    "The result was written into an array of integers, which cuts it to whole numbers. "
    "`np.array(x, dtype=float)` makes a copy that holds any number."
)
def leaky_relu_in_integers(x, alpha=0.01):
    out = np.array(x)
    return np.where(out > 0, out, alpha * out).astype(out.dtype)


@mistake(NOT_IN_PLACE)
def leaky_relu_in_place(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    x[x < 0] *= alpha
    return x


def leaky_relu_by_where(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.where(x >= 0, x, alpha * x)


def leaky_relu_by_maximum(x, alpha=0.01):
    return np.maximum(np.asarray(x, dtype=float), alpha * np.asarray(x, dtype=float))


def leaky_relu_by_two_relus(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.maximum(x, 0) - alpha * np.maximum(-x, 0)


def leaky_relu_on_a_copy(x, alpha=0.01):
    out = np.array(x, dtype=float)
    out[out < 0] *= alpha
    return out


def leaky_relu_by_slopes(x, alpha=0.01):
    return np.asarray(x, dtype=float) * np.where(np.asarray(x) > 0, 1.0, alpha)


def leaky_relu_as_lists(x, alpha=0.01):
    return nested(lambda v: v if v > 0 else alpha * v, x)


def leaky_relu_in_single_precision(x, alpha=0.01):
    x = np.asarray(x, dtype=np.float32)
    return np.maximum(x, np.float32(alpha) * x)


def leaky_relu_kept_as_it_comes(x, alpha=0.01):
    x = np.asarray(x)
    return np.where(x > 0, x, alpha * x)


LEAKY_RELU = Exercise(
    name="leaky_relu",
    lecture=LECTURE,
    section="How a unit dies",
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
        leaky_relu_with_a_constant,
        leaky_relu_folded_up,
        leaky_relu_leaks_on_both_sides,
        leaky_relu_with_another_default,
        leaky_relu_with_if,
        leaky_relu_in_integers,
        leaky_relu_in_place,
    ),
    spellings=(
        leaky_relu_by_where,
        leaky_relu_by_maximum,
        leaky_relu_by_two_relus,
        leaky_relu_on_a_copy,
        leaky_relu_by_slopes,
        leaky_relu_as_lists,
        leaky_relu_in_single_precision,
        leaky_relu_kept_as_it_comes,
    ),
    hints=(
        "Two cases, chosen for each number by its sign.",
        "`np.where(condition, a, b)` takes from `a` where the condition holds and from `b` elsewhere.",
        "The condition is `x > 0`, and `a` is `x`. What is `b`? Make a float array of x first, it may be a list.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 2: `x > 0` → `x >= 0`": SAME_AT_ZERO,
    },
)
