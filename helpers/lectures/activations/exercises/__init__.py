"""The exercises of lecture 04, one file each, in the order of the lecture.

The oracles take other roads than the lecture's solutions: SciPy, identities, loops over single numbers.
"""

from .dead_fraction import DEAD_FRACTION
from .elu import ELU
from .equip_stack import EQUIP_STACK
from .gelu import GELU
from .leaky_relu import LEAKY_RELU
from .maxout import MAXOUT
from .mish import MISH
from .questions import ALWAYS_POSITIVE_INPUTS, HIDDEN_ACTIVATION_CHOICE, UNIT_THAT_DIED
from .sigmoid import SIGMOID
from .sigmoid_gradient import SIGMOID_GRADIENT
from .softmax import SOFTMAX
from .wake_units import WAKE_UNITS

EXERCISES = (
    SIGMOID,
    SIGMOID_GRADIENT,
    EQUIP_STACK,
    LEAKY_RELU,
    DEAD_FRACTION,
    WAKE_UNITS,
    ELU,
    GELU,
    MISH,
    MAXOUT,
    SOFTMAX,
    ALWAYS_POSITIVE_INPUTS,
    UNIT_THAT_DIED,
    HIDDEN_ACTIVATION_CHOICE,
)
