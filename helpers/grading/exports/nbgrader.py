"""Marks as `nbgrader export` writes them.

Format: `nbgrader/plugins/export.py` (`CsvExportPlugin`) of jupyter/nbgrader, 0.9.6: a row for each assignment and
student, also for those who handed in nothing, with 0.0. nbgrader itself puts no quotes around a name with a comma; we
do, as every reader of CSV expects.
"""

from __future__ import annotations

from .roster import Matching, Roster
from .tables import Marks, Table

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def table(marks: Marks, roster: Roster | None = None, matching: Matching | None = None, zeros: bool = False) -> Table:
    """The table. The roster gives names and addresses; a student who is not in it is written without.

    Dates stay empty and penalties 0.0: the gradebook knows neither. People of the roster who handed in nothing get 0.0,
    as nbgrader gives them, but only if every student was found in the roster: a row with 0.0 may else be of somebody
    who has marks in another row.
    """
    everybody = [(student, matching.person_of.get(student) if matching else None) for student in marks.points]
    rows, remarks = [], []
    if matching and matching.absent and matching.unknown:
        remarks.append(
            f"{len(matching.absent)} people of the roster have no row, because {len(matching.unknown)} students are "
            "not found in it and may be the same people; correct the roster"
        )
    elif matching:
        everybody += [(None, person) for person in matching.absent]
    for lecture in marks.lectures:
        for student, person in everybody:
            first, last = roster.first_and_last_name(person) if person else ("", "")
            email = roster.value(person, "Email address", "Email") if person else ""
            login = ("Username", "SIS Login ID", "student_id", "ID number", "id")
            identifier = student or roster.value(person, *login) or email
            score = str(float((marks.points[student][lecture] if student else None) or 0.0))
            rows.append(
                [
                    lecture,
                    "",
                    "",
                    identifier,
                    last,
                    first,
                    email,
                    score,
                    "0.0",
                    score,
                    str(float(marks.max_points[lecture])),
                ]
            )
    return Table([list(COLUMNS), *rows], tuple(remarks))
