"""`course grade`: mark a class, in parallel, so that it can be killed and started again at any moment."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from helpers.lectures import lecture_named, lecture_names

from . import outputs
from .gradebook import Gradebook, GradebookError
from .handed_in import HandedInBook
from .marking import GRADER_FAULT, MarkedSubmission, content_digest, without_evidence
from .runner import Limits
from .station import Backend, Terms, on_this_machine, refuse_process_as_root
from .submissions import ClassFolder, HandedIn, Submission, find_submissions
from .version import course_version


class GradingError(Exception):
    """The arguments do not fit; nothing was changed."""


@dataclass(frozen=True)
class Order:
    """What to grade and how. `seed` None means: the one in the gradebook, or a new one.

    With `preview_of` nothing but the gradebook of `out` is written; `preview_of` is the class's real folder, which is
    kept out of sight as well.
    """

    source: Path
    out: Path
    jobs: int | None = None
    seed: int | None = None
    limits: Limits = field(default_factory=Limits)
    isolation: str = "strict"
    only: str | None = None
    scheduler: str | None = None  # the address of a Dask cluster; None: this machine
    preview_of: Path | None = None


def grade(order: Order, progress: Callable[[int, int, str], None] = lambda done, total, what: None) -> dict:
    """Mark every submission, write all files of the output folder, and return a summary.

    `progress(done, total, what)` is called as submissions finish. The summary holds `marked`, `kept`, `grader_faults`,
    `remarks` and `isolation`. Raises `GradingError`, `NoSubmissions`, `IsolationUnavailable`, `ClusterUnavailable` or
    `GradebookError` before anything is marked.
    """
    lectures = _lectures(order.only)
    found = find_submissions(order.source, lectures, [path for path in (order.out, order.preview_of) if path])
    order.out.mkdir(parents=True, exist_ok=True, mode=0o700)  # marks are nobody else's business
    with Gradebook(order.out / "gradebook.db", create=True) as book:
        seed = _seed(book.settings(), order)
        with _backend(order, seed, found) as backend:
            _prepare(book, order, seed, found, backend.isolation)
            with HandedInBook(order.out) as handed_in:
                marked, kept = _mark_all(book, found, backend, progress, handed_in.keep)
        if order.preview_of is None:
            outputs.write_all(book, order.out)
        faults = sum(v.status == GRADER_FAULT for s in book.submissions() for v in s.verdicts)
        return {
            "marked": marked,
            "kept": kept,
            "grader_faults": faults,
            "remarks": found.remarks,
            "isolation": book.settings()["isolation"],
        }


def _lectures(only: str | None) -> tuple[str, ...]:
    if only is None:
        return lecture_names()
    if only not in lecture_names():
        raise GradingError(f"there is no lecture {only!r}; there are {', '.join(lecture_names())}")
    return (only,)


def _seed(settings: dict, order: Order) -> int:
    known = settings.get("seed")
    if order.seed is not None and known is not None and order.seed != known:
        raise GradingError(
            f"{order.preview_of or order.out} was graded with seed {known}; use that one, or another --out"
        )
    if known is not None:
        return known
    return secrets.randbits(32) if order.seed is None else order.seed


def _backend(order: Order, seed: int, found: ClassFolder) -> contextlib.AbstractContextManager[Backend]:
    shelves = {lecture_named(name).shelf for name in lecture_names()}
    folders = (order.source, order.out, order.preview_of, *sorted(shelves))
    hidden = tuple(str(folder.resolve()) for folder in folders if folder)
    terms = Terms(seed, order.limits, order.isolation, hidden)
    if order.scheduler:
        from .cluster import on_cluster

        return on_cluster(order.scheduler, terms)
    refuse_process_as_root(order.isolation)
    jobs = min(order.jobs or os.cpu_count() or 1, max(1, len(found.submissions)))
    return on_this_machine(terms, jobs, {s.lecture for s in found.submissions})


def _prepare(book: Gradebook, order: Order, seed: int, found: ClassFolder, isolation: str) -> None:
    deciding = {"version": course_version(), "limits": [order.limits.cpu_seconds, order.limits.memory_mb], "seed": seed}
    if any(book.settings().get(name) != value for name, value in deciding.items()):
        if order.only and (others := sorted(set(book.lectures()) - {order.only})):
            raise GradingError(
                f"{order.preview_of or order.out} was marked by other rules (another version of the course, other "
                f"limits); with --only the marks of {', '.join(others)} would go. Mark all lectures again, or "
                "use another --out"
            )
        book.keep_only(set(), lecture_names())  # marks by other rules do not stand beside new ones
    book.set(**deciding, isolation=isolation, remarks=list(found.remarks))
    book.set(
        libraries={name: version(name) for name in ("numpy", "scipy", "scikit-learn")}, python=sys.version.split()[0]
    )
    book.set_students(found.students)
    book.keep_only({(s.student, s.lecture) for s in found.submissions}, _lectures(order.only))


def _mark_all(book: Gradebook, found: ClassFolder, backend: Backend, progress, keep) -> tuple[int, int]:
    finished, total = book.finished(), len(found.submissions)
    marked = kept = 0
    for result in _in_parallel(found.submissions, finished, backend, keep):
        if result is None:
            kept += 1
            progress(marked + kept, total, "")
            continue
        book.save(result)
        marked += 1
        progress(marked + kept, total, f"{result.student} {result.lecture}")
    return marked, kept


def _in_parallel(
    handed_in: Iterable[HandedIn], finished: dict[tuple[str, str], str], backend: Backend, keep
) -> Iterable[MarkedSubmission | None]:
    """Mark submissions as there is room; only a few are in memory at a time. None stands for one marked before."""
    pending: dict[Future, Submission] = {}

    def finish() -> Iterable[MarkedSubmission]:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            yield _result(future, pending.pop(future))

    try:
        for handed in handed_in:
            submission = handed.read()
            keep(submission, content_digest(submission))
            if finished.get((submission.student, submission.lecture)) == content_digest(submission):
                yield None
                continue
            pending[backend.submit(submission)] = submission
            if len(pending) >= 2 * backend.width:
                yield from finish()
        while pending:
            yield from finish()
    finally:
        for future in pending:
            future.cancel()


def _result(future: Future, submission: Submission) -> MarkedSubmission:
    try:
        return future.result()
    except Exception as fault:  # `mark` has no way to fail, but the machine that it ran on has
        why = f"The grader failed here ({type(fault).__name__} where it was marked); grade again."
        return without_evidence(submission, content_digest(submission), GRADER_FAULT, why)


__all__ = ["GradebookError", "GradingError", "Order", "course_version", "grade"]
