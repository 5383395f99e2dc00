"""The glossary: the words of the field that the lectures use, with their meaning and in the languages of the readers.

Each lecture declares its own in `glossary.csv`, with the columns of `COLUMNS`. A term that several lectures declare is
told where it comes first.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

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
    lines = [
        "# Glossary",
        "",
        "The words of the field, with the lectures that explain them.",
        "",
        "| term | meaning | 中文 | 한국어 | Tiếng Việt | lectures |",
        "|" + "---|" * 6,
    ]
    for _, (row, where) in sorted(found.items()):
        cells = [*(row[column] for column in COLUMNS), ", ".join(lecture[:2] for lecture in where)]
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
