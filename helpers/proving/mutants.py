"""Small changes to a function's source, each of which should break it.

A check that passes a changed function is too weak, unless the change makes no difference to any result.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass

_OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.MatMult: ast.Mult,
}
_COMPARISONS = {
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
}
_TWINS = [
    ("exp", "expm1"),
    ("exp", "exp2"),
    ("log", "log1p"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("sum", "mean"),
    ("all", "any"),
    ("tanh", "arctan"),
    ("logaddexp", "logaddexp2"),
    ("square", "abs"),
    ("ndtr", "expit"),
    ("erf", "tanh"),
    ("zeros_like", "ones_like"),
]


@dataclass(frozen=True)
class Mutant:
    """A changed source and, in a few words, what was changed."""

    description: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """All changes of a source that holds one function, each once.

    Operators, comparisons, constants, axes and other keywords, functions with a twin, the order of arguments, default
    values; an expression in the place of the one that contains it; a statement left out. Lines are counted from the
    first one after the docstring, so that editing the docstring renames no mutant.
    """
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    if ast.get_docstring(function, clean=False) is not None:
        del function.body[0]
    tree.body = [function]
    first_line = function.body[0].lineno
    found = {ast.unparse(tree): None}
    for place, node in enumerate(ast.walk(function)):
        for changed in _changes(node):
            text = ast.unparse(_replaced(function, place, changed))
            where = f"line {node.lineno - first_line + 1}" if node.lineno >= first_line else "signature"
            was, becomes = ast.unparse(node), ast.unparse(changed) if changed else "nothing"
            found.setdefault(text, Mutant(f"{where}: `{was}` → `{becomes}`", text))
    return [mutant for mutant in found.values() if mutant]


@contextlib.contextmanager
def time_guard(seconds: float = 5.0) -> Iterator[None]:
    """Break off what runs inside after this much processor time, by an exception, where there is such a clock."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    # Again and again: the first exception may be caught by what is to be stopped.
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds / 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _replaced(function, place: int, changed):
    """A copy of the function with the node at this place of the walk replaced, or left out if `changed` is None."""
    duplicate = copy.deepcopy(function)
    target = next(node for i, node in enumerate(ast.walk(duplicate)) if i == place)
    if changed is None and isinstance(target, ast.stmt):
        changed = ast.Pass()

    class Replace(ast.NodeTransformer):
        def visit(self, node):
            return changed if node is target else self.generic_visit(node)

    return ast.fix_missing_locations(Replace().visit(duplicate))


def _changes(node) -> list:
    """What a node can be changed to; None stands for leaving it out."""
    match node:
        case ast.BinOp(left, operator, right):
            swapped = [_OPERATORS[type(operator)]()] if type(operator) in _OPERATORS else []
            turned = [ast.BinOp(right, operator, left)] if isinstance(operator, ast.Sub | ast.Div | ast.Pow) else []
            return [ast.BinOp(left, other, right) for other in swapped] + turned + [left, right]
        case ast.Compare(left, [operator], [right]):
            return [ast.Compare(left, [other()], [right]) for other in _COMPARISONS.get(type(operator), ())]
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            return [operand]
        case ast.BoolOp(operator, values):
            return [ast.BoolOp(ast.And() if isinstance(operator, ast.Or) else ast.Or(), values), *values]
        case ast.IfExp(_, body, orelse):
            return [body, orelse]
        case ast.Constant(bool(value)):
            return [ast.Constant(not value)]
        case ast.Constant(int(value) | float(value)):
            others = [type(value)(0), type(value)(1), value + 1, 2 * value, -value]
            return [ast.Constant(other) for other in dict.fromkeys(others) if other != value]
        case ast.Call(function, arguments):
            return [*_other_calls(node), *_inner_values(function, arguments)]
        case ast.Subscript(value):
            return [value] if isinstance(node.ctx, ast.Load) else []
        case ast.Assign() | ast.AugAssign() | ast.Expr():
            return [None]
    return []


def _other_calls(call) -> list:
    calls = []
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    for pair in _TWINS:
        if name in pair:
            twin = pair[1 - pair.index(name)]
            changed = (
                ast.Attribute(call.func.value, twin, ast.Load())
                if isinstance(call.func, ast.Attribute)
                else ast.Name(twin)
            )
            calls.append(ast.Call(changed, call.args, call.keywords))
    for i in range(len(call.args) - 1):
        arguments = list(call.args)
        arguments[i], arguments[i + 1] = arguments[i + 1], arguments[i]
        calls.append(ast.Call(call.func, arguments, call.keywords))
    for i in range(len(call.keywords)):
        calls.append(ast.Call(call.func, call.args, call.keywords[:i] + call.keywords[i + 1 :]))
    return calls


def _inner_values(function, arguments) -> list:
    """The arguments of a call, and for a method of a value that value."""
    values = [argument for argument in arguments if not isinstance(argument, ast.Starred)]
    is_module = (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "np"
    )
    if isinstance(function, ast.Attribute) and not is_module:
        values.append(function.value)
    return values
