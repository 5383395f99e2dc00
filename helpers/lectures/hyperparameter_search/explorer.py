"""Explorer of lecture 11: a board that fills while a search runs beside the interface."""

import threading
import weakref
from typing import ClassVar

from joblib import cpu_count
from matplotlib.patches import Rectangle

from helpers.datasets import shapes10
from helpers.drawing.explorer import Explorer, Slider, Strip, loop_of_the_notebook
from helpers.drawing.style import BLACK, BLUE, ROLES, VERMILLION, new_figure
from helpers.neural.principal import on_principal_axes
from helpers.neural.search import STOP_SEARCH, prepare, train_many

from .experiments.searches import BATCH_SIZE, DECK_RANGES, EPOCHS, best_first, draw, place, random_search
from .figures import ACCURACY, RATE, REGULARIZATION

EVERY = 0.25  # seconds between two frames while a search runs
EDGE = 0.1  # share of a range that counts as its edge
NO_RANGE = "The search needs room: each lower end has to lie below its upper end."


class Search:
    """One search in a thread of its own, which can be stopped; `found` holds the newest Run of each configuration."""

    def __init__(self, pictures, ranges, count, seed, epochs):
        self.count, self.epochs, self.found, self.problem = count, epochs, {}, ""
        self._stopped = threading.Event()
        # A daemon: when the kernel stops, the search stops with it. One core stays free for the interface.
        self._thread = threading.Thread(
            target=self._run, args=(pictures, draw(ranges, count, seed)), name="search board", daemon=True
        )
        self._thread.start()

    @property
    def running(self):
        return self._thread.is_alive()

    def stop(self, wait=None):
        """Ask it to end, which takes at most one epoch of one stack; `wait` so many seconds for that."""
        self._stopped.set()
        if wait is not None:
            self._thread.join(wait)

    def _run(self, pictures, configurations):
        try:
            train_many(
                configurations,
                pictures,
                epochs=self.epochs,
                batch_size=BATCH_SIZE,
                jobs=max(1, cpu_count() - 1),
                on_epoch=self._note,
            )
        except Exception as error:  # it would vanish with the thread
            self.problem = f"The search broke off: {type(error).__name__}: {error}"

    def _note(self, index, run):
        self.found[index] = run
        return STOP_SEARCH if self._stopped.is_set() else None


