"""The exercises of lecture 02, one file each, in the order of the lecture."""

from .choose_for_strangers import CHOOSE_FOR_STRANGERS
from .honest_test import HONEST_TEST
from .known_in_time import KNOWN_IN_TIME
from .optimism import OPTIMISM
from .oversample_train import OVERSAMPLE_TRAIN
from .questions import ALLOWED_BEFORE_THE_SPLIT, FAIR_TEST, SORTED_TAIL
from .shared_rows import SHARED_ROWS
from .split_by_group import SPLIT_BY_GROUP
from .split_by_time import SPLIT_BY_TIME
from .standardize_split import STANDARDIZE_SPLIT

EXERCISES = (
    SHARED_ROWS,
    SPLIT_BY_GROUP,
    SPLIT_BY_TIME,
    KNOWN_IN_TIME,
    STANDARDIZE_SPLIT,
    OVERSAMPLE_TRAIN,
    OPTIMISM,
    HONEST_TEST,
    CHOOSE_FOR_STRANGERS,
    ALLOWED_BEFORE_THE_SPLIT,
    SORTED_TAIL,
    FAIR_TEST,
)
