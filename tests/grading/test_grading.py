"""A class of thirty, marked by the real command: every row is what was predicted before."""

import contextlib
import csv
import json
import subprocess
import sys

import pytest

from helpers.grading import marking
from helpers.grading.marking import mark, tasks_of
from helpers.grading.notebook import code_cells
from helpers.grading.runner import Runner
from helpers.grading.submissions import Submission
from helpers.judging.exercise import Question
from helpers.judging.judge import CORRECT
from helpers.lectures import exercises_of
from helpers.templates import prose
from tests import classroom
from tests.classroom import LECTURE
from tests.conftest import walls_hold
from tests.proved import of_every_mark, unless_proved

SEED = 20261121
LIMIT_SECONDS = 2
RIGHT, WRONG = 8, 12


def build_class(folder) -> dict[str, dict[str, tuple[str, float]]]:
    """Write thirty submissions and return, for each student and exercise, the status and points to expect."""
    expected = {}
    everything = exercises_of(LECTURE)
    answers = {e.name: e for e in everything}
    nothing_right = dict.fromkeys(answers, ("not attempted", 0.0))

    for turn in range(RIGHT):
        student = f"right-{turn}"
        classroom.write_submission(folder, student, classroom.notebook_with(classroom.right_answers(turn)))
        expected[student] = {e.name: ("correct", float(sum(e.points_by_part.values()))) for e in everything}
    for turn in range(WRONG):
        student = f"wrong-{turn}"
        classroom.write_submission(folder, student, classroom.notebook_with(classroom.wrong_answers(turn)))
        expected[student] = {}
        for e in everything:
            verdict = classroom.predicted(e, wrong_answer(e, turn), SEED)
            expected[student][e.name] = (verdict.status, verdict.points)

    def one(student, source, status, name="leaky_relu"):
        classroom.write_submission(folder, student, classroom.notebook_with({name: source}))
        expected[student] = nothing_right | {name: (status, 0.0)}

    stub = "def leaky_relu(x, alpha=0.01):\n    "
    one("raises", stub + "raise KeyError('x')", "error")
    one("syntax", "def leaky_relu(x, alpha=0.01:\n    return x", "error")
    one("loops", stub + "while True: pass", "time limit")
    one("exits", "import os\n" + stub + "os._exit(0)", "error")
    one("eats-memory", "import numpy as np\n" + stub + "return np.ones(10**11)", "memory limit")
    one("returns-too-much", "import numpy as np\n" + stub + "return np.ones(10**7)", "output limit")
    one("deletes-it", "relu = 1", "missing")
    classroom.write_submission(folder, "blank-sheet", classroom.untouched_notebook())
    expected["blank-sheet"] = nothing_right
    classroom.write_submission(folder, "not-json", b"{ this is not JSON")
    expected["not-json"] = dict.fromkeys(answers, ("unreadable", 0.0))
    (folder / "absent").mkdir()
    expected["absent"] = dict.fromkeys(answers, ("missing", 0.0))
    return expected


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    walls_hold()
    root = tmp_path_factory.mktemp("class")
    (root / "submissions").mkdir()
    expected = build_class(root / "submissions")
    command = [sys.executable, "-m", "helpers.cli", "grade", root / "submissions", "--out", root / "out"]
    command += ["--seed", str(SEED), "--limit-seconds", str(LIMIT_SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return root, expected, done.stdout


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_there_are_thirty(graded):
    assert len(graded[1]) == 30


def test_every_exercise_of_every_student_gets_the_predicted_points(graded):
    root, expected, _ = graded
    points = {}
    for row in rows(root / "out" / "results.csv"):
        key = (row["student"], row["exercise"])
        points[key] = points.get(key, 0) + float(row["points"])
    assert points == {(student, name): p for student, own in expected.items() for name, (_, p) in own.items()}


def test_every_exercise_of_every_student_has_the_predicted_status(graded):
    root, expected, _ = graded
    statuses = {}
    for row in rows(root / "out" / "results.csv"):
        statuses.setdefault((row["student"], row["exercise"]), set()).add(row["status"])
    for student, own in expected.items():
        for name, (status, _) in own.items():
            found = statuses[student, name]
            assert status in found, (student, name, status, found)
            assert (found == {CORRECT}) == (status == CORRECT)


def test_every_part_has_a_row_with_its_points(graded):
    root, expected, _ = graded
    found = {
        (r["student"], r["exercise"], r["part"]): float(r["max_points"]) for r in rows(root / "out" / "results.csv")
    }
    parts = [(e.name, part, points) for e in exercises_of(LECTURE) for part, points in e.points_by_part.items()]
    assert found == {(s, name, part): points for s in expected for name, part, points in parts}


def test_grades_add_up(graded):
    root, expected, _ = graded
    most = sum(sum(e.points_by_part.values()) for e in exercises_of(LECTURE))
    for row in rows(root / "out" / "grades.csv"):
        total = sum(points for _, points in expected[row["student"]].values())
        assert float(row[LECTURE]) == float(row["total"]) == total
        assert float(row["max_total"]) == most
        assert row["percent"] == f"{100 * total / most:.1f}"


def test_each_mistake_is_told_in_its_own_words(graded):
    root, _, _ = graded
    for turn in range(WRONG):
        page = (root / "out" / "feedback" / f"wrong-{turn}" / f"{LECTURE}.html").read_text(encoding="utf-8")
        for e in classroom.exercises():
            assert str(prose(e.mistakes[turn % len(e.mistakes)].message)) in page


@pytest.mark.slow
@pytest.mark.parametrize(
    "lecture", ["02_data_leakage", "03_preprocessing", "10_babysitting", "11_hyperparameter_search"]
)
def test_every_mistake_and_every_spelling_of_a_lecture_is_graded_and_told_as_predicted(lecture, tmp_path):
    tests = ("tests/classroom.py", "tests/grading/test_grading.py", "helpers/templates/feedback.html")
    with unless_proved(f"every mistake of {lecture} is graded and told", *of_every_mark(lecture), *tests) as needed:
        if needed:
            walls_hold()
            graded_and_told_as_predicted(lecture, tmp_path)


def graded_and_told_as_predicted(lecture, tmp_path):
    everything = exercises_of(lecture)
    wrong = {
        f"wrong-{turn}": {e.name: wrong_answer(e, turn) for e in everything}
        for turn in range(max(len(e.why_wrong if isinstance(e, Question) else e.mistakes) for e in everything))
    }
    spellings = max(len(e.spellings) for e in classroom.exercises(lecture))
    for turn, student in enumerate(wrong):
        notebook = classroom.notebook_with(classroom.wrong_answers(turn, lecture), lecture)
        classroom.write_submission(tmp_path / "class", student, notebook, lecture)
    for turn in range(spellings):
        notebook = classroom.notebook_with(classroom.right_answers(turn, lecture), lecture)
        classroom.write_submission(tmp_path / "class", f"right-{turn}", notebook, lecture)
    command = [sys.executable, "-m", "helpers.cli", "grade", tmp_path / "class", "--out", tmp_path / "out"]
    done = subprocess.run([*command, "--seed", str(SEED)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr

    points = {}
    for row in rows(tmp_path / "out" / "results.csv"):
        key = (row["student"], row["exercise"])
        points[key] = points.get(key, 0) + float(row["points"])
    for e in everything:
        most = sum(e.points_by_part.values())
        assert all(points[f"right-{turn}", e.name] == most for turn in range(spellings)), e.name
        for student, answers in wrong.items():
            verdict = classroom.predicted(e, answers[e.name], SEED)
            assert points[student, e.name] == verdict.points < most, (student, e.name)
            page = (tmp_path / "out" / "feedback" / student / f"{lecture}.html").read_text(encoding="utf-8")
            told = e.why_wrong[answers[e.name]] if isinstance(e, Question) else answers[e.name].message
            assert str(prose(told)) in page, (student, e.name)


def wrong_answer(exercise, turn):
    """What `classroom.wrong_answers` hands in: a mistake of a function, a letter of a question."""
    if isinstance(exercise, Question):
        return sorted(exercise.why_wrong)[turn % len(exercise.why_wrong)]
    return classroom.mistake_number(exercise, turn)


SPOILS = """from scipy import special
import numpy as np
def sigmoid(x):
    np.expm1 = None
    return special.expit(np.asarray(x, dtype=float))
"""
SPOILT = """import numpy as np
def elu(x, alpha=1.0):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))
"""
WRONG_ELU = "def elu(x, alpha=1.0):\n    return x"
ENDS = "import os\ndef elu(x, alpha=1.0):\n    os._exit(0)"
EVERYTHING = {e.name for e in classroom.exercises()}


@pytest.mark.parametrize(
    ("changed", "asked_alone", "not_right"),
    [
        ({}, set(), set()),
        ({"sigmoid": SPOILS, "elu": SPOILT}, EVERYTHING, set()),
        ({"elu": WRONG_ELU}, set(), {"elu"}),
        ({"elu": ENDS}, EVERYTHING, {"elu"}),
    ],
    ids=["all right", "one might spoil another", "one wrong", "one ends the process"],
)
def test_what_the_survey_does_not_come_to_or_might_spoil_is_asked_alone(recorder, changed, asked_alone, not_right):
    answers = classroom.right_answers(1) | changed
    submission = Submission("one", LECTURE, "one.ipynb", json.dumps(classroom.notebook_with(answers)).encode())
    marked = mark(submission, tasks_of(LECTURE, SEED), lambda keras: contextlib.nullcontext(recorder), recorder.limits)
    assert set(recorder.asked) == asked_alone
    assert {verdict.exercise for verdict in marked.verdicts if verdict.status != CORRECT} == not_right


@pytest.mark.parametrize(
    "changed", [{}, {"sigmoid": SPOILS}, {"elu": WRONG_ELU}, {"elu": ENDS}, {"gelu": "gelu = ..."}]
)
def test_no_process_whose_words_are_shown_comes_after_one_that_had_fresh_inputs(recorder, changed):
    answers = classroom.right_answers(1) | changed
    submission = Submission("one", LECTURE, "one.ipynb", json.dumps(classroom.notebook_with(answers)).encode())
    mark(submission, tasks_of(LECTURE, SEED), lambda keras: contextlib.nullcontext(recorder), recorder.limits)
    assert recorder.fresh
    assert recorder.fresh == sorted(recorder.fresh)


def test_a_fault_of_the_judge_costs_one_exercise(recorder, monkeypatch):
    def fails_for_elu(examination, *rest):
        if examination.exercise.name == "elu":
            raise ZeroDivisionError
        return right_judge(examination, *rest)

    right_judge = marking.judge
    monkeypatch.setattr(marking, "judge", fails_for_elu)
    notebook = json.dumps(classroom.notebook_with(classroom.right_answers(1))).encode()
    submission = Submission("one", LECTURE, "one.ipynb", notebook)
    marked = mark(submission, tasks_of(LECTURE, SEED), lambda keras: contextlib.nullcontext(recorder), recorder.limits)
    assert {v.exercise for v in marked.verdicts if v.status != CORRECT} == {"elu"}
    assert [v.status for v in marked.verdicts if v.exercise == "elu"] == [marking.GRADER_FAULT]


def test_what_did_the_same_is_judged_once_and_nothing_else(recorder, monkeypatch):
    judged, right_judge, tasks = [], marking.judge, tasks_of(LECTURE, SEED)

    def noting(examination, *rest):
        judged.append(examination.exercise.name)
        return right_judge(examination, *rest)

    def verdicts(answers):
        judged.clear()
        submission = Submission("one", LECTURE, "one.ipynb", json.dumps(classroom.notebook_with(answers)).encode())
        return mark(submission, tasks, lambda keras: contextlib.nullcontext(recorder), recorder.limits).verdicts

    monkeypatch.setattr(marking, "judge", noting)
    right = classroom.right_answers(1)
    first = verdicts(right)
    assert set(judged) == {exercise.name for exercise in classroom.exercises()}
    assert verdicts(right) == first
    assert judged == []
    other = verdicts(right | {"elu": classroom.wrong_answers(0)["elu"]})
    assert set(judged) == {"elu"}
    assert [a.exercise for a, b in zip(first, other, strict=True) if a != b] == ["elu"]


class Recorder(Runner):
    """A runner that takes note of what is asked alone, and of which processes get fresh inputs, in order."""

    def __init__(self):
        super().__init__(familiar=code_cells(json.dumps(classroom.untouched_notebook()).encode()))
        self.asked: list[str] = []
        self.fresh: list[bool] = []
        self._public = {task.request.messages[0] for task in tasks_of(LECTURE, SEED)}

    def ask(self, cells, request, way):
        self.asked.append(request.name)
        return super().ask(cells, request, way)

    def _exchange(self, job, requests, limits, *further):
        self.fresh.append(any(request.messages[0] not in self._public for request in requests))

        def with_note(*first):
            bundle = further[0](*first)
            self.fresh += [True] if bundle else []
            return bundle

        return super()._exchange(job, requests, limits, *([with_note] if further else []))


@pytest.fixture
def recorder():
    walls_hold()
    with Recorder() as runner:
        yield runner


def test_the_output_says_how_it_was_isolated(graded):
    root, _, printed = graded
    assert "strict: probed from inside" in printed
    assert "strict: probed from inside" in (root / "out" / "report.html").read_text(encoding="utf-8")


def test_feedback_shows_no_fresh_input_and_no_other_student(graded):
    root, expected, _ = graded
    for student in ("wrong-0", "raises"):
        page = (root / "out" / "feedback" / student / f"{LECTURE}.html").read_text(encoding="utf-8")
        assert not any(other in page for other in expected if other != student and other not in student)


def test_marking_again_keeps_what_is_finished_and_a_changed_notebook_is_marked_anew(graded):
    root, _, _ = graded
    before = (root / "out" / "results.csv").read_bytes()
    command = [sys.executable, "-m", "helpers.cli", "grade", root / "submissions", "--out", root / "out"]
    command += ["--limit-seconds", str(LIMIT_SECONDS)]
    again = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "Marked 0 submissions, kept 29." in again.stdout
    assert (root / "out" / "results.csv").read_bytes() == before


def test_marking_one_lecture_alone_keeps_the_marks_of_the_others(tmp_path):
    walls_hold()
    for lecture in ("00_start_here", LECTURE):
        classroom.write_submission(tmp_path / "in", "ada", classroom.untouched_notebook(lecture), lecture)
    command = [sys.executable, "-m", "helpers.cli", "grade", tmp_path / "in", "--out", tmp_path / "out"]
    for only in ([], ["--only", LECTURE]):
        subprocess.run([*command, *only], check=True, capture_output=True, timeout=120)
        assert set(rows(tmp_path / "out" / "grades.csv")[0]) >= {"00_start_here", LECTURE}


def test_a_decision_wins_and_is_shown(graded):
    root, _, _ = graded
    command = [sys.executable, "-m", "helpers.cli", "adjust", root / "out", "raises", LECTURE, "leaky_relu", "3"]
    done = subprocess.run([*command, "--why", "right on paper"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [r["total"] for r in rows(root / "out" / "grades.csv") if r["student"] == "raises"] == ["3"]
    page = (root / "out" / "feedback" / "raises" / f"{LECTURE}.html").read_text(encoding="utf-8")
    assert "right on paper" in page


def test_a_page_is_self_contained_and_inert(graded):
    root, _, _ = graded
    for page in [root / "out" / "report.html", *(root / "out" / "feedback").rglob("*.html")]:
        text = page.read_text(encoding="utf-8").lower()
        assert "default-src 'none'" in text
        assert not any(mark in text for mark in ("<script ", "onerror=", "javascript:", "http://", "https://", "<link"))
        assert text.count("<script") == (page.name == "report.html")  # its own, allowed by its hash: test_report.py


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere", "--out", "out"], "neither a folder nor a zip"),
        ([".", "--out", "out", "--only", "99_x"], "there are 00_start_here"),
        ([".", "--out", "out"], "holds no submissions"),
    ],
)
def test_unusable_arguments_are_refused_with_a_sentence(tmp_path, arguments, sentence):
    command = [sys.executable, "-m", "helpers.cli", "grade", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_another_files_database_is_left_alone(tmp_path):
    classroom.write_submission(tmp_path / "s", "ada", json.dumps({"cells": []}).encode())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gradebook.db").write_bytes(b"something else entirely, of some length")
    command = [sys.executable, "-m", "helpers.cli", "grade", tmp_path / "s", "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert (tmp_path / "out" / "gradebook.db").read_bytes() == b"something else entirely, of some length"
