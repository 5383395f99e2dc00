"""The figures of the class report, from the marks as they count: computed here, only drawn there.

*Looked at* is an exercise of a student whose notebook for the lecture could be read and whose marking met no fault of
the grader. What was looked at and not attempted counts with 0 points; what was never handed in says nothing about an
exercise and does not count.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.judging.judge import CORRECT, ERROR, NOT_ATTEMPTED, WRONG, Example
from helpers.lectures import exercises_of

from .free_answers import WAITING
from .marking import GRADER_FAULT, MISSING
from .papers import Entry, Paper

_NOTHING = 1e-9  # so little do shares of points differ only by how they were added up
_FEWEST = 4  # students, below which a correlation has no interval
# Statuses of an answer that was not given, and of one that says something about what its author thinks.
UNANSWERED = (NOT_ATTEMPTED, MISSING)
_TELLING = (WRONG, ERROR)


@dataclass(frozen=True)
class Discrimination:
    """How well an exercise tells those who know more from those who know less: -1 to 1, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ExerciseFigures:
    """One exercise in the class.

    `difficulty` is the share of its points that was earned (low is hard), None if nobody was looked at.
    `explained` counts the wrong answers that equal a known mistake, `unexplained` those that do not.
    """

    lecture: str
    name: str
    section: str
    max_points: float
    looked_at: int
    attempted: int
    correct: int
    difficulty: float | None
    discrimination: Discrimination | None
    explained: int
    unexplained: int


@dataclass(frozen=True)
class KnownMistake:
    """A known mistake that somebody made; `share` is of those who attempted the exercise."""

    lecture: str
    exercise: str
    mistake: str
    message: str
    section: str
    students: tuple[str, ...]
    share: float
    lost: float = 0.0  # points, by all of these students


@dataclass(frozen=True)
class UnexplainedAnswer:
    """Wrong answers that equal no known mistake and did the same on every public input."""

    lecture: str
    exercise: str
    message: str
    example: Example | None
    section: str
    students: tuple[str, ...]
    lost: float = 0.0  # points, by all of these students


@dataclass(frozen=True)
class SectionToRepeat:
    """A section whose exercises `students` got wrong by a known mistake or an answer that they share with others.

    `lost` are the points that these answers cost them together.
    """

    lecture: str
    section: str
    students: tuple[str, ...]
    exercises: tuple[str, ...]
    lost: float = 0.0


@dataclass(frozen=True)
class Completion:
    """How far the class came in one lecture: numbers of students, and the median share of points of those handed in."""

    lecture: str
    all_attempted: int
    some_attempted: int
    none_attempted: int
    unreadable: int
    not_handed_in: int
    median: float | None


def percents(papers: list[Paper]) -> dict[str, float]:
    """Each student's share of all points, in percent."""
    shares = {}
    for student, own in papers_by_student(papers).items():
        most = sum(paper.max_points for paper in own)
        if most:
            shares[student] = 100 * sum(paper.points for paper in own) / most
    return shares


