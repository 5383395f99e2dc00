"""Which names are one person. Decided once, by these rules, and remembered in the gradebook.

1. What a person wrote into `who-is-who.csv` beside the gradebook holds.
2. With a class list (`course.toml`): an identifier (name in the gradebook, e-mail address, login, student number), then
   the number of the system (Canvas's of a person, Moodle's of a person and assignment), then the name, in any order of
   its words. Moodle's team in front of a name (`Group A-Ada Lovelace`) is taken off; a folder of a whole team is handed
   in by each of its members.
3. What was decided before holds.
4. Without a list, two names are one if they differ only in case, width, composed or decomposed accents, invisible marks
   or spaces; Moodle's number is no part of the name, and Canvas's number of a person decides alone.

Two names that handed in the same lecture in the same download are two people. Whoever fits two people, or a class list
and nobody in it, keeps a name of their own, and is asked for in `who-is-who.csv`. Nobody is guessed and nobody dropped.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from ..inert import safe_cell, write_csv
from .layouts import CANVAS, HANDIN, MOODLE, Who

FILE = "who-is-who.csv"
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")  # as `files.readable` writes them
# Telephones and word processors set apostrophes and dashes as a printer would.
_TYPESET = str.maketrans("‘’‛ʼʹ`´′" + "‐‑–—−", "'" * 8 + "-" * 5)
_TEAM = re.compile(r"\d|\s")
_HEADINGS = ("found", "student", "why")


class WhoIsWhoError(Exception):
    """The file that says who is who cannot be read; the message names the row and what to do."""


@dataclass(frozen=True)
class Member:
    """A person of a class list. `student` is the name in the gradebook."""

    student: str
    name: str = ""
    identifiers: tuple[str, ...] = ()
    canvas: str = ""
    moodle: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Question:
    """A name that is asked for: whose it may be, and why it is not clear."""

    found: str
    why: str


@dataclass
class Decided:
    """Who is who: the students that each name stands for (a team's name for several), and what is to be asked."""

    students: dict[Who, tuple[str, ...]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def aliases(self) -> dict[str, str]:
        """What to remember: names that stand for one student."""
        return {who.alias: names[0] for who, names in self.students.items() if len(names) == 1}


class People:
    """What is known of a class before a folder is looked at."""

    def __init__(
        self,
        students: Iterable[str] = (),
        aliases: Mapping[str, str] | None = None,
        answers: Mapping[str, str] | None = None,
        members: Iterable[Member] = (),
    ):
        self._students, self._aliases = list(students), dict(aliases or {})
        self._answers, self._members = dict(answers or {}), list(members)
        self._identified = _index((one, m.student) for m in self._members for one in (m.student, *m.identifiers))
        self._canvas = _index((m.canvas, m.student) for m in self._members)
        self._moodle = _index((number, m.student) for m in self._members for number in m.moodle)
        self._named = _index((one, m.student) for m in self._members for one in _orders(m.name or m.student))
        self._run_together = _index(
            (_as_canvas_writes(one), m.student) for m in self._members for one in _orders(m.name)
        )
        self._groups = defaultdict(list)
        for member in self._members:
            if member.group:
                self._groups[same(member.group)].append(member.student)
        self._teams = {_as_canvas_writes(member.group): self._groups[same(member.group)] for member in self._members}
        self._teams.pop("", None)

    @property
    def names(self) -> set[str]:
        """Everything that a folder of a person may be called."""
        known = {m.student for m in self._members} | {i for m in self._members for i in (m.name, *m.identifiers)}
        return {*self._students, *known} - {""}

    def answer(self, who: Who) -> str:
        """What a person said whose this name is, as the gradebook or the class list spells it; "" if nothing."""
        answer = self._answers.get(who.alias, "")
        return answer and (_of_this_name(answer, (who.key, *self._everybody(Decided()))) or answer)

    def is_known(self, student: str) -> bool:
        """Whether somebody in the gradebook or the class list has this name."""
        return student in self._everybody(Decided())

    def members_of(self, whos: Iterable[Who]) -> set[str]:
        """Those of the class list whom these names of one student may be."""
        return set().union(*(self._members_named(who, name) for who, name in self._apart(whos)))

    def _apart(self, whos: Iterable[Who]) -> Iterable[tuple[Who, str]]:
        for who in whos:
            yield who, _names_without_teams({who: [((), "")]}, self._known_names)[who]

    def decide(self, work: Mapping[Who, Iterable[tuple]]) -> Decided:
        """Say whose each name is. `work` gives, for each name, what it handed in: (download, lecture) pairs."""
        decided = Decided()
        names = _names_without_teams(work, self._known_names)
        twins = _twins(work, names)
        standing = self._standing()
        # Of several spellings the plainest gives the name: not the one with its zip in parentheses.
        for who in sorted(
            work, key=lambda who: (who.alias in twins, who.system == HANDIN, who.key != who.name, who.alias)
        ):
            decided.students[who] = self._students_of(who, names[who], twins, standing, decided)
        self._same_person_twice(work, decided)
        self._say_other_names(decided)
        spellings = defaultdict(set)
        for who, students in decided.students.items():
            if who.system not in (MOODLE, CANVAS) and not self._members:
                spellings[students].add(unicodedata.normalize("NFC", who.key))
        for students, keys in spellings.items():
            if len(keys) > 1 and len(students) == 1:
                decided.remarks.append(f"{' and '.join(sorted(keys))} are taken for one person, {students[0]}")
        return decided

    def _students_of(self, who: Who, name: str, twins: Mapping, standing, decided: Decided) -> tuple[str, ...]:
        if answer := self._answers.get(who.alias):
            if student := _of_this_name(answer, (who.key, *self._everybody(decided))):
                return (student,)
            decided.questions.append(Question(who.alias, f"there is no student {answer!r}"))
            return (self._aliases.get(who.alias, who.key),)
        if self._members:
            if team := self._team_of_canvas(who):
                return team
            found = self._members_named(who, name)
            if len(found) == 1:
                return tuple(found)
            if who.system == MOODLE and not found and (team := self._groups.get(same(who.name))):
                return tuple(team)
            before = self._aliases.get(who.alias)
            if before in {m.student for m in self._members}:
                return (before,)
            why = f"could be {' or '.join(sorted(found))}" if found else "is nobody of course.toml"
            decided.questions.append(Question(who.alias, why))
            return (before or who.key,)
        if before := self._aliases.get(who.alias):
            return (before,)
        if who.alias in twins:
            decided.questions.append(Question(who.alias, f"has the same name as {twins[who.alias]}"))
            return (who.key,)
        fits = standing[_token(who, name)]
        if len(fits) > 1:
            decided.questions.append(Question(who.alias, f"could be {' or '.join(sorted(fits))}"))
            return (who.key,)
        student = next(iter(fits), who.key)
        standing[_token(who, name)].add(student)
        return (student,)

    def _team_of_canvas(self, who: Who) -> tuple[str, ...]:
        """The members of the team whose name Canvas writes before the number of the one who uploaded for it."""
        name = _as_canvas_writes(who.name)
        if who.system != CANVAS or name in self._run_together:
            return ()
        team = self._teams.get(name, ())
        return tuple(team) if self._canvas.get(who.number, set()) <= set(team) else ()

    def _members_named(self, who: Who, name: str) -> set[str]:
        """Whom of the class list a name may mean; where its number and its words mean two people, both."""
        number = self._canvas if who.system == CANVAS else self._moodle if who.system == MOODLE else {}
        by_number = number.get(who.number, set()) if who.number else set()
        by_name = self._named.get(same(name), set())
        if by_number:
            return by_number if not by_name or by_number & by_name else by_number | by_name
        own = [*who.identifiers]
        if who.system not in (MOODLE, CANVAS):
            own.append(who.key)
        for found in (
            set().union(*(self._identified.get(same(one), set()) for one in own)) if own else set(),
            self._run_together.get(_as_canvas_writes(name), set()) if who.system == CANVAS else set(),
            by_name,
            self._members_spelled(who.key) if who.system not in (MOODLE, CANVAS) else set(),
        ):
            if found:
                return found
        return set()

    def _members_spelled(self, key: str) -> set[str]:
        """Whom a folder such as `1815_Ada Lovelace`, `Lovelace, Ada` or `ada.lovelace (1815)` may mean."""
        number, words = _number_and_words(key)
        by_number = self._identified.get(number, set())
        by_name = self._named.get(same(words), set())
        if by_number and by_name:
            return by_number & by_name or by_number | by_name
        if by_number and not any(_plain(words) in self._plain_names[student] for student in by_number):
            return set()  # a number alone could be anybody's
        return by_number or by_name

    @cached_property
    def _plain_names(self) -> dict[str, set[str]]:
        return {m.student: {_plain(one) for one in _orders(m.name)} for m in self._members}

    def _same_person_twice(self, work: Mapping[Who, Iterable[tuple]], decided: Decided) -> None:
        """Two numbers of Moodle that came to one member for the same lecture in one download: asked, not guessed."""
        if not self._members:
            return
        taken = defaultdict(list)
        for who, students in decided.students.items():
            if who.system == MOODLE and len(students) == 1 and who.alias not in self._answers:
                for place in set(work[who]):
                    if place[-1]:
                        taken[students[0], place].append(who)
        for (student, _), whos in taken.items():
            if len({who.number for who in whos}) > 1 and not any(who.number in self._moodle for who in whos):
                for who in whos:
                    if decided.students[who] == (student,):
                        decided.students[who] = (who.key,)
                        decided.questions.append(Question(who.alias, f"is one of {len(whos)} who could be {student}"))

    def _say_other_names(self, decided: Decided) -> None:
        """Say where Canvas's number is somebody's whose name is another: it may be a team's, uploaded by one of it."""
        known = {m.student: {_as_canvas_writes(one) for one in _orders(m.name)} for m in self._members if m.name}
        for alias, student in self._aliases.items():
            system, _, key = alias.partition(":")
            if system == CANVAS:
                known.setdefault(student, set()).add(_as_canvas_writes(re.sub(r"_\d+$", "", key)))
        for who, students in decided.students.items():
            if who.system != CANVAS or not who.name or len(students) != 1 or who.alias in (*self._answers, who.key):
                continue
            name = _as_canvas_writes(who.name)
            if name not in known.setdefault(students[0], {name}) and who.key != students[0]:
                decided.remarks.append(
                    f"{who.key} is taken for {students[0]}, whose number of Canvas it has, though the name is another; "
                    'if it is a team, write group = "..." for its people into course.toml'
                )

    def _standing(self) -> dict[tuple, set[str]]:
        """The students that each name stood for before."""
        found = defaultdict(set)
        remembered = set()
        teams = Counter(_team(key) for system, _, key in (alias.partition(":") for alias in self._aliases))
        for alias, student in self._aliases.items():
            system, _, key = alias.partition(":")
            number = re.search(r"_(\d+)$", key)
            name = key[: number.start()] if number and system == MOODLE else key
            if system == MOODLE and (end := _without_team(name, teams)):
                found["name", same(end)].add(student)
            found[_token(Who(system, key, name, number[1] if number else ""), name)].add(student)
            remembered.add(student)
        for student in self._students:
            if student in remembered:
                continue
            found["name", same(student)].add(student)
            if number := re.search(r"_(\d+)$", student):  # a gradebook from before names were remembered
                found["name", same(student[: number.start()])].add(student)
                if " " not in student and student == student.casefold():  # as Canvas writes names
                    found["canvas", number[1]].add(student)
        return found

    def _everybody(self, decided: Decided) -> set[str]:
        now = {student for students in decided.students.values() for student in students}
        return {*self._students, *(m.student for m in self._members), *now}

    @cached_property
    def _known_names(self) -> set[str]:
        known = {same(one) for m in self._members for one in _orders(m.name)}
        for name in (*self._students, *(alias.partition(":")[2] for alias in self._aliases)):
            known |= {same(name), same(re.sub(r"_\d+$", "", name))}
        return known - {""}


@lru_cache(maxsize=2**16)
def same(text: str) -> str:
    """Equal for what a person would call the same name: case, width, spelling of accents, unseen marks aside."""
    text = _ESCAPED.sub(lambda m: _character(int(m[1] or m[2] or m[3], 16)), text).translate(_TYPESET)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").casefold()
    text = text.replace("i\N{COMBINING DOT ABOVE}", "i").replace(
        "\N{LATIN SMALL LETTER DOTLESS I}", "i"
    )  # İ, and I of ı
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""


def _of_this_name(text: str, students: Iterable[str]) -> str:
    """The student whom a text names: spelled so, else the only one whose name a person would call the same."""
    students = dict.fromkeys(students)
    alike = [text] if text in students else [student for student in students if same(student) == same(text)]
    return alike[0] if len(alike) == 1 else ""


def read_answers(path: Path) -> dict[str, str]:
    """What a person decided, by the name found. Raises `WhoIsWhoError`."""
    answers: dict[str, str] = {}
    for row in _rows(path):
        if answer := row["student"].strip():
            other = answers.setdefault(row["found"], answer)
            if same(other) != same(answer):
                raise WhoIsWhoError(f"{path} says that {row['found']} is {other} and {answer}; keep one of the rows")
    return answers


def unanswered(path: Path) -> list[str]:
    """The names of which nobody has said whose they are. Raises `WhoIsWhoError`."""
    return [row["found"] for row in _rows(path) if not row["student"].strip()]


def ask(path: Path, questions: Iterable[Question]) -> int:
    """Add questions to the file; what stands in it stays. Return how many of all are open."""
    rows = _rows(path)
    there = {row["found"] for row in rows}
    new = [q for q in {q.found: q for q in questions}.values() if q.found not in there]
    rows += [{"found": q.found, "student": "", "why": q.why} for q in new]
    if new:
        temporary = path.with_name(path.name + ".new")
        temporary.unlink(missing_ok=True)
        cells = [[safe_cell(row["found"]), row["student"], safe_cell(row["why"])] for row in rows]
        write_csv(temporary, [_HEADINGS, *cells])
        os.replace(temporary, path)
    return sum(not row["student"].strip() for row in rows)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise WhoIsWhoError(f"{path} cannot be read; save it as “CSV UTF-8”") from error
    try:
        lines = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=text.partition("\n")[0].count))
        )
    except csv.Error as error:
        raise WhoIsWhoError(f"{path} is no CSV file ({error})") from error
    headings = [heading.strip().lower() for heading in lines[0]] if lines else []
    if lines and not {"found", "student"} <= set(headings):
        raise WhoIsWhoError(f"row 1 of {path} should be: {','.join(_HEADINGS)}")
    rows = []
    for line in lines[1:]:
        cells = dict(zip(headings, [*line, *[""] * len(headings)], strict=False))
        if cells["found"]:
            # `safe_cell` may have put a sign before it.
            rows.append({name: cells.get(name, "") for name in _HEADINGS} | {"found": cells["found"].removeprefix("'")})
    return rows


