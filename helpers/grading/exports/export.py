"""`course export`: from the gradebook to the file of another system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..gradebook import Gradebook
from . import canvas, gradescope, moodle, nbgrader
from .roster import match, read_roster
from .tables import Exported, ExportError, Marks, marks_of

TABLES = {"canvas": canvas.write, "moodle": moodle.write, "nbgrader": nbgrader.write}
_NAMED = 20  # people who handed in nothing, each with a line; a roster of the whole school is one line
FORMATS = (*TABLES, "gradescope")


def export(
    book: Gradebook, out: Path, format: str, to: Path | None = None, roster: Path | None = None, only: str | None = None
) -> Exported:
    """Write the marks of `book` in one of `FORMATS`, to `to` or a name in the folder `out`.

    `roster` is a file that `read_roster` reads; `only` names one lecture. Raises `ExportError` before anything is
    written.
    """
    if format == "gradescope":
        if roster:
            raise ExportError("Gradescope's results.json names nobody; --roster is for canvas, moodle and nbgrader")
        return gradescope.write(book, to or out / "gradescope", only)
    marks = marks_of(book, only)
    path = to or out / f"{format}.csv"
    done = _table(marks, TABLES[format], path, roster)
    if format == "moodle":
        pages = moodle.write_feedback(marks, out, path.with_name(f"{path.stem}-feedback.zip"))
        return replace(done, paths=(*done.paths, *pages.paths))
    return done


def _table(marks: Marks, write, path: Path, roster: Path | None) -> Exported:
    if roster is None:
        return write(marks, path)
    people = read_roster(roster)
    matching = match(people, list(marks.points))
    done = write(marks, path, people, matching)
    absent = [people.name(person) for person in matching.absent]
    if len(absent) > _NAMED:
        absent = [f"{', '.join(absent[:3])} and {len(absent) - 3} others"]
    absent = [f"{name} of the roster handed in nothing" for name in absent]
    return replace(done, remarks=tuple(dict.fromkeys((*matching.remarks, *absent, *done.remarks))))
