"""The exercises of lecture 13, one file each, in the order of the lecture."""

from .agreement import AGREEMENT
from .balanced_pseudo_labels import BALANCED_PSEUDO_LABELS
from .fifty_labels import FIFTY_LABELS
from .freeze import FREEZE
from .linear_probe import LINEAR_PROBE
from .pseudo_labels import PSEUDO_LABELS
from .questions import FROZEN_LAYERS, SURE_AND_WRONG, WHEN_TO_TRANSFER
from .spread_labels import SPREAD_LABELS
from .transfer import TRANSFER
from .will_it_transfer import WILL_IT_TRANSFER

EXERCISES = (
    PSEUDO_LABELS,
    SURE_AND_WRONG,
    BALANCED_PSEUDO_LABELS,
    AGREEMENT,
    SPREAD_LABELS,
    FIFTY_LABELS,
    LINEAR_PROBE,
    TRANSFER,
    FREEZE,
    FROZEN_LAYERS,
    WHEN_TO_TRANSFER,
    WILL_IT_TRANSFER,
)
