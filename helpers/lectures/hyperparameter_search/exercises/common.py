"""What the exercises of lecture 11 share: the lecture, its headings, sentences, and how draws are judged."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.distributions import Draws
from helpers.judging.exercise import Seeded

LECTURE = "11_hyperparameter_search"
LOG_SPACE = "1. Value or exponent?"
EDGE = "3. What does a best value at the edge mean?"
BREAK_OFF = "4. When to break off a run?"
GRID = "5. Grid or random?"
HALVING = "6. How to spend a number of epochs?"
WINNER = "7. What does the winner promise?"

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
EVEN = 0.75
BETWEEN_ENDS = 1 / np.sqrt(3)  # the deviation of uniform numbers between -1 and 1


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def position(values, low, high):
    """Where values lie between two ends: -1 at `low`, 1 at `high`."""
    return 2 * (values - low) / (high - low) - 1


class ManyDraws(Draws):
    """Draws so many that each number should be a new one: this tells rounded ones, and those picked from a list."""

    def __call__(self, call, value, before=None) -> Difference | None:
        values = self.numbers(call, value)
        if values is not None and np.isfinite(values).all():
            sentences = map(repeated, values.reshape(len(values), -1).T)
            sentence = next(filter(None, sentences), "")
            if sentence:
                return Difference("value", sentence)
        return super().__call__(call, value, before)


def repeated(numbers) -> str:
    """What is wrong with numbers of which many are the same; "" if they are as different as independent draws are."""
    different = len(np.unique(numbers))
    if different > REPEATS * len(numbers):
        return ""
    return (
        f"Only {different} of {len(numbers)} values are different, as if they were rounded or picked from a list. Draw "
        "each one from the whole range."
    )


def spread_evenly(numbers) -> bool:
    """Whether most of n equal parts of the range from -1 to 1 hold one of n numbers; by chance 63 % of them do."""
    parts = np.floor((np.asarray(numbers) + 1) / 2 * len(numbers))
    return np.abs(numbers).max() <= 1 and len(np.unique(parts)) > EVEN * len(numbers)


MANY = 100  # values by which a mistake can be recognized; of fewer, anything may come by chance


@dataclass(frozen=True)
class Recognized:
    """The judge of a mistake: `test(value, *arguments)` is true of what it returns when there are enough values."""

    test: Callable

    def __call__(self, call, value, before=None):
        with np.errstate(all="ignore"):
            values = np.asarray(value, dtype=float)
            is_it = len(values) < MANY or self.test(values, *call.arguments[:-1])
        return None if is_it else Difference("value", "It is something else.")
