"""Exercise `two_layer_loss`."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax, xlogy

from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake

from .common import LECTURE, NOT_IN_PLACE, random_parameters

LAST_AXIS = "Of two axes, number 1 and number -1 are the same."


def oracle(parameters, features, labels, regularization):
    """The loss by plain loops over samples; every slope by a complex step, with no derivative written down."""
    p = {name: np.array(array, dtype=complex) for name, array in parameters.items()}
    x, y = np.asarray(features, dtype=float), np.asarray(labels)
    tiny = 1e-150
    gradients = {}
    for name, array in p.items():
        slopes = np.empty(array.shape)
        for place in np.ndindex(array.shape):
            before = array[place]
            array[place] = before + 1j * tiny
            slopes[place] = _total(p, x, y, regularization).imag / tiny
            array[place] = before
        gradients[name] = slopes
    return float(_total(p, x, y, regularization).real), gradients


def _total(p, x, y, regularization):
    total = 0.0
    for row, label in zip(x, y, strict=True):
        hidden = row @ p["W1"] + p["b1"]
        scores = np.where(hidden.real > 0, hidden, 0) @ p["W2"] + p["b2"]
        largest = scores.real.max()
        total = total + np.log(np.exp(scores - largest).sum()) + largest - scores[label]
    penalty = 0.5 * regularization * sum((p[name] ** 2).sum() for name in ("W1", "W2"))
    return total / len(y) + penalty


def drawn(rng, n, d, hidden, classes, regularization, scale=0.8):
    """Features and weights for which no unit is near its kink and no probability of a label is near 0 or 1."""
    while True:
        parameters, features = random_parameters(rng, d, hidden, classes, scale), rng.normal(size=(n, d))
        labels = rng.permutation(np.arange(n) % classes)
        _, sums, _, scores = forward(parameters, features)
        likely = softmax(scores, axis=1)[np.arange(n), labels]
        if np.abs(sums).min() > 0.01 and likely.min() > 0.1 and likely.max() < 0.9:
            return call(parameters, features, labels, regularization)


def simple():
    parameters = {
        "W1": np.array([[1.0, -1.0], [0.5, 2.0]]),
        "b1": np.array([-0.5, 0.5]),
        "W2": np.array([[1.0, 0.0], [-1.0, 0.5]]),
        "b2": np.array([0.0, 0.5]),
    }
    return parameters, np.array([[1.0, 2.0], [-1.0, 1.5], [0.5, -0.5]]), np.array([0, 1, 1])


def without_regularization(rng):
    return [call(*simple(), 0.0), drawn(rng, 5, 3, 4, 3, 0.0), drawn(rng, 8, 2, 6, 2, 0.0)]


def with_regularization(rng):
    return [call(*simple(), 0.5), drawn(rng, 6, 3, 5, 3, 0.1), drawn(rng, 4, 2, 3, 4, 2.0)]


def numerical_range(rng):
    """Scores up to 1000 in size: at both ends, all of them low, and rows that lie 1000 apart."""
    calls = []
    for height in (300.0, 990.0):
        parameters = random_parameters(rng, 2, 3, 3)
        parameters["b2"] = height * np.array([1.0, -1.0, 0.5])
        calls.append(call(parameters, rng.uniform(-1, 1, (4, 2)), np.array([0, 1, 2, 1]), 0.1))
    # Multiples of 1/16, so that single precision has all digits of these scores: they differ by little, far from 0.
    low = simple()[0]
    low["b1"] += 1 / 16  # off the kink
    low["b2"] -= 990
    quarters = rng.integers(-8, 9, (3, 2)) / 4
    parameters = {
        "W1": np.eye(2),
        "b1": np.array([0.5, 0.25]),
        "W2": np.array([[1.0, -1.0], [-1.0, 1.0]]),
        "b2": np.array([0.0, 0.5]),
    }
    features = np.array([[950.0, -1.0], [1.0, 2.0], [-1.0, 990.0]]) * rng.uniform(0.9, 1.0, (3, 1))
    return [
        *calls,
        call(low, quarters, np.array([0, 1, 1]), 0.0),
        call(parameters, features, np.array([1, 0, 1]), 0.0),
    ]


def edge_cases(rng):
    parameters, features, labels = simple()
    at_the_kink = parameters | {"b1": np.array([0.25, 0.5])}  # the first unit of the second sample is exactly 0
    dead = drawn(rng, 4, 2, 3, 2, 0.1)
    dead.arguments[0]["b1"][[0, 2]] = -50.0
    zeros = {name: np.zeros(shape) for name, shape in {"W1": (2, 3), "b1": 3, "W2": (3, 4), "b2": 4}.items()}
    single = {name: array.astype(np.float32) for name, array in parameters.items()}
    return [
        call(at_the_kink, features, labels, 0.25),
        drawn(rng, 1, 3, 4, 3, 0.5),
        dead,
        call(zeros, rng.normal(size=(5, 2)), np.array([0, 1, 2, 3, 3]), 1.0),
        call(single, features.astype(np.float32), labels, 0.5),
    ]


# The pieces from which the right answer and the wrong ones are put together.


def forward(parameters, features):
    x = np.asarray(features, dtype=float)
    sums = x @ parameters["W1"] + parameters["b1"]
    hidden = np.maximum(sums, 0)
    return x, sums, hidden, hidden @ parameters["W2"] + parameters["b2"]


def cross_entropy(scores, labels):
    of_label = log_softmax(scores, axis=1)[np.arange(len(labels)), np.asarray(labels)]
    return -float(of_label.mean())


def penalty(parameters, regularization):
    return 0.5 * regularization * float((parameters["W1"] ** 2).sum() + (parameters["W2"] ** 2).sum())


def errors(scores, labels):
    wrong = softmax(scores, axis=1)
    wrong[np.arange(len(labels)), np.asarray(labels)] -= 1
    return wrong / len(labels)


def backward(parameters, x, sums, hidden, error, regularization):
    inner = (error @ parameters["W2"].T) * (sums > 0)
    return {
        "W1": x.T @ inner + regularization * parameters["W1"],
        "b1": inner.sum(axis=0),
        "W2": hidden.T @ error + regularization * parameters["W2"],
        "b2": error.sum(axis=0),
    }


def right(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    return loss, backward(parameters, x, sums, hidden, errors(scores, labels), regularization)


@mistake(
    "The penalty is missing from the loss, and its gradient is there: add 0.5 * regularization * (sum of W1^2 + sum of "
    "W2^2) to the loss."
)
def loss_without_penalty(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss - penalty(parameters, regularization), gradients


@mistake("The penalty is in the loss, and not in the gradients: add regularization * W to the gradients of W1 and W2.")
def gradient_without_penalty(parameters, features, labels, regularization):
    loss, _ = right(parameters, features, labels, regularization)
    return loss, right(parameters, features, labels, 0.0)[1]


@mistake("`regularization` is ignored: neither the loss nor the gradients have the penalty.")
def no_penalty_at_all(parameters, features, labels, regularization):
    return right(parameters, features, labels, 0.0)


@mistake(
    "The factor 0.5 of the penalty is missing in the loss. With it, the gradient of the penalty is regularization * W."
)
def penalty_without_half(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss + penalty(parameters, regularization), gradients


@mistake("The derivative of 0.5 * regularization * W^2 is regularization * W: the 2 of the square and the 0.5 cancel.")
def slope_of_penalty_twice(parameters, features, labels, regularization):
    loss, _ = right(parameters, features, labels, regularization)
    return loss, right(parameters, features, labels, 2 * regularization)[1]


@mistake(
    "The penalty has lost its 0.5, in the loss and in the gradients: they fit each other, but both penalties are twice "
    "too large. The loss has 0.5 * regularization * (sum of W1^2 + sum of W2^2)."
)
def penalty_without_half_in_both(parameters, features, labels, regularization):
    return right(parameters, features, labels, 2 * regularization)


@mistake(
    "The penalty is divided by the number of samples. Some books do so; here it is 0.5 * regularization * (sum of "
    "squares), whatever the batch is."
)
def penalty_divided_by_n(parameters, features, labels, regularization):
    return right(parameters, features, labels, regularization / len(labels))


@mistake(
    "The penalty has the norms of W1 and W2, which are roots. It takes the sums of the squares: `np.sum(W1**2)`, or "
    "the norm squared."
)
def norms_with_a_root(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    norms = np.linalg.norm(parameters["W1"]) + np.linalg.norm(parameters["W2"])
    return loss - penalty(parameters, regularization) + 0.5 * regularization * norms, gradients


@mistake("The biases are penalized too. Only W1 and W2 are; a bias just shifts, and may be as large as it needs.")
def penalty_on_biases(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    extra = 0.5 * regularization * sum(float((parameters[name] ** 2).sum()) for name in ("b1", "b2"))
    return loss + extra, {
        name: slope + (name[0] == "b") * regularization * parameters[name] for name, slope in gradients.items()
    }


@mistake("Only the last layer is penalized. The penalty has the squares of W1 and of W2.")
def penalty_on_the_last_layer(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    w1 = parameters["W1"]
    gradients["W1"] = gradients["W1"] - regularization * w1
    return loss - 0.5 * regularization * float((w1**2).sum()), gradients


@mistake("Loss and gradients are sums over the samples. Divide both by their number: the loss is a mean.")
def summed_over_samples(parameters, features, labels, regularization):
    n = len(labels)
    loss, gradients = right(parameters, features, labels, 0.0)
    return n * loss + penalty(parameters, regularization), {
        name: n * slope + (name[0] == "W") * regularization * parameters[name] for name, slope in gradients.items()
    }


@mistake(
    "The loss is a mean over the samples, the gradients are sums over them: the gradients too are divided by their "
    "number."
)
def gradient_summed(parameters, features, labels, regularization):
    loss, _ = right(parameters, features, labels, regularization)
    return loss, summed_over_samples.function(parameters, features, labels, regularization)[1]


@mistake(
    "The loss is a mean over samples *and* classes. Each sample has one term, that of its label: divide by the number "
    "of samples only."
)
def mean_over_classes_too(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    excess = penalty(parameters, regularization)
    return (loss - excess) / len(parameters["b2"]) + excess, gradients


@mistake("The bias b1 is missing in the forward pass: the hidden layer is relu(features @ W1 + b1).")
def without_the_first_bias(parameters, features, labels, regularization):
    return right(parameters | {"b1": np.zeros_like(parameters["b1"])}, features, labels, regularization)


@mistake(
    "In the backward pass, ReLU is missing: where a hidden unit gave 0, no gradient passes. Multiply by (sums > 0) "
    "before W1."
)
def without_relu_on_the_way_back(parameters, features, labels, regularization):
    x, _, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    every = np.ones(hidden.shape)
    return loss, backward(parameters, x, every, hidden, errors(scores, labels), regularization)


@mistake(
    "A sum of exactly 0 lets the gradient pass here. The derivative of ReLU at 0 is 0 by this docstring: > and not >= "
    "(or < and not <=)."
)
def slope_of_one_at_the_kink(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    return loss, backward(parameters, x, sums >= 0, hidden, errors(scores, labels), regularization)


@mistake("There is no ReLU between the layers: hidden units below 0 must give 0.")
def without_relu(parameters, features, labels, regularization):
    x, sums, _, scores = forward(parameters, features)
    scores = sums @ parameters["W2"] + parameters["b2"]
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    return loss, backward(parameters, x, np.ones(sums.shape), sums, errors(scores, labels), regularization)


@mistake("ReLU is also applied to the scores. They stay as they are: softmax takes negative ones too.")
def relu_on_the_scores(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    clipped = np.maximum(scores, 0)
    loss = cross_entropy(clipped, labels) + penalty(parameters, regularization)
    return loss, backward(parameters, x, sums, hidden, errors(clipped, labels) * (scores > 0), regularization)


@mistake("The gradients of the biases are means over the samples. The error is divided by n already: add it up.")
def means_for_biases(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss, {name: slope / len(labels) if name[0] == "b" else slope for name, slope in gradients.items()}


@mistake(
    "The 1 of the true class was not subtracted. The gradient of the loss with respect to the scores is "
    "(probabilities - one-hot labels) / n."
)
def without_the_label(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    error = softmax(scores, axis=1) / len(labels)
    return loss, backward(parameters, x, sums, hidden, error, regularization)


@mistake("The gradients have the wrong sign: they point downhill. Return the gradient itself; `sgd_step` subtracts it.")
def downhill(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss, {name: -slope for name, slope in gradients.items()}


UNSHIFTED = (
    "Right for small scores; of large ones the exponential overflows, and of scores near -1000 all exponentials are 0. "
    "Subtract the largest score of each row before `np.exp`: the probabilities stay the same."
)


@mistake(UNSHIFTED)
def unstable(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    places = np.arange(len(labels)), np.asarray(labels)
    with np.errstate(all="ignore"):
        probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        loss = -np.log(probabilities[places]).mean() + penalty(parameters, regularization)
    probabilities[places] -= 1
    return loss, backward(parameters, x, sums, hidden, probabilities / len(labels), regularization)


@mistake(UNSHIFTED)
def unstable_logarithm_of_the_sum(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    places = np.arange(len(labels)), np.asarray(labels)
    with np.errstate(all="ignore"):
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = np.exp(logs)
    error[places] -= 1
    loss = penalty(parameters, regularization) - logs[places].mean()
    return loss, backward(parameters, x, sums, hidden, error / len(labels), regularization)


def with_a_floor(floor, join=np.add):
    """The mistake of keeping the logarithm finite with this number, added to the probability or as its lower limit."""

    def function(parameters, features, labels, regularization):
        scores = forward(parameters, features)[-1]
        likely = softmax(scores, axis=1)[np.arange(len(labels)), np.asarray(labels)]
        _, gradients = right(parameters, features, labels, regularization)
        return penalty(parameters, regularization) - float(np.log(join(likely, floor)).mean()), gradients

    function.__name__ = f"logarithm_with_{floor:g}_{join.__name__}".replace("-", "_minus_")
    return mistake(
        f"The loss stays finite because of a small number in the logarithm, and is wrong: of a probability that is "
        f"rounded to 0 comes {-math.log(floor):.1f}, whatever the scores are. Take score - log of the sum of "
        f"exp(scores); it needs no such number."
    )(function)


# Of the smaller ones, what is added and what is a lower limit give the same.
WITH_A_FLOOR = (with_a_floor(1e-7, np.maximum), *map(with_a_floor, (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)))


@mistake(
    "A probability that is rounded to 0 has the logarithm minus infinity. Do not go through the probability: its "
    "logarithm is score - log of the sum of exp(scores)."
)
def logarithm_of_zero(parameters, features, labels, regularization):
    _x, _sums, _hidden, scores = forward(parameters, features)
    _, gradients = right(parameters, features, labels, regularization)
    with np.errstate(all="ignore"):
        loss = -np.log(softmax(scores, axis=1)[np.arange(len(labels)), np.asarray(labels)]).mean()
    return loss + penalty(parameters, regularization), gradients


COLUMNS_OF_ALL = (
    "`[:, labels]` takes, in every row, the columns of *all* labels. `[np.arange(n), labels]` takes one number in each "
    "row."
)


def of_all_columns(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    loss = penalty(parameters, regularization) - float(log_softmax(scores, axis=1)[:, labels].mean())
    error = softmax(scores, axis=1)
    error[:, labels] -= 1
    return loss, backward(parameters, x, sums, hidden, error / len(labels), regularization)


@mistake(COLUMNS_OF_ALL)
def columns_of_all_labels(parameters, features, labels, regularization):
    return of_all_columns(parameters, features, labels, regularization)


@mistake(f"The gradients are right; the loss is not. {COLUMNS_OF_ALL}")
def loss_with_columns_of_all_labels(parameters, features, labels, regularization):
    loss, _ = of_all_columns(parameters, features, labels, regularization)
    return loss, right(parameters, features, labels, regularization)[1]


@mistake(f"The loss is right; the gradients are not. {COLUMNS_OF_ALL}")
def gradients_with_columns_of_all_labels(parameters, features, labels, regularization):
    _, gradients = of_all_columns(parameters, features, labels, regularization)
    return right(parameters, features, labels, regularization)[0], gradients


@mistake(
    "The largest score of the *whole array* was subtracted. A row whose scores lie 1000 below it then has only zeros. "
    "Subtract the largest of each row: `axis=1, keepdims=True`."
)
def one_maximum_for_all(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    places = np.arange(len(labels)), np.asarray(labels)
    with np.errstate(all="ignore"):
        powers = np.exp(scores - scores.max())
        totals = powers.sum(axis=1, keepdims=True)
        loss = (np.log(totals)[:, 0] + scores.max() - scores[places]).mean() + penalty(parameters, regularization)
        error = powers / totals
    error[places] -= 1
    return loss, backward(parameters, x, sums, hidden, error / len(labels), regularization)


@mistake(NOT_IN_PLACE)
def in_place(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    for name in ("W1", "W2"):
        parameters[name] *= regularization
    return loss, gradients


@mistake("The gradients are right; the cross-entropy in the loss is a sum over the samples. Take its mean.")
def loss_summed(parameters, features, labels, regularization):
    return summed_over_samples.function(parameters, features, labels, regularization)[0], right(
        parameters, features, labels, regularization
    )[1]


@mistake("The gradients are right; the loss has a penalty on the biases too. Only W1 and W2 have one.")
def loss_with_penalty_on_biases(parameters, features, labels, regularization):
    return penalty_on_biases.function(parameters, features, labels, regularization)[0], right(
        parameters, features, labels, regularization
    )[1]


@mistake("The sign of the cross-entropy is wrong: it is *minus* the logarithm of the probability, and never negative.")
def cross_entropy_negative(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return 2 * penalty(parameters, regularization) - loss, gradients


def with_one_hot_labels(parameters, features, labels, regularization):
    """The labels become rows of 0 and 1, as in the formula (p - one-hot) / n, and SciPy does what must not overflow."""
    n = len(features)
    targets = np.eye(len(parameters["b2"]))[labels]
    sums = features @ parameters["W1"] + parameters["b1"]
    hidden = np.maximum(sums, 0)
    scores = hidden @ parameters["W2"] + parameters["b2"]
    squares = np.sum(parameters["W1"] ** 2) + np.sum(parameters["W2"] ** 2)
    loss = -np.sum(targets * log_softmax(scores, axis=1)) / n + 0.5 * regularization * squares
    d_scores = (softmax(scores, axis=1) - targets) / n
    d_sums = (d_scores @ parameters["W2"].T) * (sums > 0)
    gradients = {
        "W1": features.T @ d_sums + regularization * parameters["W1"],
        "b1": d_sums.sum(axis=0),
        "W2": hidden.T @ d_scores + regularization * parameters["W2"],
        "b2": d_scores.sum(axis=0),
    }
    return loss, gradients


def one_sample_at_a_time(parameters, features, labels, regularization):
    """A loop adds up the gradient of each sample: slow, but every array is a vector, and nothing needs an axis."""
    gradients = {name: np.zeros(array.shape) for name, array in parameters.items()}
    loss = 0.0
    for x, label in zip(features, labels, strict=True):
        sums = x @ parameters["W1"] + parameters["b1"]
        hidden = np.maximum(sums, 0)
        scores = hidden @ parameters["W2"] + parameters["b2"]
        loss += logsumexp(scores) - scores[label]
        d_scores = softmax(scores)
        d_scores[label] -= 1
        d_sums = (parameters["W2"] @ d_scores) * (sums > 0)
        gradients["W1"] += np.outer(x, d_sums)
        gradients["b1"] += d_sums
        gradients["W2"] += np.outer(hidden, d_scores)
        gradients["b2"] += d_scores
    loss /= len(features)
    gradients = {name: gradient / len(features) for name, gradient in gradients.items()}
    for name in ("W1", "W2"):
        loss += 0.5 * regularization * np.sum(parameters[name] ** 2)
        gradients[name] += regularization * parameters[name]
    return loss, gradients


def step_by_step(parameters, features, labels, regularization):
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    x, y = np.asarray(features, dtype=float), np.asarray(labels)
    n = x.shape[0]
    z = x.dot(W1) + b1
    h = z * (z > 0)
    s = h.dot(W2) + b2
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    loss = -log_p[range(n), y].sum() / n + 0.5 * regularization * (np.sum(W1 * W1) + np.sum(W2 * W2))
    ds = np.exp(log_p)
    ds[range(n), y] -= 1
    ds /= n
    dh = ds.dot(W2.T)
    dh[z <= 0] = 0
    gradients = {"W2": h.T.dot(ds), "b2": ds.sum(0), "W1": x.T.dot(dh), "b1": dh.sum(0)}
    gradients["W1"] += regularization * W1
    gradients["W2"] += regularization * W2
    return loss, gradients


def by_one_hot(parameters, features, labels, regularization):
    x = np.array(features, dtype=float)
    targets = np.eye(parameters["b2"].size)[np.asarray(labels)]
    hidden = (x @ parameters["W1"] + parameters["b1"]).clip(min=0)
    scores = hidden @ parameters["W2"] + parameters["b2"]
    loss = np.mean(logsumexp(scores, axis=1) - (targets * scores).sum(axis=1))
    for name in ("W1", "W2"):
        loss += regularization / 2 * np.linalg.norm(parameters[name]) ** 2
    error = (softmax(scores, axis=1) - targets) / len(x)
    inner = np.where(hidden > 0, error @ parameters["W2"].T, 0.0)
    return [
        np.array(loss),
        {
            "W1": x.T @ inner + regularization * parameters["W1"],
            "W2": hidden.T @ error + regularization * parameters["W2"],
            "b1": np.ones(len(x)) @ inner,
            "b2": np.ones(len(x)) @ error,
        },
    ]


def by_einsum(parameters, features, labels, regularization):
    x, y = np.asarray(features, dtype=float), np.asarray(labels, dtype=int)
    sums = np.einsum("nd,dh->nh", x, parameters["W1"]) + parameters["b1"]
    hidden = np.where(sums > 0, sums, 0)
    scores = np.einsum("nh,hc->nc", hidden, parameters["W2"]) + parameters["b2"]
    loss = np.mean(np.logaddexp.reduce(scores, axis=1) - np.take_along_axis(scores, y[:, None], axis=1)[:, 0])
    loss += 0.5 * regularization * (np.vdot(parameters["W1"], parameters["W1"]) + (parameters["W2"] ** 2).sum())
    error = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    np.add.at(error, (np.arange(len(y)), y), -1)
    error /= len(y)
    inner = np.einsum("nc,hc->nh", error, parameters["W2"]) * np.heaviside(sums, 0)
    gradients = {"b1": inner.sum(axis=0), "b2": error.sum(axis=0)}
    gradients["W1"] = np.einsum("nd,nh->dh", x, inner) + regularization * parameters["W1"]
    gradients["W2"] = np.einsum("nh,nc->hc", hidden, error) + regularization * parameters["W2"]
    return loss, gradients


def sample_by_sample(parameters, features, labels, regularization):
    gradients = {name: np.zeros(array.shape) for name, array in parameters.items()}
    loss, n = 0.0, len(features)
    for row, label in zip(features, labels, strict=True):
        row = np.asarray(row, dtype=float)
        sums = row @ parameters["W1"] + parameters["b1"]
        hidden = np.maximum(sums, 0)
        scores = hidden @ parameters["W2"] + parameters["b2"]
        powers = np.exp(scores - scores.max())
        loss += (math.log(powers.sum()) + scores.max() - scores[label]) / n
        error = powers / powers.sum() / n
        error[label] -= 1 / n
        inner = (parameters["W2"] @ error) * (sums > 0)
        for name, slope in (
            ("W1", np.outer(row, inner)),
            ("b1", inner),
            ("W2", np.outer(hidden, error)),
            ("b2", error),
        ):
            gradients[name] += slope
    for name in ("W1", "W2"):
        loss += 0.5 * regularization * np.sum(parameters[name] ** 2)
        gradients[name] += regularization * parameters[name]
    return float(loss), gradients


class Result(NamedTuple):
    loss: float
    gradients: dict


def as_a_named_tuple(parameters, features, labels, regularization):
    return Result(*right(parameters, features, labels, regularization))


def by_pieces(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    gradients = backward(parameters, x, sums, hidden, errors(scores, labels), regularization)
    return loss, {name: slope.tolist() for name, slope in gradients.items()}


def in_single_precision(parameters, features, labels, regularization):
    single = {name: np.asarray(array, dtype=np.float32) for name, array in parameters.items()}
    x = np.asarray(features, dtype=np.float32)
    rate = np.float32(regularization)
    sums = x @ single["W1"] + single["b1"]
    hidden = np.maximum(sums, np.float32(0))
    scores = hidden @ single["W2"] + single["b2"]
    logs = scores - logsumexp(scores, axis=1, keepdims=True)
    places = np.arange(len(labels)), np.asarray(labels)
    loss = -logs[places].mean() + rate / 2 * sum((single[name] ** 2).sum() for name in ("W1", "W2"))
    error = np.exp(logs)
    error[places] -= 1
    error /= np.float32(len(x))
    inner = (error @ single["W2"].T) * (sums > 0)
    return np.float32(loss), {
        "W1": x.T @ inner + rate * single["W1"],
        "b1": inner.sum(axis=0),
        "W2": hidden.T @ error + rate * single["W2"],
        "b2": error.sum(axis=0),
    }


def by_entropy_of_targets(parameters, features, labels, regularization):
    # Cross-entropy with smooth targets of 0 and 1; xlogy keeps 0 * log(0) at 0 in their entropy.
    x, sums, hidden, scores = forward(parameters, features)
    targets = np.zeros(scores.shape)
    np.put_along_axis(targets, np.asarray(labels)[:, None], 1.0, axis=1)
    logs = log_softmax(scores, axis=1)
    loss = (xlogy(targets, targets) - targets * logs).sum() / len(x)
    gradients = backward(parameters, x, sums, hidden, (np.exp(logs) - targets) / len(x), regularization)
    return loss + penalty(parameters, regularization), gradients


TWO_LAYER_LOSS = Exercise(
    name="two_layer_loss",
    lecture=LECTURE,
    section="2. Is the gradient right?",
    minutes=15,
    difficulty=3,
    parts=(
        Part("without regularization", 2, without_regularization),
        Part("with regularization", 1, with_regularization),
        Part("numerical range", 1, numerical_range),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        loss_without_penalty,
        gradient_without_penalty,
        no_penalty_at_all,
        penalty_without_half,
        slope_of_penalty_twice,
        penalty_without_half_in_both,
        penalty_divided_by_n,
        norms_with_a_root,
        penalty_on_biases,
        penalty_on_the_last_layer,
        summed_over_samples,
        gradient_summed,
        mean_over_classes_too,
        without_the_first_bias,
        slope_of_one_at_the_kink,
        without_relu_on_the_way_back,
        without_relu,
        relu_on_the_scores,
        means_for_biases,
        without_the_label,
        downhill,
        unstable,
        unstable_logarithm_of_the_sum,
        *WITH_A_FLOOR,
        logarithm_of_zero,
        one_maximum_for_all,
        in_place,
        loss_summed,
        loss_with_penalty_on_biases,
        cross_entropy_negative,
        columns_of_all_labels,
        loss_with_columns_of_all_labels,
        gradients_with_columns_of_all_labels,
    ),
    spellings=(
        with_one_hot_labels,
        one_sample_at_a_time,
        step_by_step,
        by_one_hot,
        by_einsum,
        sample_by_sample,
        as_a_named_tuple,
        by_pieces,
        by_entropy_of_targets,
        in_single_precision,
    ),
    hints=(
        "Forward: sums = features @ W1 + b1, hidden = the larger of sums and 0, scores = hidden @ W2 + b2. The loss of "
        "a sample is log(sum of exp(scores)) minus the score of its label.",
        "The backward pass starts with error = (softmax(scores) - one-hot labels) / n. The gradient of W2 is "
        "hidden.T @ error, and error @ W2.T goes on to the first layer, but only where sums > 0.",
        "The penalty adds regularization * W to the gradients of W1 and W2. Compare yours with `numerical_gradient`.",
    ),
    # Scores of 1000 leave thirteen of sixteen digits to their differences.
    tolerance=Tolerance(relative=1e-6, absolute=1e-9, relative_single=1e-3, absolute_single=1e-3),
    equivalent_mutants={
        "line 3: `np.maximum(sums, 0)` → `np.maximum(0, sums)`": "The larger of two numbers has no order.",
        "line 6: `1` → `-1`": LAST_AXIS,
        "line 5: `1` → `-1`": LAST_AXIS,
    },
)
