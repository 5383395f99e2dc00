"""Notebooks as honest people hand them in, made with Hypothesis from the real ones.

A learner's answer rests on other code: helpers, tables that a call fills, decorators. That code stands anywhere, uses
names that the lecture uses too, and is changed below the check. Cells are split, moved and edited, and the notebook is
saved by one tool or another. Nothing here makes sure that an answer is right: what the check shows in a real kernel
says that.

Every choice has a *kind*, by which the results are counted.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from helpers.building.source import BEGIN, END
from helpers.judging.exercise import Exercise, Question
from helpers.lectures import exercises_of, functions_of, lecture_names
from helpers.proving.solutions import solution_source

from .classroom import source_of, untouched_notebook

# The grader judges all exercises of a lecture, and with Keras that takes seconds for every notebook.
PLAIN_LECTURES = tuple(
    lecture
    for lecture in lecture_names()
    if functions_of(lecture) and not any(exercise.uses_keras for exercise in functions_of(lecture))
)


@dataclass(frozen=True)
class Cell:
    """One cell. `role` is "lecture", "stub", "check" or "own"; `exercise` is whose stub or check it is."""

    source: str
    role: str
    exercise: str = ""
    is_code: bool = True


@dataclass
class HonestNotebook:
    """A notebook as it was handed in: what each cell holds, the bytes of the file, and the kinds of its making.

    `kinds` holds those of each exercise, and under "" those of the whole notebook.
    """

    lecture: str
    cells: list[Cell]
    tool: str
    kinds: dict[str, set[str]] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        """What a kernel gets: the sources of the code cells."""
        return [_as_saved(cell.source, self.tool) for cell in self.cells if cell.is_code]

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return _saved(self)

    def kinds_of(self, exercise: str) -> set[str]:
        return self.kinds.get("", set()) | self.kinds.get(exercise, set())


class Choices:
    """Every choice that a notebook is made by. An *axis* is what is chosen, such as where a helper stands."""

    def __init__(self, rng: Random):
        self.rng = rng

    def pick(self, axis: str, options):
        """One of the options; one that is listed twice is twice as likely."""
        return self.rng.choice(list(options))

    def how_many(self, axis: str, *counts: int) -> int:
        """How often the axis is chosen from."""
        return self.rng.choice(counts)


PLAINEST = {
    "saved": "JupyterLab",
    "place": "stub filled in",
    "check": "as handed out",
    "answer": "the course's",
    "callable": "def",
    "helper": "own cell above",
}


class Only(Choices):
    """The plainest notebook with one kind of one axis."""

    def __init__(self, axis: str, kind: str):
        super().__init__(Random(0))
        self._axis, self._kind = axis, kind

    def pick(self, axis, options):
        """The one kind on its axis, the plainest one on any other."""
        if axis == self._axis:
            return self._kind
        return PLAINEST.get(axis) or next(iter(options))

    def how_many(self, axis, *counts):
        """Once for the axis of the kind, never for the others."""
        return int(axis == self._axis)


def notebooks(count: int, seed_number: int = 0, lectures: tuple[str, ...] = PLAIN_LECTURES) -> list[HonestNotebook]:
    """This many notebooks, the same for the same seed."""
    found: list[HonestNotebook] = []

    # Derandomize would take its seed from this function's text: an edit would change every notebook.
    @seed(seed_number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(honest_notebooks(lectures))
    def collect(notebook):
        found.append(notebook)

    collect()
    return found[:count]


@st.composite
def honest_notebooks(draw, lectures: tuple[str, ...] = PLAIN_LECTURES) -> HonestNotebook:
    """A notebook with one to four answers, each made and placed in its own way."""
    # With a generator of its own: Hypothesis likes to copy parts of one example into the next, which finds one fault
    # sooner and makes the numbers of every kind depend on one another.
    choices = Choices(draw(st.randoms(use_true_random=True)))
    lecture = choices.pick("lecture's name", lectures)
    exercises = exercises_of(lecture)
    return _notebook(choices, lecture, choices.rng.sample(exercises, min(len(exercises), choices.rng.randint(1, 4))))


def one_of_each_kind(exercise: Exercise) -> list[HonestNotebook]:
    """For every kind the plainest notebook that has it: only this exercise is answered."""
    axes = {
        "saved": TOOLS,
        "state": STATES,
        "callable": CALLABLES,
        "place": dict.fromkeys(ANSWER_PLACES),
        "helper": dict.fromkeys(PLACES),
        "check": CHECKS,
        "below": BELOW,
        "beside": NOISE,
        "lecture": LECTURE_EDITS,
        "name": lecture_names(exercise.lecture),
    }
    return [_notebook(Only(axis, kind), exercise.lecture, [exercise]) for axis, kinds in axes.items() for kind in kinds]


def _notebook(choices: Choices, lecture: str, chosen: list[Exercise | Question]) -> HonestNotebook:
    notebook = HonestNotebook(lecture, list(skeleton(lecture)), choices.pick("saved", TOOLS), {"": set()})
    notebook.kinds[""].add(f"saved: {notebook.tool}")
    for exercise in chosen:
        if isinstance(exercise, Question):
            _answer_question(choices, notebook, exercise)
        else:
            _answer_function(choices, notebook, exercise)
    for _ in range(choices.how_many("beside", 0, 1, 2)):
        _add_noise(choices, notebook)
    for _ in range(choices.how_many("lecture", 0, 0, 0, 1)):
        _edit_lecture(choices, notebook)
    return notebook


# ---------------------------------------------------------------------------------------------------------------------
# The notebook that was handed out


@cache
def skeleton(lecture: str) -> tuple[Cell, ...]:
    """The handed-out notebook without its experiments: the cells of the exercises, and of the lecture what is quick.

    Quick are the first code cell, which imports, and what neither draws nor trains.
    """
    cells, known = [], set(dir(builtins))
    first = True
    for cell in untouched_notebook(lecture)["cells"]:
        source = "".join(cell["source"])
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if source.startswith("# This cell looks for the course"):
            continue  # it is there, and the next one imports from it
        if cell["cell_type"] != "code":
            cells.append(Cell(source, "lecture", is_code=False))
        elif name.startswith("check_"):
            cells.append(Cell(source, "check", name.removeprefix("check_")))
        elif name:
            cells.append(Cell(source, "stub", name))
        elif first or _is_quick(source, known):
            cells.append(Cell(source, "lecture"))
            known |= bound_names(source) - _slow(source)
            first = False
    return tuple(cells)


def _is_quick(source: str, known: set[str]) -> bool:
    tree = ast.parse(source)
    reads = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    modules = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    slow = any(re.match(r"(from|import) (helpers|keras|tensorflow|sklearn)", ast.unparse(node)) for node in modules)
    checks = any(alias.name == "check" for node in modules for alias in node.names)  # not always in the first cell
    return checks or (not slow and reads <= known | bound_names(source))


def _slow(source: str) -> set[str]:
    """The names that a cell imports from what draws, loads or trains; capitals are tables."""
    return {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("helpers.")
        for alias in node.names
        if not node.module.startswith("helpers.drawing.") and not alias.name.isupper()
    }


def bound_names(source: str) -> set[str]:
    """The names that a cell binds, in its functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


def warming(lectures: tuple[str, ...]) -> list[str]:
    """What a process should have run so that these notebooks take no time: imports, data, the inputs of `check`."""
    first = [next(cell.source for cell in skeleton(lecture) if cell.is_code) for lecture in lectures]
    inputs = (
        "from helpers.lectures import functions_of\n"
        "from helpers.judging.judge import public_examination\n"
        f"[public_examination(exercise) for lecture in {lectures!r} for exercise in functions_of(lecture)]"
    )
    return [*first, inputs]


