"""Marks as Moodle imports them: into its gradebook, or as the offline grading worksheet of one assignment.

Gradebook: `grade/import/csv/classes/load_data.php` of moodle/moodle. Any headings; the person who imports says which
column finds the user (e-mail address, username or ID number) and which grade item each other column is. A user who is
not found stops the whole import. "-" gives no mark. A mark above 100 is refused unless the site allows more.

Worksheet: `mod/assign/feedback/offline/importgradeslib.php`. The columns Identifier ("Participant 123", a number of the
assignment and not of the user), Grade and Last modified (grade) must be there, in the language of the site; the file
that Moodle gives out is filled in and keeps everything else as it is. Where the headings are in another language, the
columns are known by what stands in them.

No file of either kind can say that somebody is excused; nothing is written for them, and they are named.

Feedback: `mod/assign/feedback/file/importziplib.php`, "Upload multiple feedback files in a zip". A folder is named
`<full name>_<participant>_assignfeedback_file_`, with no other underscore before the number.
"""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from .. import beneath
from ..feedback_pages import folder_names
from .roster import Matching, Roster
from .tables import (
    AsItStood,
    Change,
    Exported,
    ExportError,
    Marks,
    Table,
    as_number,
    inert,
    is_said_in_words,
    number,
    same,
)

NO_MARK = "-"
MOST = 100
_PERSON = ("First name", "Last name", "ID number", "Username", "Email address")


def table(marks: Marks, roster: Roster | None = None, matching: Matching | None = None, zeros: bool = False) -> Table:
    """The worksheet filled in if the roster is one, else a table for the gradebook. Raises `ExportError`.

    Students who have no row in the roster are left out. Where the gradebook has no mark, a worksheet's cell stays what
    it was, and the table for the gradebook has "-".
    """
    sheet = _worksheet_columns(roster) if roster is not None else None
    filled = _worksheet(marks, roster, matching, zeros, *sheet) if sheet else _gradebook(marks, roster, matching, zeros)
    by_hand = "; Moodle's file cannot say so (exclude the grade in the gradebook)"
    remarks = (*filled.remarks, *(excuse + by_hand for excuse in marks.excuses()))
    left_out = (*(matching.unknown if matching else ()), *sorted(filled.left_out))
    return replace(filled, remarks=remarks, left_out=left_out)


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


def _gradebook(marks, roster, matching, zeros) -> Table:
    nameless: set[str] = set()
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
        identifying = [key for key in ("Email address", "Username", "ID number") if key in keys]
        nameless = {s for s, person in rows if s and not any(person[found[key]].strip() for key in identifying)}
        remarks += [
            f"{student} has no {', '.join(identifying)} in the roster, without which Moodle finds nobody"
            for student in sorted(nameless)
        ]
        rows = [(s, p) for s, p in rows if s not in nameless and any(p[found[key]].strip() for key in identifying)]
        for key in identifying if len(identifying) > 1 else ():
            if empty := sum(not person[found[key]].strip() for _, person in rows):
                remarks.append(f"{key} is empty for {empty} of them; let another column find the users")
        people = [(student, [person[found[key]] for key in keys]) for student, person in rows]
    rows, changes = [], []
    for student, cells in people:
        remarks += [
            f"{student or cells[0]}: {cell!r} is written with ' before it" for cell in cells if inert(cell) != cell
        ]
        own = {name: _points(marks, student, name, "", zeros) if student else NO_MARK for name in marks.lectures}
        rows.append([*cells, *(mark or NO_MARK for mark in own.values())])
        changes += [Change(student, name, "", mark) for name, mark in own.items() if student and mark]
    maxima = ", ".join(f"{name} {number(most)}" for name, most in marks.max_points.items())
    remarks.append(f"Moodle makes new grade items with a maximum of {MOST}; these are the real ones: {maxima}")
    return Table([[*keys, *marks.lectures], *rows], tuple(remarks), tuple(nameless), tuple(changes))


def _points(marks: Marks, student: str, lecture: str, stood: str, zeros: bool) -> str:
    if marks.excused(student, lecture):
        return ""
    points = marks.points[student][lecture]
    return number(0.0 if points is None and zeros and not stood.strip() else points)


def _worksheet_columns(roster: Roster) -> tuple[str, str | None] | None:
    """The columns of a worksheet with the grade and with its maximum; None if the table is no worksheet.

    Raises `ExportError` for a worksheet in which the grade cannot be told.
    """
    if roster.column("Identifier") and roster.column("Grade"):
        if not roster.column("Last modified (grade)"):
            raise ExportError(
                "the worksheet has no column “Last modified (grade)”, without which Moodle does not take it"
            )
        return roster.column("Grade"), roster.column("Maximum grade")
    if not (identifier := roster.participants()):
        return None
    # In another language: the maximum is the number that is the same for everybody, and the grade stands before it.
    after = roster.columns[roster.columns.index(identifier) + 1 :]
    maxima = [c for c in after[1:] if len({as_number(person[c]) for person in roster.people} - {None}) == 1]
    maxima = [c for c in maxima if all(as_number(person[c]) is not None for person in roster.people)]
    grades = [after[after.index(c) - 1] for c in maxima]
    grades = [
        c for c in grades if all(as_number(p[c]) is not None or p[c].strip() in ("", NO_MARK) for p in roster.people)
    ]
    if len(grades) != 1:
        raise ExportError(
            "the worksheet is in another language, and which of its columns is the grade cannot be told; rename that "
            "heading to Grade, and the first one to Identifier, export, and give both their old names back"
        )
    return grades[0], after[after.index(grades[0]) + 1]


def _worksheet(marks, roster, matching, zeros, grade: str, maximum: str | None) -> Table:
    if len(marks.lectures) != 1:
        raise ExportError(
            f"a grading worksheet is of one assignment; say which with --only: {', '.join(marks.lectures)}"
        )
    lecture = marks.lectures[0]
    most = marks.max_points[lecture]
    if maximum:
        others = {person[maximum] for person in roster.people} - {""}
        if any(as_number(other) != most for other in others):
            raise ExportError(
                f"{lecture} gives {number(most)} points and Moodle's maximum is {', '.join(sorted(others))}; set the "
                f"assignment's maximum grade to {number(most)} and download the worksheet again"
            )
    student_of = {id(person): student for student, person in matching.person_of.items()}
    rows, changes, remarks = [], [], []
    for person in roster.people:
        cells = {column: AsItStood(person[column]) for column in roster.columns}
        if (student := student_of.get(id(person))) is not None:
            mark = _points(marks, student, lecture, person[grade], zeros)
            if mark and is_said_in_words(person[grade]):
                remarks.append(
                    f"{roster.name(person)}: {person[grade].strip()} of Moodle stays; {lecture} has {mark} points"
                )
            elif mark and not same(person[grade], mark):
                cells[grade] = mark
                if as_number(mark) > most:
                    remarks.append(
                        f"{roster.name(person)} has {mark} points with a bonus: Moodle takes at most {number(most)}"
                    )
                changes.append(Change(roster.name(person), grade, person[grade], mark))
        remarks += [
            f"{roster.name(person)}: {cell!r} is written with ' before it"
            for cell in cells.values()
            if inert(cell) != cell
        ]
        rows.append(list(cells.values()))
    return Table([list(roster.headings), *rows], tuple(remarks), (), tuple(changes))
