"""From one source to two notebooks: nothing lost, nothing leaked, nothing of a learner overwritten."""

import json
from dataclasses import replace

import nbformat
import pytest

from helpers import cli, lectures
from helpers.building import build, leaks, source
from helpers.commands.common import USAGE
from helpers.paths import NOTEBOOKS, SOLUTIONS

LECTURE = "00_start_here"


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A copy of one lecture's source in an empty course."""
    solutions, notebooks = tmp_path / "solutions", tmp_path / "notebooks"
    solutions.mkdir()
    (solutions / f"{LECTURE}.md").write_text(
        (SOLUTIONS / f"{LECTURE}.md").read_text(encoding="utf-8"), encoding="utf-8"
    )
    places = replace(
        lectures.lecture_named(LECTURE),
        source=solutions / f"{LECTURE}.md",
        executed=solutions / f"{LECTURE}.ipynb",
        handed_out=notebooks / f"{LECTURE}.ipynb",
    )
    monkeypatch.setattr(lectures, "_found", lambda: ({LECTURE: places}, []))
    return tmp_path


def problems(outcomes):
    return [problem for outcome in outcomes for problem in outcome.problems]


def learner_file(workshop):
    return workshop / "notebooks" / f"{LECTURE}.ipynb"


def edit(path, change):
    """Change the code cells of a notebook on disk."""
    notebook = nbformat.read(path, as_version=4)
    change([cell for cell in notebook.cells if cell.cell_type == "code"], notebook)
    nbformat.write(notebook, path)


def test_every_notebook_of_the_course_agrees_with_its_source_and_shows_no_answer():
    assert problems(build.check([])) == []


@pytest.mark.slow
def test_building_twice_changes_no_byte(workshop):
    files = [workshop / "solutions" / f"{LECTURE}.ipynb", learner_file(workshop)]
    assert problems(build.build([])) == []
    first = [path.read_bytes() for path in files]
    assert problems(build.build([])) == []
    assert [path.read_bytes() for path in files] == first
    assert problems(build.check([])) == []


def test_drift_is_found(workshop):
    build.build([])
    text = (workshop / "solutions" / f"{LECTURE}.md").read_text(encoding="utf-8")
    (workshop / "solutions" / f"{LECTURE}.md").write_text(text.replace("Predict", "Guess"), encoding="utf-8")
    assert len(problems(build.check([]))) == 2


def test_a_learners_notebook_is_never_overwritten(workshop):
    build.build([])
    edit(learner_file(workshop), lambda cells, _: cells[0].update(source="mine = 1"))
    before = learner_file(workshop).read_bytes()
    assert any("stays as it is" in problem for problem in problems(build.build([])))
    assert learner_file(workshop).read_bytes() == before
    assert problems(build.build([], backup=True)) == []
    assert (learner_file(workshop).parent / f"{LECTURE}.backup-1.ipynb").read_bytes() == before


def test_a_file_that_the_build_cannot_read_is_not_overwritten_either(workshop):
    learner_file(workshop).parent.mkdir()
    learner_file(workshop).write_text("half a notebo")
    assert any("stays as it is" in problem for problem in problems(build.build([])))
    assert learner_file(workshop).read_text() == "half a notebo"


def test_running_a_notebook_does_not_count_as_changing_it(workshop):
    build.build([])
    output = nbformat.v4.new_output("stream", text="ran")
    edit(learner_file(workshop), lambda cells, _: cells[0].update(outputs=[output], execution_count=3))
    assert problems(build.build([])) == []


def test_the_cut_leaves_the_stub_inside_a_function_and_nothing_at_the_top():
    function = "def f(x):\n    '''Doc.'''\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    assert (
        source.cut_answer(function)
        == "def f(x):\n    '''Doc.'''\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert source.cut_answer("a = ...\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\nb = 2") == "a = ...\nb = 2"


@pytest.mark.parametrize(
    "text", ["### BEGIN SOLUTION\na", "a\n### END SOLUTION", "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION"]
)
def test_markers_without_their_partner_are_refused(text):
    with pytest.raises(source.SourceError):
        source.cut_answer(text)


PLANTED = {
    "the answer in a cell": lambda cells, nb: cells[-1].update(source="    return np.mean(squares)"),
    "the answer in an output": lambda cells, nb: cells[0].update(
        outputs=[nbformat.v4.new_output("stream", text="\n    return np.mean(squares)\n")]
    ),
    "the answer in metadata": lambda cells, nb: nb.metadata.update(course={"x": "return np.mean(squares)"}),
    "the answer with other blanks": lambda cells, nb: cells[-1].update(source="return np.mean( squares )"),
    "a marker": lambda cells, nb: cells[-1].update(source="### BEGIN SOLUTION"),
    "a filled stub": lambda cells, nb: cells[-1].update(source="def mean_square(values):\n    return other(values)"),
    "an author's name": lambda cells, nb: nb.metadata.update(authors=[{"name": "Ada"}]),
    "an execution count": lambda cells, nb: cells[0].update(execution_count=1),
}


@pytest.mark.parametrize("change", PLANTED.values(), ids=PLANTED)
def test_a_planted_leak_is_found(tmp_path, change):
    path = tmp_path / f"{LECTURE}.ipynb"
    path.write_bytes((NOTEBOOKS / path.name).read_bytes())
    assert leaks.find(LECTURE, path) == []
    edit(path, change)
    assert leaks.find(LECTURE, path) != []


def test_code_to_be_mended_may_show_lines_of_the_answer_where_it_is_given_and_nowhere_else(tmp_path):
    path = tmp_path / "01_first_network.ipynb"
    notebook = build.learner_notebook("01_first_network")
    nbformat.write(notebook, path)
    assert leaks.find("01_first_network", path) == []
    for cell in notebook.cells:
        cell.metadata.get("tags", [])[:] = []
    nbformat.write(notebook, path)
    assert any("shows a line of an answer" in sentence for sentence in leaks.find("01_first_network", path))


def test_an_answered_question_is_found(tmp_path):
    path = tmp_path / "04_activations.ipynb"
    path.write_bytes((NOTEBOOKS / path.name).read_bytes())
    assert leaks.find("04_activations", path) == []
    edit(path, lambda cells, _: cells[-1].update(source='unit_that_died = "a"'))
    assert leaks.find("04_activations", path) == ["04_activations.ipynb answers unit_that_died"]


def test_the_released_notebooks_are_valid_for_nbgrader():
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        marks = [cell["metadata"]["nbgrader"] for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
        keys = {"schema_version", "grade", "grade_id", "locked", "solution", "task"}
        assert all(set(m) - {"points"} == keys and m["schema_version"] == 3 for m in marks)
        assert len({m["grade_id"] for m in marks}) == len(marks) > 0
        assert all("points" in m for m in marks if m["grade"])


def test_an_unknown_lecture_names_those_that_exist(capsys):
    assert cli.main(["build", "99_nothing"]) == USAGE
    assert "04_activations" in capsys.readouterr().err
