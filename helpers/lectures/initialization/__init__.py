"""Lecture 06: initialization."""

LECTURE = "06_initialization"
