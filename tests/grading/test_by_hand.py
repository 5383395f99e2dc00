"""What a person marks: free exercises on one page without names, decisions by the table, taken back, with a bonus."""

import base64
import csv
import json
import re
import shutil
import sqlite3
import subprocess

import pytest

from helpers import lectures
from helpers.building.source import WRITE_HERE, read_lecture, without_answers
from helpers.checking.check import check
from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading.gradebook import Gradebook
from helpers.grading.handed_in import HandedInBook
from helpers.grading.marking import MarkedSubmission, content_digest
from helpers.grading.papers import class_papers
from helpers.grading.submissions import Submission
from helpers.lectures import lecture_named
from helpers.paths import LECTURES_VARIABLE
from helpers.templates import FOLDER
from tests import classroom
from tests.classroom import LECTURE
from tests.conftest import walls_hold

ESSAYS = "20_essays"
SOURCE = """# Essays

{{ minutes }}

## Why a plot

{{ exercise loss_plot }}

```{code-cell}
---
answers: loss_plot
---
### BEGIN SOLUTION
loss_plot = "a curve"
### END SOLUTION
```

## In words

{{ exercise in_words }}

+++ {"answers": "in_words"}

### BEGIN SOLUTION
The loss falls, and then it stays.
### END SOLUTION
"""
EXERCISES = """
from helpers.judging.exercise import Criterion, Free

EXERCISES = (
    Free(
        name="loss_plot", lecture="20_essays", section="Why a plot", minutes=5, difficulty=1,
        rubric=(Criterion("curve", 2, "the loss by epoch"), Criterion("labels", 1, "both axes, with units")),
        comments=("Name the axes.",),
    ),
    Free(
        name="in_words", lecture="20_essays", section="In words", minutes=5, difficulty=1,
        rubric=(Criterion("content", 4, "what falls, and when"),),
    ),
)
"""
PNG = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()
EVIL = "</div><script>alert(1)</script>\x1b[31m\u202e"


@pytest.fixture(scope="module")
def essays(tmp_path_factory):
    """A lecture of somebody's own with two free exercises, known to the course while these tests run."""
    root = tmp_path_factory.mktemp("own")
    folder = root / "essays"
    (folder / "exercises").mkdir(parents=True)
    (folder / "__init__.py").write_text(f'LECTURE = "{ESSAYS}"\n')
    (folder / "exercises" / "__init__.py").write_text(EXERCISES)
    (folder / f"{ESSAYS}.md").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LECTURES_VARIABLE, str(root))
        lectures.forget_what_was_found()
        assert not lectures.problems()
        notebook = without_answers(read_lecture(ESSAYS))
        (root / "notebooks").mkdir()
        lecture_named(ESSAYS).handed_out.write_text(json.dumps(notebook))
        yield notebook
    lectures.forget_what_was_found()


