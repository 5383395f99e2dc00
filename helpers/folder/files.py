"""Read and write the notebooks of a learner's folder: whatever lies there, nothing is half-written or lost."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

LECTURE_FILE = re.compile(r"(\d\d_[a-z][a-z0-9_]*)\.ipynb")
MAX_BYTES = 100 * 2**20


class FolderError(Exception):
    """A folder or a file cannot be used; the message names it and says what to do."""


def lectures_in(folder: Path) -> dict[str, Path]:
    """The notebooks of lectures that lie in a folder, or in `notebooks/` below it, by the lecture's name.

    Raises `FolderError` if there is none.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder. `course start {folder}` makes one with the lectures in it.")
    for place in (folder, folder / "notebooks"):
        found = sorted(place.iterdir()) if place.is_dir() else []
        lectures = {match[1]: path for path in found if (match := LECTURE_FILE.fullmatch(path.name)) and path.is_file()}
        if lectures:
            return lectures
    raise FolderError(
        f"{folder} holds no lecture of the course (such as 00_start_here.ipynb). Name the folder in which you work, "
        f"or write the lectures into this one with `course start {folder}`."
    )


def parse(content: bytes, name: str) -> dict:
    """A notebook (nbformat 4) from the bytes of a file. Raises `FolderError`, which uses `name` for the file."""
    if len(content) > MAX_BYTES:
        raise FolderError(f"{name} is larger than {MAX_BYTES // 2**20} MB. Clear its outputs in Jupyter and save it.")
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FolderError(
            f"{name} is not a notebook that can be read: it is not valid JSON. It stays as it is. If a copy of it is "
            "whole (Jupyter keeps one in .ipynb_checkpoints), put that in its place."
        ) from error
    if not _is_notebook(notebook):
        raise FolderError(
            f"{name} is not a notebook in today's format (nbformat 4). It stays as it is. Open it in Jupyter and save "
            "it; Jupyter writes today's format."
        )
    return notebook


def as_text(notebook: dict) -> str:
    """A notebook as Jupyter writes it, so that writing it again changes nothing."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def replace(path: Path, content: bytes, only_if: Callable[[], bool] = lambda: True) -> bool:
    """Write a file whole or not at all; what stood there stays if `only_if` denies at the last moment.

    Raises `OSError`, and then the file is as it was.
    """
    path = path.resolve()  # a link stays a link
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
        if not only_if():
            return False
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _is_notebook(value) -> bool:
    return (
        isinstance(value, dict)
        and value.get("nbformat") == 4
        and isinstance(value.get("nbformat_minor", 0), int)
        and isinstance(value.get("metadata"), dict)
        and isinstance(value.get("cells"), list)
        and all(map(_is_cell, value["cells"]))
    )


def _is_cell(value) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return False
    source = value.get("source")
    lines = isinstance(source, list) and all(isinstance(line, str) for line in source)
    return value.get("cell_type") in ("code", "markdown", "raw") and (isinstance(source, str) or lines)
