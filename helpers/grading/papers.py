"""What counts for each student: the verdicts of the gradebook, the decisions above them, and what late work loses."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from helpers.judging.judge import Verdict, nothing
from helpers.lectures import exercises_of

from .class_file import ClassFile, class_of
from .gradebook import BONUS, Adjustment, Gradebook
from .marking import MISSING, UNREADABLE, MarkedSubmission
from .reckoning import ON_TIME, Lateness, Total, lateness, total


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
    lateness: Lateness = ON_TIME
    excused: bool = False
    total: Total | None = None  # of all the student's papers

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
        """What counts, after what late work lost."""
        return self.reached - self.lateness.deduction if self.lateness.deduction else self.reached

    @property
    def reached(self) -> float:
        """What the exercises gave, on time or late."""
        return sum(entry.points for entry in self.entries)

    @property
    def max_points(self) -> float:
        return sum(entry.verdict.max_points for entry in self.entries)


def class_papers(book: Gradebook) -> list[Paper]:
    """Every student with every lecture of the class, in order; what was not handed in is `missing`.

    Raises `ClassFileError` if the class has a `course.toml` that cannot be read.
    """
    class_ = class_of(book.folder)
    marked = {(s.student, s.lecture): s for s in book.submissions()}
    adjustments = book.adjustments()
    lectures = book.lectures()
    papers = []
    for student in book.students():
        own = [_paper(student, name, marked.get((student, name)), adjustments, class_) for name in lectures]
        together = total(class_, student, [(paper.lecture, paper.points, paper.max_points) for paper in own])
        papers += [replace(paper, total=together) for paper in own]
    return papers


def _paper(student, lecture, submission: MarkedSubmission | None, adjustments, class_: ClassFile) -> Paper:
    if submission is None:
        verdicts = [nothing(e, MISSING, "No notebook was handed in for this lecture.") for e in exercises_of(lecture)]
    else:
        verdicts = submission.verdicts
    entries = [Entry(student, lecture, v, adjustments.get((student, lecture, v.exercise))) for v in verdicts]
    paper = Paper(student, lecture, tuple(entries), submission.note if submission else "", submission)
    late = ON_TIME
    if submission is not None:
        late = lateness(class_, student, lecture, submission.arrival, paper.reached, paper.max_points)
    return replace(paper, lateness=late, excused=class_.excused(student, lecture))
