"""`equip_stack`: an activation and a start for a deep stack, judged by what it has learned after a short training.

The judge trains the stack on samples that no answer has seen, at several rates, and keeps the best. Any pair of
activation and weights will do that lets signal and gradient through.
"""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

INPUTS, WIDTH, CLASSES = 10, 16, 3
SAMPLES, UPDATES, RATES, MOMENTUM = 48, 40, (0.03, 0.1), 0.9
ALPHA, LAMBDA = 1.6732632423543772, 1.0507009873554805  # of SELU, Klambauer et al. (2017)
MOST = 0.78  # of the loss of guessing may be left
MOST_BY_TEXTBOOK = 0.6  # may be left in a draw after the choices of textbooks, so that others have room
GUESS = float(np.log(CLASSES))  # the loss of a network that has learned nothing


def _sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -60, 60)))


def _selu(z):
    return LAMBDA * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0)))


# The function, and its derivative from pre-activation and output.
FUNCTIONS = {
    "sigmoid": (_sigmoid, lambda z, h: h * (1 - h)),
    "tanh": (np.tanh, lambda z, h: 1 - h * h),
    "relu": (lambda z: np.maximum(z, 0), lambda z, h: z > 0),
    "selu": (_selu, lambda z, h: np.where(z > 0, LAMBDA, h + LAMBDA * ALPHA)),
}


def clouds(seed, size):
    """Training samples and new ones, three clouds of them, with labels; two pairs."""
    rng = np.random.default_rng(seed)
    centers = 1.5 * rng.standard_normal((CLASSES, INPUTS))
    pairs = []
    for count in (SAMPLES, 4 * SAMPLES):
        labels = np.arange(count) % CLASSES
        pairs.append((size * (centers[labels] + rng.standard_normal((count, INPUTS))), labels))
    return pairs


@lru_cache(maxsize=256)
def loss_after(activation, stds, seed, size):
    """The mean cross-entropy for new samples after a short training, at the best of the rates."""
    (x, y), (new, truth) = clouds(seed, size)
    f, derivative = FUNCTIONS[activation]
    rng = np.random.default_rng(seed + 1)
    widths = [INPUTS, *[WIDTH] * (len(stds) - 1), CLASSES]
    shapes = list(itertools.pairwise(widths))
    weights = [
        np.repeat((std * rng.standard_normal(shape))[None], len(RATES), axis=0)
        for std, shape in zip(stds, shapes, strict=True)
    ]
    biases = [np.zeros((len(RATES), 1, shape[1])) for shape in shapes]
    steps = [np.zeros_like(array) for array in weights + biases]
    rates, ones = np.array(RATES)[:, None, None], np.eye(CLASSES)[y]
    with np.errstate(all="ignore"):
        for _ in range(UPDATES):
            h, below = np.broadcast_to(x, (len(RATES), *x.shape)), []
            for w, b in zip(weights[:-1], biases[:-1], strict=True):
                z = h @ w + b
                below.append((h, z))
                h = f(z)
            error = (_softmax(h @ weights[-1] + biases[-1]) - ones) / len(x)
            gradients = []
            for layer in reversed(range(len(weights))):
                gradients.append((h.transpose(0, 2, 1) @ error, error.sum(axis=1, keepdims=True)))
                if layer:
                    inputs, z = below[layer - 1]
                    error, h = (error @ weights[layer].transpose(0, 2, 1)) * derivative(z, h), inputs
            gradients.reverse()
            arrays = weights + biases
            for place, gradient in enumerate([g[0] for g in gradients] + [g[1] for g in gradients]):
                steps[place] = MOMENTUM * steps[place] - rates * gradient
                arrays[place] += steps[place]
        h = np.broadcast_to(new, (len(RATES), *new.shape))
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            h = f(h @ w + b)
        chances = _softmax(h @ weights[-1] + biases[-1])[:, np.arange(len(truth)), truth]
        losses = -np.log(np.maximum(chances, 1e-6)).mean(axis=1)
    return float(np.min(np.where(np.isfinite(losses), losses, 99.0)))


