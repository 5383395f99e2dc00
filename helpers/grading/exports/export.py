"""`course export`: from the gradebook to the file of another system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..class_file import class_of
from ..collecting.people import Member
from ..gradebook import Gradebook
from . import canvas, gradescope, moodle, nbgrader
from .roster import match, read_roster
from .tables import Exported, ExportError, Marks, Table, marks_of, write_left_out, write_table

TABLES = {"canvas": canvas.table, "moodle": moodle.table, "nbgrader": nbgrader.table}
_NAMED = 20  # people who handed in nothing, each with a line; a roster of the whole school is one line
FORMATS = (*TABLES, "gradescope")


def export(
    book: Gradebook,
    out: Path,
    format: str,
    to: Path | None = None,
    roster: Path | None = None,
    only: str | None = None,
    preview: bool = False,
    zeros: bool = False,
) -> Exported:
    """Write the marks of `book` in one of `FORMATS`, to `to` or a name in the folder `out`.

    `roster` is a file that `read_roster` reads; `only` names one lecture. With `preview` nothing is written; `zeros`
    gives 0 to students of the gradebook who handed in nothing, where the other system's cell is empty. Raises
    `ExportError` before anything is written.
    """
    if format == "gradescope":
        if roster or preview or zeros:
            raise ExportError(
                "Gradescope's results.json replaces no cell; --format gradescope takes DIR, --to and --only"
            )
        return gradescope.write(book, to or out / "gradescope", only)
    marks = marks_of(book, only)
    path = to or out / f"{format}.csv"
    table = _table(marks, TABLES[format], roster, zeros, class_of(book.folder).people)
    if preview:
        return Exported((), table.remarks, table.left_out, table.changes)
    write_table(path, table.rows)
    write_left_out(path, marks, table.left_out)
    done = Exported((path,), table.remarks, table.left_out, table.changes)
    if format == "moodle":
        pages = moodle.write_feedback(marks, out, path.with_name(f"{path.stem}-feedback.zip"))
        return replace(done, paths=(*done.paths, *pages.paths))
    return done


def _table(marks: Marks, table_of, roster: Path | None, zeros: bool, members: Iterable[Member]) -> Table:
    if roster is None:
        return table_of(marks, zeros=zeros)
    people = read_roster(roster)
    matching = match(people, list(marks.points), members)
    table = table_of(marks, people, matching, zeros)
    absent = [people.name(person) for person in matching.absent]
    if len(absent) > _NAMED:
        absent = [f"{', '.join(absent[:3])} and {len(absent) - 3} others"]
    absent = [f"{name} of the roster handed in nothing" for name in absent]
    return replace(table, remarks=tuple(dict.fromkeys((*matching.remarks, *absent, *table.remarks))))