@cache
def lecture_names(lecture: str) -> tuple[str, ...]:
    """The names that the whole lecture binds, but for its exercises and what every notebook calls."""
    cells = [c for c in untouched_notebook(lecture)["cells"] if c["cell_type"] == "code"]
    names = {name for cell in cells for name in bound_names("".join(cell["source"]))}
    fixed = {"check", "hint", "progress", "solution", "np", "helpers", *(e.name for e in exercises_of(lecture))}
    return tuple(sorted(names - fixed))


# ---------------------------------------------------------------------------------------------------------------------
# What an answer rests on

PLAIN_NAMES = (
    *("helper", "curve", "eps", "table", "seen", "registry", "Net", "one", "two", "tmp", "state", "counter", "size"),
    *("_cache", "größe", "Layer", "register", "setup", "my_max", "ZERO", "fill", "version", "settings", "x0", "half"),
)

# Each sets up a state and says what holds as long as nobody has disturbed it. {a}, {b} and {c} become names.
STATES: dict[str, tuple[str, str]] = {
    "constant": ("{a} = 0.0", "{a} == 0.0"),
    "constants in one line": ("{a}, {b} = 1, 2; {c} = {a}", "{c} == 1 and {b} == 2"),
    "unpacked": ("{a}, *{b} = range(4)", "{a} == 0 and {b} == [1, 2, 3]"),
    "augmented": ("{a} = 1.0\n{a} += 2.0\n{a} *= 2", "{a} == 6.0"),
    "list that grows": ("{a} = []\n{a} += [1.0]\n{a}.append(2.0)", "sum({a}) == 3.0"),
    "item assigned": ('{a} = {{}}\n{a}["slope"] = 1.0', '{a}["slope"] == 1.0'),
    "item deleted": ("{a} = [5, 1]\ndel {a}[0]", "{a}[0] == 1"),
    "nested item": ('{a} = {{"k": [0, 0]}}\n{a}["k"][1] = 3', '{a}["k"][1] == 3'),
    "slice assigned": ("{a} = np.zeros(4)\n{a}[1:3] = 1.0", "{a}.sum() == 2"),
    "dict filled by a call": (
        '{a} = {{}}\n\n\ndef {b}(target):\n    target["slope"] = 1.0\n\n\n{b}({a})',
        '{a}["slope"] == 1.0',
    ),
    "dict updated": ("{a} = dict(k=0)\n{a}.update(k=1)", '{a}["k"] == 1'),
    "setdefault": ("{a} = {{}}\n{a}.setdefault('k', []).append(1)", "{a}['k'] == [1]"),
    "global in a setup function": ("def {b}():\n    global {a}\n    {a} = 2.0\n\n\n{b}()", "{a} == 2.0"),
    "global through a second function": (
        "def {b}():\n    global {a}\n    {a} = 2.0\n\n\ndef {c}():\n    {b}()\n\n\n{c}()",
        "{a} == 2.0",
    ),
    "globals()": ('globals()["{a}"] = 1.5', "{a} == 1.5"),
    "exec": ('exec("{a} = 1.5")', "{a} == 1.5"),
    "setattr": ("class {b}:\n    pass\n\n\nsetattr({b}, 'k', 2)", "{b}.k == 2"),
    "np.copyto": ("{a} = np.zeros(3)\nnp.copyto({a}, 1.0)", "{a}.sum() == 3.0"),
    "out=": ("{a} = np.zeros(3)\nnp.add({a}, 1.0, out={a})", "{a}.sum() == 3.0"),
    "method in place": ("{a} = np.array([3, 1, 2])\n{a}.sort()\n{a}.fill({a}[0])", "{a}.sum() == 3"),
    "shuffled with a seed": (
        "{a} = [1, 2, 3, 4, 5]\nnp.random.default_rng(0).shuffle({a})",
        "sorted({a}) == [1, 2, 3, 4, 5] and {a} != sorted({a})",
    ),
    "comprehension that appends": ("{a} = []\n[{a}.append(v) for v in (1.0,)]", "{a}[0] == 1.0"),
    "map that appends": ("{a} = []\nlist(map({a}.append, [1, 2]))", "len({a}) == 2"),
    "loop over objects": (
        "class {b}:\n    def build(self):\n        self.w = 1.0\n\n\n{a} = {b}()\nfor {c} in [{a}]:\n    {c}.build()",
        "{a}.w == 1.0",
    ),
    "loop that leaves its variable": ("for {a} in range(4):\n    pass", "{a} == 3"),
    "while": ("{a} = 0\nwhile {a} < 3:\n    {a} += 1", "{a} == 3"),
    "with": ("import contextlib\n\nwith contextlib.suppress(ZeroDivisionError):\n    {a} = 1\n    1 / 0", "{a} == 1"),
    "try, except, finally": (
        "try:\n    {a} = int('x')\nexcept ValueError as {b}:\n    {a} = 1\nelse:\n    {a} = 2\nfinally:\n    {c} = 3",
        "{a} == 1 and {c} == 3",
    ),
    "import that may fail": (
        "try:\n    import cupy_that_nobody_has as {a}\nexcept ImportError:\n    import numpy as {a}",
        "{a}.__name__ == 'numpy'",
    ),
    "import under another name": ("import numpy.random as {a}\nimport os.path", "hasattr({a}, 'default_rng')"),
    "import that imports all": ("from math import *", "floor(1.5) == 1"),
    "import in the middle": ("import math as {a}\n{b} = {a}.pi", "3 < {b} < 4"),
    "main": ('if __name__ == "__main__":\n    {a} = 1.0', "{a} == 1.0"),
    "walrus": ("if ({a} := 3) > 2:\n    {b} = 1", "{a} == 3 and {b} == 1"),
    "match": (
        "match {{'k': [1, 2]}}:\n    case {{'k': [{a}, {b}]}}:\n        pass\n    case _:\n        {a} = 0",
        "{a} == 1 and {b} == 2",
    ),
    "class attribute": ("class {a}:\n    scale = None\n\n\n{a}.scale = 1.0", "{a}.scale == 1.0"),
    "class attribute in a loop": (
        "class {a}:\n    total = 0\n\n    def add(self):\n        {a}.total += 1\n\n\n"
        "for _i in range(3):\n    {a}().add()",
        "{a}.total == 3",
    ),
    "class with property": (
        "class {a}:\n    @property\n    def k(self):\n        return 2\n\n    @k.setter\n"
        "    def k(self, v):\n        pass",
        "{a}().k == 2",
    ),
    "class that counts its children": (
        "{a} = []\n\n\nclass {b}:\n    def __init_subclass__(cls):\n        {a}.append(cls.__name__)\n\n\n"
        "class {c}({b}):\n    pass",
        "{a} == ['{c}']",
    ),
    "dataclass": (
        "from dataclasses import dataclass, field\nfrom typing import ClassVar\n\n\n@dataclass\nclass {a}:\n"
        "    k: int = 1\n    seen: list = field(default_factory=list)\n    shared: ClassVar[dict] = {{'k': 1}}\n\n\n"
        "{b} = {a}()\n{b}.seen.append(1)\n{a}.shared['k'] += 1",
        "{b}.seen == [1] and {a}.shared['k'] == 2 and {b}.k == 1",
    ),
    "named tuple": (
        "from collections import namedtuple\n\n{a} = namedtuple('{a}', 'k v')\n{b} = {a}(1, v=2)",
        "{b}.k == 1 and {b}[1] == 2",
    ),
    "NamedTuple": (
        "from typing import NamedTuple\n\n\nclass {a}(NamedTuple):\n    k: int\n    v: int = 2",
        "{a}(1).v == 2",
    ),
    "enumeration": ("import enum\n\n\nclass {a}(enum.Enum):\n    K = 1", "{a}.K.value == 1"),
    "registry with decorator": (
        "{a} = {{}}\n\n\ndef {b}(f):\n    {a}[f.__name__] = f\n    return f\n\n\n@{b}\ndef {c}(v):\n    return v + 1",
        "{a}['{c}'](1) == 2",
    ),
    "registry under one name": (
        "{a} = []\n\n\ndef {b}(f):\n    {a}.append(f)\n    return f\n\n\n"
        "@{b}\ndef _(v):\n    return v + 1\n\n\n@{b}\ndef _(v):\n    return v + 2",
        "[f(0) for f in {a}] == [1, 2]",
    ),
    "patched class": (
        "class {a}:\n    pass\n\n\n"
        "def {b}(cls):\n    def put(f):\n        setattr(cls, f.__name__, f)\n        return f\n\n"
        "    return put\n\n\n@{b}({a})\ndef forward(self, v):\n    return v + 1",
        "{a}().forward(1) == 2",
    ),
    "singledispatch": (
        "import functools\n\n\n@functools.singledispatch\ndef {a}(v):\n    return 0\n\n\n"
        "@{a}.register(list)\ndef _(v):\n    return 1\n\n\n@{a}.register\ndef _(v: str):\n    return 2",
        "({a}(1), {a}([]), {a}('')) == (0, 1, 2)",
    ),
    "lru_cache": (
        "from functools import lru_cache\n\n\n@lru_cache(maxsize=None)\ndef {a}(n):\n"
        "    return 1 if n < 2 else {a}(n - 1) + {a}(n - 2)",
        "{a}(10) == 89",
    ),
    "closure": (
        "def {b}(k):\n    def inner():\n        nonlocal k\n        k += 1\n        return k\n\n    return inner\n\n\n"
        "{a} = {b}(1)\n{a}()",
        "{a}() >= 3",
    ),
    "partial": ("import functools\n\n{a} = functools.partial(np.sum, axis=0)", "{a}([1, 2]) == 3"),
    "lambda": ("{b} = 2\n{a} = lambda v, k={b}: v + k", "{a}(1) == 3"),
    "recursion": ("def {a}(n):\n    return 0 if n == 0 else 1 + {a}(n - 1)", "{a}(3) == 3"),
    "np.vectorize": ("@np.vectorize\ndef {a}(v):\n    return v + 1", "int({a}(1)) == 2"),
    "generator": ("def {b}():\n    yield 1\n    yield 2\n\n\n{a} = list({b}())\n{c} = sum(v for v in {a})", "{c} == 3"),
    "iterator advanced": ("{b} = iter([1, 2, 3])\nnext({b})\n{a} = next({b})", "{a} == 2"),
    "mutable default": (
        "def {a}(v, seen=[]):\n    seen.append(v)\n    return len(seen)\n\n\n{a}(0)\n{a}(0)",
        "{a}(0) >= 3",
    ),
    "function attribute": ("def {a}():\n    return {a}.k\n\n\n{a}.k = 3", "{a}() == 3"),
    "type hints that are read": (
        "import typing\n\nimport numpy.typing as npt\n\n\ndef {b}(f):\n    f.hints = typing.get_type_hints(f)\n"
        "    return f\n\n\n@{b}\ndef {a}(v: npt.ArrayLike, k: 'int' = 1) -> npt.NDArray:\n    return v",
        "len({a}.hints) == 3",
    ),
    "annotated variable": (
        "import numpy.typing as npt\n\n{a}: npt.ArrayLike = 1.0\n{b}: int",
        "{a} == 1.0 and '{b}' in __annotations__ or True",
    ),
    "database in a file": (
        "import sqlite3\n\n{a} = sqlite3.connect('{a}.db')\n{a}.execute('create table if not exists t (v)')\n"
        "{a}.execute('insert into t values (1)')\n{a}.commit()",
        "{a}.execute('select v from t').fetchone() == (1,)",
    ),
    "await": ("async def {b}():\n    return 1.0\n\n\n{a} = await {b}()", "{a} == 1.0"),
    "gather": (
        "import asyncio\n\n\nasync def {b}(v):\n    await asyncio.sleep(0)\n    return v\n\n\n"
        "{a} = await asyncio.gather(*({b}(v) for v in range(3)))",
        "{a} == [0, 1, 2]",
    ),
    "async for": (
        "async def {b}():\n    for v in range(3):\n        yield v\n\n\n"
        "{a} = 0\nasync for {c} in {b}():\n    {a} += {c}",
        "{a} == 3",
    ),
    "last result": ("0.25\n---\n{a} = _", "{a} == 0.25"),
    "jobs of joblib": (
        "from joblib import Parallel, delayed\n\n{a} = Parallel(n_jobs=2)(delayed(abs)(v) for v in (-1, -2))",
        "{a} == [1, 2]",
    ),
    "table of the course": ("from helpers.datasets.generated import CONDITIONS as {a}", "{a}.index('fair') == 1"),
    "Out and In": ("'kept'\n---\n{a} = Out[max(Out)]\n{b} = len(In)", "{a} == 'kept' and {b} > 1"),
    "get_ipython": (
        "{a} = get_ipython()\n{a}.user_ns['{b}'] = 1.0\n{c} = type({a}).__name__",
        "{a} is not None and {b} == 1.0 and len({c}) > 3",
    ),
    "magic by method": ("get_ipython().run_line_magic('time', '{a} = 1.0')", "{a} == 1.0"),
    "%time with a statement": ("%time {a} = 1.0\n{b} = {a}", "{b} == 1.0"),
    "%%time": ("%%time\n{a} = 1.0", "{a} == 1.0"),
    "%%capture": ("%%capture\n{a} = 1.0\nprint({a})", "{a} == 1.0"),
    "%%capture with a name": ("%%capture {b}\n{a} = 1.0\nprint({a})", "{a} == 1.0 and {b} is not None"),
    "%%timeit in front": ("{a} = 1.0\n---\n%%timeit -n1 -r1\n{a} + 1", "{a} == 1.0"),
    "%pylab": ("%pylab inline", "linspace(0, 1, 3)[1] == 0.5"),
    "%%writefile and import": (
        '%%writefile my_{a}.py\n"""My own module."""\nK = 2\n\n\n'
        "def double(v):\n    return K * v\n---\nimport my_{a}\n",
        "my_{a}.double(2) == 4",
    ),
    "%%writefile and import all": (
        "%%writefile their_{a}.py\nK_{a} = 2\n\n\ndef {b}(v):\n    return K_{a} * v\n---\nfrom their_{a} import *",
        "{b}(2) == 4",
    ),
    "%%writefile into a folder of its own": (
        "!mkdir -p of_{a} && touch of_{a}/__init__.py\n---\n%%writefile of_{a}/mine.py\nK = 2\n---\n"
        "from of_{a}.mine import K as {b}",
        "{b} == 2",
    ),
    "%%writefile, then %run": ("%%writefile run_{a}.py\n{a} = 1.0\n---\n%run run_{a}.py", "{a} == 1.0"),
    "file in the folder": (
        "from pathlib import Path\n\nPath('{a}.txt').write_text('1.5')\n{a} = float(Path('{a}.txt').read_text())",
        "{a} == 1.5",
    ),
    "file in the temporary folder": (
        "import tempfile\n\nwith tempfile.NamedTemporaryFile('w+') as {b}:\n    {b}.write('1.5')\n    {b}.seek(0)\n"
        "    {a} = float({b}.read())",
        "{a} == 1.5",
    ),
    "seeded draws": (
        "import random\n\nnp.random.seed(3)\nrandom.seed(3)\n{a} = np.random.rand(), random.random()",
        "{a}[0] == np.random.RandomState(3).rand() and {a}[1] == __import__('random').Random(3).random()",
    ),
    "generator of random numbers": ("{a} = np.random.default_rng(1)\n{b} = {a}.normal(size=3)", "{b}.shape == (3,)"),
    "figure": (
        "import matplotlib.pyplot as plt\n\n{a}, {b} = plt.subplots()\n{b}.plot([1, 2])\nplt.show()",
        "{a} is not None and len({b}.lines) == 1",
    ),
    "data frame": (
        "import pandas as pd\n\n{a} = pd.DataFrame({{'k': [1, 2]}})\n{a}['v'] = 2 * {a}['k']",
        "{a}['v'].sum() == 6",
    ),
    "cell that fails half-way": ("{a} = 1.0\nundefined_name_of_nobody\n{b} = 2", "{a} == 1.0"),
    "below a line that starts a process": (
        "import subprocess\n\nsubprocess.run(['true'])\n{a} = []\n{a}.append(1)",
        "{a} == [1]",
    ),
    "below a look at the course": (
        "import helpers\n\nprint(len(helpers.__file__))\n{a} = {{}}\n{a}['k'] = 1",
        "{a}['k'] == 1",
    ),
    "below a check of something else": (
        "print(int(check(mean_square=np.mean, remember=False).points))\n{a} = dict(k=1)\n{a}.update(k=2)",
        "{a}['k'] == 2",
    ),
    "points of a check of something else": (
        "{a} = 0.0\nfor {b} in (np.mean, np.max):\n"
        "    {a} += float(check(mean_square={b}, remember=False).points >= 0)",
        "{a} == 2",
    ),
    "what the course does not have": (
        "try:\n    from helpers import of_nobody_{a} as {a}\nexcept ImportError:\n    {a} = 2.0",
        "{a} == 2.0",
    ),
    "another version below a line that fails": (
        "def {a}():\n    return 1\n---\nundefined_name_of_nobody\n\n\ndef {a}():\n    return 2",
        "{a}() == 1",
    ),
    "kernel of the shell": ("{a} = getattr(get_ipython(), 'kernel', None) is not None", "{a}"),
    "module changed under its other name": (
        "import numpy\n\nnumpy.of_{a} = numpy.vectorize(abs)",
        "int(np.of_{a}(-1)) == 1",
    ),
    "task that nobody waits for": (
        "import asyncio\n\n{a} = {{}}\n\n\nasync def {b}():\n    {a}['k'] = 1\n\n\n"
        "{c} = asyncio.ensure_future({b}())\n---\n{a}.setdefault('k', 0)",
        "{a}['k'] == 1",
    ),
    "run without its sign": ("%%writefile bare_{a}.py\n{a} = 1.0\n---\nrun bare_{a}.py", "{a} == 1.0"),
    "kept by %store": ("{a} = [1]\n%store {a}\n{a} = None\n%store -r {a}", "{a} == [1]"),
    "file in the folder above": (
        "from pathlib import Path\n\nPath('../of_{a}.txt').write_text('1')\n"
        "{a} = int(Path('../of_{a}.txt').read_text())",
        "{a} == 1",
    ),
    "the lecture's name by its text": ("{a} = globals()['np'].pi\n{b} = 'np' in dir()", "{a} > 3 and {b}"),
    "name in a text of pandas": (
        "import pandas as pd\n\n{a} = 1\n{b} = len(pd.DataFrame({{'k': [1, 2]}}).query('k > @{a}'))",
        "{b} == 1",
    ),
    "setting of a library": (
        "import pandas as pd\n\npd.set_option('display.max_rows', 7)",
        "__import__('pandas').get_option('display.max_rows') == 7",
    ),
    "task that ends in the next cell": (
        "import asyncio\n\n\nasync def {b}():\n    return 1.0\n\n\n"
        "{a} = asyncio.create_task({b}())\n---\n{a} = await {a}",
        "{a} == 1.0",
    ),
    "await of the lecture's name": ("import asyncio\n\n{a} = await asyncio.to_thread(np.abs, -1)", "{a} == 1"),
    "match with the rest": (
        "match {{'k': 1, 'm': 2}}:\n    case {{'k': _, **{a}}}:\n        pass",
        "{a} == {{'m': 2}}",
    ),
    "function that would bind it anew": (
        "{a} = 1\n\n\ndef {b}():\n    global {a}\n    {a} = 2\n\n\n{c} = {a}",
        "{c} == 1 and {a} == 1",
    ),
    "helper called before its name is bound anew": (
        "{a} = 1\n\n\ndef {b}():\n    return {a}\n\n\n{c} = {b}()\n{a} = 2",
        "{c} == 1 and {a} == 2",
    ),
    "bound, timed with another value": ("{a} = 1.0\n---\n%%timeit -n1 -r1\n{a} = 2.0", "{a} == 1.0"),
    "name of the shell": ("{a} = type(get_ipython()).__name__", "{a} == 'ZMQInteractiveShell'"),
    "all of the course": ("from helpers import *\n\n{a} = callable(progress)", "{a}"),
    "output of a program in a name": ("%%bash --out {b}\ntrue\n---\n{a} = len({b})", "{a} == 0"),
    "shadowed builtin": ("max = 3", "max == 3"),
    "shadowed builtin, taken back": ("sum = 0\ndel sum", "sum([1]) == 1"),
    "builtin wrapped": ("_max = max\n\n\ndef max(*v):\n    return _max(*v)", "max(1, 2) == 2"),
    "function defined twice": ("def {a}():\n    return 1\n\n\ndef {a}():\n    return 2", "{a}() == 2"),
    "helper that looks itself up": (
        "def {a}(v):\n    return {b}(v)\n\n\ndef {b}(v):\n    return v",
        "{a}(2) == 2 and '{a}' in globals()",
    ),
    "environment variable": ("import os\n\nos.environ['K_{a}'] = '1'", "__import__('os').environ['K_{a}'] == '1'"),
    "thread": (
        "import threading\n\n{a} = []\n{b} = threading.Thread(target={a}.append, args=(1,))\n{b}.start()\n{b}.join()",
        "{a} == [1]",
    ),
}

