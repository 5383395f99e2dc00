"""What the exercises of lecture 12 share: labels of classes that are not equally frequent."""

from __future__ import annotations

import numpy as np

LECTURE = "12_pokemon_radar"


def unbalanced(rng, size, classes):
    """Labels in random order, in which every class of `classes` occurs, the later ones more often."""
    shares = np.arange(1, len(classes) + 1) / sum(range(1, len(classes) + 1))
    more = rng.choice(classes, size - len(classes), p=shares)
    return rng.permutation(np.concatenate([classes, more]))


def guesses(rng, labels, n_classes, right=0.6):
    """Predictions that are right for about this share of the rows, and at random for the others."""
    return np.where(rng.random(len(labels)) < right, labels, rng.integers(0, n_classes, len(labels)))
