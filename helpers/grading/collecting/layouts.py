"""Whose each file is: the layouts in which the systems give out what a class handed in.

The names are those of the systems' own sources:

- Moodle, `mod/assign/classes/downloader.php`: `Full Name_123_assignsubmission_file/...`, or flat `..._file_name`. The
  number belongs to the person *and the assignment*. Anonymous: `Participant_123_...`. Teams: `Group A_17_...`, before
  4.1 `Group A-Full Name_123_...`; who is in no team is in `Default group`. The times stand in the grading worksheet
  alone; if it lies beside the folders, they are taken from it.
- Canvas, `lib/content_zipper.rb`: `lastfirst_LATE_42_9011_name`, with the person's number and the upload's, which grows
  with each attempt; anonymous `anon_Gx5aB_9011_name`.
- Gradescope's export: `submission_91/...` beside `submission_metadata.yml`, which says who that is and when it came in.
- nbgrader: `submitted/<student>/<assignment>/` with `timestamp.txt`; the exchange's `student+assignment+time+random`.
- GitHub Classroom, `gh classroom clone student-repos`: `hw4-submissions/hw4-<login>/...`.
- Blackboard: `Assignment_login_attempt_2024-10-03-14-22-11_name`.
- Google Classroom: `Full Name - name`, in the folder of an assignment.
- Microsoft Teams: `Submitted files/Full Name/Homework 4/Version 2/...`; `Working files` were not handed in.
- `course handin`: `handin.zip`, `handin-2.zip`, ... which hold `<name>/<lecture>.ipynb`, by the name that the student
  gave. Two of one name that lie side by side may be two people who are both called by a login such as `jovyan`.
- Folders, one for each person, at any depth: folders of weeks, assignments or sections around them belong to nobody.

Which of the folders belong to people is decided for all folders of one level together, and the outermost name that fits
counts: so nobody can hand in a folder that is taken for somebody else's work.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from helpers.lectures import lecture_names

from ..wording import few
from .arrivals import UNKNOWN_ARRIVAL, Arrival
from .files import File, is_zip

MOODLE, CANVAS, GRADESCOPE, NBGRADER = "Moodle", "Canvas", "Gradescope", "nbgrader"
GITHUB, BLACKBOARD, GOOGLE, FOLDERS = "GitHub Classroom", "Blackboard", "Google Classroom", "folders"
HANDIN = "course handin"

# The first number counts: what stands after it may be a file name that the student chose.
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<rest>.*))?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_)??(?P<late>LATE_)?(?P<number>\d+|anon_[^_]+)_(?P<upload>\d+|text(?=\.html)|link(?=\.html))"
    r"_?(?P<rest>.*)",
    re.DOTALL,
)
_BLACKBOARD = re.compile(
    r"(?P<head>.+_[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|(?P<receipt>\.txt))", re.DOTALL
)
_INBOUND = re.compile(
    r"(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d[ _]\d\d\D\d\d\D\d\d[^+]*)(?:\+.*)?"
)
_GRADESCOPE = re.compile(r"submission_\d+")
_CLASSROOM = re.compile(r"(?P<slug>.+)-submissions(?:-\d.*)?")
_DATED = re.compile(r".+-\d\d-\d\d-\d{4}-\d\d-\d\d-\d\d")
_GOOGLE = re.compile(r"(?P<name>.+?) - (?P<rest>.+)")
_COPY = "copy|kopie|copie|copia|bản sao|副本|复制|拷贝|コピー|복사본"  # what systems write beside the name of a copy
_HANDIN = re.compile(
    rf"(?:(?:{_COPY})\W+(?:of|de|di|von)\W+)*handin(?:\W|_|\d|{_COPY})*", re.IGNORECASE
)  # also as a browser or a Mac renames it
# Names of folders around people, or of folders inside one person's work; never of a person.
_WORDS = (
    "week|woche|semaine|homework|hw|assignment|assignments|assn|lab|exercise|exercises|lecture|unit|module|submission|"
    "submissions|submitted|class|course|section|download|downloads|export|notebook|notebooks|late|extension|"
    "extensions|resubmission|archive|collected|extracted|inbound|received|moodle|canvas|gradescope|blackboard|nbgrader|"
    "classroom|zips|files|part|task|project|term|semester|monday|tuesday|wednesday|thursday|friday|"
    "abgaben?|nachreichungen|nachreichung|übungen|übung|aufgaben?|devoirs?|retard|entregas?|tareas?|semana|"
    "第[一二三四五六七八九十\\d]+[周週次课課讲講章]|作业|作業|提交|迟交|遲交|补交|補交|주차|과제|실습|제출|지각|"
    "tuần|bài tập|nộp bài|nộp muộn"
)
_DATE = re.compile(r"\d{4}[-_. ]\d\d?[-_. ]\d\d?|\d\d?[-_. ]\d\d?[-_. ]\d{4}")
_AROUND = re.compile(rf"(?:\W|_|\d)*(?:(?:{_WORDS})(?:\W|_|\d|[a-z]$)*)+", re.IGNORECASE)
_NOT_HANDED_IN = re.compile(r"(?:hand-?out|autograder|starter|template|working[ _-]file)s?(?:\W|_|\d)*", re.IGNORECASE)
_ATTEMPT = re.compile(
    r"(?:attempt|try|version|v|draft|final|old|older|new|newer|backup|copy|previous|first|second|third|src|source|data|"
    r"helpers|images|img|work|solution|solutions|code|answers?|docs?|tests?|results?|outputs?|checkpoints?)"
    r"(?:\W|_|\d)*(?:try|attempt|version|copy)?(?:\W|_|\d)*",
    re.IGNORECASE,
)
# What somebody may hand in, and what lies beside the work of many.
WORK = re.compile(
    r"\.(?:html?|py|json|txt|pdf|docx?|odt|rtf|md|zip|rar|7z|t?gz|tar|ipynb.*|pages|png|jpe?g)$", re.IGNORECASE
)
NOT_WORK = re.compile(r"(?:readme|licen[sc]e|requirements|timestamp|environment|setup)\b.*|.*\.md", re.IGNORECASE)
_BESIDE = re.compile(
    r".*\.(?:csv|tsv|xlsx?|ods|ya?ml|toml|cfg|ini|log|db|sh|bat|sqlite)|thumbs\.db", re.IGNORECASE | re.DOTALL
)
_SIZE_OF_METADATA = 20 * 2**20


@dataclass(frozen=True)
class Who:
    """Somebody as one system calls them. `key` is the name in the gradebook if nothing else is known of them."""

    system: str
    key: str
    name: str = ""
    number: str = ""
    identifiers: tuple[str, ...] = ()  # e-mail address, login, student number

    @property
    def alias(self) -> str:
        """What the gradebook remembers a decision about identity under."""
        return f"{self.system}:{self.key}"


@dataclass(frozen=True)
class Piece:
    """A file that somebody handed in: whose, in which collection it lay, and what its name tells."""

    who: Who
    collection: tuple[str, ...]
    folders: tuple[str, ...]
    name: str
    file: File
    attempt: int = 0
    arrival: Arrival = UNKNOWN_ARRIVAL


@dataclass
class Understood:
    """What was made of the files: pieces, people without any, and sentences about what belongs to nobody."""

    pieces: list[Piece] = field(default_factory=list)
    people: dict[Who, tuple[str, ...]] = field(default_factory=dict)  # with the collection in which they stand
    remarks: list[str] = field(default_factory=list)

    def systems(self) -> list[str]:
        """The systems, the commonest first."""
        return [system for system, _ in Counter(who.system for who in self.people).most_common()]

    def collections(self) -> int:
        """How many downloads this was put together from."""
        return len(set(self.people.values()))


def understand(files: Iterable[File], root: str, known: Iterable[str] = (), zone: tzinfo | None = None) -> Understood:
    """Find out whose each file is. `root` is the name of the folder or zip; `known` are names of people.

    `zone` is that of times for which a system tells none (this machine's if None).
    """
    found = _Reader(list(files), root, {name.casefold() for name in known}).read()
    found.pieces = [replace(piece, arrival=_in_zone(piece.arrival, zone)) for piece in found.pieces]
    return found


def _in_zone(arrival: Arrival, zone: tzinfo | None) -> Arrival:
    if arrival.time is None or arrival.time.tzinfo is not None:
        return arrival
    time = arrival.time.replace(tzinfo=zone) if zone else arrival.time.astimezone()
    return replace(arrival, time=time)


def participant_of(path: str) -> tuple[str, str] | None:
    """The name and Moodle's number in the path of a paper that came from a zip of Moodle, for what goes back there."""
    found = (match for part in path.split("/") if (match := _MOODLE.fullmatch(_bare(part))))
    return next(((match["name"], match["number"] or "") for match in found), None)


def is_around(name: str) -> bool:
    """Whether a folder of this name stands around people or inside a person's work, and is nobody itself."""
    name = _bare(name)
    return bool(_AROUND.fullmatch(name) or _DATED.fullmatch(name) or _DATE.fullmatch(name.strip()) or _lecture_in(name))


class _Reader:
    def __init__(self, files: list[File], root: str, known: set[str]):
        self._root, self._known = root, known
        self._children: dict[tuple, dict[str, None]] = {}  # the folders in each folder
        self._loose: dict[tuple, list[File]] = {}  # the files in each folder
        self._below: dict[tuple, list[File]] = {}  # the files at any depth below each folder
        self._with_work: set[tuple] = set()  # folders below which a notebook lies
        for file in files:
            if file.is_folder:
                self._children.setdefault(file.parts[:-1], {})[file.name] = None
                continue
            self._loose.setdefault(file.parts[:-1], []).append(file)
            for depth in range(len(file.parts)):
                self._below.setdefault(file.parts[:depth], []).append(file)
                if depth:
                    self._children.setdefault(file.parts[: depth - 1], {})[file.parts[depth - 1]] = None
                if looks_like_notebook(file.name):
                    self._with_work.add(file.parts[:depth])
        self._found = Understood()
        self._nobodys: list[str] = []
        self._behind: dict[tuple, tuple[dict[str, str], bool]] = {}  # see `_after_the_lecture`

    def read(self) -> Understood:
        self._level((), self._root)
        if paths := self._nobodys:
            are = "is left out: it is" if len(paths) == 1 else "are left out: they are"
            self._found.remarks.append(
                f"{few(paths)} {are} no notebook in nobody's folder, and the name does not tell a "
                "student and a lecture. What is somebody's work, put into a folder of that name"
            )
        return self._found

    def _level(self, at: tuple[str, ...], name: str) -> None:
        """Take a folder that is nobody's apart: its files, the people in it, the folders around others."""
        folders = list(self._children.get(at, ()))
        if at == () or "submitted" in folders:
            folders = self._without_nbgraders_own(at, folders)
        for folder in [f for f in folders if _NOT_HANDED_IN.fullmatch(_bare(f)) and _bare(f) not in self._known]:
            folders.remove(folder)
            self._found.remarks.append(f"{'/'.join((*at, folder))} is left out: by its name nobody handed it in")
        heads = self._blackboard_heads(at)
        for file in self._loose.get(at, ()):
            self._loose_file(at, file, heads, bool(folders))
        metadata = self._gradescope(at)
        times = self._worksheet(at)
        slug = _CLASSROOM.fullmatch(_bare(name))
        packed = self._packed(at, folders, heads)
        folders = self._without_hand_ins(at, folders)
        around = set() if _bare(name) == "submitted" else self._around(at, folders)
        for folder in folders:
            here, bare = (*at, folder), _bare(folder)
            if people := metadata.get(bare):
                for who, arrival in people:
                    self._person(who, at, here, arrival)
            elif match := _MOODLE.fullmatch(bare):
                self._person(_moodle(match), at, here, times.get(match["number"], UNKNOWN_ARRIVAL))
            elif match := _INBOUND.fullmatch(bare):
                arrival = Arrival(_moment(match["time"]), "nbgrader's exchange")
                self._person(Who(NBGRADER, match["name"]), (*at, match["assignment"]), here, arrival)
            elif folder in packed:
                self._person(packed[folder].who, at, here, packed[folder].arrival, packed[folder].attempt)
            elif folder in around:
                self._level(here, folder)
            elif is_zip(folder) and (match := _GOOGLE.fullmatch(bare)):
                self._person(Who(GOOGLE, _of_two(match["name"], match["rest"])[0]), at, here)
            elif slug and bare.startswith(prefix := slug["slug"] + "-"):
                self._person(Who(GITHUB, bare.removeprefix(prefix)), at, here)
            else:
                system = NBGRADER if _bare(name) == "submitted" else FOLDERS
                self._person(Who(system, _beside_the_lecture(bare) or bare), at, here)

    def _around(self, at: tuple[str, ...], folders: list[str]) -> set[str]:
        """Those folders of a level that stand around people; either most of what holds work there does, or none."""
        own = [f for f in folders if not (_MOODLE.fullmatch(_bare(f)) or _INBOUND.fullmatch(_bare(f)))]
        own = [f for f in own if f not in self._packed(at, folders, {})]
        working = [f for f in own if (*at, f) in self._with_work] or own
        found = {f for f in working if self._is_around((*at, f), alone=len(working) == 1)}
        if not any(self._tells((*at, f)) for f in found) and self._recur(at, found):
            return set()
        if 2 * len(found) <= len(working):
            # Beside the folders of people, one such as `late` that an instructor made; anybody may name a zip so.
            return {f for f in found if not is_zip(f) and is_around(f) and self._holds_people((*at, f))}
        return found | {f for f in own if is_around(f) and f not in found}

    def _holds_people(self, path: tuple[str, ...]) -> bool:
        """Whether what has work in a folder are folders that may be people, and nothing else."""
        inside = [f for f in self._children.get(path, ()) if (*path, f) in self._with_work]
        loose = any(looks_like_notebook(f.name) for f in self._loose.get(path, ()))
        return bool(inside) and not loose and not any(is_around(f) or _ATTEMPT.fullmatch(_bare(f)) for f in inside)

    def _tells(self, path: tuple[str, ...]) -> bool:
        """Whether the name of a folder, or names in it that a system made, say that it stands around people."""
        inside = (*self._children.get(path, ()), *(f.name for f in self._loose.get(path, ())))
        return is_around(path[-1]) or any(_coded(_bare(name)) or _GRADESCOPE.fullmatch(name) for name in inside)

    def _recur(self, at: tuple[str, ...], outer: set[str]) -> bool:
        """Whether the folders inside these have the same names and lectures again and again.

        Then they are assignments or attempts (`ada/ps1`, `bob/ps1`), and people stand around them. People inside
        folders of weeks recur too (`ps1/ada`, `ps2/ada`), but each time with another lecture.
        """
        seen = Counter(
            (f, lecture)
            for o in outer
            for f in self._children.get((*at, o), ())
            for lecture in self._lectures_below((*at, o, f))
        )
        return 2 * sum(count > 1 for count in seen.values()) > len(seen)

    def _lectures_below(self, path: tuple[str, ...]) -> set[str]:
        below = [f for f in self._below.get(path, ()) if looks_like_notebook(f.name)]
        return {_lecture_in("/".join(f.parts[len(path) :])) for f in below}

    def _is_around(self, path: tuple[str, ...], alone: bool) -> bool:
        name = path[-1]
        if _bare(name).casefold() in self._known or _GRADESCOPE.fullmatch(name):
            return False
        inside = [f for f in self._children.get(path, ()) if (*path, f) in self._with_work]
        coded = [f for f in inside if _MOODLE.fullmatch(_bare(f)) or _INBOUND.fullmatch(_bare(f)) or _is_packed(f)]
        coded += [f.name for f in self._loose.get(path, ()) if _coded(f.name)]
        named = is_around(name) or _CLASSROOM.fullmatch(_bare(name))
        people = [f for f in inside if f not in coded and not is_around(f) and not _ATTEMPT.fullmatch(_bare(f))]
        if coded:
            return bool(named or len(coded) > 1 or alone or is_zip(name))
        if any(_GRADESCOPE.fullmatch(f) for f in inside):
            return True
        if named:
            return bool(inside) or any(_google(f.name) for f in self._loose.get(path, ()))
        if any(f.casefold() in self._known for f in map(_bare, people)):
            return True
        loose = [f.name for f in self._loose.get(path, ()) if looks_like_notebook(f.name)]
        if alone and len({match["name"] for name in loose if (match := _GOOGLE.fullmatch(name))}) > 1:
            return True
        bare_notebook = bool(loose)
        if not people and inside and alone and not bare_notebook:
            # A folder around folders of weeks or lectures: are there people further down?
            return any(
                sum((*path, f, g) in self._with_work for g in self._children.get((*path, f), ())) > 1 for f in inside
            )
        if alone and len(people) == len(inside) == 1 and not bare_notebook:
            return self._is_around((*path, people[0]), alone=True)  # a path from somebody's own machine
        if alone:
            # One person's assignments are of different lectures; in a class two people have the same one.
            lectures = Counter(lecture for f in people for lecture in self._lectures_below((*path, f)))
            return len(people) > 1 and not bare_notebook and max(lectures.values(), default=0) > 1
        return len(people) > 1 and not bare_notebook

    def _packed(self, at: tuple[str, ...], folders: list[str], heads: dict[str, str]) -> dict[str, _Told]:
        """The zips of a level that a system named after the person who handed them in.

        A zip that is alone may be a class whose name only looks like that; then it holds people.
        """
        named = [f for f in folders if _is_packed(f)]
        beside = sum(_coded(file.name) for file in self._loose.get(at, ()))
        if len(named) + beside == 1:
            named = [f for f in named if not self._is_around((*at, f), alone=True)]
        return {f: told for f in named if (told := _told(f, heads))}

    def _without_hand_ins(self, at: tuple[str, ...], folders: list[str]) -> list[str]:
        """Take the people out of what `course handin` wrote and somebody collected; return the other folders."""
        others, seen = [], Counter()
        for folder in sorted(folders, key=_bare):
            inside = self._children.get((*at, folder), {})
            notebooks = any(looks_like_notebook(file.name) for file in self._loose.get((*at, folder), ()))
            if not _HANDIN.fullmatch(_bare(folder)) or _bare(folder).casefold() in self._known or notebooks:
                others.append(folder)
                continue
            for name in inside:
                seen[name.casefold()] += 1
                key = name if seen[name.casefold()] == 1 else f"{name} ({_bare(folder)})"
                self._person(Who(HANDIN, key, name, identifiers=(name,)), at, (*at, folder, name))
            if not inside:
                others.append(folder)
        return others

    def _person(
        self,
        who: Who,
        collection,
        folder: tuple[str, ...],
        arrival: Arrival = UNKNOWN_ARRIVAL,
        attempt: int = 0,
    ) -> None:
        self._found.people.setdefault(who, collection)
        if who.system == FOLDERS and (several := self._may_be_people(folder)):
            shown = ", ".join(several[:5]) + (", ..." if len(several) > 5 else "")
            self._found.remarks.append(
                f"{'/'.join(folder)} is taken for one person, and the folders in it hold the same lecture: {shown}. If "
                "these are people, put their folders where those of the others are"
            )
        # What prevents looking into a folder or zip is said of itself.
        own = [f for f in self._loose.get(folder[:-1], ()) if f.parts == folder] + self._below.get(folder, [])
        stamps = self._timestamps(who, folder)
        for file in own:
            inner = file.parts[len(folder) :]
            stamp = arrival
            if who.system in (NBGRADER, FOLDERS) and arrival is UNKNOWN_ARRIVAL and inner:
                stamp = stamps.get(inner[:-1], UNKNOWN_ARRIVAL)
            self._found.pieces.append(
                Piece(who, collection, inner[:-1], inner[-1] if inner else file.name, file, attempt, stamp)
            )

    def _may_be_people(self, folder: tuple[str, ...]) -> list[str]:
        """The folders in that of a person, if two hold the same lecture and no name says that it is an attempt."""
        if not self._holds_people(folder):
            return []
        inside = [f for f in self._children.get(folder, ()) if (*folder, f) in self._with_work]
        lectures = Counter(lecture for f in inside for lecture in self._lectures_below((*folder, f)) if lecture)
        return inside if max(lectures.values(), default=0) > 1 else []

    def _timestamps(self, who: Who, folder: tuple[str, ...]) -> dict[tuple[str, ...], Arrival]:
        """What nbgrader wrote into `<student>/<assignment>/timestamp.txt` when it took the work in."""
        found = {}
        if who.system not in (NBGRADER, FOLDERS):
            return found
        for child in self._children.get(folder, ()):
            for file in self._loose.get((*folder, child), ()):
                if file.name == "timestamp.txt":
                    content, problem = file.content()
                    time = None if problem else _moment(content[:100].decode("utf-8", "replace"))
                    if time:
                        found[(child,)] = Arrival(time, "nbgrader's timestamp.txt")
        return found

    def _loose_file(self, at: tuple[str, ...], file: File, heads: dict[str, str], beside_folders: bool) -> None:
        """A file that lies in no folder of a person."""
        name = file.name
        if file.is_output:
            return
        attempt, arrival = 0, UNKNOWN_ARRIVAL
        if told := _told(name, heads):
            who, rest, attempt, arrival = told.who, told.rest, told.attempt, told.arrival
        elif (match := self._beside_notebooks_of_google(at, name)) and not is_around(match["name"]):
            who, rest = Who(GOOGLE, match["name"]), match["rest"]
        elif not looks_like_notebook(name) and not (WORK.search(name) and lecture_spelled_in(name)):
            if file.problem:
                self._found.remarks.append(f"{file.path} is left out: {file.problem}")
            elif not _BESIDE.fullmatch(name) and not NOT_WORK.fullmatch(name):
                self._nobodys.append(file.path)
            return
        else:
            student, rest = _before_the_lecture(name)
            after, of_several = self._after_the_lecture(at, name)
            student = student or after
            if not student and not beside_folders and not of_several:
                student = _bare((self._root, *at)[-1])  # one person's own folder or zip
                if is_around(student):
                    student = ""
            if not student:
                known = ", ".join(lecture_names())
                self._found.remarks.append(
                    f"{file.path} is left out: its name should tell a student and a lecture ({known})"
                )
                return
            who = Who(GOOGLE if _google(name) else FOLDERS, student)
        self._found.people.setdefault(who, at)
        if rest:
            self._found.pieces.append(Piece(who, at, (), rest, file, attempt, arrival))

    def _after_the_lecture(self, at: tuple[str, ...], name: str) -> tuple[str, bool]:
        """The student behind the lecture in `04_activations_ada.ipynb`, and whether this folder is of several people.

        One person may call notebooks so as well. It is a student if it is known as one, or if the notebooks beside it
        are those of several people: their names tell a student before the lecture, or all of them end differently.
        """
        if at not in self._behind:
            names = [f.name for f in self._loose.get(at, ()) if looks_like_notebook(f.name)]
            behind = {one: _behind_the_lecture(one) for one in names}
            before = {student.casefold() for one in names if (student := _before_the_lecture(one)[0])}
            differ = all(behind.values()) and len({one.casefold() for one in behind.values()}) > 1
            self._behind[at] = behind, len(before) > 1 or differ
        behind, several = self._behind[at]
        known = behind.get(name, "").casefold() in self._known
        return (behind.get(name, "") if several or known else ""), several

    def _beside_notebooks_of_google(self, at: tuple[str, ...], name: str) -> re.Match | None:
        """What Google's name of a file that is no notebook tells, where others of its folder are notebooks."""
        if looks_like_notebook(name) or not any(_google(file.name) for file in self._loose[at]):
            return None
        return _GOOGLE.fullmatch(name)

    def _blackboard_heads(self, at: tuple[str, ...]) -> dict[str, str]:
        """What to take off each `Assignment_login`: the beginning that all share, else all to the last underscore."""
        names = (*(file.name for file in self._loose.get(at, ())), *filter(is_zip, self._children.get(at, ())))
        heads = {match["head"] for name in names if (match := _BLACKBOARD.fullmatch(name))}
        if not heads:
            return {}
        first, last = min(heads), max(heads)
        shared = ""
        if len(heads) > 1:
            same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
            shared = first[: first.rfind("_", 0, same) + 1]
        return {head: shared or head[: head.rfind("_") + 1] for head in heads}

    def _gradescope(self, at: tuple[str, ...]) -> dict[str, list[tuple[Who, Arrival]]]:
        """Who the folders of Gradescope's export belong to; a team's belongs to each of its members."""
        for file in self._loose.get(at, ()):
            if file.name == "submission_metadata.yml":
                content, problem = file.content()
                if not problem and len(content) <= _SIZE_OF_METADATA:
                    found = _gradescope_metadata(content.decode("utf-8-sig", "replace"))
                    return self._of_known_people(file.path, found, self._children.get(at, ()))
                self._found.remarks.append(f"{file.path} cannot be read; the folders beside it keep their own names")
        if nameless := [f for f in self._children.get(at, ()) if _GRADESCOPE.fullmatch(_bare(f))]:
            self._found.remarks.append(
                f"{'/'.join((*at, nameless[0]))}: there is no submission_metadata.yml beside it, which tells whose "
                f"these {len(nameless)} folders are; give the whole export of Gradescope"
            )
        return {}

    def _of_known_people(self, path: str, found: dict, folders: Iterable[str]) -> dict:
        """What Gradescope tells of people whom it names; the others are said, and keep their folders' names."""
        named = {}
        for folder, people in found.items():
            named[folder] = [(who, arrival) for who, arrival in people if who.key != folder]
        nameless = [f for f in folders if _GRADESCOPE.fullmatch(_bare(f)) and not named.get(_bare(f))]
        if nameless:
            self._found.remarks.append(
                f"{path} names nobody for {', '.join(sorted(nameless)[:5])}{', ...' if len(nameless) > 5 else ''}; who "
                "that is, stands in Gradescope under this number"
            )
        # Of one export each folder is of somebody else: a name alone may be that of two people.
        alone = Counter(who for people in named.values() for who, _ in people)
        return {
            folder: [
                (replace(who, key=f"{who.key} ({folder})") if alone[who] > 1 and not who.identifiers else who, arrival)
                for who, arrival in people
            ]
            for folder, people in named.items()
        }

    def _worksheet(self, at: tuple[str, ...]) -> dict[str, Arrival]:
        """When each number of Moodle's came in, from a grading worksheet (English headings) beside the folders."""
        found = {}
        for file in self._loose.get(at, ()):
            if file.name.lower().endswith(".csv"):
                content, problem = file.content()
                rows = [] if problem else _rows(content.decode("utf-8-sig", "replace"))
                numbers, told = set(), {}
                for row in rows:
                    first = next(iter(row.values()), "")
                    number = re.search(r"(\d+)\s*$", row.get("Identifier") or (first if isinstance(first, str) else ""))
                    if number:
                        numbers.add(number[1])
                        if time := _spoken_moment(row.get("Last modified (submission)") or ""):
                            told[number[1]] = Arrival(time, "Moodle's grading worksheet")
                found |= told
                here = {match["number"] for f in self._children.get(at, ()) if (match := _MOODLE.fullmatch(_bare(f)))}
                if numbers & here and not told:
                    self._found.remarks.append(
                        f"{file.path} tells no time that can be read; set Moodle to English and download it again, or "
                        "nobody counts as late"
                    )
        return found

    def _without_nbgraders_own(self, at: tuple[str, ...], folders: list[str]) -> list[str]:
        """Of a whole nbgrader course only what was submitted."""
        others = {"source", "release", "autograded", "feedback"} & set(folders)
        if "submitted" not in folders or not others:
            return folders
        place = "/".join(at) or self._root
        self._found.remarks.append(
            f"{place} is a course of nbgrader: submitted/ is marked, {', '.join(sorted(others))} left out"
        )
        return ["submitted"]


def looks_like_notebook(name: str) -> bool:
    """Whether a name says notebook, also one that a browser or an editor has put an ending behind."""
    return bool(re.search(r"\.ipynb(?:\.(?:txt|json|html?))?(?:[ _-]?\(?\d+\)?)?$", name, re.IGNORECASE))


def _coded(name: str) -> bool:
    return bool(_MOODLE.fullmatch(name) or _BLACKBOARD.fullmatch(name) or _canvas(name))


def _canvas(name: str) -> re.Match | None:
    match = _CANVAS.fullmatch(name)
    if match is None or (match["name"] is None and not match["number"].startswith("anon_")):
        return None
    return match


def _google(name: str) -> bool:
    return looks_like_notebook(name) and bool(_GOOGLE.fullmatch(name))


@dataclass(frozen=True)
class _Told:
    """What a name that a system made tells of a file or zip: whose it is, and how the student had called it."""

    who: Who
    rest: str
    attempt: int = 0
    arrival: Arrival = UNKNOWN_ARRIVAL


def _told(name: str, heads: dict[str, str]) -> _Told | None:
    """What the name of a file tells; `heads` are what stands before the logins in Blackboard's names."""
    if match := _MOODLE.fullmatch(name):
        return _Told(_moodle(match), match["rest"] or name)
    if match := _BLACKBOARD.fullmatch(name):
        login = match["head"].removeprefix(heads.get(match["head"], "")) or match["head"]
        arrival = Arrival(_moment(match["time"]), "Blackboard")
        return _Told(Who(BLACKBOARD, login), match["rest"] or "", arrival=arrival)
    if match := _canvas(name):
        number = match["number"].removeprefix("anon_")
        key = match["number"] if match["number"].startswith("anon_") else f"{match['name']}_{number}"
        is_upload = match["upload"].isdigit()
        attempt = int(match["upload"][:18]) if is_upload else 0
        who = Who(CANVAS, key, match["name"] or "", number)
        return _Told(who, match["rest"] if is_upload else name, attempt, Arrival(late=bool(match["late"])))
    return None


def _is_packed(name: str) -> bool:
    """Whether a zip has the name that Canvas or Blackboard gives to what a person uploads (Moodle's are folders)."""
    if not is_zip(name) or _MOODLE.fullmatch(_bare(name)):
        return False
    if _BLACKBOARD.fullmatch(name):
        return True
    # `hw_4_2026_submissions.zip` is no upload of somebody called hw.
    match = _canvas(name)
    return bool(match and match["rest"] and not match["rest"].startswith(".") and not _AROUND.fullmatch(_bare(name)))


def _of_two(first: str, second: str) -> tuple[str, str]:
    """Name and rest: Google writes the person first, people write the homework first."""
    return (second, first) if is_around(first) and not is_around(second) else (first, second)


def _moodle(match: re.Match) -> Who:
    name, number = match["name"], match["number"] or ""
    return Who(MOODLE, f"{name}_{number}" if number else name, name, number)


def _before_the_lecture(name: str) -> tuple[str, str]:
    """Student and rest of a file's name such as `ada_04_activations.ipynb` or `Ada Lovelace - homework.ipynb`."""
    if match := _GOOGLE.fullmatch(name):
        if is_around(match["name"]):
            student = re.sub(r"\.ipynb.*$", "", match["rest"], flags=re.IGNORECASE)
            return (student, name) if not is_around(student) else ("", name)
        return match["name"], match["rest"]
    _, match = _spelled(name)
    if match:
        student = re.sub(rf"^(?:{_DATE.pattern})", "", name[: match.start()]).strip("_ -")
        is_number = re.fullmatch(r"\d{3,}", student)
        return ("", name) if _is_no_name(student) and not is_number else (student, name[match.start() :])
    student = re.split(r"[_ -]+\d\d_", name, maxsplit=1)[0]
    if student != name and not re.fullmatch(rf"(?:\W|_|{_COPY}|of\b|de\b|di\b|von\b)*", student, re.IGNORECASE):
        return student, name[len(student) :].lstrip("_ -")
    if name.lower().startswith(("notebook", "untitled", "copy of")):
        return "", name
    bare = re.sub(r"\.ipynb.*$", "", name, flags=re.IGNORECASE)
    return re.sub(rf"(?:[-_ ]*(?:\(\d+\)|(?:{_COPY})[-_ ]*\d*))+$", "", bare, flags=re.IGNORECASE) or bare, name


def _behind_the_lecture(name: str) -> str:
    """What stands behind the lecture in a file's name, if it may be a student."""
    _, match = _spelled(name)
    rest = re.sub(r"\.ipynb.*$", "", name[match.end() :], flags=re.IGNORECASE | re.DOTALL) if match else ""
    return "" if _is_no_name(rest := rest.strip("_- ()[]")) else rest


def _beside_the_lecture(name: str) -> str:
    """The student in the name of a zip such as `ada_04_activations` or `04_activations-ada`; "" if there is none."""
    _, match = _spelled(name)
    parts = (name[: match.start()], name[match.end() :]) if match else ()
    return next((part for one in parts if not _is_no_name(part := one.strip("_- ()[]"))), "")


def _is_no_name(text: str) -> bool:
    """Whether this, beside a lecture, says which copy or attempt it is, and not whose."""
    words = re.fullmatch(rf"(?:\W|_|\d|{_COPY}|of\b|de\b|di\b|von\b|final|neu|new|my\b|mine\b)*", text, re.IGNORECASE)
    return bool(words or not re.search(r"[^\W_]", text) or is_around(text) or _ATTEMPT.fullmatch(text))


def lecture_spelled_in(text: str, lectures: Iterable[str] | None = None) -> str:
    """The lecture that a name tells, also spelled as `04-Activations` or `4 activations`; "" if none."""
    lectures = tuple(lecture_names() if lectures is None else lectures)
    folded = text.casefold()
    return next((one for one in lectures if one in folded), "") or _spelled(text, lectures)[0]


def _spelled(text: str, lectures: tuple[str, ...] | None = None) -> tuple[str, re.Match | None]:
    for lecture in lectures or lecture_names():
        if match := _spellings(lecture).search(text):
            return lecture, match
    return "", None


@cache
def _spellings(lecture: str) -> re.Pattern:
    number, *words = re.split(r"[\W_]+", lecture)
    first = rf"(?<!\d)0*{int(number)}" if number.isdecimal() else re.escape(number)
    return re.compile(r"[\W_]*".join((first, *map(re.escape, words))), re.IGNORECASE)


def _lecture_in(text: str) -> str:
    text = text.casefold()
    return next((lecture for lecture in lecture_names() if lecture in text), "")


def _bare(name: str) -> str:
    return name[: -len(".zip")] if is_zip(name) else name


def _moment(text: str) -> datetime | None:
    """The time in a text of digits such as nbgrader and Blackboard write, in the zone that is told."""
    numbers = [int(number) for number in re.findall(r"\d+", text)[:6]]
    if len(numbers) < 6:
        return None
    try:
        moment = datetime(*numbers)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=_zone_told(text))