def _softmax(scores):
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def _stack(rng, layers, size):
    """Samples from which every choice of the textbooks learns; in a few draws, chance keeps one of them from it."""
    widths = np.array([INPUTS, *[WIDTH] * (layers - 1), CLASSES])
    while True:
        (samples, _), _ = clouds(int(rng.integers(2**31)), size)
        choices = (answer(samples, widths) for answer in (tanh_by_fan_in, relu_by_he, selu_by_lecun))
        if all(part_left(samples, *choice) <= MOST_BY_TEXTBOOK for choice in choices):
            return call(samples, widths)


def ordinary(rng):
    return [_stack(rng, 7, float(rng.uniform(0.7, 1.5))), _stack(rng, 8, float(rng.uniform(0.7, 1.5)))]


def tiny_inputs(rng):
    return [_stack(rng, 7, float(rng.uniform(1e-3, 2e-3))), _stack(rng, 8, float(rng.uniform(2e-3, 4e-3)))]


def read(one, value):
    """The name and the standard deviations of an answer, or what is wrong with them."""
    widths = one.arguments[1]
    if not isinstance(value, tuple | list) or len(value) != 2 or not isinstance(value[0], str):
        return Difference("type", "Two values are expected: the name of an activation, and an array.")
    if value[0] not in FUNCTIONS:
        return Difference("value", f"The name is one of {', '.join(FUNCTIONS)}.")
    stds = np.asarray(value[1], dtype=float)
    if stds.shape != (len(widths) - 1,):
        return Difference("shape", f"One standard deviation for each of the {len(widths) - 1} matrices is expected.")
    if not np.isfinite(stds).all() or stds.min() < 0:
        return Difference("value", "Standard deviations are finite and not negative.")
    return value[0], stds


def part_left(samples, name, stds):
    """The loss for new samples after a short training, as a part of the loss of guessing."""
    # In single precision the stack is the same; other samples than the call shows follow from what it shows.
    seed = zlib.crc32((samples / samples.std()).round(3).astype(np.float32).tobytes())
    return loss_after(name, tuple(stds.round(9).tolist()), seed, float(f"{samples.std() / 2:.3g}")) / GUESS


def learns(one, value, before=None):
    """The judge: the loss for new samples after a short training is well below that of guessing."""
    choice = read(one, value)
    if isinstance(choice, Difference):
        return choice
    left = part_left(one.arguments[0], *choice)
    if left <= MOST:
        return None
    return Difference(
        "value",
        f"After {UPDATES} updates, at the best of the rates {RATES}, the loss for new samples is "
        f"{min(left * GUESS, 99):.2f}; at most {MOST * GUESS:.2f} is asked for. Guessing gives {GUESS:.2f}.",
    )


learns.any_shape = True


def oracle(samples, widths):
    """Tanh with LeCun's weights, layer by layer, for inputs of whatever size."""
    size = np.sqrt(np.mean(np.square(samples - samples.mean())))
    stds = [1 / (size * fan_in**0.5) if i == 0 else fan_in**-0.5 for i, fan_in in enumerate(widths[:-1].tolist())]
    return "tanh", np.array(stds)


@dataclass(frozen=True)
class As:
    """Knows an answer by its name and by how its standard deviations are made; any name if there is none."""

    formula: object
    names: tuple = tuple(FUNCTIONS)

    def __call__(self, one, value, before=None):
        choice = read(one, value)
        if not isinstance(choice, Difference) and choice[0] in self.names:
            wanted = np.asarray(self.formula(*one.arguments), dtype=float)
            if np.allclose(choice[1] / wanted, 1, rtol=1e-4):
                return None
        return Difference("value", "It is another choice.")

    any_shape = True


def _lecun(samples, widths):
    return 1 / np.sqrt(widths[:-1])


def _he(samples, widths):
    return np.sqrt(2 / widths[:-1])


def _for_inputs(samples, widths):
    return oracle(samples, widths)[1]


def _ones(samples, widths):
    return np.ones(len(widths) - 1)


def _hundredths(samples, widths):
    return np.full(len(widths) - 1, 0.01)


def _variances(samples, widths):
    return 1 / widths[:-1]


