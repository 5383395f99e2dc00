"""The pairs of a class, the most surprising first, and what a person should see of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from helpers.lectures import functions_of

from ..gradebook import GradebookError
from .chance import false_alarms, likeness, surprises, together, without_habits
from .reading import Answers, handed_out_features, independent_answers, read_class
from .structure import Answer

EXPECTED = 0.05
_MADE_UP, _MOST_PEOPLE = 40, 40  # classes for the measured rate of false alarms, and people in each


@dataclass(frozen=True)
class Alike:
    """The two answers to one exercise. `as_alike` of `pairs` pairs of the class are at least as alike."""

    exercise: str
    first: Answer
    second: Answer
    as_alike: int
    pairs: int


@dataclass(frozen=True)
class Pair:
    """Two people in one lecture; `expected` pairs of this class would be as alike if everybody had worked alone."""

    lecture: str
    first: str
    second: str
    expected: float
    exercises: tuple[Alike, ...]


@dataclass(frozen=True)
class LectureFigures:
    """How many people were compared in a lecture, and the share of made-up classes in which a pair is on the list."""

    lecture: str
    people: int
    pairs: int
    exercises: int
    made_up_people: int
    made_up_classes: int
    false_alarms: float


@dataclass(frozen=True)
class Likeness:
    """All pairs, the most surprising first; those with `expected` up to `limit` are the list."""

    pairs: tuple[Pair, ...]
    limit: float
    lectures: tuple[LectureFigures, ...]
    remarks: tuple[str, ...]

    @property
    def listed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.expected <= self.limit)


def compare(out: Path, earlier: Sequence[Path] = (), limit: float = EXPECTED) -> Likeness:
    """Compare all answers of a class with each other and with those of earlier years.

    `limit` is the number of pairs on the list that is expected if everybody has worked alone. Raises `GradebookError`.
    """
    found, remarks = read_class(out)
    lectures = sorted({one.lecture for one in found})
    for folder in earlier:
        if folder.resolve() == out.resolve():
            raise GradebookError(f"{folder} is the class itself; give the folder of another year to --earlier")
        more, also = read_class(folder, str(folder), lectures) if lectures else ([], [])
        found, remarks = found + more, remarks + also
    by_lecture = {lecture: [one for one in found if one.lecture == lecture] for lecture in lectures}
    pairs = [pair for lecture, people in by_lecture.items() for pair in _pairs_of(lecture, people)]
    # In all lectures together, so that the list of the class is what the limit speaks of.
    pairs = [replace(pair, expected=pair.expected * len(pairs)) for pair in pairs]
    count = Counter(pair.lecture for pair in pairs)
    figures = [
        _figures(lecture, people, count[lecture], limit * count[lecture] / max(len(pairs), 1))
        for lecture, people in by_lecture.items()
    ]
    pairs.sort(key=lambda pair: (pair.expected, pair.lecture, pair.first, pair.second))
    return Likeness(tuple(pairs), limit, tuple(figures), tuple(remarks))


def _comparable(people: Sequence[Answers]) -> np.ndarray:
    """Which pairs, in the order of `triu_indices`, are two people of whom at least one is in the class."""
    first, second = np.triu_indices(len(people), 1)
    names, now = np.array([one.student for one in people]), np.array([not one.year for one in people], dtype=bool)
    return (names[first] != names[second]) & (now[first] | now[second])


def _pairs_of(lecture: str, people: Sequence[Answers]) -> list[Pair]:
    """The pairs of a lecture; `expected` is the chance of each alone."""
    first, second = np.triu_indices(len(people), 1)
    comparable = _comparable(people)
    names = [exercise.name for exercise in functions_of(lecture)]
    counted = [without_habits({name: answer.features for name, answer in one.answers.items()}) for one in people]
    surprise = np.full((len(names), len(first)), np.nan)
    for row, exercise in enumerate(functions_of(lecture)):
        answered = [i for i, one in enumerate(people) if exercise.name in one.answers]
        if len(answered) < 2:
            continue
        values = np.full((len(people), len(people)), np.nan)
        values[np.ix_(answered, answered)] = likeness(
            [counted[i][exercise.name] for i in answered],
            independent_answers(exercise),
            handed_out_features(lecture),
        )
        surprise[row] = surprises(values[first, second], comparable)
    chance = together(surprise)
    pairs = []
    there = ~np.isnan(surprise)
    sizes = there.sum(axis=1)
    for k in np.flatnonzero(~np.isnan(chance)):
        a, b = people[first[k]], people[second[k]]
        alike = [
            Alike(
                names[e],
                a.answers[names[e]],
                b.answers[names[e]],
                round(sizes[e] * np.exp(-surprise[e, k])),
                int(sizes[e]),
            )
            for e in np.flatnonzero(there[:, k])[np.argsort(-surprise[there[:, k], k], kind="stable")]
        ]
        pairs.append(Pair(lecture, a.who, b.who, float(chance[k]), tuple(alike)))
    return pairs


def _figures(lecture: str, people: Sequence[Answers], pairs: int, limit: float) -> LectureFigures:
    exercises = [e for e in functions_of(lecture) if any(e.name in one.answers for one in people)]
    usable = [e for e in exercises if len(independent_answers(e)) > 1]
    made_up = min(len(people), _MOST_PEOPLE)
    independent, known = [independent_answers(e) for e in usable], [handed_out_features(lecture)] * len(usable)
    rate = 0.0
    if usable and pairs:
        rate = false_alarms(independent, known, made_up, limit, _MADE_UP, np.random.default_rng(0))
    return LectureFigures(lecture, len(people), pairs, len(exercises), made_up, _MADE_UP, rate)
