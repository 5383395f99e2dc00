"""What happens around the marks: updates that drop exercises, points lost, file modes, odd consoles and checkouts."""

import dataclasses
import importlib
import stat
import subprocess
import sys
import zipfile

import pytest

from helpers import lectures
from helpers.building import source
from helpers.cli import main
from helpers.commands.common import OK
from helpers.grading import class_statistics as figures
from helpers.grading.class_report import report_page
from helpers.grading.exports import autograder
from helpers.grading.gradebook import Gradebook
from helpers.grading.papers import class_papers
from helpers.judging.judge import WRONG, PartResult, Verdict
from helpers.lectures import exercises_of
from helpers.paths import ROOT, SOLUTIONS
from tests import classroom
from tests.classroom import LECTURE
from tests.grading.test_report import paper

NAME = exercises_of(LECTURE)[0].name
MOST = float(exercises_of(LECTURE)[0].points)


@pytest.fixture
def out(tmp_path):
    return classroom.write_gradebook(tmp_path / "grades", {"ada": {LECTURE: 1.0}, "bob": {LECTURE: 0.5}, "cyd": {}})


@pytest.fixture
def an_update(monkeypatch):
    """An update of the course: changes the exercises of the lecture as a function says."""

    module = importlib.import_module(f"{lectures.lecture_named(LECTURE).package}.exercises")
    remembered = (lectures.exercises_of, lectures._by_name)

    def update(change):
        monkeypatch.setattr(module, "EXERCISES", tuple(change(module.EXERCISES)))
        for function in remembered:
            function.cache_clear()

    yield update
    monkeypatch.undo()
    for function in remembered:
        function.cache_clear()


def test_after_an_update_that_drops_an_exercise_its_marks_are_still_there(out, an_update):
    with Gradebook(out / "gradebook.db") as book:
        before = {p.student: p.points for p in class_papers(book)}
    an_update(lambda exercises: exercises[1:])
    assert main(["report", str(out)]) == OK
    assert main(["adjust", str(out), "bob", LECTURE, NAME, str(MOST / 2), "--why", "as before"]) == OK
    for format in ("canvas", "moodle", "nbgrader", "gradescope"):
        assert main(["export", str(out), "--format", format]) == OK
    with Gradebook(out / "gradebook.db") as book:
        after = {p.student: p.points for p in class_papers(book)}
    assert after == before
    assert "no longer has" in (out / "feedback" / "bob" / f"{LECTURE}.html").read_text(encoding="utf-8")
    assert f"{NAME} /{MOST:g}" in (out / "report.html").read_text(encoding="utf-8")


def test_a_decision_gives_no_more_than_an_exercise_is_worth_today_but_a_bonus_does(out):
    with Gradebook(out / "gradebook.db") as book:
        book.adjust("ada", LECTURE, NAME, MOST, "all of it", "me")
        book.adjust("bob", LECTURE, NAME, MOST + 2, "a new proof", "me", bonus=True)
        marked = {s.student: s for s in book.submissions()}
        for student in ("ada", "bob"):  # marked again by rules that give one point less
            verdicts = list(marked[student].verdicts)
            part = PartResult("all", 0.0, MOST - 1, WRONG)
            verdicts[0] = Verdict(NAME, WRONG, (part,))
            book.save(dataclasses.replace(marked[student], verdicts=tuple(verdicts)))
        points = {p.student: p.entries[0].points for p in class_papers(book)}
    assert (points["ada"], points["bob"]) == (MOST - 1, MOST + 2)


def test_what_to_repeat_is_ordered_by_points_lost_and_not_by_heads():
    def wrong(name, lost, mistake):
        most = float(next(e.points for e in exercises_of(LECTURE) if e.name == name))
        return Verdict(name, WRONG, (PartResult("all", most - lost, most, WRONG),), "m", mistake)

    papers = [paper(f"s{i}", wrong("gelu", 0.5, "one")) for i in range(10)]
    papers += [paper(f"t{i}", wrong("elu", 4.0, "two")) for i in range(3)]
    mistakes = figures.known_mistakes(papers)
    assert {(row.mistake, row.lost, len(row.students)) for row in mistakes} == {("two", 12.0, 3), ("one", 5.0, 10)}
    page = report_page({}, papers)
    assert "12 points lost by 3 students" in page.split("Repeat first")[1][:300]
    assert "cost most</a>: 12 points of 3 students" in page
    assert [row.exercises for row in figures.sections_to_repeat(mistakes, [])] == [("elu",), ("gelu",)]


def test_nobody_else_on_the_machine_reads_the_gradebook(tmp_path):
    with Gradebook(tmp_path / "gradebook.db", create=True):
        assert stat.S_IMODE((tmp_path / "gradebook.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_that_cannot_show_a_name_shows_question_marks(tmp_path, encoding):
    (tmp_path / "class" / "王伟").mkdir(parents=True)
    (tmp_path / "class" / "王伟" / "notes.ipynb").write_text("{}")
    code = "import sys; from helpers.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [
        sys.executable,
        "-c",
        code,
        "adjust",
        str(tmp_path / "class" / "王伟"),
        "王伟",
        "x",
        "y",
        "1",
        "--why",
        "z",
    ]
    environment = {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert b"Traceback" not in done.stderr
    assert b"there is no gradebook" in done.stderr
    assert b"??" in done.stderr


def test_a_checkout_with_carriage_returns_gives_scripts_that_run(tmp_path, monkeypatch):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for script in autograder._SCRIPTS.iterdir():
        (scripts / script.name).write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(autograder, "_SCRIPTS", scripts)
    autograder.write(tmp_path / "a.zip", LECTURE, seed=1)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not any(b"\r" in archive.read(name) for name in ("run_autograder", "setup.sh"))


def test_the_repository_asks_for_the_same_line_ends_everywhere():
    command = ["git", "check-attr", "eol", "helpers/grading/exports/autograder_files/setup.sh"]
    if (ROOT / ".git").exists():
        assert "eol: lf" in subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def test_a_byte_order_mark_before_a_lecture_changes_nothing(tmp_path, monkeypatch):
    name = "00_start_here"
    plain = source.read_lecture(name)
    for path in SOLUTIONS.glob("[0-9]*.md"):  # its map reads the others
        (tmp_path / path.name).write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    monkeypatch.setattr(source, "source_path", lambda lecture: tmp_path / f"{lecture}.md")
    assert source.read_lecture(name) == plain
