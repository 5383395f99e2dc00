"""A grading that is killed at any moment and started again ends with the same marks as one that was left alone."""

import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from helpers.paths import ROOT
from tests import classroom
from tests.attacks.catalogue import honest_notebook
from tests.attacks.run import bystanders_notebook, processes_that_name
from tests.conftest import walls_hold

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="strict isolation is Linux's"),
]
STUDENTS = 12
KILLS = 15
SECONDS_TO_END = 30  # for what it had started: a server that loads its libraries, on a busy machine, notices afterwards


def start(source, out) -> subprocess.Popen:
    command = [sys.executable, "-m", "helpers.cli", "grade", source, "--out", out, "--seed", "7", "--jobs", "2"]
    # A session of its own: what is killed below is this command and its process group, and nothing else.
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def tables(out) -> tuple[bytes, bytes]:
    return (out / "results.csv").read_bytes(), (out / "grades.csv").read_bytes()


def marked(out) -> int:
    """How many submissions the gradebook holds; 0 if there is none yet."""
    try:
        with sqlite3.connect(f"file:{out / 'gradebook.db'}?mode=ro", uri=True) as book:
            return book.execute("SELECT count(*) FROM submission").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def killed(grading: subprocess.Popen, out, after: float, marks: float) -> bool:
    """Kill it after so many seconds or so many further marks, whichever comes first; False if it ended before."""
    started, enough = time.monotonic(), marked(out) + marks
    while grading.poll() is None:
        assert time.monotonic() < started + 120, "it neither ends nor marks anything"
        if time.monotonic() > started + after or marked(out) >= enough:
            os.killpg(grading.pid, signal.SIGKILL)
            grading.wait()
            return True
        time.sleep(0.02)
    assert grading.returncode == 0
    return False


def nothing_survives(root) -> bool:
    deadline = time.monotonic() + SECONDS_TO_END
    while processes_that_name(root):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_killed_and_started_again_it_finishes_with_the_same_marks(tmp_path):
    walls_hold()
    source = tmp_path / "class"
    for number in range(STUDENTS):
        notebook = bystanders_notebook(number) if number % 3 else honest_notebook()
        classroom.write_submission(source, f"student-{number}", notebook)

    started = time.monotonic()
    assert start(source, tmp_path / "undisturbed").wait(timeout=120) == 0
    duration = time.monotonic() - started
    expected = tables(tmp_path / "undisturbed")

    moments = random.Random(20261121)
    kills = half_done = rounds = 0
    while kills < KILLS:
        out = tmp_path / f"round-{rounds}"
        rounds += 1
        # By turns at any moment, which is mostly while it starts, and when it has marked some more.
        while killed(
            start(source, out),
            out,
            after=moments.uniform(0.1, duration) if kills % 2 else math.inf,
            marks=math.inf if kills % 2 else moments.randint(1, STUDENTS // 2),
        ):
            kills += 1
            half_done += 0 < marked(out) < STUDENTS
            assert nothing_survives(tmp_path)
        assert tables(out) == expected
    print(f"{kills} kills in {rounds} rounds, {half_done} of them between the first and the last submission")
    assert half_done >= 2, "no kill fell between the first and the last submission: the test tried nothing"
