"""What it costs to grade a class: `course grade` beside nbgrader, Otter and nbclient, and how the cost grows.

    .venv/bin/python benchmarks/grading.py [--environments DIR] [--peers 30] [--sizes 30 300 1000]

One class, one machine, one run: compare figures of one run only. The odd submissions hold right answers, the even ones
wrong answers; `course grade` is timed on such a class, and on one of each half alone. The peers get reduced notebooks
(imports, answers, checks: no TensorFlow, no long experiment), and so does `course grade` in the rows that are held
against them. They are installed into environments of their own, which are thrown away unless `--environments` names a
folder to keep them in.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import csv
import ctypes
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.table import Table

from helpers.paths import ROOT, SOLUTIONS
from helpers.sandbox import END, SHORT

sys.path.insert(0, str(ROOT))
from tests import classroom

LECTURE = classroom.LECTURE
JOBS = 2
SEED = 1
REPEATS = 3  # of `course grade` where it is compared: it is short, so noise weighs more
HALVES = {"all right": True, "not all right": False}
TIMEOUT = 3600  # seconds for any one command
POLL_SECONDS = 0.25
TOGETHER, ALONE = "all exercises together", "one alone"
ASKED = {TOGETHER: "survey", ALONE: "ask"}  # the methods of a runner
NBGRADER = "nbgrader 0.9.6"
PEERS = {"nbgrader": "nbgrader==0.9.6", "otter": "otter-grader==7.0.0"}
# What the first cell of the lecture imports, in the versions that the course itself runs with.
LIBRARIES = ("numpy", "scipy", "scikit-learn", "matplotlib", "ipykernel", "ipywidgets", "jinja2")


class Failed(Exception):
    """A command of the benchmark did not do its part; the message holds the end of what it printed."""


@dataclass(frozen=True)
class Cost:
    """What one command used. `tree_mb` counts shared pages once (PSS), `own_mb` is its first process alone."""

    seconds: float
    cpu_seconds: float
    tree_mb: float
    own_mb: float


@dataclass(frozen=True)
class Row:
    """One line of the comparison: the cost of `count` submissions, and the marks that they got."""

    name: str
    count: int
    cost: Cost
    right: float
    wrong: float
    remark: str


def main() -> None:
    options = parse_arguments()
    adopt_orphans()
    console = Console(width=max(Console().width, 118))
    with tempfile.TemporaryDirectory(prefix="grading-benchmark-") as scratch:
        scratch = Path(scratch)
        environments = options.environments or scratch / "environments"
        console.print(comparison(scratch, environments, options, console))
        for half, right in HALVES.items():
            console.print(profile(scratch, options.profile, half, right))
        console.print(growth(scratch, options.sizes, console))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--environments", type=Path, metavar="DIR", help="keep the peers' environments here")
    parser.add_argument("--count", type=int, default=30, help="submissions to compare with (30)")
    parser.add_argument("--peers", type=int, default=30, help="of these, how many the peers are timed on (30)")
    parser.add_argument("--without", nargs="*", default=[], choices=("nbgrader", "otter", "nbclient"))
    parser.add_argument("--sizes", type=int, nargs="*", default=[30, 300, 1000], help="class sizes (30 300 1000)")
    parser.add_argument("--profile", type=int, default=100, help="submissions in the profile (100)")
    options = parser.parse_args()
    if options.environments:
        options.environments = options.environments.resolve()
    options.peers = min(options.peers, options.count)
    return options


# --- The class ---------------------------------------------------------------------------------------------------


def is_right(number: int) -> bool:
    return number % 2 == 1


def submission(number: int) -> dict:
    """The full notebook of student `number`."""
    answers = classroom.right_answers(number) if is_right(number) else classroom.wrong_answers(number)
    return classroom.notebook_with(answers)


def reduced(notebook: dict, checks: bool = True) -> dict:
    """Only the imports, the answers and the check cells, which end in the points (nbgrader reads them)."""
    notebook = copy.deepcopy(notebook)
    kept = [next(cell for cell in notebook["cells"] if "from helpers import check" in "".join(cell["source"]))]
    for cell in notebook["cells"]:
        role = cell["metadata"].get("nbgrader")
        if role and role["grade"]:
            name = role["grade_id"].removeprefix("check_")
            cell["source"] = f"check({name}={name}).points"  # by name: a spelling's own name is another
        if role and (checks or not role["grade"]):
            kept.append(cell)
    notebook["cells"] = kept
    return notebook


def write_class(folder: Path, count: int, change=lambda notebook: notebook, right: bool | None = None) -> Path:
    """Write `count` submissions; with `right`, of one half alone."""
    for number in range(count) if right is None else range(int(right), 2 * count, 2):
        # nbgrader's layout, which `course grade` reads as well.
        path = folder / f"student-{number}" / LECTURE / f"{LECTURE}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(change(submission(number))), encoding="utf-8")
    return folder


# --- Measuring a command -----------------------------------------------------------------------------------------


def measure(command: list, cwd: Path = ROOT, environment: dict | None = None) -> Cost:
    """Run a command to its end. Raises `Failed` when it fails or takes longer than an hour."""
    forget_ended_orphans()
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        peaks, ended = {"tree": 0.0, "own": 0.0}, threading.Event()
        watcher = threading.Thread(target=watch_memory, args=(process.pid, peaks, ended), daemon=True)
        limit = threading.Timer(TIMEOUT, process.kill)
        watcher.start()
        limit.start()
        # Its usage holds that of all its descendants that were waited for; the others become ours.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        cpu_seconds = usage.ru_utime + usage.ru_stime + cpu_seconds_of_orphans()
        process.returncode = os.waitstatus_to_exitcode(status)
        limit.cancel()
        ended.set()
        watcher.join()
        if process.returncode != 0:
            output.seek(0)
            raise Failed(f"{command[0]} ended with {process.returncode}: ...{output.read()[-1500:]}")
    return Cost(seconds, cpu_seconds, peaks["tree"], peaks["own"])


def adopt_orphans() -> None:
    """From now on a descendant whose parent was killed before it waited becomes a child of this process (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def forget_ended_orphans() -> None:
    """What this process itself has started and left, for the profile, is no part of the next command."""
    with contextlib.suppress(ChildProcessError):
        while os.wait4(-1, os.WNOHANG)[0]:
            pass


def cpu_seconds_of_orphans() -> float:
    """Processor time of the adopted processes that end within some seconds: a killed server's forks, for one."""
    used, deadline = 0.0, time.monotonic() + 10
    with contextlib.suppress(ChildProcessError):  # no child is left
        while time.monotonic() < deadline:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
            used += usage.ru_utime + usage.ru_stime
            if pid == 0:
                time.sleep(0.01)
    return used


def watch_memory(pid: int, peaks: dict, ended: threading.Event) -> None:
    """Look at the tree of processes now and then. Without /proc (other systems than Linux) the peaks stay 0."""
    while not ended.wait(POLL_SECONDS):
        peaks["tree"] = max(peaks["tree"], sum(kilobytes(p, "smaps_rollup", "Pss:") for p in tree_of(pid)) / 1024)
        peaks["own"] = max(peaks["own"], kilobytes(pid, "status", "VmHWM:") / 1024)


def tree_of(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.parent.name))
    tree = [root]
    for pid in tree:
        tree += children.get(pid, [])
    return tree


