"""Lecture 10: babysitting a training run."""

LECTURE = "10_babysitting"
