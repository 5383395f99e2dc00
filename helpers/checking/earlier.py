"""Notice that the cell which should have defined an answer did not run, so that an older one is checked."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import types
import warnings


def not_run(name: str, answer) -> str:
    """A sentence if the last cell that defines `name` did not run, inside IPython; "" anywhere else."""
    shell = _shell()
    inputs = shell.user_ns.get("In") if shell else None
    if not isinstance(inputs, list) or not inputs or _defines(inputs[-1], name):
        return ""
    place = next((i for i in range(len(inputs) - 2, 0, -1) if _defines(inputs[i], name)), None)
    if place is None:
        return ""
    problem = _does_not_compile(inputs[place])
    if not problem and place == len(inputs) - 2 and not _comes_from(answer, inputs[place]):
        problem = _exception_of(shell.last_execution_result, inputs[place])
    if not problem:
        return ""
    return f"The cell above with `{name}` did not run ({problem}); this checks the earlier version."


def _shell():
    """The running IPython, if there is one."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def _defines(cell, name: str) -> bool:
    if not isinstance(cell, str) or name not in cell:
        return False
    return (
        re.search(rf"^(?:async +def|def|class) +{name}\b|^{name} *(?::[^=\n]*)?=[^=]", cell, re.MULTILINE) is not None
    )


def _does_not_compile(cell: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it has warned already when it ran
            compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return f"{type(error).__name__} in line {error.lineno}"
    except ValueError as error:  # such as a null byte
        return type(error).__name__
    return ""


def _comes_from(answer, cell: str) -> bool:
    """Whether a function was made by this cell, which then came as far as that."""
    if not isinstance(answer, types.FunctionType):
        return False
    return "".join(linecache.getlines(answer.__code__.co_filename)).strip() == cell.strip()


def _exception_of(result, cell: str) -> str:
    """The exception with which the cell before this one ended, if that is the cell which IPython remembers."""
    error = result and (result.error_before_exec or result.error_in_exec)
    if not error or getattr(result.info, "raw_cell", "").strip() != cell.strip():
        return ""
    trace, line = error.__traceback__, None
    while trace is not None:
        if "".join(linecache.getlines(trace.tb_frame.f_code.co_filename)).strip() == cell.strip():
            line = trace.tb_lineno
        trace = trace.tb_next
    return type(error).__name__ + (f" in line {line}" if line else "")
