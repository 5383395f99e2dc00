"""The exercise of the tour."""

from .mean_square import MEAN_SQUARE

EXERCISES = (MEAN_SQUARE,)
