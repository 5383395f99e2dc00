"""Read a lecture's source (MyST Markdown) and cut the answers out of its cells."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from helpers.checking.nbgrader import CHECK_CELL
from helpers.fingerprint import KERNEL_METADATA, cell_digest
from helpers.judging.exercise import Exercise, Free, Question
from helpers.lectures import exercise_named, exercises_of, lecture_named, lecture_names

from .minutes import counted

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # nbgrader's own
WRITE_HERE = "*Write your answer here.*"  # where the answer is a text
_DIFFICULTY = {1: "●○○", 2: "●●○", 3: "●●●"}


class SourceError(Exception):
    """A lecture's source breaks a rule; the message names the file and the rule."""


def source_path(lecture: str) -> Path:
    """The source of a lecture. Raises `SourceError`, naming the lectures that exist, for any other name."""
    try:
        return lecture_named(lecture).source
    except LookupError as error:
        raise SourceError(error.args[0]) from error


def source_text(lecture: str) -> str:
    """The text of a lecture's source, without the byte-order mark that some editors put before it."""
    return source_path(lecture).read_text(encoding="utf-8-sig")


def read_lecture(lecture: str) -> NotebookNode:
    """The lecture without outputs: answers in, placeholders filled, cells named and marked for nbgrader."""
    notebook = jupytext.reads(source_text(lecture), fmt="md:myst")
    notebook.metadata = nbformat.from_dict(KERNEL_METADATA | {"course": {"lecture": lecture}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _fill(cell.source, lecture)
        cell.metadata = _cell_metadata(cell, lecture)
    name_cells(notebook)
    return notebook


def without_answers(notebook: NotebookNode) -> NotebookNode:
    """The notebook that a learner opens: no answers, no outputs."""
    learner = nbformat.from_dict(notebook)
    for cell in learner.cells:
        if cell.cell_type == "markdown" and "nbgrader" in cell.metadata:
            cell.source = cut_answer(cell.source).strip() or WRITE_HERE
        if cell.cell_type == "code":
            cell.source = cut_answer(cell.source)
            cell.outputs, cell.execution_count = [], None
    return learner


def cut_answer(source: str) -> str:
    """Replace each marked region: by nbgrader's stub inside a function, by nothing at the top level."""
    kept, inside = [], False
    for line in source.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if BEGIN in line:
            if inside:
                raise SourceError(f"{BEGIN} inside an answer")
            inside = True
            kept += [indent + text for text in STUB] if indent else []
        elif END in line:
            if not inside:
                raise SourceError(f"{END} without {BEGIN}")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise SourceError(f"{BEGIN} without {END}")
    return "\n".join(kept)


def answer_lines(source: str) -> list[str]:
    """The lines of a text that stand between the markers."""
    regions = re.findall(rf"{BEGIN}\s*\n(.*?)\n[^\n]*{END}", source, re.DOTALL)
    return [line.strip() for region in regions for line in region.splitlines() if line.strip()]


def name_cells(notebook: NotebookNode) -> None:
    """Give every cell an identifier that depends on nothing but its text, so that building again changes nothing."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = cell_digest(cell)
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def _cell_metadata(cell, lecture: str) -> NotebookNode:
    tags = list(cell.metadata.get("tags", []))
    if cell.cell_type == "code" and cell.source.startswith("predict("):
        tags.append("nbval-ignore-output")  # the control has another identifier every time
    metadata = NotebookNode({"tags": tags} if tags else {})
    marks = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False}
    if name := cell.metadata.get("answers"):
        points = {e.name: e.points for e in exercises_of(lecture) if isinstance(e, Free)}
        if name not in points:
            raise SourceError(
                f"{lecture}: a cell says answers: {name}; its free exercises are {', '.join(points) or 'none'}"
            )
        metadata.nbgrader = marks | {"grade_id": name, "grade": True, "solution": True, "points": points[name]}
        return metadata
    if cell.cell_type != "code":
        return metadata
    check = CHECK_CELL.fullmatch(cell.source)
    if BEGIN in cell.source:
        metadata.nbgrader = marks | {"grade_id": _answered_exercise(cell.source, lecture), "solution": True}
    elif check:
        exercise = exercise_named(check["keyword"] or check["variable"])
        metadata.nbgrader = marks | {"grade_id": f"check_{exercise.name}", "grade": True, "locked": True}
        metadata.nbgrader["points"] = exercise.points
    return metadata


def _answered_exercise(source: str, lecture: str) -> str:
    names = [
        e.name for e in exercises_of(lecture) if re.search(rf"^(def {e.name}\(|{e.name} = )", source, re.MULTILINE)
    ]
    if len(names) != 1:
        raise SourceError(
            f"{lecture}: a cell with {BEGIN} should answer one exercise; this one answers {names}:\n{source}"
        )
    return names[0]


def _fill(text: str, lecture: str) -> str:
    def line(match) -> str:
        exercise = exercise_named(match[1])
        if exercise.lecture != lecture:
            raise SourceError(f"{lecture}: {match[1]} is an exercise of {exercise.lecture}")
        return describe(exercise)

    text = re.sub(
        r"\{\{ minutes \}\}",
        lambda _: "about {} minutes to read and run, {} for the exercises".format(*minutes_of(lecture)),
        text,
    )
    text = re.sub(r"\{\{ exercise (\w+) \}\}", line, text)
    text = re.sub(r"\{\{ lecture (\w+) \}\}", lambda match: link(match[1]), text)
    text = re.sub(r"\{\{ path (\w+) \}\}", lambda match: _on_the_map(match[1]), text)
    text = re.sub(r"\{\{ all minutes \}\}", lambda _: _all_minutes(), text)
    if "{{" in re.sub(r"\$[^$]*\$", "", text):
        raise SourceError(f"{lecture}: unknown placeholder in:\n{text}")
    return text


def describe(exercise: Exercise | Question | Free) -> str:
    """The line under an exercise's heading: its kind, points, minutes and difficulty; then its rubric, if any."""
    kind = "Question" if isinstance(exercise, Question) else "Exercise"
    unit = "minute" if exercise.minutes == 1 else "minutes"
    line = (
        f"*{kind} `{exercise.name}` · {exercise.points} points · about {exercise.minutes} {unit} · "
        f"difficulty {_DIFFICULTY[exercise.difficulty]}*"
    )
    if not isinstance(exercise, Free):
        return line
    rows = [f"| {criterion.name} | {criterion.points} | {criterion.full} |" for criterion in exercise.rubric]
    return "\n".join(
        [line, "", "A person marks it:", "", "| what | points | all of them for |", "|---|---|---|", *rows]
    )


def builds_on(lecture: str) -> list[str]:
    """The numbers of the lectures that the head of this one says you need, such as ["01", "05"]."""
    head = re.search(r"\{\{ minutes \}\}.*?(?=\n\n)", source_text(lecture), re.DOTALL)
    return sorted(set(re.findall(r"\blecture (\d\d)\b", head[0]))) if head else []


def minutes_of(lecture: str) -> tuple[int, int]:
    """The minutes to read and run a lecture, and those of its exercises."""
    return _minutes_to_read(source_text(lecture)), sum(exercise.minutes for exercise in exercises_of(lecture))


@cache
def _minutes_to_read(source: str) -> int:
    """Of a lecture's source; remembered, since the map counts every lecture."""
    reading = counted(without_answers(jupytext.reads(source, fmt="md:myst"))).minutes
    return max(5, 5 * round(reading / 5))


def _on_the_map(lecture: str) -> str:
    """Four cells: the link to a lecture, what it builds on, its minutes to read and those of its exercises."""
    if lecture not in lecture_names():
        return f"{link(lecture)} | | | "
    reading, doing = minutes_of(lecture)
    return f"{link(lecture)} | {', '.join(builds_on(lecture))} | {reading} | {doing}"


def _all_minutes() -> str:
    """The time of all lectures of the course, in words."""
    pairs = [minutes_of(name) for name in lecture_names() if not lecture_named(name).from_outside]
    reading, doing = (round(sum(minutes) / 60) for minutes in zip(*pairs, strict=True))
    return f"about {reading} hours to read and run, {doing} for the exercises"


def link(lecture: str) -> str:
    """A link to a lecture beside this one; for one that is not written yet, its name."""
    text = lecture.replace("_", " ")
    return f"[{text}]({lecture}.ipynb)" if lecture in lecture_names() else f"{text} (to come)"
