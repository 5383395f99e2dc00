"""The three concept questions of lecture 07."""

from __future__ import annotations

from helpers.exercises.batch_normalization.common import LECTURE
from helpers.judging.exercise import Question

BIAS_IN_FRONT = Question(
    name="bias_before_normalization",
    lecture=LECTURE,
    section="3. And let it learn not to be",
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "Adding a number to every sample of a column moves the column's mean by the same number, and the mean is "
        "taken off. Beta is learned after that.",
        "c": "Its gradient is not large but exactly zero: the output does not depend on it.",
        "d": "A shift is no regularisation, and this one has no effect at all: the mean that is taken off contains it.",
    },
    hints=("Add 5 to every number of a column. What is the column minus its mean now?",),
)

ALONE = Question(
    name="alone_or_in_a_batch",
    lecture=LECTURE,
    section="5. One sample at a time",
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "Overfitting would show on the test set too. Here the same pictures are read rightly, as long as they "
        "come in company.",
        "b": "A poor test set gives the same answers however you cut it into batches.",
        "c": "With running averages the answer for a picture does not depend on its company, however good or bad they "
        "are. This one does.",
    },
    hints=("What does a column of one number become when its own mean is taken off?",),
)

TEN_TIMES = Question(
    name="ten_times_the_weights",
    lecture=LECTURE,
    section="2. Ten layers that forget how they started",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The weighted sums grow tenfold, and so does the deviation that they are divided by.",
        "b": "The output stays, but not the gradient: the same change of the output now takes a step ten times as "
        "long in the weights.",
        "d": "Gradients shrink, they do not grow: a step that used to turn the weights by some angle now turns them "
        "by less.",
    },
    hints=("If f(10 w) = f(w) for every w, what does the chain rule say about the slope of f at 10 w?",),
)
