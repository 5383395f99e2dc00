"""`fewest_units`: draw a curve with few ReLU units. Any network is right that stays near the curve between the samples.

The curve is drawn from the bytes of `x`. So a call says nothing of it but its samples, and the judge knows it all the
same.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

SAMPLES, PLACES = 200, 1001
ABOVE_OWN = 2  # units more than the course's own answer


def curve_behind(x):
    """The curve whose samples are taken at `x`: a step and a bump on a slope, each somewhere else for every `x`."""
    rng = np.random.default_rng(zlib.crc32(np.asarray(x, dtype=float).tobytes()))
    step, bump = rng.permutation([rng.uniform(0.15, 0.4), rng.uniform(0.6, 0.85)])
    steep, height = rng.choice([-1, 1], 2) * rng.uniform((18, 0.8), (28, 1.4))
    width, slope = rng.uniform(0.05, 0.08), rng.uniform(-1, 1)
    return lambda t: np.tanh(steep * (t - step)) + height * np.exp(-(((t - bump) / width) ** 2) / 2) + slope * t


def sampled(rng):
    places = np.arange(SAMPLES) + rng.uniform(-0.4, 0.4, SAMPLES)
    x = np.clip(places / (SAMPLES - 1), 0, 1)
    x[[0, -1]] = 0, 1
    return call(x, curve_behind(x)(x), float(np.round(rng.uniform(0.06, 0.1), 3)))


def two_curves(rng):
    return [sampled(rng), sampled(rng)]


def network_at(places, start, knots, weights):
    return start + np.maximum(np.subtract.outer(places, knots), 0) @ weights


def weights_through(knots, values):
    """The weights of the units that start at all knots but the last."""
    return np.diff(np.diff(values) / np.diff(knots), prepend=0.0)


def cone_knots(x, y, tolerance):
    """Positions of the samples at which pieces begin or end: each piece reaches as far as the tolerance allows.

    Seen from where a piece begins, every sample with its tolerance is a range of slopes. A sample can end the piece if
    its own slope is in the ranges of all samples before it.
    """
    knots = [0]
    while knots[-1] < len(x) - 1:
        here = knots[-1]
        run, rise = x[here + 1 :] - x[here], y[here + 1 :] - y[here]
        lowest, highest = (
            np.maximum.accumulate((rise - tolerance) / run),
            np.minimum.accumulate((rise + tolerance) / run),
        )
        slope = rise / run
        knots.append(here + 1 + int(np.flatnonzero((lowest <= slope) & (slope <= highest)).max()))
    return np.array(knots)


def through(knots, values):
    return float(values[0]), knots[:-1], weights_through(knots, values)


def oracle(x, y, tolerance):
    """The same pieces, found by trying every end."""
    knots = [0]
    while knots[-1] < len(x) - 1:
        here = knots[-1]
        for end in range(len(x) - 1, here, -1):
            chord = np.interp(x[here : end + 1], x[[here, end]], y[[here, end]])
            if np.abs(chord - y[here : end + 1]).max() <= 0.85 * tolerance:
                break
        knots.append(end)
    return through(x[knots], y[knots])


@lru_cache(maxsize=64)
def standards(samples, tolerance):
    """Places between the samples with the curve there, and the units that even knots and the course's own need."""
    x = np.frombuffer(samples)
    curve = curve_behind(x)
    places = np.linspace(0, 1, PLACES)
    truth = curve(places)
    even = next(
        n
        for n in range(2, SAMPLES)
        if np.abs(best_through(np.linspace(0, 1, n), places, truth) - truth).max() <= tolerance
    )
    return places, truth, even - 1, len(cone_knots(x, curve(x), 0.85 * tolerance)) - 1


def best_through(knots, places, values):
    """The polyline with these knots that is nearest to the values, in the sense of least squares, at the places."""
    tents = np.stack([np.interp(places, knots, one) for one in np.eye(len(knots))], axis=1)
    return tents @ np.linalg.lstsq(tents, values, rcond=None)[0]


def of_call(one):
    x, _, tolerance = one.arguments
    return standards(x.tobytes(), tolerance)


def read(value):
    """The network as (start, knots, weights), or None."""
    try:
        start, knots, weights = value
        start, knots, weights = float(start), np.asarray(knots, dtype=float), np.asarray(weights, dtype=float)
    except (TypeError, ValueError):
        return None
    if knots.ndim != 1 or knots.shape != weights.shape or not 1 <= len(knots) <= 5 * SAMPLES:
        return None
    return start, knots, weights


def distance(one, network):
    """The largest distance from the curve, also between the samples."""
    places, truth, _, _ = of_call(one)
    with np.errstate(all="ignore"):
        return float(np.abs(network_at(places, *network) - truth).max())


@dataclass(frozen=True)
class Within:
    """The judge of a part: is the network near the curve, with at most `limit(even, own)` units?"""

    limit: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        network = read(value)
        if network is None:
            return Difference("type", "A number and two arrays of the same length are expected: start, knots, weights.")
        found, tolerance = distance(one, network), one.arguments[2]
        if not found <= tolerance:
            return Difference(
                "value",
                f"Somewhere between the samples or at one, this network is {found:.3f} away from the curve; "
                f"{tolerance:g} is allowed.",
            )
        _, _, even, own = of_call(one)
        units, allowed = len(network[1]), self.limit(even, own)
        if units <= allowed:
            return None
        return Difference(
            "value",
            f"The network is near the curve everywhere, with {units} units; at most {allowed} are asked for. With "
            f"evenly spaced knots it takes {even}.",
        )


