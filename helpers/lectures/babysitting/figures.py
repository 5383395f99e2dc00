"""The figures of lecture 10."""

import numpy as np

from helpers.drawing.style import BLUE, COMPARED, GREY, ROLES, VERMILLION, described, new_figure

CHANCE = np.log(10)  # the loss of ten classes, none of them preferred
GOOD_RATIO = 1e-3
TOP = 3.0  # the highest loss that most figures show
LOOKS = [ROLES[role] for role in COMPARED]


def look_of(number):
    """The look of one of up to eight things that are compared: from the fifth on, hollow markers and thin lines."""
    return LOOKS[number % 4] | ({} if number < 4 else {"markerfacecolor": "white", "linewidth": 1})


def draw_pictures(pictures, labels, names, count=20, title=lambda place: ""):
    """The first images, uint8 (n, height, width, 3), each with the name of its class."""
    columns = 10
    rows = -(-count // columns)
    figure, axes = new_figure(rows, columns, width=9.5, height=1.3 * rows)
    for place, ax in enumerate(axes.ravel()):
        ax.imshow(pictures[place])
        ax.set_title(names[labels[place]], fontsize=8)
        ax.set_axis_off()
    shown = ", ".join(names[label] for label in labels[:count])
    return described(
        figure, f"{count} small color images of {len(names)} kinds of shapes, by day and by night: {shown}."
    )


def draw_step_sizes(steps, errors):
    """Relative error of a derivative against the step of the difference quotient; errors is {label: (steps,)}."""
    figure, ax = new_figure(width=7.5, height=3.2)
    for look, (label, curve) in zip(LOOKS, errors.items(), strict=False):
        ax.loglog(steps, curve, label=label, **look)
    ax.invert_xaxis()
    ax.set(xlabel="step", ylabel="median relative error")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    said = "; ".join(
        f"{label}: lowest near 10^{np.log10(min(curve)):.0f} at a step of 10^{np.log10(steps[np.argmin(curve)]):.0f}"
        for label, curve in errors.items()
    )
    return described(figure, f"Relative error against the step, both logarithmic; each curve falls and rises. {said}.")


def draw_memorizing(log):
    """A run on twenty images: its loss on a logarithmic axis, and its accuracy."""
    figure, (left, right) = new_figure(1, 2, height=3)
    left.semilogy(log.update, log.train_loss, **ROLES["train"])
    left.axhline(CHANCE, **ROLES["reference"])
    left.set(title="training loss", xlabel="epoch")
    right.plot(log.update, 100 * log.train_accuracy, **ROLES["train"])
    right.axhline(10, **ROLES["reference"])
    right.set(title="training accuracy in %", xlabel="epoch", ylim=(0, 104))
    return described(
        figure,
        f"Left, the training loss on a logarithmic axis, from {log.train_loss[0]:.2f} to {log.train_loss[-1]:.1g} at "
        f"epoch {log.update[-1]}. Right, the accuracy, {log.train_accuracy[0]:.0%} to {log.train_accuracy[-1]:.0%}.",
    )


def draw_probabilities(before, after, label, names):
    """What softmax says about one image at two moments, (classes,) each, on the whole scale and magnified."""
    figure, axes = new_figure(1, 2, height=3.2)
    places = np.arange(len(before))
    for ax, title in zip(axes, ("from 0 to 1", "magnified"), strict=True):
        for offset, values, color, moment in ((-0.2, before, GREY, "start"), (0.2, after, BLUE, "end")):
            bars = ax.bar(places + offset, values, 0.4, color=color, label=moment)
            bars[label].set_hatch("//")
            bars[label].set_edgecolor("black")
        ax.set_xticks(places, names, rotation=60)
        ax.set_title(title)
    axes[0].set(ylim=(0, 1), ylabel="probability")
    both = np.concatenate([before, after])
    margin = 0.1 * np.ptp(both)
    axes[1].set_ylim(both.min() - margin, both.max() + margin)
    axes[1].ticklabel_format(axis="y", useOffset=False)
    axes[0].legend()
    return described(
        figure,
        f"Ten probabilities of one image at the start and at the end, from {both.min():.4f} to {both.max():.4f}. The "
        f"right class, {names[label]}, goes from {before[label]:.5f} to {after[label]:.5f}.",
    )


def draw_rates(logs):
    """Training loss of several rates on one pair of axes; {label: Log}."""
    figure, ax = new_figure(width=8.5, height=3.4)
    for number, (label, log) in enumerate(logs.items()):
        _curve(ax, log.update, log.train_loss, TOP, label=label, markevery=3, **look_of(number))
    ax.axhline(CHANCE, **ROLES["reference"])
    ax.set(xlabel="update", ylabel="training loss", ylim=(0, 1.02 * TOP))
    ax.legend(title="learning rate", loc="center left", bbox_to_anchor=(1, 0.5))
    return described(figure, f"Training loss against updates. {_endings(logs, TOP)} {_cut(TOP)}")


def draw_range_test(rates, losses):
    """The training loss while the rate rises from batch to batch (Smith 2017); (updates,) each."""
    figure, ax = new_figure(width=7.5, height=3)
    _curve(ax, rates, losses, TOP, **ROLES["train"])
    ax.axhline(CHANCE, **ROLES["reference"])
    ax.set(xscale="log", xlabel="learning rate, rising with every update", ylabel="training loss", ylim=(0, 1.02 * TOP))
    lowest = np.nanargmin(losses)
    return described(
        figure,
        f"Training loss against a learning rate that rises from {rates[0]:.0e} to {rates[-1]:.0e}: lowest, "
        f"{losses[lowest]:.2f}, at a rate of {rates[lowest]:.0e}. {_cut(TOP)}",
    )


def draw_final_losses(rates, endings):
    """The validation loss at the end against the rate: {label: (rates, seeds)}; a run that exploded is infinite."""
    figure, ax = new_figure(width=8, height=3.2)
    top, said = 2.4, []
    for number, (label, values) in enumerate(endings.items()):
        middle = np.median(values, axis=1)
        look = look_of(number)
        ax.plot(rates, np.where(middle < top, middle, np.nan), label=f"{label}, median", **look)
        ax.plot(
            np.repeat(rates, values.shape[1]),
            np.where(values < top, values, np.nan).ravel(),
            ".",
            color=look["color"],
            alpha=0.3,
        )
        gone = np.isinf(values).sum(axis=1)
        for rate, count in zip(rates, gone, strict=True):
            if count:
                ax.text(rate, top - 0.12 * (number + 1), f"{count}×", color=look["color"], ha="center", fontsize=9)
        best = int(np.argmin(middle))
        said.append(f"{label}: lowest median {middle[best]:.2f} at {rates[best]:.0e}, {gone.sum()} runs exploded")
    ax.set(xscale="log", xlabel="first learning rate", ylabel="validation loss at the end", ylim=(0.6, top))
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates], rotation=45)
    ax.set_xticks([], minor=True)
    ax.legend(title="n×: runs that exploded", loc="center left", bbox_to_anchor=(1, 0.5))
    return described(figure, f"Validation loss at the end against the first rate, a dot a seed. {'; '.join(said)}.")


