"""`course.toml`: who is in the class, which lectures count and until when. It lies beside the gradebook.

Everything works without it. With it, names are matched to people, late work and excuses are reckoned with, and lectures
are weighed. A mistake in it is told with its line; nothing is marked or written until it is mended.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from helpers.lectures import exercises_of, lecture_names

from .collecting.people import Member, same
from .gradebook import GradebookError

FILE = "course.toml"
_LAST_MINUTE = time(23, 59, 59)  # a due date without a time ends with the day
MODES = ("half up", "up", "down")


class ClassFileError(GradebookError):
    """`course.toml` cannot be used; the message names the line and what to write."""


@dataclass(frozen=True)
class Counted:
    """A lecture that counts: what it is worth, its weight in the total, when it is due."""

    points: float
    weight: float
    due: datetime | None = None
    extra_credit: bool = False


@dataclass(frozen=True)
class LatePolicy:
    """What late work loses. Nothing, unless the file says so."""

    grace: timedelta = timedelta(0)
    points_a_day: float = 0.0
    percent_a_day: float = 0.0  # of the points that the lecture has
    most_percent: float = 100.0  # never more than this is taken off
    last_day: int | None = None  # work that is later than this many days counts nothing
    days_if_unknown: int = 1  # where a system says late and not by how much
    file_times: bool = True  # whether a file's own time counts where no system tells one


@dataclass(frozen=True)
class Person(Member):
    """A person of the class, with what is different for them alone."""

    email: str = ""
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    excused: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class ClassFile:
    """What `course.toml` says; without one, nothing."""

    people: tuple[Person, ...] = ()
    lectures: Mapping[str, Counted] = field(default_factory=dict)
    late: LatePolicy = LatePolicy()
    drop_lowest: int = 0
    round_to: float | None = None
    rounding: str = "half up"
    letters: tuple[tuple[str, float], ...] = ()
    is_there: bool = False
    zone: tzinfo | None = None  # None: this machine's

    @cached_property
    def _by_student(self) -> dict[str, Person]:
        return {person.student: person for person in self.people}

    def person(self, student: str) -> Person | None:
        """The person of this name in the gradebook, if the file has them."""
        return self._by_student.get(student)

    def due(self, student: str, lecture: str) -> tuple[datetime | None, bool]:
        """When this student's work is due, and whether that is an extension of their own."""
        person = self.person(student)
        if person and lecture in person.extensions:
            return person.extensions[lecture], True
        counted = self.lectures.get(lecture)
        return (counted.due if counted else None), False

    def excused(self, student: str, lecture: str) -> bool:
        """Whether this lecture is left out of this student's total."""
        person = self.person(student)
        return bool(person and lecture in person.excused)


def class_of(folder: Path) -> ClassFile:
    """What the `course.toml` of a gradebook's folder says. Raises `ClassFileError`."""
    path = folder / FILE
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ClassFile()
    except OSError as error:
        raise ClassFileError(f"{path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ClassFileError(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8") from error
    return read_class_file(path, text)


def read_class_file(path: Path, text: str) -> ClassFile:
    """What the text of a class file says; `path` is for its messages. Raises `ClassFileError`."""
    return _read(path, text.replace("\r\n", "\n"), lecture_names())


@lru_cache(maxsize=4)  # every table and page asks for it
def _read(path: Path, text: str, lectures: tuple[str, ...]) -> ClassFile:
    return _Reader(path, text).read()


