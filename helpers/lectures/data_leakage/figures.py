"""The figures of lecture 02. What is reported is orange, what fresh data say is purple, in all of them."""

import numpy as np

from helpers.drawing.style import BLACK, BLUE, GREY, ORANGE, PURPLE, ROLES, new_figure

REPORTED = {"color": ORANGE, "marker": "o", "linestyle": "", "markersize": 6}
FRESH = {"color": PURPLE, "marker": "s", "linestyle": "", "markersize": 5}
LIMITS = (0.35, 1.02)


def draw_two_ways(leaky, right, titles=("as it is often done", "as it should be")):
    """Reported and fresh score of every repetition, joined by a line; two Scores side by side."""
    figure, axes = new_figure(1, 2, width=8.5, height=2.9, sharey=True)
    for ax, scores, title in zip(axes, (leaky, right), titles, strict=True):
        repetitions = np.arange(1, len(scores.reported) + 1)
        ax.vlines(repetitions, scores.reported, scores.fresh, color=GREY, linewidth=1)
        ax.plot(repetitions, scores.reported, label="reported", **REPORTED)
        ax.plot(repetitions, scores.fresh, label="on fresh data", **FRESH)
        ax.axhline(0.5, **ROLES["reference"])
        mean, spread = round(scores.optimism.mean(), 2) + 0.0, scores.optimism.std()
        ax.set(title=f"{title}: optimism {mean:+.2f} ± {spread:.2f}", xlabel="repetition", ylim=LIMITS)
        ax.set_xticks(repetitions)
    axes[0].set_ylabel("area under the ROC curve")
    axes[0].legend(loc="lower left", ncols=2)
    return figure


def draw_waves(rates, test_months):
    """Share of bad outcomes by month, with the months of a test set cut off at the end in grey."""
    figure, ax = new_figure(width=8.5, height=2.6)
    months = np.arange(1, len(rates) + 1)
    ax.plot(months, 100 * rates, color=BLUE, marker="o", markersize=4)
    ax.axvspan(months[-test_months] - 0.5, months[-1] + 0.5, color=GREY, alpha=0.2)
    ax.text(months[-1] + 0.3, 76, "test, if cut by time", ha="right", color=BLACK)
    ax.set(xlabel="month", ylabel="in intensive care, %", ylim=(0, 85), xlim=(0.5, months[-1] + 0.5))
    ax.set_xticks(months[::2])
    return figure


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
    return figure


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
    return figure
