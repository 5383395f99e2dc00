"""The three concept questions of lecture 05."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

LOSS_FOR_TAGS = Question(
    name="loss_for_tags",
    lecture=LECTURE,
    section="Which loss for which output?",
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "Softmax makes the tags compete: their probabilities sum to 1, although several can be right at once.",
        "c": "Squared error works, but with a sigmoid its gradient vanishes where the network is most wrong.",
        "d": "The hinge gives scores, not probabilities, and one right class for each sample.",
    },
    why_right="Each tag is a yes-or-no question of its own: a sigmoid and a binary cross-entropy for each.",
    hints=("Can two tags be right for one picture? Then their probabilities need not sum to 1.",),
)

FAR_OFF_START = Question(
    name="far_off_start",
    lecture=LECTURE,
    section="4. A start far off the target",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The rate is the same for both losses. What differs is a factor in the gradient.",
        "b": "The squared error is small there, at most 1. But it is the *gradient* that moves a weight.",
        "d": "The logarithm does not saturate; it grows without a bound as the probability goes to 0.",
    },
    why_right="The gradient of the squared error contains the derivative of the sigmoid, p (1 - p), which is nearly 0 "
    "where the unit is saturated. In the cross-entropy this factor cancels.",
    hints=("Write both gradients with respect to the weighted sum. Which factor has only one of them?",),
)

THRESHOLD_OF_COSTS = Question(
    name="threshold_of_costs",
    lecture=LECTURE,
    section="5. One in a hundred",
    minutes=2,
    difficulty=2,
    answer="a",
    why_wrong={
        "b": "A threshold of one half is right when both mistakes cost the same.",
        "c": "That is the threshold if a false alarm were the mistake that costs 99 times as much.",
        "d": "How rare the class is stands in the probabilities already. The threshold follows from the costs.",
    },
    why_right="Raise the alarm when p x 99 > (1 - p) x 1, that is when p > 0.01.",
    hints=("Compare two expected costs: that of an alarm, (1 - p) x 1, and that of silence, p x 99.",),
)
