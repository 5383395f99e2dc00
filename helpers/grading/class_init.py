"""Write `course.toml` from rosters, and add to one: nothing that stands in it is changed, nobody leaves it."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from helpers.lectures import exercises_of, lecture_names

from .class_file import FILE, ClassFile, class_of
from .collecting.people import same
from .exports.roster import Roster, read_roster

_STUDENT = ("SIS Login ID", "Username", "login", "student_id", "Email address", "Email")
_NUMBERS = ("SIS User ID", "Integration ID", "ID number", "SID", "Student ID", "student_id", "lms_user_id", "id")
_HEAD = """\
# The class: who is in it, which lectures count, and until when. `course class check` says what is wrong or missing.

# timezone = "Asia/Taipei"         # of the times below; without it, this machine's

# [marks]
# drop_lowest = 1                  # so many lectures with the lowest share are left out
# round_to = 0.5                   # percent; rounding = "half up", "up" or "down"
# letters = { A = 90, B = 80 }     # the percent from which each is given

# [late]                           # without it late work is shown as late and loses nothing
# grace_minutes = 15
# percent_a_day = 10               # of the lecture's points; or: points_a_day = 2
# most_percent = 50                # never more than this is taken off
# last_day = 7                     # after so many days nothing counts
# file_times = false               # where no system tells a time, files' own times are not used

