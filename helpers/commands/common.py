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


class Progress:
    """A bar with the time left on a terminal; a line now and then elsewhere. `what` is done is said in front."""

    def __init__(self, what: str):
        self._what = what

    def __enter__(self):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        columns = [
            TextColumn(self._what),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("time left"),
            TimeRemainingColumn(),
        ]
        self._bar = Progress(*columns, console=self._console, transient=False)
        self._task = None
        self._bar.start()
        return self

    def __exit__(self, *exception):
        self._bar.stop()

    def __call__(self, done: int, total: int, what: str) -> None:
        if self._task is None:
            self._task = self._bar.add_task(self._what, total=total)
        self._bar.update(self._task, completed=done)
        if not self._console.is_terminal and done % max(1, total // 20) == 0:
            self._console.print(f"{done} of {total}", highlight=False)
