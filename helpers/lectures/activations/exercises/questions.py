"""The three concept questions of lecture 04."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

ALWAYS_POSITIVE_INPUTS = Question(
    name="always_positive_inputs",
    lecture=LECTURE,
    section="5. What if every input is positive?",
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "That is one of two cases. Each gradient is a positive input times one number that all weights share, and "
        "that number may be negative.",
        "c": "The gradient on a weight is its input times a number that comes back to the unit; the sign of the weight "
        "itself makes no difference.",
        "d": "Saturation makes the gradients small, but their signs stay equal: each is a positive input times the "
        "same number.",
    },
    why_right="The gradient on weight i is x_i times one number that all weights of the unit share. Every x_i is "
    "positive, so all gradients have the sign of that number.",
    hints=("Write the gradient on one weight as a product. Which factor differs from weight to weight?",),
)

UNIT_THAT_DIED = Question(
    name="unit_that_died",
    lecture=LECTURE,
    section="When does a unit die?",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "Whatever the loss asks for, every gradient on these weights has the derivative of ReLU as a factor, and "
        "that is 0 for each sample.",
        "b": "That half of the units are silent is said of one *sample* at the start of training. SGD moves a weight "
        "by its gradient, and here that is 0.",
        "d": "What comes back through the outgoing weights is multiplied by the derivative of ReLU. Whatever they are, "
        "the product is 0.",
    },
    why_right="The gradient on its weights has the derivative of ReLU as a factor, and below zero that is 0 for every "
    "sample. A step of plain SGD is the rate times this gradient.",
    hints=(
        "Follow the gradient back to the weights. By which derivative is it multiplied, and what is its value there?",
    ),
)

HIDDEN_ACTIVATION_CHOICE = Question(
    name="hidden_activation_choice",
    lecture=LECTURE,
    section="3. What happens to the gradient on its way down?",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "The derivative of a sigmoid is 0.25 at most. After 20 of them hardly any gradient is left for the first "
        "layers, and ten times as many steps of that size change little.",
        "b": "Capacity is not what is missing: the gradient gets smaller in the backward pass, and every further "
        "sigmoid makes it smaller still.",
        "c": "The gradient gets lost in the hidden layers, not at the output. For one class out of many, softmax is "
        "right at the end.",
    },
    why_right="Each sigmoid multiplies the gradient by at most 0.25, so the first of 20 layers get almost none of it. "
    "The derivative of ReLU is 1 for positive inputs, and He initialization keeps the size of the signal.",
    hints=("By what factor, at most, does each hidden layer multiply the gradient? Take it to the power of 20.",),
)
