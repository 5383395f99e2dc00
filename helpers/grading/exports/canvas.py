"""Marks as Canvas imports them into its gradebook.

Format: `lib/gradebook_importer.rb` and `lib/gradebook_exporter.rb` of instructure/canvas-lms. The headings begin with
"Student" and "ID", or with "LastName", "FirstName" and "ID", as the account is set; the last one before the assignments
is "Section"; a row with "Points Possible" in its first cell gives the maxima. A person is found by ID, SIS User ID, SIS
Login ID, then by name; an assignment by the number in parentheses that ends its heading, then by its exact title, else
a new one is made. An empty cell takes a mark away that stands in Canvas. "EX" is an excuse, "N/A" an assignment that is
not for this person. Numbers may have a decimal comma. Whom `course.toml` excuses has "EX".
"""

from __future__ import annotations

import re

from .roster import POINTS_POSSIBLE, Matching, Roster
from .tables import AsItStood, Change, Marks, Table, as_number, inert, is_said_in_words, number, same

_PERSON = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_ID_IN_NAME = re.compile(r"[^_]+_(\d+)")
_EXCUSED = "EX"
_CANVASS_OWN = (_EXCUSED, "N/A")  # what Canvas says of a person and an assignment; no mark takes its place


def table(marks: Marks, roster: Roster | None = None, matching: Matching | None = None, zeros: bool = False) -> Table:
    """The table. The best roster is the gradebook that Canvas itself exports: it holds Canvas's own numbers.

    Without a roster everybody is in it, under the name of the folder. With one, students who have no row in it are left
    out. Where the gradebook has no mark, a cell of Canvas's export stays what it was.
    """
    template = roster is not None and _is_from_canvas(roster)
    person_columns = roster.columns[: roster.columns.index(roster.column("Section")) + 1] if template else _PERSON
    columns, remarks = _assignment_columns(marks, roster if template else None)
    headings = [column or lecture for lecture, column in columns.items()]
    if template:
        remarks += _maxima_that_differ(marks, roster, columns)
    rows, left_out, changes = [], [], []
    for student, person in _people(marks, matching):
        if student is not None and matching is not None and person is None:
            left_out.append(student)
            continue
        if template:
            cells = [person[column] for column in person_columns]
        else:
            cells = _from_person(roster, person) if person is not None else _from_folder(student)
        if POINTS_POSSIBLE in cells[0]:
            remarks.append(f"{student} is left out: Canvas would take the name for its row of maxima")
            left_out.append(student)
            continue
        remarks += [f"{student}: {cell!r} is written with ' before it" for cell in cells if inert(cell) != cell]
        own = []
        for lecture, column in columns.items():
            stood = AsItStood(person[column]) if column else ""
            points = marks.points[student][lecture] if student is not None else None
            # In a column that is new nothing can be lost, and who is in the class and handed in nothing has 0 points.
            excused = marks.excused(student, lecture)
            empty = student is not None and not excused and not stood.strip()
            if points is None and empty and (zeros or (template and not column)):
                points = 0.0
            if stood.strip().upper() in _CANVASS_OWN or (is_said_in_words(stood) and not excused):
                if points and not excused:
                    remarks.append(
                        f"{cells[0]}: {stood.strip()} of Canvas stays; {lecture} has {number(points)} points"
                    )
                own.append(stood)
            elif excused:
                own.append(_EXCUSED)
                changes.append(
                    Change(roster.name(person) if template else cells[0], column or lecture, stood, _EXCUSED)
                )
            elif points is None or same(stood, number(points)):
                own.append(stood)
            else:
                own.append(number(points))
                changes.append(Change(roster.name(person) if template else cells[0], column or lecture, stood, own[-1]))
        rows.append([*cells, *own])
    maxima = [f"    {POINTS_POSSIBLE}", *[""] * (len(person_columns) - 1), *map(number, marks.max_points.values())]
    if matching is None:
        remarks.append(
            "Without --roster Canvas looks for each folder's name; give it the gradebook that Canvas exports. It also "
            "takes the marks away of whoever handed in nothing"
        )
    elif not template:
        remarks.append(
            "The roster is not Canvas's own gradebook, so what stands there is not known, and an empty cell takes a "
            "mark away"
        )
    return Table(
        [[*person_columns, *headings], maxima, *rows], tuple(dict.fromkeys(remarks)), tuple(left_out), tuple(changes)
    )


def _people(marks: Marks, matching: Matching | None):
    """Each student with the row of the roster (None without one), then the rows that are no student's."""
    for student in marks.points:
        yield student, matching.person_of.get(student) if matching else None
    for person in matching.absent if matching else ():
        yield None, person


def _is_from_canvas(roster: Roster) -> bool:
    names = roster.columns[:2] == ("Student", "ID") or roster.columns[:3] == ("LastName", "FirstName", "ID")
    return names and bool(roster.column("Section"))


def _assignment_columns(marks: Marks, template: Roster | None) -> tuple[dict[str, str | None], list[str]]:
    """By lecture the column of the exported gradebook that is its assignment; None where there is none for sure."""
    found, remarks = {}, []
    for lecture in marks.lectures:
        columns = [c for c in template.columns if not _is_computed(template, c)] if template else []
        known = [c for c in columns if re.sub(r" \(\d+\)$", "", c) == lecture]
        if not known:
            known = [c for c in columns if lecture in c and re.search(r" \(\d+\)$", c)]
            possible = as_number(template.maxima.get(known[0], "")) if len(known) == 1 else None
            if possible not in (None, marks.max_points[lecture]):
                remarks.append(
                    f"{known[0]} has {lecture} in its title and other points, so it is left as it is, and Canvas will "
                    f"offer to make a new assignment. If it is the one of this lecture, call it {lecture} in Canvas, "
                    "and export again"
                )
                found[lecture] = None
                continue
            if len(known) == 1:
                remarks.append(f"{known[0]} is taken for {lecture}")
        if len(known) != 1:
            remarks.append(
                f"{lecture} is no assignment of the roster: Canvas will offer to make it"
                if not known
                else f"{lecture} could be {' or '.join(known)}: Canvas will offer to make a new assignment"
            )
        found[lecture] = known[0] if len(known) == 1 else None
    return found, remarks if template else []


def _is_computed(template: Roster, column: str) -> bool:
    """Whether Canvas computes a column, such as the total of a group of assignments."""
    return "read only" in template.maxima.get(column, "").lower()


def _maxima_that_differ(marks: Marks, roster: Roster, columns: dict[str, str | None]) -> list[str]:
    return [
        f"{column} is of {theirs:g} points in Canvas, and {lecture} gives {number(marks.max_points[lecture])}; set the "
        "assignment's points in Canvas, or every mark counts too little or too much"
        for lecture, column in columns.items()
        if column
        and (theirs := as_number(roster.maxima.get(column, ""))) is not None
        and theirs != marks.max_points[lecture]
    ]


def _from_person(roster: Roster, person: dict[str, str]) -> list[str]:
    login = roster.value(person, "SIS Login ID", "Username", "login", "Email address", "Email")
    number_ = roster.value(person, "SIS User ID", "ID number", "SID", "Student ID", "student_id")
    return [roster.name(person), "", number_, login, ""]


def _from_folder(student: str) -> list[str]:
    match = _ID_IN_NAME.fullmatch(student)  # as Canvas names the files of its zips
    return [student, match[1] if match else "", "", "" if match else student, ""]
