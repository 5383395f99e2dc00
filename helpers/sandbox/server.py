"""The process that forks once for each exercise of a submission.

It is started by the grader, loads what answers may use, goes behind its wall, and then waits for jobs on
standard input. It holds no secrets and never runs a line of a submission itself: that happens in the fork. What
the fork writes is passed on unread, together with how the fork ended.

Messages in both directions are `wire` messages after their length. A job is a dict:
`cells` (sources of the code cells), `name`, `calls` (a list of `[arguments, keywords]`; None asks for the variable
itself), `nonce`, `cpu_seconds`, `wall_seconds`, `memory_mb`. The answer to it: `ending` ("finished", "time limit",
"output limit", "crashed"), `signal`, `cpu_seconds` and `reply`, the bytes that the fork wrote: again messages after
their length, one for each call.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import sys
import time
import traceback

LENGTH = struct.Struct("<Q")
MAX_REPLY = 24 * 2**20  # bytes that one fork may write; below wire.MAX_BYTES, because they travel in one message
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main(isolation: str, hidden: list[str]) -> None:
    """Serve jobs until standard input ends. `isolation` is "strict" or "process"."""
    for variable in THREADS:
        os.environ[variable] = "1"
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    from . import wire

    try:
        _load_what_answers_use()
        if isolation == "strict":
            from . import walls

            walls.enter_private_root(hidden)
    except Exception as error:
        _send(answers, wire.encode({"ready": False, "why": f"{type(error).__name__}: {error}"}))
        return
    _send(answers, wire.encode({"ready": True, "why": ""}))
    baseline = _address_space()
    while (message := receive(jobs)) is not None:
        _send(answers, wire.encode(_run(wire.decode(message), isolation, baseline)))


def receive(stream) -> bytes | None:
    """Read one message that stands after its length; None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return stream.read(LENGTH.unpack(head)[0])


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


def _run(job: dict, isolation: str, baseline: int) -> dict:
    """Fork, let the fork work, collect what it writes within the limits, and see it end."""
    from . import walls

    read_end, write_end = os.pipe()
    if isolation == "strict":
        walls.new_process_namespace()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _work(job, isolation, baseline, write_end)
            status = 0
        except BaseException:
            if os.environ.get("COURSE_DEBUG"):
                traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write_end)
    reply, ending = _collect(read_end, started + job["wall_seconds"])
    os.close(read_end)
    if ending != "finished":
        _kill(pid, isolation)
    _, status, usage = os.wait4(pid, 0)
    if isolation == "process":
        _kill(pid, isolation)  # whatever it left running in its process group
    used = usage.ru_utime + usage.ru_stime
    code = os.waitstatus_to_exitcode(status)
    if ending == "finished" and code != 0:
        ending = "time limit" if used >= job["cpu_seconds"] - 0.1 else "crashed"
    return {"ending": ending, "signal": max(-code, 0), "cpu_seconds": used, "reply": _as_array(reply)}


def _collect(read_end: int, deadline: float) -> tuple[bytes, str]:
    chunks, size = [], 0
    poll = select.poll()
    poll.register(read_end, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return b"".join(chunks), "time limit"
        if not poll.poll(left * 1000):
            continue
        chunk = os.read(read_end, 1 << 20)
        if not chunk:
            return b"".join(chunks), "finished"
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_REPLY:
            return b"".join(chunks), "output limit"


def _kill(pid: int, isolation: str) -> None:
    import signal

    with contextlib.suppress(ProcessLookupError):
        # Killing the first process of a namespace ends all of it; elsewhere the fork leads a process group.
        os.kill(pid, signal.SIGKILL) if isolation == "strict" else os.killpg(pid, signal.SIGKILL)


def _work(job: dict, isolation: str, baseline: int, write_end: int) -> None:
    """In the fork: go behind the walls, find the name, make the calls, write what happened."""
    import random
    import tempfile

    import numpy as np

    from . import walls

    if isolation == "strict":
        walls.close_behind(write_end)
    else:
        os.setpgid(0, 0)
        os.chdir(tempfile.gettempdir())
        walls.close_all_but(write_end)
    walls.limit_resources(job["cpu_seconds"], baseline + job["memory_mb"] * 2**20)
    # An answer with randomness of its own still gets the same marks every time.
    random.seed(0)
    np.random.seed(0)

    def report(value: dict) -> None:
        message = _encode({"nonce": job["nonce"], **value})
        data = memoryview(LENGTH.pack(len(message)) + message)
        while data:
            data = data[os.write(write_end, data) :]

    if job["name"] == "":
        from .probe import probe

        report({"found": probe(**job["calls"])})
        return
    from . import cells, observe

    try:
        value = cells.define(job["cells"], job["name"])
    except cells.DefinitionError as error:
        report({"problem": str(error)})
        return
    if job["calls"] is None:
        report({"variable": None if value is ... else value, "attempted": value is not ...})
        return
    if value is ... or not callable(value):
        report({"problem": "not attempted" if value is ... else "not callable"})
        return
    for arguments, keywords in job["calls"]:
        seen = observe.observe(value, observe.Call(tuple(arguments), keywords), where=cells.where)
        report({"observation": vars(seen)})


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
    import resource

    try:
        from . import walls

        directory = walls.proc_directory()
        with os.fdopen(os.open("self/statm", os.O_RDONLY, dir_fd=directory)) as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
