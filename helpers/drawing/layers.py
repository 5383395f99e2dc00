"""Signal and gradient, layer by layer: the figure that several lectures share."""

import numpy as np

from .style import ROLES, described, looks, new_figure


def draw_layers(signals):
    """Standard deviation of outputs and of gradients, layer by layer; `signals` is {name: Signal}, four at most."""
    figure, (left, right) = new_figure(1, 2)
    for look, (name, signal) in zip(looks(signals), signals.items(), strict=True):
        layers = np.arange(1, len(signal.stds) + 1)
        left.semilogy(layers, signal.stds, label=name, **look)
        right.semilogy(layers, signal.gradient_stds, label=name, **look)
    left.set(title="forward: the outputs", xlabel="layer", ylabel="standard deviation")
    right.set(title="backward: the gradient", xlabel="layer")
    for ax in (left, right):
        ax.set_xticks(layers)
        ax.axhline(1, **ROLES["reference"])
    right.legend()
    return described(figure, layers_in_words(signals))


def layers_in_words(signals):
    """What the two plots of `draw_layers` show, from the numbers that they draw."""
    last = max(len(signal.stds) for signal in signals.values())
    sentences = [
        f"Two plots with logarithmic axes over layers 1 to {last}: the standard deviation of the outputs, and of the "
        "gradient."
    ]
    for name, signal in signals.items():
        sentences.append(
            f"{name}: the outputs go from {signal.stds[0]:.2g} in layer 1 to {signal.stds[-1]:.2g} in layer "
            f"{len(signal.stds)}, the gradient from {signal.gradient_stds[-1]:.2g} there to "
            f"{signal.gradient_stds[0]:.2g} in layer 1."
        )
    return " ".join(sentences)
