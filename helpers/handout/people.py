"""A hand-out of which each person of a class gets notebooks of their own, and the file that says who has which."""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from pathlib import Path

from helpers.building.source import read_lecture, without_answers
from helpers.grading import keys
from helpers.grading.class_init import Found, people_of
from helpers.grading.collecting.people import Member
from helpers.grading.exports.tables import ExportError
from helpers.grading.keys import VariantsError
from helpers.judging.choices import NotWritten
from helpers.lectures import functions_of

from .notebooks import ask, choices_in, has_variants, of_variant
from .writing import Handout, HandoutError, known, named, write


def write_for(
    to: Path, roster: Path, name: str = "", lectures: Sequence[str] = (), exam: Collection[str] = (), **more
) -> tuple[Handout, keys.Keys]:
    """Write a hand-out for the people of a roster to the file `to`, and `variants.json` beside it.

    Whoever is in that file already keeps their seed. `more` is what `write` takes. Raises `HandoutError`; then nothing
    was handed out.
    """
    differing = [lecture for lecture in known(lectures) if has_variants(lecture)]
    if not differing:
        raise HandoutError("nothing in these lectures differs from person to person; leave --variants out")
    named(exam)
    path = to.with_name(keys.FILE)
    try:
        for lecture in differing:  # before anything is written
            sheet = without_answers(read_lecture(lecture))
            of_variant(sheet, lecture, "any")
            for exercise in functions_of(lecture):
                for choice in exercise.choices:
                    ask(copy.deepcopy(sheet), exercise, choice)
        people, remarks = people_of([roster])
        before = keys.read(path) if path.exists() else keys.Keys()
        choices = {name: tuple(names) for lecture in differing for name, names in choices_in(lecture).items()}
        new, holders = keys.keys_for([_member(one) for one in people], before, differing, choices)
    except (ExportError, VariantsError, NotWritten) as error:
        raise HandoutError(str(error)) from error
    if remarks:
        raise HandoutError(remarks[0])
    if not holders:
        raise HandoutError(f"there is nobody in the roster {roster}")
    to.parent.mkdir(parents=True, exist_ok=True)
    keys.write(path, new)  # before the notebooks: no seed is ever handed out and then not known
    return write(to, name, lectures, exam, people=holders, **more), new


def _member(person: Found) -> Member:
    identifiers = tuple(filter(None, (person.email, *person.ids)))
    return Member(person.student, person.name, identifiers, person.canvas, tuple(person.moodle))
