"""Tell which statements can have no effect on an answer but by the names that they bind.

Most notebooks hold nothing but functions that keep nothing from call to call. There one process may answer for all
exercises: no answer can tell whether another has run before it. Whoever hides an effect from what is looked at here
gains nothing that other ways would not give, and is the only one whose answers it touches.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_MODULES = {
    *("abc", "bisect", "cmath", "collections", "copy", "decimal", "enum", "fractions", "functools", "heapq"),
    *("helpers", "itertools", "math", "matplotlib", "numbers", "numpy", "operator", "pandas", "random", "scipy"),
    *("sklearn", "statistics", "string", "time", "typing", "keras", "tensorflow"),
}
# Calls that reach where no text shows it, and settings that last.
_TELLING_NAMES = {
    *("__import__", "breakpoint", "delattr", "eval", "exec", "exit", "get_ipython", "getattr", "globals", "locals"),
    *("open", "quit", "setattr", "vars", "In", "Out", "display"),
}
_TELLING_ATTRIBUTES = {
    *("ctypeslib", "filterwarnings", "set_printoptions", "set_state", "setbufsize", "seterr", "seterrcall"),
    *("setrecursionlimit", "simplefilter"),
}
# Settings of libraries; functions that are imported by name show nothing of them.
_SETTINGS = re.compile(
    r"set_(config|options?|random_seed|seed|floatx|epsilon|backend|image_data_format|dtype_policy|global_policy)"
    r"|set_default_\w+|(reset|option|config|local)_?(option|context)|[sg]etcontext|options|register\w*|(en|dis)able_\w+"
)
_KEPT_BY_JUPYTER = re.compile(r"_+(i|ii|iii|oh|ih|dh)?\d*")
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def walk(node: ast.AST) -> list[ast.AST]:
    """The nodes that `ast.walk` gives, but for those that hold nothing, such as `Load`; found once for each node."""
    try:
        return node.all_nodes
    except AttributeError:
        node.all_nodes = found = [node]
    for one in found:
        for name in one._fields:
            value = getattr(one, name, None)
            if isinstance(value, ast.AST):
                if value._fields:
                    found.append(value)
            elif isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST) and item._fields]
    return found


def defines(node: ast.stmt) -> bool:
    """Whether there is code in a statement that may run after it: a function, a class, a lambda."""
    return any(isinstance(inner, _DEFINITIONS) for inner in walk(node))


def is_lasting(node: ast.stmt) -> bool:
    """Whether what a statement reads may be looked at after it: by its code, or under another name."""
    return defines(node) or (isinstance(node, ast.Assign) and _is_constant(node.value))


def is_plain(node: ast.stmt, given: frozenset[str], reads: frozenset[str], read_later: set[str]) -> bool:
    """Whether a top-level statement gives names to functions and constants, or nothing that functions use.

    `given` are the names that it binds or changes, `reads` those that it reads, `read_later` those that functions use
    and other names stand for.
    """
    # What Jupyter keeps in `_` tells when it is read; to bind it, as in `for _ in range(3)`, is nobody's business.
    if reads & _TELLING_NAMES or reads_what_jupyter_keeps(reads) or any(map(_SETTINGS.fullmatch, reads)):
        return False
    if "check" in given or any(map(_is_telling, walk(node))):
        return False
    match node:
        case ast.Import(names):
            return all(is_known(alias.name) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            return level == 0 and is_known(module) and (names[0].name != "*" or module in ("math", "numpy"))
        case ast.FunctionDef(decorator_list=[]):
            return all(map(_is_constant, _defaults(node))) and _keeps_nothing(node)
        case ast.Assign(targets, value) if all(isinstance(target, ast.Name) for target in targets):
            if _is_constant(value):
                return True
            if isinstance(value, ast.Lambda):
                return all(map(_is_constant, _defaults(value))) and _keeps_nothing(value)
    # It will not run on the short way: it may do what it likes with what no function looks at, but not end its cell.
    return not given & read_later and not defines(node) and not any(map(_ends_or_changes, walk(node)))


def reads_what_jupyter_keeps(reads: frozenset[str]) -> bool:
    """Whether the results of cells are among the names, as `_` and `Out`."""
    return "Out" in reads or any(map(_KEPT_BY_JUPYTER.fullmatch, reads))


def _ends_or_changes(node: ast.AST) -> bool:
    """Whether it ends its cell, or changes an object that may have another name as well, as modules do."""
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load))


def _is_telling(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name.startswith("_") or name in _TELLING_ATTRIBUTES or bool(_SETTINGS.fullmatch(name))
        case ast.Global() | ast.Await():
            return True
    return False


def is_known(module: str) -> bool:
    """Whether an import of this module binds what its documentation says and has no other effect."""
    return module.partition(".")[0] in _MODULES


def _defaults(node: ast.FunctionDef | ast.Lambda) -> list[ast.expr]:
    return [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.UnaryOp(operand=inner) | ast.Attribute(value=inner):
            return _is_constant(inner)
        case ast.Tuple(elts):
            return all(map(_is_constant, elts))
        case ast.BinOp(left, _, right):
            return _is_constant(left) and _is_constant(right)
    return False


def _keeps_nothing(function: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether nothing that outlives a call is changed by it, as far as its text shows."""
    local = set(_local_names(function))
    for node in walk(function):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.ClassDef() | ast.AsyncFunctionDef():
                return False
            case ast.Subscript(ctx=ast.Store() | ast.Del()) if _root(node) not in local:
                return False
            case ast.Import(names) if not all(is_known(alias.name) for alias in names):
                return False
            case ast.ImportFrom(module=module, level=level) if level or not is_known(module):
                return False
    return True


def _local_names(function: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    for node in walk(function):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
