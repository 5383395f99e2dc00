"""`encode_ordinal`: the place of a value in an order. The oracle is `list.index`, which raises by itself."""

from __future__ import annotations

import numpy as np

from helpers.exercises.preprocessing.common import LECTURE
from helpers.judging.exercise import Exercise, Part, call, mistake

SIZES = ["small", "medium", "large", "huge"]


def oracle(values, order):
    return np.array([list(order).index(value) for value in values], dtype=np.int64)


def drawn(rng, order, count):
    """Every value of the order once, and `count` more, in random order."""
    return [order[i] for i in rng.permutation([*range(len(order)), *rng.integers(0, len(order), count)])]


def values(rng):
    return [
        call(["medium", "small", "large", "large"], ["small", "medium", "large"]),
        call(drawn(rng, SIZES, 3), list(SIZES)),
        call(drawn(rng, SIZES, 5), SIZES[::-1]),
        call(["poor", "good"], ["poor", "fair", "good"]),
    ]


def unknown_values(rng):
    return [
        call(["small", "tiny"], ["small", "large"]),
        call([*drawn(rng, SIZES, 2), "Large"], list(SIZES)),
        call(["large", ""], list(SIZES)),
    ]


def edge_cases(rng):
    grades = [int(grade) for grade in rng.permutation([10, 20, 30, 40])]
    return [
        call([], ["low", "high"]),
        call(["only"], ["only"]),
        call(drawn(rng, grades, 3), list(grades)),
    ]


@mistake(
    "An unknown value raised KeyError. The docstring promises ValueError: look before you use the dictionary, or catch "
    "the one and raise the other."
)
def raises_key_error(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position[value] for value in values], dtype=int)


@mistake(
    "An unknown value became -1, one step below the smallest. That invents an order for it and hides a typing error: "
    "raise ValueError."
)
def unknown_is_minus_one(values, order):
    position = {value: place for place, value in enumerate(order)}
    return np.array([position.get(value, -1) for value in values], dtype=int)


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
    "The numbers follow the alphabet, as `np.unique` or scikit-learn's encoders do by default: large before medium "
    "before small. Only `order` knows what is more."
)
def alphabetical(values, order):
    position = {value: place for place, value in enumerate(sorted(order))}
    if any(value not in position for value in values):
        raise ValueError
    return np.array([position[value] for value in values], dtype=int)


@mistake("`order.sort()` sorts the caller's list and takes its meaning away. The order is already right as it comes.")
def sorts_the_order(values, order):
    order.sort()
    return np.array([order.index(value) for value in values], dtype=int)


@mistake("The numbers follow the first appearance in `values`. The order is given: use the place in `order`.")
def by_first_appearance(values, order):
    if any(value not in order for value in values):
        raise ValueError
    seen = list(dict.fromkeys(values))
    return np.array([seen.index(value) for value in values], dtype=int)


@mistake("Positions count from 0 here; you started at 1.")
def counted_from_one(values, order):
    return np.array([list(order).index(value) + 1 for value in values], dtype=int)


@mistake("The order is reversed: the first value of `order` is 0, and the numbers grow from there.")
def reversed_order(values, order):
    return np.array([len(order) - 1 - list(order).index(value) for value in values], dtype=int)


@mistake("This is one-hot encoding, which throws the order away. Here one number a value is asked for.")
def one_hot_instead(values, order):
    return np.eye(len(order))[[list(order).index(value) for value in values]]


@mistake("The positions were scaled or turned into floats. Positions are whole numbers; scaling comes later.")
def as_floats(values, order):
    return np.array([list(order).index(value) for value in values], dtype=float)


def by_index(values, order):
    return [list(order).index(value) for value in values]


def by_dictionary(values, order):
    position = dict(zip(order, range(len(order)), strict=True))
    try:
        return np.array([position[value] for value in values], dtype=int)
    except KeyError as error:
        raise ValueError(f"unknown value {error}") from None


def by_set_difference(values, order):
    unknown = set(values) - set(order)
    if unknown:
        raise ValueError(f"unknown: {unknown}")
    return np.array(list(map(order.index, values)), dtype=np.int32)


def by_comparison(values, order):
    hits = [[value == known for known in order] for value in values]
    if not all(any(row) for row in hits):
        raise ValueError("a value is not in the order")
    return np.array(hits, dtype=int).reshape(len(values), len(order)) @ np.arange(len(order))


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

    if not values:
        return np.array([], dtype=int)
    encoder = OrdinalEncoder(categories=[np.array(order, dtype=object)], dtype=int)
    return encoder.fit_transform(np.array(values, dtype=object)[:, None]).ravel()


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
        unknown_is_minus_one,
        unknown_is_left_out,
        unknown_is_behind_the_last,
        alphabetical,
        sorts_the_order,
        by_first_appearance,
        counted_from_one,
        reversed_order,
        one_hot_instead,
        as_floats,
    ),
    spellings=(by_index, by_dictionary, by_set_difference, by_comparison, by_loop, by_scikit_learn),
    hints=(
        "A dictionary from each value of `order` to its place makes every look-up one step.",
        "What should happen to 'Large' when the order says 'large'? Look for values that the dictionary does not hold "
        "before you look any of them up.",
    ),
    equivalent_mutants={
        "line 4: `np.array([place[value] for value in values], dtype=int)` → `[place[value] for value in values]`": (
            "A list of integers is as good as an array of them."
        )
    },
)
