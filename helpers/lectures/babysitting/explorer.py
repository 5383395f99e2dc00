"""Explorer of lecture 10, the command center: start a run, watch its instruments, and change it while it trains."""

import html
import time
from dataclasses import replace
from typing import ClassVar

import numpy as np

from helpers.datasets import shapes10
from helpers.drawing.explorer import Choice, Explorer, Slider, Strip, loop_of_the_notebook
from helpers.drawing.style import BLACK, COMPARED, GREY, ROLES, new_figure, png, show_png

from .experiments.live import (
    DIVERGED,
    FAILED,
    FINISHED,
    READY,
    RUNNING,
    LiveRun,
    stop_current,
)
from .experiments.training import HIDDEN, Training, prepared
from .figures import CHANCE, GOOD_RATIO

LIMIT = 3000  # updates of one run
STEP = 100  # updates between two frames of the strip
REFRESH = 0.25  # seconds between two pictures, at least; drawing takes at most a fifth of the time
TOP_LOSS = 3.0
# What the static twin does to its run: after so many updates, this power of ten as the learning rate.
SCRIPT = ((0, -6.0), (500, -3.5), (2500, -2.25))
TOO_HIGH = "The loss is not finite any more: the rate was too high."
SAID = {
    READY: "Press start.",
    "paused": "Paused.",
    "stopped": "Stopped; reset begins anew.",
    FINISHED: f"The run has made its {LIMIT} updates; reset begins anew.",
    DIVERGED: f"{TOO_HIGH} Reset begins anew.",
}


