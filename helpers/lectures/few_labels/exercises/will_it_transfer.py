"""`will_it_transfer`: say for pairs of tasks whether an old layer helps; judged by the gain on samples nobody has seen.

Everything is small, so that many old networks are trained at once. Samples differ in three attributes and in much
noise; the classes of a task are one attribute, or two together. What an old network keeps of the others is chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

from .common import LECTURE

ATTRIBUTES, INPUTS, HIDDEN, OLD_CLASSES, CLASSES = 3, 60, 6, 4, 2
NETWORKS, TASKS, PAIRS, OLD, LABELED, NEW = 8, 8, 14, 240, 80, 200
STEPS, BATCH, RATE, RIDGE = 120, 32, 1.0, 1.0
CLEAR = 0.08  # the least gain or loss of the pairs that are asked about
BELOW_OWN, LEAST_GAP = 0.15, 0.35
# What a grading allows beyond that: which pairs it draws is chance, so what passes the public ones should pass. It is
# less where judging by the old task would pass with more.
TOLERANCE, TOLERANCE_NEAR_OWN = 0.07, 0.15


@dataclass(frozen=True)
class Pairs:
    """Some pairs of tasks: what an answer gets, and which old layers helped."""

    inputs: np.ndarray
    hidden: np.ndarray
    labels: np.ndarray
    old_accuracy: np.ndarray
    helped: np.ndarray


@lru_cache(maxsize=64)
def drawn(seed) -> Pairs:
    """Half of the pairs of a world: those with an even seed, or the others."""
    return _world(seed // 2)[seed % 2]


@lru_cache(maxsize=32)
def _world(seed) -> tuple[Pairs, Pairs]:
    rng = np.random.default_rng([seed, 13])
    while True:
        found = _all_pairs(rng)
        gains, arrays = found[0], found[1:]
        sides = [rng.permutation(np.flatnonzero(side))[:PAIRS] for side in (gains >= CLEAR, gains <= -CLEAR)]
        if all(len(side) == PAIRS for side in sides):
            halves = [rng.permutation(np.concatenate([side[i::2] for side in sides])) for i in range(2)]
            return tuple(Pairs(*(array[half] for array in arrays), gains[half] > 0) for half in halves)


def _all_pairs(rng):
    """Old networks with several new tasks each: (gains, inputs, hidden, labels, accuracy in the old task)."""
    directions = np.linalg.qr(rng.standard_normal((NETWORKS, INPUTS, ATTRIBUTES)))[0].transpose(0, 2, 1)
    directions = directions * rng.uniform(0.4, 1.4, (NETWORKS, ATTRIBUTES, 1))

    def samples(count):
        attributes = rng.integers(0, 2, (NETWORKS, count, ATTRIBUTES))
        noise = 0.7 * rng.standard_normal((NETWORKS, count, INPUTS))
        return (2 * attributes - 1) @ directions + noise, attributes

    def task(second):
        """For each network how much each attribute adds to the class: one counts 1, another `second`."""
        return rng.permuted(np.stack([np.ones(NETWORKS, int), second, 0 * second], axis=1), axis=1)[:, :, None]

    old = task(rng.choice([0, 2], NETWORKS))
    x, attributes = samples(OLD)
    w1, w2 = _trained(x, (attributes @ old)[:, :, 0], rng)
    x_new, attributes_new = samples(NEW)
    hidden_new = np.maximum(x_new @ w1, 0)
    old_accuracy = np.mean((hidden_new @ w2).argmax(axis=2) == (attributes_new @ old)[:, :, 0], axis=1)
    parts = []
    for _ in range(TASKS):
        new = task(np.zeros(NETWORKS, int))
        x, attributes = samples(LABELED)
        y, y_new = ((one @ new)[:, :, 0] for one in (attributes, attributes_new))
        hidden = np.maximum(x @ w1, 0)
        right = [
            np.mean((features_new @ probes(features, y)).argmax(axis=2) == y_new, axis=1)
            for features, features_new in ((x, x_new), (hidden, hidden_new))
        ]
        parts.append((right[1] - right[0], x, hidden, y, old_accuracy))
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def _trained(x, y, rng):
    """The weights of one network of ReLUs for each x[i], y[i], by gradient descent on batches."""
    w1 = 0.1 * rng.standard_normal((len(x), INPUTS, HIDDEN))
    w2 = 0.1 * rng.standard_normal((len(x), HIDDEN, OLD_CLASSES))
    wanted = np.eye(OLD_CLASSES)[y]
    for rows in rng.integers(0, OLD, (STEPS, BATCH)):
        some = x[:, rows]
        hidden = np.maximum(some @ w1, 0)
        error = np.exp(hidden @ w2)
        error = (error / error.sum(axis=2, keepdims=True) - wanted[:, rows]) / BATCH
        inner = (error @ w2.transpose(0, 2, 1)) * (hidden > 0)
        w2 -= RATE * hidden.transpose(0, 2, 1) @ error
        w1 -= RATE * some.transpose(0, 2, 1) @ inner
    return w1, w2


def probes(features, labels):
    """The linear probe of each pair, (pairs, features, classes)."""
    across = features.transpose(0, 2, 1)
    return np.linalg.solve(across @ features + RIDGE * np.eye(features.shape[2]), across @ np.eye(CLASSES)[labels])


def by_the_old_task_tells(pairs):
    """Whether a high accuracy in the old task happens to tell which layers help, or no old network has one."""
    high = pairs.old_accuracy > 0.9
    return not high.any() or np.mean(high == pairs.helped) > 0.6


def cases(rng):
    """Both halves of a world, but none in which judging by the fit, or by the old task, happens to do.

    Nor one in which the course's own answer is luckier than the same with other folds: what is right would fall short.
    """
    while True:
        first = 2 * int(rng.integers(2**30))
        seeds = first, first + 1
        telling = all(own - of_the_fit >= LEAST_GAP for of_the_fit, own in map(standards, seeds))
        if telling and not any(by_the_old_task_tells(drawn(seed)) or own_is_lucky(seed) for seed in seeds):
            break
    calls = []
    for seed in seeds:
        pairs = drawn(seed)
        calls.append(call(pairs.inputs, pairs.hidden, pairs.labels, pairs.old_accuracy, Seeded(seed)))
    return calls


def left_out(features, labels):
    """What each sample's probe says of it that was fitted on all the others, by the formula for ridge regression."""
    hot = np.eye(CLASSES)[labels]
    across = features.transpose(0, 2, 1)
    hat = features @ np.linalg.solve(across @ features + RIDGE * np.eye(features.shape[2]), across)
    own = np.diagonal(hat, axis1=1, axis2=2)[:, :, None]
    return (hat @ hot - own * hot) / (1 - own)


