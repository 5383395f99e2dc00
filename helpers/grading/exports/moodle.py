"""Marks as Moodle imports them: into its gradebook, or as the offline grading worksheet of one assignment.

Gradebook: `grade/import/csv/classes/load_data.php` of moodle/moodle. Any headings; the person who imports says which
column finds the user (e-mail address, username or ID number) and which grade item each other column is. A user who is
not found stops the whole import. "-" gives no mark. A mark above 100 is refused unless the site allows more.

Worksheet: `mod/assign/feedback/offline/importgradeslib.php`. The columns Identifier ("Participant 123", a number of the
assignment and not of the user), Grade and Last modified (grade) must be there, in the language of the site; the file
that Moodle gives out is filled in and keeps everything else as it is.

Feedback: `mod/assign/feedback/file/importziplib.php`, "Upload multiple feedback files in a zip". A folder is named
`<full name>_<participant>_assignfeedback_file_`, with no other underscore before the number.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from .. import beneath
from ..feedback_pages import folder_names
from .roster import Matching, Roster
from .tables import Exported, ExportError, Marks, inert, number, write_left_out, write_table

NO_MARK = "-"
MOST = 100
_PERSON = ("First name", "Last name", "ID number", "Username", "Email address")


def write(marks: Marks, path: Path, roster: Roster | None = None, matching: Matching | None = None) -> Exported:
    """Write the worksheet if the roster is one, else a table for the gradebook. Raises `ExportError`.

    Students who have no row in the roster are left out and listed beside; people of the roster who handed in nothing
    get "-", in a worksheet the cell that they have.
    """
    if roster is not None and roster.column("Identifier") and roster.column("Grade"):
        remarks = _write_worksheet(marks, path, roster, matching)
    else:
        remarks = _write_gradebook(marks, path, roster, matching)
    left_out = matching.unknown if matching else ()
    write_left_out(path, marks, left_out)
    return Exported((path,), tuple(remarks), tuple(left_out))


def write_feedback(marks: Marks, out: Path, path: Path) -> Exported:
    """Pack the feedback pages of students whose folders came from a zip of Moodle; nothing is written without any."""
    numbered = {s: m for s in marks.points if (m := re.fullmatch(r"(.+)_(\d+)", s, re.DOTALL))}
    folders = folder_names(marks.points)
    pages = [
        (f"{match[1].replace('_', ' ').replace('/', ' ')}_{match[2]}_assignfeedback_file_/{lecture}.html", names)
        for student, match in numbered.items()
        for lecture in marks.lectures
        if out.joinpath(*(names := ("feedback", folders[student], f"{lecture}.html"))).exists()
    ]
    if not pages:
        return Exported(())
    temporary = path.with_name(path.name + ".new")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, names in pages:
            archive.writestr(name, beneath.read(out, names))
    os.replace(temporary, path)
    return Exported((path,))


def _write_gradebook(marks, path, roster, matching) -> list[str]:
    remarks = [
        f"{name} gives {number(most)} points: Moodle refuses marks above {MOST} unless the site allows them"
        for name, most in marks.max_points.items()
        if most > MOST
    ]
    if matching is None:
        keys = ["Email address" if all("@" in student for student in marks.points) else "Username"]
        people = [(student, [student]) for student in marks.points]
        remarks.append(f"Without --roster the column {keys[0]} holds the folders' names; one unknown user stops Moodle")
    else:
        aliases = {"Last name": ("Last name", "Surname"), "Email address": ("Email address", "Email")}
        found = {key: roster.column(*aliases.get(key, (key,))) for key in _PERSON}
        keys = [key for key in _PERSON if found[key]]
        if not {"ID number", "Username", "Email address"} & set(keys):
            raise ExportError(
                "Moodle finds people by Email address, Username or ID number; the roster has none of them"
            )
        rows = [*matching.person_of.items(), *((None, person) for person in matching.absent)]
        people = [(student, [person[found[key]] for key in keys]) for student, person in rows]
    table = []
    for student, cells in people:
        remarks += [
            f"{student or cells[0]}: {cell!r} is written with ' before it" for cell in cells if inert(cell) != cell
        ]
        own = [number(marks.points[student][name]) if student else NO_MARK for name in marks.lectures]
        table.append([*cells, *own])
    write_table(path, [[*keys, *marks.lectures], *table])
    maxima = ", ".join(f"{name} {number(most)}" for name, most in marks.max_points.items())
    return [*remarks, f"Moodle makes new grade items with a maximum of {MOST}; these are the real ones: {maxima}"]


def _write_worksheet(marks, path, roster, matching) -> list[str]:
    if len(marks.lectures) != 1:
        raise ExportError(
            f"a grading worksheet is of one assignment; say which with --only: {', '.join(marks.lectures)}"
        )
    if not roster.column("Last modified (grade)"):
        raise ExportError("the worksheet has no column “Last modified (grade)”, without which Moodle does not take it")
    lecture = marks.lectures[0]
    most, grade = marks.max_points[lecture], roster.column("Grade")
    if maximum := roster.column("Maximum grade"):
        others = {person[maximum] for person in roster.people} - {""}
        if any(_as_number(other) != most for other in others):
            raise ExportError(
                f"{lecture} gives {number(most)} points and Moodle's maximum is {', '.join(sorted(others))}; set the "
                f"assignment's maximum grade to {number(most)} and download the worksheet again"
            )
    student_of = {id(person): student for student, person in matching.person_of.items()}
    rows = []
    for person in roster.people:
        student = student_of.get(id(person))
        new = person | ({grade: number(marks.points[student][lecture])} if student else {})
        rows.append([new[column] for column in roster.columns])
    write_table(path, [roster.columns, *rows])
    return []


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
