"""A class of students whose abilities and mistakes are known, and the report that it must get.

Students answer by an item-response model: the chance of a right answer is `1 / (1 + exp(-steepness * (ability -
hardness)))`. Who does not know the answer makes a known mistake, an error that the course does not know, tries nothing,
or meets a limit. `plan_class` decides all of it; `write_class` makes real notebooks of it. `Plan` says what every
figure of the report has to be, by other means than the grader's: each kind of answer is called right here, once.
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup

from helpers.grading.gradebook import Gradebook
from helpers.grading.marking import TIME_LIMIT, UNREADABLE, MarkedSubmission
from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, Verdict, nothing
from helpers.lectures import exercises_of
from helpers.sandbox.observe import observe
from tests import classroom

LIMIT_SECONDS = 2
# What those do who do not know the answer, and how often.
_NOT_KNOWN = {"mistake": 0.6, "shared": 0.1, "own": 0.1, "nothing": 0.17, "raises": 0.03}
# Of all answers: an endless loop costs the class its whole limit.
_LOOPS = 0.002
_ABSENT, _BROKEN = 0.05, 0.01
# The steepness of each exercise in turn: a flawed one, one that tells nothing, and good ones.
_STEEPNESS = (1.0, 2.0, 1.5, 0.0, 2.5, 1.5, 1.0, -1.5)


@dataclass(frozen=True)
class Answer:
    """One kind of answer: the cell's source, what it has to come to, and the known mistake that it is meant to be."""

    kind: str
    source: str
    verdict: Verdict
    mistake: str = ""

    @property
    def points(self) -> float:
        return self.verdict.points

    @property
    def status(self) -> str:
        return self.verdict.status


@dataclass
class Plan:
    """Who answers what: `given[student, lecture]` is None for no notebook, "broken", or an answer for each exercise."""

    lectures: tuple[str, ...]
    ability: dict[str, float]
    steepness: dict[tuple[str, str], float]
    given: dict[tuple[str, str], dict[str, Answer] | str | None] = field(default_factory=dict)

    def answers(self, lecture: str, exercise: str) -> dict[str, Answer]:
        """The answers to one exercise by student, of those whose notebook can be read."""
        read = {student: own for (student, where), own in self.given.items() if where == lecture}
        return {student: own[exercise] for student, own in read.items() if isinstance(own, dict)}

    def mistakes(self) -> Counter:
        """How many make each known mistake, by lecture, exercise and mistake."""
        return Counter(
            (lecture, name, answer.mistake)
            for (_, lecture), own in self.given.items()
            if isinstance(own, dict)
            for name, answer in own.items()
            if answer.mistake
        )

    def shared_errors(self) -> dict[tuple[str, str], list[int]]:
        """For each exercise, how many give each of the wrong answers without a name that are the same for several."""
        made = Counter(
            (lecture, name, answer.kind)
            for (_, lecture), own in self.given.items()
            if isinstance(own, dict)
            for name, answer in own.items()
            if answer.kind in ("shared", "raises")
        )
        sizes: dict[tuple[str, str], list[int]] = {}
        for (lecture, name, _), count in made.most_common():
            if count > 1:
                sizes.setdefault((lecture, name), []).append(count)
        return sizes

    def statuses(self) -> Counter:
        """How many exercises come to each status, in the word that people read; what nobody handed in is missing."""
        found: Counter = Counter()
        for (_, lecture), own in self.given.items():
            if isinstance(own, dict):
                found.update(answer.verdict.word for answer in own.values())
            else:
                found[UNREADABLE if own else "missing"] += len(exercises_of(lecture))
        return found

    def completion(self) -> dict[str, list[int]]:
        """By lecture: everything tried, some, none, unreadable, not handed in."""
        rows = {}
        for lecture in self.lectures:
            row = rows[lecture] = [0] * 5
            for student in self.ability:
                own = self.given[student, lecture]
                if isinstance(own, dict):
                    tried = sum(answer.status != NOT_ATTEMPTED for answer in own.values())
                    row[0 if tried == len(own) else 1 if tried else 2] += 1
                else:
                    row[3 if own else 4] += 1
        return rows

    def histogram(self) -> list[int]:
        """How many students lie in each tenth of all points."""
        return np.histogram(list(self.percents().values()), bins=np.linspace(0, 100, 11))[0].tolist()

    def difficulty(self, lecture: str, exercise: str) -> float:
        """The share of the points that those earn whose notebook can be read."""
        points = [answer.points for answer in self.answers(lecture, exercise).values()]
        return float(np.mean(points) / _points(lecture, exercise))

    def discrimination(self, lecture: str, exercise: str) -> float:
        """The correlation of the points here with the share of points in all else that a student handed in."""
        points, rest = [], []
        for student, answer in self.answers(lecture, exercise).items():
            got = most = 0.0
            for where in self.lectures:
                own = self.given[student, where]
                if isinstance(own, dict):
                    got += sum(a.points for name, a in own.items() if (where, name) != (lecture, exercise))
                    most += sum(_points(where, name) for name in own if (where, name) != (lecture, exercise))
            if most:
                points.append(answer.points)
                rest.append(got / most)
        return float(np.corrcoef(points, rest)[0, 1])

    def percents(self) -> dict[str, float]:
        """Each student's percent of all points; what was not handed in counts as 0."""
        handed_in = [lecture for lecture in self.lectures if any(self.given[s, lecture] for s in self.ability)]
        most = sum(_points(lecture, e.name) for lecture in handed_in for e in exercises_of(lecture))
        return {
            student: 100 * sum(a.points for w in handed_in for a in _own(self.given[student, w])) / most
            for student in self.ability
        }


