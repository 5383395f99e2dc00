"""Marks as `nbgrader export` writes them.

Format: `nbgrader/plugins/export.py` (`CsvExportPlugin`) of jupyter/nbgrader, 0.9.6: a row for each assignment and
student, also for those who handed in nothing, with 0.0. `score` is `raw_score` less `late_submission_penalty`, and
times are in UTC without saying so. nbgrader itself puts no quotes around a name with a comma; we do, as every reader of
CSV expects. It knows no excuse.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ..papers import Paper
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

    The penalty and the date are those of `course.toml`, the time is the system's (a file's own time is none). Whoever
    is excused has no row for that lecture, because 0.0 would count, and is named. People of the roster who handed in
    nothing get 0.0, as nbgrader gives them, but only if every student was found in the roster: a row with 0.0 may else
    be of somebody who has marks in another row.
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
            if marks.excused(student, lecture):
                continue
            first, last = roster.first_and_last_name(person) if person else ("", "")
            email = roster.value(person, "Email address", "Email") if person else ""
            login = ("Username", "SIS Login ID", "student_id", "ID number", "id")
            identifier = student or roster.value(person, *login) or email
            paper = marks.papers.get((student, lecture))
            raw, penalty = (paper.reached, paper.lateness.deduction) if paper else (0.0, 0.0)
            rows.append(
                [
                    lecture,
                    _utc(marks.due.get((student, lecture))),
                    _utc(_handed_in(paper)),
                    identifier,
                    last,
                    first,
                    email,
                    str(float(raw)),
                    str(float(penalty)),
                    str(float(max(0.0, raw - penalty))),
                    str(float(marks.max_points[lecture])),
                ]
            )
    remarks += [f"{excuse}; nbgrader knows no excuse, so there is no row" for excuse in marks.excuses()]
    return Table([list(COLUMNS), *rows], tuple(remarks))


def _handed_in(paper: Paper | None) -> datetime | None:
    arrival = paper.submission.arrival if paper and paper.submission else None
    return arrival.time if arrival and arrival.is_certain else None


def _utc(moment: datetime | None) -> str:
    """As nbgrader's database holds times: in UTC, and no zone is named."""
    return str(moment.astimezone(UTC).replace(tzinfo=None)) if moment else ""
