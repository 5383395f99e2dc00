"""Exercise `two_layer_loss`."""

from __future__ import annotations

import math

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
    parameters = random_parameters(rng, d, hidden, classes, scale)
    return call(parameters, rng.normal(size=(n, d)), rng.integers(0, classes, n), regularization)


def simple():
    parameters = {
        "W1": np.array([[1.0, -1.0], [0.5, 2.0]]),
        "b1": np.array([0.25, 0.5]),
        "W2": np.array([[1.0, 0.0], [-1.0, 0.5]]),
        "b2": np.array([0.0, 0.5]),
    }
    return parameters, np.array([[1.0, 2.0], [-1.0, 1.5], [0.5, -0.5]]), np.array([0, 1, 1])


def without_regularization(rng):
    return [call(*simple(), 0.0), drawn(rng, 5, 3, 4, 3, 0.0), drawn(rng, 8, 2, 6, 2, 0.0)]


def with_regularization(rng):
    return [call(*simple(), 0.5), drawn(rng, 6, 3, 5, 3, 0.1), drawn(rng, 4, 2, 3, 4, 2.0)]


def numerical_range(rng):
    calls = []
    for height in (300.0, 1000.0):
        parameters = random_parameters(rng, 2, 3, 3)
        parameters["b2"] = height * np.array([1.0, -1.0, 0.5])
        calls.append(call(parameters, rng.normal(size=(4, 2)), np.array([0, 1, 2, 1]), 0.1))
    parameters = random_parameters(rng, 2, 3, 3)
    parameters["b2"] = parameters["b2"] - 1000.0
    uneven = rng.uniform(0.5, 1.5, (3, 2)) * np.array([[1.0], [4000.0], [-4000.0]])
    return [
        *calls,
        call(parameters, rng.normal(size=(3, 2)), np.array([2, 0, 1]), 0.0),
        call(simple()[0], uneven, np.array([1, 1, 0]), 0.0),
    ]


