"""Bring a Git clone up to date in whose notebooks somebody has worked, where `git pull` would refuse.

The merged notebooks wait in `.git/course-update` while Git moves the clone forward, and are then put in their places.
If the program is stopped between, they are found there by the next update.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from helpers.fingerprint import as_built

from .files import LECTURE_FILE, FolderError, as_text, parse, replace
from .merge import merge
from .update import Update, copy_of

_NOTEBOOKS = "notebooks/"


def clone_around(folder: Path) -> Path | None:
    """The root of the clone of the course to which a folder belongs; None if it belongs to none."""
    if shutil.which("git") is None or not folder.is_dir():
        return None
    done = _run(folder, "rev-parse", "--show-toplevel")
    root = Path(done.stdout.strip())
    of_the_course = done.returncode == 0 and (root / "helpers" / "lectures").is_dir()
    return root if of_the_course and folder.resolve() in (root.resolve(), (root / _NOTEBOOKS).resolve()) else None


def update_clone(root: Path) -> Update:
    """Fetch what is new, and merge it into the notebooks that were changed.

    Raises `FolderError`, which says what to do, where Git cannot go on by itself; then nothing has changed.
    """
    _put_back(root)
    try:
        _git(root, "fetch", "--quiet")
    except FolderError as error:
        raise FolderError(f"{error} Nothing was changed. With a network, run the same command again.") from error
    there = _git(root, "rev-parse", "@{upstream}").strip()
    done = Update()
    if _run(root, "merge-base", "--is-ancestor", there, "HEAD").returncode == 0:
        done.unchanged = sorted(path.stem for path in (root / _NOTEBOOKS).glob("*.ipynb"))
        return done
    if _run(root, "merge-base", "--is-ancestor", "HEAD", there).returncode != 0:
        raise FolderError("This clone has commits of its own. Bring the two together with `git pull --rebase`.")
    changed = _git(root, "diff", "--name-only", "-z", "HEAD").split("\0")[:-1]
    others = [
        path
        for path in changed
        if not (path.startswith(_NOTEBOOKS) and LECTURE_FILE.fullmatch(path.removeprefix(_NOTEBOOKS)))
    ]
    if others:
        raise FolderError(
            f"{', '.join(others)} is changed, and only notebooks of lectures can be merged. Put it away with "
            "`git stash`, update, and take it out again with `git stash pop`."
        )
    come = set(_git(root, "ls-tree", "-r", "-z", "--name-only", there, _NOTEBOOKS).split("\0"))
    before, merged = {}, {}
    for path in (path for path in changed if path in come and (root / path).exists()):
        before[path] = (root / path).read_bytes()
        new = parse(_git(root, "show", f"{there}:{path}").encode(), f"{path} as it is handed out now")
        result = merge(parse(before[path], str(root / path)), new)
        merged[path] = as_text(result).encode("utf-8", "surrogatepass")
    if merged:
        done.copies = copy_of({Path(path).name: content for path, content in before.items()}, root / _NOTEBOOKS)
        _let_wait(root, merged)
    if changed:
        _git(root, "checkout", "HEAD", "--", *changed)
    known = {path.stem for path in (root / _NOTEBOOKS).glob("*.ipynb")}
    _git(root, "merge", "--quiet", "--ff-only", there)
    _put_back(root)
    done.changed = sorted(Path(path).stem for path in merged)
    done.new = sorted(path.stem for path in (root / _NOTEBOOKS).glob("*.ipynb") if path.stem not in known)
    return done


def _waiting(root: Path) -> Path:
    return root / _git(root, "rev-parse", "--git-path", "course-update").strip()


def _let_wait(root: Path, files: dict[str, bytes]) -> None:
    """Put files where the next update finds them: all or none."""
    waiting = _waiting(root)
    unfinished = waiting.with_name("course-update.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for path, content in files.items():
        replace(unfinished / Path(path).name, content)
    os.replace(unfinished, waiting)


def _put_back(root: Path) -> None:
    """Put the files that wait in their places; where somebody has worked meanwhile, the newer work stays."""
    waiting = _waiting(root)
    if not waiting.is_dir():
        return
    for path in sorted(waiting.iterdir()):
        place = root / _NOTEBOOKS / path.name
        if not place.exists() or as_built(parse(place.read_bytes(), str(place))):
            replace(place, path.read_bytes())
        path.unlink()
    waiting.rmdir()


def _git(root: Path, *arguments: str) -> str:
    done = _run(root, *arguments)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise FolderError(f"`git {' '.join(arguments[:2])}` failed in {root}: {said[-1]}.")
    return done.stdout


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", errors="surrogateescape", env=environment)
