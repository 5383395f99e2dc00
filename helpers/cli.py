"""The command `course`: every subcommand reads its arguments here and does its work elsewhere."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import subprocess
import sys
from pathlib import Path

from . import __version__
from .paths import NOTEBOOKS

OK, PROBLEM, USAGE, FAULTS = 0, 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Run `course` with these arguments (the process's own by default) and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("\nInterrupted. What was finished is saved; the same command goes on from there.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return PROBLEM
    except OSError as error:
        if error.filename is None:
            raise  # no file of the user's
        return _refuse(f"{error.filename}: {error.strerror}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description="A course on training neural networks.")
    parser.add_argument("--version", action="version", version=f"course {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    lab.set_defaults(run=_lab)

    doctor = commands.add_parser("doctor", help="say what is installed, what is missing and what to type")
    doctor.set_defaults(run=_doctor)

    build = commands.add_parser("build", help="make the notebooks from solutions/*.md")
    build.add_argument("lectures", nargs="*", metavar="LECTURE", help="such as 04_activations (default: all)")
    build.add_argument("--check", action="store_true", help="change nothing; fail on drift or a leaked answer")
    build.add_argument("--backup", action="store_true", help="move a changed notebook aside instead of stopping")
    build.set_defaults(run=_build)

    grade = commands.add_parser("grade", help="mark a class")
    grade.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the gradebook and pages go")
    grade.add_argument("--jobs", type=_positive, metavar="N", help="submissions at a time (default: one a core)")
    grade.add_argument("--seed", type=_natural, metavar="S", help="fixes the fresh inputs (default: drawn, then kept)")
    grade.add_argument(
        "--limit-seconds", type=_positive, default=10, metavar="S", help="processor time an exercise (10)"
    )
    grade.add_argument("--limit-mb", type=_positive, default=1024, metavar="M", help="memory an exercise (1024)")
    grade.add_argument("--isolation", choices=("strict", "process"), default="strict")
    grade.add_argument("--only", metavar="LECTURE", help="mark this lecture alone")
    grade.add_argument("--backend", choices=("local", "dask"), default="local", help="this machine, or a Dask cluster")
    grade.add_argument("--scheduler", metavar="ADDRESS", help="of the cluster, such as tcp://10.0.0.5:8786")
    grade.add_argument("--preview", action="store_true", help="change nothing; say whose marks would change")
    grade.set_defaults(run=_grade)

    report = commands.add_parser("report", help="write tables and pages again from a gradebook")
    report.add_argument("out", type=Path, metavar="DIR")
    report.set_defaults(run=_report)

    adjust = commands.add_parser("adjust", help="record a person's decision about a mark; it always wins")
    adjust.add_argument("out", type=Path, metavar="DIR")
    adjust.add_argument("student", metavar="STUDENT")
    adjust.add_argument("lecture", metavar="LECTURE")
    adjust.add_argument("exercise", metavar="EXERCISE")
    adjust.add_argument("points", type=float, metavar="POINTS")
    adjust.add_argument("--why", required=True, help="the reason, shown to the student")
    adjust.set_defaults(run=_adjust)

    export = commands.add_parser("export", help="write the marks as Canvas, Moodle, Gradescope or nbgrader reads them")
    export.add_argument("out", type=Path, metavar="DIR")
    export.add_argument("--format", required=True, choices=("canvas", "moodle", "gradescope", "nbgrader"))
    export.add_argument("--roster", type=Path, metavar="FILE", help="the class as that system lists it (CSV)")
    export.add_argument("--to", type=Path, metavar="PATH", help="where to write (default: DIR, named as the format)")
    export.add_argument("--only", metavar="LECTURE", help="export this lecture alone")
    export.set_defaults(run=_export)

    send = commands.add_parser("send", help="send every student the feedback by e-mail, once")
    send.add_argument("out", type=Path, metavar="DIR")
    send.add_argument(
        "--roster", type=Path, required=True, metavar="FILE", help="the class with e-mail addresses (CSV)"
    )
    send.add_argument("--from", required=True, dest="sender", metavar="ADDRESS")
    send.add_argument(
        "--server",
        type=_host_and_port,
        metavar="HOST:PORT",
        help="the mail server; without one, say only who gets what",
    )
    send.add_argument("--user", default="", help="of the mail server; its password is read from COURSE_MAIL_PASSWORD")
    send.add_argument("--only", metavar="LECTURE", help="send this lecture's pages alone")
    send.set_defaults(run=_send)

    autograder = commands.add_parser("autograder", help="make a zip with which Gradescope marks a lecture by itself")
    autograder.add_argument("lecture", metavar="LECTURE")
    autograder.add_argument("--to", type=Path, metavar="FILE", help="the zip (default: autograder-LECTURE.zip)")
    autograder.add_argument("--seed", type=_natural, metavar="S", help="fixes the fresh inputs (default: drawn)")
    autograder.add_argument("--isolation", choices=("strict", "process"), default="strict")
    autograder.set_defaults(run=_autograder)

    data = commands.add_parser("data", help="list the data sets, or fetch one")
    data.add_argument("name", nargs="?", metavar="NAME")
    data.set_defaults(run=_data)
    return parser


def _lab(options) -> int:
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={NOTEBOOKS}",
        "--ServerApp.port_retries=100",
        "--LabApp.default_url=/lab/tree/00_start_here.ipynb",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
    ]
    if options.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    _silence_news()
    if os.name == "posix":
        os.execv(command[0], command)  # become JupyterLab, so that whoever ends this command ends it
    return subprocess.call(command)


def _silence_news() -> None:
    """Answer JupyterLab's question about news with no, in this environment only."""
    settings = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings"
    path = settings / "overrides.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        wanted = known | {
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
        }
        if wanted != known:
            settings.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(wanted, indent=2), encoding="utf-8")
    except OSError:
        print("JupyterLab may ask about news once: this environment is read-only.", file=sys.stderr)


