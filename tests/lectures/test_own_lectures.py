"""A lecture that stands outside of the course is built, proved, graded, reported and exported like one of its own."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers import lectures
from helpers.building import new_lecture
from helpers.paths import LECTURES_VARIABLE, ROOT
from tests.conftest import walls_hold

NAME = "20_momentum"


# What CONTRIBUTING tells an author to type, by the subcommand.
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TOLD = re.findall(r"^course (.* --lectures my-lectures|new-lecture my-lectures .*)$", GUIDE, re.MULTILINE)


def course(command, root):
    """Run a command as CONTRIBUTING says it, in the folder `root`."""
    assert command in TOLD
    words = [sys.executable, "-m", "helpers.cli", *shlex.split(command)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder in which a new lecture was written, built and proved."""
    root = tmp_path_factory.mktemp("an author's folder")
    course(f"new-lecture my-lectures {NAME}", root)
    course(f"build {NAME} --lectures my-lectures", root)
    return root


@pytest.fixture(scope="module")
def own(root):
    return root / "my-lectures"


@pytest.fixture
def found_in(monkeypatch):
    """Look for lectures in a folder, as a command does; afterwards they are forgotten."""

    def look(folder):
        monkeypatch.setenv(LECTURES_VARIABLE, str(folder))
        lectures.forget_what_was_found()
        return lectures

    yield look
    monkeypatch.delenv(LECTURES_VARIABLE, raising=False)
    lectures.forget_what_was_found()
    for module in [name for name in sys.modules if name.startswith("helpers.lectures.momentum")]:
        del sys.modules[module]


def test_a_new_lecture_passes_its_proofs_as_it_is(root, own):
    checks = (own / "checks.md").read_text(encoding="utf-8")
    assert "`momentum_range`" in checks
    assert "**no**" not in checks
    assert "None." in checks
    claims = (own / "claims.md").read_text(encoding="utf-8")
    assert claims.count("| 10 of 10 |") == 3
    assert "agrees with its source" in course(f"build {NAME} --check --lectures my-lectures", root).stdout


def test_its_notebook_asks_for_a_guess_and_shows_no_answer(own):
    learner = (own / "notebooks" / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert 'predict(\\"momentum_thousand\\")' in learner
    assert "np.min(values)" not in learner


@pytest.mark.skipif(sys.platform != "linux", reason="strict isolation is Linux's")
def test_a_class_is_graded_reported_and_exported(root, own):
    walls_hold()
    for student, answer in (("ada", "float(values.max() - values.min())"), ("bob", "float(values.max())")):
        notebook = nbformat.read(own / "notebooks" / f"{NAME}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = cell.source.replace("raise NotImplementedError()", f"return {answer}")
        (root / "submissions" / student).mkdir(parents=True)
        nbformat.write(notebook, root / "submissions" / student / f"{NAME}.ipynb")
    course(f"grade submissions --out grades --only {NAME} --lectures my-lectures", root)
    with open(root / "grades" / "grades.csv", newline="", encoding="utf-8") as file:
        assert [(row["student"], float(row["total"])) for row in csv.DictReader(file)] == [("ada", 4), ("bob", 0)]
    assert "Momentum" in (root / "grades" / "feedback" / "ada" / f"{NAME}.html").read_text(encoding="utf-8")
    course("report grades --lectures my-lectures", root)
    course("export grades --format moodle --lectures my-lectures", root)
    course(f"autograder {NAME} --to autograder.zip --lectures my-lectures", root)
    assert (root / "autograder.zip").stat().st_size > 10_000


def test_a_learner_checks_an_answer_in_it(own):
    code = "from helpers import check; print(check(momentum_range=lambda values: float(values.max())))"
    environment = os.environ | {LECTURES_VARIABLE: str(own), "COURSE_PROGRESS": "off"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert "This is the largest value" in done.stdout, done.stderr


def broken(own, tmp_path, change):
    folder = tmp_path / "lectures"
    shutil.copytree(own / "momentum", folder / "momentum")
    change(folder / "momentum")
    return folder


def without_exercises(lecture):
    shutil.rmtree(lecture / "exercises")


def with_none(lecture):
    (lecture / "exercises" / "__init__.py").write_text("EXERCISES = ()\n", encoding="utf-8")


def with_a_syntax_error(lecture):
    (lecture / "exercises" / "momentum_range.py").write_text("def oracle(:\n", encoding="utf-8")


def with_an_oracle_that_raises(lecture):
    path = lecture / "exercises" / "momentum_range.py"
    path.write_text(path.read_text(encoding="utf-8").replace("return ordered[-1] - ordered[0]", "return ordered[99]"))


def with_an_attribute_that_is_not_there(lecture):
    path = lecture / "exercises" / "momentum_range.py"
    path.write_text(path.read_text(encoding="utf-8").replace("sorted(np.asarray", "sorted(np.no_such_thing"))


def without_a_name(lecture):
    (lecture / "__init__.py").write_text("", encoding="utf-8")


def with_the_name_of_another(lecture):
    (lecture / "__init__.py").write_text('LECTURE = "20_inertia"\n', encoding="utf-8")


def without_its_text(lecture):
    (lecture / f"{NAME}.md").unlink()


def with_an_exercise_that_exists_already(lecture):
    for path in (lecture / "exercises").glob("*.py"):
        path.write_text(path.read_text(encoding="utf-8").replace('name="momentum_range"', 'name="leaky_relu"'))


def named_as_one_of_the_course(lecture):
    (lecture / "__init__.py").write_text('LECTURE = "20_activations"\n', encoding="utf-8")
    lecture.rename(lecture.with_name("activations"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without_exercises, "exercises is missing: a lecture needs at least one exercise"),
        (with_none, "needs EXERCISES = (...) with at least one exercise"),
        (with_a_syntax_error, "momentum_range.py, line 1: invalid syntax; mend the syntax"),
        (with_an_oracle_that_raises, "IndexError: list index out of range; mend this line"),
        (with_an_attribute_that_is_not_there, "has no attribute 'no_such_thing'"),
        (without_a_name, 'write LECTURE = "20_momentum" into it'),
        (with_the_name_of_another, "give both the same name"),
        (without_its_text, "20_momentum.md is missing: the lecture's text goes there"),
        (with_an_exercise_that_exists_already, "has an exercise leaky_relu, and so has 04_activations; rename yours"),
        (named_as_one_of_the_course, "a lecture named activations exists already"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_lecture_is_left_out_with_a_sentence_and_the_others_go_on(own, tmp_path, found_in, change, sentence):
    here = found_in(broken(own, tmp_path, change))
    (problem,) = here.problems()
    assert sentence in problem
    assert str(tmp_path) in problem
    assert problem.endswith("The lecture is left out.")
    assert "04_activations" in here.lecture_names()
    assert NAME not in here.lecture_names()
    assert here.exercise_named("leaky_relu").lecture == "04_activations"


def test_a_folder_without_lectures_is_said(tmp_path, found_in):
    assert "no folder is a lecture" in found_in(tmp_path).problems()[0]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("momentum", "no name for a lecture"),
        ("20_Momentum", "no name"),
        ("20_activations", "there is a lecture activations"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path, name, sentence):
    with pytest.raises(new_lecture.NoNewLecture, match=sentence):
        new_lecture.write(tmp_path, name)


def test_nothing_is_overwritten(tmp_path):
    new_lecture.write(tmp_path, NAME)
    with pytest.raises(new_lecture.NoNewLecture, match="exists already"):
        new_lecture.write(tmp_path, NAME)
