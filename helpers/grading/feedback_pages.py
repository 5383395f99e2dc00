"""A page for each student and lecture: what was right, what was wrong and why, and where to go on."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from helpers.exercises import exercises_of
from helpers.paths import SOLUTIONS
from helpers.templates import render

from .class_statistics import UNANSWERED
from .marking import GRADER_FAULT
from .papers import Paper


def write_feedback(papers: list[Paper], folder: Path) -> None:
    """Write `folder/<student>/<lecture>.html` anew for everybody."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    folders = folder_names(dict.fromkeys(paper.student for paper in papers))
    for paper in papers:
        page = feedback_page(paper)
        path = fresh / folders[paper.student] / f"{paper.lecture}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", errors="replace")
    shutil.rmtree(folder, ignore_errors=True)
    if fresh.exists():
        os.replace(fresh, folder)


def feedback_page(paper: Paper) -> str:
    """The page for one student and lecture. It holds nothing of other students, nor of the inputs drawn for grading."""
    exercises = {e.name: e for e in exercises_of(paper.lecture)}
    right = [entry for entry in paper.entries if entry.points >= entry.verdict.max_points]
    untried = [entry for entry in paper.entries if entry.verdict.status in UNANSWERED and entry not in right]
    wrong = [entry for entry in paper.entries if entry not in right and entry not in untried]
    sections: dict[str, list[str]] = {}
    for entry in paper.entries:
        if entry not in right and entry.verdict.status != GRADER_FAULT:
            sections.setdefault(exercises[entry.verdict.exercise].section, []).append(entry.verdict.exercise)
    return render(
        "feedback.html",
        paper=paper,
        title=_title(paper.lecture),
        exercises=exercises,
        right=right,
        wrong=wrong,
        untried=untried,
        sections=list(sections.items()),
    )


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


@cache
def _title(lecture: str) -> str:
    """The lecture's first heading, or its name if its source is not here."""
    try:
        heading = re.search(r"^# (.+)$", (SOLUTIONS / f"{lecture}.md").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return lecture
    return heading[1] if heading else lecture
