"""`course doctor`: what is installed, what is missing and what to type."""

from __future__ import annotations

import sys

from .common import OK, PROBLEM


def add(commands) -> None:
    parser = commands.add_parser("doctor", help="say what is installed, what is missing and what to type")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.doctor import examine

    diagnosis = examine(grading=sys.platform == "linux", terminal=True)
    print(diagnosis)
    return OK if diagnosis.healthy else PROBLEM
