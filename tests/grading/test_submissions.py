"""Finding the notebooks of a class, in every shape in which they arrive."""

import json
import os
import sqlite3
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest

from helpers.grading import feedback_pages, outputs
from helpers.grading.feedback_pages import folder_names
from helpers.grading.gradebook import VERSION, Gradebook, GradebookError
from helpers.grading.notebook import MAX_BESIDE_OUTPUTS, MAX_BRACKETS, Unreadable, _without_outputs, code_cells
from helpers.grading.submissions import MAX_NOTEBOOK_BYTES, NoSubmissions, find_submissions
from helpers.grading.tables import safe_cell
from tests import classroom

LECTURES = ("00_start_here", "04_activations")


def make(folder: Path, *paths: str, content: bytes = b"{}") -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def found(source) -> set[tuple[str, str]]:
    return {(s.student, s.lecture) for s in find_submissions(source, LECTURES).submissions}


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ada/04_activations.ipynb", "ada"),
        ("ada/04_activations/04_activations.ipynb", "ada"),
        ("ada/04_activations/notebook.ipynb", "ada"),
        ("Ada Lovelace_123_assignsubmission_file_/04_activations.ipynb", "Ada Lovelace_123"),
        ("Ada Lovelace_123_assignsubmission_file_04_activations.ipynb", "Ada Lovelace_123"),
        ("lovelaceada_42_777_04_activations.ipynb", "lovelaceada_42"),
        ("lovelaceada_LATE_42_777_04_activations-1.ipynb", "lovelaceada_42"),
        ("ada_04_activations.ipynb", "ada"),
        ("名前 'x', \"y\"/04_activations.ipynb", "名前 'x', \"y\""),
    ],
)
def test_the_student_is_read_from_the_path(tmp_path, path, student):
    assert found(make(tmp_path, path)) == {(student, "04_activations")}


