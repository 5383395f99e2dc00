"""Inputs that are all positive against the same inputs with random signs: how many steps does one unit need?"""

from dataclasses import dataclass

import numpy as np

RATES = (0.1, 0.2, 0.3, 0.4, 0.5)  # for two weights; a unit with more gets less, in proportion
KEPT = 15  # walks whose paths are kept


@dataclass(frozen=True)
class Walks:
    """Many walks of one unit's weights to their goal, one sample at a time; the first axis is the walk."""

    rates: tuple
    goal: np.ndarray  # (weights,)
    steps: np.ndarray  # (rates, walks): until a twentieth of the distance is left; infinity if it never is
    paths: np.ndarray  # (rates, steps + 1, kept, weights): the paths of the first walks
    condition: float  # condition number of the mean of x x^T, which is the curvature of the loss

    @property
    def best(self):
        """Index of the rate with the fewest steps, by the median over the walks."""
        return int(np.argmin(np.median(self.steps, axis=1)))

    @property
    def median(self):
        """Steps at the best rate."""
        return float(np.median(self.steps[self.best]))

    @property
    def path(self):
        """A walk of usual length at the best rate, up to where it arrives, (steps + 1, weights)."""
        steps = self.steps[self.best, : self.paths.shape[2]]
        usual = int(np.argsort(steps)[len(steps) // 2])
        return self.paths[self.best, : int(steps[usual]) + 1 if np.isfinite(steps[usual]) else None, usual]


def walks(centered, rates=RATES, n_weights=2, count=100, most=800, across=True, seed=0):
    """One linear unit learns weights of the opposite sign from exact targets, by gradient descent on single samples.

    The inputs are uniform on 0..2, or the same numbers with random signs if `centered`: their sizes are equal. Half of
    the weights have to rise and half have to fall (`across`), or all have to rise.
    """
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(0, 2, (count, most, n_weights))
    if centered:
        inputs *= rng.choice([-1, 1], inputs.shape)
    goal = np.where(np.arange(n_weights) % 2 == 0, 1.0, -1.0 if across else 1.0)
    distance = np.linalg.norm(2 * goal)
    steps, paths = [], []
    for rate in np.array(rates) * 2 / n_weights:
        weights, needed, path = np.tile(-goal, (count, 1)), np.full(count, np.inf), []
        for number in range(most):
            path.append(weights[:KEPT])
            x = inputs[:, number]
            error = np.sum((weights - goal) * x, axis=1, keepdims=True)
            weights = weights - rate * error * x
            arrived = np.linalg.norm(weights - goal, axis=1) <= distance / 20
            needed = np.where(np.isinf(needed) & arrived, number + 1, needed)
            if np.isfinite(needed).all():
                break
        path.append(weights[:KEPT])
        steps.append(needed)
        paths.append(np.array(path + [path[-1]] * (most + 1 - len(path))))
    rows = inputs.reshape(-1, n_weights)
    condition = float(np.linalg.cond(rows.T @ rows / len(rows)))
    return Walks(tuple(rates), goal, np.array(steps), np.array(paths), condition)
