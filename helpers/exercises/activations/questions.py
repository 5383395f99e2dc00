"""The three concept questions of lecture 04."""

from __future__ import annotations

from helpers.exercises.activations.common import LECTURE
from helpers.judging.exercise import Question

ALWAYS_POSITIVE_INPUTS = Question(
    name="always_positive_inputs",
    lecture=LECTURE,
    section="4. When every input is positive",
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "That is one of two cases. Each gradient is a positive input times one number that all weights share, and "
        "that number may be negative.",
        "c": "The gradient on a weight is its input times what comes back to the unit; the sign of the weight itself "
        "plays no part in it.",
        "d": "Saturation makes the gradients small, and it never frees their signs: each is a positive input times the "
        "same number.",
    },
    hints=("Write the gradient on one weight as a product. Which factor differs from weight to weight?",),
)

UNIT_THAT_DIED = Question(
    name="unit_that_died",
    lecture=LECTURE,
    section="How a unit dies",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The loss has no hold on them: every gradient on these weights has the slope of ReLU as a factor, and "
        "that is 0 for each sample.",
        "b": "That about half of the units are silent is said of one *sample*, at the start of training. SGD moves a "
        "weight by its gradient, and here that is 0.",
        "d": "What comes back through the outgoing weights is multiplied by the slope of ReLU. Whatever they are, the "
        "product is 0.",
    },
    hints=("Follow the gradient back to the weights. What does it have to pass, and what is the slope there?",),
)

HIDDEN_ACTIVATION_CHOICE = Question(
    name="hidden_activation_choice",
    lecture=LECTURE,
    section="3. The gradient pays toll at every layer",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "The slope of a sigmoid is 0.25 at most. After 20 of them hardly any gradient is left for the first "
        "layers, and ten times hardly anything is little too.",
        "b": "Capacity is not what is missing: the gradient fades on the way back, and every further sigmoid takes its "
        "share of it.",
        "c": "The output is not where it stops: the gradient fades in the hidden layers. For one class out of many, "
        "softmax is right at the end.",
    },
    hints=("By what factor, at most, does each hidden layer multiply the gradient? Take it to the power of 20.",),
)
