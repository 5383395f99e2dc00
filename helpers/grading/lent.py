"""The plain tables that notebooks import from the course, such as the names of all conditions.

A learner's answer may use them, and where it is graded the course is not there: so they are handed in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from .runner import HELPERS

_MAY_NAME_ONE = re.compile(r"from helpers\.|\.[A-Z]")  # parsing takes longer
_BOUND = re.compile(r"^([A-Z]\w*) = ", re.MULTILINE)


def plain_tables(cells: Iterable[str]) -> dict[str, dict[str, object]]:
    """For each module of the course, the constants in capitals that the cells name and that are written as literals.

    The modules are read and not imported: some load what takes seconds.
    """
    modules, named = set(), set()
    for cell in filter(_MAY_NAME_ONE.search, cells):
        try:
            tree = ast.parse(cell)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom(module=str(module), names=names) if module.startswith("helpers."):
                    modules |= {module, *(f"{module}.{alias.name}" for alias in names)}
                    named |= {alias.name for alias in names if alias.name.isupper()}
                case ast.Attribute(attr=name) if name.isupper():
                    named.add(name)
    found = {module: dict(_literals(module, named)) for module in sorted(modules)}
    return {module: tables for module, tables in found.items() if tables}


def _literals(module: str, named: set[str]) -> Iterator[tuple[str, object]]:
    place = HELPERS.parent / Path(*module.split("."))
    source = next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)
    text = source.read_text(encoding="utf-8") if source else ""
    for node in ast.parse(text).body if named & set(_BOUND.findall(text)) else ():
        match node:
            case ast.Assign([ast.Name(name)], value) if name in named:
                try:
                    yield name, ast.literal_eval(value)
                except ValueError:
                    continue