# How the exercise's name comes to stand for a callable. {f} is the exercise, {g} a right function, {P} the parameters
# as they are declared, {A} as they are passed on.
CALLABLES: dict[str, str] = {
    "no helper": "",
    "def": "def {f}({P}):\n    return {g}({A})",
    "lambda": "{f} = lambda {P}: {g}({A})",
    "another name": "{f} = {g}",
    "partial": "import functools\n\n{f} = functools.partial({g})",
    "factory": (
        "def make_{f}(inner):\n    def {f}({P}):\n        return inner({A})\n\n    return {f}\n\n\n{f} = make_{f}({g})"
    ),
    "default argument": "def {f}({P}, _inner={g}):\n    return _inner({A})",
    "object": "class Answer:\n    def __call__(self, {P}):\n        return {g}({A})\n\n\n{f} = Answer()",
    "method": "class Answers:\n    def {f}(self, {P}):\n        return {g}({A})\n\n\n{f} = Answers().{f}",
    "static method": (
        "class Answers:\n    @staticmethod\n    def {f}({P}):\n        return {g}({A})\n\n\n{f} = Answers.{f}"
    ),
    "dataclass with __call__": (
        "from dataclasses import dataclass\nfrom typing import ClassVar\n\n\n@dataclass(frozen=True)\nclass Answer:\n"
        "    calls: ClassVar[list] = []\n    inner: object = None\n\n    def __call__(self, {P}):\n"
        "        self.calls.append(1)\n        return self.inner({A})\n\n\n{f} = Answer({g})"
    ),
    "decorator with wraps": (
        "import functools\n\n\ndef logged(f):\n    @functools.wraps(f)\n    def wrapper(*args, **kwargs):\n"
        "        return f(*args, **kwargs)\n\n    return wrapper\n\n\n@logged\ndef {f}({P}):\n    return {g}({A})"
    ),
    "decorator without wraps": (
        "def logged(f):\n    def wrapper(*args, **kwargs):\n        return f(*args, **kwargs)\n\n"
        "    return wrapper\n\n\n"
        "@logged\ndef {f}({P}):\n    return {g}({A})"
    ),
    "decorator that reads type hints": (
        "import typing\n\nimport numpy.typing as npt\n\n\ndef checked(f):\n    f.hints = typing.get_type_hints(f)\n"
        "    return f\n\n\n@checked\ndef {f}({P}) -> npt.ArrayLike:\n    return {g}({A})"
    ),
    "decorator of NumPy": "@np.errstate(all='ignore')\ndef {f}({P}):\n    return {g}({A})",
    "decorator that may be missing": (
        "try:\n    from numba_that_nobody_has import njit\nexcept ImportError:\n\n"
        "    def njit(f):\n        return f\n\n\n"
        "@njit\ndef {f}({P}):\n    return {g}({A})"
    ),
    "registered": (
        "ANSWERS = {{}}\n\n\ndef answer(f):\n    ANSWERS[f.__name__] = f\n    return f\n\n\n"
        "@answer\ndef inner_{f}({P}):\n"
        "    return {g}({A})\n\n\n{f} = ANSWERS['inner_{f}']"
    ),
    "singledispatch": (
        "import functools\n\n\n@functools.singledispatch\ndef {f}({P}):\n    return {g}({A})\n\n\n"
        "@{f}.register(complex)\ndef _({P}):\n    return None"
    ),
    "await": "async def make_{f}():\n    return {g}\n\n\n{f} = await make_{f}()",
    "globals()": "globals()['{f}'] = {g}",
    "global in a function": (
        "def define_{f}():\n    global {f}\n\n    def {f}({P}):\n        return {g}({A})\n\n\ndefine_{f}()"
    ),
    "if": "if True:\n\n    def {f}({P}):\n        return {g}({A})",
    "try": (
        "try:\n    import numpy as np\n\n    def {f}({P}):\n        return {g}({A})\n\nexcept ImportError:\n    raise"
    ),
    "for": "for {f} in [{g}]:\n    pass",
    "defined twice": "def {f}({P}):\n    return 0\n\n\ndef {f}({P}):\n    return {g}({A})",
    "patched afterwards": "def {f}({P}):\n    return {f}.inner({A})\n\n\n{f}.inner = {g}",
    "%%time": "%%time\ndef {f}({P}):\n    return {g}({A})",
    "%time": "%time {f} = {g}",
    "%run": "%run my_answer_{f}.py",
    "%%capture": "%%capture\ndef {f}({P}):\n    return {g}({A})",
    "exec": "exec('''def {f}({P}):\n    return {g}({A})''')",
    "tuple": "{f}, other_{f} = {g}, None",
    "dict": "answers = dict({f}={g})\n{f} = answers['{f}']",
    "walrus": "({f} := {g})",
    "shows what it does": (
        "def {f}({P}):\n    print('called')\n    display('called')\n    get_ipython()\n    return {g}({A})"
    ),
    "imports inside": "def {f}({P}):\n    import math\n    from collections import Counter\n\n    return {g}({A})",
    "counts its calls": (
        "calls_{f} = 0\n\n\ndef {f}({P}):\n    global calls_{f}\n    calls_{f} += 1\n    return {g}({A})"
    ),
    "plots": (
        "import matplotlib.pyplot as plt\n\n\ndef {f}({P}):\n    plt.plot([1])\n    plt.close()\n    return {g}({A})"
    ),
    "attribute of the module": "import sys\n\nsys.modules['__main__'].{f} = {g}",
    "put into a frame": (
        "import inspect\n\n\ndef put(name, f):\n    inspect.currentframe().f_back.f_globals[name] = f\n\n\n"
        "put('{f}', {g})"
    ),
    "put by a decorator": (
        "def answers(name):\n    def put(f):\n        f.__globals__[name] = f\n        return f\n\n    return put\n\n\n"
        "@answers('{f}')\ndef my_{f}({P}):\n    return {g}({A})"
    ),
    "get_ipython().ex": "get_ipython().ex('{f} = {g}')",
    "get_ipython().push": "get_ipython().push({{'{f}': {g}}})",
    "future annotations": "from __future__ import annotations\n\n\ndef {f}({P}) -> Undefined:\n    return {g}({A})",
    "written to a file": "from my_answer_{f} import {f}",
    "in a class, and checked there": (
        "class OnlyHere:\n    @staticmethod\n    def {f}({P}):\n        return {g}({A})\n\n\nprint(check(OnlyHere.{f}))"
    ),
    "in a function, and checked there": (
        "def test_{f}():\n    def {f}({P}):\n        return {g}({A})\n\n    print(check({f}))\n\n\ntest_{f}()"
    ),
    "in a dict, and checked there": "for key, value in dict({f}={g}).items():\n    print(check(**{{key: value}}))",
}

