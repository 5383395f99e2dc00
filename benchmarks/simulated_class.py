"""A class whose abilities and mistakes are known, graded by the real command: does its report say what was planned?

    .venv/bin/python benchmarks/simulated_class.py [--students 300] [--lectures 04_activations ...] [--keep DIR]

Prints each figure of the report beside the planned one, how discrimination follows the steepness with which each
exercise was planned, and how long marking, the pages and the report took.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from helpers.lectures import lecture_names
from helpers.paths import ROOT

sys.path.insert(0, str(ROOT))
from tests.conftest import chromium
from tests.simulated_class import LIMIT_SECONDS, Plan, Report, plan_class, read_report, write_class

SEED = 20261121


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--lectures", nargs="+", default=lecture_names(), choices=lecture_names())
    parser.add_argument("--keep", type=Path, help="leave the class and its pages in this new folder")
    options = parser.parse_args()
    console = Console()
    with contextlib.ExitStack() as stack:
        root = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plan = plan_class(options.students, tuple(options.lectures), SEED)
        write_class(plan, root / "class")
        seconds = {"course grade": run("grade", root / "class", "--out", root / "out", "--seed", SEED)}
        seconds["course report (all tables and pages)"] = run("report", root / "out")
        report = read_report(root / "out" / "report.html")
        size = (root / "out" / "report.html").stat().st_size
        opening = seconds_to_open(root / "out" / "report.html")
    console.print(comparison(plan, report))
    console.print(discriminations(plan, report))
    submissions = sum(given is not None for given in plan.given.values())
    for what, took in seconds.items():
        console.print(f"{what}: {took:.1f} s, {took / submissions:.3f} s for each of {submissions} submissions")
    opened = (
        "no Chromium here to open it" if opening is None else f"opens in {opening:.1f} s, sorts and filters included"
    )
    console.print(f"report.html: {size / 2**20:.2f} MB, {opened}")
    return 0 if all(agrees for _, _, _, agrees in compared(plan, report)) else 1


def run(command: str, *arguments) -> float:
    """Seconds that a `course` command took; it has to succeed."""
    if command == "grade":
        arguments = (*arguments, "--limit-seconds", LIMIT_SECONDS)
    started = time.perf_counter()
    call = [sys.executable, "-m", "helpers.cli", command, *map(str, arguments)]
    subprocess.run(call, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def seconds_to_open(page: Path) -> float | None:
    """From asking for the page to the end of its script, in Chromium; None without Chromium."""
    with chromium() as browser:
        if browser is None:
            return None
        tab = browser.new_page()
        tab.goto(page.resolve().as_uri())
        return tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000


def compared(plan: Plan, report: Report) -> list[tuple[str, str, str, bool]]:
    """What is compared, what was planned, what the report says, and whether they agree."""
    mistakes, shared = plan.mistakes(), plan.shared_errors()
    difficulty = {key: plan.difficulty(*key) for key in report.difficulty}
    discrimination = {key: plan.discrimination(*key) for key in report.discrimination}
    return [
        ("students by tenth of the points", plan.histogram(), report.histogram, plan.histogram() == report.histogram),
        ("completion by lecture", plan.completion(), report.completion, plan.completion() == report.completion),
        ("exercises by status", plan.statuses(), report.statuses, plan.statuses() == report.statuses),
        ("known mistakes", *map(_counted, (mistakes, report.mistakes)), mistakes == report.mistakes),
        ("unexplained groups", *map(_grouped, (shared, report.shared_errors)), shared == report.shared_errors),
        ("difficulty", *map(_range, (difficulty, report.difficulty)), _equal(difficulty, report.difficulty)),
        (
            *("discrimination", _range(discrimination), _range(report.discrimination)),
            _equal(discrimination, report.discrimination),
        ),
    ]


def comparison(plan: Plan, report: Report) -> Table:
    table = Table("figure", "planned", "reported", "equal", title="The report beside the plan")
    for what, planned, reported, agrees in compared(plan, report):
        table.add_row(what, _text(planned), _text(reported), "yes" if agrees else "NO")
    return table


def discriminations(plan: Plan, report: Report) -> Table:
    """Discrimination by planned steepness: an exercise that tells nothing, good ones, and flawed ones."""
    table = Table("steepness", "exercises", "discrimination: mean", "lowest", "highest")
    for steepness in sorted(set(plan.steepness.values())):
        values = [v for key, v in report.discrimination.items() if plan.steepness[key] == steepness]
        if values:
            figures = (np.mean(values), min(values), max(values))
            table.add_row(f"{steepness:g}", str(len(values)), *(f"{value:.2f}" for value in figures))
    pairs = [(plan.steepness[key], value) for key, value in report.discrimination.items()]
    ability = list(plan.ability.values())
    table.caption = (
        f"rank correlation with the steepness {stats.spearmanr(*zip(*pairs, strict=True)).statistic:.2f}; of the "
        f"percents with the abilities {stats.spearmanr(list(plan.percents().values()), ability).statistic:.2f}"
    )
    return table


def _text(figure) -> str:
    if isinstance(figure, dict):
        return "\n".join(f"{key}: {value}" for key, value in sorted(figure.items()))
    return str(figure)


def _counted(mistakes) -> str:
    return f"{sum(mistakes.values())} of {len(mistakes)} kinds"


def _grouped(groups) -> str:
    return f"{sum(map(sum, groups.values()))} answers in {sum(map(len, groups.values()))} groups"


def _range(figures) -> str:
    return f"{len(figures)} exercises, {min(figures.values()):.4f} to {max(figures.values()):.4f}"


def _equal(planned, reported) -> bool:
    return all(abs(planned[key] - reported[key]) < 1e-9 for key in planned)


if __name__ == "__main__":
    sys.exit(main())
