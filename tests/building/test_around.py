"""What the build puts around a lecture: the cell that looks for the course, and the way to the next lecture."""

import ast
import asyncio
import itertools
import sys
import types

import pytest

from helpers import ready
from helpers.building import source
from helpers.building.build import learner_notebook
from helpers.lectures import lecture_names

LECTURE = "04_activations"


def first_cell(lecture=LECTURE):
    return next(cell for cell in learner_notebook(lecture).cells if cell.cell_type == "code")


def run(source, **names):
    code = compile(source, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(code, names)
    if waiting is not None:
        asyncio.run(waiting)


@pytest.fixture
def without_the_course(monkeypatch):
    monkeypatch.setitem(sys.modules, "helpers.ready", None)


def test_where_the_course_is_installed_the_cell_is_silent(capsys):
    run(first_cell("03_preprocessing").source)
    assert capsys.readouterr().out == ""


def test_where_it_is_missing_the_cell_says_what_to_type(without_the_course, capsys):
    run(first_cell().source)
    assert "%pip install training-neural-networks" in capsys.readouterr().out


def test_in_colab_the_cell_installs_the_course_and_leaves_colabs_packages_alone(without_the_course, monkeypatch):
    typed = []
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    shell = types.SimpleNamespace(run_line_magic=lambda *words: typed.append(words))
    run(first_cell().source, get_ipython=lambda: shell)
    assert typed == [("pip", "install --quiet --no-deps training-neural-networks")]


def test_in_a_browser_the_cell_installs_the_course(without_the_course, monkeypatch):
    installed = []

    async def install(name):
        installed.append(name)

    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setitem(sys.modules, "piplite", types.SimpleNamespace(install=install))
    run(first_cell().source)
    assert installed == ["training-neural-networks"]


def test_a_lecture_that_needs_an_extra_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(ready.importlib.util, "find_spec", lambda name: None)
    ready.look(LECTURE)
    assert '%pip install "training-neural-networks[keras]"' in capsys.readouterr().out
    ready.look("11_hyperparameter_search")
    assert '%pip install "training-neural-networks[search]"' in capsys.readouterr().out
    ready.look("03_preprocessing")
    assert capsys.readouterr().out == ""


def test_a_lecture_of_a_teacher_that_came_as_a_notebook_alone_says_nothing(capsys):
    ready.look("90_project")
    assert capsys.readouterr().out == ""


def test_the_cell_binds_no_name_that_a_lecture_uses():
    """Otherwise an answer could come to need it where it is graded."""
    bound = {n.asname or n.name.partition(".")[0] for n in imports(first_cell().source)} | {"missing_module"}
    for lecture in lecture_names():
        cells = [c for c in learner_notebook(lecture).cells if c.cell_type == "code"][1:]
        trees = [ast.parse(cell.source) for cell in cells]
        taken = {n.asname or n.name.partition(".")[0] for cell in cells for n in imports(cell.source)}
        taken |= {n.id for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Name)}
        assert not bound & taken


def imports(source):
    return [alias for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names]


def test_every_lecture_but_the_last_links_to_the_next():
    names = lecture_names()
    for lecture, after in itertools.pairwise(names):
        assert f"({after}.ipynb)" in learner_notebook(lecture).cells[-1].source
    assert "Next" not in learner_notebook(names[-1]).cells[-1].source


def test_a_lecture_that_is_not_written_yet_is_named_without_a_link():
    assert source.link("99_nothing_yet") == "99 nothing yet (to come)"
    assert source.link(LECTURE) == "[04 activations](04_activations.ipynb)"


def test_the_map_links_to_every_lecture_that_exists():
    text = "".join(cell.source for cell in learner_notebook("00_start_here").cells)
    assert all(source.link(lecture) in text for lecture in lecture_names())
