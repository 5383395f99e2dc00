"""The class report: one page, self-contained, that says what the class knows and what it did not understand."""

from __future__ import annotations

import base64
import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup

from helpers.judging.judge import MEMORY_LIMIT, NOT_ATTEMPTED, OUTPUT_LIMIT
from helpers.templates import FOLDER, render
from helpers.variants.fits import EXPECTED, Fit

from . import class_statistics as figures
from .by_hand import waiting
from .dropped import exercises_by_name
from .free_answers import WAITING
from .marking import GRADER_FAULT, MISSING, TAMPERING, TIME_LIMIT, UNREADABLE
from .papers import Entry, Paper
from .requests import LookAgain

# What the map of students and exercises shows where there are no points to show: a sign, and what it means.
SIGNS = {
    NOT_ATTEMPTED: "○",
    MISSING: "–",
    TIME_LIMIT: "T",
    MEMORY_LIMIT: "M",
    OUTPUT_LIMIT: "L",
    TAMPERING: "!",
    UNREADABLE: "U",
    GRADER_FAULT: "G",
    WAITING: "?",
}
_TROUBLE = (TIME_LIMIT, MEMORY_LIMIT, OUTPUT_LIMIT, TAMPERING, UNREADABLE, GRADER_FAULT)
# What a gradebook says that was left before anything was marked.
_UNRECORDED = {"isolation": "not recorded", "limits": ["–", "–"], "seed": "–", "version": "–", "python": "–"}
_UNRECORDED |= {"libraries": {}, "remarks": []}
_WORSE = "those who know more do worse"
_SHOWN_ALONE = 30  # unexplained answers that nobody shares; their exercises' table counts all of them


def report_page(
    settings: dict, papers: list[Paper], requests: Iterable[LookAgain] = (), fits: list[Fit] | None = None
) -> str:
    """The page for a class, from the gradebook's settings, what counts for each student, and what they ask.

    `fits` are those whose wrong answers fit somebody else's variant; None if nobody has a variant.
    """
    percents = figures.percents(papers)
    exercises = figures.exercise_figures(papers)
    mistakes = figures.known_mistakes(papers)
    unexplained = figures.unexplained_answers(papers)
    alone = [row for row in unexplained if len(row.students) == 1]
    trouble = _trouble(papers)
    troubles = Counter(entry.verdict.status for entry in trouble)
    script = (FOLDER / "report.js").read_text(encoding="utf-8")
    return render(
        "report.html",
        settings=_UNRECORDED | settings,
        script=Markup(script),
        script_hash=_content_hash(script),
        students=len({paper.student for paper in papers}),
        summary=_summary(list(percents.values())),
        histogram=figures.histogram(percents.values()),
        completion=figures.completion(papers),
        exercises=exercises,
        mistakes=mistakes,
        costliest=max(mistakes, key=lambda row: row.lost, default=None),
        shared=[row for row in unexplained if len(row.students) > 1],
        alone=alone[:_SHOWN_ALONE],
        count_alone=len(alone),
        repeat=figures.sections_to_repeat(mistakes, unexplained),
        map=_map(papers, percents),
        signs=SIGNS,
        statuses=Counter(entry.verdict.word for paper in papers for entry in paper.entries).most_common(),
        trouble=trouble,
        troubles=[(status, troubles[status]) for status in _TROUBLE if troubles[status]],
        faults=troubles[GRADER_FAULT],
        requests=[request for request in requests if not request.answer],
        waiting=sorted(waiting(papers).items()),
        remarks={(row.lecture, row.name): _remark(row) for row in exercises},
        flawed=[row for row in exercises if _remark(row) == _WORSE],
        decisions=[entry for paper in papers for entry in paper.entries if entry.adjustment],
        fits=fits,
        expected=EXPECTED,
        cost=_cost(papers),
    )


def _content_hash(text: str) -> str:
    """The name by which a Content-Security-Policy allows one script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _summary(percents: list[float]) -> dict | None:
    if not percents:
        return None
    quarters = statistics.quantiles(percents, n=4, method="inclusive") if len(percents) > 1 else percents * 3
    return {"lowest": min(percents), "quarters": quarters, "highest": max(percents), "mean": statistics.fmean(percents)}


def _remark(row: figures.ExerciseFigures) -> str:
    """Why an author should look at an exercise, "" if there is no reason."""
    if row.discrimination and row.discrimination.high < 0:
        return _WORSE
    if row.discrimination and row.discrimination.high < 0.3:
        return "it hardly separates"
    if row.difficulty is not None and row.difficulty < 0.3:
        return "hard"
    if row.difficulty is not None and row.difficulty > 0.95:
        return "nearly everybody has it"
    return ""


def _map(papers, percents) -> dict:
    """The rows of the map: for each student the percents, then a class and a text for each exercise."""
    columns = {}
    for lecture in sorted({paper.lecture for paper in papers}):
        verdicts = [entry.verdict for paper in papers if paper.lecture == lecture for entry in paper.entries]
        columns[lecture] = exercises_by_name(lecture, verdicts)
    rows = []
    for student, own in figures.papers_by_student(papers).items():
        entries = {(paper.lecture, entry.verdict.exercise): entry for paper in own for entry in paper.entries}
        keys = ((lecture, name) for lecture, exercises in columns.items() for name in exercises)
        rows.append((student, percents.get(student), [_cell(entries[k]) if k in entries else ("o", "") for k in keys]))
    return {"lectures": [(lecture, list(exercises.values())) for lecture, exercises in columns.items()], "rows": rows}


def _cell(entry: Entry) -> tuple[str, str]:
    most = entry.verdict.max_points
    if entry.adjustment:
        return _level(entry.points, most), f"{entry.points:g}*"
    if sign := SIGNS.get(entry.verdict.status):
        # A limit that was met in one part leaves the points of the others.
        text = f"{entry.points:g}{sign}" if entry.points else sign
        return ("o" if entry.verdict.status in (NOT_ATTEMPTED, MISSING, WAITING) else "t"), text
    return _level(entry.points, most), f"{entry.points:g}"


def _level(points, most) -> str:
    return "f" if points >= most else "p" if points > 0 else "z"


def _trouble(papers) -> list[Entry]:
    """Exercises that need an eye; a notebook that cannot be read is one entry."""
    found = []
    for paper in papers:
        own = [entry for entry in paper.entries if entry.verdict.status in _TROUBLE]
        found += own[:1] if own and own[0].verdict.status == UNREADABLE else own
    return sorted(found, key=lambda entry: _TROUBLE[::-1].index(entry.verdict.status))


def _cost(papers) -> dict | None:
    marked = [paper.submission for paper in papers if paper.submission]
    if not marked:
        return None
    slowest = max(marked, key=lambda one: one.cpu_seconds)
    return {
        "submissions": len(marked),
        "cpu_seconds": sum(one.cpu_seconds for one in marked),
        "median": statistics.median(one.cpu_seconds for one in marked),
        "slowest": slowest,
    }
