"""The exercises of lecture 03, one in each module: inputs, oracle, mistakes with their messages, spellings."""

from .clean_table import CLEAN_TABLE
from .encode_ordinal import ENCODE_ORDINAL
from .impute_with_indicator import IMPUTE_WITH_INDICATOR
from .min_max import MIN_MAX
from .one_hot import ONE_HOT
from .pca_whiten import PCA_WHITEN
from .prepare_table import PREPARE_TABLE
from .questions import BROKEN_SENSOR, DISTRICT_NUMBERS, MEAN_FOR_ONE_PICTURE
from .robust_scale import ROBUST_SCALE
from .standardize import STANDARDIZE
from .subtract_channel_mean import SUBTRACT_CHANNEL_MEAN
from .zca_whiten import ZCA_WHITEN

EXERCISES = (
    ONE_HOT,
    ENCODE_ORDINAL,
    STANDARDIZE,
    MIN_MAX,
    ROBUST_SCALE,
    PCA_WHITEN,
    ZCA_WHITEN,
    IMPUTE_WITH_INDICATOR,
    SUBTRACT_CHANNEL_MEAN,
    PREPARE_TABLE,
    CLEAN_TABLE,
    DISTRICT_NUMBERS,
    BROKEN_SENSOR,
    MEAN_FOR_ONE_PICTURE,
)
