"""The three concept questions of lecture 03."""

from helpers.judging.exercise import Question

from .common import LECTURE

DISTRICT_NUMBERS = Question(
    name="district_numbers",
    lecture=LECTURE,
    section="2. Only numbers get in",
    minutes=1,
    difficulty=1,
    answer="c",
    why_wrong={
        "a": "Scaling changes the size of the steps and keeps them: district 8 still lies between 7 and 9.",
        "b": "A place in an order helps where there is an order. Nothing grows from district 1 to district 9.",
        "d": "The mean rent of a district can be a feature, but over the whole table the rents of the test flats are "
        "in it, and they are what is predicted. Begin with a remedy that needs no rents.",
    },
    why_right="With a column for each district, the model gives every district a rent of its own, whatever its number "
    "is. The numbers 1 to 9 are names, not amounts.",
    hints=("Would it mean anything to say that a flat lies between two districts?",),
)

BROKEN_SENSOR = Question(
    name="broken_sensor",
    lecture=LECTURE,
    section="5. One cloud, four scalers",
    minutes=1,
    difficulty=2,
    answer="b",
    why_wrong={
        "a": "It is the other way round: min-max puts the broken value at 1 and lets it decide where all others land.",
        "c": "The broken value enters mean and standard deviation too: the others shrink there as well, if less than "
        "here.",
        "d": "Min-max never leaves its bounds on the data that it was fitted on; the broken value becomes 1.",
    },
    why_right="The range is 9999, and the true readings end at 40: 40 / 9999 is 0.004. One value decides the scale of "
    "all others.",
    hints=("Work it out for one reading of 20: (20 - 0) / (9999 - 0).",),
)

MEAN_FOR_ONE_PICTURE = Question(
    name="mean_for_one_picture",
    lecture=LECTURE,
    section="9. Pictures",
    minutes=1,
    difficulty=1,
    answer="d",
    why_wrong={
        "a": "The picture's own mean makes night into day: the network never saw pictures treated like that.",
        "b": "The test set is not there when one picture arrives, and until then it must not decide anything.",
        "c": "Weights were learned for inputs around 0. Without the subtraction every input is shifted by the mean.",
    },
    why_right="What was computed from the training set belongs to the network, as its weights do. Every later picture "
    "is treated as the training pictures were.",
    hints=("Which numbers are known before the picture arrives?",),
)
