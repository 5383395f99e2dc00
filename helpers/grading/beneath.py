"""Open and write what lies below a folder, and follow no link on the way.

A folder may be exchanged for a link after it was looked at. So each part of a path is opened inside the one before it,
and a link is an error. The folder at the top is named by whoever started the command, and may be a link.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def opened_folder(top: Path, names: Sequence[str] = ()) -> Iterator[int]:
    """A handle on the folder `top/names[0]/names[1]/...`. Raises `OSError`, also for a link below `top`."""
    folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def opened_file(top: Path, names: Sequence[str]) -> BinaryIO:
    """The regular file `top/names[0]/.../names[-1]`, open for reading. Raises `OSError`."""
    *folders, name = names
    with opened_folder(top, folders) as folder:
        # Not waiting: it may have become a pipe since it was listed.
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    file = os.fdopen(fd, "rb")
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        file.close()
        raise OSError("not a regular file")
    return file


def read(top: Path, names: Sequence[str], most: int = -1) -> bytes:
    """The bytes (at most `most`) of the regular file `top/names[0]/.../names[-1]`. Raises `OSError`."""
    with opened_file(top, names) as file:
        return file.read(most)


def write_new(folder: int, name: str, text: str) -> None:
    """Write a new file into an opened folder. Raises `OSError` if there is anything of that name, a link included."""
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
    with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def remove(path: Path) -> None:
    """Remove a file, a link (not what it leads to), or a folder with all that is in it, if there is one."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISDIR(os.lstat(path).st_mode):
            shutil.rmtree(path)
        else:
            os.unlink(path)
