"""The figures of lecture 06."""

import numpy as np

from helpers.drawing.style import BLACK, COMPARED, GREY, ROLES, described, new_figure

FIFTH = {"color": BLACK, "linestyle": "-", "marker": "v", "markersize": 5}


def draw_histograms(signals, reach=1.0):
    """Histograms of the outputs, one row an experiment, one column a layer; `signals` is {name: Signal}."""
    layers = len(next(iter(signals.values())).outputs)
    figure, axes = new_figure(len(signals), layers, 11, 0.4 + 1.5 * len(signals), sharex=True, squeeze=False)
    edges = np.linspace(-reach, reach, 31)
    for row, (name, signal) in zip(axes, signals.items(), strict=True):
        for ax, outputs in zip(row, signal.outputs, strict=True):
            ax.hist(np.clip(outputs, -reach, reach), bins=edges, color=ROLES["forward"]["color"])
            ax.set(yticks=[], xticks=[-reach, 0, reach])
            ax.set_xticklabels([f"{-reach:g}", "0", f"{reach:g}"], fontsize=8)
        row[0].set_ylabel(name, fontsize=9)
    for number, (top, bottom) in enumerate(zip(axes[0], axes[-1], strict=True), start=1):
        top.set_title(f"layer {number}", fontsize=9)
        bottom.set_xlabel("output", fontsize=8)
    rows = (
        f"{name}: {100 * np.mean(np.abs(signal.outputs[-1]) < 0.1):.0f} % of the outputs of the last layer are within 0.1 "
        f"of 0, {100 * np.mean(np.abs(signal.outputs[-1]) > 0.9):.0f} % are beyond 0.9 on either side"
        for name, signal in signals.items()
    )
    return described(
        figure, f"Histograms of the outputs of {layers} layers, from {-reach:g} to {reach:g}. " + "; ".join(rows) + "."
    )


def draw_densities(sigma):
    """A normal and a uniform distribution of the same deviation."""
    figure, ax = new_figure(width=6.5, height=2.6)
    limit = np.sqrt(3) * sigma
    x = np.linspace(-4 * sigma, 4 * sigma, 401)
    normal = np.exp(-((x / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
    ax.plot(x, normal, label="normal", **ROLES["first"] | {"marker": ""})
    ax.plot(
        [x[0], -limit, -limit, limit, limit, x[-1]],
        [0, 0, 1 / (2 * limit), 1 / (2 * limit), 0, 0],
        label="uniform",
        **ROLES["second"] | {"marker": ""},
    )
    for place in (-sigma, sigma):
        ax.axvline(place, **ROLES["reference"])
    ax.set_xticks([-limit, -sigma, 0, sigma, limit], ["-r", "-σ", "0", "σ", "r"])
    ax.set(yticks=[], ylim=(0, None), xlabel="weight", ylabel="density")
    ax.legend(loc="upper right")
    return described(
        figure,
        f"Two densities with the standard deviation {sigma:.4f}: a bell, which goes on beyond every limit, and a box "
        f"from {-limit:.4f} to {limit:.4f}, which is {limit / sigma:.2f} standard deviations to each side.",
    )


def draw_epochs(curves, guessing):
    """Accuracy in the first epochs under each start; `curves` is {name: accuracies}."""
    figure, ax = new_figure(width=6.5, height=3.2)
    looks = [*(ROLES[role] for role in COMPARED), FIFTH]
    for look, (name, accuracy) in zip(looks, curves.items(), strict=False):
        ax.plot(np.arange(1, len(accuracy) + 1), 100 * np.asarray(accuracy), label=name, **look)
    ax.axhline(100 * guessing, **ROLES["reference"])
    ax.text(1, 100 * guessing + 2, "guessing", color=GREY, fontsize=9)
    ax.set(xlabel="epoch", ylabel="training accuracy in %", ylim=(0, 102))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ends = ", ".join(f"{name} {100 * accuracy[-1]:.0f} %" for name, accuracy in curves.items())
    return described(
        figure, f"Training accuracy against the epoch, a line for each start. After the last epoch: {ends}."
    )
