"""The final project: learners get a brief with its rubrics; a person marks it; it counts in the total."""

import csv
import json
import shutil

import pytest

from helpers import lectures
from helpers.building.build import learner_notebook
from helpers.building.source import read_lecture
from helpers.cli import main
from helpers.commands.common import OK
from helpers.judging.exercise import Criterion, Free
from helpers.lectures import exercises_of, lecture_named
from helpers.paths import LECTURES_VARIABLE, ROOT
from tests import classroom
from tests.conftest import walls_hold

PROJECT = "90_project"


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    """The project copied as the guide says; what a learner opens. It is known to the course while these tests run."""
    root = tmp_path_factory.mktemp("own")
    shutil.copytree(ROOT / "docs" / "project", root / "project", ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LECTURES_VARIABLE, str(root))
        lectures.forget_what_was_found()
        assert not lectures.problems()
        notebook = learner_notebook(PROJECT)
        (root / "notebooks").mkdir()
        lecture_named(PROJECT).handed_out.write_text(json.dumps(notebook))
        yield notebook
    lectures.forget_what_was_found()


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def mark(path, give):
    """Fill each row of a table with what `give(criterion)` says, as a person would."""
    rows = read(path)
    for row in rows:
        for criterion in [name for name in row if name not in ("answer", "lecture", "exercise", "comment")]:
            row[criterion] = give(criterion)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_learner_gets_every_rubric_and_none_of_the_example(brief):
    text = "\n".join(cell["source"] for cell in brief["cells"])
    for part in exercises_of(PROJECT):
        assert all(f"| {c.name} | {c.points} | {c.full} |" in text for c in part.rubric)
    assert "one nearest neighbor" not in text
    assert "MLPClassifier" not in text
    marked = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in brief["cells"]]
    assert [part.name for part in exercises_of(PROJECT)] == [name for name in marked if name]


def test_the_project_is_collected_marked_by_hand_and_counted(brief, tmp_path):
    walls_hold()
    classroom.write_submission(tmp_path / "class", "ada", read_lecture(PROJECT), PROJECT)
    classroom.write_submission(tmp_path / "class", "bob", brief, PROJECT)
    out = tmp_path / "grades"
    assert main(["grade", str(tmp_path / "class"), "--out", str(out), "--only", PROJECT]) == OK
    assert {row["status"] for row in read(out / "results.csv") if row["student"] == "ada"} == {"to be marked"}
    assert {row["status"] for row in read(out / "results.csv") if row["student"] == "bob"} == {"not attempted"}
    points = {c.name: c.points for part in exercises_of(PROJECT) for c in part.rubric}
    assert main(["collect", str(out), PROJECT]) == OK
    tables = sorted((out / "by-hand" / PROJECT).glob("*.csv"))
    assert {table.stem for table in tables} == {part.name for part in exercises_of(PROJECT)}
    for table in tables:
        mark(table, lambda criterion: points[criterion] - (criterion == "figure"))
    assert main(["adjust", str(out), "--csv", *map(str, tables)]) == OK
    most = sum(points.values())
    totals = {row["student"]: (float(row["total"]), float(row["max_total"])) for row in read(out / "grades.csv")}
    assert totals == {"ada": (most - 1, most), "bob": (most - 1, most)}
    assert "figure 1/2" in (out / "feedback" / "ada" / f"{PROJECT}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("names", [("answer",), ("Comment",), ("labels", "labels")])
def test_a_rubric_whose_table_would_have_one_column_twice_is_refused(names):
    with pytest.raises(ValueError, match="rename the criterion"):
        Free("plot", PROJECT, "", 1, 1, tuple(Criterion(name, 1) for name in names))
