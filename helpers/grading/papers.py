"""What counts for each student: the verdicts of the gradebook, and the decisions that stand above them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from helpers.judging.judge import Verdict, nothing
from helpers.lectures import exercises_of

from .gradebook import BONUS, Adjustment, Gradebook
from .marking import MISSING, UNREADABLE, MarkedSubmission


@dataclass(frozen=True)
class Entry:
    """One exercise of one student as it counts: the verdict, and the decision that may stand above it."""

    student: str
    lecture: str
    verdict: Verdict
    adjustment: Adjustment | None

    @property
    def points(self) -> float:
        if not self.adjustment:
            return self.verdict.points
        # An update may have made an exercise worth less than when somebody decided; more than all of it is a bonus.
        most = math.inf if self.adjustment.why.startswith(BONUS) else self.verdict.max_points
        return min(self.adjustment.points, most)


@dataclass(frozen=True)
class Paper:
    """One student's exercises of one lecture; `submission` is None if nothing was handed in."""

    student: str
    lecture: str
    entries: tuple[Entry, ...]
    note: str = ""
    submission: MarkedSubmission | None = None

    @property
    def readable(self) -> bool:
        """Whether there was a notebook that could be marked."""
        return self.submission is not None and any(e.verdict.status != UNREADABLE for e in self.entries)

    @property
    def decided(self) -> bool:
        """Whether a person decided about any of it."""
        return any(entry.adjustment for entry in self.entries)

    @property
    def points(self) -> float:
        return sum(entry.points for entry in self.entries)

    @property
    def max_points(self) -> float:
        return sum(entry.verdict.max_points for entry in self.entries)


def class_papers(book: Gradebook) -> list[Paper]:
    """Every student with every lecture of the class, in order; what was not handed in is `missing`."""
    marked = {(s.student, s.lecture): s for s in book.submissions()}
    adjustments = book.adjustments()
    lectures = book.lectures()
    return [
        _paper(student, lecture, marked.get((student, lecture)), adjustments)
        for student in book.students()
        for lecture in lectures
    ]


def _paper(student, lecture, submission: MarkedSubmission | None, adjustments) -> Paper:
    if submission is None:
        verdicts = [nothing(e, MISSING, "No notebook was handed in for this lecture.") for e in exercises_of(lecture)]
    else:
        verdicts = submission.verdicts
    entries = [Entry(student, lecture, v, adjustments.get((student, lecture, v.exercise))) for v in verdicts]
    return Paper(student, lecture, tuple(entries), submission.note if submission else "", submission)
