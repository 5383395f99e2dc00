"""`course grade`: mark a class."""

from __future__ import annotations

import sys
from pathlib import Path

from .common import FAULTS, OK, Progress, natural, positive, refuse


def add(commands) -> None:
    parser = commands.add_parser("grade", help="mark a class")
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the gradebook and pages go")
    parser.add_argument("--jobs", type=positive, metavar="N", help="submissions at a time (default: one a core)")
    parser.add_argument("--seed", type=natural, metavar="S", help="fixes the fresh inputs (default: drawn, then kept)")
    parser.add_argument(
        "--limit-seconds", type=positive, default=10, metavar="S", help="processor time an exercise (10)"
    )
    parser.add_argument("--limit-mb", type=positive, default=1024, metavar="M", help="memory an exercise (1024)")
    parser.add_argument("--isolation", choices=("strict", "landlock", "process"), default="strict")
    parser.add_argument("--only", metavar="LECTURE", help="mark this lecture alone")
    parser.add_argument("--backend", choices=("local", "dask"), default="local", help="this machine, or a Dask cluster")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of the cluster, such as tcp://10.0.0.5:8786")
    parser.add_argument(
        "--variants", type=Path, metavar="FILE", help="variants.json of course handout --variants; kept from then on"
    )
    parser.add_argument("--preview", action="store_true", help="change nothing; say whose marks would change")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading.cluster import ClusterUnavailable
    from helpers.grading.grade import GradebookError, GradingError, Order, grade
    from helpers.grading.runner import IsolationUnavailable, Limits
    from helpers.grading.submissions import NoSubmissions

    if (options.backend == "dask") != bool(options.scheduler):
        return refuse("--backend dask and --scheduler ADDRESS go together: the address says which cluster.")
    if options.scheduler and options.jobs:
        return refuse("--jobs is for this machine; on a cluster, each worker marks as many as it has threads.")
    if options.preview:
        from helpers.grading.regrading import preview as grade  # the same work, on a copy
    order = Order(
        options.submissions,
        options.out,
        options.jobs,
        options.seed,
        Limits(options.limit_seconds, options.limit_mb),
        options.isolation,
        options.only,
        scheduler=options.scheduler,
        variants=options.variants,
    )
    try:
        with Progress("Marking") as progress:
            summary = grade(order, progress, _announce)
    except (
        GradingError,
        GradebookError,
        NoSubmissions,
        IsolationUnavailable,
        ClusterUnavailable,
    ) as error:
        return refuse(error)
    if options.preview:
        return _show_preview(summary)
    for remark in summary["later_remarks"]:
        print(f"! {remark}")
    print(f"Marked {summary['marked']} submissions" + (f", kept {summary['kept']}." if summary["kept"] else "."))
    if summary["unreadable"] or summary["missing"]:
        print(f"In the whole class {summary['unreadable']} papers cannot be read and {summary['missing']} are missing.")
    print(f"Isolation: {summary['isolation']}.")
    print(f"Written: {options.out}/grades.csv, results.csv, report.html and feedback/.")
    if summary["grader_faults"]:
        print(
            f"✗ {summary['grader_faults']} exercises met a fault of the grader; run the command again.", file=sys.stderr
        )
        return FAULTS
    return OK


def _announce(found) -> None:
    """Say what the folder was taken for, and what is odd, before marking begins."""
    print(f"Understood: {found.understood}.")
    for remark in found.remarks:
        print(f"! {remark}")
    sys.stdout.flush()


def _show_preview(preview) -> int:
    for change in preview.changes:
        print(change)
    print(preview.summary())
    print("Nothing was written. The same command without --preview applies it.")
    if preview.grader_faults:
        print(f"✗ {preview.grader_faults} exercises met a fault of the grader.", file=sys.stderr)
        return FAULTS
    return OK
