"""Exercise `update_ratio`."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_proportion, mistake

from .common import LECTURE


def oracle(weights, gradient, learning_rate):
    """Two sums of squares, exactly rounded."""

    def length(array):
        return math.sqrt(math.fsum(float(value) ** 2 for value in np.ravel(array)))

    return float(learning_rate) * length(gradient) / length(weights)


def drawn(rng, *shape, rate=0.1, scale=1.0):
    return call(scale * rng.normal(0.3, 1, shape), rng.normal(-0.2, 2, shape), rate)


def values(rng):
    return [
        call(np.array([3.0, -4.0]), np.array([0.0, 2.0]), 0.5),
        drawn(rng, 6, rate=0.01),
        drawn(rng, 5, 3, rate=1e-3),
        drawn(rng, 20, 8, rate=0.3, scale=1e-4),
    ]


def edge_cases(rng):
    return [
        call(np.array([[1.0, -2.0], [0.5, 2.0]]), np.array([[0.5, 0.0], [-1.0, 3.0]]), 0.25),
        call(np.array([[3, 4], [0, 0]]), np.array([[0, 6], [8, 0]]), 2),
        drawn(rng, 2, 3, 2, 2),
        call(rng.uniform(1, 3, 1), rng.uniform(-3, -1, 1), 0.1),
        call(np.array([1.0, 2.0]), np.zeros(2), 0.1),
        call(*(rng.normal(0, 1, (4, 3)).astype(np.float32) for _ in range(2)), 0.01),
    ]


@mistake("The ratio is upside down: the length of the update belongs above, that of the weights below.")
def upside_down(weights, gradient, learning_rate):
    with np.errstate(all="ignore"):
        return np.linalg.norm(weights) / np.float64(learning_rate * np.linalg.norm(gradient))


@mistake("The learning rate is missing. What is added to the weights is the gradient *times* the rate.")
def without_the_rate(weights, gradient, learning_rate):
    return np.linalg.norm(gradient) / np.linalg.norm(weights)


@mistake(
    "These are squared lengths: the roots are missing. With squares the rule of thumb, 0.001, would be a millionth."
)
def squared(weights, gradient, learning_rate):
    return learning_rate**2 * np.sum(np.square(gradient)) / np.sum(np.square(weights))


@mistake(
    "Only the squared lengths were divided by each other, and the rate was left as it is. Take the root of each sum of "
    "squares."
)
def squared_but_the_rate(weights, gradient, learning_rate):
    return learning_rate * np.sum(np.square(gradient)) / np.sum(np.square(weights))


@mistake(
    "`np.linalg.norm(a, 2)` of a matrix is its largest singular value. Wanted is the root of the sum of all squares: "
    "leave the 2 out, or flatten the matrix first."
)
def largest_singular_value(weights, gradient, learning_rate):
    def norm(array):
        array = np.asarray(array, dtype=float)
        return np.linalg.norm(array, 2) if array.ndim == 2 else np.linalg.norm(array)

    return learning_rate * norm(gradient) / norm(weights)


@mistake("These are sums of absolute values. The length is the root of the sum of squares: `np.linalg.norm`.")
def sums_of_absolute_values(weights, gradient, learning_rate):
    return learning_rate * np.sum(np.abs(gradient)) / np.sum(np.abs(weights))


@mistake("This compares the largest entries. One large entry says little about a whole matrix; compare lengths.")
def largest_entries(weights, gradient, learning_rate):
    return learning_rate * np.max(np.abs(gradient)) / np.max(np.abs(weights))


@mistake(
    "This is a mean of the ratios of single entries; one weight near 0 decides it. Divide the length of the whole "
    "update by the length of all weights."
)
def mean_of_ratios(weights, gradient, learning_rate):
    with np.errstate(all="ignore"):
        return np.mean(np.abs(np.multiply(learning_rate, gradient) / np.asarray(weights, dtype=float)))


@mistake("This compares the standard deviations, which leave out the means. Compare the lengths, mean included.")
def deviations(weights, gradient, learning_rate):
    with np.errstate(all="ignore"):
        return learning_rate * np.std(gradient) / np.std(weights)


@mistake("The sign of the step is in the ratio. A length is never negative.")
def signed(weights, gradient, learning_rate):
    return -learning_rate * np.linalg.norm(gradient) / np.linalg.norm(weights)


@mistake("The update was divided by the length of the new weights. Divide by that of the weights before the update.")
def against_the_new_weights(weights, gradient, learning_rate):
    update = np.multiply(learning_rate, gradient)
    return np.linalg.norm(update) / np.linalg.norm(np.asarray(weights) - update)


@mistake("The rate went under the root with the squares. The length of rate * gradient is rate times that of gradient.")
def rate_under_the_root(weights, gradient, learning_rate):
    return np.sqrt(learning_rate * np.sum(np.square(gradient)) / np.sum(np.square(weights)))


@mistake("This is the ratio in percent. Return the ratio itself.")
def in_percent(weights, gradient, learning_rate):
    return 100 * learning_rate * np.linalg.norm(gradient) / np.linalg.norm(weights)


@mistake("This is the logarithm of the ratio, as on the axis of the figure. Return the ratio itself.")
def as_a_logarithm(weights, gradient, learning_rate):
    with np.errstate(divide="ignore"):
        return np.log10(learning_rate * np.linalg.norm(gradient) / np.linalg.norm(weights))


@mistake(
    "This is how much shorter the weights become. Asked for is the length of the step itself, which may also turn "
    "them: the norm of the update, divided by the norm of the weights."
)
def change_of_the_length(weights, gradient, learning_rate):
    before, after = np.linalg.norm(weights), np.linalg.norm(weights - learning_rate * gradient)
    return (before - after) / before


@mistake(
    "There is one ratio for each entry. Asked for is one number: the length of the whole update, divided by the length "
    "of all weights."
)
def entry_by_entry(weights, gradient, learning_rate):
    with np.errstate(all="ignore"):
        return learning_rate * np.abs(gradient) / np.abs(weights)


@mistake(
    "A small number was added to the length of the weights. They are not all 0, so nothing has to be added, and for "
    "small weights it shows."
)
def with_an_epsilon(weights, gradient, learning_rate):
    return learning_rate * np.linalg.norm(gradient) / (np.linalg.norm(weights) + 1e-8)


def length_of_the_update(weights, gradient, learning_rate):
    """The update is made first, as in the training loop: this also works for optimizers that change the gradient."""
    update = -learning_rate * gradient
    return np.sqrt(np.sum(update**2)) / np.sqrt(np.sum(weights**2))


def root_mean_squares(weights, gradient, learning_rate):
    """Root mean squares say how large a typical entry is; as both arrays have one shape, their ratio is the same."""
    typical_weight = np.sqrt(np.mean(np.square(weights)))
    typical_gradient = np.sqrt(np.mean(np.square(gradient)))
    return learning_rate * typical_gradient / typical_weight


def by_norm(weights, gradient, learning_rate):
    return np.linalg.norm(learning_rate * np.asarray(gradient)) / np.linalg.norm(weights)


def by_ravel(weights, gradient, learning_rate):
    update = -learning_rate * np.ravel(np.asarray(gradient, dtype=float))
    return np.linalg.norm(update, 2) / np.linalg.norm(np.ravel(weights), 2)


def by_root_mean_squares(weights, gradient, learning_rate):
    w, g = (np.asarray(array, dtype=float) for array in (weights, gradient))
    return learning_rate * np.sqrt((g**2).mean() / (w**2).mean())


def by_dot(weights, gradient, learning_rate):
    w, g = (np.asarray(array, dtype=float).ravel() for array in (weights, gradient))
    return np.array(learning_rate * math.sqrt(g @ g) / math.sqrt(w @ w))


def by_loop(weights, gradient, learning_rate):
    above = sum((learning_rate * float(g)) ** 2 for g in np.asarray(gradient).flat)
    below = sum(float(w) ** 2 for w in np.asarray(weights).flat)
    return (above / below) ** 0.5


def by_hypot(weights, gradient, learning_rate):
    return learning_rate * math.hypot(*np.ravel(gradient)) / math.hypot(*np.ravel(weights))


def in_single_precision(weights, gradient, learning_rate):
    w, g = (np.asarray(array, dtype=np.float32) for array in (weights, gradient))
    return np.float32(learning_rate) * np.linalg.norm(g) / np.linalg.norm(w)


UPDATE_RATIO = Exercise(
    name="update_ratio",
    lecture=LECTURE,
    section="8. What lies behind the loss?",
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        upside_down,
        without_the_rate,
        squared,
        squared_but_the_rate,
        largest_singular_value,
        sums_of_absolute_values,
        largest_entries,
        mean_of_ratios,
        deviations,
        signed,
        against_the_new_weights,
        rate_under_the_root,
        in_percent,
        as_a_logarithm,
        change_of_the_length,
        entry_by_entry,
        with_an_epsilon,
    ),
    spellings=(
        length_of_the_update,
        root_mean_squares,
        by_norm,
        by_ravel,
        by_root_mean_squares,
        by_dot,
        by_loop,
        by_hypot,
        in_single_precision,
    ),
    hints=(
        "How long is the update, rate times gradient, and how long are the weights, each seen as one long vector?",
        "`np.linalg.norm(a)` without a second argument is the root of the sum of all squares, for any shape.",
    ),
    choices=tuple(
        Choice(
            name,
            texts={
                "changes?": f"changes? The answer is in {name}.",
                "divided by the length of the weights.\n\n    The": (
                    f"divided by the length of the weights, in {name}.\n\n    The"
                ),
                "The ratio, at least 0.": f"The ratio in {name}: {factor} times the ratio, at least 0.",
                "    0.1\n": f"    {0.1 * factor}\n",
            },
            code={"Return the ratio itself.": f"Return the ratio in {name}."},
            changed=in_proportion(factor),
            without=("in_percent",),
        )
        for name, factor in (("percent", 100), ("thousandths", 1000))
    ),
)
