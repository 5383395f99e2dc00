"""Lecture 08: optimizers and learning-rate schedules."""

LECTURE = "08_optimizers"
