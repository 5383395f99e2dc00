"""Make of an executed lecture a notebook that is good to read on a page, where nothing runs.

What the experiment behind a *Predict* shows, and the explanation below it, are folded until the reader opens them. So
is the course's answer to an exercise. They are open in the page as it is built, and the page's script closes them:
without scripts and in print everything is there.
"""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.building.source import BEGIN, END, cut_answer

PREDICT = "*Predict.*"
RESULT, ANSWER = "Show what happens", "Show the answer of the course"
_HEADING = re.compile(r"#{1,6} ")
_FENCE = re.compile(r"^(```+|~~~+)")
_NAME_ALONE = re.compile(r"\w+|\w+\(\)")
_MERMAID = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
_GROUP = re.compile(r"subgraph \w+ ?\[\"?(.+?)\"?\]")
_STATION = re.compile(r"\w+\[\"?(\d\d) (.+?)\"?\]")


def readable(
    notebook: NotebookNode, strip: str | None = None, ways: str = "", exist: dict[str, str] | None = None
) -> NotebookNode:
    """The notebook for the page.

    Parameters
    ----------
    notebook : NotebookNode
        As it was executed; it is not changed.
    strip : str, optional
        HTML that stands in place of the explorer's first picture.
    ways : str
        HTML with the ways to get or open the notebook; it follows the title.
    exist : dict, optional
        The pages of the lectures that exist, by their two digits.

    Returns
    -------
    NotebookNode
        With `kernelspec` and the cells of the page, in order.
    """
    page = nbformat.from_dict({**notebook, "cells": []})
    page.metadata.pop("widgets", None)  # they would ask another host for scripts
    page.cells = _with_answers_folded(_with_results_folded(_prepared(notebook, strip, exist or {})))
    if ways and page.cells:
        title, _, rest = page.cells[0].source.partition("\n")
        page.cells[0].source = f"{title}\n\n{ways}\n{rest}"
    for number, cell in enumerate(page.cells):
        cell.id = f"cell-{number}"
    return page


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from disk. Raises `ValueError`, which names the file and says what to do."""
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: make it with `course build {path.stem}`") from None
    except Exception as error:  # nbformat raises many kinds; all mean that the file is no notebook
        raise ValueError(f"{path} is not a notebook ({error}); make it again: `course build {path.stem}`") from error


def _prepared(notebook, strip, exist):
    """The cells without what means nothing on a page; the strip in its place."""
    cells = []
    for cell in notebook.cells:
        cell = nbformat.from_dict(cell)
        if cell.cell_type == "markdown":
            cell.source = _MERMAID.sub(lambda found: _list_of_stations(found, exist), cell.source)
            # A part that the lecture folds is treated like those folded here.
            cell.source = re.sub(r"<details(?! open)", "<details open", cell.source)
            cells.append(cell)
            continue
        outputs = [output for output in cell.outputs if not _is_widget(output)]
        cell.outputs = outputs
        if _asks_for_a_guess(cell.source):
            choices = _choices(cell.source)
            if choices:
                cells.append(new_markdown_cell("\n".join(f"- {choice}" for choice in choices)))
        elif not outputs and _NAME_ALONE.fullmatch(_last_statement(cell.source)) and _only_shows(cell.source):
            continue  # the live panel
        elif strip and ".static()" in cell.source and outputs:
            cell.outputs = []
            cells += [cell, new_markdown_cell(strip)]
            strip = None
        else:
            cells.append(cell)
    return cells


def _with_results_folded(cells):
    """Fold the outputs of each experiment that follows a question, and the text that explains them."""
    folded, asked, number = [], False, 0
    while number < len(cells):
        cell = cells[number]
        number += 1
        if cell.cell_type == "markdown":
            asked = (asked and not _starts_with_heading(cell.source)) or PREDICT in cell.source
            folded.append(cell)
            continue
        if not asked or not cell.outputs:
            folded.append(cell)
            continue
        asked = False
        explanation, rest = "", ""
        if number < len(cells) and cells[number].cell_type == "markdown":
            explanation, rest = _split_explanation(cells[number].source)
            number += 1
        folded += _fold(RESULT, cell, explanation)
        if rest:
            cells.insert(number, new_markdown_cell(rest))
    return folded


def _with_answers_folded(cells):
    """Show the task as the learner finds it; fold the answer, together with what the check says of it."""
    folded, number = [], 0
    while number < len(cells):
        cell = cells[number]
        number += 1
        if cell.cell_type != "code" or BEGIN not in cell.source:
            folded.append(cell)
            continue
        stub = cut_answer(cell.source)
        answer = "\n".join(line for line in cell.source.splitlines() if line.strip() not in (BEGIN, END))
        folded += [new_code_cell(stub)] if stub.strip() else []
        folded += [*_opened(ANSWER), new_code_cell(answer, outputs=cell.outputs)]
        if number < len(cells) and cells[number].cell_type == "code" and cells[number].source.startswith("check("):
            folded.append(cells[number])
            number += 1
        folded.append(_closed())
    return folded


def _fold(summary, cell, explanation):
    # A cell without code would be left out, with its outputs.
    shown = new_code_cell("# shown above", outputs=cell.outputs, metadata={"tags": ["remove-input"]})
    cell = nbformat.from_dict({**cell, "outputs": []})
    text = [new_markdown_cell(explanation)] if explanation else []
    return [cell, *_opened(summary), shown, *text, _closed()]


def _opened(summary):
    return [new_markdown_cell(f'<details class="until-opened" open>\n<summary>{summary}</summary>')]


def _closed():
    return new_markdown_cell("</details>")


def _split_explanation(source):
    """The part of a text that explains a result, and what follows: the next heading, question or folded part."""
    kept, lines = [], source.splitlines()
    fence = None
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark:
            fence = None if fence else mark[1]
        if not fence and (_HEADING.match(line) or line.startswith((PREDICT, "<details"))):
            return "\n".join(kept).strip(), "\n".join(lines[number:])
        kept.append(line)
    return "\n".join(kept).strip(), ""


def _starts_with_heading(source):
    return bool(_HEADING.match(source.lstrip()))


def _is_widget(output):
    return "application/vnd.jupyter.widget-view+json" in output.get("data", {})


def _statements(source):
    """The statements of a cell; none where it holds a magic and cannot be parsed."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def _last_statement(source):
    statements = _statements(source)
    return ast.get_source_segment(source, statements[-1]) if statements else ""


