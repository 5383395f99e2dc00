"""Explorer of lecture 03: a cloud of points, a transformation, and the way down the loss that it makes."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLACK, BLUE, GREEN, GREY, ROLES, VERMILLION, new_figure

from .experiments.transformations import TRANSFORMATIONS, cloud, descend, rotated, transformed
from .figures import TURN, level_lines

POINTS, STEPS, LINES = 200, 60, 5
REACH = 8.0  # of the left axes; what lies outside is drawn on the edge
WINDOW = 1.6  # of the right axes, whose unit is the way from the start to the goal
TRUE_WEIGHTS = np.array([1.0, -0.4])


class PreprocessingExplorer(Explorer):
    controls: ClassVar[dict] = {
        "name": Choice("transformation", TRANSFORMATIONS, "as it is"),
        "spread": Slider("2nd std. dev.", 0.5, 5.0, 0.5, 3.0),
        "correlation": Slider("correlation", 0.0, 0.95, 0.05, 0.6),
        "outlier": Slider("outlier", 0, 60, 5, 0),
        "share": Slider("rate / best rate", 0.1, 1.5, 0.05, 1.0),
    }
    telling = "share"

    def build(self):
        figure, (left, right) = new_figure(1, 2, width=9, height=4.2)
        left.axhline(0, **ROLES["reference"])
        left.axvline(0, **ROLES["reference"])
        on_the_edge = {"clip_on": False}  # whole, not half
        self.dots = left.plot([0], [0], ".", color=BLUE, markersize=4, alpha=0.6, **on_the_edge)[0]
        self.last = left.plot([0], [0], "x", color=VERMILLION, markersize=8, markeredgewidth=2, **on_the_edge)[0]
        left.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        left.set(title="the table (cross: the outlier)", ylabel="second column")
        left.set(xlabel="first column (what lies beyond is drawn on the edge)")
        self.lines = [right.plot(TURN, TURN, color=GREY, linewidth=0.8)[0] for _ in range(LINES)]
        self.path = right.plot([0], [0], color=VERMILLION, marker="o", markersize=3, linewidth=1.2)[0]
        right.plot([0], [0], marker="*", color=BLACK, markersize=11)
        right.set(xlim=(-WINDOW, WINDOW), ylim=(-WINDOW, WINDOW), aspect="equal", title="loss and descent")
        right.set(xlabel="first weight, from the goal", ylabel="second weight, from the goal")
        return figure, [self.dots, self.last, *self.lines, self.path]

    def update(self, name, spread, correlation, outlier, share):
        ordinary = cloud(POINTS, correlation, spread)
        target = (ordinary - ordinary.mean(axis=0)) @ TRUE_WEIGHTS
        table = transformed(cloud(POINTS, correlation, spread, outlier), name)
        best = descend(table, target)
        descent = descend(table, target, share * best.rate, STEPS)
        shown = np.clip(table, -REACH, REACH)
        self.dots.set_data(*shown[:-1].T)
        self.last.set_data(*shown[-1:].T)
        unit = np.linalg.norm(descent.goal)
        for line, ellipse in zip(self.lines, level_lines(descent, LINES), strict=True):
            line.set_data(*((ellipse - descent.goal) / unit).T)
        self.path.set_data(*np.clip((descent.path - descent.goal) / unit, -10, 10).T)
        steps = descent.steps_needed
        arrives = (
            f"{steps} step{'s' * (steps != 1)} to a thousandth of the loss"
            if np.isfinite(steps)
            else "it never arrives"
        )
        deviations = table[:-1].std(axis=0)
        return (
            f"Standard deviations of the ordinary points: {deviations[0]:.2f} and {deviations[1]:.2f}. The condition "
            f"number of the loss is {descent.stretch:.1f}. Learning rate {descent.rate:.2g}: {arrives}."
        )

    def describe(self, name, spread, correlation, outlier, share):
        outlying = f"one point lies {outlier} to the right of where it belongs" if outlier else "no point lies far out"
        return (
            f"Left, {POINTS} points of two columns, {name}. Before that their correlation is {correlation:g}, the "
            f"second standard deviation {spread:g}, and {outlying}. Right, the loss of a linear model on the table "
            f"that is shown, as level lines, and the path of gradient descent with {share:g} times the best rate."
        )


class RotationExplorer(Explorer):
    controls: ClassVar[dict] = {
        "angle": Slider("angle, degrees", 0, 180, 1, 20),
        "correlation": Slider("correlation", 0.0, 0.95, 0.05, 0.9),
        "spread": Slider("2nd std. dev.", 0.5, 5.0, 0.5, 3.0),
    }

    def build(self):
        figure, (left, right) = new_figure(1, 2, width=9, height=4.0)
        self.dots = left.plot([0], [0], ".", color=BLUE, markersize=4, alpha=0.6, clip_on=False)[0]
        self.first = left.plot([0], [0], color=VERMILLION, linewidth=2)[0]
        self.second = left.plot([0], [0], color=GREEN, linewidth=2, linestyle="--")[0]
        left.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", title="the table and two new axes")
        self.turned = right.plot([0], [0], ".", color=BLUE, markersize=4, alpha=0.6, clip_on=False)[0]
        right.axhline(0, color=VERMILLION, linewidth=1)
        right.axvline(0, color=GREEN, linewidth=1, linestyle="--")
        right.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", title="seen from the new axes")
        right.set(xlabel="first new column", ylabel="second new column")
        return figure, [self.dots, self.first, self.second, self.turned]

    def update(self, angle, correlation, spread):
        points = cloud(POINTS, correlation, spread)
        turned = rotated(points, angle)
        self.dots.set_data(*np.clip(points - points.mean(axis=0), -REACH, REACH).T)
        self.turned.set_data(*np.clip(turned, -REACH, REACH).T)
        ends = np.array([[-REACH, REACH]])
        for line, turn in ((self.first, np.radians(angle)), (self.second, np.radians(angle + 90))):
            line.set_data(ends[0] * np.cos(turn), ends[0] * np.sin(turn))
        covariance = np.cov(turned.T, bias=True)
        return (
            f"At {angle} degrees the new columns have the variances {covariance[0, 0]:.2f} and "
            f"{covariance[1, 1]:.2f}, and the covariance {covariance[0, 1]:.2f}."
        )

    def describe(self, angle, correlation, spread):
        return (
            f"Left, {POINTS} centered points with a correlation of {correlation:g} and two axes at right angles, the "
            f"first at {angle} degrees. Right, the same points with these axes as coordinates."
        )
