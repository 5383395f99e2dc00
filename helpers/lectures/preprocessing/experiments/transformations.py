"""Lecture 03: one cloud of points under every transformation, and what each does to gradient descent."""

from dataclasses import dataclass

import numpy as np

TRANSFORMATIONS = (
    *("as it is", "centred", "standardised", "min-max", "robust"),
    *("PCA", "PCA, white", "ZCA, white"),
)


def transformed(features, name):
    """The table under one of TRANSFORMATIONS, fitted on the table itself."""
    if name == TRANSFORMATIONS[0]:
        return np.array(features)
    from .scalers import SCALERS

    return SCALERS[name].fit_transform(features)


def cloud(n=200, correlation=0.8, spread=3.0, outlier=0.0, seed=0):
    """A cloud of two columns: means 2 and 3, deviations 1 and `spread`; (n, 2).

    With an `outlier`, the last point lies that many units to the right of where it belongs. The random numbers do not
    depend on what is asked for.
    """
    first, second = np.random.default_rng(seed).standard_normal((2, n))
    second = correlation * first + np.sqrt(1 - correlation**2) * second
    points = np.column_stack([2 + first, 3 + spread * second])
    points[-1, 0] += outlier
    return points


@dataclass(frozen=True)
class Descent:
    """Gradient descent on the squared error of a linear model with two weights and no bias."""

    path: np.ndarray  # (steps + 1, 2)
    goal: np.ndarray  # (2,): the weights of least error
    curvatures: np.ndarray  # (2,): of the loss along its two axes, the larger first
    axes: np.ndarray  # (2, 2): those axes as columns
    rate: float  # the learning rate that was used

    @property
    def stretch(self):
        """How much more the loss bends in its steepest direction than in its flattest."""
        return float(self.curvatures[0] / self.curvatures[1])

    @property
    def steps_needed(self):
        """Steps until the loss in excess of the least has fallen to a thousandth; infinity if it never does."""
        in_axes = (self.path[0] - self.goal) @ self.axes
        excess = self.curvatures * in_axes**2
        factors = (1 - self.rate * self.curvatures) ** 2
        if factors.max() >= 1:
            return np.inf

        def left(steps):
            return np.sum(excess * factors**steps) / np.sum(excess)

        low, high = 0, 1
        while left(high) > 1e-3:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if left(middle) <= 1e-3 else (middle, high)
        return high


def descend(features, target, rate=None, steps=60):
    """Descend from weights of zero on the loss 1/2 mean (features @ w - target)^2.

    `rate` is the learning rate; None takes the best one there is for this table, 2 over the sum of both curvatures.
    """
    hessian = features.T @ features / len(features)
    curvatures, axes = np.linalg.eigh(hessian)
    goal = np.linalg.solve(hessian, features.T @ target / len(features))
    rate = 2 / curvatures.sum() if rate is None else rate
    # In the axes of the loss every step is a multiplication, so the whole path is known at once.
    with np.errstate(over="ignore", invalid="ignore"):
        shrink = (1 - rate * curvatures) ** np.arange(steps + 1)[:, None]
        path = goal + (shrink * (-goal @ axes)) @ axes.T
    return Descent(path, goal, curvatures[::-1], axes[:, ::-1], float(rate))


def trips(n=500, unit=1.0, seed=0):
    """Temperature, 0 to 40 degrees, and distance, 0 to 10 000 m, with a target on which both act equally: (n, 2), (n,).

    The distance is measured in `unit` metres. The target is a score without a unit; both tables are centred, so that
    no bias is needed.
    """
    rng = np.random.default_rng(seed)
    temperature, distance = rng.uniform(0, 40, n), rng.uniform(0, 10_000, n)
    target = temperature / temperature.std() - distance / distance.std() + 0.1 * rng.standard_normal(n)
    features = np.column_stack([temperature, distance / unit])
    return features - features.mean(axis=0), target - target.mean()
