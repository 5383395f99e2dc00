"""The exercises of lecture 01, one file each, in the order of the lecture."""

from .backpropagate import BACKPROPAGATE
from .count_parameters import COUNT_PARAMETERS
from .dense_backward import DENSE_BACKWARD
from .dense_classifier import DENSE_CLASSIFIER
from .fewest_units import FEWEST_UNITS
from .forward import FORWARD
from .mended_training import MENDED_TRAINING
from .minibatches import MINIBATCHES
from .questions import LAYERS_WITHOUT_ACTIVATION, ORDER_OF_UPDATES, SMALLER_BATCHES
from .relu_interpolation import RELU_INTERPOLATION
from .threshold_unit import THRESHOLD_UNIT
from .xor_network import XOR_NETWORK

EXERCISES = (
    THRESHOLD_UNIT,
    XOR_NETWORK,
    LAYERS_WITHOUT_ACTIVATION,
    COUNT_PARAMETERS,
    FORWARD,
    DENSE_BACKWARD,
    BACKPROPAGATE,
    ORDER_OF_UPDATES,
    MINIBATCHES,
    SMALLER_BATCHES,
    MENDED_TRAINING,
    RELU_INTERPOLATION,
    FEWEST_UNITS,
    DENSE_CLASSIFIER,
)
