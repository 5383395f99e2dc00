"""The three concept questions of lecture 12."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

GAIN_OR_LUCK = Question(
    name="gain_or_luck",
    lecture=LECTURE,
    section="3. Which learning rate?",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The mean of ten draws is itself uncertain. Here the gain is no larger than its standard error.",
        "b": "The spread of the accuracies holds what is common to both networks: an easy or a hard split. That part "
        "cancels when both see the same draws.",
        "d": "The largest of ten gains is large by chance. What counts is their mean beside its standard error.",
    },
    why_right="Both networks saw the same ten draws, so the ten differences are compared with their own standard "
    "error. A mean gain of one standard error often comes about by chance.",
    hints=("Which number says how uncertain the *mean of the differences* is?",),
)

TOUCHED_AGAIN = Question(
    name="touched_again",
    lecture=LECTURE,
    section="10. What was it worth?",
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "The network has not seen these rows, but you have: your choice now depends on them.",
        "c": "A new seed changes the network. The choice would still be made on the test rows.",
        "d": "A small improvement is as biased as a large one: the better of two measured on the same rows is "
        "flattered.",
    },
    why_right="From the moment when a decision depends on them, they are validation rows. An honest number needs rows "
    "that nobody has looked at.",
    hints=("Who has used the test rows for a choice: the network, or you?",),
)

WHICH_WEIGHTS = Question(
    name="which_weights",
    lecture=LECTURE,
    section="5. When to stop?",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "The first epoch is the best one only if the loss never falls.",
        "b": "Nothing is averaged. Averages of weights exist, but one has to ask for them.",
        "c": "That is what one wants. In Keras one has to ask for it.",
    },
    why_right="Training goes on for `patience` epochs after the best one, and the model keeps the weights of the last. "
    "`restore_best_weights=True`, or a checkpoint of the best epoch, brings the better ones back.",
    hints=("How many epochs after the best one does training end?",),
)
