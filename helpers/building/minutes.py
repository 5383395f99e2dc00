"""How long a lecture takes: what a reader does is counted, by the rule that stands here.

Times are those of a careful first reading in a second language: words at 150 a minute (technical prose in one's own
language takes 200), a line of code six seconds, a figure thirty, a guess thirty. An explorer holds people for five
minutes. Running a lecture takes less than a minute (the tests hold it to that), which counts as one of waiting. The
minutes of the exercises are declared with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode

WORDS_PER_MINUTE = 150
SECONDS_PER_LINE = 6
SECONDS_PER_FIGURE = 30
SECONDS_PER_GUESS = 30
MINUTES_PER_EXPLORER = 5
MINUTES_OF_WAITING = 1


@dataclass(frozen=True)
class Reading:
    """What there is to read and do in a lecture, besides its exercises."""

    words: int
    lines: int
    figures: int
    guesses: int
    explorers: int

    @property
    def minutes(self) -> float:
        seconds = self.lines * SECONDS_PER_LINE + self.figures * SECONDS_PER_FIGURE + self.guesses * SECONDS_PER_GUESS
        beside = self.explorers * MINUTES_PER_EXPLORER + MINUTES_OF_WAITING
        return self.words / WORDS_PER_MINUTE + seconds / 60 + beside


def counted(notebook: NotebookNode) -> Reading:
    """Count a lecture without its answers: they are written in the minutes of the exercises."""
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return Reading(
        words=len(re.sub(r"<[^>]+>|\]\([^)]*\)", " ", prose).split()),
        lines=len(re.findall(r"^\s*[^\s#].*$", code, re.MULTILINE)),
        figures=len(re.findall(r"^show\(", code, re.MULTILINE)),
        guesses=len(re.findall(r"^predict\(", code, re.MULTILINE)),
        explorers=len(re.findall(r"\.static\(\)", code)),
    )
