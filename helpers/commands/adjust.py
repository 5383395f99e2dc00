"""`course adjust`: a person's decision about a mark."""

from __future__ import annotations

import getpass
from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("adjust", help="record a person's decision about a mark; it always wins")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("student", metavar="STUDENT")
    parser.add_argument("lecture", metavar="LECTURE")
    parser.add_argument("exercise", metavar="EXERCISE")
    parser.add_argument("points", type=float, metavar="POINTS")
    parser.add_argument("--why", required=True, help="the reason, shown to the student")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading import outputs
    from helpers.grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            decision = (options.student, options.lecture, options.exercise, options.points, options.why)
            book.adjust(*decision, author=getpass.getuser())
            outputs.write_all(book, options.out)
    except GradebookError as error:
        return refuse(error)
    print(f"{options.student} has {options.points:g} points for {options.exercise}. The pages are written again.")
    return OK
