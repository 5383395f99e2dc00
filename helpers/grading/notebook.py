"""Read the code cells of a notebook that anyone may have written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

MAX_CELLS = 5000
MAX_SOURCE_BYTES = 4 * 2**20
MAX_BESIDE_OUTPUTS = 6 * 2**20
MAX_BRACKETS = 10**6  # of any kind; the largest plots have a hundred thousand
# Read as it is. Python's objects take up to thirty times the room of their JSON.
_SMALL = 2**20
# In order: what is not looked at, and may be most of a file; a text; a bracket.
_TOKEN = re.compile(
    rb'"(?:outputs|attachments|widgets)"\s*+:\s*+(?=[\[{])|"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL
)


class Unreadable(Exception):
    """The file is no notebook that can be marked; the message is for the student."""


@dataclass(frozen=True)
class CodeCell:
    """The text of a code cell, and nbgrader's name for it, if it has one. Anyone may have written either."""

    source: str
    grade_id: str = ""


def code_cells(content: bytes) -> list[str]:
    """The sources of the code cells, in order. Metadata, outputs and identifiers are not looked at.

    Accepts a byte-order mark, UTF-16, and nbformat 3 as well as 4. Raises `Unreadable`.
    """
    return [cell.source for cell in read_notebook(content)[1]]


def read_notebook(content: bytes) -> tuple[dict, list[CodeCell]]:
    """A notebook's metadata and code cells. Raises `Unreadable`."""
    if not content.strip():
        raise Unreadable("the file is empty; save the notebook, and hand it in again")
    content = _utf_8(content)
    if len(content) > _SMALL:
        if sum(map(content.count, (b"[", b"{"))) > MAX_BRACKETS:
            raise Unreadable("the notebook holds more than a million lists; clear its outputs and hand it in again")
        content = _without_outputs(content)
        if len(content) > MAX_BESIDE_OUTPUTS:
            raise Unreadable(
                f"the notebook holds more than {MAX_BESIDE_OUTPUTS // 2**20} MB besides the outputs of its cells; "
                "take out what is no text and no code, and hand it in again"
            )
    try:
        notebook = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(_why_no_json(content)) from error
    cells = _cells(notebook)
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"the notebook has {len(cells)} cells; at most {MAX_CELLS} are read")
    code = [
        CodeCell(_source(cell), _grade_id(cell))
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    if sum(len(cell.source.encode()) for cell in code) > MAX_SOURCE_BYTES:
        raise Unreadable("the notebook holds more than 4 MB of code")
    metadata = notebook.get("metadata")
    return metadata if isinstance(metadata, dict) else {}, code


@dataclass(frozen=True)
class RawCell:
    """A cell as it stands in the file. `grade_id` is what it says that nbgrader calls it; `outputs` may be anything."""

    kind: str
    source: str
    grade_id: str
    outputs: object


def all_cells(content: bytes) -> list[RawCell]:
    """The cells for a person to read, of code and of text. Raises `Unreadable` as `code_cells` does."""
    content = _utf_8(content)
    if sum(map(content.count, (b"[", b"{"))) > MAX_BRACKETS:
        raise Unreadable("the notebook holds more than a million lists; clear its outputs and hand it in again")
    try:
        cells = _cells(json.loads(content.decode()))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the file is not a notebook: it is not valid JSON") from error
    return [
        RawCell(
            "code" if cell.get("cell_type") == "code" else "markdown",
            _source(cell),
            _grade_id(cell),
            cell.get("outputs"),
        )
        for cell in cells[:MAX_CELLS]
        if isinstance(cell, dict)
    ]


def _grade_id(cell: dict) -> str:
    found = cell
    for key in ("metadata", "nbgrader", "grade_id"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _utf_8(content: bytes) -> bytes:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    return content.removeprefix(b"\xef\xbb\xbf")


def _why_no_json(content: bytes) -> str:
    if re.search(rb"^\s*(?:<{7}|>{7}) ", content, re.MULTILINE):
        return "Git has left the marks of a conflict (<<<<<<<) in it, so it is not valid JSON; take one of the versions"
    return "the file is not a notebook: it is not valid JSON; open it in Jupyter, save it, and hand that in"


def _without_outputs(content: bytes) -> bytes:
    """The JSON with nothing in the place of each list of outputs, before any of it becomes Python's objects."""
    kept, start, depth, dropped_at = [], 0, 0, None
    for token in _TOKEN.finditer(content):
        text = token[0]
        if text in b"[{":
            depth += 1
        elif text in b"]}":
            depth -= 1
            if depth == dropped_at:
                start, dropped_at = token.end(), None
        elif dropped_at is None and text[-1] not in b'"':
            kept += [content[start : token.end()], b"null"]
            dropped_at = depth
    return b"".join(kept) + content[start:] if dropped_at is None else content


def _cells(notebook) -> list:
    if isinstance(notebook, dict):
        if isinstance(notebook.get("cells"), list):
            return notebook["cells"]
        sheets = notebook.get("worksheets")  # nbformat 3
        if (
            isinstance(sheets, list)
            and sheets
            and isinstance(sheets[0], dict)
            and isinstance(sheets[0].get("cells"), list)
        ):
            return sheets[0]["cells"]
    raise Unreadable("the file is JSON, but not a notebook: it has no cells")


def _source(cell: dict) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""


def _grade_id(cell: dict) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) else ""
