"""`course start`: the lectures in a folder of one's own."""

from __future__ import annotations

from pathlib import Path

from .common import OK, refuse
from .lab import open_lab

FOLDER = Path("training-neural-networks")


def add(commands) -> None:
    parser = commands.add_parser("start", help="write the lectures into a folder and open them")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, metavar="DIR", help=f"(default: {FOLDER})")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    parser.add_argument("--write-only", action="store_true", help="do not start JupyterLab")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.folder.files import FolderError
    from helpers.folder.start import FIRST, write_lectures

    try:
        written, there = write_lectures(options.folder)
    except FolderError as error:
        return refuse(error)
    if written:
        print(f"✓ {len(written)} lectures are now in {options.folder}.")
    if there:
        print(f"✓ {len(there)} were there and stay as they are; `course update {options.folder}` brings what is new.")
    if options.write_only:
        print(f"Open {options.folder / FIRST}.ipynb in Jupyter, VS Code or Colab.")
        return OK
    return open_lab(options.folder, options.no_browser)
