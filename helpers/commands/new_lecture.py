"""`course new-lecture`: begin a lecture of one's own."""

from __future__ import annotations

from pathlib import Path

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("new-lecture", help="write a small working lecture of your own, to begin with")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where your lectures lie")
    parser.add_argument("name", metavar="NAME", help="two digits and words, such as 20_momentum")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.building import new_lecture

    try:
        folder = new_lecture.write(options.folder, options.name)
    except new_lecture.NoNewLecture as error:
        return refuse(error)
    print(f"Written: {folder}. Its text is {options.name}.md, its code lies beside it.")
    print(f"Next: course build {options.name} --lectures {options.folder}")
    print(f"Every command takes --lectures {options.folder}, or export COURSE_LECTURES={options.folder.absolute()}")
    return OK
