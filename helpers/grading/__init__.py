"""The trusted side of grading: it holds the answers, decides, and never runs a line of a submission."""
