"""What an answer is made of, whatever its names, spaces, comments and order of statements.

The syntax tree of an answer is brought into one form: names that the answer gives itself are left out, imported names
are written in full, `x += y` is `x = x + y`, the terms of a sum have no order, and so on. Its *features* are all pieces
of that tree that are one to three levels high (the subtree kernel of Shervashidze et al., 2011, "Weisfeiler-Lehman
graph kernels"), so a change in one place leaves the features of all others.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from helpers.sandbox.cells import Notebook, needed_statements, statements_of

LEVELS = 3
MOST_CHARACTERS = 50_000  # of an answer that is compared
_BODIES = ("body", "orelse", "finalbody", "handlers")
_LEFT_OUT = {"ctx", "type_comment", "annotation", "returns", "kind", "type_params", "type_ignores"}

Tree = tuple[str, tuple]  # a label, and the trees below it


@dataclass(frozen=True)
class Answer:
    """An answer as text, line by line, with the features it has.

    `keys` holds for each line what its statement is made of, "" for a line that says nothing by itself; lines of two
    answers with one key do the same.
    """

    lines: tuple[str, ...]
    keys: tuple[str, ...]
    features: frozenset[str]


def answers_in(cells: Sequence[str], names: Iterable[str]) -> tuple[dict[str, Answer], list[str]]:
    """What somebody has written for each of the exercises `names`; those not tried are left out.

    An answer is all statements that the grader would take for it (`needed_statements`), without those that were handed
    out, without imports, and without the answers to other exercises that it uses. Also returned are the names of those
    that cannot be taken apart: they are no Python, or too long or too deep.
    """
    notebook = Notebook(list(cells))
    aliases = _aliases(statement.node for statement in notebook.statements)
    names, found, failed = list(names), {}, []
    for name in names:
        others = set(names) - {name}
        own = [
            statement
            for statement in needed_statements(notebook.statements, name)
            if statement.own
            and not isinstance(statement.node, ast.Import | ast.ImportFrom)
            and not statement.traits.binds & others
        ]
        if not any(name in statement.traits.binds for statement in own):
            failed += [name] if notebook.problem(name) else []
            continue
        pieces = [(_lines_of(notebook.sources[s.cell - 1], s.node), s.node) for s in own]
        try:
            if sum(len(line) for lines, _ in pieces for line in lines) > MOST_CHARACTERS:
                raise MemoryError
            found[name] = _answer(pieces, aliases)
        except (RecursionError, MemoryError):
            failed.append(name)
    return found, failed


def features_of(source: str) -> frozenset[str]:
    """The features of any Python source, its imports left out. Raises `SyntaxError` and its like."""
    nodes = [statement.node for statement in statements_of(source)]
    own = [node for node in nodes if not isinstance(node, ast.Import | ast.ImportFrom)]
    return _answer([([""] * (_last(node) - _first(node) + 1), node) for node in own], _aliases(nodes)).features


def _answer(pieces: Sequence[tuple[Sequence[str], ast.stmt]], aliases: dict[str, str]) -> Answer:
    shape = _Shape(_roles([node for _, node in pieces]), aliases)
    lines, keys, counted = [], [], Counter()
    for own_lines, node in pieces:
        for tree in shape.statements([node]):
            _count(tree, counted)
        by_line = _keys_by_line(node, shape)
        lines += own_lines
        keys += [by_line.get(number, "") for number in range(_first(node), _last(node) + 1)]
    features = frozenset(f"{feature}/{i}" for feature, times in counted.items() for i in range(times))
    return Answer(tuple(lines), tuple(keys), features)


def _lines_of(source: str, node: ast.stmt) -> list[str]:
    magic = source.lstrip().startswith("%%")  # the tree is that of the lines below it
    lines = (source.lstrip().partition("\n")[2] if magic else source).split("\n")[_first(node) - 1 : _last(node)]
    return [*lines, *[""] * (_last(node) - _first(node) + 1 - len(lines))]


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _aliases(nodes: Iterable[ast.stmt]) -> dict[str, str]:
    """What each imported name is in full: `np` is `numpy`, `erf` may be `scipy.special.erf`."""
    full = {}
    for node in nodes:
        for name in getattr(node, "names", ()) if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if isinstance(node, ast.ImportFrom):
                full[name.asname or name.name] = f"{node.module or ''}.{name.name}"
            else:
                full[name.asname or name.name.split(".")[0]] = name.name if name.asname else name.name.split(".")[0]
    return full


def _roles(nodes: Sequence[ast.stmt]) -> dict[str, str]:
    """For each name that an answer gives itself what stands for it: a parameter's place, or only that it is one."""
    roles = {}
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                roles.setdefault(node.id, "variable")
            elif isinstance(node, ast.arg):
                roles.setdefault(node.arg, "variable")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                roles[node.name] = "own function"
    for top in nodes:
        if isinstance(top, ast.FunctionDef):
            arguments = top.args
            for place, argument in enumerate([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]):
                roles[argument.arg] = f"parameter {place}"
    return roles


