"""A place where submissions are marked: runners behind probed walls, and the examinations of the lectures."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from helpers.exercises import LECTURES
from helpers.fingerprint import as_built
from helpers.judging.judge import Examination
from helpers.paths import NOTEBOOKS

from .marking import MarkedSubmission, examinations, mark
from .notebook import Unreadable, code_cells
from .runner import IsolationUnavailable, Limits, Runner
from .submissions import Submission


@dataclass(frozen=True)
class Terms:
    """What is the same for every submission of one grading. `hidden` are folders that none of them may see."""

    seed: int
    limits: Limits
    isolation: str
    hidden: tuple[str, ...]


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
        hidden, familiar = list(terms.hidden), _handed_out_cells()
        self._runners = [Runner(terms.isolation, terms.limits, hidden, familiar) for _ in range(jobs)]
        self._free: queue.SimpleQueue[Runner] = queue.SimpleQueue()
        self._papers: dict[str, dict[str, Examination]] = {}
        self._writing = threading.Lock()
        self.isolation = ""

    def open(self, lectures: set[str] = frozenset()) -> None:
        """Start the runners and probe the walls. `lectures` are those whose examinations will be wanted at once.

        Raises `IsolationUnavailable` if the walls cannot be put up or have a hole.
        """
        # All at once: each loads its libraries, which takes longer than anything else at the start.
        for runner in self._runners:
            runner.launch()
        for lecture in sorted(lectures):
            self.papers(lecture)
        for runner in self._runners:
            runner.wait_until_ready()
            self._free.put(runner)
        findings = self._runners[0].probe()
        if self._terms.isolation == "strict" and findings:
            raise IsolationUnavailable(f"the walls have a hole: a submission could {', '.join(findings)}")
        self.isolation = describe_isolation(self._terms.isolation, findings)

    def close(self) -> None:
        """End the runners."""
        for runner in self._runners:
            runner.stop()

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def mark(self, submission: Submission) -> MarkedSubmission:
        """Mark one submission with the next free runner."""
        return mark(submission, self.papers(submission.lecture), self._free_runner)

    def papers(self, lecture: str) -> dict[str, Examination]:
        """The examinations of a lecture, by exercise: the same for the whole class."""
        with self._writing:
            if lecture not in self._papers:
                self._papers[lecture] = examinations(lecture, self._terms.seed)
            return self._papers[lecture]

    @contextlib.contextmanager
    def _free_runner(self) -> Iterator[Runner]:
        runner = self._free.get()
        try:
            yield runner
        finally:
            self._free.put(runner)


def describe_isolation(level: str, findings: list[str]) -> str:
    """What the probe found, in a sentence for every output."""
    if level == "strict":
        return "strict: probed from inside, no network, no other process, no file but Python's own"
    return "process: separate process and limits only. A submission could " + ", ".join(findings or ["do what you can"])


def refuse_process_as_root(isolation: str) -> None:
    """Raises `IsolationUnavailable` where strangers' code would run with all rights."""
    if isolation == "process" and hasattr(os, "geteuid") and os.geteuid() == 0:
        raise IsolationUnavailable("--isolation process would run strangers' code as root; use another user, or strict")


def _handed_out_cells() -> list[str]:
    """The code cells of the notebooks as they were built; one that somebody worked in might hold answers."""
    cells = []
    for lecture in LECTURES:
        try:
            content = (NOTEBOOKS / f"{lecture}.ipynb").read_bytes()
            if as_built(json.loads(content)):
                cells += code_cells(content)
        except (OSError, ValueError, LookupError, TypeError, Unreadable):
            continue  # nothing is lost but the time that knowing it would save
    return cells
