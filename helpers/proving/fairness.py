"""Prove that fresh inputs are as fair as the public ones: no loss, no luck, and no points without an idea.

    python -m helpers.proving.fairness [LECTURE | EXERCISE ...] [--seeds N] [--luck-seeds M]

Three questions about each exercise, answered with the inputs of many gradings.

*Losses*: does an answer that earns everything in `check` lose a point in grading? Asked of the course's answer and of
every spelling, each also in single precision.
*Luck*: does a wrong answer earn other parts with another seed? Asked of every known mistake and every mutant; of an
open exercise only of the known mistakes. There, a changed solution may get about as far as a threshold, and which side
it reaches with which draw says nothing about the check.
*Gifts*: does an answer without an idea (a constant, an exception, a table of the public results) earn anything?

Exercises whose answers are Keras models take seconds for each seed; they are asked only when they are named.
"""

from __future__ import annotations

import argparse
import copy
import functools
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from rich.console import Console
from rich.table import Table

from helpers.judging.exercise import Exercise
from helpers.judging.judge import CORRECT, Examination, Verdict, judge, judge_if_right
from helpers.lectures import all_exercises, exercise_named, functions_of, lecture_names
from helpers.sandbox.observe import Call, Observation, identical, observe
from helpers.sandbox.recipes import Seeded

from .mutants import mutants, time_guard
from .solutions import answer_from, answer_source

SEEDS, LUCK_SEEDS = 500, 25


@dataclass(frozen=True)
class Loss:
    """A right answer that `check` accepts and that a grading with this `seed` does not: the first `part` it loses."""

    exercise: str
    answer: str
    seed: int
    part: str
    message: str


@dataclass(frozen=True)
class Luck:
    """A wrong answer whose points depend on the seed. `passed` counts the seeds by the parts that are earned."""

    exercise: str
    answer: str
    passed: dict[tuple[str, ...], int]


@dataclass(frozen=True)
class Gift:
    """A part that an answer without an idea earns, in so many of the gradings that were tried."""

    exercise: str
    answer: str
    part: str
    points: float
    seeds: int


@dataclass(frozen=True)
class Fairness:
    """What was asked about one exercise (numbers of answers) and what was found."""

    exercise: str
    right: int
    wrong: int
    trivial: int
    losses: list[Loss]
    luck: list[Luck]
    gifts: list[Gift]

    @property
    def fair(self) -> bool:
        return not (self.losses or self.luck or self.gifts)


def fairness(exercise: Exercise, seeds: int = SEEDS, luck_seeds: int = LUCK_SEEDS) -> Fairness:
    """Ask all three questions about one exercise.

    Parameters
    ----------
    exercise : Exercise
        The exercise to look at.
    seeds : int
        How many gradings the right answers face.
    luck_seeds : int
        How many gradings the wrong and the trivial answers face; there are more of them.

    Returns
    -------
    Fairness
        The numbers of answers and every offender.
    """
    gradings = _Gradings(exercise)
    right, wrong, trivial = right_answers(exercise), wrong_answers(exercise), trivial_answers(exercise)
    return Fairness(
        exercise.name,
        len(right),
        len(wrong),
        len(trivial),
        list(_losses(gradings, right, range(1, seeds + 1))),
        list(_luck(gradings, wrong, range(1, luck_seeds + 1))),
        list(_gifts(gradings, trivial, range(1, luck_seeds + 1))),
    )


def right_answers(exercise: Exercise) -> dict[str, Callable]:
    """The course's answer and every spelling, and each of them in single precision where the docstring allows it.

    Single precision is tried in two ways: only the result, and all of the calculation, from the inputs on.
    """
    solution = answer_from(answer_source(exercise), exercise)
    answers = {"the course's answer": solution} | {spelling.__name__: spelling for spelling in exercise.spellings}
    if exercise.uses_keras or _asks_for_double_precision(solution):
        return answers
    for name, function in list(answers.items()):
        if not _computes_in_double(exercise, function):
            continue
        answers[f"{name}, result in float32"] = _in_single(function, inputs=False)
        if not _draws(exercise):
            answers[f"{name}, inputs and result in float32"] = _in_single(function, inputs=True)
    return answers


