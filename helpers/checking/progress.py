"""Remember what a learner's checks earned, and draw it.

One line of JSON for each check, appended to `progress.jsonl` beside the notebooks (in a checkout of the course, in its
own folder): appending never loses what another notebook writes at the same time. `COURSE_PROGRESS` names another file,
or is `off`. A line holds no code; a digest of the answer tells later whether the saved notebook holds it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from helpers.judging.exercise import Exercise, Free, Question
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, Verdict
from helpers.lectures import all_exercises, lecture_names
from helpers.paths import INSTALLED, ROOT
from helpers.templates import render

from .saved import digest_of_answer

FILE = "progress.jsonl"
_solved: set[str] = set()  # in this session, whether or not it could be saved


def record(exercise: Exercise | Question, verdict: Verdict, answer: object = ...) -> str:
    """Append one check; return a sentence for the learner if it could not be saved, else ""."""
    if verdict.status == CORRECT:
        _solved.add(exercise.name)
    if verdict.status == NOT_ATTEMPTED:
        return ""
    line = {"lecture": exercise.lecture, "exercise": exercise.name}
    line |= {"status": verdict.status, "points": verdict.points}
    return append(line | {"answer": digest_of_answer(exercise.name, answer)})


def append(line: dict) -> str:
    """Append one line, with the time; return a sentence for the learner if it could not be saved, else ""."""
    path = _path()
    if path is None:
        return ""
    line = {"time": datetime.now(UTC).isoformat(timespec="seconds")} | line
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        return f"Your progress could not be saved ({error.strerror}); nothing else is affected."
    return ""


@dataclass(frozen=True)
class Check:
    """One check of the past; `answer` is a digest of what was checked, or "" if that is not known."""

    exercise: str
    points: float
    answer: str


def lines(path: Path | None = None) -> Iterator[dict]:
    """What has been recorded (by this learner, unless another file is named), oldest first."""
    path = path or _path()
    if path is not None and path.exists():
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except (ValueError, RecursionError):
                continue  # cut short by a full disk or a crash: no reason to hide the others
            if isinstance(line, dict):
                yield line


def checks(path: Path | None = None) -> list[Check]:
    """All checks that have been recorded (by this learner, unless another file is named), oldest first."""
    found = []
    for line in lines(path):
        try:
            found.append(Check(str(line["exercise"]), float(line["points"]), str(line.get("answer", ""))))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def best_points() -> dict[str, float]:
    """The most points that any check of each exercise has earned so far."""
    best: dict[str, float] = {}
    for check in checks():
        best[check.exercise] = max(best.get(check.exercise, 0.0), check.points)
    return best


def is_solved(exercise: Exercise | Question) -> bool:
    """Whether some check of this exercise has shown all points, in this session or an earlier one."""
    try:
        return exercise.name in _solved or best_points().get(exercise.name, 0.0) >= exercise.points
    except OSError:  # a file that cannot be read remembers nothing
        return False


@dataclass(frozen=True)
class Progress:
    """Points by exercise, as a picture made of text: one bar for each exercise; and a row of signs for the guesses."""

    lectures: dict[str, list[tuple[str, float, float]]]  # lecture -> (exercise, best points, points)
    guesses: dict[str, str]  # lecture -> a sign for each guess: ● right, ◐ almost, ○ neither

    def _repr_html_(self) -> str:
        return render("progress.html", lectures=self.lectures, guesses=self.guesses)

    def __repr__(self) -> str:
        lines = []
        for lecture, rows in self.lectures.items():
            lines.append(f"{lecture}: {sum(r[1] for r in rows):g} of {sum(r[2] for r in rows):g} points")
            if signs := self.guesses.get(lecture):
                lines.append(f"  guesses: {signs}")
            lines += [f"  {'█' * round(10 * got / most):░<10} {name} {got:g}/{most:g}" for name, got, most in rows]
        return "\n".join(lines)


def progress() -> Progress:
    """Show what your checks have earned so far, exercise by exercise, and how good your guesses were."""
    from .guesses import SIGNS, guesses_by_lecture  # which needs this module

    best = best_points()
    lectures: dict[str, list] = {lecture: [] for lecture in lecture_names()}
    for exercise in all_exercises():
        if not isinstance(exercise, Free):
            lectures[exercise.lecture].append((exercise.name, best.get(exercise.name, 0.0), exercise.points))
    guesses = {lecture: "".join(SIGNS[good] for good in found) for lecture, found in guesses_by_lecture().items()}
    return Progress(lectures, guesses)


def _path() -> Path | None:
    chosen = os.environ.get("COURSE_PROGRESS")
    if chosen == "off":
        return None
    here = Path.cwd()  # a kernel starts in the folder of its notebook
    in_checkout = not INSTALLED and here.resolve().is_relative_to(ROOT)
    return Path(chosen) if chosen else (ROOT if in_checkout else here) / FILE
