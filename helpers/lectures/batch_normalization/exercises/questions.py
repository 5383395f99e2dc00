"""The three concept questions of lecture 07."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

BIAS_IN_FRONT = Question(
    name="bias_before_normalization",
    lecture=LECTURE,
    section="5. Scale and shift",
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "A number added to every sample of a column moves the column's mean by the same number, and the mean is "
        "subtracted. The shift that the activation needs is learned by beta.",
        "c": "Its gradient is not large but exactly zero: the output does not depend on it.",
        "d": "A shift is no regularization, and this one has no effect: the mean that is subtracted contains it.",
    },
    why_right="The bias moves the mean of its column by the same number, and the mean is subtracted. Beta takes its "
    "place.",
    hints=("Add 5 to every number of a column. What is the column minus its mean now?",),
)

ALONE = Question(
    name="alone_or_in_a_batch",
    lecture=LECTURE,
    section="8. One image at a time",
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "Overfitting would show on the test set too. Here the same images are classified correctly in large "
        "batches.",
        "b": "An easy test set gives the same answers however you cut it into batches.",
        "c": "With running averages the answer for an image does not depend on the rest of its batch, however good or "
        "bad the averages are. This one does.",
    },
    why_right="In a batch of one image the mean is the image's own value, so all normalized values are 0 and the "
    "output is the same for all images. At inference the running averages have to be used.",
    hints=("What does a column of one number become when its own mean is subtracted?",),
)

TEN_TIMES = Question(
    name="ten_times_the_weights",
    lecture=LECTURE,
    section="3. Ten times the weights",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "The weighted sums grow tenfold, and so does the standard deviation that they are divided by.",
        "b": "The output stays, but the gradient does not: the same change of the output now needs a change of the "
        "weights that is ten times as large.",
        "d": "The gradient shrinks, it does not grow: the same step changes weights that are ten times as large by a "
        "smaller share.",
    },
    why_right="The standard deviation grows with the weights and divides the factor out again. Since f(10 w) = f(w), "
    "the chain rule gives a tenth of the gradient at 10 w.",
    hints=("If f(10 w) = f(w) for every w, what does the chain rule say about the derivative of f at 10 w?",),
)