def test_a_zip_is_read_in_place(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ada/04_activations.ipynb", "{}")
        archive.writestr("../../climber/00_start_here.ipynb", "{}")
    assert found(tmp_path / "class.zip") == {("ada", "04_activations"), ("climber", "00_start_here")}
    assert find_submissions(tmp_path / "class.zip", LECTURES).submissions[0].read().content == b"{}"
    assert sorted(os.listdir(tmp_path)) == ["class.zip"]


def test_a_zip_bomb_costs_no_more_than_the_cap(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/04_activations.ipynb", bytes(MAX_NOTEBOOK_BYTES * 3))
    assert "larger than" in find_submissions(tmp_path / "class.zip", LECTURES).submissions[0].read().problem


def test_a_student_without_a_notebook_is_still_a_student(tmp_path):
    make(tmp_path, "ada/04_activations.ipynb", "bob/readme.txt")
    assert find_submissions(tmp_path, LECTURES).students == ("ada", "bob")


def test_the_later_of_two_attempts_counts_and_the_student_is_told(tmp_path):
    make(tmp_path, "ada_1_100_04_activations.ipynb", "ada_1_99_04_activations.ipynb")
    (only,) = find_submissions(tmp_path, LECTURES).submissions
    assert only.path.startswith("ada_1_100")
    assert "2 notebooks" in only.note


def test_links_and_pipes_are_not_followed(tmp_path):
    make(tmp_path, "ada/04_activations.ipynb")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "04_activations.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "eve").mkdir()
    os.mkfifo(tmp_path / "eve" / "04_activations.ipynb")
    problems = {s.student: s.read().problem for s in find_submissions(tmp_path, LECTURES).submissions}
    assert problems["ada"] == ""
    assert "symbolic link" in problems["bob"]
    assert "not a regular file" in problems["eve"]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_folder_that_becomes_a_link_after_it_was_listed_is_not_followed(tmp_path, depth):
    answers = make(tmp_path / "answers", "04_activations.ipynb", "b/04_activations.ipynb", "b/c/04_activations.ipynb")
    parts = ("ada", "b", "c")[:depth]
    source = make(tmp_path / "class", "/".join((*parts, "04_activations.ipynb")))
    (only,) = find_submissions(source, LECTURES).submissions
    assert only.read().problem == ""
    (source / "ada").rename(tmp_path / "away")
    (source / "ada").symlink_to(answers)
    read = only.read()
    assert read.content == b""
    assert "cannot be read" in read.problem


def test_the_class_itself_may_be_a_link(tmp_path):
    make(tmp_path / "class", "ada/04_activations.ipynb")
    (tmp_path / "link").symlink_to("class")
    (only,) = find_submissions(tmp_path / "link", LECTURES).submissions
    assert only.read().content == b"{}"


@pytest.mark.parametrize("out", ["out", "grades/week 4", "."])
def test_the_output_folder_in_the_class_is_no_student(tmp_path, out):
    make(tmp_path, "ada/04_activations.ipynb", f"{out}/feedback/ada/04_activations.html", f"{out}/gradebook.db")
    found = find_submissions(tmp_path, LECTURES, [tmp_path / out])
    assert (found.students, found.remarks) == (("ada",), ())


def test_an_earlier_output_folder_is_known_by_its_gradebook_and_named(tmp_path):
    make(tmp_path, "ada/04_activations.ipynb", "marks/week_3/gradebook.db", "marks/week_3/feedback/ada/x.html")
    found = find_submissions(tmp_path, LECTURES)
    assert found.students == ("ada",)
    assert found.remarks == ("marks is left out: marks/week_3/gradebook.db shows that an earlier grading wrote it",)


def test_a_student_who_also_holds_a_gradebook_is_still_a_student(tmp_path):
    make(tmp_path, "ada/04_activations.ipynb", "ada/gradebook.db", "bob/00_start_here.ipynb", "bob/grades/gradebook.db")
    found = find_submissions(tmp_path, ("04_activations",))
    assert found.students == ("ada", "bob")


def test_a_folder_is_one_student_whatever_numbers_are_in_its_name(tmp_path):
    make(tmp_path, "group_01_alice/04_activations.ipynb", "team 02_bob/04_activations.ipynb", "a_12_34_b/readme.txt")
    assert find_submissions(tmp_path, LECTURES).students == ("a_12_34_b", "group_01_alice", "team 02_bob")


def test_a_notebook_of_no_lecture_is_left_out_with_the_lectures_that_exist(tmp_path):
    make(tmp_path, "ada/04_activations.ipynb", "ada/99_other.ipynb")
    (remark,) = find_submissions(tmp_path, LECTURES).remarks
    assert "99_other.ipynb" in remark
    assert "04_activations" in remark


def test_checkpoints_are_not_submissions(tmp_path):
    make(tmp_path, "ada/04_activations.ipynb", "ada/.ipynb_checkpoints/00_start_here-checkpoint.ipynb")
    assert found(tmp_path) == {("ada", "04_activations")}


def test_an_empty_folder_says_what_was_expected(tmp_path):
    with pytest.raises(NoSubmissions, match=r"<student>/<lecture>\.ipynb"):
        find_submissions(tmp_path, LECTURES)


@pytest.mark.parametrize(
    "content",
    [
        b'{"cells": [{"cell_type": "code", "source": ["a = 1\\n", "b = 2"]}]}',
        b'\xef\xbb\xbf{"cells": [{"cell_type": "code", "source": "a = 1\\nb = 2"}]}',
        '{"cells": [{"cell_type": "code", "source": "a = 1\\nb = 2"}]}'.encode("utf-16"),
        b'{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\\n", "b = 2"]}]}]}',
    ],
)
def test_cells_are_read_from_every_known_format(content):
    assert code_cells(content) == ["a = 1\nb = 2"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"not json", "not valid JSON"),
        (b"[" * 10**6, "not valid JSON"),
        (b"\xff\xfe\xff", "not valid JSON"),
        (b"9" * 10**5, "not valid JSON"),
        (b"[1]", "no cells"),
        (b'{"cells": [' + b"{}," * 10**5 + b"{}]}", "100001 cells"),
        (b'{"cells": [{"cell_type": "code", "source": "' + b"x" * 5_000_000 + b'"}]}', "4 MB"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(content, reason):
    with pytest.raises(Unreadable, match=reason):
        code_cells(content)


def large(*cells: str) -> bytes:
    """A notebook of more than a megabyte."""
    return ('{"metadata": {"note": "' + "x" * 2**20 + '"}, "cells": [' + ", ".join(cells) + "]}").encode()


def test_outputs_are_dropped_from_a_large_notebook_and_nothing_else():
    source = json.dumps('a = "[{" + \'"outputs": [1, \'\nb = "\\\\" + "é"')
    outputs = json.dumps([{"text": ['"]}', "\\", {"outputs": [[]]}]}, "[" * 9])
    cells = [
        f'{{"cell_type": "code", "outputs" :\n {outputs}, "source": {source}}}',
        f'{{"source": [{source}, "\\n"], "attachments": {{"a": "]"}}, "outputs": [], "cell_type": "code"}}',
    ]
    content = large(*cells)
    assert code_cells(content) == code_cells(content.replace(b"x" * 2**20, b"")) != []
    assert b"attachments" in content
    assert len(_without_outputs(content)) == len(content) - len(outputs) - len('{"a": "]"}[]') + 3 * len("null")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (large("[]," * (MAX_BRACKETS + 1) + "0"), "a million lists"),
        (large(*["1"] * MAX_BESIDE_OUTPUTS), "besides the outputs"),
        (large('{"outputs": [[]}'), "not valid JSON"),
    ],
)
def test_a_large_notebook_that_would_fill_memory_is_refused_before_it_is_read(content, reason):
    tracemalloc.start()
    with pytest.raises(Unreadable, match=reason):
        code_cells(content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * len(content)


def test_outputs_of_many_small_values_take_no_memory():
    outputs = '{"outputs": [' + '{"a": [0.5]},' * 50_000 + "0]}"  # half a megabyte, and as objects of Python sixteen
    tracemalloc.start()
    code_cells(large(outputs))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 * len(large(outputs))


def test_cells_of_impossible_shape_are_empty_not_fatal():
    assert code_cells(b'{"cells": [1, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "a"]}]}') == ["", "a"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1＋1"])
def test_a_cell_of_a_table_is_never_a_formula(text):
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "＝"))


def test_students_have_different_folders_whatever_their_names():
    names = ["ada", "Ada", "../ada", "a/da", "a\\da", ".", "..", "", "x" * 300, "x" * 301, "a\u202eda", "ada ", "名前"]
    folders = folder_names(names).values()
    assert len({folder.casefold() for folder in folders}) == len(names)
    assert all(name not in ("", ".", "..") and "/" not in name and len(name) < 100 for name in folders)


def test_nobody_can_choose_a_name_that_has_anothers_folder():
    victims = ["same?name", "x" * 100, "ada ", "名/前"]
    thieves = [folder_names([name])[name] for name in victims]
    for names in ([*victims, *thieves], [*thieves, *victims]):
        assert len({folder.casefold() for folder in folder_names(names).values()}) == len(names)


def test_names_that_a_file_system_takes_for_one_have_folders_of_their_own():
    names = ["Zo\u00eb", "Zoe\u0308", "ZO\u00cb", "stra\u00dfe", "STRASSE", "\ufb01n", "fin"]
    folders = folder_names(names).values()
    assert len({unicodedata.normalize("NFKC", folder).casefold() for folder in folders}) == len(names)


def test_links_that_were_planted_in_the_output_folder_are_not_followed(tmp_path):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {"04_activations": 1.0}})
    elsewhere = make(tmp_path / "elsewhere", "file", "folder/04_activations.html")
    before = {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()}
    for name in ("grades.csv", "results.csv.new", "report.html.new", "report.html"):
        (out / name).symlink_to(elsewhere / "file")
    (out / "feedback.new").symlink_to(elsewhere / "folder")
    (out / "feedback").mkdir()
    (out / "feedback" / "ada").symlink_to(elsewhere / "folder")
    with Gradebook(out / "gradebook.db") as book:
        outputs.write_all(book, out)
    assert {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()} == before
    written = ["feedback", "feedback/ada", "feedback/ada/04_activations.html", "gradebook.db", "grades.csv"]
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*")) == [*written, "report.html", "results.csv"]
    assert not [path for path in out.rglob("*") if path.is_symlink()]


