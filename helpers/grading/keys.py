"""Who has which variant: the instructor's file `variants.json`. It lies beside what is handed out, and never in it.

Each person's seed is drawn for them alone, so nobody can work out anybody else's. A person who is in the file keeps the
seed from week to week; whoever is new is added, and nobody leaves.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .collecting.people import Member, same

FILE = "variants.json"
FORMAT = 1
_SEED_BYTES = 16
_SHORT = 12  # characters of a digest
_TEXTS, _LISTS = ("student", "name", "canvas", "seed", "digest"), ("identifiers", "moodle")


class VariantsError(Exception):
    """The file of variants cannot be used; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Variant:
    """What somebody's notebook is marked by; `problem` says why that is not known, and then what differs cannot be.

    `choices` are what each exercise asks of them that does not ask everybody the same; "" if that is not known.
    """

    seed: str = ""
    problem: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Holder(Member):
    """A person and their seed; `problem` says why it cannot be used, and then it must not be."""

    seed: str = ""
    problem: str = ""

    @property
    def variant(self) -> Variant:
        return Variant(problem=self.problem) if self.problem else Variant(self.seed)


@dataclass(frozen=True)
class Keys:
    """The people with their seeds, and the lectures of which they got notebooks that differ.

    `choices` are what could be asked in each exercise that did not ask everybody the same, when it was handed out.
    """

    lectures: tuple[str, ...] = ()
    people: tuple[Holder, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def told(self) -> dict:
        """All of it as JSON."""
        people = [
            {"student": one.student, "name": one.name, "identifiers": list(one.identifiers)}
            | {"canvas": one.canvas, "moodle": list(one.moodle)}
            | {"seed": one.seed, "digest": "" if one.problem else _digest(one)}
            for one in self.people
        ]
        choices = {name: list(names) for name, names in self.choices.items()}
        return {"format": FORMAT, "lectures": list(self.lectures), "choices": choices, "people": people}

    def with_newer(self, newer: Keys) -> Keys:
        """Both; for whoever is in both, what the newer one says."""
        there = {same(one.student) for one in newer.people}
        stay = [one for one in self.people if same(one.student) not in there]
        lectures, choices = tuple(sorted({*self.lectures, *newer.lectures})), {**self.choices, **newer.choices}
        return Keys(lectures, (*stay, *newer.people), choices)


def tag(seed: str) -> str:
    """What a notebook says of its variant: it tells nobody the seed, and whoever has the seed knows it again."""
    return hashlib.sha256(f"tag\0{seed}".encode()).hexdigest()[:_SHORT]


def keys_for(
    people: Sequence[Member], before: Keys, lectures: Iterable[str], choices: Mapping[str, tuple[str, ...]]
) -> tuple[Keys, list[Holder]]:
    """The keys before with those who are new in `people`, and the holder of each person. Raises `VariantsError`."""
    for name in choices.keys() & before.choices.keys():
        if set(choices[name]) != set(before.choices[name]):
            raise VariantsError(
                f"{name} asks for other variants than when it was handed out, and {FILE} holds who has which of those; "
                "write this hand-out into another folder"
            )
    holders, owners = [], {}
    for person in people:
        own = identifiers_of(person)
        known = [one for one in before.people if own & identifiers_of(one)]
        if len(known) > 1:
            names = " and ".join(one.student for one in known)
            raise VariantsError(f"{person.student} of the roster could be {names} of {FILE}; take one of them out")
        if known and known[0].problem:
            raise VariantsError(f"{FILE}: {known[0].student}: {known[0].problem}")
        if known and (other := owners.setdefault(known[0].student, person)) is not person:
            raise VariantsError(
                f"{other.student} and {person.student} of the roster are both {known[0].student} of {FILE}"
            )
        told = {key: getattr(person, key) for key in ("name", "identifiers", "canvas", "moodle")}
        holders.append(
            replace(known[0], **{key: value or getattr(known[0], key) for key, value in told.items()})
            if known
            else Holder(person.student, **told, seed=secrets.token_hex(_SEED_BYTES))
        )
    return before.with_newer(Keys(tuple(lectures), tuple(holders), choices)), holders


def identifiers_of(person: Member) -> set[str]:
    """What tells that somebody is this person, spelled in one way."""
    return {same(one) for one in (person.student, *person.identifiers)}


def read(path: Path) -> Keys:
    """What the file says. Raises `VariantsError` if it cannot be read; one broken entry is told of its person."""
    again = "take a copy of it that is whole, or the file beside what you handed out"
    try:
        told = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise VariantsError(f"the file of variants {path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise VariantsError(f"the file of variants {path} is damaged ({error}); {again}") from error
    if isinstance(told, dict) and isinstance(told.get("format"), int) and told["format"] > FORMAT:
        raise VariantsError(f"the file of variants {path} was written by a newer version of the course")
    try:
        return of_told(told)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise VariantsError(f"{path} is no file of variants; {again}") from error


def of_told(told: dict) -> Keys:
    """The keys that `told` tells. If it is something else, raises `AttributeError`, `KeyError`, `TypeError` or
    `ValueError`.
    """
    if told["format"] != FORMAT or not all(isinstance(name, str) for name in told["lectures"]):
        raise ValueError("another format")
    people = [_holder(entry) for entry in told["people"]]
    counts = Counter(same(one.student) for one in people)
    twice = "the file of variants names this person more than once"
    people = [replace(one, problem=twice) if counts[same(one.student)] > 1 else one for one in people]
    choices = {name: tuple(names) for name, names in told.get("choices", {}).items()}  # questions alone had variants
    if not all(names and all(isinstance(one, str) for one in names) for names in choices.values()):
        raise ValueError("choices without names")
    return Keys(tuple(told["lectures"]), tuple({same(one.student): one for one in people}.values()), choices)


def _holder(entry: dict) -> Holder:
    texts = {key: entry.get(key, "") for key in _TEXTS}
    lists = {key: entry.get(key, []) for key in _LISTS}
    if not isinstance(texts["student"], str) or not texts["student"].strip():
        raise ValueError("an entry without a student")
    bad = [key for key, value in texts.items() if not isinstance(value, str)]
    bad += [k for k, v in lists.items() if not isinstance(v, list) or not all(isinstance(one, str) for one in v)]
    digest = texts.pop("digest")
    whole = {key: "" if key in bad else value for key, value in texts.items()}
    whole |= {key: () if key in bad else tuple(value) for key, value in lists.items()}
    holder = Holder(**whole)
    if bad or not holder.seed or digest != _digest(holder):
        return replace(holder, problem="the entry of this person in the file of variants was changed or damaged")
    return holder


def _digest(holder: Holder) -> str:
    """Tells a seed that was changed, or that stands beside another name, from the one that was drawn."""
    return hashlib.sha256(f"{same(holder.student)}\0{holder.seed}".encode()).hexdigest()[:_SHORT]


def write(path: Path, keys: Keys) -> None:
    """Write the file, all of it or nothing; nobody else on this machine may read it."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(keys.told(), indent=1, ensure_ascii=False) + "\n")
    os.replace(temporary, path)
