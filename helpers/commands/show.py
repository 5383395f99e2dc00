"""`course show`: what a student handed in, as text that cannot do anything."""

from __future__ import annotations

from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("show", help="print what a student handed in, as it is, without running it")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("student", metavar="STUDENT")
    parser.add_argument("lecture", metavar="LECTURE")
    parser.add_argument("--all", action="store_true", help="also the cells that are as they were handed out")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading.free_answers import is_as_handed_out, printable
    from helpers.grading.gradebook import Gradebook, GradebookError
    from helpers.grading.handed_in import HandedInBook
    from helpers.lectures import lecture_names

    try:
        with Gradebook(options.out / "gradebook.db") as book, HandedInBook(options.out) as handed_in:
            options.student = book.named(options.student)
            if options.student not in book.students():
                return refuse(f"the gradebook has no student {options.student!r}")
            cells = handed_in.cells(book.digest(options.student, options.lecture), options.lecture)
    except GradebookError as error:
        return refuse(error)
    if cells is None:
        return refuse(
            f"nothing of {options.student} is kept for {options.lecture}: it was not handed in, is no notebook, "
            "or was marked before notebooks were kept (run course grade again)"
        )
    known = options.lecture in lecture_names()
    left = 0
    for number, cell in enumerate(cells, 1):
        if known and not options.all and is_as_handed_out(cell, options.lecture):
            left += 1
            continue
        print(f"--- cell {number}, {cell.kind}{f', answers {printable(cell.answers)}' if cell.answers else ''}")
        print(printable(cell.source))
    if left:
        print(f"--- {left} cells are as they were handed out; --all prints them, too.")
    return OK
