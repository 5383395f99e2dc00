"""Lecture 05: losses."""

LECTURE = "05_losses"