def _token(who: Who, name: str) -> tuple[str, str]:
    """What two names have in common that are one person."""
    if who.system == CANVAS:
        return ("canvas", who.number)
    return ("name", same(name))


def _twins(work: Mapping[Who, Iterable[tuple]], names: Mapping[Who, str]) -> dict[str, str]:
    """Names that are the same, but that handed in the same lecture in the same download: two people, not one."""
    alike, found = defaultdict(list), {}
    for who in work:
        if who.system != CANVAS:
            alike[same(names[who])].append(who)
    for group in alike.values():
        places = [{place for place in work[who] if place[-1]} for who in group]
        if any(places[i] & places[j] for i in range(len(group)) for j in range(i)):
            for who in group:
                others = [other.key for other in group if other is not who]
                found[who.alias] = " and ".join(others[:3])
    return found


def _names_without_teams(work: Mapping[Who, Iterable[tuple]], known: set[str]) -> dict[Who, str]:
    """The name of each; of a download of Moodle in which each name has a team before it, without the team."""
    names = {who: who.name if who.system in (MOODLE, CANVAS, HANDIN) else who.key for who in work}
    downloads = defaultdict(set)
    for who, places in work.items():
        if who.system == MOODLE:
            places = list(places)
            for place in places:
                if place[-1] or len(places) == 1:
                    downloads[place].add(who)
    before, all_of_moodle = known, set().union(*downloads.values())
    for whos in downloads.values():
        known = before | {same(other.name) for other in all_of_moodle - whos}
        firsts = defaultdict(int)
        for who in whos:
            firsts[who.name.partition("-")[0]] += 1
        all_have_one = len(whos) > 1 and all("-" in who.name for who in whos)
        for who in whos:
            words = who.name.split("-")
            ends = ["-".join(words[i:]) for i in range(1, len(words))]
            fits = [end for end in ends if same(end) in known]
            # "Jean-Pierre" has no team before it; "Group A" and "Lab-2" are no first names.
            if same(who.name) not in known and fits and (all_have_one or _TEAM.search(who.name.removesuffix(fits[0]))):
                names[who] = fits[0]
            elif all_have_one and same(who.name) not in known and ends:
                names[who] = ends[0]
    return names


