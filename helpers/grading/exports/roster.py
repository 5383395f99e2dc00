"""The list of a class as another system exports it, and whose row in it belongs to which student of the gradebook."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..collecting.people import Member, same
from .tables import ExportError

# The headings that Canvas, Moodle, Gradescope and nbgrader give to what identifies a person; compared in lower case.
_IDENTIFIERS = (
    "id",
    "sis user id",
    "sis login id",
    "integration id",
    "id number",
    "username",
    "email address",
    "email",
    "sid",
    "student id",
    "student_id",
    "lms_user_id",
    "login",
)
_NAMES = ("student", "full name", "name")
_FIRST, _LAST = ("first name", "first_name", "firstname"), ("last name", "surname", "last_name", "lastname")
# What Canvas and Moodle put at the end of a folder's name is a number of this column, and of no other.
_NUMBERED = {"id": ("student", "lastname"), "identifier": ()}  # heading -> one of these must stand beside it
POINTS_POSSIBLE = "Points Possible"
_NO_IDENTIFIER = re.compile(r"[-–—?./]*|n/?a|#n/a|none|null|nan|tba|unknown", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_PARTICIPANT = re.compile(r"([^\d@_]+?) ?(\d+)")


@dataclass(frozen=True)
class Roster:
    """A table of people: headings, and the rows by heading, as they stand in the file.

    Of a heading that stands there twice, the further ones have their place in brackets in `columns`; `headings` are as
    they were. `maxima` is the row of points possible that Canvas puts below the headings, empty without one.
    """

    columns: tuple[str, ...]
    people: tuple[dict[str, str], ...]
    headings: tuple[str, ...] = ()
    maxima: dict[str, str] = field(default_factory=dict)

    def column(self, *names: str) -> str | None:
        """The first of these headings that the file has, as it is spelled there."""
        spelled = {column.strip().lower(): column for column in reversed(self.columns)}
        return next((spelled[name.lower()] for name in names if name.lower() in spelled), None)

    def participants(self) -> str | None:
        """The first column if it is that of Moodle's participants: "Participant 123" in every row, in any language."""
        first, known = self.columns[0], {*_IDENTIFIERS, *_NAMES, *_FIRST, *_LAST} - {"id"}
        found = [_PARTICIPANT.fullmatch(person[first]) for person in self.people]
        told = found and all(found) and len({match[1] for match in found}) == 1
        return first if told and first.lower() not in known else None

    def whole_name(self, person: dict[str, str]) -> str:
        """A person's name as it stands in one column, or ""."""
        column = self.column(*_NAMES) or self._named_otherwise
        return person[column] if column else ""

    @cached_property
    def _named_otherwise(self) -> str | None:
        """The second column of Moodle's worksheet in another language; it is of names unless marking is blind."""
        if not self.participants() or self.column(*_FIRST) or len(self.columns) < 2:
            return None
        cells = [person[self.columns[1]].strip() for person in self.people]
        several = len(cells) > 1 and len(set(cells)) > 0.8 * len(cells)  # a state of handing in recurs
        return self.columns[1] if several and not any(re.search(r"[\d@]", cell) for cell in cells) else None

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The columns that hold nothing but e-mail addresses, whatever they are called."""
        filled = {c: [person[c] for person in self.people if person[c].strip()] for c in self.columns}
        return tuple(
            c for c, cells in filled.items() if cells and all(_ADDRESS.fullmatch(cell.strip()) for cell in cells)
        )

    def value(self, person: dict[str, str], *names: str) -> str:
        """A person's value under the first of these headings that the file has, or ""."""
        column = self.column(*names)
        return person[column] if column else ""

    def first_and_last_name(self, person: dict[str, str]) -> tuple[str, str]:
        """The two names; a single column is split at its comma ("Last, First") or its last space."""
        first, last = self.value(person, *_FIRST), self.value(person, *_LAST)
        if first or last:
            return first, last
        whole = self.whole_name(person).strip()
        if "," in whole:
            last, _, first = whole.partition(",")
            return first.strip(), last.strip()
        first, _, last = whole.rpartition(" ")
        return first, last

    def name(self, person: dict[str, str]) -> str:
        """The name as a sentence shows it, or the first thing that identifies the person."""
        whole = self.whole_name(person) or " ".join(filter(None, self.first_and_last_name(person)))
        return whole or next((person[column] for column in self.columns if person[column]), "")


@dataclass(frozen=True)
class Matching:
    """Who is who. `remarks` are sentences about those who could not be told."""

    person_of: dict[str, dict[str, str]]  # student of the gradebook -> row of the roster
    unknown: tuple[str, ...]  # students who have no row, or no row for sure
    absent: tuple[dict[str, str], ...]  # rows that no student of the gradebook belongs to
    remarks: tuple[str, ...]


