"""What lecture 05 runs: what losses cost, what they do to a start, to rare cases, and to probabilities."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, huber, log_softmax, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from helpers.datasets import digits
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, initial_layers, train_dense

# Regression: a line, and some points that do not belong to it.


def line_with_outliers(outliers, seed=0, samples=30, distance=8.0):
    """Points near the line y = x, of which the last `outliers` are moved up by `distance`: (x, y)."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 1, samples)
    y = x + rng.normal(0, 0.2, samples)
    y[samples - outliers :] += distance
    return x, y


LINE_LOSSES = {
    "squared": lambda e: e**2,
    "Huber": lambda e: huber(0.5, e),
    "absolute": np.abs,
}


def fitted_slope(loss, x, y) -> float:
    """The slope of the line with the smallest mean loss."""

    def mean_loss(line):
        return LINE_LOSSES[loss](line[0] * x + line[1] - y).mean()

    start = np.polyfit(x, y, 1)
    return float(minimize(mean_loss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}).x[0])


# One neuron with a start that is far off.


def neuron(loss, rate, steps=300, weight=2.0, bias=2.0):
    """The output of one sigmoid unit with the input 1 and the target 0, after each step of gradient descent."""
    outputs = []
    for _ in range(steps + 1):
        p = expit(weight + bias)
        outputs.append(float(p))
        slope = p if loss == "cross-entropy" else p * p * (1 - p)  # target 0
        weight, bias = weight - rate * slope, bias - rate * slope
    return np.array(outputs)


NEURON_RATES = (0.15, 0.5, 1.5, 5.0, 15.0, 50.0)


def steps_to(loss, level=0.1, weight=2.0, bias=2.0, rates=NEURON_RATES, steps=3000) -> int:
    """The fewest steps after which the output is below `level`, over the rates; `steps` if it never is."""
    runs = [neuron(loss, rate, steps, weight, bias) for rate in rates]
    return min(int(np.argmax(run < level)) if (run < level).any() else steps for run in runs)


# A rare class whose misses are expensive.

MISS, ALARM = 99.0, 1.0


