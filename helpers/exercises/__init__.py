"""The exercises of the course, by lecture and by name.

Each lecture's exercises stand in a package named as the lecture without its number, one file each. It is imported
when it is asked for: the oracles need SciPy, and `import helpers` should not wait for it.
"""

from __future__ import annotations

import difflib
import importlib
from functools import cache

from helpers.judging.exercise import Exercise, Question

LECTURES = (
    "00_start_here",
    "02_data_leakage",
    "03_preprocessing",
    "04_activations",
    "06_initialization",
    "07_batch_normalization",
    "10_babysitting",
    "11_hyperparameter_search",
)


@cache
def exercises_of(lecture: str) -> tuple[Exercise | Question, ...]:
    """The exercises and questions of one lecture, in its order; none for a lecture that has none."""
    if lecture not in LECTURES:
        return ()
    module = importlib.import_module(f"{__name__}.{lecture.partition('_')[2]}")
    return module.EXERCISES


def functions_of(lecture: str) -> tuple[Exercise, ...]:
    """The exercises of one lecture whose answers are functions."""
    return tuple(exercise for exercise in exercises_of(lecture) if isinstance(exercise, Exercise))


def exercise_named(name: str) -> Exercise | Question:
    """The exercise or question with this name. Raises `LookupError`, which names those spelled alike."""
    exercises = _by_name()
    if name in exercises:
        return exercises[name]
    alike = difflib.get_close_matches(str(name), exercises, n=3, cutoff=0.5)
    advice = f" Did you mean {' or '.join(alike)}?" if alike else f" There are {', '.join(exercises)}."
    raise LookupError(f"There is no exercise named {name!r}.{advice}")


@cache
def _by_name() -> dict[str, Exercise | Question]:
    exercises: dict[str, Exercise | Question] = {}
    for lecture in LECTURES:
        for exercise in exercises_of(lecture):
            if exercise.name in exercises:
                other = exercises[exercise.name].lecture
                raise ValueError(f"two exercises are named {exercise.name}: one in {other}, one in {lecture}")
            if exercise.lecture != lecture:
                raise ValueError(f"{exercise.name} stands in the module of {lecture} and says {exercise.lecture}")
            exercises[exercise.name] = exercise
    return exercises
