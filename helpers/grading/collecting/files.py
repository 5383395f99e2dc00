"""The files of a class, in a folder, a zip, or zips inside either, without trusting a name, a link or a size.

A zip is read in place. Nothing is unpacked, so nothing can climb out.
"""

from __future__ import annotations

import os
import stat
import struct
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from .. import beneath

MAX_NOTEBOOK_BYTES = 20 * 2**20
MAX_ZIP_BYTES = 200 * 2**20  # of a zip inside the class
MAX_FILES = 2000  # looked at in one folder or inner zip; only the class itself may hold more
MAX_DEPTH = 10
MAX_ZIPS_IN_ZIPS = 3
_TOO_DEEP = f"it lies in more than {MAX_DEPTH} folders; what is in it is not looked at"
_OPEN_ZIPS = 8  # inner zips that are kept open at a time
_EXTENDED_TIME, _UNICODE_PATH = 0x5455, 0x7075  # extra fields of Info-ZIP's appnote
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


class NoSubmissions(Exception):
    """The folder or zip holds no class; the message says what was looked for."""


@dataclass(frozen=True)
class File:
    """A file or folder of the class. `parts` is where it lies; a zip is a part like a folder."""

    parts: tuple[str, ...]
    read: Callable[[], bytes] | None = None
    problem: str = ""
    is_folder: bool = False
    is_output: bool = False  # the folder that this grading writes
    modified: datetime | None = None

    @property
    def path(self) -> str:
        return "/".join(self.parts)

    @property
    def name(self) -> str:
        return self.parts[-1]

    def content(self) -> tuple[bytes, str]:
        """The bytes, at most one more than a notebook may have, or what prevents reading them."""
        if self.problem or self.read is None:
            return b"", self.problem
        try:
            return self.read(), ""
        except Exception as error:  # a damaged zip raises a dozen kinds, and none may stop the class
            return b"", f"the file cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"


def files_of(source: Path, outputs: Collection[Path] = ()) -> Iterator[File]:
    """Every file below `source`, a folder or a zip. `outputs` are folders that the grader writes.

    Raises `NoSubmissions` if `source` is neither.
    """
    if source.is_dir():
        # `feedback` counts by itself for whoever writes the results beside the class.
        written = [path for out in outputs for path in (out, out / "feedback") if path.is_dir()]
        return _files_of_folder(source, (), {_identity(os.stat(path)) for path in written})
    if not source.exists():
        raise NoSubmissions(f"there is no {source}; it is neither a folder nor a zip")
    try:
        archive = zipfile.ZipFile(source)
    except Exception as error:  # see `File.content`
        advice = "unpack it and give the folder, or download it again if it does not unpack"
        if source.suffix.lower() == ".ipynb":
            advice = "give the folder in which the notebook lies"
        raise NoSubmissions(f"{source} is neither a folder nor a zip that can be read; {advice}") from error
    # The archive stays open as long as a file of it may still be read.
    return _files_of_zip(_Zip(lambda: archive), (), None, 0)


def readable(name: str) -> str:
    """A file name that can be written to a table or a terminal: bytes and characters that cannot are spelled out.

    Accents are composed (NFC): a Mac writes the same name in two characters where others write one.
    """
    text = unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def is_zip(name: str) -> bool:
    """Whether a file of this name is looked into as if it were a folder."""
    return name.lower().endswith(".zip")


def _files_of_folder(source: Path, names: tuple[str, ...], outputs: set[tuple[int, int]]) -> Iterator[File]:
    """What lies in `source/names[0]/names[1]/...`. No link below `source` is followed, here or when a file is read."""
    parts = tuple(map(readable, names))
    try:
        with beneath.opened_folder(source, names) as folder:
            entries = sorted(name for name in os.listdir(folder) if not _ignored(name))
            kept = entries[:MAX_FILES] if parts else entries
            found = [(name, status) for name in kept if (status := _status(name, folder))]
    except OSError as error:
        if not parts:
            raise NoSubmissions(f"{source} cannot be read ({error.strerror})") from error
        yield File(parts, problem=f"the folder cannot be read ({type(error).__name__})")
        return
    if len(kept) < len(entries):
        yield File(parts, problem=f"it holds {len(entries)} files; the first {MAX_FILES} are looked at")
    for name, status in found:
        here, path, kind = (*parts, readable(name)), (*names, name), status.st_mode
        if _identity(status) in outputs:
            yield File(here, is_output=True)
        elif stat.S_ISDIR(kind):
            yield File(here, is_folder=True)
            if len(here) < MAX_DEPTH:
                yield from _files_of_folder(source, path, outputs)
            else:
                yield File(here, problem=_TOO_DEEP)
        elif stat.S_ISREG(kind):
            if is_zip(name):
                yield from _files_of_zip(_Zip(lambda path=path: _zip_beneath(source, path)), here, MAX_FILES, 1)
            else:
                changed = datetime.fromtimestamp(status.st_mtime, UTC)
                read = lambda path=path: beneath.read(source, path, MAX_NOTEBOOK_BYTES + 1)  # noqa: E731
                yield File(here, read, modified=changed)
        else:
            what = "a symbolic link" if stat.S_ISLNK(kind) else "not a regular file"
            yield File(here, problem=f"{here[-1]} is {what}; hand in the notebook itself")


