"""Finding the notebooks of a class, in every shape in which they arrive."""

import os
import zipfile
from pathlib import Path

import pytest

from helpers.grading.feedback_pages import folder_names
from helpers.grading.notebook import Unreadable, code_cells
from helpers.grading.submissions import MAX_NOTEBOOK_BYTES, NoSubmissions, find_submissions
from helpers.grading.tables import safe_cell

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
