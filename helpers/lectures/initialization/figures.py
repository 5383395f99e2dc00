"""The figures of lecture 06."""

import numpy as np
from matplotlib.colors import TwoSlopeNorm

from helpers.drawing.style import BLACK, COMPARED, GREY, ROLES, described, new_figure

FIFTH = {"color": BLACK, "linestyle": "-", "marker": "v", "markersize": 5}
LIMIT = 6  # of the maps, in powers of ten; what lies beyond has the color of the end


def draw_histograms(signals, reach=1.0):
    """Histograms of the outputs, one row an experiment, one column a layer; `signals` is {name: Signal}."""
    layers = len(next(iter(signals.values())).outputs)
    figure, axes = new_figure(len(signals), layers, 11, 0.6 + 1.5 * len(signals), sharex=True, squeeze=False)
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
    rows = []
    for name, signal in signals.items():
        last = np.abs(signal.outputs[-1])
        rows.append(
            f"{name}: {100 * np.mean(last < 0.1):.0f} % between -0.1 and 0.1, {100 * np.mean(last > 0.9):.0f} %"
        )
    return described(
        figure,
        f"Histograms of the outputs of {layers} layers, from {-reach:g} to {reach:g}. In the last layer, "
        f"{' beyond -0.9 or 0.9; '.join(rows)} beyond -0.9 or 0.9.",
    )


def draw_fans(fan_in, fan_out):
    """A dense layer as a graph: what one unit collects on the way forward, and what one input collects backward."""
    figure, axes = new_figure(1, 2, width=7.5, height=2.8)
    left, right = (np.linspace(-1, 1, count) for count in (fan_in, fan_out))
    unit, source = fan_out // 2, fan_in // 2
    titles = ("forward: one unit", "backward: one input")
    for ax, title, role in zip(axes, titles, ("forward", "backward"), strict=True):
        for i, low in enumerate(left):
            for j, high in enumerate(right):
                on = j == unit if role == "forward" else i == source
                look = {"color": ROLES[role]["color"], "linewidth": 1.8, "zorder": 2} if on else {"color": "#DDDDDD"}
                ax.plot([0, 1], [low, high], **look)
        ax.plot(np.zeros(fan_in), left, "o", color=BLACK, markersize=7, zorder=3)
        ax.plot(np.ones(fan_out), right, "o", color=BLACK, markersize=7, zorder=3)
        ax.set(title=title, xlim=(-0.15, 1.15), xticks=[0, 1], yticks=[])
        ax.set_xticklabels([f"{fan_in} inputs", f"{fan_out} units"])
        ax.spines[["left", "bottom"]].set_visible(False)
    return described(
        figure,
        f"A layer with {fan_in} inputs and {fan_out} units, drawn twice. Left, the {fan_in} lines that meet in one "
        f"unit are colored: fan_in. Right, the {fan_out} lines that leave one input are colored: fan_out.",
    )


def draw_densities(sigma):
    """A normal and a uniform distribution of the same standard deviation."""
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


def draw_depth_maps(maps, variances):
    """Depth against the variance of the weights: sizes of outputs (above) and of gradients (below) as colors.

    `maps` is {activation: (outputs, gradients)}, each (variances, depth).
    """
    figure, axes = new_figure(2, len(maps), 2.5 * len(maps), 4.8, sharex=True, sharey=True)
    norm = TwoSlopeNorm(0, -LIMIT, LIMIT)
    for column, (name, both) in zip(axes.T, maps.items(), strict=True):
        for ax, values in zip(column, both, strict=True):
            with np.errstate(divide="ignore"):
                powers = np.clip(np.nan_to_num(np.log10(values), nan=LIMIT, neginf=-LIMIT), -LIMIT, LIMIT)
            layers = np.arange(1, values.shape[1] + 1)
            image = ax.pcolormesh(layers, variances, powers, cmap="PuOr_r", norm=norm, shading="nearest")
            ax.set_yscale("log")
        column[0].set_title(name)
        column[1].set_xlabel("layer")
    axes[0, 0].set_ylabel("outputs\nvariance · fan_in")
    axes[1, 0].set_ylabel("gradient\nvariance · fan_in")
    axes[0, 0].set_yticks([0.25, 1, 4, 16], ["1/4", "1", "4", "16"])
    axes[0, 0].minorticks_off()
    bar = figure.colorbar(image, ax=axes, label="size", ticks=[-LIMIT, -3, 0, 3, LIMIT], extend="both")
    bar.set_ticklabels([f"$10^{{{power}}}$" for power in (-LIMIT, -3, 0, 3, LIMIT)])
    good = []
    for name, (outputs, gradients) in maps.items():
        ends = [np.array(variances)[(v > 0.1) & (v < 10)] for v in (outputs[:, -1], gradients[:, 0])]
        spans = [f"{part.min():.2g} to {part.max():.2g}" if part.size else "none" for part in ends]
        good.append(f"{name}: outputs {spans[0]}, gradients {spans[1]}")
    return described(
        figure,
        "Maps of layer against variance of the weights (times fan_in), above for the outputs and below for the "
        f"gradient. Variances with which the far end stays between a tenth and ten: {'; '.join(good)}.",
    )


def draw_epochs(panels, guessing):
    """Training accuracy in the first epochs, a panel an optimizer: {optimizer: {start: (seeds, epochs + 1)}}."""
    figure, axes = new_figure(1, len(panels), 4 * len(panels) + 1.5, 3.2, sharey=True, squeeze=False)
    looks = [*(ROLES[role] for role in COMPARED), FIFTH]
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for shift, (look, (name, runs)) in enumerate(zip(looks, curves.items(), strict=False)):
            middle = 100 * runs.mean(axis=0)
            # Curves that lie on each other are moved apart a little along the epochs.
            epochs = np.arange(len(middle)) + 0.08 * (shift - 2)
            ax.errorbar(epochs, middle, 100 * runs.std(axis=0), label=name, capsize=2, elinewidth=0.8, **look)
        ax.axhline(100 * guessing, **ROLES["reference"])
        ax.set(title=title, xlabel="epoch", ylim=(0, 102))
    axes[0, 0].set_ylabel("training accuracy in %")
    axes[0, 0].text(0.98, 0.02, "dotted: guessing", color=GREY, fontsize=9, ha="right", transform=axes[0, 0].transAxes)
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ends = "; ".join(
        f"{title}: " + ", ".join(f"{name} {100 * runs[:, -1].mean():.0f} %" for name, runs in curves.items())
        for title, curves in panels.items()
    )
    return described(figure, f"Training accuracy against the epoch, a line for each start. At the end, {ends}.")