def wrong_answers(exercise: Exercise) -> dict[str, Callable]:
    """Every known mistake and, unless the exercise is open, every mutant of the course's answer that can be defined."""
    answers = {mistake.name: mistake.function for mistake in exercise.mistakes}
    if exercise.open_ended:
        return answers
    for mutant in mutants(answer_source(exercise)):
        try:
            answers[mutant.description] = answer_from(mutant.source, exercise)
        except Exception:  # one that cannot even be defined answers nothing
            continue
    return answers


def trivial_answers(exercise: Exercise) -> dict[str, Callable[[Examination, Call, object], Observation]]:
    """Answers without an idea. Each says what it does when it is called, from the call and what is expected of it.

    Only the shape is taken from what is expected: an answer could find that out from its input.
    """
    answers = {f"always raises {kind.__name__}": _does(_raises(kind)) for kind in _EXCEPTIONS}
    constants = (None, True, 0, 1, 0.0, 0.5, 1.0, "", [], (), {}, np.array([]))
    answers |= {f"always returns {constant!r}": _does(_returns(constant)) for constant in constants}
    for name, number in {"zeros": 0.0, "ones": 1.0, "NaN": np.nan}.items():
        answers[f"{name} of the right shape"] = _fills(number)
    answers["returns its first input"] = _does(lambda first, *others, **keywords: first)
    public = Examination(replace(exercise, mistakes=()))
    known = list(zip(public.calls, public.expectations, strict=True))
    results = [result for _, result in known if _is_a_value(result)]
    answers["a table of the public results, else the first of them"] = _looks_up(known, _returns(results[0]))
    answers["a table of the public results, else ValueError"] = _looks_up(known, _raises(ValueError))
    distinct: list = []
    for result in results:
        if not any(identical(result, other) for other in distinct):
            distinct.append(result)
    for place, result in enumerate(distinct):
        answers[f"always returns public result {place + 1}"] = _does(_returns(result))
    return answers


def _losses(gradings: _Gradings, answers: dict[str, Callable], seeds: Iterable[int]) -> Iterator[Loss]:
    accepted = {name: function for name, function in answers.items() if gradings.accepts(function)}
    for seed in seeds:
        for name, function in accepted.items():
            if gradings.is_right_on_new_inputs(function, seed):
                continue
            verdict = gradings.verdict(function, seed)
            if verdict.points < verdict.max_points:
                lost = next(part for part in verdict.parts if part.points < part.max_points)
                message = lost.message or verdict.message
                yield Loss(gradings.exercise.name, name, seed, lost.part, message)


def _luck(gradings: _Gradings, answers: dict[str, Callable], seeds: Iterable[int]) -> Iterator[Luck]:
    for name, function in answers.items():
        passed = Counter(_earned(gradings.verdict(function, seed)) for seed in seeds)
        if len(passed) > 1:
            yield Luck(gradings.exercise.name, name, dict(passed.most_common()))


def _gifts(gradings: _Gradings, answers: dict[str, Callable], seeds: Iterable[int]) -> Iterator[Gift]:
    if not any(call.values() for call in gradings.examination(0).calls):
        return  # the answer is one value: whoever has it in a table has solved the exercise
    for name, does in answers.items():
        found: dict[tuple[str, float], int] = defaultdict(int)
        for seed in seeds:
            examination = gradings.examination(seed)
            trials = zip(examination.calls, examination.expectations, strict=True)
            verdict = judge(examination, [does(call, expected) for call, expected in trials])
            for part in verdict.parts:
                if part.points > 0:
                    found[part.part, part.points] += 1
        for (part, points), count in found.items():
            yield Gift(gradings.exercise.name, name, part, points, count)


def _earned(verdict: Verdict) -> tuple[str, ...]:
    return tuple(part.part for part in verdict.parts if part.points > 0)


