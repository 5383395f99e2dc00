"""Explorers of lecture 07: one unit, whose batch you can shift and shrink, and one image among others."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import BLUE, GREEN, GREY, ORANGE, ROLES, new_figure
from helpers.neural.batch_normalization import apply, normalize

from .experiments import KINDS, normalize_images, running_average

UPDATES, MOMENTUM, SEED = 60, 0.9, 0
LARGEST = 64
UNDO = "those that undo it"
PARAMETERS = {"1 and 0": (1.0, 0.0), "2 and 1": (2.0, 1.0), "0.5 and -2": (0.5, -2.0), UNDO: None}
REACH = 12.0  # of the axes; what lies outside is drawn on the edge


class BatchNormalizationExplorer(Explorer):
    controls: ClassVar[dict] = {
        "size": Slider("samples", 2, LARGEST, 1, 32),
        "shift": Slider("shift", -6.0, 6.0, 0.5, 4.0),
        "scale": Slider("scale", 0.0, 3.0, 0.1, 2.0),
        "parameters": Choice("gamma, beta", tuple(PARAMETERS), "1 and 0"),
        "momentum": Slider("momentum", 0.0, 0.99, 0.01, MOMENTUM),
    }
    telling = "size"

    def __init__(self):
        # The same normal numbers for every frame: what changes in the picture is what you changed.
        self.numbers = np.random.default_rng(SEED).standard_normal((UPDATES, LARGEST))
        super().__init__()

    def build(self):
        figure, (rows, means, variances) = new_figure(1, 3, width=10, height=3.4)
        self.dots = [
            rows.plot([0], [height], "o", color=color, markersize=5, alpha=0.5)[0]
            for height, color in ((3, GREY), (2, BLUE), (1, GREEN))
        ]
        self.bars = [rows.plot([0, 0], [height + 0.3] * 2, color="black", linewidth=2)[0] for height in (3, 2, 1)]
        rows.axvline(0, **ROLES["reference"])
        rows.set_yticks([3, 2, 1], ["input", "training", "inference"])
        rows.set(title="the newest batch, mean ± std", xlabel="value", xlim=(-REACH, REACH), ylim=(0.5, 3.7))
        self.batches, self.averages = [], []
        for ax, title, limits in ((means, "mean", (-7, 7)), (variances, "variance", (0, 15))):
            self.batches += ax.plot([0], [0], ".", color=GREY, markersize=5, label="one batch")
            self.averages += ax.plot([0], [0], color=ORANGE, linewidth=2, label="running average")
            ax.set(title=title, xlabel="update", xlim=(0, UPDATES), ylim=limits)
        variances.legend(loc="upper right")
        return figure, [*self.dots, *self.bars, *self.batches, *self.averages]

    def update(self, size, shift, scale, parameters, momentum):
        batches = shift + scale * self.numbers[:, :size].T  # (samples, updates): one column is one batch
        _, means, variances = normalize(batches)
        newest = batches[:, -1:]
        normal, mean, var = normalize(newest)
        running_mean = running_average(means, momentum, start=0.0)
        running_var = running_average(variances, momentum, start=1.0)
        gamma, beta = PARAMETERS[parameters] or (float(np.sqrt(var[0] + 1e-5)), float(mean[0]))
        trained = gamma * normal + beta
        inferred = apply(newest, gamma, beta, running_mean[-1], running_var[-1])
        for dots, bar, values in zip(self.dots, self.bars, (newest, trained, inferred), strict=True):
            middle, deviation = values.mean(), values.std()
            dots.set_data(np.clip(values.ravel(), -REACH, REACH), np.full(size, dots.get_ydata()[0]))
            bar.set_xdata(np.clip([middle - deviation, middle + deviation], -REACH, REACH))
        updates = np.arange(1, UPDATES + 1)
        for dots, line, values, average in zip(
            self.batches, self.averages, (means, variances), (running_mean, running_var), strict=True
        ):
            dots.set_data(updates, values)
            line.set_data(np.arange(UPDATES + 1), average)
        return (
            f"The newest batch has mean {mean[0]:.2f} and variance {var[0]:.2f}; gamma {gamma:.2f}, beta {beta:.2f}. "
            f"After training: mean {_zero(trained.mean()):.2f}, standard deviation {trained.std():.2f}. "
            f"Running averages after {UPDATES} updates: mean {_zero(running_mean[-1]):.2f}, "
            f"variance {running_var[-1]:.2f}; "
            f"with them, at inference: mean {_zero(inferred.mean()):.2f}, standard deviation {inferred.std():.2f}."
        )

    def describe(self, size, shift, scale, parameters, momentum):
        return (
            f"Left, {size} samples of one unit with shift {shift:g} and scale {scale:g}: as they come in, normalized "
            "as in training, and as at inference. Middle and right, the means and variances of "
            f"{UPDATES} such batches as dots, and their running averages with momentum {momentum:g} as lines."
        )


class SharingExplorer(Explorer):
    """One image among others, normalized in four ways: which of them see the others?"""

    controls: ClassVar[dict] = {
        "images": Slider("images", 1, 16, 1, 4),
        "groups": Choice("groups", (1, 2, 3, 6), 2),
    }

    def __init__(self):
        self.maps = np.random.default_rng(0).normal(2, 3, (16, 4, 4, 6))
        self.maps += np.arange(16)[:, None, None, None] / 4  # the images differ, as those of a data set do
        super().__init__()

    def build(self):
        figure, axes = new_figure(1, len(KINDS), width=10, height=2.8, sharey=True)
        self.large, self.now = {}, {}
        for ax, kind in zip(axes, KINDS, strict=True):
            (self.large[kind],) = ax.plot(
                [0], [0], "o", markersize=9, fillstyle="none", color=GREY, label="in a batch of 16"
            )
            (self.now[kind],) = ax.plot([0], [0], "o", markersize=5, color=BLUE, label="in this batch")
            ax.axhline(0, **ROLES["reference"])
            ax.set(title=kind, xlabel="channel", xlim=(0.5, 6.5), ylim=(-3, 3), xticks=range(1, 7))
        axes[0].set_ylabel("normalized value")
        axes[0].legend(loc="lower left", fontsize=8)
        return figure, [*self.large.values(), *self.now.values()]

    def update(self, images, groups):
        changes, channels = [], np.arange(1, 7)
        for kind in KINDS:
            alone, among_all = (
                normalize_images(maps, kind, groups)[0, 0, 0] for maps in (self.maps[:images], self.maps)
            )
            self.now[kind].set_data(channels, alone)
            self.large[kind].set_data(channels, among_all)
            changes.append(f"{kind} {np.abs(alone - among_all).max():.2f}")
        return f"Largest difference from the batch of 16: {', '.join(changes)}."

    def describe(self, images, groups):
        return (
            f"Four panels: one place of image 1, six channels, normalized in a batch of {images} and, as rings, in one "
            f"of 16. Group normalization has {groups} group{'s' if groups > 1 else ''} of {6 // groups} channels."
        )


def _zero(value):
    """Without the minus sign of a zero that was rounded."""
    return value if abs(value) >= 0.005 else 0.0
