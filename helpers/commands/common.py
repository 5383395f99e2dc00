"""What the commands share: exit statuses, arguments that are numbers, and how an error is said."""

from __future__ import annotations

import argparse
import sys

OK, PROBLEM, USAGE, FAULTS = 0, 1, 2, 3


def refuse(error) -> int:
    """Say what is wrong with the arguments; the exit status for it."""
    print(f"✗ {error}", file=sys.stderr)
    return USAGE


def positive(text: str) -> int:
    """An argument that is a number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def natural(text: str) -> int:
    """An argument that is a number from 0."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number
