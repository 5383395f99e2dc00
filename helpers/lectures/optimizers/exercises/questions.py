"""The three concept questions of lecture 08."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

LOSS_TIMES_HUNDRED = Question(
    name="loss_times_hundred",
    lecture=LECTURE,
    section="4. Both at once: Adam",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "Plain gradient descent moves by rate times gradient: with gradients 100 times as large it takes steps "
        "100 "
        "times as long.",
        "b": "The velocity adds up rate times gradient, so it too becomes 100 times as large.",
        "d": "One of the three divides by the size of the gradients, and there a common factor goes away.",
    },
    why_right="Adam divides a mean of the gradients by the root of a mean of their squares. A factor of 100 stands in "
    "both and cancels, as long as epsilon is small beside the gradients.",
    hints=("Write down the step of each rule, with 100 g in the place of g.",),
)

RATE_OF_ANOTHER_RULE = Question(
    name="rate_of_another_rule",
    lecture=LECTURE,
    section="5. Which rule for a network?",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "The rate of SGD multiplies gradients, which may be tiny; that of Adam is itself the length of a step.",
        "b": "Some rules need a rate that is ten or a hundred times larger than that of others, some a smaller one.",
        "c": "A default is a guess for a network that is not yours. The table shows how far it can be off.",
    },
    why_right="A rate means something different in each rule. A comparison in which one side has its best rate and the "
    "other has not says nothing about the rules.",
    hints=("Look at the column of best rates in the table.",),
)

DECAY_INSIDE_ADAM = Question(
    name="decay_inside_adam",
    lecture=LECTURE,
    section="4. Both at once: Adam",
    minutes=2,
    difficulty=3,
    answer="b",
    why_wrong={
        "a": "For plain gradient descent the two are the same. Adam divides what is added to the gradient, so they are "
        "not.",
        "c": "What is added to the gradient is divided by the root of the mean square, which is large where gradients "
        "are large.",
        "d": "The penalty is added before the moments are taken, so it passes through both of them.",
    },
    why_right="Adam divides the penalty together with the gradient. Where gradients are large, little of it is left. "
    "AdamW takes the decay out of this division, so that all weights shrink by the same share.",
    hints=("Add lambda w to the gradient and follow it through Adam's step.",),
)
