"""The figures of lecture 04."""

import numpy as np

from helpers.drawing.style import COMPARED, GREY, ROLES, new_figure
from helpers.neural.activations import ACTIVATIONS


def draw_gallery(reach=5.0):
    """Every elementwise function of the registry with its derivative."""
    figure, axes = new_figure(3, 7, width=11, height=5.0, sharex=True, sharey=True)
    x = np.linspace(-reach, reach, 401)
    for ax, activation in zip(axes.flat, ACTIVATIONS.values(), strict=True):
        values = activation.function(x)
        if activation.name == "step":
            values = np.where(np.abs(x) < reach / 200, np.nan, values)  # a jump, not a slope
        ax.plot(x, values, **ROLES["function"])
        ax.plot(x, activation.derivative(x), **ROLES["derivative"])
        ax.axhline(0, **ROLES["reference"])
        ax.set_title(activation.name, fontsize=9)
        ax.set_ylim(-2, 3)
        ax.tick_params(labelsize=8)
    figure.legend(["function", "derivative"], loc="outside lower center", ncols=2)
    return figure


def draw_tangents(name, points):
    """One function with its tangents at `points`; next to it its derivative."""
    activation = ACTIVATIONS[name]
    figure, (left, right) = new_figure(1, 2, height=2.9)
    x = np.linspace(-12, 12, 481)
    left.plot(x, activation.function(x), **ROLES["function"])
    for point in points:
        at, slope = activation.function(np.array(point)), activation.derivative(np.array(point))
        near = np.array([-2.5, 2.5])
        left.plot(point + near, at + slope * near, color="black", linewidth=2)
        left.plot(point, at, "ko", markersize=5)
        right.plot(point, slope, "ko", markersize=5)
    right.plot(x, activation.derivative(x), **ROLES["derivative"])
    left.set(title=f"{name}, with tangents", xlabel="x", ylim=(-0.2, 1.2))
    right.set(title="its slope", xlabel="x")
    return figure


def draw_depth(results):
    """Accuracy against the number of hidden layers, one dot a seed; `results` is a list of DepthResult."""
    figure, ax = new_figure(width=6.5, height=3.2)
    for shift, role, result in zip((-0.04, 0.04), COMPARED, results, strict=False):
        depths = np.array(result.depths)
        look = ROLES[role] | {"marker": ""}
        ax.plot(depths + shift, 100 * result.accuracy.mean(axis=1), label=f"{result.activation}, mean", **look)
        spread = np.repeat(depths + shift, result.accuracy.shape[1])
        ax.plot(spread, 100 * result.accuracy.ravel(), color=look["color"], marker=ROLES[role]["marker"], linestyle="")
    ax.axhline(10, **ROLES["reference"])
    ax.text(1, 12, "guessing", color=GREY, fontsize=9)
    ax.set(xlabel="hidden layers", ylabel="validation accuracy in %", ylim=(0, 102), xticks=depths)
    ax.legend(loc="center left")
    return figure


def draw_signs(batch_sizes, shares):
    """Share of updates in which a unit's weight gradients agree in sign; `shares` is {name: one share a batch size}."""
    figure, ax = new_figure(width=6.5, height=3.0)
    for role, (name, values) in zip(COMPARED, shares.items(), strict=False):
        ax.plot(batch_sizes, 100 * np.array(values), label=name, **ROLES[role])
    ax.set_xscale("log", base=2)
    ax.set_xticks(batch_sizes, [str(size) for size in batch_sizes])
    ax.set(xlabel="samples in the batch", ylabel="all of one sign, in %", ylim=(-3, 103))
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.45))
    return figure


def draw_zig_zag(positive, centred):
    """Two paths in the plane of two weights: inputs that are all positive, and the same inputs centred."""
    figure, axes = new_figure(1, 2, width=8, height=3.6, sharex=True, sharey=True)
    for ax, walk, role, title in zip(
        axes, (positive, centred), ("backward", "forward"), ("inputs all positive", "inputs centred"), strict=True
    ):
        path = walk.path[: walk.steps_needed + 1]
        ax.plot(*path.T, color=ROLES[role]["color"], marker="o", markersize=3, linewidth=1)
        ax.plot(*path[0], "ks", markersize=7)
        ax.plot(*walk.goal, "k*", markersize=13)
        ax.annotate("start", path[0], xytext=(8, 4), textcoords="offset points")
        ax.annotate("goal", walk.goal, xytext=(8, 4), textcoords="offset points")
        ax.set(title=f"{title}: {walk.steps_needed} steps", xlabel="weight 1", aspect="equal")
    axes[0].set_ylabel("weight 2")
    return figure


