"""The command `course`: its subcommands stand in `helpers/commands/`."""

from __future__ import annotations

import argparse
import errno
import os
import sys

from . import __version__
from .commands import (
    adjust,
    autograder,
    browser,
    build,
    class_,
    collect,
    data,
    doctor,
    export,
    forget,
    grade,
    handin,
    handout,
    lab,
    likeness,
    new_lecture,
    report,
    requests,
    send,
    show,
    site,
    start,
    update,
)
from .commands.common import PROBLEM, refuse
from .paths import LECTURES_VARIABLE

COMMANDS = (
    # for learners
    start,
    update,
    handin,
    lab,
    doctor,
    data,
    # for authors
    build,
    new_lecture,
    site,
    browser,
    # for instructors
    handout,
    grade,
    class_,
    report,
    adjust,
    collect,
    show,
    likeness,
    requests,
    forget,
    export,
    send,
    autograder,
)


def main(arguments: list[str] | None = None) -> int:
    """Run `course` with these arguments (the process's own by default) and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot show a character shows a question mark
    options = _parser().parse_args(arguments)
    try:
        _look_for_lectures(getattr(options, "lectures", None))
        return options.run(options)
    except KeyboardInterrupt:
        print("\nInterrupted. What was finished is saved; the same command goes on from there.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return PROBLEM
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return refuse(f"there is no room left to write ({error.strerror}). Make some, and type the command again")
        if error.filename is None:
            raise  # no file of the user's
        return refuse(f"{error.filename}: {error.strerror}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description="A course on training neural networks.")
    parser.add_argument("--version", action="version", version=f"course {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    for every in (parser, *commands.choices.values()):
        every.add_argument(
            "--lectures",
            metavar="PATH",
            default=argparse.SUPPRESS,
            help="a folder with lectures of your own (or the variable COURSE_LECTURES)",
        )
    return parser


def _look_for_lectures(path: str | None) -> None:
    """Make the lectures below `path` part of the course, here and in every process that this one starts."""
    known = os.environ.get(LECTURES_VARIABLE, "")
    if path:
        os.environ[LECTURES_VARIABLE] = os.pathsep.join(filter(None, (known, os.path.abspath(path))))
    if path or known:
        from . import lectures

        lectures.forget_what_was_found()
        for problem in lectures.problems():
            print(f"! {problem}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