def rare_cases(samples, seed, share=0.01, features=5):
    """Cases of which a `share` belong to class 1: (features (n, d), labels). The classes overlap."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(samples) < share).astype(int)
    x = rng.normal(0, 1, (samples, features))
    x[labels == 1] += 1.2
    return x, labels


def cost(alarms, labels) -> float:
    """The mean cost of decisions: a missed case costs MISS, a false alarm ALARM."""
    return float(np.mean(np.where(labels == 1, np.where(alarms, 0.0, MISS), np.where(alarms, ALARM, 0.0))))


def _focal_fit(x, y, gamma=2.0, l2=1e-3):
    rows = np.column_stack([x, np.ones(len(x))])

    def mean_loss(w):
        p = np.clip(expit(rows @ w), 1e-12, 1 - 1e-12)
        p_t = np.where(y == 1, p, 1 - p)
        return -np.mean((1 - p_t) ** gamma * np.log(p_t)) + l2 * w[:-1] @ w[:-1]

    return minimize(mean_loss, np.zeros(rows.shape[1]), method="L-BFGS-B").x


def costs_of_remedies(seed, train=2000, fresh=20_000, share=0.01) -> dict[str, float]:
    """Cost on fresh cases of several ways to meet a rare class: {remedy: mean cost a case}."""
    x, y = rare_cases(train, seed, share)
    new_x, new_y = rare_cases(fresh, seed + 10_000, share)
    plain = LogisticRegression().fit(x, y).predict_proba(new_x)[:, 1]
    weighted = LogisticRegression(class_weight={0: ALARM, 1: MISS}).fit(x, y).predict_proba(new_x)[:, 1]
    focal = expit(np.column_stack([new_x, np.ones(fresh)]) @ _focal_fit(x, y))
    threshold = ALARM / (ALARM + MISS)
    # Focal loss gives no probabilities, so its threshold has to be chosen on data: here on the training cases.
    on_train = expit(np.column_stack([x, np.ones(train)]) @ _focal_fit(x, y))
    candidates = np.quantile(on_train, np.linspace(0, 1, 201))
    chosen = min(candidates, key=lambda t: cost(on_train > t, y))
    return {
        "never an alarm": cost(np.zeros(fresh, bool), new_y),
        "threshold one half": cost(plain > 0.5, new_y),
        "threshold from the costs": cost(plain > threshold, new_y),
        "weighted loss": cost(weighted > 0.5, new_y),
        "focal loss, threshold tuned": cost(focal > chosen, new_y),
    }


# Probabilities that are too sure.


@cache
def overconfident(seed=0, samples=200, hidden=100, epochs=200, wrong_labels=0.2):
    """Scores and labels on two halves of the validation digits; trained long on few samples, some labels wrong."""
    data = digits()
    rng = np.random.default_rng(seed)
    few = rng.permutation(len(data.x_train))[:samples]
    noisy = data.y_train[few].copy()
    wrong = rng.random(samples) < wrong_labels
    noisy[wrong] = rng.integers(0, 10, wrong.sum())
    small = replace(data, x_train=data.x_train[few], y_train=noisy)
    layers = train_dense(small, (hidden,), epochs=epochs, batch_size=16, learning_rate=0.3, seed=seed).layers
    scores = forward(layers, data.x_validation, ACTIVATIONS["relu"])[1][-1]
    order = rng.permutation(len(scores))
    one, other = np.split(order, 2)
    return (scores[one], data.y_validation[one]), (scores[other], data.y_validation[other])


def mean_cross_entropy(scores, labels, temperature=1.0) -> float:
    return float(-log_softmax(scores / temperature, axis=1)[np.arange(len(labels)), labels].mean())


def best_temperature(scores, labels) -> float:
    """The temperature with the smallest cross-entropy."""
    found = minimize_scalar(lambda t: mean_cross_entropy(scores, labels, np.exp(t)), bounds=(-3, 3), method="bounded")
    return float(np.exp(found.x))


def reliability(scores, labels, temperature=1.0, bins=5):
    """Mean confidence, share of right answers and number of samples in bins of equal size: arrays (bins,)."""
    p = softmax(scores / temperature, axis=1)
    sure, right = p.max(axis=1), p.argmax(axis=1) == labels
    parts = np.array_split(np.argsort(sure), bins)
    return tuple(
        np.array([f(part) for part in parts]) for f in (lambda i: sure[i].mean(), lambda i: right[i].mean(), len)
    )


def calibrated(seed, **settings) -> tuple[float, float]:
    """The cross-entropy on one half before and after a temperature chosen on the other."""
    (scores, labels), (new_scores, new_labels) = overconfident(seed, **settings)
    temperature = best_temperature(scores, labels)
    return mean_cross_entropy(new_scores, new_labels), mean_cross_entropy(new_scores, new_labels, temperature)


# Distances that mean something.


@cache
def embedded(seed=0, steps=1500, margin=1.0, rate=0.02, batch=64):
    """The digits in the plane, by a linear map that triplets have taught, and at its random start.

    Returns (validation points before, after, labels, share of right answers of the nearest neighbor before, after).
    """
    data = digits()
    rng = np.random.default_rng(seed)
    x, y = data.x_train, data.y_train
    by_class = [np.flatnonzero(y == c) for c in range(10)]
    start = rng.normal(0, 1 / 8, (x.shape[1], 2))
    weights = start.copy()
    for _ in range(steps):
        anchor = rng.integers(0, len(x), batch)
        positive = np.array([rng.choice(by_class[c]) for c in y[anchor]])
        negative = rng.integers(0, len(x), batch)
        keep = y[negative] != y[anchor]
        near, far = x[anchor] - x[positive], x[anchor] - x[negative]
        near_2, far_2 = near @ weights, far @ weights
        active = keep & (np.sum(near_2**2, axis=1) - np.sum(far_2**2, axis=1) + margin > 0)
        slope = 2 * (near[active].T @ near_2[active] - far[active].T @ far_2[active]) / batch
        weights -= rate * slope

    def nearest(w):
        return float(KNeighborsClassifier(5).fit(x @ w, y).score(data.x_validation @ w, data.y_validation))

    points = [data.x_validation @ w for w in (start, weights)]
    return (*points, data.y_validation, nearest(start), nearest(weights))


# A classifier with either loss.

RATES = (0.03, 0.1, 0.3, 1.0, 3.0)


@cache
def accuracy_with(loss, seed=0, epochs=5, hidden=30, scale=1.0) -> float:
    """Validation accuracy on the digits at the best of RATES; `scale` multiplies the initial weights."""
    return max(_accuracy(loss, rate, seed, epochs, hidden, scale) for rate in RATES)


def _accuracy(loss, rate, seed, epochs, hidden, scale, batch_size=32):
    data = digits()
    rng = np.random.default_rng(seed)
    (w_1, b_1), (w_2, b_2) = initial_layers((data.x_train.shape[1], hidden, 10), rng)
    w_1, w_2 = scale * w_1, scale * w_2
    hot = np.eye(10)[data.y_train]
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            order = rng.permutation(len(hot))
            for start in range(0, len(order), batch_size):
                x, t = data.x_train[order[start : start + batch_size]], hot[order[start : start + batch_size]]
                out = np.maximum(x @ w_1 + b_1, 0)
                p = softmax(out @ w_2 + b_2, axis=1)
                delta = p - t
                if loss == "squared error":
                    delta = 2 * p * (delta - np.sum(delta * p, axis=1, keepdims=True))
                delta /= len(x)
                delta_1 = (delta @ w_2.T) * (out > 0)
                w_2, b_2 = w_2 - rate * out.T @ delta, b_2 - rate * delta.sum(axis=0)
                w_1, b_1 = w_1 - rate * x.T @ delta_1, b_1 - rate * delta_1.sum(axis=0)
        scores = np.maximum(data.x_validation @ w_1 + b_1, 0) @ w_2 + b_2
    return float(np.mean(scores.argmax(axis=1) == data.y_validation))
