"""Mark one submission: get the evidence for each exercise, judge it, give every part a status.

First a survey: one process tells what the notebook's text shows and, if it is plain, answers all exercises on the
inputs of `check`. There no answer can change another, so what it says stands. Every other exercise is asked alone, on
those inputs, by one way after the other until one shows it to be right; the best counts (`helpers.sandbox.cells` says
what the ways are). Only then do processes get fresh inputs, and nothing that they say is shown: no text that a student
reads comes from a process that could know them. A plain notebook needs one process, which gets the fresh inputs last.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from helpers.judging.choices import variants_of
from helpers.judging.exercise import Exercise, Free, Question
from helpers.judging.judge import (
    CORRECT,
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
from helpers.lectures import exercises_of
from helpers.sandbox import END, SHORT
from helpers.sandbox.walls import SCRATCH_FILES, SCRATCH_MB
from helpers.variants.letters import in_the_course, order

from .free_answers import free_verdict
from .keys import Variant
from .notebook import Unreadable, code_cells
from .runner import Evidence, Limits, Plan, Request, Runner, RunnerFault, Survey, Way
from .submissions import UNKNOWN_ARRIVAL, Arrival, Submission

TIME_LIMIT, TAMPERING, UNREADABLE = "time limit", "tampering", "unreadable"
FIRST: Way = (SHORT, END)
MISSING, GRADER_FAULT = "missing", "grader fault"
MOST_REMEMBERED = 500  # verdicts on an exercise; what is common in a class comes early
TOO_LONG = "All of your own cells above the check did not run within {} s of processor time, so they were left out."
NO_VARIANT = "This is not marked yet, because it is not known which variant of it you have."
UNKNOWN_VARIANT = "This is not marked yet, because the course no longer knows the variant of it that you have."


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
    arrival: Arrival = UNKNOWN_ARRIVAL


@dataclass(frozen=True)
class Task:
    """An exercise of a lecture, what is asked about it, and for a function how its answer is judged.

    `order` is the one in which a person reads the letters of a question, if it is not the course's. `choices` are the
    tasks that are given in place of this one to people who are asked for something else, by the choice's name.
    `verdicts` are those on the answers of the class so far: many do the same, and what did the same to the bit is
    judged once.
    """

    exercise: Exercise | Question
    request: Request
    examination: Examination | None = None
    order: str = ""
    choices: Mapping[str, Task] = field(default_factory=dict)
    verdicts: dict[tuple, Verdict] = field(default_factory=dict, compare=False, repr=False)

    @property
    def uses_keras(self) -> bool:
        return isinstance(self.exercise, Exercise) and self.exercise.uses_keras


def tasks_of(lecture: str, seed: int, varied: Collection[str] = ()) -> list[Task]:
    """What every submission to a lecture has to do: the same inputs for the whole class.

    The exercises in `varied` do not ask everybody the same.
    """
    exercises = [exercise for exercise in exercises_of(lecture) if not isinstance(exercise, Free)]
    return [_with_choices(_task(one, seed), seed) if one.name in varied else _task(one, seed) for one in exercises]


def _with_choices(task: Task, seed: int) -> Task:
    return replace(task, choices={name: _task(one, seed) for name, one in variants_of(task.exercise).items()})


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
    interview = _Interview(cells, free_runner, limits)
    tasks, given = _of_variant(tasks, submission.variant)
    given |= {verdict.exercise: verdict for verdict in interview.verdicts(tasks)}
    verdicts = [given.get(e.name) or free_verdict(e, submission.content) for e in exercises_of(submission.lecture)]
    return MarkedSubmission(
        submission.student,
        submission.lecture,
        submission.path,
        digest,
        tuple(verdicts),
        submission.note,
        time.perf_counter() - started,
        interview.cpu_seconds,
        submission.arrival,
    )


def without_evidence(submission: Submission, digest: str, status: str, message: str) -> MarkedSubmission:
    """A submission of which no exercise could be looked at."""
    verdicts = tuple(nothing(e, status, message) for e in exercises_of(submission.lecture))
    note = " ".join(filter(None, (submission.note, message)))
    return MarkedSubmission(
        submission.student,
        submission.lecture,
        submission.path,
        digest,
        verdicts,
        note,
        arrival=submission.arrival,
    )


def content_digest(submission: Submission) -> str:
    """Identifies what was handed in, the reason why it could not be read, and the variant that it is marked by."""
    variant = submission.variant
    marked_by = f"{variant.seed}\0{variant.problem}" if variant else ""
    marked_by += "".join(f"\0{name}\0{choice}" for name, choice in sorted(variant.choices.items())) if variant else ""
    return hashlib.sha256(submission.content + submission.problem.encode() + marked_by.encode()).hexdigest()


def _of_variant(tasks: Sequence[Task], variant: Variant | None) -> tuple[list[Task], dict[str, Verdict]]:
    """The tasks as somebody with this variant has them, and verdicts on those that cannot be marked, by name."""
    if variant is None:
        return list(tasks), {}
    own, unknown = [], {}
    for task in tasks:
        exercise, choice = task.exercise, variant.choices.get(task.exercise.name)
        is_question = isinstance(exercise, Question)
        if variant.problem and (is_question or choice is not None):
            unknown[exercise.name] = nothing(exercise, GRADER_FAULT, NO_VARIANT)
        elif is_question:
            own.append(replace(task, order=order(exercise, variant.seed)))
        elif choice is None:
            own.append(task)
        elif choice in task.choices:
            own.append(task.choices[choice])
        else:
            unknown[exercise.name] = nothing(exercise, GRADER_FAULT, UNKNOWN_VARIANT)
    return own, unknown


@dataclass
class _Answer:
    """What one way to an exercise's answer brought on the inputs of `check`, or the fault that kept it from it."""

    task: Task
    way: Way
    evidence: Evidence | Exception
    verdict: Verdict

    @property
    def is_right(self) -> bool:
        return self.verdict.status == CORRECT

    @property
    def goes_on(self) -> bool:
        """Whether it has to be seen on fresh inputs as well."""
        return self.task.examination is not None and self.verdict.points > 0 and self.task.request.counts[1] > 0

    @property
    def rank(self) -> tuple:
        """The best answer has the most points; of two with as many, that which was reached tells more."""
        reached = isinstance(self.evidence, Evidence) and self.evidence.ending == "finished"
        called = reached and self.evidence.problem is None
        return self.verdict.points, called, reached and self.verdict.status == NOT_ATTEMPTED


