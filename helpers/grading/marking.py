"""Mark one submission: get the evidence for each exercise, judge it, give every part a status.

One process answers all exercises first, which is quick. What it shows to be entirely right is marked so, and so are
the letters of questions, which are read before any function is called. Whatever else came back might be the doing of
another exercise's answer in the same process, so each of those is asked again alone, and that decides.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from helpers.exercises import exercises_of
from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import (
    ERROR,
    NOT_ATTEMPTED,
    OUTPUT_LIMIT,
    WRONG,
    Examination,
    Verdict,
    judge,
    judge_if_right,
    judge_letter,
    nothing,
    plain_text,
)

from .notebook import Unreadable, code_cells
from .runner import Evidence, Limits, Request, Runner, RunnerFault
from .submissions import Submission

TIME_LIMIT, TAMPERING, UNREADABLE = "time limit", "tampering", "unreadable"
MISSING, GRADER_FAULT = "missing", "grader fault"


@dataclass(frozen=True)
class MarkedSubmission:
    """The verdicts on one submission. `digest` identifies the notebook's bytes; `note` is for its student."""

    student: str
    lecture: str
    path: str
    digest: str
    verdicts: tuple[Verdict, ...]
    note: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Task:
    """An exercise of a lecture, what is asked about it, and for a function how its answer is judged."""

    exercise: Exercise | Question
    request: Request
    examination: Examination | None = None

    @property
    def uses_keras(self) -> bool:
        return isinstance(self.exercise, Exercise) and self.exercise.uses_keras


def tasks_of(lecture: str, seed: int) -> list[Task]:
    """What every submission to a lecture has to do: the same inputs for the whole class."""
    return [_task(exercise, seed) for exercise in exercises_of(lecture)]


def _task(exercise: Exercise | Question, seed: int) -> Task:
    if isinstance(exercise, Question):
        return Task(exercise, Request(exercise.name))
    examination = Examination(exercise, seed)
    public = [trial.call for trial in examination.trials if trial.public]
    fresh = [trial.call for trial in examination.trials if not trial.public]
    return Task(exercise, Request(exercise.name, public, fresh), examination)


def mark(
    submission: Submission,
    tasks: Sequence[Task],
    free_runner: Callable[[bool], AbstractContextManager[Runner]],
    limits: Limits,
) -> MarkedSubmission:
    """Mark one submission. Whatever is in it, the result has a verdict for every exercise.

    `free_runner(keras)` lends a runner, with or without Keras, which is given back before the judging begins;
    `limits` are those of the runners without.
    """
    started = time.perf_counter()
    digest = content_digest(submission)
    try:
        if submission.problem:
            raise Unreadable(submission.problem)
        cells = code_cells(submission.content)
    except Unreadable as problem:
        return without_evidence(submission, digest, UNREADABLE, f"This notebook could not be marked: {problem}.")
    # The questions first: their letters are read before any function has been called.
    together = sorted((task for task in tasks if not task.uses_keras), key=lambda task: task.examination is not None)
    verdicts, cpu_seconds = {}, 0.0
    if len(together) > 1:
        found, cpu_seconds = _ask(together, cells, free_runner)
        for task, evidence in zip(together, found, strict=True):
            verdict = _verdict_beside_others(task, evidence)
            if verdict is not None:
                verdicts[task.exercise.name] = verdict
    for task in tasks:
        if task.exercise.name not in verdicts:
            (evidence,), more = _ask([task], cells, free_runner)
            cpu_seconds += more
            verdicts[task.exercise.name] = _judge_or_fault(task, evidence, limits)
    return MarkedSubmission(
        submission.student,
        submission.lecture,
        submission.path,
        digest,
        tuple(verdicts[task.exercise.name] for task in tasks),
        submission.note,
        time.perf_counter() - started,
        cpu_seconds,
    )


def without_evidence(submission: Submission, digest: str, status: str, message: str) -> MarkedSubmission:
    """A submission of which no exercise could be looked at."""
    verdicts = tuple(nothing(e, status, message) for e in exercises_of(submission.lecture))
    note = " ".join(filter(None, (submission.note, message)))
    return MarkedSubmission(submission.student, submission.lecture, submission.path, digest, verdicts, note)


def content_digest(submission: Submission) -> str:
    """Identifies what was handed in, including the reason why it could not be read."""
    return hashlib.sha256(submission.content + submission.problem.encode()).hexdigest()


def _ask(tasks: Sequence[Task], cells, free_runner) -> tuple[list[Evidence | Exception], float]:
    """What one process answers to these tasks, or why it could not be had; seconds of processor."""
    try:
        with free_runner(tasks[0].uses_keras) as runner:
            return runner.run(cells, [task.request for task in tasks])
    except Exception as fault:  # it must cost neither the student the points nor the class its marks
        return [fault] * len(tasks), 0.0


def _verdict_beside_others(task: Task, evidence: Evidence | Exception) -> Verdict | None:
    """The verdict that no other answer in the same process can have spoilt; None if there is none."""
    if isinstance(evidence, Exception) or evidence.ending != "finished" or evidence.problem is not None:
        return None
    try:
        if task.examination is None:
            return judge_letter(task.exercise, evidence.variable if evidence.attempted else None)
        return judge_if_right(task.examination, evidence.observations)
    except Exception:  # a fault of the judge: it is met again when this one exercise is judged alone, and said there
        return None


def _judge_or_fault(task: Task, evidence: Evidence | Exception, limits: Limits) -> Verdict:
    try:
        if isinstance(evidence, Exception):
            raise evidence
        return _judge(task, evidence, limits.for_keras() if task.uses_keras else limits)
    except Exception as fault:
        why = str(fault) if isinstance(fault, RunnerFault) else f"{type(fault).__name__} in the grader itself"
        return nothing(task.exercise, GRADER_FAULT, f"The grader failed here ({why}); grade again.")


def _judge(task: Task, evidence: Evidence, limits: Limits) -> Verdict:
    exercise = task.exercise
    if evidence.ending == TAMPERING:
        return nothing(exercise, TAMPERING, "What came back was not the answer to the calls that were made. No points.")
    if evidence.problem is not None:
        return _judge_problem(exercise, evidence.problem)
    if task.examination is None and evidence.ending == "finished":
        return judge_letter(exercise, evidence.variable if evidence.attempted else None)
    status, because = _ending(evidence.ending, limits)
    if task.examination is None:
        return nothing(exercise, status, because)
    return judge(task.examination, evidence.observations, status, because)


def _judge_problem(exercise, problem: str) -> Verdict:
    if problem == NOT_ATTEMPTED:
        return nothing(exercise, NOT_ATTEMPTED, "Not attempted.")
    if problem == "not callable":
        return nothing(exercise, WRONG, f"{exercise.name} should be a function.")
    if not problem:
        return nothing(exercise, MISSING, f"No cell of the notebook defines {exercise.name}.")
    return nothing(exercise, ERROR, plain_text(f"The cell that defines {exercise.name} does not run: {problem}."))


def _ending(ending: str, limits) -> tuple[str, str]:
    """The status and the sentence for calls that were not answered."""
    if ending == "time limit":
        bound = f"{limits.cpu_seconds} s of processor time ({limits.wall_seconds:g} s on the clock)"
        return TIME_LIMIT, f"It did not finish within {bound}. Does a loop never end?"
    if ending == "output limit":
        return OUTPUT_LIMIT, "It returned far more than was asked for."
    return ERROR, "The process ended while it was running: it asked to exit, or crashed outside Python."
