"""Mark a class on a Dask cluster: submissions travel as data, and every worker marks them behind walls of its own.

The machines of a cluster trust each other: its workers do what its scheduler says. Keep it on a network of your own, or
use Dask's TLS. What is never trusted is a submission, which on each worker meets the same walls as here, probed there.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from .marking import MarkedSubmission
from .runner import IsolationUnavailable
from .station import Backend, Station, Terms, refuse_process_as_root
from .submissions import Submission
from .version import course_version

_CONNECT_SECONDS = 30  # a scheduler and a worker that were started just now need some
_RETRIES = 3  # of a submission whose worker was lost; the third worker in a row is no accident

_station: tuple[Terms, Station] | None = None
_opening = threading.Lock()


class ClusterUnavailable(Exception):
    """The cluster cannot mark this class; the message says why and what to do."""


@dataclass(frozen=True)
class _Opened:
    """What a worker says about its station, so that all of them decide alike."""

    course: str
    libraries: tuple[tuple[str, str], ...]
    isolation: str = ""
    problem: str = ""


@contextlib.contextmanager
def on_cluster(address: str, terms: Terms) -> Iterator[Backend]:
    """Mark on the workers of the scheduler at `address`, such as tcp://10.0.0.5:8786.

    Workers may come and go; a submission whose worker is lost is marked by another one.
    Raises `ClusterUnavailable` or `IsolationUnavailable`.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterUnavailable(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, and workers with "
            f"`dask worker {address} --nthreads 1` in the course's environment"
        ) from error
    with client:
        with contextlib.suppress(TimeoutError):  # workers that were started just now; without any, `_agreed` says so
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        opened = client.run(_open, terms, on_error="return")
        isolation = _agreed(opened)
        threads = sum(client.nthreads().values())
        executor = client.get_executor(pure=False, retries=_RETRIES)
        try:
            yield Backend(isolation, threads, lambda submission: executor.submit(_mark, terms, submission))
        finally:
            with contextlib.suppress(Exception):  # a worker that has gone needs no closing
                client.run(_close, on_error="ignore")


def _agreed(opened: dict) -> str:
    """The isolation that all workers have. Raises if one cannot mark as this machine would."""
    if not opened:
        raise ClusterUnavailable("the cluster has no workers; start one with `dask worker ADDRESS --nthreads 1`")
    here = _Opened(course_version(), _libraries())
    for worker, there in opened.items():
        if isinstance(there, Exception):
            raise ClusterUnavailable(f"the worker {worker} cannot mark ({type(there).__name__}: {there})")
        if (there.course, there.libraries) != (here.course, here.libraries):
            raise ClusterUnavailable(
                f"the worker {worker} has another version of the course, of Python or of its libraries, and so might "
                "mark differently; install the same requirements.lock and the same course there"
            )
        if there.problem:
            raise IsolationUnavailable(f"on the worker {worker}: {there.problem}")
    levels = {there.isolation for there in opened.values()}
    return f"{' | '.join(sorted(levels))} (on each of {len(opened)} workers)"


def _open(terms: Terms, dask_worker) -> _Opened:
    """On a worker: open its station, unless it is open, and say how it stands there."""
    about = {"course": course_version(), "libraries": _libraries()}
    try:
        return _Opened(**about, isolation=_opened_station(terms, dask_worker).isolation)
    except IsolationUnavailable as problem:
        return _Opened(**about, problem=str(problem))


def _mark(terms: Terms, submission: Submission) -> MarkedSubmission:
    """On a worker, which may have come later than the others."""
    from distributed import get_worker

    return _opened_station(terms, get_worker()).mark(submission)


def _close() -> None:
    global _station
    with _opening:
        if _station is not None:
            _station[1].close()
        _station = None


def _opened_station(terms: Terms, worker) -> Station:
    global _station
    with _opening:
        if _station is None or _station[0] != terms:
            if _station is not None:
                _station[1].close()
                _station = None
            refuse_process_as_root(terms.isolation)
            station = Station(terms, worker.state.nthreads)
            try:
                station.open()
            except BaseException:
                station.close()
                raise
            _station = terms, station
        return _station[1]


def _libraries() -> tuple[tuple[str, str], ...]:
    names = ("numpy", "scipy", "scikit-learn")
    return (("python", platform.python_version()), *((name, version(name)) for name in names), ("os", os.name))