def draw_deaths(results):
    """Share of dead units against the learning rate; `results` is {label: (rates, shares)}."""
    figure, ax = new_figure(width=6.5, height=3.2)
    for role, (label, (rates, shares)) in zip(COMPARED, results.items(), strict=False):
        ax.plot(rates, 100 * np.asarray(shares), label=label, **ROLES[role])
    ax.set_xscale("log")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="learning rate", ylabel="dead hidden units in %", ylim=(-3, 103))
    ax.legend()
    return figure


def draw_silence(result):
    """How often each unit of each layer is silent, as one histogram a layer."""
    layers = len(result.by_unit)
    figure, axes = new_figure(1, layers, height=2.6, sharey=True)
    for number, (ax, shares) in enumerate(zip(axes, result.by_unit, strict=True), start=1):
        ax.hist(100 * shares, bins=np.linspace(0, 100, 21), color=ROLES["forward"]["color"])
        ax.axvline(50, **ROLES["reference"])
        ax.set(title=f"layer {number}", xlabel="silent for % of the samples")
    axes[0].set_ylabel("units")
    return figure


def draw_curves(results):
    """Validation accuracy against epochs, each function at its best rate; `results` is a list of SpeedResult."""
    figure, ax = new_figure(width=6.5, height=3.2)
    for role, result in zip(COMPARED, results, strict=False):
        curve = result.curves[result.best]
        label = f"{result.activation}, rate {result.rates[result.best]:g}"
        ax.plot(np.arange(len(curve)), 100 * curve, label=label, **ROLES[role] | {"markevery": 3})
    ax.set(xlabel="epoch", ylabel="validation accuracy in %", ylim=(0, 102))
    ax.legend(loc="lower right")
    return figure


def draw_family(names, reach=4.0):
    """A few functions on one pair of axes, with their derivatives on another."""
    figure, (left, right) = new_figure(1, 2)
    x = np.linspace(-reach, reach, 401)
    for role, name in zip(COMPARED, names, strict=False):
        look = ROLES[role] | {"marker": ""}
        left.plot(x, ACTIVATIONS[name].function(x), label=name, **look)
        right.plot(x, ACTIVATIONS[name].derivative(x), **look)
    for ax, title in ((left, "function"), (right, "derivative")):
        ax.axhline(0, **ROLES["reference"])
        ax.set(title=title, xlabel="x")
    left.set_ylim(-1.1, 2)
    left.legend()
    return figure


def draw_landscapes(landscapes):
    """Output landscapes as heights, and below them where they bend."""
    figure, axes = new_figure(2, len(landscapes), width=9, height=5.6, sharex=True, sharey=True)
    for column, landscape in enumerate(landscapes):
        low, high = landscape.axis[0], landscape.axis[-1]
        axes[0, column].contourf(landscape.axis, landscape.axis, landscape.height, levels=16, cmap="cividis")
        axes[0, column].set(title=landscape.activation, aspect="equal")
        box = {"extent": (low, high, low, high), "origin": "lower", "interpolation": "nearest"}
        axes[1, column].imshow(np.round(8 * landscape.bends**0.5), cmap="Greys", **box)
        axes[1, column].set_xlabel("input 1")
    axes[0, 0].set_ylabel("output\ninput 2")
    axes[1, 0].set_ylabel("where it bends\ninput 2")
    return figure


def draw_published(table):
    """A published comparison as a dot chart: one row a function, one marker a column."""
    figure, ax = new_figure(width=6.5, height=3.0)
    rows = np.arange(len(table.functions))[::-1]
    for role, column, values in zip(COMPARED, table.columns, table.values.T, strict=False):
        look = {key: ROLES[role][key] for key in ("color", "marker")}
        ax.plot(values, rows, label=column, linestyle="", **look)
    ax.set_yticks(rows, table.functions)
    ax.set_xlabel("accuracy on CIFAR-10 in %")
    ax.grid(axis="y", color="#DDDDDD")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
