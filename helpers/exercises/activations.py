"""The exercises of lecture 04: for each its inputs, its oracle, wrong answers with their messages, right spellings.

The oracles take other roads than the lecture's solutions: SciPy, identities, loops over single numbers.
"""

from __future__ import annotations

import functools
import math
import statistics

import numpy as np
from scipy import special, stats

from helpers.judging.exercise import Exercise, Part, Question, call, mistake

LECTURE = "04_activations"

NOT_IN_PLACE = (
    "The values are right, but they were written into the caller's array. `np.asarray` does not copy an array of "
    "floats; put the result into a new one."
)

# Why some changes to a solution make no difference.
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
ARRAYS_ANYWAY = "The next step makes an array of a list."
SAME_AT_ZERO = "Both sides give the same value at 0."


# Inputs of the functions that work on each number by itself.


def values(rng):
    return [
        call(np.array([-2.0, -0.5, 0.5, 2.0])),
        call(np.array([0.0, 1.0, -1.0])),
        call(rng.normal(0, 2, 8)),
        call(rng.uniform(-8, 8, 60)),
    ]


def shapes(rng):
    return [call(np.array([-1.5])), *(call(rng.normal(0, 2, shape)) for shape in [(2, 2), (1, 5), (2, 3, 2)])]


def edge_cases(rng):
    return [
        call([-1.5, 2.5]),
        call([[-3, 1], [2, 0]]),
        call([1, 2, 3]),
        call(-0.75),
        call(2),
        call(np.array([-2, 3])),
        call(rng.integers(-4, 5, 6)),
        call(rng.normal(0, 2, 6).astype(np.float32)),
    ]


def numerical_range(rng):
    return [
        call(np.array([-1000.0])),
        call(np.array([1000.0])),
        call(np.array([-745.0, -100.0, -36.0, 0.0])),
        call(np.array([0.0, 36.0, 100.0, 745.0])),
        call(rng.uniform(-1000, 1000, 20)),
    ]


def far_out(rng):
    """Edge cases and inputs far from zero, where a warning costs nothing and a wrong value does."""
    return edge_cases(rng) + numerical_range(rng)


def each(function, x):
    """Apply a function of one number to all of `x`, keeping its shape."""
    return np.array([function(float(v)) for v in np.ravel(x)]).reshape(np.shape(x))


def nested(function, x):
    """Apply a function of one number to nested lists, giving nested lists."""
    if isinstance(x, list | tuple | np.ndarray) and np.ndim(x):
        return [nested(function, item) for item in x]
    return function(float(x))


# --- sigmoid


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


# --- sigmoid_gradient


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


# --- leaky_relu


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


# --- elu


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


# --- gelu


def gelu_oracle(x):
    return each(lambda v: v * math.erfc(-v / math.sqrt(2)) / 2, x)


@mistake(
    "This is the tanh approximation, off by up to 0.0005. The exact function is asked for: x times the normal "
    "distribution function, `scipy.special.ndtr` or by way of `erf`."
)
def gelu_by_tanh(x):
    x = np.asarray(x, dtype=float)
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


@mistake(
    "This is x sigmoid(1.702 x), an approximation that is off by up to 0.02. The exact function is asked for: x times "
    "the normal distribution function."
)
def gelu_by_sigmoid(x):
    x = np.asarray(x, dtype=float)
    return x * special.expit(1.702 * x)


@mistake("This is SiLU (Swish), x sigmoid(x). GELU multiplies x by the normal distribution function instead.")
def silu_for_gelu(x):
    x = np.asarray(x, dtype=float)
    return x * special.expit(x)


@mistake("This is Φ(x) alone. Multiply it by x.")
def gelu_without_x(x):
    return special.ndtr(np.asarray(x, dtype=float))


@mistake(
    "You multiplied by the density, the bell. Φ is the distribution *function*: the area under the bell to the left of "
    "x (`cdf`, not `pdf`)."
)
def gelu_with_the_density(x):
    x = np.asarray(x, dtype=float)
    return x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


@mistake("Inside `erf`, x must be divided by the square root of 2.")
def gelu_without_the_root_of_two(x):
    x = np.asarray(x, dtype=float)
    return 0.5 * x * (1 + special.erf(x))


@mistake("It is twice too large: Φ(x) is *half* of 1 + erf(x / √2).")
def gelu_without_the_half(x):
    x = np.asarray(x, dtype=float)
    return x * (1 + special.erf(x / np.sqrt(2)))


@mistake("`erf` runs from -1 to 1, and Φ from 0 to 1. Take (1 + erf(x / √2)) / 2.")
def gelu_with_bare_erf(x):
    x = np.asarray(x, dtype=float)
    return x * special.erf(x / np.sqrt(2))


@mistake("This is ReLU. GELU follows it from afar only: near 0 it bends, and it dips below 0 on the left.")
def relu_for_gelu(x):
    return np.maximum(np.asarray(x, dtype=float), 0)


