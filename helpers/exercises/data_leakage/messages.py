"""What stands in more than one file of this lecture: its name, its headings, sentences that several mistakes share."""

LECTURE = "02_data_leakage"
COPIES = "1. One stay, typed in twice"
PERSON = "2. One person on both sides"
FUTURE = "3. The future for the past"
AFTERWARDS = "4. Known only afterwards"
EVERYTHING = "5. Fitted on everything"
RESAMPLING = "6. Drawn again before the split"
TOGETHER = "7. Side by side"
TAIL = "9. The tail of `validation_split`"

NO_LISTS = "The input may be a list, and a list knows no arithmetic. Make an array of it first, with `np.asarray`."
SWAPPED = "The two results are in the wrong order: train comes first."
NOT_IN_PLACE = "The values are right, but they were written into the caller's array. Put the result into a new one."
OWN_SEED = (
    "Two different generators gave the same result: the seed is inside the function. Use the `rng` that is given."
)
NOT_FROM_RNG = (
    "The result does not depend on `rng` alone: the same state of the generator gave something else. Nobody could "
    "repeat your split."
)

# Why some changes to a solution make no difference.
ARRAYS_ANYWAY = "The next step makes an array of a list."
SIDES_OF_A_MAXIMUM = "The order of the arguments of `min` and `max` does not matter."
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
