"""The figures of lecture 11."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.drawing.style import (
    BLACK,
    BLUE,
    COMPARED,
    GREEN,
    GREY,
    ORANGE,
    ROLES,
    VERMILLION,
    described,
    new_figure,
)

from .experiments.searches import accuracy_at, best_first, exponents_of

ACCURACY = {"cmap": "viridis", "vmin": 10, "vmax": 70}  # in %, the same colors in every figure of the lecture
RATE, REGULARIZATION = "learning rate", "regularization"


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
    said = "; ".join(
        f"{label}: {', '.join(f'{count / len(values):.0%}' for count in np.histogram(np.log10(values), edges)[0])}"
        for label, values in samples.items()
    )
    return described(figure, f"Shares of the draws in each power of ten, from low to high. {said}.")


def draw_search(runs, ranges, marked=None):
    """Two views of one search: rate against regularization, and accuracy against rate.

    Runs that were broken off are crosses; `marked` is a narrower range, drawn as a frame.
    """
    figure, (plane, side) = new_figure(1, 2, height=3.6)
    finished = [run for run in runs if run.stopped_after is None]
    broken = [run for run in runs if run.stopped_after is not None]
    dots = plane.scatter(*_places(finished), c=[100 * run.score for run in finished], s=26, zorder=3, **ACCURACY)
    plane.plot(*_places(broken), "x", color=VERMILLION, markersize=5, label="broken off")
    plane.set_facecolor("#f2f2f2")
    best = best_first(runs)[0]
    plane.plot(
        *_places([best]), "o", color="none", markeredgecolor=BLACK, markersize=11, label="best", zorder=4, clip_on=False
    )
    _log_plane(plane, ranges)
    if marked:
        plane.add_patch(_frame(marked))
    plane.set_title("color: validation accuracy in %")
    figure.colorbar(dots, ax=plane)
    side.semilogx(_places(finished)[0], [100 * run.score for run in finished], "o", color=BLUE, markersize=4)
    side.semilogx(_places(broken)[0], [0] * len(broken), "x", color=VERMILLION, markersize=5, clip_on=False)
    side.set(xlabel=RATE, ylabel="validation accuracy in %", xlim=ranges["learning_rate"], ylim=(-4, 75))
    side.text(ranges["learning_rate"][0] * 1.1, 1, "x: broken off, no accuracy", color=VERMILLION, fontsize=8)
    side.axhline(10, **ROLES["reference"])
    side.legend(*plane.get_legend_handles_labels(), loc="upper left", handletextpad=0.2)
    words = f"Left, {len(runs)} runs as dots over {RATE} and {REGULARIZATION}, colored by accuracy; {len(broken)} are "
    rate = best.configuration["learning_rate"]
    words += f"crosses, broken off. Right, accuracy against {RATE}: the best has {best.score:.0%} at {rate:.1e}."
    return described(figure, words)


def draw_break_off(runs, factor=3.0):
    """Each run's loss as a multiple of its first, epoch by epoch; those that pass the limit stand out."""
    figure, ax = new_figure(width=7.5, height=3.2)
    for run in runs:
        relative = np.nan_to_num(run.losses / run.losses[0], nan=np.inf, posinf=np.inf)
        beyond = np.flatnonzero(relative > 12)
        ax.plot(beyond, np.full(beyond.size, 12), "^", color=VERMILLION, markersize=6, clip_on=False)
        relative = np.where(relative > 12, np.nan, relative)
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
    ax.plot([], [], "^", color=VERMILLION, label="above 12, or not finite")
    ax.set(xlabel="epoch", ylabel="loss / first loss", ylim=(0, 12.3))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    broken = [run.stopped_after for run in runs if run.stopped_after]
    when = ", ".join(f"{broken.count(epoch)} after epoch {epoch}" for epoch in sorted(set(broken)))
    return described(
        figure, f"Loss over first loss for {len(runs)} runs, with a line at {factor:g}; broken off: {when}."
    )


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
    best = "; ".join(f"{label}: best {max(run.score for run in runs):.0%}" for label, runs in stages.items())
    return described(figure, f"Validation accuracy against {RATE} for {len(stages)} searches. {best}.")


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
        below.set(xlabel="exponent of the rate", ylim=(0, 70))
    axes[0, 0].set_ylabel(f"{REGULARIZATION}, exponent")
    axes[1, 0].set_ylabel("accuracy in %")
    figure.colorbar(image, ax=axes[0], label="accuracy in %")
    said = "; ".join(
        f"{label}: {len(points)} points, {len(np.unique(np.round(points[:, 0], 9)))} different rates"
        for label, points in layouts.items()
    )
    return described(
        figure, f"A map of accuracy over {RATE} and {REGULARIZATION} with the points of each layout. {said}."
    )


