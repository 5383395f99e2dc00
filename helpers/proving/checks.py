"""Prove the checks of all exercises and write what was found as `solutions/checks.md`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from joblib import Parallel, delayed

from helpers.building.source import cut_answer
from helpers.judging.exercise import Exercise, Free, Question
from helpers.judging.judge import (
    CORRECT,
    NOT_ATTEMPTED,
    Examination,
    Verdict,
    judge,
    judge_letter,
    public_examination,
)
from helpers.judging.parts import parts_with_an_idea
from helpers.lectures import exercise_named, exercises_of
from helpers.sandbox.observe import observe

from .mutants import mutants, time_guard
from .solutions import NoSolution, answer_from, answer_source, answer_to_question, function_from

FRESH_SEEDS = (1, 20, 300)

OPEN = "The exercise is open: an answer that gets as far is right."


@dataclass
class Proof:
    """What was found out about the check of one exercise or question.

    `mistakes` and `spellings` hold a name and whether it is as it should be; `survivors` the mutants of the solution
    that earn full marks, with the reason why they may.
    """

    exercise: Exercise | Question
    mistakes: list[tuple[str, bool]] = field(default_factory=list)
    spellings: list[tuple[str, bool]] = field(default_factory=list)
    solution_accepted: bool = False
    stub_not_attempted: bool = False
    mutants: int = 0
    survivors: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def prove_all(lectures: Iterable[str]) -> list[Proof]:
    """A proof for each exercise and question, in their order; as many at a time as there are cores.

    What a person marks has no check.
    """
    exercises = [e for lecture in lectures for e in exercises_of(lecture) if not isinstance(e, Free)]
    proofs = Parallel(n_jobs=-1)(delayed(_prove_named)(exercise.name) for exercise in exercises)
    for proof, exercise in zip(proofs, exercises, strict=True):
        proof.exercise = exercise
    return proofs


def _prove_named(name: str) -> Proof:
    """The proof of an exercise, without the exercise: its functions stay in the process that has them."""
    proof = prove(exercise_named(name))
    proof.exercise = None
    return proof


def prove(exercise: Exercise | Question) -> Proof:
    """Put one check to the proof, with the public inputs and with those of several gradings."""
    proof = Proof(exercise)
    if isinstance(exercise, Exercise):
        parts_with_an_idea(exercise)  # remembered: its time is not that of the first answer
    try:
        if isinstance(exercise, Question):
            _prove_question(proof)
        else:
            _prove_exercise(proof)
    except NoSolution as error:
        proof.failures.append(str(error))
    proof.failures = [f"`{exercise.name}`: {failure}" for failure in proof.failures]
    return proof


def verdict_on(function: Callable, examination: Examination) -> Verdict:
    """What the judge says of a function that runs right here."""
    with time_guard(60.0 if examination.exercise.uses_keras else 5.0):
        return judge(examination, [observe(function, call) for call in examination.calls])


def mistake_problem(exercise: Exercise, mistake, examinations) -> str:
    """What is wrong with how a mistake is treated; "" if it is rejected with its own message everywhere."""
    for examination in examinations:
        verdict = verdict_on(mistake.function, examination)
        if verdict.points >= verdict.max_points:
            return "it earns full points"
        if verdict.mistake != mistake.name:
            return f"it is taken for {verdict.mistake or 'something unknown'}"
        if mistake.message not in verdict.message:
            return "its message is not shown"
    return ""


def spelling_problem(spelling: Callable, examinations) -> str:
    """What is wrong with how a right answer is treated; "" if it earns all points everywhere."""
    for examination in examinations:
        verdict = verdict_on(spelling, examination)
        if verdict.status != CORRECT or verdict.points != verdict.max_points:
            return f"it earns {verdict.points:g} of {verdict.max_points:g} points: {verdict.message}"
    return ""


def survivors(exercise: Exercise, source: str) -> tuple[int, list[str]]:
    """How many mutants a solution has, and the descriptions of those to which the public check gives full points."""
    examination = public_examination(exercise)
    alive, changed = [], mutants(source)
    for mutant in changed:
        try:
            function = answer_from(mutant.source, exercise)
        except Exception:  # one that cannot even be defined answers nothing
            continue
        if verdict_on(function, examination).status == CORRECT:
            alive.append(mutant.description)
    return len(changed), alive


def _prove_exercise(proof: Proof) -> None:
    exercise = proof.exercise
    if exercise.uses_keras:
        import keras  # noqa: F401 - so that no guard breaks its import off
    examinations = [public_examination(exercise), *(Examination(exercise, seed) for seed in FRESH_SEEDS)]
    for mistake in exercise.mistakes:
        problem = mistake_problem(exercise, mistake, examinations)
        proof.mistakes.append((mistake.name, not problem))
        proof.failures += [f"the mistake {mistake.name}: {problem}"] if problem else []
    for spelling in exercise.spellings:
        problem = spelling_problem(spelling, examinations)
        proof.spellings.append((spelling.__name__, not problem))
        proof.failures += [f"the spelling {spelling.__name__}: {problem}"] if problem else []

    source = answer_source(exercise)
    solution = answer_from(source, exercise)
    problem = spelling_problem(solution, examinations)
    proof.solution_accepted = not problem
    proof.failures += [f"the lecture's solution: {problem}"] if problem else []
    if inspect.signature(solution) != inspect.signature(exercise.oracle):
        proof.failures.append("the lecture's signature differs from the oracle's")
    stub = function_from(cut_answer(source), exercise.lecture, exercise.name)
    proof.stub_not_attempted = verdict_on(stub, examinations[0]).status == NOT_ATTEMPTED
    proof.failures += [] if proof.stub_not_attempted else ["the stub does not count as not attempted"]

    proof.mutants, alive = survivors(exercise, source)
    otherwise = OPEN if exercise.open_ended else ""
    proof.survivors = [(description, exercise.equivalent_mutants.get(description, otherwise)) for description in alive]
    proof.failures += [f"no reason why this mutant survives: {d}" for d, reason in proof.survivors if not reason]
    # A reason for a mutant that is caught, or no longer exists, misleads the next reader.
    stale = [description for description in exercise.equivalent_mutants if description not in alive]
    proof.failures += [f"a reason is given for a mutant that does not survive: {description}" for description in stale]


def _prove_question(proof: Proof) -> None:
    question = proof.exercise
    for letter, sentence in question.why_wrong.items():
        verdict = judge_letter(question, letter)
        right = verdict.points == 0 and verdict.message == sentence and verdict.mistake == letter
        proof.mistakes.append((letter, right))
        proof.failures += [] if right else [f"the wrong letter {letter} does not get its own sentence"]
    for spelling in (question.answer, f" {question.answer.upper()} "):
        right = judge_letter(question, spelling).points == question.points
        proof.spellings.append((repr(spelling), right))
        proof.failures += [] if right else [f"the right letter, written {spelling!r}, is rejected"]
    answer = answer_to_question(question.lecture, question.name)
    proof.solution_accepted = answer == question.answer
    proof.failures += [] if proof.solution_accepted else [f"the lecture answers {answer}"]
    proof.stub_not_attempted = judge_letter(question, ...).status == NOT_ATTEMPTED
    proof.failures += [] if proof.stub_not_attempted else ["`...` does not count as not attempted"]


def checks_table(proofs: list[Proof]) -> str:
    """The text of `checks.md`: a summary, then every exercise."""
    failures = [failure for proof in proofs for failure in proof.failures]
    lines = [
        "# What the checks are worth",
        "",
        "Built by `course build`; do not edit. Each check was held against wrong answers that people really write, "
        "right answers in other spellings, the untouched stub, and mutants: the lecture's own solution with one small "
        "change. A wrong answer has to be rejected *with the message written for it*, on the inputs of `check` and on "
        f"those of {len(FRESH_SEEDS)} gradings alike. A mutant that earns full points needs a reason.",
        "",
        "## Summary",
        "",
        "| lecture | exercise | points | mistakes rejected with their own message | spellings accepted | "
        "solution accepted | stub not attempted | mutants caught | survivors with a reason |",
        "|---|---|---|---|---|---|---|---|---|",
        *map(_summary_row, proofs),
        "",
        "## Failures",
        "",
        *([f"- {failure}" for failure in failures] or ["None."]),
    ]
    for lecture in dict.fromkeys(proof.exercise.lecture for proof in proofs):
        lines += ["", f"## {lecture}"]
        for proof in proofs:
            if proof.exercise.lecture == lecture:
                lines += _details(proof)
    return "\n".join(lines) + "\n"


def _summary_row(proof: Proof) -> str:
    exercise = proof.exercise
    caught = f"{proof.mutants - len(proof.survivors)} of {proof.mutants}" if proof.mutants else "–"
    explained = sum(bool(reason) for _, reason in proof.survivors)
    cells = [
        exercise.lecture,
        f"`{exercise.name}`",
        str(exercise.points),
        _count(proof.mistakes),
        _count(proof.spellings),
        _yes(proof.solution_accepted),
        _yes(proof.stub_not_attempted),
        caught,
        f"{explained} of {len(proof.survivors)}" if proof.survivors else "–",
    ]
    return _row(cells)


def _details(proof: Proof) -> list[str]:
    exercise = proof.exercise
    lines = ["", f"### {exercise.name}", ""]
    if isinstance(exercise, Question):
        lines += ["| wrong letter | rejected with its own sentence | sentence |", "|---|---|---|"]
        return lines + [_row([letter, _yes(right), exercise.why_wrong[letter]]) for letter, right in proof.mistakes]
    parts = ", ".join(f"{part} {points}" for part, points in exercise.points_by_part.items())
    lines += [f"Points: {parts}.", "", "| mistake | rejected with its own message | message |", "|---|---|---|"]
    messages = {mistake.name: mistake.message for mistake in exercise.mistakes}
    lines += [_row([f"`{name}`", _yes(right), messages[name]]) for name, right in proof.mistakes]
    lines += ["", "| spelling | accepted with full points |", "|---|---|"]
    lines += [_row([f"`{name}`", _yes(right)]) for name, right in proof.spellings]
    if proof.survivors:
        lines += ["", "| mutant that survives | because |", "|---|---|"]
        lines += [_row([description, reason or "**no reason given**"]) for description, reason in proof.survivors]
    return lines


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _count(results: list[tuple[str, bool]]) -> str:
    return f"{sum(right for _, right in results)} of {len(results)}"


def _yes(right: bool) -> str:
    return "yes" if right else "**no**"
