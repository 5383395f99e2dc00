"""The figures of lecture 02. What is reported is orange, what fresh data say is purple, in all of them."""

import numpy as np

from helpers.drawing.style import BLACK, BLUE, GREY, ORANGE, PURPLE, ROLES, VERMILLION, described, new_figure

REPORTED = {"color": ORANGE, "marker": "o", "linestyle": "", "markersize": 6}
FRESH = {"color": PURPLE, "marker": "s", "linestyle": "", "markersize": 5}
LIMITS = (0.35, 1.02)


def draw_two_ways(leaky, right, titles=("as it is often done", "as it should be")):
    """Reported and fresh score of every repetition, joined by a line; two Scores side by side."""
    figure, axes = new_figure(1, 2, width=8.5, height=2.9, sharey=True)
    words = []
    for ax, scores, title in zip(axes, (leaky, right), titles, strict=True):
        repetitions = np.arange(1, len(scores.reported) + 1)
        ax.vlines(repetitions, scores.reported, scores.fresh, color=GREY, linewidth=1)
        ax.plot(repetitions, scores.reported, label="reported", **REPORTED)
        ax.plot(repetitions, scores.fresh, label="on fresh data", **FRESH)
        ax.axhline(scores.reported.mean(), color=ORANGE, linewidth=1)
        ax.axhline(scores.fresh.mean(), color=PURPLE, linewidth=1, linestyle="--")
        ax.axhline(0.5, **ROLES["reference"])
        ax.set(title=title, xlabel="repetition (lines: means)", ylim=LIMITS)
        ax.set_xticks(repetitions)
        above = int((scores.optimism > 0).sum())
        words.append(
            f"{title}: reported {scores.reported.min():.2f} to {scores.reported.max():.2f}, fresh "
            f"{scores.fresh.min():.2f} to {scores.fresh.max():.2f}; the report is higher in {above} of "
            f"{len(repetitions)} repetitions"
        )
    axes[0].set_ylabel("area under the ROC curve")
    axes[0].legend(loc="lower left", ncols=2)
    return described(figure, "Reported and fresh score of every repetition. " + ". ".join(words) + ".")


def draw_sides(cuts, group):
    """Rows of a table on the two sides of a split, a tile each; `cuts` is {title: (groups (n,), mask of test (n,))}.

    `group` says what the number and the color of a tile mean. A red frame marks a test row whose group is also in
    train.
    """
    import matplotlib

    figure, axes = new_figure(len(cuts), 1, width=8.5, height=0.3 + 0.95 * len(cuts), squeeze=False)
    words = []
    for ax, (title, (groups, is_test)) in zip(axes[:, 0], cuts.items(), strict=True):
        colors = matplotlib.colormaps["cividis"](np.linspace(0.15, 1, int(groups.max()) + 1))
        torn = is_test & np.isin(groups, groups[~is_test])
        for side, gap in ((~is_test, 0), (is_test, 1.5)):
            start = gap + (gap > 0) * int((~is_test).sum())
            for place, row in enumerate(np.flatnonzero(side)):
                edge = VERMILLION if torn[row] else "white"
                spot = (start + place, 0)
                tile = matplotlib.patches.Rectangle(
                    spot, 0.9, 0.9, facecolor=colors[groups[row]], edgecolor=edge, linewidth=2 if torn[row] else 1
                )
                ax.add_patch(tile)
                light = groups[row] > groups.max() / 2
                ax.text(
                    spot[0] + 0.45, 0.43, groups[row] + 1, ha="center", va="center", color=BLACK if light else "white"
                )
            ax.text(start, 1.05, "test" if gap else "train", va="bottom")
        ax.set(xlim=(-0.2, len(groups) + 1.6), ylim=(-0.1, 1.7), aspect="equal")
        ax.axis("off")
        ax.set_title(f"{title} (number: {group})", loc="left")
        words.append(f"{title}: {int(torn.sum())} of {int(is_test.sum())} test rows share their {group} with train")
    return described(figure, f"Rows as tiles, train on the left, test on the right. {'; '.join(words)}.")


