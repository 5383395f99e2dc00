"""Whose variant counts where several people hand in one notebook, and where Gradescope marks by itself."""

import json
import os
import subprocess
import sys
import zipfile

import nbformat
import pytest

from helpers.building.source import read_lecture
from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading import keys
from helpers.grading.grade import Order, grade
from helpers.grading.gradebook import Gradebook
from helpers.handout.notebooks import of_variant
from helpers.judging.exercise import Question
from helpers.lectures import exercises_of
from helpers.variants.letters import options, question_cells
from tests.conftest import walls_hold

LECTURE = "05_losses"
QUESTIONS = {e.name: e for e in exercises_of(LECTURE) if isinstance(e, Question)}
MOST = sum(question.points for question in QUESTIONS.values())
# The same letters are right for none of the others.
PEOPLE = {"ada": "Ada Lovelace", "bob": "Bob Byron", "cy": "Cy Young"}
HOLDERS = tuple(
    keys.Holder(login, name, (login, f"{login}@example.org"), seed=f"seed of {login}") for login, name in PEOPLE.items()
)


def all_right(login: str) -> str:
    """A notebook as it was given to somebody, with all letters right."""
    sheet = read_lecture(LECTURE)
    own = of_variant(sheet, LECTURE, f"seed of {login}")
    course = {name: options(cell.source) for name, cell in question_cells(sheet, LECTURE).items()}
    cells = []
    for name, cell in question_cells(own, LECTURE).items():
        right = course[name][QUESTIONS[name].answer]
        letter = next(letter for letter, words in options(cell.source).items() if words == right)
        cells.append(nbformat.v4.new_code_cell(f'{name} = "{letter}"'))
    told = {"digest": "0123456789ab", "variant": keys.tag(f"seed of {login}")}
    return nbformat.writes(
        nbformat.v4.new_notebook(cells=cells, metadata={"course": {"lecture": LECTURE, "handout": told}})
    )


@pytest.fixture
def variants(tmp_path):
    return written(tmp_path / keys.FILE)


def written(path):
    keys.write(path, keys.Keys((LECTURE,), HOLDERS))
    return path


def test_letters_of_one_are_wrong_for_the_others(variants, tmp_path):
    walls_hold()
    for login in PEOPLE:
        (tmp_path / "work" / login).mkdir(parents=True)
        (tmp_path / "work" / login / f"{LECTURE}.ipynb").write_text(all_right("ada"))
    grade(Order(tmp_path / "work", tmp_path / "out", jobs=1, seed=3, variants=variants))
    found = points(tmp_path / "out")
    assert found["ada"] == MOST
    assert max(found["bob"], found["cy"]) < MOST


def test_a_team_is_marked_by_the_variant_of_the_member_whose_notebook_it_handed_in(variants, tmp_path):
    walls_hold()
    folder = tmp_path / "work" / "Group A_17_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / f"{LECTURE}.ipynb").write_text(all_right("bob"))
    (tmp_path / "out").mkdir()
    people = [
        f'[[people]]\nstudent = "{login}"\nname = "{name}"\ngroup = "Group A"\n'
        for login, name in PEOPLE.items()
        if login != "cy"
    ]
    (tmp_path / "out" / "course.toml").write_text(f"[lectures.{LECTURE}]\nweight = 1\n" + "".join(people))
    summary = grade(Order(tmp_path / "work", tmp_path / "out", jobs=1, seed=3, variants=variants))
    found = points(tmp_path / "out")
    assert (found["ada"], found["bob"]) == (MOST, MOST)
    assert not [remark for remark in summary["remarks"] if "variant" in remark]


def points(out) -> dict[str, float]:
    """The points for questions, by student."""
    with Gradebook(out / "gradebook.db") as book:
        return {
            paper.student: sum(v.points for v in paper.verdicts if v.exercise in QUESTIONS)
            for paper in book.submissions()
        }


@pytest.fixture(scope="module")
def gradescope(tmp_path_factory):
    """What Gradescope makes of the zip, and a submission of Bob's notebook."""
    walls_hold()
    folder = tmp_path_factory.mktemp("gradescope")
    variants = written(folder / keys.FILE)
    assert (
        main(["autograder", LECTURE, "--to", str(folder / "a.zip"), "--seed", "5", "--variants", str(variants)]) == OK
    )
    root = folder / "autograder"
    with zipfile.ZipFile(folder / "a.zip") as archive:
        archive.extractall(root / "source")
    (root / "results").mkdir()
    (root / "submission").mkdir()
    (root / "submission" / "mine.ipynb").write_text(all_right("bob"))
    return root


def uploaded_by(root, *users):
    """Run the autograder as Gradescope does after an upload; what it wrote, and what it said."""
    told = {"id": 1, "users": [{"id": 40 + i, "name": name, "email": email} for i, (name, email) in enumerate(users)]}
    (root / "submission_metadata.json").write_text(json.dumps(told))
    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    environment = os.environ | {"PYTHONPATH": str(root / "source")}
    command = [sys.executable, "-m", "helpers.grading.exports.autograder", str(root)]
    done = subprocess.run(command, cwd=root / "source", env=environment, capture_output=True, text=True, timeout=120)
    return json.loads(results.read_text()) if results.exists() else None, done.stderr


@pytest.mark.parametrize(
    "users",
    [
        [("B. B.", "BOB@example.org")],
        [("Bob Byron", "byron@home.example")],
        [("Ada Lovelace", "ada@example.org"), ("Bob Byron", "bob@example.org"), ("Eve Stranger", "eve@example.org")],
    ],
    ids=["by address", "by name", "a team with a stranger"],
)
def test_gradescope_marks_by_the_variant_of_whoever_uploaded(gradescope, users):
    results, said = uploaded_by(gradescope, *users)
    assert results["score"] == MOST, said


def test_gradescope_marks_nobody_by_the_variant_that_the_notebook_names(gradescope):
    results, _ = uploaded_by(gradescope, ("Cy Young", "cy@example.org"))
    assert results["score"] < MOST


@pytest.mark.parametrize("users", [[("Eve Stranger", "eve@example.org")], []], ids=["a stranger", "nobody"])
def test_whose_variant_gradescope_cannot_know_gets_no_mark(gradescope, users):
    results, said = uploaded_by(gradescope, *users)
    assert results is None
    assert "it is not known whose variant this is" in said


def test_an_autograder_never_holds_seeds_that_a_submission_could_read(variants, tmp_path, capsys):
    command = ["autograder", LECTURE, "--to", str(tmp_path / "a.zip"), "--variants", str(variants)]
    assert main([*command, "--isolation", "process"]) == USAGE
    assert main([*command[:1], "04_activations", *command[2:]]) == USAGE
    variants.write_text("{")
    assert main(command) == USAGE
    said = capsys.readouterr().err
    assert "could read who has which variant" in said
    assert "04_activations was not handed out in variants" in said
    assert "is damaged" in said
    assert not (tmp_path / "a.zip").exists()
