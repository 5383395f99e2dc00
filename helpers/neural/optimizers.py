"""Optimizers: the rules by which weights follow gradients, written so that many networks can take their steps at once.

A rule changes arrays in place. Weights, gradient and state have one shape; the rate is a number, or an array that
broadcasts against them, such as (networks, 1) beside weights (networks, parameters). Epsilon stands outside the root.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

EPSILON = 1e-8


@dataclass(frozen=True)
class Rule:
    """A rule with the names of what it remembers.

    `step(weights, state, gradient, rate, count)` takes one step in place; `state` is {name: array}, zeros at the start,
    and `count` is 1 for the first step.
    """

    step: Callable
    remembers: tuple[str, ...] = ()

    def state_like(self, weights):
        """What the rule remembers before the first step."""
        return {name: np.zeros_like(weights) for name in self.remembers}

    def having(self, **settings) -> Rule:
        """The same rule with other settings, such as `momentum=0.5`."""
        return replace(self, step=partial(self.step, **settings))


def _sgd(weights, state, gradient, rate, count):
    weights -= rate * gradient


def _momentum(weights, state, gradient, rate, count, momentum=0.9):
    velocity = state["velocity"]
    velocity *= momentum
    velocity -= rate * gradient
    weights += velocity


def _nesterov(weights, state, gradient, rate, count, momentum=0.9):
    """Nesterov's step in terms of the point ahead: what is called `weights` here is weights + momentum * velocity.

    So the gradient is the one at the point ahead, and it is the point ahead that is kept (Sutskever et al. 2013).
    """
    velocity = state["velocity"]
    velocity *= momentum
    step = rate * gradient
    velocity -= step
    weights += momentum * velocity
    weights -= step


def _adagrad(weights, state, gradient, rate, count, epsilon=EPSILON):
    squares = state["squares"]
    squares += gradient**2
    weights -= rate * gradient / (np.sqrt(squares) + epsilon)


def _adagrad_of_the_deck(weights, state, gradient, rate, count, epsilon=EPSILON):
    """Divided by the root of the *mean* of all squares so far, as deck 001 writes it."""
    squares = state["squares"]
    squares += gradient**2
    weights -= rate * gradient / (np.sqrt(squares / count) + epsilon)


def _rmsprop(weights, state, gradient, rate, count, rho=0.9, epsilon=EPSILON):
    average = state["average"]
    average *= rho
    average += (1 - rho) * gradient**2
    weights -= rate * gradient / (np.sqrt(average) + epsilon)


def _moments(state, gradient, beta_1, beta_2):
    first, second = state["first"], state["second"]
    first *= beta_1
    first += (1 - beta_1) * gradient
    second *= beta_2
    second += (1 - beta_2) * gradient**2
    return first, second


def _adam(
    weights,
    state,
    gradient,
    rate,
    count,
    beta_1=0.9,
    beta_2=0.999,
    epsilon=EPSILON,
    corrected=True,
    l2=0.0,
    decay=0.0,
):
    """`l2` adds l2 * weights to the gradient; `decay` shrinks the weights by rate * decay beside the step (AdamW)."""
    if l2:
        gradient = gradient + l2 * weights
    if decay:
        weights -= rate * decay * weights
    first, second = _moments(state, gradient, beta_1, beta_2)
    seen_1, seen_2 = (1 - beta_1**count, 1 - beta_2**count) if corrected else (1.0, 1.0)
    weights -= (rate / seen_1) * first / (np.sqrt(second) * seen_2**-0.5 + epsilon)


def _rising_share(step, beta_1):
    return beta_1 * (1 - 0.5 * 0.96**step)


@cache
def _product_of_shares(step, beta_1):
    """Of the first steps; asked for one step after the other, so that each costs one product."""
    return _rising_share(step, beta_1) * _product_of_shares(step - 1, beta_1) if step else 1.0


def _nadam(weights, state, gradient, rate, count, beta_1=0.9, beta_2=0.999, epsilon=EPSILON):
    """Adam with Nesterov's look ahead and a momentum that rises at the start (Dozat 2016).

    It rises as in Keras, with 0.96^t; in Dozat's paper more slowly, with 0.96^(t / 250).
    """
    first, second = _moments(state, gradient, beta_1, beta_2)
    seen, seen_next = (1 - _product_of_shares(step, beta_1) for step in (count, count + 1))
    ahead = _rising_share(count + 1, beta_1) * first / seen_next
    now = (1 - _rising_share(count, beta_1)) * gradient / seen
    weights -= rate * (ahead + now) / (np.sqrt(second / (1 - beta_2**count)) + epsilon)


def _adamax(weights, state, gradient, rate, count, beta_1=0.9, beta_2=0.999, epsilon=EPSILON):
    first, largest = state["first"], state["largest"]
    first *= beta_1
    first += (1 - beta_1) * gradient
    np.maximum(beta_2 * largest, np.abs(gradient), out=largest)
    weights -= (rate / (1 - beta_1**count)) * first / (largest + epsilon)


_BOTH = ("first", "second")
RULES = {
    "SGD": Rule(_sgd),
    "momentum": Rule(_momentum, ("velocity",)),
    "Nesterov": Rule(_nesterov, ("velocity",)),
    "Adagrad": Rule(_adagrad, ("squares",)),
    "RMSprop": Rule(_rmsprop, ("average",)),
    "Adam": Rule(_adam, _BOTH),
    "Nadam": Rule(_nadam, _BOTH),
    "AdaMax": Rule(_adamax, ("first", "largest")),
}
# Other forms of these rules, which the lecture compares with them.
VARIANTS = {
    "Adagrad of deck 001": Rule(_adagrad_of_the_deck, ("squares",)),
    "Adam, uncorrected": RULES["Adam"].having(corrected=False),
}


def path(rule, gradient_at, start, rate, steps):
    """The weights after each step, (steps + 1, *start.shape); `rate` is a number, an array, or a function of the step.

    `gradient_at(weights)` returns the gradient. Steps are counted from 0 for a rate that is a function.
    """
    weights = np.array(start, dtype=float)
    state, places = rule.state_like(weights), [weights.copy()]
    # A path that flies away is a result here, not an accident.
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            rule.step(weights, state, gradient_at(weights), rate(step) if callable(rate) else rate, step + 1)
            places.append(weights.copy())
    return np.array(places)
