"""Whose wrong answers would be right in somebody else's variant, and how likely that is by chance.

Each person's order of letters, and what an exercise asks of them, are drawn for them alone. So a letter that is wrong
in one's own variant is right in another's with a chance of one in as many as the question has letters, whatever the
person knows. A function that is right for another choice than one's own is what another person was asked for with a
chance of one in as many choices as were handed out. All that is independent from question to question and from exercise
to exercise. That makes the chances here exact; nothing about the class is assumed. The course's own version of an
exercise is nobody's, so an answer that is right there, such as one found on the web, counts for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from helpers.judging.choices import choice_of
from helpers.judging.exercise import Question

from .letters import as_read, letters_of, order

# How many entries a list may be expected to have in a class in which everybody worked alone.
EXPECTED = 0.05


@dataclass(frozen=True)
class Fit:
    """A student, another person, and how many of the student's wrong answers are right in the other's variant.

    Of functions only those count as `wrong` here that are right for some choice that was handed out.

    `chance` is that of so many, or more, in the variant of at least one of all the others.
    """

    student: str
    other: str
    wrong: int
    right_there: int
    chance: float


def fits(
    wrong: Mapping[str, Mapping[Question | str, str]],
    seeds: Mapping[str, str],
    choices: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[Fit]:
    """The pairs that chance does not explain, the most surprising first.

    `wrong` holds for each student what they got wrong: the question, and the course's letter of what they chose; the
    name of an exercise, and the choice that their answer is right for. `seeds` are those of everybody, also of people
    who handed in nothing; `choices` those of each exercise that were handed out.
    """

    def right_for(asked: Question | str, seed: str) -> str:
        if isinstance(asked, Question):
            return as_read(asked.answer, order(asked, seed))
        return choice_of(asked, choices[asked], seed)

    asked = {one for chosen in wrong.values() for one in chosen}
    right = {person: {one: right_for(one, seed) for one in asked} for person, seed in seeds.items()}
    known = {student: chosen for student, chosen in wrong.items() if student in seeds and chosen}
    pairs = sum(len(seeds) - 1 for _ in known)
    found = []
    for student, chosen in known.items():
        written = {
            one: as_read(answer, order(one, seeds[student])) if isinstance(one, Question) else answer
            for one, answer in chosen.items()
        }
        chances = _at_least([1 / len(letters_of(one) if isinstance(one, Question) else choices[one]) for one in chosen])
        for other in seeds.keys() - {student}:
            count = sum(right[other][one] == answer for one, answer in written.items())
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
