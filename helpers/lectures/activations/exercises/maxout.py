"""`maxout`: the largest of several affine pieces. The oracle loops over samples, units and pieces."""

from __future__ import annotations

import functools
import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, spread


def maxout_oracle(x, weights, biases):
    pieces, features, units = weights.shape
    return np.array(
        [
            [
                max(
                    math.fsum([biases[p, u], *(sample[f] * weights[p, f, u] for f in range(features))])
                    for p in range(pieces)
                )
                for u in range(units)
            ]
            for sample in x
        ],
        dtype=float,
    )


def layer(rng, n, features, pieces, units, shift=0.0):
    return call(
        spread(rng, (n, features), -2, 2),
        spread(rng, (pieces, features, units), -2, 2),
        spread(rng, (pieces, units), -2, 2) + shift,
    )


# Two samples, three units, two pieces. Unit 0 has negative numbers only; in unit 1 the largest product and the largest
# bias belong to different pieces; in unit 2 the largest absolute value is negative.
SMALL = call(
    np.array([[1.0, 2.0], [2.0, 1.0]]),
    np.array([[[1.0, 1.0, -2.0], [1.0, 1.0, -2.0]], [[2.0, 2.0, 1.0], [-1.0, -1.0, 0.5]]]),
    np.array([[-9.0, 0.5, -1.0], [-6.0, 4.0, -0.5]]),
)
THREE_PIECES = call(np.array([[1.0], [-2.0]]), np.array([[[1.0]], [[-1.0]], [[0.5]]]), np.array([[0.0], [0.5], [3.0]]))


def maxout_values(rng):
    return [SMALL, THREE_PIECES, layer(rng, 3, 2, 2, 4), layer(rng, 2, 3, 4, 5), layer(rng, 20, 6, 3, 8)]


def maxout_shapes(rng):
    return [
        call(np.array([[1.0], [2.0], [3.0]]), np.array([[[1.0]], [[-1.0]]]), np.array([[0.0], [5.0]])),
        SMALL,
        THREE_PIECES,
        call(np.array([[1.0], [-2.0]]), np.array([[[1.0, -0.5]]]), np.array([[0.5, 0.0]])),
        layer(rng, 1, 3, 2, 2),
        layer(rng, 4, 1, 2, 3),
        layer(rng, 4, 3, 1, 2),
        layer(rng, 4, 3, 2, 1),
        layer(rng, 3, 3, 3, 3),
        layer(rng, 2, 4, 2, 3),
    ]


def maxout_edge_cases(rng):
    single = layer(rng, 3, 2, 2, 3)
    return [
        layer(rng, 3, 2, 2, 3, shift=-20.0),
        layer(rng, 3, 2, 2, 3, shift=20.0),
        call(np.array([[1, -2]]), np.array([[[0.5], [2.0]], [[3.0], [4.0]]]), np.array([[0.0], [-1.0]])),
        call(np.array([[1, 2], [3, -1]]), *SMALL.arguments[1:]),
        call(*(array.astype(np.float32) for array in single.arguments)),
    ]


def all_pieces(x, weights, biases):
    """The weighted sums, (pieces, n, units)."""
    return x @ weights + biases[:, None, :]


@mistake("The pieces were added up. Maxout passes on the largest of them.")
def maxout_sums(x, weights, biases):
    return all_pieces(x, weights, biases).sum(axis=0)


@mistake("This is the mean of the pieces. Maxout passes on the largest of them.")
def maxout_averages(x, weights, biases):
    return all_pieces(x, weights, biases).mean(axis=0)


@mistake("This is the smallest of the pieces. Maxout passes on the largest.")
def maxout_takes_the_smallest(x, weights, biases):
    return all_pieces(x, weights, biases).min(axis=0)


@mistake("The biases are missing. Each piece adds its own before the largest is chosen.")
def maxout_without_biases(x, weights, biases):
    return (x @ weights).max(axis=0)


@mistake(
    "The largest weighted sum and the largest bias were chosen separately and may come from different pieces. Add each "
    "bias to its own piece first, then choose."
)
def maxout_adds_biases_afterwards(x, weights, biases):
    return (x @ weights).max(axis=0) + biases.max(axis=0)


@mistake("The biases of all pieces were added to each piece. Add `biases[p]` to piece p, then choose the largest.")
def maxout_adds_all_biases(x, weights, biases):
    return (x @ weights).max(axis=0) + biases.sum(axis=0)


@mistake("The biases of the first piece were added to every piece. Piece p has its own, `biases[p]`.")
def maxout_with_the_first_biases(x, weights, biases):
    return (x @ weights).max(axis=0) + biases[0]


@mistake(
    "`biases` (pieces, units) was added to weighted sums of shape (pieces, n, units), so that its rows meet the "
    "samples instead of the pieces. `biases[:, None, :]` puts them in the right place."
)
def maxout_with_misplaced_biases(x, weights, biases):
    return np.max(x @ weights + biases, axis=0)


@mistake("The result was cut off at 0, as in ReLU. A maxout unit passes on the largest piece even if it is negative.")
def maxout_with_relu(x, weights, biases):
    return np.maximum(all_pieces(x, weights, biases).max(axis=0), 0)


@mistake("This is the largest *absolute* value of the pieces. The largest value is asked for, with its sign.")
def maxout_by_absolute_value(x, weights, biases):
    return np.abs(all_pieces(x, weights, biases)).max(axis=0)


