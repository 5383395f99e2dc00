"""The explorer of lecture 13: what a network with few labels believes of the pictures without."""

from functools import cache
from itertools import chain
from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLUE, GREY, VERMILLION, new_figure

from .experiments import CLASSES, few_labels, fit, probabilities, skewed_labels

EDGES = np.linspace(0.1, 1.0, 19)
LABELS = ("10", "20", "50", "100", "250", "21, most of them eights")


@cache
def beliefs(labels):
    """How sure a network is of each picture without label, what it says, and the truth; surest first."""
    few = skewed_labels(0, of_others=1) if labels == LABELS[-1] else few_labels(int(labels))
    p = probabilities(fit(few.x, few.y), few.unlabeled)
    order = np.argsort(-p.max(axis=1), kind="stable")
    return p.max(axis=1)[order], p.argmax(axis=1)[order], few.truth[order]


class PseudoLabelExplorer(Explorer):
    """Choose a threshold and how many pictures of a class at most: which pseudo-labels come out, and are they right?"""

    controls: ClassVar = {
        "labels": Choice("labels", LABELS, "50"),
        "threshold": Slider("threshold", 0.3, 0.98, 0.02, 0.9),
        "most": Slider("most per class", 10, 250, 10, 250),
    }

    def build(self):
        figure, (left, right) = new_figure(1, 2, width=9, height=3.2)
        left.set(xlim=(0.1, 1.0), ylim=(0, 600), xlabel="largest probability", ylabel="pictures without label")
        right.set(xlim=(-0.6, 9.6), ylim=(0, 250), xlabel="pseudo-label", ylabel="pictures", xticks=range(CLASSES))
        width = EDGES[1] - EDGES[0]
        places = EDGES[:-1] + width / 2

        def bars(ax, x, size, color, label):
            return list(ax.bar(x, np.zeros(len(x)), size, color=color, label=label))

        self.sure = [bars(left, places, width, c, name) for c, name in ((BLUE, "right"), (VERMILLION, "wrong"))]
        self.chosen = [bars(right, range(CLASSES), 0.8, c, None) for c in (BLUE, VERMILLION)]
        self.line = left.axvline(0.9, color=GREY, linestyle="--")
        left.legend(loc="upper left")
        return figure, [*chain(*self.sure, *self.chosen), self.line]

    def update(self, labels, threshold, most):
        sure, said, truth = beliefs(labels)
        right = said == truth
        stacked(self.sure, *(np.histogram(sure[mask], EDGES)[0] for mask in (right, ~right)))
        above = sure > threshold
        taken = np.zeros(len(sure), dtype=bool)
        for c in range(CLASSES):
            taken[np.flatnonzero(above & (said == c))[: int(most)]] = True
        counts = [np.bincount(said[taken & mask], minlength=CLASSES) for mask in (right, ~right)]
        stacked(self.chosen, *counts)
        self.line.set_xdata([threshold, threshold])
        total = counts[0] + counts[1]
        if not total.sum():
            return f"The network is sure of none of the {len(sure)} pictures: no pseudo-labels."
        return (
            f"{total.sum()} of {len(sure)} pictures get a pseudo-label, and "
            f"{100 * counts[1].sum() / total.sum():.0f} % of these are wrong. The most frequent class is "
            f"{total.argmax()}, with {total.max()} pictures; the rarest is {total.argmin()}, with {total.min()}."
        )

    def describe(self, labels, threshold, most):
        return (
            f"A network with {labels} labels: how sure it is of pictures without label, and how many pseudo-labels "
            f"each class gets with the threshold {threshold:g} and at most {most:g} in a class."
        )


def stacked(bars, below, above):
    """Set the heights of two rows of bars, one on top of the other."""
    for bar, height in zip(bars[0], below, strict=True):
        bar.set_height(height)
    for bar, bottom, height in zip(bars[1], below, above, strict=True):
        bar.set(y=bottom, height=height)
