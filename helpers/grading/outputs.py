"""Write what people read from the gradebook: two tables, a page for each submission, a page for the class."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers.exercises import exercises_of
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, PartResult, Verdict, nothing
from helpers.templates import render

from .gradebook import Adjustment, Gradebook
from .marking import MISSING, MarkedSubmission

ADJUSTED = "adjusted"
# Also in the full width of East Asian type, which some spreadsheets read as the same sign.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Entry:
    """One exercise of one student as it counts: the verdict, and the decision that may stand above it."""

    student: str
    lecture: str
    verdict: Verdict
    adjustment: Adjustment | None

    @property
    def points(self) -> float:
        return self.adjustment.points if self.adjustment else self.verdict.points


@dataclass(frozen=True)
class Paper:
    """One student's exercises of one lecture, handed in or not."""

    student: str
    lecture: str
    entries: tuple[Entry, ...]
    note: str = ""

    @property
    def points(self) -> float:
        return sum(entry.points for entry in self.entries)

    @property
    def max_points(self) -> float:
        return sum(entry.verdict.max_points for entry in self.entries)


def write_all(book: Gradebook, out: Path) -> None:
    """Write `grades.csv`, `results.csv`, `feedback/` and `report.html` anew."""
    papers = class_papers(book)
    _replace(out / "grades.csv", lambda path: _write_csv(path, _grades(papers)))
    _replace(out / "results.csv", lambda path: _write_csv(path, _results(papers)))
    _write_feedback(papers, out / "feedback")
    page = render("report.html", **_report(book, papers))
    _replace(out / "report.html", lambda path: path.write_text(page, encoding="utf-8"))


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


def safe_cell(text: str) -> str:
    """Text that a spreadsheet shows and never computes (the first character decides)."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return "'" + text if text.startswith(_FORMULA) else text


def folder_names(students: Iterable[str]) -> dict[str, str]:
    """A folder name for each student: readable, and different also where upper and lower case are the same."""
    names: dict[str, str] = {}
    taken = set()
    for student in students:
        name = re.sub(r"[^\w .-]", "_", student).strip(" .")[:60]
        if name != student or not name or name.casefold() in taken:
            name = f"{name}-{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        taken.add(name.casefold())
        names[student] = name
    return names


def _paper(student, lecture, submission: MarkedSubmission | None, adjustments) -> Paper:
    if submission is None:
        verdicts = [nothing(e, MISSING, "No notebook was handed in for this lecture.") for e in exercises_of(lecture)]
    else:
        verdicts = submission.verdicts
    entries = [Entry(student, lecture, v, adjustments.get((student, lecture, v.exercise))) for v in verdicts]
    return Paper(student, lecture, tuple(entries), submission.note if submission else "")


def _grades(papers: list[Paper]):
    lectures = sorted({paper.lecture for paper in papers})
    yield ["student", *lectures, "total", "max_total", "percent"]
    by_student: dict[str, list[Paper]] = {}
    for paper in papers:
        by_student.setdefault(paper.student, []).append(paper)
    for student, own in by_student.items():
        points = {paper.lecture: paper.points for paper in own}
        total, most = sum(points.values()), sum(paper.max_points for paper in own)
        percent = f"{100 * total / most:.1f}" if most else ""
        yield [safe_cell(student), *[f"{points[name]:g}" for name in lectures], f"{total:g}", f"{most:g}", percent]


def _results(papers: list[Paper]):
    yield ["student", "lecture", "exercise", "part", "points", "max_points", "status", "message"]
    for paper in papers:
        for entry in paper.entries:
            for part in entry.verdict.parts:
                yield _result_row(paper, entry, part)
            if entry.adjustment:
                yield _adjustment_row(paper, entry)


def _result_row(paper, entry: Entry, part: PartResult):
    message = " ".join(filter(None, (part.message, entry.verdict.message))) if part.status != CORRECT else ""
    return [
        safe_cell(paper.student),
        paper.lecture,
        entry.verdict.exercise,
        part.part,
        f"{part.points:g}",
        f"{part.max_points:g}",
        part.status,
        safe_cell(message),
    ]


def _adjustment_row(paper, entry: Entry):
    change = entry.adjustment.points - entry.verdict.points
    why = safe_cell(f"{entry.adjustment.why} ({entry.adjustment.author}, {entry.adjustment.time})")
    return [
        safe_cell(paper.student),
        paper.lecture,
        entry.verdict.exercise,
        ADJUSTED,
        f"{change:g}",
        "0",
        ADJUSTED,
        why,
    ]


def _write_csv(path: Path, rows) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def _write_feedback(papers: list[Paper], folder: Path) -> None:
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    folders = folder_names(dict.fromkeys(paper.student for paper in papers))
    for paper in papers:
        exercises = {e.name: e for e in exercises_of(paper.lecture)}
        page = render("feedback.html", paper=paper, exercises=exercises)
        path = fresh / folders[paper.student] / f"{paper.lecture}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", errors="replace")
    shutil.rmtree(folder, ignore_errors=True)
    if fresh.exists():
        os.replace(fresh, folder)


def _report(book: Gradebook, papers: list[Paper]) -> dict:
    entries = [entry for paper in papers for entry in paper.entries]
    totals: dict[str, list[float]] = {}
    for paper in papers:
        total = totals.setdefault(paper.student, [0.0, 0.0])
        total[0] += paper.points
        total[1] += paper.max_points
    percents = [100 * got / most for got, most in totals.values() if most]
    return {
        "settings": book.settings(),
        "students": len(totals),
        "percents": percents,
        "median": statistics.median(percents) if percents else None,
        "histogram": Counter(min(int(p // 10), 9) for p in percents),
        "exercises": [
            _exercise_summary(name, lecture, entries) for lecture in book.lectures() for name in _names(lecture)
        ],
        "mistakes": _common_mistakes(entries),
        "papers": papers,
        "statuses": Counter(entry.verdict.status for entry in entries),
    }


def _names(lecture: str) -> list[str]:
    return [exercise.name for exercise in exercises_of(lecture)]


def _exercise_summary(name: str, lecture: str, entries: list[Entry]) -> dict:
    own = [entry for entry in entries if entry.verdict.exercise == name and entry.lecture == lecture]
    tried = [entry for entry in own if entry.verdict.status not in (NOT_ATTEMPTED, MISSING)]
    most = own[0].verdict.max_points if own else 0
    return {
        "name": name,
        "lecture": lecture,
        "tried": len(tried),
        "correct": sum(entry.verdict.status == CORRECT for entry in own),
        "students": len(own),
        "mean": statistics.fmean(entry.points for entry in own) if own else 0.0,
        "points": most,
    }


def _common_mistakes(entries: list[Entry]) -> list[dict]:
    known = Counter(
        (entry.lecture, entry.verdict.exercise, entry.verdict.mistake, entry.verdict.message)
        for entry in entries
        if entry.verdict.mistake
    )
    sections = {e.name: e.section for lecture in {entry.lecture for entry in entries} for e in exercises_of(lecture)}
    return [
        {"exercise": exercise, "mistake": mistake, "message": message, "count": count, "section": sections[exercise]}
        for (_, exercise, mistake, message), count in known.most_common()
    ]


def _replace(path: Path, write) -> None:
    """Write a file beside and move it into place, so that a reader never meets half of one."""
    temporary = path.with_name(path.name + ".new")
    write(temporary)
    os.replace(temporary, path)
