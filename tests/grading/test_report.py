"""The class report and the feedback pages: their figures, and what they may and may not say."""

import base64
import hashlib
import re
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings

from helpers.grading import outputs
from helpers.grading.class_report import report_page
from helpers.grading.class_statistics import exercise_figures, known_mistakes, unexplained_answers
from helpers.grading.feedback_pages import feedback_page
from helpers.grading.gradebook import Adjustment, Gradebook
from helpers.grading.marking import GRADER_FAULT, UNREADABLE, MarkedSubmission
from helpers.grading.papers import Entry, Paper, class_papers
from helpers.judging.behaviour import behaviour, same_value
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, WRONG, Examination, Verdict, judge, nothing
from helpers.lectures import exercise_named, exercises_of, lecture_names
from helpers.sandbox.observe import observe
from tests import classroom
from tests.conftest import walls_hold
from tests.sandbox.test_sandbox_observe_and_wire import PLAIN
from tests.simulated_class import LIMIT_SECONDS, fill_gradebook, plan_class, read_report, write_class

SEED = 20261121
TWO = ("00_start_here", classroom.LECTURE)
SETTINGS = {"isolation": "strict: as probed", "limits": [10, 1024], "seed": SEED, "version": "0123", "python": "3.11"}
SETTINGS |= {"libraries": {"numpy": "2.0"}, "remarks": []}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A planned class of twelve in two lectures, marked by the real command."""
    walls_hold()
    root = tmp_path_factory.mktemp("simulated")
    plan = plan_class(12, TWO, SEED, seed=3)
    write_class(plan, root / "class")
    command = [sys.executable, "-m", "helpers.cli", "grade", root / "class", "--out", root / "out"]
    command += ["--seed", str(SEED), "--limit-seconds", str(LIMIT_SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return plan, read_report(root / "out" / "report.html"), root / "out"


def test_the_report_counts_each_planned_mistake(graded):
    plan, report, _ = graded
    assert sum(plan.mistakes().values()) > 12
    assert report.mistakes == plan.mistakes()


def test_answers_without_a_name_that_do_the_same_are_grouped(graded):
    plan, report, _ = graded
    assert plan.shared_errors()
    assert report.shared_errors == plan.shared_errors()


def test_the_report_shows_marks_completion_and_statuses_as_planned(graded):
    plan, report, _ = graded
    assert (report.histogram, report.completion) == (plan.histogram(), plan.completion())
    assert report.statuses == plan.statuses()


def test_difficulty_and_discrimination_are_those_of_the_plan(graded):
    plan, report, _ = graded
    assert report.difficulty == pytest.approx({key: plan.difficulty(*key) for key in report.difficulty})
    assert set(report.difficulty) == {(lecture, e.name) for lecture in TWO for e in exercises_of(lecture)}
    assert len(report.discrimination) > 5
    assert report.discrimination == pytest.approx({key: plan.discrimination(*key) for key in report.discrimination})


def test_the_pages_name_isolation_limits_and_versions(graded):
    text = BeautifulSoup((graded[2] / "report.html").read_text(encoding="utf-8"), "html.parser").get_text(" ")
    assert "strict: probed from inside" in text
    assert f"{LIMIT_SECONDS} s of processor time, 1024 MB" in text
    assert f"numpy {np.__version__}" in text


def test_every_mistake_stands_beside_the_section_to_repeat(graded):
    page = BeautifulSoup((graded[2] / "report.html").read_text(encoding="utf-8"), "html.parser")
    for row in page.find("table", id="mistakes").tbody.find_all("tr"):
        name = row.code.get_text()
        assert row.find(attrs={"data-label": "section"}).get_text() == exercise_named(name).section


# --- Figures, from marks made by hand


def verdict(name: str, points: float, status: str = "", mistake: str = "", behaviour: str = "") -> Verdict:
    """A verdict with all points in its first part."""
    parts = nothing(exercise_named(name), status or (CORRECT if points else WRONG), "").parts
    first = parts[0].__class__(parts[0].part, points, sum(p.max_points for p in parts), parts[0].status)
    return Verdict(name, first.status, (first,), "Its message.", mistake, behaviour=behaviour)


def paper(student: str, *verdicts: Verdict, lecture="04_activations") -> Paper:
    entries = tuple(Entry(student, lecture, v, None) for v in verdicts)
    submission = MarkedSubmission(student, lecture, "x.ipynb", "", verdicts)
    return Paper(student, lecture, entries, submission=submission)


def figures_of(papers: list[Paper], name: str):
    return next(row for row in exercise_figures(papers) if row.name == name)


def test_difficulty_leaves_out_what_was_not_looked_at():
    papers = [
        paper("a", verdict("elu", 6)),
        paper("b", verdict("elu", 0, NOT_ATTEMPTED)),
        paper("c", verdict("elu", 0, GRADER_FAULT)),
        paper("d", verdict("elu", 0, UNREADABLE)),
        Paper("e", "04_activations", (Entry("e", "04_activations", verdict("elu", 0, "missing"), None),)),
    ]
    found = figures_of(papers, "elu")
    assert (found.looked_at, found.attempted, found.correct, found.difficulty) == (2, 1, 1, 0.5)


def test_a_decision_counts_in_the_difficulty():
    decided = Entry("b", "04_activations", verdict("elu", 0), Adjustment(3, "why", "ada", "today"))
    papers = [paper("a", verdict("elu", 6)), Paper("b", "04_activations", (decided,), submission=paper("b").submission)]
    assert figures_of(papers, "elu").difficulty == 0.75


def test_discrimination_has_the_sign_of_what_the_better_students_do():
    marks = [(6, 6, 0), (6, 4, 2), (2, 3, 4), (0, 0, 6), (3, 2, 5)]
    papers = [
        paper(f"s{i}", verdict("elu", a), verdict("gelu", b), verdict("mish", c)) for i, (a, b, c) in enumerate(marks)
    ]
    a, b, c = np.array(marks, dtype=float).T
    for name, own, rest in (("elu", a, b + c), ("mish", c, a + b)):
        assert figures_of(papers, name).discrimination.value == pytest.approx(np.corrcoef(own, rest)[0, 1])
    assert figures_of(papers, "mish").discrimination.value < 0


def test_there_is_no_discrimination_where_all_have_the_same_or_are_too_few():
    same = [paper(f"s{i}", verdict("elu", 6), verdict("gelu", i)) for i in range(6)]
    assert figures_of(same, "elu").discrimination is None
    assert figures_of(same[:3], "gelu").discrimination is None


def test_a_mistake_is_told_in_the_words_of_the_course():
    known = exercise_named("elu").mistakes[0]
    (row,) = known_mistakes([paper("a", verdict("elu", 0, WRONG, known.name)), paper("b", verdict("elu", 6))])
    assert (row.message, row.students, row.share) == (known.message, ("a",), 0.5)


def test_only_answers_with_the_same_behaviour_make_a_group():
    papers = [paper(name, verdict("elu", 0, WRONG, behaviour=same)) for name, same in zip("abcd", "xxy_", strict=True)]
    papers += [paper(name, verdict("elu", 0, WRONG)) for name in "ef"]  # nothing to compare
    assert [row.students for row in unexplained_answers(papers)] == [("a", "b"), ("c",), ("d",), ("e",), ("f",)]


# --- What two answers have in common


def behaviour_of(name, function) -> str:
    examination = Examination(exercise_named(name), SEED)
    return judge(examination, [observe(function, call) for call in examination.calls]).behaviour


def test_the_same_error_written_differently_behaves_the_same():
    right = exercise_named("elu").spellings[0]
    ways = [
        lambda x, alpha=1.0: right(x, alpha) + 0.37,
        lambda x, alpha=1.0: 0.37 - (-1.0) * right(x, alpha),
        lambda x, alpha=1.0: (right(x, alpha) * 3 + 1.11) / 3,
    ]
    assert len({behaviour_of("elu", way) for way in ways}) == 1
    assert behaviour_of("elu", lambda x, alpha=1.0: right(x, alpha) + 0.38) != behaviour_of("elu", ways[0])


def test_the_text_of_an_exception_does_not_tell_answers_apart_and_its_type_does():
    def raising(error):
        def answer(*arguments):
            raise error

        return answer

    assert behaviour_of("elu", raising(KeyError("a"))) == behaviour_of("elu", raising(KeyError("b")))
    assert behaviour_of("elu", raising(KeyError("a"))) != behaviour_of("elu", raising(IndexError("a")))


def test_behaviour_on_fresh_inputs_does_not_count():
    examination = Examination(exercise_named("elu"), SEED)
    seen = [observe(exercise_named("elu").spellings[0], call) for call in examination.calls]
    public = [trial.public for trial in examination.trials]
    assert behaviour(examination.trials, seen) == behaviour(examination.trials, seen[: public.index(False)])


def test_what_is_right_or_known_has_no_behaviour():
    elu = exercise_named("elu")
    assert behaviour_of("elu", elu.spellings[0]) == ""
    assert behaviour_of("elu", elu.mistakes[0].function) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [(1.0, 1), (1.0, 1.0 + 1e-12), (0.0, -1e-17), ([1, 2.5], np.array([1, 2.5])), (1e300, 1e300 * (1 + 1e-13))],
)
def test_values_that_differ_by_rounding_or_spelling_are_the_same(one, other):
    assert same_value(one) == same_value(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1.0, -1.0), (1.0, 1.01), (True, 1), (np.nan, np.inf), (np.inf, 1e300), ("1", 1), ((1,), 1), ([], None)],
)
def test_values_that_differ_are_not_the_same(one, other):
    assert same_value(one) != same_value(other)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(PLAIN)
def test_every_plain_value_has_a_digest(value):
    assert re.fullmatch("[0-9a-f]{16}", same_value(value))


# --- Pages


def test_the_report_allows_its_own_script_and_no_other(graded):
    page = BeautifulSoup((graded[2] / "report.html").read_text(encoding="utf-8"), "html.parser")
    (script,) = page.find_all("script")
    name = "sha256-" + base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert f"script-src '{name}';" in policy
    assert "default-src 'none'" in policy
    assert not script.attrs


def test_what_students_write_stays_text():
    nasty = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
    shown = verdict("elu", 0, WRONG, behaviour="x")
    shown = Verdict(shown.exercise, WRONG, shown.parts, nasty, behaviour="x")
    papers = [paper(nasty, shown), paper("b" + nasty, shown)]
    for text in (report_page(SETTINGS, papers), feedback_page(papers[0])):
        page = BeautifulSoup(text, "html.parser")
        assert not page.find_all("img")
        assert len(page.find_all("script")) <= 1
        assert nasty in page.main.get_text()


def test_feedback_tells_what_was_right_what_was_wrong_why_and_where_to_go_on():
    elu, examination = exercise_named("elu"), Examination(exercise_named("elu"), SEED)
    known = elu.mistakes[0]
    judged = judge(examination, [observe(known.function, call) for call in examination.calls])
    own = paper("ada", judged, verdict("gelu", 6), nothing(exercise_named("mish"), NOT_ATTEMPTED, "Not attempted."))
    text = re.sub(r"\s+", " ", BeautifulSoup(feedback_page(own), "html.parser").main.get_text(" "))
    assert "1 of 3 exercises is right, 1 not yet, 1 not tried" in text
    assert re.sub(r"[`*]", "", known.message) in re.sub(r"\s(?=[.,;:])", "", text).replace("( ", "(")
    assert judged.example.call in text
    for part in judged.parts:
        assert f"{part.part} {part.points:g}/{part.max_points:g}" in text
    assert f"“{elu.section}”, for elu" in text.replace(" ,", ",")
    assert 'hint("mish")' in text


def test_feedback_shows_a_decision_as_that_of_a_person():
    decided = Entry("ada", "04_activations", verdict("elu", 2), Adjustment(5, "right on paper", "Dr Grace", "today"))
    text = feedback_page(Paper("ada", "04_activations", (decided,), submission=paper("ada").submission))
    shown = re.sub(r"\s+", " ", BeautifulSoup(text, "html.parser").main.get_text(" "))
    assert "elu : decided by a person, 5 of 6 points" in shown
    assert "Dr Grace decided on 5 points: right on paper (today)" in shown
    assert "The automatic marking gave 2" in shown


def test_feedback_names_no_other_student(graded):
    plan, _, out = graded
    pages = sorted((out / "feedback").rglob("*.html"))
    assert len(pages) == len(TWO) * len(plan.ability)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert [student for student in plan.ability if student in text] == [page.parent.name]


def test_feedback_holds_no_fresh_input(monkeypatch):
    elu, examination = exercise_named("elu"), Examination(exercise_named("elu"), SEED)
    public = [trial.call for trial in examination.trials if trial.public]

    def only_for_the_examples(x, alpha=1.0):
        known = any(np.array_equal(x, call.arguments[0]) for call in public)
        return elu.spellings[0](x, alpha) if known else np.asarray(x, dtype=float) * 7

    judged = judge(examination, [observe(only_for_the_examples, call) for call in examination.calls])
    page = feedback_page(paper("ada", judged))
    numbers = {f"{v:.3f}" for t in examination.trials if not t.public for v in np.ravel(t.call.arguments[0])}
    assert judged.status == WRONG
    assert "new inputs of the same kind do not" in page
    assert not [number for number in numbers if abs(float(number)) > 0.01 and number in page]


def test_a_gradebook_from_before_behaviour_was_kept_still_gives_a_report(tmp_path):
    path = tmp_path / "gradebook.db"
    plan = plan_class(3, TWO, SEED)
    with Gradebook(path, create=True) as book:
        fill_gradebook(plan, book)
        book.set(**SETTINGS)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE verdict DROP COLUMN behaviour")
        for column in ("rules", "handed_in", "time_from", "late"):
            database.execute(f"ALTER TABLE submission DROP COLUMN {column}")
        for table in ("alias", "forgotten"):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 2")
    with Gradebook(path) as book:
        outputs.write_all(book, tmp_path)
    assert read_report(tmp_path / "report.html").statuses == plan.statuses()


def test_a_class_of_three_hundred_gives_a_page_that_opens_fast(tmp_path):
    seven = tuple(lecture for lecture in lecture_names() if lecture != "07_batch_normalization")  # networks take long
    plan = plan_class(6, seven, SEED)
    with Gradebook(tmp_path / "gradebook.db", create=True) as book:
        fill_gradebook(plan, book)
        few = class_papers(book)
    # The same six, each under 50 names.
    papers = [Paper(f"{p.student}-{i}", p.lecture, p.entries, p.note, p.submission) for i in range(50) for p in few]
    started = time.process_time()
    page = report_page(SETTINGS, papers)
    assert time.process_time() - started < 30
    assert len(page.encode()) < 3 * 2**20


@pytest.mark.parametrize("students", [0, 1])
def test_a_class_of_nobody_or_one_has_a_report(students):
    assert "Class report" in report_page({}, [paper(f"s{i}", verdict("elu", 6)) for i in range(students)])


def test_a_notebook_that_cannot_be_read_says_so_once():
    own = [nothing(e, UNREADABLE, "It is no notebook.") for e in classroom.exercises()]
    submission = MarkedSubmission("a", "04_activations", "x", "", tuple(own), "It is no notebook.")
    page = feedback_page(Paper("a", "04_activations", paper("a", *own).entries, submission.note, submission))
    assert page.count("It is no notebook.") == 1


def test_a_fault_of_the_grader_is_the_first_thing_that_the_report_says():
    page = BeautifulSoup(report_page(SETTINGS, [paper("a", verdict("elu", 0, GRADER_FAULT))]), "html.parser")
    assert page.find(id="glance").li.get_text().startswith("Not finished: 1 exercise met a fault of the grader.")
