"""Run notebooks in real kernels, quickly: one process loads what notebooks use and forks a kernel for each.

A kernel that is started the usual way takes seconds until NumPy, Matplotlib and the exercises are loaded. Everything
else is the same: `ipykernel`'s own application in a process of its own, asked over its sockets.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from helpers.lectures import exercise_named
from helpers.paths import ROOT

START_SECONDS, CELL_SECONDS = 60, 60


@dataclass(frozen=True)
class Shown:
    """What the checks of one "Run All" showed.

    `best` are the most points that a check showed for each exercise; `strictly` the same for a run that stops at the
    first cell that raises. `errors` are the numbers of the cells that raised, with the name of what they raised.
    """

    best: dict[str, float]
    strictly: dict[str, float]
    errors: dict[int, str]

    @property
    def full(self) -> frozenset[str]:
        """The exercises for which some check showed full marks."""
        return _full(self.best)

    @property
    def strictly_full(self) -> frozenset[str]:
        """The same for a run that stops at the first cell that raises."""
        return _full(self.strictly)


class Kernels:
    """Starts real kernels. Use as a context manager.

    `warming` are cells to run once, in the process from which the kernels are forked: what they import and load is then
    there already. They must not load TensorFlow, after which nothing may fork.
    With `fork` false, every kernel is started the usual way, by `jupyter_client`.
    """

    def __init__(self, warming: list[str], fork: bool = True):
        self._warming, self._fork = warming, fork
        self._folder = Path(tempfile.mkdtemp(prefix="kernels"))
        self._server: subprocess.Popen | None = None
        self._asking = threading.Lock()

    def __enter__(self) -> Kernels:
        if self._fork:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.real_kernels"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
                env=self._environment() | {"PYTHONPATH": str(ROOT)},
                text=True,
            )
            self._say({"warming": self._warming})
        return self

    def __exit__(self, *exception) -> None:
        if self._server is not None:
            self._server.stdin.close()
            self._server.wait()
            self._server.stdout.close()
        shutil.rmtree(self._folder)

    def run_all(self, cells: list[str]) -> Shown:
        """Run the cells in order in a new kernel, going on after one that raises, and say what the checks showed."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        progress = folder / "progress.jsonl"
        progress.touch()
        work = folder / "notebooks"
        work.mkdir()
        with self._kernel(folder, work, progress) as client:
            replies = _replies(client, cells, progress)
        errors = {number: reply["ename"] for number, reply in enumerate(replies, 1) if reply["status"] == "error"}
        lines = progress.read_bytes()
        first = min(errors, default=len(replies) + 1)
        until = _size(replies[first - 2]) if first > 1 else 0
        shutil.rmtree(folder)
        return Shown(_best(lines), _best(lines[:until]), errors)

    @contextlib.contextmanager
    def _kernel(self, folder: Path, work: Path, progress: Path):
        file = str(folder / "connection.json")
        write_connection_file(file, transport="ipc", ip=str(folder / "kernel"))
        if self._fork:
            pid = self._say({"file": file, "folder": str(work), "progress": str(progress)})["pid"]
            end = lambda: os.kill(pid, signal.SIGKILL)  # noqa: E731
        else:
            process = subprocess.Popen(
                [sys.executable, "-m", "ipykernel", "-f", file, *KERNEL_OPTIONS],
                cwd=work,
                env=self._environment() | {"PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(progress)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

            def end():
                process.kill()
                process.wait()

        client = BlockingKernelClient(connection_file=file)
        client.load_connection_file()
        # What cells print is of no interest here, and reading it takes time.
        client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
        try:
            yield client
        finally:
            client.stop_channels()
            end()

    def _environment(self) -> dict[str, str]:
        settings = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": INLINE}
        return os.environ | settings | {"IPYTHONDIR": str(self._folder), "MPLCONFIGDIR": str(self._folder)}

    def _say(self, message: dict) -> dict:
        with self._asking:
            self._server.stdin.write(json.dumps(message) + "\n")
            self._server.stdin.flush()
            return json.loads(self._server.stdout.readline())


INLINE = "module://matplotlib_inline.backend_inline"  # what a kernel sets before Matplotlib is loaded
KERNEL_OPTIONS = ("--HistoryManager.hist_file=:memory:",)


def _replies(client: BlockingKernelClient, cells: list[str], progress: Path) -> list[dict]:
    """What the kernel replies to each cell. All are sent at once: it takes them one after the other."""
    # Only a cell that succeeds evaluates this; `__import__`, since a learner may have used any other name.
    size = {"size": f"__import__('os').stat({str(progress)!r}).st_size"}
    places = {
        client.execute(source, allow_stdin=False, stop_on_error=False, user_expressions=size): place
        for place, source in enumerate(cells)
    }
    replies: list = [None] * len(cells)
    deadline = time.monotonic() + START_SECONDS
    while None in replies:
        message = client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
        place = places.get(message["parent_header"].get("msg_id"))
        if place is not None and message["msg_type"] == "execute_reply":
            replies[place] = message["content"]
            deadline = time.monotonic() + CELL_SECONDS
    return replies


def _full(points: dict[str, float]) -> frozenset[str]:
    return frozenset(name for name, most in points.items() if most == exercise_named(name).points)


def _size(reply: dict) -> int:
    return int(reply["user_expressions"]["size"]["data"]["text/plain"])


def _best(lines: bytes) -> dict[str, float]:
    best: dict[str, float] = {}
    for line in map(json.loads, lines.splitlines()):
        best[line["exercise"]] = max(best.get(line["exercise"], 0.0), line["points"])
    return best


def _serve() -> None:
    """Load what notebooks use, then fork a kernel for every line of standard input."""
    from ipykernel.kernelapp import IPKernelApp
    from IPython.core.ultratb import AutoFormattedTB

    warming = ["import matplotlib.pyplot as plt, scipy.stats, helpers.checking, pandas, ipywidgets; plt.figure()"]
    for source in warming + json.loads(sys.stdin.readline())["warming"]:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(source, {})
    try:
        raise ValueError  # to write the first traceback takes as long as a hundred cells
    except ValueError:
        AutoFormattedTB().text(*sys.exc_info())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a kernel that has been ended
    print("{}", flush=True)
    while line := sys.stdin.readline():
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            os.chdir(job["folder"])
            os.environ["COURSE_PROGRESS"] = job["progress"]
            sys.argv = ["ipykernel"]
            sys.path[0] = ""  # a kernel finds modules in the folder of its notebook
            IPKernelApp.launch_instance(["-f", job["file"], *KERNEL_OPTIONS])
            os._exit(0)
        print(json.dumps({"pid": pid}), flush=True)


if __name__ == "__main__":
    _serve()
