"""`course update`: what is new, into a folder in which somebody has worked."""

from __future__ import annotations

import sys
from pathlib import Path

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("update", help="bring new lectures and texts into your folder; your work stays")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("."), metavar="DIR", help="(default: this one)")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="NEW",
        help="a folder or zip with the new version (default: the course that is installed)",
    )
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.folder import clone, update
    from helpers.folder.files import FolderError

    try:
        root = None if options.source else clone.clone_around(options.folder)
        if root:
            done = clone.update_clone(root)
        else:
            new = update.of_another_version(options.source) if options.source else update.of_this_version()
            done = update.update(options.folder, new)
    except FolderError as error:
        return refuse(error)
    for lecture in done.new:
        print(f"✓ {lecture} is new.")
    for lecture in done.changed:
        print(f"✓ {lecture} has the new texts; what you wrote is as it was.")
    if done.unchanged:
        print(f"✓ {len(done.unchanged)} lectures were up to date.")
    if done.copies:
        print(f"What you had before is in {done.copies}. If a notebook is open, reload it (File, Reload from Disk).")
    for problem in done.problems:
        print(f"✗ {problem}", file=sys.stderr)
    return PROBLEM if done.problems else OK
