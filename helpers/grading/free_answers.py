"""The cells of a notebook for a person to read, and what can be said of a free exercise before anybody has read it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from helpers.judging.exercise import Free
from helpers.judging.judge import NOT_ATTEMPTED, Verdict, nothing
from helpers.lectures import lecture_named

from .notebook import all_cells

WAITING = "to be marked"  # by a person, who has not decided yet
MOST_PICTURES = 8
MOST_PICTURE_BYTES = 3 * 2**20
MOST_PRINTED = 20_000  # characters
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Cell:
    """A cell as text. `answers` names the exercise that it says it answers; pictures are PNG, in base 64."""

    kind: str  # code or markdown
    source: str
    answers: str = ""
    pictures: tuple[str, ...] = ()
    printed: str = ""


def cells_of(content: bytes, free: Iterable[str] = ()) -> list[Cell]:
    """The cells of a notebook that anyone may have written, with the outputs of those that answer a `free` exercise.

    Raises `Unreadable`.
    """
    free, found = set(free), []
    for cell in all_cells(content):
        name = cell.grade_id if cell.grade_id in free else ""
        pictures, printed = _outputs(cell.outputs) if name else ((), "")
        found.append(Cell(cell.kind, cell.source, cell.grade_id, pictures, printed))
    return found


def answer_to(exercise: str, cells: Iterable[Cell], lecture: str) -> list[Cell]:
    """The cells that answer an exercise: those that bear its name, else whatever the learner added to the lecture.

    A copy into another notebook, or another program, may have lost the names of cells.
    """
    cells = list(cells)
    named = [cell for cell in cells if cell.answers == exercise]
    return named or [cell for cell in cells if cell.source.strip() and not is_as_handed_out(cell, lecture)]


def free_verdict(exercise: Free, content: bytes) -> Verdict:
    """What can be said of a free exercise before a person has read it."""
    untouched = _as_handed_out(exercise.lecture).get(exercise.name, "").split()
    own = answer_to(exercise.name, cells_of(content, [exercise.name]), exercise.lecture)
    if not any(cell.source.split() not in ([], untouched) or cell.pictures for cell in own):
        return nothing(exercise, NOT_ATTEMPTED, "Not attempted.")
    return nothing(exercise, WAITING, "A person reads this answer and decides on its points.")


def is_as_handed_out(cell: Cell, lecture: str) -> bool:
    """Whether the lecture has a cell with this text."""
    return cell.source.split() in _handed_out_texts(lecture)


def printable(text: str) -> str:
    """A text for a terminal: what would move the cursor, color or reorder it is spelled out."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


@cache
def _as_handed_out(lecture: str) -> dict[str, str]:
    """The text of each exercise's own cell in the notebook that learners get."""
    return {cell.answers: cell.source for cell in _handed_out(lecture) if cell.answers}


@cache
def _handed_out_texts(lecture: str) -> list[list[str]]:
    return [cell.source.split() for cell in _handed_out(lecture)]


@cache
def _handed_out(lecture: str) -> list[Cell]:
    return cells_of(lecture_named(lecture).handed_out.read_bytes())


def _outputs(outputs) -> tuple[tuple[str, ...], str]:
    """The pictures and the printed text among a cell's outputs, which may be of any shape."""
    pictures, printed = [], []
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        data = data if isinstance(data, dict) else {}
        picture = _text(data.get("image/png"))
        if picture and len(pictures) < MOST_PICTURES and _is_png(picture):
            pictures.append("".join(picture.split()))
        elif isinstance(output, dict):
            printed.append(_text(output.get("text")) or _text(data.get("text/plain")))
    return tuple(pictures), "".join(printed)[:MOST_PRINTED]


def _is_png(text: str) -> bool:
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return content.startswith(_PNG) and len(content) <= MOST_PICTURE_BYTES


def _text(value) -> str:
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
