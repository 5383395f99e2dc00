"""`course likeness`: which answers of a class are surprisingly alike, for a person to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("likeness", help="list answers that are surprisingly alike, for a person to look at")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument(
        "--earlier",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="the folder of another year's gradebook, to compare with as well (repeatable)",
    )
    parser.add_argument(
        "--expected",
        type=_share,
        metavar="PAIRS",
        help="how many pairs may be on the list if everybody has worked alone (default 0.05)",
    )
    parser.set_defaults(run=run)


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError("must be above 0, and at most 1")
    return number


def run(options) -> int:
    from helpers.grading.gradebook import GradebookError
    from helpers.grading.likeness import pages, pairs

    try:
        found = pairs.compare(options.out, options.earlier, options.expected or pairs.EXPECTED)
        pages.write(found, options.out)
    except GradebookError as error:
        return refuse(error)
    for remark in found.remarks:
        print(f"! {remark}")
    print(f"Pairs compared: {len(found.pairs)}; on the list: {len(found.listed)}. Written: {options.out / pages.PAGE}")
    return OK