# What a check may look like; {c} is the name as the exercise's, {f} the variable.
CHECKS: dict[str, str] = {
    "as handed out": "check({f})",
    "kept": "r = check({f})\nr",
    "asserted": "assert check({f}).correct",
    "by name": "check({f}={f})",
    "by name, lambda": "check({f}=lambda *args, **kwargs: {f}(*args, **kwargs))",
    "printed": "print(check({f}))",
    "displayed": "display(check({f}))",
    "silent": "check({f});",
    "in a loop": "for candidate in [{f}]:\n    print(check({f}=candidate))",
    "in a function": "def try_it():\n    return check({f})\n\n\ntry_it()",
    "twice": "check({f})\ncheck({f})",
    "with a comment": "# is it right now?\ncheck({f})  # yes",
    "under %%time": "%%time\ncheck({f})",
    "with a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ncheck({f})",
    "from the module": "import helpers\nhelpers.check({f})",
    "in a loop over answers": "for one in ({f}, {f}):\n    print(check(one))",
    "in a comprehension": "print({{str(one): check(one) for one in [{f}]}})",
    "mapped": "print(list(map(check, [{f}])))",
    "under another name": "from helpers import check as mark\nmark({f})",
    "of a candidate": "print([check({f}=one) for one in (lambda *args: None, {f})])",
    "of a name in quotes": "check(**{{'{f}': {f}}})",
    "not remembered or remembered": "check({f}, remember=False)\ncheck({f}, remember=True)",
    "by %time": "%time check({f})",
    "the last of four candidates": "for one in [None] * 3 + [{f}]:\n    print(check({f}=one))",
    "until one of four is right": (
        "left_{f} = [{f}] + [None] * 3\nwhile not check({f}=left_{f}.pop()).correct:\n    pass"
    ),
    "by exec": "exec('check({f})')",
    "by run_cell": "get_ipython().run_cell('check({f})')",
    "until one is right": (
        "found_{f} = next(one for one in (lambda *args: None, {f}) if check({f}=one).correct)\n{f} = None"
    ),
    "mended where it is wrong": (
        "right_{f}, {f} = {f}, lambda *args: None\nif not check({f}).correct:\n    {f} = right_{f}\ncheck({f})"
    ),
    "wrong, then right": "right_{f}, {f} = {f}, lambda *args: None\ncheck({f})\n{f} = right_{f}\ncheck({f})",
    "the third of six": (
        "right_{f}, {f} = {f}, lambda *args: None\ncheck({f})\n{f} = lambda *args: 1\ncheck({f})\n"
        "{f} = right_{f}\ncheck({f})\n{f} = lambda *args: 2\ncheck({f})\n{f} = lambda *args: 3\ncheck({f})\n"
        "{f} = lambda *args: 4\ncheck({f})"
    ),
}

