"""at_edge: whether the best value lies so near an end of the range that the range is suspect."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import EDGE, LECTURE

# Why some changes to the solution make no difference.
ON_THE_LINE = "On the line itself the docstring takes either answer, and rounding decides there."
EITHER_ORDER = "The smaller of two numbers, whichever is named first."
NUMPY_BOOLEAN = "A NumPy boolean is as good."


def values(rng):
    exponents = rng.uniform([-5.9, -4.0, -3.25], [-5.75, -3.75, -3.1])  # at the low end, in the middle, at the high end
    return [
        call(1e-5, 1e-6, 1e-3),
        call(0.00095, 1e-6, 1e-3),
        call(1.2e-6, 1e-6, 1e-3),
        call(4e-5, 1e-6, 1e-3),
        call(6e-4, 1e-6, 1e-3),
        call(2e-4, 1e-4, 1.0),
        call(0.05, 1e-4, 1.0),
        *(call(10**exponent, 1e-6, 1e-3) for exponent in exponents.tolist()),
    ]


def edge_cases(rng):
    return [
        call(1e-6, 1e-6, 1e-3),
        call(1e-3, 1e-6, 1e-3),
        call(3, 1, 1000),
        call(3.0, 1.0, 1000.0, share=0.25),
        call(300.0, 1.0, 1000.0, share=0.25),
        call(30.0, 1.0, 1000.0, share=0.25),
        call(1.5, 1.0, 1000.0, share=0.03),
        call(1.45, 1.0, 1000.0, share=0.4),
        call(990.0, 1.0, 1000.0, share=0.03),
        call(1.1e-6, 1e-6, 1e-3, share=0.02),
        call(1.3, 1.0, 1e6, share=0.1),
        call(7e5, 1.0, 1e6, share=0.05),
        call(3.7, 1.0, 4.0),
        call(2.0, 0.5, 32.0, share=0.15),
        call(18.0, 0.5, 32.0, share=0.15),
        *anywhere(rng),
    ]


def anywhere(rng):
    """Values near either end and in the middle of new ranges, none of them next to the line."""
    calls = []
    for place in (0.3, 0.7, 1.3, 1.6, "middle"):
        low, decades = 10 ** rng.uniform(-4, 1), rng.uniform(2, 5)
        share = rng.uniform(0.15, 0.3)
        position = 0.5 if place == "middle" else place * share
        for from_low in (position, 1 - position):
            calls.append(call(low * 10 ** (decades * from_low), low, low * 10**decades, share=share))
    return calls


def oracle(value, low, high, share=0.1):
    """Compare powers instead of logarithms: value <= low * (high / low)^share, and the same from the other end."""
    step = float(Fraction(float(high)) / Fraction(float(low))) ** share
    return bool(value <= low * step or value >= high / step)


def place(value, low, high):
    return math.log(value / low) / math.log(high / low)


@mistake(
    "The distance is measured in the value itself. In a range from 1e-6 to 1e-3, nine tenths of the exponents are then "
    "near the low end or outside the middle: measure with logarithms."
)
def in_the_value(value, low, high, share=0.1):
    position = (value - low) / (high - low)
    return bool(position <= share or position >= 1 - share)


@mistake("Only the upper end is looked at. The best may lie at the lower end as well.")
def only_the_upper_end(value, low, high, share=0.1):
    return bool(place(value, low, high) >= 1 - share)


@mistake("Only the lower end is looked at. The best may lie at the upper end as well.")
def only_the_lower_end(value, low, high, share=0.1):
    return bool(place(value, low, high) <= share)


@mistake("Half of `share` was taken at each end. It is the share of the range at *each* end.")
def half_a_share_at_each_end(value, low, high, share=0.1):
    position = place(value, low, high)
    return bool(position <= share / 2 or position >= 1 - share / 2)


@mistake("`share` was taken for a number of powers of ten. It is a share of the range's length in log space.")
def share_of_a_decade(value, low, high, share=0.1):
    return bool(min(math.log10(value / low), math.log10(high / value)) <= share)


@mistake(
    "`share` was compared with a difference of natural logarithms. It is a share of the range: divide the difference "
    "by log(high / low) first."
)
def share_of_a_natural_logarithm(value, low, high, share=0.1):
    return bool(min(math.log(value / low), math.log(high / value)) <= share)


@mistake(
    "The answer is always False. If two conditions are joined with `and`: no value is near both ends at once, and near "
    "one of them is enough (`or`)."
)
def near_both_ends(value, low, high, share=0.1):
    position = place(value, low, high)
    return bool(position <= share and position >= 1 - share)


@mistake("This is the distance from the nearer end, as a share. Compare it with `share`, and return True or False.")
def the_distance(value, low, high, share=0.1):
    position = place(value, low, high)
    return min(position, 1 - position)


@mistake("Only the two ends themselves count here. A value within `share` of an end, in log space, counts too.")
def only_the_ends(value, low, high, share=0.1):
    return bool(value <= low or value >= high)


@mistake(
    "`share` was taken of the value: within that many percent of an end. It is a share of the range, in log space."
)
def share_of_the_value(value, low, high, share=0.1):
    return bool(value <= low * (1 + share) or value >= high * (1 - share))


@mistake("`share` is ignored: the 0.1 is written into the function.")
def always_a_tenth(value, low, high, share=0.1):
    return oracle(value, low, high)


@mistake("The answer is the wrong way round: it should be True when the value lies near an end.")
def the_wrong_way_round(value, low, high, share=0.1):
    return not oracle(value, low, high, share)


def bounds_in_the_middle(value, low, high, share=0.1):
    """The two bounds come first, as values: prefer it when many values are held against one range."""
    factor = (high / low) ** share
    return not low * factor < value < high / factor


def distance_from_the_middle(value, low, high, share=0.1):
    """One distance from the middle of the range in place of two from its ends, so there is only one comparison."""
    middle = np.log(low * high) / 2
    half = np.log(high / low) / 2
    return bool(abs(np.log(value) - middle) >= (1 - 2 * share) * half)


def by_position(value, low, high, share=0.1):
    position = place(value, low, high)
    return not share < position < 1 - share


def by_decades(value, low, high, share=0.1):
    value, low, high = np.log10([value, low, high])
    return min(value - low, high - value) <= share * (high - low)


def by_distance_from_the_middle(value, low, high, share=0.1):
    middle = (math.log(low) + math.log(high)) / 2
    return abs(math.log(value) - middle) >= (0.5 - share) * math.log(high / low)


def by_margins(value, low, high, share=0.1):
    margin = share * (np.log2(high) - np.log2(low))
    if np.log2(value) <= np.log2(low) + margin:
        return True
    return bool(np.log2(value) >= np.log2(high) - margin)


def by_geomspace(value, low, high, share=0.1):
    start, end = np.exp(np.interp([share, 1 - share], [0, 1], np.log([low, high])))
    return np.logical_or(value <= start, value >= end)


AT_EDGE = Exercise(
    name="at_edge",
    lecture=LECTURE,
    section=EDGE,
    minutes=4,
    difficulty=1,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        in_the_value,
        only_the_upper_end,
        only_the_lower_end,
        half_a_share_at_each_end,
        share_of_a_decade,
        share_of_a_natural_logarithm,
        near_both_ends,
        the_distance,
        only_the_ends,
        share_of_the_value,
        always_a_tenth,
        the_wrong_way_round,
    ),
    spellings=(
        bounds_in_the_middle,
        distance_from_the_middle,
        by_position,
        by_decades,
        by_distance_from_the_middle,
        by_margins,
        by_geomspace,
    ),
    hints=(
        "Where does the value lie between both ends, as a number from 0 to 1? Measure with logarithms.",
        "The place is log(value / low) / log(high / low). At which places is it near an end?",
    ),
    equivalent_mutants={
        "line 2: `bool(min(position, 1 - position) <= share)` → `min(position, 1 - position) <= share`": NUMPY_BOOLEAN,
        "line 2: `min(position, 1 - position)` → `min(1 - position, position)`": EITHER_ORDER,
        "line 2: `min(position, 1 - position) <= share` → `min(position, 1 - position) < share`": ON_THE_LINE,
    },
)
