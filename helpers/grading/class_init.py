"""Write `course.toml` from rosters, and add to one: nothing that stands in it is changed, nobody leaves it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from helpers.lectures import exercises_of, lecture_names

from .class_file import FILE, ClassFile, ClassFileError, class_of, read_class_file
from .collecting.people import same
from .exports.roster import Roster, is_shortened, plain_identifier, read_roster

_STUDENT = ("SIS Login ID", "Username", "login", "student_id", "Email address", "Email")
_NUMBERS = ("SIS User ID", "Integration ID", "ID number", "SID", "Student ID", "student_id", "lms_user_id", "id")
_PERSONAL = {heading.lower() for heading in (*_STUDENT, *_NUMBERS)}
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
    _append(out / FILE, text, before.is_there)
    return Written(len(new), tuple(remarks))


def people_of(rosters: Iterable[Path]) -> tuple[list[Found], list[str]]:
    """The people of these rosters, each once, and sentences about those who cannot be told apart.

    Raises `ExportError` for a roster that cannot be read.
    """
    remarks: list[str] = []
    people: list[Found] = []
    for roster in [read_roster(path) for path in rosters]:
        own = _told_apart(_people(roster, remarks), remarks)
        others = list(people)
        for one in own:
            alone = sum(same(other.name) == same(one.name) for other in own) == 1
            _merge(people, others, one, alone, remarks)
    return people, remarks


def _people(roster: Roster, remarks: list[str]) -> list[Found]:
    """The people of one roster, each once; what is odd about their cells is said."""
    rows = list(roster.people)
    if _is_canvas(roster) and (tests := [row for row in rows if _is_test_student(roster, row)]):
        rows = [row for row in rows if row not in tests]
        remarks.append(f"{roster.name(tests[0])} is the test student of Canvas and is left out")
    found = [_person(roster, row) for row in rows]
    if found and not any(one.name for one in found):
        remarks.append(
            f"no column of a roster ({', '.join(roster.headings)}) is known to be of names; call it Full name, or "
            "First name and Last name, and a column of numbers ID number, in a copy"
        )
    shortened = [c for c in roster.columns if c.lower() in _PERSONAL and any(is_shortened(row[c]) for row in rows)]
    for column in shortened:
        number = next(row[column] for row in rows if is_shortened(row[column]))
        remarks.append(
            f"a spreadsheet has shortened numbers of {column} ({number}), so they are left out; export the list again, "
            "and do not save it from the spreadsheet"
        )
    return [one for one in found if one.student]


def _told_apart(found: list[Found], remarks: list[str]) -> list[Found]:
    """Make rows that say the same one person, and take from two people what both have: it tells nobody apart."""
    people: dict[tuple, Found] = {}
    for one in found:
        known = people.setdefault((one.canvas,) if one.canvas else (same(one.student), same(one.name)), one)
        known.ids |= one.ids
        known.moodle |= one.moodle
        known.group = known.group or one.group
    for name, rows in _by(found, lambda one: same(one.student)).items():
        if len(rows) > 1 and all(same(one.name) == name and not (one.email or one.ids or one.canvas) for one in rows):
            remarks.append(_nothing_tells_apart(rows[0].student, len(rows)))
    owners: dict[str, list[Found]] = {}
    for one in people.values():
        for text in one.identifiers:
            owners.setdefault(text, []).append(one)
    for text, several in owners.items():
        if len(several) > 1:
            names = " and ".join(one.name or one.student for one in several)
            keyed = [one for one in several if same(one.student) == text]
            if len(keyed) > 1:
                remarks.append(_nothing_tells_apart(f"{keyed[0].student} ({names})", len(keyed)))
            else:
                remarks.append(f"{text} is said to be of {names}; it does not tell them apart and is left out")
            for one in several:
                one.ids = {i: None for i in one.ids if same(i) != text}
                one.email = "" if same(one.email) == text else one.email
            for one in keyed if len(keyed) > 1 else ():
                one.student = one.email or next(iter(one.ids), "") or one.name or one.student
                one.ids.pop(one.student, None)
    return list(people.values())


def _nothing_tells_apart(who: str, times: int) -> str:
    return (
        f"{who} stands {times} times in a roster, and nothing tells these people apart; give each a number, login or "
        "address of their own, and type this again"
    )


def _by(items, key) -> dict:
    groups: dict = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _is_canvas(roster: Roster) -> bool:
    return bool(roster.column("Student") and roster.column("ID") and roster.column("Section"))


def _is_test_student(roster: Roster, row: dict[str, str]) -> bool:
    """Canvas gives the student view a user of its own, whose login is a digest."""
    return bool(re.fullmatch(r"[0-9a-f]{40}", roster.value(row, "SIS Login ID").strip()))


def _person(roster: Roster, row: dict[str, str]) -> Found:
    def value(*names: str) -> str:
        return plain_identifier(roster.value(row, *names))

    address = next(iter(roster.addresses), None)  # whatever its heading is in another language
    email = value("Email address", "Email") or (row[address].strip() if address else "")
    first, last = roster.first_and_last_name(row)
    name = " ".join(f"{first} {last}".split())
    participants = roster.column("Identifier") or roster.participants()
    identifier = row[participants] if participants else ""
    number = re.search(r"(\d+)\s*$", identifier)
    is_canvas = _is_canvas(roster)
    canvas = value("ID") if is_canvas else ""
    ids = [
        plain_identifier(row[c])
        for c in map(roster.column, dict.fromkeys(_NUMBERS))
        if c and not (is_canvas and c == roster.column("ID")) and c != participants
    ]
    student = next((found for c in _STUDENT if (found := value(c))), "") or email or name
    ids += [found for c in _STUDENT[:4] if (found := value(c))]
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


def _merge(people: list[Found], others: list[Found], one: Found, alone: bool, remarks: list[str]) -> None:
    """Put what a roster says to the person whom it is about: by an identifier, else by a name that one person has.

    `others` are the people of the rosters before; two of one roster are never one. By a name only who is alone with it
    in this roster is looked for.
    """
    by_id = [p for p in others if p.identifiers & one.identifiers]
    by_name = [p for p in others if alone and same(p.name) == same(one.name) and one.name]
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
    new, numbers, untold = [], [], []
    for one in people:
        known = [person for person in before.people if _has_identifier_of(person, one)]
        known = known or [person for person in before.people if _is(person, one)]
        if not known:
            new.append(one)
        elif len(known) == 1 and _is_somebody_else(known[0], one):
            remarks.append(
                f"{one.name} of the roster has what identifies {known[0].student} ({known[0].name}), and is otherwise "
                "somebody else; nothing was added for them. Take it from one of the two, and type this again"
            )
        elif len(known) == 1:
            taken = {number: person.student for person in before.people for number in person.moodle}
            numbers += [(known[0].student, number) for number in one.moodle if number not in taken]
            remarks += [
                f"number {number} of Moodle is {taken[number]}'s in course.toml and {one.name or one.student}'s in the "
                "roster; it stays as it was"
                for number in one.moodle
                if taken.get(number, known[0].student) != known[0].student
            ]
            otherwise, more = _says(known[0], one)
            if otherwise:
                remarks.append(
                    f"line {known[0].line}: {known[0].student} stays as written; the roster says {', '.join(otherwise)}"
                )
            elif more:
                untold.append(f"{known[0].student}: {', '.join(more)}")
        else:
            names = " and ".join(person.student for person in known)
            remarks.append(f"{one.name or one.student} of the roster could be {names}; nothing was added for them")
    if untold:
        remarks.append(
            f"{len(untold)} people stay as written, of whom the roster tells more (such as {untold[0]}); write into "
            "course.toml what you need of it"
        )
    return new, numbers


def _is_somebody_else(person, one: Found) -> bool:
    """Whether one thing alone, such as a login that was given again, makes this look like the person."""
    own = {same(i) for i in (person.student, *person.identifiers)}
    names = bool(one.name and person.name) and _words(one.name) != _words(person.name)
    apart = one.email and person.email and same(one.email) != same(person.email)
    return bool(names and apart and len(own & one.identifiers) == 1 and one.identifiers - own)


def _words(name: str) -> list[str]:
    return sorted(same(name).replace(",", " ").split())


def _says(person, one: Found) -> tuple[list[str], list[str]]:
    """What a roster tells of a person otherwise than `course.toml`, and what it tells that is not there."""
    own = {same(i) for i in (person.student, *person.identifiers)}
    otherwise, more = [], []
    for key, value, there, fits in (
        ("name", one.name, person.name, _words(one.name) == _words(person.name)),
        ("email", one.email, person.email, same(one.email) in own),
        ("canvas", one.canvas, person.canvas, one.canvas == person.canvas),
        ("group", one.group, person.group, same(one.group) == same(person.group)),
    ):
        if value and not fits:
            (otherwise if there else more).append(f"{key} {value}")
    more += [
        f"id {text}" for text in (one.student, *one.ids) if same(text) not in own | {same(one.email), same(one.name)}
    ]
    return otherwise, more


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


def _append(path: Path, text: str, was_there: bool) -> None:
    """Add to the end of the file, all of it or nothing. Raises `ClassFileError` if the whole would be no class file."""
    if not text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    if was_there:
        try:
            read_class_file(path, (before + text.encode()).decode("utf-8-sig"))
        except ClassFileError as error:
            raise ClassFileError(
                f"what is new does not fit below what stands in {path}, so nothing was written. Is every person a "
                f"[[people]] of their own there? ({error})"
            ) from error
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with open(temporary, "xb") as file:
        file.write(before + text.encode())
    os.replace(temporary, path)
