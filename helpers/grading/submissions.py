"""Find the notebooks of a class in a folder or a zip, whoever made it, without trusting a name or a link in it.

Understood are `<student>/<lecture>.ipynb`, deeper folders (nbgrader's `<student>/<assignment>/<lecture>.ipynb`), and
the flat names of the zips of Moodle (`Full Name_123_assignsubmission_file_04_activations.ipynb`, also as a folder) and
Canvas (`lastnamefirst_LATE_123_456_04_activations.ipynb`). A zip is read in place: nothing is unpacked, so nothing can
climb out.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from helpers.judging.judge import plain_text

from . import beneath

MAX_NOTEBOOK_BYTES = 20 * 2**20
MAX_FILES = 2000  # looked at in one folder; only the class itself may hold more
MAX_DEPTH = 8

# The first number counts: what stands after it may be a file name that the student chose.
_MOODLE = re.compile(r"(?P<student>.+?_\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)", re.DOTALL)
_CANVAS = re.compile(r"(?P<student>[^_]+(?:_LATE)?_\d+)_(?P<attempt>\d+)_(?P<rest>.*)", re.DOTALL)


class NoSubmissions(Exception):
    """The folder or zip holds no class; the message says what was looked for."""


@dataclass(frozen=True)
class Arrival:
    """When a notebook came in (if anything tells), what says so, and whether a system called it late."""

    time: datetime | None = None
    time_from: str = ""
    late: bool = False


UNKNOWN_ARRIVAL = Arrival()


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; `problem` says why it cannot be read, and then `content` is empty."""

    student: str
    lecture: str
    path: str
    content: bytes = b""
    problem: str = ""
    note: str = ""
    arrival: Arrival = UNKNOWN_ARRIVAL


@dataclass(frozen=True)
class HandedIn:
    """A notebook that was found and not read yet, so that a large class does not lie in memory."""

    student: str
    lecture: str
    path: str
    note: str
    file: _File

    def read(self) -> Submission:
        """Read the file now. What prevents it becomes the submission's `problem`."""
        problem, content = self.file.problem, b""
        if not problem:
            try:
                content = self.file.read()
            except Exception as error:  # a damaged zip raises a dozen kinds, and none may stop the class
                problem = f"the file cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"
        if len(content) > MAX_NOTEBOOK_BYTES:
            limit = MAX_NOTEBOOK_BYTES // 2**20
            content, problem = b"", f"the file is larger than {limit} MB; clear its outputs and hand it in again"
        return Submission(self.student, self.lecture, self.path, content, problem, self.note)


