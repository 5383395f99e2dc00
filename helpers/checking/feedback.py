"""Feedback as Jupyter shows it (HTML) and as plain text."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, UNDECIDED, PartResult, Verdict
from helpers.templates import render

MARKS = {CORRECT: "✓", NOT_ATTEMPTED: "○", UNDECIDED: "○"}  # every other status: ✗


def mark_of(part: PartResult) -> str:
    """The sign of a part; one that is not judged yet has neither passed nor failed."""
    return MARKS[NOT_ATTEMPTED] if part.waits else MARKS.get(part.status, "✗")


def why_right(verdict: Verdict, exercise: Exercise | Question) -> str:
    """The sentence behind the right letter of a question."""
    return exercise.why_right if verdict.status == CORRECT and isinstance(exercise, Question) else ""


@dataclass(frozen=True)
class Feedback:
    """What `check` shows."""

    verdict: Verdict
    exercise: Exercise | Question
    note: str = ""
    warning: str = ""  # what the reader has to know before the judgement

    @property
    def points(self) -> float:
        return self.verdict.points

    @property
    def correct(self) -> bool:
        return self.verdict.status == CORRECT

    @property
    def has_solution(self) -> bool:
        """Whether `solution` has something to show now; a hand-out holds none."""
        return self.correct and isinstance(self.exercise, Exercise) and self.exercise.new_inputs is None

    def _repr_html_(self) -> str:
        why = why_right(self.verdict, self.exercise)
        return render(
            "check.html",
            verdict=self.verdict,
            exercise=self.exercise,
            why=why,
            has_solution=self.has_solution,
            note=self.note,
            warning=self.warning,
        )

    def __repr__(self) -> str:
        verdict = self.verdict
        mark = MARKS.get(verdict.status, "✗")
        lines = [self.warning] if self.warning else []
        lines += [f"{mark} {verdict.exercise}: {verdict.word}, {verdict.earned}"]
        if verdict.status not in (CORRECT, NOT_ATTEMPTED) and len(verdict.parts) > 1 and not verdict.is_open:
            lines += [
                f"  {mark_of(part)} {part.part} {part.points:g}/{part.max_points:g}"
                + (f" (not judged yet: {part.message[0].lower()}{part.message[1:-1]})" if part.waits else "")
                for part in verdict.parts
            ]
        if verdict.message:
            lines.append(f"  {verdict.message}")
        if why_right(verdict, self.exercise):
            lines.append(f"  {self.exercise.why_right}")
        if verdict.example:
            lines += [f"  {line}" for line in verdict.example.call.splitlines()]
            lines += [f"    expected {verdict.example.expected}", f"    got      {verdict.example.got}"]
        if self.has_solution:
            lines.append(f'  For the course\'s answer and two others: solution("{verdict.exercise}")')
        elif not self.correct and self.exercise.hints:
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
