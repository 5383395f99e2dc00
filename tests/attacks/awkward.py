"""Honest notebooks in which a grader easily sees less than the learner: each gets what its checks have shown.

Answers that lean on the order of cells, on calls that change things, on names that the lecture uses too, on what a
notebook's kernel gives, and on types that are nearly plain.
"""

import json

from helpers.judging.judge import ERROR

from .catalogue import answer, cell_of, code_cell, whole

ACTIVATIONS, INITIALIZATION, PREPROCESSING = "04_activations", "06_initialization", "03_preprocessing"


def place_of(notebook: dict, text: str) -> int:
    return next(i for i, c in enumerate(notebook["cells"]) if c["cell_type"] == "code" and text in "".join(c["source"]))


def above(notebook: dict, name: str, *sources: str) -> None:
    place = place_of(notebook, f"def {name}(")
    notebook["cells"][place:place] = map(code_cell, sources)


def below_check(notebook: dict, name: str, *sources: str) -> None:
    place = place_of(notebook, f"check({name}") + 1
    notebook["cells"][place:place] = map(code_cell, sources)


def answers(notebook: dict, **sources: str) -> None:
    for name, source in sources.items():
        cell_of(notebook, name)["source"] = source


# --- the state at the check counts ---


@whole(INITIALIZATION, "he_normal", "xavier_normal")
def a_helper_with_another_meaning_further_down(notebook):
    """Two answers have a helper of the same name, each defined just above."""
    answers(
        notebook,
        xavier_normal="def spread(a, b): return (2 / (a + b)) ** 0.5\n"
        "def xavier_normal(fan_in, fan_out, rng):\n    weights = rng.normal(size=(fan_in, fan_out))\n"
        "    return spread(fan_in, fan_out) * weights",
        he_normal="def spread(fan_in): return (2 / fan_in) ** 0.5\n"
        "def he_normal(fan_in, fan_out, rng):\n    return spread(fan_in) * rng.normal(size=(fan_in, fan_out))",
    )


@whole(PREPROCESSING, "min_max")
def a_constant_that_changes_below_the_check(notebook):
    """A constant of the answer is set to something else once the answer has been checked."""
    answers(
        notebook,
        min_max="""
UNIT = 1.0
def min_max(features, low=0.0, high=1.0):
    features = np.asarray(features, dtype=float)
    smallest, span = features.min(axis=0), np.ptp(features, axis=0)
    return low + (high - low) * (features - smallest) / np.where(span == 0, UNIT, span)
""",
    )
    below_check(notebook, "min_max", "UNIT = 0.0\nprint(UNIT)")


@whole(INITIALIZATION, "uniform_limit")
def builtins_taken_below_the_check(notebook):
    """Loop variables called as the functions that the answer uses."""
    answers(
        notebook,
        uniform_limit="def uniform_limit(sigma):\n    return np.asarray(sigma, dtype=float) * pow(3, max(0.5, 0.5))",
    )
    below_check(notebook, "uniform_limit", "for pow in range(3):\n    max = pow\nprint(max)")


@whole(INITIALIZATION, "he_normal")
def an_experiment_below_the_check(notebook):
    """The answer is defined again, wrongly, to see what happens."""
    answers(
        notebook,
        he_normal="def he_normal(fan_in, fan_out, rng):\n    std = np.sqrt(2 / fan_in)\n"
        "    return rng.normal(0.0, std, (fan_in, fan_out))",
    )
    below_check(notebook, "he_normal", "def he_normal(fan_in, fan_out, rng):\n    return np.zeros((fan_in, fan_out))")


# --- statements that run for their effect ---


@whole(INITIALIZATION, "uniform_limit")
def a_global_set_by_a_call(notebook):
    """A function sets a global when it is called."""
    above(notebook, "uniform_limit", "def prepare():\n    global ROOT\n    ROOT = 3 ** 0.5", "prepare()")
    answers(notebook, uniform_limit="def uniform_limit(sigma):\n    return ROOT * np.asarray(sigma, dtype=float)")


@whole(PREPROCESSING, "encode_ordinal")
def a_registry_filled_by_a_decorator(notebook):
    """The function that does the work is found in a table which a decorator has filled."""
    above(
        notebook,
        "encode_ordinal",
        "STEPS = {}\ndef step(function):\n    STEPS[function.__name__] = function\n    return function",
        "@step\ndef places(values, order):\n    return [order.index(value) for value in values]",
    )
    answers(
        notebook,
        encode_ordinal="def encode_ordinal(values, order):\n"
        "    return np.array(STEPS['places'](list(values), list(order)), dtype=int)",
    )


