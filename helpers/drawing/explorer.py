"""The base of every explorer: controls on the left, a picture on the right, one line of words under it.

A subclass says which controls there are and how one frame is drawn. matplotlib's Agg draws it into an image widget,
which works in every notebook program with nothing to install. `static()` shows the same picture without ipywidgets, for
readers who have no kernel; `strip()` draws a row of them, so that one control can be moved on a page without a kernel.
"""

import asyncio
import base64
import html
import threading
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from .style import png, show_png

_CONTROLS_WIDTH = "380px"
# ipywidgets gives the handle of a slider no name that a screen reader could say: it gets the text of its label.
_NAME_THE_SLIDERS = """
const name = () => document.querySelectorAll(".widget-slider").forEach(slider => {
  const label = slider.querySelector(".widget-label"), handle = slider.querySelector("[role=slider]");
  if (label && handle) handle.setAttribute("aria-label", label.textContent);
});
name();
new MutationObserver(name).observe(document.body, {childList: true, subtree: true});
"""
MOST_FRAMES = 33  # of a strip: about 15 kB each


@dataclass(frozen=True)
class Choice:
    """A drop-down list."""

    label: str
    options: tuple
    default: object

    def widget(self, widgets):
        return widgets.Dropdown(options=self.options, value=self.default, **_look(self.label))

    def some_values(self, most):
        """Its values in order, at most `most` of them, with the default among them."""
        return _thinned(self.options, self.options.index(self.default), most)


@dataclass(frozen=True)
class Slider:
    """A slider over whole numbers or, when `step` is not one, over decimals."""

    label: str
    low: float
    high: float
    step: float
    default: float

    def widget(self, widgets):
        look = _look(self.label)
        if isinstance(self.step, int):
            return widgets.IntSlider(min=self.low, max=self.high, step=self.step, value=self.default, **look)
        digits = len(f"{self.step:g}".partition(".")[2])
        return widgets.FloatSlider(
            min=self.low, max=self.high, step=self.step, value=self.default, readout_format=f".{digits}f", **look
        )

    def some_values(self, most):
        """Its values in order, at most `most` of them, with the default among them."""
        count = round((self.high - self.low) / self.step) + 1
        values = [round(self.low + number * self.step, 10) for number in range(count)]
        return _thinned(values, round((self.default - self.low) / self.step), most)


@dataclass(frozen=True)
class Frame:
    """One picture of an explorer: what the moved control says, a PNG, what it is in words, and the line under it."""

    value: str
    picture: bytes
    description: str
    words: str


@dataclass(frozen=True)
class Strip:
    """The frames over one control with this label, in order; `default` is the index of the first picture."""

    label: str
    default: int
    frames: tuple[Frame, ...]


