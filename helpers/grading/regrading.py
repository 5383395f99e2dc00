"""What marking again would change, seen before it is applied: who, where, from what to what."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .class_file import FILE
from .grade import Order, grade
from .gradebook import Gradebook
from .papers import Entry, class_papers
from .submissions import ClassFolder


@dataclass(frozen=True)
class Change:
    """One exercise of one student whose mark or status changes; None where there was, or will be, no such row."""

    student: str
    lecture: str
    exercise: str
    before: Entry | None
    after: Entry | None

    @property
    def difference(self) -> float:
        """Points that count after, minus points that count before; 0 where a person's decision stands above both."""
        return (self.after.points if self.after else 0.0) - (self.before.points if self.before else 0.0)

    @property
    def decided(self) -> bool:
        """Whether a person's decision counts, whatever the marking says."""
        return bool(self.after and self.after.adjustment)

    def __str__(self) -> str:
        marks = f"{_marking(self.before)} → {_marking(self.after)}"
        line = f"{self.student} {self.lecture} {self.exercise}: {marks}"
        if not self.decided:
            return line
        decision = self.after.adjustment
        line += f"; stays {decision.points:g}, as {decision.author} decided"
        return line if decision.instead_of is None else f"{line} when it was marked {decision.instead_of:g}"


@dataclass(frozen=True)
class Preview:
    """All changes, in the order of students and lectures, and how many grader faults were met on the way."""

    changes: tuple[Change, ...]
    grader_faults: int

    def summary(self) -> str:
        """Who changes, in a few words."""
        moved = [change for change in self.changes if change.difference]
        if not self.changes:
            return "No mark and no status changes."
        up = sum(change.difference > 0 for change in moved)
        students = len({change.student for change in moved})
        sentences = [f"{len(moved)} marks of {students} students change: {up} up, {len(moved) - up} down."]
        if decided := sum(change.decided for change in self.changes):
            sentences.append(f"{decided} more would, but a person's decision stands.")
        if silent := sum(not change.difference and not change.decided for change in self.changes):
            sentences.append(f"{silent} keep their points and change their status.")
        return " ".join(sentences)


def preview(
    order: Order,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
    announce: Callable[[ClassFolder], None] = lambda found: None,
) -> Preview:
    """Do everything that `grade` would do, on a copy of the gradebook, and compare; `order.out` stays as it is.

    Raises what `grade` raises, and `GradebookError` if there is no gradebook to compare with.
    """
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        copy = Path(folder)
        with Gradebook(order.out / "gradebook.db") as book:
            before = _entries(book)
            book.copy_to(copy / "gradebook.db")
        if (order.out / FILE).exists():
            shutil.copy(order.out / FILE, copy / FILE)
        summary = grade(replace(order, out=copy, preview_of=order.out), progress, announce)
        with Gradebook(copy / "gradebook.db") as book:
            after = _entries(book)
    changes = [
        Change(*key, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if _marking(before.get(key)) != _marking(after.get(key))
    ]
    return Preview(tuple(sorted(changes, key=lambda c: (c.student, c.lecture))), summary["grader_faults"])


def _entries(book: Gradebook) -> dict[tuple[str, str, str], Entry]:
    return {(e.student, e.lecture, e.verdict.exercise): e for paper in class_papers(book) for e in paper.entries}


def _marking(entry: Entry | None) -> str:
    if entry is None:
        return "not in the class"
    verdict = entry.verdict
    return f"{verdict.points:g} of {verdict.max_points:g} ({verdict.status})"
