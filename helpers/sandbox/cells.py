"""A notebook's code cells, statement by statement: what is the learner's own, what one name needs, what a check saw.

An answer may lean on helpers from any cell; lectures train networks in others. So there are three ways to a name:

*the short way*  takes the statements that bind the name, then those that bind what they use, until nothing is missing,
                 and runs only those (`Notebook.value`). Of two bindings of a name the learner's own wins.
*running all*    runs all of the learner's own cells in order as Jupyter would, with the handed-out statements that they
                 need (`Notebook.sources_to_run`; `shell` runs them).
*apart*          the same statement by statement, so that one which fails here costs only what it binds, with whatever
                 the learner's cells mention of the lecture. It is the last resort: what fails in Jupyter ends its cell.

All look at the notebook as it was at a *place*: the number of the statement that checks the answer, or `END`. Where
the learner's statements are `plain` (`plainness`), the short way gives what running all would give. Where no text shows
which answer a check is called for, as in a loop, the places are the calls themselves, from `FIRST_CALL` on.
"""

from __future__ import annotations

import ast
import builtins
import dis
import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

from IPython.core.inputtransformer2 import TransformerManager

from . import APART, END, FIRST_CALL, RUN, SHORT, plainness
from .observe import without_places

# Cell magics around ordinary Python; the body of any other (`%%bash`, `%%html`) is not Python at all.
_TRANSPARENT_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_BUILTINS = frozenset(dir(builtins))
MOST_CHECKS = 10  # of one name that are looked at
MOST_CALLS = 6  # of `check` for one name, where no text shows for which, as in a loop over four letters
# With one of these a cell can bind names that its text does not show.
_LOOKS_EVERYWHERE = re.compile(r"\b(globals|locals|vars|dir|__main__|user_ns|f_globals|who|whos|who_ls)\b")
_OPAQUE = {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__", "import_module"}
_MAGIC_CALLS = ("run_line_magic", "run_cell_magic")
_MAGICS_THAT_BIND_NOTHING = {
    *("autoreload", "bash", "conda", "config", "debug", "env", "history", "html", "javascript", "latex", "load_ext"),
    *("markdown", "matplotlib", "pdb", "pinfo", "pinfo2", "pip", "precision", "prun", "script", "sh", "svg", "system"),
    *("time", "timeit", "who", "whos", "writefile", "xmode"),
}
_MAGICS_WITHOUT_SIGN = ("run", "cd", "mkdir", "pylab", "time", "timeit", "prun", "load_ext", "store", "matplotlib")
_MAGICS_AROUND_PYTHON = ("time", "timeit", "prun", "capture")
_KEPT_OUTPUT = re.compile(r"^%%capture\b.*\s[^\s-]", re.MULTILINE)
_OPTIONS = re.compile(r"\A(\s*-\w+(\s+\d+)?\s)+\s*")
_LITERAL = ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Load | ast.UnaryOp | ast.USub | ast.Lambda
_MORE_THAN_ONCE = (
    *(ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_LOAD_NAME, _LOAD_GLOBAL = dis.opmap["LOAD_NAME"], dis.opmap["LOAD_GLOBAL"]
_MISSING = object()


@dataclass(frozen=True)
class Traits:
    """What a top-level statement does, whatever cell it stands in.

    `binds` are the names that running it binds, `changes` those whose objects it changes in place, `checks` the
    exercises that it calls `check` for. All that is asked of every statement is worked out beforehand: in a fork each
    object that is looked at for the first time costs a copy of its page.
    """

    node: ast.stmt
    binds: frozenset[str]
    changes: frozenset[str]
    checks: frozenset[str]
    imports_module: bool
    imports_all: bool

    @cached_property
    def reads(self) -> frozenset[str]:
        """The global names that it, or a function that it defines, may read."""
        # The compiler knows which names are global; the tree would also show every argument and local variable.
        try:
            code = compiled(self.node, "<cell>", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # running it will say so
            return frozenset()
        found = _global_reads(code) | frozenset(_deleted(self.node))
        if found & {"exec", "eval", "get_ipython"}:
            found = found.union(*map(_reads_of_text, _texts_to_run(self.node)))
        return found

    @cached_property
    def is_opaque(self) -> bool:
        """Whether it may bind names that its text does not show."""
        if self.reads & _OPAQUE:
            return True
        if self.imports_all:
            return self.node.level > 0 or not plainness.is_known(self.node.module)
        if "get_ipython" not in self.reads:
            return False
        match self.node:
            case ast.Expr(ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython")), call), [ast.Constant(name), *_])):
                return call != "system" and not (call in _MAGIC_CALLS and name in _MAGICS_THAT_BIND_NOTHING)
            case ast.Assign(_, ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython")), "getoutput"))):
                return False
        return True

    @cached_property
    def mentions(self) -> frozenset[str]:
        """The names that it may bind by other means: as an attribute of a module, by a keyword, by their text."""
        match self.node:
            case ast.Expr(ast.Call(ast.Name("hint" | "solution"))):
                return frozenset()
        if "get_ipython" in self.reads and not self.is_opaque:
            return frozenset().union(*map(_bound_by_text, _texts_to_run(self.node)))
        return frozenset(_mentioned(self.node))

    @cached_property
    def hands_over(self) -> frozenset[str]:
        """The exercises that it calls `check` for with something else than the variable of that name."""
        return frozenset(
            call.keywords[0].arg
            for call in _calls_of_check(self.node)
            if call.keywords and not _is_name(call.keywords[0].value, call.keywords[0].arg)
        )

    @cached_property
    def checks_out_of_sight(self) -> bool:
        """Whether it may call `check` for what its text does not show, or under another name, or more than once."""
        return any(map(_may_mention_check, plainness.walk(self.node))) and (
            _mentions_of_check(self.node) > len(self.checks)
        )

    @cached_property
    def checks_by_any_name(self) -> bool:
        """Whether it calls something with keywords that its text does not show, and mentions `check`."""
        return self.checks_out_of_sight and any(
            isinstance(node, ast.keyword) and node.arg is None for node in plainness.walk(self.node)
        )

    @cached_property
    def is_certain(self) -> bool:
        """Whether what it binds is bound when it has run: nothing in it can fail."""
        match self.node:
            case ast.FunctionDef(decorator_list=[]):
                return not self.node.args.defaults and not any(self.node.args.kw_defaults)
            case ast.Assign([ast.Name()], value):
                return all(isinstance(inner, _LITERAL) for inner in plainness.walk(value))
        return False

    @cached_property
    def certain_binds(self) -> frozenset[str]:
        """The names that are bound by it when it has run, so that nothing that was there before may stay."""
        if isinstance(self.node, ast.FunctionDef):  # which binds what is global in it only when it is called
            return frozenset({self.node.name}) if self.is_certain else frozenset()
        return self.binds if self.is_certain else frozenset()

    @cached_property
    def stands_alone(self) -> bool:
        """Whether it is an import or uses no name of the notebook, as an untouched stub and `answer = ...` do not."""
        if isinstance(self.node, ast.Import | ast.ImportFrom):
            return True
        if isinstance(self.node, ast.Assign):
            return isinstance(self.node.value, ast.Constant)
        return isinstance(self.node, ast.FunctionDef) and self.reads <= _BUILTINS

    @cached_property
    def is_plain_check(self) -> bool:
        """Whether it is what a handed-out check cell holds: `check(gelu)` or `check(question=question)`."""
        match self.node:
            case ast.Expr(ast.Call(ast.Name("check"), [ast.Name()], [])):
                return True
            case ast.Expr(ast.Call(ast.Name("check"), [], [ast.keyword(arg, ast.Name(name))])):
                return arg == name
        return False


@dataclass(frozen=True)
class Statement:
    """A statement in its cell. One that was handed out is known by what it says, not by how its cell was saved."""

    cell: int
    node: ast.stmt
    traits: Traits
    handed_out: bool

    @property
    def own(self) -> bool:
        return not self.handed_out


@dataclass(frozen=True)
class Cell:
    """A cell taken apart. `text` is what was parsed: the cell as Python, without a `header` such as `%%time`."""

    nodes: tuple[ast.stmt, ...]
    traits: tuple[Traits, ...]
    text: str
    header: str


class DefinitionError(Exception):
    """The wanted name could not be had; the message is for the learner."""


@dataclass(frozen=True)
class HandedOut:
    """A notebook as it was handed out: its cells, those of them that are Python by their text, all statements."""

    sources: tuple[str, ...] = ()
    cells: dict[str, Cell] = field(default_factory=dict)
    traits: dict[str, Traits] = field(default_factory=dict)
    outlines: set[tuple] = field(default_factory=set)  # of all statements: what has another one need not be compared

    def says(self, node: ast.stmt) -> Traits | None:
        """The traits of the statement that says the same, if there is one."""
        return self.traits.get(ast.dump(node)) if _outline(node) in self.outlines else None


_handed_out = HandedOut()


def remember(sources: Iterable[str]) -> None:
    """From now on, these are the cells that were handed out.

    They are taken apart beforehand, so that a submission which still holds them need not do it again: most of it is
    what everybody got.
    """
    global _handed_out
    _handed_out = _known(tuple(sources))


@cache
def _known(sources: tuple[str, ...]) -> HandedOut:
    found = HandedOut(sources)
    for source in sources:
        try:
            cell = _taken_apart(_normalized(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found.cells[_normalized(source)] = cell
        for traits in cell.traits:
            traits.stands_alone, traits.is_plain_check, traits.is_opaque, traits.certain_binds  # noqa: B018, cached
            found.traits[ast.dump(traits.node)] = traits
            found.outlines.add(_outline(traits.node))
    return found


def _outline(node: ast.stmt) -> tuple:
    """What is quickly seen of a statement."""
    return type(node), getattr(node, "name", ""), *map(type, getattr(node, "body", ()))


def familiar(place: int) -> str:
    """The source of a cell that was handed out, by its place among those to remember."""
    return _handed_out.sources[place]


class Notebook:
    """The code cells of one notebook. `cells` are their sources."""

    def __init__(self, cells: list[str]):
        self.sources = [_normalized(source) for source in cells]
        self.statements: list[Statement] = []
        self._texts: dict[int, tuple[str, str]] = {}  # of each cell its header and its text
        self._not_parsed: dict[int, str] = {}
        for number, source in enumerate(self.sources, 1):
            try:
                self._add(number, source)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
                what = getattr(error, "msg", error)
                self._not_parsed[number] = f"{type(error).__name__}: {what} (code cell {number}{line})"

    def _add(self, number: int, source: str) -> None:
        cell = _handed_out.cells.get(source)
        if cell is not None:
            self.statements += [
                Statement(number, node, traits, True) for node, traits in zip(cell.nodes, cell.traits, strict=True)
            ]
        else:
            cell = _taken_apart(source)
            kept = _KEPT_OUTPUT.search(cell.header)  # of all that stands in the cell
            for node, traits in zip(cell.nodes, cell.traits, strict=True):
                known = None if kept else _handed_out.says(node)
                self.statements.append(Statement(number, node, known or traits, known is not None))
        self._texts[number] = cell.header, cell.text

    @cached_property
    def plain(self) -> bool:
        """Whether the short way gives to every name what running all would give.

        So it is when the learner's own statements only define functions that keep nothing from call to call, and
        constants, and use nothing of the lecture but its imports.
        """
        own = [s for s in self.statements if s.own]
        if any(self._has_magic(s.cell) or s.traits.hands_over for s in own):
            return False
        read = {n for s in own if plainness.is_lasting(s.node) for n in s.traits.reads}
        read |= {n for s in self.statements for n in s.traits.checks}
        if not all(plainness.is_plain(s.node, s.traits.binds | s.traits.changes, s.traits.reads, read) for s in own):
            return False
        if any(self.statements[i].traits.binds & read & self._bound_before(i) for i in self._may_be_skipped):
            return False
        bound = {n for s in own for n in s.traits.binds}
        return not any(
            traits.changes & read or (traits.binds & read and (traits.binds & read & bound or not traits.stands_alone))
            for traits in (s.traits for s in self.statements if s.handed_out)
        )

    @cached_property
    def _may_be_skipped(self) -> list[int]:
        """The learner's own statements that do not run if a statement above them in their cell fails."""
        found, failing = [], set()
        for i, statement in enumerate(self.statements):
            if statement.own and statement.cell in failing:
                found.append(i)
            if not statement.traits.is_certain:
                failing.add(statement.cell)
        return found

    def _bound_before(self, place: int) -> set[str]:
        """The names that the learner has bound above a statement."""
        return {n for s in self.statements[:place] if s.own for n in s.traits.binds}

    @cached_property
    def _opaque(self) -> list[int]:
        """The learner's own statements that may bind names which no text shows."""
        return [i for i, s in enumerate(self.statements) if s.own and s.traits.is_opaque]

    @cached_property
    def _checks_out_of_sight(self) -> bool:
        return any(s.own and s.traits.checks_out_of_sight for s in self.statements)

    @cached_property
    def _checks_by_any_name(self) -> bool:
        """Whether a name that is checked may stand in no text, as in `check(**{f"{rule}_step": f})`."""
        return any(s.own and s.traits.checks_by_any_name for s in self.statements)

    @cached_property
    def _own_text(self) -> str:
        """The cells in which the learner wrote something."""
        return "\n".join(self.sources[cell - 1] for cell in sorted({s.cell for s in self.statements if s.own}))

    def _out_of_sight(self, name: str) -> list[int]:
        """The learner's own statements that may bind a name though no binding is seen."""
        mention = [i for i, s in enumerate(self.statements) if s.own and name in s.traits.mentions]
        return sorted({*self._opaque, *mention})

    def ways(self, name: str) -> list[list]:
        """Where to look for an answer: [way, place], the quickest first; none if the learner wrote none.

        A place is that of a check which has an answer above it, or `END` where something stands below the last such
        check that makes the answer another one; where checks are called out of sight, also the calls. All of the
        notebook runs up to each, and then apart; in a plain one, short ways lead to all that are seen.
        """
        answers = [i for i, s in enumerate(self.statements) if s.own and name in s.traits.binds | s.traits.hands_over]
        hidden = self._out_of_sight(name)
        by_call = self._checks_by_any_name or (self._checks_out_of_sight and re.search(rf"\b{name}\b", self._own_text))
        if not answers and not hidden and not by_call:
            return [[SHORT, END]] if self.problem(name) else []
        calls = [FIRST_CALL - i for i in range(MOST_CALLS if by_call else 0)]
        first = min(answers + hidden, default=0)
        checks = [
            i
            for i, s in enumerate(self.statements)
            if i >= first and name in s.traits.checks and (s.own or s.traits.is_plain_check)
        ]
        half = MOST_CHECKS // 2
        checks = [*checks[:half], *checks[half:][-half:]]
        differs_below = not checks or self._needs.of(name, checks[-1]) != self._needs.of(name)
        places = checks + ([END] if differs_below else [])
        short = [places[0], *([END] if differs_below and checks else [])]
        running = places
        if not answers:  # bound out of sight, which only running can show
            short = [END]
        elif self.plain:
            short, running = places, []
        by_running = [[way, place] for way in (RUN, APART) for place in running + calls]
        return [[SHORT, place] for place in short] + by_running

    def is_handed_out(self, name: str) -> bool:
        """Whether a handed-out statement binds a name, as a stub does."""
        return any(s.handed_out and name in s.traits.binds for s in self.statements)

    def checked_above(self, name: str, place: int) -> int:
        """How often what runs of the cell of a place checks a name before it."""
        if place < 0:
            return 0
        cell = self.statements[place].cell
        return sum(s.own and s.cell == cell and name in s.traits.checks for s in self.statements[:place])

    def letter(self, name: str):
        """The value of a variable that the learner's last binding above its check writes as a constant.

        Found without running anything. Raises `LookupError` if it is not written so.
        """
        bindings = [i for i, s in enumerate(self.statements) if name in s.traits.binds]
        checks = [i for i, s in enumerate(self.statements) if name in s.traits.checks]
        if checks and name in self.statements[checks[-1]].traits.hands_over:
            return _letter_handed_over(self.statements[checks[-1]].node, name)
        above = [i for i in bindings if checks and i < checks[-1]] or ([] if self._opaque else bindings)
        own = [i for i in above if self.statements[i].own]
        if not own and self._out_of_sight(name):
            raise LookupError(name)
        if len(own) > 1 and own[-1] in self._may_be_skipped:
            raise LookupError(name)
        match self.statements[(own or above)[-1]].node if above else None:
            case ast.Assign([ast.Name(id=target)], ast.Constant(value)) if target == name:
                return value
        raise LookupError(name)

    def value(self, name: str, place: int = END):
        """Go the short way to a name and return its value.

        Raises `DefinitionError` when no cell binds the name or the cell that does cannot be run.
        """
        problems = [self.problem(name)] if self.problem(name) else []
        module = types.ModuleType("__main__")
        namespace = module.__dict__
        namespace["__builtins__"] = builtins
        bound: set[str] = set()  # by the learner, of which no import of the lecture takes anything away
        for statement in self._needed(name, place):
            if statement.handed_out and statement.traits.binds & bound:
                continue
            try:
                exec(compiled(statement.node, cell_file(statement.cell)), namespace)
                bound |= statement.traits.binds if statement.own else set()
            except NotImplementedError:
                continue
            except BaseException as error:  # a cell that fails costs what it binds, as in Jupyter
                problems.append(reason(error))
                remember_failure(self.sources[statement.cell - 1], error)
        value = namespace.get(name, _MISSING)
        if value is _MISSING:
            raise DefinitionError(problems[-1] if problems else "")
        _keep_alive.append(module)
        return value

    def problem(self, name: str) -> str:
        """Why a name may be missing: the cells that mention it and are no Python; "" if there are none."""
        problems = [problem for number, problem in self._not_parsed.items() if name in self.sources[number - 1]]
        return problems[-1] if problems else ""

    def _needed(self, name: str, place: int) -> list[Statement]:
        return [self.statements[i] for i in self._needs.of(name, None if place == END else place)]

    @cached_property
    def _needs(self) -> Needs:
        return Needs(self.statements)

    def sources_to_run(self, place: int = END, apart: bool = False) -> Iterator[tuple[int, str]]:
        """The cells to run in order, up to the one that holds `place`: their numbers and sources.

        All statements of the learner's own are in them, and the handed-out ones that those need; the lines of others
        are blank. With `apart`, each statement comes by itself, and those that the learner's cells mention are needed.
        """
        end = len(self.statements) if place < 0 else place + 1
        chosen = self._to_run(end, place, self._mentioned() if apart else set())
        by_cell: dict[int, list[int]] = {}
        for i in range(end):
            by_cell.setdefault(self.statements[i].cell, []).append(i)
        for number, places in by_cell.items():
            kept = [i for i in places if i in chosen]
            if apart:
                yield from ((number, self._only(number, [i])) for i in kept)
            elif kept:
                whole = len(kept) == len(places)
                yield number, self.sources[number - 1] if whole else self._only(number, kept)

    def _mentioned(self) -> set[int]:
        """The handed-out statements that make what the learner's cells name in any way, as by a text.

        What calls a method of it may change it as well: a generator that has drawn goes on from there.
        """
        words = set(re.findall(r"\w+", self._own_text))
        look_everywhere = bool(_LOOKS_EVERYWHERE.search(self._own_text))
        handed_out = [(i, s.traits) for i, s in enumerate(self.statements) if s.handed_out]
        imported = {n for _, t in handed_out if isinstance(t.node, ast.Import | ast.ImportFrom) for n in t.binds}
        return {
            i
            for i, t in handed_out
            if look_everywhere
            or not words.isdisjoint(t.binds | t.changes)
            or not words.isdisjoint(set(_owners_of_methods(t.node)) - imported)
        }

    def _to_run(self, end: int, check: int, mentioned: set[int]) -> set[int]:
        """The statements to run before `end`: the learner's own, that which checks the answer, what those need."""
        statements = self.statements
        bound_at: dict[str, list[int]] = {}
        for i in range(end):
            for name in statements[i].traits.certain_binds if self._binds_what_it_says(i) else ():
                bound_at.setdefault(name, []).append(i)
        modules = {n for s in statements if s.traits.imports_module for n in s.traits.binds}
        chosen = {
            i
            for i in range(end)
            if statements[i].own
            or i == check
            or (i in mentioned and not statements[i].traits.checks and not _only_calls(statements[i].traits, modules))
        }
        if any(s.own and plainness.reads_what_jupyter_keeps(s.traits.reads) for s in statements[:end]):
            chosen |= {i for i in range(end) if statements[i].traits.is_plain_check}  # of which `_` may be the result
        # What a function reads is read when it is called, which may be by any statement below or as late as the check.
        may_call = [i for i in range(end) if statements[i].own and not statements[i].traits.is_certain] + [end]
        new, read_at = chosen, {}
        while new:
            for i in new:
                moments = {i, *(m for m in may_call if m > i)} if plainness.defines(statements[i].node) else {i}
                for name in statements[i].traits.reads:
                    read_at.setdefault(name, set()).update(moments)
            new = {
                i
                for i in range(end)
                if i not in chosen
                and any(
                    i < moment and not any(i < own < moment for own in bound_at.get(name, ()))
                    for name in statements[i].traits.binds | statements[i].traits.changes
                    for moment in read_at.get(name, ())
                )
                and not _only_calls(statements[i].traits, modules)
            }
            chosen = chosen | new
        return chosen

    def _binds_what_it_says(self, i: int) -> bool:
        """Whether a statement is the learner's, and binds what it would by itself: under `%%timeit` it does not."""
        return self.statements[i].own and not self._texts[self.statements[i].cell][0].startswith("%%timeit")

    def _has_magic(self, cell: int) -> bool:
        """Whether the source of a cell is not quite Python."""
        return self._texts[cell] != ("", self.sources[cell - 1])

    def _only(self, cell: int, kept: list[int]) -> str:
        """The source of a cell with nothing but the kept statements, each in the line where it stood.

        A magic in it is the call that Jupyter makes of it, so that it, too, can stay without the statements around it.
        """
        header, text = self._texts[cell]
        lines = [""] * (text.count("\n") + 1)
        for node in (self.statements[i].node for i in kept):
            rows = _lines_of(node)
            if getattr(node, "decorator_list", None):
                segment = text.split("\n")[rows[0] - 1 : rows[-1]]
            else:
                segment = ast.get_source_segment(text, node).split("\n")
            for number, row in zip(rows, segment, strict=True):
                above = lines[number - 1]  # of another statement in the same line
                lines[number - 1] = f"{above}; {row}" if above else row
        return "\n".join([header, *lines] if header else lines)


# Functions look their globals up in the namespace of a module, which would end with it.
_keep_alive: list[types.ModuleType] = []


def define(cells: list[str], name: str):
    """The value that the code cells give one name, by the short way; raises as `Notebook.value` does."""
    return Notebook(cells).value(name)


def compiled(node: ast.stmt, file: str, flags: int = 0) -> types.CodeType:
    """The code of one statement. Nothing of this module's own `from __future__` is inherited."""
    return compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)


# The cells that raised in this process, with what they raised: what they would have bound is missing later.
_failures: list[tuple[str, str]] = []


def remember_failure(source: str, error: BaseException) -> None:
    """Remember that a cell raised, so that a name which it did not bind can be explained."""
    _failures.append((source, reason(error)))


def where_or_why(error: BaseException) -> str:
    """The place of an error in the cells; for a name that is missing, also what the cell raised that should bind it."""
    missing = error.name if type(error) is NameError and type(error.name) is str else None
    whys = [why for source, why in _failures if missing and _may_bind(source, missing)]
    return where(error) + (f"; the cell that makes it raised {whys[-1]}" if whys else "")


def _may_bind(source: str, name: str) -> bool:
    """Whether a cell may be the one that binds a name, not only one that reads it."""
    try:
        return any(name in s.traits.binds | s.traits.mentions for s in statements_of(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return bool(re.search(rf"\b{re.escape(name)}\b", source))


def cell_file(cell: int) -> str:
    """The file name under which a cell is compiled, so that `where` can find it in a traceback."""
    return f"<cell {cell}>"


def reason(error: BaseException) -> str:
    """What a cell raised and where, in a line."""
    return without_places(f"{type(error).__name__}: {error}")[:300] + where(error)


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
    return [Statement(1, traits.node, traits, False) for traits in _taken_apart(_normalized(source)).traits]


def _normalized(source: str) -> str:
    """A cell as everybody's tool would save it."""
    return source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").rstrip()


def _taken_apart(source: str) -> Cell:
    tree, header, text = _tree(source)
    return Cell(tuple(tree.body), tuple(map(_traits, tree.body)), text, header)


def _traits(node: ast.stmt) -> Traits:
    imports_all = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    binds, changes = frozenset(_bound(node)), frozenset(_changed(node))
    return Traits(node, binds, changes, frozenset(_checked(node)), isinstance(node, ast.Import), imports_all)


def _tree(source: str) -> tuple[ast.Module, str, str]:
    """A cell's syntax tree, its header if it is a magic around Python, and the text below it that was parsed.

    The text is made Python first, as Jupyter does with magics.
    """
    try:
        return ast.parse(source), "", source
    except SyntaxError:
        first, _, body = source.lstrip().partition("\n")
        if first.startswith("%%") and first.split()[0] in _TRANSPARENT_MAGICS:
            tree, below, text = _tree(body)
            return tree, f"{first}\n{below}" if below else first, text
        text = TransformerManager().transform_cell(source)
        try:
            return ast.parse(text), "", text
        except SyntaxError:
            name, _, rest = source.strip().partition(" ")
            if name not in _MAGICS_WITHOUT_SIGN or "\n" in source.strip():
                raise
            text = f"get_ipython().run_line_magic({name!r}, {rest.strip()!r})"
            return ast.parse(text), "", text


def _lines_of(node: ast.stmt) -> range:
    decorators = getattr(node, "decorator_list", [])
    return range(min([node.lineno, *(d.lineno for d in decorators)]), node.end_lineno + 1)


def _code_objects(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_objects(constant)


def _global_reads(code: types.CodeType) -> frozenset[str]:
    return frozenset(name for inner in _code_objects(code) for name in _names_loaded(inner))


def _names_loaded(code: types.CodeType) -> Iterator[str]:
    """The names in the instructions LOAD_NAME and LOAD_GLOBAL, which `dis` gives too; it takes ten times as long."""
    extended = 0
    for operation, argument in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        argument |= extended
        extended = argument << 8 if operation == dis.EXTENDED_ARG else 0
        if operation == _LOAD_NAME:
            yield code.co_names[argument]
        elif operation == _LOAD_GLOBAL:
            yield code.co_names[argument >> 1]  # the lowest bit says how it will be called


def _texts_to_run(node: ast.stmt) -> Iterator[str]:
    """The texts in calls of `exec` and its like, and of magics around ordinary Python, that may run as code."""
    for inner in plainness.walk(node):
        match inner:
            case ast.Call(ast.Attribute(attr=call), [ast.Constant(str(magic)), *others]) if call in _MAGIC_CALLS:
                if magic in _MAGICS_AROUND_PYTHON or magic not in _MAGICS_THAT_BIND_NOTHING:
                    yield from (other.value for other in others if isinstance(other, ast.Constant))
            case ast.Call(_, arguments):
                yield from (argument.value for argument in arguments if isinstance(argument, ast.Constant))


def _reads_of_text(text) -> frozenset[str]:
    """The global names that a text reads when it runs."""
    if not isinstance(text, str):
        return frozenset()
    try:
        return _global_reads(compile(_tree_of_text(text), "<text>", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def _bound_by_text(text) -> frozenset[str]:
    """The names that a text binds when it runs, as in `%time answer = f`."""
    if not isinstance(text, str):
        return frozenset()
    try:
        return frozenset(_bound(_tree_of_text(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def _tree_of_text(text: str) -> ast.Module:
    """The syntax tree of a text that runs as code, without the options of a magic before it."""
    return _tree(_OPTIONS.sub("", text))[0]


def _bound(node) -> Iterator[str]:
    """Names that running `node` at the top level binds or unbinds."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            for inner in plainness.walk(node):
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
        case ast.MatchMapping(rest=str(name)):
            yield name
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _deleted(node) -> Iterator[str]:
    """Names that running `node` at the top level unbinds, for which they must be bound."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
            return
        case ast.Name(id=name, ctx=ast.Del()):
            yield name
    for child in ast.iter_child_nodes(node):
        yield from _deleted(child)


def _changed(node) -> Iterator[str]:
    """Names whose objects running `node` at the top level plainly changes in place."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
            return
        case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
            yield _root(node)  # table["a"] = 1
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            yield _root(method)  # table.append(1)
    for child in ast.iter_child_nodes(node):
        yield from _changed(child)


def _owners_of_methods(node) -> Iterator[str]:
    """Names of which a statement calls a method."""
    for inner in plainness.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            yield _root(inner.func)


def _checked(node) -> Iterator[str]:
    """The names that are written in calls of `check`, as its argument or its keyword."""
    for call in _calls_of_check(node):
        yield call.args[0].id if call.args else call.keywords[0].arg


def _calls_of_check(node) -> Iterator[ast.Call]:
    """The calls of `check` that show which exercise they are for."""
    for inner in plainness.walk(node):
        match inner:
            case ast.Call(ast.Name("check") | ast.Attribute(attr="check"), [ast.Name()], keywords):
                if all(keyword.arg == "remember" for keyword in keywords):
                    yield inner
            case ast.Call(ast.Name("check") | ast.Attribute(attr="check"), [], [ast.keyword(str())]):
                yield inner


def _may_mention_check(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom() | ast.Import() | ast.Name("check") | ast.Attribute(attr="check"):
            return True
        case ast.Constant(str(text)):
            return "check" in text
    return False


def _mentions_of_check(node: ast.AST) -> int:
    """How often a statement may mean `check`; what may run more than once counts twice."""
    match node:
        case ast.ImportFrom(names=names) | ast.Import(names=names):
            return sum(alias.name == "check" and alias.asname not in (None, "check") for alias in names)
        case ast.Name("check") | ast.Attribute(attr="check"):
            found = 1
        case ast.Constant(str(text)):
            found = int(text == "check" or "check(" in text)
        case _:
            found = 0
    found += sum(map(_mentions_of_check, ast.iter_child_nodes(node)))
    return 2 * found if isinstance(node, _MORE_THAN_ONCE) else found


def _mentioned(node: ast.stmt) -> Iterator[str]:
    for inner in plainness.walk(node):
        match inner:
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(str(name)) if name.isidentifier():
                yield name


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _letter_handed_over(node: ast.stmt, name: str):
    """The constant that the last check in a statement is called with; `LookupError` if it is none."""
    value = [call.keywords[0].value for call in _calls_of_check(node) if call.keywords][-1]
    if isinstance(value, ast.Constant):
        return value.value
    raise LookupError(name)


def _root(node) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


class Needs:
    """What statements need of one another, worked out once for all names and places."""

    def __init__(self, statements: Iterable[Statement]):
        self._statements = list(statements)
        self._giving: dict[str, list[int]] = {}  # the statements that bind a name, or change its object
        self._first_own: dict[str, int] = {}
        self._first_module: dict[str, int] = {}
        self._imports_all: list[int] = []
        for i, statement in enumerate(self._statements):
            traits = statement.traits
            if traits.imports_all:
                self._imports_all.append(i)
            for name in traits.binds if statement.own else ():
                self._first_own.setdefault(name, i)
            for name in traits.binds if traits.imports_module else ():
                self._first_module.setdefault(name, i)
            for name in traits.binds | traits.changes:
                self._giving.setdefault(name, []).append(i)

    def of(self, name: str, end: int | None = None) -> list[int]:
        """The places before `end` of the statements that a name needs.

        Where the learner binds a name, what the lecture does to it is left out.
        """
        end = len(self._statements) if end is None else end
        chosen = {i for i in self._imports_all if i < end}
        wanted, new = set(), {name} | {n for i in chosen for n in self._statements[i].traits.reads}
        while new:
            wanted |= new
            more = {i for n in new for i in self._giving.get(n, ()) if i < end and self._gives(i, n, end)} - chosen
            chosen |= more
            new = {n for i in more for n in self._statements[i].traits.reads} - wanted
        return sorted(chosen)

    def _gives(self, i: int, name: str, end: int) -> bool:
        statement = self._statements[i]
        kept = statement.own or isinstance(statement.node, ast.Import | ast.ImportFrom)
        if not kept and self._first_own.get(name, end) < end:
            return False
        return not _only_calls(statement.traits, {n for n, first in self._first_module.items() if first < end})


def needed_statements(statements: Iterable[Statement], name: str) -> list[Statement]:
    """The statements that a name needs, in their order."""
    statements = list(statements)
    return [statements[i] for i in Needs(statements).of(name)]


def _only_calls(traits: Traits, modules: set[str]) -> bool:
    """`plt.plot(x)`: calls into a module, so it changes nothing that an answer is made of."""
    return isinstance(traits.node, ast.Expr) and not traits.binds and traits.changes <= modules | {""}