class _Reader:
    """Takes a class file apart and knows on which line each thing stands."""

    def __init__(self, path: Path, text: str):
        self._path, self._lines = path, text.split("\n")
        self._found: dict[str, list[int]] = {}  # the lines that a pattern fits
        try:
            self._data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ClassFileError(_where_broken(path, text, error)) from error
        self._zone: tzinfo | None = None

    def read(self) -> ClassFile:
        self._only(self._data, ("timezone", "marks", "late", "lectures", "people", "moodle"), 0)
        if "timezone" in self._data:
            name = self._data["timezone"]
            try:
                self._zone = ZoneInfo(name)
            except (KeyError, ValueError, TypeError, OSError) as error:
                raise self._error(
                    "timezone", 0, f"there is no time zone {name!r}; write one such as Asia/Taipei"
                ) from error
        marks = self._table(self._data, "marks", 0)
        start = self._line_of(r"\[marks\]")
        self._only(marks, ("drop_lowest", "round_to", "rounding", "letters"), start)
        rounding = marks.get("rounding", "half up")
        if rounding not in MODES:
            raise self._error("rounding", start, f"rounding is one of {', '.join(MODES)}")
        return ClassFile(
            self._people(),
            self._lectures(),
            self._late(),
            int(self._number(marks, "drop_lowest", start, 0, whole=True)),
            self._number(marks, "round_to", start, None),
            rounding,
            self._letters(marks.get("letters", {}), start),
            True,
            self._zone,
        )

    def _lectures(self) -> dict[str, Counted]:
        found = {}
        for name, entry in self._table(self._data, "lectures", 0).items():
            start = self._line_of(
                rf'\[\s*lectures\s*\.\s*["\']?{re.escape(name)}["\']?\s*\]',
                rf'(?:lectures\s*\.\s*)?["\']?{re.escape(name)}["\']?\s*[=.]',
            )
            self._lecture(name, start)
            if not isinstance(entry, dict):
                raise self._error(name, start, f"write [lectures.{name}] and its keys below it")
            self._only(entry, ("points", "weight", "due", "extra_credit"), start)
            own = float(sum(exercise.points for exercise in exercises_of(name)))
            points = self._number(entry, "points", start, own)
            extra = entry.get("extra_credit", False)
            if not isinstance(extra, bool):
                raise self._error("extra_credit", start, "extra_credit is true or false")
            due = self._moment(entry["due"], "due", start) if "due" in entry else None
            found[name] = Counted(points, self._number(entry, "weight", start, points), due, extra)
        return found

    def _late(self) -> LatePolicy:
        late = self._table(self._data, "late", 0)
        start = self._line_of(r"\[late\]")
        numbers = ("points_a_day", "percent_a_day", "most_percent", "last_day", "days_if_unknown")
        self._only(late, ("grace_minutes", *numbers, "file_times"), start)
        if "points_a_day" in late and "percent_a_day" in late:
            raise self._error(
                "percent_a_day", start, "late work loses points a day or percent a day; write one of them"
            )
        file_times = late.get("file_times", True)
        if not isinstance(file_times, bool):
            raise self._error("file_times", start, "file_times is true or false")
        last = self._number(late, "last_day", start, None, whole=True)
        return LatePolicy(
            timedelta(minutes=self._number(late, "grace_minutes", start, 0.0, most=10**6)),
            self._number(late, "points_a_day", start, 0.0),
            self._number(late, "percent_a_day", start, 0.0, most=100),
            self._number(late, "most_percent", start, 100.0, most=100),
            None if last is None else int(last),
            int(self._number(late, "days_if_unknown", start, 1, whole=True)),
            file_times,
        )

    def _people(self) -> tuple[Person, ...]:
        people, seen = [], {}
        numbers = self._participants()
        for place, entry in enumerate(self._tables("people")):
            start = self._line_of_nth(r"\[\[people\]\]", place)
            keys = ("student", "name", "email", "ids", "canvas", "moodle", "group", "extensions", "excused")
            self._only(entry, keys, start)
            name, email = (self._text(entry, key, start) for key in ("name", "email"))
            student = self._text(entry, "student", start) or email or name
            if not student:
                raise self._error("[[people]]", start, 'a person needs student = "...", the name in the gradebook')
            if (other := seen.setdefault(same(student), start)) != start:
                raise self._error("student", start, f"{student!r} is there twice (the first on line {other}); keep one")
            extensions = self._table(entry, "extensions", start)
            excused = self._texts(entry, "excused", start)
            for lecture in (*extensions, *excused):
                self._lecture(lecture, start)
            people.append(
                Person(
                    student,
                    name,
                    tuple(filter(None, (email, *self._texts(entry, "ids", start)))),
                    self._text(entry, "canvas", start),
                    (*self._texts(entry, "moodle", start), *numbers.pop(student, ())),
                    self._text(entry, "group", start),
                    email,
                    {name: self._moment(value, name, start) for name, value in extensions.items()},
                    excused,
                    start,
                )
            )
        for student in numbers:
            raise self._error(
                student, self._line_of(r"\[\[moodle\]\]"), f"[[moodle]] names {student!r}, who is nobody above"
            )
        self._no_identifier_twice(people)
        return tuple(people)

    def _no_identifier_twice(self, people: list[Person]) -> None:
        owners: dict[tuple[str, str], Person] = {}
        for person in people:
            own = {("id", same(one)) for one in (person.student, *person.identifiers)}
            own |= {("canvas", person.canvas)} | {("moodle", number) for number in person.moodle}
            for kind, text in own:
                if text and (other := owners.setdefault((kind, text), person)) is not person:
                    raise self._error(
                        text,
                        person.line,
                        f"{text!r} belongs to {other.student} (line {other.line}) and {person.student}",
                    )

    def _participants(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for place, entry in enumerate(self._tables("moodle")):
            start = self._line_of_nth(r"\[\[moodle\]\]", place)
            self._only(entry, ("student", "number"), start)
            found.setdefault(self._text(entry, "student", start), []).append(self._text(entry, "number", start))
        return found

    def _letters(self, letters, start: int) -> tuple[tuple[str, float], ...]:
        if not isinstance(letters, dict):
            raise self._error(
                "letters", start, "write letters = { A = 90, B = 80 }: the percent from which each is given"
            )
        found = [(letter, self._number(letters, letter, start, 0.0, most=1000)) for letter in letters]
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    def _moment(self, value, key: str, start: int) -> datetime:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, _LAST_MINUTE)
        if not isinstance(value, datetime):
            raise self._error(key, start, f"write the time without quotes: {key} = 2026-03-08T23:59:00")
        if value.tzinfo is None:
            try:
                value = value.replace(tzinfo=self._zone) if self._zone else value.astimezone()
            except (OverflowError, ValueError, OSError) as error:
                raise self._error(key, start, f"{value} is no time of a course") from error
        return value

    def _lecture(self, name: str, start: int) -> None:
        if name not in lecture_names():
            near = difflib.get_close_matches(name, lecture_names(), n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(lecture_names())}"
            raise self._error(name, start, f"there is no lecture {name!r}; {hint}")

    def _table(self, where: dict, key: str, start: int) -> dict:
        value = where.get(key, {})
        if not isinstance(value, dict):
            raise self._error(
                key, start, f"{key} should be a table: {{ name = value }}, or [{key}] with its keys below"
            )
        return value

    def _tables(self, key: str) -> list[dict]:
        value = self._data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self._error(key, 0, f"write [[{key}]] (in two brackets) for each entry")
        return value

    def _text(self, where: dict, key: str, start: int) -> str:
        value = where.get(key, "")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self._error(key, start, f'{key} should be a text: {key} = "..."')
        return str(value).strip()

    def _texts(self, where: dict, key: str, start: int) -> tuple[str, ...]:
        value = where.get(key, [])
        value = [value] if isinstance(value, str | int) else value
        if not isinstance(value, list) or any(isinstance(v, bool) or not isinstance(v, str | int) for v in value):
            raise self._error(key, start, f'{key} should be a list of texts: {key} = ["...", "..."]')
        return tuple(str(one).strip() for one in value)

    def _number(self, where: dict, key: str, start: int, default, most: float = 10**6, whole: bool = False):
        value = where.get(key, default)
        if value is default:
            return default
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not 0 <= value <= most:
            kind = "a whole number" if whole else "a number"
            raise self._error(key, start, f"{key} should be {kind} from 0 to {most:g}, not {value!r}")
        return value if whole else float(value)

    def _only(self, where: dict, known: tuple[str, ...], start: int) -> None:
        for key in where:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
                raise self._error(key, start, f"{key!r} is not known here; {hint}")

    def _error(self, key: str, start: int, what: str) -> ClassFileError:
        """An error on the first line from `start` that has the key."""
        word = rf"(?<!\w){re.escape(key)}(?!\w)"
        lines = list(enumerate(self._lines, 1))[start - 1 if start else 0 :]
        lines = [(number, text) for number, text in lines if not text.lstrip().startswith("#")]
        # A key is more likely meant than the same word in a value.
        as_key = (number for number, text in lines if re.search(rf"{word}[\"']?\s*[=.\]]", text))
        anywhere = (number for number, text in lines if re.search(word, text))
        line = next(as_key, None) or next(anywhere, None) or start or 1
        return ClassFileError(f"{self._path}, line {line}: {what}")

    def _line_of(self, *patterns: str) -> int:
        for pattern in patterns:
            for number, text in enumerate(self._lines, 1):
                if re.match(rf"\s*{pattern}", text):
                    return number
        return 0

    def _line_of_nth(self, pattern: str, place: int) -> int:
        if pattern not in self._found:
            heading = re.compile(rf"\s*{pattern}")
            self._found[pattern] = [number for number, text in enumerate(self._lines, 1) if heading.match(text)]
        found = self._found[pattern]
        return found[place] if place < len(found) else 0


