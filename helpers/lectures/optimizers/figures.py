"""The figures of lecture 08."""

import numpy as np

from helpers.drawing.style import (
    BLACK,
    BLUE,
    COMPARED,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    ROLES,
    SKY,
    VERMILLION,
    described,
    new_figure,
)

COLORS = {
    "SGD": GREY,
    "momentum": BLUE,
    "Nesterov": SKY,
    "Adagrad": GREEN,
    "RMSprop": ORANGE,
    "Adam": VERMILLION,
    "Nadam": PURPLE,
    "AdaMax": BLACK,
}
MARKS = dict(zip(COLORS, "osD^v*PX", strict=True))


def contours(ax, value, x, y, levels=18):
    """The loss over the plane, in lines of equal loss that grow by equal factors."""
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    values = value(grid)
    low = max(values.min(), 1e-3 * values.max())
    ax.contour(x, y, values, np.geomspace(low, values.max(), levels), cmap="cividis", linewidths=0.7)
    ax.set(xlabel="weight 1", ylabel="weight 2")


def draw_paths(value, paths, x=(-2.2, 2.2), y=(-1.1, 1.1), steps=40):
    """The first steps of several paths on one surface: {label: places (steps + 1, 2)}."""
    figure, axes = new_figure(1, len(paths), width=4.2 * len(paths), height=2.8, sharey=True)
    words = []
    for ax, (label, places), role in zip(np.atleast_1d(axes), paths.items(), COMPARED, strict=False):
        contours(ax, value, np.linspace(*x, 121), np.linspace(*y, 121))
        ax.plot(*places[: steps + 1].T, **ROLES[role])
        ax.set(title=label, xlim=x, ylim=y)
        words.append(f"{label}: the loss is {value(places[min(steps, len(places) - 1)]):.2g}")
    return described(
        figure, f"Paths on a surface that is drawn by its contours. After {steps} steps: {'; '.join(words)}."
    )


def draw_distances(distances, share=1e-3):
    """The distance to the minimum by step, {label: array}, and the share of the first one that is aimed at."""
    figure, ax = new_figure(width=6.5, height=3)
    for (label, values), role in zip(distances.items(), COMPARED, strict=False):
        ax.semilogy(values, **(ROLES[role] | {"marker": None}), label=label)
    aim = share * next(iter(distances.values()))[0]
    ax.axhline(aim, **ROLES["reference"], label=f"{share:g} of the first distance")
    ax.set(xlabel="step", ylabel="distance to the minimum", ylim=(share / 100, None))
    ax.legend()
    words = "; ".join(f"{label}: {values[-1]:.2g} after {len(values) - 1} steps" for label, values in distances.items())
    return described(figure, f"Distance to the minimum by step, on a logarithmic axis. {words}.")


def draw_lengths(lengths):
    """The length of each step, {label: array (steps,)}."""
    figure, ax = new_figure(width=6.5, height=3)
    for (label, values), role in zip(lengths.items(), COMPARED, strict=False):
        ax.plot(range(1, len(values) + 1), values, **(ROLES[role] | {"marker": None}), label=label)
    ax.set(xlabel="step", ylabel="length of the step / rate", ylim=(0, None))
    ax.legend()
    words = "; ".join(
        f"{label}: first {v[0]:.2f}, longest {v.max():.2f}, last {v[-1]:.2f}" for label, v in lengths.items()
    )
    return described(figure, f"Length of each step of one weight, divided by the rate. {words}.")


def draw_rates(curves, ylabel="training loss"):
    """What was reached by learning rate: {rule: (rates, losses)}."""
    figure, ax = new_figure(width=7.5, height=3.6)
    for rule, (rates, losses) in curves.items():
        ax.loglog(rates, losses, marker=MARKS[rule], markersize=5, color=COLORS[rule], linewidth=1, label=rule)
    ax.set(xlabel="learning rate", ylabel=ylabel)
    ax.legend(ncols=1, loc="center left", bbox_to_anchor=(1, 0.5))
    words = "; ".join(
        f"{rule}: {np.min(losses):.3g} at {rates[np.argmin(losses)]:.2g}" for rule, (rates, losses) in curves.items()
    )
    return described(figure, f"The {ylabel} of each rule by learning rate, on logarithmic axes. The lowest: {words}.")


