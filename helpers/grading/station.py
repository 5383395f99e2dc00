"""A place where submissions are marked: runners behind probed walls, and the tasks of the lectures."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, partial

from helpers.fingerprint import as_built
from helpers.lectures import functions_of, lecture_named, lecture_names

from .lent import plain_tables
from .marking import MarkedSubmission, Task, mark, tasks_of
from .notebook import Unreadable, code_cells
from .runner import IsolationUnavailable, Limits, Runner
from .submissions import Submission


@dataclass(frozen=True)
class Terms:
    """What is the same for every submission of one grading. `hidden` are folders that none of them may see.

    `varied` are the exercises that do not ask everybody the same.
    """

    seed: int
    limits: Limits
    isolation: str
    hidden: tuple[str, ...]
    varied: tuple[str, ...] = ()


@dataclass(frozen=True)
class _HandedOut:
    """The code cells of each lecture's notebook, the tables of the course that any of them imports, and the points."""

    cells: dict[str, list[str]]
    tables: dict[str, dict[str, object]]
    points: dict[str, float]


@dataclass(frozen=True)
class Backend:
    """Where a class is marked: `width` submissions at a time, each by `submit`; `isolation` is what was probed."""

    isolation: str
    width: int
    submit: Callable[[Submission], Future]


@contextlib.contextmanager
def on_this_machine(terms: Terms, jobs: int, lectures: set[str]) -> Iterator[Backend]:
    """Mark with this many runners here. Raises `IsolationUnavailable`."""
    with Station(terms, jobs) as station:
        station.open(lectures)
        # Threads: each waits for its runner's process most of the time; one more judges what a runner has brought.
        with ThreadPoolExecutor(jobs + 1) as pool:
            yield Backend(station.isolation, jobs, lambda submission: pool.submit(station.mark, submission))


class Station:
    """Runners that are lent to whoever marks a submission. Use as a context manager; marking is safe in threads."""

    def __init__(self, terms: Terms, jobs: int):
        self._terms = terms
        handed_out = cache(_handed_out)
        self._plain = _Runners(terms, jobs, False, handed_out)
        self._with_keras = _Runners(terms, jobs, True, handed_out)
        self._tasks: dict[str, list[Task]] = {}
        self._writing = threading.Lock()
        self.isolation = ""

    def open(self, lectures: set[str] = frozenset()) -> None:
        """Start the runners and probe the walls. `lectures` are those whose tasks will be wanted at once.

        Raises `IsolationUnavailable` if the walls cannot be put up or have a hole.
        """
        # All at once: each loads its libraries, which takes longer than anything else at the start.
        self._plain.launch()
        if any(exercise.uses_keras for lecture in lectures for exercise in functions_of(lecture)):
            self._with_keras.launch()
        for lecture in sorted(lectures):
            self.tasks(lecture)
        self.isolation = describe_isolation(self._terms.isolation, self._plain.open())

    def close(self) -> None:
        """End the runners."""
        self._plain.close()
        self._with_keras.close()

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def mark(self, submission: Submission) -> MarkedSubmission:
        """Mark one submission with the next free runner."""
        free_runner = partial(self._free_runner, submission.lecture)
        return mark(submission, self.tasks(submission.lecture), free_runner, self._terms.limits)

    def tasks(self, lecture: str) -> list[Task]:
        """What every submission to a lecture is asked; made once for a class."""
        with self._writing:
            if lecture not in self._tasks:
                self._tasks[lecture] = tasks_of(lecture, self._terms.seed, self._terms.varied)
            return self._tasks[lecture]

    def _free_runner(self, lecture: str, keras: bool) -> AbstractContextManager[Runner]:
        return (self._with_keras if keras else self._plain).lend(lecture)


class _Runners:
    """Runners of one kind, each lent to one at a time. They start when the first one is wanted, if not before."""

    def __init__(self, terms: Terms, count: int, keras: bool, handed_out: Callable[[], _HandedOut]):
        hidden = list(terms.hidden)
        self._terms, self._handed_out = terms, handed_out
        self._runners = [Runner(terms.isolation, terms.limits, hidden, keras=keras) for _ in range(count)]
        self._free: queue.SimpleQueue[Runner] = queue.SimpleQueue()
        self._opening = threading.Lock()
        self._launched, self._findings = False, None

    def launch(self) -> None:
        """Start them, without waiting."""
        for runner in self._runners:
            runner.launch()
        handed_out = self._handed_out()  # while they load their libraries
        for runner in self._runners:
            runner.familiar, runner.tables = list(handed_out.cells.values()), handed_out.tables
            runner.points = handed_out.points
            runner.tell_what_was_handed_out()
        self._launched = True

    def open(self) -> list[str]:
        """Start them unless they have been, and say what a submission could do. Raises `IsolationUnavailable`."""
        with self._opening:
            if self._findings is None:
                if not self._launched:
                    self.launch()
                for runner in self._runners:
                    runner.wait_until_ready()
                findings = self._runners[0].probe()
                if self._terms.isolation != "process" and findings:
                    raise IsolationUnavailable(f"the walls have a hole: a submission could {', '.join(findings)}")
                for runner in self._runners:
                    self._free.put(runner)
                self._findings = findings
            return self._findings

    @contextlib.contextmanager
    def lend(self, lecture: str) -> Iterator[Runner]:
        """A runner for a notebook of this lecture."""
        self.open()
        notebook = list(self._handed_out().cells).index(lecture)
        runner = self._free.get()
        runner.notebook = notebook
        try:
            yield runner
        finally:
            self._free.put(runner)

    def close(self) -> None:
        for runner in self._runners:
            runner.stop()


def describe_isolation(level: str, findings: list[str]) -> str:
    """What the probe found, in a sentence for every output."""
    if level == "strict":
        return "strict: probed from inside, no network, no other process, no file but Python's own"
    if level == "landlock":
        return (
            "landlock: probed from inside, no network, no signal, no file but Python's own; no namespaces, so a "
            "submission could see which files and processes there are"
        )
    return "process: separate process and limits only. A submission could " + ", ".join(findings or ["do what you can"])


def refuse_process_as_root(isolation: str) -> None:
    """Raises `IsolationUnavailable` where strangers' code would run with all rights."""
    if isolation == "process" and hasattr(os, "geteuid") and os.geteuid() == 0:
        raise IsolationUnavailable("--isolation process would run strangers' code as root; use another user, or strict")


def _handed_out() -> _HandedOut:
    """The code cells of the notebooks as they were built; one that somebody worked in might hold answers."""
    cells: dict[str, list[str]] = {lecture: [] for lecture in lecture_names()}
    points: dict[str, float] = {}
    for lecture in cells:
        # Where this fails, nothing is lost but the time that knowing them would save.
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, Unreadable):
            content = lecture_named(lecture).handed_out.read_bytes()
            notebook = json.loads(content)
            if as_built(notebook):
                cells[lecture] = code_cells(content)
                points |= dict(_points_of_checks(notebook))
    return _HandedOut(cells, plain_tables(cell for own in cells.values() for cell in own), points)


def _points_of_checks(notebook: dict) -> Iterator[tuple[str, float]]:
    for cell in notebook["cells"]:
        graded = cell["metadata"].get("nbgrader", {})
        if graded.get("grade_id", "").startswith("check_"):
            yield graded["grade_id"].removeprefix("check_"), float(graded["points"])
