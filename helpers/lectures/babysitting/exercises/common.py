"""What several exercises of lecture 10 say or draw."""

from __future__ import annotations

LECTURE = "10_babysitting"

NOT_IN_PLACE = (
    "The values are right, but the caller's dict, or an array in it, was changed on the way. Make a new dict with new "
    "arrays: `a = a - b` makes one, `a -= b` writes into the old one, and `dict(...)` does not copy arrays."
)


def random_parameters(rng, d, hidden, classes, scale=0.5):
    """Weights and biases of a two-layer network."""
    return {
        "W1": scale * rng.normal(size=(d, hidden)),
        "b1": 0.2 * rng.normal(size=hidden),
        "W2": scale * rng.normal(size=(hidden, classes)),
        "b2": 0.2 * rng.normal(size=classes),
    }