def plan_class(students: int, lectures: tuple[str, ...], grading_seed: int, seed: int = 0) -> Plan:
    """Draw abilities, and for each student and exercise an answer; `grading_seed` is that of the later grading."""
    rng = np.random.default_rng(seed)
    exercises = [(lecture, exercise) for lecture in lectures for exercise in exercises_of(lecture)]
    steepness = {(lec, e.name): _STEEPNESS[i % len(_STEEPNESS)] for i, (lec, e) in enumerate(exercises)}
    hardness = {(lec, e.name): 0.6 * (e.difficulty - 2) + rng.normal(0, 0.4) for lec, e in exercises}
    plan = Plan(lectures, {f"student-{i:03}": float(rng.normal()) for i in range(students)}, steepness)
    for student, ability in plan.ability.items():
        for lecture in lectures:
            luck = rng.random()
            if luck < _ABSENT + _BROKEN:
                plan.given[student, lecture] = None if luck < _ABSENT else "broken"
                continue
            own = plan.given[student, lecture] = {}
            for exercise in exercises_of(lecture):
                key = (lecture, exercise.name)
                known = rng.random() < 1 / (1 + np.exp(-steepness[key] * (ability - hardness[key])))
                own[exercise.name] = _draw_answer(exercise, known, grading_seed, rng)
    return plan


def write_class(plan: Plan, folder: Path) -> None:
    """Write what everybody hands in as `<student>/<lecture>.ipynb`; who hands in nothing has an empty folder."""
    for student in plan.ability:
        (folder / student).mkdir(parents=True)
    for (student, lecture), own in plan.given.items():
        if isinstance(own, dict):
            sources = {name: answer.source for name, answer in own.items() if answer.source}
            classroom.write_submission(folder, student, classroom.notebook_with(sources, lecture), lecture)
        elif own:
            classroom.write_submission(folder, student, b"{ half a notebook", lecture)


def fill_gradebook(plan: Plan, book: Gradebook) -> None:
    """Write into a new gradebook what marking this class has to come to, without marking it."""
    book.add_students(tuple(plan.ability))
    for (student, lecture), own in plan.given.items():
        if isinstance(own, dict):
            verdicts = tuple(answer.verdict for answer in own.values())
        elif own:
            verdicts = tuple(nothing(e, UNREADABLE, "This notebook is broken.") for e in exercises_of(lecture))
        else:
            continue
        book.save(MarkedSubmission(student, lecture, f"{student}/{lecture}.ipynb", "", verdicts, cpu_seconds=0.1))


def bent(value, by):
    """What a function returned, with an error in it that nobody means."""
    if isinstance(value, tuple) or (isinstance(value, list) and not all(map(np.isscalar, value))):
        return type(value)([bent(value[0], by), *value[1:]])
    if isinstance(value, dict):
        return {key: bent(item, by) for key, item in value.items()}
    if isinstance(value, str):
        return f"{value} {by}"
    array = np.asarray(value)
    return ~array if array.dtype.kind == "b" else array + (round(10**6 * by) if array.dtype.kind in "iu" else by)


def _draw_answer(exercise, known: bool, seed: int, rng) -> Answer:
    if isinstance(exercise, Exercise) and rng.random() < _LOOPS:
        return _loops(exercise)
    if known:
        return _right(exercise, int(rng.integers(len(getattr(exercise, "spellings", [0])))), seed)
    kind = str(rng.choice(list(_NOT_KNOWN), p=list(_NOT_KNOWN.values())))
    if kind == "nothing":
        return Answer(kind, "", nothing(exercise, NOT_ATTEMPTED, "Not attempted."))
    # A network has no value to bend a little: whoever errs there makes a known mistake.
    if isinstance(exercise, Question) or kind == "mistake" or (exercise.uses_keras and kind != "raises"):
        ways = exercise.why_wrong if isinstance(exercise, Question) else exercise.mistakes
        return _mistaken(exercise, int(rng.integers(len(ways))), seed)
    if kind == "raises":
        # The text is the student's own, the type is not: all who raise it do the same.
        source = f'def {exercise.name}(*arguments, **keywords):\n    raise RuntimeError("<b>{rng.integers(10**6)}</b>")'
        return Answer(kind, source, _raising(exercise, seed))
    by = 0.37 if kind == "shared" or not _tells_apart(exercise) else float(rng.uniform(0.4, 0.9))
    return _bent(exercise, "shared" if by == 0.37 else "own", by, seed)


