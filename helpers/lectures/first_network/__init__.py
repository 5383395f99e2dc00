"""Lecture 01: the first network."""

LECTURE = "01_first_network"
