"""What other systems do with the files that they import, written down from their sources, to try ours on."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime


class Refused(Exception):
    """The system would not take the file."""


def rows_of(path) -> list[list[str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def canvas(path, people: list[dict]) -> tuple[dict[str, float], dict[tuple[str, str], str]]:
    """Maxima by assignment, and grades by person and assignment (`lib/gradebook_importer.rb` of canvas-lms).

    `people` are dicts with `id`, `sis`, `login` and `name`; a grade is under the person's `id`.
    """
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    if not (len(header) > 3 and "Student" in header[0] and "ID" in header[1]):
        raise Refused("Invalid header row")
    columns = 3
    sis, login = None, None
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        login, columns = 2, columns + 1
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        sis, login, columns = 2, 3, columns + 2
    if "Section" not in header[columns - 1]:
        raise Refused("Invalid header row")
    titles = header[columns:]
    maxima, grades = {}, {}
    for row in rows:
        if len(row) != len(header):
            raise Refused(f"a row of {len(row)} cells")
        if "Points Possible" in row[0]:
            maxima = dict(zip(titles, map(float, row[columns:]), strict=True))
            continue
        found = (
            [p for p in people if row[1] and p["id"] == row[1]]
            or [p for p in people if sis and row[sis] and p["sis"] == row[sis]]
            or [p for p in people if login and row[login] and p["login"] == row[login]]
            or [p for p in people if p["name"] == row[0]]
        )
        if not found:
            raise Refused(f"a new student {row[0]!r} would be made")
        for title, grade in zip(titles, row[columns:], strict=True):
            if grade not in ("", "-"):
                grades[found[0]["id"], title] = grade
    return maxima, grades


def canvas_after(path, ids: set[str]) -> dict[tuple[str, str], str]:
    """What stands in Canvas for each person and assignment after it imported the file: an empty cell empties.

    As `canvas`, with what newer versions of the importer know: two columns of names, integration numbers, the columns
    of totals that are no assignments, and rows about posting.
    """
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    names = 2 if header[:2] == ["LastName", "FirstName"] else 1
    if "ID" not in header[names] or (names == 1 and "Student" not in header[0]):
        raise Refused("Invalid header row")
    columns, place = names + 2, names + 1
    if re.search(r"SIS\s+Login\s+ID", header[place]):
        columns += 1
    elif re.search(r"SIS\s+User\s+ID", header[place]) and re.search(r"SIS\s+Login\s+ID", header[place + 1]):
        columns += 2 + bool(re.search(r"Integration\s+ID", header[place + 2]))
    if "Section" not in header[columns - 1]:
        raise Refused("Invalid header row")
    totals = re.compile("(Current|Final|Override) (Score|Points|Grade)")
    titles = [(i, title) for i, title in enumerate(header) if i >= columns and not totals.search(title)]
    after = {}
    for row in rows:
        about_posting = all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell, re.IGNORECASE) for cell in row)
        if "Points Possible" in row[0] or about_posting:
            continue
        if row[names] not in ids:
            raise Refused(f"a new student {row[0]!r} would be made")
        after |= {(row[names], title): row[i].strip() for i, title in titles}
    return after


def moodle_gradebook(path, key: str, users: set[str]) -> dict[tuple[str, str], float]:
    """Grades by user and item (`grade/import/csv/classes/load_data.php` of moodle); `key` is the column of users."""
    header, *rows = rows_of(path)
    header = [heading.strip() for heading in header]
    grades = {}
    for row in rows:
        user = row[header.index(key)]
        if user not in users:
            raise Refused(f"the user {user!r} is not found; nothing is imported")
        for heading, value in zip(header, row, strict=True):
            if re.match(r"\d\d_", heading) and value not in ("", "-"):
                if float(value) > 100:
                    raise Refused("a grade above 100")
                grades[user, heading] = float(value)
    return grades


def moodle_worksheet(path) -> dict[int, str]:
    """Grades by participant (`mod/assign/feedback/offline/importgradeslib.php` of moodle)."""
    header, *rows = rows_of(path)
    if not {"Identifier", "Grade", "Last modified (grade)"} <= set(header):
        raise Refused("not a grading worksheet")
    identifier, grade = header.index("Identifier"), header.index("Grade")
    return {int(row[identifier].removeprefix("Participant ")): row[grade] for row in rows}


def nbgrader(path) -> dict[tuple[str, str], dict]:
    """Rows by student and assignment as `nbgrader export` means them (`nbgrader/plugins/export.py`)."""
    header, *rows = rows_of(path)
    found = {}
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        for name in ("raw_score", "late_submission_penalty", "score", "max_score"):
            row[name] = float(row[name])
        if row["score"] != max(0.0, row["raw_score"] - row["late_submission_penalty"]):
            raise Refused(f"a score that is not the raw score less the penalty: {row}")
        for name in ("duedate", "timestamp"):
            row[name] = datetime.fromisoformat(row[name]) if row[name] else None
            if row[name] and row[name].tzinfo:
                raise Refused("a time with a zone")
        if found.setdefault((row["student_id"], row["assignment"]), row) is not row:
            raise Refused("two rows of one student and assignment")
    return found


_RESULTS = {
    "score": float,
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "tests": list,
}
_TEST = {
    "score": float,
    "max_score": float,
    "status": str,
    "name": str,
    "number": str,
    "output": str,
    "tags": list,
    "visibility": str,
}
_VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def gradescope(results: dict) -> float:
    """The score (Autograder Specifications, "Output format"); fields that the page does not name are refused."""
    for fields, allowed in [(results, _RESULTS), *((test, _TEST) for test in results["tests"])]:
        for name, value in fields.items():
            if name not in allowed or not isinstance(
                value, allowed[name] if allowed[name] is not float else (int, float)
            ):
                raise Refused(f"{name}: {value!r}")
        if fields["visibility"] not in _VISIBILITIES:
            raise Refused(fields["visibility"])
        if fields.get("status", "passed") not in {"passed", "failed"}:
            raise Refused(fields["status"])
        if fields.get("output_format", "text") not in {"text", "html", "simple_format", "md", "ansi"}:
            raise Refused(fields["output_format"])
    return float(results.get("score", sum(test["score"] for test in results["tests"])))