def draw_waves(rates, test_months):
    """Share of bad outcomes by month, with the months of a test set cut off at the end in gray."""
    figure, ax = new_figure(width=8.5, height=2.6)
    months = np.arange(1, len(rates) + 1)
    ax.plot(months, 100 * rates, color=BLUE, marker="o", markersize=4)
    ax.axvspan(months[-test_months] - 0.5, months[-1] + 0.5, color=GREY, alpha=0.2)
    ax.text(months[-1] + 0.3, 76, "test, if cut by time", ha="right", color=BLACK)
    ax.set(xlabel="month", ylabel="in intensive care, %", ylim=(0, 85), xlim=(0.5, months[-1] + 0.5))
    ax.set_xticks(months[::2])
    return described(
        figure,
        f"Share of the stays in intensive care over {len(rates)} months: waves of different height and length, between "
        f"{100 * rates.min():.0f} and {100 * rates.max():.0f} percent. The last {test_months} months are shaded.",
    )


def draw_candidates(counts, optimism):
    """Optimism against the number of columns to select from: a dot a repetition, a line through the means."""
    figure, ax = new_figure(width=7.5, height=2.9)
    ax.plot(np.repeat(counts, optimism.shape[1]), optimism.ravel(), **REPORTED | {"alpha": 0.4, "markersize": 4})
    ax.plot(counts, optimism.mean(axis=1), color=ORANGE)
    ax.axhline(0, **ROLES["reference"])
    ax.set_xscale("log")
    ax.set_xticks(counts, [f"{count}" for count in counts])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="columns of noise, of which ten are kept", ylabel="optimism")
    means = ", ".join(f"{count}: {mean:.2f}" for count, mean in zip(counts, optimism.mean(axis=1), strict=True))
    return described(figure, f"Optimism against the number of noise columns to select ten from; means {means}.")


def draw_overview(rows):
    """Mean reported and fresh score of every leak, joined: {label: Scores}."""
    figure, ax = new_figure(width=8.5, height=3.4)
    places = np.arange(len(rows))[::-1]
    reported, fresh = (np.array([getattr(s, kind).mean() for s in rows.values()]) for kind in ("reported", "fresh"))
    ax.hlines(places, reported, fresh, color=GREY, linewidth=2)
    ax.plot(reported, places, label="reported", **REPORTED | {"markersize": 9})
    ax.plot(fresh, places, label="on fresh data", **FRESH | {"markersize": 8})
    ax.axvline(0.5, **ROLES["reference"])
    ax.set_yticks(places, list(rows))
    ax.set(xlabel="area under the ROC curve, mean of ten repetitions", xlim=(0.45, 1.02))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    pairs = "; ".join(f"{label} {a:.2f} and {b:.2f}" for label, a, b in zip(rows, reported, fresh, strict=True))
    return described(figure, f"Reported and fresh score of each leak as two dots joined by a line: {pairs}.")


def draw_sheets(pictures, sheets, labels, shown=(0, 4, 8), digit=1, count=8):
    """The same digit from a few sheets, a row a sheet; pictures (n, 64), sheets and labels (n,)."""
    figure, axes = new_figure(len(shown), count, width=7.5, height=0.95 * len(shown))
    for line, sheet in zip(axes, shown, strict=True):
        for ax, picture in zip(line, pictures[(sheets == sheet) & (labels == digit)], strict=False):
            ax.imshow(picture.reshape(8, 8), cmap="gray_r")
            ax.set_xticks([])
            ax.set_yticks([])
        line[0].set_ylabel(f"sheet {sheet + 1}", rotation=0, ha="right", va="center")
    return described(
        figure,
        f"{count} pictures of the digit {digit} from each of {len(shown)} sheets, a row a sheet: within a row the "
        f"strokes have one style.",
    )
