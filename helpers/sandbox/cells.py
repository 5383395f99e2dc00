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
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from IPython.core.inputtransformer2 import TransformerManager

# Cell magics around ordinary Python; the body of any other (`%%bash`, `%%html`) is not Python at all.
_TRANSPARENT_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
# With one of these a cell can bind names that its text does not show.
_OPAQUE = {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__", "import_module"}
_MISSING = object()
_handed_out: list[str] = []
_familiar: dict[str, list[Statement]] = {}


@dataclass(frozen=True)
class Statement:
    """A top-level statement, the names that it binds or whose objects it changes, and what kind of import it is.

    All that `needed_statements` asks of every statement is worked out beforehand: in a fork each object that is looked
    at for the first time costs a copy of its page.
    """

    node: ast.stmt
    binds: frozenset[str]
    imports_module: bool
    imports_all: bool

    @cached_property
    def reads(self) -> set[str]:
        """The global names that it, or a function that it defines, may read."""
        # The compiler knows which names are global; the tree would also show every argument and local variable.
        try:
            code = self.code("<cell>")
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # running it will say so
            return set()
        return {
            instruction.argval
            for inner in _code_objects(code)
            for instruction in dis.get_instructions(inner)
            if instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL")
        }

    def code(self, file: str) -> types.CodeType:
        return compile(ast.Module([self.node], []), file, "exec")


class DefinitionError(Exception):
    """The wanted name could not be had; the message is for the learner."""


def remember(sources: list[str]) -> None:
    """Take these cells apart now, so that a submission which still holds them need not do it again.

    For the cells of the notebooks that were handed out: most of a submission is what everybody got.
    """
    _handed_out.extend(sources)
    for source in sources:
        _familiar[source] = statements_of(source)
        for statement in _familiar[source]:
            statement.reads  # noqa: B018, a cached property


def familiar(place: int) -> str:
    """The source of a cell that was handed out, by its place among those to remember."""
    return _handed_out[place]


class Definitions:
    """What the code cells of one notebook define. `cells` are their sources."""

    def __init__(self, cells: list[str]):
        self._cells = cells
        self._statements: list[tuple[int, Statement]] = []
        self._not_parsed: dict[int, str] = {}
        for number, source in enumerate(cells, 1):
            try:
                self._statements += [(number, s) for s in _familiar.get(source) or statements_of(source)]
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
                what = getattr(error, "msg", error)
                self._not_parsed[number] = f"{type(error).__name__}: {what} (code cell {number}{line})"

    def value(self, name: str):
        """Run the statements that `name` needs, in the order of the notebook, and return its value.

        Raises `DefinitionError` when no cell binds the name or the cell that does cannot be run.
        """
        problems = [problem for number, problem in self._not_parsed.items() if name in self._cells[number - 1]]
        statements = _as_when_it_was_checked(self._statements, self._cells, name)
        needed, unresolved = needed_statements(statements, name)
        if unresolved and any(s.reads & _OPAQUE for _, s in statements):
            needed = statements
        namespace = {"__name__": "__main__", "__builtins__": builtins}
        for cell, statement in needed:
            try:
                exec(statement.code(cell_file(cell)), namespace)
            except NotImplementedError:
                continue
            except BaseException as error:  # a cell that fails costs what it binds, as in Jupyter
                problems.append(f"{type(error).__name__}: {error}"[:300] + where(error))
        value = namespace.get(name, _MISSING)
        if value is _MISSING:
            raise DefinitionError(problems[-1] if problems else "")
        return value


def define(cells: list[str], name: str):
    """The value that the code cells give one name; raises as `Definitions.value` does."""
    return Definitions(cells).value(name)


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


def statements_of(source: str) -> list[Statement]:
    """Take one cell apart. Raises `SyntaxError` and its like if that cannot be done."""
    return [_statement(node) for node in _tree(source).body]


def _statement(node: ast.stmt) -> Statement:
    imports_all = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    return Statement(node, frozenset(_bound(node)), isinstance(node, ast.Import), imports_all)


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


def _as_when_it_was_checked(statements, cells: list[str], name: str) -> list[tuple[int, Statement]]:
    """Leave out handed-out cells below the answer that would take away what its author has defined above.

    Their author ran the check before those cells: a lecture that uses the name of a learner's helper for something
    else, or the untouched stub below an answer, must not cost the points.
    """
    own = [cells[cell - 1] not in _familiar for cell, _ in statements]
    answers = [i for i, (_, s) in enumerate(statements) if own[i] and name in s.binds]
    if not answers:
        return statements
    defined = {n for i, (_, s) in enumerate(statements) if own[i] and i <= answers[-1] for n in s.binds}
    return [
        placed for i, placed in enumerate(statements) if own[i] or i <= answers[-1] or not placed[1].binds & defined
    ]


def _code_objects(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_objects(constant)


def _bound(node) -> Iterator[str]:
    """Names that running `node` at the top level binds, and names whose objects it changes in place."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            for inner in ast.walk(node):
                if isinstance(inner, ast.Global):  # bound when the function is called
                    yield from inner.names
            return
        case ast.Lambda():
            return
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield (alias.asname or alias.name).split(".")[0]
            return
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
            yield _root(node)  # table["a"] = 1
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            yield _root(method)  # table.append(1)
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _root(node) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def needed_statements(
    statements: list[tuple[int, Statement]], name: str
) -> tuple[list[tuple[int, Statement]], set[str]]:
    """The statements that `name` needs, and the names among theirs that nothing binds."""
    modules = {n for _, s in statements if s.imports_module for n in s.binds}
    wanted, chosen = {name}, set()
    while True:
        more = {
            i
            for i, (_, s) in enumerate(statements)
            if i not in chosen and (s.binds & wanted or s.imports_all) and not _only_calls(s, modules)
        }
        if not more:
            break
        chosen |= more
        for i in more:
            wanted |= statements[i][1].reads
    needed = [statements[i] for i in sorted(chosen)]
    bound = {n for _, s in needed for n in s.binds}
    unresolved = wanted - bound - set(dir(builtins))
    if any(s.imports_all for _, s in needed):
        unresolved &= {name}
    return needed, unresolved


def _only_calls(statement: Statement, modules: set[str]) -> bool:
    """`plt.plot(x)`: calls into a module, so it changes nothing that an answer is made of."""
    return isinstance(statement.node, ast.Expr) and statement.binds <= modules | {""}