@mistake(
    "These weights suit inputs of standard deviation 1. Measure `samples`: where the inputs are tiny, the first "
    "matrix has to make up for it.",
    As(_lecun, ("tanh", "selu")),
)
def inputs_not_measured(samples, widths):
    return "tanh", _lecun(samples, widths)


@mistake(
    "These are He's weights, and right for ReLU where the inputs have standard deviation 1. Measure `samples`: where "
    "the inputs are tiny, the first matrix has to make up for it.",
    As(_he, ("relu",)),
)
def he_without_measuring(samples, widths):
    return "relu", _he(samples, widths)


@mistake(
    "With these weights a stack of sigmoids loses most of its gradient at every layer, by a factor of about four. Take "
    "another function, or much larger weights.",
    As(_for_inputs, ("sigmoid",)),
)
def sigmoids(samples, widths):
    return "sigmoid", _for_inputs(samples, widths)


@mistake(
    "The standard deviation is 1 whatever the width. A unit adds up many inputs, so its pre-activation grows from "
    "layer to layer: the more inputs, the smaller the weights.",
    As(_ones, ("relu", "selu")),
)
def always_one(samples, widths):
    return "relu", _ones(samples, widths)


@mistake(
    "With weights of 0.01 the signal is gone after a few layers, and with it the gradient. Let the standard deviation "
    "depend on how many inputs a unit has.",
    As(_hundredths),
)
def always_small(samples, widths):
    return "tanh", _hundredths(samples, widths)


@mistake(
    "This is 1 / fan_in, the variance of the weights. The standard deviation is its square root.",
    As(_variances),
)
def variances(samples, widths):
    return "tanh", _variances(samples, widths)


# Right ones.


def tanh_by_fan_in(samples, widths):
    """Tanh, LeCun's weights, and a first matrix that also divides by the standard deviation of the inputs."""
    stds = 1 / np.sqrt(widths[:-1])
    stds[0] /= samples.std()
    return "tanh", stds


def relu_by_he(samples, widths):
    stds = np.sqrt(2 / widths[:-1])
    stds[0] /= samples.std()
    return "relu", stds


def selu_by_lecun(samples, widths):
    stds = 1 / np.sqrt(widths[:-1])
    stds[0] /= samples.std()
    return "selu", stds


def by_measuring(samples, widths):
    """Send the samples through trial matrices, and divide each by the standard deviation that it gives."""
    rng, signal, stds = np.random.default_rng(0), samples, []
    for layer in range(len(widths) - 1):
        trial = rng.standard_normal((widths[layer], widths[layer + 1]))
        stds.append(1 / (signal @ trial).std())
        signal = np.tanh(signal @ trial * stds[-1])
    return "tanh", np.array(stds)


def a_little_larger(samples, widths):
    name, stds = tanh_by_fan_in(samples, widths)
    return name, (1.15 * stds).tolist()


def glorot(samples, widths):
    stds = np.sqrt(2 / (widths[:-1] + widths[1:]))
    stds[0] = 1 / np.sqrt(np.sum(np.var(samples, axis=0)))
    return ["tanh", stds]


def with_loops(samples, widths):
    total = float(np.mean([np.mean(np.square(row)) for row in samples]))
    return "tanh", tuple(
        (1 / (width * (total if i == 0 else 1))) ** 0.5 for i, width in enumerate(widths[:-1].tolist())
    )


EQUIP_STACK = Exercise(
    name="equip_stack",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="4. Can a deep stack of sigmoids learn?",
    minutes=12,
    difficulty=3,
    parts=(Part("it learns", 2, ordinary, judge=learns), Part("tiny inputs", 2, tiny_inputs, judge=learns)),
    oracle=oracle,
    mistakes=(inputs_not_measured, he_without_measuring, sigmoids, always_one, always_small, variances),
    spellings=(tanh_by_fan_in, relu_by_he, selu_by_lecun, by_measuring, a_little_larger, glorot, with_loops),
    open_ended=True,
    hints=(
        "Section 3 has two factors, derivative and weights. Which function has a derivative near 1 around 0, and which "
        "weights keep the signal there?",
        "A unit with `fan_in` inputs of standard deviation s, and weights of standard deviation w, has pre-activations "
        "of standard deviation s * w * sqrt(fan_in). What is s for the first layer?",
    ),
)