def _where_broken(path: Path, text: str, error: Exception) -> str:
    """What the parser says, with the line: of what is not closed, where it begins and not where the file ends."""
    said = str(error)
    lines = text.split("\n")
    if match := re.search(r" \(at line (\d+), column \d+\)$", said):
        advice = _advice(lines[min(int(match[1]), len(lines)) - 1])
        return f"{path}, line {match[1]}: not valid TOML: {said[: match.start()]}{advice}"
    # What is still valid above the first broken entry shows where that begins.
    whole = next((n for n in range(len(lines), 0, -1) if _is_valid("\n".join(lines[: n - 1]))), 1)
    return f"{path}, line {whole}: not valid TOML: {said.removesuffix(' (at end of document)')}"


def _advice(line: str) -> str:
    """What to write in the place of what people write by hand, or a word processor for them."""
    for pattern, advice in (
        ("[“”„‟«»‘’]", '; write straight quotes: "'),
        (r"=\s*\d{1,4}[./]\d|=\s*\d{4}-\d{1,2}-\d{1,2}", "; write the time so: due = 2026-03-08T23:59:00"),
        (r"^\s*\w+\s*:", "; write = between a name and its value"),
        (r"=\s*(?:True|False|None|yes|no)\b", "; write true or false"),
        (r"=\s*\d+\s*%|=\s*\d+,\d", "; write the number alone, with a decimal point"),
        (r"=\s*[^\W\d]", '; write a text in quotes: name = "..."'),
    ):
        if re.search(pattern, line):
            return advice
    return ""


def _is_valid(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True
