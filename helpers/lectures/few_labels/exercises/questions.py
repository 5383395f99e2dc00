"""The three concept questions of lecture 13."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

SURE_AND_WRONG = Question(
    name="sure_and_wrong",
    lecture=LECTURE,
    section="2. Can a network label its own pictures?",
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "Nobody looks at the picture again. The next network is trained with the wrong label as if it were right.",
        "c": "A high threshold makes such labels rarer. It does not find those that are sure and wrong.",
        "d": "More rounds repeat the mistake: each network learns what the one before it believed.",
    },
    why_right="A pseudo-label is what the network believed. Trained on it, the next network believes it more firmly, "
    "whether it was right or wrong: this is confirmation bias.",
    hints=("Who could notice that the label is wrong? Only something that does not come from the network itself.",),
)

FROZEN_LAYERS = Question(
    name="frozen_layers",
    lecture=LECTURE,
    section="7. Which layers, and frozen or tuned?",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "Without labels nothing tells the network what the new classes are. At least the last layer is trained.",
        "b": "The first layers are the most general ones. They are the first that one keeps.",
        "c": "With a large rate, the noise of few labels overwrites what was copied in a few steps.",
    },
    why_right="The last layers belong to the old task, the first ones serve many tasks. With few labels, train the new "
    "last layer first; then, with a small rate, perhaps more.",
    hints=("Which layers know the most about the old classes: those near the pixels or those near the output?",),
)

WHEN_TO_TRANSFER = Question(
    name="when_to_transfer",
    lecture=LECTURE,
    section="7. Which layers, and frozen or tuned?",
    minutes=2,
    difficulty=2,
    answer="a",
    why_wrong={
        "b": "A network can do its own task perfectly and have thrown away what the new one needs.",
        "c": "The number of classes only decides the size of the last layer, which is replaced anyway.",
        "d": "More layers copy more of the old task. Whether that is useful is the question, not the answer.",
    },
    why_right="Transfer helps when the old task had to keep the differences that the new task asks for, and when the "
    "new task has too few labels to find them by itself.",
    hints=("A network learns to ignore what its task does not ask for. When is that a loss?",),
)
