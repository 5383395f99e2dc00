"""`course handout`: what students of a graded course get, without an answer in any form."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from .common import OK, Progress, refuse


def add(commands) -> None:
    parser = commands.add_parser("handout", help="write a file to hand out that holds no answers: checks as data")
    parser.add_argument("lectures_named", nargs="*", metavar="LECTURE", help="which lectures (default: all)")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="the zip to write")
    parser.add_argument("--name", default="", help="a name for it, such as that of the class")
    parser.add_argument(
        "--exam",
        action="append",
        default=[],
        metavar="NAME",
        help="a lecture or an exercise of which a check says only whether it runs, without hints (repeatable)",
    )
    parser.add_argument("--from", dest="opens", type=_time, metavar="TIME", help="nothing is checked before")
    parser.add_argument("--until", dest="closes", type=_time, metavar="TIME", help="nothing is checked after")
    parser.add_argument(
        "--variants",
        type=Path,
        metavar="ROSTER",
        help="a class list: each person gets notebooks of their own, in which the letters of the questions stand in "
        "another order, and some exercises ask for something else",
    )
    parser.set_defaults(run=run)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()  # without a zone, that of this machine
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a time such as 2040-03-08T14:00") from error


def run(options) -> int:
    from helpers.grading.keys import FILE
    from helpers.handout.manifest import shown
    from helpers.handout.people import write_for
    from helpers.handout.writing import HandoutError, write

    if options.opens and options.closes and options.opens >= options.closes:
        return refuse("--from must be before --until")
    times = {"opens": options.opens, "closes": options.closes}
    told = (options.name, options.lectures_named, options.exam)
    try:
        if options.variants:
            with Progress("Writing") as progress:
                made, keys = write_for(options.to, options.variants, *told, **times, progress=progress)
        else:
            made = write(options.to, *told, **times)
    except HandoutError as error:
        return refuse(error)
    print(f"✓ hand-out {shown(made.digest)}: {len(made.lectures)} lectures, {made.bytes / 2**20:.1f} MB, {options.to}")
    for name, reason in made.outlines.items():
        print(f"! {name}: check says only whether it runs, and the type and shape ({reason})")
    if options.variants:
        _say_who_gets_what(options.to.with_name(FILE), made.people, len(keys.people))
    return OK


def _say_who_gets_what(path: Path, people: int, known: int) -> None:
    from helpers.handout.writing import EACH, EVERYONE

    print(f"It holds {EVERYONE} for all, and below {EACH}/ a folder for each of {people} people, with their notebooks.")
    print(f"Who has which variant stands in {path} ({known} people). Keep it to yourself: you need it to grade.")
