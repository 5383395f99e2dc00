"""What the exercises of lecture 05 share: inputs, and sentences about mistakes that several losses invite."""

from __future__ import annotations

import numpy as np

LECTURE = "05_losses"
SUMMED = "This is the sum over the samples. Take the mean, so that the loss does not grow with the size of the batch."
FOR_EACH = "This is one loss for each sample. Take their mean."
SIGN = "The sign is the other way round: the logarithm of a probability is negative, so a minus stands in front."

COLUMNS_OF_ALL = (
    "`[:, labels]` takes, in every row, the columns of *all* labels. `[np.arange(n), labels]` takes one number in each "
    "row."
)


def probability_rows(rng, n, classes):
    """Rows of probabilities, none of them below 0.001."""
    raw = rng.uniform(0.02, 1, (n, classes))
    return raw / raw.sum(axis=1, keepdims=True)


def labels(rng, n, classes):
    """Integer labels; with more samples than classes each class occurs."""
    return np.concatenate([rng.permutation(classes), rng.integers(0, classes, n)])[:n]
