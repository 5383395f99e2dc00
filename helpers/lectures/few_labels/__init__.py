"""Lecture 13: few labels."""

LECTURE = "13_few_labels"