# How the wrong ones are recognized.


@dataclass(frozen=True)
class Known:
    """Knows networks by `test(one, start, knots, weights)`."""

    test: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        network = read(value)
        is_it = network is not None and self.test(one, *network)
        return None if is_it else Difference("value", "It is another network.")


def is_near(one, *network):
    return distance(one, network) <= one.arguments[2]


def one_for_each(one, start, knots, weights):
    return len(knots) >= SAMPLES - 1


def is_even(one, start, knots, weights):
    return len(knots) > 2 and np.ptp(np.diff(knots)) < 1e-6


def without_start(one, start, knots, weights):
    return start == 0 and is_near(one, float(one.arguments[1][0]), knots, weights)


def slopes_for_weights(one, start, knots, weights):
    return is_near(one, start, knots, np.diff(weights, prepend=0.0))


def values_for_weights(one, start, knots, weights):
    ends = np.append(np.sort(knots), 1.0)
    return is_near(one, start, knots, weights_through(ends, np.append(weights, one.arguments[1][-1])))


def straight_line(one, start, knots, weights):
    return len(knots) == 1


def exchanged(one, start, knots, weights):
    return is_near(one, start, weights, knots)


@mistake(
    "There is a unit for each sample. That goes through all of them, and costs far more than the curve needs: where it "
    "is nearly straight, one unit can do the work of many.",
    Known(one_for_each),
)
def unit_for_each_sample(x, y, tolerance):
    return through(x, y)


@mistake(
    "The knots are evenly spaced, so most of them are where the curve is nearly straight. Put them where it turns.",
    Known(is_even),
)
def evenly_spaced(x, y, tolerance):
    knots = np.linspace(0, 1, 31)
    return through(knots, np.interp(knots, x, y))


@mistake("`start` is 0, and the curve begins elsewhere. It is the value left of the first knot.", Known(without_start))
def begins_at_zero(x, y, tolerance):
    _, knots, weights = oracle(x, y, tolerance)
    return 0.0, knots, weights


@mistake(
    "The weights are the slopes of the pieces. All ramps that have begun add up, so a weight is the *change* of the "
    "slope at its knot.",
    Known(slopes_for_weights),
)
def slopes(x, y, tolerance):
    start, knots, weights = oracle(x, y, tolerance)
    return start, knots, np.cumsum(weights)


@mistake(
    "The weights are the values of the curve at the knots. A unit adds a ramp, and its weight is a change of slope.",
    Known(values_for_weights),
)
def values(x, y, tolerance):
    start, knots, _ = oracle(x, y, tolerance)
    return start, knots, np.interp(knots, x, y)


@mistake(
    "One unit draws a straight line, and the curve is none. Add units where the line is too far away.",
    Known(straight_line),
)
def one_unit(x, y, tolerance):
    return float(y[0]), x[:1], (y[-1:] - y[:1]) / (x[-1] - x[0])


@mistake("Knots and weights are exchanged. The order is start, knots, weights.", Known(exchanged))
def weights_first(x, y, tolerance):
    start, knots, weights = oracle(x, y, tolerance)
    return start, weights, knots


# Right ones.


def as_far_as_possible(x, y, tolerance):
    """Each piece reaches as far as the tolerance allows; a little is kept back for what is between the samples."""
    knots = cone_knots(x, y, 0.85 * tolerance)
    return through(x[knots], y[knots])


def by_trying_every_end(x, y, tolerance):
    """The same by hand: the farthest sample to which a straight piece stays within the tolerance."""
    return oracle(x, y, tolerance)


def from_the_right(x, y, tolerance):
    knots = len(x) - 1 - cone_knots(-x[::-1], y[::-1], 0.88 * tolerance)[::-1]
    return through(x[knots], y[knots])


def as_lists(x, y, tolerance):
    knots = cone_knots(x, y, 0.9 * tolerance)
    start, places, weights = through(x[knots], y[knots])
    return [start, places.tolist(), weights.tolist()]


def the_best_of_several(x, y, tolerance):
    """How much of the tolerance is kept back decides how many units there are: take the fewest of several tries."""
    tries = [cone_knots(x, y, share * tolerance) for share in (0.75, 0.8, 0.85, 0.9)]
    knots = min(tries, key=len)
    return through(x[knots], y[knots])


def with_single_precision(x, y, tolerance):
    start, knots, weights = oracle(x, y, tolerance)
    return np.float32(start), knots.astype(np.float32), weights.astype(np.float32)


FEWEST_UNITS = Exercise(
    name="fewest_units",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="7. What can a network draw?",
    minutes=20,
    difficulty=3,
    parts=(
        Part("fewer than even knots", 2, two_curves, judge=Within(lambda even, own: even - 1)),
        Part("near the fewest known", 2, two_curves, judge=Within(lambda even, own: own + ABOVE_OWN)),
    ),
    oracle=oracle,
    mistakes=(
        unit_for_each_sample,
        evenly_spaced,
        begins_at_zero,
        slopes,
        values,
        one_unit,
        weights_first,
    ),
    spellings=(
        as_far_as_possible,
        by_trying_every_end,
        from_the_right,
        as_lists,
        the_best_of_several,
        with_single_precision,
    ),
    open_ended=True,
    hints=(
        "Choose some of the samples as knots, and let `relu_interpolation` draw the polyline through them. Which "
        "samples can be left out?",
        "Begin at the first sample. How far can one straight piece reach until a sample between is too far away from "
        "it? The next piece begins there.",
        "The curve also has to be met between the samples. Keep some of the tolerance back for that.",
    ),
)
