"""What the exercises of lecture 11 share: the lecture, its headings, sentences, and how draws are judged."""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from helpers.judging.compare import Difference
from helpers.judging.distributions import PER_TEST, Draws
from helpers.judging.exercise import Seeded

LECTURE = "11_hyperparameter_search"
LOG_SPACE = "1. Three decades are three decades"
EDGE = "3. The best at the edge"
BREAK_OFF = "4. Three times the first loss"
GRID = "5. Grid or random"
HALVING = "6. Halve the field"
WINNER = "7. The winner is an optimist"

NOT_IN_PLACE = (
    "The result is right, but the caller's list was changed on the way. Work on a list of your own: `sorted`."
)
FIXED = (
    "Two different generators gave the same numbers, so the seed is inside the function, and every search would try "
    "the same points. Use the `rng` that is handed in."
)
NOT_FROM_RNG = (
    "The distribution is right, but the numbers do not come from `rng`: the same state of the generator gave different "
    "ones. Nobody could repeat the search."
)
REPEATS = 0.95  # of independent numbers more than this share differ, in single precision too
MORE_TESTS = 2  # for each axis of a call, beside those of `Draws`
BETWEEN_ENDS = 1 / np.sqrt(3)  # the deviation of uniform numbers between -1 and 1


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def position(values, low, high):
    """Where values lie between two ends: -1 at `low`, 1 at `high`."""
    return 2 * (values - low) / (high - low) - 1


@dataclass(frozen=True)
class IndependentDraws(Draws):
    """Uniform numbers between -1 and 1, a column an axis, in which no number tells anything about another.

    Beside the distribution each axis is asked three questions. Do the numbers repeat? (In 500 independent ones, even of
    single precision, no more than a few do.) In how many pairs of neighbors is the second number the larger one? (That
    is the toss of a coin.) Are the numbers spread more evenly than chance spreads them? (The distribution of
    Kolmogorov's distance is known.) For a right answer the last two raise their alarm with a probability of at most
    PER_TEST each.
    """

    def __call__(self, call, value, before=None) -> Difference | None:
        values = self.numbers(call, value)
        if values is not None and np.isfinite(values).all():
            for axis in values.reshape(len(values), -1).T:
                sentence = repeated(axis) or in_order(axis) or too_even(axis)
                if sentence:
                    return Difference("value", sentence)
        return super().__call__(call, value, before)


def repeated(numbers) -> str:
    different = len(np.unique(numbers))
    if different > REPEATS * len(numbers):
        return ""
    return (
        f"Only {different} of {len(numbers)} values are different, as if they were rounded or picked from a list. Draw "
        "each one from the whole range."
    )


def in_order(numbers) -> str:
    pairs = len(numbers) // 2
    rising = int(np.sum(numbers[: 2 * pairs : 2] < numbers[1 : 2 * pairs : 2]))
    if 2 * special.bdtr(min(rising, pairs - rising), pairs, 0.5) >= PER_TEST:
        return ""
    return (
        f"The values are not independent: of {pairs} pairs of neighbors, the second value is the larger one in "
        "{rising}. By chance it is in about half of them."
    )


def too_even(numbers) -> str:
    if np.abs(numbers).max() > 1:
        return ""
    places = (np.sort(np.asarray(numbers, dtype=float)) + 1) / 2
    steps = np.arange(len(places) + 1) / len(places)
    distance = max(np.max(steps[1:] - places), np.max(places - steps[:-1]))
    if stats.kstwo.cdf(distance, len(numbers)) >= PER_TEST:
        return ""
    return (
        "The values are spread over the range more evenly than independent draws ever are. Draw each one from the "
        "whole range, whatever the others are."
    )


MANY = 100  # values by which a mistake can be recognized; of fewer, anything may come by chance


def recognized(test):
    """The judge of a mistake: `test(value, *arguments)` is true of what it returns when there are enough values."""

    def judge(call, value, before=None):
        with np.errstate(all="ignore"):
            values = np.asarray(value, dtype=float)
            is_it = len(values) < MANY or test(values, *call.arguments[:-1])
        return None if is_it else Difference("value", "It is something else.")

    return judge
