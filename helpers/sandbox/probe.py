"""Try to get out, from where a submission stands, and report what worked.

The isolation that a report states is the one that this finds, not the one that was asked for.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import tempfile


def probe(readable: list[str], writable: list[str], server_pid: int) -> list[str]:
    """Return a sentence for each thing that a submission could do and should not.

    `readable` and `writable` are files planted by the grader outside the walls, `server_pid` a process out there.
    """
    found = []
    for path in readable:
        if _works(lambda path=path: open(path, "rb").close()):
            found.append(f"read {path}")
    for path in [*writable, os.path.join(os.path.dirname(os.__file__), "probe.tmp")]:
        if _works(lambda path=path: open(path, "ab").close()):
            found.append(f"write {path}")
    if _works(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()):
        found.append("open a TCP socket")
    if _works(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()):
        found.append("open a UDP socket")
    if _works(lambda: socket.socket(socket.AF_UNIX).close()):
        found.append("open a Unix socket")
    if _works(lambda: os.kill(server_pid, 0)):
        found.append("see a process of the grader")
    if os.getpgrp() != os.getpid():
        found.append("signal the process group of the grader")
    if _works(_fork):
        found.append("start a process")
    if _works(_lease):
        found.append("keep others waiting for a file")
    if any(name.startswith("COURSE_CANARY") for name in os.environ):
        found.append("read the grader's environment")
    return found


def _works(attempt) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _lease() -> None:
    # On a file of its own; one on a library would stop every other process that loads it.
    with tempfile.NamedTemporaryFile() as file, open(file.name) as reader:
        file.close()
        fcntl.fcntl(reader, fcntl.F_SETLEASE, fcntl.F_RDLCK)
