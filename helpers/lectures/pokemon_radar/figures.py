"""The figures of lecture 12."""

import numpy as np

from helpers.drawing.style import BLUE, COMPARED, GREY, ROLES, VERMILLION, described, new_figure


def draw_scales(names, lows, highs):
    """The range of every column, on one axis: three arrays (columns,)."""
    figure, ax = new_figure(width=8.5, height=2.6)
    places = np.arange(len(names))
    ax.vlines(places, lows, highs, color=BLUE, linewidth=1.5)
    ax.set(xlabel="column", ylabel="lowest to highest value", xlim=(-1, len(names)))
    widths = np.asarray(highs) - lows
    order = np.argsort(-widths, kind="stable")[:4]
    widest = ", ".join(f"{names[i]} ({widths[i]:g})" for i in order)
    narrow = int(np.sum(widths <= 1))
    return described(
        figure,
        f"The range of {len(names)} columns as vertical lines. The widest are {widest}; {narrow} of them are at most 1 "
        "wide.",
    )


def draw_rates(curves, baselines=None):
    """Validation accuracy by rate: {label: {rate: accuracies (draws,)}}, and horizontal lines {label: accuracy}."""
    figure, ax = new_figure(width=7.5, height=3.2)
    words = []
    for (label, found), role in zip(curves.items(), COMPARED, strict=False):
        means, spreads = ([f(values) for values in found.values()] for f in (np.mean, np.std))
        ax.errorbar(list(found), means, yerr=spreads, capsize=3, **ROLES[role], label=label)
        words.append(f"{label}: " + ", ".join(f"{m:.2f} at {rate:g}" for rate, m in zip(found, means, strict=True)))
    for label, level in (baselines or {}).items():
        ax.axhline(level, **ROLES["reference"])
        ax.annotate(label, (1, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=GREY)
        words.append(f"{label}: {level:.2f}")
    ax.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy")
    ax.legend()
    return described(figure, f"Validation accuracy by learning rate, mean and spread over draws. {'; '.join(words)}.")


def draw_curves(named):
    """Loss and accuracy by epoch, a row of two panels for each label: {label: [Curves of each draw]}."""
    figure, axes = new_figure(len(named), 2, width=8.5, height=2.6 * len(named), squeeze=False)
    words = []
    for line, (label, found) in zip(axes, named.items(), strict=True):
        for ax, measure in zip(line, ("loss", "accuracy"), strict=True):
            for part in ("train", "validation"):
                values = np.array([getattr(one, f"{part}_{measure}") for one in found])
                epochs = np.arange(1, values.shape[1] + 1)
                ax.plot(epochs, values.mean(axis=0), **ROLES[part], label=part)
                color = ROLES[part]["color"]
                ax.fill_between(epochs, values.min(axis=0), values.max(axis=0), color=color, alpha=0.15, linewidth=0)
                ends = values.mean(axis=0)
                words.append(f"{label}, {part} {measure}: {ends[0]:.2f} at first, {ends[-1]:.2f} at last")
            ax.set(xlabel="epoch", ylabel=measure)
        line[0].set(title=label, ylim=(0, None))
        line[1].set(ylim=(0, 1.02))
    axes[0, 0].legend()
    return described(figure, f"Loss and accuracy by epoch, mean over draws, lowest and highest. {'; '.join(words)}.")


def draw_board(decisions):
    """The table of decisions as a picture: [(name, gains (draws,), kept)], from top to bottom."""
    figure, ax = new_figure(width=8, height=0.36 * len(decisions) + 1)
    words = []
    for place, (name, gains, kept) in enumerate(decisions):
        points = 100 * np.asarray(gains)
        color = BLUE if kept else VERMILLION
        error = 2 * points.std(ddof=1) / np.sqrt(len(points))
        ax.plot(points, np.full(len(points), place), ".", color=GREY, markersize=4)
        ax.errorbar(points.mean(), place, xerr=error, fmt="o" if kept else "x", color=color, capsize=3)
        words.append(f"{name}: {points.mean():.1f}, {'kept' if kept else 'not kept'}")
    ax.axvline(0, **ROLES["reference"])
    ax.set_yticks(range(len(decisions)), [name for name, *_ in decisions])
    ax.invert_yaxis()
    ax.set(xlabel="gain in points of validation accuracy")
    return described(
        figure,
        "What each change gains, a gray point for each draw; the mean with two standard errors is a blue dot where the "
        f"change was kept and a red cross where it was not. {'; '.join(words)}.",
    )


def draw_confusion(matrices, classes):
    """Confusion matrices side by side, as shares of each row: {label: counts (classes, classes)}."""
    figure, axes = new_figure(1, len(matrices), width=4.2 * len(matrices), height=3.6, squeeze=False)
    words = []
    for ax, (label, counts) in zip(axes[0], matrices.items(), strict=True):
        shares = counts / counts.sum(axis=1, keepdims=True)
        ax.imshow(shares, cmap="cividis", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(counts):
            color = "white" if shares[row, column] < 0.5 else "black"
            ax.text(column, row, count, ha="center", va="center", color=color)
        ax.set(title=label, xlabel="predicted id", ylabel="true id")
        ax.set_xticks(range(len(classes)), classes)
        ax.set_yticks(range(len(classes)), classes)
        of_class = ", ".join(f"{one}: {share:.2f}" for one, share in zip(classes, np.diag(shares), strict=True))
        words.append(f"{label}: {of_class}")
    return described(figure, f"Confusion matrices with counts. Share of each class that is found: {'; '.join(words)}.")


def draw_log(log, mark=None):
    """Columns of a log by epoch: {name: values (epochs,)}; `mark` is an epoch at which a line stands."""
    figure, ax = new_figure(width=7, height=2.8)
    roles = {"loss": "train", "val_loss": "validation"}
    words = []
    for name, values in log.items():
        ax.plot(np.arange(1, len(values) + 1), values, label=name, **ROLES[roles.get(name, "first")])
        words.append(f"{name}: {values[0]:.2f} at first, {values[-1]:.2f} at last")
    if mark is not None:
        ax.axvline(mark + 0.5, **ROLES["reference"])
    ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    ax.legend()
    return described(figure, f"A log of {len(next(iter(log.values())))} epochs. {'; '.join(words)}.")