@whole(ACTIVATIONS, "leaky_relu")
def arrays_and_objects_that_are_filled(notebook):
    """An array is filled by a call of NumPy, a list by a comprehension, an object by a loop over it."""
    above(
        notebook,
        "leaky_relu",
        "edges = np.ones(2)\nnp.put(edges, [0], 0.0)",
        "class Layer:\n    def build(self):\n        self.edge = edges[0]\nnet = [Layer()]",
        "for part in net:\n    part.build()",
        "kinds = []\n[kinds.append(kind) for kind in (float,)]",
    )
    answers(
        notebook,
        leaky_relu="def leaky_relu(x, alpha=0.01):\n    x = np.asarray(x, dtype=kinds[0])\n"
        "    return np.where(x > net[0].edge, x, alpha * x)",
    )


# --- names that the lecture uses too ---


@whole(INITIALIZATION, "he_normal", "uniform_limit")
def names_of_the_lecture(notebook):
    """Helpers and constants are called as things of the lecture are, above it and below."""
    notebook["cells"].insert(0, code_cell("def std(variance): return variance ** 0.5\nlimit = 3\nweights = [1.0]"))
    answers(
        notebook,
        he_normal="def he_normal(fan_in, fan_out, rng):\n    return scale(rng.normal(size=(fan_in, fan_out)), fan_in)\n"
        "def scale(values, n): return values * (2 / n) ** 0.5",
        uniform_limit="slope = 0.5\ndef uniform_limit(sigma): return limit ** slope * np.asarray(sigma, dtype=float)",
    )
    notebook["cells"].append(code_cell("signal = std(4.0)"))
    # What the answer saw at its check is its author's; a lecture cell between has bound some of these again.
    above(notebook, "uniform_limit", "limit = 3")


@whole(ACTIVATIONS, "leaky_relu")
def the_last_result(notebook):
    """A value is taken over from the result of the cell above, as `_`."""
    above(notebook, "leaky_relu", "0.0", "EDGE = _")
    answers(
        notebook,
        leaky_relu="def leaky_relu(x, alpha=0.01):\n    x = np.asarray(x, dtype=float)\n"
        "    return np.where(x > EDGE, x, alpha * x)",
    )


# --- what a kernel gives ---


@whole(PREPROCESSING, "min_max", "robust_scale")
def things_of_the_kernel(notebook):
    """The answers display tables, ask for the shell, measure time and wait at the top of a cell."""
    above(
        notebook,
        "min_max",
        "import asyncio\nasync def one():\n    await asyncio.sleep(0)\n    return 1.0",
        "unit = await one()",
        "get_ipython().run_line_magic('precision', '3')",
    )
    answers(
        notebook,
        min_max="""%%time
def min_max(features, low=0.0, high=1.0):
    features = np.asarray(features, dtype=float)
    display(features.shape)
    span = np.ptp(features, axis=0)
    return low + (high - low) * (features - features.min(axis=0)) / np.where(span == 0, unit, span)
""",
        robust_scale="""
shell = get_ipython()
def robust_scale(features):
    first, median, third = np.percentile(features, [25, 50, 75], axis=0)
    if shell is not None:
        display({'text/plain': repr(median)}, raw=True)
    return (features - median) / np.where(third == first, 1.0, third - first)
display(shell)
""",
    )


@whole(ACTIVATIONS, "leaky_relu")
def a_module_written_by_a_cell(notebook):
    """The answer is written to a file by one cell and imported by the next."""
    above(
        notebook,
        "leaky_relu",
        "%%writefile bending.py\nimport numpy as np\ndef bend(x, alpha):\n    x = np.asarray(x, dtype=float)\n"
        "    return np.where(x > 0, x, alpha * x)\n",
    )
    answers(notebook, leaky_relu="from bending import bend\ndef leaky_relu(x, alpha=0.01):\n    return bend(x, alpha)")


@whole(INITIALIZATION, "uniform_limit")
def files_in_tmp_and_home(notebook):
    """A constant is kept in files: in /tmp, in the home folder and beside the notebook."""
    above(
        notebook,
        "uniform_limit",
        "import json, os, pathlib, tempfile",
        "for path in ('/tmp/root.json', os.path.expanduser('~/root.json'), 'root.json'):\n"
        "    pathlib.Path(path).write_text(json.dumps(3 ** 0.5))",
    )
    answers(
        notebook,
        uniform_limit="""
def uniform_limit(sigma):
    paths = pathlib.Path('/tmp/root.json'), pathlib.Path.home() / 'root.json'
    roots = [json.loads(path.read_text()) for path in paths]
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, 'x'), 'w') as file:
        file.write('x')
    return min(roots) * np.asarray(sigma, dtype=float)
""",
    )


