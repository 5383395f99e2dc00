"""One look for the whole course, and the way a figure gets into a notebook together with its description.

The colors are Okabe and Ito's, which stay apart for color-blind eyes; each role has the same color in every lecture,
and a line style or marker besides.
"""

import base64
import html
import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#767676"

# Role -> keyword arguments for Axes.plot.
ROLES = {
    "train": {"color": BLUE, "linestyle": "-"},
    "validation": {"color": ORANGE, "linestyle": "--"},
    "test": {"color": PURPLE, "linestyle": ":"},
    "forward": {"color": BLUE, "linestyle": "-"},
    "backward": {"color": VERMILLION, "linestyle": "--"},
    "function": {"color": BLUE, "linestyle": "-"},
    "derivative": {"color": VERMILLION, "linestyle": "--"},
    "first": {"color": BLUE, "linestyle": "-", "marker": "o", "markersize": 4},
    "second": {"color": VERMILLION, "linestyle": "--", "marker": "s", "markersize": 4},
    "third": {"color": GREEN, "linestyle": "-.", "marker": "^", "markersize": 5},
    "fourth": {"color": PURPLE, "linestyle": ":", "marker": "D", "markersize": 4},
    "reference": {"color": GREY, "linestyle": ":", "linewidth": 1},
}
COMPARED = ("first", "second", "third", "fourth")  # the roles of things that are compared with each other

# An activation function looks the same in every figure.
ACTIVATION_LOOKS = {
    "sigmoid": {"color": VERMILLION, "linestyle": "--", "marker": "s", "markersize": 4},
    "tanh": {"color": GREEN, "linestyle": "-.", "marker": "^", "markersize": 5},
    "relu": {"color": BLUE, "linestyle": "-", "marker": "o", "markersize": 4},
    "leaky_relu": {"color": SKY, "linestyle": ":", "marker": "D", "markersize": 4},
    "elu": {"color": PURPLE, "linestyle": "--", "marker": "v", "markersize": 4},
    "selu": {"color": PURPLE, "linestyle": ":", "marker": "v", "markersize": 4},
    "gelu": {"color": ORANGE, "linestyle": "-.", "marker": "P", "markersize": 4},
    "swish": {"color": BLACK, "linestyle": "--", "marker": "x", "markersize": 4},
    "mish": {"color": BLACK, "linestyle": ":", "marker": "*", "markersize": 5},
}


def looks(names):
    """Keyword arguments for `Axes.plot`, one dict for each name: of the functions, or by their place if it is none."""
    if set(names) <= set(ACTIVATION_LOOKS):
        return [ACTIVATION_LOOKS[name] for name in names]
    return [ROLES[role] for role, _ in zip(COMPARED, names, strict=False)]


matplotlib.rcParams |= {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def new_figure(rows=1, columns=1, width=9.0, height=3.2, **options):
    """A figure and its axes, as matplotlib's `subplots` returns them; sizes in inches of 100 pixels."""
    figure = Figure(figsize=(width, height), layout="constrained", dpi=100)
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, **options)


def png(canvas, quick=False):
    """What is drawn on a canvas now, as the bytes of a PNG.

    With a palette of 128 colours, which makes it a third of the size, or `quick`, in a fifth of the time.
    """
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    buffer = io.BytesIO()
    if quick:
        pixels.save(buffer, "PNG", compress_level=1)
    else:
        pixels.quantize(128, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def described(figure, words):
    """Give a figure the words that say what it shows, for those who cannot see it; return the figure.

    The words belong to the figure's function, which makes them from the data that it draws: in the notebook's cell they
    would give the result away before the cell has run, and be wrong as soon as somebody changes a number.
    """
    figure.words = words
    return figure


def show(figure):
    """Display a figure in a notebook together with its words (`described`)."""
    words = getattr(figure, "words", "")
    if not words:
        raise ValueError("This figure says nothing to those who cannot see it: return described(figure, '...').")
    figure.canvas.draw()
    show_png(png(figure.canvas), words)


def show_png(picture, alt):
    """Display the bytes of a PNG with a description.

    JupyterLab 4 ignores the alt text in the metadata of an image, so the picture travels as HTML, where it is kept.
    In plain text, as in a console or a diff, the description stands for the picture.
    """
    from IPython.display import display

    source = base64.b64encode(picture).decode()
    tag = f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{source}">'
    display({"text/html": tag, "text/plain": alt}, raw=True)