class _Zip:
    """A zip that is opened when something of it is read; only a few are open at a time."""

    _open: list[tuple[_Zip, zipfile.ZipFile]] = []  # noqa: RUF012 (shared on purpose)

    def __init__(self, opened: Callable[[], zipfile.ZipFile]):
        self._opened = opened

    def archive(self) -> zipfile.ZipFile:
        for one, archive in self._open:
            if one is self:
                return archive
        archive = self._opened()
        self._open.append((self, archive))
        del self._open[:-_OPEN_ZIPS]
        return archive

    def member(self, info: zipfile.ZipInfo, most: int) -> bytes:
        """Never more bytes than `most`, whatever size the archive claims."""
        with self.archive().open(info) as member:
            return member.read(most)


def _files_of_zip(zipped: _Zip, parts: tuple[str, ...], most: int | None, depth: int) -> Iterator[File]:
    try:
        members = zipped.archive().infolist()
    except Exception as error:  # see `File.content`
        yield File(parts, problem=_why_no_zip(error))
        return
    if parts:
        yield File(parts, is_folder=True)
    if most is not None and len(members) > most:
        yield File(parts, problem=f"it holds {len(members)} files; the first {most} are looked at")
    if parts and not any(_is_work(info) for info in members):
        yield File(parts, problem="the zip is empty")
    too_deep = set()
    for info in members[:most]:
        path = PurePosixPath(_name_of(info).replace("\\", "/"))
        inner = tuple(readable(part) for part in path.parts if part not in ("/", "..", "."))
        here = (*parts, *inner)
        if not inner or any(map(_ignored, inner)):
            continue
        if len(here) > MAX_DEPTH:
            if (outer := here[:MAX_DEPTH]) not in too_deep:
                yield File(outer, problem=_TOO_DEEP)
            too_deep.add(outer)
            continue
        if info.is_dir() or (path.name != here[-1] and info.filename.endswith("\\")):
            yield File(here, is_folder=True)
        elif info.flag_bits & _ENCRYPTED:
            yield File(here, problem="the zip has a password; hand it in without one")
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # The others may ask for gigabytes of memory before the first byte.
            yield File(here, problem="the zip is compressed in an unusual way; make it again with an ordinary tool")
        elif is_zip(here[-1]) and depth < MAX_ZIPS_IN_ZIPS:
            inside = _Zip(lambda info=info: zipfile.ZipFile(_copy(zipped, info)))
            yield from _files_of_zip(inside, here, MAX_FILES, depth + 1)
        else:
            read = lambda info=info: zipped.member(info, MAX_NOTEBOOK_BYTES + 1)  # noqa: E731
            yield File(here, read, modified=_time_of(info))


def _is_work(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    return bool(parts) and not info.filename.endswith(("/", "\\")) and not any(map(_ignored, parts))


def _zip_beneath(source: Path, names: tuple[str, ...]) -> zipfile.ZipFile:
    file = beneath.opened_file(source, names)
    if os.fstat(file.fileno()).st_size > MAX_ZIP_BYTES and len(names) > 1:
        file.close()
        raise _TooLarge
    return zipfile.ZipFile(file)


def _copy(zipped: _Zip, info: zipfile.ZipInfo):
    """An inner zip in a file of its own that nobody else sees, so that it can be read from any place."""
    copy, left = tempfile.TemporaryFile(), MAX_ZIP_BYTES  # noqa: SIM115 (the archive that reads it owns it)
    with zipped.archive().open(info) as member:
        while chunk := member.read(2**20):
            left -= len(chunk)
            if left < 0:
                raise _TooLarge
            copy.write(chunk)
    copy.seek(0)
    return copy


class _TooLarge(Exception):
    pass


def _why_no_zip(error: Exception) -> str:
    if isinstance(error, _TooLarge):
        return f"the zip holds more than {MAX_ZIP_BYTES // 2**20} MB; hand in the notebook alone"
    return "the zip cannot be read; hand in the notebook itself"


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name as it was written: a Mac writes UTF-8 and does not say so, and Python then reads the code page 437."""
    for kind, data in _extra_fields(info):
        if kind == _UNICODE_PATH and len(data) > 5:
            return data[5:].decode("utf-8", "replace")
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _time_of(info: zipfile.ZipInfo) -> datetime | None:
    """When the file was changed: to the second in UTC where the zip tells, else by the packer's clock."""
    for kind, data in _extra_fields(info):
        if kind == _EXTENDED_TIME and len(data) >= 5 and data[0] & 1:
            return datetime.fromtimestamp(struct.unpack("<I", data[1:5])[0], UTC)
    if info.date_time[0] <= 1980:  # what zips say that know no time
        return None
    try:
        return datetime(*info.date_time).astimezone()
    except (ValueError, OverflowError):
        return None


def _extra_fields(info: zipfile.ZipInfo) -> Iterator[tuple[int, bytes]]:
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _status(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:  # it has gone since the folder was listed
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _ignored(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
