"""The lectures, a folder each: they are found, not listed.

A lecture is a folder with an `__init__.py` that says `LECTURE = "04_activations"`; its exercises are `EXERCISES` in its
`exercises`. The course's own stand here. Those of an instructor stand below any folder that `COURSE_LECTURES` names
(several are separated as in `PATH`): they are imported as `helpers.lectures.<folder>`, too, so that nothing else in the
course knows the difference. One that is broken is left out, with a sentence in `problems()`.

Exercises are imported when they are asked for: the oracles need SciPy, and `import helpers` should not wait for it.
"""

from __future__ import annotations

import difflib
import importlib
import os
import re
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.judging.examination import public_examination
from helpers.judging.exercise import Exercise, Free, Question
from helpers.paths import LECTURES_VARIABLE, NOTEBOOKS, SOLUTIONS

_HERE = Path(__file__).parent
_STATEMENT = re.compile(r'^LECTURE = "(\d\d_[a-z][a-z0-9_]*)"$', re.MULTILINE)
_DECLARED = re.compile(r'\bname="(\w+)"')


@dataclass(frozen=True)
class Lecture:
    """Where a lecture lies: its folder, its text, and the notebooks that are built from it."""

    name: str
    folder: Path
    source: Path
    executed: Path
    handed_out: Path

    @property
    def package(self) -> str:
        """The name by which its code is imported."""
        return f"{__name__}.{self.folder.name}"

    @property
    def shelf(self) -> Path:
        """The folder that holds the proofs of this lecture, with those of its neighbors."""
        return self.folder.parent if self.from_outside else SOLUTIONS

    @property
    def from_outside(self) -> bool:
        """Whether it belongs to somebody else than the course."""
        return self.folder.parent != _HERE


def lecture_names() -> tuple[str, ...]:
    """Every lecture, in the order of the course."""
    return tuple(_found()[0])


def lecture_named(name: str) -> Lecture:
    """The lecture with this name. Raises `LookupError`, which names those that exist."""
    lectures, problems = _found()
    if name in lectures:
        return lectures[name]
    broken = "".join(f" {problem}" for problem in problems if name.partition("_")[2] in problem)
    raise LookupError(f"there is no lecture {name!r}; there are {', '.join(lectures)}.{broken}")


def problems() -> tuple[str, ...]:
    """A sentence for each lecture from outside that is left out: which file it is, and what to do."""
    return tuple(_found()[1])


@cache
def exercises_of(lecture: str) -> tuple[Exercise | Question | Free, ...]:
    """The exercises and questions of one lecture, in its order; none for a lecture that has none."""
    if lecture not in lecture_names():
        return ()
    return importlib.import_module(f"{lecture_named(lecture).package}.exercises").EXERCISES


def all_exercises() -> tuple[Exercise | Question | Free, ...]:
    """The exercises and questions of all lectures, in the order of the course."""
    return tuple(exercise for lecture in lecture_names() for exercise in exercises_of(lecture))


def functions_of(lecture: str) -> tuple[Exercise, ...]:
    """The exercises of one lecture whose answers are functions."""
    return tuple(exercise for exercise in exercises_of(lecture) if isinstance(exercise, Exercise))


def exercise_named(name: str) -> Exercise | Question | Free:
    """The exercise or question with this name. Raises `LookupError`, which names those spelled alike.

    Only the lecture whose files declare the name is imported, so that a learner's first check loads one lecture.
    """
    for lecture in lecture_names():
        if name in _declared(lecture):
            for exercise in exercises_of(lecture):
                if exercise.name == name:
                    return exercise
    exercises = _by_name()
    alike = difflib.get_close_matches(str(name), exercises, n=3, cutoff=0.5)
    advice = f" Did you mean {' or '.join(alike)}?" if alike else f" There are {', '.join(exercises)}."
    raise LookupError(f"There is no exercise named {name!r}.{advice}")


def forget_what_was_found() -> None:
    """Look again: `COURSE_LECTURES`, or what lies below it, is another."""
    for remembered in (_found, exercises_of, _by_name, _declared):
        remembered.cache_clear()
    __path__[:] = [str(_HERE), *map(str, _roots())]


def _roots() -> list[Path]:
    """The folders that `COURSE_LECTURES` names."""
    named = filter(None, os.environ.get(LECTURES_VARIABLE, "").split(os.pathsep))
    return [Path(path).expanduser().resolve() for path in named]


@cache
def _found() -> tuple[dict[str, Lecture], list[str]]:
    lectures = {lecture.name: lecture for lecture in map(_of_the_course, sorted(_folders(_HERE))) if lecture}
    problems = []
    for root in _roots():
        folders = sorted(_folders(root)) if root.is_dir() else []
        if not folders:
            problems.append(f"{LECTURES_VARIABLE} names {root}, where no folder is a lecture (has an __init__.py).")
            continue
        for folder in folders:
            try:
                lecture = _from_outside(folder, lectures)
            except _Broken as error:
                problems.append(f"{error}. The lecture is left out.")
            else:
                lectures[lecture.name] = lecture
    return dict(sorted(lectures.items())), problems


