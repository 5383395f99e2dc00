"""Lecture 02: data leakage."""

LECTURE = "02_data_leakage"