def histogram(shares: Iterable[float]) -> list[int]:
    """How many shares lie in each tenth of 0 to 100 percent; a tenth holds its lower end, the last both."""
    counts = Counter(min(int(share // 10), 9) for share in shares)
    return [counts[i] for i in range(10)]


def completion(papers: list[Paper]) -> list[Completion]:
    """One row for each lecture, in order."""
    return [_completion(lecture, own) for lecture, own in _by_lecture(papers).items()]


def exercise_figures(papers: list[Paper]) -> list[ExerciseFigures]:
    """One row for each exercise, in the order of the lectures."""
    seen = _looked_at(papers)
    return [
        _exercise_figures(exercise, lecture, seen)
        for lecture in _by_lecture(papers)
        for exercise in exercises_of(lecture)
    ]


def known_mistakes(papers: list[Paper]) -> list[KnownMistake]:
    """The known mistakes of the class, the most frequent first."""
    attempted, made = Counter(), {}
    for entry in _entries(papers):
        verdict = entry.verdict
        attempted[entry.lecture, verdict.exercise] += verdict.status not in UNANSWERED
        if verdict.mistake:
            made.setdefault((entry.lecture, verdict.exercise, verdict.mistake), []).append(entry)
    rows = [
        KnownMistake(
            lecture,
            exercise,
            mistake,
            _message(lecture, exercise, mistake) or entries[0].verdict.message,
            _section(lecture, exercise),
            tuple(entry.student for entry in entries),
            len(entries) / attempted[lecture, exercise],
            _lost(entries),
        )
        for (lecture, exercise, mistake), entries in made.items()
    ]
    return sorted(rows, key=lambda row: (-len(row.students), row.lecture, row.exercise, row.mistake))


def unexplained_answers(papers: list[Paper]) -> list[UnexplainedAnswer]:
    """Wrong answers that equal no known mistake, those that most students share first; many stand alone."""
    groups: dict[tuple, list[Entry]] = {}
    for entry in filter(_is_unexplained, _entries(papers)):
        # An answer without outputs to compare, such as a cell that does not run, stands for itself.
        alike = entry.verdict.behaviour or entry.student
        groups.setdefault((entry.lecture, entry.verdict.exercise, entry.verdict.status, alike), []).append(entry)
    rows = [
        UnexplainedAnswer(
            lecture,
            exercise,
            entries[0].verdict.message,
            entries[0].verdict.example,
            _section(lecture, exercise),
            tuple(entry.student for entry in entries),
            _lost(entries),
        )
        for (lecture, exercise, *_), entries in groups.items()
    ]
    return sorted(rows, key=lambda row: (-len(row.students), row.lecture, row.exercise, row.students))


def sections_to_repeat(mistakes: list[KnownMistake], unexplained: list[UnexplainedAnswer]) -> list[SectionToRepeat]:
    """The sections that the class should see again, first those in which it lost most points."""
    shared = [row for row in unexplained if len(row.students) > 1]
    students: dict[tuple[str, str], set[str]] = {}
    exercises: dict[tuple[str, str], dict[str, None]] = {}
    lost: Counter = Counter()
    for row in [*mistakes, *shared]:
        lost[row.lecture, row.section] += row.lost
        students.setdefault((row.lecture, row.section), set()).update(row.students)
        exercises.setdefault((row.lecture, row.section), {})[row.exercise] = None
    rows = [
        SectionToRepeat(*key, tuple(sorted(who)), tuple(exercises[key]), lost[key]) for key, who in students.items()
    ]
    return sorted(rows, key=lambda row: (-row.lost, -len(row.students), row.lecture, row.section))


def _lost(entries: list[Entry]) -> float:
    """The points that these answers cost; where a person has decided, what the decision left."""
    return sum(max(0.0, entry.verdict.max_points - entry.points) for entry in entries)


def papers_by_student(papers: list[Paper]) -> dict[str, list[Paper]]:
    own: dict[str, list[Paper]] = {}
    for paper in papers:
        own.setdefault(paper.student, []).append(paper)
    return own


def _by_lecture(papers) -> dict[str, list[Paper]]:
    own: dict[str, list[Paper]] = {}
    for paper in sorted(papers, key=lambda paper: paper.lecture):
        own.setdefault(paper.lecture, []).append(paper)
    return own


def _entries(papers):
    return (entry for paper in papers for entry in paper.entries)


def _looked_at(papers) -> dict[str, dict[tuple[str, str], Entry]]:
    """For each student the exercises that count in the figures, by lecture and name."""
    seen: dict[str, dict] = {}
    for paper in papers:
        if paper.readable:
            own = seen.setdefault(paper.student, {})
            for entry in paper.entries:
                if entry.verdict.status not in (GRADER_FAULT, WAITING) or entry.adjustment:
                    own[paper.lecture, entry.verdict.exercise] = entry
    return seen


def _exercise_figures(exercise, lecture, seen) -> ExerciseFigures:
    key = (lecture, exercise.name)
    having = [own for own in seen.values() if key in own]
    entries = [own[key] for own in having]
    most = float(sum(exercise.points_by_part.values()))
    return ExerciseFigures(
        lecture,
        exercise.name,
        exercise.section,
        most,
        len(entries),
        sum(entry.verdict.status not in UNANSWERED for entry in entries),
        sum(entry.verdict.status == CORRECT for entry in entries),
        statistics.fmean(entry.points for entry in entries) / most if entries else None,
        _discrimination(key, having),
        sum(bool(entry.verdict.mistake) for entry in entries),
        sum(map(_is_unexplained, entries)),
    )


def _discrimination(key, having) -> Discrimination | None:
    """The correlation of an exercise's points with the share of points in all others that the student handed in.

    None if it has none: too few students, or all have the same.
    """
    points, rest = [], []
    for own in having:
        others = [entry for other, entry in own.items() if other != key]
        most = sum(entry.verdict.max_points for entry in others)
        if most:
            points.append(own[key].points)
            rest.append(sum(entry.points for entry in others) / most)
    if len(points) < _FEWEST or max(points) - min(points) < _NOTHING or max(rest) - min(rest) < _NOTHING:
        return None
    # As `scipy.stats.pearsonr` does it, which takes half a second to load: Fisher's transformation, for 95 %.
    found = max(-1.0, min(1.0, statistics.correlation(points, rest)))
    middle = math.atanh(found) if abs(found) < 1 else math.copysign(math.inf, found)
    half = statistics.NormalDist().inv_cdf(0.975) / math.sqrt(len(points) - 3)
    return Discrimination(found, math.tanh(middle - half), math.tanh(middle + half))


def _completion(lecture, papers) -> Completion:
    counts = Counter(map(_state, papers))
    shares = [100 * paper.points / paper.max_points for paper in papers if paper.readable and paper.max_points]
    states = ("all", "some", "none", "unreadable", "missing")
    return Completion(lecture, *(counts[state] for state in states), statistics.median(shares) if shares else None)


def _state(paper: Paper) -> str:
    if paper.submission is None:
        return "missing"
    if not paper.readable:
        return "unreadable"
    attempted = sum(entry.verdict.status not in UNANSWERED for entry in paper.entries)
    return "all" if attempted == len(paper.entries) else "some" if attempted else "none"


def _is_unexplained(entry: Entry) -> bool:
    return entry.verdict.status in _TELLING and not entry.verdict.mistake


def _exercise(lecture, name):
    return next((exercise for exercise in exercises_of(lecture) if exercise.name == name), None)


def _section(lecture, name) -> str:
    exercise = _exercise(lecture, name)
    return exercise.section if exercise else ""


def _message(lecture, name, mistake) -> str:
    """What the course says about this mistake, "" if it no longer knows it."""
    exercise = _exercise(lecture, name)
    for known in getattr(exercise, "mistakes", ()):
        if known.name == mistake:
            return known.message
    return getattr(exercise, "why_wrong", {}).get(mistake, "")
