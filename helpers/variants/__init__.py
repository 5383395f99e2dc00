"""Variants: what differs from person to person in a graded course, fixed by a seed."""
