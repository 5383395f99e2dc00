"""What an import gives to a submission where the real thing has no place.

`helpers`: something that does nothing. The course's own functions are no part of an answer. A lecture cell that imports
and calls them must still run, so every attribute, call and loop gives the same nothing again. Only `check` has a task:
when all of a notebook runs, it hands the answer over, which is then judged as it is at that moment. And the plain
tables that notebooks import, which the grader lends, are there.

Processes: none can be started, so what would share work out among some gives it to threads, with the same results.
Locks on files: none can be had, so SQLite goes without.

`keras` and `tensorflow`, where an exercise has no use for them: an import that many notebooks carry must not cost the
answers beside it, and a call says why it is not made.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import itertools
import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

from .callsite import written_argument

_waiting_for: dict[str, Callable] = {}
_lent: dict[str, dict[str, object]] = {}
_points: dict[str, float] = {}
_modules: set[str] = set()
PUBLIC = ("check", "handin", "hint", "outcome", "predict", "progress", "solution")  # of `from helpers import *`
MOST_REFUSALS = 20  # of an answer that is not waited for yet: a loop until one is right must come to an end


class CourseHelper:
    """Stands for anything imported from `helpers`. A returned one is refused by its type's name."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **keywords):
        return self

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __bool__(self):
        return True

    def __len__(self):
        return 0

    def __format__(self, specification):
        return ""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def __mro_entries__(self, bases):
        return ()

    def __float__(self):
        raise TypeError("the course's own functions are not here when answers are marked: write the number itself")

    __int__ = __index__ = __complex__ = __float__


def _nothing(self, *others):
    return self


def _yes(self, other):
    return True


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"):
    setattr(CourseHelper, f"__{_name}__", _nothing)
    setattr(CourseHelper, f"__r{_name}__", _nothing)
for _name in ("neg", "pos", "abs", "invert", "round"):
    setattr(CourseHelper, f"__{_name}__", _nothing)
for _name in ("lt", "le", "gt", "ge"):
    setattr(CourseHelper, f"__{_name}__", _yes)


class _Shown(CourseHelper):
    """What `check` shows: full marks, or none as long as another check of the exercise is looked for."""

    def __init__(self, exercise: str, correct: bool):
        self.verdict, self.exercise, self.correct = self, exercise, correct
        self.status = self.word = "correct" if correct else "wrong"
        self.max_points = float(_points.get(exercise, 1))
        self.points = self.max_points if correct else 0.0
        self.earned, self.message = f"{self.points:g} of {self.max_points:g} points", ""

    def __repr__(self):
        return f"{'✓' if self.correct else '✗'} {self.exercise}: {self.word}, {self.earned}"


class _Check(CourseHelper):
    """Stands for `check`."""

    def __call__(self, function=None, /, *, remember=True, **named):
        if not remember:
            return _Shown("", True)  # a demonstration is no answer
        frame = sys._getframe(1)
        if function is None and len(named) == 1:
            ((name, answer),) = named.items()
        else:
            name, answer = written_argument(frame), function
            if name not in _waiting_for:
                name = getattr(function, "__name__", None)
        name = name if isinstance(name, str) else ""
        hand_over = _waiting_for.get(name)
        # It comes back where another check is waited for.
        return _Shown(name, hand_over is None or hand_over(answer) >= MOST_REFUSALS)


class NotForThisExercise(ImportError):
    """A library was called that this exercise does not ask for."""


