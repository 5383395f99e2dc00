"""CSV files whose cells no spreadsheet computes."""

from __future__ import annotations

import csv
from pathlib import Path

# Also in the full width of East Asian type, which some spreadsheets read as the same sign.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(path: Path, rows) -> None:
    """Write rows of texts to a new file; a link of that name is not followed."""
    with open(path, "x", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def safe_cell(text: str) -> str:
    """Text that a spreadsheet shows and never computes (the first character decides)."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return "'" + text if text.startswith(_FORMULA) else text
