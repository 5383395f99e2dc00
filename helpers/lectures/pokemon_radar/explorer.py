"""The explorer of lecture 12: a board on which two runs stand side by side."""

from functools import cache
from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import GREY, ROLES, new_figure

from .experiments import NAMED, board

MEASURES = ("loss", "accuracy")
DRAWS = 3
EPOCHS = 20


@cache
def curves(name, measure, part):
    """Of a named run: (draws, epochs)."""
    (found,) = board([NAMED[name]], range(DRAWS)).values()
    return np.array([getattr(one, f"{part}_{measure}") for one in found])


class RunBoard(Explorer):
    """Choose two runs, a measure and an epoch: the curves of both, and what they say at that epoch."""

    controls: ClassVar = {
        "left": Choice("left", tuple(NAMED), "ReLU, Adam"),
        "right": Choice("right", tuple(NAMED), "with an L2 penalty"),
        "measure": Choice("measure", MEASURES, "loss"),
        "epoch": Slider("epoch", 1, EPOCHS, 1, 15),
    }
    telling: ClassVar = "epoch"

    def build(self):
        figure, axes = new_figure(1, 2, width=9, height=3.5, sharey=True)
        self.lines, self.marks, self.titles = [], [], []
        for ax in axes:
            ax.set(xlim=(0.5, EPOCHS + 0.5), ylim=(0, 1.6), xlabel="epoch", xticks=(1, 5, 10, 15, 20))
            both = []
            for part in ("train", "validation"):
                thin = [ax.plot([], [], **(ROLES[part] | {"linewidth": 0.6}))[0] for _ in range(DRAWS)]
                both.append((*thin, ax.plot([], [], **ROLES[part], label=part)[0]))
            self.lines.append(both)
            self.marks.append(ax.axvline(1, color=GREY, linestyle=":"))
            ax.set_title(" ")  # keeps the place for the name of the run
            self.titles.append(ax.text(0.5, 1.03, "", transform=ax.transAxes, ha="center"))
        figure.legend(handles=[part[-1] for part in self.lines[0]], loc="outside lower center", ncols=2)
        every = [line for both in self.lines for part in both for line in part]
        return figure, [*every, *self.marks, *self.titles]

    def update(self, left, right, measure, epoch):
        sentences, ends = [], []
        for place, name, both in zip(("Left", "Right"), (left, right), self.lines, strict=True):
            said = []
            for part, lines in zip(("train", "validation"), both, strict=True):
                values = curves(name, measure, part)
                for line, row in zip(lines, (*values, values.mean(axis=0)), strict=True):
                    line.set_data(np.arange(1, EPOCHS + 1), np.minimum(row, 1.6))
                said.append(values[:, int(epoch) - 1].mean())
            sentences.append(f"{place} ({name}): {said[0]:.2f} in training, {said[1]:.2f} in validation.")
            ends.append(said[1])
        for name, mark, title in zip((left, right), self.marks, self.titles, strict=True):
            mark.set_xdata([epoch, epoch])
            title.set_text(f"{measure}: {name}")
        better = np.argmin(ends) if measure == "loss" else np.argmax(ends)
        last = "" if left == right else f" In validation, the {('left', 'right')[better]} one is better."
        return f"{measure.capitalize()} after epoch {epoch:g}. {' '.join(sentences)}{last}"

    def describe(self, left, right, measure, epoch):
        return (
            f"The {measure} of two runs by epoch, in training and validation: {left} on the left, {right} on the "
            f"right; thin lines are single draws. A line marks epoch {epoch:g}."
        )