def left_out_wins(inputs, hidden, labels, old_accuracy):
    """Leave one out: which features let the other samples tell the class of more samples?"""
    right = [np.sum(left_out(f.astype(float), labels).argmax(axis=2) == labels, axis=1) for f in (inputs, hidden)]
    return right[1] > right[0]


def own_is_lucky(seed):
    """Whether ten folds tell fewer pairs rightly than leaving one out does, by more than one pair."""
    pairs = drawn(seed)
    by_folds = hidden_tells_more(pairs.inputs, pairs.hidden, pairs.labels, 10)
    return standards(seed)[1] - np.mean(by_folds == pairs.helped) > 1.5 / PAIRS


def oracle(inputs, hidden, labels, old_accuracy, rng):
    return left_out_wins(inputs, hidden, labels, old_accuracy)


def _fits_better(inputs, hidden, labels, old_accuracy):
    """The smaller squared error on the samples that the probes were fitted on."""
    errors = [np.sum((f @ probes(f, labels) - np.eye(CLASSES)[labels]) ** 2, axis=(1, 2)) for f in (inputs, hidden)]
    return errors[1] < errors[0]


@lru_cache(maxsize=64)
def standards(seed):
    """Shares of the pairs that are told rightly: by the fit to the samples, and by the course's own answer."""
    pairs = drawn(seed)
    given = pairs.inputs, pairs.hidden, pairs.labels, pairs.old_accuracy
    return tuple(float(np.mean(answer(*given) == pairs.helped)) for answer in (_fits_better, left_out_wins))


