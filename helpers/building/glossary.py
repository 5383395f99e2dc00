"""The glossary: the words of the field that the lectures use, with their meaning and in the languages of the readers.

Each lecture declares its own in `glossary.csv`, with the columns of `COLUMNS`. A term that several lectures declare is
told where it comes first.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence

from helpers.lectures import lecture_named

from .source import SourceError

COLUMNS = ("term", "meaning", "chinese", "korean", "vietnamese")


def terms_of(lecture: str) -> list[dict[str, str]]:
    """The terms that a lecture declares, in its order. Raises `SourceError` for a file with other columns."""
    path = lecture_named(lecture).folder / "glossary.csv"
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, 2):
        if tuple(row) != COLUMNS or not all(row.values()):
            raise SourceError(f"{path}, line {number}: the columns are {', '.join(COLUMNS)}, and none is empty")
    return rows


def glossary(lectures: Sequence[str]) -> str:
    """The text of `glossary.md`, in the order of the alphabet."""
    found: dict[str, tuple[dict[str, str], list[str]]] = {}
    for lecture in lectures:
        for row in terms_of(lecture):
            found.setdefault(row["term"].lower(), (row, []))[1].append(lecture)
    rows = [
        row | {"lectures": ", ".join(lecture[:2] for lecture in where)} for _, (row, where) in sorted(found.items())
    ]
    told = "# Glossary\n\nThe words of the field, with the lectures that explain them.\n\n"
    return told + table(rows, lectures="lectures") + "\n"


def table(rows: Iterable[Mapping[str, str]], **more: str) -> str:
    """The rows as a table in Markdown. `more` columns stand behind those of `COLUMNS`, under these headings."""
    headings = dict(zip(COLUMNS, ("term", "meaning", "中文", "한국어", "Tiếng Việt"), strict=True)) | more
    lines = [headings, dict.fromkeys(headings, "---")]
    lines += [{column: row[column].replace("|", r"\|") for column in headings} for row in rows]
    return "\n".join(f"| {' | '.join(line.values())} |" for line in lines)
