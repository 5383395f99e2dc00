"""The tables of marks, in a form that no spreadsheet computes."""

from __future__ import annotations

from helpers.judging.judge import CORRECT, PartResult
from helpers.variants.fits import Fit

from .inert import safe_cell, write_csv
from .papers import Entry, Paper

__all__ = ["ADJUSTED", "grades", "results", "safe_cell", "write_csv"]

ADJUSTED, LATE, EXCUSED = "adjusted", "late", "EX"


def grades(papers: list[Paper]):
    """The rows of `grades.csv`: a student each, with the points of every lecture, and letters if the class has them."""
    lectures = sorted({paper.lecture for paper in papers})
    letters = any(paper.total and paper.total.letter for paper in papers)
    yield ["student", *lectures, "total", "max_total", "percent", *(["letter"] if letters else [])]
    by_student: dict[str, list[Paper]] = {}
    for paper in papers:
        by_student.setdefault(paper.student, []).append(paper)
    for student, own in by_student.items():
        points = {paper.lecture: EXCUSED if paper.excused else f"{paper.points:g}" for paper in own}
        total = own[0].total
        percent = "" if total.percent is None else f"{total.percent:.1f}"
        yield [
            safe_cell(student),
            *[points[name] for name in lectures],
            f"{total.points:g}",
            f"{total.max_points:g}",
            percent,
            *([total.letter] if letters else []),
        ]


def results(papers: list[Paper]):
    """The rows of `results.csv`: a part of an exercise each, decisions and what late work lost as rows of their own."""
    yield ["student", "lecture", "exercise", "part", "points", "max_points", "status", "message"]
    for paper in papers:
        for entry in paper.entries:
            for part in entry.verdict.parts:
                yield _result_row(paper, entry, part)
            if entry.adjustment:
                yield _adjustment_row(paper, entry)
        if paper.lateness.why:
            taken = f"{-paper.lateness.deduction:g}" if paper.lateness.deduction else "0"
            yield [safe_cell(paper.student), paper.lecture, "", LATE, taken, "0", LATE, safe_cell(paper.lateness.why)]


def variants(fits: list[Fit]):
    """The rows of `variants.csv`: a student whose wrong answers fit somebody else's variant each."""
    yield ["student", "fits_variant_of", "wrong_answers", "right_there", "chance"]
    for fit in fits:
        yield [safe_cell(fit.student), safe_cell(fit.other), str(fit.wrong), str(fit.right_there), f"{fit.chance:.2g}"]


def _result_row(paper, entry: Entry, part: PartResult):
    # The verdict often begins with what it says of the part.
    sentences = [] if entry.verdict.message.startswith(part.message) else [part.message]
    message = " ".join(filter(None, (*sentences, entry.verdict.message))) if part.status != CORRECT else ""
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
