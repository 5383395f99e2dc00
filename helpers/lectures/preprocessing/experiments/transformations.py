"""Lecture 03: one cloud of points under every transformation, and what each does to gradient descent."""

from dataclasses import dataclass

import numpy as np

TRANSFORMATIONS = (
    *("as it is", "centered", "standardized", "min-max", "robust"),
    *("PCA", "PCA, white", "ZCA, white"),
)


def transformed(features, name):
    """The table under one of TRANSFORMATIONS, fitted on the table itself."""
    if name == TRANSFORMATIONS[0]:
        return np.array(features)
    from .scalers import SCALERS

    return SCALERS[name].fit_transform(features)


def cloud(n=200, correlation=0.8, spread=3.0, outlier=0.0, seed=0):
    """A cloud of two columns: means 2 and 3, standard deviations 1 and `spread`; (n, 2).

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

    The distance is measured in `unit` metres. The target is a score without a unit; both tables are centered, so that
    no bias is needed.
    """
    rng = np.random.default_rng(seed)
    temperature, distance = rng.uniform(0, 40, n), rng.uniform(0, 10_000, n)
    target = temperature / temperature.std() - distance / distance.std() + 0.1 * rng.standard_normal(n)
    features = np.column_stack([temperature, distance / unit])
    return features - features.mean(axis=0), target - target.mean()


OPTIMIZERS = ("plain", "momentum", "Adam")


def steps_with(optimizer, features, target, most=20_000):
    """Full-batch steps to a thousandth of the excess loss, at the best rate of a grid; infinity beyond `most`.

    `optimizer` is one of OPTIMIZERS: "plain" gradient descent (the best rate is known), "momentum" of 0.9, or "Adam"
    with the usual 0.9 and 0.999. The loss stays below that from there to the end of the run.
    """
    if optimizer == "plain":
        return descend(features, target).steps_needed
    hessian, slope = features.T @ features / len(features), features.T @ target / len(features)
    goal = np.linalg.solve(hessian, slope)
    largest = np.linalg.eigvalsh(hessian)[-1]
    rates = np.geomspace(0.1, 3.8, 25) / largest if optimizer == "momentum" else np.geomspace(1e-4, 1, 25)
    rates = rates[:, None]
    weights, mean, square = (np.zeros((len(rates), len(goal))) for _ in range(3))
    needed = np.full(len(rates), np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, most + 1):
            gradient = weights @ hessian - slope
            if optimizer == "momentum":
                mean = 0.9 * mean + gradient
                weights = weights - rates * mean
            else:
                mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
                corrected = np.sqrt(square / (1 - 0.999**step)) + 1e-12
                weights = weights - rates * mean / (1 - 0.9**step) / corrected
            left = np.einsum("ri,ij,rj->r", weights - goal, hessian, weights - goal)
            arrived = left <= 1e-3 * (goal @ hessian @ goal)
            needed = np.where(arrived, np.minimum(needed, step), np.inf)
            if step % 100 == 0 and step > 2 * needed.min():
                break
    return float(needed.min())


def offset_columns(offset, count=2, n=500, seed=0):
    """Uncorrelated columns, uniform on `offset` - 1 to `offset` + 1, and a target on which all act alike but for sign.

    An offset of 1 makes all of them positive. (n, count), (n,).
    """
    rng = np.random.default_rng(seed)
    columns = rng.uniform(-1, 1, (n, count))
    return columns + offset, columns @ rng.choice([-1.0, 1.0], count)


def one_sign_share(n=1000, seed=0):
    """Share of samples with positive inputs for which the gradient of a linear unit has one sign in all weights."""
    rng = np.random.default_rng(seed)
    inputs, weights = rng.uniform(0, 2, (n, 5)), rng.standard_normal((n, 5))
    error = np.sum(weights * inputs, axis=1) - 1
    signs = np.sign(error[:, None] * inputs)
    return float(np.mean(np.abs(signs.sum(axis=1)) == 5))


def rotated(points, angle):
    """The centered points (n, 2) on axes that are turned by `angle` degrees, counterclockwise."""
    turn = np.radians(angle)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (points - points.mean(axis=0)) @ axes
