"""`course autograder`: a zip for Gradescope."""

from __future__ import annotations

from pathlib import Path

from .common import OK, natural, refuse


def add(commands) -> None:
    parser = commands.add_parser("autograder", help="make a zip with which Gradescope marks a lecture by itself")
    parser.add_argument("lecture", metavar="LECTURE")
    parser.add_argument("--to", type=Path, metavar="FILE", help="the zip (default: autograder-LECTURE.zip)")
    parser.add_argument("--seed", type=natural, metavar="S", help="fixes the fresh inputs (default: drawn)")
    parser.add_argument("--isolation", choices=("strict", "landlock", "process"), default="strict")
    parser.add_argument(
        "--variants", type=Path, metavar="FILE", help="who has which variant: variants.json beside what was handed out"
    )
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading.exports import autograder
    from helpers.grading.exports.tables import ExportError

    try:
        path = options.to or Path(f"autograder-{options.lecture}.zip")
        autograder.write(path, options.lecture, options.seed, options.isolation, variants=options.variants)
    except ExportError as error:
        return refuse(error)
    print(f"Written: {path}. Upload it to a programming assignment of Gradescope, and keep it from students.")
    return OK
