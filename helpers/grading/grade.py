"""`course grade`: mark a class, in parallel, so that it can be killed and started again at any moment."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import secrets
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from helpers.exercises import LECTURES
from helpers.fingerprint import as_built
from helpers.judging.judge import Examination
from helpers.paths import NOTEBOOKS, ROOT

from . import outputs
from .gradebook import Gradebook, GradebookError
from .marking import GRADER_FAULT, MarkedSubmission, content_digest, examinations, mark
from .notebook import Unreadable, code_cells
from .runner import IsolationUnavailable, Limits, Runner
from .submissions import ClassFolder, HandedIn, Submission, find_submissions

# What decides about marks: a change in any of it means that everything is marked again.
_DECIDING = ("exercises", "judging", "sandbox", "grading")


class GradingError(Exception):
    """The arguments do not fit; nothing was changed."""


@dataclass(frozen=True)
class Order:
    """What to grade and how. `seed` None means: the one in the gradebook, or a new one."""

    source: Path
    out: Path
    jobs: int | None = None
    seed: int | None = None
    limits: Limits = field(default_factory=Limits)
    isolation: str = "strict"
    only: str | None = None


def grade(order: Order, progress: Callable[[int, int, str], None] = lambda done, total, what: None) -> dict:
    """Mark every submission, write all files of the output folder, and return a summary.

    `progress(done, total, what)` is called as submissions finish. The summary holds `marked`, `kept`, `grader_faults`,
    `remarks` and `isolation`. Raises `GradingError`, `NoSubmissions`, `IsolationUnavailable` or `GradebookError` before
    anything is marked.
    """
    lectures = _lectures(order.only)
    found = find_submissions(order.source, lectures)
    order.out.mkdir(parents=True, exist_ok=True)
    with Gradebook(order.out / "gradebook.db", create=True) as book:
        seed = _seed(book.settings(), order)
        runners = _start_runners(order, min(order.jobs or os.cpu_count() or 1, max(1, len(found.submissions))))
        try:
            findings = runners[0].probe()
            if order.isolation == "strict" and findings:
                raise IsolationUnavailable(f"the walls have a hole: a submission could {', '.join(findings)}")
            _prepare(book, order, seed, found, findings)
            marked, kept = _mark_all(book, order, seed, found, runners, progress)
        finally:
            for runner in runners:
                runner.stop()
        outputs.write_all(book, order.out)
        faults = sum(v.status == GRADER_FAULT for s in book.submissions() for v in s.verdicts)
        return {
            "marked": marked,
            "kept": kept,
            "grader_faults": faults,
            "remarks": found.remarks,
            "isolation": book.settings()["isolation"],
        }


def describe_isolation(level: str, findings: list[str]) -> str:
    """What the probe found, in a sentence for every output."""
    if level == "strict":
        return "strict: probed from inside, no network, no other process, no file but Python's own"
    return "process: separate process and limits only. A submission could " + ", ".join(findings or ["do what you can"])


def _lectures(only: str | None) -> tuple[str, ...]:
    if only is None:
        return LECTURES
    if only not in LECTURES:
        raise GradingError(f"there is no lecture {only!r}; there are {', '.join(LECTURES)}")
    return (only,)


def _seed(settings: dict, order: Order) -> int:
    known = settings.get("seed")
    if order.seed is not None and known is not None and order.seed != known:
        raise GradingError(f"{order.out} was graded with seed {known}; use that one, or another --out")
    if known is not None:
        return known
    return secrets.randbits(32) if order.seed is None else order.seed


def _start_runners(order: Order, count: int) -> list[Runner]:
    if order.isolation == "process" and os.geteuid() == 0:
        raise GradingError("--isolation process would run strangers' code as root; use another user, or strict")
    hidden = [order.source.resolve(), order.out.resolve()]
    familiar = _handed_out_cells()
    runners: list[Runner] = []
    try:
        for _ in range(count):
            runners.append(Runner(order.isolation, order.limits, hidden, familiar).__enter__())
    except BaseException:
        for runner in runners:
            runner.stop()
        raise
    return runners


def _handed_out_cells() -> list[str]:
    """The code cells of the notebooks as they were built; one that somebody worked in might hold answers."""
    cells = []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        content = path.read_bytes()
        try:
            if as_built(json.loads(content)):
                cells += code_cells(content)
        except (ValueError, LookupError, TypeError, Unreadable):
            continue  # nothing is lost but the time that knowing it would save
    return cells


def _prepare(book: Gradebook, order: Order, seed: int, found: ClassFolder, findings: list[str]) -> None:
    deciding = {"version": course_version(), "limits": [order.limits.cpu_seconds, order.limits.memory_mb], "seed": seed}
    if any(book.settings().get(name) != value for name, value in deciding.items()):
        book.keep_only(set(), LECTURES)  # marks by other rules do not stand beside new ones
    book.set(**deciding, isolation=describe_isolation(order.isolation, findings), remarks=list(found.remarks))
    book.set(
        libraries={name: version(name) for name in ("numpy", "scipy", "scikit-learn")}, python=sys.version.split()[0]
    )
    book.set_students(found.students)
    book.keep_only({(s.student, s.lecture) for s in found.submissions}, _lectures(order.only))


def _mark_all(book, order, seed, found, runners, progress) -> tuple[int, int]:
    finished, total = book.finished(), len(found.submissions)
    papers = {lecture: examinations(lecture, seed) for lecture in {s.lecture for s in found.submissions}}
    free: queue.SimpleQueue[Runner] = queue.SimpleQueue()
    for runner in runners:
        free.put(runner)
    marked = kept = 0
    for result in _in_parallel(found.submissions, finished, papers, free, len(runners)):
        if result is None:
            kept += 1
            progress(marked + kept, total, "")
            continue
        book.save(result)
        marked += 1
        progress(marked + kept, total, f"{result.student} {result.lecture}")
    return marked, kept


def _in_parallel(
    handed_in: Iterable[HandedIn],
    finished: dict[tuple[str, str], str],
    papers: dict[str, dict[str, Examination]],
    free: queue.SimpleQueue,
    jobs: int,
) -> Iterable[MarkedSubmission | None]:
    """Mark submissions as runners are free; only a few are in memory at a time. None stands for one marked before."""

    def mark_with_free_runner(submission: Submission) -> MarkedSubmission:
        runner = free.get()
        try:
            return mark(submission, papers[submission.lecture], runner)
        finally:
            free.put(runner)

    # Threads: each waits for its runner's process most of the time.
    with ThreadPoolExecutor(jobs) as pool:
        pending: set = set()
        try:
            for handed in handed_in:
                submission = handed.read()
                if finished.get((submission.student, submission.lecture)) == content_digest(submission):
                    yield None
                    continue
                pending.add(pool.submit(mark_with_free_runner, submission))
                if len(pending) >= 2 * jobs:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            for future in pending:
                future.cancel()


def course_version() -> str:
    """A digest of the code that decides about marks."""
    digest = hashlib.sha256()
    for folder in _DECIDING:
        for path in sorted((ROOT / "helpers" / folder).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


__all__ = ["GradebookError", "GradingError", "Order", "course_version", "grade"]