# What happens to a name below the check. {n} is one that the answer uses, {f} the exercise.
BELOW: dict[str, str] = {
    "helper redefined": "def {n}(*args, **kwargs):\n    return 0",
    "rebound": "{n} = None",
    "deleted": "del {n}",
    "loop variable": "for {n} in range(3):\n    pass",
    "changed by a call": "exec('{n} = 7')",
    "emptied": "{n}.clear() if hasattr({n}, 'clear') else None",
    "class of that name": "class {n}:\n    pass",
    "imported": "import math as {n}",
    "answer redefined": "def {f}(*args):\n    return args[0]",
    "answer rebound": "{f} = 0.5",
    "answer deleted": "del {f}",
    "answer wrapped": "{f} = (lambda inner: lambda *a, **k: None)({f})",
    "builtins rebound": "max = 0\nmin = None\nsum = 3\nlen = 0\nabs = float = sorted = range = zip = list = 1",
    "np rebound": "np = None",
    "np deleted": "del np",
    "NumPy changed": "np.errstate_of_mine = 1\nnp.set_printoptions(precision=2)\nnp.seterr(all='raise')",
    "everything deleted": "%reset -f",
    "one more import": "from math import *\nfrom numpy import *",
    "the cell that fails": "undefined_name_of_nobody({n})",
    "an answer that is not reached": "undefined_name_of_nobody\n\n\ndef {f}(*args):\n    return args[0]",
    "the state's global": "def last():\n    global {n}\n    {n} = 'gone'\n\n\nlast()",
}