def _zone_told(text: str) -> tzinfo | None:
    """The zone that stands behind a time: UTC, an offset, or a name such as Asia/Taipei; None if there is none."""
    if match := re.search(r"([+-])(\d\d):?(\d\d)\s*$", text):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset) if offset < timedelta(days=1) else None
    if re.search(r"UTC|GMT|Z\b|\+00:?00", text):
        return UTC
    if match := re.search(r"[A-Z]\w+/\w+", text):
        try:
            return ZoneInfo(match[0])
        except (KeyError, ValueError, OSError):
            return None
    return None


def _rows(text: str) -> list[dict[str, str]]:
    try:
        separator = max(",;\t", key=text.partition("\n")[0].count)
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return []


def _spoken_moment(text: str) -> datetime | None:
    """A time as Moodle writes it in English, such as "Sunday, 1 March 2026, 10:58 PM"."""
    text = " ".join(text.split())  # of some versions, the space before PM is a narrow one
    days, clocks = ("%A, %d %B %Y", "%A, %B %d, %Y", "%d %B %Y", "%B %d, %Y"), ("%I:%M %p", "%H:%M")
    for form in (*(f"{day}, {clock}" for day in days for clock in clocks), "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form)
        except (ValueError, OverflowError):
            continue
    return None


def _gradescope_metadata(text: str) -> dict[str, list[tuple[Who, Arrival]]]:
    """The people of each folder. Gradescope writes Ruby's YAML; only the first lines for each are of interest."""
    import yaml

    found: dict[str, list[tuple[Who, Arrival]]] = {}
    for block in re.split(r"^(?=submission_\d+:)", text, flags=re.MULTILINE):
        folder = block.partition(":")[0]
        if not _GRADESCOPE.fullmatch(folder):
            continue
        head = re.split(r"^  :(?:results|history|evaluations):", block, maxsplit=1, flags=re.MULTILINE)[0][:20_000]
        try:
            # As text: a student number such as 00123 is no number in base eight, and nobody's name is a truth value.
            entry = yaml.load(head, yaml.BaseLoader)[folder]
            people, created = entry.get(":submitters") or [], entry.get(":created_at")
        except (yaml.YAMLError, TypeError, AttributeError, ValueError):
            continue
        time = _moment(created if isinstance(created, str) else "")
        if time is not None and time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        for person in people if isinstance(people, list) else ():
            if isinstance(person, dict):
                who = _gradescope_person(person, folder)
                found.setdefault(folder, []).append((who, Arrival(time, "Gradescope") if time else UNKNOWN_ARRIVAL))
    return found


def _gradescope_person(person: dict, folder: str) -> Who:
    # Only plain values: the text of a list that holds itself many times has no end.
    told = {key: value for key, value in person.items() if isinstance(value, str) and value not in ("~", "null")}
    name, sid, email = (" ".join(str(told.get(key, "")).split()) for key in (":name", ":sid", ":email"))
    return Who(GRADESCOPE, email or sid or name or folder, name, identifiers=tuple(filter(None, (email, sid))))
