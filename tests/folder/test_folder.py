"""A learner's folder: begun, worked in, brought up to date, handed in."""

import json
import os
import stat
import zipfile

import pytest

from helpers import cli
from helpers.checking import saved
from helpers.commands.common import OK, PROBLEM, USAGE
from helpers.folder import files, update
from helpers.folder.handin import hand_in
from helpers.folder.start import write_lectures
from helpers.lectures import lecture_names
from helpers.paths import NOTEBOOKS
from tests.folder.test_merge import lecture, texts

LECTURE = "00_start_here"
ANSWER = "def mean_square(values):\n    return np.mean(np.square(values))"


@pytest.fixture
def folder(tmp_path):
    write_lectures(tmp_path / "mine")
    return tmp_path / "mine"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def edit(path, change):
    notebook = read(path)
    change(notebook["cells"])
    path.write_text(files.as_text(notebook), encoding="utf-8")


def answer(folder, source=ANSWER):
    def write(cells):
        (cell,) = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "mean_square"]
        cell["source"] = source

    edit(folder / f"{LECTURE}.ipynb", write)


def everything_in(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


OLD, NEW = ("title", "task:f old", "check:f"), ("title, corrected", "task:f new", "check:f", "the end")


@pytest.fixture
def two_versions(tmp_path):
    """A folder with two small lectures, both worked in, and what is handed out today."""
    folder = tmp_path / "mine"
    folder.mkdir()
    new = {}
    for name in ("20_x", "21_y"):
        notebook = lecture(*OLD)
        notebook["cells"][1]["source"] = f"my answer in {name}"
        (folder / f"{name}.ipynb").write_text(files.as_text(notebook), encoding="utf-8")
        new[name] = lecture(*NEW)
    return folder, new


# Starting.


def test_start_writes_every_lecture_and_overwrites_none(tmp_path, capsys):
    (tmp_path / f"{LECTURE}.ipynb").write_text("mine", encoding="utf-8")
    assert cli.main(["start", str(tmp_path), "--write-only"]) == OK
    assert {path.stem for path in tmp_path.glob("*.ipynb")} == set(lecture_names())
    assert (tmp_path / f"{LECTURE}.ipynb").read_text(encoding="utf-8") == "mine"
    assert "course update" in capsys.readouterr().out


def test_start_refuses_a_file_as_a_folder(tmp_path, capsys):
    (tmp_path / "thing").touch()
    assert cli.main(["start", str(tmp_path / "thing"), "--write-only"]) == USAGE
    assert "is a file" in capsys.readouterr().err


# Updating.


def test_an_update_keeps_answers_and_copies_what_was_there(two_versions):
    folder, new = two_versions
    before = everything_in(folder)
    done = update.update(folder, new)
    assert done.changed == ["20_x", "21_y"]
    for name in new:
        merged = texts(read(folder / f"{name}.ipynb"))
        assert f"my answer in {name}" in merged
        assert {"title, corrected", "the end"} < set(merged)
    assert {path.name: content for path, content in everything_in(done.copies).items()} == {
        path.name: content for path, content in before.items()
    }


def test_doing_it_twice_changes_nothing_more(two_versions):
    folder, new = two_versions
    update.update(folder, new)
    once = everything_in(folder)
    again = update.update(folder, new)
    assert (again.changed, again.copies) == ([], None)
    assert everything_in(folder) == once


@pytest.mark.parametrize("written", range(5))
def test_interrupted_anywhere_and_started_again_it_ends_the_same(two_versions, tmp_path, monkeypatch, written):
    """Two copies and two notebooks are written; the program is stopped before each of them, and after all."""
    folder, new = two_versions
    answers = sorted(t for path in folder.glob("*.ipynb") for t in texts(read(path)) if "my answer" in t)
    real, count = os.replace, iter(range(99))

    def stop(*arguments):
        if next(count) == written:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(files.os, "replace", stop)
    if written < 4:
        with pytest.raises(KeyboardInterrupt):
            update.update(folder, new)
        for path in folder.glob("*.ipynb"):
            assert any("my answer" in text for text in texts(read(path)))
    monkeypatch.setattr(files.os, "replace", real)
    update.update(folder, new)
    assert sorted(t for path in folder.glob("*.ipynb") for t in texts(read(path)) if "my answer" in t) == answers
    assert all("the end" in texts(read(path)) for path in folder.glob("*.ipynb"))
    assert not list(folder.rglob(".*"))


def test_a_notebook_that_is_saved_meanwhile_is_left_alone(two_versions, monkeypatch):
    folder, new = two_versions
    real = update.copy_of

    def save_in_between(*arguments):
        edit(folder / "21_y.ipynb", lambda cells: cells[0].update(source="just saved"))
        return real(*arguments)

    monkeypatch.setattr(update, "copy_of", save_in_between)
    done = update.update(folder, new)
    assert done.changed == ["20_x"]
    assert "21_y.ipynb was saved by another program" in done.problems[0]
    assert texts(read(folder / "21_y.ipynb"))[0] == "just saved"


def test_new_lectures_come_and_foreign_files_stay(two_versions):
    folder, new = two_versions
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "experiment.ipynb").write_text("{}", encoding="utf-8")
    done = update.update(folder, new | {"22_z": lecture("z")})
    assert done.new == ["22_z"]
    assert texts(read(folder / "22_z.ipynb")) == ["z"]
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "experiment.ipynb").read_text(encoding="utf-8") == "{}"