def _team(name: str) -> str:
    """What may be a team before a name, "" if nothing: it ends with the first dash behind a digit or a space."""
    parts = name.split("-")
    heads = ["-".join(parts[:i]) for i in range(1, len(parts))]
    return next((head for head in heads if _TEAM.search(head)), "")


def _without_team(name: str, teams: Mapping[str, int]) -> str:
    """The name behind a team that others have before theirs, or whose own name has a digit; else ""."""
    team = _team(name)
    return name[len(team) + 1 :] if team and (teams[team] > 1 or re.search(r"\d", team)) else ""


def _number_and_words(key: str) -> tuple[str, str]:
    """The student number before or behind a name, and the name with spaces between its words."""
    match = re.fullmatch(r"(\d{3,})[\W_]+(.*\D.*)|(.*\D.*?)[\W_]+(\d{3,})\W*", key, re.DOTALL)
    number, words = (match[1] or match[4], match[2] or match[3]) if match else ("", key)
    return number, " ".join(re.sub(r"[_.,;()]+", " ", words).split())


def _plain(name: str) -> str:
    """Letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", same(name)) if c.isalnum())


def _orders(name: str) -> set[str]:
    """A name as systems write it: as it is, and with its last words first."""
    last, comma, first = name.partition(",")
    words = (f"{first} {last}" if comma else name).split()
    return {same(" ".join((*words[i:], *words[:i]))) for i in range(len(words))} | ({same(name)} - {""})


def _as_canvas_writes(name: str) -> str:
    """A name as Canvas writes it in the names of files: it leaves letters, digits and low lines."""
    return "".join(c for c in same(name) if c.isalnum() or c == "_")


def _index(pairs) -> dict[str, set[str]]:
    index: dict[str, set[str]] = defaultdict(set)
    for key, student in pairs:
        if key and same(key):
            index[same(key)].add(student)
    return dict(index)
