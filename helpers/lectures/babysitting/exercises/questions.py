"""The three concept questions that close lecture 10."""

from __future__ import annotations

from helpers.judging.exercise import Question

from .common import LECTURE

ACCURACY_WITHOUT_LOSS = Question(
    name="accuracy_without_loss",
    lecture=LECTURE,
    section="4. Why does the accuracy climb?",
    minutes=2,
    difficulty=2,
    answer="c",
    why_wrong={
        "a": "A network that has memorized pictures has a *low* training loss. Here the loss has hardly changed.",
        "b": "By chance the accuracy would stay near 10 %. On a training set of some thousands of pictures, 15 % is "
        "far more than noise.",
        "d": "Both were computed from the same scores of the same pictures. They ask different things about them.",
    },
    why_right="Accuracy asks only which score is the largest, so a tiny lead is enough. The loss asks how large the "
    "lead is, and with probabilities of about a tenth it stays near log(10).",
    hints=("What does accuracy look at: how large the winning score is, or only which one wins?",),
)

NAN_AT_ONCE = Question(
    name="nan_at_once",
    lecture=LECTURE,
    section="5. Which learning rate?",
    minutes=2,
    difficulty=1,
    answer="b",
    why_wrong={
        "a": "A higher rate makes the steps even longer, and steps that are too long are what leads to NaN.",
        "c": "Regularization of a usual size pulls weights towards 0. With less of it they grow even faster.",
        "d": "A larger network does not make the steps shorter. A network that is too small has a high loss, but a "
        "finite one.",
    },
    why_right="NaN after one step means that the step was far too long: weights, scores and loss left the range of "
    "floats. A rate ten or a hundred times lower shows whether the rest works.",
    hints=("The numbers became too large in a single step. Which of the four makes a step shorter?",),
)

A_GAP_THAT_GROWS = Question(
    name="a_gap_that_grows",
    lecture=LECTURE,
    section="7. Is a gap bad?",
    minutes=2,
    difficulty=1,
    answer="a",
    why_wrong={
        "b": "It fits the training set better and better already. A larger network would widen the gap.",
        "c": "The training loss falls smoothly, so the rate is not the problem. What is learned does not carry over to "
        "new pictures.",
        "d": "Once the test set has chosen the epoch, it can no longer measure fairly. The validation set is there to "
        "choose.",
    },
    why_right="From epoch 10 on the network learns what holds for the training pictures only: it overfits. More data "
    "or regularization work against that, and the weights of epoch 10 were the best by the validation loss.",
    hints=("Does what it learns between epoch 10 and epoch 30 hold for new pictures, or only for the training set?",),
)
