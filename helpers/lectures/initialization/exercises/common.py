"""What the exercises of lecture 06 share: sections, sentences for several of them, ways to ask for random weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from helpers.judging.compare import Difference
from helpers.judging.distributions import NORMAL, Draws
from helpers.judging.exercise import Part, Seeded, call

LECTURE = "06_initialization"
LAYERS = "2. Ten layers, five hundred units"
SYMMETRY = "1. Equal weights"
VARIANCE = "3. Which variance keeps the signal?"
BACKWARD = "4. The backward pass"
HALF = "5. ReLU instead of tanh"
LIMIT = "6. Normal or uniform"
MEASURE = "8. Measure, then scale"
CLINIC = "11. A clinic for sick starts"

NOT_IN_PLACE = (
    "It changes the array that it was given: `*=` and `/=` write into that array. Compute a new one, as in "
    "`new = old / number`."
)
FIXED = (
    "Two different generators gave the same weights, so they do not depend on `rng`: all layers of one shape would "
    "start alike. Draw from the `rng` that is passed in, without a seed of your own."
)
NOT_FROM_RNG = (
    "The distribution is right, but the numbers do not come from `rng`: two generators in the same state gave "
    "different weights. Nobody could repeat the experiment. Draw from the `rng` that is passed in."
)
TRANSPOSED = "The shape is transposed. A unit is a column, so weights have the shape `(fan_in, fan_out)`."
TRUNCATED_NORMAL = (
    "These weights are cut off at two standard deviations and rescaled, as Keras does under this name. Here a plain "
    "normal distribution is asked for: `rng.normal`."
)
UNITS_ALIKE = (
    "Every unit has the same weights: all columns are equal, and such units stay alike in training (section 1). Give "
    "the whole shape `(fan_in, fan_out)` to the draw."
)
INPUTS_ALIKE = (
    "Each unit gives all its inputs the same weight: all rows are equal. Give the whole shape `(fan_in, fan_out)` to "
    "the draw."
)
VARIANCE_FOR_DEVIATION = "`rng.normal` takes the standard deviation, and this is the variance. Take the square root."
ROOT_AS_MEAN = (
    "These weights scatter around a positive number with standard deviation 1. The first argument of `rng.normal` is "
    "the mean: write `rng.normal(0, deviation, shape)`."
)
UNSCALED = (
    "These are standard normal numbers, with variance 1 for every layer. Multiply them by the standard deviation that "
    "the two fans ask for."
)
UNIFORM_FOR_NORMAL = "The variance is right, but the distribution is uniform. A normal one is asked for: `rng.normal`."

# Why some changes to a solution make no difference.
LISTS_WILL_DO = "A list of results is as good as an array."


def first_that_fits(draw, fits):
    """The first of the things that `draw()` gives which `fits`.

    What is drawn for a grading must be as easy to compute with as what `check` asks: in single precision, or in another
    order of summing, nothing may come close to a tolerance.
    """
    while True:
        drawn = draw()
        if fits(drawn):
            return drawn


def spread_out(values) -> bool:
    """Whether the standard deviation of values is of the size of 1, and not small beside their mean."""
    return bool(0.2 <= values.std() <= 20 and values.std() >= 0.3 * abs(values.mean()))


# Random weights.


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def layers(rng):
    """Shapes that are not square, so that fan_in and fan_out cannot be confused; as large as lists may come back."""
    return [call(*fans, seeded(rng)) for fans in [(160, 120), (60, 310), (240, 80)]]


def narrow_layers(rng):
    """One unit, one input, or both. Thousands of numbers show a wrong distribution at every seed, few at none."""
    return [call(*fans, seeded(rng)) for fans in [(1, 1), (1, 4000), (5000, 1)]]


def repeated(rng):
    """The same generator twice, then another one."""
    first = seeded(rng)
    return [call(40, 70, first), call(40, 70, first), call(40, 70, seeded(rng))]


def drawn_from_rng(one, value, before=None) -> Difference | None:
    """Judge where numbers come from and nothing else: a wrong variance costs the points of the distribution only."""
    values = np.asarray(value, dtype=float)
    if not np.isfinite(values).all():
        return Difference("value", "It returned numbers that are not finite.")
    if before is None:
        return None
    one_before, value_before = before
    again = np.array_equal(values, value_before)
    if one.arguments == one_before.arguments and not again:
        return Difference("value", "Two generators in the same state gave different numbers: draw from `rng` only.")
    if one.arguments != one_before.arguments and again and np.ptp(values) == 0:
        return Difference("value", f"All numbers are {values.flat[0]:.6g}.")
    if one.arguments != one_before.arguments and again:
        return Difference("value", "Two different generators gave the same numbers. They should come from `rng`.")
    return None


@dataclass(frozen=True)
class Alone:
    """Judges every call by itself: a seed of its own costs the point of the last part only."""

    draws: Draws

    def __call__(self, one, value, before=None):
        return self.draws(one, value)


def random_parts(draws: Draws):
    alone = Alone(draws)
    return (
        Part("distribution", 3, layers, judge=alone),
        Part("shapes", 1, narrow_layers, judge=alone),
        Part("draws from rng", 1, repeated, judge=drawn_from_rng),
    )


def units_alike(one, value, before=None) -> Difference | None:
    """Knows weights whose columns are all the same; where all *numbers* are, nothing was drawn."""
    values = np.asarray(value, dtype=float)
    drawn = len(values) == 1 or np.ptp(values) > 0
    return None if drawn and (values == values[:, :1]).all() else Difference("value", "The columns differ.")


def inputs_alike(one, value, before=None) -> Difference | None:
    """Knows weights whose rows are all the same; where all *numbers* are, nothing was drawn."""
    values = np.asarray(value, dtype=float)
    drawn = values.shape[1] == 1 or np.ptp(values) > 0
    return None if drawn and (values == values[:1]).all() else Difference("value", "The rows differ.")


@dataclass(frozen=True)
class Minus:
    """Takes `mean(fan_in, fan_out)` away from values."""

    mean: Callable
    ASKS_ARGUMENTS: ClassVar = ("mean",)

    def __call__(self, values, *fans):
        return values - self.mean(*fans)


def normal_around(mean):
    """Knows normal numbers with standard deviation 1 around `mean(fan_in, fan_out)`."""
    return Draws(NORMAL, lambda fan_in, fan_out: 1.0, centred=Minus(mean))


def standard_normal():
    return Draws(NORMAL, lambda fan_in, fan_out: 1.0)


def xavier_std(fan_in, fan_out):
    return math.sqrt(2 / (fan_in + fan_out))


def he_std(fan_in, fan_out):
    return math.sqrt(2 / fan_in)


def lecun_std(fan_in, fan_out):
    return math.sqrt(1 / fan_in)


def missing_two(fan_in, fan_out):
    return math.sqrt(1 / (fan_in + fan_out))


def truncated(std, shape, rng):
    cut = special.ndtr(-2.0)
    return special.ndtri(rng.uniform(cut, 1 - cut, shape)) * (std / 0.8796256610342398)
