"""Explorer of lecture 06: how weights start, and the histogram of every layer's outputs."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import ROLES, new_figure
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.signal import Draws, draw, he, lecun, propagate

# All the random numbers that any setting needs are drawn once: drawing takes as long as multiplying.
MOST_LAYERS, MOST_UNITS, SEED = 20, 500, 0
# Of the 1000 samples of the classic experiment, so many are sent through and back, and so many outputs of each layer
# are counted for its histogram. The picture is the same and comes in under 0.1 s, also for the slow functions.
SAMPLES, SAMPLES_BACK, KEPT = 250, 100, 20_000
BINS, REACH = 41, 2.0  # of the histograms; what lies outside counts in the last bin
EDGES = 1e-8, 1e6  # of the logarithmic axis

SCHEMES = {
    "the scale itself": (lambda fan_in, fan_out: 1.0, "normal"),
    "1/sqrt(fan_in), normal": (lecun, "normal"),
    "1/sqrt(fan_in), uniform": (lecun, "uniform"),
    "sqrt(2/fan_in), normal": (he, "normal"),
    "sqrt(2/fan_in), uniform": (he, "uniform"),
}
SHOWN = ("identity", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "selu", "gelu")


class InitializationExplorer(Explorer):
    controls: ClassVar[dict] = {
        "scheme": Choice("standard deviation", tuple(SCHEMES), "1/sqrt(fan_in), normal"),
        "scale": Slider("times scale", 0.01, 3.0, 0.01, 1.0),
        "activation": Choice("activation", SHOWN, "tanh"),
        "depth": Slider("layers", 1, MOST_LAYERS, 1, 10),
        "width": Slider("units a layer", 50, MOST_UNITS, 50, 500),
    }
    telling = "scale"

    def build(self):
        figure, (histograms, lines) = new_figure(1, 2, width=10, height=4.2, width_ratios=(3, 2))
        edges = np.linspace(-REACH, REACH, BINS + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        self.ridges = []
        for layer in range(1, MOST_LAYERS + 1):
            # Later layers stand in front, like a row of hills.
            (line,) = histograms.plot(middles, np.full(BINS, -layer), color=ROLES["forward"]["color"], linewidth=1)
            self.ridges.append(line)
        histograms.set(title="outputs of each layer", xlabel="output", ylabel="layer", xlim=(-REACH, REACH))
        histograms.set(ylim=(-MOST_LAYERS - 0.5, 1), yticks=[-1, -5, -10, -15, -20])
        histograms.set_yticklabels(["1", "5", "10", "15", "20"])
        look = {"marker": "o", "markersize": 4}
        self.lines = [
            *lines.plot([1], [1], label="outputs", **ROLES["forward"] | look),
            *lines.plot([1], [1], label="gradient", **ROLES["backward"] | look | {"marker": "s"}),
        ]
        lines.set(title="standard deviation by layer", xlabel="layer", xlim=(0, 21), ylim=EDGES, yscale="log")
        lines.set_xticks(range(0, 21, 5))
        lines.axhline(1, **ROLES["reference"])
        lines.legend(loc="lower left")
        self._draws = {}
        return figure, [*self.ridges, *self.lines]

    def update(self, scheme, scale, activation, depth, width):
        function = ACTIVATIONS[activation]
        deviation, distribution = SCHEMES[scheme]
        with np.errstate(over="ignore", invalid="ignore"):  # a signal that explodes is a result here
            signal = propagate(
                function.function,
                function.derivative,
                weight_scale=lambda fan_in, fan_out: scale * deviation(fan_in, fan_out),
                draws=self._drawn(distribution, depth, width),
                keep=KEPT,
                samples_back=SAMPLES_BACK,
            )
        for layer, ridge in enumerate(self.ridges):
            ridge.set_visible(layer < depth)
            if layer < depth:
                ridge.set_ydata(-(layer + 1) + _heights(signal.outputs[layer]))
        layers = np.arange(1, depth + 1)
        for line, values in zip(self.lines, (signal.stds, signal.gradient_stds), strict=True):
            line.set_data(layers, np.clip(np.nan_to_num(values, nan=EDGES[1]), *EDGES))
        return _sentence(signal, depth)

    def describe(self, scheme, scale, activation, depth, width):
        return (
            f"Left, a histogram of the outputs of each of {depth} {activation} layers of {width} units, one below the "
            f"other; right, the standard deviations of outputs and gradient by layer. "
            f"Weights: {scheme}, times {scale:g}."
        )

    def _drawn(self, distribution, depth, width):
        """The first layers and units of everything that was drawn."""
        if distribution not in self._draws:
            self._draws[distribution] = draw(MOST_LAYERS, MOST_UNITS, SAMPLES, SEED, distribution)
        every = self._draws[distribution]
        weights = [weights[:width, :width] for weights in every.weights[:depth]]
        return Draws(every.inputs[:, :width], weights, every.gradient[:, :width])


def _heights(outputs):
    """A histogram between -REACH and REACH, as shares of the largest bin, at most 1.5 layers high."""
    with np.errstate(invalid="ignore"):
        places = np.clip((outputs + REACH) * (BINS / (2 * REACH)), 0, BINS - 1)
    counts = np.bincount(places.astype(np.intp), minlength=BINS)
    return 1.5 * counts / counts.max()


def _sentence(signal, depth):
    """What is seen, in words."""
    ends = f"{_number(signal.stds[0])} in layer 1, {_number(signal.stds[-1])} in layer {depth}"
    text = f"Outputs: standard deviation {ends}."
    if signal.saturated[-1] > 0.01:
        text += f" In layer {depth}, {100 * signal.saturated[-1]:.0f} % of the slopes are nearly 0."
    bottom, top = signal.gradient_stds[0], signal.gradient_stds[-1]
    text += f" Gradient: {_number(bottom)} in layer 1, {_number(top)} in layer {depth}."
    return f"{text} (Computed from {SAMPLES} samples, the gradient from {SAMPLES_BACK}.)"


def _number(value):
    """Two digits near one, a power of ten far away."""
    if not np.isfinite(value):
        return "beyond all floats"
    return f"{value:.2g}" if 0.001 <= value < 1000 else "0" if value == 0 else f"about 10^{np.log10(value):.0f}"