def draw_gallery(logs, titles=True, columns=3):
    """Loss curves, one small plot each: training solid, validation dashed; {title: Log}."""
    rows = -(-len(logs) // columns)
    figure, axes = new_figure(rows, columns, height=2.2 * rows, sharex=True)
    said = []
    for number, (ax, (title, log)) in enumerate(zip(axes.ravel(), logs.items(), strict=False)):
        top = TOP if log.train_loss[0] < TOP else 1.05 * log.train_loss[0]
        _curve(ax, log.update, log.train_loss, top, label="training", **ROLES["train"])
        _curve(ax, log.update, log.validation_loss, top, label="validation", **ROLES["validation"])
        ax.axhline(CHANCE, **ROLES["reference"])
        ended = np.flatnonzero(~np.isfinite(log.train_loss))
        if ended.size:
            ax.axvline(log.update[ended[0]], color=VERMILLION)
            ax.text(log.update[ended[0]], 0.2, " not finite", color=VERMILLION, fontsize=9)
        ax.set(ylim=(0, top * 1.02), title=title if titles else f"curve {number + 1}")
        said.append(f"curve {number + 1}: {log.train_loss[0]:.1f} to {_number(log.train_loss[-1])}")
    for ax in axes[-1]:
        ax.set_xlabel("update")
    for ax in axes[:, 0]:
        ax.set_ylabel("loss")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    words = f"{len(logs)} small plots of training and validation loss; training loss: {', '.join(said)}."
    return described(figure, f"{words} A triangle at the upper edge marks where a curve leaves the frame.")


def draw_gap(penalties, training, validation, title):
    """Both losses at the end against the strength of the penalty, (penalties, seeds) each, with the gap shaded."""
    figure, ax = new_figure(width=8, height=2.8)
    places = np.arange(len(penalties))
    for values, role in ((training, "train"), (validation, "validation")):
        ax.errorbar(
            places, values.mean(axis=1), values.std(axis=1), capsize=3,
            label={"train": "training"}.get(role, role), **ROLES[role],
        )  # fmt: skip
    ax.fill_between(places, training.mean(axis=1), validation.mean(axis=1), color=GREY, alpha=0.2, linewidth=0)
    ax.set_xticks(places, [f"{penalty:g}" for penalty in penalties])
    ax.set(xlabel="regularization", ylabel="loss at the end", ylim=(0, None), title=title)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="mean ± standard deviation")
    said = "; ".join(
        f"{penalty:g}: {low:.2f} and {high:.2f}"
        for penalty, low, high in zip(penalties, training.mean(axis=1), validation.mean(axis=1), strict=True)
    )
    return described(
        figure, f"{title}: training and validation loss at the end for each strength of the penalty. {said}."
    )


