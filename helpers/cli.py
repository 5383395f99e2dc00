"""The command `course`: its subcommands stand in `helpers/commands/`."""

from __future__ import annotations

import argparse
import sys

from . import __version__
from .commands import adjust, autograder, build, data, doctor, export, grade, lab, report, send
from .commands.common import PROBLEM, refuse

COMMANDS = (lab, doctor, build, grade, report, adjust, export, send, autograder, data)  # in the order of the help


def main(arguments: list[str] | None = None) -> int:
    """Run `course` with these arguments (the process's own by default) and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("\nInterrupted. What was finished is saved; the same command goes on from there.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return PROBLEM
    except OSError as error:
        if error.filename is None:
            raise  # no file of the user's
        return refuse(f"{error.filename}: {error.strerror}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description="A course on training neural networks.")
    parser.add_argument("--version", action="version", version=f"course {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
