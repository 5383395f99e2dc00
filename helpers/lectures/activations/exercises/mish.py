"""`mish`. The oracle is a fraction of exponentials that do not overflow."""

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
    each,
    edge_cases,
    in_rows,
    nested,
    numerical_range,
    shapes,
    values,
)


def mish_oracle(x):
    def one(v):
        # tanh(ln u) = (u² - 1) / (u² + 1), with u = 1 + e^v, over e^2v where that is large.
        t = math.exp(-abs(v))
        if v >= 0:
            return v * (1 + 2 * t) / (1 + 2 * t + 2 * t * t)
        return v * t * (t + 2) / (t * (t + 2) + 2)

    return each(one, x)


@mistake(
    "For large x, `np.exp(x)` is too large for a float, even inside a `np.where` that does not use it. "
    "`np.logaddexp(0, x)` is ln(1 + exp(x)) without the large number."
)
def mish_overflows(x):
    return x * np.tanh(np.log(1 + np.exp(x)))


@mistake("This is x softplus(x): the tanh is missing.")
def mish_without_tanh(x):
    return x * np.logaddexp(0, x)


@mistake("This is tanh(softplus(x)): the factor x in front is missing.")
def mish_without_x(x):
    return np.tanh(np.logaddexp(0, x))


@mistake("This is x tanh(exp(x)): between the two stands the logarithm, ln(1 + exp(x)).")
def mish_without_logarithm(x):
    with np.errstate(over="ignore"):
        return x * np.tanh(np.exp(x))


@mistake("This is x ln(1 + exp(tanh(x))): the two are in the wrong order. Softplus comes first, its tanh second.")
def mish_with_swapped_functions(x):
    return x * np.logaddexp(0, np.tanh(x))


@mistake("This is x tanh(x). The tanh takes softplus(x), not x.")
def mish_without_softplus(x):
    return x * np.tanh(x)


@mistake("This is SiLU (Swish), x sigmoid(x): close, but Mish has tanh(softplus(x)) in the place of the sigmoid.")
def silu_for_mish(x):
    return x * special.expit(x)


@mistake("This is x tanh(sigmoid(x)). The tanh takes softplus(x), which is ln(1 + exp(x)).")
def mish_with_sigmoid_for_softplus(x):
    return x * np.tanh(special.expit(x))


@mistake("This is x tanh(max(0, x)). Softplus is a smooth relative of ReLU: ln(1 + exp(x)).")
def mish_with_relu_for_softplus(x):
    return x * np.tanh(np.maximum(x, 0))


@mistake("This is softplus(x) tanh(x). Mish is x times the tanh of softplus(x).")
def mish_with_swapped_factors(x):
    return np.logaddexp(0, x) * np.tanh(x)


@mistake("The sign in the exponent is wrong: ln(1 + exp(-x)) falls where softplus rises.")
def mish_with_mirrored_softplus(x):
    return x * np.tanh(np.logaddexp(0, -x))


@mistake("This logarithm has the base 2. Softplus takes the natural one, `np.log`.")
def mish_with_the_logarithm_to_base_two(x):
    return x * np.tanh(np.logaddexp(0, x) / np.log(2))


@mistake("This is softplus alone. Mish is x times its tanh.")
def softplus_for_mish(x):
    return np.logaddexp(0, x)


@mistake(
    "Far on the left the result should come close to 0, and here it grows with x again: x was clipped inside softplus. "
    "`np.logaddexp(0, x)` needs no clipping."
)
def mish_with_clipped_softplus(x):
    return x * np.tanh(np.logaddexp(0, np.clip(x, -20, 20)))


@mistake("`math.exp` and `math.log` take one number at a time. NumPy's take whole arrays.")
def mish_of_one_number(x):
    return x * math.tanh(math.log1p(math.exp(x)))


@mistake(OVER_ONE_AXIS)
def mish_in_a_loop(x):
    return np.array([v * math.tanh(math.log1p(math.exp(v))) for v in x])