@cache
def public_seeds():
    return frozenset(trial.call.arguments[4].seed for trial in WILL_IT_TRANSFER.public_trials)


def read(value):
    """The answer as booleans, or None."""
    array = np.asarray(value)
    if array.shape != (PAIRS,) or array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        return None
    return array.astype(bool)


@dataclass(frozen=True)
class Told:
    """The judge of a part: is the share of pairs told rightly at least `limit(of the fit, own)`?"""

    limit: object
    tolerance: float
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        told = read(value)
        if told is None:
            return Difference("type", f"True or False is expected for each of the {PAIRS} pairs.")
        seed = one.arguments[4].seed
        of_the_fit, own = standards(seed)
        found = np.mean(told == drawn(seed).helped)
        wanted = self.limit(of_the_fit, own) - self.tolerance * (seed not in public_seeds())
        if found >= wanted:
            return None
        return Difference(
            "value",
            f"{found:.0%} of the predictions are right; at least {wanted:.0%} are asked for. Comparing how closely "
            f"the probes fit the labeled samples gets {of_the_fit:.0%}, the course's own answer {own:.0%}.",
        )


def above_the_fit(of_the_fit, own):
    return (of_the_fit + own) / 2


def near_the_own(of_the_fit, own):
    return own - BELOW_OWN


# How the wrong ones are recognized.


@dataclass(frozen=True)
class Known:
    """Knows an answer by `test(array, arguments)`."""

    test: object
    any_shape = True
    any_type = True

    def __call__(self, one, value, before=None):
        array = np.asarray(value)
        is_it = array.dtype.kind in "biuf" and self.test(array, one.arguments)
        return None if is_it else Difference("value", "It is something else.")


def nearly(formula):
    """Whether an answer is that of a formula for nearly all pairs."""
    return lambda array, given: array.shape == (PAIRS,) and np.mean(array == formula(*given[:4])) > 0.95


def by_old_accuracy(array, given):
    """Whether a limit for the accuracy in the old task separates the pairs that are said to gain from the others."""
    if read(array) is None or np.ptp(array.astype(float)) == 0:
        return False
    return given[3][array.astype(bool)].min() >= given[3][~array.astype(bool)].max()


def _opposite(*given):
    return ~left_out_wins(*given)


@mistake(
    "No pair gains, you say. If this compares how well two probes fit the labeled samples: on those that it was fitted "
    "on, a probe of 60 numbers nearly always looks better than one of 6. Judge by samples that it was not fitted on.",
    Known(lambda array, given: array.shape == (PAIRS,) and not array.any()),
)
def right_on_the_fitted_samples(inputs, hidden, labels, old_accuracy, rng):
    right = [np.mean((f @ probes(f, labels)).argmax(axis=2) == labels, axis=1) for f in (inputs, hidden)]
    return right[1] > right[0]


@mistake(
    "All pairs gain, you say. Some old networks have thrown away what the new task asks for; measure each pair.",
    Known(lambda array, given: array.shape == (PAIRS,) and (array == 1).all()),
)
def always(inputs, hidden, labels, old_accuracy, rng):
    return np.ones(len(labels), dtype=bool)


@mistake(
    "These are the pairs whose old network is best in its *old* task. That says little about the new one: what counts "
    "is whether the hidden layer still tells the new classes apart.",
    Known(by_old_accuracy),
)
def good_in_the_old_task(inputs, hidden, labels, old_accuracy, rng):
    return old_accuracy > 0.9


@mistake(
    "It is the other way round for nearly every pair: True means that the *hidden layer* gives the better probe.",
    Known(nearly(_opposite)),
)
def inputs_are_better(inputs, hidden, labels, old_accuracy, rng):
    return _opposite(inputs, hidden, labels, old_accuracy)


@mistake(
    "There is one answer for all pairs together. Each pair has its own old network and its own new task: return as "
    "many answers as there are pairs.",
    Known(lambda array, given: array.size == 1),
)
def one_for_all(inputs, hidden, labels, old_accuracy, rng):
    return bool(np.mean(left_out_wins(inputs, hidden, labels, old_accuracy)) > 0.5)


