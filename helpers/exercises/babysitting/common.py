"""What several exercises of lecture 10 say or draw."""

from __future__ import annotations

LECTURE = "10_babysitting"

NOT_IN_PLACE = (
    "The values are right, but they were written into the caller's arrays. `np.asarray` does not copy an array of "
    "floats, and `dict(...)` copies the dict and not the arrays in it; put the result into new ones."
)


def random_parameters(rng, d, hidden, classes, scale=0.5):
    """Weights and biases of a two-layer network."""
    return {
        "W1": scale * rng.normal(size=(d, hidden)),
        "b1": 0.2 * rng.normal(size=hidden),
        "W2": scale * rng.normal(size=(hidden, classes)),
        "b2": 0.2 * rng.normal(size=classes),
    }
