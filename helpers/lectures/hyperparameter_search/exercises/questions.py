"""The concept questions of lecture 11."""

from helpers.judging.exercise import Question

from .common import EDGE, GRID, LECTURE, WINNER

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
        "c": "More points between the same ends will show again that the best ones lie at the upper end of the rates.",
        "d": "Regularization is in the middle of its range. The learning rate is the one at the end of its range.",
    },
    why_right="A rate of 0.00097 lies at the end of its range, so the best one may lie beyond it. Only a wider range "
    "can show that; the regularization is well inside its own.",
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
        "a": "Random points leave larger gaps than a grid: they cover the space *less* evenly.",
        "b": "Both train the same number of networks, and each training costs the same.",
        "d": "A grid can have any values on its axes, and may even contain the best point.",
    },
    why_right="Usually one or two hyperparameters matter most, and nobody knows which. Sixteen random points try "
    "sixteen values of each of them; the grid repeats the same two values eight times.",
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
        "a": "That holds for a network chosen *before* you looked at the validation set. This one was chosen "
        "because it scored best there.",
        "b": "Training on more pictures may help, but 53 % is what this network scored on the pictures that chose it.",
        "c": "It need not overfit its training set for that: 200 equally good networks show the effect too.",
    },
    why_right="The highest of 200 scores is a good network *and* good luck on these 500 pictures. The luck does not "
    "come along to new pictures, so expect less.",
    hints=("Of 200 networks that are all equally good, what does the luckiest one score?",),
)
