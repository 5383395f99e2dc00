"""Lecture 00: the tour of the tools."""

LECTURE = "00_start_here"
