"""The figures of lecture 11."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.drawing.style import BLACK, BLUE, COMPARED, GREEN, GREY, ORANGE, ROLES, VERMILLION, new_figure

from .experiments.searches import accuracy_at, best_first, exponents_of

ACCURACY = {"cmap": "viridis", "vmin": 10, "vmax": 70}  # in %, the same colours in every figure of the lecture
RATE, REGULARIZATION = "learning rate", "regularisation"
GRID, RANDOM = ROLES["second"], ROLES["first"]


def draw_decades(samples, low, high):
    """Where random values fall: {how they are drawn: values}, each as a row of dots and a count for each decade."""
    figure, axes = new_figure(1, len(samples), height=2.6, sharey=True)
    edges = np.arange(np.log10(low), np.log10(high) + 0.5)
    for ax, (label, values) in zip(axes, samples.items(), strict=True):
        exponents = np.log10(values)
        counts, _ = np.histogram(exponents, edges)
        ax.bar(edges[:-1] + 0.5, 100 * counts / len(values), width=0.9, color=BLUE, alpha=0.35)
        for middle, count in zip(edges[:-1] + 0.5, counts, strict=True):
            share = 100 * count / len(values)
            ax.annotate(
                f"{share:.0f} %", (middle, share), ha="center", va="bottom", textcoords="offset points", xytext=(0, 2)
            )
        ax.plot(exponents[:200], np.full(len(exponents[:200]), -6), "|", color=BLACK, markersize=7, alpha=0.4)
        ax.set_xticks(edges, [f"$10^{{{edge:.0f}}}$" for edge in edges])
        ax.set(title=label, xlabel=RATE, ylim=(-12, 112))
    axes[0].set_ylabel("share of the draws in %")
    return figure


def draw_search(runs, ranges, marked=None):
    """Two views of one search: rate against regularisation, and accuracy against rate.

    Runs that were broken off are crosses; `marked` is a narrower range, drawn as a frame.
    """
    figure, (plane, side) = new_figure(1, 2, height=3.6)
    finished = [run for run in runs if run.stopped_after is None]
    broken = [run for run in runs if run.stopped_after is not None]
    dots = plane.scatter(*_places(finished), c=[100 * run.score for run in finished], s=26, zorder=3, **ACCURACY)
    plane.plot(*_places(broken), "x", color=VERMILLION, markersize=5, label="broken off")
    best = best_first(runs)[0]
    plane.plot(*_places([best]), "o", color="none", markeredgecolor=BLACK, markersize=11, label="best", zorder=4)
    _log_plane(plane, ranges)
    if marked:
        plane.add_patch(_frame(marked))
    plane.set_title("colour: validation accuracy in %")
    figure.colorbar(dots, ax=plane)
    side.semilogx(_places(finished)[0], [100 * run.score for run in finished], "o", color=BLUE, markersize=4)
    side.semilogx(_places(broken)[0], [0] * len(broken), "x", color=VERMILLION, markersize=5)
    side.set(xlabel=RATE, ylabel="validation accuracy in %", xlim=ranges["learning_rate"], ylim=(-4, 75))
    side.axhline(10, **ROLES["reference"])
    side.legend(*plane.get_legend_handles_labels(), loc="upper left", handletextpad=0.2)
    return figure


def draw_break_off(runs, factor=3.0):
    """Each run's loss as a multiple of its first, epoch by epoch; those that pass the limit stand out."""
    figure, ax = new_figure(width=7.5, height=3.2)
    for run in runs:
        relative = np.minimum(np.nan_to_num(run.losses / run.losses[0], nan=np.inf, posinf=np.inf), 12)
        stopped = run.stopped_after is not None
        look = (
            {"color": VERMILLION, "alpha": 0.8, "marker": "x", "markersize": 5}
            if stopped
            else {"color": BLUE, "alpha": 0.25}
        )
        ax.plot(relative, linewidth=1, **look)
    ax.axhline(factor, color=BLACK, linestyle="--", linewidth=1)
    ax.annotate("three times the first loss", (5, factor), ha="right", va="bottom")
    ax.plot([], [], color=BLUE, label="goes on")
    ax.plot([], [], color=VERMILLION, marker="x", label="broken off")
    ax.set(xlabel="epoch", ylabel="loss / first loss", ylim=(0, 12.3))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def draw_stages(stages):
    """Accuracy against learning rate for several searches in one plot: {label: runs}."""
    figure, ax = new_figure(width=8, height=3.3)
    for role, (label, runs) in zip(COMPARED, stages.items(), strict=False):
        look = ROLES[role] | {"linestyle": "", "alpha": 0.7}
        finished = [run for run in runs if run.stopped_after is None]
        ax.semilogx(_places(finished)[0], [100 * run.score for run in finished], label=label, **look)
    ax.axhline(10, **ROLES["reference"])
    ax.set(xlabel=RATE, ylabel="validation accuracy in %", ylim=(0, 75))
    ax.legend(loc="upper left")
    return figure


