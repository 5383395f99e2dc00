"""The three concept questions of lecture 01."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

LAYERS_WITHOUT_ACTIVATION = Question(
    name="layers_without_activation",
    lecture=LECTURE,
    section="2. Why layers?",
    minutes=2,
    difficulty=1,
    answer="c",
    why_wrong={
        "a": "A product of matrices is a matrix again: without an activation function, ten layers compute nothing that "
        "one layer cannot.",
        "b": "The number of parameters grows, but the functions that they can express stay linear.",
        "d": "Training can be slow for many reasons. Here the network cannot express XOR at all, however long it "
        "trains.",
    },
    why_right="Linear after linear is linear. A line cannot separate (0, 0) and (1, 1) from (0, 1) and (1, 0).",
    hints=("Write two layers without an activation function as a formula, and multiply the matrices.",),
)

ORDER_OF_UPDATES = Question(
    name="order_of_updates",
    lecture=LECTURE,
    section="5. How the error goes back",
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "The two results differ, if only in the seventh digit after one step.",
        "c": "The forward pass stores the outputs, but the error goes back through the *weights*, and these were "
        "changed.",
        "d": "Each weight has its own gradient, but those of the first layer contain the weights of the second one.",
    },
    why_right="The gradient of the first layer contains the weights of the second. All gradients belong to the same "
    "point, so all are taken before any weight moves.",
    hints=("Which weights appear in the gradient of a weight of the first layer?",),
)

SMALLER_BATCHES = Question(
    name="smaller_batches",
    lecture=LECTURE,
    section="6. One step for how many samples?",
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "An epoch shows every sample once, whatever the batch size is.",
        "b": "The gradient of a small batch is noisier: it is a mean over fewer samples.",
        "c": "The number of parameters does not depend on the batch size.",
    },
    why_right="48 000 samples in batches of 128 are 375 updates an epoch; in batches of 32 they are 1500.",
    hints=("Divide the number of samples by the batch size.",),
)