NOISE: dict[str, str] = {
    "%matplotlib inline": "%matplotlib inline",
    "%config": "%config InlineBackend.figure_format = 'retina'",
    "%autoreload": "%load_ext autoreload\n%autoreload 2",
    "%timeit": "%timeit -n1 -r1 sum(range(10))",
    "%precision": "%precision 3",
    "%who": "%who",
    "%env": "%env MY_VARIABLE=1",
    "%cd": "%cd .",
    "!echo": "!echo hello",
    "%%bash": "%%bash\necho hello\nexit 0",
    "%%html": "%%html\n<b>hello</b>",
    "%%javascript": "%%javascript\nconsole.log(1)",
    "%%script": "%%script false --no-raise-error\nx = 1",
    "%%latex": "%%latex\n$x$",
    "%pip": "%pip --version",
    "help": "?len",
    "help behind": "np.where?",
    "source": "check??",
    "display": "display('hello')\nfrom IPython.display import HTML, Markdown, display\nHTML('<b>x</b>')",
    "print": "print('hello', end='')\nprint([1, 2, 3])",
    "plot": "import matplotlib.pyplot as plt\n\nplt.plot([1, 2, 3])\nplt.title('mine')",
    "warnings ignored": "import warnings\n\nwarnings.filterwarnings('ignore')",
    "warnings as errors": "import warnings\n\nwarnings.simplefilter('error')",
    "np.seterr": "np.seterr(all='raise')",
    "np.set_printoptions": "np.set_printoptions(precision=3, suppress=True)",
    "seeds": "import random\n\nnp.random.seed(0)\nrandom.seed(0)",
    "logging": "import logging\n\nlogging.basicConfig(level=logging.DEBUG)\nlogging.debug('x')",
    "recursion limit": "import sys\n\nsys.setrecursionlimit(5000)",
    "raises": "1 / 0",
    "undefined": "not_defined_anywhere",
    "missing module": "import torch_that_nobody_has",
    "missing module, several": "import torch_that_nobody_has as torch, numpy as np\nfrom nowhere import nothing",
    "syntax error": "for x in range(3)\n    print(x)",
    "unfinished": "def unfinished(x):",
    "NotImplementedError": "raise NotImplementedError('later')",
    "input": "answer = input('go on?')",
    "exit": "import sys\n\nsys.exit()",
    "assertion": "assert False, 'to be done'",
    "empty": "",
    "comment": "# TODO: ask about this",
    "future": "from __future__ import annotations",
    "lambda called _": "_ = lambda v: v\n__ = 3",
    "time": "import time\n\nstarted = time.time()\ntime.sleep(0.01)",
    "interact": "from ipywidgets import interact\n\ninteract(lambda k: k, k=(0, 3))",
    "tqdm": "from time import sleep\nfor i in range(2):\n    pass",
    "garbage": "import gc\n\ngc.collect()",
    "working folder": "import os\n\nos.getcwd()\nos.listdir('.')",
    "hint": "hint('mean_square')",
    "async": "import asyncio\n\nawait asyncio.sleep(0)",
    "matplotlib style": (
        "import matplotlib.pyplot as plt\n\nplt.rcParams['figure.figsize'] = (4, 3)\nplt.style.use('ggplot')"
    ),
}

PLACES = (
    *("answer cell, above", "answer cell, above"),
    *("own cell above", "own cell above", "own cell above"),
    *("answer cell, below", "own cell below"),
    *("first lecture cell", "lecture cell above", "far above", "far above", "below the check"),
    *("lecture cell above, under %%time", "last line of a lecture cell"),
)
ANSWER_PLACES = (
    *("stub filled in", "stub filled in", "stub filled in", "stub filled in"),
    *("own cell above the stub", "own cell below the stub", "below the check, checked again", "with its check"),
    *("in a lecture cell", "top of the notebook, with its check", "stub kept, answer appended"),
)


def _names(choices: Choices, notebook: HonestNotebook, kinds: set[str], count: int) -> list[str]:
    """Different names for what an answer rests on; some of them are the lecture's."""
    shared = lecture_names(notebook.lecture)
    theirs = {choices.pick("name", shared) for _ in range(choices.how_many("name", 0, 0, 1, 2, 4)) if shared}
    kinds |= {"name: the lecture's"} if theirs else set()
    own = [name for name in PLAIN_NAMES if name not in shared]
    choices.rng.shuffle(own)
    # Those of the lecture come anywhere, but in a notebook with nothing else they are for what is called.
    names = [*sorted(theirs), *own[: count - len(theirs)]]
    return names if isinstance(choices, Only) else choices.rng.sample(names, count)


