"""The three concept questions of lecture 06."""

from __future__ import annotations

from helpers.exercises.initialization.common import HALF, LECTURE, SYMMETRY, VARIANCE
from helpers.judging.exercise import Question

SAME_START = Question(
    name="same_start",
    lecture=LECTURE,
    section=SYMMETRY,
    minutes=2,
    difficulty=1,
    answer="c",
    why_wrong={
        "a": "Gradient descent cannot tell them apart: same output, same gradient, so each step moves them alike.",
        "b": "That would be so if all weights were 0. Here a gradient comes back and every unit moves, all alike.",
        "d": "The batches differ from step to step, but every unit sees the same ones. What differs between samples "
        "does not differ between units.",
    },
    hints=("Two units with the same incoming weights: which number in their gradients could still differ?",),
)
DEEP_RELU = Question(
    name="deep_relu",
    lecture=LECTURE,
    section=HALF,
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "That would be so if the layers were linear. ReLU throws half of the mean square away, at every layer.",
        "b": "ReLU does not saturate on the right, and nothing here makes the signal grow.",
        "c": "The mean square is halved, so the deviation shrinks by the *root* of 2 a layer, not by 2.",
    },
    hints=("By what factor does the mean square change in one layer? And its root, twenty times over?",),
)
HUNDRED_TIMES_WIDER = Question(
    name="hundred_times_wider",
    lecture=LECTURE,
    section=VARIANCE,
    minutes=2,
    difficulty=2,
    answer="a",
    why_wrong={
        "b": "That holds for the variance of the weights. The question is about their deviation, its root.",
        "c": "A wider layer adds up more numbers. With the same weights the sums would be ten times as large.",
        "d": "More summands make the sum larger, so each weight has to be smaller.",
    },
    hints=("The variance of a sum of n independent terms is n times that of one.",),
)
