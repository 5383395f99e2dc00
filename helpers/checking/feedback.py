"""Feedback as Jupyter shows it (HTML) and as plain text."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, Verdict
from helpers.templates import render

MARKS = {CORRECT: "✓", NOT_ATTEMPTED: "○"}  # every other status: ✗


@dataclass(frozen=True)
class Feedback:
    """What `check` shows."""

    verdict: Verdict
    exercise: Exercise | Question
    note: str = ""

    @property
    def points(self) -> float:
        return self.verdict.points

    @property
    def correct(self) -> bool:
        return self.verdict.status == CORRECT

    def _repr_html_(self) -> str:
        return render("check.html", verdict=self.verdict, exercise=self.exercise, note=self.note)

    def __repr__(self) -> str:
        verdict = self.verdict
        mark = MARKS.get(verdict.status, "✗")
        lines = [f"{mark} {verdict.exercise}: {verdict.status}, {verdict.points:g} of {verdict.max_points:g} points"]
        if verdict.status not in (CORRECT, NOT_ATTEMPTED):
            lines += [
                f"  {MARKS.get(part.status, '✗')} {part.part} {part.points:g}/{part.max_points:g}"
                for part in verdict.parts
            ]
        if verdict.message:
            lines.append(f"  {verdict.message}")
        if verdict.example:
            lines += [
                f"  {verdict.example.call}",
                f"    expected {verdict.example.expected}",
                f"    got      {verdict.example.got}",
            ]
        if verdict.status != CORRECT and self.exercise.hints:
            lines.append(f'  For a hint: hint("{verdict.exercise}")')
        return "\n".join([*lines, *([self.note] if self.note else [])])


@dataclass(frozen=True)
class HintFeedback:
    """The first `shown` hints of an exercise."""

    exercise: Exercise | Question
    shown: int

    def _repr_html_(self) -> str:
        return render("hint.html", exercise=self.exercise, shown=self.shown)

    def __repr__(self) -> str:
        hints = self.exercise.hints
        lines = [f"Hint {i} of {len(hints)}: {text}" for i, text in enumerate(hints[: self.shown], 1)]
        if self.shown == len(hints):
            lines.append(f"That was the last one. The idea stands in “{self.exercise.section}”.")
        return "\n".join(lines)


@dataclass(frozen=True)
class Note:
    """A sentence to the learner where there is nothing to judge."""

    text: str

    def _repr_html_(self) -> str:
        return render("note.html", text=self.text)

    def __repr__(self) -> str:
        return self.text
