"""`softmax` over the last axis, without an overflow. The oracle is SciPy's."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import IN_INTEGERS, LECTURE, NOT_IN_PLACE, quarters, spread


def softmax_oracle(scores):
    return special.softmax(np.asarray(scores, dtype=float), axis=-1)


def softmax_values(rng):
    return [
        call(np.array([[1.0, 2.0, 3.0]])),
        call(np.array([[0.0, 1.0], [2.0, -1.0]])),
        call(spread(rng, (3, 4))),
        call(spread(rng, (4, 4))),
        call(spread(rng, (6, 10), -8, 8)),
    ]


def softmax_shapes(rng):
    return [
        call(np.array([1.0, 3.0, 2.0])),
        *(call(spread(rng, shape)) for shape in [(4,), (1, 4), (5, 1), (2, 3, 4), (2, 2, 2, 2)]),
    ]


def softmax_edge_cases(rng):
    return [
        call(np.array([[1, 2, 3], [0, 0, 0]])),
        call(np.array([[3, 1], [-2, 4]])),
        call(np.zeros((2, 5))),
        call(np.array([[-1.0, -2.0], [-3.0, -2.5]])),
        call(rng.permutation(np.arange(-4, 5)).reshape(3, 3)),
        call(spread(rng, (3, 3)).astype(np.float32)),
    ]


def softmax_range(rng):
    return [
        call(np.array([[999.0, 1000.0]])),
        call(np.array([[-1000.0, -999.0]])),
        call(np.array([[1000.0, 999.0], [-999.0, -1000.0]])),
        call(np.array([[0.0, 1000.0, -1000.0]])),
        # Far from zero and yet close to one another, so that every score has a share that can be seen.
        call(quarters(spread(rng, (3, 4), -3, 3)) + np.array([[-995.0], [0.0], [995.0]])),
    ]


@mistake(
    "The exponential of 1000 is too large for a float. Subtract the largest score of each row from all of its scores "
    "first; the probabilities stay the same."
)
def softmax_overflows(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The largest score of the *whole* array was subtracted. In a row far below it every exponential becomes 0, and 0/0 "
    "is not a number. Each row needs its own: `max(axis=-1, keepdims=True)`."
)
def softmax_with_one_shift_for_all(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The mean of each row was subtracted. A score far above the mean still overflows; the *largest* score of the row "
    "makes the largest exponential 1."
)
def softmax_shifted_by_the_mean(scores):
    powers = np.exp(scores - scores.mean(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "The largest score of each *column* was subtracted, so the scores of a row were shifted by different numbers. All "
    "scores of a row need the same shift: `max(axis=-1, keepdims=True)`."
)
def softmax_shifted_by_columns(scores):
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "Large scores were clipped, so that 999 and 1000 get the same probability. Subtract the largest score of each row "
    "instead: that keeps the differences."
)
def softmax_of_clipped_scores(scores):
    return special.softmax(np.clip(scores, -500, 500), axis=-1)


@mistake(
    "The whole array sums to 1. Each *row* should: sum along the last axis, with `keepdims=True` so that the shapes "
    "fit."
)
def softmax_over_everything(scores):
    return special.softmax(scores)


@mistake("The columns sum to 1. A row holds the scores of one sample, so it is the last axis, -1, not the first.")
def softmax_over_columns(scores):
    return special.softmax(scores, axis=0)


@mistake("The last axis is 1 in a table only. `axis=-1` means the last one whatever the number of axes.")
def softmax_over_axis_one(scores):
    return special.softmax(scores, axis=1)


@mistake(
    "This takes what stands along the *first* axis as rows, which is right for a table only. With `axis=-1` no loop is "
    "needed, whatever the number of axes."
)
def softmax_of_each_row_of_a_table(scores):
    return np.array([special.softmax(row) for row in scores])


WITHOUT_KEEPDIMS = (
    "Without `keepdims=True` the sums form a row, and the division goes down the columns. With it they stay a column "
    "beside their rows."
)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_keepdims(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_any_keepdims(scores):
    powers = np.exp(scores - scores.max(axis=-1))
    return powers / powers.sum(axis=-1)


@mistake(WITHOUT_KEEPDIMS)
def softmax_without_keepdims_and_shift(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1)


@mistake("The scores themselves were divided by their sum. Take the exponential of each first.")
def softmax_without_exponential(scores):
    return scores / scores.sum(axis=-1, keepdims=True)


@mistake("Each row should sum to 1: divide the exponentials by their sum.")
def softmax_without_division(scores):
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


@mistake("The exponentials were divided by their L2 norm. Divide by their sum, so that each row sums to 1.")
def softmax_by_the_norm(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / np.linalg.norm(powers, axis=-1, keepdims=True)


@mistake("The sign is wrong: the largest score gets the smallest probability. It is exp(s), not exp(-s).")
def softmin_for_softmax(scores):
    return special.softmax(-scores, axis=-1)


@mistake("This is the logarithm of softmax. The probabilities themselves are asked for.")
def log_softmax_for_softmax(scores):
    return special.log_softmax(scores, axis=-1)


@mistake("This is the sigmoid of each score by itself. In softmax the scores of a row compete: they share one sum.")
def sigmoid_for_softmax(scores):
    return special.expit(scores)


@mistake("The powers are those of 2. Softmax takes those of e: `np.exp`.")
def softmax_to_the_base_two(scores):
    return special.softmax(scores * np.log(2), axis=-1)


@mistake(
    "The scores were *divided* by the largest one. That changes the probabilities; *subtracting* the largest one does "
    "not."
)
def softmax_of_divided_scores(scores):
    return special.softmax(scores / scores.max(axis=-1, keepdims=True), axis=-1)


@mistake("This puts 1 on the largest score and 0 elsewhere. Softmax gives every class its share.")
def argmax_for_softmax(scores):
    return np.eye(scores.shape[-1])[scores.argmax(axis=-1)]


@mistake(IN_INTEGERS)
def softmax_in_integers(scores):
    return softmax_oracle(scores).astype(scores.dtype)


@mistake(NOT_IN_PLACE)
def softmax_in_place(scores):
    scores -= scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_with_keepdims(scores):
    powers = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def softmax_by_scipy(scores):
    """SciPy has the function; in a program of your own, take that."""
    return special.softmax(scores, axis=-1)


def softmax_by_logsumexp(scores):
    """Subtract the logarithm of the sum, then take the exponential; before that step it is log-softmax, for losses."""
    return np.exp(scores - special.logsumexp(scores, axis=-1, keepdims=True))


def softmax_row_by_row(scores):
    def row(values):
        powers = np.exp(values - values.max())
        return powers / powers.sum()

    return np.apply_along_axis(row, -1, np.asarray(scores, dtype=float))


def softmax_as_lists(scores):
    if scores.ndim > 1:
        return [softmax_as_lists(row) for row in scores]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def softmax_as_tuple(scores):
    return tuple(special.softmax(scores, axis=-1))


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
    section="Softmax",
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
        softmax_shifted_by_the_mean,
        softmax_shifted_by_columns,
        softmax_of_clipped_scores,
        softmax_over_everything,
        softmax_over_columns,
        softmax_over_axis_one,
        softmax_of_each_row_of_a_table,
        softmax_without_keepdims,
        softmax_without_any_keepdims,
        softmax_without_keepdims_and_shift,
        softmax_without_exponential,
        softmax_without_division,
        softmax_by_the_norm,
        softmin_for_softmax,
        log_softmax_for_softmax,
        sigmoid_for_softmax,
        softmax_to_the_base_two,
        softmax_of_divided_scores,
        argmax_for_softmax,
        softmax_in_integers,
        softmax_in_place,
    ),
    spellings=(
        softmax_with_keepdims,
        softmax_by_scipy,
        softmax_by_logsumexp,
        softmax_row_by_row,
        softmax_as_lists,
        softmax_as_tuple,
        softmax_by_transposing,
        softmax_with_a_work_array,
        softmax_in_single_precision,
    ),
    hints=(
        "Adding the same number to all scores of a row changes nothing. Which number makes the largest exponential 1?",
        "Shift each row by its own maximum, take exponentials, divide each row by its own sum.",
        "`scores.max(axis=-1, keepdims=True)` keeps the axis over which it goes, so that it can be subtracted from "
        "`scores`.",
    ),
)