def kilobytes(pid: int, file: str, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0  # it has ended, or is not ours to look at


# --- The comparison ----------------------------------------------------------------------------------------------


def comparison(scratch: Path, environments: Path, options, console: Console) -> Table:
    small = write_class(scratch / "course" / "submitted", options.count, reduced)
    some = scratch / "some" / "submitted"
    write_class(some, options.peers, reduced)
    for number in range(options.peers):
        path = scratch / "otter" / f"student-{number}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(reduced(submission(number), checks=False)), encoding="utf-8")
    full = write_class(scratch / "full", options.count)

    rows = [course_row("course grade, reduced", small, scratch)]
    for half, right in HALVES.items():
        those = write_class(scratch / half, options.count, reduced, right)
        rows += [course_row(f"course grade, reduced, {half}", those, scratch)]
    rows += [course_row("course grade, full", full, scratch)]
    peers = {"nbclient": nbclient_row, "nbgrader": nbgrader_row, "otter": otter_row}
    for name, time_it in peers.items():
        if name in options.without:
            console.print(f"{name}: not measured, as asked.")
            continue
        console.print(f"[dim]timing {name} on {options.peers} submissions ...", highlight=False)
        try:
            rows.append(time_it(scratch, environments, options.peers))
        except (Failed, subprocess.SubprocessError) as problem:
            console.print(f"{name}: not measured. {problem}", markup=False)
    return comparison_table(rows, options.count)


def comparison_table(rows: list[Row], count: int) -> Table:
    table = Table(title=f"Lecture 04, {count} submissions, {os.cpu_count()} cores; figures are per submission")
    for heading in ("who", "timed on", "seconds", "CPU s", "peak MB", "clock x", "CPU x", "right", "wrong", "how"):
        table.add_column(heading, justify="left" if heading in ("who", "how") else "right")
    base = next((row for row in rows if row.name == NBGRADER), None)
    for row in rows:
        seconds, cpu = row.cost.seconds / row.count, row.cost.cpu_seconds / row.count
        table.add_row(
            row.name,
            str(row.count),
            f"{seconds:.3f}",
            f"{cpu:.3f}",
            f"{row.cost.tree_mb:.0f}",
            f"{base.cost.seconds / base.count / seconds:.1f}" if base else "",
            f"{base.cost.cpu_seconds / base.count / cpu:.1f}" if base else "",
            "" if math.isnan(row.right) else f"{row.right:.1f}",
            "" if math.isnan(row.wrong) else f"{row.wrong:.1f}",
            row.remark,
        )
    table.caption = " ".join(
        [
            "Reduced: imports, answers and checks only, no TensorFlow, no long experiment; the same for everyone.",
            "Peak MB: all processes together, shared pages once. Clock x, CPU x: so many times as fast as nbgrader.",
            "Right, wrong: mean points of the submissions with right and with wrong answers.",
            "The peers make the public checks in the learner's own process, without walls; `course grade` makes these",
            "and those with fresh inputs behind walls. One BLAS thread for everyone.",
        ]
    )
    return table


def course_row(name: str, submissions: Path, scratch: Path) -> Row:
    costs, outs = [], []
    for _ in range(REPEATS):
        out = Path(tempfile.mkdtemp(prefix="out-", dir=scratch))
        costs.append(measure(grade_command(submissions, out), environment=course_environment()))
        outs.append(out)
    # The run in the middle, by the clock.
    cost = sorted(costs, key=lambda cost: cost.seconds)[REPEATS // 2]
    with (outs[0] / "grades.csv").open(encoding="utf-8", newline="") as file:
        points = {row["student"]: float(row["total"]) for row in csv.DictReader(file)}
    return Row(name, len(points), cost, *means(points), f"strict, {JOBS} jobs, median of {REPEATS}")


def grade_command(submissions: Path, out: Path) -> list:
    command = [sys.executable, "-m", "helpers.cli", "grade", submissions]
    return [*command, "--out", out, "--seed", SEED, "--jobs", JOBS]


def means(points: dict[str, float]) -> tuple[float, float]:
    """The mean points of the students with right and with wrong answers; `points` by student."""
    halves = {True: [], False: []}
    for student, total in points.items():
        halves[is_right(int(student.rpartition("-")[2]))].append(total)
    return tuple(statistics.mean(halves[right]) if halves[right] else float("nan") for right in (True, False))


def course_environment() -> dict:
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return os.environ | dict.fromkeys(threads, "1") | {"COURSE_PROGRESS": "off", "MPLBACKEND": "Agg"}


def peer_environment(scratch: Path, python: Path = Path(sys.executable)) -> dict:
    """The course can be imported, `python`'s own commands come first, and no setting of the user's is read."""
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    without = {
        name: value for name, value in course_environment().items() if not name.startswith(("JUPYTER", "IPYTHON"))
    }
    path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return without | {"PYTHONPATH": str(ROOT), "HOME": str(home), "PATH": path}


def python_of(name: str, environments: Path) -> Path:
    """The interpreter of a peer's own environment, made when it is not there yet."""
    from importlib.metadata import version

    folder = environments / name
    python = folder / "bin" / "python"
    wanted = [PEERS[name], *(f"{library}=={version(library)}" for library in LIBRARIES)]
    ready = folder / "installed.txt"
    if not ready.exists() or ready.read_text().split() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        install = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
            capture_output=True,
            text=True,
            timeout=1800,
        )
        if install.returncode != 0:
            raise Failed(f"{PEERS[name]} could not be installed: ...{install.stderr[-500:]}")
        ready.write_text("\n".join(wanted))
    return python


def nbclient_row(scratch: Path, environments: Path, count: int) -> Row:
    """Run all cells of every notebook, one after the other, each in a kernel of its own; nothing is marked."""
    code = (
        "import sys, nbformat\nfrom nbclient import NotebookClient\n"
        "for path in sys.argv[1:]:\n"
        "    NotebookClient(nbformat.read(path, 4), kernel_name='python3', allow_errors=True, timeout=60).execute()\n"
    )
    paths = [scratch / "some/submitted" / f"student-{n}" / LECTURE / f"{LECTURE}.ipynb" for n in range(count)]
    cost = measure([sys.executable, "-c", code, *paths], cwd=scratch, environment=peer_environment(scratch))
    return Row("nbclient alone", count, cost, float("nan"), float("nan"), "only runs the cells, one process")


def nbgrader_row(scratch: Path, environments: Path, count: int) -> Row:
    """`nbgrader autograde` on an assignment that `nbgrader generate_assignment` made from the solution."""
    python, course = python_of("nbgrader", environments), scratch / "some"
    environment = peer_environment(scratch, python)
    source = course / "source" / LECTURE / f"{LECTURE}.ipynb"
    source.parent.mkdir(parents=True)
    solution = json.loads((SOLUTIONS / f"{LECTURE}.ipynb").read_text(encoding="utf-8"))
    source.write_text(json.dumps(reduced(solution)), encoding="utf-8")
    nbgrader = [python, "-m", "nbgrader"]
    measure([*nbgrader, "generate_assignment", LECTURE, "--course-dir", course], course, environment)
    database = f"sqlite:///{course / 'gradebook.db'}"
    cost = measure([*nbgrader, "autograde", LECTURE, "--course-dir", course], course, environment)
    measure([*nbgrader, "export", "--db", database, "--to", course / "grades.csv"], course, environment)
    with (course / "grades.csv").open(encoding="utf-8", newline="") as file:
        points = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    return Row(NBGRADER, count, cost, *means(points), "autograde, one process")


def otter_row(scratch: Path, environments: Path, count: int) -> Row:
    """Otter's own local grading (`otter run` for each, without starting Python anew), one test file an exercise.

    Its notebooks hold no check cells, because its tests make the same checks.
    """
    python, folder = python_of("otter", environments), scratch / "otter"
    environment = peer_environment(scratch, python)
    (folder / "tests").mkdir()
    for exercise in (*classroom.exercises(), *classroom.questions()):
        (folder / "tests" / f"{exercise.name}.py").write_text(otter_test(exercise), encoding="utf-8")
    generate = [python, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip"]
    measure([*generate, "--no-requirements", "--no-environment", "--no-config"], folder, environment)
    code = (
        "import json, sys\nfrom otter.api import grade_submission\n"
        "points = {path: grade_submission(path, 'autograder.zip', quiet=True).total for path in sys.argv[1:]}\n"
        "json.dump(points, open('points.json', 'w'))\n"
    )
    paths = [f"student-{number}.ipynb" for number in range(count)]
    cost = measure([python, "-c", code, *paths], folder, environment)
    points = json.loads((folder / "points.json").read_text())
    marks = means({path.removesuffix(".ipynb"): total for path, total in points.items()})
    return Row("Otter 7.0.0", count, cost, *marks, "local grading, all or nothing an exercise, one process")


def otter_test(exercise) -> str:
    case = {
        "code": f">>> from helpers import check\n>>> check({exercise.name}={exercise.name}).correct\nTrue",
        "hidden": False,
        "locked": False,
        "points": exercise.points,
    }
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return f"OK_FORMAT = True\ntest = { ({'name': exercise.name, 'points': None, 'suites': [suite]})!r}\n"


# --- Growth ------------------------------------------------------------------------------------------------------


def growth(scratch: Path, sizes: list[int], console: Console) -> Table:
    """`course grade` on full notebooks, for classes of several sizes."""
    table = Table(title=f"`course grade` on full notebooks, strict, {JOBS} jobs, by the size of the class")
    for heading in ("submissions", "seconds", "a submission", "CPU s a submission", "grader MB", "all processes MB"):
        table.add_column(heading, justify="right")
    for size in sizes:
        console.print(f"[dim]grading {size} ...", highlight=False)
        folder = Path(tempfile.mkdtemp(prefix="class-", dir=scratch))
        cost = measure(
            grade_command(write_class(folder / "class", size), folder / "out"), environment=course_environment()
        )
        each, cpu = cost.seconds / size, cost.cpu_seconds / size
        figures = (f"{cost.seconds:.1f}", f"{each:.4f}", f"{cpu:.4f}", f"{cost.own_mb:.0f}", f"{cost.tree_mb:.0f}")
        table.add_row(str(size), *figures)
        console.print(f"[dim]{size}: {', '.join(figures)}", highlight=False)
    return table


# --- Where the time goes -----------------------------------------------------------------------------------------


def profile(scratch: Path, count: int, half: str, right: bool) -> Table:
    """Shares of the time of `grade` with one job, from timing hooks; the start of Python itself is not in it."""
    from helpers.grading import grade as grading
    from helpers.grading import marking, outputs, station
    from helpers.grading.gradebook import Gradebook
    from helpers.grading.runner import Runner

    hooks = {
        "starting and probing the untrusted process": [(Runner, "wait_until_ready"), (Runner, "probe")],
        "the right values and the mistakes' (once a lecture)": [(station, "tasks_of")],
        "reading notebooks": [(marking, "code_cells")],
        "judging": [(marking, "judge"), (marking, "judge_letter"), (marking, "nothing")],
        "gradebook": [(Gradebook, "save")],
        "pages and tables": [(outputs, "write_all")],
    }
    source = write_class(Path(tempfile.mkdtemp(prefix="profile-", dir=scratch)) / "class", count, right=right)
    seconds: Counter = Counter()
    with contextlib.ExitStack() as stack:
        for label, places in hooks.items():
            for owner, name in places:
                stack.enter_context(mock.patch.object(owner, name, timed(getattr(owner, name), label, seconds)))
        for how, name in ASKED.items():
            stack.enter_context(mock.patch.object(Runner, name, timed(getattr(Runner, name), how, seconds)))
        started = time.perf_counter()
        grading.grade(grading.Order(source, source.parent / "out", jobs=1, seed=SEED))
        total = time.perf_counter() - started
    shares = {}
    for how in ASKED:
        parts, untrusted = split_of_a_run(sorted(source.rglob("*.ipynb"))[:20], how), seconds.pop(how, 0.0)
        shares |= {f"{how}: {label}": untrusted * part / sum(parts.values()) for label, part in parts.items()}
    shares |= dict(seconds)
    # Below 0 where the main thread writes the gradebook while the next submission is being marked.
    shares["everything else"] = max(0.0, total - sum(shares.values()))

    title = f"Where the time goes: {count} full notebooks, {half}, one job, {total / count:.4f} s a submission"
    table = Table(title=title)
    for heading in ("part", "ms a submission", "share"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for label, part in sorted(shares.items(), key=lambda item: -item[1]):
        table.add_row(label, f"{1000 * part / count:.2f}", f"{100 * part / total:.0f} %")
    table.caption = "Untrusted parts: differences of runs with nothing, with definitions, with calls."
    return table


_within = threading.local()  # seconds of what is timed within what is timed


def timed(function, label: str, seconds: Counter):
    """`function`, which adds the time that it takes, but for what is timed within, to `seconds[label]`."""

    def wrapper(*arguments, **keywords):
        before, _within.seconds = getattr(_within, "seconds", 0.0), 0.0
        started = time.perf_counter()
        try:
            return function(*arguments, **keywords)
        finally:
            took = time.perf_counter() - started
            seconds[label] += took - _within.seconds
            _within.seconds = before + took

    return wrapper


def split_of_a_run(paths: list[Path], how: str) -> dict[str, float]:
    """What the untrusted process does for these notebooks, apart: forks and walls, definitions, calls."""
    from helpers.grading.marking import tasks_of
    from helpers.grading.notebook import code_cells
    from helpers.grading.runner import Request, Runner

    asked = [task.request for task in tasks_of(LECTURE, SEED) if task.request.is_function]
    untouched = json.dumps(classroom.untouched_notebook()).encode()
    seconds: Counter = Counter()
    with Runner(familiar=code_cells(untouched)) as runner:

        def run(stage: str, cells: list[str], requests: list[Request]) -> None:
            started = time.perf_counter()
            if how == TOGETHER:
                names = [request.name for request in requests]
                runner.survey(cells, names, requests, lambda survey: names)
            else:
                for request in requests:
                    runner.ask(cells, request, (SHORT, END))
            seconds[stage] += time.perf_counter() - started

        for path in paths:
            cells = code_cells(path.read_bytes())
            without_calls = [Request(request.name, []) for request in asked]
            run("nothing", [], without_calls)
            run("defined", cells, without_calls)
            run("called", cells, asked)
    return {
        "forks and walls": seconds["nothing"],
        "definitions": max(0.0, seconds["defined"] - seconds["nothing"]),
        "calls, and their values over the wire": max(0.0, seconds["called"] - seconds["defined"]),
    }


if __name__ == "__main__":
    main()
