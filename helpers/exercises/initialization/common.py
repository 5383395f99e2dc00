"""What the exercises of lecture 06 share: sections, sentences for several of them, ways to ask for random weights."""

from __future__ import annotations

import math

from scipy import special

from helpers.judging.exercise import Part, Seeded, call

LECTURE = "06_initialization"
LAYERS = "2. Ten layers, five hundred units"
SYMMETRY = "1. Every unit the same"
VARIANCE = "3. Keep the variance"
BACKWARD = "4. The way back"
HALF = "5. ReLU throws half away"
LIMIT = "6. Normal or uniform"
MEASURE = "7. Measure, then scale"

NOT_IN_PLACE = "The values are right, but they were written into the caller's array. Put the result into a new one."
NO_LISTS = "The input may be a list, and a list knows no arithmetic. Make an array of it first, with `np.asarray`."
FIXED = (
    "Two different generators gave the same weights, so the seed is inside the function, and all layers of a shape "
    "would start alike. Use the `rng` that is handed in."
)
NOT_FROM_RNG = (
    "The distribution is right, but the numbers do not come from `rng`: the same state of the generator gave different "
    "weights. Nobody could repeat the experiment."
)
TURNED = "The shape is turned round. A unit is a column, so weights are `(fan_in, fan_out)`."
TRUNCATED_NORMAL = (
    "These weights are cut off at two deviations and rescaled, as Keras does under this name. Here a plain normal "
    "distribution is asked for: `rng.normal`."
)

# Why some changes to a solution make no difference.
ARRAYS_ANYWAY = "The next step makes an array of a list."
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
LISTS_WILL_DO = "A list of results is as good as an array."


# Random weights.


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def layers(rng):
    """Shapes that are not square, so that fan_in and fan_out cannot be confused; as large as lists may come back."""
    return [call(*fans, seeded(rng)) for fans in [(160, 120), (60, 310), (240, 80)]]


def small_layers(rng):
    return [call(*fans, seeded(rng)) for fans in [(1, 1), (1, 6), (5, 1), (3, 2)]]


def repeated(rng):
    """The same generator twice, then another one."""
    first = seeded(rng)
    return [call(40, 70, first), call(40, 70, first), call(40, 70, seeded(rng))]


def random_parts(judge):
    return (
        Part("distribution", 3, layers, judge=judge),
        Part("shapes", 1, small_layers, judge=judge),
        Part("draws from rng", 1, repeated, judge=judge),
    )


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