class Explorer:
    """Subclasses define `controls` ({argument name: Choice or Slider}, five at most), `build` and `update`.

    Axes, ticks and labels stay as they are built; what moves is drawn over a saved picture of them, which takes a
    tenth of the time of a whole figure.
    """

    controls: ClassVar[dict] = {}
    telling: ClassVar[str] = ""  # the control that a strip moves; the first slider where none is named

    @classmethod
    def for_readers(cls):
        """The explorer as its lecture shows it, for a page without a notebook around it."""
        return cls()

    def __init__(self):
        self.figure, self._moving = self.build()
        for artist in self._moving:
            artist.set_animated(True)  # keeps it out of the saved picture
        self.figure.canvas.draw()
        self._background = self.figure.canvas.copy_from_bbox(self.figure.bbox)
        self.widgets = {}
        self._redraw_is_due = False
        # While the kernel is busy, JupyterLab sends events to a second thread of it: one frame after the other.
        self._drawing = threading.RLock()

    def build(self):
        """Make the figure, once; return it and the list of the artists that `update` moves."""
        raise NotImplementedError

    def update(self, **values):
        """Move the artists to the frame that the controls' values ask for; return the line of words."""
        raise NotImplementedError

    def static(self):
        """Show the default frame as a plain figure, described by its words."""
        words = self.draw(**self.defaults())
        show_png(png(self.figure.canvas), f"{self.describe(**self.defaults())} {words}")

    def strip(self):
        """The frames over the most telling control, the others at their defaults."""
        name = self.telling or next(name for name, control in self.controls.items() if isinstance(control, Slider))
        control = self.controls[name]
        values = control.some_values(MOST_FRAMES)
        frames = tuple(self.snapshot(_said(value), **self.defaults() | {name: value}) for value in values)
        return Strip(control.label, values.index(control.default), frames)

    def snapshot(self, value, **values):
        """The frame for these values as a Frame, whose moved control says `value`."""
        words = self.draw(**values)
        return Frame(value, png(self.figure.canvas), self.describe(**values), words)

    def draw(self, **values):
        """Draw the frame for these values onto the figure's canvas and return its line of words."""
        # The products of a frame are small: shared among threads, they wait for one another five times as long.
        with _threads().limit(limits=1):
            words = self.update(**values)
        self.figure.canvas.restore_region(self._background)
        for artist in self._moving:
            artist.axes.draw_artist(artist)
        return words

    def describe(self, **values):
        """What the picture is, in a sentence, for those who cannot see it."""
        return ", ".join(f"{control.label}: {values[name]}" for name, control in self.controls.items()) + "."

    def defaults(self):
        return {name: control.default for name, control in self.controls.items()}

    def panel(self):
        """The live panel, an ipywidgets box."""
        import ipywidgets

        self.widgets = {name: control.widget(ipywidgets) for name, control in self.controls.items()}
        reset = ipywidgets.Button(description="reset", tooltip="back to the first picture")
        reset.on_click(lambda _: self.reset())
        self.image = ipywidgets.HTML(layout=ipywidgets.Layout(max_width="100%"))  # an Image has no alternative text
        self.words = ipywidgets.HTML()
        for widget in self.widgets.values():
            widget.observe(self._ask_for_redraw, "value")
        self.redraw()
        left = ipywidgets.VBox([*self.widgets.values(), reset], layout=ipywidgets.Layout(min_width=_CONTROLS_WIDTH))
        # Where both do not fit side by side, the picture goes below the controls and keeps its size.
        wrapped = ipywidgets.Layout(display="flex", flex_flow="row wrap")
        return ipywidgets.Box([left, ipywidgets.VBox([self.image, self.words])], layout=wrapped)

    def reset(self):
        for name, value in self.defaults().items():
            self.widgets[name].value = value

    def redraw(self):
        """Draw the frame that the controls ask for now."""
        with self._drawing:
            self._redraw_is_due = False
            values = {name: widget.value for name, widget in self.widgets.items()}
            words = self.draw(**values)
            picture = base64.b64encode(png(self.figure.canvas, quick=True)).decode()
            alt = html.escape(f"{self.describe(**values)} {words}")
            self.image.value = f'<img alt="{alt}" src="data:image/png;base64,{picture}" style="max-width:100%">'
            self.words.value = f'<p role="status" style="line-height:1.4">{html.escape(words)}</p>'

    def _ask_for_redraw(self, _change):
        """Draw soon. Events that pile up while a frame is drawn lead to one more frame, with the newest values."""
        if self._redraw_is_due:
            return
        loop = loop_of_the_notebook()
        if loop is None:
            self.redraw()
            return
        self._redraw_is_due = True
        loop.call_later(0.02, self.redraw)

    def _ipython_display_(self):
        from IPython.display import display

        bundle = self.panel()._repr_mimebundle_()
        bundle["text/plain"] = "A panel that needs a running kernel; its first picture is shown by static()."
        display(bundle, raw=True)
        display({"application/javascript": _NAME_THE_SLIDERS, "text/plain": ""}, raw=True)


@cache
def _threads():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def loop_of_the_notebook():
    """The interface's own loop, in which later frames are drawn; None in a script or a test."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _look(label):
    return {"description": label, "style": {"description_width": "130px"}, "layout": {"width": "370px"}}


def _thinned(values, default, most):
    """Every n-th of some values, counted from the one at index `default`, so that at most `most` are left."""
    stride = -(-len(values) // most)
    return list(values[default % stride :: stride])


def _said(value):
    return value if isinstance(value, str) else f"{value:g}"
