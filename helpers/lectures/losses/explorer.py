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
        left.set(xlim=(-9, 9), ylim=(-0.4, 10), xlabel="logit", ylabel="loss")
        right.set(xlim=(-9, 9), ylim=(-2, 2), xlabel="logit", ylabel="gradient")
        right.axhline(0, **ROLES["reference"])
        self.curves = [ax.plot(Z, 0 * Z, color=color)[0] for ax, color in ((left, BLUE), (right, VERMILLION))]
        self.marks = [ax.plot([0, 0], [0, 0], "o", color=GREY, markersize=7)[0] for ax in (left, right)]
        # Letters on opposite sides of their marks: both can be read where the marks lie on each other.
        self.letters = [
            ax.text(0, 0, letter, fontweight="bold", ha=side)
            for ax in (left, right)
            for letter, side in (("A", "left"), ("B", "right"))
        ]
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
            aside = (0.2, -0.2)[number % 2]
            letter.set_position((places[number % 2] + aside, found[number // 2][number % 2] + 0.15))
        if self.widgets:
            self.widgets["gamma"].disabled = loss != "focal"
        losses, slopes = found
        p = _p(places)
        a, b = (
            f"{letter}: probability {_short(p[i])}, loss {_short(losses[i])}, gradient {_short(slopes[i])}."
            for i, letter in enumerate("AB")
        )
        return f"{a} {b} {_compared(*np.abs(slopes))}"

    def describe(self, loss, target, first, second, gamma):
        return f"The {loss} and its gradient against the logit, for the target {target}, with two predictions marked."


def _short(number) -> str:
    """Three decimals, and for a smaller number its first digit: no sign before 0.000, and 0.000 is 0."""
    return f"{number:.3f}" if number == 0 or abs(number) >= 0.0005 else f"{number:.1g}"


def _compared(a, b) -> str:
    """How hard the loss pulls at the two predictions, in words: the larger size of the gradient over the smaller."""
    if a == b == 0:
        return "The loss pulls at neither of them."
    (small, less), (large, more) = sorted([(a, "A"), (b, "B")])
    if small == 0:
        return f"At {less} the loss does not pull at all."
    ratio = float(f"{large / small:.2g}")
    if ratio == 1:
        return "The loss pulls equally hard at both."
    if ratio >= 1e6:
        return f"At {less} the loss hardly pulls at all."
    return f"The pull at {more} is {ratio:,.{1 if ratio < 10 else 0}f} times that at {less}."
