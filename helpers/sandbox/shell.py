"""Run a notebook's cells as Jupyter would: in an IPython shell, with its names, magics and top-level `await`.

The shell is made once, in the process that forks, and each fork has it to itself. Nothing is shown, and no history is
kept on disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from IPython.core.compilerop import CachingCompiler
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.text import LSString, SList
from traitlets import Any, Dict
from traitlets.config import Config

from .cells import cell_file, remember_failure

_OTHER_PROGRAMS = {
    "!",
    "bash",
    "cmd",
    "perl",
    "pypy",
    "python",
    "python2",
    "python3",
    "ruby",
    "script",
    "sh",
    "sx",
    "system",
}


_BETWEEN_CELLS = 0.05  # seconds for what goes on in the event loop


def _do_nothing(line, cell=None):
    """What a magic does whose work has no place here; what it would write into a variable is empty."""
    for name in re.findall(r"--(?:out|err)[ =](\w+)", line):
        Shell.instance().user_ns[name] = ""


def _once(magic: str, line: str) -> str:
    """`%timeit` without its many repetitions, for which nobody waits here."""
    return line if magic != "timeit" or re.match(r"\s*-", line) else f"-n1 -r1 {line}"


class _Compiler(CachingCompiler):
    cell = 0

    def get_code_name(self, raw_code, transformed_code, number):
        return cell_file(self.cell)


class Shell(InteractiveShell):
    """A shell without anybody in front of it."""

    compiler_class = _Compiler
    # By these, too, a notebook tells where it runs.
    kernel, parent_header = Any(SimpleNamespace(get_parent=lambda channel=None: {})), Dict()

    def init_magics(self):
        super().init_magics()
        # No process can be started here, and what tries to waits for it.
        for name in _OTHER_PROGRAMS & self.magics_manager.magics["cell"].keys():
            self.register_magic_function(_do_nothing, "cell", name)

    def run_line_magic(self, magic_name, line, _stack_depth=1):
        return super().run_line_magic(magic_name, _once(magic_name, line), _stack_depth + 1)

    def run_cell_magic(self, magic_name, line, cell):
        return super().run_cell_magic(magic_name, _once(magic_name, line), cell)

    def system(self, command):
        """No process can be started here; what `mkdir` and `touch` make for a module is made all the same."""
        for part in re.split(r"&&|[;\n]", command):
            program, *words = part.split() or [""]
            make = {"mkdir": partial(Path.mkdir, parents=True, exist_ok=True), "touch": Path.touch}.get(program)
            for word in words if make else ():
                with contextlib.suppress(OSError):  # a command that fails raises nothing
                    make(Path(word)) if not word.startswith("-") else None

    def getoutput(self, command, split=True, depth=0):
        return SList() if split else LSString()

    def enable_gui(self, gui=None):
        """Windows have no place here."""

    def showtraceback(self, *arguments, **keywords):
        """Nobody reads it; to format one takes longer than to run most cells."""

    showsyntaxerror = showindentationerror = showtraceback

    def run_cells(
        self, cells: Iterable[tuple[int, str]], all_cells: list[str], before_last: Callable[[], None] | None
    ) -> list[BaseException]:
        """Run numbered cells in order, `before_last()` before the last number, and tell what the cells raised.

        A cell that raises does not keep the next one from running. `In` and the numbers of `Out` are those of a run of
        `all_cells`, of which these are some. As in a kernel, an event loop runs from the first to the last.
        """
        sys.path.insert(0, "")  # a module that a cell writes can be imported, as in Jupyter
        cells = list(cells)
        first_of_last = next((i for i, (number, _) in enumerate(cells) if number == cells[-1][0]), None)
        raised: list[BaseException] = []

        async def in_order() -> None:
            for place, (number, source) in enumerate(cells):
                self.compile.cell = number
                self._count(all_cells[: number - 1])
                if before_last and place == first_of_last:
                    before_last()
                result = await self._run(source)
                await _let_others_run()
                error = result.error_before_exec or result.error_in_exec
                if error is not None:
                    raised.append(error)
                    remember_failure(source, error)

        asyncio.new_event_loop().run_until_complete(in_order())
        return raised

    async def _run(self, source: str) -> ExecutionResult:
        """Run a cell within the loop that is running."""
        try:
            transformed, problem = self.transform_cell(source), None
        except Exception:  # the shell will tell
            transformed, problem = source, sys.exc_info()
        parts = {"transformed_cell": transformed, "preprocessing_exc_tuple": problem}
        if self.should_run_async(source, **parts):
            return await self.run_cell_async(source, store_history=True, **parts)
        return self.run_cell(source, store_history=True)

    def _count(self, above: list[str]) -> None:
        """Go on as if all cells above had run; Jupyter numbers those that are not empty."""
        above = [source for source in above if source.strip()]
        for inputs in (self.history_manager.input_hist_parsed, self.history_manager.input_hist_raw):
            inputs[self.execution_count :] = above[self.execution_count - 1 :]
        self.execution_count = len(above) + 1


Shell.__name__ = "ZMQInteractiveShell"  # by which many notebooks tell that they run in Jupyter


class _Kept(dict):
    """What `%store` keeps, for as long as this process lives."""

    def keys(self, pattern: str = "*") -> list[str]:
        return fnmatch.filter(self, pattern)


async def _let_others_run() -> None:
    """As between the cells of a kernel: what a cell has started in the event loop goes on."""
    await asyncio.sleep(0)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=_BETWEEN_CELLS)


def new_shell() -> Shell:
    """A shell that keeps its history in memory and whose names hold wherever code of this process runs."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.IPKernelApp.connection_file = ""  # that there is such a section tells notebooks that they run in Jupyter
    shell = Shell.instance(config=config)
    shell.builtin_trap.activate()  # `display` and `get_ipython`, for answers found on the short way too
    shell.db = _Kept()
    shell.extension_manager.load_extension("storemagic")  # as every kernel does
    _seem_loaded("ipykernel")
    return shell


def _seem_loaded(package: str) -> None:
    """Put a package among the modules that are loaded, by which notebooks tell where they run; it loads when used."""
    spec = importlib.util.find_spec(package)
    if spec is None or package in sys.modules:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    sys.modules[package] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[package])
