"""Marks as Gradescope takes them: a `results.json` for each student and lecture.

Format: "Autograder Specifications" of gradescope-autograders.readthedocs.io. A test is one exercise, in the order of
the lecture. Every text is declared to be plain ("text"), so nothing that a student wrote becomes markup.
"""

from __future__ import annotations

import json
from pathlib import Path

from helpers.checking.feedback import Feedback

from ..dropped import exercises_by_name
from ..feedback_pages import folder_names
from ..gradebook import Gradebook
from ..papers import Entry, Paper, class_papers
from .tables import Exported, ExportError


def write(book: Gradebook, folder: Path, only: str | None = None) -> Exported:
    """Write `<folder>/<lecture>/<student>/results.json` for the class. Raises `ExportError` if there is nothing."""
    papers = [paper for paper in class_papers(book) if only in (None, paper.lecture)]
    if not papers:
        raise ExportError(f"the gradebook has no marks{f' of {only}' if only else ''}")
    folders = folder_names(dict.fromkeys(paper.student for paper in papers))
    isolation = book.settings()["isolation"]
    for paper in papers:
        path = folder / paper.lecture / folders[paper.student] / "results.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results(paper, isolation), ensure_ascii=False, indent=1), "utf-8", "replace")
    return Exported((folder,))


def results(paper: Paper, isolation: str) -> dict:
    """One paper as the object that `results.json` holds. `isolation` is the sentence that every output carries."""
    excuse = "This lecture is excused and does not count." if paper.excused else ""
    exercises = exercises_by_name(paper.lecture, (entry.verdict for entry in paper.entries))
    return {
        "score": paper.points,
        "output": "\n".join(filter(None, (paper.note, paper.lateness.why, excuse, f"Isolation: {isolation}."))),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            _test(number, entry, exercises[entry.verdict.exercise]) for number, entry in enumerate(paper.entries, 1)
        ],
    }


def _test(number: int, entry: Entry, exercise) -> dict:
    lines = [repr(Feedback(entry.verdict, exercise))]
    if entry.adjustment:
        decision = entry.adjustment
        lines.append(f"Changed by {decision.author} to {decision.points:g} points: {decision.why} ({decision.time})")
    return {
        "score": entry.points,
        "max_score": entry.verdict.max_points,
        "status": "passed" if entry.points >= entry.verdict.max_points else "failed",
        "name": entry.verdict.exercise,
        "number": str(number),
        "output": "\n".join(lines),
        "tags": [entry.verdict.status],
        "visibility": "visible",
    }
