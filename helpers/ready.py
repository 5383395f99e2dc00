"""Say at the head of a lecture what some of its cells need and this Python does not have."""

from __future__ import annotations

import importlib.util
import json
import re
import sys

from .lectures import lecture_named, lecture_names

NAME = "training-neural-networks"
# By the extra with which it is installed: what it is called, and the modules by which it is recognized.
EXTRAS = {"keras": ("Keras", ("keras",)), "search": ("Optuna and Dask", ("optuna", "distributed", "psutil"))}


def look(lecture: str) -> None:
    """Print a sentence for each part of the course that cells of a lecture need and that is not installed."""
    for extra in missing_extras(lecture):
        what = EXTRAS[extra][0]
        if sys.platform == "emscripten":
            print(f"{what} does not run in a browser. The cells that use it end in an error; all others work.")
        else:
            print(
                f"{what} is not installed here. The cells that use it end in an error; all others work. To install it, "
                f'type this into a new cell, and restart the kernel: %pip install "{NAME}[{extra}]"'
            )


def missing_extras(lecture: str) -> list[str]:
    """The extras that a lecture imports and that are not installed."""
    needed = _imported_by(lecture)
    return [
        extra
        for extra, (_, modules) in EXTRAS.items()
        if needed & set(modules) and not all(map(importlib.util.find_spec, modules))
    ]


def _imported_by(lecture: str) -> set[str]:
    """The modules that a lecture's notebook and its own folder import; none if this computer has only the notebook."""
    if lecture not in lecture_names():
        return set()
    places = lecture_named(lecture)
    texts = [path.read_text(encoding="utf-8") for path in places.folder.glob("experiments/*.py")]
    if places.handed_out.is_file():
        cells = json.loads(places.handed_out.read_text(encoding="utf-8"))["cells"]
        texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    pattern = re.compile(r"^\s*(?:import|from) (\w+)", re.MULTILINE)
    return {name for text in texts for name in pattern.findall(text)}
