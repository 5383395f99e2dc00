"""Honest but awkward: each of these must get full marks."""

import json

from helpers.judging.judge import CORRECT
from tests.classroom import LECTURE

from .catalogue import ATTACKED, RIGHT, WRONG, answer, cell_of, code_cell, member, notebook


@notebook("honest", CORRECT, student="a-neighbour")
def a_plain_neighbour(notebook):
    """A plain notebook, whose text and marks the others must not touch."""
    return notebook


@notebook("honest", CORRECT)
def the_answer_in_another_cell(notebook):
    """The stub is left alone; the answer stands at the end."""
    cell_of(notebook, ATTACKED)["source"] = "def leaky_relu(x, alpha=0.01):\n    raise NotImplementedError\n"
    notebook["cells"].append(code_cell(RIGHT))
    return notebook


@notebook("honest", CORRECT)
def two_definitions(notebook):
    """A wrong attempt stands first, the right one later in the same cell."""
    cell_of(notebook, ATTACKED)["source"] = WRONG + "\n\n" + RIGHT
    return notebook


@notebook("honest", CORRECT)
def a_helper_in_an_earlier_cell(notebook):
    """The answer leans on a helper and a constant from the top of the notebook."""
    notebook["cells"].insert(
        0, code_cell("import numpy as N\nZERO = 0.0\ndef above_zero(x):\n    return N.asarray(x, float) > ZERO")
    )
    cell_of(notebook, ATTACKED)["source"] = (
        "def leaky_relu(x, alpha=0.01):\n    return N.where(above_zero(x), x, alpha * N.asarray(x, float))"
    )
    return notebook


@notebook("honest", CORRECT)
def a_helper_defined_later(notebook):
    """The helper stands below the answer, as a fresh "Run All" allows."""
    cell_of(notebook, ATTACKED)["source"] = (
        "import numpy as np\ndef leaky_relu(x, alpha=0.01):\n    return bend(x, alpha)"
    )
    notebook["cells"].append(code_cell(RIGHT.replace("def leaky_relu", "def bend")))
    return notebook


@answer("honest", CORRECT)
def imported_under_another_name():
    """Functions imported one by one, under other names."""
    return """
from numpy import asarray as arr, where as choose
def leaky_relu(x, alpha=0.01):
    x = arr(x, dtype=float)
    return choose(x > 0, x, alpha * x)
"""


@answer("honest", CORRECT)
def a_star_import():
    """Everything imported from NumPy, over the builtins of the same names."""
    return """
from numpy import *
def leaky_relu(x, alpha=0.01):
    return maximum(asarray(x, dtype=float), 0) + alpha * minimum(asarray(x, dtype=float), 0)
"""


@answer("honest", CORRECT)
def a_lambda():
    """The answer is a lambda."""
    return """
import numpy as np
bend = lambda x, alpha: np.maximum(x, 0) + alpha * np.minimum(x, 0)
leaky_relu = lambda x, alpha=0.01: bend(np.asarray(x, dtype=float), alpha)
"""


@answer("honest", CORRECT)
def a_callable_object():
    """The answer is an object with __call__, and a dataclass at that."""
    return """
from dataclasses import dataclass
import numpy as np
@dataclass
class Leaky:
    start: float = 0.0
    def __call__(self, x, alpha=0.01):
        x = np.array(x, dtype=float)
        return np.where(x > self.start, x, alpha * x)
leaky_relu = Leaky()
"""


@answer("honest", CORRECT)
def a_decorated_function():
    """The answer is wrapped by a decorator that times, logs and remembers."""
    return (
        """
import functools, logging, time
def timed(function):
    @functools.wraps(function)
    def wrapper(*arguments, **keywords):
        start = time.perf_counter()
        result = function(*arguments, **keywords)
        logging.warning('%s took %.6f s', function.__name__, time.perf_counter() - start)
        return result
    return wrapper
@timed
"""
        + RIGHT.replace("import numpy as np\n", "")
        + "import numpy as np\n"
    )


@answer("honest", CORRECT)
def single_precision():
    """The result is float32."""
    return RIGHT.replace("dtype=float", "dtype=np.float32").replace("alpha * x)", "np.float32(alpha) * x)")


@answer("honest", CORRECT)
def plain_lists():
    """The result is a list, or a float for a single number, made with recursion and without NumPy."""
    return """
def leaky_relu(x, alpha=0.01):
    try:
        items = list(x)
    except TypeError:
        return float(x) if x > 0 else alpha * float(x)
    return [leaky_relu(item, alpha) for item in items]
"""


@notebook("honest", CORRECT)
def a_failing_lecture_cell(notebook):
    """A cell above the answers fails, and one below has a syntax error."""
    notebook["cells"].insert(1, code_cell("1 / 0"))
    notebook["cells"].append(code_cell("this is my note"))
    return notebook


@answer("honest", CORRECT)
def prints_and_plots():
    """The function prints, and draws a picture, whenever it is called."""
    return """
import matplotlib.pyplot as plt
import numpy as np
def leaky_relu(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    result = np.where(x > 0, x, alpha * x)
    print('x =', x, 'result =', result)
    if not drawn:
        drawn.append(plt.plot(np.ravel(result)))
        plt.show()
    return result
drawn = []
"""


