"""A class that is marked on a Dask cluster gets the rows that it gets here, even when a worker is killed."""

import contextlib
import os
import signal
import sys

import pytest

from helpers.grading import cluster
from helpers.grading.cluster import ClusterUnavailable
from helpers.grading.grade import Order, grade
from helpers.grading.runner import Limits
from tests import classroom
from tests.conftest import walls_hold

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="strict isolation is Linux's"),
]
STUDENTS = 10
ENDLESS = "def leaky_relu(x, alpha=0.01):\n    while True:\n        pass\n"


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    """A cluster of two worker processes on this machine."""
    walls_hold()
    from distributed import LocalCluster

    scratch = tmp_path_factory.mktemp("dask")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", local_directory=str(scratch), silence_logs=50
    ) as local:
        yield local


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for number in range(STUDENTS):
        answers = classroom.wrong_answers(number) if number % 2 else classroom.right_answers(number)
        if number == 4:
            answers["leaky_relu"] = ENDLESS
        classroom.write_submission(folder, f"student-{number}", classroom.notebook_with(answers))
    classroom.write_submission(folder, "broken", b"{")
    return folder


@pytest.fixture(scope="module")
def local_rows(submissions, tmp_path_factory):
    return rows(submissions, tmp_path_factory.mktemp("local"))


def rows(source, out, scheduler=None, progress=lambda done, total, what: None) -> tuple[bytes, bytes]:
    summary = grade(Order(source, out, seed=3, limits=Limits(2, 512), scheduler=scheduler), progress)
    assert (summary["marked"], summary["grader_faults"]) == (STUDENTS + 1, 0)
    return (out / "results.csv").read_bytes(), (out / "grades.csv").read_bytes()


def test_rows_are_those_of_this_machine(workers, submissions, local_rows, tmp_path):
    assert rows(submissions, tmp_path, scheduler=workers.scheduler_address) == local_rows
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "on each of 2 workers" in report


def test_a_worker_that_is_killed_loses_nothing(workers, submissions, local_rows, tmp_path):
    killed = []

    def kill_one(done, total, what):
        if done == 3 and not killed:
            killed.append(next(iter(workers.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    assert rows(submissions, tmp_path, workers.scheduler_address, kill_one) == local_rows
    assert len(killed) == 1


def test_a_worker_with_another_version_is_refused(workers, submissions, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "course_version", lambda: "another")
    with pytest.raises(ClusterUnavailable, match="another version of the course"):
        grade(Order(submissions, tmp_path, seed=3, scheduler=workers.scheduler_address))


def test_no_scheduler_is_said_with_what_to_type(submissions, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    with pytest.raises(ClusterUnavailable, match="dask scheduler"):
        grade(Order(submissions, tmp_path, seed=3, scheduler="tcp://127.0.0.1:9"))


def test_a_cluster_without_workers_is_said(submissions, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    from distributed import LocalCluster

    with contextlib.ExitStack() as stack:
        empty = stack.enter_context(LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50))
        with pytest.raises(ClusterUnavailable, match="no workers"):
            grade(Order(submissions, tmp_path, seed=3, scheduler=empty.scheduler_address))
