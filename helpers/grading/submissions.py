"""The notebooks of a class in a folder or a zip, whoever made it: one for each student and lecture.

How the systems name what they give out stands in `collecting.layouts`, whose a name is in `collecting.people`, which of
several notebooks counts in `collecting.choosing`. What is no notebook is not passed over: where its lecture can be
told, it is a submission that cannot be marked, with what to do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from pathlib import Path

from helpers.judging.judge import plain_text
from helpers.lectures import lecture_names

from . import origin
from .collecting.arrivals import FILE_TIME, UNKNOWN_ARRIVAL, Arrival
from .collecting.choosing import Candidate, newest_complete
from .collecting.contents import another_lecture, look
from .collecting.files import MAX_NOTEBOOK_BYTES, File, NoSubmissions, files_of
from .collecting.layouts import (
    CANVAS,
    FOLDERS,
    GITHUB,
    GRADESCOPE,
    MOODLE,
    NOT_WORK,
    WORK,
    Piece,
    Understood,
    Who,
    lecture_spelled_in,
    looks_like_notebook,
    understand,
)
from .collecting.people import People, Question
from .keys import Variant

__all__ = [
    "MAX_NOTEBOOK_BYTES",
    "UNKNOWN_ARRIVAL",
    "Arrival",
    "ClassFolder",
    "HandedIn",
    "NoSubmissions",
    "Submission",
    "find_submissions",
    "the_notebook_of",
]

# Endings that a browser, an editor or a hand put in the place of a notebook's; what it holds decides.
_MAY_BE_ONE = re.compile(r"ipyn|\.(?:ipy|json|txt)\s*$|^[^.]+$", re.IGNORECASE)
_TYPED = re.compile(r"(?:.*_)?(?:onlinetext|text|link)\.html?", re.IGNORECASE | re.DOTALL)
# Their zips and clones give all files the time at which the instructor fetched them.
_STAMPED_WHEN_FETCHED = (MOODLE, CANVAS, GRADESCOPE, GITHUB)
_TOGETHER = timedelta(minutes=2)  # files whose times are all so close were copied or unpacked together
_INSTEAD = (
    (r"html?", "a web page made from a notebook"),
    (r"py", "a Python file and not a notebook"),
    (r"pdf", "a PDF and not a notebook"),
    (r"zip|rar|7z|t?gz|tar", "an archive that cannot be read"),
    (r"png|jpe?g", "a picture and not a notebook"),
    (r"crdownload|part|download|tmp", "a download that was not finished"),
    (r"ipynb", "damaged, or a file of another kind"),
)
_AND_DO = "hand in the notebook itself, the file that ends in .ipynb"


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; `problem` says why it cannot be read, and then `content` is empty.

    `variant` is what the questions in it are marked by, if people got notebooks that differ.
    """

    student: str
    lecture: str
    path: str
    content: bytes = b""
    problem: str = ""
    note: str = ""
    arrival: Arrival = UNKNOWN_ARRIVAL
    variant: Variant | None = None


@dataclass(frozen=True)
class HandedIn:
    """A notebook that was found and not read yet, so that a large class does not lie in memory."""

    student: str
    lecture: str
    path: str
    note: str
    file: File
    arrival: Arrival = UNKNOWN_ARRIVAL
    system: str = ""

    @property
    def may_be_late_unseen(self) -> bool:
        """Whether nothing tells when this came in, and the system would not have said that it was late either."""
        return self.arrival.time is None and self.system != CANVAS

    def read(self) -> Submission:
        """Read the file now. What prevents it becomes the submission's `problem`."""
        content, problem = self.file.content()
        if len(content) > MAX_NOTEBOOK_BYTES:
            limit = MAX_NOTEBOOK_BYTES // 2**20
            content, problem = b"", f"the file is larger than {limit} MB; clear its outputs and hand it in again"
        said = " ".join(filter(None, (self.note, origin.note(content))))
        return Submission(self.student, self.lecture, self.path, content, problem, said, self.arrival)


