"""The judge of an exercise as a module of its own: its definition, and what that needs, out of the lecture's files.

A judge says what right values must obey, and need not know how to make them. One that needs an answer to do so, such as
the oracle, has no place in a hand-out.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection
from functools import cache

from .judges import NotData

_SHARED = ("helpers.judging.", "helpers.sandbox.")  # what goes along whole
_FUTURE = "from __future__ import annotations"


def excerpt(exercise: str, needed: Collection[tuple[str, str]], answers: Collection[tuple[str, str]]) -> str:
    """The text of a module with these definitions, each given as (module, name), and all that they need.

    Raises `NotData` if one of the `answers` is among that.
    """
    imports, found = set(), {}
    waiting, order = sorted(needed), []
    while waiting:
        module, name = waiting.pop()
        if (module, name) in found:
            continue
        if (module, name) in answers:
            raise NotData(f"its judge needs {name}, which is an answer")
        if module not in order:
            order.append(module)
        place, statement = _definitions(module)[name]
        if isinstance(statement, ast.Import | ast.ImportFrom):
            origin = _origin(statement, module)
            if origin.startswith("helpers.lectures.") and ".exercises" in origin:
                waiting.append((origin, name))
            elif origin.startswith("helpers.") and not origin.startswith(_SHARED):
                raise NotData(f"its judge needs {origin}")
            else:
                imports.add(_import_of(statement, name))
            continue
        found[module, name] = place, statement
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        waiting += [(module, one) for one in sorted(used & set(_definitions(module)))]
    lines = [f'"""The judge of {exercise}."""', _FUTURE, *sorted(imports)]
    for module in reversed(order):  # what others import comes first
        own = {place: statement for (where, _), (place, statement) in found.items() if where == module}
        lines += [ast.unparse(statement) for _, statement in sorted(own.items(), key=lambda pair: pair[0])]
    return "\n\n".join(lines) + "\n"


@cache
def _definitions(module: str) -> dict[str, tuple[int, ast.stmt]]:
    """What a module binds at its top level: {name: (place, statement)}."""
    with open(sys.modules[module].__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    found = {}
    for place, statement in enumerate(tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names = [(one.asname or one.name).partition(".")[0] for one in statement.names]
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names = [statement.name]
        else:
            names = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        found |= dict.fromkeys(names, (place, statement))
    return found


def _origin(statement: ast.Import | ast.ImportFrom, module: str) -> str:
    if isinstance(statement, ast.Import):
        return statement.names[0].name
    if not statement.level:
        return statement.module
    return ".".join([*module.split(".")[: -statement.level], *filter(None, [statement.module])])


def _import_of(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    own = [one for one in statement.names if (one.asname or one.name).partition(".")[0] == name]
    if isinstance(statement, ast.Import):
        return ast.unparse(ast.Import(own))
    return ast.unparse(ast.ImportFrom(statement.module, own, 0))