def edge_cases(rng):
    parameters, features, labels = simple()
    dead = random_parameters(rng, 2, 3, 2)
    dead["b1"] = np.array([-50.0, 0.5, -50.0])
    zeros = {name: np.zeros(shape) for name, shape in {"W1": (2, 3), "b1": 3, "W2": (3, 4), "b2": 4}.items()}
    single = {name: array.astype(np.float32) for name, array in parameters.items()}
    return [
        call(parameters, features.tolist(), labels.tolist(), 0.25),
        drawn(rng, 1, 3, 4, 3, 0.5),
        call(dead, rng.normal(size=(4, 2)), np.array([0, 1, 1, 0]), 0.1),
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
    "The penalty is missing from the loss, and its slope is in the gradient: add 0.5 * regularization * (sum of W1^2 + "
    "sum of W2^2)."
)
def loss_without_penalty(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss - penalty(parameters, regularization), gradients


@mistake(
    "The penalty is in the loss, and its slope is not in the gradient: add regularization * W to the slopes of both "
    "weights."
)
def gradient_without_penalty(parameters, features, labels, regularization):
    loss, _ = right(parameters, features, labels, regularization)
    return loss, right(parameters, features, labels, 0.0)[1]


@mistake("`regularization` is ignored: neither the loss nor the gradient has the penalty.")
def no_penalty_at_all(parameters, features, labels, regularization):
    return right(parameters, features, labels, 0.0)


@mistake(
    "The factor 0.5 of the penalty is missing in the loss. With it, the slope of the penalty is regularization * W."
)
def penalty_without_half(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss + penalty(parameters, regularization), gradients


@mistake("The slope of 0.5 * r * W^2 is r * W: the 2 of the square and the 0.5 cancel.")
def slope_of_penalty_twice(parameters, features, labels, regularization):
    loss, _ = right(parameters, features, labels, regularization)
    return loss, right(parameters, features, labels, 2 * regularization)[1]


@mistake("The biases are penalised too. Only W1 and W2 are; a bias just shifts, and may be as large as it needs.")
def penalty_on_biases(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    extra = 0.5 * regularization * sum(float((parameters[name] ** 2).sum()) for name in ("b1", "b2"))
    return loss + extra, {
        name: slope + (name[0] == "b") * regularization * parameters[name] for name, slope in gradients.items()
    }


@mistake("Only the last layer is penalised. The penalty has the squares of W1 and of W2.")
def penalty_on_the_last_layer(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    w1 = parameters["W1"]
    gradients["W1"] = gradients["W1"] - regularization * w1
    return loss - 0.5 * regularization * float((w1**2).sum()), gradients


@mistake("Loss and gradient are sums over the samples. Divide both by their number: the loss is a mean.")
def summed_over_samples(parameters, features, labels, regularization):
    n = len(labels)
    loss, gradients = right(parameters, features, labels, 0.0)
    return n * loss + penalty(parameters, regularization), {
        name: n * slope + (name[0] == "W") * regularization * parameters[name] for name, slope in gradients.items()
    }


@mistake("The loss is a mean over the samples and the gradient a sum: the gradient too is divided by their number.")
def gradient_summed(parameters, features, labels, regularization):
    loss, _ = right(parameters, features, labels, regularization)
    return loss, summed_over_samples.function(parameters, features, labels, regularization)[1]


@mistake(
    "On the way back, ReLU is missing: where a hidden unit gave 0, no gradient passes. Multiply by (sums > 0) before "
    "W1."
)
def without_relu_on_the_way_back(parameters, features, labels, regularization):
    x, _, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    every = np.ones(hidden.shape)
    return loss, backward(parameters, x, every, hidden, errors(scores, labels), regularization)


@mistake("There is no ReLU between the layers: hidden units below 0 must give 0.")
def without_relu(parameters, features, labels, regularization):
    x, sums, _, scores = forward(parameters, features)
    scores = sums @ parameters["W2"] + parameters["b2"]
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    return loss, backward(parameters, x, np.ones(sums.shape), sums, errors(scores, labels), regularization)


@mistake("ReLU also stands behind the last layer. The scores stay as they are; softmax needs the negative ones.")
def relu_on_the_scores(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    clipped = np.maximum(scores, 0)
    loss = cross_entropy(clipped, labels) + penalty(parameters, regularization)
    return loss, backward(parameters, x, sums, hidden, errors(clipped, labels) * (scores > 0), regularization)


@mistake("The slopes of the biases are means over the samples. The error is divided by n already: add it up.")
def means_for_biases(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss, {name: slope / len(labels) if name[0] == "b" else slope for name, slope in gradients.items()}


@mistake(
    "The 1 of the true class was not taken off. The slope of the loss in the scores is (probabilities - one-hot "
    "labels) / n."
)
def without_the_label(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    loss = cross_entropy(scores, labels) + penalty(parameters, regularization)
    error = softmax(scores, axis=1) / len(labels)
    return loss, backward(parameters, x, sums, hidden, error, regularization)


@mistake("The gradient has the wrong sign: it points downhill. Return the slope; the minus belongs into the step.")
def downhill(parameters, features, labels, regularization):
    loss, gradients = right(parameters, features, labels, regularization)
    return loss, {name: -slope for name, slope in gradients.items()}


@mistake(
    "Right for small scores; for large ones the exponential overflows and NaN comes out. Take the largest score "
    "of each "
    "row off before `np.exp`."
)
def unstable(parameters, features, labels, regularization):
    x, sums, hidden, scores = forward(parameters, features)
    places = np.arange(len(labels)), np.asarray(labels)
    with np.errstate(all="ignore"):
        probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        loss = -np.log(probabilities[places]).mean() + penalty(parameters, regularization)
    probabilities[places] -= 1
    return loss, backward(parameters, x, sums, hidden, probabilities / len(labels), regularization)


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


@mistake(
    "The largest score of the *whole array* was taken off. A row whose scores lie 1000 below it then has only zeros. "
    "Take off the largest of each row: `axis=1, keepdims=True`."
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
    section="2. Is it the slope?",
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
        penalty_on_biases,
        penalty_on_the_last_layer,
        summed_over_samples,
        gradient_summed,
        without_relu_on_the_way_back,
        without_relu,
        relu_on_the_scores,
        means_for_biases,
        without_the_label,
        downhill,
        unstable,
        logarithm_of_zero,
        one_maximum_for_all,
        in_place,
    ),
    spellings=(
        step_by_step,
        by_one_hot,
        by_einsum,
        sample_by_sample,
        by_pieces,
        by_entropy_of_targets,
        in_single_precision,
    ),
    hints=(
        "Forward: sums = x @ W1 + b1, hidden = the larger of sums and 0, scores = hidden @ W2 + b2. The loss of a "
        "sample is log(sum of exp(scores)) minus the score of its label.",
        "Backward starts with error = (softmax(scores) - one-hot labels) / n. W2 gets hidden.T @ error, and "
        "error @ W2.T goes on, but only where sums > 0.",
        "The penalty adds regularization * W to the slopes of W1 and W2. Check yourself with `numerical_gradient`.",
    ),
    # Scores of 1000 leave thirteen of sixteen digits to their differences.
    tolerance=Tolerance(relative=1e-6, absolute=1e-9, relative_single=1e-3, absolute_single=1e-3),
    equivalent_mutants={
        "line 1: `np.asarray(features, dtype=float)` → `np.asarray(features)`": "The product with W1 is float.",
        "line 4: `np.maximum(sums, 0)` → `np.maximum(0, sums)`": "The larger of two numbers has no order.",
        "line 6: `1` → `-1`": LAST_AXIS,
        "line 7: `1` → `-1`": LAST_AXIS,
    },
)
