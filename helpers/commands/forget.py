"""`course forget`: take somebody, or one paper of theirs, out of a gradebook; or bring them back."""

from __future__ import annotations

import getpass
from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser(
        "forget", help="take a student, or one lecture of theirs, out of a gradebook; --undo brings them back"
    )
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("student", metavar="STUDENT")
    parser.add_argument("lecture", metavar="LECTURE", nargs="?")
    parser.add_argument("--undo", action="store_true", help="bring back what was taken out last")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading import outputs
    from helpers.grading.gradebook import Gradebook, GradebookError

    what = f"{options.student}'s {options.lecture}" if options.lecture else options.student
    try:
        with Gradebook(options.out / "gradebook.db") as book:
            if options.undo:
                count, remarks = book.recall(options.student, options.lecture)
                said = f"{what} is back, with {_papers(count)}."
            else:
                count = book.forget(book.named(options.student), options.lecture, getpass.getuser())
                remarks, said = (
                    [],
                    f"{what} was taken out, with {_papers(count)}. Nothing is lost: --undo brings it back.",
                )
            outputs.write_all(book, options.out)
    except GradebookError as error:
        return refuse(error)
    for remark in remarks:
        print(f"! {remark}")
    print(said)
    return OK


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count} papers"
