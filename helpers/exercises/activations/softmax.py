"""`softmax` over the last axis, without an overflow. The oracle is SciPy's."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.exercises.activations.common import FLOATS_ANYWAY, LECTURE, NOT_IN_PLACE
from helpers.judging.exercise import Exercise, Part, call, mistake


def softmax_oracle(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=-1)


def softmax_values(rng):
    return [
        call(np.array([[1.0, 2.0, 3.0]])),
        call(np.array([[0.0, 1.0], [2.0, -1.0]])),
        call(rng.normal(0, 2, (3, 4))),
        call(rng.normal(0, 2, (4, 4))),
        call(rng.uniform(-8, 8, (6, 10))),
    ]


def softmax_shapes(rng):
    return [call(rng.normal(0, 2, shape)) for shape in [(3,), (1, 4), (5, 1), (2, 3, 4)]]


def softmax_edge_cases(rng):
    return [
        call([0.5, -0.5]),
        call([[1, 2, 3], [0, 0, 0]]),
        call(np.array([[3, 1], [-2, 4]])),
        call(np.zeros((2, 5))),
        call(rng.normal(0, 2, (3, 3)).astype(np.float32)),
    ]


def softmax_range(rng):
    return [
        call(np.array([[1000.0, 1001.0]])),
        call(np.array([[-1000.0, -999.0]])),
        call(np.array([[1000.0, 999.0], [-999.0, -1000.0]])),
        call(np.array([[0.0, 1000.0, -1000.0]])),
        call(rng.uniform(-1000, 1000, (4, 5))),
    ]


@mistake(
    "The exponential of 1000 is too large for a float. Take the largest score of each row off all of its scores first; "
    "the probabilities stay the same."
)
def softmax_overflows(scores):
    powers = np.exp(np.asarray(scores, dtype=float))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The largest score of the *whole* array was taken off. In a row far below it every exponential becomes 0, and 0/0 "
    "is not a number. Each row needs its own: `max(axis=-1, keepdims=True)`."
)
def softmax_with_one_shift_for_all(scores):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The whole array sums to 1. Each *row* should: sum along the last axis, with `keepdims=True` so that the shapes "
    "fit."
)
def softmax_over_everything(scores):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@mistake("The columns sum to 1. A row holds the scores of one sample, so it is the last axis, -1, not the first.")
def softmax_over_columns(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=0)


@mistake("The last axis is 1 in a table only. `axis=-1` means the last one whatever the number of axes.")
def softmax_over_axis_one(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=1)


WITHOUT_KEEPDIMS = (
    "Without `keepdims=True` the sums lie as a row, and the division goes down the columns. With it they stay a column "
    "beside their rows."
)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_keepdims(scores):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_keepdims_and_shift(scores):
    powers = np.exp(np.asarray(scores, dtype=float))
    return powers / powers.sum(axis=-1)


@mistake("The scores themselves were divided by their sum. Take the exponential of each first.")
def softmax_without_exponential(scores):
    scores = np.asarray(scores, dtype=float)
    return scores / scores.sum(axis=-1, keepdims=True)


@mistake("Each row should sum to 1: divide the exponentials by their sum.")
def softmax_without_division(scores):
    scores = np.asarray(scores, dtype=float)
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


@mistake("This is the logarithm of softmax. The probabilities themselves are asked for.")
def log_softmax_for_softmax(scores):
    return special.log_softmax(np.asarray(scores, dtype=float), axis=-1)


@mistake("This is the sigmoid of each score by itself. Softmax lets the scores of a row compete: they share one sum.")
def sigmoid_for_softmax(scores):
    return special.expit(np.asarray(scores, dtype=float))


@mistake("The powers are those of 2. Softmax takes those of e: `np.exp`.")
def softmax_to_the_base_two(scores):
    return special.softmax(np.asarray(scores, dtype=float) * np.log(2), axis=-1)


@mistake(
    "The scores were *divided* by the largest one. That changes the probabilities; taking the largest one *off* does "
    "not."
)
def softmax_of_divided_scores(scores):
    scores = np.asarray(scores, dtype=float)
    return special.softmax(scores / scores.max(axis=-1, keepdims=True), axis=-1)


@mistake("This puts 1 on the largest score and 0 elsewhere. Softmax gives every class its share.")
def argmax_for_softmax(scores):
    scores = np.asarray(scores, dtype=float)
    return np.eye(scores.shape[-1])[scores.argmax(axis=-1)]


@mistake(NOT_IN_PLACE)
def softmax_in_place(scores):
    scores = np.asarray(scores, dtype=float)
    scores -= scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_with_keepdims(scores):
    scores = np.asarray(scores)
    powers = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def softmax_by_scipy(scores):
    return special.softmax(scores, axis=-1)


def softmax_by_logsumexp(scores):
    return np.exp(scores - special.logsumexp(scores, axis=-1, keepdims=True))


def softmax_row_by_row(scores):
    def row(values):
        powers = np.exp(values - values.max())
        return powers / powers.sum()

    return np.apply_along_axis(row, -1, np.asarray(scores, dtype=float))


def softmax_as_lists(scores):
    if np.ndim(scores) > 1:
        return [softmax_as_lists(row) for row in scores]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def softmax_by_transposing(scores):
    last_first = np.moveaxis(np.array(scores, dtype=float), -1, 0)
    powers = np.exp(last_first - last_first.max(axis=0))
    return np.moveaxis(powers / powers.sum(axis=0), 0, -1)


def softmax_with_a_work_array(scores):
    work = np.array(scores, dtype=float)
    work -= work.max(axis=-1)[..., None]
    np.exp(work, out=work)
    work /= work.sum(axis=-1)[..., np.newaxis]
    return work


def softmax_in_single_precision(scores):
    scores = np.asarray(scores, dtype=np.float32)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


SOFTMAX = Exercise(
    name="softmax",
    lecture=LECTURE,
    section="Softmax belongs at the end",
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 2, softmax_values),
        Part("shapes", 1, softmax_shapes),
        Part("edge cases", 1, softmax_edge_cases),
        Part("numerical range", 2, softmax_range, no_overflow=True),
    ),
    oracle=softmax_oracle,
    mistakes=(
        softmax_overflows,
        softmax_with_one_shift_for_all,
        softmax_over_everything,
        softmax_over_columns,
        softmax_over_axis_one,
        softmax_without_keepdims,
        softmax_without_keepdims_and_shift,
        softmax_without_exponential,
        softmax_without_division,
        log_softmax_for_softmax,
        sigmoid_for_softmax,
        softmax_to_the_base_two,
        softmax_of_divided_scores,
        argmax_for_softmax,
        softmax_in_place,
    ),
    spellings=(
        softmax_with_keepdims,
        softmax_by_scipy,
        softmax_by_logsumexp,
        softmax_row_by_row,
        softmax_as_lists,
        softmax_by_transposing,
        softmax_with_a_work_array,
        softmax_in_single_precision,
    ),
    hints=(
        "Adding the same number to all scores of a row changes nothing. Which number makes the largest exponential 1?",
        "Shift each row by its own maximum, take exponentials, divide each row by its own sum.",
        "`scores.max(axis=-1, keepdims=True)` keeps the axis it reduces, so that it can be taken off `scores`.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(scores, dtype=float)` → `np.asarray(scores)`": FLOATS_ANYWAY,
    },
)
