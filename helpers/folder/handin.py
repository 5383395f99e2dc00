"""Hand in: say what is finished and what is not saved, and write one file to upload."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from helpers.checking.progress import FILE, Check, checks
from helpers.checking.saved import digests_in
from helpers.grading.submissions import MAX_NOTEBOOK_BYTES
from helpers.judging.exercise import Exercise, Question
from helpers.lectures import exercises_of
from helpers.paths import INSTALLED, NOTEBOOKS, ROOT

from .files import FolderError, lectures_in, parse, replace
from .merge import untouched_cells

FINISHED, PARTLY, UNCHECKED, CHANGED, NOT_STARTED = "finished", "partly", "unchecked", "changed", "not started"


@dataclass(frozen=True)
class State:
    """Where one exercise stands in a saved notebook."""

    exercise: str
    state: str
    points: float = 0
    most: float = 0

    def __str__(self) -> str:
        return f"{self.exercise}: {self._words()}"

    def _words(self) -> str:
        if self.state == FINISHED:
            return f"finished, {self.points:g} of {self.most:g} points"
        if self.state == PARTLY:
            return f"{self.points:g} of {self.most:g} points so far"
        if self.state == UNCHECKED:
            return "an answer that was not checked yet; run its check"
        if self.state == CHANGED:
            return "the saved notebook holds another answer than the one checked last; save it, or run its check again"
        return "not started"


@dataclass
class HandIn:
    """What is handed in: the exercises by lecture, the file (None if nothing is answered), sentences on problems."""

    states: dict[str, list[State]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    path: Path | None = None

    @property
    def unsaved(self) -> list[State]:
        """What the learner should look at before uploading."""
        return [s for states in self.states.values() for s in states if s.state in (CHANGED, UNCHECKED)]

    def said(self) -> list[str]:
        """What there is to say, line by line."""
        lines = []
        for lecture, states in self.states.items():
            finished = sum(s.state == FINISHED for s in states)
            lines.append(f"{lecture}: {finished} of {len(states)} exercises finished")
            lines += [f"  {'!' if s in self.unsaved else '·'} {s}" for s in states if s.state != FINISHED]
        if not self.states:
            lines.append("Nothing is answered yet in the notebooks as they are saved. Save them (Ctrl+S) first.")
        if self.unsaved:
            lines.append("! Look at the lines with ! before you upload: save the notebook (Ctrl+S), and do this again.")
        lines += [f"✗ {problem}" for problem in self.problems]
        if self.path:
            lines.append(f"Upload this file: {self.path}")
        return lines


def hand_in(folder: Path, name: str, write: bool = True) -> HandIn:
    """Look through a folder and write `handin.zip` into it: the notebooks with answers, as they are saved.

    An older zip stays: the new one is then called `handin-2.zip`, and so on. `name` is the student's, under which the
    grader lists the notebooks. Raises `FolderError` for a folder without lectures and for a name that names no folder.
    """
    if not re.fullmatch(r"[^/\\\0-\x1f.][^/\\\0-\x1f]{0,99}", name):
        raise FolderError(f"{name!r} cannot be the name of a folder. Say your name: --name 'Ada Lovelace'")
    here = lectures_in(folder)
    place = next(iter(here.values())).parent
    done, content = HandIn(), io.BytesIO()
    remembered = checks(_progress(place))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for lecture, path in here.items():
            try:
                saved = path.read_bytes()
                notebook = parse(saved, str(path))
                written, as_built = _code(notebook)
                demonstrated = digests_in(as_built)
                past = [check for check in remembered if check.answer not in demonstrated]
                states = [_state(exercise, written, past) for exercise in exercises_of(lecture)]
            except FolderError as error:
                done.problems.append(str(error))
                continue
            if all(state.state == NOT_STARTED for state in states):
                continue
            done.states[lecture] = states
            if len(saved) > MAX_NOTEBOOK_BYTES:
                done.problems.append(
                    f"{path} is larger than {MAX_NOTEBOOK_BYTES // 2**20} MB, which the grader does not read. Clear "
                    "its outputs, save it, and hand in again."
                )
                continue
            archive.writestr(f"{name}/{path.name}", saved)
        anything = bool(archive.namelist())
    if write and anything:
        done.path = _free(place / "handin.zip")
        replace(done.path, content.getvalue())
    return done


def _code(notebook: dict) -> tuple[list[str], list[str]]:
    """The sources of the code cells that the learner wrote or changed, and of those as they were handed out."""
    sources: dict[bool, list[str]] = {False: [], True: []}
    for cell, untouched in zip(notebook["cells"], untouched_cells(notebook), strict=True):
        if cell["cell_type"] == "code":
            sources[untouched].append("".join(cell["source"]))
    return sources[False], sources[True]


def _state(exercise: Exercise | Question, written: list[str], checks_so_far: list[Check]) -> State:
    name = exercise.name
    binds = re.compile(rf"^(?:async +)?(?:def|class) +{name}\b|^{name} *(?::[^=\n]*)?=[^=]", re.MULTILINE)
    answered = any(binds.search(source) for source in written)
    # What cannot be recognized, such as a lambda, may be the saved answer if there is one.
    past = [check for check in checks_so_far if check.exercise == name and (check.answer or answered)]
    if past and past[-1].answer and past[-1].answer not in digests_in(written):
        return State(name, CHANGED)
    if past:
        points = past[-1].points
        return State(name, FINISHED if points >= exercise.points else PARTLY, points, exercise.points)
    return State(name, UNCHECKED if answered else NOT_STARTED)


def _progress(place: Path) -> Path:
    """Where the checks of the notebooks in a folder are remembered."""
    return (ROOT if not INSTALLED and place.resolve() == NOTEBOOKS else place) / FILE


def _free(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free