def filled(notebook, plot="", words=""):
    """The learner's notebook with a picture behind the code cell, and with text in the other."""
    own = json.loads(json.dumps(notebook))
    for cell in own["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name == "loss_plot" and plot:
            cell["source"] = plot
            cell["outputs"] = [
                {"output_type": "display_data", "data": {"image/png": PNG, "text/html": EVIL}, "metadata": {}},
                {"output_type": "stream", "name": "stdout", "text": ["done\n"]},
            ]
        if name == "in_words" and words:
            cell["source"] = words
    return own


@pytest.fixture(scope="module")
def graded(essays, tmp_path_factory):
    walls_hold()
    root = tmp_path_factory.mktemp("class")
    for student, own in {
        "ada": filled(essays, "plot(ada)", "It falls." + EVIL),
        "bob": filled(essays, "plot(bob)"),
        "cyd": essays,
    }.items():
        classroom.write_submission(root / "class", student, own, ESSAYS)
    assert main(["grade", str(root / "class"), "--out", str(root / "grades"), "--only", ESSAYS]) == OK
    return root / "grades"


@pytest.fixture
def out(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / "grades")


def course(*arguments):
    return main(list(map(str, arguments)))


def entries(out):
    with Gradebook(out / "gradebook.db") as book:
        return {(e.student, e.verdict.exercise): e for paper in class_papers(book) for e in paper.entries}


def table_of(out, exercise):
    path = out / "by-hand" / ESSAYS / f"{exercise}.csv"
    with open(path, newline="", encoding="utf-8") as file:
        return path, list(csv.DictReader(file))


def write_table(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def code_of(out, student):
    """The code of a student's plot: the pages say only codes, so the answer's text tells."""
    page = (out / "by-hand" / ESSAYS / "loss_plot.html").read_text(encoding="utf-8")
    return re.search(rf'data-code="(\w+)"(?:(?!data-code).)*plot\({student}\)', page, re.DOTALL)[1]


def test_a_learner_gets_the_rubric_and_an_empty_place_for_the_answer(essays):
    texts = [cell["source"] for cell in essays["cells"]]
    assert WRITE_HERE in texts
    assert not any("The loss falls" in text or "a curve" in text for text in texts)
    assert any("| labels | 1 | both axes, with units |" in text for text in texts)
    assert "marked by a person" in repr(check(loss_plot="mine"))


def test_what_was_written_waits_for_a_person_and_what_was_not_does_not(graded):
    statuses = {key: entry.verdict.status for key, entry in entries(graded).items()}
    assert statuses == {
        ("ada", "loss_plot"): "to be marked",
        ("ada", "in_words"): "to be marked",
        ("bob", "loss_plot"): "to be marked",
        ("bob", "in_words"): "not attempted",
        ("cyd", "loss_plot"): "not attempted",
        ("cyd", "in_words"): "not attempted",
    }
    report = (graded / "report.html").read_text(encoding="utf-8")
    assert f"course collect DIR {ESSAYS} loss_plot" in report
    page = (graded / "feedback" / "ada" / f"{ESSAYS}.html").read_text(encoding="utf-8")
    assert "a person reads it" in page
    assert "2 to be read by a person" in page


def test_the_page_has_every_answer_and_no_name(out):
    assert course("collect", out, ESSAYS, "loss_plot") == OK
    page = (out / "by-hand" / ESSAYS / "loss_plot.html").read_text(encoding="utf-8")
    assert page.count("data-code=") == 3
    assert page.count(f"data:image/png;base64,{PNG}") == 2
    assert not re.search(r"(?<!plot\()\b(ada|bob|cyd)\b", page)
    assert "Name the axes." in page
    assert "both axes, with units" in page


def test_without_an_exercise_every_free_one_is_collected(out, capsys):
    assert course("collect", out, ESSAYS) == OK
    assert {path.name for path in (out / "by-hand" / ESSAYS).glob("*.csv")} == {"loss_plot.csv", "in_words.csv"}
    assert course("collect", out, "99_nothing") == USAGE
    assert "has no lecture '99_nothing'" in capsys.readouterr().err


def test_a_lecture_without_a_free_exercise_says_so(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"ada": {LECTURE: 1.0}})
    assert course("collect", out, LECTURE) == USAGE
    assert "no exercise that only a person can mark" in capsys.readouterr().err


def test_several_tables_are_recorded_together_or_not_at_all(out, capsys):
    course("collect", out, ESSAYS)
    (plots, rows), (words, others) = table_of(out, "loss_plot"), table_of(out, "in_words")
    write_table(plots, [row | {"curve": "1", "labels": "1"} for row in rows])
    write_table(words, [row | {"content": "9"} for row in others])
    assert course("adjust", out, "--csv", plots, words) == USAGE
    assert not any(entry.adjustment for entry in entries(out).values())
    write_table(words, [row | {"content": "4"} for row in others])
    capsys.readouterr()
    assert course("adjust", out, "--csv", plots, words) == OK
    assert "6 decisions are new" in capsys.readouterr().out


def test_what_students_write_stays_text_on_the_page(out):
    assert course("collect", out, ESSAYS, "in_words") == OK
    page = (out / "by-hand" / ESSAYS / "in_words.html").read_text(encoding="utf-8")
    assert page.count("<script>") == 1
    assert "&lt;script&gt;alert(1)" in page


def test_the_table_comes_back_as_decisions_and_is_never_written_over(out, capsys):
    course("collect", out, ESSAYS, "loss_plot")
    path, rows = table_of(out, "loss_plot")
    ada, bob = code_of(out, "ada"), code_of(out, "bob")
    for row in rows:
        if row["answer"] in (ada, bob):
            row |= {"curve": "2", "labels": "0,5" if row["answer"] == ada else "1", "comment": "Name the axes."}
    write_table(path, rows)
    assert course("adjust", out, "--csv", path) == OK
    assert "2 decisions are new" in capsys.readouterr().out
    decided = {key: entry.adjustment for key, entry in entries(out).items() if entry.adjustment}
    assert {key[0]: decision.points for key, decision in decided.items()} == {"ada": 2.5, "bob": 3.0}
    assert decided["ada", "loss_plot"].why == "curve 2/2, labels 0.5/1: Name the axes."
    feedback = (out / "feedback" / "ada" / f"{ESSAYS}.html").read_text(encoding="utf-8")
    assert "labels 0.5/1" in feedback
    assert "automatic marking gave" not in feedback

    assert course("adjust", out, "--csv", path) == OK
    assert "0 decisions are new" in capsys.readouterr().out
    filled_in = path.read_bytes()
    assert course("collect", out, ESSAYS, "loss_plot") == OK
    assert "may hold what you decided" in capsys.readouterr().out
    assert path.read_bytes() == filled_in
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert 'data-criterion="labels" value="0.5"' in page
    assert "labels 0.5</option>" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"curve": "3", "labels": "1"}, "curve is worth 0 to 2 points, not 3"),
        ({"curve": "two", "labels": "1"}, "not two"),
        ({"curve": "2"}, "no points for labels"),
        ({"answer": "0000000000", "curve": "2", "labels": "1"}, "is no answer to loss_plot"),
        ({"exercise": "no_plot", "curve": "2", "labels": "1"}, "has no exercise 'no_plot'"),
    ],
)
def test_a_wrong_row_is_named_and_none_is_recorded(out, capsys, change, sentence):
    course("collect", out, ESSAYS, "loss_plot")
    path, rows = table_of(out, "loss_plot")
    rows[0] |= {"curve": "1", "labels": "1"}
    rows[1] |= change
    write_table(path, rows)
    assert course("adjust", out, "--csv", path) == USAGE
    said = capsys.readouterr().err
    assert sentence in said
    assert "row 3" in said
    assert not any(entry.adjustment for entry in entries(out).values())


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", "student\njos\u00e9\n".encode("latin-1")])
def test_a_file_that_is_no_table_of_decisions_is_refused(out, tmp_path, capsys, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert course("adjust", out, "--csv", path) == USAGE
    assert str(path) in capsys.readouterr().err


def test_many_decisions_at_once_a_bonus_and_one_taken_back(out, tmp_path, capsys):
    path = tmp_path / "decisions.csv"
    rows = [["student", "lecture", "exercise", "points", "why", "bonus"]]
    rows += [
        ["ada", ESSAYS, "in_words", "6", "more than was asked for", "yes"],
        ["bob", ESSAYS, "in_words", "1", "told", ""],
    ]
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert course("adjust", out, "--csv", path) == OK
    assert {s: entries(out)[s, "in_words"].points for s in ("ada", "bob")} == {"ada": 6, "bob": 1}
    assert course("adjust", out, "bob", ESSAYS, "in_words", "--take-back", "--why", "the wrong Bob") == OK
    assert entries(out)["bob", "in_words"].adjustment is None
    assert course("adjust", out, "bob", ESSAYS, "in_words", "--take-back", "--why", "again") == USAGE
    assert "nobody has decided" in capsys.readouterr().err
    assert course("adjust", out, "bob", ESSAYS, "in_words", "5", "--why", "too many") == USAGE
    assert "--bonus" in capsys.readouterr().err
    assert course("adjust", out, "bob", ESSAYS, "in_words", "5", "--bonus", "--why", "a bonus") == OK
    assert entries(out)["bob", "in_words"].points == 5


def test_what_was_handed_in_is_shown_and_cannot_do_anything(out, capsys):
    assert course("show", out, "ada", ESSAYS) == OK
    shown = capsys.readouterr().out
    assert "plot(ada)" in shown
    assert "It falls.</div><script>" in shown
    assert not set("\x1b\u202e") & set(shown)
    assert "are as they were handed out" in shown
    assert "# Essays" not in shown
    assert course("show", out, "nobody", ESSAYS) == USAGE
    assert course("show", out, "ada", LECTURE) == USAGE
    assert "was not handed in" in capsys.readouterr().err


def keep(out, student, lecture, text):
    """Marked without running: a paper with this text in the gradebook and beside it."""
    cell = {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
    content = json.dumps(classroom.notebook_with({}, lecture) | {"cells": [cell]}).encode()
    submission = Submission(student, lecture, f"{student}/{lecture}.ipynb", content)
    digest = content_digest(submission)
    with Gradebook(out / "gradebook.db") as book, HandedInBook(out) as handed_in:
        handed_in.keep(submission, digest)
        book.add_students([student])
        book.save(MarkedSubmission(student, lecture, submission.path, digest, ()))
        handed_in.keep_only(book.digests())


def shown(out, student, lecture, capsys) -> str:
    capsys.readouterr()
    course("show", out, student, lecture)
    return capsys.readouterr().out


def test_what_is_shown_is_always_the_paper_that_the_gradebook_has(tmp_path, capsys):
    """Through forgetting, handing in again, undoing and another name."""
    out = classroom.write_gradebook(tmp_path, {"bob": {LECTURE: 1.0}})
    keep(out, "ada", LECTURE, "first = 1")
    assert course("forget", out, "ada", LECTURE) == OK
    assert "first" not in shown(out, "ada", LECTURE, capsys)
    keep(out, "ada", LECTURE, "second = 2")
    assert "second" in shown(out, "ada", LECTURE, capsys)
    assert course("forget", out, "ada") == OK
    assert course("show", out, "ada", LECTURE) == USAGE
    assert course("forget", out, "ada", LECTURE, "--undo") == OK
    assert "first" in shown(out, "ada", LECTURE, capsys)
    assert course("forget", out, "ada", LECTURE) == OK
    assert course("forget", out, "ada", "--undo") == OK
    assert "second" in shown(out, "ada", LECTURE, capsys)
    with Gradebook(out / "gradebook.db") as book:
        book.rename("ada", "Ada Lovelace")
    assert "second" in shown(out, "Ada Lovelace", LECTURE, capsys)


def test_what_was_kept_before_papers_had_digests_is_still_there(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path, {"bob": {LECTURE: 1.0}})
    keep(out, "ada", LECTURE, "first = 1")
    with sqlite3.connect(out / "handed-in.db") as database:
        rows = database.execute("SELECT * FROM handed_in").fetchall()
        database.execute("DROP TABLE handed_in")
        database.execute(
            "CREATE TABLE handed_in (\n    student TEXT NOT NULL, lecture TEXT NOT NULL, digest TEXT NOT NULL, "
            "cells BLOB NOT NULL,\n    PRIMARY KEY (student, lecture))"
        )
        database.executemany("INSERT INTO handed_in VALUES (?, ?, ?, ?)", rows)
    database.close()
    assert "first" in shown(out, "ada", LECTURE, capsys)
    assert course("forget", out, "ada", LECTURE) == OK
    keep(out, "ada", LECTURE, "second = 2")
    assert "second" in shown(out, "ada", LECTURE, capsys)


def test_a_request_follows_its_student(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path, {"ada": {LECTURE: 0.5}})
    assert course("requests", out, "--add", "ada", LECTURE, "gelu", "My curve is right.") == OK
    assert course("forget", out, "ada") == OK
    capsys.readouterr()
    assert course("requests", out) == OK
    assert "0 requests are open" in capsys.readouterr().out
    assert course("forget", out, "ada", "--undo") == OK
    with Gradebook(out / "gradebook.db") as book:
        book.rename("ada", "Ada Lovelace")
    capsys.readouterr()
    assert course("requests", out) == OK
    assert f"1. Ada Lovelace, {LECTURE}, gelu (" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to read the script with")
def test_the_pages_script_is_one():
    assert subprocess.run(["node", "--check", str(FOLDER / "by_hand.js")]).returncode == 0


def test_what_is_typed_on_the_page_comes_back_as_decisions_and_never_over_newer_ones(out, browser, tmp_path):
    assert (
        course("adjust", out, "bob", ESSAYS, "loss_plot", "1", "--why", "curve 1/2, labels 0/1: Start at epoch 0.")
        == OK
    )
    assert course("collect", out, ESSAYS, "loss_plot") == OK
    path = out / "by-hand" / ESSAYS / "loss_plot.html"
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path.as_uri())
    card = page.locator(f"[data-code='{code_of(out, 'ada')}']")
    card.locator("[data-again]").select_option("Start at epoch 0.")
    card.locator("[data-criterion=labels]").fill("0.5")
    card.locator("[data-comment]").fill('Start at "0", please.')
    card.locator("[data-criterion=curve]").click()
    page.reload()
    assert card.locator("[data-criterion=labels]").input_value() == "0.5"
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(tmp_path / "saved.csv")
    assert course("adjust", out, "--csv", tmp_path / "saved.csv") == OK
    assert entries(out)["ada", "loss_plot"].adjustment.why == 'curve 1/2, labels 0.5/1: Start at "0", please.'
    assert entries(out)["bob", "loss_plot"].points == 1

    assert course("adjust", out, "ada", ESSAYS, "loss_plot", "3", "--why", "curve 2/2, labels 1/1") == OK
    assert course("collect", out, ESSAYS, "loss_plot") == OK
    page.reload()
    assert card.locator("[data-criterion=labels]").input_value() == "1"
    assert problems == []
    context.close()


# --- Requests to look again ----------------------------------------------------------------------------------------


def page_of(out, student):
    return (out / "feedback" / student / f"{ESSAYS}.html").read_text(encoding="utf-8")


def test_a_request_is_open_until_it_is_answered_and_the_student_reads_the_answer(out, tmp_path, capsys):
    path = tmp_path / "form.csv"
    with open(path, "w", newline="") as file:
        rows = [
            ["ada", ESSAYS, "in_words", "I wrote it on paper" + EVIL],
            ["bob", ESSAYS, "loss_plot", "see the legend"],
        ]
        csv.writer(file).writerows([["student", "lecture", "exercise", "text"], *rows])
    assert course("requests", out, "--csv", path) == OK
    assert "2 requests are open" in (printed := capsys.readouterr().out)
    assert "\x1b" not in printed
    assert "Asked to look again" in (out / "report.html").read_text(encoding="utf-8")
    assert "Nobody has answered yet" in page_of(out, "ada")
    assert "<script>alert" not in page_of(out, "ada")

    assert course("requests", out, "--csv", path) == OK  # the same form again
    assert "0 requests are new" in capsys.readouterr().out
    assert course("requests", out, "--answer", "1", "Paper is not handed in") == OK
    assert course("adjust", out, "bob", ESSAYS, "loss_plot", "3", "--why", "The legend is there") == OK
    capsys.readouterr()
    assert course("requests", out) == OK
    assert "0 requests are open" in capsys.readouterr().out
    assert "Paper is not handed in" in page_of(out, "ada")
    assert "The legend is there" in page_of(out, "bob").split("You asked")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--add", "zoe", ESSAYS, "in_words", "why"], "no exercise 'in_words' of 'zoe'"),
        (["--add", "ada", ESSAYS, "in_words", " "], "should say why"),
        (["--answer", "9", "no"], "there is no request 9"),
        (["--answer", "x", "no"], "'x' is no number"),
    ],
)
def test_a_request_that_fits_nobody_is_refused(out, capsys, arguments, sentence):
    assert course("requests", out, *arguments) == USAGE
    assert sentence in capsys.readouterr().err
