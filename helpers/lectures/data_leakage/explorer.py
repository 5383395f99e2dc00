"""Explorer of lecture 02: switch a leak on and off, set its strength, and see both scores move."""

from typing import ClassVar

import numpy as np

from helpers.drawing.explorer import Choice, Explorer, Slider
from helpers.drawing.style import GREY, ORANGE, PURPLE, ROLES, new_figure

from .experiments.leakage import measure
from .figures import FRESH, LIMITS, REPORTED

NAMES = {
    "copies on both sides": "copies",
    "person on both sides": "person",
    "future for past": "future",
    "known only afterwards": "afterwards",
    "scaler on all rows": "scaler",
    "selection on all rows": "selection",
    "resampled, then split": "resampling",
}
ON, OFF = "on", "off"
REPETITIONS = 10


class LeakageExplorer(Explorer):
    controls: ClassVar[dict] = {
        "leak": Choice("leak", tuple(NAMES), "person on both sides"),
        "switch": Choice("the leak is", (ON, OFF), ON),
        "strength": Slider("strength", 0.0, 1.0, 0.25, 1.0),
        "model": Choice("model", ("one tree", "logistic regression"), "one tree"),
        "patients": Slider("patients", 50, 150, 25, 100),  # with more of them the pictures lag behind the hand
    }
    telling = "strength"

    def build(self):
        figure, (runs, means) = new_figure(1, 2, width=9.5, height=3.3, width_ratios=(2, 1))
        places = np.arange(1, REPETITIONS + 1)
        self.lines = runs.vlines(places, 0, 0, color=GREY, linewidth=1)
        self.reported = runs.plot(places, np.zeros(REPETITIONS), label="reported", **REPORTED)[0]
        self.fresh = runs.plot(places, np.zeros(REPETITIONS), label="on fresh data", **FRESH)[0]
        runs.axhline(0.5, **ROLES["reference"])
        runs.set(title="ten repetitions", xlabel="repetition", ylabel="area under the ROC curve", ylim=LIMITS)
        runs.set_xticks(places)
        runs.legend(loc="lower left", ncols=2)
        self.bars = means.bar([0, 1], [0, 0], bottom=0.5, color=[ORANGE, PURPLE], width=0.6)
        self.spreads = means.vlines([0, 1], 0, 0, color="black", linewidth=2)
        means.axhline(0.5, **ROLES["reference"])
        means.set(title="mean ± deviation", ylim=LIMITS, xlim=(-0.6, 1.6))
        means.set_xticks([0, 1], ["reported", "fresh"])
        return figure, [self.lines, self.reported, self.fresh, *self.bars, self.spreads]

    def update(self, leak, switch, strength, model, patients):
        scores = measure(NAMES[leak], strength, model, patients, REPETITIONS, right=switch == OFF)
        places = np.arange(1, REPETITIONS + 1)
        self.lines.set_segments(
            [[(x, a), (x, b)] for x, a, b in zip(places, scores.reported, scores.fresh, strict=True)]
        )
        self.reported.set_ydata(scores.reported)
        self.fresh.set_ydata(scores.fresh)
        segments = []
        for place, (bar, values) in enumerate(zip(self.bars, (scores.reported, scores.fresh), strict=True)):
            bar.set_height(values.mean() - 0.5)  # above guessing
            segments.append([(place, values.mean() - values.std()), (place, values.mean() + values.std())])
        self.spreads.set_segments(segments)
        state = f"is on, strength {strength:g}" if switch == ON else "is off: everything is done as it should be"
        return f"The leak {state}. Means of {REPETITIONS} repetitions: {scores}."

    def describe(self, leak, switch, strength, model, patients):
        return (
            f"Left, the reported score and the score on fresh data of ten repetitions with {model} and {patients} "
            f"patients; "
            f"right, their means. Leak: {leak}, {switch}, strength {strength:g}."
        )