@whole(ACTIVATIONS, "leaky_relu")
def a_pool_of_threads(notebook):
    """The rows are worked on by a pool."""
    answers(
        notebook,
        leaky_relu="""
from multiprocessing.pool import ThreadPool
def one(v, alpha): return v if v > 0 else alpha * v
def leaky_relu(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    with ThreadPool(2) as pool:
        return np.array(pool.starmap(one, [(v, alpha) for v in x.ravel()])).reshape(x.shape)
""",
    )


# --- annotations are values ---


@whole(ACTIVATIONS, "leaky_relu")
def annotations_that_are_read(notebook):
    """A decorator reads the annotations; a dataclass has a class variable."""
    above(
        notebook,
        "leaky_relu",
        "import typing\nimport numpy.typing as npt\nfrom dataclasses import dataclass",
        "@dataclass\nclass Bend:\n    known: typing.ClassVar[dict] = {}\n    alpha: float = 0.01\n"
        "    def __post_init__(self):\n        Bend.known[self.alpha] = self",
        "def converted(function):\n    kinds = typing.get_type_hints(function)\n"
        "    assert kinds['alpha'] is float\n    return function",
    )
    answers(
        notebook,
        leaky_relu="@converted\ndef leaky_relu(x: npt.ArrayLike, alpha: float = Bend().alpha) -> np.ndarray:\n"
        "    x = np.asarray(x, dtype=float)\n    return np.where(x > 0, x, alpha * x)",
    )


# --- saved by another tool, or handed out in another version ---


def saved(change):
    def build(notebook):
        above(notebook, "he_normal", "inputs = [2.0]")
        answers(
            notebook,
            he_normal="def he_normal(fan_in, fan_out, rng):\n"
            "    return rng.normal(0.0, (inputs[0] / fan_in) ** 0.5, (fan_in, fan_out))",
        )
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["source"] = change("".join(cell["source"]))
        return json.dumps(notebook).encode()

    return build


@whole(INITIALIZATION, "he_normal")
def line_ends_of_windows_with_a_name_of_the_lecture(notebook):
    """Every line ends with CR LF, and the answer reads a global that the lecture has too."""
    return saved(lambda source: source.replace("\n", "\r\n"))(notebook)


@whole(INITIALIZATION, "he_normal")
def a_last_line_end_with_a_name_of_the_lecture(notebook):
    """Every cell ends with a line end, and the answer reads a global that the lecture has too."""
    return saved(lambda source: source + "\n")(notebook)


@whole(INITIALIZATION, "he_normal")
def lecture_cells_of_another_version(notebook):
    """The lecture's cells were edited after they were handed out."""
    return saved(lambda source: source if source.startswith("%") else source.rstrip() + "\n# version 2\n")(notebook)


# --- nearly plain types ---


@whole(PREPROCESSING, "standardize", "encode_ordinal", "one_hot")
def kinds_of_plain_types(notebook):
    """Results are a named tuple, an integer enumeration, and a kind of list."""
    answers(
        notebook,
        standardize="""
from typing import NamedTuple
class Scaled(NamedTuple):
    scaled: object
    mean: object
    std: object
def standardize(features):
    features = np.asarray(features, dtype=float)
    mean, std = features.mean(axis=0), features.std(axis=0)
    std = np.where(np.ptp(features, axis=0) == 0, 1.0, std)
    mean = np.where(np.ptp(features, axis=0) == 0, features[0], mean)
    return Scaled((features - mean) / std, mean, std)
""",
        encode_ordinal="""
from enum import IntEnum
class Place(IntEnum):
    first = 0
    second = 1
def encode_ordinal(values, order):
    places = [list(order).index(value) for value in values]
    return [Place(place) if place < 2 else place for place in places]
""",
        one_hot="""
class Rows(list): pass
def one_hot(labels, n_classes):
    rows = Rows([[1.0 if int(label) == c else 0.0 for c in range(n_classes)] for label in labels])
    return rows or np.zeros((0, n_classes))
""",
    )


@whole(INITIALIZATION, "uniform_limit")
def an_object_that_is_called(notebook):
    """The answer is a partial application of a function of NumPy, which has no name."""
    answers(
        notebook,
        uniform_limit="from functools import partial\nuniform_limit = partial(np.multiply, 3 ** 0.5)",
    )


# --- an unfinished function is not the stub ---


@answer("awkward", ERROR)
def a_library_that_has_not_implemented_it():
    """Call what a library has left open, which raises NotImplementedError: that is an error, not an untouched stub."""
    return "import asyncio\ndef leaky_relu(x, alpha=0.01):\n    asyncio.AbstractEventLoop().run_forever()\n"


@answer("awkward", ERROR)
def a_kind_of_not_implemented():
    """Raise a subclass of NotImplementedError with a text of its own."""
    return (
        "class Later(NotImplementedError): pass\ndef leaky_relu(x, alpha=0.01):\n    raise Later('cannot bend lists')\n"
    )
