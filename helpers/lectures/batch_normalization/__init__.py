"""Lecture 07: batch normalization."""

LECTURE = "07_batch_normalization"