def draw_race(curves):
    """The training loss by epoch, each rule at its best rate: {rule: losses (epochs + 1,)}."""
    figure, ax = new_figure(width=7.5, height=3.6)
    for rule, losses in curves.items():
        places = np.arange(len(losses))
        ax.semilogy(
            places, losses, marker=MARKS[rule], markevery=4, markersize=5, color=COLORS[rule], linewidth=1, label=rule
        )
    ax.set(xlabel="epoch", ylabel="training loss", xticks=range(0, len(losses), 4))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    words = "; ".join(f"{rule} {losses[-1]:.2g}" for rule, losses in curves.items())
    return described(figure, f"Training loss by epoch, each rule at its best rate. At the end: {words}.")


def draw_schedules(shapes, steps=400):
    """The rate by step as a share of the peak: {name: function of (step, steps), or None for a constant rate}."""
    drawn = {name: shape for name, shape in shapes.items() if name != "plateau"}
    figure, axes = new_figure(1, len(drawn), width=10, height=1.7, sharey=True)
    for ax, (name, shape) in zip(axes, drawn.items(), strict=True):
        ax.plot([shape(step, steps) if shape else 1.0 for step in range(steps)], color=BLUE)
        ax.set(title=name, xticks=[], xlabel="step", ylim=(0, 1.1))
    axes[0].set_ylabel("rate / peak")
    return described(figure, f"The learning rate by step for {len(drawn)} schedules: {', '.join(drawn)}.")


def draw_range_test(rates, losses, chosen):
    """A range test: the smoothed loss by the rate, and the rate that is taken from it."""
    figure, ax = new_figure(width=6.5, height=3)
    ax.semilogx(rates, losses, **ROLES["train"])
    ax.axvline(chosen, **ROLES["reference"], label="suggested rate")
    ax.legend(loc="lower left")
    ax.set(xlabel="learning rate", ylabel="loss of the batches, smoothed", ylim=(0, 3))
    return described(
        figure,
        f"The loss while the rate grows from {rates[0]:.1g} to {rates[-1]:.1g}: lowest, {losses.min():.2f}, at the "
        f"rate {rates[losses.argmin()]:.2g}. A line marks the rate {chosen:.2g}.",
    )


def draw_sharpness(runs):
    """The sharpness by step for several rates: {rate: (steps, sharpness)}, with a line at 2 / rate."""
    figure, ax = new_figure(width=6.5, height=3)
    for (rate, (steps, sharpness)), role in zip(runs.items(), COMPARED, strict=False):
        ax.plot(steps, sharpness, **ROLES[role], label=f"rate {rate:g}")
        thin = ROLES[role] | {"marker": None, "linewidth": 0.7}
        ax.axhline(2 / rate, **thin, label=f"2 / {rate:g}")
    ax.set(xlabel="step", ylabel="sharpness", ylim=(0, None))
    ax.legend(loc="lower right", ncols=len(runs))
    words = "; ".join(
        f"rate {rate:g}: from {values[0]:.1f} to {values[-1]:.1f}, 2 / rate is {2 / rate:.1f}"
        for rate, (_, values) in runs.items()
    )
    return described(figure, f"The largest curvature of the loss by step, with a line at 2 / rate. {words}.")


def draw_clipping(rates, plain, clipped):
    """Training losses by rate without and with clipping, both (rates,)."""
    figure, ax = new_figure(width=6.5, height=3)
    for label, losses, role in (("without", plain, "first"), ("clipped", clipped, "second")):
        ax.loglog(rates, losses, **ROLES[role], label=label)
    ax.set(xlabel="learning rate", ylabel="training loss")
    ax.legend()
    return described(
        figure,
        f"Training loss by learning rate: without clipping it is lowest, {plain.min():.2g}, at "
        f"{rates[plain.argmin()]:.2g}; with clipping, {clipped.min():.2g}, at {rates[clipped.argmin()]:.2g}.",
    )


def draw_places(runs):
    """Where one number goes, by step: {label: places}."""
    figure, ax = new_figure(width=6.5, height=2.8)
    for (label, places), role in zip(runs.items(), COMPARED, strict=False):
        ax.plot(places, **(ROLES[role] | {"marker": None}), label=label)
    ax.set(xlabel="step", ylabel="x", ylim=(-1.1, 1.1))
    ax.legend()
    words = "; ".join(f"{label} ends at {places[-1]:.2f}" for label, places in runs.items())
    return described(figure, f"A number between -1 and 1 by step. {words}.")
