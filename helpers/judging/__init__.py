"""What an exercise is, and how an answer to it is judged from the values that it returned.

The learner's `check`, the grader and the proof of the checks all come here; nothing here runs a learner's code.
"""