def _doctor(options) -> int:
    from .doctor import examine

    diagnosis = examine(grading=sys.platform == "linux")
    print(diagnosis)
    return OK if diagnosis.healthy else PROBLEM


def _build(options) -> int:
    from .building import build
    from .building.source import SourceError

    try:
        outcomes = build.check(options.lectures) if options.check else build.build(options.lectures, options.backup)
    except SourceError as error:
        return _refuse(error)
    for outcome in outcomes:
        for sentence in outcome.done:
            print(f"✓ {sentence}")
        for sentence in outcome.problems:
            print(f"✗ {sentence}", file=sys.stderr)
    if any(outcome.problems for outcome in outcomes):
        return PROBLEM
    if options.check:
        print("Every notebook agrees with its source and shows no answer.")
        return OK
    return OK if options.lectures else _write_proofs()


def _write_proofs() -> int:
    """Write the two proofs anew; they are about all lectures."""
    from .paths import SOLUTIONS
    from .proving.checks import checks_table, prove_all
    from .proving.ledger import PATH, ledger_table

    proofs = prove_all()
    (SOLUTIONS / "checks.md").write_text(checks_table(proofs), encoding="utf-8")
    print("✓ solutions/checks.md")
    PATH.write_text(ledger_table(), encoding="utf-8")
    print("✓ solutions/ledger.md")
    failures = [failure for proof in proofs for failure in proof.failures]
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return PROBLEM if failures else OK


def _grade(options) -> int:
    from .grading.cluster import ClusterUnavailable
    from .grading.grade import GradebookError, GradingError, Order, grade
    from .grading.runner import IsolationUnavailable, Limits
    from .grading.submissions import NoSubmissions

    if (options.backend == "dask") != bool(options.scheduler):
        return _refuse("--backend dask and --scheduler ADDRESS go together: the address says which cluster.")
    if options.scheduler and options.jobs:
        return _refuse("--jobs is for this machine; on a cluster, each worker marks as many as it has threads.")
    if options.preview:
        from .grading.regrading import preview as grade  # the same work, on a copy
    order = Order(
        options.submissions,
        options.out,
        options.jobs,
        options.seed,
        Limits(options.limit_seconds, options.limit_mb),
        options.isolation,
        options.only,
        scheduler=options.scheduler,
    )
    try:
        with _Progress() as progress:
            summary = grade(order, progress)
    except (GradingError, GradebookError, NoSubmissions, IsolationUnavailable, ClusterUnavailable) as error:
        return _refuse(error)
    if options.preview:
        return _show_preview(summary)
    for remark in summary["remarks"]:
        print(f"! {remark}")
    print(f"Marked {summary['marked']} submissions" + (f", kept {summary['kept']}." if summary["kept"] else "."))
    print(f"Isolation: {summary['isolation']}.")
    print(f"Written: {options.out}/grades.csv, results.csv, report.html and feedback/.")
    if summary["grader_faults"]:
        print(
            f"✗ {summary['grader_faults']} exercises met a fault of the grader; run the command again.", file=sys.stderr
        )
        return FAULTS
    return OK


