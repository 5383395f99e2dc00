"""The exercises of lecture 07, one file each, in the order of the lecture.

The oracles take other ways than the lecture's solutions: exact fractions, loops over single numbers, complex steps in
place of a derived gradient, and for folding what an affine map does to zero and to the unit vectors.
"""

from .batchnorm_backward import BACKWARD
from .batchnorm_forward import FORWARD
from .batchnorm_images import IMAGES
from .batchnorm_inference import INFERENCE
from .fold_batchnorm import FOLD
from .fold_into_integers import FOLD_INTO_INTEGERS
from .freeze_statistics import FREEZE_STATISTICS
from .identity_parameters import IDENTITY
from .normalized_network import NORMALIZED_NETWORK
from .questions import ALONE, BIAS_IN_FRONT, TEN_TIMES
from .update_running import RUNNING

EXERCISES = (
    FORWARD,
    IDENTITY,
    BACKWARD,
    RUNNING,
    INFERENCE,
    FREEZE_STATISTICS,
    FOLD,
    FOLD_INTO_INTEGERS,
    IMAGES,
    NORMALIZED_NETWORK,
    BIAS_IN_FRONT,
    ALONE,
    TEN_TIMES,
)
