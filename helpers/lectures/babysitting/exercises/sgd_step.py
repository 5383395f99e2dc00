"""Exercise `sgd_step`."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, NOT_IN_PLACE, random_parameters


def oracle(parameters, gradients, learning_rate):
    """Number by number, in exact fractions."""
    rate = Fraction(float(learning_rate))

    def stepped(weight, slope):
        return float(Fraction(float(weight)) - rate * Fraction(float(slope)))

    return {
        name: np.array([stepped(w, g) for w, g in zip(array.flat, gradients[name].flat, strict=True)]).reshape(
            array.shape
        )
        for name, array in parameters.items()
    }


def network(rng, d, hidden, classes, rate):
    gradients = random_parameters(rng, d, hidden, classes, scale=1.0)
    return call(random_parameters(rng, d, hidden, classes), gradients, rate)


def values(rng):
    return [
        call({"W1": np.array([[1.0, -2.0]])}, {"W1": np.array([[4.0, 0.5]])}, 0.5),
        network(rng, 2, 3, 2, 0.1),
        network(rng, 4, 5, 3, float(rng.uniform(1.2, 2))),
    ]


def edge_cases(rng):
    usual = network(rng, 2, 2, 3, 0.3)
    parameters, gradients, rate = usual.arguments
    turned = dict(reversed(gradients.items()))
    many = {f"W{i}": rng.normal(size=(2, i + 1)) for i in range(4)}
    single = [{k: v.astype(np.float32) for k, v in which.items()} for which in (parameters, gradients)]
    return [
        call(parameters, turned, rate),
        call(many, {name: np.ones_like(array) for name, array in many.items()}, 0.25),
        call({"a": np.array([1.0, 2.0])}, {"a": np.array([0.5, -1.0])}, 0.0),
        call({"a": np.array([1.0, 2.0])}, {"a": np.array([0.5, -1.0])}, 1),
        call(*single, 0.5),
    ]


@mistake("The step goes uphill: the gradient points to where the loss *rises*, so it is subtracted.")
def uphill(parameters, gradients, learning_rate):
    return {name: parameters[name] + learning_rate * gradients[name] for name in parameters}


@mistake(NOT_IN_PLACE)
def in_place(parameters, gradients, learning_rate):
    for name in parameters:
        parameters[name] -= learning_rate * gradients[name]
    return parameters


@mistake("The learning rate is missing: the whole gradient was subtracted.")
def without_the_rate(parameters, gradients, learning_rate):
    return {name: parameters[name] - 1.0 * gradients[name] for name in parameters}


@mistake("This is the update alone. Return the parameters after it: weights minus rate times gradient.")
def only_the_update(parameters, gradients, learning_rate):
    return {name: -learning_rate * gradients[name] for name in parameters}


@mistake(
    "This is rate times gradient alone. Return the parameters after the step: the old ones minus rate times gradient."
)
def rate_times_gradient(parameters, gradients, learning_rate):
    return {name: learning_rate * gradients[name] for name in parameters}


@mistake(
    "Only the sign of the gradient was used, so every weight moves equally far. Plain gradient descent subtracts rate "
    "times the gradient itself."
)
def by_the_sign(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * np.sign(gradients[name]) for name in parameters}


@mistake(
    "The gradient was divided by a length, as if it were a sum over samples. The gradient that is handed in is the one "
    "to use: subtract rate times gradient."
)
def divided_by_the_length(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * gradients[name] / len(parameters[name]) for name in parameters}


@mistake(
    "Gradients were paired with parameters by their order. Pair them by their keys: `gradients[name]` for each `name`."
)
def paired_by_order(parameters, gradients, learning_rate):
    pairs = zip(parameters.items(), gradients.values(), strict=True)
    with np.errstate(all="ignore"):
        return {name: array - learning_rate * np.resize(slope, array.shape) for (name, array), slope in pairs}


@mistake("The biases did not move. They are learned like the weights: every key takes its step.")
def weights_only(parameters, gradients, learning_rate):
    return {
        name: array - learning_rate * gradients[name] if name.startswith("W") else array.copy()
        for name, array in parameters.items()
    }


@mistake("The names of the four arrays were written out. Take the step for every key that the dict has.")
def four_names_only(parameters, gradients, learning_rate):
    names = [name for name in ("W1", "b1", "W2", "b2") if name in parameters]
    return {name: parameters[name] - learning_rate * gradients[name] for name in names}


@mistake("The gradient was divided by its norm first. Plain gradient descent takes it as it is.")
def normalized(parameters, gradients, learning_rate):
    return {
        name: parameters[name] - learning_rate * gradients[name] / np.linalg.norm(gradients[name])
        for name in parameters
    }


@mistake("The weights shrink too: `(1 - rate) * weights` is weight decay. Subtract rate times gradient, nothing else.")
def with_weight_decay(parameters, gradients, learning_rate):
    return {name: (1 - learning_rate) * parameters[name] - learning_rate * gradients[name] for name in parameters}


@mistake("The gradient was divided by the rate. A small rate means a small step: multiply.")
def divided_by_the_rate(parameters, gradients, learning_rate):
    with np.errstate(all="ignore"):
        return {name: parameters[name] - gradients[name] / np.float64(learning_rate) for name in parameters}


@mistake("The names of the four arrays were written out, and another dict lacks them. Take the step for every key.")
def four_names_always(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * gradients[name] for name in ("W1", "b1", "W2", "b2")}


@mistake(
    "Gradients were paired with parameters by their order. Pair them by their keys: `gradients[name]` for each `name`."
)
def paired_by_order_as_they_come(parameters, gradients, learning_rate):
    pairs = zip(parameters.items(), gradients.values(), strict=True)
    return {name: array - learning_rate * slope for (name, array), slope in pairs}


def copies_changed_in_place(parameters, gradients, learning_rate):
    """Copies come first, and `-=` then changes only them: the form to know when arrays are too large to make anew."""
    updated = {name: array.copy() for name, array in parameters.items()}
    for name in updated:
        updated[name] -= learning_rate * gradients[name]
    return updated


def one_long_vector(parameters, gradients, learning_rate):
    """All arrays become one vector, as optimizers of SciPy expect it; the step is then a single line."""
    names = list(parameters)
    weights = np.concatenate([parameters[name].ravel() for name in names])
    slopes = np.concatenate([gradients[name].ravel() for name in names])
    moved = weights - learning_rate * slopes
    ends = np.cumsum([parameters[name].size for name in names])
    pieces = np.split(moved, ends[:-1])
    return {name: piece.reshape(parameters[name].shape) for name, piece in zip(names, pieces, strict=True)}


def by_comprehension(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * gradients[name] for name in parameters}


def in_a_defaultdict(parameters, gradients, learning_rate):
    result = defaultdict(float)
    for name, array in parameters.items():
        result[name] = array - learning_rate * gradients[name]
    return result


def in_an_ordered_dict(parameters, gradients, learning_rate):
    return OrderedDict((name, parameters[name] - learning_rate * gradients[name]) for name in sorted(parameters))


def by_copies(parameters, gradients, learning_rate):
    updated = {name: np.array(array, dtype=float) for name, array in parameters.items()}
    for name, slope in gradients.items():
        updated[name] -= learning_rate * slope
    return updated


def by_axpy(parameters, gradients, learning_rate):
    result = dict(parameters)
    for name in sorted(parameters):
        result[name] = np.add(parameters[name], np.multiply(-learning_rate, gradients[name]))
    return result


def as_lists(parameters, gradients, learning_rate):
    return {name: (array - learning_rate * gradients[name]).tolist() for name, array in parameters.items()}


def by_numbers(parameters, gradients, learning_rate):
    result = {}
    for name, array in parameters.items():
        moved = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved[place] = array[place] - learning_rate * gradients[name][place]
        result[name] = moved
    return result


def in_single_precision(parameters, gradients, learning_rate):
    rate = np.float32(learning_rate)
    return {
        name: array.astype(np.float32) - rate * gradients[name].astype(np.float32) for name, array in parameters.items()
    }


SGD_STEP = Exercise(
    name="sgd_step",
    lecture=LECTURE,
    section="3. Can it memorize twenty images?",
    minutes=3,
    difficulty=1,
    parts=(Part("values", 2, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        uphill,
        in_place,
        without_the_rate,
        only_the_update,
        rate_times_gradient,
        by_the_sign,
        divided_by_the_length,
        paired_by_order,
        weights_only,
        four_names_only,
        normalized,
        with_weight_decay,
        divided_by_the_rate,
        four_names_always,
        paired_by_order_as_they_come,
    ),
    spellings=(
        copies_changed_in_place,
        one_long_vector,
        by_comprehension,
        by_copies,
        by_axpy,
        as_lists,
        by_numbers,
        in_a_defaultdict,
        in_an_ordered_dict,
        in_single_precision,
    ),
    hints=(
        "Weights minus rate times gradient, for every key of the dict.",
        "A dict comprehension makes the new dict, and `a - b` makes a new array. `a -= b` would write into the "
        "caller's array.",
    ),
)
