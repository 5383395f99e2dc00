"""The figures of lecture 05."""

import numpy as np

from helpers.drawing.style import BLUE, COMPARED, GREY, ORANGE, ROLES, VERMILLION, described, new_figure

_COLORS = (BLUE, VERMILLION, ORANGE, GREY)


def draw_bars(losses, title="loss of each sample"):
    """One bar for each sample, and the mean as a line."""
    figure, ax = new_figure(width=6.5, height=2.4)
    ax.bar(range(1, len(losses) + 1), losses, color=BLUE)
    ax.axhline(np.mean(losses), **ROLES["reference"], label="mean")
    ax.legend()
    ax.set(xlabel="sample", ylabel=title)
    share = 100 * max(losses) / sum(losses)
    return described(
        figure,
        f"{len(losses)} losses as bars, their mean {np.mean(losses):.2f} as a line. The largest one is "
        f"{max(losses):.2f}, which is {share:.0f} % of their sum.",
    )


def draw_lines(x, y, slopes):
    """Points and lines through their middle: {label: slope}."""
    figure, ax = new_figure(width=6.5, height=3)
    ax.plot(x, y, ".", color=GREY)
    for (label, slope), role in zip(slopes.items(), COMPARED, strict=False):
        ax.plot(x, slope * x + np.median(y - slope * x), **(ROLES[role] | {"marker": None}), label=label)
    ax.legend()
    ax.set(xlabel="input", ylabel="target")
    words = "; ".join(f"{label}: slope {slope:.2f}" for label, slope in slopes.items())
    return described(figure, f"{len(x)} points, some of them far above the others, and fitted lines. {words}.")


def draw_neuron(runs):
    """The output of a neuron by step of training: {label: outputs}."""
    figure, ax = new_figure(width=6.5, height=3)
    for (label, outputs), role in zip(runs.items(), COMPARED, strict=False):
        ax.plot(outputs, **(ROLES[role] | {"marker": None}), label=label)
    ax.legend()
    ax.set(xlabel="step", ylabel="output (target: 0)", ylim=(0, 1))
    words = "; ".join(f"{label} ends at {outputs[-1]:.2f}" for label, outputs in runs.items())
    return described(figure, f"The output of one neuron by step of training. {words}.")


def draw_surfaces(surfaces, weights):
    """Losses over two weights as contours: {label: values (weights, weights)}."""
    figure, axes = new_figure(1, len(surfaces), width=8, height=3, sharey=True)
    words = []
    for ax, (label, values) in zip(np.atleast_1d(axes), surfaces.items(), strict=True):
        ax.contour(weights, weights, values, 12, cmap="cividis")
        ax.set(title=label, xlabel="weight")
        slopes = np.hypot(*np.gradient(values, weights[1] - weights[0]))
        words.append(f"{label}: the steepest slope is {slopes.max():.2f}, in the flattest corner {slopes.min():.4f}")
    np.atleast_1d(axes)[0].set_ylabel("bias")
    return described(figure, "Contours of the loss over weight and bias of one neuron. " + "; ".join(words) + ".")


def draw_costs(costs):
    """Mean cost by remedy as bars: {remedy: array of seeds}."""
    figure, ax = new_figure(width=7.5, height=2.6)
    means = {name: np.mean(values) for name, values in costs.items()}
    ax.barh(list(means), list(means.values()), color=BLUE, xerr=[np.std(values) for values in costs.values()])
    ax.invert_yaxis()
    ax.set(xlabel="mean cost of a case; black: one standard deviation over the draws")
    words = "; ".join(f"{name}: {mean:.2f}" for name, mean in means.items())
    return described(figure, f"Mean cost of a case on fresh data, by remedy. {words}.")


def draw_reliability(curves):
    """Confidence against share of right answers: {label: (confidence, accuracy)}."""
    figure, ax = new_figure(width=4.6, height=3.4)
    ax.plot([0, 1], [0, 1], **ROLES["reference"], label="as sure as right")
    for (label, (confidence, accuracy)), role in zip(curves.items(), COMPARED, strict=False):
        ax.plot(confidence, accuracy, **ROLES[role], label=label)
    ax.legend()
    ax.set(xlabel="mean confidence", ylabel="share of right answers", xlim=(0, 1.02), ylim=(0, 1.02))
    words = "; ".join(f"{label}: {np.mean(c):.2f} sure, {np.mean(a):.2f} right" for label, (c, a) in curves.items())
    return described(figure, f"How often a network is right against how sure it is. {words}.")


def draw_embeddings(panels, labels):
    """Points in the plane, colored by class: {title: points (n, 2)}."""
    figure, axes = new_figure(1, len(panels), width=8, height=3.4)
    spread = []
    for ax, (title, points) in zip(axes, panels.items(), strict=True):
        ax.scatter(*points.T, c=labels, cmap="tab10", s=8)
        for c in range(10):
            ax.text(*points[labels == c].mean(axis=0), str(c), fontweight="bold")
        ax.set(title=title, xticks=[], yticks=[])
        centers = np.array([points[labels == c].mean(axis=0) for c in range(10)])
        inside = np.mean([points[labels == c].std(axis=0).mean() for c in range(10)])
        spread.append(
            f"{title}: the centers of the classes spread {centers.std(axis=0).mean() / inside:.1f} times as far"
        )
    return described(figure, "Digits in the plane. " + "; ".join(spread) + " as the points of a class.")