class _Broken(Exception):
    """What is wrong with a lecture from outside: the file, and what to do."""


def _folders(root: Path):
    return (path.parent for path in root.glob("*/__init__.py"))


def _of_the_course(folder: Path) -> Lecture | None:
    stated = _STATEMENT.search((folder / "__init__.py").read_text(encoding="utf-8"))
    if stated is None:
        return None
    name = stated[1]
    return Lecture(name, folder, SOLUTIONS / f"{name}.md", SOLUTIONS / f"{name}.ipynb", NOTEBOOKS / f"{name}.ipynb")


def _from_outside(folder: Path, others: dict[str, Lecture]) -> Lecture:
    """The lecture in a folder that somebody else wrote, once its exercises could be imported. Raises `_Broken`."""
    init = folder / "__init__.py"
    try:
        stated = _STATEMENT.search(init.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _Broken(f"{init} cannot be read ({error})") from error
    if stated is None:
        raise _Broken(f'{init} does not say which lecture this is: write LECTURE = "20_{folder.name}" into it')
    name = stated[1]
    if name.partition("_")[2] != folder.name:
        raise _Broken(f'{init} says LECTURE = "{name}", but its folder is {folder.name}: give both the same name')
    taken = [other for other in others.values() if other.folder.name == folder.name]
    if taken:
        raise _Broken(f"{folder}: a lecture named {folder.name} exists already ({taken[0].folder}); rename the folder")
    lecture = Lecture(
        name, folder, folder / f"{name}.md", folder / f"{name}.ipynb", folder.parent / "notebooks" / f"{name}.ipynb"
    )
    if not lecture.source.is_file():
        raise _Broken(f"{lecture.source} is missing: the lecture's text goes there")
    for exercise in _exercises_from_outside(lecture):
        for other in others.values():
            if exercise.name in _declared_in(other.folder) and exercise.name in {e.name for e in _imported(other)}:
                where = folder / "exercises"
                raise _Broken(f"{where} has an exercise {exercise.name}, and so has {other.name}; rename yours")
    return lecture


def _exercises_from_outside(lecture: Lecture) -> tuple[Exercise | Question | Free, ...]:
    where = lecture.folder / "exercises"
    if not (where.is_dir() or where.with_suffix(".py").is_file()):
        raise _Broken(f"{where} is missing: a lecture needs at least one exercise, in a file of its own there")
    try:
        found = getattr(importlib.import_module(f"{lecture.package}.exercises"), "EXERCISES", None)
        if (
            not isinstance(found, tuple)
            or not found
            or not all(isinstance(e, Exercise | Question | Free) for e in found)
        ):
            raise _Broken(f"{where}: its __init__.py needs EXERCISES = (...) with at least one exercise or question")
        for exercise in found:
            if isinstance(exercise, Exercise) and not exercise.uses_keras:
                public_examination(exercise)  # an oracle that raises would be met by learners
    except _Broken:
        raise
    except SyntaxError as error:
        raise _Broken(f"{error.filename}, line {error.lineno}: {error.msg}; mend the syntax") from error
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        inside = [frame for frame in frames if Path(frame.filename).is_relative_to(lecture.folder)]
        at = f"{inside[-1].filename}, line {inside[-1].lineno}" if inside else str(where)
        raise _Broken(f"{at}: {type(error).__name__}: {error}; mend this line") from error
    for exercise in found:
        if exercise.lecture != lecture.name:
            raise _Broken(f"{where}: {exercise.name} says lecture={exercise.lecture!r}; write {lecture.name!r}")
    repeated = [e.name for i, e in enumerate(found) if e.name in {other.name for other in found[:i]}]
    if repeated:
        raise _Broken(f"{where} has two exercises named {repeated[0]}; rename one")
    return found


def _imported(lecture: Lecture) -> tuple:
    return importlib.import_module(f"{lecture.package}.exercises").EXERCISES


@cache
def _declared(lecture: str) -> frozenset[str]:
    return _declared_in(lecture_named(lecture).folder)


def _declared_in(folder: Path) -> frozenset[str]:
    """The names that the files of a lecture's exercises give to anything, without importing them."""
    files = [*folder.glob("exercises/*.py"), *folder.glob("exercises.py")]
    return frozenset(name for file in files for name in _DECLARED.findall(file.read_text(encoding="utf-8")))


@cache
def _by_name() -> dict[str, Exercise | Question | Free]:
    exercises: dict[str, Exercise | Question | Free] = {}
    for lecture in lecture_names():
        for exercise in exercises_of(lecture):
            if exercise.name in exercises:
                other = exercises[exercise.name].lecture
                raise ValueError(f"two exercises are named {exercise.name}: one in {other}, one in {lecture}")
            if exercise.lecture != lecture:
                raise ValueError(f"{exercise.name} stands in the module of {lecture} and says {exercise.lecture}")
            exercises[exercise.name] = exercise
    return exercises


__path__ += map(str, _roots())  # so that an import finds them before anybody has asked for a list
