"""Gradients against difference quotients."""

import pytest


def assert_slopes_of(objective, parameters, analytic, rng):
    """Each array's slope, at one place drawn at random, is the difference quotient of `objective()`."""
    for arrays, slopes in zip(parameters, analytic, strict=True):
        for array, slope in zip(arrays, slopes, strict=True):
            place = tuple(rng.integers(0, size) for size in array.shape)
            before = array[place]
            array[place] = before + 1e-6
            above = objective()
            array[place] = before - 1e-6
            below = objective()
            array[place] = before
            assert slope[place] == pytest.approx((above - below) / 2e-6, abs=1e-7)