@dataclass(frozen=True)
class ClassFolder:
    """What was found: students, their notebooks (one for a lecture), and sentences about what is odd.

    `understood` says in one line what the folder was taken for; `aliases` are the names found and whose they are;
    `questions` are names of which a person has to say whose they are.
    """

    students: tuple[str, ...]
    submissions: tuple[HandedIn, ...]
    remarks: tuple[str, ...]
    understood: str = ""
    aliases: dict[str, str] | None = None
    questions: tuple[Question, ...] = ()


def find_submissions(
    source: Path,
    lectures: tuple[str, ...],
    outputs: Collection[Path] = (),
    people: People | None = None,
    zone: tzinfo | None = None,
) -> ClassFolder:
    """Find every student and notebook under `source`, a folder or a zip.

    `lectures` are those that are wanted, `outputs` folders that are written by the grader and may lie below `source`:
    nobody's work is looked for there. `people` is what is known of the class, `zone` is that of times
    for which nothing tells one. Raises `NoSubmissions` if `source` cannot be a class.
    """
    people = people or People()
    files, remarks = _without_gradings(list(files_of(source, outputs)))
    found = understand(files, source.stem if source.is_file() else source.resolve().name, people.names, zone)
    remarks += found.remarks
    remarks += [
        f"{out} is where the marks are written (--out), so the notebooks in it are not marked; if it is somebody's "
        "folder, name another one, and type this again"
        for out in outputs
        if source.resolve() in out.resolve().parents and any(out.glob("*.ipynb"))
    ]
    sorting = _Sorting(found, lectures)
    if not found.people:
        raise NoSubmissions(
            f"{source} holds no submissions; expected {source.name}/<student>/<lecture>.ipynb "
            f"with a lecture of {', '.join(lectures)}"
        )
    decided = people.decide(sorting.work)
    handed_in = []
    for (student, lecture), pieces in sorted(_by_student(sorting.notebooks, decided.students).items()):
        one, choice = _chosen(student, lecture, pieces)
        handed_in.append(one)
        remarks += choice
    have = {(one.student, one.lecture) for one in handed_in}
    for student, lecture, piece, problem in sorting.instead_of_notebooks(decided.students, have):
        remarks.append(f"{piece.file.path} is {problem}")
        if lecture:
            file = File(piece.file.parts, problem=f"{piece.name} is {problem}")
            handed_in.append(HandedIn(student, lecture, piece.file.path, "", file, piece.arrival))
    handed_in = _without_meaningless_times(handed_in)
    students = sorted({student for names in decided.students.values() for student in names})
    remarks += sorting.remarks + decided.remarks
    if decided.questions:
        asked = [question.found for question in decided.questions]
        shown = ", ".join(asked[:3]) + (", ..." if len(asked) > 3 else "")
        remarks.append(f"It is not clear who {len(asked)} of the names are ({shown}); each counts as a person for now")
    return ClassFolder(
        tuple(students),
        tuple(sorted(handed_in, key=lambda one: (one.student, one.lecture))),
        tuple(dict.fromkeys(map(plain_text, remarks))),
        _in_one_line(students, found, handed_in),
        decided.aliases,
        tuple(decided.questions),
    )


def the_notebook_of(folder: Path, lecture: str) -> tuple[HandedIn | None, str]:
    """The notebook that counts in the folder of one person, by the rules of a class, and a sentence for that person.

    If nothing tells that a notebook is of this lecture, one that could be is taken all the same.
    """
    who = Who(FOLDERS, folder.name)
    files = [file for file in files_of(folder) if not file.is_folder]
    pieces = [Piece(who, (), file.parts[:-1], file.name, file) for file in files]
    sorting = _Sorting(Understood(pieces, {who: ()}), (lecture,))
    own = [piece for piece, _ in sorting.notebooks if not piece.file.problem]
    own = own or [piece for piece in pieces if looks_like_notebook(piece.name) and not piece.file.problem]
    if own:
        one, _ = _chosen(folder.name, lecture, own)
        return one, one.note
    instead = [problem for *_, problem in sorting.instead_of_notebooks({who: (folder.name,)}, set())]
    what = [f"What was handed in is {problem}." for problem in instead[:1]]
    return None, what[0] if what else f"No notebook was found; hand in {lecture}.ipynb."


