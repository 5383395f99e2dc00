"""Explorer of lecture 04: two activation functions, their derivatives, and what a stack of layers makes of each."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLUE, ROLES, VERMILLION, new_figure
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.signal import FLAT, propagate

# Small enough for a redraw in a tenth of a second, large enough for the picture of the classic 500 x 1000.
WIDTH, SAMPLES, SEED = 100, 200, 0
EDGES = 1e-9, 1e4  # of the logarithmic axes; what lies outside is drawn on the edge


class ActivationExplorer(Explorer):
    controls: ClassVar[dict] = {
        "first": Choice("first function", tuple(ACTIVATIONS), "relu"),
        "second": Choice("second function", tuple(ACTIVATIONS), "sigmoid"),
        "depth": Slider("layers", 2, 20, 1, 10),
        "scale": Slider("weight scale", 0.2, 12.0, 0.2, 1.0),
        "width": Slider("units a layer", 20, 200, 20, WIDTH),
    }
    telling = "scale"

    def build(self):
        figure, (functions, forward, backward) = new_figure(1, 3, width=10, height=3.4)
        self.x = np.linspace(-6, 6, 241)
        self.curves, self.slopes, self.stds, self.gradients = [], [], [], []
        for color, marker, line in ((BLUE, "o", "-"), (VERMILLION, "s", "--")):
            self.curves += functions.plot(self.x, self.x, color=color, linestyle=line)
            self.slopes += functions.plot(self.x, self.x, color=color, linestyle=":")
            look = {"color": color, "marker": marker, "markersize": 4, "linestyle": line}
            self.stds += forward.plot([1], [1], **look)
            self.gradients += backward.plot([1], [1], **look)
        functions.axhline(0, **ROLES["reference"])
        functions.set(title="function, and derivative (dotted)", xlabel="x", xlim=(-6, 6), ylim=(-2, 3))
        for ax, title in ((forward, "forward: std of the outputs"), (backward, "backward: std of the gradient")):
            ax.set(title=title, xlabel="layer", xlim=(0, 21), ylim=EDGES, yscale="log", xticks=range(0, 21, 5))
            ax.axhline(1, **ROLES["reference"])
        self.legend = functions.legend(self.curves, ["first", "second"], loc="upper left")
        return figure, [*self.curves, *self.slopes, *self.stds, *self.gradients, self.legend]

    def update(self, first, second, depth, scale, width):
        sentences = []
        for i, name in enumerate((first, second)):
            activation = ACTIVATIONS[name]
            signal = propagate(
                activation.function, activation.derivative, depth, width, SAMPLES, scale * width**-0.5, SEED
            )
            layers = np.arange(1, depth + 1)
            self.curves[i].set_ydata(activation.function(self.x))
            self.slopes[i].set_ydata(activation.derivative(self.x))
            self.stds[i].set_data(layers, np.clip(signal.stds, *EDGES))
            self.gradients[i].set_data(layers, np.clip(signal.gradient_stds, *EDGES))
            self.legend.get_texts()[i].set_text(name)
            sentences.append(_sentence(name, signal))
            if not all(EDGES[0] <= value <= EDGES[1] for value in (*signal.stds, *signal.gradient_stds)):
                sentences.append(f"Some values of {name} are outside the frame; they are drawn on its edge.")
        return " ".join(sentences)

    def describe(self, first, second, depth, scale, width):
        return (
            f"Three plots compare {first} and {second}: the functions with their derivatives, and the standard "
            f"deviation of the outputs and of the gradient in each of {depth} layers of {width} units, "
            f"weights of standard deviation {scale:g}/sqrt(fan_in)."
        )


def _sentence(name, signal):
    """What happened to one function's signal and gradient, in words."""
    worst = int(np.argmax(signal.saturated))
    kept = signal.gradient_stds[0] / signal.gradient_stds[-1] if signal.gradient_stds[-1] > 0 else 0.0
    gradient = "no gradient comes back" if kept == 0 else f"layer 1 gets {_times(kept)} the gradient of the last layer"
    text = f"{name}: {gradient}"
    if signal.silent[worst] > 0.01:
        text += f"; layer {worst + 1}: {100 * signal.silent[worst]:.0f} % of the outputs are exactly 0."
    elif signal.saturated[worst] > 0.01:
        share = f"{100 * signal.saturated[worst]:.0f} % of units saturated"
        text += f"; layer {worst + 1}: {share} (derivative below {FLAT:g})."
    else:
        text += "; no layer is saturated."
    return text


def _times(ratio):
    """A ratio in words that stay true from machine to machine: two digits near one, a power of ten far away."""
    if 0.01 <= ratio < 100:
        return f"{ratio:.2g} times"
    return f"about 10^{np.log10(ratio):.0f} times"