def draw_ratios(logs):
    """Update over weight, layer by layer, for some runs; {title: Log}."""
    figure, axes = new_figure(1, len(logs), height=3, sharey=True)
    said = []
    for ax, (title, log) in zip(axes, logs.items(), strict=True):
        for number in range(log.ratios.shape[1]):
            look, ratios = look_of(number) | {"markevery": 5}, log.ratios[1:, number]
            ax.semilogy(log.update[1:], np.where(ratios > 0, ratios, np.nan), label=f"layer {number + 1}", **look)
        ax.axhline(GOOD_RATIO, **ROLES["reference"])
        if not log.ratios[1:].any():
            ax.text(log.update[-1] / 2, 1e-5, "no update:\nthe ratio is 0", ha="center", color=GREY)
        ax.set(title=title, xlabel="update", ylim=(1e-7, 1), xlim=(0, log.update[-1]))
        said.append(f"{title}: {' and '.join(f'{ratio:.0e}' for ratio in log.ratios[-1])}")
    axes[0].set_ylabel("update / weights")
    axes[-1].legend(loc="lower right")
    return described(
        figure, f"Length of an update over length of the weights, by layer; at the end, {'; '.join(said)}."
    )


def draw_first_layer(moments, units=8):
    """The weights of some hidden units as images, at several moments: {label: weights (3072, hidden)}."""
    figure, axes = new_figure(len(moments), units, width=9, height=1.15 * len(moments))
    said = []
    for row, (label, weights) in zip(axes, moments.items(), strict=True):
        for unit, ax in enumerate(row):
            image = weights[:, unit].reshape(32, 32, 3)
            ax.imshow((image - image.min()) / np.ptp(image))
            ax.set_xticks([])
            ax.set_yticks([])
        row[0].set_ylabel(label, fontsize=8)
        neighbors = np.corrcoef(weights[:-3].ravel(), weights[3:].ravel())[0, 1]
        said.append(f"{label}: correlation of neighboring pixels {neighbors:.2f}")
    return described(figure, f"The incoming weights of {units} hidden units as images. {'; '.join(said)}.")


def draw_parabola(walks, curvature=1.0):
    """Gradient descent on a parabola with several rates: {label: positions (steps + 1,)}."""
    figure, axes = new_figure(1, len(walks), height=2.6, sharey=True)
    x = np.linspace(-2.4, 2.4, 200)
    said = []
    for ax, (label, walk) in zip(axes, walks.items(), strict=True):
        ax.plot(x, 0.5 * curvature * x**2, color=GREY, linewidth=1)
        inside = np.abs(walk) <= 2.4
        shown = walk[: len(walk) if inside.all() else int(np.argmin(inside))]
        ax.plot(shown, 0.5 * curvature * shown**2, **ROLES["first"])
        ax.set(title=label, xlabel="weight", ylim=(-0.1, 3))
        said.append(f"{label}: from {walk[0]:.1f} to {_number(walk[-1])}")
    axes[0].set_ylabel("loss")
    return described(figure, f"Steps of gradient descent on a parabola, one plot for each rate. {'; '.join(said)}.")


def draw_schedules(plans, updates, curves):
    """Left, the schedules as multiples of the highest rate; right, the validation loss: {label: (readings,)}."""
    figure, (left, right) = new_figure(1, 2, height=3.6)
    steps = np.arange(updates[-1])
    for number, (label, plan) in enumerate(plans.items()):
        look = look_of(number)
        left.plot(steps, [plan(int(step)) for step in steps], markevery=len(steps) // 8, **look)
        right.plot(updates, np.minimum(curves[label], 2.4), label=label, markevery=3, **look)
    left.set(title="learning rate / highest rate", xlabel="update")
    right.set(title="validation loss, median over seeds", xlabel="update", ylim=(0.7, 2.4))
    right.legend(loc="upper right")
    said = "; ".join(f"{label}: {curve[-1]:.2f}" for label, curve in curves.items())
    return described(
        figure, f"Left, {len(plans)} schedules. Right, validation loss against updates, at the end {said}."
    )


def _curve(ax, x, y, top, **look):
    """A curve that is not drawn above `top`: a triangle marks where it leaves the frame."""
    y = np.asarray(y, dtype=float)
    inside = np.isfinite(y) & (y <= top)
    ax.plot(x, np.where(inside, y, np.nan), **look)
    leaves = np.flatnonzero(inside[:-1] & ~inside[1:])
    if not inside[0]:
        leaves = np.append(0, leaves)
    if leaves.size:
        ax.plot(np.asarray(x)[leaves], np.full(leaves.size, top), "^", color=look["color"], markersize=6, clip_on=False)


def _cut(top):
    return f"A triangle at the upper edge marks where a curve rises above {top:g}."


def _endings(logs, top):
    said = (f"{label}: {_number(log.train_loss[-1])}" for label, log in logs.items())
    return f"At the end, {', '.join(said)}."


def _number(value):
    return f"{value:.2f}" if np.isfinite(value) and abs(value) < 1e4 else "beyond all bounds"
