"""The explorer of lecture 09: a curve fitted to noisy points, and a remedy whose strength one chooses."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLACK, GREY, ROLES, new_figure

from .experiments import CURVE_REMEDIES, LEVELS, PLACES, path, true_curve

UNITS = {
    "L2": "lambda = {:.2g}",
    "L1": "lambda = {:.2g}",
    "early stopping": "{:,.0f} steps",
    "dropout": "rate {:.2f}",
}
LOW, HIGH = 0.03, 3.0  # of the errors that are drawn


class CurveExplorer(Explorer):
    """Thirty bumps are fitted to a few noisy points. How strong should the remedy be?"""

    controls: ClassVar = {
        "remedy": Choice("remedy", CURVE_REMEDIES, "L2"),
        "strength": Slider("strength", 0, LEVELS - 1, 1, 2),
        "points": Slider("points", 8, 60, 4, 20),
        "noise": Slider("noise", 0.0, 0.6, 0.1, 0.3),
        "seed": Slider("draw", 0, 9, 1, 0),
    }

    def build(self):
        figure, (left, right) = new_figure(1, 2, width=9, height=3.5)
        left.set(xlim=(0, 1), ylim=(-2.8, 2.8), xlabel="x", ylabel="y")
        left.plot(PLACES, true_curve(PLACES), **ROLES["reference"], label="true curve")
        right.set(xlim=(-0.7, LEVELS - 0.3), ylim=(LOW, HIGH), yscale="log", xlabel="strength", ylabel="error (RMS)")
        right.set_xticks(range(0, LEVELS, 5))
        self.fit = left.plot(PLACES, 0 * PLACES, **ROLES["function"], label="fitted curve")[0]
        self.points = left.plot([], [], "o", color=BLACK, markersize=4, label="training points")[0]
        # Above the picture: a curve that swings may go anywhere in it.
        left.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, columnspacing=1)
        steps = np.arange(LEVELS)
        self.curves = [right.plot(steps, steps + 1.0, **ROLES[role], label=role)[0] for role in ("train", "test")]
        self.mark = right.axvline(0, color=GREY, linewidth=1)
        right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        return figure, [self.fit, self.points, *self.curves, self.mark]

    def update(self, remedy, strength, points, noise, seed):
        found = path(remedy, points, round(noise, 1), seed)
        self.fit.set_ydata(np.clip(found.fits[strength], -5, 5))
        self.points.set_data(found.x, found.y)
        for curve, errors in zip(self.curves, (found.train, found.test), strict=True):
            curve.set_ydata(np.clip(errors, LOW, HIGH))
        self.mark.set_xdata([strength, strength])
        best = int(found.test.argmin())
        unit = UNITS[remedy].format(found.strengths[strength])
        return (
            f"{remedy}, {unit}: training error {found.train[strength]:.2f}, test error {found.test[strength]:.2f}; "
            f"weights that are not 0: {np.sum(np.abs(found.weights[strength]) > 1e-6)} of 30. "
            f"The test error is smallest at strength {best}, {found.test[best]:.2f}."
        )

    def describe(self, remedy, strength, points, noise, seed):
        return f"A curve fitted to {points} noisy points with {remedy}; beside it the errors by strength."
