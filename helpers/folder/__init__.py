"""A learner's folder: begun, brought up to date, handed in."""
