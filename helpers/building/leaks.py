"""Look for answers in what learners get, without trusting the cut that should have removed them.

Three looks that know nothing of each other: the text of the learner's notebook (sources, outputs, metadata) is searched
for the lines of the answers; its stubs are parsed and must hold nothing but a docstring and `raise
NotImplementedError`; and its metadata and outputs must be empty of anything that the build does not put there.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

from helpers.judging.exercise import Free, Question
from helpers.lectures import exercises_of

from .source import answer_lines, source_text

# Lines that any Python text may hold and that give nothing away.
_COMMON = {
    "x = np.asarray(x, dtype=float)",
    "import numpy as np",
    "import keras",
    "else:",
    "break",
    "return model",
    "return out",
    "return result",
}
GIVEN = "given"  # the tag of a cell whose code an exercise asks to mend: lines of the answer may stand there
_CELL_METADATA = {"nbgrader", "tags"}
_NOTEBOOK_METADATA = {"kernelspec", "language_info", "course"}


def find(lecture: str, path: Path) -> list[str]:
    """A sentence for each trace of an answer or of an author in the learner's notebook at `path`."""
    if not path.exists():
        return []
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except (ValueError, KeyError):
        return [f"{path.name} cannot be read as a notebook"]
    return [
        *_answer_lines_in(lecture, path, notebook),
        *_filled_stubs(lecture, path, cells),
        *_traces(path, notebook, cells),
    ]


def _answer_lines_in(lecture, path, notebook):
    text = "\n".join(_strings(notebook))
    lines = {_squeeze(line) for line in text.splitlines()}
    given = {_squeeze(line) for line in _lines_given(notebook)}
    for answer in answer_lines(source_text(lecture)):
        if _squeeze(answer) in given:
            continue
        says_something = any(character.isalnum() for character in answer)  # a bare bracket does not
        if says_something and answer not in _COMMON and _squeeze(answer) in lines:
            yield f"{path.name} shows a line of an answer: {answer}"
    if "BEGIN SOLUTION" in text or "END SOLUTION" in text:
        yield f"{path.name} holds a marker of an answer"


def _lines_given(notebook):
    for cell in notebook["cells"]:
        if GIVEN in cell["metadata"].get("tags", ()):
            yield from "".join(cell["source"]).splitlines()


def _strings(value):
    """Every string in a JSON value; the lines of a cell's source are joined first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _filled_stubs(lecture, path, cells):
    trees = []
    for cell in cells:
        if cell["cell_type"] == "code":
            try:
                trees.append(ast.parse("".join(cell["source"])))
            except SyntaxError:
                continue
    for exercise in exercises_of(lecture):
        if isinstance(exercise, Free):
            continue  # what a person reads has no stub
        if isinstance(exercise, Question):
            filled = any(_is_answered(tree, exercise.name) for tree in trees)
        else:
            functions = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
            filled = any(f.name == exercise.name and not _is_stub(f) for f in functions)
        if filled:
            yield f"{path.name} answers {exercise.name}"


def _is_answered(tree, name) -> bool:
    assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    values = [a.value for a in assignments if any(isinstance(t, ast.Name) and t.id == name for t in a.targets)]
    return any(not (isinstance(value, ast.Constant) and value.value is ...) for value in values)


def _is_stub(function: ast.FunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])


def _traces(path, notebook, cells):
    extra = set(notebook["metadata"]) - _NOTEBOOK_METADATA
    extra |= {key for cell in cells for key in set(cell["metadata"]) - _CELL_METADATA}
    if extra:
        yield f"{path.name} carries metadata of an author: {', '.join(sorted(extra))}"
    if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
        yield f"{path.name} carries outputs"


def _squeeze(line: str) -> str:
    return "".join(line.split())