@mistake(
    "These are gains, as numbers. Asked for is whether there is one: True where the gain is above 0.",
    Known(lambda array, given: array.shape == (PAIRS,) and array.dtype.kind == "f" and read(array) is None),
)
def gains_as_numbers(inputs, hidden, labels, old_accuracy, rng):
    right = [np.mean(left_out(f, labels).argmax(axis=2) == labels, axis=1) for f in (inputs, hidden)]
    return right[1] - right[0]


# Right ones.


def held_out(fit_and_tell, features, labels, folds):
    """How many samples are told rightly by what was fitted on the other folds."""
    fold = np.arange(len(labels)) % folds
    return sum(
        np.sum(fit_and_tell(features[fold != k], labels[fold != k], features[fold == k]) == labels[fold == k])
        for k in range(folds)
    )


def _ridge(x, y, x_new):
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ np.eye(CLASSES)[y])
    return (x_new @ weights).argmax(axis=1)


def twenty_folds(inputs, hidden, labels, old_accuracy, rng):
    """Each sample is told by a probe that was fitted on the other folds; the features with more right ones win."""
    return hidden_tells_more(inputs, hidden, labels, 20).tolist()


def hidden_tells_more(inputs, hidden, labels, folds):
    """By so many folds, and for each pair: whether probes of the hidden features tell more samples rightly."""
    pairs = zip(inputs, hidden, labels, strict=True)
    return np.array([held_out(_ridge, h, y, folds) > held_out(_ridge, x, y, folds) for x, h, y in pairs])


def all_but_one(inputs, hidden, labels, old_accuracy, rng):
    """Leave one out in closed form: with ridge regression no probe has to be fitted again."""
    return left_out_wins(inputs, hidden, labels, old_accuracy).astype(int)


def by_random_halves(inputs, hidden, labels, old_accuracy, rng):
    """Many random splits into four fifths to fit on and a fifth to judge by."""
    right = np.zeros((2, len(labels)))
    for _ in range(40):
        order = rng.permutation(labels.shape[1])
        fit, judge = order[16:], order[:16]
        for place, features in enumerate((inputs, hidden)):
            told = (features[:, judge] @ probes(features[:, fit], labels[:, fit])).argmax(axis=2)
            right[place] += np.sum(told == labels[:, judge], axis=1)
    return right[1] > right[0]


def with_ties_by_error(inputs, hidden, labels, old_accuracy, rng):
    """Where equally many are right, the smaller squared error decides."""
    marks = []
    for features in (inputs, hidden):
        said = left_out(features, labels)
        error = np.mean((said - np.eye(CLASSES)[labels]) ** 2, axis=(1, 2))
        marks.append(np.mean(said.argmax(axis=2) == labels, axis=1) - 0.01 * error)
    return tuple(bool(answer) for answer in marks[1] > marks[0])


def as_zeros_and_ones(inputs, hidden, labels, old_accuracy, rng):
    return np.where(left_out_wins(inputs, hidden, labels, old_accuracy), 1.0, 0.0)


WILL_IT_TRANSFER = Exercise(
    name="will_it_transfer",
    lecture=LECTURE,
    section="7. Which layers, and frozen or tuned?",
    minutes=15,
    difficulty=3,
    parts=(
        Part("better than the fit", 2, cases, judge=Told(above_the_fit, TOLERANCE)),
        Part("near the course's own", 2, cases, judge=Told(near_the_own, TOLERANCE_NEAR_OWN)),
    ),
    oracle=oracle,
    mistakes=(
        right_on_the_fitted_samples,
        always,
        good_in_the_old_task,
        inputs_are_better,
        one_for_all,
        gains_as_numbers,
    ),
    spellings=(twenty_folds, all_but_one, by_random_halves, with_ties_by_error, as_zeros_and_ones),
    open_ended=True,
    judged_on_hidden=True,
    hints=(
        "Do in small what the check does: fit a probe on the inputs and one on the hidden layer, and compare how often "
        "they are right. Which samples may judge a probe?",
        "You have no other samples than the eighty. Leave a tenth of them out, fit on the rest, let the tenth judge, "
        "and go on with the next tenth, so that every sample judges once.",
    ),
)