# Points: what the lecture is worth here. More keys: weight = 2 (else the points), extra_credit = true.
"""
_PERSON = """
# A person may also have:  group = "Group A"   excused = ["04_activations"]
#                          extensions = { 04_activations = 2026-03-10T23:59:00 }
"""


@dataclass
class Found:
    """One person as the rosters tell them."""

    student: str = ""
    name: str = ""
    email: str = ""
    canvas: str = ""
    group: str = ""
    ids: dict[str, None] = field(default_factory=dict)
    moodle: dict[str, None] = field(default_factory=dict)

    @property
    def identifiers(self) -> set[str]:
        return {same(one) for one in (self.student, self.email, *self.ids) if one}


@dataclass(frozen=True)
class Written:
    """What came of it: how many people were added, and sentences."""

    people: int
    remarks: tuple[str, ...]


def write(out: Path, rosters: Iterable[Path]) -> Written:
    """Make `out/course.toml` from rosters, or add to it who is new in them.

    Raises `ExportError` for a roster, `ClassFileError` for a class file that cannot be read; nothing is written then.
    """
    before = class_of(out)
    rosters = list(rosters)
    people, remarks = people_of(rosters)
    new, numbers = _new(before, people, remarks)
    text = "" if before.is_there else _HEAD + "".join(map(_lecture, lecture_names())) + _PERSON
    text += "".join(map(_entry, new))
    text += "".join(
        f'\n[[moodle]]  # a number of one assignment\nstudent = {_quoted(s)}\nnumber = "{n}"\n' for s, n in numbers
    )
    if rosters and before.is_there:
        gone = [p.student for p in before.people if not any(_is(p, found) for found in people)]
        if gone:
            remarks.append(f"{', '.join(gone)}: in course.toml and in no roster given now; they stay in the class")
    _append(out / FILE, text)
    return Written(len(new), tuple(remarks))


def people_of(rosters: Iterable[Path]) -> tuple[list[Found], list[str]]:
    """The people of these rosters, each once, and sentences about those who cannot be told apart.

    Raises `ExportError` for a roster that cannot be read.
    """
    remarks: list[str] = []
    people: list[Found] = []
    for roster in [read_roster(path) for path in rosters]:
        own = [_person(roster, row) for row in roster.people]
        alike = Counter(same(one.student) for one in own)
        remarks += [
            f"{next(one.student for one in own if same(one.student) == name)} stands {count} times in a roster, and "
            "nothing tells these people apart; give each a number, login or address of their own, and type this again"
            for name, count in alike.items()
            if name and count > 1
        ]
        others = list(people)
        for one in own:
            alone = sum(same(other.name) == same(one.name) for other in own) == 1
            _merge(people, others if alone else [], one, remarks)
    return people, remarks


def _person(roster: Roster, row: dict[str, str]) -> Found:
    address = next(iter(roster.addresses), None)  # whatever its heading is in another language
    email = (roster.value(row, "Email address", "Email") or (row[address] if address else "")).strip()
    first, last = roster.first_and_last_name(row)
    name = " ".join(f"{first} {last}".split())
    participants = roster.column("Identifier") or roster.participants()
    identifier = row[participants] if participants else ""
    number = re.search(r"(\d+)\s*$", identifier)
    is_canvas = bool(roster.column("Student") and roster.column("ID") and roster.column("Section"))
    canvas = roster.value(row, "ID").strip() if is_canvas else ""
    ids = [
        row[c].strip()
        for c in map(roster.column, dict.fromkeys(_NUMBERS))
        if c and not (is_canvas and c == roster.column("ID")) and c != participants
    ]
    student = next((value for c in _STUDENT if (value := roster.value(row, c).strip())), "") or email or name
    ids += [value for c in _STUDENT[:4] if (value := roster.value(row, c).strip())]
    own = dict.fromkeys(one for one in ids if one and one not in (student, email))
    return Found(
        student,
        name,
        email,
        canvas,
        roster.value(row, "Group", "Groups").strip(),
        own,
        dict.fromkeys([number[1]] if number else []),
    )


def _merge(people: list[Found], others: list[Found], one: Found, remarks: list[str]) -> None:
    """Put what a roster says to the person whom it is about: by an identifier, else by a name that one person has.

    `others` are the people of the rosters before, among whom a name may be looked for.
    """
    if not one.student:
        return
    by_id = [p for p in people if p.identifiers & one.identifiers]
    by_name = [p for p in others if same(p.name) == same(one.name) and one.name]
    fits = by_id or (by_name if not (one.email and any(p.email for p in by_name)) else [])
    if len(fits) > 1:
        remarks.append(
            f"{one.name or one.student} fits {len(fits)} people of another roster; add to course.toml by hand"
        )
    elif fits:
        known = fits[0]
        known.email, known.canvas = known.email or one.email, known.canvas or one.canvas
        known.group, known.name = known.group or one.group, known.name or one.name
        known.moodle |= one.moodle
        there = known.identifiers | {same(known.name)}
        known.ids |= {text: None for text in (one.student, one.email, *one.ids) if text and same(text) not in there}
    else:
        people.append(one)


def _new(before: ClassFile, people: list[Found], remarks: list[str]):
    """Those who are not in the file yet, and numbers of Moodle that its people have not yet."""
    new, numbers = [], []
    for one in people:
        known = [person for person in before.people if _has_identifier_of(person, one)]
        known = known or [person for person in before.people if _is(person, one)]
        if not known:
            new.append(one)
        elif len(known) == 1:
            numbers += [(known[0].student, number) for number in one.moodle if number not in known[0].moodle]
        else:
            names = " and ".join(person.student for person in known)
            remarks.append(f"{one.name or one.student} of the roster could be {names}; nothing was added for them")
    return new, numbers


def _has_identifier_of(person, one: Found) -> bool:
    own = {same(i) for i in (person.student, *person.identifiers)}
    return bool(own & one.identifiers) or bool(one.canvas and one.canvas == person.canvas)


def _is(person, one: Found) -> bool:
    if _has_identifier_of(person, one):
        return True
    apart = one.email and person.email  # two addresses, and none of them the same
    return bool(one.name) and same(one.name) == same(person.name) and not apart


def _lecture(name: str) -> str:
    points = sum(exercise.points for exercise in exercises_of(name))
    return f"\n[lectures.{name}]\npoints = {points:g}\n# due = 2026-03-08T23:59:00\n" if points else ""


def _entry(one: Found) -> str:
    lines = [f"student = {_quoted(one.student)}"]
    lines += [
        f"{key} = {_quoted(value)}" for key in ("name", "email", "canvas", "group") if (value := getattr(one, key))
    ]
    for key in ("ids", "moodle"):
        if values := getattr(one, key):
            lines.append(f"{key} = [{', '.join(map(_quoted, values))}]")
    return "\n[[people]]\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # TOML's basic strings escape as JSON's do, but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _append(path: Path, text: str) -> None:
    """Add to the end of the file, all of it or nothing."""
    if not text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with open(temporary, "xb") as file:
        file.write(before + text.encode())
    os.replace(temporary, path)
