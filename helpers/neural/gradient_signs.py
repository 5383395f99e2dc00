"""What inputs that are never negative do to the weights of one unit."""

from dataclasses import dataclass

import numpy as np

from .activations import ACTIVATIONS
from .networks import gradients, initial_layers


def share_of_one_sign(data, activation, batch_size, hidden=(30, 30), updates=200, seed=0):
    """Share of (update, unit) pairs in which all weight gradients of a unit have one sign.

    Looks at the second hidden layer of an untrained network, whose inputs are the first layer's activations; gradients
    that are zero count for neither sign, and a unit without any gradient is left out.
    """
    rng = np.random.default_rng(seed)
    activation = ACTIVATIONS[activation]
    layers = initial_layers((data.x_train.shape[1], *hidden, 10), rng)
    one_sign, counted = 0, 0
    for _ in range(updates):
        batch = rng.choice(len(data.x_train), batch_size, replace=False)
        in_weights, _ = gradients(layers, data.x_train[batch], data.y_train[batch], activation)[1]
        moving = np.any(in_weights != 0, axis=0)
        agree = np.all(in_weights >= 0, axis=0) | np.all(in_weights <= 0, axis=0)
        one_sign += np.sum(agree & moving)
        counted += np.sum(moving)
    return float(one_sign / counted)


@dataclass(frozen=True)
class ZigZag:
    """The path of two weights towards their goal, one sample at a time."""

    path: np.ndarray  # (steps + 1, 2)
    goal: np.ndarray  # (2,)
    steps_needed: int  # until the distance to the goal is a twentieth of what it was
    length: float  # of the path up to then, in units of the straight line


def zig_zag(centred, steps=400, rate=0.5, seed=0):
    """One linear unit y = w x learns w = (1, -1) from w = (-1, 1): one weight must rise, the other must fall.

    The inputs are uniform on 0..2, or the same numbers less their mean of 1; the targets are exact.
    """
    rng = np.random.default_rng(seed)
    goal, weights = np.array([1.0, -1.0]), np.array([-1.0, 1.0])
    path = [weights]
    for x in rng.uniform(0, 2, (steps, 2)) - (1 if centred else 0):
        error = (weights - goal) @ x
        weights = weights - rate * error * x
        path.append(weights)
    path = np.array(path)
    distance = np.linalg.norm(path - goal, axis=1)
    needed = int(np.argmax(distance <= distance[0] / 20))
    walked = np.linalg.norm(np.diff(path[: needed + 1], axis=0), axis=1).sum()
    return ZigZag(path, goal, needed, float(walked / distance[0]))
