"""`course grade`: mark a class, in parallel, so that it can be killed and started again at any moment."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from helpers.judging.judge import NOT_ATTEMPTED
from helpers.lectures import lecture_named, lecture_names

from . import identity, origin, outputs
from .class_file import class_of
from .collecting.choosing import Candidate
from .gradebook import Gradebook, GradebookError
from .handed_in import HandedInBook
from .marking import GRADER_FAULT, MISSING, UNREADABLE, MarkedSubmission, content_digest, without_evidence
from .papers import class_papers
from .runner import Limits
from .station import Backend, Terms, on_this_machine, refuse_process_as_root
from .submissions import ClassFolder, HandedIn, Submission, find_submissions
from .variants import SETTING, Variants, keys_of, read_keys
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
    variants: Path | None = None  # who has which; None: as the gradebook knows from before


def grade(
    order: Order,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
    announce: Callable[[ClassFolder], None] = lambda found: None,
) -> dict:
    """Mark every submission, write all files of the output folder, and return a summary.

    `announce(found)` is called before marking begins, `progress(done, total, what)` as submissions finish. The summary
    holds `marked`, `kept`, `grader_faults`, `isolation`, how many papers of the whole class are `unreadable` and
    `missing`, and `remarks` (those that came after `announce` also as `later_remarks`). Raises `GradingError`,
    `NoSubmissions`, `IsolationUnavailable`, `ClusterUnavailable` or `GradebookError` before anything is marked.
    """
    lectures = _lectures(order.only)
    new_keys = read_keys(order.variants)
    place = order.preview_of or order.out  # where the class has its files
    written = [path for path in (order.out, order.preview_of) if path]
    if not (order.out / "gradebook.db").exists():
        find_submissions(order.source, lectures, written)  # what is no class is refused before anything is made
    order.out.mkdir(parents=True, exist_ok=True, mode=0o700)  # marks are nobody else's business
    with Gradebook(order.out / "gradebook.db", create=True) as book:
        seed = _seed(book.settings(), order)
        keys = keys_of(book.settings(), new_keys)
        moved, questions = identity.settle(book, place)
        people, zone = identity.people(book, place), class_of(place).zone
        found = find_submissions(order.source, lectures, written, people, zone)
        announce(found)
        moved += [
            f"{student} had been taken out; their work is in this folder, so they are in the class again"
            for student in sorted(book.forgotten() & set(found.students))
        ]
        moved += [
            f"{lecture} of {student} had been taken out; it is in this folder, so it is marked again"
            for student, lecture in sorted(
                book.forgotten_papers() & {(one.student, one.lecture) for one in found.submissions}
            )
        ]
        aliases = book.aliases() | (found.aliases or {})
        students = {*book.students(), *found.students}
        variants = Variants(keys, students, aliases, class_of(place), found.submissions)
        with _backend(order, seed, found, tuple(keys.choices if keys else ())) as backend:
            rules = _prepare(book, order, seed, found, backend.isolation)
            if keys:
                book.set(**{SETTING: keys.told()})
            with HandedInBook(order.out) as handed_in:
                marked, kept, stayed = _mark_all(book, found, variants, backend, rules, progress, handed_in.keep)
                handed_in.keep_only(book.digests())
        book.add_aliases(found.aliases)
        remarks = _remarks(book, order, found, (*moved, *stayed, *variants.remarks()), rules)
        if order.preview_of is None:
            identity.ask(place / identity.FILE, [*questions, *found.questions])
            outputs.write_all(book, order.out)
        papers = class_papers(book)
        faults = sum(v.status == GRADER_FAULT for s in book.submissions() for v in s.verdicts)
        return {
            "marked": marked,
            "kept": kept,
            "grader_faults": faults,
            "unreadable": sum(not paper.readable for paper in papers if paper.submission),
            "missing": sum(paper.submission is None for paper in papers),
            "remarks": remarks,
            "later_remarks": tuple(remark for remark in remarks if remark not in found.remarks),
            "isolation": book.settings()["isolation"],
        }


def _remarks(book: Gradebook, order: Order, found: ClassFolder, more: tuple[str, ...], rules: str) -> tuple[str, ...]:
    """What there is to say of this folder; the gradebook keeps it beside what was said of the others."""
    by_folder = book.settings().get("remarks_by_folder", {})
    due = {name for name, counted in class_of(order.preview_of or order.out).lectures.items() if counted.due}
    if timeless := sum(one.may_be_late_unseen for one in found.submissions if one.lecture in due):
        more = (
            *more,
            f"{timeless} papers tell no time, so none of them counts as late; of Moodle, put the grading worksheet "
            "beside the folders",
        )
    more = (*more, *_unreadable(book, found))
    by_folder[str(order.source)] = [*more, *found.remarks]
    said = [remark for remarks in by_folder.values() for remark in remarks]
    book.set(remarks_by_folder=by_folder, remarks=list(dict.fromkeys(said)))
    if not (others := book.count_by_other_rules(rules)):
        return (*more, *found.remarks)
    return (
        *more,
        *found.remarks,
        f"{others} papers that are not in this folder were marked by another version of the course or with other "
        "limits, and stay as they are; mark their folders again to mark all by the same rules",
    )


def _unreadable(book: Gradebook, found: ClassFolder) -> list[str]:
    """Sentences about papers of this folder that could not be marked and that nothing was said of so far."""
    here = {(one.student, one.lecture): one.path for one in found.submissions}
    said = "\n".join(found.remarks)
    return [
        f"{paper.path}: {paper.verdicts[0].message}"
        for paper in book.submissions()
        if here.get((paper.student, paper.lecture)) == paper.path
        and paper.verdicts
        and all(verdict.status == UNREADABLE for verdict in paper.verdicts)
        and paper.path not in said
    ]


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


def _backend(
    order: Order, seed: int, found: ClassFolder, varied: tuple[str, ...]
) -> contextlib.AbstractContextManager[Backend]:
    shelves = {lecture_named(name).shelf for name in lecture_names()}
    folders = (order.source, order.out, order.preview_of, *sorted(shelves))
    hidden = tuple(str(folder.resolve()) for folder in folders if folder)
    terms = Terms(seed, order.limits, order.isolation, hidden, varied)
    if order.scheduler:
        from .cluster import on_cluster

        return on_cluster(order.scheduler, terms)
    refuse_process_as_root(order.isolation)
    jobs = min(order.jobs or os.cpu_count() or 1, max(1, len(found.submissions)))
    return on_this_machine(terms, jobs, {s.lecture for s in found.submissions})


def _prepare(book: Gradebook, order: Order, seed: int, found: ClassFolder, isolation: str) -> str:
    """Write down how this is marked and who is there; return the rules that the marks depend on."""
    deciding = {"version": course_version(), "limits": [order.limits.cpu_seconds, order.limits.memory_mb], "seed": seed}
    rules = json.dumps(deciding)
    book.set(**deciding, isolation=isolation)
    book.set(
        libraries={name: version(name) for name in ("numpy", "scipy", "scikit-learn")}, python=sys.version.split()[0]
    )
    book.add_students(found.students)
    return rules


def _mark_all(
    book: Gradebook, found: ClassFolder, variants: Variants, backend: Backend, rules: str, progress, keep
) -> tuple[int, int, list[str]]:
    """Mark what has to be marked; return how many were, how many stand as they are, and sentences about those."""
    finished, total = book.finished(rules), len(found.submissions)
    before = {(paper.student, paper.lecture): paper for paper in book.submissions()}
    marked = kept = 0
    stayed = []
    origins: Counter = Counter()

    def stands(submission: Submission) -> bool:
        origins[origin.origin(submission.content)] += 1
        key = (submission.student, submission.lecture)
        digest = content_digest(submission)
        if finished.get(key) == digest:
            keep(submission, digest)
            book.arrived(key, submission.path, submission.note, submission.arrival)
            return True
        if key in before and (why := _worse(submission, before[key])):
            stayed.append(f"{submission.student}, {submission.lecture}: the paper marked before stays; {why}")
            return True
        keep(submission, digest)
        return False

    def read(handed: HandedIn) -> Submission:
        submission = handed.read()
        return replace(submission, variant=variants.to_mark(submission))

    for result in _in_parallel(map(read, found.submissions), stands, backend):
        if result is None:
            kept += 1
            progress(marked + kept, total, "")
            continue
        book.save(result, rules)
        marked += 1
        progress(marked + kept, total, f"{result.student} {result.lecture}")
    return marked, kept, [*stayed, *origin.remarks(origins)]


def _worse(submission: Submission, before: MarkedSubmission) -> str:
    """Why a notebook does not take the place of the one that was marked before, "" if it does."""
    if content_digest(submission) == before.digest:
        return ""
    new, old = submission.arrival, before.arrival
    if new.is_certain and old.is_certain and new.time < old.time:
        return f"{submission.path} came in earlier"
    if all(verdict.status in (NOT_ATTEMPTED, MISSING, UNREADABLE) for verdict in before.verdicts):
        return ""
    contents = Candidate.of(submission.path, submission.content, submission.problem, submission.lecture).contents
    if not contents.is_notebook:
        return f"{submission.path} cannot be read"
    return "" if contents.answered else f"nothing was tried in {submission.path}"


def _in_parallel(
    submissions: Iterable[Submission], stands: Callable[[Submission], bool], backend: Backend
) -> Iterable[MarkedSubmission | None]:
    """Mark submissions as there is room; only a few are in memory at a time. None is for one that stands."""
    pending: dict[Future, Submission] = {}

    def finish() -> Iterable[MarkedSubmission]:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            yield _result(future, pending.pop(future))

    try:
        for submission in submissions:
            if stands(submission):
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
