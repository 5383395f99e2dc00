"""Remember what a learner's checks earned, and draw it.

One line of JSON for each check, appended to `progress.jsonl` beside the notebooks: appending never loses what
another notebook writes at the same time. `COURSE_PROGRESS` names another file, or is `off`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from helpers.judging.exercise import Exercise, Free, Question
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, Verdict
from helpers.lectures import exercises_of, lecture_names
from helpers.paths import ROOT
from helpers.templates import render

_solved: set[str] = set()  # in this session, whether or not it could be saved


def record(exercise: Exercise | Question, verdict: Verdict) -> str:
    """Append one check; return a sentence for the learner if it could not be saved, else ""."""
    path = _path()
    if verdict.status == CORRECT:
        _solved.add(exercise.name)
    if path is None or verdict.status == NOT_ATTEMPTED:
        return ""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "lecture": exercise.lecture,
        "exercise": exercise.name,
        "status": verdict.status,
        "points": verdict.points,
    }
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        return f"Your progress could not be saved ({error.strerror}); the check itself is not affected."
    return ""


def best_points() -> dict[str, float]:
    """The most points that any check of each exercise has earned so far."""
    path, best = _path(), {}
    if path is None or not path.exists():
        return best
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
            best[line["exercise"]] = max(best.get(line["exercise"], 0.0), float(line["points"]))
        except (ValueError, KeyError, TypeError):
            continue  # a line cut short by a full disk or a crash is no reason to hide the others
    return best


def is_solved(exercise: Exercise | Question) -> bool:
    """Whether some check of this exercise has shown all points, in this session or an earlier one."""
    try:
        return exercise.name in _solved or best_points().get(exercise.name, 0.0) >= exercise.points
    except OSError:  # a file that cannot be read remembers nothing
        return False


@dataclass(frozen=True)
class Progress:
    """Points by exercise, as a picture made of text: one bar for each exercise."""

    lectures: dict[str, list[tuple[str, float, float]]]  # lecture -> (exercise, best points, points)

    def _repr_html_(self) -> str:
        return render("progress.html", lectures=self.lectures)

    def __repr__(self) -> str:
        lines = []
        for lecture, rows in self.lectures.items():
            lines.append(f"{lecture}: {sum(r[1] for r in rows):g} of {sum(r[2] for r in rows):g} points")
            lines += [f"  {'█' * round(10 * got / most):░<10} {name} {got:g}/{most:g}" for name, got, most in rows]
        return "\n".join(lines)


def progress() -> Progress:
    """Show what your checks have earned so far, exercise by exercise."""
    best = best_points()
    return Progress(
        {
            lecture: [
                (e.name, best.get(e.name, 0.0), e.points) for e in exercises_of(lecture) if not isinstance(e, Free)
            ]
            for lecture in lecture_names()
        }
    )


def _path() -> Path | None:
    chosen = os.environ.get("COURSE_PROGRESS", str(ROOT / "progress.jsonl"))
    return None if chosen == "off" else Path(chosen)
