"""`bias_and_variance`: of predictions over training sets. The oracle goes point by point, with `statistics`."""

from __future__ import annotations

import statistics

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_order, mistake

from .common import BIAS, LECTURE


def oracle(predictions, truth):
    columns = [[float(value) for value in column] for column in np.asarray(predictions).T]
    bias = [(statistics.fmean(column) - float(t)) ** 2 for column, t in zip(columns, truth, strict=True)]
    return statistics.fmean(bias), statistics.fmean(statistics.pvariance(column) for column in columns)


def drawn(rng, runs, n):
    truth = rng.normal(0, 2, n)
    shift = rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n)
    return call(truth + shift + rng.uniform(0.5, 1) * rng.normal(0, 1, (runs, n)), truth)


def values(rng):
    return [
        call(np.array([[1.0, 4.0], [3.0, 4.0]]), np.array([1.0, 6.0])),
        drawn(rng, 5, 4),
        drawn(rng, 8, 3),
        drawn(rng, 4, 4),
    ]


def edge_cases(rng):
    return [
        call(np.array([[2.0, 3.0, 5.0]]), np.array([1.0, 3.0, 2.0])),  # one run
        call(np.array([[1.0], [2.0], [6.0]]), np.array([2.0])),  # one point
        call(rng.integers(0, 6, (4, 3)), rng.integers(6, 9, 3)),
        call(*(a.astype(np.float32) for a in drawn(rng, 6, 4).arguments)),
    ]


def arrays(predictions, truth):
    return np.asarray(predictions, dtype=float), np.asarray(truth, dtype=float)


@mistake("The first number is the whole mean squared error. For the bias, average the predictions over the runs first.")
def whole_error(predictions, truth):
    p, t = arrays(predictions, truth)
    return np.mean((p - t) ** 2), p.var(axis=0).mean()


@mistake("The variance was divided by runs - 1. Here it is the population's: ddof 0.")
def ddof_one(predictions, truth):
    p, _ = arrays(predictions, truth)
    with np.errstate(all="ignore"):
        spread = np.sum((p - p.mean(axis=0)) ** 2, axis=0) / np.float64(len(p) - 1)
    return oracle(predictions, truth)[0], spread.mean()


@mistake("The bias is not squared.")
def not_squared(predictions, truth):
    p, t = arrays(predictions, truth)
    return np.mean(p.mean(axis=0) - t), p.var(axis=0).mean()


@mistake("The absolute bias was averaged. Square it at each point, then average.")
def absolute_bias(predictions, truth):
    p, t = arrays(predictions, truth)
    return np.mean(np.abs(p.mean(axis=0) - t)), p.var(axis=0).mean()


@mistake("The bias was averaged over the points before it was squared, so biases of different signs cancel.")
def squared_at_the_end(predictions, truth):
    p, t = arrays(predictions, truth)
    return np.mean(p.mean(axis=0) - t) ** 2, p.var(axis=0).mean()


@mistake("The variance was taken over the points, axis 1. It is the variance over the *runs*: axis 0.")
def over_the_points(predictions, truth):
    p, _ = arrays(predictions, truth)
    return oracle(predictions, truth)[0], p.var(axis=1).mean()


@mistake("One variance was taken over all numbers. Take it over the runs, at each point by itself.")
def over_everything(predictions, truth):
    p, _ = arrays(predictions, truth)
    return oracle(predictions, truth)[0], p.var()


@mistake("The variance was taken around the truth. It is taken around the mean of the runs.")
def around_the_truth(predictions, truth):
    p, t = arrays(predictions, truth)
    return oracle(predictions, truth)[0], np.mean((p - t) ** 2)


@mistake("Both are sums over the points. Average over them.")
def summed(predictions, truth):
    p, t = arrays(predictions, truth)
    return np.sum((p.mean(axis=0) - t) ** 2), p.var(axis=0).sum()


@mistake("The standard deviation was returned. The variance is its square.")
def deviation(predictions, truth):
    p, _ = arrays(predictions, truth)
    return oracle(predictions, truth)[0], p.std(axis=0).mean()


