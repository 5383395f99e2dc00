"""Lecture 03: preprocessing."""

LECTURE = "03_preprocessing"