class SearchBoard(Explorer):
    """`pictures` are prepared for the search engine; `runs` are shown until a search is started."""

    controls: ClassVar[dict] = {
        "rate_low": Slider("rate from 10^", -7.0, -1.0, 0.5, -6.0),
        "rate_high": Slider("rate to 10^", -7.0, -1.0, 0.5, -3.0),
        "regularization_low": Slider("reg. from 10^", -6.0, 6.0, 0.5, -5.0),
        "regularization_high": Slider("reg. to 10^", -6.0, 6.0, 0.5, 5.0),
        "count": Slider("runs", 10, 200, 10, 100),
    }
    telling = "count"
    _current: ClassVar = None  # a weak reference to the board that searched last: only one search at a time

    @classmethod
    def for_readers(cls):
        """With the deck's search of a hundred runs, which the lecture makes before it shows the board."""
        pictures = on_principal_axes(prepare(shapes10()), 64)
        return cls(pictures, random_search(pictures, DECK_RANGES, count=cls.controls["count"].default, seed=0))

    def __init__(self, pictures, runs=(), epochs=EPOCHS):
        self.pictures, self.epochs, self.shown = pictures, epochs, list(runs)
        self.search, self._searches = None, 0
        _stop_the_other()  # running the cell again leaves nothing behind
        super().__init__()

    def build(self):
        figure, (plane, side) = new_figure(1, 2, width=10, height=3.8)
        self.frame = plane.add_patch(Rectangle((1e-6, 1e-5), 1, 1, fill=False, edgecolor=BLACK, linestyle="--"))
        self.dots = plane.scatter([], [], c=[], s=30, **ACCURACY)
        (self.crosses,) = plane.plot([], [], "x", color=VERMILLION, markersize=6)
        (self.ring,) = plane.plot([], [], "o", color="none", markeredgecolor=BLACK, markersize=12)
        plane.set(xscale="log", yscale="log", xlim=(10**-7.3, 10**-0.7), ylim=(10**-6.5, 10**6.5))
        plane.set(xlabel=RATE, ylabel=REGULARIZATION, title="every run; color: accuracy in %; x: broken off")
        figure.colorbar(self.dots, ax=plane)
        (self.side_dots,) = side.plot([], [], "o", color=BLUE, markersize=4)
        (self.side_crosses,) = side.plot([], [], "x", color=VERMILLION, markersize=6)
        side.axhline(10, **ROLES["reference"])
        side.set(xscale="log", xlim=(10**-7.3, 10**-0.7), ylim=(-4, 80))
        side.set(xlabel=RATE, ylabel="validation accuracy in %", title="the same, seen from the side")
        return figure, [self.frame, self.dots, self.crosses, self.ring, self.side_dots, self.side_crosses]

    def update(self, rate_low, rate_high, regularization_low, regularization_high, count):
        ranges = _ranges(rate_low, rate_high, regularization_low, regularization_high)
        (left, right), (low, high) = ranges["learning_rate"], ranges["regularization"]
        self.frame.set_bounds(left, low, right - left, high - low)
        runs = self.runs()
        finished = [run for run in runs if run.stopped_after is None]
        broken = [run for run in runs if run.stopped_after is not None]
        places = [(run.configuration["learning_rate"], run.configuration["regularization"]) for run in finished]
        accuracies = [100 * run.score for run in finished]
        self.dots.set_offsets(places or [(float("nan"),) * 2])
        self.dots.set_array(accuracies or [0])
        self.side_dots.set_data([rate for rate, _ in places], accuracies)
        rates = [run.configuration["learning_rate"] for run in broken]
        self.crosses.set_data(rates, [run.configuration["regularization"] for run in broken])
        self.side_crosses.set_data(rates, [0] * len(broken))
        best = best_first(finished)[:1]
        self.ring.set_data(
            [run.configuration["learning_rate"] for run in best], [run.configuration["regularization"] for run in best]
        )
        return self._words(ranges, len(finished), len(broken), best, count)

    def runs(self):
        """What is known of every run now; the configurations of a search appear after their first epoch."""
        return list(self.search.found.values()) if self.search else self.shown

    def strip(self):
        """The board as it fills: what moves is the number of runs that are shown."""
        every, frames = self.shown, []
        for count in range(10, len(every) + 1, 10):
            self.shown = every[:count]
            frames.append(self.snapshot(str(count), **self.defaults() | {"count": count}))
        return Strip(self.controls["count"].label, len(frames) - 1, tuple(frames))

    def panel(self):
        import ipywidgets

        panel = super().panel()
        start = ipywidgets.Button(description="start", tooltip="search these ranges", button_style="primary")
        stop = ipywidgets.Button(description="stop", tooltip="end the search; what was found stays")
        start.on_click(lambda _: self.start())
        stop.on_click(lambda _: self.stop())
        left = panel.children[0]
        left.children = (*left.children[:-1], ipywidgets.HBox([start, stop]), left.children[-1])
        return panel

    def start(self):
        """Begin a search of the ranges that the controls show; one that is running ends."""
        values = {name: widget.value for name, widget in self.widgets.items()}
        count = values.pop("count")
        ranges = _ranges(**values)
        if not all(low < high for low, high in ranges.values()):
            self.redraw()
            return
        _stop_the_other()
        SearchBoard._current = weakref.ref(self)
        self.search = Search(self.pictures, ranges, count, self._searches, self.epochs)
        self._searches += 1
        self._tick()

    def stop(self):
        if self.search:
            self.search.stop()

    def reset(self):
        """The first picture again; a search that is running ends."""
        self.stop()
        self.search, self._searches = None, 0
        super().reset()
        self.redraw()

    def _tick(self):
        """Draw a frame, and another one soon as long as the search runs."""
        still = self.search is not None and self.search.running  # asked before drawing: the last frame shows the end
        self.redraw()
        loop = loop_of_the_notebook()
        if still and loop is not None:
            loop.call_later(EVERY, self._tick)

    def _words(self, ranges, finished, broken, best, count):
        if not all(low < high for low, high in ranges.values()):
            return NO_RANGE
        if self.search and self.search.problem:
            return self.search.problem
        if self.search:
            state = "Searching" if self.search.running else "Search ended"
            said = f"{state}: {finished + broken} of {self.search.count} runs begun, {broken} broken off."
        elif self.shown:
            said = f"A finished search of {finished + broken} runs, {broken} broken off."
        else:
            said = f"Nothing searched yet; start will train {count} networks for {self.epochs} epochs each."
        for run in best:
            rate, regularization = run.configuration["learning_rate"], run.configuration["regularization"]
            said += f" Best: {100 * run.score:.0f} % at rate {rate:.1e}, regularization {regularization:.1e}."
            at = place(rate, *ranges["learning_rate"])
            if not EDGE < at < 1 - EDGE:
                beyond = "lower" if at < 0.5 else "upper"
                said += f" It lies at or beyond the {beyond} end of the rates: look there."
        return said

    def describe(self, rate_low, rate_high, regularization_low, regularization_high, count):
        return (
            "Left, every run as a dot over learning rate and regularization, colored by validation accuracy, with a "
            f"frame from 10^{rate_low:g} to 10^{rate_high:g} and from 10^{regularization_low:g} to "
            f"10^{regularization_high:g}. Right, accuracy against learning rate."
        )


def _stop_the_other():
    other = SearchBoard._current and SearchBoard._current()
    if other is not None:
        other.stop()


def _ranges(rate_low, rate_high, regularization_low, regularization_high):
    return {
        "learning_rate": (10**rate_low, 10**rate_high),
        "regularization": (10**regularization_low, 10**regularization_high),
    }
