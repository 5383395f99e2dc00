"""How long people wait: for an import, a check, a move of a slider, a lecture, a graded submission.

    .venv/bin/python benchmarks/seconds.py

Each figure is the median of several runs on this machine, now; compare figures of one run only.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from helpers.paths import ROOT

sys.path.insert(0, str(ROOT))
RUNS = 5


def main() -> None:
    table = Table("what", "seconds", "promise", title="median of several runs")
    for what, seconds, promise in measurements():
        table.add_row(what, f"{seconds:.4f}" if seconds < 0.1 else f"{seconds:.2f}", promise)
        print(f"{what}: {seconds:.4f}", file=sys.stderr)
    Console().print(table)


def measurements():
    numpy_alone = process_seconds("import numpy")
    yield "import helpers, beyond NumPy", process_seconds("import numpy, helpers") - numpy_alone, "under 0.3"
    first_cell = (
        "from helpers import check, hint; import helpers.neural.activations, helpers.lectures.activations.figures"
    )
    yield "first cell of lecture 04", process_seconds(first_cell), "about 1"
    yield from check_seconds()
    yield "a move of lecture 04's slider", slider_seconds(), "under 0.1"
    yield "Run All of lecture 04", lecture_seconds(), "under 60"
    yield "a graded submission of lecture 04 (30, strict)", graded_submission_seconds(30), ""


def process_seconds(code: str) -> float:
    return median_seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True))


def median_seconds(work, runs: int = RUNS) -> float:
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def check_seconds():
    import os

    os.environ["COURSE_PROGRESS"] = "off"
    from helpers import check
    from helpers.judging.exercise import Exercise
    from helpers.lectures import exercises_of

    exercises = [e for e in exercises_of("04_activations") if isinstance(e, Exercise)]
    first, later = [], []
    for exercise in exercises:
        for function in (exercise.spellings[0], exercise.mistakes[0].function):
            answer = {exercise.name: lambda *a, _function=function, **k: _function(*a, **k)}
            started = time.perf_counter()
            check(**answer)._repr_html_()
            first.append(time.perf_counter() - started)
            later.append(median_seconds(lambda answer=answer: check(**answer)._repr_html_()))
    yield "the slowest first check of an exercise", max(first), "under 0.2"
    yield "the slowest later check", max(later), "under 0.2"


def slider_seconds() -> float:
    from helpers.lectures.activations.explorer import ActivationExplorer

    explorer = ActivationExplorer()
    explorer.panel()
    depths = iter(range(2, 21))

    def move():
        explorer.widgets["depth"].value = next(depths)

    return median_seconds(move, runs=15)


def lecture_seconds() -> float:
    from helpers.building.build import execute
    from helpers.building.source import read_lecture

    return median_seconds(lambda: execute(read_lecture("04_activations")), runs=3)


def graded_submission_seconds(count: int) -> float:
    from tests import classroom

    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            answers = classroom.right_answers(number) if number % 2 else classroom.wrong_answers(number)
            classroom.write_submission(Path(folder) / "class", f"student-{number}", classroom.notebook_with(answers))
        command = [sys.executable, "-m", "helpers.cli", "grade", f"{folder}/class", "--seed", "1", "--out"]
        runs = iter(range(RUNS))
        work = lambda: subprocess.run([*command, f"{folder}/out-{next(runs)}"], check=True, capture_output=True)  # noqa: E731
        return median_seconds(work, runs=3) / count


if __name__ == "__main__":
    main()
