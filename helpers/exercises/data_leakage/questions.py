"""The three concept questions."""

from __future__ import annotations

from helpers.exercises.data_leakage.messages import LECTURE
from helpers.judging.exercise import Question

ALLOWED_BEFORE_THE_SPLIT = Question(
    name="allowed_before_the_split",
    lecture=LECTURE,
    section="5. Fitted on everything",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The mean that fills the holes is taken over test rows too. It does little harm, as the scaler did, but "
        "it is a statistic of everything: fit it on train.",
        "b": "This is the leak that turned pure noise into a score of 0.78: the choice of columns has seen the "
        "outcomes of the test rows.",
        "d": "New rows of the rare class are made from rows that then lie on both sides. Split first, then oversample "
        "train.",
    },
    hints=("Three of the four compute something from test rows that then shapes the model. One only looks for twins.",),
)

SORTED_TAIL = Question(
    name="sorted_tail",
    lecture=LECTURE,
    section="9. The tail of `validation_split`",
    minutes=2,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "`shuffle=True` shuffles the training part before every epoch. The validation part was cut off before.",
        "b": "Keras looks at positions, not at labels. To keep the classes in proportion is your task.",
        "c": "Nothing is drawn: the last fifth of the rows is cut off, the same in every epoch.",
    },
    hints=("Which rows does `validation_split` take, and what is special about them in a sorted file?",),
)


FAIR_TEST = Question(
    name="fair_test",
    lecture=LECTURE,
    section="Question: a fair test",
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "Most of its patients, and the weeks of its stays, are in train too. In use the model will have met "
        "neither.",
        "b": "Its patients are strangers, but the model has seen the stays of others from the same weeks. In use it "
        "looks ahead.",
        "c": "It looks ahead, but many of its patients were there before, and the model recognises them.",
    },
    hints=("What will be new to the model when it is used? Each of these things has to be new in test as well.",),
)
