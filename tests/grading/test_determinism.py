"""The same submissions get the same rows, whatever the order, the number of jobs and the load."""

import contextlib
import csv
import subprocess
import sys

import pytest

from helpers.paths import ROOT
from tests import classroom
from tests.attacks import CATALOGUE
from tests.attacks.catalogue import ATTACKED, cell_of, honest_notebook
from tests.attacks.run import bystanders_notebook
from tests.conftest import walls_hold

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="strict isolation is Linux's"),
]
# Every way in which an exercise can end.
KINDS = """
os_exit a_crash_in_c recursion a_loop_in_python memory_in_one_block a_huge_array an_array_as_number an_empty_file
patched_comparisons right_for_the_examples_only a_script stored_outputs a_slow_answer
""".split()  # noqa: SIM905, a list of words
LUCK = """
import random
import numpy as np
def leaky_relu(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    order = list({'a', 'b', 'c', 'd'})
    if random.random() < 0.5 or np.random.rand() < 0.5 or order[0] == 'a':
        return x
    return np.where(x > 0, x, alpha * x)
"""


def build(folder, rename):
    for entry in CATALOGUE:
        if entry.name in KINDS:
            entry.build(folder, rename(entry.who), {})
    for number in range(4):
        classroom.write_submission(folder, rename(f"bystander-{number}"), bystanders_notebook(number))
    lucky = honest_notebook()
    cell_of(lucky, ATTACKED)["source"] = LUCK
    classroom.write_submission(folder, rename("one-who-trusts-to-luck"), lucky)
    return folder


def rows(source, out, jobs, rename_back=lambda name: name) -> set[tuple]:
    command = [sys.executable, "-m", "helpers.cli", "grade", source, "--out", out, "--seed", "11", "--jobs", str(jobs)]
    done = subprocess.run([*command, "--limit-seconds", "2"], cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    with open(out / "results.csv", newline="", encoding="utf-8") as file:
        table = [{**row, "student": rename_back(row["student"])} for row in csv.DictReader(file)]
    assert len(table) > 500
    return {tuple(row.values()) for row in table}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    walls_hold()
    root = tmp_path_factory.mktemp("first")
    source = build(root / "class", lambda name: name)
    return source, rows(source, root / "out", jobs=1)


@pytest.mark.parametrize("jobs", [2, 4])
def test_the_number_of_jobs_changes_nothing(first, tmp_path, jobs):
    source, expected = first
    assert rows(source, tmp_path / "out", jobs) == expected


def test_the_order_of_the_students_changes_nothing(first, tmp_path):
    # Spelled backwards, the names come in another order.
    source = build(tmp_path / "class", lambda name: name[::-1])
    assert rows(source, tmp_path / "out", 2, rename_back=lambda name: name[::-1]) == first[1]


def test_a_busy_machine_changes_nothing(first, tmp_path):
    source, expected = first
    with contextlib.ExitStack() as busy:
        for _ in range(3):
            burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            busy.callback(burner.wait)
            busy.callback(burner.kill)
        assert rows(source, tmp_path / "out", 2) == expected
