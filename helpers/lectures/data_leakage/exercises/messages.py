"""What stands in more than one file of this lecture: its name, its headings, sentences that several mistakes share."""

LECTURE = "02_data_leakage"
COPIES = "1. One stay, typed in twice"
PERSON = "2. One person on both sides"
FUTURE = "3. The future for the past"
AFTERWARDS = "4. Known only afterwards"
EVERYTHING = "5. Fitted on everything"
RESAMPLING = "6. Drawn again before the split"
TOGETHER = "7. Side by side"
TAIL = "11. The tail of `validation_split`"

SWAPPED = "The two results are in the wrong order: train comes first."
MASKS = "These are masks. Indices are asked for: `np.flatnonzero` gives the positions at which a mask is true."
WHERE = (
    "`np.where` with one argument returns a tuple of arrays, one for each axis. Take its first item, or use "
    "`np.flatnonzero`."
)
INTEGERS_WHEN_EMPTY = (
    "Where there is no row, this is an array of floats: `np.array([])` is. Indices have an integer dtype, also when "
    "there are none."
)
IF_ON_AN_ARRAY = (
    "`if` needs one truth value, and the comparison of an array gives one for each item. Work with the mask that it "
    "gives."
)
OWN_SEED = (
    "Two different generators gave the same result: `rng` is not used, or a seed inside the function takes its place. "
    "Draw from the `rng` that is given."
)
NOT_FROM_RNG = (
    "Generators in the same state gave different results, so nobody could repeat this. Draw from the `rng` that is "
    "given, and from nothing else."
)

# Why some changes to a solution make no difference.
SIDES_OF_A_MAXIMUM = "The order of the arguments of `min` and `max` does not matter."