def _only_shows(source):
    """Whether a cell does nothing but import something, at most, and show a panel."""
    return all(isinstance(statement, ast.ImportFrom | ast.Expr) for statement in _statements(source))


def _asks_for_a_guess(source):
    calls = _statements(source)
    return bool(calls) and all(
        isinstance(s, ast.Expr)
        and isinstance(s.value, ast.Call)
        and isinstance(s.value.func, ast.Name)
        and s.value.func.id == "predict"
        for s in calls
    )


def _choices(source):
    """The choices that a guess offers: the texts of a list or tuple in its call."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List | ast.Tuple):
            texts = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if len(texts) > 1:
                return texts
    return []


def _list_of_stations(found, exist):
    """A map of the lectures, drawn with Mermaid, as lists of links: its script alone would weigh three megabytes.

    Any other diagram stays as it is written.
    """
    groups, current = [], None
    for line in found[1].splitlines():
        group = _GROUP.search(line)
        if group:
            current = (group[1], [])
            groups.append(current)
        elif current:
            current[1].extend(_STATION.findall(line))
    if not any(stations for _, stations in groups):
        return found[0]
    parts = []
    for title, stations in groups:
        items = "".join(f"<li>{_station(number, name, exist)}</li>" for number, name in stations)
        parts.append(f"<div><p>{html.escape(title)}</p><ul>{items}</ul></div>")
    return f'<div class="map">{"".join(parts)}</div>'


def _station(number, name, exist):
    text = html.escape(f"{number} {name}")
    return f'<a href="{exist[number]}.html">{text}</a>' if number in exist else f"{text} <small>(to come)</small>"