def test_an_unpacked_handout_with_its_notebooks_one_folder_below_is_brought_up_to_date(two_versions):
    folder, new = two_versions
    (folder / "notebooks").mkdir()
    for path in list(folder.glob("*.ipynb")):
        path.rename(folder / "notebooks" / path.name)
    done = update.update(folder, new | {"22_z": lecture("z")})
    assert done.changed == ["20_x", "21_y"]
    assert (folder / "notebooks" / "22_z.ipynb").exists()


BAD = {
    "no JSON": b"<<<<<<< Updated upstream",
    "nothing": b"",
    "bytes": b"\xff\xfe\x00\x01",
    "another format": b'{"nbformat": 3, "worksheets": [], "metadata": {}}',
    "cells that are none": b'{"nbformat": 4, "metadata": {}, "cells": [1]}',
    "a list": b"[]",
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_notebook_that_cannot_be_read_is_named_and_stays_and_the_others_are_updated(two_versions, content):
    folder, new = two_versions
    (folder / "20_x.ipynb").write_bytes(content)
    done = update.update(folder, new)
    assert (folder / "20_x.ipynb").read_bytes() == content
    assert len(done.problems) == 1
    assert "20_x.ipynb" in done.problems[0]
    assert done.changed == ["21_y"]


@pytest.mark.parametrize("course", [None, [], {"cells": [1, None]}, {"cells": "x"}, {"built": 3}])
def test_metadata_that_mean_nothing_do_no_harm(two_versions, course):
    folder, new = two_versions
    notebook = read(folder / "20_x.ipynb")
    notebook["metadata"]["course"] = course
    (folder / "20_x.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert update.update(folder, new).problems == []
    assert "my answer in 20_x" in texts(read(folder / "20_x.ipynb"))


@pytest.mark.parametrize("command", ["update", "handin"])
@pytest.mark.parametrize("what", ["missing", "empty"])
def test_a_folder_that_is_none_of_the_course_is_refused_in_words(tmp_path, capsys, command, what):
    if what == "empty":
        (tmp_path / what).mkdir()
    assert cli.main([command, str(tmp_path / what)]) == USAGE
    assert "course start" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.*"))


def test_a_disk_that_cannot_be_written_to_is_named_and_nothing_changes(two_versions, monkeypatch, capsys):
    folder, _ = two_versions
    (folder / "20_x.ipynb").rename(folder / f"{LECTURE}.ipynb")
    before = everything_in(folder)

    def full(path, *_, **__):
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(update.Path, "mkdir", full)
    assert cli.main(["update", str(folder)]) == USAGE
    assert "Read-only file system" in capsys.readouterr().err
    assert everything_in(folder) == before


def test_the_mode_of_a_file_and_a_link_to_it_stay(two_versions):
    folder, new = two_versions
    path = folder / "20_x.ipynb"
    path.chmod(0o640)
    elsewhere = folder.parent / "elsewhere.ipynb"
    (folder / "21_y.ipynb").rename(elsewhere)
    (folder / "21_y.ipynb").symlink_to(elsewhere)
    update.update(folder, new)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (folder / "21_y.ipynb").is_symlink()
    assert "the end" in texts(read(elsewhere))


@pytest.mark.parametrize("packed", [False, True])
def test_a_new_version_may_come_as_a_folder_or_a_zip(folder, tmp_path, packed, capsys):
    new = tmp_path / "new" / "notebooks"
    new.mkdir(parents=True)
    for path in NOTEBOOKS.glob("*.ipynb"):
        (new / path.name).write_bytes(path.read_bytes())
    source = tmp_path / "new"
    if packed:
        source = tmp_path / "new.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in new.iterdir():
                archive.write(path, f"course/notebooks/{path.name}")
    answer(folder)
    (folder / "04_activations.ipynb").unlink()
    assert cli.main(["update", str(folder), "--from", str(source)]) == OK
    assert "04_activations is new" in capsys.readouterr().out
    assert ANSWER in texts(read(folder / f"{LECTURE}.ipynb"))


@pytest.mark.parametrize("source", ["somebody's work", "no zip"])
def test_a_new_version_that_is_none_is_refused(folder, tmp_path, source, capsys):
    before = everything_in(folder)
    path = tmp_path / "thing"
    if source == "no zip":
        path.write_bytes(b"PK but not really")
    else:
        write_lectures(path)
        answer(path)
    assert cli.main(["update", str(folder), "--from", str(path)]) == USAGE
    assert "thing" in capsys.readouterr().err
    assert everything_in(folder) == before


# Handing in.


def checked(folder, points, source, name="mean_square"):
    digest = sorted(saved.digests_in([source]))[0] if source else ""
    line = {"exercise": name, "points": points, "answer": digest}
    with open(folder / "progress.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def state(folder):
    (found,) = hand_in(folder, "Ada", write=False).states.get(LECTURE, [None])
    return found and found.state


def test_nothing_is_handed_in_while_nothing_is_answered(folder, capsys):
    assert cli.main(["handin", str(folder)]) == PROBLEM
    assert "Nothing is answered yet" in capsys.readouterr().out
    assert not list(folder.glob("*.zip"))


def test_the_demonstrations_of_the_first_lecture_are_no_answers(folder):
    cells = [c for c in read(folder / f"{LECTURE}.ipynb")["cells"] if "def untidy" in "".join(c["source"])]
    checked(folder, 2, "".join(cells[0]["source"]))
    checked(folder, 0, "")
    assert state(folder) is None


def test_an_answer_that_was_checked_is_finished_whatever_stands_around_it(folder):
    answer(folder, f"import numpy as np\n\n# A comment.\n{ANSWER}  # done")
    checked(folder, 4, ANSWER)
    assert state(folder) == "finished"


def test_half_the_points_are_said(folder):
    answer(folder)
    checked(folder, 2, ANSWER)
    assert state(folder) == "partly"


def test_an_answer_without_a_check_is_said(folder):
    answer(folder)
    assert state(folder) == "unchecked"


def test_a_saved_notebook_that_is_not_what_was_checked_last_is_said(folder, capsys):
    answer(folder)
    checked(folder, 2, ANSWER)
    checked(folder, 4, ANSWER.replace("np.mean", "float"))
    assert cli.main(["handin", str(folder), "--name", "Ada"]) == OK
    assert "save" in capsys.readouterr().out
    assert state(folder) == "changed"


def test_an_answer_that_was_checked_and_never_saved_is_said(folder):
    checked(folder, 4, ANSWER)
    assert state(folder) == "changed"


def test_what_is_written_is_what_the_grader_reads(folder):
    from helpers.grading.submissions import find_submissions

    answer(folder)
    done = hand_in(folder, "Ada Lovelace")
    found = find_submissions(done.path, lecture_names())
    assert found.students == ("Ada Lovelace",)
    assert [s.lecture for s in found.submissions] == [LECTURE]
    assert found.submissions[0].read().content == (folder / f"{LECTURE}.ipynb").read_bytes()


def test_the_button_of_the_first_lecture_writes_the_file_and_says_which(folder, monkeypatch):
    from helpers import handin

    monkeypatch.chdir(folder)
    name, button, said = handin().children
    button.click()
    assert "Nothing is answered yet" in said.value
    answer(folder, ANSWER + "  # <b>")
    name.value = "Ada Lovelace"
    button.click()
    assert "handin.zip" in said.value
    assert zipfile.ZipFile(folder / "handin.zip").namelist() == [f"Ada Lovelace/{LECTURE}.ipynb"]
    name.value = "../<b>"
    button.click()
    assert "&lt;b&gt;" in said.value


def test_an_earlier_file_is_kept(folder):
    answer(folder)
    first = hand_in(folder, "Ada").path
    content = first.read_bytes()
    assert hand_in(folder, "Ada").path.name == "handin-2.zip"
    assert first.read_bytes() == content


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "/", "x" * 200, "a\0"])
def test_a_name_that_names_no_folder_is_refused(folder, name):
    with pytest.raises(files.FolderError, match="--name"):
        hand_in(folder, name)


def test_a_check_in_a_kernel_remembers_the_answer_that_the_notebook_will_hold(tmp_path, monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    from helpers.checking.progress import checks

    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    shell = InteractiveShell()
    cell = f"import numpy as np\nfrom helpers import check\n{ANSWER}\ncheck(mean_square)"
    assert shell.run_cell(cell).success
    (found,) = checks()
    assert found.answer in saved.digests_in([ANSWER])
    assert found.answer not in saved.digests_in([ANSWER.replace("square(values)", "abs(values)")])
