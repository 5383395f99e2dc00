"""The figures of lecture 07."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.drawing.style import BLACK, COMPARED, GREY, ROLES, described, new_figure

WITHOUT, WITH = ROLES["second"], ROLES["first"]


def draw_units(before, after):
    """Pre-activations of a few units, (samples, units), as rows of dots: as they are, and normalized."""
    figure, axes = new_figure(1, 2, height=2.6, sharey=True)
    for ax, values, title in zip(axes, (before, after), ("pre-activations", "normalized"), strict=True):
        for unit, column in enumerate(values.T):
            look = ROLES[COMPARED[unit]]
            ax.plot(column, np.full(len(column), unit + 1), "o", color=look["color"], markersize=4, alpha=0.4)
            low, high = column.mean() - column.std(), column.mean() + column.std()
            ax.plot([low, high], [unit + 1.3] * 2, color=BLACK, linewidth=2)
            ax.plot(column.mean(), unit + 1.3, "k|", markersize=10)
        ax.axvline(0, **ROLES["reference"])
        ax.set(title=title, xlabel="value", ylim=(0.5, values.shape[1] + 0.7))
    axes[0].set_yticks(range(1, before.shape[1] + 1), [f"unit {unit}" for unit in range(1, before.shape[1] + 1)])
    clouds = "; ".join(
        f"unit {unit}: mean {a.mean():.1f} and standard deviation {a.std():.1f} before, "
        f"{abs(b.mean()):.1f} and {b.std():.1f} after"
        for unit, (a, b) in enumerate(zip(before.T, after.T, strict=True), start=1)
    )
    return described(figure, f"Rows of dots, one dot a sample, before and after normalizing. {clouds}.")


def draw_ten_layers(without, normalized):
    """Standard deviations forward and backward, layer by layer; both are {label: Signal} with the same labels."""
    figure, (left, right) = new_figure(1, 2, height=3.4)
    for role, (label, signal) in zip(COMPARED, without.items(), strict=False):
        layers = np.arange(1, len(signal.stds) + 1)
        left.semilogy(layers, signal.stds, label=label, **ROLES[role] | {"linestyle": ":"})
        right.semilogy(layers, signal.gradient_stds, **ROLES[role] | {"linestyle": ":"})
    for number, signal in enumerate(normalized.values()):
        label = "normalized, all three" if number == 0 else None
        left.semilogy(layers, signal.stds, color=BLACK, linewidth=2.5, label=label)
        right.semilogy(layers, signal.gradient_stds, color=BLACK, linewidth=2.5)
    left.set(title="forward: outputs", xlabel="layer", ylabel="standard deviation", ylim=(1e-7, 10))
    right.set(title="backward: gradients", xlabel="layer")
    for ax in (left, right):
        ax.set_xticks(layers)
    left.legend(loc="lower left")
    rows = "; ".join(
        f"{label}: outputs {without[label].stds[-1]:.1e} without and {signal.stds[-1]:.2f} with, gradients "
        f"{without[label].gradient_stds[0]:.1e} without and {signal.gradient_stds[0]:.2f} with"
        for label, signal in normalized.items()
    )
    return described(
        figure,
        "Standard deviations of outputs and of gradients over the layers, logarithmic, without the layer (dotted) and "
        f"with it (black). Outputs of the last layer and gradients of the first: {rows}.",
    )


def draw_influence(constant, full):
    """How each sample's input moves each sample's output, as two matrices (samples, samples)."""
    figure, axes = new_figure(1, 2, width=7.5, height=3.4, sharey=True)
    reach = np.abs(constant).max()
    titles = ("mean and variance held fixed", "as it is")
    for ax, matrix, title in zip(axes, (constant, full), titles, strict=True):
        image = ax.imshow(matrix, cmap="PuOr_r", vmin=-reach, vmax=reach)
        ax.set(title=title, xlabel="input of sample")
        ax.set_xticks(range(len(matrix)), range(1, len(matrix) + 1))
        ax.set_yticks(range(len(matrix)), range(1, len(matrix) + 1))
    axes[0].set_ylabel("output of sample")
    figure.colorbar(image, ax=axes, label="derivative")
    others = ~np.eye(len(full), dtype=bool)
    return described(
        figure,
        "Two matrices: the derivative of each output with respect to each input. With mean and variance fixed "
        f"the diagonal is {constant[0, 0]:.2f}, and {np.sum(np.abs(constant[others]) > 1e-3)} others are not. "
        f"As it is, the diagonal is {np.diag(full).mean():.2f} on average; {np.sum(np.abs(full[others]) > 1e-3)} of "
        f"the {others.sum()} other fields are not 0.",
    )


def draw_running(values, averages, goal):
    """Statistics of one batch after another, and what running averages make of them: {label: (updates + 1,)}."""
    figure, ax = new_figure(width=7.5, height=3.2)
    ax.plot(np.arange(1, len(values) + 1), values, ".", color=GREY, markersize=4, label="one batch")
    for role, (label, curve) in zip(COMPARED, averages.items(), strict=False):
        ax.plot(curve, label=label, **ROLES[role] | {"markevery": 20})
    ax.axhline(goal, **ROLES["reference"])
    ax.set(xlabel="update", ylabel="mean of the unit", ylim=(-0.5, goal + 2.5))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    arrivals = []
    for label, curve in averages.items():
        near = np.flatnonzero(np.abs(curve - goal) < abs(goal) / 10)
        arrivals.append(
            f"{label} comes within a tenth of it " + (f"after {near[0]} updates" if near.size else "nowhere")
        )
    return described(
        figure,
        f"Means of {len(values)} batches, dots around {goal:g}, and running averages from 0: {'; '.join(arrivals)}.",
    )


def draw_comparison(comparison, xlabel):
    """Accuracy against one setting, a line through the means and a marker for every seed; without and with."""
    figure, ax = new_figure(width=8, height=3.2)
    values = np.array(comparison.values)
    rows = zip(comparison.accuracy, (WITHOUT, WITH), ("without", "with batch normalization"), strict=True)
    for accuracy, look, label in rows:
        ax.plot(values, 100 * accuracy.mean(axis=1), label=label, **look)
        seeds = np.repeat(values, accuracy.shape[1])
        ax.plot(seeds, 100 * accuracy.ravel(), **look | {"linestyle": "", "alpha": 0.4})
    ax.axhline(10, **ROLES["reference"])
    ax.set_xscale("log")
    ax.set_xticks(values, [f"{value:g}" for value in values])
    ax.set_xticks([], minor=True)
    ax.set(xlabel=xlabel, ylabel="validation accuracy in %", ylim=(0, 102))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    rows = "; ".join(
        f"{name} batch normalization "
        + ", ".join(f"{100 * a:.0f} % at {v:g}" for v, a in zip(values, row, strict=True))
        for name, row in zip(("without", "with"), comparison.accuracy.mean(axis=2), strict=True)
    )
    return described(figure, f"Validation accuracy against the {xlabel}, a dot for each run: {rows}.")


def draw_learned(norms):
    """Histograms of gamma and beta after training, one row a layer; `norms` are trained BatchNormalization layers."""
    figure, axes = new_figure(2, len(norms), 9, 3.8, sharex="row", sharey=True, squeeze=False)
    words = []
    for number, (column, norm) in enumerate(zip(axes.T, norms, strict=True), start=1):
        for ax, values, start, name in zip(column, (norm.gamma, norm.beta), (1, 0), ("gamma", "beta"), strict=True):
            ax.hist(values, bins=15, color=ROLES["forward"]["color"])
            ax.axvline(start, **ROLES["reference"])
            ax.set_xlabel(name)
        column[0].set_title(f"layer {number}")
        words.append(
            f"layer {number}: gamma {norm.gamma.mean():.2f} ± {norm.gamma.std():.2f}, beta {norm.beta.mean():.2f} ± "
            f"{norm.beta.std():.2f}"
        )
    axes[0, 0].set_ylabel("units")
    axes[1, 0].set_ylabel("units")
    return described(
        figure, f"Histograms of gamma, which started at 1, and beta, which started at 0: {'; '.join(words)}."
    )


def draw_curves(curves):
    """Validation accuracy by epoch, mean and standard deviation over seeds: {name: (rate, (seeds, epochs + 1))}."""
    figure, ax = new_figure(width=7.5, height=3.2)
    for (name, (rate, runs)), look in zip(curves.items(), (WITHOUT, WITH), strict=True):
        epochs, middle, spread = np.arange(runs.shape[1]), 100 * runs.mean(axis=0), 100 * runs.std(axis=0, ddof=1)
        ax.plot(epochs, middle, label=f"{name}, rate {rate:g}", **look)
        ax.fill_between(epochs, middle - spread, middle + spread, color=look["color"], alpha=0.15, linewidth=0)
    ax.axhline(10, **ROLES["reference"])
    ax.set(xlabel="epoch", ylabel="validation accuracy in %", ylim=(0, 102))
    ax.legend(loc="lower right")
    words = "; ".join(
        f"{name} the layer, rate {rate:g}: {100 * runs[:, 1].mean():.0f} % after one epoch, "
        f"{100 * runs[:, -1].mean():.0f} % at the end"
        for name, (rate, runs) in curves.items()
    )
    return described(figure, f"Validation accuracy by epoch, mean and standard deviation over seeds. {words}.")


def draw_sharing(kinds):
    """Which (image, channel) fields share mean and variance with the first: {kind: booleans (images, channels)}."""
    figure, axes = new_figure(1, len(kinds), 10, 2.4, sharey=True)
    words = []
    for ax, (kind, same) in zip(axes, kinds.items(), strict=True):
        for (image, channel), on in np.ndenumerate(same):
            color = ROLES["first"]["color"] if on else "#EEEEEE"
            ax.add_patch(Rectangle((channel, image), 1, 1, facecolor=color, edgecolor="white", linewidth=2))
        ax.plot(0.5, 0.5, "x", color="white", markersize=9, markeredgewidth=2.5)
        images, channels = same.shape
        ax.set(title=kind, xlim=(0, channels), ylim=(images, 0), aspect="equal", xlabel="channel")
        ax.set_xticks(np.arange(channels) + 0.5, range(1, channels + 1))
        ax.set_yticks(np.arange(images) + 0.5, range(1, images + 1))
        words.append(f"{kind}: {same.any(axis=1).sum()} images, {same.any(axis=0).sum()} channels")
    axes[0].set_ylabel("image")
    return described(
        figure, f"Four grids of images and channels. What shares a mean with image 1, channel 1: {'; '.join(words)}."
    )