@mistake("The order is (bias_squared, variance).")
def variance_first(predictions, truth):
    return oracle(predictions, truth)[::-1]


@mistake("These are values for each point. Average both over the points.")
def for_each_point(predictions, truth):
    p, t = arrays(predictions, truth)
    return (p.mean(axis=0) - t) ** 2, p.var(axis=0)


@mistake("The median of the runs was taken instead of their mean.")
def of_the_median(predictions, truth):
    p, t = arrays(predictions, truth)
    return np.mean((np.median(p, axis=0) - t) ** 2), p.var(axis=0).mean()


def with_var(predictions, truth):
    """Mean and variance over the runs, axis 0; then the mean over the points."""
    bias = predictions.mean(axis=0) - truth
    return np.mean(bias**2), np.var(predictions, axis=0).mean()


def by_what_is_left(predictions, truth):
    """Mean squared error = squared bias + variance, so the variance is what the bias leaves over."""
    total = np.mean((predictions - truth) ** 2)
    bias_squared = np.mean((predictions.mean(axis=0) - truth) ** 2)
    return bias_squared, total - bias_squared


def with_loops(predictions, truth):
    runs, n = predictions.shape
    bias = variance = 0.0
    for i in range(n):
        mean = sum(float(predictions[r, i]) for r in range(runs)) / runs
        bias += (mean - float(truth[i])) ** 2 / n
        variance += sum((float(predictions[r, i]) - mean) ** 2 for r in range(runs)) / runs / n
    return bias, variance


def with_residuals(predictions, truth):
    residuals = predictions - truth[None, :]
    mean = np.average(residuals, axis=0)
    return [np.array(mean @ mean / len(mean)), np.array(np.square(residuals - mean).mean())]


def around_the_mean(predictions, truth):
    mean = np.mean(np.asarray(predictions, dtype=float), axis=0, keepdims=True)
    return float(np.square(mean - truth).mean()), float(((predictions - mean) ** 2).mean(axis=0).mean())


BIAS_AND_VARIANCE = Exercise(
    name="bias_and_variance",
    lecture=LECTURE,
    section=BIAS,
    minutes=6,
    difficulty=2,
    parts=(Part("values", 3, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        whole_error,
        ddof_one,
        not_squared,
        absolute_bias,
        squared_at_the_end,
        over_the_points,
        over_everything,
        around_the_truth,
        summed,
        deviation,
        variance_first,
        for_each_point,
        of_the_median,
    ),
    spellings=(with_var, by_what_is_left, with_loops, with_residuals, around_the_mean),
    equivalent_mutants={"line 2: `mean - truth` → `truth - mean`": "The difference is squared."},
    hints=(
        "A row is one run, a column one point. Average over the runs first: axis 0.",
        "Bias: how far the mean of the runs is from the truth, squared at each point. Variance: how much the runs "
        "scatter around their own mean.",
    ),
    choices=(
        Choice(
            "the variance first",
            texts={
                "Squared bias and variance of predictions": "Variance and squared bias of predictions",
                "bias_squared, variance : numbers": "variance, bias_squared : numbers",
                "[2.5, 0.5]": "[0.5, 2.5]",
            },
            code={
                "The first number is the whole": "The second number is the whole",
            },
            changed=in_order(1, 0),
            without=("variance_first",),
        ),
        Choice(
            "sums over the places",
            texts={
                "training sets, both averaged over the places.": "training sets, both summed over the places.",
                "[2.5, 0.5]": "[5.0, 1.0]",
            },
            code={
                "Square it at each point, then average.": "Square it at each point, then add up.",
                "The absolute bias was averaged.": "The absolute bias was added up.",
                "The bias was averaged over the points before": "The bias was combined over the points before",
                "Average both over the points.": "Add both up over the points.",
            },
            changed=lambda result, predictions, truth: tuple(len(truth) * value for value in result),
            without=("summed",),
        ),
    ),
)
