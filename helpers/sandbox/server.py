"""The process that forks once for each exercise of a submission.

It is started by the grader, loads what answers may use, goes behind its wall, and then waits for jobs on standard
input. For each job there are two forks. The *keeper* reads the job, watches over the limits, and passes on unread what
the *worker* writes, together with how the worker ended. The worker runs the submission. The server itself reads nothing
but "there is a job", so that its memory, of which every worker gets a copy, never holds a byte of any submission.

Messages in both directions are `wire` messages after their length. The first one to arrive is the list of the cells
that were handed out. A job is a dict:
`cells` (sources of the code cells, as UTF-8 in arrays), `name`, `calls` (a list of `[arguments, keywords]`; None asks
for the variable itself), `nonce`, `cpu_seconds`, `wall_seconds`, `memory_mb`. A list of further calls follows it as a
message of its own. The worker gets those when it has answered the first ones and closed that pipe, so nothing that it
says about the first inputs, which its author will read, can tell of the others. The answer: `ending` ("finished",
"time limit", "output limit", "crashed"), `cpu_seconds`, `reply` and `later_reply`, the bytes that the worker wrote for
the first and the further calls: again messages after their length, one for each call.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import struct
import sys
import time
import traceback
from typing import NamedTuple

LENGTH = struct.Struct("<Q")
MAX_REPLY = 24 * 2**20  # bytes that one worker may write; below wire.MAX_BYTES, because they travel in one message
LINGER_SECONDS = 1  # that a worker may take to end after it has closed its pipe
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Channel(NamedTuple):
    """The worker's open files: two pipes to write to, one that says go on, and the file that then holds more calls."""

    reply: int
    later_reply: int
    go: int
    further_calls: int


def main(isolation: str, hidden: list[str]) -> None:
    """Serve jobs until standard input ends. `isolation` is "strict" or "process"."""
    for variable in THREADS:
        os.environ[variable] = "1"
    jobs, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    from . import wire

    try:
        _load_what_answers_use()
        _learn_familiar_cells(wire.decode(_receive(jobs)))
        if isolation == "strict":
            from . import walls

            walls.enter_private_root(hidden)
    except Exception as error:
        _send(answers, wire.encode({"ready": False, "why": f"{type(error).__name__}: {error}"}))
        return
    _send(answers, wire.encode({"ready": True, "why": ""}))
    baseline = _address_space()
    while _job_waits(jobs):
        keeper = _fork(lambda: _keep(jobs, answers, isolation, baseline))
        if os.waitpid(keeper, 0)[1] != 0:
            return  # the grader sees the pipe close and starts another server; the walls end with this one


def _job_waits(jobs) -> bool:
    """Wait until the grader has written something; False when it has ended."""
    poll = select.poll()
    poll.register(jobs, select.POLLIN)
    return any(event & select.POLLIN for _, event in poll.poll())


def _keep(jobs, answers, isolation: str, baseline: int) -> None:
    """In the keeper: read one job, have it done, send the answer."""
    from . import wire

    job = wire.decode(_receive(jobs), recipes=True)
    _send(answers, wire.encode(_run(job, isolation, baseline, jobs)))


def _receive(jobs) -> bytes:
    (length,) = LENGTH.unpack(_read(jobs, LENGTH.size))
    return _read(jobs, length)


def _read(stream, count: int) -> bytes:
    # Not a byte more than asked for: the further calls must not be in memory when the worker is forked.
    chunks = []
    while count:
        chunk = stream.read(count)
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def _fork(task) -> int:
    """Do `task()` in a fork, which then ends; return its process number."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        task()
        status = 0
    except BaseException:
        if os.environ.get("COURSE_DEBUG"):
            traceback.print_exc()
    finally:
        os._exit(status)


def _send(stream, message: bytes) -> None:
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()


def _load_what_answers_use() -> None:
    import scipy.special
    import scipy.stats  # noqa: F401

    from . import cells, observe, probe, stand_in, walls  # noqa: F401

    stand_in.install()
    # The folder above is the course itself; it was on the path for the imports of this file only.
    sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.dirname(__file__))]


def _learn_familiar_cells(sources: list[str]) -> None:
    from . import cells

    cells.remember(sources)


def _run(job: dict, isolation: str, baseline: int, jobs) -> dict:
    """Start a worker, collect what it writes within the limits, and see it end."""
    from . import walls

    first, later, go = os.pipe(), os.pipe(), os.pipe()
    further_calls = _memory_file()
    if isolation == "strict":
        walls.new_process_namespace()
    deadline = time.monotonic() + job["wall_seconds"]
    channel = Channel(first[1], later[1], go[0], further_calls)
    pid = _fork(lambda: _work(job, isolation, baseline, channel))
    for fd in (channel.reply, channel.later_reply, channel.go):
        os.close(fd)
    reply, ending = _collect(first[0], deadline, jobs, MAX_REPLY)
    os.write(further_calls, _receive(jobs))
    os.close(go[1])
    later_reply = b""
    if ending == "finished":
        later_reply, ending = _collect(later[0], deadline, jobs, MAX_REPLY - len(reply))
    if ending != "finished":
        _kill(pid, isolation)
    status, usage = _see_it_end(pid, isolation)
    if isolation == "process":
        _kill(pid, isolation)  # whatever it left running in its process group
    used = usage.ru_utime + usage.ru_stime
    if ending == "finished" and status != 0:
        # The kernel's limit kills like nothing else here; it counts in ticks, so on a busy machine `used` may be less.
        by_limit = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and used >= job["cpu_seconds"] / 2
        ending = "time limit" if by_limit else "crashed"
    replies = {"reply": _as_array(reply), "later_reply": _as_array(later_reply)}
    return {"ending": ending, "cpu_seconds": used, **replies}


def _memory_file() -> int:
    """A file without a name: writing to it never waits for its reader, as writing to a pipe would."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("calls")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _collect(read_end: int, deadline: float, jobs, most: int) -> tuple[bytes, str]:
    chunks, size = [], 0
    poll = select.poll()
    poll.register(read_end, select.POLLIN)
    poll.register(jobs, 0)  # tells only that the grader has gone
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return b"".join(chunks), "time limit"
        ready = dict(poll.poll(left * 1000))
        if jobs.fileno() in ready:
            return b"", "crashed"
        if not ready:
            continue
        chunk = os.read(read_end, 1 << 20)
        if not chunk:
            return b"".join(chunks), "finished"
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            return b"".join(chunks)[:most], "output limit"


