"""Marking again: who changes is seen before it is applied, decisions of people stand, no gradebook is damaged."""

import csv
import shutil
import sqlite3
import subprocess
import sys

import pytest

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading import gradebook, regrading
from helpers.grading.grade import Order
from helpers.grading.gradebook import Gradebook, GradebookError
from helpers.grading.papers import class_papers
from helpers.lectures import exercises_of
from tests import classroom
from tests.classroom import LECTURE
from tests.conftest import walls_hold

FIRST = "00_start_here"
EXERCISE = exercises_of(FIRST)[0]
RIGHT = (
    "def mean_square(values):\n    import numpy as np\n    return float(np.mean(np.square(np.asarray(values, float))))"
)


def run(*arguments) -> subprocess.CompletedProcess:
    if arguments[0] == "grade":
        arguments += ("--jobs", 1)  # a class of three; a second process costs more than it saves
    command = [sys.executable, "-m", "helpers.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def files_of(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """Three students with wrong answers, marked; one of them has a decision."""
    walls_hold()
    root = tmp_path_factory.mktemp("regrading")
    wrong = classroom.notebook_with(classroom.wrong_answers(0, FIRST), FIRST)
    for student in ("ada", "bob", "cyd"):
        classroom.write_submission(root / "in", student, wrong, FIRST)
    assert run("grade", root / "in", "--out", root / "out").returncode == OK
    decision = run("adjust", root / "out", "cyd", FIRST, EXERCISE.name, "2.5", "--why", "right idea")
    assert decision.returncode == OK, decision.stderr
    return root


@pytest.fixture
def room(marked, tmp_path):
    """A copy to change: `in` and `out`."""
    shutil.copytree(marked / "in", tmp_path / "in")
    shutil.copytree(marked / "out", tmp_path / "out")
    return tmp_path


def points_of(out) -> dict[str, float]:
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: float(row["total"]) for row in csv.DictReader(file)}


def correct(room, *students) -> None:
    for student in students:
        classroom.write_submission(room / "in", student, classroom.notebook_with({EXERCISE.name: RIGHT}, FIRST), FIRST)


def test_a_preview_says_who_changes_and_writes_nothing(room):
    correct(room, "bob", "cyd")
    before = files_of(room)
    seen = run("grade", room / "in", "--out", room / "out", "--preview")
    assert seen.returncode == OK, seen.stderr
    assert files_of(room) == before
    most = EXERCISE.points
    assert f"bob {FIRST} {EXERCISE.name}: 0 of {most} (wrong) → {most} of {most} (correct)\n" in seen.stdout
    assert f"(wrong) → {most} of {most} (correct); stays 2.5, as " in seen.stdout
    assert "decided when it was marked 0\n" in seen.stdout
    assert "1 marks of 1 students change: 1 up, 0 down. 1 more would, but a person's decision stands." in seen.stdout
    assert "ada" not in seen.stdout


def test_what_the_preview_says_is_what_happens(room):
    correct(room, "bob", "cyd")
    order = Order(room / "in", room / "out", jobs=1)
    changes = regrading.preview(order).changes
    before = points_of(room / "out")
    assert run("grade", room / "in", "--out", room / "out").returncode == OK
    after = points_of(room / "out")
    differences = {change.student: change.difference for change in changes}
    assert differences == {"bob": EXERCISE.points, "cyd": 0.0}
    assert after == {student: before[student] + differences.get(student, 0.0) for student in before}
    assert not regrading.preview(order).changes


def test_a_preview_after_a_fixed_check_shows_the_marks_by_the_new_rules(room, monkeypatch):
    """The gradebook says that it was marked by other rules: everything is marked anew, and nothing else differs."""
    with Gradebook(room / "out" / "gradebook.db") as book:
        (cyd,) = [s for s in book.submissions() if s.student == "cyd"]
    with sqlite3.connect(room / "out" / "gradebook.db") as db:
        # What the old check gave to ada, who deserves nothing.
        db.execute("UPDATE part SET points = max_points, status = 'correct' WHERE student = 'ada'")
        db.execute("UPDATE verdict SET status = 'correct' WHERE student = 'ada'")
        db.execute("UPDATE submission SET rules = 'those of another check'")
    db.close()
    found = regrading.preview(Order(room / "in", room / "out", jobs=1))
    (change,) = found.changes
    assert (change.student, change.difference) == ("ada", -EXERCISE.points)
    assert found.summary() == "1 marks of 1 students change: 0 up, 1 down."
    with Gradebook(room / "out" / "gradebook.db") as book:
        assert cyd in book.submissions()


def test_one_lecture_by_new_rules_does_not_cost_the_marks_of_the_others(room):
    classroom.write_submission(room / "in", "ada", classroom.untouched_notebook(), LECTURE)
    assert run("grade", room / "in", "--out", room / "out").returncode == OK
    before = (room / "out" / "results.csv").read_bytes()
    done = run("grade", room / "in", "--out", room / "out", "--only", LECTURE, "--limit-seconds", 3)
    assert done.returncode == OK
    assert "Marked 1 submissions." in done.stdout
    assert (
        "3 papers that are not in this folder were marked by another version of the course or with other" in done.stdout
    )
    assert (room / "out" / "results.csv").read_bytes() == before


def test_who_is_not_in_the_folder_stays_and_one_who_came_is_seen(room):
    shutil.rmtree(room / "in" / "ada")
    correct(room, "dot")
    found = regrading.preview(Order(room / "in", room / "out", jobs=1))
    assert [(c.student, c.before is None, c.after is None) for c in found.changes] == [("dot", True, False)]


def test_a_preview_needs_a_class_that_was_marked(tmp_path):
    classroom.write_submission(tmp_path / "in", "ada", classroom.untouched_notebook(FIRST), FIRST)
    seen = run("grade", tmp_path / "in", "--out", tmp_path / "out", "--preview")
    assert seen.returncode == USAGE
    assert "there is no gradebook" in seen.stderr
    assert not (tmp_path / "out").exists()


def test_a_decision_survives_regrading_and_is_shown_as_one_everywhere(room):
    correct(room, "cyd")
    assert run("grade", room / "in", "--out", room / "out").returncode == OK
    assert points_of(room / "out")["cyd"] == 2.5
    with open(room / "out" / "results.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["student"] == "cyd"]
    assert sum(float(row["points"]) for row in rows) == 2.5
    (shown,) = [row for row in rows if row["status"] == "adjusted"]
    assert "right idea" in shown["message"]
    page = (room / "out" / "feedback" / "cyd" / f"{FIRST}.html").read_text(encoding="utf-8")
    assert "right idea" in page
    with Gradebook(room / "out" / "gradebook.db") as book:
        (paper,) = [paper for paper in class_papers(book) if paper.student == "cyd"]
    (entry,) = paper.entries
    assert entry.adjustment.why == "right idea"
    assert entry.adjustment.author
    assert entry.adjustment.time
    assert (entry.adjustment.instead_of, entry.verdict.points, paper.points) == (0.0, EXERCISE.points, 2.5)


def test_a_decision_outlives_a_submission_that_is_taken_out_and_handed_in_again(room):
    assert main(["forget", str(room / "out"), "cyd"]) == OK
    assert "cyd" not in points_of(room / "out")
    again = run("grade", room / "in", "--out", room / "out")
    assert "cyd had been taken out; their work is in this folder, so they are in the class again" in again.stdout
    assert points_of(room / "out")["cyd"] == 0.0
    assert main(["forget", str(room / "out"), "cyd", "--undo"]) == OK
    assert points_of(room / "out")["cyd"] == 2.5


# --- The gradebook only grows ------------------------------------------------------------------------------------


def test_another_week_and_late_work_add_to_the_gradebook_and_take_nobody_out(room):
    before = points_of(room / "out")
    classroom.write_submission(room / "late", "dan", classroom.notebook_with({EXERCISE.name: RIGHT}, FIRST), FIRST)
    assert run("grade", room / "late", "--out", room / "out").returncode == OK
    assert points_of(room / "out") == before | {"dan": EXERCISE.points}
    assert run("grade", room / "late", "--out", room / "out", "--only", FIRST).returncode == OK
    assert points_of(room / "out") == before | {"dan": EXERCISE.points}


def test_forgetting_and_undoing_it_leave_every_row_as_it_was(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path, {"ada": {FIRST: 1.0, LECTURE: 0.5}, "bob": {FIRST: 0.5}})
    assert main(["adjust", str(out), "ada", LECTURE, "gelu", "1", "--why", "x"]) == OK
    before = {name: files_of(out)[name] for name in ("grades.csv", "results.csv")}
    for key in (["ada"], ["ada", LECTURE]):
        assert main(["forget", str(out), *key]) == OK
        assert points_of(out).get("ada", 0.0) < 10
        assert main(["forget", str(out), *key, "--undo"]) == OK
        assert {name: files_of(out)[name] for name in before} == before
    assert "ada was taken out, with 2 papers." in capsys.readouterr().out


def test_a_paper_that_was_handed_in_since_is_not_replaced_by_the_forgotten_one(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path, {"ada": {FIRST: 0.5}})
    assert main(["forget", str(out), "ada"]) == OK
    classroom.write_gradebook(tmp_path, {"ada": {FIRST: 1.0}})
    assert main(["forget", str(out), "ada", "--undo"]) == OK
    assert f"ada has handed in {FIRST} since; that paper stays" in capsys.readouterr().out
    assert points_of(out)["ada"] == EXERCISE.points


@pytest.mark.parametrize("key", [["eve"], ["ada", LECTURE], ["ada", "--undo"]])
def test_forgetting_what_is_not_there_changes_nothing(tmp_path, capsys, key):
    out = classroom.write_gradebook(tmp_path, {"ada": {FIRST: 0.5}})
    assert main(["forget", str(out), *key]) == USAGE
    assert "✗" in capsys.readouterr().err
    assert not (out / "grades.csv").exists()


# --- Gradebooks of other versions --------------------------------------------------------------------------------

VERSION_1 = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE student (name TEXT PRIMARY KEY);
CREATE TABLE submission (
    student TEXT NOT NULL, lecture TEXT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL,
    note TEXT NOT NULL, seconds REAL NOT NULL, cpu_seconds REAL NOT NULL, PRIMARY KEY (student, lecture));
CREATE TABLE verdict (
    student TEXT NOT NULL, lecture TEXT NOT NULL, position INTEGER NOT NULL, exercise TEXT NOT NULL,
    status TEXT NOT NULL, message TEXT NOT NULL, mistake TEXT NOT NULL, example TEXT NOT NULL,
    PRIMARY KEY (student, lecture, exercise));
CREATE TABLE part (
    student TEXT NOT NULL, lecture TEXT NOT NULL, exercise TEXT NOT NULL, position INTEGER NOT NULL, part TEXT NOT NULL,
    points REAL NOT NULL, max_points REAL NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (student, lecture, exercise, part));
CREATE TABLE adjustment (
    number INTEGER PRIMARY KEY, student TEXT NOT NULL, lecture TEXT NOT NULL, exercise TEXT NOT NULL,
    points REAL NOT NULL, why TEXT NOT NULL, author TEXT NOT NULL, time TEXT NOT NULL);
PRAGMA user_version = 1;
"""


def version_1(path):
    """A gradebook as the first version wrote it: one student, one exercise, one decision."""
    db = sqlite3.connect(path)
    db.executescript(VERSION_1)
    settings = {"seed": "7", "version": '"abc"', "isolation": '"strict"', "remarks": "[]", "limits": "[10, 1024]"}
    db.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())
    db.execute("INSERT INTO student VALUES ('ada')")
    db.execute("INSERT INTO submission VALUES ('ada', ?, 'ada/x.ipynb', 'd', '', 1.0, 0.5)", (FIRST,))
    db.execute("INSERT INTO verdict VALUES ('ada', ?, 0, ?, 'wrong', 'No.', '', '')", (FIRST, EXERCISE.name))
    for position, (part, most) in enumerate(EXERCISE.points_by_part.items()):
        row = ("ada", FIRST, EXERCISE.name, position, part, 1.0, most, "wrong", "")
        db.execute("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    decision = ("ada", FIRST, EXERCISE.name, 3.0, "by hand", "me", "2026-01-01T00:00:00+00:00")
    db.execute("INSERT INTO adjustment VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", decision)
    db.commit()
    db.close()
    return path


def test_a_gradebook_of_version_1_is_migrated_with_all_that_it_holds(tmp_path):
    path = version_1(tmp_path / "gradebook.db")
    for _ in range(2):  # the second time there is nothing to migrate
        with Gradebook(path) as book:
            (paper,) = class_papers(book)
            (entry,) = paper.entries
            assert (paper.student, paper.points, entry.verdict.points) == ("ada", 3.0, len(EXERCISE.points_by_part))
            assert (entry.adjustment.why, entry.adjustment.instead_of) == ("by hand", None)
            assert book.settings()["seed"] == 7
    assert main(["report", str(tmp_path)]) == OK
    assert main(["adjust", str(tmp_path), "ada", FIRST, EXERCISE.name, "2", "--why", "again"]) == OK
    with Gradebook(path) as book:
        assert book.adjustments()["ada", FIRST, EXERCISE.name].instead_of == len(EXERCISE.points_by_part)


def test_a_migrated_gradebook_has_the_tables_of_a_new_one(tmp_path):
    def columns(path):
        with Gradebook(path, create=True):
            pass
        db = sqlite3.connect(path)
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in tables}
        found["version"] = db.execute("PRAGMA user_version").fetchone()
        db.close()
        return found

    assert columns(version_1(tmp_path / "old.db")) == columns(tmp_path / "new.db")