class _Gradings:
    """The gradings of one exercise by seed, as the grader holds them, and what each answer does with them.

    What an answer does with the public inputs is observed once: they are the same in every grading.
    """

    def __init__(self, exercise: Exercise):
        # Known mistakes explain points and never change them; to run them for every seed takes most of the time.
        self.exercise = exercise if exercise.uses_keras else replace(exercise, mistakes=())
        self._public = Examination(self.exercise)
        self._seconds = 60.0 if exercise.uses_keras else 5.0
        self._examinations: dict[int, Examination] = {}
        self._seen: dict[Callable, list[Observation]] = {}

    def examination(self, seed: int) -> Examination:
        if seed not in self._examinations:
            self._examinations[seed] = Examination(self.exercise, seed)
        return self._examinations[seed]

    def accepts(self, function: Callable) -> bool:
        """Whether `check` gives everything for it."""
        return judge(self._public, self._on_public_inputs(function)).status == CORRECT

    def is_right_on_new_inputs(self, function: Callable, seed: int) -> bool:
        """Whether it answers all new inputs of this grading rightly, which is quicker to find out than its verdict."""
        fresh, public = copy.copy(self.examination(seed)), len(self._public.trials)
        fresh.trials, fresh.expectations = fresh.trials[public:], fresh.expectations[public:]
        with time_guard(self._seconds):
            return judge_if_right(fresh, _observed(function, fresh.calls)) is not None

    def verdict(self, function: Callable, seed: int) -> Verdict:
        """What grading with this seed gives for it."""
        seen, examination = self._on_public_inputs(function), self.examination(seed)
        with time_guard(self._seconds):
            return judge(examination, [*seen, *_observed(function, examination.calls[len(seen) :])])

    def _on_public_inputs(self, function: Callable) -> list[Observation]:
        if function not in self._seen:
            with time_guard(self._seconds):
                self._seen[function] = _observed(function, self._public.calls)
        return self._seen[function]


def _observed(function: Callable, calls: Iterable[Call]) -> list[Observation]:
    return [observe(function, call) for call in calls]


def _draws(exercise: Exercise) -> bool:
    """Whether the answers are random; their inputs are numbers that say how to draw."""
    return any(isinstance(value, Seeded) for trial in exercise.public_trials for value in trial.call.values())


def _asks_for_double_precision(solution: Callable) -> bool:
    text = solution.__doc__ or ""
    return "float64" in text or "double precision" in text


def _computes_in_double(exercise: Exercise, function: Callable) -> bool:
    """Whether any result holds an array or a NumPy number in double precision."""
    results = (observe(function, trial.call).value for trial in exercise.public_trials)
    return any(not identical(result, in_single(result)) for result in results)


def _in_single(function: Callable, inputs: bool) -> Callable:
    @functools.wraps(function)
    def single(*arguments, **keywords):
        if inputs:
            arguments = in_single(arguments)
            keywords = in_single(keywords)
        return in_single(function(*arguments, **keywords))

    return single


def in_single(value):
    """The same plain value with every array and NumPy number of double precision in single precision."""
    if isinstance(value, np.ndarray | np.generic) and value.dtype == np.float64:
        with np.errstate(over="ignore"):
            return value.astype(np.float32)
    if type(value) in (list, tuple):
        return type(value)(map(in_single, value))
    if type(value) is dict:
        return {key: in_single(item) for key, item in value.items()}
    return value


_EXCEPTIONS = (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, NotImplementedError, Exception)


def _raises(kind: type[Exception]) -> Callable:
    def answer(*arguments, **keywords):
        raise kind("no")

    return answer


def _returns(value) -> Callable:
    return lambda *arguments, **keywords: value


def _does(function: Callable) -> Callable:
    return lambda call, expected: observe(function, call)


def _fills(number: float) -> Callable:
    return lambda call, expected: Observation("returned", _filled(expected, number))


def _filled(expected, number: float):
    """A value of the kind and shape that is expected, in which every number is this one."""
    if type(expected) in (list, tuple):
        return type(expected)(_filled(item, number) for item in expected)
    if isinstance(expected, dict):
        return {key: _filled(item, number) for key, item in expected.items()}
    if isinstance(expected, str):
        return ""
    if not _is_a_value(expected):
        return number
    array = np.asarray(expected)
    return np.full(array.shape, number).astype(array.dtype if np.isfinite(number) else float)


