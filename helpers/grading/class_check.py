"""What is wrong or missing in a class: in its file, in its gradebook, and in who is who."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.lectures import exercises_of

from . import identity
from .class_file import FILE, ClassFile, ClassFileError, class_of
from .collecting.people import same
from .gradebook import Gradebook
from .variants import without_variant
from .wording import few


def problems(out: Path) -> tuple[str, list[str]]:
    """A line that says what is there, and a sentence for each thing to do. Raises `GradebookError`."""
    class_ = class_of(out)
    if not class_.is_there:
        raise ClassFileError(f"there is no {out / FILE}; make one with: course class init {out} --roster FILE")
    found = []
    dated = [name for name, counted in class_.lectures.items() if counted.due]
    for name, counted in class_.lectures.items():
        own = sum(exercise.points for exercise in exercises_of(name))
        if own and own != counted.points:
            found.append(f"{name} has {own:g} points and is worth {counted.points:g} here; marks are scaled to that")
    late = class_.late
    if (late.points_a_day or late.percent_a_day) and (undated := sorted(set(class_.lectures) - set(dated))):
        found.append(f"late work loses points, but there is no due date for {', '.join(undated)}")
    found += _odd_marks(class_)
    for person in class_.people:
        found += [
            f"line {person.line}: the extension of {person.student} for {name} ends before the lecture is due"
            for name, moment in person.extensions.items()
            if (due := class_.lectures[name].due if name in class_.lectures else None) and moment < due
        ]
        if not person.email:
            found.append(f"line {person.line}: {person.student} has no e-mail address; course send cannot reach them")
    if (out / "gradebook.db").exists():
        with Gradebook(out / "gradebook.db") as book:
            in_list = {same(person.student) for person in class_.people}
            strangers = [student for student in book.students() if same(student) not in in_list]
            unknown = without_variant(book)
            uncounted = [name for name in book.lectures() if class_.lectures and name not in class_.lectures]
        if strangers and class_.people:
            found.append(f"in the gradebook and not in course.toml: {few(strangers)}")
        if unknown:
            found.append(f"not known which variant they have, so what differs is not marked: {few(unknown)}")
        if uncounted:
            found.append(f"marked, but not among the lectures that count: {', '.join(uncounted)}")
    if asked := identity.open_questions(out):
        found.append(f"{out / identity.FILE} asks whose these names are: {few(asked)}")
    people = "1 person" if len(class_.people) == 1 else f"{len(class_.people)} people"
    return f"{people}, {len(class_.lectures)} lectures that count, {len(dated)} with a date.", found


def _odd_marks(class_: ClassFile) -> list[str]:
    """What is allowed in [marks] and in weights, and hardly ever meant."""
    found = []
    values = [least for _, least in class_.letters]
    if values and 0 < max(values) <= 1:
        found.append(f"letters are given from so many percent, and the highest is {max(values):g}; write 90, not 0.9")
    if len(set(values)) < len(values):
        found.append("two letters are given from the same percentage, so one of them is never given")
    plain = [(letter[0].upper(), least) for letter, least in class_.letters if re.fullmatch(r"[A-Fa-f][+-]?", letter)]
    if any(one > other and least > most for one, least in plain for other, most in plain):
        order = ", ".join(f"{letter} from {least:g}" for letter, least in class_.letters)
        found.append(f"of the letters a later one of the alphabet needs more than an earlier one: {order}")
    counting = [counted for counted in class_.lectures.values() if not counted.extra_credit and counted.weight]
    if class_.lectures and not counting:
        found.append("no lecture has a weight, so nobody has a percentage or a letter")
    elif class_.lectures and class_.drop_lowest >= len(counting):
        found.append(f"drop_lowest is {class_.drop_lowest} of {len(counting)} lectures; one always counts")
    return found