def draw_duel(duels):
    """How far below the best each way of searching stays, against the number of runs: {title: Duel}."""
    figure, axes = new_figure(1, len(duels), width=9.5, height=3.6, sharey=True)
    said = []
    for ax, (title, duel) in zip(axes, duels.items(), strict=True):
        for role, (name, short) in zip(COMPARED, duel.short.items(), strict=True):
            ax.semilogx(duel.runs, 100 * short.mean(axis=1), label=name, **ROLES[role])
        ax.set_xticks(duel.runs, duel.runs)
        ax.set_xticks([], minor=True)
        ax.set(title=title, xlabel="runs", ylim=(0, 12))
        few = ", ".join(f"{name} {100 * short[0].mean():.0f}" for name, short in duel.short.items())
        said.append(f"{title}, {duel.runs[0]} runs: {few}")
    axes[0].set_ylabel("points below the best (up to 12)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return described(figure, f"Points below the best against the number of runs for four layouts. {'; '.join(said)}.")


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
    return described(
        figure,
        f"Left, curves of validation accuracy, {', '.join(f'{count} up to epoch {end}' for count, end in rounds)}. "
        f"Right, histograms of the winner's accuracy: median {np.median(race.halved):.0%} for halving, "
        f"{np.median(race.plain):.0%} for random search.",
    )


def draw_depths(curves):
    """Validation accuracy by epoch: {label: (runs, epochs + 1)}."""
    figure, ax = new_figure(width=8, height=3.2)
    said = []
    for role, (label, of_label) in zip(COMPARED, curves.items(), strict=False):
        look = {"color": ROLES[role]["color"], "linestyle": ROLES[role]["linestyle"]}
        for number, curve in enumerate(of_label):
            ax.plot(100 * curve, linewidth=1, label=None if number else label, **look)
        said.append(f"{label}: best {of_label[:, 1].max():.0%} after 1 epoch, {of_label[:, -1].max():.0%} at the end")
    ax.set(xlabel="epoch", ylabel="validation accuracy in %", ylim=(0, 85))
    for epoch in (1, 3, 9):
        ax.axvline(epoch, **ROLES["reference"])
    ax.legend(loc="upper left")
    return described(
        figure, f"Accuracy by epoch, a line a run, with the ends of three rounds marked. {'; '.join(said)}."
    )


def draw_spread(validation, test):
    """Accuracies of some configurations, a dot a seed: validation beside test, (configurations, seeds) each."""
    figure, (left, right) = new_figure(1, 2, height=3.3)
    order = np.argsort(-validation.mean(axis=1))
    for place, number in enumerate(order):
        left.plot(np.full(validation.shape[1], place), 100 * validation[number], ".", color=ORANGE)
        left.plot(place, 100 * validation[number].mean(), "_", color=BLACK, markersize=14)
    left.set(xlabel="configurations, best mean first", ylabel="validation accuracy in %")
    right.plot(100 * validation.ravel(), 100 * test.ravel(), ".", color=GREY)
    ends = np.array([min(validation.min(), test.min()), max(validation.max(), test.max())]) * 100
    right.plot(ends, ends, color=BLACK, linewidth=1)
    right.set(xlabel="validation accuracy in %", ylabel="test accuracy in %")
    return described(
        figure,
        f"Left, {validation.shape[0]} configurations with {validation.shape[1]} seeds each: means from "
        f"{validation.mean(axis=1).min():.1%} to {validation.mean(axis=1).max():.1%}, standard deviation over seeds "
        f"{validation.std(axis=1).mean():.1%}. Right, test against validation accuracy of the same networks.",
    )


def draw_densities(exponents, good, others, later):
    """How TPE sees one axis: densities of the good trials and of the others, and their ratio."""
    figure, (left, right) = new_figure(1, 2, height=2.9, sharex=True)
    grid = np.linspace(min(others.min(), good.min()), max(others.max(), good.max()), 200)
    densities = []
    for values, label, role in ((good, "the best quarter", "first"), (others, "all others", "second")):
        width = 0.15
        density = np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2).mean(axis=1) / width / np.sqrt(2 * np.pi)
        look = {"color": ROLES[role]["color"], "linestyle": ROLES[role]["linestyle"]}
        left.plot(grid, density, label=label, **look)
        left.plot(values, np.full(len(values), -0.05 if role == "first" else -0.12), "|", color=ROLES[role]["color"])
        densities.append(density)
    ratio = densities[0] / (densities[1] + 0.02)
    right.plot(grid, ratio, color=BLACK)
    right.plot(later, np.zeros(len(later)), "|", color=GREEN, markersize=14, label="the next trials")
    left.set(xlabel=exponents, ylabel="density")
    right.set(xlabel=exponents, ylabel="good / others")
    left.legend()
    right.legend()
    return described(
        figure,
        f"Left, the density of the {len(good)} best trials and of the {len(others)} others over the {exponents}. "
        f"Right, their ratio, highest at {grid[ratio.argmax()]:.1f}; "
        f"the next {len(later)} trials have a median of {np.median(later):.1f}.",
    )


def draw_optimism(sizes, at_home, away):
    """The winner's mean score on the images that chose it and on others, against how many chose: (sizes,) each."""
    figure, ax = new_figure(width=7.5, height=3.0)
    ax.semilogx(sizes, 100 * at_home, label="on the images that chose it", **ROLES["validation"], marker="s")
    ax.semilogx(sizes, 100 * away, label="on other images", **ROLES["test"], marker="o")
    ax.set_xticks(sizes, sizes)
    ax.set_xticks([], minor=True)
    ax.set(xlabel="images that the winner is chosen on", ylabel="accuracy in %")
    ax.legend(loc="upper right")
    said = "; ".join(f"{n}: {a:.0%} and {b:.0%}" for n, a, b in zip(sizes, at_home, away, strict=True))
    return described(
        figure, f"Accuracy of the winner on the images that chose it and on others, by their number. {said}."
    )


def _places(runs):
    """Rates and regularizations of some runs."""
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
