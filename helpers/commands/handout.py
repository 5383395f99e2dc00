"""`course handout`: what students of a graded course get, without an answer in any form."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from .common import OK, refuse


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
    parser.set_defaults(run=run)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()  # without a zone, that of this machine
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a time such as 2040-03-08T14:00") from error


def run(options) -> int:
    from helpers.handout.manifest import shown
    from helpers.handout.writing import HandoutError, write

    if options.opens and options.closes and options.opens >= options.closes:
        return refuse("--from must be before --until")
    try:
        made = write(options.to, options.name, options.lectures_named, options.exam, options.opens, options.closes)
    except HandoutError as error:
        return refuse(error)
    print(f"✓ hand-out {shown(made.digest)}: {len(made.lectures)} lectures, {made.bytes / 2**20:.1f} MB, {options.to}")
    for name, reason in made.outlines.items():
        print(f"! {name}: check says only whether it runs, and the type and shape ({reason})")
    return OK
