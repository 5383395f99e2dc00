"""Read the code cells of a notebook that anyone may have written."""

from __future__ import annotations

import json

MAX_CELLS = 5000
MAX_SOURCE_BYTES = 4 * 2**20


class Unreadable(Exception):
    """The file is no notebook that can be marked; the message is for the student."""


def code_cells(content: bytes) -> list[str]:
    """The sources of the code cells, in order. Metadata, outputs and identifiers are not looked at.

    Accepts a byte-order mark, UTF-16, and nbformat 3 as well as 4. Raises `Unreadable`.
    """
    if not content.strip():
        raise Unreadable("the file is empty")
    try:
        notebook = json.loads(_text(content))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the file is not a notebook: it is not valid JSON") from error
    cells = _cells(notebook)
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"the notebook has {len(cells)} cells; at most {MAX_CELLS} are read")
    sources = [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if sum(len(source.encode()) for source in sources) > MAX_SOURCE_BYTES:
        raise Unreadable("the notebook holds more than 4 MB of code")
    return sources


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


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
