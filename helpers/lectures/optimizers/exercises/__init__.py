"""The exercises of lecture 08, one file each, in the order of the lecture."""

from .adagrad_step import ADAGRAD_STEP
from .adam_step import ADAM_STEP
from .clip_by_global_norm import CLIP_BY_GLOBAL_NORM
from .momentum_step import MOMENTUM_STEP
from .name_the_rule import NAME_THE_RULE
from .nesterov_step import NESTEROV_STEP
from .one_cycle import ONE_CYCLE
from .piecewise_constant import PIECEWISE_CONSTANT
from .plan_descent import PLAN_DESCENT
from .questions import DECAY_INSIDE_ADAM, LOSS_TIMES_HUNDRED, RATE_OF_ANOTHER_RULE
from .rates_on_plateau import RATES_ON_PLATEAU
from .rmsprop_step import RMSPROP_STEP

EXERCISES = (
    MOMENTUM_STEP,
    NESTEROV_STEP,
    PLAN_DESCENT,
    ADAGRAD_STEP,
    RMSPROP_STEP,
    ADAM_STEP,
    LOSS_TIMES_HUNDRED,
    DECAY_INSIDE_ADAM,
    RATE_OF_ANOTHER_RULE,
    NAME_THE_RULE,
    PIECEWISE_CONSTANT,
    ONE_CYCLE,
    RATES_ON_PLATEAU,
    CLIP_BY_GLOBAL_NORM,
)
