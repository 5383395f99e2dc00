"""The figures of lecture 01."""

import numpy as np
from matplotlib.patches import Patch

from helpers.drawing.style import BLUE, COMPARED, GREY, ORANGE, ROLES, VERMILLION, described, new_figure

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
LOW, HIGH = -0.5, 1.5


def draw_decisions(panels):
    """Where units fire, over the plane of two inputs: {title: (function of points (n, 2) to 0 or 1, table)}.

    `table` says what is wanted at (0, 0), (0, 1), (1, 0) and (1, 1).
    """
    figure, axes = new_figure(1, len(panels), width=3 * len(panels), height=3.4, sharey=True)
    shade, looks = "#CFE3F0", {1: {"marker": "o", "color": BLUE}, 0: {"marker": "s", "color": VERMILLION}}
    grid = np.linspace(LOW, HIGH, 201)
    x, y = np.meshgrid(grid, grid)
    words = []
    for ax, (title, (function, table)) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        fires = np.reshape(function(np.column_stack([x.ravel(), y.ravel()])), x.shape)
        ax.contourf(x, y, fires, levels=[-0.5, 0.5, 1.5], colors=["#FFFFFF", shade])
        for corner, wanted in zip(CORNERS, table, strict=True):
            ax.plot(*corner, **looks[int(bool(wanted))], markersize=9)
        ax.set(title=title, xlabel="input 1", aspect="equal")
        right = int(np.sum(np.asarray(function(CORNERS)) == np.asarray(table)))
        words.append(f"{title}: {right} of 4 corners are on the right side")
    np.atleast_1d(axes)[0].set_ylabel("input 2")
    key = [np.atleast_1d(axes)[0].plot([], [], **looks[wanted], linestyle="none")[0] for wanted in (1, 0)]
    figure.legend(
        [*key, Patch(color=shade)], ["wanted: 1", "wanted: 0", "the unit gives 1"], loc="outside lower center", ncols=3
    )
    return described(figure, "Shaded where the unit fires; circles should fire, squares not. " + "; ".join(words) + ".")


def draw_batches(sizes, losses):
    """Training loss after one epoch against the batch size, a dot for each seed; losses (sizes, seeds)."""
    figure, ax = new_figure(width=6.5)
    for column in range(losses.shape[1]):
        ax.loglog(sizes, losses[:, column], ".", color=GREY, label="one seed" if column == 0 else None)
    means = losses.mean(axis=1)
    ax.loglog(sizes, means, **ROLES["train"], label="mean")
    ax.set(xlabel="batch size", ylabel="training loss after one epoch")
    ax.set_xticks(sizes, sizes)
    ax.set_xticks([], minor=True)
    ax.legend()
    return described(
        figure,
        f"Training loss after one epoch against the batch size, each at its best rate: {means[0]:.2f} on average for "
        f"batches of {sizes[0]}, {means[-1]:.2f} for batches of {sizes[-1]}.",
    )


def draw_interpolation(knots, values, grid, curves):
    """Points, and what networks draw through them: curves is {label: values on the grid}."""
    figure, ax = new_figure(width=7)
    for (label, curve), role in zip(curves.items(), COMPARED, strict=False):
        ax.plot(grid, curve, **(ROLES[role] | {"marker": None}), label=label)
    ax.plot(knots, values, "o", color=ORANGE, label="points")
    ax.legend()
    ax.set(xlabel="input", ylabel="output")
    missed = {label: np.abs(np.interp(knots, grid, curve) - values).max() for label, curve in curves.items()}
    words = "; ".join(f"{label} misses them by at most {distance:.2g}" for label, distance in missed.items())
    return described(figure, f"{len(knots)} points and the lines that networks draw through them: {words}.")


def draw_folds(grid, curves):
    """Functions of folding networks: {depth: values on the grid}."""
    figure, axes = new_figure(1, len(curves), height=2.2, sharey=True)
    for ax, (depth, curve) in zip(axes, curves.items(), strict=True):
        ax.plot(grid, curve, **ROLES["function"])
        ax.set(title=f"layers: {depth}", xlabel="input")
    axes[0].set_ylabel("output")
    turns = {depth: int((np.abs(np.diff(np.sign(np.diff(curve)))) > 0).sum()) + 1 for depth, curve in curves.items()}
    words = "; ".join(f"layers: {depth}, up and down in {count} pieces" for depth, count in turns.items())
    return described(figure, f"What a network that folds its input computes. {words}.")


def draw_training(histories):
    """Validation accuracy by epoch: {label: array (epochs + 1,)}."""
    figure, ax = new_figure(width=6.5)
    for (label, accuracy), role in zip(histories.items(), COMPARED, strict=False):
        ax.plot(100 * np.asarray(accuracy), **ROLES[role], label=label)
    ax.set(xlabel="epoch", ylabel="validation accuracy (%)", ylim=(0, 100))
    ax.legend()
    words = "; ".join(f"{label} ends at {100 * accuracy[-1]:.0f} %" for label, accuracy in histories.items())
    return described(figure, f"Validation accuracy by epoch. {words}.")