@dataclass(frozen=True)
class ClassFolder:
    """What was found: students, their notebooks (one for a lecture), and sentences about what was left out."""

    students: tuple[str, ...]
    submissions: tuple[HandedIn, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    parts: tuple[str, ...]
    read: Callable[[], bytes] | None = None
    problem: str = ""
    is_folder: bool = False
    is_output: bool = False  # the folder that this grading writes


def find_submissions(source: Path, lectures: tuple[str, ...], outputs: Collection[Path] = ()) -> ClassFolder:
    """Find every student and notebook under `source`, a folder or a zip.

    `lectures` are the names that a notebook can have, `outputs` folders that are written by the grader and may lie
    below `source`: nobody's work is looked for there. Raises `NoSubmissions` if `source` cannot be a class.
    """
    students, remarks, chosen = set(), [], {}
    with_notebooks, written = set(), {}  # folders of the class: with a notebook of any name; with what a grading wrote
    for file in _files(source, outputs):
        if file.is_output:
            written[file.parts[0]] = ""
            continue
        if file.is_folder:
            if len(file.parts) == 1:
                students.add(_whose((*file.parts, ""))[0])
            continue
        student, name, attempt = _whose(file.parts)
        if name.endswith(".ipynb"):
            with_notebooks.add(file.parts[0])
        else:
            if name == "gradebook.db" and len(file.parts) > 1:
                written.setdefault(file.parts[0], "/".join(file.parts))
            if file.problem:
                remarks.append(f"{'/'.join(file.parts)} is left out: {file.problem}")
            continue
        lecture = _lecture_of(file.parts, name, lectures)
        if not student or not lecture:
            known = ", ".join(lectures)
            remarks.append(
                f"{'/'.join(file.parts)} is left out: its name should tell a student and a lecture ({known})"
            )
            continue
        students.add(student)
        chosen.setdefault((student, lecture), []).append((attempt, file))
    for folder in written.keys() - with_notebooks:  # with one it is a student's, whatever else is in it
        students.discard(_whose((folder, ""))[0])
        if written[folder]:
            remarks.append(f"{folder} is left out: {written[folder]} shows that an earlier grading wrote it")
    if not students:
        raise NoSubmissions(
            f"{source} holds no submissions; expected {source.name}/<student>/<lecture>.ipynb "
            f"with a lecture of {', '.join(lectures)}"
        )
    handed_in = [_latest(key, versions) for key, versions in sorted(chosen.items())]
    return ClassFolder(tuple(sorted(students)), tuple(handed_in), tuple(map(plain_text, remarks)))


def _latest(key, versions) -> HandedIn:
    versions.sort(key=lambda version: (version[0], version[1].parts))
    file = versions[-1][1]
    path = "/".join(file.parts)
    note = (
        f"{len(versions)} notebooks were handed in for this lecture; {path} is the one that counts."
        if len(versions) > 1
        else ""
    )
    return HandedIn(*key, path, note, file)


def _whose(parts: tuple[str, ...]) -> tuple[str, str, int]:
    """Student, remaining file name and number of the attempt, from a path's parts."""
    first, name = parts[0], parts[-1]
    if match := _MOODLE.fullmatch(first):
        return match["student"], name if len(parts) > 1 else match["rest"], 0
    if len(parts) > 1:
        return first, name, 0
    if match := _CANVAS.fullmatch(first):
        return match["student"].replace("_LATE", ""), match["rest"], int(match["attempt"][:18])
    student = re.split(r"[_ -]+\d\d_", name, maxsplit=1)[0]
    return (student if student != name else first), name, 0


def _lecture_of(parts: tuple[str, ...], name: str, lectures: tuple[str, ...]) -> str:
    # The file's own name counts first, then the folder of an assignment.
    for text in (name, *reversed(parts[1:-1])):
        for lecture in lectures:
            if lecture in text:
                return lecture
    return ""


def _files(source: Path, outputs: Collection[Path]) -> Iterator[_File]:
    if source.is_dir():
        # `feedback` counts by itself for whoever writes the results beside the class.
        written = [path for out in outputs for path in (out, out / "feedback") if path.is_dir()]
        return _files_of_folder(source, (), {_identity(os.stat(path)) for path in written})
    try:
        return _files_of_zip(zipfile.ZipFile(source))
    except Exception as error:  # see `HandedIn.read`
        raise NoSubmissions(f"{source} is neither a folder nor a zip that can be read") from error


def _files_of_folder(source: Path, names: tuple[str, ...], outputs: set[tuple[int, int]]) -> Iterator[_File]:
    """What lies in `source/names[0]/names[1]/...`. No link below `source` is followed, here or when a file is read."""
    parts = tuple(map(_readable, names))
    try:
        with beneath.opened_folder(source, names) as folder:
            entries = sorted(name for name in os.listdir(folder) if not _ignored(name))
            kept = entries[:MAX_FILES] if parts else entries
            found = [(name, status) for name in kept if (status := _status(name, folder))]
    except OSError as error:
        if not parts:
            raise NoSubmissions(f"{source} cannot be read ({error.strerror})") from error
        yield _File(parts, problem=f"the folder cannot be read ({type(error).__name__})")
        return
    if len(kept) < len(entries):
        yield _File(parts, problem=f"it holds {len(entries)} files; the first {MAX_FILES} are looked at")
    for name, status in found:
        here, path, kind = (*parts, _readable(name)), (*names, name), status.st_mode
        if _identity(status) in outputs:
            yield _File(here, is_output=True)
        elif stat.S_ISDIR(kind):
            yield _File(here, is_folder=True)
            if len(here) < MAX_DEPTH:
                yield from _files_of_folder(source, path, outputs)
        elif stat.S_ISREG(kind):
            yield _File(here, lambda path=path: beneath.read(source, path, MAX_NOTEBOOK_BYTES + 1))
        else:
            what = "a symbolic link" if stat.S_ISLNK(kind) else "not a regular file"
            yield _File(here, problem=f"{here[-1]} is {what}; hand in the notebook itself")


def _status(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:  # it has gone since the folder was listed
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _readable(name: str) -> str:
    """A file name that can be written to a table or a terminal: bytes and characters that cannot are spelled out."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _files_of_zip(archive: zipfile.ZipFile) -> Iterator[_File]:
    # The archive stays open as long as a file of it may still be read.
    for info in archive.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        parts = tuple(_readable(part) for part in path.parts if part not in ("/", "..", "."))
        if not parts or len(parts) > MAX_DEPTH or any(map(_ignored, parts)):
            continue
        if info.is_dir():
            yield _File(parts, is_folder=True)
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # The others may ask for gigabytes of memory before the first byte.
            yield _File(parts, problem="the zip is compressed in an unusual way; make it again with an ordinary tool")
        else:
            # Never more than the cap, whatever size the archive claims.
            yield _File(parts, lambda info=info: _read_member(archive, info))


def _read_member(archive, info) -> bytes:
    with archive.open(info) as member:
        return member.read(MAX_NOTEBOOK_BYTES + 1)


def _ignored(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
