"""`plan_descent`: rate and momentum for a valley that one cannot see. Any plan is right that gets there in time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

SHARE = 1e-3  # of the first distance, at which the walk is over
LONGEST = 1500  # steps after which nobody waits any more


def oracle(smallest, largest):
    """Polyak's settings (1964)."""
    low, high = math.sqrt(smallest), math.sqrt(largest)
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


def steps_of(smallest, largest, rate, momentum):
    """Steps until all distances stay below SHARE, in a valley of seven weights; LONGEST if they do not."""
    curvatures = np.geomspace(smallest, largest, 7)
    weights, velocity, last = np.ones(7), np.zeros(7), 0
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, LONGEST + 1):
            velocity = momentum * velocity - rate * curvatures * weights
            weights = weights + velocity
            farthest = np.abs(weights).max()
            if not farthest < 1e6:
                return LONGEST
            if farthest >= SHARE:
                last = step
            elif step > 2 * last + 50:  # it has stayed there for long
                break
    return min(last + 1, LONGEST)


@dataclass(frozen=True)
class InTime:
    """The judge: do rate and momentum reach the bottom in time? `limit(smallest, largest)` gives the steps allowed."""

    limit: object
    ASKS_ARGUMENTS: ClassVar = ("limit",)
    any_shape = True
    any_type = True

    def __call__(self, call, value, before=None):
        try:
            rate, momentum = (float(number) for number in value)
        except (TypeError, ValueError):
            return Difference("type", "Two numbers are expected: (learning_rate, momentum).")
        if not (math.isfinite(rate) and math.isfinite(momentum)):
            return Difference("value", "Both numbers must be finite.")
        steps, allowed = steps_of(*call.arguments, rate, momentum), self.limit(*call.arguments)
        if steps <= allowed:
            return None
        took = "does not get there" if steps == LONGEST else f"takes {steps} steps"
        return Difference(
            "value", f"With rate {rate:.4g} and momentum {momentum:.4g} it {took}; {allowed} are allowed."
        )


@dataclass(frozen=True)
class As:
    """Knows an answer that is made as `formula` makes it."""

    formula: object
    ASKS_ARGUMENTS: ClassVar = ("formula",)
    any_shape = True
    any_type = True

    def __call__(self, call, value, before=None):
        try:
            same = np.allclose(np.asarray(value, dtype=float), self.formula(*call.arguments), rtol=1e-6, atol=1e-12)
        except (TypeError, ValueError):
            same = False
        return None if same else Difference("value", "Something else.")


def sixty(smallest, largest):
    return 60


def near_the_best(smallest, largest):
    return math.ceil(1.25 * steps_of(smallest, largest, *oracle(smallest, largest)))


def valley(rng, low, high, flat):
    """A valley whose condition lies between `low` and `high`, with tiny (`flat`) or large curvatures."""
    smallest = float(10 ** (rng.uniform(-2, -1.5) if flat else rng.uniform(1.5, 2)))
    return call(smallest, smallest * float(rng.uniform(low, high)))


def sixty_steps(rng):
    return [call(1.0, 36.0), valley(rng, 30, 43, True), valley(rng, 48, 52, False)]


def narrow_valleys(rng):
    return [call(0.5, 75.0), valley(rng, 100, 140, True), valley(rng, 150, 200, False)]


def wide_valleys(rng):
    return [call(2.0, 2.0), call(3.0, 12.0), valley(rng, 3, 4, True), valley(rng, 7, 9, False)]


def _plain(smallest, largest):
    return 2 / (smallest + largest), 0.0


def _usual(smallest, largest):
    return 2 / (smallest + largest), 0.9


def _fixed(smallest, largest):
    return 0.01, 0.9


def _cautious(smallest, largest):
    return 1 / largest, 0.9


def _at_the_limit(smallest, largest):
    return 2 / largest, 0.0


def _root_missing(smallest, largest):
    return 4 / (math.sqrt(smallest) + math.sqrt(largest)) ** 2, math.sqrt(oracle(smallest, largest)[1])


def _condition_itself(smallest, largest):
    return 4 / (smallest + largest) ** 2, ((largest - smallest) / (largest + smallest)) ** 2


def _exchanged(smallest, largest):
    return oracle(smallest, largest)[::-1]


def _rate_of_plain(smallest, largest):
    return 2 / (smallest + largest), oracle(smallest, largest)[1]


@mistake(
    "This is plain gradient descent at its best rate. In a narrow valley it is too slow: use momentum.", As(_plain)
)
def without_momentum(smallest, largest):
    return _plain(smallest, largest)