def _show_preview(preview) -> int:
    for change in preview.changes:
        print(change)
    print(preview.summary())
    print("Nothing was written. The same command without --preview applies it.")
    if preview.grader_faults:
        print(f"✗ {preview.grader_faults} exercises met a fault of the grader.", file=sys.stderr)
        return FAULTS
    return OK


def _report(options) -> int:
    from .grading import outputs
    from .grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            outputs.write_all(book, options.out)
    except GradebookError as error:
        return _refuse(error)
    print(f"Written: {options.out}/grades.csv, results.csv, report.html and feedback/.")
    return OK


def _adjust(options) -> int:
    from .grading import outputs
    from .grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            decision = (options.student, options.lecture, options.exercise, options.points, options.why)
            book.adjust(*decision, author=getpass.getuser())
            outputs.write_all(book, options.out)
    except GradebookError as error:
        return _refuse(error)
    print(f"{options.student} has {options.points:g} points for {options.exercise}. The pages are written again.")
    return OK


def _export(options) -> int:
    from .grading.exports.export import export
    from .grading.exports.tables import ExportError
    from .grading.gradebook import Gradebook, GradebookError

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            done = export(book, options.out, options.format, options.to, options.roster, options.only)
    except (ExportError, GradebookError) as error:
        return _refuse(error)
    for remark in done.remarks:
        print(f"! {remark}.")
    print(f"Written: {', '.join(map(str, done.paths))}.")
    if done.left_out:
        where = done.paths[0].with_name(f"{done.paths[0].stem}.left-out.csv")
        print(f"✗ {len(done.left_out)} students are left out; their marks are in {where}.", file=sys.stderr)
        return PROBLEM
    return OK


def _send(options) -> int:
    from .grading.exports.roster import match, read_roster
    from .grading.exports.tables import ExportError
    from .grading.gradebook import Gradebook, GradebookError
    from .grading.sending import Server, letters, send

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            roster = read_roster(options.roster)
            matching = match(roster, book.students())
            ready, problems = letters(book, options.out, roster, matching.person_of, options.sender, options.only)
            problems = [*matching.remarks, *problems]
            if options.server:
                server = Server(*options.server, options.user, os.environ.get("COURSE_MAIL_PASSWORD", ""))
                went, before, refused = send(book, ready, server)
                problems += refused
    except (ExportError, GradebookError) as error:
        return _refuse(error)
    if options.server:
        print(f"Sent {went} messages" + (f"; {before} had been sent before." if before else "."))
    else:
        for letter in ready:
            print(f"{letter.address}: {letter.message['Subject']}")
        print("Nothing was sent. With --server HOST:PORT it is.")
    for problem in problems:
        print(f"✗ {problem}.", file=sys.stderr)
    return PROBLEM if problems else OK


def _autograder(options) -> int:
    from .grading.exports import autograder
    from .grading.exports.tables import ExportError

    try:
        path = options.to or Path(f"autograder-{options.lecture}.zip")
        autograder.write(path, options.lecture, options.seed, options.isolation)
    except ExportError as error:
        return _refuse(error)
    print(f"Written: {path}. Upload it to a programming assignment of Gradescope, and keep it from students.")
    return OK


def _data(options) -> int:
    from . import datasets

    try:
        if options.name:
            print(f"{options.name}: {datasets.fetch(options.name)}")
        else:
            for name, card in datasets.DATASETS.items():
                print(f"{name:12} {card.what} ({card.licence})")
    except datasets.DataSetError as error:
        return _refuse(error)
    return OK


def _refuse(error) -> int:
    print(f"✗ {error}", file=sys.stderr)
    return USAGE


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port or 587)


class _Progress:
    """A bar with the time left on a terminal; a line now and then elsewhere."""

    def __enter__(self):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True)
        columns = [
            TextColumn("Marking"),
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
            self._task = self._bar.add_task("marking", total=total)
        self._bar.update(self._task, completed=done)
        if not self._console.is_terminal and done % max(1, total // 20) == 0:
            self._console.print(f"{done} of {total}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
