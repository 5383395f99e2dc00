"""`course report`: a gradebook's tables and pages again."""

from __future__ import annotations

from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("report", help="write tables and pages again from a gradebook")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading import identity, outputs
    from helpers.grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            moved, questions = identity.settle(book, options.out)
            outputs.write_all(book, options.out)
            identity.ask(options.out / identity.FILE, questions)
    except GradebookError as error:
        return refuse(error)
    for remark in moved:
        print(f"! {remark}")
    print(f"Written: {options.out}/grades.csv, results.csv, report.html and feedback/.")
    return OK
