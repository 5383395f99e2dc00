"""Which statements of a notebook run for an answer, and which do not."""

import pytest

from helpers.sandbox import cells
from helpers.sandbox.cells import DefinitionError, define


def test_an_answer_is_found_in_any_cell():
    assert define(["x = 1", "def answer(): return 7", "y = 2"], "answer")() == 7


def test_the_last_definition_counts():
    assert define(["def answer(): return 1", "def answer(): return 2"], "answer")() == 2


def test_only_what_the_answer_needs_runs():
    sources = ["raise SystemExit", "import os\nos._exit(1)", "def answer(): return 1", "answer() / 0"]
    assert define(sources, "answer")() == 1


def test_an_answer_may_use_a_helper_defined_before_or_after_it():
    sources = ["def double(x): return 2 * x", "def answer(x): return double(x) + shift", "shift = 1"]
    assert define(sources, "answer")(3) == 7


def test_a_helper_may_be_known_by_another_name():
    sources = ["from math import exp as e_to_the", "f = e_to_the", "answer = lambda x: f(x)"]
    assert define(sources, "answer")(0.0) == 1.0


def test_a_star_import_serves():
    assert define(["from math import *", "def answer(x): return sqrt(x)"], "answer")(4.0) == 2.0


def test_a_table_filled_in_later_cells_is_filled():
    sources = ["table = {}", "table['a'] = 1", "steps = []", "for i in range(3):\n    steps.append(i)"]
    sources.append("def answer(): return table['a'] + len(steps)")
    assert define(sources, "answer")() == 4


def test_a_class_a_decorator_and_a_global_serve():
    sources = [
        "def twice(f):\n    return lambda x: f(f(x))",
        "count = 0\ndef note():\n    global count\n    count += 1",
        "@twice\ndef step(x):\n    note()\n    return x + 1",
        "class Answer:\n    def __call__(self, x):\n        return step(x)",
        "answer = Answer()",
    ]
    assert define(sources, "answer")(1) == 3


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\ndef answer(): return 1",
        "!ls\ndef answer(): return 1",
        "%%time\ndef answer(): return 1",
        "def answer(): return 1\nanswer?",
        "\ufeffdef answer():\r\n    return 1\r\n",
    ],
)
def test_jupyters_own_syntax_does_not_hide_an_answer(cell):
    assert define([cell], "answer")() == 1


def test_a_cell_of_another_language_is_not_python():
    assert define(["%%bash\nanswer=1", "def answer(): return 2"], "answer")() == 2


def test_a_broken_cell_costs_only_what_it_defines():
    assert define(["def broken(:", "def answer(): return 1"], "answer")() == 1


def test_a_syntax_error_in_the_answer_is_told_with_its_place():
    with pytest.raises(DefinitionError, match=r"SyntaxError.*code cell 2, line 1"):
        define(["x = 1", "def answer(:"], "answer")


def test_a_failing_definition_is_told_with_its_reason():
    with pytest.raises(DefinitionError, match=r"ZeroDivisionError.*code cell 1, line 1"):
        define(["answer = 1 / 0"], "answer")


def test_a_lecture_cell_below_does_not_take_away_what_the_answer_uses(monkeypatch):
    monkeypatch.setattr(cells, "_familiar", {})
    below, stub = "positive = 'of the lecture'", "def answer(x):\n    raise NotImplementedError()"
    cells.remember([below, stub])
    own = ["def positive(x): return x > 0", "def answer(x): return positive(x)"]
    assert define([*own, below, stub], "answer")(1) is True
    assert define([below, *own], "answer")(1) is True


def test_a_helper_that_its_author_mends_below_is_the_mended_one(monkeypatch):
    monkeypatch.setattr(cells, "_familiar", {})
    broken, mended = "def helper(): return 1", "def helper(): return 2"
    assert define([broken, "def answer(): return helper()", mended], "answer")() == 2


def test_a_statement_that_cannot_be_compiled_costs_only_what_it_binds():
    assert define(["return 1", "def answer(): return 1"], "answer")() == 1
    with pytest.raises(DefinitionError, match="SyntaxError"):
        define(["answer = [(yield 1)]"], "answer")


def test_a_name_that_no_cell_binds_has_no_reason():
    with pytest.raises(DefinitionError, match=r"^$"):
        define(["x = 1"], "answer")


def test_an_answer_bound_out_of_sight_is_found_by_running_everything():
    assert define(["globals()['answer'] = lambda: 5"], "answer")() == 5
