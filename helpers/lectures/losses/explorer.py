"""The explorer of lecture 05: a loss, its curve and its gradient, at two predictions."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLUE, GREY, ROLES, VERMILLION, new_figure

Z = np.linspace(-8, 8, 321)


def _p(z):
    return 1 / (1 + np.exp(-z))


# For the target 1: the loss and its slope, by the logit z.
LOSSES = {
    "cross-entropy": (lambda z, g: np.logaddexp(0, -z), lambda z, g: _p(z) - 1),
    "squared error": (lambda z, g: (1 - _p(z)) ** 2, lambda z, g: -2 * (1 - _p(z)) ** 2 * _p(z)),
    "focal": (
        lambda z, g: (1 - _p(z)) ** g * np.logaddexp(0, -z),
        lambda z, g: -((1 - _p(z)) ** g) * (g * _p(z) * np.logaddexp(0, -z) + 1 - _p(z)),
    ),
    "hinge": (lambda z, g: np.maximum(0, 1 - z), lambda z, g: np.where(z < 1, -1.0, 0.0)),
}


class LossExplorer(Explorer):
    """Two predictions for one target: what does each cost, and how hard does the loss pull?"""

    controls: ClassVar = {
        "loss": Choice("loss", tuple(LOSSES), "cross-entropy"),
        "target": Choice("target", (0, 1), 1),
        "first": Slider("logit A", -8.0, 8.0, 0.25, 2.0),
        "second": Slider("logit B", -8.0, 8.0, 0.25, -4.0),
        "gamma": Slider("gamma (focal)", 0.0, 5.0, 0.5, 2.0),
    }

    def build(self):
        figure, (left, right) = new_figure(1, 2, width=9, height=3.2)
        left.set(xlim=(-8, 8), ylim=(0, 8), xlabel="logit", ylabel="loss")
        right.set(xlim=(-8, 8), ylim=(-2, 2), xlabel="logit", ylabel="gradient")
        right.axhline(0, **ROLES["reference"])
        self.curves = [ax.plot(Z, 0 * Z, color=color)[0] for ax, color in ((left, BLUE), (right, VERMILLION))]
        self.marks = [ax.plot([0, 0], [0, 0], "o", color=GREY, markersize=7)[0] for ax in (left, right)]
        self.letters = [ax.text(0, 0, letter, fontweight="bold") for ax in (left, right) for letter in "AB"]
        return figure, [*self.curves, *self.marks, *self.letters]

    def update(self, loss, target, first, second, gamma):
        value, slope = LOSSES[loss]
        sign = 1 if target == 1 else -1
        places = np.array([first, second])
        found = [value(sign * places, gamma), sign * slope(sign * places, gamma)]
        for curve, ys in zip(self.curves, (value(sign * Z, gamma), sign * slope(sign * Z, gamma)), strict=True):
            curve.set_data(Z, ys)
        for mark, ys in zip(self.marks, found, strict=True):
            mark.set_data(places, ys)
        for number, letter in enumerate(self.letters):
            letter.set_position((places[number % 2] + 0.2, found[number // 2][number % 2] + 0.15))
        losses, slopes = found
        p = _p(places)
        ratio = abs(slopes[1]) / max(abs(slopes[0]), 1e-12)
        compared = (
            f"The pull at B is {ratio:.2g} times that at A." if ratio < 1e6 else "At A the loss does not pull at all."
        )
        return (
            f"A: probability {p[0]:.3f}, loss {losses[0]:.3f}, gradient {slopes[0]:.3f}. "
            f"B: probability {p[1]:.3f}, loss {losses[1]:.3f}, gradient {slopes[1]:.3f}. {compared}"
        )

    def describe(self, loss, target, first, second, gamma):
        return f"The {loss} and its gradient against the logit, for the target {target}, with two predictions marked."
