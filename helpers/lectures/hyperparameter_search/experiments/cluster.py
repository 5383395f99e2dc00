"""The same search on many machines: Dask hands the engine's stacks to whatever workers there are.

A task is one stack: the name of a data set and some configurations, one or two thousand bytes, and its Runs, some
thousands. The pictures do not travel: every worker prepares them once. A task depends on nothing but itself, so one
whose worker died is simply given to another, and since the stacks are those of `train_many`, so are the results, bit
for bit (on processors of one kind: BLAS chooses its code by the processor).
"""

import contextlib
import logging
import math
import pickle
import statistics
import time
from dataclasses import dataclass
from functools import cache

import dask
import psutil
from distributed import Client, LocalCluster, as_completed

from helpers import datasets
from helpers.neural.search import STACK, prepare, stacks, train_many


@contextlib.contextmanager
def connect(address=None, workers=2):
    """A Client of the cluster at `address` ("tcp://host:8786"), or of `workers` processes on this computer.

    The local ones end with the block. One thread a worker: the stacks keep a core busy each. A worker that dies is
    replaced, and a task is given up only when ten workers died over it.
    """
    if address is not None:
        with Client(address) as client:
            yield client
        return
    quiet = {"distributed.scheduler.allowed-failures": 10, "distributed.logging.distributed": "critical"}
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def train_on_cluster(client, configurations, data, *, hidden=(50,), stack=STACK, on_part=None, **options):
    """`train_many(configurations, prepared(data), ...)` on the workers of `client`: the same list of Run.

    `data` is the name of a data set that the workers know too ("shapes10"). `options` are those of `train_many` that
    can travel; `on_part(indices, runs)` is called here for each stack as it comes back, in the order in which they do.
    """
    parts = stacks(configurations, hidden, stack)
    runs = [None] * len(configurations)
    futures = {
        client.submit(
            _train_part, data, [configurations[index] for index in part], hidden, stack, options, pure=False
        ): part
        for part in parts
    }
    try:
        for future, trained in as_completed(futures, with_results=True):
            for index, run in zip(futures[future], trained, strict=True):
                runs[index] = run
            if on_part is not None:
                on_part(futures[future], trained)
    finally:
        client.cancel(list(futures))  # no-op for those that are done
    return runs


@cache
def prepared(data):
    """The prepared pictures of one of `datasets`' functions, made once in each process."""
    return prepare(getattr(datasets, data)())


def kill_a_worker(client):
    """Kill the process of one worker, a busy one if there is any, without warning, and return its address.

    Only for workers on this computer: it is how the lecture shows that nothing is lost.
    """
    # The scheduler may still list a worker that has just died; that one does not answer.
    while not (answers := client.run(_process_id, on_error="ignore")):
        time.sleep(0.1)
    busy = client.processing()
    address = max(answers, key=lambda worker: len(busy.get(worker, ())))
    process = psutil.Process(answers[address])
    process.kill()
    return address


def _train_part(data, configurations, hidden, stack, options):
    return train_many(configurations, prepared(data), hidden=hidden, stack=stack, jobs=1, **options)


def _process_id():
    return psutil.Process().pid


# --- Scale -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What a search on a cluster is made of, measured on one machine."""

    seconds_per_configuration: float  # of one core
    tasks_per_second: float  # that the scheduler hands out and takes back when they do nothing
    bytes_per_task: float  # there and back
    start_seconds: float  # of a worker that is there: importing the engine, preparing the pictures


@dataclass(frozen=True)
class Cost:
    """What a search costs on a cluster: the seconds of each of its parts that can be the slowest."""

    seconds: float  # from start to end
    core_hours: float  # that are paid for
    start: float
    compute: float  # the last round of tasks included, in which some workers have none
    scheduler: float
    transfer: float
    bottleneck: str  # the largest of the four

    @property
    def useful(self):
        """The share of the paid time that is spent on computing."""
        return self.compute / self.seconds


def cost(figures, configurations, workers, per_task=STACK, bytes_per_second=1e8):
    """The Cost of a search on `workers` cores, each `figures` fast, behind a network of `bytes_per_second`.

    Scheduler and network work while the workers compute, so the slowest of the three decides; the start comes before.
    """
    tasks = math.ceil(configurations / per_task)
    parts = {
        "start": figures.start_seconds,
        "compute": math.ceil(tasks / workers) * per_task * figures.seconds_per_configuration,
        "scheduler": tasks / figures.tasks_per_second,
        "transfer": tasks * figures.bytes_per_task / bytes_per_second,
    }
    seconds = parts["start"] + max(parts["compute"], parts["scheduler"], parts["transfer"])
    return Cost(seconds, seconds * workers / 3600, **parts, bottleneck=max(parts, key=parts.get))


def most_useful_workers(figures, configurations, per_task=STACK):
    """How many workers the scheduler can keep busy: more of them wait for their next task."""
    return min(
        math.ceil(configurations / per_task),
        math.floor(per_task * figures.seconds_per_configuration * figures.tasks_per_second),
    )


def measure_figures(client, data, configurations, tasks=2000, **options):
    """The Figures of this cluster, from one search over `configurations` and `tasks` tasks that do nothing."""
    start = statistics.median(client.run(_seconds_to_prepare, data).values())
    per_stack = client.map(
        _timed_part,
        *zip(*((data, [configurations[i] for i in part], options) for part in stacks(configurations)), strict=True),
        pure=False,
    )
    seconds, sizes = zip(*client.gather(per_stack), strict=True)
    began = time.perf_counter()
    client.gather(client.map(_nothing, range(tasks), pure=False))
    idle = time.perf_counter() - began
    return Figures(sum(seconds) / len(configurations), tasks / idle, statistics.mean(sizes), start)


def _timed_part(data, configurations, options):
    """The seconds that a stack takes, and the bytes that it and its Runs are when they travel."""
    prepared(data)
    began = time.perf_counter()
    runs = train_many(configurations, prepared(data), jobs=1, **options)
    seconds = time.perf_counter() - began
    return seconds, len(pickle.dumps((data, configurations, options))) + len(pickle.dumps(runs))


def _seconds_to_prepare(data):
    began = time.perf_counter()
    prepare(getattr(datasets, data)())
    return time.perf_counter() - began


def _nothing(number):
    return number
