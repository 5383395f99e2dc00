"""`course requests`: what students ask to be looked at again."""

from __future__ import annotations

import getpass
from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("requests", help="list, record and answer requests to look at a mark again")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("--add", nargs=4, metavar=("STUDENT", "LECTURE", "EXERCISE", "TEXT"), help="record one")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="record many: student, lecture, exercise, text")
    parser.add_argument("--answer", nargs=2, metavar=("NUMBER", "TEXT"), help="answer one and leave the mark as it is")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading import outputs
    from helpers.grading.free_answers import printable
    from helpers.grading.gradebook import Gradebook, GradebookError
    from helpers.grading.requests import answer, ask, entry_of, read_requests, requests_of

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            if options.add or options.csv:
                rows = [tuple(options.add)] if options.add else []
                print(f"{ask(book, rows + (read_requests(options.csv) if options.csv else []))} requests are new.")
            if options.answer:
                number, text = options.answer
                if not number.isdecimal():
                    return refuse(f"--answer NUMBER TEXT: {number!r} is no number of a request")
                answer(book, int(number), text, getpass.getuser())
            if options.add or options.csv or options.answer:
                outputs.write_all(book, options.out)
            open_ones = [request for request in requests_of(book) if not request.answer]
            for request in open_ones:
                entry = entry_of(book, request)
                marks = f"{entry.points:g} of {entry.verdict.max_points:g} points" if entry else "no longer here"
                print(f"{request.number}. {request.student}, {request.lecture}, {request.exercise} ({marks}):")
                print(f"   {printable(request.text)}")
            print(
                f"{len(open_ones)} requests are open." + (" course adjust or --answer closes one." if open_ones else "")
            )
    except GradebookError as error:
        return refuse(error)
    return OK
