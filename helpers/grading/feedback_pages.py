"""A page for each student and lecture: what was right, what was wrong and why, and where to go on."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from helpers.lectures import lecture_named
from helpers.templates import render

from . import beneath
from .class_statistics import UNANSWERED
from .dropped import Dropped, exercises_by_name
from .free_answers import WAITING
from .marking import GRADER_FAULT
from .papers import Paper
from .requests import LookAgain

_HASH_DIGITS = 16  # so many that nobody finds a name with another's hash
_CHANGED = re.compile(rf"-[0-9a-f]{{{_HASH_DIGITS}}}$", re.IGNORECASE)


def write_feedback(papers: list[Paper], folder: Path, requests: Iterable[LookAgain] = ()) -> None:
    """Write `folder/<student>/<lecture>.html` anew for everybody."""
    fresh = folder.with_name(folder.name + ".new")
    beneath.remove(fresh)
    if papers:
        _write_pages(papers, fresh, list(requests))
    beneath.remove(folder)
    if papers:
        os.replace(fresh, folder)


def _write_pages(papers: list[Paper], folder: Path, requests: list[LookAgain]) -> None:
    folders = folder_names(dict.fromkeys(paper.student for paper in papers))
    folder.mkdir()
    with beneath.opened_folder(folder.parent, [folder.name]) as top:
        for name in folders.values():
            os.mkdir(name, dir_fd=top)
    for paper in papers:
        with beneath.opened_folder(folder.parent, [folder.name, folders[paper.student]]) as own:
            beneath.write_new(own, f"{paper.lecture}.html", feedback_page(paper, requests))


def feedback_page(paper: Paper, requests: Iterable[LookAgain] = ()) -> str:
    """The page for one student and lecture. It holds nothing of other students, nor of the inputs drawn for grading."""
    exercises = exercises_by_name(paper.lecture, (entry.verdict for entry in paper.entries))
    right = [entry for entry in paper.entries if entry.points >= entry.verdict.max_points]
    untried = [entry for entry in paper.entries if entry.verdict.status in UNANSWERED and entry not in right]
    unread = [entry for entry in paper.entries if entry.verdict.status == WAITING and not entry.adjustment]
    wrong = [entry for entry in paper.entries if entry not in right and entry not in untried and entry not in unread]
    sections: dict[str, list[str]] = {}
    for entry in paper.entries:
        dropped = isinstance(exercises[entry.verdict.exercise], Dropped)
        if entry not in right and entry not in unread and entry.verdict.status != GRADER_FAULT and not dropped:
            sections.setdefault(exercises[entry.verdict.exercise].section, []).append(entry.verdict.exercise)
    return render(
        "feedback.html",
        paper=paper,
        title=_title(paper.lecture),
        exercises=exercises,
        right=right,
        wrong=wrong,
        untried=untried,
        unread=unread,
        sections=list(sections.items()),
        total=paper.total if paper.total and (len(paper.total.lines) > 1 or paper.total.why) else None,
        requests=[r for r in requests if (r.student, r.lecture) == (paper.student, paper.lecture)],
    )


def folder_names(students: Iterable[str]) -> dict[str, str]:
    """A folder name for each student: readable, and different also where upper and lower case are the same.

    A name that no folder can have, that another one looks like, or that looks like a changed one, gets a hash.
    """
    names: dict[str, str] = {}
    taken = set()
    for student in students:
        name = re.sub(r"[^\w .-]", "_", student).strip(" .")[:60]
        if name != student or not name or _as_compared(name) in taken or _CHANGED.search(name):
            name = f"{name}-{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:_HASH_DIGITS]}"
        taken.add(_as_compared(name))
        names[student] = name
    return names


def _as_compared(name: str) -> str:
    """What two names have in common that some file systems take for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


@cache
def _title(lecture: str) -> str:
    """The lecture's first heading, or its name if its source is not here."""
    try:
        heading = re.search(r"^# (.+)$", lecture_named(lecture).source.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return lecture
    return heading[1] if heading else lecture
