"""The exercises of lecture 11, one file each: its inputs, its oracle, wrong answers with messages, right spellings.

Two return random numbers, which are judged by the distribution they come from. One is handed a training to call; the
oracles take other roads than the lecture's solutions: SciPy, exact fractions, a heap, counting in another base.
"""

from .at_edge import AT_EDGE
from .grid_points import GRID_POINTS
from .log_uniform import LOG_UNIFORM
from .plan_rounds import PLAN_ROUNDS
from .questions import BEST_OF_MANY, WHY_RANDOM, WORRYING_BEST
from .random_points import RANDOM_POINTS
from .refine import REFINE
from .second_round import SECOND_ROUND
from .should_stop import SHOULD_STOP
from .successive_halving import SUCCESSIVE_HALVING

EXERCISES = (
    LOG_UNIFORM,
    AT_EDGE,
    REFINE,
    SHOULD_STOP,
    GRID_POINTS,
    RANDOM_POINTS,
    SUCCESSIVE_HALVING,
    PLAN_ROUNDS,
    SECOND_ROUND,
    WORRYING_BEST,
    WHY_RANDOM,
    BEST_OF_MANY,
)