class _Shape:
    """Syntax trees in the one form, given what stands for the names."""

    def __init__(self, roles: dict[str, str], aliases: dict[str, str]):
        self._roles, self._aliases = roles, aliases

    def statements(self, nodes: Sequence[ast.stmt]) -> tuple[Tree, ...]:
        """The trees of a block, in an order of their own, without what does nothing."""
        return tuple(sorted(self.tree(node) for node in nodes if not _does_nothing(node)))

    def tree(self, node: ast.AST) -> Tree:
        match node:
            case ast.Name(name):
                return self._roles.get(name) or self._aliases.get(name, name), ()
            case ast.Attribute(value, name):
                label, below = self.tree(value)
                if not below and isinstance(value, ast.Name | ast.Attribute) and label not in self._roles.values():
                    return f"{label}.{name}", ()
                return f".{name}", ((label, below),)
            case ast.Constant(bool() | None as value):
                return repr(value), ()
            case ast.Constant(int() | float() as value):
                return _number(value), ()
            case ast.Constant(value):
                return repr(value), ()
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
                return _number(-value), ()
            case ast.arg():
                return "argument", ()
            case ast.keyword(name, value):
                return f"{name}=", (self.tree(value),)
            case ast.AnnAssign(target, _, value) if value is not None:
                return self._assigned(self.tree(target), self.tree(value))
            case ast.AugAssign(target, op, value):
                both = self._sorted_if_free(op, [self.tree(target), self.tree(value)])
                return self._assigned(self.tree(target), (type(op).__name__, both))
            case ast.BinOp(_, ast.Add() | ast.Mult() as op, _):
                return type(op).__name__, tuple(sorted(self._terms(node, type(op))))
            case ast.BinOp(left, op, right):
                return type(op).__name__, (self.tree(left), self.tree(right))
            case ast.Compare(left, [op], [right]):
                return self._comparison(self.tree(left), op, self.tree(right))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                decorators = tuple(self.tree(one) for one in node.decorator_list)
                return "def", (self.tree(node.args), *decorators, *self.statements(node.body))
        return self._any(node)

    def _any(self, node: ast.AST) -> Tree:
        below = []
        for field, value in ast.iter_fields(node):
            if field in _LEFT_OUT:
                continue
            if field in _BODIES and isinstance(value, list):
                below.append((field, self.statements(value)) if value else None)
            elif isinstance(value, list):
                trees = [self.tree(one) for one in value if isinstance(one, ast.AST)]
                below += sorted(trees) if field == "keywords" else trees
            elif isinstance(value, ast.AST):
                below.append(self.tree(value))
        return type(node).__name__, tuple(filter(None, below))

    def _assigned(self, target: Tree, value: Tree) -> Tree:
        return "Assign", (target, value)

    def _terms(self, node: ast.AST, kind: type) -> list[Tree]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, kind):
            return self._terms(node.left, kind) + self._terms(node.right, kind)
        return [self.tree(node)]

    def _sorted_if_free(self, op: ast.operator, both: list[Tree]) -> tuple[Tree, ...]:
        return tuple(sorted(both) if isinstance(op, ast.Add | ast.Mult) else both)

    def _comparison(self, left: Tree, op: ast.cmpop, right: Tree) -> Tree:
        if isinstance(op, ast.Gt | ast.GtE):
            left, right, op = right, left, ast.Lt() if isinstance(op, ast.Gt) else ast.LtE()
        both = (left, right)
        return type(op).__name__, tuple(sorted(both)) if isinstance(op, ast.Eq | ast.NotEq) else both


def _number(value: float) -> str:
    """1 and 1.0 are one number."""
    return repr(value) if isinstance(value, int) and abs(value) > 2**53 else repr(float(value))


def _does_nothing(node: ast.stmt) -> bool:
    """Texts that stand alone (docstrings) and `pass`."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _count(tree: Tree, counted: Counter) -> list[str]:
    """Count the pieces of all heights at and below the root of a tree; return those at the root."""
    label, below = tree
    levels, pieces = [_count(one, counted) for one in below], [label]
    for height in range(1, LEVELS + 1):
        pieces.append(_digest(repr((label, [one[height - 1] for one in levels]))))
    if below:
        counted.update(dict.fromkeys(pieces[1:], 1))
    return pieces


def _keys_by_line(top: ast.stmt, shape: _Shape) -> dict[int, str]:
    keys = {}
    for node in ast.walk(top):
        if not isinstance(node, ast.stmt) or _does_nothing(node):
            continue
        inner = [one for field in _BODIES for one in getattr(node, field, ())]
        if not inner:
            keys.update(dict.fromkeys(range(node.lineno, _last(node) + 1), _digest(repr(shape.tree(node)))))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            heads = [value for field, value in ast.iter_fields(node) if field not in _BODIES]
            trees = [shape.tree(one) for one in heads if isinstance(one, ast.AST)]
            keys[node.lineno] = _digest(repr((type(node).__name__, trees)))
    return keys


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
