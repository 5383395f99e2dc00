"""`freeze_statistics`: statistics for inference from recorded batches, judged on samples that no batch holds.

Any way of estimating them is right with which the frozen layer does nearly what it would do with the true ones. The
baseline averages the statistics of all batches: it is wrong where batches are small, where training has moved the
layer's inputs, and where every batch holds one class.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

UNITS, CLASSES, NEW = 6, 3, 600
LEFT = 0.5  # of the error of the baseline is allowed
HALF_LIFE = 1 / 16  # of the movement, as a share of the recording


@lru_cache(maxsize=64)
def _layer(seed):
    """What the inputs of a layer are like when its training has ended: the means of the classes, and the spread."""
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.5, 2, UNITS)
    offsets = np.array([-1.5, 0.0, 1.5])
    return rng.normal(0, 3, UNITS) + spread * rng.permuted(np.tile(offsets, (UNITS, 1)), axis=1).T, spread


def recorded(seed, classes, moved):
    """Pre-activations (steps, n, units) for classes (steps, n); at first they were `moved` spreads away."""
    means, spread = _layer(seed)
    steps = np.arange(len(classes))[:, None, None]
    moving = moved * spread * 0.5 ** (steps / (HALF_LIFE * len(classes)))
    noise = np.random.default_rng(seed + 1).standard_normal((*classes.shape, UNITS))
    return means[classes] + moving + spread * noise


def drawn(rng, steps, size, in_order=False, moved=0.0):
    classes = rng.integers(0, CLASSES, (steps, 1 if in_order else size))
    labels = np.repeat(classes, size, axis=1) if in_order else classes
    return call(recorded(seed_of(labels), labels, moved), labels)


def seed_of(labels):
    """Which layer it is follows from the labels, so that whoever judges can draw new samples of it."""
    return zlib.crc32(np.ascontiguousarray(labels, dtype=np.int64).tobytes())


def small_batches(rng):
    return [drawn(rng, 500, 2), drawn(rng, 400, 2)]


def moving(rng):
    """Training has moved the inputs of the layer; in the last half they hardly move any more."""
    return [drawn(rng, 240, 8, moved=8.0), drawn(rng, 320, 8, moved=-8.0)]


def one_class_at_a_time(rng):
    return [drawn(rng, 300, 6, in_order=True), drawn(rng, 360, 4, in_order=True)]


def error(one, mean, var):
    """The root mean squared difference, for new samples, between the frozen layer and the one with true statistics."""
    seed = seed_of(one.arguments[1])
    means, spread = _layer(seed)
    classes = np.random.default_rng(seed + 2).integers(0, CLASSES, NEW)
    new = means[classes] + spread * np.random.default_rng(seed + 3).standard_normal((NEW, UNITS))
    true_mean, true_var = means.mean(axis=0), spread**2 + means.var(axis=0)
    frozen = (new - mean) / np.sqrt(var + 1e-5)
    return float(np.sqrt(np.mean((frozen - (new - true_mean) / np.sqrt(true_var + 1e-5)) ** 2)))


def read(one, value):
    """Mean and variance of an answer, or what is wrong with them."""
    if not isinstance(value, tuple | list | np.ndarray) or len(value) != 2:
        return Difference("type", "Two arrays are expected, separated by a comma: mean and variance.")
    mean, var = (np.asarray(item, dtype=float) for item in value)
    for array in (mean, var):
        if array.shape != (UNITS,):
            return Difference("shape", f"Shape {array.shape} came back; one number for each unit is expected.")
    if not np.isfinite(mean).all() or not np.isfinite(var).all() or var.min() < 0:
        return Difference("value", "Both must be finite, and no variance is negative.")
    return mean, var


def close_enough(one, value, before=None):
    """The judge: at most half of the error of averaging the statistics of all batches is left."""
    statistics = read(one, value)
    if isinstance(statistics, Difference):
        return statistics
    plain = error(one, *_average(*one.arguments))
    found, allowed = error(one, *statistics), LEFT * plain
    if found <= allowed:
        return None
    return Difference(
        "value",
        f"For new samples the outputs of the frozen layer are off by {min(found, 999):.2f} (root mean square); at most "
        f"{allowed:.2f} is asked for. The plain average over all batches is off by {plain:.2f}.",
    )


close_enough.any_shape = True


def oracle(batches, labels):
    """By sums of numbers and of squares, over the last half of the recording."""
    late = batches[len(batches) // 2 :].reshape(-1, batches.shape[2])
    mean = late.sum(axis=0) / len(late)
    return mean, np.maximum((late**2).sum(axis=0) / len(late) - mean**2, 0.0)


class As:
    """Knows an answer by the formula that makes it."""

    any_shape = True

    def __init__(self, formula):
        self.formula = formula

    def __call__(self, one, value, before=None):
        statistics = read(one, value)
        if not isinstance(statistics, Difference):
            wanted = self.formula(*one.arguments)
            if all(np.allclose(got, want, rtol=1e-4, atol=1e-4) for got, want in zip(statistics, wanted, strict=True)):
                return None
        return Difference("value", "It is another estimate.")


def _average(batches, labels):
    return batches.mean(axis=1).mean(axis=0), batches.var(axis=1).mean(axis=0)


def _last(batches, labels):
    return batches[-1].mean(axis=0), batches[-1].var(axis=0)


def _exponential(batches, labels):
    mean, var = np.zeros(batches.shape[2]), np.ones(batches.shape[2])
    for batch in batches:
        mean, var = 0.99 * mean + 0.01 * batch.mean(axis=0), 0.99 * var + 0.01 * batch.var(axis=0)
    return mean, var


def _everything(batches, labels):
    return batches.mean(axis=(0, 1)), batches.var(axis=(0, 1))


def _late_average(batches, labels):
    return _average(batches[len(batches) // 2 :], labels)


def _spreads(batches, labels):
    mean, var = oracle(batches, labels)
    return mean, np.sqrt(var)


def _swapped(batches, labels):
    mean, var = oracle(batches, labels)
    return np.abs(var), np.abs(mean)


@mistake(
    "This is the plain average over all batches. In a small batch the variance is too small, at the start the layer "
    "had other inputs, and the spread *between* batches is missing.",
    As(_average),
)
def average_of_all(batches, labels):
    return _average(batches, labels)


@mistake("These are the statistics of the last batch alone. Use more samples than one batch has.", As(_last))
def last_batch(batches, labels):
    return _last(batches, labels)


@mistake(
    "This is the running average with momentum 0.99. It forgets the start, but it averages variances *within* batches, "
    "and those of small batches are too small.",
    As(_exponential),
)
def running_average(batches, labels):
    return _exponential(batches, labels)


@mistake(
    "All samples count, also those of the beginning, when the layer had other inputs. Look at the batch means over "
    "time, and find out from when on they stay.",
    As(_everything),
)
def all_samples(batches, labels):
    return _everything(batches, labels)


@mistake(
    "The start is left out, which is good. The mean of the variances within batches misses how far the batches lie "
    "apart; in small batches, or with one class in each, that is much.",
    As(_late_average),
)
def average_of_the_last_half(batches, labels):
    return _late_average(batches, labels)


@mistake(
    "The second array holds standard deviations. The layer takes the root itself: it needs variances.", As(_spreads)
)
def standard_deviations(batches, labels):
    return _spreads(batches, labels)


@mistake("The two arrays are in the wrong order: the mean comes first, then the variance.", As(_swapped))
def variance_first(batches, labels):
    return _swapped(batches, labels)


# Right ones.


def pooled(batches, labels):
    """Throw away the first half, and treat what is left as one large batch."""
    samples = np.concatenate(list(batches[len(batches) // 2 :])).astype(float)
    return np.mean(samples, axis=0), np.var(samples, axis=0)


def total_variance(batches, labels):
    """The law of total variance: the mean of the variances within batches, plus the variance of their means."""
    late = batches[-len(batches) // 2 :].astype(float)
    means = late.mean(axis=1)
    return means.mean(axis=0), late.var(axis=1).mean(axis=0) + means.var(axis=0)


def last_third(batches, labels):
    samples = batches[2 * len(batches) // 3 :].reshape(-1, batches.shape[2])
    return samples.mean(axis=0), samples.var(axis=0, ddof=1)


def by_class(batches, labels):
    late, classes = batches[len(batches) // 2 :], labels[len(batches) // 2 :]
    groups = [late[classes == name] for name in np.unique(classes)]
    means = np.array([group.mean(axis=0) for group in groups])
    within = np.mean([group.var(axis=0) for group in groups], axis=0)
    return means.mean(axis=0).tolist(), (within + means.var(axis=0)).tolist()


def as_one_array(batches, labels):
    return np.stack(oracle(batches, labels))


FREEZE_STATISTICS = Exercise(
    name="freeze_statistics",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="13. Small batches",
    minutes=12,
    difficulty=3,
    parts=(
        Part("small batches", 2, small_batches, judge=close_enough),
        Part("a training that moved", 2, moving, judge=close_enough),
        Part("one class at a time", 2, one_class_at_a_time, judge=close_enough),
    ),
    oracle=oracle,
    mistakes=(
        average_of_all,
        last_batch,
        running_average,
        all_samples,
        average_of_the_last_half,
        standard_deviations,
        variance_first,
    ),
    spellings=(pooled, total_variance, last_third, by_class, as_one_array),
    open_ended=True,
    hints=(
        "Plot the batch means of one unit over the steps. Which batches describe the layer as it is at the end?",
        "What is asked for is the variance over all samples. It is larger than the mean of the variances within "
        "batches: the means of the batches differ as well.",
    ),
)
