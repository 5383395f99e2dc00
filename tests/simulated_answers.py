"""A class whose members are known to have worked alone, or to have copied and hidden it, for `course likeness`.

Who works alone starts from one of the exercise's right spellings or its solution (some are much more popular than
others) and makes a few of the choices that people make: a variable for a part, `x * x` for `x ** 2`, a guard at the
top. Who copies takes somebody's answer and hides it: other names, another order, another format, parts written anew.
"""

from __future__ import annotations

import ast
import functools
import json
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.grading.handed_in import HandedInBook
from helpers.grading.submissions import Submission
from helpers.judging.exercise import Exercise
from helpers.lectures import functions_of
from helpers.proving.solutions import solution_source
from tests import classroom

NAMES = ("a", "arr", "b", "data", "h", "inp", "k", "m", "out", "q", "r", "res", "s", "t", "tmp", "u", "v", "val", "w")
GUARDS = (
    "x = np.asarray(x)",
    "x = np.asarray(x, dtype=float)",
    "x = np.array(x, dtype=float)",
    "x = x.copy()",
    "if np.ndim(x) > 5:\n    raise ValueError(x)",
    "assert x is not None",
)


@functools.cache
def right_answers(lecture: str) -> dict[str, tuple[str, ...]]:
    """The source of every answer of the course to each exercise: the solution, then the spellings."""
    found = {}
    for exercise in functions_of(lecture):
        solution = ast.unparse(ast.parse(solution_source(lecture, exercise.name)))
        found[exercise.name] = (solution, *(_as_a_learner(exercise, spelling) for spelling in exercise.spellings))
    return found


def _as_a_learner(exercise: Exercise, spelling) -> str:
    """A spelling under the exercise's name, with what it needs inside it."""
    module = ast.parse(classroom.source_of(exercise.name, spelling)).body[-1]
    inner = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == spelling.__name__]
    if not inner:
        return ast.unparse(module)
    function = inner[0]
    left = ast.Return | ast.Import | ast.ImportFrom
    needed = [node for node in module.body if node is not function and not isinstance(node, left)]
    function.name, function.body = exercise.name, [*needed, *function.body]
    return ast.unparse(_without_docstrings(function))


def working_alone(answers: tuple[str, ...], popularity: np.ndarray, choices: float, rng: np.random.Generator) -> str:
    """An answer of somebody who works alone and makes `choices` choices of their own on average."""
    source = answers[rng.choice(len(answers), p=popularity)]
    return chosen_anew(source, rng.poisson(choices), rng)


def popularities(count: int, rng: np.random.Generator) -> np.ndarray:
    """How many start from each of some answers: the most popular twice as often as the second, and so on."""
    shares = 1 / np.arange(1, count + 1)
    return rng.permutation(shares / shares.sum())


def chosen_anew(source: str, times: int, rng: np.random.Generator) -> str:
    """The source with some parts written in another way."""
    for _ in range(times):
        tree = ast.parse(source)  # anew each time: a formula may hold one part in two places
        rng.choice([_with_a_variable, _with_another_formula, _with_a_guard], p=[0.4, 0.45, 0.15])(tree, rng)
        source = ast.unparse(ast.fix_missing_locations(tree))
    return source


def renamed(source: str, rng: np.random.Generator) -> str:
    """The source with other names for everything but the exercise's function."""
    tree = ast.parse(source)
    top = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    bound = {node.id for node in ast.walk(top) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in ast.walk(top) if isinstance(node, ast.FunctionDef) and node is not top}
    names = rng.permutation([f"{name}{number}" for name in NAMES for number in ("", "1", "_2", "_new")])
    new = dict(zip(sorted(bound), map(str, names), strict=False))
    for node in ast.walk(top):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.FunctionDef):
            node.name = new.get(node.name, node.name)
    return ast.unparse(tree)


