"""`course handin`: one file to upload."""

from __future__ import annotations

import getpass
from pathlib import Path

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("handin", help="say what is finished, and write one file to upload")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("."), metavar="DIR", help="(default: this one)")
    parser.add_argument("--name", metavar="NAME", help="yours, as it is to stand in the file (default: your login)")
    parser.add_argument("--look", action="store_true", help="only say what is finished")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.folder.files import FolderError
    from helpers.folder.handin import hand_in

    try:
        done = hand_in(options.folder, options.name or getpass.getuser(), write=not options.look)
    except FolderError as error:
        return refuse(error)
    print("\n".join(done.said()))
    return PROBLEM if done.problems or not done.states else OK