def draw_layouts(surface, layouts, epoch=5):
    """The measured surface with the points of each layout, and below it what each layout sees of the learning rate.

    `layouts` is {label: points}, as exponents of 10.
    """
    figure, axes = new_figure(2, len(layouts), height=4.6, sharex=True, height_ratios=(2, 1))
    accuracy = 100 * surface.accuracies[:, :, epoch].T
    (left, right), (low, _) = exponents_of(surface)
    rates = np.linspace(left, right, 200)
    ridge = 100 * accuracy_at(surface, np.column_stack([rates, np.full(200, low + 0.5)]), epoch)
    for column, (label, points) in enumerate(layouts.items()):
        above, below = axes[:, column]
        image = above.pcolormesh(surface.rate_exponents, surface.regularization_exponents, accuracy, **ACCURACY)
        above.plot(*points.T, "o", color="white", markeredgecolor=BLACK, markersize=7)
        above.set(title=label)
        below.plot(rates, ridge, color=GREY, linewidth=1)
        for rate in np.unique(np.round(points[:, 0], 9)):
            below.axvline(rate, color=BLACK, linewidth=1)
        below.set(xlabel=f"{RATE}, exponent of 10", ylim=(0, 70))
    axes[0, 0].set_ylabel(f"{REGULARIZATION}, exponent")
    axes[1, 0].set_ylabel("accuracy in %")
    figure.colorbar(image, ax=axes[0], label="accuracy in %")
    return figure


def draw_duel(duels):
    """How far below the best grid and random search stay, against the number of runs: {title: Duel}."""
    figure, axes = new_figure(1, len(duels), height=3.2, sharey=True)
    for ax, (title, duel) in zip(axes, duels.items(), strict=True):
        ax.semilogx(duel.runs, 100 * duel.grid.mean(axis=1), label="grid", **GRID)
        ax.semilogx(duel.runs, 100 * duel.random.mean(axis=1), label="random", **RANDOM)
        ax.set_xticks(duel.runs, duel.runs)
        ax.set_xticks([], minor=True)
        ax.set(title=title, xlabel="runs", ylim=(0, None))
    axes[0].set_ylabel("points below the best")
    axes[0].legend()
    return figure


def draw_halving(rounds, curves, race):
    """One halving, curve by curve, and the outcome of many of them beside plain search.

    `rounds` are those of `rounds_of`, `curves` those of `halve`.
    """
    figure, (left, right) = new_figure(1, 2, height=3.3)
    start = 0
    for color, (count, end), in_round in zip((GREY, BLUE, GREEN, VERMILLION), rounds, curves, strict=False):
        for curve in in_round:
            left.plot(np.arange(start, end + 1), 100 * curve[start : end + 1], color=color, linewidth=1)
        left.axvline(end, **ROLES["reference"])
        left.annotate(f"{count} runs", (end, 88), ha="right", va="top", rotation=90)
        start = end
    left.set(xlabel="epoch", ylabel="validation accuracy in %", title="one halving", ylim=(0, 90))
    bins = np.arange(10, 72, 2)
    right.hist(100 * race.plain, bins, color=ORANGE, alpha=0.6, label=f"random, {race.candidates[1]} runs")
    right.hist(
        100 * race.halved, bins, histtype="step", color=BLUE, linewidth=2, label=f"halving, {race.candidates[0]} runs"
    )
    right.set(xlabel="accuracy of the winner in %", ylabel="searches", title=f"{race.epochs} epochs each")
    right.legend(loc="upper left")
    return figure


def draw_optimism(sizes, at_home, away):
    """The winner's mean score on the pictures that chose it and on others, against how many chose: (sizes,) each."""
    figure, ax = new_figure(width=7.5, height=3.0)
    ax.semilogx(sizes, 100 * at_home, label="on the pictures that chose it", **ROLES["validation"], marker="s")
    ax.semilogx(sizes, 100 * away, label="on other pictures", **ROLES["test"], marker="o")
    ax.set_xticks(sizes, sizes)
    ax.set_xticks([], minor=True)
    ax.set(xlabel="pictures that the winner is chosen on", ylabel="accuracy in %")
    ax.legend(loc="upper right")
    return figure


def _places(runs):
    """Rates and regularisations of some runs."""
    return (
        [run.configuration["learning_rate"] for run in runs],
        [run.configuration["regularization"] for run in runs],
    )


def _log_plane(ax, ranges):
    ax.set(xscale="log", yscale="log", xlabel=RATE, ylabel=REGULARIZATION)
    ax.set(xlim=ranges["learning_rate"], ylim=ranges["regularization"])


def _frame(ranges):
    (left, right), (low, high) = ranges["learning_rate"], ranges["regularization"]
    return Rectangle((left, low), right - left, high - low, fill=False, edgecolor=BLACK, linestyle="--", linewidth=1.5)
