"""`course doctor`: what is installed, what is missing and what to type."""

from __future__ import annotations

import sys
from pathlib import Path

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("doctor", help="say what is installed, what is missing and what to type")
    parser.add_argument(
        "--write-profile",
        nargs="?",
        type=Path,
        const=Path("training-neural-networks.apparmor"),
        metavar="FILE",
        help="write an AppArmor profile that lets this Python make user namespaces (Ubuntu)",
    )
    parser.set_defaults(run=run)


def run(options) -> int:
    if options.write_profile:
        return _write_profile(options.write_profile)
    from helpers.doctor import examine

    diagnosis = examine(grading=sys.platform == "linux", terminal=True)
    print(diagnosis)
    return OK if diagnosis.healthy else PROBLEM


def _write_profile(path: Path) -> int:
    from helpers.sandbox.causes import apparmor_profile, how_to_install

    try:
        profile = apparmor_profile()
    except ValueError as error:
        return refuse(error)
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != profile:
        return refuse(f"{path} is there already and says something else; name another file: --write-profile FILE")
    path.write_text(profile, encoding="utf-8")
    print(f"Written: {path}. Nothing of the system was changed.")
    print(how_to_install(path.resolve()))
    return OK
