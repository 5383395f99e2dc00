"""What the exercises of lecture 13 share: inputs whose ties and thresholds no rounding can move."""

from __future__ import annotations

import itertools

import numpy as np

LECTURE = "13_few_labels"


def sure_rows(rng, n, classes, labels=None):
    """Rows of probabilities whose largest ones differ from each other, and from the thresholds, by more than rounding.

    With more rows than classes, each class is the largest somewhere; `labels` says where, in a random order.
    """
    steps = rng.permutation(np.linspace(0.41, 0.99, n)) + 0.0013
    if labels is None:
        labels = np.concatenate([rng.permutation(classes), rng.integers(0, classes, n)])[:n]
    rest = rng.uniform(0.4, 0.6, (n, classes))
    rest[np.arange(n), labels] = 0
    rows = rest / rest.sum(axis=1, keepdims=True) * (1 - steps)[:, None]
    rows[np.arange(n), labels] = steps
    return rows[rng.permutation(n)]


def layers_of(rng, sizes):
    """Layers with weights "W" and a bias "b", in a list."""
    return [{"W": rng.normal(0, 1, (a, b)), "b": rng.normal(0, 1, b)} for a, b in itertools.pairwise(sizes)]