@mistake("`math.erf` takes one number at a time. `scipy.special.erf` and `scipy.special.ndtr` take whole arrays.")
def gelu_of_one_number(x):
    x = np.asarray(x, dtype=float)
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


@mistake(NOT_IN_PLACE)
def gelu_in_place(x):
    x = np.asarray(x, dtype=float)
    x *= special.ndtr(x)
    return x


def gelu_by_ndtr(x):
    return np.asarray(x) * special.ndtr(x)


def gelu_by_erf(x):
    x = np.asarray(x, dtype=float)
    return 0.5 * x * (1.0 + special.erf(x / np.sqrt(2.0)))


def gelu_by_erfc(x):
    x = np.asarray(x, dtype=float)
    return x * special.erfc(-x / np.sqrt(2)) / 2


def gelu_by_stats(x):
    return np.multiply(x, stats.norm.cdf(x))


def gelu_by_vectorize(x):
    return np.vectorize(lambda v: v * (1 + math.erf(v / math.sqrt(2))) / 2, otypes=[float])(x)


def gelu_by_statistics(x):
    return nested(lambda v: v * statistics.NormalDist().cdf(v), x)


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
    section="GELU: how likely is it that others are smaller?",
    minutes=4,
    difficulty=2,
    parts=(Part("values", 3, values), Part("shapes", 1, shapes), Part("edge cases", 1, far_out)),
    oracle=gelu_oracle,
    mistakes=(
        gelu_by_tanh,
        gelu_by_sigmoid,
        silu_for_gelu,
        gelu_without_x,
        gelu_with_the_density,
        gelu_without_the_root_of_two,
        gelu_without_the_half,
        gelu_with_bare_erf,
        relu_for_gelu,
        gelu_of_one_number,
        gelu_in_place,
    ),
    spellings=(
        gelu_by_ndtr,
        gelu_by_erf,
        gelu_by_erfc,
        gelu_by_stats,
        gelu_by_vectorize,
        gelu_by_statistics,
        gelu_in_single_precision,
        gelu_with_a_work_array,
    ),
    hints=(
        "Φ(x) is the probability that a standard normal number is smaller than x: 0.5 at 0, nearly 1 at 3.",
        "NumPy has no Φ. `scipy.special` has two ways to it: `ndtr`, which is Φ, and `erf`.",
    ),
    equivalent_mutants={
        "line 3: `x = np.asarray(x, dtype=float)` → `nothing`": ARRAYS_ANYWAY,
        "line 3: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 3: `np.asarray(x, dtype=float)` → `x`": ARRAYS_ANYWAY,
    },
)


# --- mish


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
    x = np.asarray(x, dtype=float)
    return x * np.tanh(np.log(1 + np.exp(x)))


@mistake("This is x softplus(x): the tanh is missing.")
def mish_without_tanh(x):
    x = np.asarray(x, dtype=float)
    return x * np.logaddexp(0, x)


@mistake("This is tanh(softplus(x)): the factor x in front is missing.")
def mish_without_x(x):
    return np.tanh(np.logaddexp(0, np.asarray(x, dtype=float)))


@mistake("This is x tanh(exp(x)): between the two stands the logarithm, ln(1 + exp(x)).")
def mish_without_logarithm(x):
    x = np.asarray(x, dtype=float)
    with np.errstate(over="ignore"):
        return x * np.tanh(np.exp(x))


@mistake("This is x tanh(x). The tanh takes softplus(x), not x.")
def mish_without_softplus(x):
    x = np.asarray(x, dtype=float)
    return x * np.tanh(x)


@mistake("This is SiLU (Swish), x sigmoid(x): close, but Mish has tanh(softplus(x)) in the place of the sigmoid.")
def silu_for_mish(x):
    x = np.asarray(x, dtype=float)
    return x * special.expit(x)


@mistake("The two are swapped: this is softplus(x) tanh(x). Mish is x times the tanh of softplus(x).")
def mish_with_swapped_factors(x):
    x = np.asarray(x, dtype=float)
    return np.logaddexp(0, x) * np.tanh(x)


@mistake("The sign in the exponent is turned: ln(1 + exp(-x)) falls where softplus rises.")
def mish_with_mirrored_softplus(x):
    x = np.asarray(x, dtype=float)
    return x * np.tanh(np.logaddexp(0, -x))


@mistake("This is softplus alone. Mish is x times its tanh.")
def softplus_for_mish(x):
    return np.logaddexp(0, np.asarray(x, dtype=float))


@mistake("`math.exp` and `math.log` take one number at a time. NumPy's take whole arrays.")
def mish_of_one_number(x):
    x = np.asarray(x, dtype=float)
    return x * math.tanh(math.log1p(math.exp(x)))