def reordered(source: str, rng: np.random.Generator) -> str:
    """The source with the terms of sums and products, and comparisons, the other way round."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left, ast.Add() | ast.Mult(), right):
                node.left, node.right = right, left
            case ast.Compare(left, [ast.Lt() | ast.Gt() as op], [right]):
                node.left, node.comparators = right, [left]
                node.ops = [ast.Gt() if isinstance(op, ast.Lt) else ast.Lt()]
            case ast.Call(keywords=[_, _, *_]):
                node.keywords.reverse()
    return ast.unparse(tree)


def reformatted(source: str, rng: np.random.Generator) -> str:
    """The source with other spaces, comments, quotes and a docstring."""
    head, *body = ast.unparse(ast.parse(source)).splitlines()
    body = [line.replace("    ", "  ") + "  # " + str(rng.integers(1000)) for line in body]
    return "\n\n".join([head, '  """' + rng.choice(["My answer.", "see the slides", "ok"]) + '"""', *body])


def partly_rewritten(source: str, rng: np.random.Generator) -> str:
    """The source with other names and two parts written in another way."""
    return renamed(chosen_anew(source, 2, rng), rng)


DISGUISES = {
    "renamed": renamed,
    "reordered": reordered,
    "reformatted": reformatted,
    "partly rewritten": partly_rewritten,
}


def _without_docstrings(function: ast.FunctionDef) -> ast.FunctionDef:
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return function


def _blocks(tree: ast.AST):
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list) and not isinstance(node, ast.Module):
                yield block


def _with_a_variable(tree: ast.AST, rng: np.random.Generator) -> None:
    """Give a part of an expression a name of its own."""
    places = []
    for block in _blocks(tree):
        for statement in block:
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return) and statement.value is not None:
                parts = list(ast.walk(statement.value))
                if not any(isinstance(part, ast.Lambda | ast.comprehension) for part in parts):
                    places += [(block, statement, part) for part in parts if isinstance(part, ast.BinOp | ast.Call)]
    if not places:
        return
    block, statement, part = places[rng.integers(len(places))]
    name = f"{rng.choice(NAMES)}{rng.integers(100)}"
    new = _Replaced(part, ast.Name(name, ast.Load())).visit(statement)
    block[block.index(statement)] = new
    block.insert(block.index(new), ast.Assign([ast.Name(name, ast.Store())], part, lineno=1))


def _with_another_formula(tree: ast.AST, rng: np.random.Generator) -> None:
    places = [(node, new) for node in ast.walk(tree) for new in _formulas(node)]
    if places:
        node, new = places[rng.integers(len(places))]
        _Replaced(node, new).visit(tree)


def _formulas(node: ast.AST):
    match node:
        case ast.BinOp(left, ast.Pow(), ast.Constant(2)):
            yield ast.BinOp(left, ast.Mult(), left)
        case ast.BinOp(left, ast.Div(), right):
            yield ast.BinOp(left, ast.Mult(), ast.BinOp(ast.Constant(1), ast.Div(), right))
            yield ast.BinOp(left, ast.Mult(), ast.BinOp(right, ast.Pow(), ast.Constant(-1)))
            yield _numpy("divide", left, right)
        case ast.BinOp(left, ast.Sub(), right):
            yield ast.BinOp(left, ast.Add(), ast.UnaryOp(ast.USub(), right))
            yield ast.UnaryOp(ast.USub(), ast.BinOp(right, ast.Sub(), left))
            yield _numpy("subtract", left, right)
        case ast.BinOp(left, ast.Mult(), right):
            yield _numpy("multiply", left, right)
            yield ast.BinOp(ast.Constant(1.0), ast.Mult(), node)
        case ast.BinOp(left, ast.Add(), right):
            yield _numpy("add", left, right)
            yield ast.BinOp(left, ast.Sub(), ast.UnaryOp(ast.USub(), right))
        case ast.Call(ast.Attribute(ast.Name("np"), "maximum"), [a, b], []):
            yield _numpy("where", ast.Compare(a, [ast.Gt()], [b]), a, b)
        case ast.Call(ast.Attribute(ast.Name("np"), "exp"), [a], []):
            yield ast.BinOp(_numpy("e"), ast.Pow(), a)
        case ast.Call(ast.Attribute(ast.Name("np"), "where"), [a, b, c], []):
            yield _numpy("where", ast.UnaryOp(ast.Invert(), a), c, b)
        case ast.Return(value) if value is not None:
            yield ast.Return(_numpy("asarray", value))


def _numpy(name: str, *arguments: ast.expr) -> ast.expr:
    function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), []) if arguments else function


def _with_a_guard(tree: ast.AST, rng: np.random.Generator) -> None:
    top = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    name = top.args.args[0].arg if top.args.args else "x"
    guard = rng.choice(GUARDS).replace("(x", f"({name}").replace("x =", f"{name} =").replace("= x", f"= {name}")
    top.body[:0] = ast.parse(textwrap.dedent(guard.replace("assert x", f"assert {name}"))).body


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST):
        self._old, self._new = old, new

    def visit(self, node: ast.AST):
        return self._new if node is self._old else self.generic_visit(node)


@dataclass(frozen=True)
class SimulatedClass:
    """A class by what its members wrote: `sources[student][exercise]`; `copied` holds the pairs that are not alone."""

    sources: dict[str, dict[str, str]]
    copied: dict[frozenset[str], str]


def simulated(lecture: str, people: int, copies: dict[str, float], seed: int, choices: float = 2.0) -> SimulatedClass:
    """A class of `people`; for each disguise in `copies` one copies that share of the exercises from another.

    Parameters
    ----------
    copies : dict
        By the name of a disguise (`DISGUISES`, with anything behind a colon), the share of the exercises.
    choices : float
        How many choices of their own people make in each exercise, on average.
    """
    rng = np.random.default_rng(seed)
    answers = right_answers(lecture)
    popular = {name: popularities(len(sources), rng) for name, sources in answers.items()}
    students = [f"student{number:03}" for number in range(people)]
    written = {
        student: {name: working_alone(answers[name], popular[name], choices, rng) for name in answers}
        for student in students
    }
    copied = {}
    for number, (how, share) in enumerate(copies.items()):
        source, copy = students[2 * number], students[2 * number + 1]
        taken = rng.choice(list(answers), size=round(share * len(answers)), replace=False)
        for name in taken:
            written[copy][name] = DISGUISES[how.partition(":")[0]](written[source][name], rng)
        copied[frozenset((source, copy))] = how
    return SimulatedClass(written, copied)


def write(out: Path, simulated_class: SimulatedClass, lecture: str) -> None:
    """The folder of a gradebook that holds this class, as if it had been graded."""
    classroom.write_gradebook(out, {student: {lecture: 1.0} for student in simulated_class.sources})
    with HandedInBook(out) as handed_in:
        for student, sources in simulated_class.sources.items():
            content = json.dumps(classroom.notebook_with(sources, lecture)).encode()
            submission = Submission(student, lecture, f"{student}/{lecture}.ipynb", content)
            handed_in.keep(submission, classroom.digest_of(student, lecture))
