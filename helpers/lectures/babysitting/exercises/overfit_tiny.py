"""Exercise `overfit_tiny`.

A history of losses depends on how the weights were drawn, so no value of it is compared. It is held against what every
right history has in common: where it starts, what the first step does (the weights are small, so almost only the last
bias learns in it), where it ends (the lowest loss that the data allow), what it is when the features are all 0 and only
the last bias can learn at all, and whether it follows from `rng`. `tests/test_babysitting.py` measures how far inside
the limits right histories stay.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import log_softmax, softmax

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

from .common import LECTURE

STEPS, RATE, DEVIATION, HIDDEN = 200, 0.5, 0.01, 50
FIRST, SECOND, LAST, SAME_CURVE = 0.01, 0.04, 0.05, 1e-3
SYMMETRY = "A normal number and its negative come equally often."
SIZE = "A history that depends on chance does not show by how little the weights are larger; the docstring allows 0.01."


def oracle(features, labels, rng):
    """The network as a class, with its gradient by hand."""
    network = Network(features, labels, DEVIATION, rng)
    losses = [network.loss()]
    for _ in range(STEPS):
        network.descend(RATE)
        losses.append(network.loss())
    return np.array(losses)


class Network:
    """The two-layer network on a few samples."""

    def __init__(self, features, labels, deviation, rng):
        self.x, self.y = np.asarray(features, dtype=float), np.asarray(labels)
        classes = int(self.y.max()) + 1
        self.targets = np.eye(classes)[self.y]
        self.v = deviation * rng.standard_normal((50, classes))
        self.w = deviation * rng.standard_normal((self.x.shape[1], 50))
        self.a, self.b = np.zeros(50), np.zeros(classes)

    def scores(self):
        self.hidden = np.maximum(self.x @ self.w + self.a, 0)
        return self.hidden @ self.v + self.b

    def logs(self):
        # As SciPy's log_softmax, in a third of its time.
        shifted = self.scores()
        shifted -= shifted.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def loss(self):
        return -float((self.logs() * self.targets).sum() / len(self.x))

    def accuracy(self):
        return float(np.mean(self.scores().argmax(axis=1) == self.y))

    def descend(self, rate, regularization=0.0):
        error = (np.exp(self.logs()) - self.targets) / len(self.x)
        inner = (error @ self.v.T) * (self.hidden > 0)
        self.v = self.v - rate * (self.hidden.T @ error + regularization * self.v)
        self.w = self.w - rate * (self.x.T @ inner + regularization * self.w)
        self.a, self.b = self.a - rate * inner.sum(axis=0), self.b - rate * error.sum(axis=0)


# The inputs. No classes are equally frequent: a network that learns only how frequent they are should show.


def samples(rng, n, d, classes):
    labels = np.concatenate([np.arange(classes), np.zeros(n - classes, dtype=int)])
    return rng.normal(size=(n, d)), rng.permutation(labels)


def memorized(rng):
    return [
        call(*samples(rng, 8, 24, 3), seeded(rng)),
        call(*samples(rng, 12, 30, 4), seeded(rng)),
    ]


def impossible(rng):
    features, labels = samples(rng, 8, 24, 4)
    features[1], labels[:2] = features[0], (1, 2)
    nothing, of_nothing = np.zeros((6, 20)), np.array([0, 0, 0, 1, 1, 2])
    return [
        call(features, labels, seeded(rng)),
        call(nothing, rng.permutation(of_nothing), seeded(rng)),
    ]


def repeated(rng):
    features, labels = samples(rng, 10, 20, 3)
    one, other = seeded(rng), seeded(rng)
    return [call(features, labels, one), call(features, labels, one), call(features, labels, other)]


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


# What every right history has in common.


def right_history(one, value, before=None):
    """The judge of this exercise."""
    return fair_curve(one, value) or from_rng(one, value, before)


def as_history(value):
    """The losses as an array, or None for any value that is no history."""
    try:
        losses = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    return losses if losses.shape == (STEPS + 1,) else None


def fair_curve(one, value):
    losses = as_history(value)
    if losses is None:
        return Difference("type", f"It returned no array of {STEPS + 1} losses.")
    features, labels = one.arguments[:2]
    if not np.isfinite(losses).all():
        return Difference("value", "Some losses are not finite.")
    start, lowest = np.log(labels.max() + 1), lowest_loss(features, labels)
    if abs(losses[0] - start) > FIRST:
        return Difference("value", f"The first loss is {losses[0]:.4f}; {start:.4f} is expected of small weights.")
    second = curve_of_the_last_bias(labels)[1]
    if abs(losses[1] - second) > SECOND:
        return Difference(
            "value",
            f"The loss after the first step is {losses[1]:.4f}; about {second:.4f} is expected of a step with the rate "
            f"{RATE}: while the weights are small, it is the last bias that learns.",
        )
    if losses[-1] > lowest + LAST or losses.min() < lowest - 1e-4:
        goal = "below 0.05" if lowest == 0 else f"{lowest:.4f}, which no network can beat on these samples,"
        return Difference("value", f"The last loss is {losses[-1]:.4f}; {goal} is expected.")
    if not features.any() and np.abs(losses - curve_of_the_last_bias(labels)).max() > SAME_CURVE:
        return Difference(
            "value",
            f"With features of 0 only the last bias learns; {STEPS} steps with the rate {RATE} give other losses.",
        )
    return None


def from_rng(one, value, before):
    if before is None or as_history(before[1]) is None:
        return None
    if not all(map(np.array_equal, one.arguments[:2], before[0].arguments[:2])):
        return None
    same_state, same_losses = one.arguments[2] == before[0].arguments[2], np.array_equal(value, before[1])
    if same_state and not same_losses:
        return Difference("value", "Generators in the same state gave different losses: draw from `rng` only.")
    if not same_state and same_losses:
        return Difference("value", "Two different generators gave the same losses. The weights should come from `rng`.")
    return None


def lowest_loss(features, labels):
    """The mean cross-entropy of knowing only how frequent each label is among samples that look alike."""
    _, groups = np.unique(features, axis=0, return_inverse=True)
    counts = np.zeros((groups.max() + 1, labels.max() + 1))
    np.add.at(counts, (groups.ravel(), labels), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(-(counts * np.log(np.where(shares > 0, shares, 1))).sum() / len(labels))


def curve_of_the_last_bias(labels, rate=RATE, steps=STEPS):
    return _curve_of_the_last_bias(tuple(np.bincount(labels).tolist()), rate, steps)


@cache
def _curve_of_the_last_bias(counts, rate, steps):
    shares = np.array(counts) / sum(counts)
    bias, losses = np.zeros(len(shares)), []
    for _ in range(steps + 1):
        losses.append(-float(shares @ log_softmax(bias)))
        bias = bias - rate * (softmax(bias) - shares)
    return np.array(losses)


# How the wrong ones are recognised.


def any_values(one, value, before=None):
    """For a mistake that type and shape give away."""


def recognised(test):
    """A judge that finds nothing wrong when `test(losses, features, labels)` is true."""

    def judge(one, value, before=None):
        losses = as_history(value)
        with np.errstate(all="ignore"):
            is_it = losses is not None and test(losses, *one.arguments[:2])
        return None if is_it else Difference("value", "It is another history.")

    return judge


@recognised
def like_shares_of_right_answers(losses, features, labels):
    return np.allclose(losses * len(labels), np.round(losses * len(labels))) and losses.max() <= 1


@recognised
def standing_still(losses, features, labels):
    return np.ptp(losses) < 1e-9


@recognised
def hardly_falling(losses, features, labels):
    return losses[0] * 0.9 < losses[-1] < losses[0]


@recognised
def rising(losses, features, labels):
    if features.any():
        return not losses[-1] <= losses[0]
    return np.abs(losses - curve_of_the_last_bias(labels, -RATE)).max() < SAME_CURVE


@recognised
def beginning_after_a_step(losses, features, labels):
    later = curve_of_the_last_bias(labels, steps=STEPS + 1)[1:]
    return abs(losses[0] - later[0]) < SECOND if features.any() else np.abs(losses - later).max() < SAME_CURVE


@recognised
def learning_frequencies_only(losses, features, labels):
    return np.abs(losses - curve_of_the_last_bias(labels)).max() < SAME_CURVE


@recognised
def starting_high(losses, features, labels):
    return not features.any() or losses[0] > np.log(labels.max() + 1) + FIRST


@recognised
def held_back(losses, features, labels):
    lowest = lowest_loss(features, labels)
    return losses[-1] < lowest + 1e-3 if not features.any() else losses[-1] > lowest + LAST


def of_a_fixed_seed(one, value, before=None):
    """Right but for the generator: the same samples give the same losses, whatever its state."""
    same_samples = before is not None and np.array_equal(one.arguments[0], before[0].arguments[0])
    if same_samples and not np.array_equal(value, before[1]):
        return Difference("value", "It is another history.")
    return fair_curve(one, value)


def from_elsewhere(one, value, before=None):
    """Right but for the generator: the same state gives other losses."""
    same_state = before is not None and one.arguments[2] == before[0].arguments[2]
    if same_state and np.array_equal(value, before[1]):
        return Difference("value", "It is another history.")
    return fair_curve(one, value)


def history(network, rate, regularization=0.0, steps=STEPS):
    losses = [network.loss()]
    for _ in range(steps):
        network.descend(rate, regularization)
        losses.append(network.loss())
    return np.array(losses)


@mistake("One loss is missing. There are 201: one before the first step, and one after each of the 200.", any_values)
def one_loss_short(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), RATE)[1:]


@mistake(
    "The first loss is that *after* the first step. Note the loss before each step, and once more after the last one: "
    "201 in all.",
    beginning_after_a_step,
)
def one_step_late(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), RATE, steps=STEPS + 1)[1:]


@mistake("Only the last loss came back. Collect them all in a list: the curve is what you want to look at.", any_values)
def last_loss_only(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), RATE)[-1]


@mistake(
    "The losses do not change at all, so the parameters stay as they are. `sgd_step` returns new ones: assign them to "
    "`parameters`.",
    standing_still,
)
def steps_thrown_away(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), 0.0)


@mistake(
    "These are accuracies. Return the losses: they go on falling long after every answer is right.",
    like_shares_of_right_answers,
)
def accuracies(features, labels, rng):
    network = Network(features, labels, DEVIATION, rng)
    shares = [network.accuracy()]
    for _ in range(STEPS):
        network.descend(RATE)
        shares.append(network.accuracy())
    return np.array(shares)


@mistake("The losses rise: the step goes along the gradient. Subtract the gradient.", rising)
def uphill(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), -RATE)


@mistake(
    "Only the last bias learns: how frequent each class is. That happens when all weights start at 0, where no "
    "gradient reaches them. Draw them from `rng`.",
    learning_frequencies_only,
)
def zero_weights(features, labels, rng):
    return history(Network(features, labels, 0.0, rng), RATE)


@mistake(
    "The loss hardly falls: the steps are much too short. The learning rate is 0.5 here; the 0.001 of the slide is for "
    "raw pixels, which are far larger than these features.",
    hardly_falling,
)
def rate_of_the_slide(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), 1e-3)


@mistake(
    "The first loss is well above the logarithm of the number of classes: the weights are too large. Multiply the "
    "normal numbers by 0.01.",
    starting_high,
)
def large_weights(features, labels, rng):
    return history(Network(features, labels, 1.0, rng), RATE)


@mistake(
    "The last bias learns, and the loss still ends well above its lowest value: the weights learn too little. Check "
    "that regularization is 0, and that W1 and W2 both take their steps.",
    held_back,
)
def with_regularization(features, labels, rng):
    return history(Network(features, labels, DEVIATION, rng), RATE, regularization=0.1)


@mistake(
    "The history is the same for every generator: the weights come from a seed of their own. Draw them from `rng`.",
    of_a_fixed_seed,
)
def own_seed(features, labels, rng):
    return history(Network(features, labels, DEVIATION, np.random.default_rng(0)), RATE)


@mistake(
    "Generators in the same state give different histories: the weights come from elsewhere, such as "
    "`np.random.randn`. "
    "Draw them from `rng`.",
    from_elsewhere,
)
def global_generator(features, labels, rng):
    return history(Network(features, labels, DEVIATION, np.random.default_rng()), RATE)


# Right ones.


def gradient_descent_by_hand(features, labels, rng):
    """It calls no other function: forward and backward pass stand in the loop, for four arrays and no penalty."""
    n, n_classes = len(features), labels.max() + 1
    w1, b1 = rng.normal(0, 0.01, (features.shape[1], 50)), np.zeros(50)
    w2, b2 = rng.normal(0, 0.01, (50, n_classes)), np.zeros(n_classes)
    targets = np.eye(n_classes)[labels]
    losses = []
    for _ in range(201):
        hidden = np.maximum(features @ w1 + b1, 0)
        scores = hidden @ w2 + b2
        losses.append(-np.sum(targets * log_softmax(scores, axis=1)) / n)
        d_scores = (softmax(scores, axis=1) - targets) / n
        d_sums = (d_scores @ w2.T) * (hidden > 0)
        w2, b2 = w2 - 0.5 * (hidden.T @ d_scores), b2 - 0.5 * d_scores.sum(axis=0)
        w1, b1 = w1 - 0.5 * (features.T @ d_sums), b1 - 0.5 * d_sums.sum(axis=0)
    return np.array(losses)


def biases_as_weights(features, labels, rng):
    """A column of ones turns each bias into one more row of weights, so there are two arrays to learn and not four."""
    n, n_classes = len(features), labels.max() + 1
    ones = np.ones((n, 1))
    inputs = np.hstack([features, ones])
    w1 = np.vstack([rng.normal(0, 0.01, (features.shape[1], 50)), np.zeros((1, 50))])
    w2 = np.vstack([rng.normal(0, 0.01, (50, n_classes)), np.zeros((1, n_classes))])
    losses = np.empty(201)
    for step in range(201):
        hidden = np.hstack([np.maximum(inputs @ w1, 0), ones])
        logs = log_softmax(hidden @ w2, axis=1)
        losses[step] = -np.mean(logs[np.arange(n), labels])
        error = np.exp(logs)
        error[np.arange(n), labels] -= 1
        d_sums = (error @ w2[:-1].T) * (hidden[:, :-1] > 0)
        w2 = w2 - 0.5 * hidden.T @ error / n
        w1 = w1 - 0.5 * inputs.T @ d_sums / n
    return losses


def with_a_dict(features, labels, rng):
    x, y = np.asarray(features, dtype=float), np.asarray(labels)
    classes = y.max() + 1
    p = {
        "W1": rng.normal(0, 0.01, (x.shape[1], 50)),
        "b1": np.zeros(50),
        "W2": rng.normal(0, 0.01, (50, classes)),
        "b2": np.zeros(classes),
    }
    losses = np.empty(201)
    for step in range(201):
        sums = x @ p["W1"] + p["b1"]
        hidden = np.maximum(sums, 0)
        logs = log_softmax(hidden @ p["W2"] + p["b2"], axis=1)
        losses[step] = -logs[np.arange(len(y)), y].mean()
        error = np.exp(logs)
        error[np.arange(len(y)), y] -= 1
        error /= len(y)
        inner = error @ p["W2"].T * (sums > 0)
        slopes = {"W1": x.T @ inner, "b1": inner.sum(axis=0), "W2": hidden.T @ error, "b2": error.sum(axis=0)}
        p = {name: p[name] - 0.5 * slopes[name] for name in p}
    return losses


def last_layer_drawn_first(features, labels, rng):
    return history(Network(features, labels, 0.01, rng), 0.5).tolist()


def from_a_child_generator(features, labels, rng):
    return history(Network(features, labels, 0.01, np.random.default_rng(rng.integers(2**32))), 0.5)


def by_legacy_state(features, labels, rng):
    state = np.random.RandomState(rng.integers(2**31))

    class Standard:
        def standard_normal(self, shape):
            return state.randn(*shape)

    return history(Network(features, labels, 0.01, Standard()), 0.5)


def as_a_tuple(features, labels, rng):
    network = Network(features, labels, 0.01, rng)
    losses = []
    for _ in range(201):
        losses.append(network.loss())
        network.descend(0.5)
    return tuple(losses)


def in_single_precision(features, labels, rng):
    network = Network(features, labels, 0.01, rng)
    for name in ("x", "v", "w", "a", "b"):
        setattr(network, name, getattr(network, name).astype(np.float32))
    network.targets = network.targets.astype(np.float32)
    return history(network, np.float32(0.5)).astype(np.float32)


OVERFIT_TINY = Exercise(
    name="overfit_tiny",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="3. Can it memorize twenty images?",
    minutes=8,
    difficulty=2,
    parts=(
        Part("memorized", 2, memorized, judge=right_history),
        Part("what cannot be learned", 1, impossible, judge=right_history),
        Part("draws from rng", 1, repeated, judge=right_history),
    ),
    oracle=oracle,
    mistakes=(
        one_loss_short,
        one_step_late,
        last_loss_only,
        steps_thrown_away,
        accuracies,
        uphill,
        zero_weights,
        rate_of_the_slide,
        large_weights,
        with_regularization,
        own_seed,
        global_generator,
    ),
    spellings=(
        gradient_descent_by_hand,
        biases_as_weights,
        with_a_dict,
        last_layer_drawn_first,
        from_a_child_generator,
        by_legacy_state,
        as_a_tuple,
        in_single_precision,
    ),
    hints=(
        "Make the dict of parameters, then repeat: loss and gradients by `two_layer_loss`, note the loss, `sgd_step`.",
        "For 201 values `two_layer_loss` is called 201 times, and the step after the last of them does no harm.",
    ),
    equivalent_mutants={
        "line 3: `1` → `-1`": "Of two axes, number 1 and number -1 are the same.",
        "line 3: `0.01` → `-0.01`": SYMMETRY,
        "line 5: `0.01` → `-0.01`": SYMMETRY,
        "line 3: `0.01` → `0.02`": SIZE,
        "line 5: `0.01` → `0.02`": SIZE,
        "line 5: `0.01` → `0.0`": "With W1 random, W2 grows from 0 too, to the same losses within what chance allows.",
        "line 4: `50` → `1`": "The bias has 50 entries after the first step; before it, one 0 gives the same sums.",
        "line 6: `np.zeros(n_classes)` → `n_classes`": "The same number added to all scores changes no probability.",
    },
)
