"""Exercises that a gradebook has marks of and that the course, which has been updated since, no longer has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.judging.judge import Verdict
from helpers.lectures import exercises_of


@dataclass(frozen=True)
class Dropped:
    """What the gradebook itself knows of such an exercise; its marks stand until the lecture is marked again."""

    name: str
    points: float
    section: str = "an exercise that the lecture no longer has"
    hints: tuple[str, ...] = ()


def exercises_by_name(lecture: str, verdicts: Iterable[Verdict]) -> dict:
    """The exercises of these verdicts by name, in the lecture's order; those that it has dropped come last."""
    verdicts = list(verdicts)
    found = {exercise.name: exercise for exercise in exercises_of(lecture)}
    for verdict in verdicts:
        found.setdefault(verdict.exercise, Dropped(verdict.exercise, verdict.max_points))
    return found
