"""The same search on a cluster: the same results, wherever it runs and whoever dies."""

import contextlib
import math
import socket
import subprocess
import sys
import warnings
from functools import cache

import numpy as np
import pytest

from helpers.lectures.hyperparameter_search.experiments import cluster
from helpers.neural import search
from helpers.neural.signal import fixed
from helpers.paths import ROOT

OPTIONS = {"epochs": 3, "hidden": (20,), "weight_scale": fixed(0.1), "stack": 2}


def configurations(count=12):
    rates = np.logspace(-2, 1, count)
    return [{"learning_rate": float(rate), "regularization": 1e-4} for rate in rates]


@cache
def locally(count=12, **options):
    return search.train_many(configurations(count), cluster.prepared("digits"), **OPTIONS | options)


def same(runs, others):
    return all(
        one.configuration == other.configuration
        and one.stopped_after == other.stopped_after
        and np.array_equal(one.losses, other.losses)
        and np.array_equal(one.train_accuracies, other.train_accuracies)
        and np.array_equal(one.validation_accuracies, other.validation_accuracies)
        for one, other in zip(runs, others, strict=True)
    )


@pytest.fixture(scope="module")
def client():
    with cluster.connect(workers=2) as client:
        yield client


def test_the_results_are_the_local_ones_bit_for_bit_and_come_back_stack_by_stack(client):
    seen = []
    runs = cluster.train_on_cluster(
        client,
        configurations(),
        "digits",
        on_part=lambda indices, runs: seen.append((indices, len(runs))),
        **OPTIONS,
    )
    other = cluster.train_on_cluster(client, configurations(), "digits", **OPTIONS | {"seed": 1})
    figures = cluster.measure_figures(client, "digits", configurations(), tasks=50, **OPTIONS)
    assert same(runs, locally())
    assert same(other, locally(seed=1))
    assert not same(runs, other)
    assert sorted(seen) == [([first, first + 1], 2) for first in range(0, 12, 2)]
    assert 0 < figures.seconds_per_configuration < 10
    assert figures.tasks_per_second > 10
    assert 500 < figures.bytes_per_task < 50_000


def test_a_cluster_here_says_nothing_even_when_there_is_another(client, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with cluster.connect(workers=1) as other:
            cluster.train_on_cluster(other, configurations(2), "digits", **OPTIONS)
            cluster.kill_a_worker(other)
    assert capfd.readouterr().err == ""


def test_a_stack_that_fails_says_why(client):
    with pytest.raises(TypeError, match="momentum"):
        cluster.train_on_cluster(client, configurations(2), "digits", momentum=0.9)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_nothing():
    killed = []
    with cluster.connect(workers=2) as client:

        def kill(*_):
            if len(killed) < 2:
                killed.append(cluster.kill_a_worker(client))

        runs = cluster.train_on_cluster(client, configurations(40), "digits", on_part=kill, **OPTIONS | {"epochs": 40})
    assert len(killed) == 2
    assert same(runs, locally(40, epochs=40))


@contextlib.contextmanager
def process(*arguments):
    running = subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.mark.slow
def test_a_cluster_elsewhere_is_given_by_its_address_and_goes_on_with_the_workers_that_are_left():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    # Without a nanny nobody replaces a worker that dies.
    worker = ("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", 1, "--no-dashboard")
    with (
        process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"),
        process(*worker) as victim,
        process(*worker),
        cluster.connect(address) as client,
    ):
        client.wait_for_workers(2, timeout=60)

        def kill(*_):
            if victim.poll() is None:
                victim.kill()
                victim.wait()

        runs = cluster.train_on_cluster(client, configurations(40), "digits", on_part=kill, **OPTIONS | {"epochs": 40})
        assert victim.poll() is not None
        assert len(client.scheduler_info()["workers"]) == 1
    assert same(runs, locally(40, epochs=40))


FIGURES = cluster.Figures(seconds_per_configuration=0.2, tasks_per_second=1000, bytes_per_task=10_000, start_seconds=2)


def test_the_cost_of_a_search_is_compute_until_the_scheduler_cannot_follow():
    one = cluster.cost(FIGURES, 100_000, 1)
    assert one.compute == pytest.approx(20_000)
    assert one.core_hours == pytest.approx((20_000 + 2) / 3600)
    assert cluster.cost(FIGURES, 100_000, 100).seconds == pytest.approx(2 + 200)
    many = cluster.cost(FIGURES, 100_000, 5000)
    assert many.bottleneck == "scheduler"
    assert many.seconds == pytest.approx(2 + 10)
    assert cluster.cost(FIGURES, 100_000, 5000, bytes_per_second=1e6).bottleneck == "transfer"


def test_workers_beyond_what_the_scheduler_can_feed_do_not_help():
    limit = cluster.most_useful_workers(FIGURES, 100_000)
    assert limit == 2000
    assert cluster.cost(FIGURES, 100_000, limit).seconds <= cluster.cost(FIGURES, 100_000, 4 * limit).seconds + 1e-9
    assert cluster.most_useful_workers(FIGURES, 100) == math.ceil(100 / search.STACK)
