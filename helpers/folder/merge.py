"""Bring a new version of a lecture into a notebook in which somebody has worked, cell by cell.

Three versions meet: the notebook as it was handed out (the *base*), as it is now (*mine*), and as it is handed out
today (*new*). Nothing but mine is needed to know the base: the build makes a cell's identifier of its text, so a cell
whose identifier does not fit its text was changed, and the list of identifiers as handed out stands in the notebook's
metadata (`course.cells`). A notebook is therefore up to date by itself or not at all, whatever happened to its
neighbors.

- A cell that nobody touched becomes what it is today; one that is not handed out anymore goes.
- A cell that the learner changed or added stays as it is. If another text is handed out in its place today, that
  comes below it: a task as a text (as code it would replace the answer), anything else as it is.
- A cell that the learner deleted stays away until it says something new.
- The order is the new one, unless the learner moved cells; own cells stay below the cell below which they stood.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterable, Mapping

from helpers.fingerprint import DIGEST_LENGTH, as_built, cell_digest

_MADE_BY_THE_BUILD = re.compile(rf"[0-9a-f]{{{DIGEST_LENGTH}}}(-\d+)?")
_VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # nbformat 4.5
_NEW_TASK = "new-task-"


def merge(mine: dict, new: dict) -> dict:
    """The notebook `mine` (nbformat 4, as JSON) with what `new` brings. Neither of the two is changed.

    `new` is a notebook as the build writes it. Merging again what is merged already returns `mine`.
    """
    if _handed_out(mine) == _handed_out(new):
        return mine
    task_of = {cell["id"]: _exercise(cell) for cell in new["cells"]}
    news = {cell["id"]: cell for cell in new["cells"]}
    cells, base = _without_old_notices(mine, news, task_of)
    keys = _keys(cells, {*base, *news})
    own = dict(zip(keys, cells, strict=True))
    place_of = _places(own, base, news)

    kept = {key: [cell] for key, cell in own.items() if not _untouched(key, cell)}
    for identifier, cell in news.items():
        key = place_of.get(identifier, identifier)
        if key == identifier and key in own:
            kept[key] = [_marked_as(cell, own[key])]
        elif key in kept:
            if _exercise(cell) is None:
                kept[key].append(cell)
            elif identifier not in base:
                kept[key].append(_new_task(cell))
        elif key in own or identifier not in base:
            kept[key] = [cell]
    order = _order(list(own), [place_of.get(identifier, identifier) for identifier in news], base)

    merged = {**mine, "nbformat": 4, "nbformat_minor": max(5, mine.get("nbformat_minor", 5))}
    merged["cells"] = _named(copy.deepcopy(cell) for key in order for cell in kept.get(key, ()))
    course = {**new["metadata"]["course"], "cells": list(news)}
    merged["metadata"] = {**mine["metadata"], "course": copy.deepcopy(course)}
    return merged


def untouched_cells(notebook: Mapping) -> list[bool]:
    """For each cell, whether it is as the build wrote it."""
    return [_untouched(cell.get("id"), cell) for cell in notebook["cells"]]


def _handed_out(notebook: Mapping) -> list | None:
    """The identifiers of a notebook's cells as they were handed out, as far as the notebook tells."""
    course = notebook["metadata"].get("course")
    if not isinstance(course, dict):
        return None
    cells = course.get("cells")
    if isinstance(cells, list) and all(isinstance(cell, str) for cell in cells):
        return cells
    # Notebooks did not always say so; one that nobody touched shows it.
    return [cell["id"] for cell in notebook["cells"]] if as_built(notebook) else None


def _without_old_notices(mine, news, task_of) -> tuple[list[dict], list[str]]:
    """The cells of `mine` but for notices of a task that is another today, and the base."""
    base = _handed_out(mine)
    if base is None:  # what is left of the cells is all that is known
        found = (cell.get("id") for cell in mine["cells"])
        base = [i for i in dict.fromkeys(found) if isinstance(i, str) and _MADE_BY_THE_BUILD.fullmatch(i)]
    changed_tasks = {task_of[identifier] for identifier in news.keys() - set(base)} - {None}
    cells = [cell for cell in mine["cells"] if not (_announced(cell) in changed_tasks and _untouched_notice(cell))]
    return cells, base