def read_roster(path: Path) -> Roster:
    """Read a roster: CSV with a row of headings, separated by commas, semicolons or tabs. Raises `ExportError`."""
    try:
        rows = read_rows(path)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise ExportError(f"the roster {path} is not UTF-8; save it as “CSV UTF-8”") from error
        raise ExportError(f"the roster {path} cannot be read ({getattr(error, 'strerror', None) or error})") from error
    columns = tuple(column.strip() for column in rows[0]) if rows else ()
    known = {*_IDENTIFIERS, *_NAMES, *_FIRST, *_LAST, *_NUMBERED}
    if not known & {column.lower() for column in columns}:
        raise ExportError(
            f"the first row of the roster {path} should hold headings: Student, Email address, Username, ... (in "
            "English; rename the columns in a copy)"
        )
    if twice := [column for column, count in Counter(columns).items() if count > 1 and column.lower() in known]:
        raise ExportError(f"the roster {path} has two columns named {twice[0]!r}")
    headings, columns = columns, _told_apart(columns)
    people, maxima = [], {}
    for line, row in enumerate(rows[1:], 2):
        if len(row) > len(columns) and any(row[len(columns) :]):
            raise ExportError(f"row {line} of the roster {path} has more cells than there are headings")
        person = dict(zip(columns, [*row, *[""] * len(columns)], strict=False))
        if _is_of_maxima(person, columns):
            maxima = maxima or person
        is_heading = tuple(cell.strip() for cell in row) == headings  # two lists, one below the other
        if not is_heading and not _is_canvas_remark(person, columns):
            people.append(person)
    return Roster(columns, tuple(people), headings, maxima)


def match(roster: Roster, students: list[str], members: Iterable[Member] = ()) -> Matching:
    """Find each student's row: by an identifier, then by the number that ends a folder's name, then by name.

    Of whom `members` (the people of `course.toml`) know more, all that they know is looked for. Nobody is guessed: a
    student who fits two rows, or a row that fits two students, is left to a person.
    """
    remarks, found, by_name = [], {}, {}
    identifiers, numbers, names = _by_identifier(roster), _by_number(roster), _by_name(roster)
    listed = {member.student: member for member in members}
    for student in students:
        member = listed.get(student, Member(student))
        rows = (
            _all_of(identifiers, map(same, (student, *member.identifiers)))
            or {row for row in numbers.get(_number(student), ()) if _fits_name(roster, row, student)}
            or {
                row
                for number in (member.canvas, *member.moodle)
                for row in numbers.get(number, ())
                if _fits_name(roster, row, member.name)
            }
        )
        if not rows:
            rows = next((names[name] for name in _without_group(student) if name in names), set())
            by_name[student] = rows = rows or names.get(same(member.name), set())
        if len(rows) == 1:
            found[student] = next(iter(rows))
        else:
            why = f"fits {len(rows)} rows of the roster" if rows else "is not in the roster"
            remarks.append(f"{student} {why}")
    certain = {row for student, row in found.items() if student not in by_name and student in listed}
    for student in [s for s, row in found.items() if s in by_name and s in listed and row in certain]:
        del found[student]  # another of the same name in course.toml, whose number or address the row has
        remarks.append(f"{student} is not in the roster")
    claimed = Counter(found.values())
    for student in [s for s, row in found.items() if claimed[row] > 1]:
        row = found.pop(student)
        remarks.append(f"{student} fits the row of {roster.name(roster.people[row])}, and so does another student")
    return Matching(
        {student: roster.people[row] for student, row in found.items()},
        tuple(student for student in students if student not in found),
        tuple(person for row, person in enumerate(roster.people) if row not in claimed),
        tuple(remarks),
    )


def plain_identifier(text: str) -> str:
    """An identifier as it was before a spreadsheet, an exporter or a mail program dressed it up; "" if it is none.

    `="00123"`, `'00123`, `123.0` and `<ada@example.org>` are what one would type without the rest. `-` and `N/A` say
    that there is none, and of `1.23E+11` nobody can tell any longer what it was.
    """
    text = text.strip()
    if match := re.fullmatch(r'="(.*)"|\'(.*)|(\d+)\.0+|<([^<>]*)>', text):
        text = next(filter(None, match.groups()), "").strip()
    return "" if _NO_IDENTIFIER.fullmatch(text) or is_shortened(text) else text


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has written a long number with an exponent, which leaves digits out."""
    return bool(re.fullmatch(r"\d([.,]\d+)?E\+\d+", text.strip(), re.IGNORECASE))


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a table as spreadsheets save it: UTF-8 or UTF-16; commas, semicolons or tabs.

    Raises `OSError`, `csv.Error` (also for a spreadsheet's own format) or `UnicodeDecodeError`.
    """
    content = path.read_bytes()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise csv.Error("this is a spreadsheet or an archive and no CSV file; save it as “CSV UTF-8”")
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = content.decode(encoding)
    # A spreadsheet that was told the separator by a line above the headings shows no such line.
    told = re.match(r"sep=(.)\r?\n", text)
    text = text[told.end() :] if told else text
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=told[1] if told else _separator(text)))


