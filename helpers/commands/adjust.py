"""`course adjust`: a person's decisions about marks."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser(
        "adjust",
        help="record a person's decision about a mark; it always wins",
        usage="course adjust DIR STUDENT LECTURE EXERCISE POINTS --why WHY [--bonus]\n"
        "       course adjust DIR STUDENT LECTURE EXERCISE --take-back --why WHY\n"
        "       course adjust DIR --csv FILE [FILE ...]",
    )
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("student", metavar="STUDENT", nargs="?")
    parser.add_argument("lecture", metavar="LECTURE", nargs="?")
    parser.add_argument("exercise", metavar="EXERCISE", nargs="?")
    parser.add_argument("points", type=float, metavar="POINTS", nargs="?")
    parser.add_argument("--why", help="the reason, shown to the student")
    parser.add_argument("--bonus", action="store_true", help="POINTS may be more than the exercise is worth")
    parser.add_argument("--take-back", action="store_true", help="what the marking gave counts again")
    parser.add_argument(
        "--csv",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="many at once: student, lecture, exercise, points, why; or a table of course collect",
    )
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading import outputs
    from helpers.grading.gradebook import Gradebook, GradebookError

    named = (options.student, options.lecture, options.exercise)
    if problem := _misfit(options, named):
        return refuse(problem)
    try:
        with Gradebook(options.out / "gradebook.db") as book:
            said = _record(book, options, named)
            outputs.write_all(book, options.out)
    except GradebookError as error:
        return refuse(error)
    print(f"{said} The pages are written again.")
    return OK


def _once(tables: dict) -> list:
    """The decisions of all tables, each once. Raises `GradebookError` if two tables decide otherwise about the same."""
    from helpers.grading.gradebook import GradebookError

    found = {}
    for path, decisions in tables.items():
        for decision in decisions:
            key = (decision.student, decision.lecture, decision.exercise)
            other, before = found.setdefault(key, (path, decision))
            if before != decision:
                raise GradebookError(
                    f"{other} and {path} decide otherwise about {', '.join(key)}; nothing was recorded"
                )
    return [decision for _, decision in found.values()]


def _misfit(options: argparse.Namespace, named) -> str:
    """What is wrong with the arguments, "" if they fit together."""
    if options.csv:
        alone = not (any(named) or options.take_back or options.bonus or options.why)
        return "" if alone else "--csv FILE stands alone: the file says who, what and why"
    if not all(named):
        return "course adjust DIR STUDENT LECTURE EXERCISE POINTS --why WHY, or course adjust DIR --csv FILE"
    if options.why is None:
        return 'a decision needs its reason: --why "..."'
    if options.take_back == (options.points is not None):
        return "give either POINTS or --take-back"
    return ""


def _record(book, options: argparse.Namespace, named) -> str:
    """Record what was decided; the sentence that says so."""
    if not options.csv:
        named = (book.named(options.student), *named[1:])
    student, _, exercise = named
    author = getpass.getuser()
    if options.csv:
        from helpers.grading.by_hand import read_decisions

        tables = {path: read_decisions(book, path) for path in options.csv}
        decisions = _once(tables)
        book.adjust_all(decisions, author)
        return f"{len(decisions)} decisions are new."
    if options.take_back:
        book.take_back(*named, options.why, author)
        return f"What the marking gave {student} for {exercise} counts again."
    book.adjust(*named, options.points, options.why, author, options.bonus)
    return f"{student} has {options.points:g} points for {exercise}."
