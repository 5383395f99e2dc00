"""Variants: what is different in the notebooks of each person of a graded course, fixed by a seed."""
