"""The exercises of lecture 12, one file each, in the order of the lecture."""

from .batches_of import BATCHES_OF
from .class_weights import CLASS_WEIGHTS
from .classify import CLASSIFY
from .confusion_matrix import CONFUSION_MATRIX
from .macro_recall import MACRO_RECALL
from .questions import GAIN_OR_LUCK, TOUCHED_AGAIN, WHICH_WEIGHTS
from .radar_model import RADAR_MODEL
from .relabel import RELABEL
from .resume_run import RESUME_RUN

EXERCISES = (
    RELABEL,
    GAIN_OR_LUCK,
    WHICH_WEIGHTS,
    RADAR_MODEL,
    CONFUSION_MATRIX,
    MACRO_RECALL,
    CLASS_WEIGHTS,
    RESUME_RUN,
    BATCHES_OF,
    CLASSIFY,
    TOUCHED_AGAIN,
)