def _answer_question(choices: Choices, notebook: HonestNotebook, question: Question) -> None:
    letter = choices.pick("letter", [question.answer] * 6 + list(question.why_wrong))
    ways = {
        "letter": f'{question.name} = "{letter}"',
        "letter by index": f'options = "abcd"\n{question.name} = options[{"abcd".index(letter)}]',
        "letter by a function": f"def choose():\n    return {letter!r}\n\n\n{question.name} = choose()",
        "letter, upper case": f"{question.name} = {letter.upper()!r}",
        "letter, changed": f"{question.name} = None\n{question.name} = {letter!r}",
        "letter with type": f"{question.name}: str = {letter!r}",
        "letter in a dict": f"chosen = dict(k={letter!r})\n{question.name} = chosen['k']",
        "letters in a loop": f"for one in 'dbca':\n    print(check({question.name}=one))\n{question.name} = {letter!r}",
        "letter by a call": f"def set_it():\n    globals()['{question.name}'] = {letter!r}\n\n\nset_it()",
    }
    way = choices.pick("question", ways)
    kinds = notebook.kinds.setdefault(question.name, set())
    kinds.add(f"question: {way}")
    place = _place_of(notebook, "stub", question.name)
    notebook.cells[place] = replace(notebook.cells[place], source=ways[way])
    if choices.how_many("below", 0, 0, 0, 0, 1):
        kinds.add("below: question rebound")
        check = _place_of(notebook, "check", question.name)
        notebook.cells.insert(check + 1, Cell(f"{question.name} = None", "own"))


def _answer_function(choices: Choices, notebook: HonestNotebook, exercise: Exercise) -> None:
    """Put an answer into the notebook, with what it rests on, and change things below its check."""
    kinds = notebook.kinds.setdefault(exercise.name, set())
    core_name, guarded, *names = _names(choices, notebook, kinds, 8)
    core = _core(choices, exercise, core_name, kinds)
    declared, passed = _parameters(exercise)
    states, used = [], [core_name, guarded]
    for number in range(choices.how_many("state", 0, 1, 1, 2)):
        kind = choices.pick("state", STATES)
        kinds.add(f"state: {kind}")
        setup, holds = STATES[kind]
        letters = dict(zip("abc", names[3 * number :], strict=False))
        states.append((setup.format(**letters), holds.format(**letters)))
        used += [name for name in letters.values() if re.search(rf"\b{name}\b", setup.format(**letters))]
    condition = " and ".join(f"({holds})" for _, holds in states) or "True"
    guard = (
        f"def {guarded}({declared}):\n    if not ({condition}):\n        return None\n    return {core_name}({passed})"
    )
    way = choices.pick("callable", CALLABLES)
    kinds.add(f"callable: {way}")
    if way == "no helper":  # but for the states
        answer = core.replace(core_name, exercise.name) if not states else guard.replace(guarded, exercise.name)
        pieces = [setup for setup, _ in states] + ([core] if states else [])
    else:
        answer = CALLABLES[way].format(f=exercise.name, g=guarded, P=declared, A=passed)
        pieces = [setup for setup, _ in states] + [core, guard]
    if way in ("written to a file", "%run"):
        # The module holds all of the answer; what else was drawn stands in the notebook and does nothing.
        body = f"import numpy as np\n\n\n{core}\n\n\n{exercise.name} = {core_name}"
        pieces.append(f"%%writefile my_answer_{exercise.name}.py\n{body}")
    _place_answer(choices, notebook, exercise.name, answer, kinds)
    for piece in pieces:
        _place_piece(choices, notebook, exercise.name, piece, kinds)
    for _ in range(choices.how_many("below", 0, 1, 1, 2)):
        kind = choices.pick("below", BELOW)
        kinds.add(f"below: {kind}")
        text = BELOW[kind].format(n=choices.rng.choice(used), f=exercise.name)
        check_place = max(_places_of_checks(notebook, exercise.name), default=len(notebook.cells) - 1)
        where = choices.rng.randint(check_place + 1, len(notebook.cells))
        notebook.cells.insert(where, Cell(text, "own"))


def _core(choices: Choices, exercise: Exercise, name: str, kinds: set[str]) -> str:
    """A function of this name that answers the exercise: the course's answer, a spelling, seldom a mistake."""
    kind = choices.pick("answer", ["the course's"] * 4 + ["spelling"] * 4 + ["mistake"])
    kinds.add(f"answer: {kind}")
    if kind == "the course's":
        source = solution_source(exercise.lecture, exercise.name)
        source = "\n".join(line for line in source.split("\n") if line.strip() not in (BEGIN, END))
        return re.sub(rf"\b{exercise.name}\b(?=\()", name, source)
    options = exercise.spellings if kind == "spelling" else exercise.mistakes
    return source_of(name, choices.rng.choice(options))


@cache
def _parameters(exercise: Exercise) -> tuple[str, str]:
    """The parameters of an exercise as they are declared, and as they are passed on."""
    parameters = inspect.signature(exercise.oracle).parameters.values()
    passed = ", ".join(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name for p in parameters)
    return str(inspect.signature(exercise.oracle))[1:-1], passed


def _place_of(notebook: HonestNotebook, role: str, exercise: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if (cell.role, cell.exercise) == (role, exercise))


def _places_of_checks(notebook: HonestNotebook, exercise: str) -> list[int]:
    return [i for i, cell in enumerate(notebook.cells) if (cell.role, cell.exercise) == ("check", exercise)]


def _place_answer(choices: Choices, notebook: HonestNotebook, name: str, answer: str, kinds: set[str]) -> None:
    """Put the cell of the answer, and its check, in one of the places where people have them."""
    place = choices.pick("place", ANSWER_PLACES)
    kinds.add(f"place: {place}")
    written = choices.pick("check", ["as handed out"] * 3 + list(CHECKS))
    kinds.add(f"check: {written}")
    check = Cell(CHECKS[written].format(f=name), "check", name)
    stub = _place_of(notebook, "stub", name)
    own = Cell(answer, "answer", name)
    cells = notebook.cells
    handed_out = _place_of(notebook, "check", name)
    if place == "stub filled in":
        cells[stub], cells[handed_out] = own, check
    elif place == "own cell above the stub":
        cells[handed_out] = check
        cells[stub:stub] = choices.rng.choice([[own], [own, check]])
    elif place == "own cell below the stub":
        cells[handed_out] = check
        cells.insert(stub + 1, own)
    elif place == "below the check, checked again":
        cells[handed_out + 1 : handed_out + 1] = [own, check]
    elif place == "with its check":
        cells[stub] = replace(own, source=f"{answer}\n\n\n{check.source}" if "%%" not in check.source else answer)
        if choices.rng.random() < 0.5:
            kinds.add("check: cell deleted")
            del cells[handed_out]
    elif place == "in a lecture cell":
        # If somebody's answer stands in each of the lecture's cells above, that one gets a second.
        above = [i for i, cell in enumerate(cells[:stub]) if cell.role in ("lecture", "answer") and cell.is_code]
        where = choices.rng.choice([i for i in above if cells[i].role == "lecture"] or above)
        cells[where] = Cell(_joined(cells[where].source, answer), "answer", name)
        del cells[stub]
        cells[_place_of(notebook, "check", name)] = check
    elif place == "top of the notebook, with its check":
        first = next(i for i, cell in enumerate(cells) if cell.is_code)
        cells[first + 1 : first + 1] = [own, check]
        if choices.rng.random() < 0.5:
            kinds.add("stub: deleted")
            del cells[_place_of(notebook, "stub", name)]
    else:
        cells[stub] = replace(own, source=_joined(cells[stub].source, answer))
        cells[handed_out] = check


def _joined(above: str, below: str) -> str:
    """One cell of two; a cell magic has to come first."""
    if below.startswith("%%"):
        return f"{below}\n{above}"
    return f"{above}\n\n\n{below}"


