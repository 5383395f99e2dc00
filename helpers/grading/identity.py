"""Who is who in a gradebook: what is known when a folder is marked, and what was found out since."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from .class_file import class_of
from .collecting.layouts import CANVAS, FOLDERS, MOODLE, Who
from .collecting.people import FILE, People, Question, WhoIsWhoError, ask, read_answers, unanswered
from .gradebook import Gradebook, GradebookError

__all__ = ["FILE", "ask", "names_of", "open_questions", "people", "settle"]


def people(book: Gradebook, out: Path) -> People:
    """Everything that is known of the class whose gradebook is in `out`. Raises `GradebookError`."""
    return People(book.students(), book.aliases(), _readable(read_answers, out), class_of(out).people)


def open_questions(out: Path) -> list[str]:
    """The names of which nobody has said whose they are. Raises `GradebookError`."""
    return _readable(unanswered, out)


def _readable(read, out: Path):
    try:
        return read(out / FILE)
    except WhoIsWhoError as error:
        raise GradebookError(str(error)) from error


def settle(book: Gradebook, out: Path) -> tuple[list[str], list[Question]]:
    """Apply what a person has decided, and what a class list tells, to those who are in the gradebook already.

    Returns sentences about what moved, and what has to be asked.
    """
    known = people(book, out)
    gone = book.forgotten()
    names = defaultdict(list)
    for alias, student in book.aliases().items():
        names[student].append(_who(alias))
    targets, by_hand, unknown = defaultdict(list), set(), []
    for student in book.students():
        for who in names[student] or _guesses(student):
            if (answer := known.answer(who)) and answer != student:
                if class_of(out).people and not known.is_known(answer):  # without a list a name may be a new one
                    unknown.append(f"{FILE} says that {who.key} is {answer}, and there is no student of that name")
                    continue
                if len(names[student]) > 1:  # the others of this student stay
                    remarks = _move_alone(book, who, student, answer)
                    if remarks:
                        later, questions = settle(book, out)
                        return [*remarks, *later], questions
                    continue
                targets[answer].append(student)
                by_hand.add(student)
                break
        else:
            found = known.members_of(names[student] or _guesses(student))
            if len(found) == 1 and student not in found:
                targets[found.pop()].append(student)
    found = _moved(book, targets, by_hand)
    book.add_students(person.student for person in class_of(out).people if person.student not in gone)
    return [*unknown, *found[0]], found[1]


def _moved(book: Gradebook, targets: dict[str, list[str]], by_hand: set[str]) -> tuple[list[str], list[Question]]:
    remarks, questions = [], []
    lectures = defaultdict(set)
    for paper in book.submissions():
        lectures[paper.student].add(paper.lecture)
    for target, students in targets.items():
        for student in students:
            others = [one for one in (*students, target) if one != student]
            twice = set().union(*(lectures[one] for one in others)) & lectures[student]
            if twice and student not in by_hand:
                questions.append(Question(f"{FOLDERS}:{student}", f"could be {target}, and so could another"))
                continue
            remarks.append(f"{student} is {target}")
            remarks += book.rename(student, target)
    return remarks, questions


def _move_alone(book: Gradebook, who: Who, student: str, answer: str) -> list[str]:
    """Give one of several names of a student, and the papers that came under it, to somebody else."""
    moved = [p.lecture for p in book.submissions() if p.student == student and f"/{who.key}" in f"/{p.path}"]
    book.add_aliases({who.alias: answer})
    if not moved:
        return []
    return [f"{who.key} is {answer}", *book.rename(student, answer, tuple(moved))]


def names_of(student: str, aliases: Mapping[str, str]) -> list[Who]:
    """The names under which work of a student was found, or may have been."""
    return [_who(alias) for alias, owner in aliases.items() if owner == student] or _guesses(student)


def _who(alias: str) -> Who:
    system, _, key = alias.partition(":")
    number = re.search(r"_(\d+)$", key) if system in (MOODLE, CANVAS) else None
    return Who(system, key, key[: number.start()] if number else key, number[1] if number else "")


def _guesses(student: str) -> list[Who]:
    """What a student of a gradebook from before names were remembered may have been found under."""
    coded = [_who(f"{system}:{student}") for system in (MOODLE, CANVAS)] if re.search(r"_\d+$", student) else []
    return [Who(FOLDERS, student, student), *coded]
