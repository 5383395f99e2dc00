"""The figures of lecture 04: each draws what it is given, and says in words what it drew."""

import numpy as np
from matplotlib.colors import PowerNorm

from helpers.drawing.style import (
    ACTIVATION_LOOKS,
    BLUE,
    COMPARED,
    GREY,
    ORANGE,
    ROLES,
    SKY,
    VERMILLION,
    described,
    looks,
    new_figure,
)
from helpers.neural.activations import ACTIVATIONS, portrait


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
    figure.legend(["function (cut off at -2 and 3)", "derivative"], loc="outside lower center", ncols=2)
    flat = {name: portrait(activation).flat for name, activation in ACTIVATIONS.items()}
    groups = [
        f"flat on {side}: {', '.join(name for name, where in flat.items() if where == side)}"
        for side in ("both sides", "left", "nowhere")
    ]
    return described(
        figure,
        f"{len(ACTIVATIONS)} small plots from {-reach:g} to {reach:g}, one for each activation function, with its "
        f"derivative dashed. {'; '.join(groups)}.",
    )


def draw_digits(data, count=20):
    """The first pictures to train on, with their labels."""
    figure, axes = new_figure(2, count // 2, width=8, height=2.1)
    side = int(data.x_train.shape[1] ** 0.5)
    for ax, picture, label in zip(axes.flat, data.x_train, data.y_train, strict=False):
        ax.imshow(picture.reshape(side, side), cmap="Greys")
        ax.set_title(str(label), fontsize=9)
        ax.set_axis_off()
    shown = ", ".join(map(str, data.y_train[:count]))
    return described(figure, f"{count} of the pictures of handwritten digits, {side} by {side} pixels each: {shown}.")


def draw_tangents(name, points):
    """One function with its tangents at `points`; next to it its derivative."""
    activation = ACTIVATIONS[name]
    figure, (left, right) = new_figure(1, 2, height=2.9)
    x = np.linspace(-12, 12, 481)
    left.plot(x, activation.function(x), **ROLES["function"])
    slopes = [float(activation.derivative(np.array(point))) for point in points]
    for point, slope in zip(points, slopes, strict=True):
        at = activation.function(np.array(point))
        near = np.array([-2.5, 2.5])
        left.plot(point + near, at + slope * near, color="black", linewidth=2)
        left.plot(point, at, "ko", markersize=5)
        right.plot(point, slope, "ko", markersize=5)
    right.plot(x, activation.derivative(x), **ROLES["derivative"])
    left.set(title=f"{name}, with tangents", xlabel="x", ylim=(-0.2, 1.2))
    right.set(title="its derivative", xlabel="x")
    tangents = ", ".join(f"{slope:.2g} at {point:g}" for point, slope in zip(points, slopes, strict=True))
    return described(
        figure,
        f"Left: {name} from -12 to 12 with tangents; their slopes are {tangents}. Right: its derivative, which is "
        f"largest at {x[activation.derivative(x).argmax()]:g}.",
    )


def draw_chain(layers=3):
    """The forward pass of a few layers as arrows to the right, the backward pass as arrows to the left."""
    names = ["$h_0$"] + [name for i in range(1, layers + 1) for name in (f"$z_{i}$", f"$h_{i}$")]
    forward = [label for i in range(1, layers + 1) for label in (f"$W_{i}$", "$f$")]
    backward = [label for i in range(1, layers + 1) for label in (rf"$\times W_{i}^\top$", f"$\\times f'(z_{i})$")]
    figure, ax = new_figure(width=9, height=1.9)
    ax.set(xlim=(-0.4, len(names) - 0.4), ylim=(-0.75, 0.75))
    ax.set_axis_off()
    for place, name in enumerate(names):
        ax.text(place, 0, name, ha="center", va="center", fontsize=13, bbox={"boxstyle": "circle", "fc": "white"})
    for place, (there, back) in enumerate(zip(forward, backward, strict=True)):
        for height, label, role, ends in (
            (0.3, there, "forward", (place + 0.15, place + 0.85)),
            (-0.3, back, "backward", (place + 0.85, place + 0.15)),
        ):
            color = ROLES[role]["color"]
            ax.annotate("", (ends[1], height), (ends[0], height), arrowprops={"arrowstyle": "->", "color": color})
            ax.text(place + 0.5, height * 1.9, label, ha="center", va="center", color=color)
    return described(
        figure,
        f"A chain of {layers} layers. To the right, the signal is multiplied by a weight matrix and goes through the "
        "activation function, layer by layer. To the left, the gradient is multiplied by the derivative of the "
        "activation function and by the transposed weight matrix of each layer.",
    )


def draw_depth(results):
    """Accuracy against the number of hidden layers, one dot a seed; `results` is a list of DepthResult."""
    figure, ax = new_figure(width=6.5, height=3.2)
    words = []
    for shift, result in zip((-0.04, 0.04), results, strict=False):
        depths = np.array(result.depths)
        look = ACTIVATION_LOOKS[result.activation]
        mean = 100 * result.accuracy.mean(axis=1)
        ax.plot(depths + shift, mean, label=f"{result.activation}, mean", **look | {"marker": ""})
        spread = np.repeat(depths + shift, result.accuracy.shape[1])
        ax.plot(spread, 100 * result.accuracy.ravel(), color=look["color"], marker=look["marker"], linestyle="")
        words.append(f"{result.activation} {', '.join(f'{value:.0f}' for value in mean)}")
    ax.axhline(10, **ROLES["reference"])
    ax.text(1, 12, "guessing", color=GREY, fontsize=9)
    ax.set(xlabel="hidden layers", ylabel="validation accuracy in %", ylim=(0, 102), xticks=depths)
    ax.legend(loc="center left")
    return described(
        figure,
        f"Validation accuracy against {depths[0]} to {depths[-1]} hidden layers, a dot for each of "
        f"{results[0].accuracy.shape[1]} seeds. Means in percent: {'; '.join(words)}.",
    )


def draw_rate_and_scale(results):
    """Accuracy as a color for every pair of learning rate and weight scale; `results` is a list of RateAndScale."""
    figure, axes = new_figure(1, len(results), width=4.6 * len(results), height=3.4, squeeze=False)
    words = []
    for ax, result in zip(axes[0], results, strict=True):
        percent = 100 * result.mean
        image = ax.imshow(percent, origin="lower", cmap="cividis", vmin=0, vmax=100, aspect="auto")
        for (i, j), value in np.ndenumerate(percent):
            ax.text(j, i, f"{value:.0f}", ha="center", va="center", color="black" if value > 55 else "white")
        ax.set_xticks(range(len(result.scales)), [f"{scale:g}" for scale in result.scales])
        ax.set_yticks(range(len(result.rates)), [f"{rate:g}" for rate in result.rates])
        ax.set(title=result.activation, xlabel="weight scale, in units of 1/sqrt(fan_in)", ylabel="learning rate")
        rate, scale = result.best
        words.append(
            f"{result.activation}: {np.sum(percent >= 90)} of {percent.size} fields reach 90 percent; the best is "
            f"{percent.max():.0f} at rate {rate:g} and scale {scale:g}."
        )
    figure.colorbar(image, ax=axes[0].tolist(), label="validation accuracy in %")
    return described(figure, f"Maps of learning rate against weight scale, accuracy as color. {' '.join(words)}")


def draw_signs(batch_sizes, shares):
    """Share of updates in which a unit's weight gradients agree in sign; `shares` is {name: one share a batch size}."""
    figure, ax = new_figure(width=6.5, height=3.0)
    for look, (name, values) in zip(looks(shares), shares.items(), strict=True):
        ax.plot(batch_sizes, 100 * np.array(values), label=name, **look)
    ax.set_xscale("log", base=2)
    ax.set_xticks(batch_sizes, [str(size) for size in batch_sizes])
    ax.set(xlabel="samples in the batch", ylabel="all of one sign, in %", ylim=(-3, 103))
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.45))
    ends = "; ".join(f"{name} {100 * values[0]:.0f} and {100 * values[-1]:.0f}" for name, values in shares.items())
    return described(
        figure,
        "Percent of updates in which all weight gradients of a unit have one sign, against the batch size. For "
        f"{batch_sizes[0]} and for {batch_sizes[-1]} samples: {ends}.",
    )