def test_a_migration_that_fails_leaves_the_gradebook_as_it_was(tmp_path, monkeypatch):
    path = version_1(tmp_path / "gradebook.db")
    broken = gradebook._MIGRATIONS[1] + "ALTER TABLE nowhere ADD COLUMN x;"
    with monkeypatch.context() as patch:
        patch.setitem(gradebook._MIGRATIONS, 1, broken)
        with pytest.raises(GradebookError, match="left as it is"):
            Gradebook(path)
    with Gradebook(path) as book:
        assert book.students() == ["ada"]


def newer(path):
    with Gradebook(path, create=True):
        pass
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {gradebook.VERSION + 1}")
    db.close()


def foreign(path):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE recipe (name TEXT)")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()


def truncated(path):
    classroom.write_gradebook(path.parent, {f"student-{i}": {LECTURE: 1.0} for i in range(20)})
    path.write_bytes(path.read_bytes()[:-20000])


def no_database(path):
    path.write_bytes(b"something else entirely, of some length")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (newer, "was written by a newer version of the course"),
        (foreign, "is a database, but no gradebook"),
        (truncated, "gradebook.db"),
        (no_database, "cannot be used as a gradebook"),
    ],
)
@pytest.mark.parametrize("command", ["report", "export", "adjust", "grade"])
def test_a_gradebook_that_is_none_is_refused_with_a_sentence_and_never_damaged(tmp_path, spoil, sentence, command):
    out = tmp_path / "out"
    out.mkdir()
    spoil(out / "gradebook.db")
    classroom.write_submission(tmp_path / "in", "ada", b"{}", FIRST)
    before = files_of(out)
    arguments = {
        "report": [str(out)],
        "export": [str(out), "--format", "canvas"],
        "adjust": [str(out), "student-1", LECTURE, "gelu", "1", "--why", "x"],
        "grade": [str(tmp_path / "in"), "--out", str(out)],
    }[command]
    done = run(command, *arguments)
    assert done.returncode == USAGE
    assert sentence in done.stderr
    assert "left as it is" in done.stderr
    assert "Traceback" not in done.stderr
    assert files_of(out) == before


