"""The notebooks of a hand-out: the tasks as they are, the lecture around them to read.

A lecture's own code stays at home, because much of it is what the exercises ask for. What it showed stays, as text and
pictures. Cells that need nothing but NumPy and its like remain cells.
"""

from __future__ import annotations

import ast
import builtins
import copy
import json
import re
import symtable
from collections.abc import Iterator
from html import escape

import nbformat
from nbformat import NotebookNode

from helpers import __all__ as NAMES
from helpers.building.around import add_words
from helpers.building.source import name_cells, read_lecture, without_answers
from helpers.grading.keys import tag
from helpers.judging.choices import NotWritten, choice_of, replaced
from helpers.judging.exercise import Choice, Exercise, Question
from helpers.lectures import exercise_named, exercises_of, functions_of, lecture_named
from helpers.variants.letters import order, question_cells, reordered

from .manifest import KEY

FIRST = """\
# This cell looks for the folder `helpers` that came with this notebook.
try:
    from helpers.handout.manifest import opened
except ModuleNotFoundError as missing_module:
    print(f"{missing_module}. Unpack the whole hand-out, and leave this notebook beside the folder helpers.")
else:
    opened("DIGEST")"""
_LEFT_OUT = {"handin", "solution"}  # what a hand-out has no use for


def worksheet(lecture: str, manifest: dict) -> NotebookNode:
    """The notebook of one lecture that belongs to the hand-out with this manifest."""
    with_answers = read_lecture(lecture)
    outputs = _outputs(lecture)
    cells, known, guesses = [], set(dir(builtins)), {}
    for cell, shown in zip(without_answers(with_answers).cells, with_answers.cells, strict=True):
        if cell.cell_type != "code":
            cells.append(cell)
        elif "nbgrader" in cell.metadata:
            known |= _bound(cell.source)
            cells.append(cell)
        else:
            cells += _in_place_of(cell, outputs.get(shown.id, []), known, guesses)
    unanswered = list(map(id, guesses.values()))  # the cells that ask for a guess whose result is not computed any more
    notebook = nbformat.from_dict({**with_answers, "cells": [cell for cell in cells if id(cell) not in unanswered]})
    first = next(number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    notebook.cells.insert(first, nbformat.v4.new_code_cell(FIRST.replace("DIGEST", manifest["digest"])))
    add_words(notebook, lecture)
    notebook.metadata.course[KEY] = {key: manifest[key] for key in ("format", "name", "digest")}
    name_cells(notebook)
    return notebook


def has_variants(lecture: str) -> bool:
    """Whether the notebook of this lecture differs from seed to seed."""
    return any(isinstance(exercise, Question) for exercise in exercises_of(lecture)) or bool(choices_in(lecture))


def choices_in(lecture: str) -> dict[str, list[str]]:
    """What the exercises of a lecture may ask of somebody: the names of their choices, by the exercise's."""
    return {e.name: [one.name for one in e.choices] for e in functions_of(lecture) if e.choices}


def of_variant(sheet: NotebookNode, lecture: str, seed: str) -> NotebookNode:
    """The worksheet of a lecture as a person with this seed gets it. Raises `NotWritten`."""
    own, chosen = copy.deepcopy(sheet), {}
    for name, cell in question_cells(own, lecture).items():
        cell.source = reordered(cell.source, order(exercise_named(name), seed))
    for exercise in functions_of(lecture):
        if choices := {choice.name: choice for choice in exercise.choices}:
            chosen[exercise.name] = choice_of(exercise.name, choices, seed)
            ask(own, exercise, choices[chosen[exercise.name]])
    for cell in own.cells:
        if cell.cell_type == "code" and cell.source.startswith(FIRST.partition("\n")[0]):
            told = [f"{name}={json.dumps(choice)}" for name, choice in chosen.items()]
            cell.source = ",\n        ".join([cell.source.removesuffix(")"), *told]) + ")"
    own.metadata.course.setdefault(KEY, {})["variant"] = tag(seed)
    name_cells(own)
    return own


def ask(sheet: NotebookNode, exercise: Exercise, choice: Choice) -> None:
    """Let a worksheet ask for a choice of an exercise. Raises `NotWritten` if its text is not written for that."""
    cells = task_cells(sheet, exercise)
    text = replaced("\0".join(cell.source for cell in cells), choice.texts, times=1)
    for cell, source in zip(cells, text.split("\0"), strict=True):
        cell.source = source
    own = f"\n\n**Your variant: {choice.name}.**"
    cells[0].source = re.sub(rf"\*Exercise `{exercise.name}`.*", lambda line: line[0] + own, cells[0].source)


def task_cells(sheet: NotebookNode, exercise: Exercise) -> tuple[NotebookNode, NotebookNode]:
    """The cell with the task of an exercise, and the one with its stub. Raises `NotWritten`."""
    told = [c for c in sheet.cells if c.cell_type == "markdown" and f"*Exercise `{exercise.name}`" in c.source]
    stubs = [c for c in sheet.cells if c.metadata.get("nbgrader", {}).get("grade_id") == exercise.name]
    if len(told) != 1 or len(stubs) != 1:
        raise NotWritten(
            f"{exercise.name} has {len(told)} cells with its task and {len(stubs)} with its stub in the sheet"
        )
    return told[0], stubs[0]


def _outputs(lecture: str) -> dict[str, list]:
    """What each cell of the executed notebook showed, by the cell's identifier."""
    path = lecture_named(lecture).executed
    if not path.is_file():
        return {}
    return {c.id: c.outputs for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"}


def _in_place_of(cell: NotebookNode, outputs: list, known: set[str], guesses: dict) -> Iterator[NotebookNode]:
    """The cells that stand for one of the lecture; `known` grows by what they define."""
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:  # a magic
        return
    imports = [one for one in statements if isinstance(one, ast.Import | ast.ImportFrom)]
    ours = list(filter(None, map(_allowed, imports)))
    rest = ast.Module([one for one in statements if one not in imports], [])
    known |= _bound("\n".join(ours))
    used = _needed(ast.unparse(rest))
    if rest.body and used <= known:
        known |= _bound(ast.unparse(rest))
        if len(ours) < len(imports) or any(one not in cell.source for one in ours):
            cell.source = "\n".join([*ours, *(ast.get_source_segment(cell.source, one) or "" for one in rest.body)])
        if asked := re.match(r"predict\(\s*[\"'](\w+)", cell.source):
            guesses[asked[1]] = cell
        for name in re.findall(r"\boutcome\(\s*[\"'](\w+)", cell.source):
            guesses.pop(name, None)
        yield cell
        return
    if ours:
        yield nbformat.v4.new_code_cell("\n".join(ours))
    if not used & set(NAMES) - {"outcome"}:  # what a check shows is for who has written the answer
        shown = "\n\n".join(filter(None, map(_as_text, outputs)))
        folded = any(name in guesses for name in re.findall(r"\boutcome\(\s*[\"'](\w+)", cell.source))
        if folded:
            shown = f"<details><summary>What came out</summary>\n\n{shown}\n\n</details>"
        if shown:
            yield nbformat.v4.new_markdown_cell(shown)


def _allowed(statement: ast.Import | ast.ImportFrom) -> str:
    """An import as far as a hand-out can follow it; "" if it cannot."""
    if isinstance(statement, ast.Import):
        return "" if any(one.name.startswith("helpers") for one in statement.names) else ast.unparse(statement)
    if not (statement.module or "").startswith("helpers"):
        return ast.unparse(statement)
    names = [one for one in statement.names if one.name in NAMES and one.name not in _LEFT_OUT]
    if statement.module != "helpers" or not names:
        return ""
    return ast.unparse(ast.ImportFrom("helpers", names, 0))


def _bound(code: str) -> set[str]:
    """The names that a cell binds for those below it."""
    table = symtable.symtable(code, "<cell>", "exec")
    return {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}


def _needed(code: str) -> set[str]:
    """The names that a cell takes from elsewhere."""
    names, bound = set(), set()
    for statement in ast.parse(code).body:
        here = ast.unparse(statement)
        # `x = f(x)` needs an x; a loop or a function binds what it then uses.
        own = set() if isinstance(statement, ast.Assign | ast.AugAssign) else _bound(here)
        names |= _used(here) - own - bound
        bound |= _bound(here)
    return names


def _used(code: str) -> set[str]:
    names, tables = set(), [symtable.symtable(code, "<cell>", "exec")]
    while tables:
        table = tables.pop()
        top = table.get_type() == "module"
        names |= {one.get_name() for one in table.get_symbols() if one.is_referenced() and (top or one.is_global())}
        tables += table.get_children()
    return names


def _as_text(output: NotebookNode) -> str:
    """An output as Markdown."""
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```"
    data = output.get("data", {})
    if "text/html" in data:
        return re.sub(r"\n\s*\n+", "\n", data["text/html"])  # an empty line would end the block
    return f"<pre>{escape(data['text/plain'])}</pre>" if "text/plain" in data else ""
