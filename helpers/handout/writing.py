"""`course handout`: write one file with notebooks and a small `helpers` that knows no answer."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import nbformat
from nbformat import NotebookNode

from helpers.grading.feedback_pages import folder_names
from helpers.grading.keys import Holder
from helpers.grading.version import course_version
from helpers.judging.exercise import Exercise
from helpers.lectures import all_exercises, exercises_of, lecture_named, lecture_names
from helpers.paths import PACKAGE, ROOT

from .manifest import FILE, manifest
from .notebooks import has_variants, of_variant, worksheet
from .recording import record

# All of `helpers` that goes along; nothing else does.
PARTS = (
    "__init__.py",
    "in_the_browser.py",
    "paths.py",
    "checking/*.py",
    "judging/*.py",
    "lectures/__init__.py",
    *(f"sandbox/{name}.py" for name in ("__init__", "callsite", "models", "observe", "recipes", "wire")),
    *(f"handout/{name}.py" for name in ("__init__", "judges", "manifest", "reading", "written")),
    "templates/__init__.py",
    *(f"templates/{name}.html" for name in ("check", "hint", "note", "outcome", "progress", "prose", "verdict")),
)
_LECTURE = 'LECTURE = "{name}"\n'
_EXERCISES = '''\
"""The checks of {lecture} as data: what they know of the public inputs, and no answer."""

from pathlib import Path

from helpers.handout.reading import read

# For those who look without importing: {names}
EXERCISES = read(Path(__file__).parent)
'''
README = """\
Leave the notebooks beside the folder `helpers`, and open them with Jupyter, VS Code or Colab. They need Python 3.11 or
newer with NumPy, SciPy, Jinja2, ipywidgets and JupyterLab. `check(...)` judges an answer as in the course; answers are
not in this folder.
"""
OWN_README = """\
Unpack this file. Put the notebooks that were handed out to you alone beside the folder `helpers`: they are not in here.

"""
EVERYONE, EACH = "everyone.zip", "people"  # in the file for a class of which each person gets notebooks of their own
_TIME = (1980, 1, 1, 0, 0, 0)  # the same file from the same course, whenever it is made


class HandoutError(Exception):
    """The arguments do not fit; nothing was written."""


@dataclass(frozen=True)
class Handout:
    """What was written: the digest, and the exercises whose check says only that they run, with the reason."""

    digest: str
    lectures: tuple[str, ...]
    outlines: dict[str, str]
    bytes: int
    people: int = 0  # who got notebooks of their own


def write(
    to: Path,
    name: str = "",
    lectures: Sequence[str] = (),
    exam: Collection[str] = (),
    opens: datetime | None = None,
    closes: datetime | None = None,
    people: Sequence[Holder] = (),
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Handout:
    """Write the hand-out of these lectures (all, if none is named) to the file `to`.

    Those exercises and lectures that `exam` names are checked only for running, and have no hints; `opens` and `closes`
    bound the time in which anything is checked. With `people`, the file holds one for everyone, and a folder for each
    person with the notebooks that are theirs alone; `progress(done, total, who)` is called for each. Raises
    `HandoutError`.
    """
    lectures = known(lectures)
    in_exam = named(exam)
    files = {path.relative_to(PACKAGE.parent).as_posix(): path.read_bytes() for path in _parts()}
    outlines: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for lecture in lectures:
            outlines |= record(exercises_of(lecture), Path(folder, lecture), in_exam, variants=bool(people))
            files |= _data(lecture, Path(folder, lecture))
    window = {"from": opens and opens.isoformat(), "until": closes and closes.isoformat()}
    told = manifest(
        files, name=name, course=course_version(), exam=sorted(in_exam), outlines=sorted(outlines), **window
    )
    files[f"helpers/{FILE}"] = _json(told)
    files["README.txt"] = ((OWN_README if people else "") + README).encode()
    files |= {name: (ROOT / name).read_bytes() for name in ("LICENSE", "LICENSE-TEXT") if (ROOT / name).is_file()}
    sheets = {lecture: worksheet(lecture, told) for lecture in lectures}
    own = {lecture: sheets.pop(lecture) for lecture in lectures if people and has_variants(lecture)}
    files |= {
        f"{lecture}.ipynb": (nbformat.writes(sheet, version=4) + "\n").encode() for lecture, sheet in sheets.items()
    }
    to.parent.mkdir(parents=True, exist_ok=True)
    temporary = to.with_name(f"{to.name}.tmp")
    if people:
        shared = io.BytesIO()
        _zip(shared, sorted(files.items()))
        _zip(temporary, chain([(EVERYONE, shared.getvalue())], _own(own, people, progress)))
    else:
        _zip(temporary, sorted(files.items()))
    os.replace(temporary, to)
    return Handout(told["digest"], tuple(lectures), outlines, to.stat().st_size, len(people))


def _own(
    sheets: dict[str, NotebookNode], people: Sequence[Holder], progress: Callable[[int, int, str], None]
) -> Iterator[tuple[str, bytes]]:
    """The notebooks that are for one person alone, of each."""
    folders = folder_names(one.student for one in people)
    for done, person in enumerate(people, 1):
        for lecture, sheet in sheets.items():
            own = of_variant(sheet, lecture, person.seed)
            # Not `nbformat.writes`, which would check the same notebook again for each person.
            yield f"{EACH}/{folders[person.student]}/{lecture}.ipynb", (nbformat.v4.writes(own) + "\n").encode()
        progress(done, len(people), person.student)


def known(lectures: Sequence[str]) -> list[str]:
    """The lectures of these names, all if there is none, in order. Raises `HandoutError`."""
    for lecture in lectures:
        try:
            lecture_named(lecture)
        except LookupError as error:
            raise HandoutError(error.args[0]) from error
    return [lecture for lecture in lecture_names() if not lectures or lecture in lectures]


def named(exam: Collection[str]) -> set[str]:
    """The exercises that an exam names, by themselves or by their lecture. Raises `HandoutError`."""
    names: set[str] = set()
    for one in exam:
        found = {e.name for e in all_exercises() if isinstance(e, Exercise) and one in (e.name, e.lecture)}
        if not found:
            raise HandoutError(f"there is no lecture and no exercise {one!r} whose answer is a function")
        names |= found
    return names


def _parts() -> list[Path]:
    return [path for part in PARTS for path in sorted(PACKAGE.glob(part))]


def _data(lecture: str, folder: Path) -> dict[str, bytes]:
    """The files below `helpers/lectures` that stand for one lecture."""
    place = f"helpers/lectures/{lecture_named(lecture).folder.name}"
    names = " ".join(f'name="{exercise.name}"' for exercise in exercises_of(lecture))
    return {
        f"{place}/__init__.py": _LECTURE.format(name=lecture).encode(),
        f"{place}/exercises/__init__.py": _EXERCISES.format(lecture=lecture, names=names).encode(),
        **{f"{place}/exercises/{path.name}": path.read_bytes() for path in folder.iterdir()},
    }


def _json(told: dict) -> bytes:
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _zip(file: Path | BinaryIO, files: Iterable[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files:
            information = zipfile.ZipInfo(name, _TIME)
            information.compress_type = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
            information.external_attr = 0o644 << 16
            archive.writestr(information, data)
