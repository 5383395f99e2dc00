"""The three concept questions that close lecture 10."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

ACCURACY_WITHOUT_LOSS = Question(
    name="accuracy_without_loss",
    lecture=LECTURE,
    section="4. The first learning rate",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "A network that learned pictures by heart would show a *low* training loss. Here the loss has "
        "hardly moved.",
        "b": "Then the accuracy would stay at a tenth as well. It doubled, so something was learned.",
        "d": "Both are measured on the same pictures by the same scores. They ask different things of them.",
    },
    hints=("What does accuracy look at: how large the winning score is, or only which one wins?",),
)

NAN_AT_ONCE = Question(
    name="nan_at_once",
    lecture=LECTURE,
    section="4. The first learning rate",
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "Too low a rate leaves the loss where it is. It takes large numbers to leave the range of floats.",
        "c": "Regularization of a usual size pulls weights towards 0. That does not make them infinite.",
        "d": "A small network underfits: its loss stays too high, and finite.",
    },
    hints=("Which of the four makes numbers larger from step to step?",),
)

A_GAP_THAT_GROWS = Question(
    name="a_gap_that_grows",
    lecture=LECTURE,
    section="6. Look behind the loss",
    minutes=2,
    difficulty=1,
    answer="a",
    why_wrong={
        "b": "It fits the training set better and better already. More capacity would widen the gap.",
        "c": "The training loss falls smoothly: the rate does its work. What it learns does not carry over.",
        "d": "Choosing by the test set uses it up. The validation set is there for that, and it has spoken.",
    },
    hints=("Is what it learns between epoch 10 and epoch 30 about digits, or about these training pictures?",),
)
