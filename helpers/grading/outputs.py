"""Write what people read from the gradebook: two tables, a page for each submission, a page for the class."""

from __future__ import annotations

import os
from pathlib import Path

from .class_report import report_page
from .feedback_pages import write_feedback
from .gradebook import Gradebook
from .papers import class_papers
from .requests import requests_of
from .tables import grades, results, variants, write_csv
from .variants import fits_in


def write_all(book: Gradebook, out: Path) -> None:
    """Write `grades.csv`, `results.csv`, `feedback/` and `report.html` anew, and `variants.csv` if there are any."""
    papers = class_papers(book)
    replace_file(out / "grades.csv", lambda path: write_csv(path, grades(papers)))
    replace_file(out / "results.csv", lambda path: write_csv(path, results(papers)))
    requests = requests_of(book)
    write_feedback(papers, out / "feedback", requests)
    fits = fits_in(book, papers)
    if fits is not None:
        replace_file(out / "variants.csv", lambda path: write_csv(path, variants(fits)))
    page = report_page(book.settings(), papers, requests, fits)
    replace_file(out / "report.html", lambda path: write_text(path, page))


def replace_file(path: Path, write) -> None:
    """Write a file beside and move it into place, so that a reader never meets half of one."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)  # left by an interrupted run, or a link that somebody planted
    write(temporary)
    os.replace(temporary, path)


def write_text(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8", errors="replace") as file:
        file.write(text)