def _place_piece(choices: Choices, notebook: HonestNotebook, name: str, piece: str, kinds: set[str]) -> None:
    """Put a helper or a setup somewhere. Parts of it that are cells of their own are divided by a line `---`."""
    cells = notebook.cells
    place = choices.pick("helper", PLACES)
    answer = _place_of(notebook, "answer", name)
    parts = piece.split("\n---\n")
    magic = any(part.startswith("%%") for part in parts) or cells[answer].source.startswith("%%")
    if "cell" in place and "own" not in place and (len(parts) > 1 or magic):
        place = "own cell above"
    kinds.add(f"helper: {place}")
    new = [Cell(part, "own") for part in parts]
    if place == "answer cell, above":
        cells[answer] = replace(cells[answer], source=_joined(piece, cells[answer].source))
    elif place == "answer cell, below":
        cells[answer] = replace(cells[answer], source=_joined(cells[answer].source, piece))
    elif place == "own cell above":
        cells[answer:answer] = new
    elif place == "own cell below":
        cells[answer + 1 : answer + 1] = new
    elif place == "below the check":
        check = max(_places_of_checks(notebook, name), default=answer)
        cells[check + 1 : check + 1] = new
    else:
        lecture = [i for i, cell in enumerate(cells[:answer]) if cell.role == "lecture" and cell.is_code]
        if not lecture:
            cells[answer:answer] = new
        elif place == "far above":
            where = lecture[0] + 1
            cells[where:where] = new
        else:
            where = lecture[0] if place == "first lecture cell" else choices.rng.choice(lecture)
            source = _joined(cells[where].source, piece)
            if place == "last line of a lecture cell" and "\n" not in piece:
                source = f"{cells[where].source}; {piece}"
            elif place == "lecture cell above, under %%time":
                source = f"%%time\n{source}"
            cells[where] = replace(cells[where], source=source)


def _add_noise(choices: Choices, notebook: HonestNotebook) -> None:
    """A cell somewhere that has nothing to do with any answer, or so its author thinks."""
    kind = choices.pick("beside", NOISE)
    notebook.kinds[""].add(f"beside: {kind}")
    notebook.cells.insert(choices.rng.randint(0, len(notebook.cells)), Cell(NOISE[kind], "own"))


# How somebody edits a handed-out cell.
EDITS: dict[str, Callable[[str], str]] = {
    "comment at the end": lambda source: source + "  # v1",
    "comment above": lambda source: "# my copy\n" + source,
    "blank lines": lambda source: source.replace("\n", "\n\n", 1) + "\n\n",
    "spaces at the end": lambda source: source.replace("\n", "  \n"),
    "error in it": lambda source: source + "\nundefined_name_of_nobody",
    "syntax error in it": lambda source: source + "\n)",
    "print added": lambda source: source + "\nprint('done')",
    "numbers changed": lambda source: source.replace("10", "11"),
    "names changed": lambda source: re.sub(r"\bvalues\b", "my_values", re.sub(r"\bx\b", "inputs", source)),
    "commented out": lambda source: "\n".join(f"# {line}" for line in source.split("\n")),
    "twice": lambda source: f"{source}\n{source}",
    "magic above": lambda source: "%precision 3\n" + source,
    "magic below": lambda source: source + "\n%precision 3",
    "magic that binds, below": lambda source: source + "\n%pylab inline",
    "%%time above": lambda source: "%%time\n" + source,
    "%%capture above": lambda source: "%%capture shown\n" + source,
    "more in its last line": lambda source: source + "; shown = 1",
    "shell above": lambda source: "!ls\nfiles = !ls\n" + source,
}

LECTURE_EDITS = (*EDITS, "one deleted", "one split", "one copied to the end", "all edited")


def _edit_lecture(choices: Choices, notebook: HonestNotebook) -> None:
    """Handed-out cells are edited, deleted, split or moved."""
    cells = notebook.cells
    lecture = [i for i, cell in enumerate(cells) if cell.role == "lecture" and cell.is_code]
    how = choices.pick("lecture", LECTURE_EDITS)
    notebook.kinds[""].add(f"lecture: {how}")
    if not lecture:
        return
    one = choices.rng.choice(lecture)
    if how == "all edited":
        for i in lecture:
            cells[i] = replace(cells[i], source=cells[i].source + "  # v1")
    elif how == "one deleted":
        del cells[one]
    elif how == "one copied to the end":
        cells.append(cells[one])
    elif how == "one split":
        try:
            first, *others = (ast.get_source_segment(cells[one].source, n) for n in ast.parse(cells[one].source).body)
        except SyntaxError:  # somebody's magic was put into it
            return
        cells[one : one + 1] = [Cell(first, "lecture"), Cell("\n".join(others), "lecture")]
    else:
        cells[one] = replace(cells[one], source=EDITS[how](cells[one].source))


# ---------------------------------------------------------------------------------------------------------------------
# Saved by one tool or another

TOOLS = (
    *("JupyterLab", "JupyterLab, outputs kept", "source as one text", "classic, format 4.0", "Colab", "VS Code"),
    *("line ends of Windows", "line ends of Windows, outputs kept", "newline at the end of every cell"),
    *("byte order mark", "UTF-16", "format 3", "no metadata"),
)


def _as_saved(source: str, tool: str) -> str:
    if tool.startswith("line ends of Windows"):
        return source.replace("\n", "\r\n")
    return source + "\n" if tool.startswith("newline") else source


def _saved(notebook: HonestNotebook) -> bytes:
    tool = notebook.tool
    cells = [_saved_cell(cell, number, tool) for number, cell in enumerate(notebook.cells)]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    metadata["course"] = untouched_notebook(notebook.lecture)["metadata"]["course"]
    minor = 5
    if tool == "Colab":
        metadata |= {"colab": {"provenance": [], "collapsed_sections": []}, "accelerator": "GPU"}
        minor = 0
    elif tool == "VS Code":
        metadata["language_info"] = {"name": "python", "version": "3.11.7", "pygments_lexer": "ipython3"}
    elif tool == "no metadata":
        metadata = {}
    elif tool == "classic, format 4.0":
        minor = 0
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    if tool == "format 3":
        whole = {"metadata": metadata, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    text = json.dumps(whole, indent=None if tool == "Colab" else 1, ensure_ascii=tool == "VS Code")
    if tool == "byte order mark":
        return text.encode("utf-8-sig")
    return text.encode("utf-16" if tool == "UTF-16" else "utf-8")


def _saved_cell(cell: Cell, number: int, tool: str) -> dict:
    source = _as_saved(cell.source, tool) if cell.is_code else cell.source
    lines = source if tool in ("source as one text", "format 3") else source.splitlines(keepends=True)
    saved = {"cell_type": "code" if cell.is_code else "markdown", "metadata": {}}
    saved["input" if tool == "format 3" and cell.is_code else "source"] = lines
    if tool not in ("classic, format 4.0", "Colab", "format 3"):
        saved["id"] = f"cell-{number}"
    if tool == "Colab":
        saved["metadata"] = {"id": f"aB{number}", "colab": {"base_uri": "https://localhost:8080/"}}
    if tool == "VS Code":
        saved["metadata"] = {"vscode": {"languageId": "python"}}
    if cell.is_code:
        kept = "outputs kept" in tool
        outputs = [
            {"output_type": "stream", "name": "stdout", "text": ["hello\n"]},
            {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["\u001b[0;31mx\u001b[0m"]},
        ]
        saved |= {"outputs": outputs if kept else [], "execution_count": number if kept else None}
    return saved
