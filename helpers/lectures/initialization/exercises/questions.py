"""The three concept questions of lecture 06."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import HALF, LECTURE, SYMMETRY, VARIANCE

SAME_START = Question(
    name="same_start",
    lecture=LECTURE,
    section=SYMMETRY,
    minutes=2,
    difficulty=1,
    answer="c",
    why_wrong={
        "a": "Gradient descent cannot separate them: the same output gives the same gradient, so every step moves all "
        "units alike.",
        "b": "That would be so if all weights were 0. With weights of 0.1 a gradient reaches the units, and all move "
        "alike.",
        "d": "The batches differ from step to step, but every unit sees the same ones. A difference between samples is "
        "no difference between units.",
    },
    why_right="All units compute the same output, so they get the same gradient and make the same step. They move, but "
    "they stay fifty copies of one unit.",
    hints=("Two units with the same incoming and outgoing weights: which number in their gradients could differ?",),
)
DEEP_RELU = Question(
    name="deep_relu",
    lecture=LECTURE,
    section=HALF,
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "That would be so if the layers were linear. ReLU halves the mean square at every layer.",
        "b": "ReLU does not saturate for positive sums, and nothing here makes the signal grow.",
        "c": "The mean square is halved, so the standard deviation shrinks by the *square root* of 2 at each layer.",
    },
    why_right="ReLU halves the mean square at each layer, so the standard deviation shrinks by the square root of 2. "
    "Twenty layers make that 2 to the power of 10.",
    hints=("By what factor does the mean square change in one layer? And its square root, twenty times over?",),
)
HUNDRED_TIMES_WIDER = Question(
    name="hundred_times_wider",
    lecture=LECTURE,
    section=VARIANCE,
    minutes=2,
    difficulty=2,
    answer="a",
    why_wrong={
        "b": "That holds for the variance of the weights. The question is about their standard deviation, its square "
        "root.",
        "c": "A wider layer adds more numbers. With the same weights the sums would be ten times as large.",
        "d": "More terms make the sum larger, so each weight has to be smaller.",
    },
    why_right="The variance of a sum grows with the number of its terms, so the variance of the weights has to be a "
    "hundredth. The standard deviation is its square root, a tenth.",
    hints=("The variance of a sum of n independent terms is n times that of one.",),
)
