"""`max_norm`: no unit has weights longer than a limit. The oracle goes column by column."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import IN_PLACE, LECTURE, WEIGHTS


def oracle(weights, limit):
    w = np.array(weights, dtype=float)
    for unit in range(w.shape[1]):
        length = math.hypot(*w[:, unit])
        if length > limit:
            w[:, unit] *= limit / length
    return w


def columns_of(rng, fan_in, lengths):
    """Columns in random directions, of given lengths; no weight is close to 0."""
    raw = rng.uniform(0.3, 1, (fan_in, len(lengths))) * rng.choice([-1, 1], (fan_in, len(lengths)))
    return raw / np.linalg.norm(raw, axis=0) * lengths


def values(rng):
    return [
        call(np.array([[3.0, 0.5], [4.0, 1.0]]), 2.0),
        call(columns_of(rng, 5, np.array([0.7, 3.0, 1.2, 6.0])), 2.0),
        call(columns_of(rng, 3, rng.permutation([0.8, 1.1, 4.0, 5.0, 9.0])), float(rng.uniform(1.5, 3))),
    ]


def edge_cases(rng):
    return [
        call(np.array([[0.0, 6.0], [0.0, 8.0]]), 5.0),  # a unit without weights
        call(np.array([[3.0, 0.6, 30.0], [4.0, 0.8, 40.0]]), 5.0),  # one just at the limit
        call(columns_of(rng, 4, np.array([5.0])), 1.0),
        call(rng.permutation(np.arange(1, 5))[None], 2.5),  # integers, some of them too large in every draw
        call(columns_of(rng, 3, np.array([0.9, 4.0, 2.0])).astype(np.float32), 1.5),
    ]


def floats(weights):
    return np.array(weights, dtype=float)


@mistake("The rows were shortened. A unit is a column: take lengths along axis 0.")
def by_rows(weights, limit):
    return oracle(floats(weights).T, limit).T


@mistake("The matrix was shortened as a whole. Each unit, a column, has its own length.")
def as_a_whole(weights, limit):
    w = floats(weights)
    return w * min(1.0, limit / np.linalg.norm(w))


@mistake("Short columns were lengthened to the limit. They stay as they are.")
def lengthened(weights, limit):
    w = floats(weights)
    lengths = np.linalg.norm(w, axis=0)
    return w * limit / np.where(lengths == 0, 1, lengths)


@mistake("Each weight was cut off by itself. That changes the direction of a column; shorten the whole column.")
def weight_by_weight(weights, limit):
    return np.clip(floats(weights), -limit, limit)


@mistake("The root is missing: the sum of squares was compared with the limit.")
def without_the_root(weights, limit):
    w = floats(weights)
    squares = np.sum(w**2, axis=0)
    return w * np.minimum(1, limit / np.where(squares == 0, 1, squares))


@mistake("The length is the root of the sum of squares; here absolute values were added up.")
def sum_of_absolute_values(weights, limit):
    w = floats(weights)
    lengths = np.abs(w).sum(axis=0)
    return w * np.minimum(1, limit / np.where(lengths == 0, 1, lengths))


@mistake("The largest weight of a column was taken for its length.")
def largest_weight(weights, limit):
    w = floats(weights)
    lengths = np.abs(w).max(axis=0)
    return w * np.minimum(1, limit / np.where(lengths == 0, 1, lengths))


@mistake("A column of zeros became NaN: it was divided by its length, 0. It stays as it is.")
def divided_by_zero(weights, limit):
    w = floats(weights)
    lengths = np.linalg.norm(w, axis=0)
    with np.errstate(all="ignore"):
        return w * np.where(lengths == 0, np.nan, np.minimum(1, limit / lengths))


@mistake("Columns beyond the limit got the length 1. They are shortened to the limit.")
def to_length_one(weights, limit):
    w = floats(weights)
    lengths = np.linalg.norm(w, axis=0)
    return np.where(lengths > limit, w / np.where(lengths == 0, 1, lengths), w)


@mistake("Columns beyond the limit were set to 0. They are shortened and keep their direction.")
def set_to_zero(weights, limit):
    w = floats(weights)
    return np.where(np.linalg.norm(w, axis=0) > limit, 0.0, w)


@mistake(IN_PLACE)
def in_place(weights, limit):
    result = oracle(weights, limit)
    weights[...] = result
    return result


def with_minimum(weights, limit):
    """The factor is limit / length, but at most 1."""
    lengths = np.linalg.norm(weights, axis=0)
    return weights * (limit / np.maximum(lengths, limit))


def with_where(weights, limit):
    """Two cases for each column; the lengths get a second axis, so that they meet the columns."""
    lengths = np.sqrt(np.sum(weights**2, axis=0, keepdims=True))
    return np.where(lengths > limit, weights * limit / np.where(lengths > 0, lengths, 1), weights)


def as_keras(weights, limit):
    norms = np.sqrt(np.sum(np.square(weights), axis=0, keepdims=True))
    return weights * (np.clip(norms, 0, limit) / (1e-7 + norms))


def only_the_long_ones(weights, limit):
    found = np.array(weights, dtype=float)
    lengths = np.linalg.norm(found, axis=0)
    long = lengths > limit
    found[:, long] = found[:, long] / lengths[long] * limit
    return found


def unit_by_unit(weights, limit):
    columns = [column * min(1, limit / max(np.sqrt(column @ column), 1e-30)) for column in np.asarray(weights).T]
    return np.array(columns).T


MAX_NORM = Exercise(
    name="max_norm",
    lecture=LECTURE,
    section=WEIGHTS,
    minutes=5,
    difficulty=2,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        by_rows,
        as_a_whole,
        lengthened,
        weight_by_weight,
        without_the_root,
        sum_of_absolute_values,
        largest_weight,
        divided_by_zero,
        to_length_one,
        set_to_zero,
        in_place,
    ),
    spellings=(with_minimum, with_where, as_keras, only_the_long_ones, unit_by_unit),
    equivalent_mutants={
        "line 2: `np.maximum(lengths, limit)` → `np.maximum(limit, lengths)`": "The larger of two, in either order."
    },
    hints=(
        "`np.linalg.norm(weights, axis=0)` gives the length of each column.",
        "Multiply each column by limit / length, but never by more than 1. Take care of a column of zeros.",
    ),
)