def draw_zig_zag(positive, centered):
    """Two paths in the plane of two weights, each at its best rate: positive inputs, and the same with random signs."""
    figure, axes = new_figure(1, 2, width=8, height=3.6, sharex=True, sharey=True)
    words = []
    for ax, found, color, title in zip(
        axes, (positive, centered), (ORANGE, SKY), ("inputs all positive", "the same, with random signs"), strict=True
    ):
        path = found.path
        ax.plot(*path.T, color=color, marker="o", markersize=3, linewidth=1)
        ax.plot(*path[0], "ks", markersize=7)
        ax.plot(*found.goal, "k*", markersize=13)
        ax.annotate("start", path[0], xytext=(8, 4), textcoords="offset points")
        ax.annotate("goal", found.goal, xytext=(8, 4), textcoords="offset points")
        ax.set(title=title, xlabel="weight 1", aspect="equal")
        moves = np.diff(path, axis=0)
        together = np.mean(moves[:, 0] * moves[:, 1] > 0)
        words.append(f"{title}: {len(moves)} steps, both weights in one direction in {100 * together:.0f} percent of")
    axes[0].set_ylabel("weight 2")
    return described(figure, f"Two paths from the upper left to the lower right. {' them; '.join(words)} them.")


def draw_deaths(rates, dead):
    """Share of dead units against the learning rate; `dead` is {label: one share a rate}."""
    figure, ax = new_figure(width=6.5, height=3.2)
    colors = {"first": BLUE, "second": BLUE, "third": BLUE, "fourth": SKY}  # three times ReLU, then the leaky one
    words = []
    for role, (label, shares) in zip(COMPARED, dead.items(), strict=False):
        ax.plot(rates, 100 * np.asarray(shares), label=label, **ROLES[role] | {"color": colors[role]})
        words.append(f"{label}: {', '.join(f'{100 * share:.0f}' for share in shares)}")
    ax.set_xscale("log")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="learning rate", ylabel="dead hidden units in %", ylim=(-3, 103))
    ax.legend()
    return described(
        figure,
        f"Percent of dead hidden units at the rates {', '.join(f'{rate:g}' for rate in rates)}. {'; '.join(words)}.",
    )


