"""rate_from_test: choose a learning rate from one range test, judged by a training that nobody has seen.

The runs are small networks on inputs of very different sizes, so that no rate suits all of them. Everything about a run
follows from the rates of its test, so that whoever judges an answer can train it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

SAMPLES, NEW, INPUTS, HIDDEN, CLASSES, BATCH = 120, 300, 8, 12, 4, 30
TEST, UPDATES = 100, 40
AROUND = 0.1, 0.2, 0.5, 1, 2, 4  # times the rate of the oracle: among these the judge looks for the best one
TELLING = 0.25  # of the way may be left by sound readings of a test
BEYOND = 99.0  # what stands for a loss that is not finite, or larger


@dataclass(frozen=True)
class Run:
    """What is needed to train: samples, new samples, first weights, the seed of the batches, the size of the inputs."""

    x: np.ndarray
    y: np.ndarray
    new: np.ndarray
    truth: np.ndarray
    weights: tuple
    seed: int
    size: float


@lru_cache(maxsize=64)
def _run(rates: bytes) -> Run:
    seed = zlib.crc32(rates)
    rng = np.random.default_rng(seed)
    size = 10 ** rng.uniform(-1.3, 1.7)
    centers = 1.3 * rng.standard_normal((CLASSES, INPUTS))
    parts = []
    for count in (SAMPLES, NEW):
        labels = rng.permutation(np.arange(count) % CLASSES)
        parts += [size * (centers[labels] + rng.standard_normal((count, INPUTS))), labels]
    weights = (
        rng.standard_normal((INPUTS, HIDDEN)) * np.sqrt(2 / INPUTS) / max(size, 1.0),
        rng.standard_normal((HIDDEN, CLASSES)) * np.sqrt(1 / HIDDEN),
    )
    return Run(*parts, weights, seed, size)


def trained(run, rates):
    """Train with `rates` (updates, runs), all runs from the same start. Batch losses (updates, runs), final weights."""
    rng = np.random.default_rng(run.seed + 1)
    w1, w2 = (np.repeat(w[None], rates.shape[1], axis=0) for w in run.weights)
    losses = []
    with np.errstate(all="ignore"):
        for rate in rates[:, :, None, None]:
            rows = rng.choice(SAMPLES, BATCH, replace=False)
            x, y = run.x[rows], run.y[rows]
            hidden = np.maximum(x @ w1, 0)
            error = _softmax(hidden @ w2)
            losses.append(-np.log(np.maximum(error[:, np.arange(BATCH), y], 1e-30)).mean(axis=1))
            error[:, np.arange(BATCH), y] -= 1
            inner = (error @ w2.transpose(0, 2, 1)) * (hidden > 0)
            w2 = w2 - rate * hidden.transpose(0, 2, 1) @ error / BATCH
            w1 = w1 - rate * x.T @ inner / BATCH
    return _finite(np.array(losses)), (w1, w2)


def new_losses(run, rates):
    """The loss on new samples after training at each of some constant rates."""
    _, (w1, w2) = trained(run, np.repeat(np.asarray(rates, dtype=float)[None], UPDATES, axis=0))
    with np.errstate(all="ignore"):
        chances = _softmax(np.maximum(run.new @ w1, 0) @ w2)
        return _finite(-np.log(np.maximum(chances[:, np.arange(NEW), run.truth], 1e-30)).mean(axis=1))


def _softmax(scores):
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def _finite(losses):
    return np.minimum(np.nan_to_num(losses, nan=BEYOND), BEYOND)


def run_of(rates):
    return _run(np.ascontiguousarray(rates, dtype=np.float64).tobytes())


def drawn(rng, large):
    """The range test of a run with large inputs, or with small ones."""
    while True:
        low = 10 ** rng.uniform(-7.5, -6.5)
        rates = np.geomspace(low, low * 1e10, TEST)
        run = run_of(rates)
        if (run.size > 10) if large else (run.size < 0.5):
            one = call(rates, trained(run, rates[:, None])[0][:, 0].round(3))
            if tells(one):
                return one


def tells(one):
    """Whether every sound reading of a test leads to a good rate; no other test is asked about.

    Once in a while all units die in the test, or the valley is so narrow that luck decides.
    """
    rates, losses = one.arguments
    readings = [factor * oracle(rates, losses) for factor in (0.4, 1, 3)]
    readings += [by_median(rates, losses), before_it_explodes(rates, losses)]
    readings.append(rates[min(int(np.argmin(losses)) + 4, TEST - 1)] / 3)
    return bool(np.all(left(one, readings) < TELLING))


def cases(rng):
    return [drawn(rng, True), drawn(rng, False)]


@lru_cache(maxsize=64)
def _best(rates: bytes) -> float:
    """The lowest loss on new samples that was found: with the rate of the oracle, and with others around it."""
    run, test = _run(rates), np.frombuffer(rates)
    losses = trained(run, test[:, None])[0][:, 0].round(3)
    return float(new_losses(run, oracle(test, losses) * np.array(AROUND)).min())


def left(one, tried):
    """The share of the way from the best loss to that of guessing which rates leave. 0 is the best, 1 is guessing."""
    rates = np.ascontiguousarray(one.arguments[0], dtype=np.float64)
    best = _best(rates.tobytes())
    return (new_losses(run_of(rates), tried) - best) / (np.log(CLASSES) - best)


def read(value):
    """The rate of an answer, or what is wrong with it."""
    rate = np.asarray(value, dtype=float)
    if rate.ndim or not np.isfinite(rate) or rate <= 0:
        return Difference("value", "A learning rate is one number above 0.")
    return float(rate)


def leaving(share):
    """The judge of a part: how much of the way from the best loss to guessing may be left."""

    def judge(one, value, before=None):
        rate = read(value)
        if isinstance(rate, Difference):
            return rate
        found = float(left(one, [rate])[0])
        if found <= share:
            return None
        rates = np.ascontiguousarray(one.arguments[0], dtype=np.float64)
        best, guessing = _best(rates.tobytes()), np.log(CLASSES)
        return Difference(
            "value",
            f"After {UPDATES} updates at the rate {rate:.2g} the loss on new samples is "
            f"{min(best + found * (guessing - best), BEYOND):.2f}. At most {best + share * (guessing - best):.2f} is "
            f"asked for; the best rate reaches {best:.2f}, and guessing {guessing:.2f}.",
        )

    return judge


def oracle(rates, losses):
    """A third of the rate at which the mean of nine losses in a row is lowest."""
    means = np.convolve(losses, np.ones(9) / 9, mode="valid")
    return float(rates[4 + int(np.argmin(means))]) / 3


# How the wrong ones are recognized.


class As:
    """Knows an answer by its formula."""

    any_shape = True

    def __init__(self, formula):
        self.formula = formula

    def __call__(self, one, value, before=None):
        same = np.allclose(np.asarray(value, dtype=float), self.formula(*one.arguments), rtol=1e-4, atol=0)
        return None if same else Difference("value", "It is another rate.")


def _largest(rates, losses):
    return float(rates[-1])


def _smallest(rates, losses):
    return float(rates[0])


def _place(rates, losses):
    return float(np.argmin(losses))


def _lowest_loss(rates, losses):
    return float(np.min(losses))


def _usual(rates, losses):
    return 0.01


def _safe(rates, losses):
    return 1e-6


def _exponent(rates, losses):
    return float(np.log10(oracle(rates, losses)))


@mistake("This is the last rate of the test. By then the loss has exploded: look where it begins to.", As(_largest))
def largest(rates, losses):
    return _largest(rates, losses)


@mistake("This is the first rate of the test. It is so low that the loss stays level.", As(_smallest))
def smallest(rates, losses):
    return _smallest(rates, losses)


@mistake(
    "This is the *place* of the lowest loss in the array. The rate is what stands there in `rates`, and a third of it "
    "is safer.",
    As(_place),
)
def place(rates, losses):
    return _place(rates, losses)


@mistake(
    "This is the lowest loss. A learning rate is asked for: the one at which that loss was met, or less.",
    As(_lowest_loss),
)
def lowest_loss(rates, losses):
    return _lowest_loss(rates, losses)


@mistake(
    "It is 0.01 for every run. The inputs of these runs differ in size by a factor of a thousand: read the rate off "
    "the test.",
    As(_usual),
)
def usual_rate(rates, losses):
    return _usual(rates, losses)


@mistake(
    "A millionth is safe, and nothing is learned in so few updates. Read off the test how far one can go.", As(_safe)
)
def safe_rate(rates, losses):
    return _safe(rates, losses)


@mistake("This is the logarithm of a rate. Return the rate itself: 10 to that power.", As(_exponent))
def exponent(rates, losses):
    return _exponent(rates, losses)


# Right ones.


def by_median(rates, losses):
    """A quarter of the rate at which the median of seven losses in a row is lowest."""
    medians = [np.median(losses[i : i + 7]) for i in range(len(losses) - 6)]
    return float(rates[int(np.argmin(medians)) + 3] / 4)


def before_it_explodes(rates, losses):
    """A twelfth of the first rate at which the loss, averaged over three updates, is twice what it was."""
    means = np.convolve(losses, np.ones(3) / 3, mode="same")
    first = np.argmax(means[1:] > 2 * np.mean(losses[:10])) + 1
    return rates[first] / 12


def a_fifth_of_the_lowest(rates, losses):
    return rates[np.argmin(np.convolve(losses, np.ones(5) / 5, mode="valid")) + 2] / 5


def half_of_a_long_mean(rates, losses):
    means = [sum(losses[i : i + 9]) / 9 for i in range(len(losses) - 8)]
    return float(rates[means.index(min(means)) + 4]) / 2.5


def without_a_dimension(rates, losses):
    return np.asarray(oracle(rates, losses))


RATE_FROM_TEST = Exercise(
    name="rate_from_test",
    lecture=LECTURE,
    section="5. Which learning rate?",
    minutes=10,
    difficulty=2,
    parts=(Part("it learns", 2, cases, judge=leaving(0.6)), Part("near the best rate", 2, cases, judge=leaving(0.3))),
    oracle=oracle,
    mistakes=(largest, smallest, place, lowest_loss, usual_rate, safe_rate, exponent),
    spellings=(by_median, before_it_explodes, a_fifth_of_the_lowest, half_of_a_long_mean, without_a_dimension),
    open_ended=True,
    judged_on_hidden=True,
    hints=(
        "Draw the losses over the logarithm of the rates. They are level, fall, and explode; where is the valley?",
        "One loss is that of one batch, and jumps. Average some in a row before you look for the lowest, and stay "
        "below its rate: in the test a rate is used once, in the training again and again.",
    ),
)