class _Interview:
    """Ask the processes of one submission, in an order that keeps fresh inputs from whatever is shown."""

    def __init__(self, cells: list[str], free_runner, limits: Limits):
        self._cells, self._free_runner, self._limits = cells, free_runner, limits
        self.cpu_seconds = 0.0

    def verdicts(self, tasks: Sequence[Task]) -> list[Verdict]:
        """A verdict for each task, whatever happens."""
        together = [task for task in tasks if task.examination is not None and not task.uses_keras]
        survey, settled = self._survey(tasks, together)
        answers = [
            settled.get(task.exercise.name) or self._best_answer(task, survey.plan.ways_to(task.exercise.name))
            for task in tasks
        ]
        first = dict(zip((task.exercise.name for task in together), survey.evidence, strict=True))
        later = self._fresh_evidence(survey, first, answers)
        return [self._final(answer, later.get(answer.task.exercise.name)) for answer in answers]

    def _survey(self, tasks: Sequence[Task], together: Sequence[Task]) -> tuple[Survey, dict[str, _Answer]]:
        """What the survey says, and the answers, by exercise, that need no other process."""
        requests, settled = [task.request for task in together], {}

        def settle(survey: Survey) -> list[str]:
            """Ask on where some part is right so far, if no other process has to be asked first."""
            found = dict(zip((task.exercise.name for task in together), survey.evidence, strict=True))
            for task in tasks:
                answer = self._settled(task, survey.plan, found.get(task.exercise.name))
                if answer is not None:
                    settled[task.exercise.name] = answer
            return [name for name, one in settled.items() if one.goes_on] if len(settled) == len(tasks) else []

        try:
            with self._free_runner(False) as runner:
                survey = runner.survey(self._cells, [task.exercise.name for task in tasks], requests, settle)
        except Exception as fault:  # each exercise is asked alone then
            return Survey(Plan(), [fault] * len(requests)), {}
        self.cpu_seconds += survey.cpu_seconds
        return survey, settled

    def _settled(self, task: Task, plan: Plan, evidence: Evidence | None) -> _Answer | None:
        """The answer to a task, if the survey is all that has to be known of it."""
        name = task.exercise.name
        ways = plan.ways_to(name)
        if not ways:
            problem = NOT_ATTEMPTED if name in plan.stubs else ""
            return self._answer(task, FIRST, Evidence("finished", problem=problem))
        if task.examination is None and name in plan.letters:
            attempted, letter = plan.letters[name]
            answer = self._answer(task, ways[0], Evidence("finished", variable=letter, attempted=attempted))
        elif plan.plain and evidence is not None and evidence.ending == "finished":
            answer = self._answer(task, ways[0], evidence)
        else:
            return None
        return answer if answer.is_right or (plan.plain and len(ways) == 1) else None

    def _best_answer(self, task: Task, ways: Sequence[Way]) -> _Answer:
        """What the best of the ways to a task brings; the first that is right ends the search."""
        found = []
        for way in ways:
            found.append(self._ask(task, task.request, way))
            if found[-1].is_right:
                break
        best = max(found, key=lambda answer: answer.rank)
        ran_out = any(isinstance(one.evidence, Evidence) and one.evidence.ending == "time limit" for one in found)
        if ran_out and not best.is_right and best.verdict.status != TIME_LIMIT:
            message = f"{best.verdict.message} {TOO_LONG.format(self._limits.cpu_seconds)}".strip()
            best = replace(best, verdict=replace(best.verdict, message=message))
        return best

    def _fresh_evidence(self, survey: Survey, first: dict, answers: Sequence[_Answer]) -> dict[str, Evidence]:
        """What the answers do on fresh inputs, by exercise, for those of which some part is right so far."""
        open_ones = {answer.task.exercise.name: answer for answer in answers if answer.goes_on}
        found = {}
        for name, answer in open_ones.items():
            evidence, public = first.get(name), answer.task.request.counts[0]
            if isinstance(evidence, Evidence) and len(evidence.observations) > public:  # the survey went on
                found[name] = Evidence(evidence.ending, evidence.observations[public:])
        plan, left = survey.plan, [answer for name, answer in open_ones.items() if name not in found]
        together = [
            answer
            for answer in left
            if plan.plain and not answer.task.uses_keras and answer.way == plan.ways_to(answer.task.exercise.name)[0]
        ]
        if len(together) > 1:
            for answer, evidence in zip(together, self._together(together), strict=True):
                if evidence.ending == "finished":
                    found[answer.task.exercise.name] = evidence
        for answer in left:
            if answer.task.exercise.name not in found:
                evidence = self._ask(answer.task, answer.task.request.later, answer.way).evidence
                found[answer.task.exercise.name] = evidence
        return found

    def _together(self, answers: Sequence[_Answer]) -> list[Evidence]:
        """What one process answers to the further calls of these."""
        requests = [answer.task.request.later for answer in answers]
        try:
            with self._free_runner(False) as runner:
                survey = runner.survey(self._cells, [request.name for request in requests], requests)
        except Exception:  # each is asked alone then
            return [Evidence("crashed") for _ in requests]
        self.cpu_seconds += survey.cpu_seconds
        return survey.evidence

    def _ask(self, task: Task, request: Request, way: Way) -> _Answer:
        try:
            with self._free_runner(task.uses_keras) as runner:
                evidence, seconds = runner.ask(self._cells, request, way)
            self.cpu_seconds += seconds
        except Exception as fault:  # it must cost neither the student the points nor the class its marks
            evidence = fault
        return self._answer(task, way, evidence)

    def _answer(self, task: Task, way: Way, evidence: Evidence | Exception) -> _Answer:
        examination = task.examination and task.examination.public
        return _Answer(task, way, evidence, self._judge_or_fault(task, examination, evidence))

    def _final(self, answer: _Answer, later: Evidence | Exception | None) -> Verdict:
        if later is None:
            return answer.verdict
        if isinstance(later, Exception):
            return self._judge_or_fault(answer.task, answer.task.examination, later)
        observations = answer.evidence.observations[: answer.task.request.counts[0]] + later.observations
        # The process knew the fresh inputs, so what it says in words is not passed on.
        ending = "crashed" if later.problem is not None else later.ending
        whole = replace(answer.evidence, ending=ending, observations=observations)
        return self._judge_or_fault(answer.task, answer.task.examination, whole)

    def _judge_or_fault(self, task: Task, examination: Examination | None, evidence: Evidence | Exception) -> Verdict:
        try:
            if isinstance(evidence, Exception):
                raise evidence
            limits = self._limits.for_keras() if task.uses_keras else self._limits
            return _judge(task, examination, evidence, limits)
        except Exception as fault:
            why = str(fault) if isinstance(fault, RunnerFault) else f"{type(fault).__name__} in the grader itself"
            return nothing(task.exercise, GRADER_FAULT, f"The grader failed here ({why}); grade again.")


def _judge(task: Task, examination: Examination | None, evidence: Evidence, limits: Limits) -> Verdict:
    exercise = task.exercise
    if evidence.ending == TAMPERING:
        return nothing(exercise, TAMPERING, "What came back was not the answer to the calls that were made. No points.")
    if evidence.problem is not None:
        return _judge_problem(exercise, evidence.problem)
    if examination is None and evidence.ending == "finished":
        letter = evidence.variable if evidence.attempted else None
        return judge_letter(exercise, in_the_course(letter, task.order) if task.order else letter)
    status, because = _ending(evidence.ending, limits)
    if examination is None:
        return nothing(exercise, status, because)
    key = (examination is task.examination, status, because, *(seen.digest for seen in evidence.observations))
    verdict = task.verdicts.get(key)
    if verdict is None:
        verdict = judge(examination, [seen.to_judge() for seen in evidence.observations], status, because)
        if len(task.verdicts) < MOST_REMEMBERED:
            task.verdicts[key] = verdict
    return verdict


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
    if ending == "disk limit":
        return ERROR, f"It wrote more than {SCRATCH_MB} MB, or more than {SCRATCH_FILES} files, to its folder."
    return ERROR, "The process ended while it was running: it asked to exit, or crashed outside Python."
