"""The exercises of lecture 06, one file each, in the order of the lecture.

Three of them return random weights, which are judged by the distribution they come from; a wrong answer is then known
by the distribution that it has instead. The oracles take other ways than the lecture's solutions: SciPy, sets and
loops, Jacobians written out, a root searched for.
"""

from .count_distinct_units import COUNT_DISTINCT_UNITS
from .glorot_uniform import GLOROT_UNIFORM
from .gradient_stds import GRADIENT_STDS
from .he_normal import HE_NORMAL
from .layer_statistics import LAYER_STATISTICS
from .lsuv_scale import LSUV_SCALE
from .name_start import NAME_START
from .questions import DEEP_RELU, HUNDRED_TIMES_WIDER, SAME_START
from .repair_start import REPAIR_START
from .uniform_limit import UNIFORM_LIMIT
from .xavier_normal import XAVIER_NORMAL

EXERCISES = (
    COUNT_DISTINCT_UNITS,
    LAYER_STATISTICS,
    XAVIER_NORMAL,
    GRADIENT_STDS,
    HE_NORMAL,
    UNIFORM_LIMIT,
    GLOROT_UNIFORM,
    LSUV_SCALE,
    NAME_START,
    REPAIR_START,
    SAME_START,
    HUNDRED_TIMES_WIDER,
    DEEP_RELU,
)
