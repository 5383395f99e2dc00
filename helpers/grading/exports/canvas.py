"""Marks as Canvas imports them into its gradebook.

Format: `lib/gradebook_importer.rb` and `lib/gradebook_exporter.rb` of instructure/canvas-lms. The first heading holds
"Student", the second "ID", the last one before the assignments is "Section"; a row with "Points Possible" in its first
cell gives the maxima. A person is found by ID, SIS User ID, SIS Login ID, then by name; an assignment by the number in
parentheses that ends its heading, then by its exact title, else a new one is made.
"""

from __future__ import annotations

import re
from pathlib import Path

from .roster import Matching, Roster
from .tables import Exported, Marks, inert, number, write_left_out, write_table

POINTS_POSSIBLE = "Points Possible"
_PERSON = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_ID_IN_NAME = re.compile(r"[^_]+_(\d+)")


def write(marks: Marks, path: Path, roster: Roster | None = None, matching: Matching | None = None) -> Exported:
    """Write the file. The best roster is the gradebook that Canvas itself exports: it holds Canvas's own numbers.

    Without a roster everybody is written, under the name of the folder. With one, students who have no row in it are
    left out and listed beside; people of the roster who handed in nothing get empty cells, which give no mark.
    """
    template = roster is not None and _is_from_canvas(roster)
    person_columns = roster.columns[: roster.columns.index(roster.column("Section")) + 1] if template else _PERSON
    headings, remarks = _assignment_headings(marks, roster if template else None)
    rows, left_out = [], []
    for student, points in marks.points.items():
        if matching is not None and student not in matching.person_of:
            left_out.append(student)
            continue
        if template:
            cells = [matching.person_of[student][column] for column in person_columns]
        else:
            cells = _from_person(roster, matching.person_of[student]) if matching else _from_folder(student)
        if POINTS_POSSIBLE in cells[0]:
            remarks.append(f"{student} is left out: Canvas would take the name for its row of maxima")
            left_out.append(student)
            continue
        remarks += [f"{student}: {cell!r} is written with ' before it" for cell in cells if inert(cell) != cell]
        rows.append([*cells, *(number(points[lecture]) for lecture in marks.lectures)])
    for person in matching.absent if matching else ():
        cells = [person[column] for column in person_columns] if template else _from_person(roster, person)
        rows.append([*cells, *[""] * len(headings)])
    maxima = [f"    {POINTS_POSSIBLE}", *[""] * (len(person_columns) - 1), *map(number, marks.max_points.values())]
    write_table(path, [[*person_columns, *headings], maxima, *rows])
    write_left_out(path, marks, left_out)
    if matching is None:
        remarks.append(
            "Without --roster Canvas looks for each folder's name; give it the gradebook that Canvas exports"
        )
    return Exported((path,), tuple(dict.fromkeys(remarks)), tuple(left_out))


def _is_from_canvas(roster: Roster) -> bool:
    return roster.columns[:2] == ("Student", "ID") and bool(roster.column("Section"))


def _assignment_headings(marks: Marks, template: Roster | None) -> tuple[list[str], list[str]]:
    """The heading of each lecture: Canvas's own where the exported gradebook has that assignment."""
    headings, remarks = [], []
    for lecture in marks.lectures:
        known = [c for c in template.columns if re.sub(r" \(\d+\)$", "", c) == lecture] if template else []
        known = known or ([c for c in template.columns if lecture in c] if template else [])
        if len(known) != 1:
            remarks.append(
                f"{lecture} is no assignment of the roster: Canvas will offer to make it"
                if not known
                else f"{lecture} could be {' or '.join(known)}: Canvas will offer to make a new assignment"
            )
        headings.append(known[0] if len(known) == 1 else lecture)
    return headings, remarks if template else []


def _from_person(roster: Roster, person: dict[str, str]) -> list[str]:
    login = roster.value(person, "SIS Login ID", "Username", "login", "Email address", "Email")
    number_ = roster.value(person, "SIS User ID", "ID number", "SID", "Student ID", "student_id")
    return [roster.name(person), "", number_, login, ""]


def _from_folder(student: str) -> list[str]:
    match = _ID_IN_NAME.fullmatch(student)  # as Canvas names the files of its zips
    return [student, match[1] if match else "", "", "" if match else student, ""]
