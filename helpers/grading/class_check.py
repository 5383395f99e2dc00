"""What is wrong or missing in a class: in its file, in its gradebook, and in who is who."""

from __future__ import annotations

from pathlib import Path

from helpers.lectures import exercises_of

from . import identity
from .class_file import FILE, ClassFileError, class_of
from .collecting.people import same
from .gradebook import Gradebook
from .variants import without_variant

_SHOWN = 10


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
    for person in class_.people:
        if not person.email:
            found.append(f"line {person.line}: {person.student} has no e-mail address; course send cannot reach them")
    if (out / "gradebook.db").exists():
        with Gradebook(out / "gradebook.db") as book:
            in_list = {same(person.student) for person in class_.people}
            strangers = [student for student in book.students() if same(student) not in in_list]
            unknown = without_variant(book)
            uncounted = [name for name in book.lectures() if class_.lectures and name not in class_.lectures]
        if strangers and class_.people:
            found.append(f"in the gradebook and not in course.toml: {_few(strangers)}")
        if unknown:
            found.append(f"not known which variant they have, so their questions are not marked: {_few(unknown)}")
        if uncounted:
            found.append(f"marked, but not among the lectures that count: {', '.join(uncounted)}")
    if asked := identity.open_questions(out):
        found.append(f"{out / identity.FILE} asks whose these names are: {_few(asked)}")
    people = "1 person" if len(class_.people) == 1 else f"{len(class_.people)} people"
    return f"{people}, {len(class_.lectures)} lectures that count, {len(dated)} with a date.", found


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} others" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
