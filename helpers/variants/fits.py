"""Whose wrong letters would be right in somebody else's variant, and how likely that is by chance.

Each person's order is drawn for them alone. So a letter that is wrong in one's own variant is right in another's with a
chance of one in as many as the question has letters, whatever the person knows, and independently from question to
question. That makes the chances here exact; nothing about the class is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from helpers.judging.exercise import Question

from .letters import as_read, letters_of, order

# How many entries a list may be expected to have in a class in which everybody worked alone.
EXPECTED = 0.05


@dataclass(frozen=True)
class Fit:
    """A student, another person, and how many of the student's wrong letters are right in the other's variant.

    `chance` is that of so many, or more, in the variant of at least one of all the others.
    """

    student: str
    other: str
    wrong: int
    right_there: int
    chance: float


def fits(wrong: Mapping[str, Mapping[Question, str]], seeds: Mapping[str, str]) -> list[Fit]:
    """The pairs that chance does not explain, the most surprising first.

    `wrong` holds for each student what they chose and why it is wrong: the question, and the course's letter of what
    they chose. `seeds` are those of everybody, also of people who handed in nothing.
    """
    questions = {question for chosen in wrong.values() for question in chosen}
    right = {
        person: {question: as_read(question.answer, order(question, seed)) for question in questions}
        for person, seed in seeds.items()
    }
    known = {student: chosen for student, chosen in wrong.items() if student in seeds and chosen}
    pairs = sum(len(seeds) - 1 for _ in known)
    found = []
    for student, chosen in known.items():
        written = {question: as_read(letter, order(question, seeds[student])) for question, letter in chosen.items()}
        chances = _at_least([1 / len(letters_of(question)) for question in chosen])
        for other in seeds.keys() - {student}:
            count = sum(right[other][question] == letter for question, letter in written.items())
            if chances[count] * pairs <= EXPECTED:
                any_other = min(1.0, chances[count] * (len(seeds) - 1))
                found.append(Fit(student, other, len(chosen), count, any_other))
    return sorted(found, key=lambda fit: (fit.chance, fit.student, fit.other))


def _at_least(chances: list[float]) -> np.ndarray:
    """The chances that at least 0, 1, 2, ... of independent events happen."""
    exactly = np.ones(1)
    for chance in chances:
        exactly = np.convolve(exactly, [1 - chance, chance])
    return exactly[::-1].cumsum()[::-1]