@answer("honest", CORRECT)
def a_slow_answer():
    """The function takes a second in all, which is allowed."""
    return (
        RIGHT
        + """
import time
quick = leaky_relu
def leaky_relu(x, alpha=0.01):
    end = time.process_time() + 0.02
    while time.process_time() < end: pass
    return quick(x, alpha)
"""
    )


@answer("honest", CORRECT)
def an_answer_that_waits():
    """The function waits for three seconds, as for a disk: time on the clock, and none of the processor's."""
    return RIGHT.replace("    x = np.asarray", "    waited or waited.append(time.sleep(3))\n    x = np.asarray") + (
        "import time\nwaited = []\n"
    )


@answer("honest", CORRECT)
def warnings_on_stderr():
    """The function warns, divides by zero and writes to stderr on its way to the right result."""
    return """
import sys, warnings
import numpy as np
def leaky_relu(x, alpha=0.01):
    warnings.warn('slow', DeprecationWarning)
    print('careful', file=sys.stderr)
    x = np.asarray(x, dtype=float)
    with np.errstate(divide='warn'):
        np.log(np.zeros(3)) / 0
    return np.where(x > 0, x, alpha * x)
"""


@answer("honest", CORRECT)
def takes_numpy_apart():
    """The function replaces parts of NumPy, which the other answers in the notebook need whole."""
    return (
        RIGHT
        + """
careful = leaky_relu
def leaky_relu(x, alpha=0.01):
    result = careful(x, alpha)
    np.exp = np.tanh = np.log1p = np.mean = np.all = np.abs = np.maximum = abs
    return result
"""
    )


@answer("honest", CORRECT)
def names_in_other_alphabets():
    """Variables are Greek and Chinese, and the text is indented with tabs."""
    return """
import numpy as np
def leaky_relu(x, alpha=0.01):
\tα, 值 = alpha, np.asarray(x, dtype=float)
\treturn np.where(值 > 0, 值, α * 值)
"""


@answer("honest", CORRECT)
def a_remembered_result():
    """A cache is kept between calls, in a global table."""
    return """
import numpy as np
table = {}
def leaky_relu(x, alpha=0.01):
    global table
    x = np.array(x, dtype=float)
    key = (x.tobytes(), x.shape, alpha)
    if key not in table:
        table = {**table, key: np.where(x > 0, x, alpha * x)}
    return table[key].copy()
"""


@notebook("honest", CORRECT)
def a_timed_cell(notebook):
    """The answer's cell starts with %%time and has a line magic and a question mark in it."""
    cell_of(notebook, ATTACKED)["source"] = "%%time\n" + RIGHT + "\n%timeit leaky_relu(0)\nleaky_relu?\n"
    return notebook


@notebook("honest", CORRECT)
def a_magic_in_a_cell_of_the_lecture(notebook):
    """The lecture's own cells are timed, and each ends with a magic that binds what the answer uses."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "check(" not in source and "def " not in source:
            cell["source"] = f"%%time\n{source}\n%time below_zero = 0.0"
    cell_of(notebook, ATTACKED)["source"] = RIGHT.replace("> 0", "> below_zero")
    return notebook


@notebook("honest", CORRECT)
def windows_line_ends(notebook):
    """The file was written on Windows: CR LF in the cells and in the file, and a byte-order mark."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return b"\xef\xbb\xbf" + json.dumps(notebook, indent=1).replace("\n", "\r\n").encode()


@notebook("honest", CORRECT)
def sixteen_bits(notebook):
    """The file was saved as UTF-16 by an editor."""
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


@notebook("honest", CORRECT)
def an_old_format(notebook):
    """The file is nbformat 3."""
    cells = [
        {"cell_type": "code", "input": c["source"], "outputs": []}
        for c in notebook["cells"]
        if c["cell_type"] == "code"
    ]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


@notebook("honest", CORRECT)
def saved_by_colab(notebook):
    """The file was saved by Colab: its metadata, identifiers in it, sources as lists."""
    notebook["metadata"] = {"colab": {"provenance": [], "toc_visible": True}, "kernelspec": {"name": "python3"}}
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id", None)
        cell["metadata"] = {"id": f"aB{number}", "outputId": "x", "colab": {"base_uri": "https://localhost:8080/"}}
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    return notebook


@notebook("honest", CORRECT)
def saved_by_vs_code(notebook):
    """The file was saved by VS Code: a `vscode` language in each cell, execution counts out of order."""
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1000 - number
    return notebook


@notebook("honest", CORRECT)
def saved_by_classic_jupyter(notebook):
    """The file was saved by the classic notebook: nbformat 4.2, no cell identifiers, `collapsed` and `trusted`."""
    notebook |= {"nbformat": 4, "nbformat_minor": 2}
    for cell in notebook["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {"collapsed": True, "trusted": True}
    return notebook


@notebook("honest", CORRECT)
def a_split_cell(notebook):
    """The answers stand in one cell, merged, with a copy of the checks between them."""
    merged = "\n\n".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code")
    notebook["cells"] = [code_cell(merged)]
    return notebook


@member("honest", CORRECT, student="Bob_7")
def a_plain_member(archive, student):
    """A plain notebook in Moodle's zip."""
    from .catalogue import honest_bytes

    archive.writestr(f"Bob_7_assignsubmission_file_/{LECTURE}.ipynb", honest_bytes())
