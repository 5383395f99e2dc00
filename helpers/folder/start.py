"""Begin a folder: write the lectures into it."""

from __future__ import annotations

from pathlib import Path

from helpers.lectures import lecture_named, lecture_names

from .files import FolderError, replace

FIRST = "00_start_here"


def write_lectures(folder: Path) -> tuple[list[str], list[str]]:
    """Write into a folder the notebooks that it does not hold, as they are handed out.

    Returns the lectures that were written, and those that were there and stay as they are. Raises `FolderError` if
    `folder` is no folder and cannot become one.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"{folder} is a file. Name a folder, which may be a new one.")
    sources = [lecture_named(name).handed_out for name in lecture_names()]
    written, there = [], []
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        path = folder / source.name
        if path.exists() or path.is_symlink():
            there.append(source.stem)
        elif source.is_file():  # a lecture of one's own may not be built yet
            replace(path, source.read_bytes())
            written.append(source.stem)
    return written, there