@functools.cache
def _right(exercise, turn: int, seed: int) -> Answer:
    if isinstance(exercise, Question):
        source = f'{exercise.name} = "{exercise.answer}"'
        return Answer("right", source, classroom.predicted(exercise, exercise.answer, seed))
    spelling = exercise.spellings[turn]
    source = classroom.source_of(exercise.name, spelling)
    return Answer("right", source, classroom.predicted(exercise, spelling, seed))


@functools.cache
def _mistaken(exercise, turn: int, seed: int) -> Answer:
    if isinstance(exercise, Question):
        letter = sorted(exercise.why_wrong)[turn]
        source = f'{exercise.name} = "{letter}"'
        return Answer("mistake", source, classroom.predicted(exercise, letter, seed), letter)
    mistake = exercise.mistakes[turn]
    source = classroom.source_of(exercise.name, mistake)
    # The mistake that is planned, not the one that the judge finds: the two have to agree.
    return Answer("mistake", source, classroom.predicted(exercise, mistake, seed), mistake.name)


@functools.cache
def _bent(exercise: Exercise, kind: str, by: float, seed: int) -> Answer:
    right = exercise.spellings[0]
    verdict = classroom.predicted(exercise, lambda *a, **k: bent(right(*a, **k), by), seed)
    if verdict.status == CORRECT or verdict.mistake:
        return _mistaken(exercise, 0, seed)  # bent so, it is no error, or one with a name
    helper = f"right_{exercise.name}"
    source = f"""import numpy as np

{inspect.getsource(bent)}

{_source_of(helper, right)}

def {exercise.name}(*arguments, **keywords):
    return bent({helper}(*arguments, **keywords), {by!r})"""
    return Answer(kind, source, verdict)


@functools.cache
def _raising(exercise: Exercise, seed: int) -> Verdict:
    def raises(*arguments, **keywords):
        raise RuntimeError

    return classroom.predicted(exercise, raises, seed)


_source_of = functools.cache(classroom.source_of)


def _loops(exercise: Exercise) -> Answer:
    source = f"def {exercise.name}(*arguments, **keywords):\n    while True:\n        pass"
    return Answer("loops", source, nothing(exercise, TIME_LIMIT, "It did not finish in time."))


@functools.cache
def _tells_apart(exercise: Exercise) -> bool:
    """Whether two such errors can be told apart: not where values are drawn at random, nor where they are yes or no."""
    seen = [observe(exercise.spellings[0], trial.call).value for trial in exercise.public_trials]
    differ = any(repr(bent(value, 0.5)) != repr(bent(value, 0.6)) for value in seen if value is not None)
    return differ and not any(part.judge for part in exercise.parts)


def _points(lecture: str, name: str) -> float:
    return float(next(sum(e.points_by_part.values()) for e in exercises_of(lecture) if e.name == name))


def _own(given) -> list[Answer]:
    return list(given.values()) if isinstance(given, dict) else []


@dataclass(frozen=True)
class Report:
    """What a reader of `report.html` finds in its tables, in the shapes of `Plan`."""

    mistakes: Counter
    shared_errors: dict[tuple[str, str], list[int]]
    statuses: Counter
    completion: dict[str, list[int]]
    histogram: list[int]
    difficulty: dict[tuple[str, str], float]
    discrimination: dict[tuple[str, str], float]


def read_report(path: Path) -> Report:
    """Read the figures back from the page itself."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")

    def rows(table):
        found = page.find("table", id=table)
        return found.tbody.find_all("tr") if found else []

    def texts(row):
        return [cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])]

    shared: dict[tuple[str, str], list[int]] = {}
    for count, lecture, exercise, *_ in map(texts, rows("shared")):
        shared.setdefault((lecture, exercise), []).append(int(count))

    def figures(label):
        found = {
            tuple(texts(row)[:2]): row.find(attrs={"data-label": label}).get("data-value") for row in rows("items")
        }
        return {key: float(value) for key, value in found.items() if value}

    return Report(
        Counter({(t[3], t[4], row["data-mistake"]): int(t[0]) for row in rows("mistakes") for t in [texts(row)]}),
        shared,
        Counter({status: int(count) for status, count in map(texts, rows("statuses"))}),
        {lecture: list(map(int, counts)) for lecture, *counts, _ in map(texts, rows("completion-table"))},
        [int(count) for _, count in map(texts, rows("histogram"))],
        figures("difficulty"),
        figures("discrimination"),
    )
