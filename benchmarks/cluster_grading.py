"""What a Dask cluster costs beside this machine alone: `course grade --backend dask`, its overhead, and its growth.

    .venv/bin/python benchmarks/cluster_grading.py [--count 100] [--sizes 300 1000 5000]

The cluster is a scheduler and as many workers as there are jobs here, each a process of this machine: nothing can be
gained, and what is lost is the overhead. First full notebooks of lecture 04, then growing classes of lecture 00:
its one exercise is the cheapest of the course, so the overhead weighs most there. Both backends mark the same class and
their rows have to be equal. What a class of one takes is the start; the rest is divided by the other submissions.
Compare figures of one run only.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from helpers.paths import ROOT

sys.path.insert(0, str(ROOT))
from benchmarks.grading import (
    JOBS,
    LECTURE,
    SEED,
    Failed,
    adopt_orphans,
    course_environment,
    kilobytes,
    measure,
    write_class,
)
from tests import classroom

CHEAP = "00_start_here"


@dataclass(frozen=True)
class Cluster:
    """A scheduler that listens, and workers that have come."""

    address: str
    scheduler: int  # its process

    @property
    def megabytes(self) -> float:
        """The most memory that the scheduler ever had."""
        return kilobytes(self.scheduler, "status", "VmHWM:") / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="full notebooks to find the overhead with (100)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[300, 1000, 5000], help="classes (300 1000 5000)")
    options = parser.parse_args()
    adopt_orphans()
    console = Console(width=max(Console().width, 110))
    titles = ("lecture", "submissions", "local s", "dask s", "local ms", "dask ms", "dask / local", "overhead ms")
    titles += ("scheduler MB", "grader MB")
    table = Table(*titles, title=f"`course grade` here and on a cluster here: {JOBS} jobs, {JOBS} workers")
    table.caption = "Seconds: the whole command. Milliseconds: a submission after the first. Memory: the peak so far."
    with tempfile.TemporaryDirectory(prefix="cluster-benchmark-") as scratch, cluster(Path(scratch)) as workers:
        for lecture, sizes in ((LECTURE, [options.count]), (CHEAP, options.sizes)):
            start = None
            for count in (1, *sizes):
                seconds, grader = compared(lecture, count, workers, Path(scratch))
                start = start or seconds
                row = (lecture, str(count), *cells(count, seconds, start), f"{workers.megabytes:.0f}", f"{grader:.0f}")
                table.add_row(*row)
                console.print(f"[dim]{' | '.join(row)}", highlight=False)
    console.print(table)


def cells(count: int, seconds: dict[str, float], start: dict[str, float]) -> list[str]:
    """The seconds of a class and of each submission after its first; `start` are those of a class of one."""
    whole = [f"{each:.1f}" for each in seconds.values()]
    if count == 1:
        return [*whole, "", "", "", ""]
    local, dask = (1000 * (seconds[backend] - start[backend]) / (count - 1) for backend in ("local", "dask"))
    return [*whole, f"{local:.1f}", f"{dask:.1f}", f"{dask / local:.2f}", f"{dask - local:.1f}"]


def compared(lecture: str, count: int, workers: Cluster, scratch: Path) -> tuple[dict[str, float], float]:
    """Seconds to mark one class by backend, and the grader's MB on the cluster. Raises `Failed` if rows differ."""
    submissions = scratch / f"class-{lecture}-{count}"
    write_class(submissions, count) if lecture == LECTURE else write_cheap_class(submissions, count)
    backends = {"local": ["--jobs", JOBS], "dask": ["--backend", "dask", "--scheduler", workers.address]}
    costs, rows = {}, {}
    for backend, where in backends.items():
        out = Path(tempfile.mkdtemp(prefix=f"{backend}-", dir=scratch))
        command = [sys.executable, "-m", "helpers.cli", "grade", submissions, "--out", out, "--seed", SEED, *where]
        costs[backend] = measure(command, environment=course_environment())
        rows[backend] = (out / "results.csv").read_bytes()
    if rows["local"] != rows["dask"]:
        raise Failed(f"{submissions.name}: the two backends give different rows")
    return {backend: cost.seconds for backend, cost in costs.items()}, costs["dask"].own_mb


def write_cheap_class(folder: Path, count: int) -> None:
    """One-exercise notebooks, half of them wrong, in every spelling and mistake that the course knows."""
    for number in range(count):
        answers = (classroom.right_answers if number % 2 else classroom.wrong_answers)(number // 2, CHEAP)
        classroom.write_submission(folder, f"student-{number:05}", classroom.notebook_with(answers, CHEAP), CHEAP)


@contextlib.contextmanager
def cluster(scratch: Path) -> Iterator[Cluster]:
    """A scheduler and workers as an instructor starts them; they end with the block."""
    from distributed import Client

    contact = scratch / "scheduler.json"
    shared = ("--scheduler-file", contact, "--no-dashboard")
    worker = ("dask_worker", *shared, "--nthreads", 1, "--local-directory", scratch, "--death-timeout", 60)
    with contextlib.ExitStack() as stack:
        scheduler = stack.enter_context(running("dask_scheduler", *shared, "--host", "127.0.0.1", "--port", 0))
        for _ in range(JOBS):
            stack.enter_context(running(*worker))
        with Client(scheduler_file=str(contact), set_as_default=False, timeout=60) as client:
            client.wait_for_workers(JOBS, timeout=60)
            address = client.scheduler.address
        yield Cluster(address, scheduler.pid)


@contextlib.contextmanager
def running(program: str, *arguments) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *map(str, arguments)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env=course_environment(), **quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


if __name__ == "__main__":
    main()
