"""Mark one submission: get the evidence for each exercise, judge it, give every part a status."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from helpers.exercises import exercises_of, functions_of
from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import (
    ERROR,
    NOT_ATTEMPTED,
    OUTPUT_LIMIT,
    WRONG,
    Examination,
    Verdict,
    judge,
    judge_letter,
    nothing,
    plain_text,
)

from .notebook import Unreadable, code_cells
from .runner import Evidence, IsolationUnavailable, Limits, Runner, RunnerFault
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


def examinations(lecture: str, seed: int) -> dict[str, Examination]:
    """The examinations of a lecture's functions, by exercise: the same inputs for the whole class."""
    return {exercise.name: Examination(exercise, seed) for exercise in functions_of(lecture)}


def mark(
    submission: Submission,
    lecture_examinations: dict[str, Examination],
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
    exercises = exercises_of(submission.lecture)
    evidence = _gather(exercises, cells, lecture_examinations, free_runner)
    return MarkedSubmission(
        submission.student,
        submission.lecture,
        submission.path,
        digest,
        tuple(_judge_or_fault(e, lecture_examinations.get(e.name), evidence[e.name], limits) for e in exercises),
        submission.note,
        time.perf_counter() - started,
        sum(e.cpu_seconds for e in evidence.values() if isinstance(e, Evidence)),
    )


def without_evidence(submission: Submission, digest: str, status: str, message: str) -> MarkedSubmission:
    """A submission of which no exercise could be looked at."""
    verdicts = tuple(nothing(e, status, message) for e in exercises_of(submission.lecture))
    note = " ".join(filter(None, (submission.note, message)))
    return MarkedSubmission(submission.student, submission.lecture, submission.path, digest, verdicts, note)


def content_digest(submission: Submission) -> str:
    """Identifies what was handed in, including the reason why it could not be read."""
    return hashlib.sha256(submission.content + submission.problem.encode()).hexdigest()


def _gather(exercises, cells, lecture_examinations, free_runner) -> dict[str, Evidence | Exception]:
    """The evidence for each exercise, or why it could not be had."""
    functions = [exercise for exercise in exercises if isinstance(exercise, Exercise)]
    questions = [exercise.name for exercise in exercises if isinstance(exercise, Question)]
    found: dict[str, Evidence | Exception] = {}
    with free_runner(False) as runner:
        for exercise in functions:
            if not exercise.uses_keras:
                found[exercise.name] = _run(runner, cells, exercise.name, lecture_examinations[exercise.name])
        try:
            found |= runner.look_up(cells, questions) if questions else {}
        except Exception as fault:
            found |= dict.fromkeys(questions, fault)
    for exercise in functions:
        if exercise.uses_keras:
            try:
                with free_runner(True) as runner:
                    found[exercise.name] = _run(runner, cells, exercise.name, lecture_examinations[exercise.name])
            except IsolationUnavailable as problem:
                found[exercise.name] = problem
    return found


def _run(runner: Runner, cells, name: str, examination: Examination) -> Evidence | Exception:
    public = [trial.call for trial in examination.trials if trial.public]
    fresh = [trial.call for trial in examination.trials if not trial.public]
    try:
        return runner.run(cells, name, public, fresh)
    except Exception as fault:
        return fault


def _judge_or_fault(exercise, examination, evidence: Evidence | Exception, limits) -> Verdict:
    # Whatever goes wrong, it must cost neither the student the points nor the class its marks.
    if isinstance(exercise, Exercise) and exercise.uses_keras:
        limits = limits.for_keras()
    try:
        if isinstance(evidence, Exception):
            raise evidence
        return _judge(exercise, examination, evidence, limits)
    except Exception as fault:
        why = str(fault) if isinstance(fault, RunnerFault) else f"{type(fault).__name__} in the grader itself"
        return nothing(exercise, GRADER_FAULT, f"The grader failed here ({why}); grade again.")


def _judge(exercise, examination, evidence: Evidence, limits) -> Verdict:
    if evidence.ending == TAMPERING:
        return nothing(exercise, TAMPERING, "What came back was not the answer to the calls that were made. No points.")
    if evidence.problem is not None:
        return _judge_problem(exercise, evidence.problem)
    if isinstance(exercise, Question) and evidence.ending == "finished":
        return judge_letter(exercise, evidence.variable if evidence.attempted else None)
    status, because = _ending(evidence.ending, limits)
    if isinstance(exercise, Question):
        return nothing(exercise, status, because)
    return judge(examination, evidence.observations, status, because)


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