@mistake(NOT_IN_PLACE)
def mish_in_place(x):
    x = np.asarray(x, dtype=float)
    x *= np.tanh(np.logaddexp(0, x))
    return x


def mish_by_logaddexp(x):
    return x * np.tanh(np.logaddexp(0, x))


def mish_by_safe_softplus(x):
    x = np.asarray(x, dtype=float)
    return x * np.tanh(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def mish_by_log_expit(x):
    x = np.asarray(x, dtype=float)
    return -x * np.tanh(special.log_expit(-x))


def mish_by_a_quotient(x):
    x = np.asarray(x, dtype=float)
    power = np.exp(np.minimum(x, 30))
    part = power * (power + 2)
    return x * part / (part + 2)


def mish_by_where(x):
    x = np.asarray(x, dtype=float)
    softplus = np.where(x > 30, x, np.log1p(np.exp(np.minimum(x, 30))))
    return x * np.tanh(softplus)


def mish_as_lists(x):
    return nested(lambda v: v * math.tanh(v if v > 30 else math.log1p(math.exp(v))), x)


def mish_in_single_precision(x):
    x = np.asarray(x, dtype=np.float32)
    return x * np.tanh(np.logaddexp(np.float32(0), x))


def mish_with_a_work_array(x):
    work = np.asarray(np.logaddexp(0.0, x))
    np.tanh(work, out=work)
    work *= x
    return work


MISH = Exercise(
    name="mish",
    lecture=LECTURE,
    section="6. Softer corners",
    minutes=5,
    difficulty=2,
    parts=(
        Part("values", 1, values),
        Part("shapes", 1, shapes),
        Part("edge cases", 1, edge_cases),
        Part("numerical range", 2, numerical_range, no_overflow=True),
    ),
    oracle=mish_oracle,
    mistakes=(
        mish_overflows,
        mish_without_tanh,
        mish_without_x,
        mish_without_logarithm,
        mish_without_softplus,
        silu_for_mish,
        mish_with_swapped_factors,
        mish_with_mirrored_softplus,
        softplus_for_mish,
        mish_of_one_number,
        mish_in_place,
    ),
    spellings=(
        mish_by_logaddexp,
        mish_by_safe_softplus,
        mish_by_log_expit,
        mish_by_a_quotient,
        mish_by_where,
        mish_as_lists,
        mish_in_single_precision,
        mish_with_a_work_array,
    ),
    hints=(
        "Work from the inside: softplus first, its tanh next, the product with x last. Only softplus can overflow.",
        "1 is exp(0). So ln(1 + exp(x)) is the logarithm of a sum of two exponentials.",
        "`np.logaddexp(a, b)` is ln(exp(a) + exp(b)), computed without the large numbers. What is a, what is b?",
    ),
    equivalent_mutants={
        "line 1: `x = np.asarray(x, dtype=float)` → `nothing`": ARRAYS_ANYWAY,
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(x, dtype=float)` → `x`": ARRAYS_ANYWAY,
        "line 2: `np.logaddexp(0, x)` → `np.logaddexp(x, 0)`": "A sum does not depend on the order of its terms.",
    },
)


# --- softmax


def softmax_oracle(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=-1)


def softmax_values(rng):
    return [
        call(np.array([[1.0, 2.0, 3.0]])),
        call(np.array([[0.0, 1.0], [2.0, -1.0]])),
        call(rng.normal(0, 2, (3, 4))),
        call(rng.normal(0, 2, (4, 4))),
        call(rng.uniform(-8, 8, (6, 10))),
    ]


def softmax_shapes(rng):
    return [call(rng.normal(0, 2, shape)) for shape in [(3,), (1, 4), (5, 1), (2, 3, 4)]]


def softmax_edge_cases(rng):
    return [
        call([0.5, -0.5]),
        call([[1, 2, 3], [0, 0, 0]]),
        call(np.array([[3, 1], [-2, 4]])),
        call(np.zeros((2, 5))),
        call(rng.normal(0, 2, (3, 3)).astype(np.float32)),
    ]


def softmax_range(rng):
    return [
        call(np.array([[1000.0, 1001.0]])),
        call(np.array([[-1000.0, -999.0]])),
        call(np.array([[1000.0, 999.0], [-999.0, -1000.0]])),
        call(np.array([[0.0, 1000.0, -1000.0]])),
        call(rng.uniform(-1000, 1000, (4, 5))),
    ]


@mistake(
    "The exponential of 1000 is too large for a float. Take the largest score of each row off all of its scores first; "
    "the probabilities stay the same."
)
def softmax_overflows(scores):
    powers = np.exp(np.asarray(scores, dtype=float))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The largest score of the *whole* array was taken off. In a row far below it every exponential becomes 0, and 0/0 "
    "is not a number. Each row needs its own: `max(axis=-1, keepdims=True)`."
)
def softmax_with_one_shift_for_all(scores):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The whole array sums to 1. Each *row* should: sum along the last axis, with `keepdims=True` so that the shapes "
    "fit."
)
def softmax_over_everything(scores):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@mistake("The columns sum to 1. A row holds the scores of one sample, so it is the last axis, -1, not the first.")
def softmax_over_columns(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=0)


@mistake("The last axis is 1 in a table only. `axis=-1` means the last one whatever the number of axes.")
def softmax_over_axis_one(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=1)


WITHOUT_KEEPDIMS = (
    "Without `keepdims=True` the sums lie as a row, and the division goes down the columns. With it they stay a column "
    "beside their rows."
)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_keepdims(scores):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_keepdims_and_shift(scores):
    powers = np.exp(np.asarray(scores, dtype=float))
    return powers / powers.sum(axis=-1)


@mistake("The scores themselves were divided by their sum. Take the exponential of each first.")
def softmax_without_exponential(scores):
    scores = np.asarray(scores, dtype=float)
    return scores / scores.sum(axis=-1, keepdims=True)


@mistake("Each row should sum to 1: divide the exponentials by their sum.")
def softmax_without_division(scores):
    scores = np.asarray(scores, dtype=float)
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


@mistake("This is the logarithm of softmax. The probabilities themselves are asked for.")
def log_softmax_for_softmax(scores):
    return special.log_softmax(np.asarray(scores, dtype=float), axis=-1)


@mistake("This is the sigmoid of each score by itself. Softmax lets the scores of a row compete: they share one sum.")
def sigmoid_for_softmax(scores):
    return special.expit(np.asarray(scores, dtype=float))


@mistake("The powers are those of 2. Softmax takes those of e: `np.exp`.")
def softmax_to_the_base_two(scores):
    return special.softmax(np.asarray(scores, dtype=float) * np.log(2), axis=-1)


@mistake(
    "The scores were *divided* by the largest one. That changes the probabilities; taking the largest one *off* does "
    "not."
)
def softmax_of_divided_scores(scores):
    scores = np.asarray(scores, dtype=float)
    return special.softmax(scores / scores.max(axis=-1, keepdims=True), axis=-1)


@mistake("This puts 1 on the largest score and 0 elsewhere. Softmax gives every class its share.")
def argmax_for_softmax(scores):
    scores = np.asarray(scores, dtype=float)
    return np.eye(scores.shape[-1])[scores.argmax(axis=-1)]


@mistake(NOT_IN_PLACE)
def softmax_in_place(scores):
    scores = np.asarray(scores, dtype=float)
    scores -= scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_with_keepdims(scores):
    scores = np.asarray(scores)
    powers = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def softmax_by_scipy(scores):
    return special.softmax(scores, axis=-1)


def softmax_by_logsumexp(scores):
    return np.exp(scores - special.logsumexp(scores, axis=-1, keepdims=True))


def softmax_row_by_row(scores):
    def row(values):
        powers = np.exp(values - values.max())
        return powers / powers.sum()

    return np.apply_along_axis(row, -1, np.asarray(scores, dtype=float))


def softmax_as_lists(scores):
    if np.ndim(scores) > 1:
        return [softmax_as_lists(row) for row in scores]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def softmax_by_transposing(scores):
    last_first = np.moveaxis(np.array(scores, dtype=float), -1, 0)
    powers = np.exp(last_first - last_first.max(axis=0))
    return np.moveaxis(powers / powers.sum(axis=0), 0, -1)


def softmax_with_a_work_array(scores):
    work = np.array(scores, dtype=float)
    work -= work.max(axis=-1)[..., None]
    np.exp(work, out=work)
    work /= work.sum(axis=-1)[..., np.newaxis]
    return work


def softmax_in_single_precision(scores):
    scores = np.asarray(scores, dtype=np.float32)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


SOFTMAX = Exercise(
    name="softmax",
    lecture=LECTURE,
    section="Softmax belongs at the end",
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 2, softmax_values),
        Part("shapes", 1, softmax_shapes),
        Part("edge cases", 1, softmax_edge_cases),
        Part("numerical range", 2, softmax_range, no_overflow=True),
    ),
    oracle=softmax_oracle,
    mistakes=(
        softmax_overflows,
        softmax_with_one_shift_for_all,
        softmax_over_everything,
        softmax_over_columns,
        softmax_over_axis_one,
        softmax_without_keepdims,
        softmax_without_keepdims_and_shift,
        softmax_without_exponential,
        softmax_without_division,
        log_softmax_for_softmax,
        sigmoid_for_softmax,
        softmax_to_the_base_two,
        softmax_of_divided_scores,
        argmax_for_softmax,
        softmax_in_place,
    ),
    spellings=(
        softmax_with_keepdims,
        softmax_by_scipy,
        softmax_by_logsumexp,
        softmax_row_by_row,
        softmax_as_lists,
        softmax_by_transposing,
        softmax_with_a_work_array,
        softmax_in_single_precision,
    ),
    hints=(
        "Adding the same number to all scores of a row changes nothing. Which number makes the largest exponential 1?",
        "Shift each row by its own maximum, take exponentials, divide each row by its own sum.",
        "`scores.max(axis=-1, keepdims=True)` keeps the axis it reduces, so that it can be taken off `scores`.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(scores, dtype=float)` → `np.asarray(scores)`": FLOATS_ANYWAY,
    },
)


# --- maxout


def maxout_oracle(x, weights, biases):
    x, weights, biases = (np.asarray(array, dtype=float) for array in (x, weights, biases))
    pieces, features, units = weights.shape
    return np.array(
        [
            [
                max(
                    math.fsum([biases[p, u], *(sample[f] * weights[p, f, u] for f in range(features))])
                    for p in range(pieces)
                )
                for u in range(units)
            ]
            for sample in x
        ]
    ).reshape(len(x), units)


def layer(rng, n, features, pieces, units, shift=0.0):
    return call(
        rng.normal(size=(n, features)),
        rng.normal(size=(pieces, features, units)),
        rng.normal(size=(pieces, units)) + shift,
    )


def maxout_values(rng):
    return [
        call(np.array([[1.0, 2.0]]), np.array([[[1.0], [1.0]], [[2.0], [-1.0]]]), np.array([[0.5], [4.0]])),
        layer(rng, 3, 2, 2, 4),
        layer(rng, 2, 3, 4, 5),
        layer(rng, 20, 6, 3, 8),
    ]


def maxout_shapes(rng):
    return [
        call(np.array([[1.0], [2.0], [3.0]]), np.array([[[1.0]], [[-1.0]]]), np.array([[0.0], [5.0]])),
        layer(rng, 1, 3, 2, 2),
        layer(rng, 4, 1, 2, 3),
        layer(rng, 4, 3, 1, 2),
        layer(rng, 4, 3, 2, 1),
        layer(rng, 3, 3, 3, 3),
        layer(rng, 2, 4, 2, 3),
    ]


def maxout_edge_cases(rng):
    single = layer(rng, 3, 2, 2, 3)
    return [
        layer(rng, 3, 2, 2, 3, shift=-20.0),
        layer(rng, 3, 2, 2, 3, shift=20.0),
        call([[-3.0], [2.0]], [[[1.0]], [[-1.0]]], [[0.0], [0.5]]),
        call(np.array([[1, -2]]), np.array([[[0.5], [2.0]], [[3.0], [4.0]]]), np.array([[0], [-1]])),
        call(*(array.astype(np.float32) for array in single.arguments)),
    ]


def all_pieces(x, weights, biases):
    """The weighted sums, (pieces, n, units)."""
    x, weights, biases = (np.asarray(array, dtype=float) for array in (x, weights, biases))
    return x @ weights + biases[:, None, :]


@mistake("The pieces were added up. Maxout passes on the largest of them.")
def maxout_sums(x, weights, biases):
    return all_pieces(x, weights, biases).sum(axis=0)


@mistake("This is the mean of the pieces. Maxout passes on the largest of them.")
def maxout_averages(x, weights, biases):
    return all_pieces(x, weights, biases).mean(axis=0)


@mistake("This is the smallest of the pieces. Maxout passes on the largest.")
def maxout_takes_the_smallest(x, weights, biases):
    return all_pieces(x, weights, biases).min(axis=0)


@mistake("The biases are missing. Each piece adds its own before the largest is chosen.")
def maxout_without_biases(x, weights, biases):
    return (np.asarray(x, dtype=float) @ np.asarray(weights, dtype=float)).max(axis=0)


@mistake(
    "The largest weighted sum and the largest bias were chosen separately and may come from different pieces. Add each "
    "bias to its own piece first, then choose."
)
def maxout_adds_biases_afterwards(x, weights, biases):
    sums = (np.asarray(x, dtype=float) @ np.asarray(weights, dtype=float)).max(axis=0)
    return sums + np.max(biases, axis=0)


@mistake(
    "`biases` (pieces, units) was added to sums of shape (pieces, n, units), so that its rows meet the samples instead "
    "of the pieces. `biases[:, None, :]` puts them in the right place."
)
def maxout_with_misplaced_biases(x, weights, biases):
    return np.max(np.asarray(x, dtype=float) @ np.asarray(weights, dtype=float) + np.asarray(biases), axis=0)


@mistake("The result was cut off at 0, as in ReLU. A maxout unit passes on the largest piece even if it is negative.")
def maxout_with_relu(x, weights, biases):
    return np.maximum(all_pieces(x, weights, biases).max(axis=0), 0)


@mistake("The piece with the largest *absolute* value was chosen. The largest value is asked for, sign and all.")
def maxout_by_absolute_value(x, weights, biases):
    return np.abs(all_pieces(x, weights, biases)).max(axis=0)


@mistake("The maximum was taken over the units. It goes over the pieces, and there is one number for each unit.")
def maxout_over_units(x, weights, biases):
    return all_pieces(x, weights, biases).max(axis=-1)


@mistake("The maximum was taken over the samples. It goes over the pieces; samples have nothing to do with each other.")
def maxout_over_samples(x, weights, biases):
    return all_pieces(x, weights, biases).max(axis=1)


@mistake("Only the first piece was used. Compute all of them and take the largest.")
def maxout_of_one_piece(x, weights, biases):
    return all_pieces(x, weights, biases)[0]


@mistake("This says *which* piece is the largest. Its value is asked for: `max`, not `argmax`.")
def maxout_by_argmax(x, weights, biases):
    return all_pieces(x, weights, biases).argmax(axis=0)


@mistake(
    "The values are right, but `biases` was given a new shape where it lies, and the caller's array with it. "
    "`biases[:, None, :]` is a view that leaves the original alone."
)
def maxout_reshapes_in_place(x, weights, biases):
    x, weights, biases = (np.asarray(array, dtype=float) for array in (x, weights, biases))
    pieces, units = biases.shape
    biases.resize((pieces, 1, units), refcheck=False)
    return (x @ weights + biases).max(axis=0)


def maxout_by_broadcasting(x, weights, biases):
    return np.max(np.matmul(x, weights) + np.expand_dims(biases, 1), axis=0)


def maxout_by_einsum(x, weights, biases):
    sums = np.einsum("nd,pdu->npu", np.asarray(x, dtype=float), np.asarray(weights, dtype=float))
    return (sums + np.asarray(biases, dtype=float)).max(axis=1)


def maxout_piece_by_piece(x, weights, biases):
    best = None
    for w, b in zip(weights, biases, strict=True):
        piece = np.dot(np.asarray(x, dtype=float), np.asarray(w, dtype=float)) + np.asarray(b, dtype=float)
        best = piece if best is None else np.maximum(best, piece)
    return best


def maxout_by_reduce(x, weights, biases):
    x = np.asarray(x, dtype=float)
    return functools.reduce(np.maximum, (x @ np.asarray(w) + b for w, b in zip(weights, biases, strict=True)))


def maxout_as_lists(x, weights, biases):
    result = []
    for sample in x:
        row = []
        for unit in range(len(biases[0])):
            candidates = []
            for w, b in zip(weights, biases, strict=True):
                candidates.append(float(b[unit]) + sum(float(v) * float(w[k][unit]) for k, v in enumerate(sample)))
            row.append(max(candidates))
        result.append(row)
    return result


def maxout_in_single_precision(x, weights, biases):
    x, weights, biases = (np.asarray(array, dtype=np.float32) for array in (x, weights, biases))
    return np.maximum.reduce(x @ weights + biases[:, np.newaxis], axis=0)


def maxout_with_a_work_array(x, weights, biases):
    x, weights, biases = (np.array(array, dtype=float) for array in (x, weights, biases))
    sums = np.tensordot(x, weights, axes=(1, 1))
    sums += biases
    sums.sort(axis=1)
    return sums[:, -1]


MAXOUT = Exercise(
    name="maxout",
    lecture=LECTURE,
    section="Maxout learns its own shape",
    minutes=10,
    difficulty=3,
    parts=(
        Part("values", 4, maxout_values),
        Part("shapes", 2, maxout_shapes),
        Part("edge cases", 1, maxout_edge_cases),
    ),
    oracle=maxout_oracle,
    mistakes=(
        maxout_sums,
        maxout_averages,
        maxout_takes_the_smallest,
        maxout_without_biases,
        maxout_adds_biases_afterwards,
        maxout_with_misplaced_biases,
        maxout_with_relu,
        maxout_by_absolute_value,
        maxout_over_units,
        maxout_over_samples,
        maxout_of_one_piece,
        maxout_by_argmax,
        maxout_reshapes_in_place,
    ),
    spellings=(
        maxout_by_broadcasting,
        maxout_by_einsum,
        maxout_piece_by_piece,
        maxout_by_reduce,
        maxout_as_lists,
        maxout_in_single_precision,
        maxout_with_a_work_array,
    ),
    hints=(
        "Piece number p is an ordinary layer, `x @ weights[p] + biases[p]`, of shape (n, units). There are `pieces` of "
        "them.",
        "`x @ weights` computes all pieces at once, (pieces, n, units). The biases need an axis of length 1 for n.",
        "`biases[:, None, :]` has the shape (pieces, 1, units). After that, one maximum: over which axis?",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(array, dtype=float)` → `np.asarray(array)`": "It differs only when all three hold whole "
        "numbers and nothing else, which no layer does.",
    },
)


# --- dead_fraction


def dead_fraction_oracle(activations):
    columns = list(zip(*np.asarray(activations).tolist(), strict=True))
    return sum(not any(column) for column in columns) / len(columns)


def some_dead(rng, samples, units, dead, kind="relu"):
    """Outputs of a layer in which `dead` units are dead and the others are silent for some samples."""
    outputs = rng.normal(size=(samples, units))
    outputs *= rng.random((samples, units)) < 0.5
    if kind == "relu":
        outputs = np.abs(outputs)
    # Every living unit answers at least once, and every dead one never.
    outputs[rng.integers(samples, size=units), np.arange(units)] = 0.7
    outputs[:, rng.permutation(units)[:dead]] = 0.0
    return outputs


def dead_fraction_values(rng):
    return [
        call(np.array([[0.0, 1.0], [0.0, 0.0]])),
        call(np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 2.0, 3.0, 0.0], [0.0, 0.5, 0.0, 0.0]])),
        call(some_dead(rng, 6, 5, 2)),
        call(some_dead(rng, 5, 8, 3)),
        call(some_dead(rng, 40, 30, 7)),
    ]


def dead_fraction_edge_cases(rng):
    return [
        call(np.zeros((3, 4))),
        call(np.ones((3, 2))),
        call([[0.0, 0.5, 0.0]]),
        call([[0, 1], [0, 0]]),
        call(np.array([[0.0], [0.3]])),
        call(np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.5]])),
        call(np.array([[-0.01, 0.0, 0.0], [0.0, 0.0, 2.0]])),
        call(np.array([[1e-5, 0.0], [0.0, 0.0]])),
        call(some_dead(rng, 7, 6, 1, kind="leaky")),
        call(some_dead(rng, 4, 9, 4).astype(np.float32)),
    ]


@mistake(
    "This is the share of zeros in the whole array. A unit counts only if its *whole column* is zero: first decide for "
    "each unit, then take the mean."
)
def share_of_zeros(activations):
    return float(np.mean(np.asarray(activations) == 0))


@mistake("This is the share of *samples* for which all units are silent. A unit is a column: decide along axis 0.")
def share_of_silent_samples(activations):
    return float(np.mean(np.all(np.asarray(activations) == 0, axis=1)))


@mistake("A unit was counted as soon as it is 0 *once*. It is dead when it is 0 for all samples: `all`, not `any`.")
def share_of_units_ever_silent(activations):
    return float(np.mean(np.any(np.asarray(activations) == 0, axis=0)))


@mistake("This is the share of living units. Take it from 1.")
def share_of_the_living(activations):
    return float(np.mean(np.any(np.asarray(activations) != 0, axis=0)))


@mistake("This is the *number* of dead units. Divide it by the number of units.")
def number_of_the_dead(activations):
    return float(np.sum(np.all(np.asarray(activations) == 0, axis=0)))


@mistake("The number of dead units was divided by the number of samples. Divide by the number of units.")
def dead_for_each_sample(activations):
    activations = np.asarray(activations)
    return float(np.sum(np.all(activations == 0, axis=0)) / len(activations))


@mistake("This is in percent. A fraction from 0 to 1 is asked for.")
def dead_percent(activations):
    return float(100 * np.mean(np.all(np.asarray(activations) == 0, axis=0)))


@mistake("A column may sum to 0 because +1 and -1 cancel; such a unit is alive. Ask whether every number is 0.")
def dead_by_sum(activations):
    return float(np.mean(np.sum(activations, axis=0) == 0))


@mistake("A unit that answers with negative numbers is alive. Ask for == 0, not for <= 0.")
def dead_if_not_positive(activations):
    return float(np.mean(np.max(activations, axis=0) <= 0))


@mistake("Small is not dead: a unit that answers 0.00001 still has a gradient. Compare with 0 itself.")
def dead_if_small(activations):
    return float(np.mean(np.max(np.abs(activations), axis=0) < 1e-3))


@mistake("This says for each unit how often it is 0. One number is asked for: the share of units that are always 0.")
def silence_of_each_unit(activations):
    return np.mean(np.asarray(activations) == 0, axis=0)


@mistake("This says for each unit whether it is dead. One number is asked for: the mean of that.")
def dead_or_not(activations):
    return np.all(np.asarray(activations) == 0, axis=0)


@mistake("`== 0` compares a list as a whole, not its numbers. `np.asarray(activations)` makes an array of it first.")
def dead_of_no_lists(activations):
    return float(np.mean(np.all(activations == 0, axis=0)))


@mistake(NOT_IN_PLACE)
def dead_in_place(activations):
    activations = np.asarray(activations, dtype=float)
    activations[activations != 0] = 1
    return float(np.mean(activations.sum(axis=0) == 0))


def dead_by_all(activations):
    return np.mean(np.all(np.asarray(activations) == 0, axis=0))


def dead_by_any(activations):
    return 1 - np.asarray(activations).any(axis=0).mean()


def dead_by_count(activations):
    activations = np.asarray(activations)
    return (np.count_nonzero(activations, axis=0) == 0).sum() / activations.shape[1]


def dead_by_largest_size(activations):
    return float((np.abs(activations).max(axis=0) == 0).mean())


def dead_by_loops(activations):
    dead = 0
    for unit in range(len(activations[0])):
        if all(row[unit] == 0 for row in activations):
            dead += 1
    return dead / len(activations[0])


def dead_by_columns(activations):
    columns = list(zip(*activations, strict=True))
    return statistics.fmean(float(set(column) == {0}) for column in columns)


def dead_in_single_precision(activations):
    return np.mean(~np.any(activations, axis=0), dtype=np.float32)


def dead_as_array_of_no_dimension(activations):
    return np.asarray(np.mean(np.sum(np.square(activations), axis=0) == 0))


DEAD_FRACTION = Exercise(
    name="dead_fraction",
    lecture=LECTURE,
    section="How a unit dies",
    minutes=4,
    difficulty=1,
    parts=(Part("values", 2, dead_fraction_values), Part("edge cases", 1, dead_fraction_edge_cases)),
    oracle=dead_fraction_oracle,
    mistakes=(
        share_of_zeros,
        share_of_silent_samples,
        share_of_units_ever_silent,
        share_of_the_living,
        number_of_the_dead,
        dead_for_each_sample,
        dead_percent,
        dead_by_sum,
        dead_if_not_positive,
        dead_if_small,
        silence_of_each_unit,
        dead_or_not,
        dead_of_no_lists,
        dead_in_place,
    ),
    spellings=(
        dead_by_all,
        dead_by_any,
        dead_by_count,
        dead_by_largest_size,
        dead_by_loops,
        dead_by_columns,
        dead_in_single_precision,
        dead_as_array_of_no_dimension,
    ),
    hints=(
        "Two steps: for each unit, is it 0 for every sample? Then, for which share of the units is that so?",
        "`activations == 0` is an array of True and False. `np.all(..., axis=?)` asks along one axis; units are "
        "columns.",
        "The mean of an array of True and False is the share of True.",
    ),
    equivalent_mutants={
        "line 1: `float(np.mean(np.all(np.asarray(activations) == 0, axis=0)))` → "
        "`np.mean(np.all(np.asarray(activations) == 0, axis=0))`": "A NumPy float is as good as one of Python.",
    },
)


# --- questions

ALWAYS_POSITIVE_INPUTS = Question(
    name="always_positive_inputs",
    lecture=LECTURE,
    section="4. When every input is positive",
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "That is one of two cases. Each gradient is a positive input times one number that all weights share, and "
        "that number may be negative.",
        "c": "The gradient on a weight is its input times what comes back to the unit; the sign of the weight itself "
        "plays no part in it.",
        "d": "Saturation makes the gradients small, and it never frees their signs: each is a positive input times the "
        "same number.",
    },
    hints=("Write the gradient on one weight as a product. Which factor differs from weight to weight?",),
)

UNIT_THAT_DIED = Question(
    name="unit_that_died",
    lecture=LECTURE,
    section="How a unit dies",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The loss has no hold on them: every gradient on these weights has the slope of ReLU as a factor, and "
        "that is 0 for each sample.",
        "b": "That about half of the units are silent is said of one *sample*, at the start of training. SGD moves a "
        "weight by its gradient, and here that is 0.",
        "d": "What comes back through the outgoing weights is multiplied by the slope of ReLU. Whatever they are, the "
        "product is 0.",
    },
    hints=("Follow the gradient back to the weights. What does it have to pass, and what is the slope there?",),
)

HIDDEN_ACTIVATION_CHOICE = Question(
    name="hidden_activation_choice",
    lecture=LECTURE,
    section="3. The gradient pays toll at every layer",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "The slope of a sigmoid is 0.25 at most. After 20 of them hardly any gradient is left for the first "
        "layers, and ten times hardly anything is little too.",
        "b": "Capacity is not what is missing: the gradient fades on the way back, and every further sigmoid takes its "
        "share of it.",
        "c": "The output is not where it stops: the gradient fades in the hidden layers. For one class out of many, "
        "softmax is right at the end.",
    },
    hints=("By what factor, at most, does each hidden layer multiply the gradient? Take it to the power of 20.",),
)

EXERCISES = (
    SIGMOID,
    SIGMOID_GRADIENT,
    LEAKY_RELU,
    DEAD_FRACTION,
    ELU,
    GELU,
    MISH,
    MAXOUT,
    SOFTMAX,
    ALWAYS_POSITIVE_INPUTS,
    UNIT_THAT_DIED,
    HIDDEN_ACTIVATION_CHOICE,
)
