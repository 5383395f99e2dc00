"""The explorer of lecture 08: two rules race on a surface, each at its own best rate."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLACK, BLUE, VERMILLION, YELLOW, new_figure

from .experiments import RULES, SURFACES, path

STEPS = 60
RATES = np.geomspace(1e-3, 3, 30)
VIEW = ((-2.2, 2.2), (-1.6, 1.6))
MINIMA = {"valley": [(0, 0)], "ravine": [(0, 0)], "saddle": [(-2, 0), (2, 0)], "Rosenbrock": [(1, 1)]}
STARTS = {"valley": (-2.0, 1.0), "ravine": (-2.0, 0.5), "saddle": (0.02, 1.2), "Rosenbrock": (-1.5, 1.2)}
GRID = np.stack(np.meshgrid(np.linspace(*VIEW[0], 110), np.linspace(*VIEW[1], 80)), axis=-1)
BEST, WORST = 1e-5, 100.0  # what lies beyond is drawn at the edge


class RaceExplorer(Explorer):
    """Choose a surface and two rules; each takes 60 steps at every one of 30 rates, and its best path is drawn."""

    controls: ClassVar = {
        "surface": Choice("surface", tuple(SURFACES), "valley"),
        "condition": Slider("condition", 1, 100, 1, 100),
        "noise": Slider("noise", 0.0, 1.0, 0.1, 0.0),
        "first": Choice("first rule", tuple(RULES), "SGD"),
        "second": Choice("second rule", tuple(RULES), "momentum"),
    }

    def build(self):
        figure, (left, right) = new_figure(1, 2, width=9.5, height=3.6, width_ratios=[3, 2])
        left.set(xlim=VIEW[0], ylim=VIEW[1], xlabel="weight 1", ylabel="weight 2")
        right.set(xlim=(RATES[0], RATES[-1]), ylim=(BEST, WORST), xscale="log", yscale="log")
        right.set(xlabel="learning rate", ylabel="loss after 60 steps")
        extent = (*VIEW[0], *VIEW[1])
        bands = np.zeros(GRID.shape[:2])
        self.ground = left.imshow(bands, origin="lower", extent=extent, aspect="auto", cmap="Greys", vmin=-4, vmax=16)
        left.set_title("\N{BLACK STAR} minimum; the loss doubles from one gray band to the next")
        right.set_title(" ")  # keeps the place for the names of the rules
        looks = ((BLUE, "o", "-"), (VERMILLION, "s", "--"))
        self.paths = [
            left.plot([], [], marker=m, color=c, linestyle=s, markersize=3, linewidth=1)[0] for c, m, s in looks
        ]
        self.curves = [right.plot([], [], color=c, linestyle=s)[0] for c, _, s in looks]
        self.marks = [right.plot([], [], marker=m, color=c, markersize=7)[0] for c, m, _ in looks]
        self.minima = left.plot([], [], "*", markersize=13, color=YELLOW, markeredgecolor=BLACK, linestyle="none")[0]
        self.start = left.text(0, 0, "start", ha="center", va="bottom")
        # A legend that is drawn anew with each frame would take longer than all the rest.
        beside, self.names = {"transform": right.transAxes, "clip_on": False}, []
        for x, (c, m, s) in zip((0.02, 0.55), looks, strict=True):
            right.plot([x, x + 0.1], [1.05, 1.05], marker=m, color=c, linestyle=s, **beside)
            self.names.append(right.text(x + 0.14, 1.05, "", va="center", **beside))
        moving = [self.ground, self.minima, *self.paths, self.start, *self.names, *self.curves, *self.marks]
        return figure, moving

    def update(self, surface, condition, noise, first, second):
        value, gradient = SURFACES[surface](float(condition))
        # Bands: the loss doubles from one to the next.
        self.ground.set_data(np.floor(np.log2(np.maximum(value(GRID), 2**-6))) % 2 * 2)
        self.minima.set_data(*np.transpose(MINIMA[surface]))
        self.start.set_position(np.add(STARTS[surface], (0.0, 0.08)))
        for text, rule in zip(self.names, (first, second), strict=True):
            text.set_text(rule)
        found = []
        for rule, line, curve, mark in zip((first, second), self.paths, self.curves, self.marks, strict=True):
            places, losses = raced(rule, value, gradient, STARTS[surface], noise)
            best = int(losses.argmin())
            line.set_data(*np.clip(places[:, best], -9, 9).T)
            curve.set_data(RATES, np.clip(losses, BEST, WORST))
            mark.set_data([RATES[best]], [max(losses[best], BEST)])
            found.append((rule, losses[best], RATES[best]))
        (_, a, _), (_, b, _) = found
        sentences = [f"{rule}: loss {_reached(loss)} at its best rate, {rate:.2g}." for rule, loss, rate in found]
        if first == second:
            return sentences[0]
        if max(a, b) < BEST:
            return " ".join([*sentences, "Both are there."])
        return " ".join([*sentences, f"Ahead: {first if a < b else second}."])

    def describe(self, surface, condition, noise, first, second):
        return (
            f"Paths of {first} and {second} on the surface {surface} with condition {condition} and noise {noise:g}, "
            "and the loss that each reaches by learning rate."
        )


def _reached(loss) -> str:
    return f"{loss:.2g}" if loss >= BEST else f"below {BEST:.5f}"


def raced(rule, value, gradient, start, noise, seed=0):
    """Paths (STEPS + 1, rates, 2) at all rates, and the loss at the end of each (median of the last steps if noisy)."""
    rng = np.random.default_rng(seed)
    starts = np.tile(np.array(start), (len(RATES), 1))

    def with_noise(w):
        # The same noise at every rate, so that the curve is smooth.
        return np.clip(gradient(w), -1e6, 1e6) + (noise * rng.normal(size=2) if noise else 0.0)

    places = path(RULES[rule], with_noise, starts, RATES[:, None], STEPS)
    with np.errstate(over="ignore", invalid="ignore"):
        losses = np.median(value(places[-10:]), axis=0) if noise else value(places[-1])
    return places, np.nan_to_num(losses, nan=np.inf, posinf=np.inf)
