"""`course export`: the marks as other systems read them."""

from __future__ import annotations

import sys
from pathlib import Path

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("export", help="write the marks as Canvas, Moodle, Gradescope or nbgrader reads them")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument("--format", required=True, choices=("canvas", "moodle", "gradescope", "nbgrader"))
    parser.add_argument("--roster", type=Path, metavar="FILE", help="the class as that system lists it (CSV)")
    parser.add_argument("--to", type=Path, metavar="PATH", help="where to write (default: DIR, named as the format)")
    parser.add_argument("--only", metavar="LECTURE", help="export this lecture alone")
    parser.add_argument("--preview", action="store_true", help="write nothing; list every cell that would change")
    parser.add_argument(
        "--zeros", action="store_true", help="0 for students who handed in nothing, where the other system has no mark"
    )
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading.exports.export import export
    from helpers.grading.exports.tables import ExportError
    from helpers.grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            done = export(
                book,
                options.out,
                options.format,
                options.to,
                options.roster,
                options.only,
                options.preview,
                options.zeros,
            )
    except (ExportError, GradebookError) as error:
        return refuse(error)
    for remark in done.remarks:
        print(f"! {remark}.")
    if options.preview:
        for change in done.changes:
            print(change)
        print(
            f"{len(done.changes)} cells would change. Nothing was written; the same command without --preview does it."
        )
        if done.left_out:
            print(f"✗ {len(done.left_out)} students would be left out: {', '.join(done.left_out)}.", file=sys.stderr)
        return PROBLEM if done.left_out else OK
    print(
        f"Written: {', '.join(map(str, done.paths))}." + (f" {len(done.changes)} cells change." if done.changes else "")
    )
    if done.left_out:
        where = done.paths[0].with_name(f"{done.paths[0].stem}.left-out.csv")
        print(f"✗ {len(done.left_out)} students are left out; their marks are in {where}.", file=sys.stderr)
        return PROBLEM
    return OK
