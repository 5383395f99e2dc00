"""`dropout`: inverted, each value on its own. It is random, and judged by what it must obey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import stats

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake
from helpers.sandbox.observe import identical

from .common import DROPOUT_SECTION, LECTURE, seeded

RNG, OWN, ELSEWHERE = "rng", "a seed of its own", "elsewhere"
EACH, ROWS, COLUMNS = "each value", "whole rows", "whole columns"
UNLIKELY = 1e-10  # of a count of dropped values, either side
TOO_EXACT = 1e-7  # the chance that each of some calls drops exactly the share `rate`
MOST_REMEMBERED = 100


@dataclass(frozen=True)
class Drops:
    """The judge: what is wrong with values after dropout. The arguments describe what a mistake does instead.

    drop: the probability with which a value becomes 0, of the rate; factor: what kept ones are multiplied by;
    together: what is dropped or kept as one; source: where the draws come from; ones: the mask itself was returned;
    exact: whether it is always that share which is dropped, to the nearest whole number.
    """

    drop: Callable = lambda rate: rate
    factor: Callable = lambda rate: 1 / (1 - rate)
    together: str = EACH
    source: str = RNG
    ones: bool = False
    exact: bool = False
    ASKS_ARGUMENTS: ClassVar = ("drop", "factor")

    def __call__(self, call, value, before=None):
        x, rate = (np.asarray(argument, dtype=float) for argument in call.arguments[:2])
        found = np.asarray(value, dtype=float)
        base = np.ones_like(x) if self.ones else x
        with np.errstate(all="ignore"):
            factor = float(np.asarray(self.factor(rate), dtype=float))
        if not np.isfinite(factor):
            return None if not np.isfinite(found).any() else Difference("value", "Some values are finite.")
        if not np.isfinite(found).all():
            return Difference("value", "It returned numbers that are not finite.")
        there = base != 0
        kept = np.isclose(found, base * factor, rtol=1e-5, atol=0)
        dropped = found == 0
        if not np.all(kept | dropped) or np.any(found[~there]):
            return Difference(
                "value", f"Every value should be 0 or the given one times {factor:.4g}. Some are neither."
            )
        sentence = self._wrong_mask(dropped & there, there, float(self.drop(rate)))
        sentence = sentence or self._wrong_source(call, found, before)
        return Difference("value", sentence) if sentence else None

    def _wrong_mask(self, dropped, there, probability) -> str:
        flat = dropped.reshape(len(dropped), -1)
        whole = there.all() and flat.shape[1] > 1 and len(flat) > 1 and 0 < probability < 1
        together = EACH
        if whole and np.all(flat == flat[:, :1]):
            together = ROWS
        elif whole and np.all(flat == flat[:1]):
            together = COLUMNS
        if whole and together != self.together:
            return f"What becomes 0: {together}; here {self.together} should be drawn on its own."
        count, n = int(dropped.sum()), int(there.sum())
        if self.together != EACH and whole:
            count, n = (flat[:, 0].sum(), len(flat)) if self.together == ROWS else (flat[0].sum(), flat.shape[1])
        at_most, at_least = stats.binom.cdf(count, n, probability), stats.binom.sf(count - 1, n, probability)
        likely = min(at_most, at_least) > UNLIKELY
        if self.exact and there.all() and abs(count - n * probability) >= 1:
            return f"{count} of {n} values became 0; exactly {n * probability:g} are expected."
        return "" if likely else f"{count} of {n} values became 0; about {n * probability:.0f} are expected."

    def _wrong_source(self, call, found, before) -> str:
        rate = call.arguments[1]
        if before is None or not 0 < rate < 1:
            return ""
        earlier, value = before
        if not identical(list(call.arguments[:2]), list(earlier.arguments[:2])):
            return ""
        same_call = identical(list(call.values()), list(earlier.values()))
        same = np.array_equal(found, np.asarray(value, dtype=float))
        if same == {RNG: same_call, OWN: True, ELSEWHERE: False}[self.source]:
            return ""
        if same_call:
            return "Two generators in the same state dropped different values, so they were not drawn from `rng`."
        return "Two different generators dropped the same values, so they were not drawn from `rng`."


def alone(one, value, before=None):
    """The judge of a part about something else than the source: a seed of its own costs the last part only.

    That a call drops exactly the share `rate` says nothing. But it does not happen in one call after the other, if each
    value is drawn on its own.
    """
    found, chance = Drops()(one, value), chance_so_far(one, value, before)
    if found or chance > TOO_EXACT:
        return found
    return Difference(
        "value",
        "In all these calls, exactly the share `rate` of the values became 0. If each value is drawn on its own, it "
        "is now and then a little more or less.",
    )


# A judge sees the value of one call before this one. What those before it were like is remembered with that value.
_chances: dict[int, tuple] = {}


def chance_so_far(one, value, before):
    """The chance that all calls of a part up to this one are as exact as they are; endless if one of them is not."""
    kept, chance = _chances.get(id(before[1]), (None, 1.0)) if before else (None, 1.0)
    if before and kept is not before[1]:
        chance = 1.0
    x, rate = (np.asarray(argument, dtype=float) for argument in one.arguments[:2])
    if x.all() and 0 < rate < 1:
        count, wanted = np.count_nonzero(np.asarray(value, dtype=float) == 0), float(rate) * x.size
        # Less than 1 away: rounded up, down, or to the nearest whole number.
        near = stats.binom.cdf([np.floor(wanted - 1), np.ceil(wanted + 1) - 1], x.size, float(rate))
        chance = chance * float(near[1] - near[0]) if abs(count - wanted) < 1 else np.inf
    while len(_chances) >= MOST_REMEMBERED:
        _chances.pop(next(iter(_chances), None), None)
    _chances[id(value)] = value, chance
    return chance


def filled(rng, shape):
    """Numbers of which none is near 0, so that a value of 0 has been dropped."""
    return rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape)


def values(rng):
    return [
        call(filled(rng, (40, 50)), 0.5, seeded(rng)),
        call(filled(rng, (50, 40)), 0.2, seeded(rng)),
        call(filled(rng, (60, 40)), float(rng.uniform(0.25, 0.4)), seeded(rng)),
        call(filled(rng, (60, 40)), float(rng.uniform(0.65, 0.8)), seeded(rng)),
        call(filled(rng, (20, 15)), 0.4, seeded(rng)),
        call(filled(rng, (15, 20)), 0.6, seeded(rng)),
    ]


def edge_cases(rng):
    relu = np.maximum(filled(rng, (50, 40)), 0)
    return [
        call(filled(rng, (3, 4)), 0.0, seeded(rng)),
        call(filled(rng, 1500), 0.3, seeded(rng)),
        call(filled(rng, (12, 10, 15)), 0.7, seeded(rng)),
        call(relu, 0.3, seeded(rng)),
        call(rng.integers(1, 9, (40, 50)), 0.25, seeded(rng)),
        call(filled(rng, (40, 50)).astype(np.float32), 0.3, seeded(rng)),
    ]


def same_and_other(rng):
    x, one, other = filled(rng, (20, 30)), seeded(rng), seeded(rng)
    return [call(x, 0.4, one), call(x, 0.4, one), call(x, 0.4, other)]


def oracle(x, rate, rng):
    kept = rng.binomial(1, 1 - rate, np.shape(x))
    return np.asarray(x) * kept / (1 - rate)


def mask(x, rate, rng):
    return rng.random(np.shape(x)) >= rate


@mistake(
    "Kept values are not scaled. Divide them by 1 - rate, so that the expected value stays what it was.",
    Drops(factor=lambda rate: 1.0),
)
def not_scaled(x, rate, rng):
    return x * mask(x, rate, rng) * 1.0


@mistake(
    "Kept values were multiplied by 1 - rate. Inverted dropout divides by it.", Drops(factor=lambda rate: 1 - rate)
)
def multiplied(x, rate, rng):
    return x * mask(x, rate, rng) * (1 - rate)


@mistake("Kept values were divided by `rate`. The share that is kept is 1 - rate.", Drops(factor=lambda rate: 1 / rate))
def divided_by_rate(x, rate, rng):
    with np.errstate(all="ignore"):
        return np.where(mask(x, rate, rng), x / np.float64(rate), 0.0)


@mistake(
    "`rate` is the share that is dropped. Here it is the share that is kept, although values are divided by 1 - rate.",
    Drops(drop=lambda rate: 1 - rate),
)
def kept_by_rate(x, rate, rng):
    return x * (rng.random(np.shape(x)) < rate) / (1 - rate)


@mistake(
    "`rate` was taken for the share that is kept. It is the share that is dropped.",
    Drops(drop=lambda rate: 1 - rate, factor=lambda rate: 1 / rate),
)
def rate_is_kept(x, rate, rng):
    with np.errstate(all="ignore"):
        return x * (rng.random(np.shape(x)) < rate) / np.float64(rate)


@mistake(
    "Whole samples were dropped. Each value is drawn on its own: give the whole shape to the draw.",
    Drops(together=ROWS),
)
def whole_samples(x, rate, rng):
    shape = (len(x), *[1] * (np.ndim(x) - 1))
    return x * (rng.random(shape) >= rate) / (1 - rate)


@mistake(
    "All samples lost the same values. Each sample has its own draw: give the whole shape to the draw.",
    Drops(together=COLUMNS),
)
def same_for_all_samples(x, rate, rng):
    shape = np.shape(x)[1:] if np.ndim(x) > 1 else np.shape(x)
    return x * (rng.random(shape) >= rate) / (1 - rate)


@mistake("The mask was returned. Multiply `x` by it.", Drops(ones=True))
def mask_only(x, rate, rng):
    return mask(x, rate, rng) / (1 - rate)


@mistake("The draws come from a seed of their own, so every step drops the same values. Use `rng`.", Drops(source=OWN))
def with_its_own_seed(x, rate, rng):
    return oracle(x, rate, np.random.default_rng(0))


@mistake(
    "The draws do not come from `rng` but from another generator. Use the one that is handed in.",
    Drops(source=ELSEWHERE),
)
def from_elsewhere(x, rate, rng):
    return oracle(x, rate, np.random.default_rng())


@mistake(
    "Exactly the share `rate` of the values was dropped, so they are not drawn on their own. Draw a number for each of "
    "them: `rng.random(x.shape) >= rate` says which ones are kept.",
    Drops(exact=True),
)
def exact_share(x, rate, rng):
    found = np.array(x, dtype=float) / (1 - rate)
    found.flat[rng.permutation(found.size)[: round(rate * found.size)]] = 0
    return found


@mistake("Nothing was dropped, only scaled. Values become 0 with probability `rate`.", Drops(drop=lambda rate: 0.0))
def nothing_dropped(x, rate, rng):
    return x / (1 - rate)


def with_a_mask(x, rate, rng):
    """A uniform number is at least `rate` with probability 1 - rate: these values are kept."""
    return np.where(rng.random(x.shape) >= rate, x / (1 - rate), 0)


def with_binomial(x, rate, rng):
    """A mask of ones and zeros, divided once."""
    return x * (rng.binomial(1, 1 - rate, size=x.shape) / (1 - rate))


def with_choice(x, rate, rng):
    return x * rng.choice([0.0, 1.0], size=x.shape, p=[rate, 1 - rate]) / (1 - rate)


def on_a_copy(x, rate, rng):
    found = np.array(x, dtype=float) / (1 - rate)
    found[rng.uniform(size=found.shape) < rate] = 0
    return found


def one_by_one(x, rate, rng):
    flat = [float(v) / (1 - rate) if rng.random() >= rate else 0.0 for v in np.ravel(x)]
    return np.reshape(flat, x.shape)


def in_single_precision(x, rate, rng):
    kept = rng.random(x.shape, dtype=np.float32) >= rate
    return x.astype(np.float32) * kept / np.float32(1 - rate)


DROPOUT = Exercise(
    name="dropout",
    lecture=LECTURE,
    section=DROPOUT_SECTION,
    minutes=6,
    difficulty=2,
    parts=(
        Part("values", 3, values, judge=alone),
        Part("edge cases", 1, edge_cases, judge=alone),
        Part("draws from rng", 1, same_and_other, judge=Drops()),
    ),
    oracle=oracle,
    mistakes=(
        not_scaled,
        multiplied,
        divided_by_rate,
        kept_by_rate,
        rate_is_kept,
        whole_samples,
        same_for_all_samples,
        mask_only,
        with_its_own_seed,
        from_elsewhere,
        nothing_dropped,
        exact_share,
    ),
    spellings=(with_a_mask, with_binomial, with_choice, on_a_copy, one_by_one, in_single_precision),
    equivalent_mutants={
        "line 1: `rng.random(x.shape) >= rate` → `rng.random(x.shape) > rate`": "A draw that equals the rate is "
        "too rare to matter."
    },
    hints=(
        "`rng.random(x.shape)` gives one uniform number for each value; it is below `rate` with probability `rate`.",
        "Kept values are divided by 1 - rate: what the layer behind receives stays the same on average.",
    ),
)
