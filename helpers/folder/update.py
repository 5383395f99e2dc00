"""Bring what is handed out today into a folder in which somebody has worked."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from helpers.fingerprint import as_built
from helpers.lectures import lecture_named, lecture_names

from .files import LECTURE_FILE, FolderError, as_text, lectures_in, parse, replace
from .merge import merge

COPIES = "before-update"


@dataclass
class Update:
    """What an update came to, by lecture; `problems` are sentences, `copies` is where the notebooks are as before."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    copies: Path | None = None


def update(folder: Path, handed_out: dict[str, dict]) -> Update:
    """Merge notebooks as handed out today (`handed_out`, by lecture) into those of a folder.

    Each notebook is replaced whole, after all that will change have been copied; so an update that was interrupted
    goes on where it stopped when it is started again. A notebook that cannot be read stays as it is. Raises
    `FolderError` if `folder` holds no lecture, `OSError` if it cannot be written to.
    """
    here = lectures_in(folder)
    place = next(iter(here.values())).parent
    done, merged, before = Update(), {}, {}
    for lecture, new in handed_out.items():
        if lecture not in here:
            continue
        try:
            before[lecture] = here[lecture].read_bytes()
            mine = parse(before[lecture], str(here[lecture]))
        except FolderError as error:
            done.problems.append(str(error))
            continue
        result = merge(mine, new)
        if result is mine:
            done.unchanged.append(lecture)
        else:
            merged[lecture] = as_text(result).encode("utf-8", "surrogatepass")
    if merged:
        done.copies = copy_of({here[lecture].name: before[lecture] for lecture in merged}, place)
    for lecture, content in merged.items():
        path, old = here[lecture], before[lecture]
        if replace(path, content, only_if=lambda path=path, old=old: path.read_bytes() == old):
            done.changed.append(lecture)
        else:
            done.problems.append(f"{path} was saved by another program just now. Close it there and update again.")
    for lecture in handed_out.keys() - here.keys():
        replace(place / f"{lecture}.ipynb", as_text(handed_out[lecture]).encode())
        done.new.append(lecture)
    done.new.sort()
    return done


def of_this_version() -> dict[str, dict]:
    """The notebooks that the course which runs now hands out, by lecture."""
    paths = [lecture_named(name).handed_out for name in lecture_names()]
    return {path.stem: _as_handed_out(path.read_bytes(), str(path)) for path in paths if path.is_file()}


def of_another_version(source: Path) -> dict[str, dict]:
    """The notebooks of a folder or zip that holds the course as it was handed out, by lecture.

    Raises `FolderError` if there is none, or if one of them is not as it was handed out.
    """
    if source.is_file():
        found = _of_a_zip(source)
    else:
        found = {lecture: (path.read_bytes(), str(path)) for lecture, path in lectures_in(source).items()}
    return {lecture: _as_handed_out(*file) for lecture, file in sorted(found.items())}


def _of_a_zip(source: Path) -> dict[str, tuple[bytes, str]]:
    found: dict[str, tuple[bytes, str]] = {}
    try:
        with zipfile.ZipFile(source) as archive:
            for name in archive.namelist():
                path = PurePosixPath(name)
                match = LECTURE_FILE.fullmatch(path.name)
                if match and path.parent.name != "solutions":
                    found[match[1]] = archive.read(name), f"{source}: {name}"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise FolderError(f"{source} is neither a folder nor a zip that can be read. Download it again.") from error
    if not found:
        raise FolderError(f"{source} holds no lecture of the course (such as 00_start_here.ipynb).")
    return found


def _as_handed_out(content: bytes, name: str) -> dict:
    notebook = parse(content, name)
    if not isinstance(notebook["metadata"].get("course"), dict) or not as_built(notebook):
        raise FolderError(
            f"{name} is not as it was handed out, so it cannot be told what is new in it. Name the course as you "
            "received it, before anybody worked in it."
        )
    return notebook


def copy_of(files: dict[str, bytes], place: Path) -> Path:
    """Write files to a new folder below `place`, and return it."""
    number = 1
    while (folder := place / f"{COPIES}-{number}").exists():
        number += 1
    folder.mkdir()
    for name, content in files.items():
        replace(folder / name, content)
    return folder
