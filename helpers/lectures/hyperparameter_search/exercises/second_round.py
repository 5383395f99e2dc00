"""second_round: where to put the second round of a search, judged by what its best configuration is worth.

The surfaces are those of two exponents (learning rate and penalty), with a best place that lies inside of the first
round or beyond its edge. Everything about a surface follows from the points of the first round.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

SEARCHES, FIRST, COUNT = 16, 40, 6
BOX = np.array([[-4.0, -1.0], [-6.0, -3.0]])  # exponents of the first round: of the rate, and of the penalty
NOISE = 0.015  # of one score
DRAWS = 200  # second rounds at random, for the baseline


@dataclass(frozen=True)
class Surface:
    """What a configuration is worth: a hill with a best place, a width in each direction, and a tilt."""

    best: np.ndarray
    shape: np.ndarray
    top: float

    def worth(self, points):
        apart = (np.asarray(points, dtype=float) - self.best) @ self.shape
        return 0.1 + (self.top - 0.1) * np.exp(-0.5 * np.sum(apart**2, axis=-1))


@lru_cache(maxsize=1024)
def _surface(points: bytes, beyond: bool) -> Surface:
    rng = np.random.default_rng(zlib.crc32(points))
    low, high = BOX.T
    best = rng.uniform(low + 0.7, high - 0.7)
    if beyond:  # of one edge, by more than half a decade
        axis, side = rng.integers(2), rng.choice([-1, 1])
        edge = high[axis] if side > 0 else low[axis]
        best[axis] = edge + side * rng.uniform(0.6, 0.9)
    turn = rng.uniform(-0.4, 0.4)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return Surface(best, rotation @ np.diag(1 / rng.uniform(0.8, 1.3, 2)), float(rng.uniform(0.6, 0.95)))


def surfaces_of(one, beyond):
    return [_surface(np.ascontiguousarray(points, dtype=np.float64).tobytes(), beyond) for points in one.arguments[0]]


def drawn(rng, beyond):
    points = rng.uniform(*BOX.T, (SEARCHES, FIRST, 2))
    worth = np.array([_surface(first.tobytes(), beyond).worth(first) for first in points])
    return call(points, worth + NOISE * rng.standard_normal((SEARCHES, FIRST)), COUNT)


def inside(rng):
    return [drawn(rng, False) for _ in range(2)]


def beyond_the_edge(rng):
    return [drawn(rng, True) for _ in range(2)]


def tops_of(one, beyond):
    """The worth of the best place, and that of a second round at random on average: means over the searches."""
    hills = surfaces_of(one, beyond)
    rounds = np.random.default_rng(0).uniform(*BOX.T, (DRAWS, COUNT, 2))
    plain = [hill.worth(rounds).max(axis=1).mean() for hill in hills]
    return float(np.mean([hill.top for hill in hills])), float(np.mean(plain))


def read(one, value):
    """The points of an answer, or what is wrong with them."""
    points = np.asarray(value, dtype=float)
    wanted = (len(one.arguments[0]), one.arguments[2], 2)
    if points.shape != wanted:
        return Difference("shape", f"It returned shape {points.shape}; shape {wanted} is expected.")
    if not np.isfinite(points).all() or np.abs(points).max() > 20:
        return Difference("value", "Exponents are finite, and none is beyond 20.")
    return points


def reaching(share, beyond):
    """The judge of a part: `share` of the way from second rounds at random to the tops has to be gained."""

    def judge(one, value, before=None):
        points = read(one, value)
        if isinstance(points, Difference):
            return points
        pairs = zip(surfaces_of(one, beyond), points, strict=True)
        found = float(np.mean([hill.worth(chosen).max() for hill, chosen in pairs]))
        top, plain = tops_of(one, beyond)
        wanted = plain + share * (top - plain)
        if found >= wanted:
            return None
        return Difference(
            "value",
            f"The best of these configurations are worth {found:.2f}, averaged over the searches; {wanted:.2f} is "
            f"asked for. Second rounds at random find {plain:.2f}, and the best of all are worth {top:.2f}.",
        )

    judge.any_shape = True
    return judge


def _by_hills(points, scores, count):
    """Try hills of some widths at all places of a grid, and go around the top of the one that fits best."""
    places = np.stack(np.meshgrid(np.linspace(-5.5, 0.5, 25), np.linspace(-7.5, -1.5, 25)), axis=-1).reshape(-1, 2)
    squares = np.sum((points - places[:, None]) ** 2, axis=2)
    errors = []
    for width in (0.8, 1.2):
        heights = np.exp(-0.5 * squares / width**2)
        tops = np.clip(heights @ (scores - 0.1) / np.sum(heights**2, axis=1), 0, 0.9)
        errors.append(np.sum((heights * tops[:, None] - (scores - 0.1)) ** 2, axis=1))
    angles = 2 * np.pi * np.arange(count) / count
    around = 0.2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return places[np.min(errors, axis=0).argmin()] + around


def oracle(points, scores, count):
    return np.array([_by_hills(x, y, count) for x, y in zip(points, scores, strict=True)])


# How the wrong ones are recognized.


def recognized(test):
    def judge(one, value, before=None):
        points = np.asarray(value, dtype=float)
        is_it = points.ndim == 3 and points.shape == (len(one.arguments[0]), COUNT, 2) and test(one, points)
        return None if is_it else Difference("value", "They are other points.")

    judge.any_shape = True
    return judge


def _spread(points):
    return float(np.ptp(points, axis=1).mean())


def _are_old(one, points):
    first = np.asarray(one.arguments[0])
    return bool((points[:, :, None] == first[:, None]).all(axis=3).any(axis=2).all())


@mistake(
    "All points of a search are the same, so that one place alone is measured. Look around the best point of the "
    "first round, and where the scores rise.",
    recognized(lambda one, points: _spread(points) == 0),
)
def the_best_again(points, scores, count):
    return np.array([np.repeat(x[[np.argmax(y)]], count, axis=0) for x, y in zip(points, scores, strict=True)])


@mistake(
    "These points were in the first round. A second one is for new points: look around the best of the first.",
    recognized(lambda one, points: _are_old(one, points) and _spread(points) > 0),
)
def the_best_ones_again(points, scores, count):
    return np.array([x[np.argsort(-y)[:count]] for x, y in zip(points, scores, strict=True)])


@mistake(
    "The points are spread over the whole range of the first round, as if its scores were not known. Put them where "
    "the scores are high.",
    recognized(lambda one, points: _spread(points) > 1.9 and points.max() < 0 and not _are_old(one, points)),
)
def all_over_again(points, scores, count):
    steps = np.linspace(0, 1, count)
    shares = np.stack([steps, steps[::-1]], axis=1)
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    return low + (high - low) * shares


@mistake(
    "These are learning rates and penalties. The points hold their exponents, as those of the first round do.",
    recognized(lambda one, points: points.min() > 0),
)
def values_for_exponents(points, scores, count):
    return 10.0 ** oracle(points, scores, count)


@mistake(
    "The exponents are in the wrong order: that of the learning rate comes first, as in the first round.",
    recognized(
        lambda one, points: (
            points.max() < 0
            and np.abs(points[:, :, ::-1] - oracle(*one.arguments)).mean() < 0.4 < 0.9 < _apart(one, points)
        )
    ),
)
def exchanged(points, scores, count):
    return oracle(points, scores, count)[:, :, ::-1]


def _apart(one, points):
    return np.abs(points - oracle(*one.arguments)).mean()


@mistake(
    "The points go where the scores are low. Sort them from high to low.",
    recognized(
        lambda one, points: (
            _spread(points) < 1
            and np.abs(points.mean(axis=1) - around_the_worst.function(*one.arguments).mean(axis=1)).mean() < 0.5
        )
    ),
)
def around_the_worst(points, scores, count):
    worst = np.array([x[np.argmin(y)] for x, y in zip(points, scores, strict=True)])
    return worst[:, None] + np.linspace(-0.2, 0.2, count)[:, None]


# Right ones.


def by_a_kernel(points, scores, count):
    """Smooth the scores with a bell around every point (a Gaussian process), and take the best of many candidates."""

    def near(a, b):
        return np.exp(-np.sum((a[:, None] - b) ** 2, axis=2) / 3)

    chosen = []
    for x, y in zip(points, scores, strict=True):
        weights = np.linalg.solve(near(x, x) + 0.003 * np.eye(len(x)), y - 0.1)
        candidates = np.random.default_rng(0).uniform(x.min(axis=0) - 1, x.max(axis=0) + 1, (400, 2))
        chosen.append(candidates[np.argsort(-near(candidates, x) @ weights)[: 5 * count : 5]])
    return np.array(chosen)


def by_a_circle_on_a_map(points, scores, count):
    """Draw a smooth map of the scores on a grid that reaches beyond the edge, and go around its highest place."""
    places = np.array([(rate, penalty) for rate in np.linspace(-5, 0, 31) for penalty in np.linspace(-7, -2, 31)])
    angles, chosen = 2 * np.pi * np.arange(count) / count, []
    for x, y in zip(points, scores, strict=True):
        among = np.exp(-np.sum((x[:, None] - x) ** 2, axis=2) / 4)
        weights = np.linalg.solve(among + 0.003 * np.eye(len(x)), y - 0.1)
        top = places[np.argmax(np.exp(-np.sum((places[:, None] - x) ** 2, axis=2) / 4) @ weights)]
        chosen.append(top + 0.2 * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    return np.array(chosen)


def another_circle(points, scores, count):
    chosen = oracle(points, scores, count)
    center = chosen.mean(axis=1, keepdims=True)
    return center + 0.7 * (chosen - center)


def as_lists(points, scores, count):
    return oracle(points, scores, count).tolist()


def as_a_list_of_arrays(points, scores, count):
    return list(by_a_kernel(points, scores, count))


SECOND_ROUND = Exercise(
    name="second_round",
    lecture=LECTURE,
    section="9. What does a search tool do better?",
    minutes=20,
    difficulty=3,
    parts=(
        Part("the best inside", 2, inside, judge=reaching(0.7, False)),
        Part("the best beyond the edge", 2, beyond_the_edge, judge=reaching(0.65, True)),
    ),
    oracle=oracle,
    mistakes=(
        the_best_again,
        the_best_ones_again,
        all_over_again,
        values_for_exponents,
        exchanged,
        around_the_worst,
    ),
    spellings=(by_a_kernel, by_a_circle_on_a_map, another_circle, as_lists, as_a_list_of_arrays),
    open_ended=True,
    judged_on_hidden=True,
    hints=(
        "Draw the points, colored by their scores. Is the best one at an edge (section 3)? Then the second round has "
        "to go beyond it.",
        "A single score is noisy, so use all of them: which hill, with which center, would give such scores? Try "
        "centers on a fine grid, also outside of the first round, and keep the one that fits best.",
    ),
)
