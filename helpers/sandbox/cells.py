"""Find in a notebook's cells the statements that one name needs, and run only those.

An answer may lean on helpers from any cell; lectures train networks in others. So the statements that
bind the wanted name are taken, then those that bind what they use, until nothing is missing. What is left
out (plots, experiments, a lecture cell that fails) does not run.
"""

from __future__ import annotations

import ast
import builtins
import dis
import types
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

# Cell magics around ordinary Python; the body of any other (`%%bash`, `%%html`) is not Python at all.
_TRANSPARENT_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
# With one of these a cell can bind names that its text does not show.
_OPAQUE = {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__", "import_module"}
_MISSING = object()


@dataclass
class Statement:
    """A top-level statement with the names it binds and the names it may read."""

    node: ast.stmt
    cell: int
    binds: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    imports_all: bool = False


class DefinitionError(Exception):
    """The wanted name could not be had; the message is for the learner."""


def define(cells: list[str], name: str):
    """Run the statements that `name` needs, in the order of the notebook, and return its value.

    Parameters: the sources of the code cells; the name of a function or variable.
    Raises `DefinitionError` when no cell binds the name or the cell that does cannot be run.
    """
    statements, problems = _parse(cells, name)
    needed, unresolved = _needed(statements, name)
    if unresolved and any(s.reads & _OPAQUE for s in statements):
        needed = statements
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    for statement in needed:
        try:
            code = compile(ast.Module([statement.node], []), cell_file(statement.cell), "exec")
            exec(code, namespace)
        except NotImplementedError:
            continue
        except BaseException as error:  # a cell that fails costs what it binds, as in Jupyter
            problems.append(f"{type(error).__name__}: {error}"[:300] + where(error))
    value = namespace.get(name, _MISSING)
    if value is _MISSING:
        raise DefinitionError(problems[-1] if problems else "")
    return value


def cell_file(cell: int) -> str:
    """The file name under which a cell is compiled, so that `where` can find it in a traceback."""
    return f"<cell {cell}>"


def where(error: BaseException) -> str:
    """The last place of a traceback that lies in a cell, such as " (code cell 3, line 2)"; "" if none does."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith("<cell "):
            place = f" (code cell {file[6:-1]}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return place


def _parse(cells, name):
    statements, problems = [], []
    for number, source in enumerate(cells, 1):
        try:
            statements_of_cell = [_statement(node, number) for node in _tree(source).body]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if name in source:
                line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
                problems.append(f"{type(error).__name__}: {getattr(error, 'msg', error)} (code cell {number}{line})")
            continue
        statements += statements_of_cell
    return statements, problems


def _tree(source: str) -> ast.Module:
    source = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    try:
        return ast.parse(source)
    except SyntaxError:
        first, _, body = source.lstrip().partition("\n")
        if first.startswith("%%"):
            return _tree(body) if first.split()[0] in _TRANSPARENT_MAGICS else ast.Module([], [])
        plain = TransformerManager().transform_cell(source)
        return ast.parse(plain)


def _statement(node: ast.stmt, cell: int) -> Statement:
    # The compiler knows which names are global; the tree would also show every argument and local variable.
    code = compile(ast.Module([node], []), cell_file(cell), "exec")
    statement = Statement(node, cell)
    for inner, top in _code_objects(code):
        for instruction in dis.get_instructions(inner):
            match instruction.opname.split("_", 1):
                case ["LOAD", "NAME" | "GLOBAL"]:
                    statement.reads.add(instruction.argval)
                case ["STORE" | "DELETE", kind] if kind == "GLOBAL" or (top and kind == "NAME"):
                    statement.binds.add(instruction.argval)
    statement.imports_all = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    statement.binds.update(_changed(node))
    return statement


def _code_objects(code, top=True):
    yield code, top
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_objects(constant, top=False)


def _changed(node) -> set[str]:
    """Names whose objects a statement changes in place: `table["a"] = 1`, `table.append(1)`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return set()
    match node:
        case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
            names = {_root(node)}
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            names = {_root(method)}
        case _:
            names = set()
    return names.union(*map(_changed, ast.iter_child_nodes(node)))


def _root(node) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _needed(statements: list[Statement], name: str) -> tuple[list[Statement], set[str]]:
    """The statements that `name` needs, and the names among theirs that nothing binds."""
    modules = {n for s in statements if isinstance(s.node, ast.Import) for n in s.binds}
    wanted, chosen = {name}, set()
    while True:
        more = {
            i
            for i, s in enumerate(statements)
            if i not in chosen and (s.binds & wanted or s.imports_all) and not _only_calls(s, modules)
        }
        if not more:
            break
        chosen |= more
        for i in more:
            wanted |= statements[i].reads
    bound = {n for i in chosen for n in statements[i].binds}
    unresolved = wanted - bound - set(dir(builtins))
    if any(statements[i].imports_all for i in chosen):
        unresolved &= {name}
    return [statements[i] for i in sorted(chosen)], unresolved


def _only_calls(statement: Statement, modules: set[str]) -> bool:
    """`plt.plot(x)`: calls into a module, so it changes nothing that an answer is made of."""
    return isinstance(statement.node, ast.Expr) and statement.binds <= modules | {""}
