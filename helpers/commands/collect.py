"""`course collect`: the answers to an exercise on one page, to be marked by hand."""

from __future__ import annotations

from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("collect", help="put the answers to one exercise on one page, without names, to mark")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("lecture", metavar="LECTURE")
    parser.add_argument(
        "exercise", metavar="EXERCISE", nargs="?", help="without it: each exercise of the lecture that a person marks"
    )
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading.by_hand import collect, free_exercises
    from helpers.grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            names = [options.exercise] if options.exercise else free_exercises(book, options.lecture)
            collected = [collect(book, options.out, options.lecture, name) for name in names]
    except GradebookError as error:
        return refuse(error)
    for done in collected:
        for remark in done.remarks:
            print(f"! {remark}.")
        print(f"{done.answers} answers, {done.undecided} of them not decided: {', '.join(map(str, done.paths))}.")
    return OK