def _see_it_end(pid: int, isolation: str) -> tuple[int, resource.struct_rusage]:
    """Exit status and use of a worker that has nothing more to say; one that stays on is ended."""
    deadline = time.monotonic() + LINGER_SECONDS
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return status, usage
        if time.monotonic() > deadline:
            _kill(pid, isolation)
        time.sleep(0.0005)


def _kill(pid: int, isolation: str) -> None:
    with contextlib.suppress(ProcessLookupError):
        # Killing the first process of a namespace ends all of it; elsewhere the worker leads a process group.
        os.kill(pid, signal.SIGKILL) if isolation == "strict" else os.killpg(pid, signal.SIGKILL)


def _work(job: dict, isolation: str, baseline: int, channel: Channel) -> None:
    """In the worker: go behind the walls, find the name, make the calls, write what happened."""
    import random
    import tempfile

    import numpy as np

    from . import walls

    if isolation == "strict":
        walls.close_behind(channel)
    else:
        os.setpgid(0, 0)
        os.chdir(tempfile.gettempdir())
        walls.close_all_but(channel)
    walls.limit_resources(job["cpu_seconds"], baseline + job["memory_mb"] * 2**20)
    # An answer with randomness of its own still gets the same marks every time.
    random.seed(0)
    np.random.seed(0)

    def report(value: dict, fd: int = channel.reply) -> None:
        message = _encode({"nonce": job["nonce"], **value})
        data = memoryview(LENGTH.pack(len(message)) + message)
        while data:
            data = data[os.write(fd, data) :]

    if job["name"] == "":
        from .probe import probe

        report({"found": probe(**job["calls"])})
        return
    from . import cells, observe, wire

    try:
        value = cells.define([bytes(source).decode() for source in job["cells"]], job["name"])
    except cells.DefinitionError as error:
        report({"problem": str(error)})
        return
    if job["calls"] is None:
        report({"variable": None if value is ... else value, "attempted": value is not ...})
        return
    if value is ... or not callable(value):
        report({"problem": "not attempted" if value is ... else "not callable"})
        return

    def answer(calls: list, fd: int) -> None:
        for arguments, keywords in calls:
            seen = observe.observe(value, observe.Call(tuple(arguments), keywords), where=cells.where)
            report({"observation": vars(seen)}, fd)

    answer(job["calls"], channel.reply)
    os.close(channel.reply)
    os.read(channel.go, 1)  # returns when the keeper has closed its end
    further_calls = os.pread(channel.further_calls, wire.MAX_BYTES, 0)
    answer(wire.decode(further_calls, recipes=True), channel.later_reply)


def _encode(value: dict) -> bytes:
    """A message for `value`; what cannot be sent is replaced by saying so."""
    from . import wire

    try:
        return wire.encode(value)
    except wire.Unsendable as error:
        instead = {"outcome": "unsendable", "error": error.type_name}
    except (wire.TooLarge, RecursionError, MemoryError):
        instead = {"outcome": "too large"}
    if "observation" in value:
        instead = {"observation": {**value["observation"], "value": None, **instead}}
    return wire.encode({"nonce": value["nonce"], **instead})


def _as_array(data: bytes):
    import numpy as np

    return np.frombuffer(data, dtype="u1")


def _address_space() -> int:
    """Bytes of address space that this process has mapped: the memory limit counts from there."""
    try:
        from . import walls

        directory = walls.proc_directory()
        with os.fdopen(os.open("self/statm", os.O_RDONLY, dir_fd=directory)) as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
