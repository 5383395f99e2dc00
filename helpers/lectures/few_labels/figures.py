"""The figures of lecture 13."""

import numpy as np

from helpers.drawing.style import BLUE, COMPARED, GREY, ROLES, VERMILLION, described, new_figure


def draw_pictures(rows, title=""):
    """Digits of 8 x 8 pixels, a row for each label: {label: pictures (n, 64)}."""
    count = len(next(iter(rows.values())))
    figure, axes = new_figure(len(rows), count, width=0.8 * count + 1.2, height=0.85 * len(rows) + 0.2, squeeze=False)
    for line, (label, pictures) in zip(axes, rows.items(), strict=True):
        for ax, picture in zip(line, pictures, strict=True):
            ax.imshow(np.reshape(picture, (8, 8)), cmap="gray_r", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return described(figure, f"{count} pictures of digits in {len(rows)} rows: {', '.join(rows)}. {title}".strip())


def draw_methods(results, xlabel="test accuracy"):
    """Accuracy by method as points with the spread over seeds: {method: accuracies (seeds,)}."""
    figure, ax = new_figure(width=7.5, height=0.35 * len(results) + 0.9)
    means = {name: np.mean(values) for name, values in results.items()}
    for place, (name, values) in enumerate(results.items()):
        ax.plot(values, np.full(len(values), place), ".", color=GREY)
        ax.errorbar(means[name], place, xerr=np.std(values), fmt="o", color=BLUE, capsize=3)
    ax.set_yticks(range(len(results)), list(results))
    ax.invert_yaxis()
    ax.set(xlabel=xlabel)
    words = "; ".join(f"{name}: {mean:.3f}" for name, mean in means.items())
    return described(figure, f"Accuracy by method, a gray point for each seed and the mean in blue. {words}.")


def draw_film(films, rounds, watched):
    """Confusion matrices by round, a row of them for each label: {label: counts (rounds, classes, classes)}."""
    figure, axes = new_figure(
        len(films), len(rounds), width=2 * len(rounds) + 0.6, height=2.2 * len(films), squeeze=False
    )
    words = []
    for line, (label, film) in zip(axes, films.items(), strict=True):
        shares = []
        for ax, number in zip(line, rounds, strict=True):
            counts = film[number]
            ax.imshow(counts / counts.sum(axis=1, keepdims=True), cmap="cividis", vmin=0, vmax=1)
            share = counts[:, watched].sum() / counts.sum()
            shares.append(f"{100 * share:.0f} %")
            ax.set(title=f'round {number}: {shares[-1]} "{watched}"', xticks=[watched], yticks=[])
        line[0].set_ylabel(f"{label}\ntrue class")
        words.append(f"{label}: {', '.join(shares)}")
    for ax in axes[-1]:
        ax.set_xlabel("predicted")
    return described(
        figure,
        f"Confusion matrices after rounds {', '.join(map(str, rounds))}. Share of predictions of class {watched}: "
        f"{'; '.join(words)}.",
    )


def draw_sureness(sure, right, thresholds):
    """How many pseudo-labels there are, and how many of them are right, by threshold."""
    figure, (left, middle) = new_figure(1, 2, width=8, height=2.8)
    bins = np.linspace(0.1, 1, 19)
    left.hist([sure[right], sure[~right]], bins, stacked=True, color=[BLUE, VERMILLION], label=["right", "wrong"])
    left.set(xlabel="largest probability", ylabel="pictures without label")
    left.legend(loc="upper left")
    shares = [np.mean(sure > t) for t in thresholds]
    wrong = [np.mean(~right[sure > t]) if (sure > t).any() else 0.0 for t in thresholds]
    middle.plot(thresholds, shares, **ROLES["first"], label="share above the threshold")
    middle.plot(thresholds, wrong, **ROLES["second"], label="of these wrong")
    middle.set(xlabel="threshold", ylim=(0, 1))
    middle.legend()
    words = "; ".join(f"{t:.2f}: {s:.2f} and {w:.2f}" for t, s, w in zip(thresholds, shares, wrong, strict=True))
    return described(
        figure,
        "Left, how sure the network is of pictures without a label. Right, the share above each threshold and the "
        f"share of these that is wrong. {words}.",
    )


def draw_by_layer(curves, xlabel="layers copied", ylabel="test accuracy"):
    """Accuracy by number of layers: {label: (counts, accuracies (counts, seeds))}."""
    figure, ax = new_figure(width=6.5, height=3)
    words = []
    for (label, (counts, values)), role in zip(curves.items(), COMPARED, strict=False):
        mean, spread = np.mean(values, axis=1), np.std(values, axis=1)
        ax.errorbar(counts, mean, yerr=spread, capsize=3, **ROLES[role], label=label)
        words.append(f"{label}: " + ", ".join(f"{m:.2f}" for m in mean))
    ax.set(xlabel=xlabel, ylabel=ylabel, xticks=counts)
    ax.legend()
    return described(figure, f"Accuracy by {xlabel}, mean and spread over seeds. {'; '.join(words)}.")


def draw_transfer(panels):
    """Yosinski's curve for several pairs of tasks: {title: {label: (counts, accuracies (counts, seeds))}}."""
    figure, axes = new_figure(1, len(panels), width=8.5, height=3)
    words = []
    for ax, (title, curves) in zip(axes, panels.items(), strict=True):
        for (label, (counts, values)), role in zip(curves.items(), COMPARED, strict=False):
            mean, spread = np.mean(values, axis=1), np.std(values, axis=1)
            ax.errorbar(counts, mean, yerr=spread, capsize=3, **ROLES[role], label=label)
            words.append(f"{title}, {label}: " + ", ".join(f"{m:.2f}" for m in mean))
        ax.axhline(np.mean(values[0]), **ROLES["reference"])
        ax.set(title=title, xlabel="layers copied", xticks=counts)
    axes[0].set_ylabel("test accuracy")
    axes[0].legend()
    return described(
        figure, f"Test accuracy by number of layers copied (0 is from scratch, the dotted line). {'; '.join(words)}."
    )
