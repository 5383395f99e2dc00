"""Lecture 04: activation functions."""

LECTURE = "04_activations"