def draw_silence(result):
    """How often each unit of each layer is silent, as one histogram a layer."""
    layers = len(result.by_unit)
    figure, axes = new_figure(1, layers, height=2.6, sharey=True)
    words = []
    for number, (ax, shares) in enumerate(zip(axes, result.by_unit, strict=True), start=1):
        ax.hist(100 * shares, bins=np.linspace(0, 100, 21), color=ACTIVATION_LOOKS["relu"]["color"])
        ax.axvline(50, **ROLES["reference"])
        ax.set(title=f"layer {number}", xlabel="silent for % of the samples")
        words.append(
            f"layer {number}: mean {100 * shares.mean():.0f}, standard deviation over units {100 * shares.std():.0f}"
        )
    axes[0].set_ylabel("units")
    return described(
        figure, f"Histograms over units of the percent of samples for which a unit is silent. {'; '.join(words)}."
    )


def draw_one_death(death):
    """The pre-activations of one unit over all samples, before and after training."""
    figure, ax = new_figure(width=6.5, height=2.9)
    both = np.concatenate([death.before, death.after])
    bins = np.linspace(both.min(), both.max(), 41)
    ax.hist(death.before, bins, color=SKY, label="before training")
    ax.hist(death.after, bins, color=VERMILLION, label="after training", histtype="step", linewidth=2)
    ax.axvline(0, color="black", linewidth=1)
    ax.set(xlabel="pre-activation of one unit", ylabel="training samples")
    ax.legend()
    positive = [f"{100 * np.mean(values > 0):.0f} percent of the samples" for values in (death.before, death.after)]
    return described(
        figure,
        "Two histograms of the pre-activation of one ReLU unit over the training samples. It is positive for "
        f"{positive[0]} before training and for {positive[1]} after it, when the largest is {death.after.max():.1f}.",
    )