@mistake("The maximum was taken over the units. It goes over the pieces, and there is one number for each unit.")
def maxout_over_units(x, weights, biases):
    return all_pieces(x, weights, biases).max(axis=-1)


@mistake("The maximum was taken over the samples. It goes over the pieces; samples have nothing to do with each other.")
def maxout_over_samples(x, weights, biases):
    return all_pieces(x, weights, biases).max(axis=1)


@mistake("This is the largest of all numbers. The maximum goes over the pieces only: axis 0 of (pieces, n, units).")
def maxout_over_everything(x, weights, biases):
    return all_pieces(x, weights, biases).max()


@mistake("These are the weighted sums of all pieces. Take the maximum over the axis of the pieces.")
def maxout_without_maximum(x, weights, biases):
    return all_pieces(x, weights, biases)


@mistake("Only the first piece was used. Compute all of them and take the largest.")
def maxout_of_one_piece(x, weights, biases):
    return all_pieces(x, weights, biases)[0]


@mistake("Only two pieces were used, the first and the second. There may be one, three or more.")
def maxout_of_two_pieces(x, weights, biases):
    return np.maximum(x @ weights[0] + biases[0], x @ weights[1] + biases[1])


@mistake("This says *which* piece is the largest. Its value is asked for: `max`, not `argmax`.")
def maxout_by_argmax(x, weights, biases):
    return all_pieces(x, weights, biases).argmax(axis=0)


@mistake(
    "The values are right, but `biases` was given another shape in place, and the caller's array has it too. "
    "`biases[:, None, :]` is a view that leaves the original as it is."
)
def maxout_reshapes_in_place(x, weights, biases):
    pieces, units = biases.shape
    biases.resize((pieces, 1, units), refcheck=False)
    return (x @ weights + biases).max(axis=0)


def maxout_by_broadcasting(x, weights, biases):
    return np.max(np.matmul(x, weights) + np.expand_dims(biases, 1), axis=0)


def maxout_by_einsum(x, weights, biases):
    """`np.einsum` names the axes, n samples, d inputs, p pieces, u units, so that each is put where it is wanted."""
    pieces = np.einsum("nd,pdu->npu", x, weights) + biases
    return pieces.max(axis=1)


def maxout_piece_by_piece(x, weights, biases):
    """One piece after the other, keeping the largest so far: it needs memory for two pieces, however many there are."""
    largest = x @ weights[0] + biases[0]
    for w, b in zip(weights[1:], biases[1:], strict=True):
        largest = np.maximum(largest, x @ w + b)
    return largest


def maxout_by_reduce(x, weights, biases):
    return functools.reduce(np.maximum, (np.dot(x, w) + b for w, b in zip(weights, biases, strict=True)))


def maxout_as_lists(x, weights, biases):
    result = []
    for sample in x:
        row = []
        for unit in range(len(biases[0])):
            candidates = []
            for w, b in zip(weights, biases, strict=True):
                candidates.append(float(b[unit]) + sum(float(v) * float(w[k][unit]) for k, v in enumerate(sample)))
            row.append(max(candidates))
        result.append(row)
    return result


def maxout_as_tuple(x, weights, biases):
    return tuple(np.max(sample @ weights + biases, axis=0) for sample in x)


def maxout_in_single_precision(x, weights, biases):
    x, weights, biases = (np.asarray(array, dtype=np.float32) for array in (x, weights, biases))
    return np.maximum.reduce(x @ weights + biases[:, np.newaxis], axis=0)


def maxout_with_a_work_array(x, weights, biases):
    sums = np.tensordot(x, weights, axes=(1, 1))
    sums += biases
    sums.sort(axis=1)
    return sums[:, -1]


MAXOUT = Exercise(
    name="maxout",
    lecture=LECTURE,
    section="Maxout",
    minutes=10,
    difficulty=3,
    parts=(
        Part("values", 4, maxout_values),
        Part("shapes", 2, maxout_shapes),
        Part("edge cases", 1, maxout_edge_cases),
    ),
    oracle=maxout_oracle,
    mistakes=(
        maxout_sums,
        maxout_averages,
        maxout_takes_the_smallest,
        maxout_without_biases,
        maxout_adds_biases_afterwards,
        maxout_adds_all_biases,
        maxout_with_the_first_biases,
        maxout_with_misplaced_biases,
        maxout_with_relu,
        maxout_by_absolute_value,
        maxout_over_units,
        maxout_over_samples,
        maxout_over_everything,
        maxout_without_maximum,
        maxout_of_one_piece,
        maxout_of_two_pieces,
        maxout_by_argmax,
        maxout_reshapes_in_place,
    ),
    spellings=(
        maxout_by_broadcasting,
        maxout_by_einsum,
        maxout_piece_by_piece,
        maxout_by_reduce,
        maxout_as_lists,
        maxout_as_tuple,
        maxout_in_single_precision,
        maxout_with_a_work_array,
    ),
    hints=(
        "Piece number p is an ordinary layer, `x @ weights[p] + biases[p]`, of shape (n, units). There are `pieces` of "
        "them.",
        "`x @ weights` computes all pieces at once, (pieces, n, units). The biases need an axis of length 1 for n.",
        "`biases[:, None, :]` has the shape (pieces, 1, units). After that, one maximum: over which axis?",
    ),
)