class CommandCenter(Explorer):
    """`data` is a datasets.Pictures; without it, shapes10 is drawn."""

    controls: ClassVar[dict] = {
        "power": Slider("rate: 10 to the", -7.0, 0.0, 0.25, -3.5),
        "regularization": Choice("regularization", (0, 0.1, 1, 10, 100), 0),
    }

    def __init__(self, data=None):
        self.data = prepared(shapes10()) if data is None else data
        self.run = self._fresh()
        self._tick_is_due = False
        super().__init__()

    def build(self):
        figure, ((losses, shares), (ratios, dead)) = new_figure(2, 2, width=10, height=5.4, sharex=True)
        losses.axhline(CHANCE, **ROLES["reference"])
        losses.set(title="loss (cut off at 3)", ylim=(0, TOP_LOSS * 1.02), xlim=(0, LIMIT))
        shares.set(title="right answers in %", ylim=(0, 102))
        ratios.set(title="update / weights, and the rate you set", xlabel="update", yscale="log", ylim=(1e-8, 2))
        ratios.axhline(GOOD_RATIO, **ROLES["reference"])
        dead.set(title="dead hidden units in %", xlabel="update", ylim=(-2, 102))
        self.lines = {
            "train_loss": losses.plot([], [], label="training", **ROLES["train"])[0],
            "validation_loss": losses.plot([], [], label="validation", **ROLES["validation"])[0],
            "train_accuracy": shares.plot([], [], **ROLES["train"])[0],
            "validation_accuracy": shares.plot([], [], **ROLES["validation"])[0],
            "learning_rate": ratios.plot([], [], color=GREY, drawstyle="steps-pre", label="rate")[0],
            "dead": dead.plot([], [], color=BLACK)[0],
        }
        self.layers = [
            ratios.plot([], [], label=f"layer {number}", **ROLES[role] | {"markevery": 10})[0]
            for number, role in zip((1, 2), COMPARED, strict=False)
        ]
        losses.legend(loc="lower left")
        ratios.legend(loc="lower right", ncols=3)
        return figure, [*self.lines.values(), *self.layers]

    def update(self, power, regularization):
        self.run.set(10.0**power, regularization)
        log = self.run.log()
        drawn = {
            "train_loss": np.clip(log.train_loss, 0, TOP_LOSS),
            "validation_loss": np.clip(log.validation_loss, 0, TOP_LOSS),
            "train_accuracy": 100 * log.train_accuracy,
            "validation_accuracy": 100 * log.validation_accuracy,
            "learning_rate": log.learning_rate,
            "dead": 100 * log.dead,
        }
        for name, values in drawn.items():
            self.lines[name].set_data(log.update, values)
        for number, line in enumerate(self.layers):
            line.set_data(log.update[1:], log.ratios[1:, number])
        return self._words(log.readings[-1], regularization)

    def _words(self, now, regularization):
        if self.run.state == FAILED:
            return f"The trainer stopped with an error: {type(self.run.error).__name__}: {self.run.error}"
        said = SAID.get(self.run.state, "")
        if now.diverged:
            return f"Update {now.update}. {said}"
        instruments = (
            f"Update {now.update}, rate {now.learning_rate:.1e}, regularization {regularization:g}: "
            f"loss {now.train_loss:.2f} in training, {now.validation_loss:.2f} in validation; "
            f"right: {100 * now.train_accuracy:.0f} and {100 * now.validation_accuracy:.0f} %; "
            f"{round(now.dead * HIDDEN)} of {HIDDEN} hidden units are dead. "
        )
        if now.update:
            first, second = now.ratios
            instruments += f"The last update changed layer 1 by {100 * first:.2g} %, layer 2 by {100 * second:.2g} %. "
        return (instruments + said).strip()

    def describe(self, power, regularization):
        return "Four plots over updates: losses, right answers, size of the updates by layer with the rate, dead units."

    def static(self):
        """The picture after a run that somebody steered: rate 1e-6 first, then 3e-4, then one that is too high."""
        *_, (_, power) = self._steered(LIMIT)
        self.draw(power=power, regularization=0)
        self.run = self._fresh()  # the reader's own run starts from the start
        alt = (
            "Four plots over updates. At a rate of one millionth the loss stands still and the updates are a "
            "hundred-thousandth of the weights in layer 1; from update 500 on, at 3e-4, the loss falls in both parts "
            "and the updates are near a hundredth; from update 2500 on, at 6e-3, the loss leaves the picture."
        )
        show_png(png(self.figure.canvas), alt)

    def strip(self):
        """The run of `static` as it goes on: what moves is the number of updates made."""
        frames = []
        for update, power in self._steered(STEP):
            frame = self.snapshot(str(update), power=power, regularization=0)
            words = frame.words.removesuffix(SAID[READY]).strip()  # nothing can be pressed there
            diverged = self.run.log().readings[-1].diverged
            frames.append(replace(frame, words=f"{words} {TOO_HIGH}" if diverged else words))
            if diverged:
                break
        self.run = self._fresh()
        return Strip("update", len(frames) - 1, tuple(frames))

    def _steered(self, step):
        """Make the scripted run; after `step` updates, and where the rate changes, yield the update and the power."""
        run = self.run = self._fresh()
        for (begin, power), (end, _) in zip(SCRIPT, (*SCRIPT[1:], (LIMIT, 0)), strict=True):
            run.training.learning_rate = 10.0**power
            for update in range(begin, end, step):
                made = min(step, end - update)
                run.advance(made, 50)
                yield update + made, power

    # The live panel.

    def panel(self):
        import ipywidgets

        stop_current()  # a cell that is run again begins again: the run of its last panel ends
        if self.run.state != READY:
            self.run = self._fresh()
        self.trouble = ipywidgets.HTML()
        box = super().panel()
        left, right = box.children
        self.buttons = {}
        for name, action, tip in (
            ("start", self.start, "train, or go on"),
            ("pause", self.pause, "stand still; start goes on"),
            ("stop", self.stop, "end this run"),
        ):
            button = ipywidgets.Button(description=name, tooltip=tip, layout=ipywidgets.Layout(width="88px"))
            button.on_click(lambda _, action=action: action())
            self.buttons[name] = button
        *controls, reset = left.children
        left.children = (*controls, ipywidgets.HBox(list(self.buttons.values())), reset)
        right.children = (*right.children, self.trouble)
        return box

    def start(self):
        self.run.start()
        self._watch()

    def pause(self):
        self.run.pause()
        self.redraw()

    def stop(self):
        self.run.stop()
        self.redraw()

    def reset(self):
        """A fresh run, not started, and the controls as they were."""
        self.run.stop()
        self.run = self._fresh()
        super().reset()
        self.redraw()

    def redraw(self):
        super().redraw()
        report = html.escape(self.run.report)
        self.trouble.value = f'<pre role="alert" style="line-height:1.2">{report}</pre>' if report else ""

    def _watch(self):
        """Redraw again and again while the run trains, at a bounded rate and from the interface's own loop."""
        if self._tick_is_due:
            return
        loop = loop_of_the_notebook()
        if loop is None:
            self.redraw()
            return
        self._tick_is_due = True
        loop.call_soon(self._tick, loop, self.run)

    def _tick(self, loop, run):
        self._tick_is_due = False
        if run is not self.run:
            return  # reset came between
        still = run.state == RUNNING  # asked before drawing, so that the last picture shows the end
        began = time.perf_counter()
        self.redraw()
        if still:
            self._tick_is_due = True
            loop.call_later(max(REFRESH, 4 * (time.perf_counter() - began)), self._tick, loop, run)

    def _fresh(self):
        return LiveRun(Training(self.data, measured=500), LIMIT)
