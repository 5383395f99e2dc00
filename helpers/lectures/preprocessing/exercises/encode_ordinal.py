"""`encode_ordinal`: the place of a value in an order. The oracle is `list.index`, which raises by itself."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

SIZES = ["small", "medium", "large", "huge"]
COURSES = [30, 10, 40, 20]  # numbers whose order is not that of their size


def oracle(values, order):
    return np.array([list(order).index(value) for value in values], dtype=np.int64)


def drawn(rng, order, count):
    """Every value of the order, and `count` more, in an order that begins with the last value."""
    places = [*range(len(order) - 1), *rng.integers(0, len(order), count)]
    return [order[-1], *(order[i] for i in rng.permutation(places))]


def values(rng):
    return [
        call(["medium", "small", "large", "large"], ["small", "medium", "large"]),
        call(drawn(rng, SIZES, 3), list(SIZES)),
        call(drawn(rng, SIZES[::-1], 5), SIZES[::-1]),
        call(["good", "poor"], ["poor", "fair", "good"]),
    ]


def unknown_values(rng):
    known = drawn(rng, SIZES, 2)
    return [
        call(["small", "tiny"], ["small", "large"]),
        # The same without the unknown value: whoever always raises, knows nothing.
        call(["large", "small"], ["small", "large"]),
        call([*known, "Large"], list(SIZES)),
        call(known, list(SIZES)),
        call(["large", ""], list(SIZES)),
    ]


def edge_cases(rng):
    return [
        call(["only"], ["only"]),
        call([20, 30, 40], list(COURSES)),
        call(drawn(rng, COURSES, 3), list(COURSES)),
        # Equal numbers are the same value, and a text is never a number.
        call([1.0], [1, 2]),
        call(["1"], [1, 2]),
    ]


@mistake(
    "An unknown value raised KeyError. The docstring promises ValueError: look before you use the dictionary, or catch "
    "the one and raise the other."
)
def raises_key_error(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position[value] for value in values], dtype=int)


@mistake(
    "An unknown value raised IndexError, because no place was found and `[0]` asked for the first. The docstring "
    "promises ValueError: look for unknown values before you use the places."
)
def raises_index_error(values, order):
    places = [[place for place, known in enumerate(order) if known == value] for value in values]
    return np.array([found[0] for found in places], dtype=int)


@mistake(
    "An unknown value raised AssertionError. `assert` is for what can never happen, and Python may be told to skip it; "
    "here `if` and `raise ValueError` are asked for."
)
def asserts(values, order):
    if not set(values) <= set(order):
        raise AssertionError
    return oracle(values, order)


@mistake(
    "An unknown value became -1, one step below the smallest. That invents an order for it and hides a typing error: "
    "raise ValueError."
)
def unknown_is_minus_one(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position.get(value, -1) for value in values], dtype=int)


@mistake("An unknown value became 0, so nobody can tell it from the first value of `order`. Raise ValueError instead.")
def unknown_is_zero(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position.get(value, 0) for value in values], dtype=int)


@mistake("An unknown value became NaN. A gap can be filled later without anybody noticing the error: raise ValueError.")
def unknown_is_nan(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position.get(value, np.nan) for value in values])


@mistake("Unknown values were left out, so the rows no longer line up with the table. Raise ValueError instead.")
def unknown_is_left_out(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position[value] for value in values if value in position], dtype=int)


@mistake(
    "An unknown value got a new number behind the largest. Nobody said that it is more than the rest: raise ValueError."
)
def unknown_is_behind_the_last(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position.get(value, len(position)) for value in values], dtype=int)


@mistake(
    'Capital letters were ignored, so "Large" was read as "large". A different spelling is an error in the table that '
    "somebody should see: raise ValueError."
)
def ignores_case(values, order):
    position = {str(value).lower(): place for place, value in enumerate(order)}
    if not {str(value).lower() for value in values} <= set(position):
        raise ValueError
    return np.array([position[str(value).lower()] for value in values], dtype=int)


@mistake('All values were made texts. So "1" was taken for 1, and 1.0 was not. Compare the values as they are.')
def as_texts(values, order):
    return np.array([list(map(str, order)).index(str(value)) for value in values], dtype=int)


@mistake(
    "The numbers follow the alphabet, as `np.unique` or scikit-learn's encoders do by default: large before medium "
    "before small. Only `order` knows what is more."
)
def alphabetical(values, order):
    if not set(values) <= set(order):
        raise ValueError
    return np.array([sorted(order).index(value) for value in values], dtype=int)


@mistake(
    "The values that occur were numbered by the alphabet, as `np.unique` does it. Use the place in `order`, which also "
    "tells what to do with a value that is not in it: raise ValueError."
)
def numbered_by_unique(values, order):
    return np.array([sorted(set(values)).index(value) for value in values], dtype=int)


@mistake("`order.sort()` sorts the caller's list, and its meaning is lost. The order is already right as it comes.")
def sorts_the_order(values, order):
    order.sort()
    return np.array([order.index(value) for value in values], dtype=int)


@mistake("The numbers follow the first appearance in `values`. The order is given: use the place in `order`.")
def by_first_appearance(values, order):
    if not set(values) <= set(order):
        raise ValueError
    return np.array([list(dict.fromkeys(values)).index(value) for value in values], dtype=int)


@mistake("Places count from 0 here; you started at 1.")
def counted_from_one(values, order):
    return np.array([list(order).index(value) + 1 for value in values], dtype=int)


@mistake("The order is reversed: the first value of `order` is 0, and the numbers grow from there.")
def reversed_order(values, order):
    return np.array([len(order) - 1 - list(order).index(value) for value in values], dtype=int)


@mistake("This is one-hot encoding, which drops the order. Here one number for each value is asked for.")
def one_hot_instead(values, order):
    return np.eye(len(order))[[list(order).index(value) for value in values]]


@mistake(
    "The places were divided by the largest, so that they end at 1. Whole numbers are asked for; scaling is later."
)
def scaled_to_one(values, order):
    return np.array([list(order).index(value) for value in values], dtype=float) / max(1, len(order) - 1)


@mistake("The places are right, but they are floats. A place is a whole number: `dtype=int`.")
def as_floats(values, order):
    return np.array([list(order).index(value) for value in values], dtype=float)


def by_index(values, order):
    """`list.index` raises ValueError by itself, but searches the list for every value: fine for a short order."""
    return np.array([order.index(value) for value in values], dtype=int)


def catching_the_key_error(values, order):
    """Use the dictionary at once: the `except` runs only for an unknown value, and its message can name that value."""
    place = {value: number for number, value in enumerate(order)}
    try:
        return np.array([place[value] for value in values], dtype=int)
    except KeyError as error:
        raise ValueError(f"{error} is not in the order") from None


def by_set_difference(values, order):
    unknown = set(values) - set(order)
    if unknown:
        raise ValueError(f"unknown: {unknown}")
    return np.array(list(map(order.index, values)), dtype=np.int32)


def by_comparison(values, order):
    hits = [[value == known for known in order] for value in values]
    if not all(any(row) for row in hits):
        raise ValueError("a value is not in the order")
    return np.array(hits, dtype=int) @ np.arange(len(order))


def by_loop(values, order):
    result = np.empty(len(values), dtype=int)
    for row, value in enumerate(values):
        for place, known in enumerate(order):
            if known == value:
                result[row] = place
                break
        else:
            raise ValueError(value)
    return result


def by_scikit_learn(values, order):
    from sklearn.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(categories=[np.array(order, dtype=object)], dtype=int)
    return encoder.fit_transform(np.array(values, dtype=object)[:, None]).ravel()


def as_list(values, order):
    return [list(order).index(value) for value in values]


def as_tuple(values, order):
    return tuple(np.int64(list(order).index(value)) for value in values)


ENCODE_ORDINAL = Exercise(
    name="encode_ordinal",
    lecture=LECTURE,
    section="2. Only numbers get in",
    minutes=6,
    difficulty=1,
    parts=(Part("values", 2, values), Part("unknown values", 2, unknown_values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        raises_key_error,
        raises_index_error,
        asserts,
        unknown_is_minus_one,
        unknown_is_zero,
        unknown_is_nan,
        unknown_is_left_out,
        unknown_is_behind_the_last,
        ignores_case,
        as_texts,
        alphabetical,
        numbered_by_unique,
        sorts_the_order,
        by_first_appearance,
        counted_from_one,
        reversed_order,
        one_hot_instead,
        scaled_to_one,
        as_floats,
    ),
    spellings=(
        by_index,
        catching_the_key_error,
        by_set_difference,
        by_comparison,
        by_loop,
        by_scikit_learn,
        as_list,
        as_tuple,
    ),
    hints=(
        "A dictionary from each value of `order` to its place makes every look-up one step.",
        'What should happen to "Large" when the order says "large"? Look for values that the dictionary does not hold '
        "before you look any of them up.",
    ),
    equivalent_mutants={
        "line 4: `np.array([place[value] for value in values])` → `[place[value] for value in values]`": (
            "A list of integers is as good as an array of them."
        )
    },
)
