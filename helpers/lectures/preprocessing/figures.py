"""The figures of lecture 03."""

import numpy as np

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
    ax.set(xlabel="square meters (logarithmic)", title="blue: as expected; red crosses: look again")
    words = "; ".join(
        f"{label}: {len(values)} values from {np.min(values):g} to {np.max(values):g}, "
        f"{int(np.sum(np.asarray(values) > limits[label]))} of them above {limits[label]:g} and marked with a cross"
        for label, values in columns.items()
    )
    return described(figure, f"Each advertisement is a dot on a logarithmic axis. {words}.")


def draw_bars(scores, xlabel):
    """Named numbers as horizontal bars, each with its value; `scores` is {label: number}."""
    figure, ax = new_figure(height=0.6 + 0.38 * len(scores))
    places = np.arange(len(scores))[::-1]
    ax.barh(places, list(scores.values()), color=BLUE, height=0.6)
    for place, value in zip(places, scores.values(), strict=True):
        ax.text(max(value, 0) + 0.01, place, f"{value:.2f}", va="center")
    ax.set_yticks(places, scores)
    ax.set(xlabel=xlabel, xlim=(0, 1.08))
    values = ", ".join(f"{label} {value:.2f}" for label, value in scores.items())
    return described(figure, f"{len(scores)} bars, {xlabel}: {values}.")


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
    figure, axes = new_figure(1, len(descents), width=3.4 * len(descents), height=3.5)
    words = []
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
        words.append(
            f"{title}: ellipses {np.sqrt(descent.stretch):.1f} times as long as wide, {descent.steps_needed:g} steps "
            f"to the goal"
        )
    return described(figure, f"Level lines of the loss over two weights and the path of descent. {'; '.join(words)}.")


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
    shapes = []
    for name in TRANSFORMATIONS:
        first, second = transformed(points, name)[:-1].std(axis=0)
        shapes.append(f"{name} {first:.2f} and {second:.2f}")
    return described(
        figure,
        f"The same {len(points)} points under eight transformations; standard deviations of the two columns without "
        f"the marked point: {', '.join(shapes)}. A red cross marks the same point in each.",
    )


def draw_outlier(spreads):
    """Spread of the ordinary points against the size of one outlier; `spreads` is {scaler: (sizes, spreads)}."""
    figure, ax = new_figure(height=3)
    for role, (name, (sizes, values)) in zip(COMPARED, spreads.items(), strict=False):
        ax.loglog(sizes, values / values[0], label=name, **ROLES[role])
    ax.set(
        xlabel="how far out one point lies, in standard deviations",
        ylabel="spread of the other 199,\nas a share of before",
    )
    ax.legend()
    ends = ", ".join(f"{name} {100 * values[-1] / values[0]:.1f} %" for name, (_, values) in spreads.items())
    return described(
        figure, f"Spread of the ordinary points against the distance of one outlier. At the far end are left: {ends}."
    )


def draw_patches(rows, as_they_are=()):
    """Rows of small square pictures; `rows` is {label: (count, size * size)}.

    Each picture has its own range of gray, but for the rows in `as_they_are`, where 0 is black and 1 is white.
    """
    count = min(len(row) for row in rows.values())
    figure, axes = new_figure(len(rows), count, width=9, height=1.05 * len(rows))
    for line, (label, row) in zip(axes, rows.items(), strict=True):
        for ax, picture in zip(line, row, strict=False):
            size = int(np.sqrt(len(picture)))
            bounds = {"vmin": 0, "vmax": 1} if label in as_they_are else {}
            ax.imshow(picture.reshape(size, size), cmap="gray", **bounds)
            ax.set_xticks([])
            ax.set_yticks([])
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return described(figure, f"Rows of {count} small gray pictures: {', '.join(rows)}.")


def draw_pictures(rows):
    """Rows of color pictures with their titles; `rows` is {label: {title: picture (height, width, 3)}}."""
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
    words = "; ".join(
        f"{label} {', '.join(row)} (mean brightness {np.mean([p.mean() for p in row.values()]):.0f} of 255)".strip()
        for label, row in rows.items()
    )
    return described(figure, f"Rows of small color pictures: {words}.")


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
    words = "; ".join(f"{label}: {100 * day:.0f} and {100 * night:.0f}" for label, (day, night) in results.items())
    return described(figure, f"Accuracy in percent by day and at night. {words}.")


def draw_axes(points):
    """A cloud (n, 2) with the eigenvectors of its covariance as arrows, each as long as two standard deviations."""
    figure, ax = new_figure(width=4.2, height=3.6)
    center = points.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(points.T, bias=True))
    ax.plot(*points.T, ".", color=BLUE, markersize=4, alpha=0.6)
    for variance, axis, color in zip(variances[::-1], axes.T[::-1], (VERMILLION, GREEN), strict=True):
        ax.annotate(
            "",
            xy=center + 2 * np.sqrt(variance) * axis,
            xytext=center,
            arrowprops={"arrowstyle": "->", "color": color, "linewidth": 2.5},
        )
    ax.set(aspect="equal", xlabel="first column", ylabel="second column")
    angle = np.degrees(np.arctan2(*axes[::-1, 1])) % 180
    return described(
        figure,
        f"{len(points)} points as a slanted cloud. Two arrows at right angles start at its center: the longer one, at "
        f"{angle:.0f} degrees, for a variance of {variances[1]:.1f}, the shorter one for {variances[0]:.2f}.",
    )


def draw_rotation(angles, variances, covariances):
    """What becomes of the rotated first column (its variance) and of the covariance, against the angle in degrees."""
    figure, ax = new_figure(width=7, height=2.8)
    ax.plot(angles, variances, color=BLUE, label="variance of the first new column")
    ax.plot(angles, covariances, color=VERMILLION, linestyle="--", label="covariance of both")
    ax.axhline(0, **ROLES["reference"])
    ax.set(xlabel="angle of the first new axis, degrees", ylabel="")
    ax.legend()
    best = angles[int(np.argmax(variances))]
    zero = angles[int(np.argmin(np.abs(covariances)))]
    return described(
        figure,
        f"Variance and covariance of a rotated cloud against the angle. The variance is largest at {best:.0f} degrees; "
        f"the covariance passes zero nearest to {zero:.0f} degrees.",
    )
