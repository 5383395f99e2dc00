"""The three concept questions."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .messages import LECTURE

ALLOWED_BEFORE_THE_SPLIT = Question(
    name="allowed_before_the_split",
    lecture=LECTURE,
    section="5. Fitted on everything",
    minutes=2,
    difficulty=2,
    answer="c",
    why_right="To find rows that repeat another one, you compare rows; nothing is fitted and no outcome is used. "
    "It has to be done before the split, or a copy may be on the other side.",
    why_wrong={
        "a": "The mean that replaces the missing values is taken over test rows too. Like the scaler, it does little "
        "harm, but it is a statistic of the whole table: fit it on train.",
        "b": "This is the leak that turned pure noise into a high score: the choice of columns has used the outcomes "
        "of the test rows.",
        "d": "New rows of the rare class are made from rows that are then on both sides. Split first, then oversample "
        "train.",
    },
    hints=("Three of the four compute something from test rows that the model then depends on. Which one does not?",),
)

SORTED_TAIL = Question(
    name="sorted_tail",
    lecture=LECTURE,
    section="11. The tail of `validation_split`",
    minutes=2,
    difficulty=1,
    answer="d",
    why_right="`validation_split` takes the last fifth of the rows as they are given, before anything is shuffled. In "
    "a file that is sorted by class, these are the last two of ten classes, which training hardly sees.",
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
    why_right="In use, both are new to the model: the patient and the time. Only this test set has new patients in a "
    "later year; the other three repeat one of the two, or both, from train.",
    why_wrong={
        "a": "Most of its patients, and the weeks of its stays, are in train too. In use the model will have met "
        "neither.",
        "b": "Its patients are new, but the model has seen the stays of others from the same weeks. In use it predicts "
        "what comes later.",
        "c": "Its stays come later, but many of its patients were there before, and the model recognizes them.",
    },
    hints=("What will be new to the model when it is used? Each of these things has to be new in test as well.",),
)
