"""The concept questions of lecture 11."""

from helpers.exercises.hyperparameter_search.common import EDGE, GRID, LECTURE, WINNER
from helpers.judging.exercise import Question

WORRYING_BEST = Question(
    name="worrying_best",
    lecture=LECTURE,
    section=EDGE,
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "A second seed tells you how much of the score is luck. It cannot tell you what lies beyond 0.001, and "
        "that is where this result points.",
        "c": "More points between the same ends only make sure that the best lies at the same end.",
        "d": "Regularisation is in the middle of its range. The learning rate is the one that stands at the wall.",
    },
    hints=("Where in its range does each of the two values stand, in log space?",),
)
WHY_RANDOM = Question(
    name="why_random",
    lecture=LECTURE,
    section=GRID,
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "Random points leave larger holes than a grid: they cover the plane *less* evenly.",
        "b": "Both train the same number of networks, and each training costs the same.",
        "d": "Nothing keeps a grid from reaching the same values; a grid may even hit the best point exactly.",
    },
    hints=("Look along the axis that matters. How many different values of it does each of the two try?",),
)
BEST_OF_MANY = Question(
    name="best_of_many",
    lecture=LECTURE,
    section=WINNER,
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "It would be so for a network picked *before* you looked at the validation set. This one was picked "
        "because it scored best there.",
        "b": "Training on more pictures may help, but 53 % is what this network scored on the pictures that chose it.",
        "c": "It need not overfit its training set for that: a hundred equally good networks show the effect too.",
    },
    hints=("A hundred networks that are all equally good: what does the luckiest of them score?",),
)
