"""Exercise `numerical_gradient`."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Named, Part, Tolerance, call, mistake

from .common import LECTURE

# What the central difference with step h comes to, in closed form, for each function of `sandbox.recipes.SCALARS`.
_CENTRAL = {
    "sum_of_squares": lambda x, h: 2 * x,
    "sum_of_cubes": lambda x, h: 3 * x**2 + h**2,
    "sum_of_sines": lambda x, h: np.cos(x) * np.sin(h) / h,
    "sum_of_exponentials": lambda x, h: np.exp(x) * np.sinh(h) / h,
    "product_of_all": lambda x, h: _products_of_the_others(x),
}


def oracle(f, x, step=1e-5):
    """The closed form of the quotient; no difference is taken."""
    return _CENTRAL[f.__name__](np.array(x, dtype=float), step)


def _products_of_the_others(x):
    others = [np.prod(np.delete(x.ravel(), place)) for place in range(x.size)]
    return np.array(others).reshape(x.shape)


def somewhere(rng, *shape):
    """Entries of size 1/2 to 2, of either sign: no gradient of these functions is near 0 there, and none is large."""
    return rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)


def values(rng):
    return [
        call(Named("sum_of_squares"), np.array([1.0, -2.0])),
        call(Named("sum_of_cubes"), somewhere(rng, 3)),
        call(Named("product_of_all"), somewhere(rng, 4)),
        call(Named("sum_of_squares"), np.array([[1.0, 3.0], [-2.0, 0.5]])),
        call(Named("sum_of_sines"), rng.uniform(-1, 1, (2, 3))),
        call(Named("sum_of_sines"), np.array([2.0, 3.0])),  # it falls there
        call(Named("sum_of_exponentials"), somewhere(rng, 5)),
    ]


def the_step(rng):
    return [
        call(Named("sum_of_cubes"), np.array([1.0, 2.0]), 0.5),
        call(Named("sum_of_exponentials"), somewhere(rng, 3), step=0.1),
        call(Named("sum_of_sines"), rng.uniform(-1, 1, (2, 2)), step=1.0),
        call(Named("sum_of_squares"), somewhere(rng, 2), step=0.25),
    ]


def edge_cases(rng):
    return [
        call(Named("sum_of_cubes"), np.array([[1, 2], [3, -4]])),
        call(Named("product_of_all"), np.array([2.0])),
        call(Named("product_of_all"), np.array([0.0, 3.0, -2.0])),
        call(Named("sum_of_sines"), rng.uniform(-1, 1, (2, 1, 3))),
        call(Named("sum_of_cubes"), somewhere(rng, 4).astype(np.float32)),
    ]


def nudged(x, place, by):
    moved = np.array(x, dtype=float)
    moved[place] += by
    return moved


@mistake(
    "This is the forward difference, (f(x + step) - f(x)) / step. Its error shrinks with the step, that of the central "
    "one, (f(x + step) - f(x - step)) / (2 step), with its square."
)
def forward_difference(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = [(f(nudged(x, place, step)) - f(x)) / step for place in np.ndindex(x.shape)]
    return np.reshape(slopes, x.shape)


@mistake("This is the backward difference. Nudge to both sides and divide by twice the step.")
def backward_difference(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = [(f(x) - f(nudged(x, place, -step))) / step for place in np.ndindex(x.shape)]
    return np.reshape(slopes, x.shape)


@mistake(
    "The two points are `2 * step` apart, and the difference was divided by `step`: every derivative comes out twice "
    "too large."
)
def divided_by_one_step(f, x, step=1e-5):
    return 2 * central(f, x, step)


@mistake("`/ 2 * step` divides by 2 and then multiplies by the step. Write `/ (2 * step)`.")
def without_brackets(f, x, step=1e-5):
    return central(f, x, step) * step**2


@mistake("The sign is wrong: the value at x - step is subtracted from the one at x + step.")
def wrong_sign(f, x, step=1e-5):
    return -central(f, x, step)


@mistake(
    "All entries were moved at once, which gives one number: the sum of all partial derivatives. Move one entry, leave "
    "the others, and go on to the next."
)
def all_at_once(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + step) - f(x - step)) / (2 * step))


@mistake(
    "A whole row was moved at a time: `x[i]` of a two-dimensional array is a row. Visit every single entry: "
    "`for place in np.ndindex(x.shape)`."
)
def row_by_row(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = np.zeros_like(x)
    for row in range(len(x)):
        slopes[row] = (f(nudged(x, row, step)) - f(nudged(x, row, -step))) / (2 * step)
    return slopes


@mistake(
    "There is one number for each row: `x[i]` of a two-dimensional array is a row. Visit every single entry, and make "
    "the result as large as x: `for place in np.ndindex(x.shape)`."
)
def one_number_for_each_row(f, x, step=1e-5):
    return np.array([(f(nudged(x, i, step)) - f(nudged(x, i, -step))) / (2 * step) for i in range(len(x))])


@mistake(
    "The points are x + step/2 and x - step/2. That is a central difference too, with half the step: the docstring "
    "asks for f(x + step) and f(x - step)."
)
def half_a_step_to_each_side(f, x, step=1e-5):
    return central(f, x, step / 2)


@mistake("The step grows with the entry. Here it is the same for all: `step` itself, not `step` times the size of x.")
def relative_step(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = np.empty_like(x)
    for place in np.ndindex(x.shape):
        own = step * max(1.0, abs(x[place]))
        slopes[place] = (f(nudged(x, place, own)) - f(nudged(x, place, -own))) / (2 * own)
    return slopes


@mistake("This is the second derivative. The first one is (f(x + step) - f(x - step)) / (2 step).")
def second_derivative(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    curved = [f(nudged(x, place, step)) - 2 * f(x) + f(nudged(x, place, -step)) for place in np.ndindex(x.shape)]
    return np.reshape(curved, x.shape) / step**2


@mistake(
    "This formula takes four points. Its error is smaller still, but the docstring asks for two, f(x + step) and "
    "f(x - step)."
)
def four_points(f, x, step=1e-5):
    return (4 * central(f, x, step) - central(f, x, 2 * step)) / 3


@mistake("An entry keeps its step while the next ones are tried. Put it back before you go on.")
def never_put_back(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = np.empty_like(x)
    for place in np.ndindex(x.shape):
        x[place] += step
        above = f(x)
        x[place] -= 2 * step
        slopes[place] = (above - f(x)) / (2 * step)
    return slopes


@mistake("The step is fixed in the body. Use the argument `step`.")
def fixed_step(f, x, step=1e-5):
    return central(f, x, 1e-5)


@mistake("The result is flat. It has the shape of x: one derivative for each entry, at its place.")
def flat(f, x, step=1e-5):
    return central(f, x, step).ravel()


@mistake(
    "The step is lost in the dtype of x: integers cannot hold 0.00001, and in float32 little of it is left. Copy x "
    "with `dtype=float` first."
)
def in_the_format_of_x(f, x, step=1e-5):
    x = np.array(x)
    slopes = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[place] = x[place] + step
        below[place] = x[place] - step
        slopes[place] = (f(above) - f(below)) / (2 * step)
    return slopes


@mistake(
    "The derivatives are right, but the caller's x has changed: adding and subtracting the step does not bring back "
    "the last digit. Work on a copy."
)
def in_place(f, x, step=1e-5):
    x = np.asarray(x, dtype=float)
    slopes = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += step
        above = f(x)
        x[place] -= 2 * step
        slopes[place] = (above - f(x)) / (2 * step)
        x[place] += step
    return slopes


def central(f, x, step):
    x = np.array(x, dtype=float)
    slopes = [(f(nudged(x, place, step)) - f(nudged(x, place, -step))) / (2 * step) for place in np.ndindex(x.shape)]
    return np.reshape(slopes, x.shape)


def on_copies(f, x, step=1e-5):
    """Two copies of x are changed at one entry; no second array is needed, and every step is easy to print."""
    x = np.array(x, dtype=float)
    gradient = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[place] += step
        below[place] -= step
        gradient[place] = (f(above) - f(below)) / (2 * step)
    return gradient


def rows_of_an_identity_matrix(f, x, step=1e-5):
    """Each row of the identity matrix moves one entry, so no index can be wrong; it needs size ** 2 numbers."""
    x = np.array(x, dtype=float)
    moves = step * np.eye(x.size).reshape(x.size, *x.shape)
    differences = [f(x + move) - f(x - move) for move in moves]
    return np.reshape(differences, x.shape) / (2 * step)


def by_ndindex(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[place] = step
        slopes[place] = (f(x + nudge) - f(x - nudge)) / (2 * step)
    return slopes


def by_restoring(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = np.empty_like(x)
    for place in np.ndindex(x.shape):
        before = x[place]
        x[place] = before + step
        above = f(x)
        x[place] = before - step
        below = f(x)
        x[place] = before
        slopes[place] = (above - below) / (2 * step)
    return slopes


def by_flat_places(f, x, step=1e-5):
    x = np.asarray(x, dtype=float)
    flat, slopes = x.ravel(), []
    for number in range(flat.size):
        above, below = flat.copy(), flat.copy()
        above[number] += step
        below[number] -= step
        slopes.append(0.5 * (f(above.reshape(x.shape)) - f(below.reshape(x.shape))) / step)
    return np.array(slopes).reshape(x.shape).tolist()


def by_identity_matrix(f, x, step=1e-5):
    x = np.asarray(x, dtype=float)
    nudges = step * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([f(x + nudge) - f(x - nudge) for nudge in nudges]).reshape(x.shape) / (2 * step)


def by_nditer(f, x, step=1e-5):
    x = np.array(x, dtype=np.float64)
    slopes = np.zeros(x.shape)
    places = np.nditer(x, flags=["multi_index"])
    while not places.finished:
        nudge = np.zeros(x.shape)
        nudge[places.multi_index] = step
        slopes[places.multi_index] = (f(np.add(x, nudge)) - f(np.subtract(x, nudge))) / (step + step)
        places.iternext()
    return slopes


def rounded_at_the_end(f, x, step=1e-5):
    x = np.array(x, dtype=float)
    slopes = [
        (f(x + step * unit.reshape(x.shape)) - f(x - step * unit.reshape(x.shape))) / 2 / step
        for unit in np.eye(x.size)
    ]
    return np.reshape(slopes, x.shape).astype(np.float32)


NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    lecture=LECTURE,
    section="2. Is the gradient right?",
    minutes=7,
    difficulty=2,
    parts=(Part("values", 2, values), Part("the step", 1, the_step), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        forward_difference,
        backward_difference,
        divided_by_one_step,
        without_brackets,
        wrong_sign,
        all_at_once,
        row_by_row,
        one_number_for_each_row,
        half_a_step_to_each_side,
        relative_step,
        second_derivative,
        four_points,
        never_put_back,
        fixed_step,
        flat,
        in_the_format_of_x,
        in_place,
    ),
    spellings=(
        on_copies,
        rows_of_an_identity_matrix,
        by_ndindex,
        by_restoring,
        by_flat_places,
        by_identity_matrix,
        by_nditer,
        rounded_at_the_end,
    ),
    hints=(
        "One entry at a time: f with this entry a little larger, minus f with it a little smaller, divided by the "
        "distance of the two points.",
        "`for place in np.ndindex(x.shape)` visits every entry of an array of any shape. An array of zeros with `step` "
        "at that place moves this entry alone.",
    ),
    # Differences of numbers that nearly agree: the rounding of f, about 1e-15, is divided by the step.
    tolerance=Tolerance(relative=1e-6, absolute=1e-8),
    equivalent_mutants={
        "signature: `1e-05` → `2e-05`": "Both steps are right to ten digits, far below the tolerance.",
        "signature: `1e-05` → `-1e-05`": "The quotient is the same with -step: both differences change their sign.",
    },
)
