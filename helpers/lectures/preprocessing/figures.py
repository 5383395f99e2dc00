"""The figures of lecture 03."""

import numpy as np

from helpers.drawing.style import BLACK, BLUE, COMPARED, GREY, ORANGE, ROLES, VERMILLION, new_figure

from .experiments.transformations import TRANSFORMATIONS, transformed

TURN = np.linspace(0, 2 * np.pi, 120)

GOLDEN = (5**0.5 - 1) / 2


def draw_columns(columns, limits):
    """A few columns of numbers as rows of dots on a logarithmic axis; `columns` is {label: values}."""
    figure, ax = new_figure(height=1.9)
    for height, (label, values) in enumerate(columns.items()):
        jitter = (np.arange(len(values)) * GOLDEN % 1 - 0.5) / 2  # even, and without order
        suspicious = np.asarray(values) > limits[label]
        for group, look in (
            (~suspicious, {"color": BLUE}),
            (suspicious, {"color": VERMILLION, "marker": "x", "alpha": 1.0}),
        ):
            ax.plot(
                np.asarray(values)[group],
                height + jitter[group],
                **{"marker": ".", "linestyle": "", "alpha": 0.5} | look,
            )
    ax.set_xscale("log")
    ax.set_yticks(range(len(columns)), columns)
    ax.set(xlabel="square metres (logarithmic)", title="blue: as expected; red crosses: look again")
    return figure


def draw_bars(scores, xlabel, reference=None):
    """Named numbers as horizontal bars, each with its value; `scores` is {label: number}."""
    figure, ax = new_figure(height=0.6 + 0.38 * len(scores))
    places = np.arange(len(scores))[::-1]
    ax.barh(places, list(scores.values()), color=BLUE, height=0.6)
    for place, value in zip(places, scores.values(), strict=True):
        ax.text(max(value, 0) + 0.01, place, f"{value:.2f}", va="center")
    if reference is not None:
        ax.axvline(reference, **ROLES["reference"])
    ax.set_yticks(places, scores)
    ax.set(xlabel=xlabel, xlim=(0, 1.08))
    return figure


def level_lines(descent, count=5):
    """Ellipses of equal loss around the goal, (count, 120, 2), the outermost through the first point of the path."""
    in_axes = (descent.path[0] - descent.goal) @ descent.axes
    outermost = np.sqrt(np.sum(descent.curvatures * in_axes**2))
    circle = np.column_stack([np.cos(TURN), np.sin(TURN)])
    radii = outermost * np.linspace(1, 0, count, endpoint=False)[::-1]
    return np.array(
        [descent.goal + (radius * circle / np.sqrt(descent.curvatures)) @ descent.axes.T for radius in radii]
    )


def draw_descents(descents, labels):
    """For each table its loss as level lines, and the path of gradient descent, both weights to the same scale.

    `descents` is {title: Descent}, `labels` {title: (name of the first weight, of the second)}.
    """
    figure, axes = new_figure(1, len(descents), width=10, height=3.5)
    for ax, (title, descent) in zip(axes, descents.items(), strict=True):
        for line in level_lines(descent):
            ax.plot(*line.T, color=GREY, linewidth=0.8)
        ax.plot(*descent.path.T, color=VERMILLION, marker="o", markersize=3, linewidth=1.2)
        ax.plot(*descent.goal, marker="*", color=BLACK, markersize=11)
        reach = 1.5 * np.abs(descent.goal).max()
        ax.set(
            xlim=descent.goal[0] / 2 + np.array([-reach, reach]),
            ylim=descent.goal[1] / 2 + np.array([-reach, reach]),
            aspect="equal",
            title=title,
            xlabel=labels[title][0],
            ylabel=labels[title][1],
        )
        ax.locator_params(nbins=5)
    return figure


def draw_zig_zag(runs):
    """Paths of two weights; `runs` is {title: ZigZag}."""
    figure, axes = new_figure(1, len(runs), height=3.2, sharex=True, sharey=True)
    for ax, (title, run) in zip(axes, runs.items(), strict=True):
        ax.plot(*run.path[: run.steps_needed + 1].T, color=VERMILLION, marker=".", markersize=4, linewidth=0.9)
        ax.plot(*run.goal, marker="*", color=BLACK, markersize=11)
        ax.plot(*run.path[0], marker="s", color=BLUE, markersize=6)
        ax.set(title=title, xlabel="first weight", ylabel="second weight", aspect="equal")
    return figure


def draw_transformations(points):
    """One cloud (n, 2) under every transformation; the last point is marked."""
    figure, axes = new_figure(2, 4, width=10, height=5)
    for ax, name in zip(axes.flat, TRANSFORMATIONS, strict=True):
        table = transformed(points, name)
        ax.axhline(0, **ROLES["reference"])
        ax.axvline(0, **ROLES["reference"])
        ax.plot(*table[:-1].T, ".", color=BLUE, markersize=3, alpha=0.6)
        ax.plot(*table[-1], "x", color=VERMILLION, markersize=8, markeredgewidth=2)
        reach = 1.1 * np.abs(table).max()
        ax.set(title=name, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        ax.locator_params(nbins=5)
    return figure


def draw_outlier(spreads):
    """Spread of the ordinary points against the size of one outlier; `spreads` is {scaler: (sizes, spreads)}."""
    figure, ax = new_figure(height=3)
    for role, (name, (sizes, values)) in zip(COMPARED, spreads.items(), strict=False):
        ax.loglog(sizes, values / values[0], label=name, **ROLES[role])
    ax.set(xlabel="how far out one point lies, in deviations", ylabel="spread of the other 199,\nas a share of before")
    ax.legend()
    return figure


def draw_patches(rows):
    """Rows of small square pictures; `rows` is {label: (count, size * size)}, each picture with its own range."""
    count = min(len(row) for row in rows.values())
    figure, axes = new_figure(len(rows), count, width=9, height=1.05 * len(rows))
    for line, (label, row) in zip(axes, rows.items(), strict=True):
        for ax, picture in zip(line, row, strict=False):
            size = int(np.sqrt(len(picture)))
            ax.imshow(picture.reshape(size, size), cmap="gray")
            ax.set_xticks([])
            ax.set_yticks([])
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return figure


def draw_pictures(rows):
    """Rows of colour pictures with their titles; `rows` is {label: {title: picture (height, width, 3)}}."""
    count = max(len(row) for row in rows.values())
    figure, axes = new_figure(len(rows), count, width=9, height=1.6 * len(rows) + 0.2, squeeze=False)
    for line, (label, row) in zip(axes, rows.items(), strict=True):
        for ax in line:
            ax.axis("off")
        for ax, (title, picture) in zip(line, row.items(), strict=False):
            ax.axis("on")
            ax.imshow(picture)
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_title(title, fontsize=8)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return figure


def draw_day_and_night(results):
    """Accuracy by day and by night; `results` is {how it was trained: (day, night)}."""
    figure, ax = new_figure(height=0.9 + 0.5 * len(results))
    places = np.arange(len(results))[::-1]
    values = np.array(list(results.values()))
    ax.barh(places + 0.2, values[:, 0], 0.38, color=ORANGE, label="by day")
    ax.barh(places - 0.2, values[:, 1], 0.38, color=BLUE, hatch="//", label="at night")
    ax.axvline(0.1, **ROLES["reference"])
    ax.set_yticks(places, results)
    ax.set(xlabel="validation accuracy (dotted: guessing)", xlim=(0, 1))
    ax.legend(loc="lower right")
    return figure
