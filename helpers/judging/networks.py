"""Judge a Keras model from its description: configurations and weight arrays, computed with by NumPy alone.

Only layers that are known here count, as what their class does in Keras; nothing that a submission brought along runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from helpers.sandbox.models import CHAIN, GRAPH

from .compare import Difference

NORMALIZATION = "batch normalisation"
DROPOUT = "dropout"
_ACTIVATIONS = ("relu", "tanh", "sigmoid", "softmax")
_ACTIVATION_LAYERS = {"ReLU": "relu", "Softmax": "softmax"}
_SHOWN_STEPS = 12


class NotANetwork(Exception):
    """What came back describes no network that can be judged; the message is for the learner."""


@dataclass(frozen=True)
class Step:
    """One step of a network: `what` is "dense", NORMALIZATION, DROPOUT or the name of an activation.

    `units` and `bias` belong to a dense step, `epsilon` to a normalisation, `rate` to dropout; `weights` are the arrays
    of the first two.
    """

    what: str
    units: int = 0
    bias: bool = False
    epsilon: float = 0.0
    rate: float = 0.0
    weights: tuple[np.ndarray, ...] = ()

    @property
    def kind(self) -> tuple:
        """What is built, whatever the weights are."""
        return self.what, self.units, self.bias, round(self.rate, 6)

    def __repr__(self) -> str:
        if self.what == "dense":
            return f"dense {self.units}" + ("" if self.bias else " without bias")
        if self.what == DROPOUT:
            return f"dropout {self.rate:g}"
        return "ReLU" if self.what == "relu" else self.what


@dataclass(frozen=True)
class Network:
    """Steps one after the other, each activation a step of its own, or the `problem` why there are none."""

    steps: tuple[Step, ...] = ()
    problem: str = ""

    def __repr__(self) -> str:
        shown = [repr(step) for step in self.steps[:_SHOWN_STEPS]] + ["..."] * (len(self.steps) > _SHOWN_STEPS)
        return self.problem or ", ".join(shown) or "no layers"


def dense(units: int, bias: bool = True) -> Step:
    return Step("dense", units, bias)


def normalization() -> Step:
    return Step(NORMALIZATION)


def dropping(rate: float) -> Step:
    """Dropout, which does nothing at inference."""
    return Step(DROPOUT, rate=rate)


def activation(name: str) -> Step:
    return Step(name)


def read(value) -> Network:
    """The network that a value from a submission describes (`helpers.sandbox.models.described`)."""
    try:
        return Network(tuple(_steps(value)))
    except NotANetwork as problem:
        return Network(problem=str(problem))


def outputs(network: Network, x: np.ndarray) -> np.ndarray:
    """What the network makes of `x (n, d)` at inference. Raises `NotANetwork` if its weights do not fit together."""
    for step in network.steps:
        if step.what == "dense":
            x = _dense(step, x)
        elif step.what == NORMALIZATION:
            x = _normalized(step, x)
        elif step.what != DROPOUT:
            with np.errstate(all="ignore"):
                x = _activated(step.what, x)
    return x


@dataclass(frozen=True)
class Builds:
    """Judges which steps a network has: `wanted(*arguments)` is the Network as it should be built."""

    wanted: Callable[..., Network]

    ASKS_ARGUMENTS: ClassVar = ("wanted",)

    def __call__(self, call, network: Network, before=None) -> Difference | None:
        if network.problem:
            return Difference("type", network.problem)
        expected = self.wanted(*call.arguments, **call.keywords)
        if [step.kind for step in network.steps] == [step.kind for step in expected.steps]:
            return None
        return Difference("value", "Its steps are others than asked for.")


@dataclass(frozen=True)
class Classifies:
    """Judges what an untrained classifier says: probabilities of its classes, others for other inputs.

    `sizes(*arguments)` are the numbers of its features and classes.
    """

    sizes: Callable[..., tuple[int, int]]

    ASKS_ARGUMENTS: ClassVar = ("sizes",)

    def __call__(self, call, network: Network, before=None) -> Difference | None:
        features, classes = self.sizes(*call.arguments, **call.keywords)
        x = np.random.default_rng(0).normal(size=(16, features))
        if network.problem:
            return Difference("type", network.problem)
        try:
            found = outputs(network, x)
        except NotANetwork as problem:
            return Difference("type", str(problem))
        if found.shape != (16, classes):
            return Difference("shape", f"For 16 inputs it gives shape {found.shape}; (16, {classes}) is expected.")
        if not (np.isfinite(found).all() and np.abs(found.sum(axis=1) - 1).max() < 1e-4 and found.min() >= 0):
            return Difference("value", "Its outputs for one input do not sum to 1: they are no probabilities.")
        if classes > 1 and np.ptp(found, axis=0).max() < 1e-6:
            return Difference("value", "It says the same of every input. Were its weights not drawn at random?")
        return None


@dataclass(frozen=True)
class Lacks:
    """Judges that a network is built as `wanted`, and that nothing but its weights makes `judge` reject it."""

    wanted: Callable[..., Network]
    judge: Classifies
    because: str  # in the sentence of `judge`

    ASKS_ARGUMENTS: ClassVar = ("wanted",)

    def __call__(self, call, network: Network, before=None) -> Difference | None:
        problem = Builds(self.wanted)(call, network) or self.judge(call, network)
        if problem is not None and self.because in problem.sentence:
            return None
        return problem or Difference("value", "Nothing is lacking.")


def _steps(value) -> list[Step]:
    if type(value) is not dict or set(value) != {"keras_model", "layers"}:
        kind = "None" if value is None else f"a value of type {type(value).__name__}"
        raise NotANetwork(f"It returned {kind}; a Keras model is expected.")
    if type(value["keras_model"]) is not str or value["keras_model"] != CHAIN or type(value["layers"]) is not list:
        branches = type(value["keras_model"]) is str and value["keras_model"] == GRAPH
        shape = "a model with branches" if branches else "a model of a class of its own"
        raise NotANetwork(f"It returned {shape}; one layer after the other is expected.")
    return [step for layer in value["layers"] for step in _steps_of(layer)]


def _steps_of(layer) -> list[Step]:
    if type(layer) is not dict or set(layer) != {"class", "config", "weights"}:
        raise NotANetwork("A layer could not be read.")
    kind, config, weights = layer["class"], layer["config"], layer["weights"]
    if type(kind) is not str or type(config) is not dict or type(weights) is not list:
        raise NotANetwork("A layer could not be read.")
    if not all(type(array) is np.ndarray and array.dtype.kind == "f" for array in weights):
        raise NotANetwork("The weights of a layer could not be read.")
    if kind == "InputLayer":
        return []
    if kind == "Dense":
        units = config.get("units")
        if type(units) is not int or units < 1:
            raise NotANetwork("A dense layer does not say how many units it has.")
        return [Step("dense", units, config.get("use_bias") is True, weights=tuple(weights)), *_activation(config)]
    if kind == "BatchNormalization":
        epsilon = config.get("epsilon")
        if type(epsilon) is not float or not (config.get("center") is config.get("scale") is True):
            raise NotANetwork("A normalisation was given other settings than epsilon and momentum.")
        return [Step(NORMALIZATION, epsilon=epsilon, weights=tuple(weights))]
    if kind == "Dropout":
        rate = config.get("rate")
        if type(rate) not in (float, int) or not 0 <= rate <= 1:
            raise NotANetwork("A dropout layer does not say which share it drops.")
        return [dropping(float(rate))]
    if kind == "Activation":
        return _activation(config)
    if kind in _ACTIVATION_LAYERS:
        return [Step(_ACTIVATION_LAYERS[kind])]
    raise NotANetwork(f"It holds a layer of the class {kind[:40]}, which this exercise has no use for.")


def _activation(config) -> list[Step]:
    name = config.get("activation")
    if name is None or (type(name) is str and name == "linear"):
        return []
    if type(name) is not str or name not in _ACTIVATIONS:
        raise NotANetwork(f"It uses an activation that this exercise has no use for: {str(name)[:40]}.")
    return [Step(name)]


def _activated(name: str, x: np.ndarray) -> np.ndarray:
    # Only networks need SciPy here, and a first check of anything else should not wait for it.
    from scipy import special

    if name == "softmax":
        return special.softmax(x, axis=-1)
    return special.expit(x) if name == "sigmoid" else np.tanh(x) if name == "tanh" else np.maximum(x, 0)


def _dense(step: Step, x: np.ndarray) -> np.ndarray:
    _expect(step, [(x.shape[1], step.units), *([(step.units,)] if step.bias else [])])
    with np.errstate(all="ignore"):
        return x @ step.weights[0] + (step.weights[1] if step.bias else 0)


def _normalized(step: Step, x: np.ndarray) -> np.ndarray:
    _expect(step, [(x.shape[1],)] * 4)
    gamma, beta, mean, variance = step.weights
    with np.errstate(all="ignore"):
        return gamma * (x - mean) / np.sqrt(variance + step.epsilon) + beta


def _expect(step: Step, shapes: list[tuple]) -> None:
    found = [array.shape for array in step.weights]
    if not found:
        raise NotANetwork("It has no weights yet: it does not know how many features there are.")
    if found != shapes:
        raise NotANetwork(f"The weights of its {step.what} step have shapes {found}; {shapes} are expected.")
