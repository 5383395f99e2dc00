"""`gelu`. The oracle goes from number to number with `math.erfc`."""

from __future__ import annotations

import math
import statistics

import numpy as np
import scipy
from scipy import special

from helpers.judging.exercise import Exercise, Part, mistake

from .common import (
    IN_INTEGERS,
    LECTURE,
    NOT_IN_PLACE,
    OVER_ONE_AXIS,
    each,
    far_out,
    in_rows,
    nested,
    shapes,
    values,
)


def gelu_oracle(x):
    return each(lambda v: v * math.erfc(-v / math.sqrt(2)) / 2, x)


@mistake(
    "This is the tanh approximation, off by up to 0.0005. The exact function is asked for: x times the normal "
    "distribution function, `scipy.special.ndtr` or by way of `erf`."
)
def gelu_by_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


@mistake(
    "This is x sigmoid(1.702 x), an approximation that is off by up to 0.02. The exact function is asked for: x times "
    "the normal distribution function."
)
def gelu_by_sigmoid(x):
    return x * special.expit(1.702 * x)


@mistake("This is SiLU (Swish), x sigmoid(x). GELU multiplies x by the normal distribution function instead.")
def silu_for_gelu(x):
    return x * special.expit(x)


@mistake("This is Φ(x) alone. Multiply it by x.")
def gelu_without_x(x):
    return special.ndtr(x)


@mistake("This is x Φ(-x): x times the share that lies *above* x. GELU takes the share below, Φ(x).")
def gelu_mirrored(x):
    return x * special.ndtr(-x)


@mistake(
    "You multiplied by the density of the normal distribution. Φ is its distribution *function*: the area under the "
    "density to the left of x (`cdf`, not `pdf`)."
)
def gelu_with_the_density(x):
    return x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


@mistake("This is the derivative of GELU, Φ(x) + x φ(x). The function itself is asked for.")
def gelu_derivative(x):
    return special.ndtr(x) + x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


@mistake("This is x Φ(√2 x). Inside `erf`, x must be divided by the square root of 2; `ndtr` takes x as it is.")
def gelu_without_the_root_of_two(x):
    return 0.5 * x * (1 + special.erf(x))


@mistake("This is x Φ(x / √2). Inside `erf`, x must be divided by √2, not by 2; `ndtr` takes x as it is.")
def gelu_with_two_for_its_root(x):
    return 0.5 * x * (1 + special.erf(x / 2))


@mistake("This has tanh(x / √2) where erf(x / √2) belongs. Take `scipy.special.erf`.")
def gelu_with_tanh_for_erf(x):
    return 0.5 * x * (1 + np.tanh(x / np.sqrt(2)))


@mistake("It is twice too large: Φ(x) is *half* of 1 + erf(x / √2).")
def gelu_without_the_half(x):
    return x * (1 + special.erf(x / np.sqrt(2)))


@mistake("This is x erf(x / √2). `erf` runs from -1 to 1, and Φ from 0 to 1: take (1 + erf(x / √2)) / 2.")
def gelu_with_bare_erf(x):
    return x * special.erf(x / np.sqrt(2))


@mistake("This is ReLU. GELU is close to it far from 0 only: near 0 it is a curve, and it falls below 0 on the left.")
def relu_for_gelu(x):
    return np.maximum(x, 0.0)


@mistake("`math.erf` takes one number at a time. `scipy.special.erf` and `scipy.special.ndtr` take whole arrays.")
def gelu_of_one_number(x):
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


@mistake(OVER_ONE_AXIS)
def gelu_in_a_loop(x):
    return np.array([0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x])


@mistake(IN_INTEGERS)
def gelu_in_integers(x):
    return gelu_oracle(x).astype(x.dtype)


@mistake(NOT_IN_PLACE)
def gelu_in_place(x):
    x *= special.ndtr(x)
    return x


def gelu_by_ndtr(x):
    return x * special.ndtr(x)


def gelu_by_erf(x):
    """The error function has Φ in it, Φ(x) = (1 + erf(x / √2)) / 2; every framework has `erf`, few have Φ."""
    return 0.5 * x * (1.0 + special.erf(x / np.sqrt(2.0)))


def gelu_by_erfc(x):
    return x * special.erfc(-x / np.sqrt(2)) / 2


def gelu_by_stats(x):
    """Statistics names Φ as the distribution function, `cdf`: easy to read, but slower than `scipy.special`."""
    return x * scipy.stats.norm.cdf(x)


def gelu_by_vectorize(x):
    return np.vectorize(lambda v: v * (1 + math.erf(v / math.sqrt(2))) / 2, otypes=[float])(x)


def gelu_as_lists(x):
    return nested(lambda v: v * statistics.NormalDist().cdf(v), x)


def gelu_as_tuple(x):
    return in_rows(lambda v: v * math.erfc(-v / math.sqrt(2)) / 2, x)


def gelu_in_single_precision(x):
    x = np.asarray(x, dtype=np.float32)
    return x * special.ndtr(x)


def gelu_with_a_work_array(x):
    out = np.array(x, dtype=float)
    out *= special.ndtr(out)
    return out


GELU = Exercise(
    name="gelu",
    lecture=LECTURE,
    section="GELU: how likely is a smaller number?",
    minutes=4,
    difficulty=2,
    parts=(Part("values", 3, values), Part("shapes", 1, shapes), Part("edge cases", 1, far_out)),
    oracle=gelu_oracle,
    mistakes=(
        gelu_by_tanh,
        gelu_by_sigmoid,
        silu_for_gelu,
        gelu_without_x,
        gelu_mirrored,
        gelu_with_the_density,
        gelu_derivative,
        gelu_without_the_root_of_two,
        gelu_with_two_for_its_root,
        gelu_with_tanh_for_erf,
        gelu_without_the_half,
        gelu_with_bare_erf,
        relu_for_gelu,
        gelu_of_one_number,
        gelu_in_a_loop,
        gelu_in_integers,
        gelu_in_place,
    ),
    spellings=(
        gelu_by_ndtr,
        gelu_by_erf,
        gelu_by_erfc,
        gelu_by_stats,
        gelu_by_vectorize,
        gelu_as_lists,
        gelu_as_tuple,
        gelu_in_single_precision,
        gelu_with_a_work_array,
    ),
    hints=(
        "Φ(x) is the probability that a standard normal number is smaller than x: 0.5 at 0, nearly 1 at 3.",
        "NumPy has no Φ. `scipy.special` has two ways to it: `ndtr`, which is Φ, and `erf`.",
    ),
)