@mistake(
    "Momentum 0.9 suits one condition, and valleys differ. In wide valleys it swings for long, in narrow ones it "
    "forgets "
    "too soon: let the momentum depend on the condition.",
    As(_usual),
)
def usual_momentum(smallest, largest):
    return _usual(smallest, largest)


@mistake(
    "The rate and the momentum are the same for every valley. The rate must go down when the curvature goes up.",
    As(_fixed),
)
def always_the_same(smallest, largest):
    return _fixed(smallest, largest)


@mistake(
    "The rate 1 / largest is safe, and with momentum 0.9 it is right for one condition only. Let both depend on the "
    "curvatures.",
    As(_cautious),
)
def safe_rate(smallest, largest):
    return _cautious(smallest, largest)


@mistake(
    "The rate 2 / largest stands at the very limit: across the valley the path jumps forever. It must be smaller.",
    As(_at_the_limit),
)
def at_the_limit(smallest, largest):
    return _at_the_limit(smallest, largest)


@mistake(
    "The momentum is the factor per step itself; the best momentum is the *square* of (root - 1) / (root + 1).",
    As(_root_missing),
)
def not_squared(smallest, largest):
    return _root_missing(smallest, largest)


@mistake("The roots are missing: the best settings use the square roots of the curvatures.", As(_condition_itself))
def without_roots(smallest, largest):
    return _condition_itself(smallest, largest)


@mistake("The order is (learning_rate, momentum).", As(_exchanged))
def momentum_first(smallest, largest):
    return _exchanged(smallest, largest)


@mistake(
    "The rate is the best one of plain gradient descent. With momentum the best rate is larger, up to twice.",
    As(_rate_of_plain),
)
def rate_of_plain_descent(smallest, largest):
    return _rate_of_plain(smallest, largest)


def polyak(smallest, largest):
    """Polyak's settings: the formula is known for valleys of this kind, and no other plan is faster in the long run."""
    low, high = np.sqrt(smallest), np.sqrt(largest)
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


def by_the_condition(smallest, largest):
    """The same by the root of the condition: momentum from the condition, then the rate from the momentum."""
    root = (largest / smallest) ** 0.5
    momentum = ((root - 1) / (root + 1)) ** 2
    return [(1 + momentum**0.5) ** 2 / largest, momentum]


def slightly_cautious(smallest, largest):
    root = math.sqrt(largest / smallest)
    return np.array([3.9 / (math.sqrt(smallest) + math.sqrt(largest)) ** 2, ((root - 1) / (root + 1)) ** 2])


def by_search(smallest, largest):
    """Try many momenta, each with the largest rate that critical damping allows, and keep the fastest."""
    curvatures = np.array([smallest, largest])
    best = (np.inf, 0.0, 0.0)
    for factor in np.linspace(0, 0.99, 100):
        momentum = factor**2
        rate = (1 + factor) ** 2 / largest
        sums = 1 + momentum - rate * curvatures
        roots = np.abs((sums + np.sqrt(sums.astype(complex) ** 2 - 4 * momentum)) / 2)
        others = np.abs((sums - np.sqrt(sums.astype(complex) ** 2 - 4 * momentum)) / 2)
        best = min(best, (float(max(roots.max(), others.max())), rate, momentum))
    return best[1:]


def in_single_precision(smallest, largest):
    rate, momentum = oracle(smallest, largest)
    return np.float32(rate), np.float32(momentum)


PLAN_DESCENT = Exercise(
    name="plan_descent",
    lecture=LECTURE,
    section="2. A step that remembers",
    minutes=12,
    difficulty=3,
    parts=(
        Part("sixty steps", 2, sixty_steps, judge=InTime(sixty)),
        Part("narrow valleys", 2, narrow_valleys, judge=InTime(near_the_best)),
        Part("wide valleys", 1, wide_valleys, judge=InTime(sixty)),
    ),
    oracle=oracle,
    mistakes=(
        without_momentum,
        usual_momentum,
        always_the_same,
        safe_rate,
        at_the_limit,
        not_squared,
        without_roots,
        momentum_first,
        rate_of_plain_descent,
    ),
    spellings=(polyak, by_the_condition, slightly_cautious, by_search, in_single_precision),
    hints=(
        "Simulate it: build a valley with these curvatures, and count steps for several rates and momenta.",
        "The narrower the valley, the larger the momentum. What counts is the root of largest / smallest.",
        "The section above gives the best factor per step. The best momentum is its square.",
    ),
    equivalent_mutants={
        "line 2: `high - low` → `low - high`": "The sign goes away in the square.",
    },
)
