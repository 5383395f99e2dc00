"""Tell whether a saved notebook holds the answer that was checked, without keeping the answer."""

from __future__ import annotations

import ast
import hashlib
import inspect
import linecache
import types
from collections.abc import Iterable, Iterator


def digest_of_answer(name: str, answer: object) -> str:
    """A digest of the text of an answer: of the function, whatever stands around it, or of the letter chosen.

    It is "" if the text is not known, as for a lambda or an object.
    """
    if type(answer) is str:
        return _digest(f"{name} = {answer!r}")
    function = inspect.unwrap(answer) if type(answer) is types.FunctionType else answer
    if type(function) is not types.FunctionType:
        return ""
    cell = "".join(linecache.getlines(function.__code__.co_filename))
    found = [node for node in _functions(cell) if node.lineno == _first_line(function, node)]
    return _digest(ast.dump(found[-1])) if found else ""


def digests_in(sources: Iterable[str]) -> set[str]:
    """The digests of all that could be an answer in the code cells of a notebook."""
    digests = set()
    for source in sources:
        digests |= {_digest(ast.dump(node)) for node in _functions(source)}
        for node in _nodes(source):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                digests |= {_digest(f"{name} = {node.value.value!r}") for name in names}
    return digests


def _first_line(function: types.FunctionType, node: ast.FunctionDef) -> int:
    """The line at which a node would stand if it were the function's."""
    decorators = [decorator.lineno for decorator in node.decorator_list]
    return function.__code__.co_firstlineno + node.lineno - min([node.lineno, *decorators])


def _functions(source: str) -> Iterator[ast.FunctionDef]:
    return (node for node in _nodes(source) if isinstance(node, ast.FunctionDef))


def _nodes(source: str) -> Iterator[ast.AST]:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.walk(ast.parse(TransformerManager().transform_cell(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return iter(())  # a cell that does not compile defines nothing


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
