"""Lecture 11: hyperparameter search."""

LECTURE = "11_hyperparameter_search"