class _Sorting:
    """The pieces of a class, by what they are: notebooks of a lecture, other lectures' notebooks, other files."""

    def __init__(self, found: Understood, lectures: tuple[str, ...]):
        self._found, self._lectures, self._all = found, lectures, tuple(dict.fromkeys((*lectures, *lecture_names())))
        self.notebooks: list[tuple[Piece, str]] = []
        self._others: list[tuple[Piece, str]] = []
        self.remarks: list[str] = []
        self.work: dict[Who, list[tuple]] = {who: [(place, "")] for who, place in found.people.items()}
        for piece in found.pieces:
            lecture = self._sort(piece)
            self.work.setdefault(piece.who, []).append((piece.collection, lecture))

    def _sort(self, piece: Piece) -> str:
        """Put a piece where it belongs; return its lecture if it is a notebook of one."""
        is_notebook = looks_like_notebook(piece.name) and not piece.name.lower().endswith((".html", ".htm"))
        lecture = self._named(piece.name)
        if not is_notebook and _MAY_BE_ONE.search(piece.name):
            content, problem = piece.file.content()
            is_notebook = not problem and look(content).is_notebook
        if not is_notebook:
            if piece.file.problem and not WORK.search(piece.name):
                self.remarks.append(f"{piece.file.path} is left out: {piece.file.problem}")
            self._others.append((piece, lecture or self._of_folders(piece)))
            return ""
        if lecture and (other := self._shown_by(piece, lecture)):
            self.remarks.append(f"{piece.file.path} is taken for {other}, which its contents show")
            lecture = other
        if not lecture:
            content, problem = piece.file.content()
            contents = look(b"" if problem else content)
            if not contents.is_notebook:
                self._others.append((piece, self._of_folders(piece)))
                return ""
            lecture = contents.lecture or self._of_folders(piece)
            if not lecture and len(self._lectures) == 1:
                self.remarks.append(
                    f"{piece.file.path} is left out: neither its name nor its exercises are of {self._lectures[0]}"
                )
            elif not lecture:
                self.remarks.append(self._left_out(piece))
            elif lecture in self._lectures and contents.lecture:
                self.remarks.append(f"{piece.file.path} is taken for {lecture}, which its contents show")
        if lecture in self._lectures:
            self.notebooks.append((piece, lecture))
        return lecture

    def _shown_by(self, piece: Piece, lecture: str) -> str:
        """The lecture of a notebook that was saved under the name of another one; "" if the name is right."""
        content, problem = piece.file.content()
        return "" if problem else another_lecture(content, lecture)

    def instead_of_notebooks(self, students: dict[Who, tuple[str, ...]], have: set[tuple[str, str]]):
        """What was handed in where a notebook is missing: student, lecture if it can be told, piece, what it is."""
        with_notebook = defaultdict(set)
        for piece, _ in self.notebooks:
            for student in students[piece.who]:
                with_notebook[student].add(piece.collection)
        told, single = set(), {lecture for _, lecture in self.notebooks}
        for piece, lecture in sorted(self._others, key=lambda other: not WORK.search(other[0].name)):
            if NOT_WORK.fullmatch(piece.name):
                continue
            for student in students[piece.who]:
                if not lecture and piece.collection in with_notebook[student]:
                    if looks_like_notebook(piece.name):
                        self.remarks.append(self._left_out(piece))
                    continue  # a file beside the notebook
                of = lecture or (next(iter(single)) if len(single) == 1 else "")
                if (of and (of not in self._lectures or (student, of) in have)) or (student, of) in told:
                    continue
                told.add((student, of))
                yield student, of, piece, _what_it_is(piece)

    def _left_out(self, piece: Piece) -> str:
        known = ", ".join(self._lectures)
        return f"{piece.file.path} is left out: its name should tell a student and a lecture ({known})"

    def _named(self, text: str) -> str:
        return lecture_spelled_in(text, self._all)

    def _of_folders(self, piece: Piece) -> str:
        for folder in (*reversed(piece.folders), *reversed(piece.collection)):
            if lecture := self._named(folder):
                return lecture
        return ""