class _Refused:
    """Stands for a library that may be imported and not used."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Refused(f"{self._name}.{name}")

    def __call__(self, *arguments, **keywords):
        raise NotForThisExercise(
            f"{self._name} cannot be used here: this exercise asks for NumPy, SciPy and scikit-learn"
        )

    def __mro_entries__(self, bases):
        return ()


class _Module(types.ModuleType):
    __path__: tuple = ()

    def __getattr__(self, name):
        if name == "__version__":  # what notebooks print of a library
            return ""
        if name == "__all__" and self.__name__ == "helpers":
            return PUBLIC
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__.split(".")[0] != "helpers":
            return _Refused(f"{self.__name__}.{name}")
        if self.__name__ == "helpers" and name not in PUBLIC and f"helpers.{name}" not in _modules:
            raise AttributeError(f"module 'helpers' has no attribute {name!r}")
        if f"{self.__name__}.{name}" in _lent:
            return importlib.import_module(f"{self.__name__}.{name}")
        return _Check() if name == "check" else CourseHelper()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, names: tuple[str, ...]):
        self._names = names

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self._names and (name in _modules or not name.startswith("helpers.")):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        vars(module).update(_lent.get(module.__name__, {}))


def install() -> None:
    """From now on, any import of `helpers` in this process gives the stand-in."""
    _modules.update(_modules_of_the_course())
    sys.meta_path.insert(0, _Finder(("helpers",)))
    for name in [n for n in sys.modules if n.split(".")[0] == "helpers"]:
        del sys.modules[name]


def _modules_of_the_course() -> Iterator[str]:
    """The names of what can be imported: of anything else, a cell must be told that it does not exist."""
    course = Path(__file__).parents[1]
    for file in course.rglob("*.py"):
        place = file.relative_to(course.parent).with_suffix("")
        yield ".".join(place.parent.parts if place.name == "__init__" else place.parts)


def put_threads_for_processes() -> None:
    """From now on, pools of processes are pools of threads."""
    import concurrent.futures
    import multiprocessing.context
    import multiprocessing.dummy

    of_contexts = [
        multiprocessing.context.BaseContext,
        *(type(c) for c in multiprocessing.context._concrete_contexts.values()),
    ]
    for name in ("Pool", "Process", "Manager"):
        for place in (multiprocessing, *of_contexts):
            setattr(place, name, staticmethod(getattr(multiprocessing.dummy, name)))
    concurrent.futures.ProcessPoolExecutor = concurrent.futures.ThreadPoolExecutor


def put_locks_of_threads_for_those_of_processes() -> None:
    """From now on, no lock of `multiprocessing` needs a file in `/dev/shm`: there is no process to share it with."""
    import multiprocessing.context
    import threading

    for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier"):
        own = getattr(threading, name)
        setattr(multiprocessing.context.BaseContext, name, staticmethod(own))
        setattr(multiprocessing, name, own)


def put_files_without_locks_under_sqlite() -> None:
    """From now on, a database in a file asks for no lock, which the walls refuse: nobody shares a worker's files."""
    import sqlite3
    from urllib.parse import quote

    connect = sqlite3.connect

    @functools.wraps(connect)
    def without_locks(database, *arguments, **keywords):
        path = os.fsdecode(database)
        if len(arguments) < 7 and not keywords.get("uri") and path not in ("", ":memory:"):
            database, keywords["uri"] = f"file:{quote(path)}?vfs=unix-none", True
        return connect(database, *arguments, **keywords)

    sqlite3.connect = sqlite3.dbapi2.connect = without_locks


def lend(tables: dict[str, dict[str, object]], points: dict[str, float]) -> None:
    """From now on, these modules hold these constants, and `check` shows at most these points for each exercise."""
    _lent.update(tables)
    _points.update(points)


def refuse(*libraries: str) -> None:
    """From now on, these can be imported in this process and not called."""
    sys.meta_path.insert(0, _Finder(libraries))


def when_checked(name: str, hand_over: Callable, calls_before: int = 0) -> None:
    """From now on, `check` of the exercise `name` calls `hand_over` with the answer, after so many calls before."""
    calls = itertools.count(1)

    def counted(answer) -> int:
        """Hand the answer over if it is its turn; return how often it was called."""
        number = next(calls)
        if number > calls_before:
            hand_over(answer)
        return number

    _waiting_for[name] = counted
