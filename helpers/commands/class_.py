"""`course class`: `course.toml`, made from rosters and checked."""

from __future__ import annotations

from pathlib import Path

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("class", help="course.toml: who is in the class, what counts and until when")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    init = actions.add_parser("init", help="make it from rosters, or add to it who is new in them")
    init.add_argument("out", type=Path, metavar="DIR", help="the folder of the gradebook")
    init.add_argument(
        "--roster",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a class list of any system (repeatable)",
    )
    init.set_defaults(run=_init)
    check = actions.add_parser("check", help="say what is wrong or missing")
    check.add_argument("out", type=Path, metavar="DIR", help="the folder of the gradebook")
    check.set_defaults(run=_check)


def _init(options) -> int:
    from helpers.grading import class_init
    from helpers.grading.class_file import FILE
    from helpers.grading.exports.tables import ExportError
    from helpers.grading.gradebook import GradebookError

    was_there = (options.out / FILE).exists()
    try:
        written = class_init.write(options.out, options.roster)
    except (ExportError, GradebookError) as error:
        return refuse(error)
    for remark in written.remarks:
        print(f"! {remark}")
    people = "1 person" if written.people == 1 else f"{written.people} people"
    if was_there:
        print(f"{people} added to {options.out / FILE}; what stood in it is as it was.")
    else:
        print(
            f"Written: {options.out / FILE}, with {people}. Write the dates into it, then type: "
            f"course class check {options.out}"
        )
    return OK


def _check(options) -> int:
    from helpers.grading.class_check import problems
    from helpers.grading.gradebook import GradebookError

    try:
        facts, found = problems(options.out)
    except GradebookError as error:
        return refuse(error)
    print(facts)
    for problem in found:
        print(f"! {problem}")
    if not found:
        print("Everything is in place.")
    return PROBLEM if found else OK
