"""Pieces of maxout units that are never the largest."""

import numpy as np


def pieces_never_chosen(pieces, bias_std, n_inputs=20, units=200, samples=1000, seed=0):
    """Share of the pieces of a random maxout layer that are the largest of their unit for no sample."""
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((pieces, n_inputs, units)) / np.sqrt(n_inputs)
    biases = bias_std * rng.standard_normal((pieces, 1, units))
    largest = np.argmax(rng.standard_normal((samples, n_inputs)) @ weights + biases, axis=0)
    chosen = [np.any(largest == piece, axis=0) for piece in range(pieces)]
    return 1 - float(np.mean(chosen))