def _looks_up(known: list[tuple[Call, object]], otherwise: Callable) -> Callable:
    def does(call, expected):
        for other, result in known:
            same = identical(call.arguments, other.arguments) and identical(call.keywords, other.keywords)
            if same and _is_a_value(result):
                return Observation("returned", result)
            if same:
                return observe(_raises(ValueError), call)
        return observe(otherwise, call)

    return does


def _is_a_value(expected) -> bool:
    """Whether a value is expected, and not an exception."""
    return expected is None or isinstance(expected, np.ndarray | np.generic | float | int | str | list | tuple | dict)


def chosen(names: list[str]) -> list[Exercise]:
    """The exercises with these names or of these lectures; without any, all that need no Keras."""
    if not names:
        return [e for e in all_exercises() if isinstance(e, Exercise) and not e.uses_keras]
    found = []
    for name in names:
        found += functions_of(name) if name in lecture_names() else [exercise_named(name)]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the table and the offenders; the exit status is 0 if there are none."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="LECTURE|EXERCISE")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="gradings that right answers face")
    parser.add_argument("--luck-seeds", type=int, default=LUCK_SEEDS, help="gradings that wrong answers face")
    parser.add_argument("--jobs", type=int, default=1, help="exercises to look at together")
    options = parser.parse_args(arguments)
    console, found = Console(highlight=False), []
    names = [exercise.name for exercise in chosen(options.names)]
    ask = functools.partial(_fairness_of, seeds=options.seeds, luck_seeds=options.luck_seeds)
    with ProcessPoolExecutor(options.jobs) as pool:
        for one in pool.map(ask, names):
            found.append(one)
            for line in offenders(one):
                console.print(line, markup=False, soft_wrap=True)
    console.print(table(found))
    return 0 if all(one.fair for one in found) else 1


def _fairness_of(name: str, seeds: int, luck_seeds: int) -> Fairness:
    return fairness(exercise_named(name), seeds, luck_seeds)


def offenders(found: Fairness) -> Iterator[str]:
    """A line for every answer that loses, depends on luck, or earns for nothing."""
    by_answer: dict[str, list[Loss]] = defaultdict(list)
    for loss in found.losses:
        by_answer[loss.answer].append(loss)
    for answer, losses in by_answer.items():
        first, more = losses[0], f" and {len(losses) - 1} more seeds" if len(losses) > 1 else ""
        yield f"{first.exercise}: {answer} loses “{first.part}” with seed {first.seed}{more}: {first.message}"
    for luck in found.luck:
        counts = "; ".join(f"{', '.join(parts) or 'nothing'}: {count}" for parts, count in luck.passed.items())
        yield f"{luck.exercise}: {luck.answer} depends on the seed ({counts})"
    for gift in found.gifts:
        yield f"{gift.exercise}: {gift.answer} earns “{gift.part}” ({gift.points:g}) with {gift.seeds} seeds"


def table(found: list[Fairness]) -> Table:
    """The numbers for every exercise and their sums."""
    result = Table(title="Fresh inputs beside public ones: numbers of answers, and of those that")
    headings = ("exercise", "right", "lose", "wrong", "vary", "trivial", "earn")
    for heading in headings:
        result.add_column(heading, justify="left" if heading == "exercise" else "right")
    rows = [
        (
            one.right,
            len({loss.answer for loss in one.losses}),
            one.wrong,
            len(one.luck),
            one.trivial,
            len({gift.answer for gift in one.gifts}),
        )
        for one in found
    ]
    for one, row in zip(found, rows, strict=True):
        result.add_row(one.exercise, *map(str, row))
    result.add_section()
    result.add_row(f"{len(found)} exercises", *(str(sum(column)) for column in zip(*rows, strict=True)))
    return result


if __name__ == "__main__":
    sys.exit(main())
