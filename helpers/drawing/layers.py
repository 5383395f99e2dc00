"""Signal and gradient, layer by layer: the figure that several lectures share."""

import numpy as np

from .style import COMPARED, ROLES, described, new_figure


def draw_layers(signals):
    """Deviation of outputs and of gradients, layer by layer; `signals` is {name: Signal}, four at most."""
    figure, (left, right) = new_figure(1, 2)
    for role, (name, signal) in zip(COMPARED, signals.items(), strict=False):
        layers = np.arange(1, len(signal.stds) + 1)
        left.semilogy(layers, signal.stds, label=name, **ROLES[role])
        right.semilogy(layers, signal.gradient_stds, label=name, **ROLES[role])
    left.set(title="forward: deviation of the outputs", xlabel="layer", ylabel="standard deviation")
    right.set(title="backward: deviation of the gradient", xlabel="layer")
    for ax in (left, right):
        ax.set_xticks(layers)
        ax.axhline(1, **ROLES["reference"])
    right.legend()
    ends = (f"{name}: {s.stds[-1]:.1e} and {s.gradient_stds[0]:.1e}" for name, s in signals.items())
    return described(figure, "Outputs in the last layer and gradients in the first, as lines. " + "; ".join(ends) + ".")
