"""All of the course that lives in the process of a submission.

Nothing in this folder knows an answer. `server` is a process that has NumPy loaded and forks
once for each exercise; behind the `walls` the fork finds the learner's definitions in the `cells`,
calls them on the inputs it was given, `observe`s what happens and sends it over the `wire`.
"""

# Ways from a notebook to the value of a name, up to a place in it (`cells`).
SHORT, RUN, APART = "short", "run", "apart"
END = -1  # the place after the last statement
FIRST_CALL = -2  # the first call of `check` for the name, wherever it is made; the second is -3, and so on
