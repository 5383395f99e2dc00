"""What the exercises of lecture 11 share: the lecture, its headings, and sentences that several of them need."""

import numpy as np

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
BETWEEN_ENDS = 1 / np.sqrt(3)  # the deviation of uniform numbers between -1 and 1


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def position(values, low, high):
    """Where values lie between two ends: -1 at `low`, 1 at `high`."""
    return 2 * (values - low) / (high - low) - 1
