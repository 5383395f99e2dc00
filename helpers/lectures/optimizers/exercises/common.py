"""What the exercises of lecture 08 share: sentences about mistakes that every rule invites, and an oracle's loop."""

from __future__ import annotations

import numpy as np

LECTURE = "08_optimizers"
IN_PLACE = (
    "The values are right, but an array that was given was changed on the way. Make new arrays: `a = a + b` makes one, "
    "`a += b` writes into the old one."
)
UPHILL = "The step goes uphill. The gradient points to where the loss rises, so its share of the step is subtracted."
WEIGHTS_ALONE = "Only the weights came back. The state is needed for the next step: return both."
EPSILON_INSIDE = (
    "Epsilon was added under the root. The docstring asks for it outside: the root first, then plus epsilon."
)
EPSILON_MISSING = "Epsilon is missing. Where a gradient and its state are 0, 0 is divided by 0."
TINY_DEFAULT = "The default only keeps 0 / 0 away; beside gradients of ordinary size nobody can tell it from another."
EPSILON_FIXED = "Epsilon is always 1e-8 here. Use the argument."


def number_by_number(rule, *arrays):
    """`rule` applied to the numbers of arrays of one shape, one place after the other; a tuple of such arrays."""
    rows = [rule(*map(float, numbers)) for numbers in zip(*(np.asarray(a).flat for a in arrays), strict=True)]
    return tuple(np.array(column, dtype=float).reshape(np.shape(arrays[0])) for column in zip(*rows, strict=True))


def away_from_zero(rng, shape):
    """Numbers of size 0.3 to 2, of either sign: none of them is lost beside the others."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.3, 2, shape)
