"""Lecture 09: regularization."""

LECTURE = "09_regularization"