@pytest.mark.parametrize("hold", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_gradebook_that_another_program_holds_is_said_and_kept(tmp_path, monkeypatch, capsys, hold):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {FIRST: 1.0}})
    monkeypatch.setattr(gradebook, "_SECONDS", 0.1)
    other = sqlite3.connect(out / "gradebook.db", isolation_level=None)
    other.execute(hold)
    before = files_of(out)
    assert main(["adjust", str(out), "ada", FIRST, EXERCISE.name, "1", "--why", "x"]) == USAGE
    assert "database is locked" in capsys.readouterr().err
    assert files_of(out) == before
    other.close()
    assert main(["adjust", str(out), "ada", FIRST, EXERCISE.name, "1", "--why", "x"]) == OK


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {FIRST: 1.0}})
    (out / "grades.csv.new").mkdir()
    assert main(["report", str(out)]) == USAGE
    assert "grades.csv.new: Is a directory" in capsys.readouterr().err


def test_a_person_may_decide_about_what_was_never_handed_in(tmp_path):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {FIRST: 1.0}, "ill": {}})
    assert main(["adjust", str(out), "ill", FIRST, EXERCISE.name, "2", "--why", "oral exam"]) == OK
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        assert {row["student"]: row["total"] for row in csv.DictReader(file)}["ill"] == "2"
    assert "oral exam" in (out / "feedback" / "ill" / f"{FIRST}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("who", "lecture", "what", "points", "sentence"),
    [
        ("adda", FIRST, EXERCISE.name, "1", "no student 'adda'; it has ada"),
        ("ill", "00_start", EXERCISE.name, "1", f"no lecture '00_start'; it has {FIRST}"),
        ("ada", FIRST, "mean_sqare", "1", f"no exercise 'mean_sqare'; it has {EXERCISE.name}"),
        ("ill", FIRST, EXERCISE.name, "99", f"worth 0 to {EXERCISE.points} points, not 99"),
        ("ada", FIRST, EXERCISE.name, "-1", "not -1"),
        ("ada", FIRST, EXERCISE.name, "nan", "not nan"),
    ],
)
def test_a_decision_that_fits_nobody_is_refused(tmp_path, capsys, who, lecture, what, points, sentence):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {FIRST: 1.0}, "ill": {}})
    before = files_of(out)
    assert main(["adjust", str(out), who, lecture, what, points, "--why", "x"]) == USAGE
    assert sentence in capsys.readouterr().err
    assert files_of(out) == before
