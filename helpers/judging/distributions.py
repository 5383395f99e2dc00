"""Judge random numbers by the distribution they come from, whatever drew them.

Each number becomes a *score*: the quantile of the standard normal distribution at the number's probability under the
distribution that is asked for. The scores of a right answer are independent standard normal, n of them in r rows and
c columns, so each of these tests has a tail that is known exactly for every n, with no limit theorem:

    scale       the sum of the squared scores                       chi-squared with n degrees of freedom
    mean        the sum of the scores, divided by sqrt(n)           standard normal
    rows        squared sum of each row, divided by c, added up     chi-squared with r degrees of freedom
    columns     squared sum of each column, divided by r, added up  chi-squared with c degrees of freedom
    largest     the largest |score| is at most m                    with probability (2 Phi(m) - 1)^n
    shape       the largest gap between both distribution functions beyond e with probability at most 2 exp(-2 n e^2)
    order       how many numbers are larger than the one before     beyond t of its mean: at most 2 exp(-t^2 / (2 n))
    evenness    how many of r equally likely cells a column fills   beyond t of its mean: at most 2 exp(-2 t^2 / n)

(The bound of *shape* is that of Dvoretzky, Kiefer and Wolfowitz with Massart's constant; those of *order*, which sorted
draws fail, and *evenness*, which stratified and quasi-random ones fail, are McDiarmid's: another value of one number
changes the first count by at most 2, the second by at most 1. A single row counts as a column.) Each test raises its
alarm for a right answer with a probability of at most ALARM / MOST_TESTS. By Bonferroni's inequality, whatever the
tests have to do with each other, the chance that any of at most MOST_TESTS tests does so is at most ALARM = one in a
million. A test of this course counts the tests of every exercise. Whether two calls drew the same numbers is decided
without a chance of error worth the name: that eight independent numbers are proportional to eight others within the
rounding has a probability below 1e-28.

What this catches is measured by `benchmarks/distribution_checks.py`. With the layers of lecture 06, normal weights
whose deviation is wrong by 3.6 % fail `check` in 99.9 % of cases; uniform ones from 0.1 % on, because the largest of so
many numbers lies next to the limit. In 30 000 gradings of right answers there was no false alarm.

Answers in single precision have scores that are off by a relative 1e-7, which moves no statistic by a noticeable part
of its deviation. Only at the very edge of a bounded distribution does it matter; scores are cut off there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from helpers.sandbox.observe import identical

from .compare import Difference

ALARM = 1e-6  # chance of failing a right answer, over all calls of an examination
MOST_TESTS = 200  # in one examination
TESTS = 8  # of one call
PER_TEST = ALARM / MOST_TESTS

_NEAR = 0.1  # what a deviation may be off by, to be said to fit
_CHANCE = 5  # standard errors that a deviation may be off by chance, in the words of a sentence
_MOST_DECIMALS = 4  # of draws that are said to be rounded
_ENOUGH = 8  # numbers of each of two draws, to tell whether they are proportional
_EDGE = 1e-6  # probability beyond which scores of bounded distributions are cut off: rounding rules there
_CUT = 2.0  # where a truncated normal distribution ends, in deviations of the whole one
_CUT_STD = 0.8796256610342398  # its deviation

NORMAL, UNIFORM, TRUNCATED, ONE_SIDED = "normal", "uniform", "truncated normal", "one-sided uniform"
FROM_RNG, FIXED_SEED, ELSEWHERE = "rng", "a seed of its own", "elsewhere"


@dataclass(frozen=True)
class Draws:
    """Independent numbers with mean 0, NORMAL, UNIFORM or TRUNCATED normal; ONE_SIDED ones are uniform from 0 up.

    `std(*arguments)` is their deviation; it is called with the arguments of the exercise's function before the
    generator. `source` says what the numbers depend on: FROM_RNG, on the generator that was given and nothing else;
    FIXED_SEED, on nothing; ELSEWHERE, on something else than that generator. Where the answer's numbers are not of that
    kind, `centred(values, *arguments)` makes them so: it undoes what a right answer did to its uniform or normal draws;
    `note` then tells the reader what the sentence behind it speaks of.

    Called as the judge of a part. For a right answer, the chance that any call of an examination returns a Difference
    is at most ALARM.
    """

    kind: str
    std: Callable[..., float]
    source: str = FROM_RNG
    centred: Callable | None = None
    note: str = ""

    ASKS_ARGUMENTS: ClassVar = ("std",)

    def __call__(self, call, value, before=None) -> Difference | None:
        values = self.numbers(call, value)
        if values is None or not np.isfinite(values).all():
            return Difference("value", f"{self.note}It returned numbers that are not finite.")
        with np.errstate(all="ignore"):  # numbers whose squares are too large are found to be too large
            sentence = unlike(values, self.kind, float(self.std(*call.arguments[:-1])))
            if not sentence and before is not None:
                sentence = self._wrong_source(call, values, *before)
        return Difference("value", self.note + sentence) if sentence else None

    def numbers(self, call, value) -> np.ndarray | None:
        """The values of an answer as numbers of the kind that is judged; None if they are no numbers."""
        values = _numbers(value)
        if values is None or self.centred is None:
            return values
        try:
            with np.errstate(all="ignore"):
                return self.centred(values, *call.arguments[:-1])
        except ValueError:  # a shape that does not fit
            return None

    def _wrong_source(self, call, values, call_before, value_before) -> str:
        before = self.numbers(call_before, value_before)
        if before is None or min(values.size, before.size) < _ENOUGH:
            return ""
        same_call = identical(call.values(), call_before.values())  # `==` would compare arrays item by item
        if same_call and (self.source == ELSEWHERE) == np.array_equal(values, before):
            return "Generators in the same state should give the same numbers, and do not: draw from `rng` only."
        if not same_call and (self.source == FIXED_SEED) != _proportional(values, before):
            return "Two different generators gave the same numbers. They should come from `rng`."
        return ""


def unlike(values: np.ndarray, kind: str, std: float) -> str:
    """How a table of numbers (rows, columns) differs from independent draws with this deviation; "" if it does not."""
    values = np.atleast_2d(np.asarray(values, dtype=float))
    if values.size == 0:
        return ""
    scores = _scores(values, kind, std)
    if scores is None:
        limit = std * (np.sqrt(3) if kind == UNIFORM else _CUT / _CUT_STD)
        return f"Some numbers lie outside of -{limit:.4f} to {limit:.4f}; the largest is {np.abs(values).max():.4f}."
    alarm = next((test for test, tail in _tails(scores) if tail < PER_TEST), None)
    if alarm is None:
        return ""
    found = np.sqrt(np.mean(values**2))
    if alarm == "scale" and abs(found / std - 1) < _CHANCE / np.sqrt(2 * values.size):
        alarm = "shape"  # the deviation alone would pass: what is off is how the numbers are spread around it
    fits = abs(found / std - 1) < _NEAR  # among few numbers, chance also allows a deviation that fits badly
    counted = f"{values.size} number{'s' * (values.size != 1)}"
    return (
        _peculiar(values)
        or {
            "scale": f"The deviation of {counted} is {found:.4f}; {std:.4f} is expected.",
            "mean": f"The mean of {counted} is {values.mean():.5f}; that is too far from 0.",
            "largest": f"{'The deviation fits, the shape does not: the' if fits else 'The'} largest of {values.size} "
            f"numbers is {np.abs(values).max() / std:.2f} deviations out. A {kind} distribution is expected.",
            "shape": f"{'Mean and deviation fit, the shape does not.' if fits else 'The numbers are spread otherwise.'}"
            f" A {kind} distribution is expected.",
            "rows": "The numbers of a row depend on each other.",
            "columns": "The numbers of a column depend on each other.",
            "order": "Each number depends on the one before it; independent draws are expected.",
            "evenness": "The numbers are spread more evenly, or less, than independent draws are.",
        }[alarm]
    )


def _peculiar(values) -> str:
    """What everybody would see in numbers that have failed a test, if they looked at them; or ""."""
    rows, columns = values.shape
    if values.size < _ENOUGH:
        return ""
    if np.ptp(values) == 0:
        return f"All {values.size} numbers are the same."
    if columns > 1 and (values == values[:, :1]).all():
        return "All columns hold the same numbers. Draw every number by itself."
    if rows > 1 and (values == values[:1]).all():
        return "All rows hold the same numbers. Draw every number by itself."
    decimals = next((k for k in range(_MOST_DECIMALS) if np.allclose(values, np.round(values, k), 0, 1e-12)), None)
    if decimals is not None:
        rounded = f"rounded to {decimals} decimal{'s' * (decimals > 1)}"
        return f"The numbers are {rounded if decimals else 'whole numbers'}."
    distinct = len(np.unique(values))
    if distinct < values.size:
        few = f"Only {distinct} of the {values.size} numbers are different"
        return f"{few}: are they rounded, or drawn once for several places?"
    for axis, line in ((0, "column"), (1, "row")):
        steps = np.diff(values, axis=axis)
        if steps.size >= _ENOUGH and ((steps > 0).all() or (steps < 0).all()):
            return f"The numbers of every {line} are sorted; independent draws come in any order."
    return ""


def _scores(values, kind, std):
    """Standard normal scores, or None if a number lies where the distribution has none."""
    if kind == NORMAL:
        return values / std
    if kind in (UNIFORM, ONE_SIDED):
        inside = values / (np.sqrt(3) * std) - (kind == ONE_SIDED)
        beyond, probability = np.abs(inside).max() > 1 + _EDGE, (1 + inside) / 2
    else:
        inside = values * (_CUT_STD / std)
        tail = special.ndtr(-_CUT)
        beyond, probability = np.abs(inside).max() > _CUT + _EDGE, (special.ndtr(inside) - tail) / (1 - 2 * tail)
    return None if beyond else special.ndtri(np.clip(probability, _EDGE, 1 - _EDGE))


def _tails(scores) -> Iterator[tuple[str, float]]:
    """Each test with (a bound on) the probability that right scores are as extreme as these.

    A wrong scale bends everything else as well, so it comes first; what takes longest comes last.
    """
    rows, columns = scores.shape
    count = scores.size
    yield "scale", _chi_squared(np.sum(scores**2), count)
    yield "mean", 2 * special.ndtr(-abs(scores.sum()) / np.sqrt(count))
    yield "rows", _chi_squared(np.sum(scores.sum(axis=1) ** 2) / columns, rows)
    yield "columns", _chi_squared(np.sum(scores.sum(axis=0) ** 2) / rows, columns)
    yield "largest", _largest(np.abs(scores).max(), count)
    probability = special.ndtr(scores.reshape(-1, 1) if rows == 1 else scores)
    yield "shape", 2 * np.exp(-2 * count * _gap(probability) ** 2)
    yield "order", _order(probability)
    yield "evenness", _evenness(probability)


def _chi_squared(value, freedom) -> float:
    """Two-sided tail."""
    return 2 * min(special.chdtr(freedom, value), special.chdtrc(freedom, value))


def _largest(score, count) -> float:
    """Two-sided tail of the largest of `count` absolute scores."""
    logarithm = count * np.log1p(-2 * special.ndtr(-score)) if score > 0 else -np.inf
    return 2 * min(np.exp(logarithm), -np.expm1(logarithm))


def _gap(probability) -> float:
    """Kolmogorov's distance between the scores and the standard normal distribution, from their probabilities."""
    probability = np.sort(probability, axis=None)
    steps = np.arange(probability.size + 1) / probability.size
    return max(np.max(steps[1:] - probability), np.max(probability - steps[:-1]))


def _order(probability) -> float:
    """McDiarmid's bound on the number of rises from one number of a column to the next."""
    rises = probability[1:] > probability[:-1]
    return 2 * np.exp(-((np.count_nonzero(rises) - rises.size / 2) ** 2) / (2 * probability.size))


def _evenness(probability) -> float:
    """McDiarmid's bound on the number of cells, as many as a column has numbers, in which one of its numbers lies."""
    rows, columns = probability.shape
    cells = np.minimum((probability * rows).astype(int), rows - 1) + rows * np.arange(columns)
    expected = columns * rows * (1 - (1 - 1 / rows) ** rows)
    return 2 * np.exp(-2 * (np.count_nonzero(np.bincount(cells.ravel())) - expected) ** 2 / probability.size)


def _proportional(a, b) -> bool:
    """Whether two draws are the same but for a factor; of different lengths, their common beginning counts."""
    length = min(a.size, b.size)
    a, b = a.ravel()[:length], b.ravel()[:length]
    return bool(abs(a @ b) > (1 - 1e-9) * np.sqrt((a @ a) * (b @ b)))


def _numbers(value):
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