@mistake(IN_INTEGERS)
def mish_in_integers(x):
    return mish_oracle(x).astype(x.dtype)


@mistake(NOT_IN_PLACE)
def mish_in_place(x):
    x *= np.tanh(np.logaddexp(0, x))
    return x


@mistake("Softplus was computed with the logarithm to base 10. It takes the natural one: `np.log`, `np.logaddexp`.")
def mish_with_logarithm_to_base_ten(x):
    return x * np.tanh(np.logaddexp(0, x) / np.log(10))


def mish_by_logaddexp(x):
    return x * np.tanh(np.logaddexp(0, x))


def mish_by_safe_softplus(x):
    """What `np.logaddexp` does, written out: max(0, x) plus a small rest, with an exponential that is at most 1."""
    softplus = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return x * np.tanh(softplus)


def mish_by_log_expit(x):
    return -x * np.tanh(special.log_expit(-x))


def mish_by_a_quotient(x):
    """The tanh of a logarithm is a fraction, so neither is needed; from 30 on the fraction is 1 in floats."""
    power = np.exp(np.minimum(x, 30))
    part = power * (power + 2)
    return x * part / (part + 2)


def mish_by_where(x):
    softplus = np.where(x > 30, x, np.log1p(np.exp(np.minimum(x, 30))))
    return x * np.tanh(softplus)


def _of_one_number(v):
    return v * math.tanh(v if v > 30 else math.log1p(math.exp(v)))


def mish_as_lists(x):
    return nested(_of_one_number, x)


def mish_as_tuple(x):
    return in_rows(_of_one_number, x)


def mish_in_single_precision(x):
    x = np.asarray(x, dtype=np.float32)
    return x * np.tanh(np.logaddexp(np.float32(0), x))


def mish_with_a_work_array(x):
    work = np.logaddexp(0.0, x)
    np.tanh(work, out=work)
    work *= x
    return work


MISH = Exercise(
    name="mish",
    lecture=LECTURE,
    section="7. Smooth relatives of ReLU",
    minutes=5,
    difficulty=2,
    parts=(
        Part("values", 1, values),
        Part("shapes", 1, shapes),
        Part("edge cases", 1, edge_cases),
        Part("numerical range", 2, numerical_range, no_overflow=True),
    ),
    oracle=mish_oracle,
    # Rounding of 1 + exp(x), multiplied by x, is allowed; a clipped argument, which the tail shows, is not.
    tolerance=Tolerance(absolute=1e-12),
    mistakes=(
        mish_overflows,
        mish_without_tanh,
        mish_without_x,
        mish_without_logarithm,
        mish_with_swapped_functions,
        mish_without_softplus,
        silu_for_mish,
        mish_with_sigmoid_for_softplus,
        mish_with_relu_for_softplus,
        mish_with_swapped_factors,
        mish_with_mirrored_softplus,
        mish_with_the_logarithm_to_base_two,
        softplus_for_mish,
        mish_with_clipped_softplus,
        mish_of_one_number,
        mish_in_a_loop,
        mish_in_integers,
        mish_in_place,
        mish_with_logarithm_to_base_ten,
    ),
    spellings=(
        mish_by_logaddexp,
        mish_by_safe_softplus,
        mish_by_log_expit,
        mish_by_a_quotient,
        mish_by_where,
        mish_as_lists,
        mish_as_tuple,
        mish_in_single_precision,
        mish_with_a_work_array,
    ),
    hints=(
        "Work from the inside: softplus first, its tanh next, the product with x last. Only softplus can overflow.",
        "1 is exp(0). So ln(1 + exp(x)) is the logarithm of a sum of two exponentials.",
        "`np.logaddexp(a, b)` is ln(exp(a) + exp(b)), computed without the large numbers. What is a, what is b?",
    ),
    equivalent_mutants={
        "line 1: `np.logaddexp(0, x)` → `np.logaddexp(x, 0)`": "A sum does not depend on the order of its terms.",
    },
)