def test_a_folder_of_pages_that_becomes_a_link_while_pages_are_written_is_not_followed(tmp_path, monkeypatch):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {"04_activations": 1.0}})
    elsewhere = make(tmp_path / "elsewhere", "file")
    real = feedback_pages.feedback_page

    def meanwhile(paper, *rest):
        (out / "feedback.new" / "ada").rmdir()
        (out / "feedback.new" / "ada").symlink_to(elsewhere)
        return real(paper, *rest)

    monkeypatch.setattr(feedback_pages, "feedback_page", meanwhile)
    with Gradebook(out / "gradebook.db") as book, pytest.raises(OSError, match=r"ada|04_activations"):
        outputs.write_all(book, out)
    assert sorted(os.listdir(elsewhere)) == ["file"]


@pytest.mark.parametrize("beside", ["", "-journal", "-wal"])
def test_a_gradebook_that_is_a_link_is_not_followed(tmp_path, beside):
    out = classroom.write_gradebook(tmp_path / "out", {"ada": {"04_activations": 1.0}})
    path = out / f"gradebook.db{beside}"
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GradebookError, match="is a link"):
        Gradebook(out / "gradebook.db", create=True)
    assert not (tmp_path / "elsewhere").exists()


RAISE = "UPDATE part SET points = max_points;"
CODE = {
    "a trigger": f"CREATE TRIGGER generous AFTER INSERT ON part BEGIN {RAISE} END;",
    "a trigger of a temporary kind": f"CREATE TRIGGER t AFTER UPDATE ON setting WHEN random() BEGIN {RAISE} END;",
    "a view in the place of a table": "ALTER TABLE adjustment RENAME TO a; CREATE VIEW adjustment AS SELECT * FROM a;",
    "a view beside": "CREATE VIEW papers AS SELECT load_extension('x');",
    "an index over an expression": "CREATE INDEX i ON part (abs(points));",
    "another table": "CREATE TABLE note (text);",
    "a virtual table": "CREATE VIRTUAL TABLE note USING fts5(text);",
    "a column more": "ALTER TABLE part ADD COLUMN extra REAL DEFAULT 1;",
    "a computed column": "ALTER TABLE part ADD COLUMN sum REAL AS (points + 1);",
    "a check": "DROP TABLE student; CREATE TABLE student (name TEXT PRIMARY KEY CHECK (length(name) > 1));",
    "a comparison": "DROP TABLE student; CREATE TABLE student (name TEXT PRIMARY KEY COLLATE NOCASE);",
    "statistics": "ANALYZE;",
}


@pytest.mark.parametrize("version", [VERSION, 2])
@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
def test_a_gradebook_with_anything_else_in_it_is_refused_before_it_runs(tmp_path, code, version):
    path = classroom.write_gradebook(tmp_path, {"ada": {"04_activations": 0.5}}) / "gradebook.db"
    with sqlite3.connect(path) as database:
        database.executescript(f"{code} PRAGMA user_version = {version}")
    database.close()
    before = path.read_bytes()
    with pytest.raises(GradebookError, match=r"not written by course grade|no gradebook|cannot be used.*left as it is"):
        Gradebook(path)
    assert path.read_bytes() == before
