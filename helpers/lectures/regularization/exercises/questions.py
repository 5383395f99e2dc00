"""The three concept questions of lecture 09."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import DROPOUT_SECTION, LECTURE, MEMORIZE, STOP

PERFECT_TRAINING = Question(
    name="perfect_training",
    lecture=LECTURE,
    section=MEMORIZE,
    minutes=2,
    difficulty=1,
    answer="c",
    why_wrong={
        "a": "A network reaches 100 % on random labels too, where there is nothing to learn.",
        "b": "It may have memorized, but it need not have: with true labels the same network reaches 100 % and "
        "generalizes.",
        "d": "A smaller network would lower the training accuracy. Whether it would be better on new data, this number "
        "does not say.",
    },
    why_right="Training accuracy says how well the network fits what it has seen. Only data that it has not seen tell "
    "memorizing from learning.",
    hints=("What was the training accuracy on random labels, and what the validation accuracy?",),
)

LOSS_WITH_DROPOUT = Question(
    name="loss_with_dropout",
    lecture=LECTURE,
    section=DROPOUT_SECTION,
    minutes=2,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "A leak would be a reason as well, but there is a simpler one, which every run with dropout shows.",
        "c": "Underfitting makes both losses high; it does not put the training loss above the other one.",
        "d": "Dropout changes how the loss is measured while training, whatever the rate of learning is.",
    },
    why_right="The training loss is measured with units missing, the validation loss with all of them. Measure the "
    "training loss without dropout before you compare the two.",
    hints=("Which network computes the training loss, and which one the validation loss?",),
)

BEST_EPOCH_REPORTED = Question(
    name="best_epoch_reported",
    lecture=LECTURE,
    section=STOP,
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "The validation samples were not trained on, but they chose the epoch.",
        "b": "The mean over epochs would be the score of no network at all.",
        "c": "Training longer does not change that the epoch was chosen by the score that is reported.",
    },
    why_right="The best of many noisy numbers is too good on average. What has been used to choose cannot also be the "
    "exam: report the test score of the chosen epoch.",
    hints=("Twenty students guess in an exam, and the best one is reported.",),
)
