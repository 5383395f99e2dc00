"""The exercises of lecture 05, one file each, in the order of the lecture."""

from .binary_cross_entropy import BINARY_CROSS_ENTROPY
from .cheapest_decision import CHEAPEST_DECISION
from .cross_entropy import CROSS_ENTROPY
from .cross_entropy_from_logits import CROSS_ENTROPY_FROM_LOGITS
from .focal_loss import FOCAL_LOSS
from .huber import HUBER
from .least_cost import LEAST_COST
from .logits_gradient import LOGITS_GRADIENT
from .mean_squared_logarithmic_error import MEAN_SQUARED_LOGARITHMIC_ERROR
from .multiclass_hinge import MULTICLASS_HINGE
from .questions import FAR_OFF_START, LOSS_FOR_TAGS, THRESHOLD_OF_COSTS
from .stable_loss import STABLE_LOSS
from .triplet_loss import TRIPLET_LOSS

EXERCISES = (
    MEAN_SQUARED_LOGARITHMIC_ERROR,
    HUBER,
    CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY,
    CROSS_ENTROPY_FROM_LOGITS,
    LOGITS_GRADIENT,
    STABLE_LOSS,
    FAR_OFF_START,
    CHEAPEST_DECISION,
    FOCAL_LOSS,
    LEAST_COST,
    THRESHOLD_OF_COSTS,
    MULTICLASS_HINGE,
    TRIPLET_LOSS,
    LOSS_FOR_TAGS,
)
