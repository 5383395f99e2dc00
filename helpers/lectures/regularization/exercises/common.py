"""What the exercises of lecture 09 share."""

from __future__ import annotations

from helpers.judging.exercise import Seeded

LECTURE = "09_regularization"
MEMORIZE = "1. Can a network memorize?"
BIAS = "2. Bias and variance"
WEIGHTS = "3. Small weights"
STOP = "4. When to stop?"
DROPOUT_SECTION = "5. Dropout"
SAMPLES = "6. Samples between samples"
IN_PLACE = "The result is right, but the array that was given was changed. Compute a new one."


def seeded(rng):
    return Seeded(int(rng.integers(2**31)))
