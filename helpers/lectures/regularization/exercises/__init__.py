"""The exercises of lecture 09, one file each, in the order of the lecture."""

from .alpha_dropout_constants import ALPHA_DROPOUT_CONSTANTS
from .bias_and_variance import BIAS_AND_VARIANCE
from .dropout import DROPOUT
from .early_stopping import EARLY_STOPPING
from .max_norm import MAX_NORM
from .mixup import MIXUP
from .questions import BEST_EPOCH_REPORTED, LOSS_WITH_DROPOUT, PERFECT_TRAINING
from .soft_threshold import SOFT_THRESHOLD
from .stop_in_time import STOP_IN_TIME
from .weight_penalty import WEIGHT_PENALTY

EXERCISES = (
    PERFECT_TRAINING,
    BIAS_AND_VARIANCE,
    WEIGHT_PENALTY,
    SOFT_THRESHOLD,
    MAX_NORM,
    EARLY_STOPPING,
    BEST_EPOCH_REPORTED,
    STOP_IN_TIME,
    DROPOUT,
    LOSS_WITH_DROPOUT,
    ALPHA_DROPOUT_CONSTANTS,
    MIXUP,
)
