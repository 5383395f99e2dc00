"""`course new-lecture`: a small working lecture that stands outside of the course, as a place to begin."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.lectures import lecture_names

FOLDER = Path(__file__).parent
_NAME = re.compile(r"\d\d_[a-z][a-z0-9_]*")


class NoNewLecture(Exception):
    """The lecture cannot be written; the message says why and what to do."""


def write(root: Path, name: str) -> Path:
    """Write the lecture `name`, such as `20_momentum`, below `root` and return its folder. Overwrites nothing.

    Raises `NoNewLecture`.
    """
    if not _NAME.fullmatch(name):
        raise NoNewLecture(
            f"{name!r} is no name for a lecture: write two digits and words in small letters, 20_momentum"
        )
    word = name.partition("_")[2]
    if any(word == other.partition("_")[2] for other in lecture_names()):
        raise NoNewLecture(f"there is a lecture {word} already; choose another name")
    folder = root / word
    if folder.exists():
        raise NoNewLecture(f"{folder} exists already; choose another name or folder")
    (folder / "exercises").mkdir(parents=True)
    for template in sorted(FOLDER.rglob("*.template")):
        path = folder / template.relative_to(FOLDER).with_suffix("")
        path = path.with_name(path.name.replace("NAME", name).replace("WORD", word))
        text = template.read_text(encoding="utf-8").replace("NAME", name).replace("WORD", word)
        path.write_text(text.replace("TITLE", word.replace("_", " ").capitalize()), encoding="utf-8")
    return folder