def _what_it_is(piece: Piece) -> str:
    if piece.file.problem:
        return f"not a notebook that can be read: {piece.file.problem.partition(';')[0]}; {_AND_DO}"
    if piece.who.system in (MOODLE, CANVAS) and _TYPED.fullmatch(piece.name):
        return f"what was typed into {piece.who.system} and not a notebook; {_AND_DO}"
    ending = piece.name.rpartition(".")[2].strip().lower()
    what = next((what for kind, what in _INSTEAD if re.fullmatch(kind, ending)), "not a notebook")
    return f"{what}; {_AND_DO}"


def _by_student(notebooks: Iterable[tuple[Piece, str]], students: dict[Who, tuple[str, ...]]):
    found = defaultdict(list)
    for piece, lecture in notebooks:
        for student in students[piece.who]:
            found[student, lecture].append(piece)
    return found


def _chosen(student: str, lecture: str, pieces: list[Piece]) -> tuple[HandedIn, list[str]]:
    pieces.sort(key=lambda piece: piece.file.parts)
    place, why = 0, ""
    if len(pieces) > 1:
        place, why = newest_complete([_candidate(piece, lecture) for piece in pieces])
    piece = pieces[place]
    arrival = piece.arrival
    if arrival.time is None and piece.file.modified and piece.who.system not in _STAMPED_WHEN_FETCHED:
        arrival = Arrival(piece.file.modified, FILE_TIME, arrival.late)
    one = HandedIn(student, lecture, piece.file.path, "", piece.file, arrival, piece.who.system)
    if not why:
        return one, []
    note = f"{len(pieces)} notebooks were handed in for this lecture; {one.path} is the one that counts: {why}."
    return (
        replace(one, note=plain_text(note)),
        [f"{student}, {lecture}: of {len(pieces)} notebooks {one.path} counts: {why}"],
    )


def _without_meaningless_times(handed_in: list[HandedIn]) -> list[HandedIn]:
    """Leave out the files' own times if they are those of a copy of the whole class, not of anybody's work."""
    times = [one.arrival.time for one in handed_in if one.arrival.time_from == FILE_TIME]
    if len(times) < 3 or max(times) - min(times) > _TOGETHER:
        return handed_in
    return [
        replace(one, arrival=Arrival(late=one.arrival.late)) if one.arrival.time_from == FILE_TIME else one
        for one in handed_in
    ]


def _candidate(piece: Piece, lecture: str) -> Candidate:
    content, problem = piece.file.content()
    return Candidate.of(
        piece.file.path,
        content,
        problem,
        lecture,
        time=piece.arrival.time,
        upload=piece.attempt,
        file_time=piece.file.modified,
    )


def _without_gradings(files: list[File]) -> tuple[list[File], list[str]]:
    """Leave out folders that a grading wrote; one that also holds a notebook is a person's, whatever else is in it."""
    with_notebooks = {f.parts[0] for f in files if not f.is_folder and looks_like_notebook(f.name)}
    written: dict[str, str] = {}
    for file in files:
        if file.is_output:
            written[file.parts[0]] = ""
        elif file.name == "gradebook.db" and len(file.parts) > 1:
            written.setdefault(file.parts[0], file.path)
    gone = written.keys() - with_notebooks
    remarks = [
        f"{folder} is left out: {written[folder]} shows that an earlier grading wrote it"
        for folder in sorted(gone)
        if written[folder]
    ]
    outputs = [file.parts for file in files if file.is_output]
    kept = [
        f for f in files if f.parts[0] not in gone and not any(f.parts[: len(output)] == output for output in outputs)
    ]
    return kept, remarks


def _in_one_line(students: list[str], found: Understood, handed_in: list[HandedIn]) -> str:
    lectures = sorted({one.lecture for one in handed_in})
    parts = [_count(len(students), "person", "people"), " and ".join(found.systems())]
    parts.append(_count(len(lectures), "assignment", "assignments") + (f" ({', '.join(lectures)})" if lectures else ""))
    parts.append(_count(len(handed_in), "notebook", "notebooks"))
    if CANVAS in found.systems() and (late := sum(one.arrival.late for one in handed_in)):
        parts.append(f"{late} late")
    return ", ".join(parts)


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
