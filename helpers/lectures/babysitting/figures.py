"""The figures of lecture 10."""

import numpy as np

from helpers.drawing.style import BLUE, COMPARED, GREY, ROLES, VERMILLION, new_figure

CHANCE = np.log(10)  # the loss of ten classes, none of them preferred
GOOD_RATIO = 1e-3


def draw_step_sizes(steps, errors):
    """Relative error of a slope against the step of the difference quotient; errors is {label: (steps,)}."""
    figure, ax = new_figure(width=7.5, height=3.2)
    for role, (label, curve) in zip(COMPARED, errors.items(), strict=False):
        ax.loglog(steps, curve, label=label, **ROLES[role])
    ax.invert_xaxis()
    ax.set(xlabel="step", ylabel="relative error")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def draw_by_heart(log):
    """A run on twenty pictures: its loss on a logarithmic axis, and its accuracy."""
    figure, (left, right) = new_figure(1, 2, height=3)
    left.semilogy(log.update, log.train_loss, **ROLES["train"])
    left.axhline(CHANCE, **ROLES["reference"])
    left.set(title="loss", xlabel="epoch")
    right.plot(log.update, 100 * log.train_accuracy, **ROLES["train"])
    right.axhline(10, **ROLES["reference"])
    right.set(title="right answers in %", xlabel="epoch", ylim=(0, 104))
    return figure


def draw_probabilities(before, after, label, names):
    """What softmax says about one picture at two moments, (classes,) each, on the whole scale and under a lens."""
    figure, axes = new_figure(1, 2, height=3.2)
    places = np.arange(len(before))
    for ax, title in zip(axes, ("as it is", "under the lens"), strict=True):
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
    return figure


def draw_rates(logs):
    """Training loss of several rates on one pair of axes; {label: Log}."""
    figure, ax = new_figure(width=8.5, height=3.4)
    looks = [ROLES[role] for role in COMPARED]
    for number, (label, log) in enumerate(logs.items()):
        look = looks[number % 4] | ({} if number < 4 else {"markerfacecolor": "white", "linewidth": 1})
        ax.plot(log.update, np.clip(log.train_loss, 0, 3), label=label, markevery=3, **look)
    ax.axhline(CHANCE, **ROLES["reference"])
    ax.set(xlabel="update", ylabel="training loss (cut off at 3)", ylim=(0, 3.05))
    ax.legend(title="learning rate", loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def draw_gallery(logs, titles=True, columns=3):
    """Loss curves, one small plot each: training solid, validation dashed; {title: Log}."""
    rows = -(-len(logs) // columns)
    figure, axes = new_figure(rows, columns, height=2.2 * rows, sharex=True)
    for number, (ax, (title, log)) in enumerate(zip(axes.ravel(), logs.items(), strict=False)):
        top = 3 if log.train_loss[0] < 3 else 1.05 * log.train_loss[0]
        ax.plot(log.update, np.clip(log.train_loss, 0, top), **ROLES["train"])
        ax.plot(log.update, np.clip(log.validation_loss, 0, top), **ROLES["validation"])
        ax.axhline(CHANCE, **ROLES["reference"])
        ended = np.flatnonzero(~np.isfinite(log.train_loss))
        if ended.size:
            ax.axvline(log.update[ended[0]], color=VERMILLION)
            ax.text(log.update[ended[0]], 0.2, " not finite", color=VERMILLION, fontsize=9)
        ax.set(ylim=(0, top * 1.02), title=title if titles else f"curve {number + 1}")
    for ax in axes[-1]:
        ax.set_xlabel("update")
    for ax in axes[:, 0]:
        ax.set_ylabel("loss")
    return figure


def draw_gap(logs):
    """Training and validation loss of some runs side by side, with the gap between them shaded; {title: Log}."""
    figure, axes = new_figure(1, len(logs), height=3, sharey=True)
    for ax, (title, log) in zip(axes, logs.items(), strict=True):
        ax.plot(log.update, log.train_loss, label="training", **ROLES["train"])
        ax.plot(log.update, log.validation_loss, label="validation", **ROLES["validation"])
        ax.fill_between(log.update, log.train_loss, log.validation_loss, color=GREY, alpha=0.2, linewidth=0)
        ax.set(title=title, xlabel="update", ylim=(0, 2.5))
    axes[0].set_ylabel("loss")
    axes[0].legend()
    return figure


def draw_ratios(logs):
    """Update over weight, layer by layer, for some runs; {title: Log}."""
    figure, axes = new_figure(1, len(logs), height=3, sharey=True)
    for ax, (title, log) in zip(axes, logs.items(), strict=True):
        for role, layer in zip(COMPARED, range(log.ratios.shape[1]), strict=False):
            look = ROLES[role] | {"markevery": 5}
            ax.semilogy(log.update[1:], np.maximum(log.ratios[1:, layer], 1e-9), label=f"layer {layer + 1}", **look)
        ax.axhline(GOOD_RATIO, **ROLES["reference"])
        ax.set(title=title, xlabel="update", ylim=(5e-10, 1))
    axes[0].set_ylabel("update / weights")
    axes[1 % len(logs)].legend(loc="center right")
    return figure


def draw_schedules(schedules, logs):
    """Rates and losses of runs with the same labels; {label: function of the step} and {label: Log}."""
    figure, (left, right) = new_figure(1, 2, height=3.6)
    for number, (label, log) in enumerate(logs.items()):
        look = ROLES[COMPARED[number % 4]] | ({} if number < 4 else {"markerfacecolor": "white", "linewidth": 1})
        steps = np.arange(log.update[-1])
        left.plot(steps, [1000 * schedules[label](int(step)) for step in steps], label=label, markevery=150, **look)
        right.plot(log.update, log.validation_loss, markevery=3, **look)
    left.set(title="learning rate, in thousandths", xlabel="update")
    right.set(title="validation loss", xlabel="update", ylim=(0.7, 2.4))
    right.legend(*left.get_legend_handles_labels(), loc="upper right")
    return figure