def _keys(cells: list[dict], known: set[str]) -> list:
    """For each cell the identifier by which the course knows it; a number for a cell that is the learner's own."""
    keys: list = [None] * len(cells)
    free = set(known)
    for number, cell in enumerate(cells):
        if isinstance(cell.get("id"), str) and cell["id"] in free:
            keys[number] = cell["id"]
            free.discard(cell["id"])
    # Some tools drop identifiers, and a cell that was cut and pasted has another one; its text still tells.
    by_digest: dict[str, list[str]] = {}
    for identifier in sorted(free, key=lambda text: (len(text), text)):
        by_digest.setdefault(identifier[:DIGEST_LENGTH], []).append(identifier)
    for number, cell in enumerate(cells):
        if keys[number] is None:
            alike = by_digest.get(cell_digest(cell))
            keys[number] = alike.pop(0) if alike else number
    return keys


def _places(own: dict, base: list[str], news: dict[str, dict]) -> dict[str, object]:
    """For a new cell that is not in the notebook, the key of the older cell whose place it takes."""
    places: dict[str, object] = {}
    answers: dict[str, list] = {}
    for key, cell in own.items():
        if key not in news and _exercise(cell) is not None:
            answers.setdefault(_exercise(cell), []).append(key)
    for identifier, cell in news.items():
        candidates = answers.get(_exercise(cell), []) if identifier not in own else []
        if candidates:
            # What was handed out comes before a copy that the learner made of it.
            places[identifier] = min(candidates, key=lambda key: (not isinstance(key, str), candidates.index(key)))
            candidates.remove(places[identifier])
    taken = set(places.values())
    matcher = difflib.SequenceMatcher(a=base, b=list(news), autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "replace":
            gone = [i for i in base[a:b] if i in own and i not in news and i not in taken and not _exercise(own[i])]
            come = [i for i in list(news)[c:d] if i not in base and i not in own and not _exercise(news[i])]
            places.update(zip(come, gone, strict=False))
    return places


def _order(mine: list, new: list, base: list[str]) -> list:
    """All keys in the order in which the cells are to stand."""
    handed_out = [key for key in mine if key in set(base)]
    moved = handed_out != [key for key in base if key in set(handed_out)]
    main, side = (mine, new) if moved else (new, mine)
    order, present, previous = list(main), set(main), None
    for key in side:
        if key not in present:
            order.insert(0 if previous is None else order.index(previous) + 1, key)
            present.add(key)
        previous = key
    return order


def _untouched(key, cell) -> bool:
    return isinstance(key, str) and key[:DIGEST_LENGTH] == cell_digest(cell) and bool(_MADE_BY_THE_BUILD.fullmatch(key))


def _exercise(cell) -> str | None:
    """The exercise that a cell answers or checks, as nbgrader's metadata name it."""
    marks = cell.get("metadata", {}).get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def _marked_as(new_cell, cell) -> dict:
    """A cell of the learner's with today's marks (tags, points)."""
    return {**cell, "metadata": {**cell.get("metadata", {}), **new_cell["metadata"]}}


def _new_task(stub) -> dict:
    name, source = _exercise(stub), "".join(stub["source"])
    text = (
        f"**`{name}` has changed since you wrote the cell above.** Your cell stays as it is. "
        f"This is what is handed out now:\n\n```python\n{source}\n```\n\n"
        "You can delete this cell once you have read it."
    )
    notice = {"cell_type": "markdown", "metadata": {"course": {"new_task": name}}, "source": text}
    return {**notice, "id": _NEW_TASK + cell_digest(notice)}


def _announced(cell) -> str | None:
    about = cell.get("metadata", {}).get("course")
    name = about.get("new_task") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def _untouched_notice(cell) -> bool:
    return cell.get("id") == _NEW_TASK + cell_digest(cell)


def _named(cells: Iterable[dict]) -> list[dict]:
    """The cells with an identifier each, unique in the notebook."""
    cells, seen = list(cells), set()
    for cell in cells:
        identifier = cell.get("id")
        if not isinstance(identifier, str) or not _VALID_ID.fullmatch(identifier) or identifier in seen:
            wanted, number = f"own-{cell_digest(cell)}", 1
            while (identifier := f"{wanted}-{number}") in seen:
                number += 1
            cell["id"] = identifier
        seen.add(identifier)
    return cells