def draw_curves(results, target):
    """Validation accuracy against epochs, each at its best setting; `results` is {label: SpeedResult}."""
    figure, ax = new_figure(width=6.5, height=3.2)
    words = []
    for label, result in results.items():
        rate, scale = result.settings[result.best]
        look = ACTIVATION_LOOKS[result.activation] | {"markevery": 3}
        if scale == 1 and result.activation == "sigmoid":
            look |= {"linestyle": ":", "marker": ""}  # the usual weights, beside the larger ones
        curve = result.curves[result.best]
        ax.plot(np.arange(len(curve)), 100 * curve, label=f"{label}: rate {rate:g}, scale {scale:.2g}", **look)
        words.append(f"{label} {result.epochs_at_best:g}")
    ax.axhline(100 * target, **ROLES["reference"])
    ax.set(xlabel="epoch", ylabel="validation accuracy in %", ylim=(0, 102))
    ax.legend(loc="lower right")
    return described(
        figure,
        "Validation accuracy against epochs, mean over seeds, each at its best setting. Epochs until "
        f"{100 * target:.0f} percent, median over seeds: {'; '.join(words)}.",
    )


def draw_family(names, reach=4.0):
    """A few functions on one pair of axes, with their derivatives on another."""
    figure, (left, right) = new_figure(1, 2)
    x = np.linspace(-reach, reach, 801)
    words = []
    for look, name in zip(looks(names), names, strict=True):
        look = look | {"marker": ""}
        values, slopes = ACTIVATIONS[name].function(x), ACTIVATIONS[name].derivative(x)
        left.plot(x, values, label=name, **look)
        right.plot(x, slopes, **look)
        words.append(
            f"{name}: lowest value {values.min():.2f}, derivative from {slopes.min():.2f} to {slopes.max():.2f}"
        )
    for ax, title in ((left, "function (cut off at 2)"), (right, "derivative")):
        ax.axhline(0, **ROLES["reference"])
        ax.set(title=title, xlabel="x")
    left.set_ylim(-1.1, 2)
    left.legend()
    return described(figure, f"Functions and derivatives from {-reach:g} to {reach:g}. {'; '.join(words)}.")


def draw_landscapes(landscapes):
    """Output landscapes, each with its bends at the right; one scale for all outputs, and one for all bends."""
    figure, axes = new_figure(len(landscapes) // 3, 6, height=6.4, sharex=True, sharey=True)
    words = []
    for (left, right), landscape in zip(axes.reshape(-1, 2), landscapes, strict=True):
        axis, bends = landscape.axis, landscape.bends
        levels = np.linspace(-3, 3, 17)
        heights = left.contourf(axis, axis, landscape.height, levels=levels, cmap="cividis", extend="both")
        left.set(aspect="equal", title=landscape.activation, xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        box = {"extent": (axis[1], axis[-2], axis[1], axis[-2]), "origin": "lower", "interpolation": "nearest"}
        shades = right.imshow(bends, norm=PowerNorm(0.5, vmin=0, vmax=1), cmap="Greys", **box)
        right.set_title("bends")
        words.append(f"{landscape.activation} {np.quantile(bends, 0.99):.2f}")
    for ax in axes[-1]:
        ax.set_xlabel("input 1")
    for ax in axes[:, 0]:
        ax.set_ylabel("input 2")
    below = {"location": "bottom", "shrink": 0.8, "aspect": 40}
    figure.colorbar(heights, ax=axes[:, :3], label="output, standardized", ticks=(-3, 0, 3), **below)
    figure.colorbar(shades, ax=axes[:, 3:], label="bends: change of the derivative", extend="max", **below)
    return described(
        figure,
        f"Outputs of one random network over the plane of its two inputs, with {len(landscapes)} activations. At the "
        "right of each, dark where the derivative changes most from one point to the next. Change in the sharpest "
        f"hundredth of the plane, at least: {', '.join(words)}.",
    )


def draw_published(table):
    """A published comparison as a dot chart: one row a function, one marker a column."""
    figure, ax = new_figure(width=6.5, height=3.0)
    rows = np.arange(len(table.functions))[::-1]
    words = []
    for role, column, values in zip(COMPARED, table.columns, table.values.T, strict=False):
        look = {key: ROLES[role][key] for key in ("color", "marker")}
        ax.plot(values, rows, label=column, linestyle="", **look)
        words.append(f"{column} from {values.min()} to {values.max()}")
    ax.set_yticks(rows, table.functions)
    ax.set_xlabel("accuracy on CIFAR-10 in %")
    ax.grid(axis="y", color="#DDDDDD")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return described(
        figure, f"Accuracies of {len(table.functions)} functions on three networks, in percent: {'; '.join(words)}."
    )
