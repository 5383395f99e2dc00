"""`least_cost`: decide for fresh cases, by any loss and any threshold; judged by what the decisions cost.

How likely the rare class is in each case is drawn from the bytes of `x`. So a call says nothing of it but its labels,
and the judge can compute the expected cost of every decision without the luck of drawn labels.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy.special import expit

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

CASES, FRESH, FEATURES = 1600, 1500, 5
# Of what there is to save, from one decision for all down to the course's own: so much has to be saved.
SOME, MOST = 0.5, 0.75
# A grading asks for this part of that: which cases it draws is chance, so what passes the public ones should pass.
OF_FRESH = 0.8


def log_odds_behind(x):
    """The direction and the offset of the log-odds of the rare class, for cases `x`."""
    rng = np.random.default_rng(zlib.crc32(np.asarray(x, dtype=float).tobytes()))
    direction = rng.standard_normal(FEATURES)
    return 2 * direction / np.linalg.norm(direction), rng.uniform(-4.6, -4.0)


def drawn(rng, costs):
    x, x_new = rng.standard_normal((CASES, FEATURES)), rng.standard_normal((FRESH, FEATURES))
    direction, offset = log_odds_behind(x)
    y = (rng.random(CASES) < expit(x @ direction + offset)).astype(int)
    return call(x, y, np.array(costs, dtype=float), x_new)


def alarms(rng):
    """A missed case costs 40 to 99 times as much as a false alarm."""
    return [drawn(rng, [[0, 1], [99, 0]]), drawn(rng, [[0, 2], [float(rng.integers(80, 121)), 0]])]


def third_decisions(rng):
    """A case may also be handed to a person, who finds out what it is and has to be paid."""
    return [
        drawn(rng, [[0, 12, 4], [100, 0, 10]]),
        drawn(rng, [[0, float(rng.integers(10, 13)), 3], [float(rng.integers(80, 121)), 1, 9]]),
    ]


def fitted(x, y, ridge=1.0, steps=12):
    """Weights and bias of a logistic regression, by Newton's method."""
    columns = np.column_stack([x, np.ones(len(x))])
    weights, penalty = np.zeros(columns.shape[1]), ridge * np.eye(columns.shape[1])
    penalty[-1, -1] = 1e-9
    for _ in range(steps):
        p = expit(columns @ weights)
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + penalty
        weights = weights - np.linalg.solve(curvature, columns.T @ (p - y) + penalty @ weights)
    return weights


def probabilities(x, y, x_new):
    weights = fitted(x, y)
    return expit(x_new @ weights[:-1] + weights[-1])


def expected(p, costs):
    """The expected cost of every decision: (n, decisions)."""
    return np.column_stack([1 - p, p]) @ costs


def oracle(x, y, costs, x_new):
    """Train by likelihood, decide by cost."""
    return expected(probabilities(x, y, x_new), costs).argmin(axis=1)


def truth(one):
    """How likely the rare class is in each fresh case."""
    direction, offset = log_odds_behind(one.arguments[0])
    return expit(one.arguments[3] @ direction + offset)


def cost(one, decisions):
    """The expected cost of a fresh case."""
    table = expected(truth(one), one.arguments[2])
    return float(table[np.arange(len(table)), decisions].mean())


@lru_cache(maxsize=64)
def _standards(data):
    x, y, costs, x_new = (np.frombuffer(part, dtype).reshape(shape) for part, dtype, shape in data)
    one = call(x, y, costs, x_new)
    return float(expected(truth(one), costs).mean(axis=0).min()), cost(one, oracle(x, y, costs, x_new))


def standards(one):
    """What the cheapest single decision for all costs, and the course's own decisions."""
    return _standards(tuple((array.tobytes(), array.dtype.str, array.shape) for array in one.arguments))


@cache
def public_cases():
    return frozenset(trial.call.arguments[0].tobytes() for trial in LEAST_COST.public_trials)


def read(one, value):
    """The decisions as integers, or a sentence about what is wrong with them."""
    _, _, costs, x_new = one.arguments
    array = np.asarray(value)
    if array.shape != (len(x_new),) or array.dtype.kind not in "iub":
        return None, f"One integer for each of the {len(x_new)} rows of `x_new` is expected: the column of `costs`."
    if array.min() < 0 or array.max() >= costs.shape[1]:
        return None, f"A decision is a column of `costs`, from 0 to {costs.shape[1] - 1}."
    return array.astype(int), ""


@dataclass(frozen=True)
class Saves:
    """The judge of a part: do the decisions save this share of what there is to save?"""

    share: float
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        decisions, sentence = read(one, value)
        if decisions is None:
            return Difference("type", sentence)
        found, (single, own) = cost(one, decisions), standards(one)
        share = self.share * (1 if one.arguments[0].tobytes() in public_cases() else OF_FRESH)
        allowed = single - share * (single - own)
        if found <= allowed:
            return None
        return Difference(
            "value",
            f"On fresh cases these decisions cost {found:.2f} a case; at most {allowed:.2f} is asked for. The cheapest "
            f"single decision for all costs {single:.2f}, the course's own decisions {own:.2f}.",
        )


# How the wrong ones are recognized.


@dataclass(frozen=True)
class Known:
    """Knows decisions by `test(one, decisions)`."""

    test: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        decisions, _ = read(one, value)
        is_it = decisions is not None and self.test(one, decisions)
        return None if is_it else Difference("value", "They are other decisions.")


