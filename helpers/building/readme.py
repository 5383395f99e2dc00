"""README shows the map of the first lecture: what each lecture builds on and how long it takes, copied, not typed."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.lectures import lecture_named

from .source import read_lecture

MAP = "00_start_here"
_MARKS = "<!-- the map of 00_start_here, by course build -->\n\n", "\n\n<!-- end of the map -->"
_BETWEEN = re.compile("(?<={})(.*?)(?={})".format(*map(re.escape, _MARKS)), re.DOTALL)


def place() -> Path:
    """README of the course to which the first lecture belongs: beside `solutions/`."""
    return lecture_named(MAP).source.parent.parent / "README.md"


def write_map() -> None:
    """Put the map between its marks, where there is a README with marks."""
    if not holds_map():
        text = place().read_text(encoding="utf-8")
        place().write_text(_BETWEEN.sub(lambda _: the_map(), text), encoding="utf-8")


def holds_map() -> bool:
    """Whether README holds the map as it is now; true where there is no README with marks."""
    found = _BETWEEN.search(place().read_text(encoding="utf-8")) if place().exists() else None
    return found is None or found[0] == the_map()


def the_map() -> str:
    """The table of the first lecture and the time of all; the links lead from README to the executed notebooks."""
    prose = "\n\n".join(cell.source for cell in read_lecture(MAP).cells if cell.cell_type == "markdown")
    found = re.search(r"^## The map$.*?^(\|.*?^All of it:[^\n]*)", prose, re.DOTALL | re.MULTILINE)[1]
    return re.sub(r"\]\((\d\d_\w+\.ipynb)\)", r"](solutions/\1)", found)
