"""The explorer of lecture 01: an error on its way back through a network that fits on a page."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLUE, GREY, VERMILLION, YELLOW, new_figure

from .experiments import Small, passed

STEPS = (
    "forward: hidden units",
    "forward: outputs and error",
    "backward: outputs",
    "backward: hidden units",
    "gradients",
)
WEIGHTS = tuple(f"w{i}" for i in range(1, 9))
PLACES = {"x1": (0, 1), "x2": (0, 0), "h1": (1.4, 1), "h2": (1.4, 0), "o1": (2.8, 1), "o2": (2.8, 0)}
# w1, w2 lead to h1, w3, w4 to h2; w5, w6 to o1, w7, w8 to o2.
EDGES = ("x1 h1", "x2 h1", "x1 h2", "x2 h2", "h1 o1", "h2 o1", "h1 o2", "h2 o2")
DEFAULTS = dict(zip(WEIGHTS, Small().w, strict=True))
KEY = (
    (-0.25, "above a unit: its output", BLUE),
    (0.68, "below a unit: δ, the gradient of the error with respect to its weighted sum", VERMILLION),
    (2.95, "below a weight: its gradient", "black"),
)


class BackpropagationExplorer(Explorer):
    """Choose a weight, give it a value, and go through the passes step by step."""

    controls: ClassVar = {
        "weight": Choice("weight", WEIGHTS, "w5"),
        "change": Slider("change it by", -2.0, 2.0, 0.05, 0.0),
        "target": Slider("target of o1", 0.01, 0.99, 0.01, 0.01),
        "step": Slider("step", 1, len(STEPS), 1, len(STEPS)),
    }

    def build(self):
        figure, ax = new_figure(width=9, height=3.8)
        ax.set(xlim=(-0.5, 3.9), ylim=(-0.72, 1.5))
        ax.axis("off")
        for edge in EDGES:
            start, end = (np.array(PLACES[name]) for name in edge.split())
            ax.plot(*zip(start, end, strict=True), color=GREY, linewidth=1, zorder=1)
        for name, place in PLACES.items():
            ax.plot(*place, "o", markersize=34, color="white", markeredgecolor=BLUE, zorder=2)
            ax.text(*place, name, ha="center", va="center", zorder=3)
        self.values = {name: ax.text(x, y + 0.27, "", ha="center", color=BLUE) for name, (x, y) in PLACES.items()}
        self.backs = {name: ax.text(x, y - 0.36, "", ha="center", color=VERMILLION) for name, (x, y) in PLACES.items()}
        self.on_edges = []
        for number, edge in enumerate(EDGES):
            start, end = (np.array(PLACES[name]) for name in edge.split())
            x, y = start + (0.28 if number % 2 == 0 else 0.45) * (end - start)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
            self.on_edges.append(ax.text(x, y, "", ha="center", va="center", fontsize=8, bbox=box, zorder=4))
        self.targets = [ax.text(3.02, PLACES[name][1], "", va="center") for name in ("o1", "o2")]
        self.error = ax.text(3.6, 0.5, "", ha="center", va="center")
        for x, said, color in KEY:
            ax.text(x, -0.68, said, color=color, fontsize=8)
        return figure, [*self.values.values(), *self.backs.values(), *self.on_edges, *self.targets, self.error]

    def update(self, weight, change, target, step):
        weights = list(Small().w)
        place = WEIGHTS.index(weight)
        weights[place] += change
        net = Small(target=(target, Small().target[1]), w=tuple(weights))
        there = passed(net)
        forward = dict(zip(PLACES, [*net.x, *there.hidden, *there.out], strict=True))
        known = 2 + 2 * min(step, 2)
        for number, name in enumerate(PLACES):
            self.values[name].set_text(f"{forward[name]:.4f}" if number < known else "")
        backward = dict(zip(("o1", "o2", "h1", "h2"), [*there.d_sums_out, *there.d_sums_hidden], strict=True))
        shown = {"o1", "o2"} if step == 3 else {"o1", "o2", "h1", "h2"} if step > 3 else set()
        for name in PLACES:
            self.backs[name].set_text(f"δ = {backward[name]:.4f}" if name in shown else "")
        for number, text in enumerate(self.on_edges):
            gradient = f"\n{there.d_w[number]:+.4f}" if step == len(STEPS) else ""
            text.set_text(f"{WEIGHTS[number]} = {weights[number]:.2f}{gradient}")
            text.get_bbox_patch().set_facecolor(YELLOW if number == place else "white")
        for text, wanted in zip(self.targets, net.target, strict=True):
            text.set_text(f"target {wanted:.2f}")
        self.error.set_text(f"error\n{there.error:.4f}" if step >= 2 else "")
        return f"Step {step}, {STEPS[step - 1]}. " + _factors(weight, place, there, net, step)

    def describe(self, weight, change, target, step):
        return (
            f"A network with two inputs, two hidden units and two outputs, with the targets {target:.2f} and "
            f"{Small().target[1]:.2f}; {weight}, on yellow ground, is changed by {change:.2f}."
        )


def _factors(weight, place, there, net, step) -> str:
    """What the step has found: at the end the gradient of one weight as its product, in words."""
    if step == 1:
        return f"The hidden units give {there.hidden[0]:.4f} and {there.hidden[1]:.4f}."
    if step < len(STEPS):
        return f"The error is {there.error:.4f}."
    unit = place // 2 % 2
    if place >= 4:
        came_back, output = f"{there.d_out[unit]:.4f} (output minus target)", there.out[unit]
        went_in = f"{there.hidden[place % 2]:.4f} (output of the hidden unit)"
    else:
        came_back, output = f"{there.d_hidden[unit]:.4f} (the error that came back)", there.hidden[unit]
        went_in = f"{net.x[place % 2]:.2f} (input)"
    product = f"{came_back} x {output * (1 - output):.4f} (derivative of the sigmoid) x {went_in}"
    return f"The gradient of {weight} is {product} = {there.d_w[place]:.5f}. The error is {there.error:.4f}."
