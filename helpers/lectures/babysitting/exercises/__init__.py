"""The exercises of lecture 10, one module each: inputs, oracle, wrong answers with their messages, right spellings.

The oracles take other roads than the lecture's solutions: complex steps in place of a derived gradient, closed forms in
place of a difference quotient, exact fractions, and for a random history what all right ones have in common.
"""

from .diagnose import DIAGNOSE
from .expected_first_loss import EXPECTED_FIRST_LOSS
from .numerical_gradient import NUMERICAL_GRADIENT
from .overfit_tiny import OVERFIT_TINY
from .questions import A_GAP_THAT_GROWS, ACCURACY_WITHOUT_LOSS, NAN_AT_ONCE
from .rate_from_test import RATE_FROM_TEST
from .sgd_step import SGD_STEP
from .triage_chart import TRIAGE_CHART
from .two_layer_loss import TWO_LAYER_LOSS
from .update_ratio import UPDATE_RATIO
from .warmup_then_decay import WARMUP_THEN_DECAY

EXERCISES = (
    EXPECTED_FIRST_LOSS,
    NUMERICAL_GRADIENT,
    TWO_LAYER_LOSS,
    SGD_STEP,
    OVERFIT_TINY,
    RATE_FROM_TEST,
    DIAGNOSE,
    UPDATE_RATIO,
    TRIAGE_CHART,
    WARMUP_THEN_DECAY,
    ACCURACY_WITHOUT_LOSS,
    NAN_AT_ONCE,
    A_GAP_THAT_GROWS,
)