def _separator(text: str) -> str:
    heading = text.partition("\n")[0]
    return max(",;\t", key=heading.count)


def _is_canvas_remark(person: dict[str, str], columns: tuple[str, ...]) -> bool:
    """Rows that Canvas puts below the headings (points, manual posting), and empty ones."""
    return (
        not any(cell.strip() for cell in person.values())
        or (_is_of_maxima(person, columns) and not any(person[c] for c in columns[1:2]))
        or (not any(person[c] for c in columns[:5]) and any("manual posting" in v.lower() for v in person.values()))
    )


def _is_of_maxima(person: dict[str, str], columns: tuple[str, ...]) -> bool:
    """The row of points possible: by its words, or by the four spaces that Canvas writes before them."""
    first = person[columns[0]]
    in_other_words = first.startswith("    ") and first.strip() and not any(person[c].strip() for c in columns[1:5])
    return POINTS_POSSIBLE.lower() in first.lower() or bool(in_other_words)


def _by_identifier(roster: Roster) -> dict[str, set[int]]:
    columns = [c for c in roster.columns if c.lower() in _IDENTIFIERS or c in roster.addresses]
    return _index((same(plain_identifier(person[c])), row) for row, person in enumerate(roster.people) for c in columns)


def _by_number(roster: Roster) -> dict[str, set[int]]:
    headings = {c.lower() for c in roster.columns}
    columns = [
        c
        for c in roster.columns
        if (beside := _NUMBERED.get(c.lower())) is not None and (not beside or headings & {*beside})
    ]
    columns += [c for c in [roster.participants()] if c and c not in columns]
    return _index(
        (_number(f"_{plain_identifier(person[c])}"), row) for row, person in enumerate(roster.people) for c in columns
    )


def _fits_name(roster: Roster, row: int, student: str) -> bool:
    """A number alone could be anybody's (`group_12`): the letters before it must be those of the row's name.

    The name of a group may stand before them, and in a blind worksheet the word that Moodle writes for everybody.
    """
    person, column = roster.people[row], roster.participants()
    names = [roster.whole_name(person), " ".join(roster.first_and_last_name(person))]
    if column:
        names.append(_PARTICIPANT.fullmatch(person[column])[1] if _PARTICIPANT.fullmatch(person[column]) else "")
    known = [letters for letters in map(_letters, names) if letters]
    return not any(map(_letters, names[:2])) or any(_letters(name) in known for name in _without_group(student))


def _without_group(student: str) -> list[str]:
    """The name in a folder's name, then what is left of it if Moodle put the name of a group ("Lab 2-") before it."""
    parts = _bare_name(student).split("-")
    return ["-".join(parts[i:]).strip() for i in range(len(parts))]


def _told_apart(columns: tuple[str, ...]) -> tuple[str, ...]:
    seen, apart = Counter(), []
    for column in columns:
        seen[column] += 1
        apart.append(column if seen[column] == 1 else f"{column} [{seen[column]}]")
    return tuple(apart)


def _by_name(roster: Roster) -> dict[str, set[int]]:
    pairs = []
    for row, person in enumerate(roster.people):
        first, last = roster.first_and_last_name(person)
        pairs += [(same(roster.whole_name(person)), row), (same(f"{first} {last}"), row)]
        pairs.append((same(f"{last} {first}"), row))
    return _index(pairs)


def _all_of(index: dict[str, set[int]], keys: Iterable[str]) -> set[int]:
    return set().union(*(index.get(key, ()) for key in keys))


def _index(pairs) -> dict[str, set[int]]:
    index: dict[str, set[int]] = {}
    for key, row in pairs:
        if key:
            index.setdefault(key, set()).add(row)
    return index


def _letters(text: str) -> list[str]:
    """The letters and digits of a name without accents, in any order: Canvas writes "lovelaceada"."""
    return sorted(c for c in unicodedata.normalize("NFKD", same(text)) if c.isalnum())


def _number(student: str) -> str:
    match = re.search(r"[_ ](\d+)$", student.strip())
    return match[1] if match else ""


def _bare_name(student: str) -> str:
    return same(re.sub(r"_\d+$", "", student))