@dataclass(frozen=True)
class KnownArray:
    """Knows results that are no decisions by `test(one, array)`."""

    test: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        array = np.asarray(value)
        is_it = array.dtype.kind in "fiu" and self.test(one, array)
        return None if is_it else Difference("value", "It is something else.")


def all_the_same(one, decisions):
    return np.ptp(decisions) == 0


def seldom(one, decisions):
    return 0 < np.mean(decisions > 0) < 1.5 * truth(one).mean()


def most_expensive(one, decisions):
    return np.mean(decisions == expected(truth(one), one.arguments[2]).argmax(axis=1)) > 0.75


def without_the_third(one, decisions):
    good = Saves(MOST)(one, decisions) is None
    return good if one.arguments[2].shape[1] == 2 else decisions.max() == 1 and decisions.min() == 0


def are_probabilities(one, array):
    return array.shape == (FRESH,) and array.dtype.kind == "f" and 0 <= array.min() < array.max() <= 1


def are_for_the_old(one, array):
    return array.shape == (CASES,)


@mistake(
    "All cases get the same decision. In some of them the rare class is far more likely than in others, and `x_new` "
    "tells which.",
    Known(all_the_same),
)
def one_for_all(x, y, costs, x_new):
    return np.zeros(len(x_new), dtype=int)


@mistake(
    "The alarm is about as rare as the class itself, or rarer, as if both mistakes had the same price. Compute what "
    "each decision costs on average at the probability of the case.",
    Known(seldom),
)
def threshold_one_half(x, y, costs, x_new):
    return (probabilities(x, y, x_new) > 0.5).astype(int)


@mistake(
    "These are mostly the decisions with the *highest* expected cost. Look at the sign, or at the order of the "
    "classes.",
    Known(most_expensive),
)
def dearest(x, y, costs, x_new):
    return expected(probabilities(x, y, x_new), costs).argmax(axis=1)


@mistake(
    "With two decisions this is right. Where `costs` has a third column, that one is never chosen, although it is "
    "often the cheapest.",
    Known(without_the_third),
)
def only_two(x, y, costs, x_new):
    return expected(probabilities(x, y, x_new), costs[:, :2]).argmin(axis=1)


@mistake(
    "These are probabilities. Return for each fresh case the column of the decision.", KnownArray(are_probabilities)
)
def gives_probabilities(x, y, costs, x_new):
    return probabilities(x, y, x_new)


@mistake("These are decisions for `x`. Asked for are those for the fresh cases, `x_new`.", KnownArray(are_for_the_old))
def for_the_old_cases(x, y, costs, x_new):
    return oracle(x, y, costs, x)


# Right ones.


def with_scikit_learn(x, y, costs, x_new):
    """Logistic regression is trained by cross-entropy; its probabilities times the costs decide."""
    from sklearn.linear_model import LogisticRegression

    p = LogisticRegression().fit(x, y).predict_proba(x_new)
    return np.argmin(p @ costs, axis=1)


def by_gradient_descent(x, y, costs, x_new):
    """The same with one sigmoid unit that is trained by hand."""
    weights, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(1500):
        error = expit(x @ weights + bias) - y
        weights -= 0.8 * (x.T @ error / len(x) + 0.001 * weights)
        bias -= 0.8 * error.mean()
    p = expit(x_new @ weights + bias)
    return [int(np.argmin([(1 - one) * c[0] + one * c[1] for c in costs.T])) for one in p]


def with_a_weighted_loss(x, y, costs, x_new):
    """A loss in which the rare class counts three times as much; then the odds are divided by three again."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(class_weight={0: 1, 1: 3}).fit(x, y)
    p = expit(model.decision_function(x_new) - np.log(3))
    return np.argmin(np.outer(1 - p, costs[0]) + np.outer(p, costs[1]), axis=1).astype(np.int32)


def with_scipy(x, y, costs, x_new):
    from scipy.optimize import minimize

    signs = 2 * y - 1

    def loss(w):
        margins = signs * (x @ w[:-1] + w[-1])
        pull = -signs * expit(-margins)
        return np.logaddexp(0, -margins).sum() + 0.5 * w[:-1] @ w[:-1], np.append(x.T @ pull + w[:-1], pull.sum())

    w = minimize(loss, np.zeros(x.shape[1] + 1), jac=True).x
    return oracle_decision(expit(x_new @ w[:-1] + w[-1]), costs)


def oracle_decision(p, costs):
    return tuple(int(k) for k in expected(p, costs).argmin(axis=1))


def by_newton(x, y, costs, x_new):
    return oracle(x, y, costs, x_new)


LEAST_COST = Exercise(
    name="least_cost",
    lecture=LECTURE,
    section="5. One in a hundred",
    minutes=15,
    difficulty=3,
    parts=(
        Part("cheaper than one decision for all", 2, alarms, judge=Saves(SOME)),
        Part("nearly as cheap as can be", 1, alarms, judge=Saves(MOST)),
        Part("a third decision", 2, third_decisions, judge=Saves(MOST)),
    ),
    oracle=oracle,
    mistakes=(
        one_for_all,
        threshold_one_half,
        dearest,
        only_two,
        gives_probabilities,
        for_the_old_cases,
    ),
    spellings=(with_scikit_learn, by_gradient_descent, with_a_weighted_loss, with_scipy, by_newton),
    open_ended=True,
    judged_on_hidden=True,
    hints=(
        "Two steps: a model that gives a probability of class 1 for each row of `x_new`, then a decision from that and "
        "`costs`. You have written the second one above.",
        "Any model trained by cross-entropy will do: one sigmoid unit by gradient descent, or scikit-learn's "
        "LogisticRegression.",
    ),
)
