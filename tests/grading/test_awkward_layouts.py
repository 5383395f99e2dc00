"""Odd folders, zips and files of a class: nobody is merged with another, nothing is passed over without a word."""

import contextlib
import errno
import json
import os
import sqlite3
import unicodedata

import pytest

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading import grade as grading
from helpers.grading import handed_in, outputs
from helpers.grading.collecting.people import Member
from helpers.grading.notebook import Unreadable, code_cells
from helpers.grading.submissions import NoSubmissions, find_submissions
from helpers.paths import NOTEBOOKS
from tests import classroom
from tests.grading.test_layouts import FOUR, LECTURES, SIX, TRIED, found, lay, zipped
from tests.grading.test_term import Reads

WHOLE = {name: (NOTEBOOKS / f"{name}.ipynb").read_bytes() for name in (FOUR, SIX)}
SUBMITTER = "submission_{}:\n  :submitters:\n  - :name: {}\n  :created_at: 2026-03-0{} 22:58:36 Z\n"


def one_of_each(*people):
    return {f"{name}/{FOUR}.ipynb": TRIED for name in people}


@pytest.mark.parametrize("top", ["/home/x/class", "C:\\Users\\x\\my class", "a/b/c", "../../class"])
def test_the_path_of_a_machine_around_a_class_is_nobody(tmp_path, top):
    zip_ = tmp_path / "class.zip"
    zip_.write_bytes(zipped({f"{top}/{path}": content for path, content in one_of_each("ada", "bob").items()}))
    assert found(zip_)[0].students == ("ada", "bob")


def test_the_folders_of_one_person_stay_that_persons(tmp_path):
    class_, have = found(lay(tmp_path, {f"ada/mine/{FOUR}/x.ipynb": TRIED, f"ada/mine/{SIX}/x.ipynb": WHOLE[SIX]}))
    assert (class_.students, have) == (("ada",), {("ada", FOUR), ("ada", SIX)})


@pytest.mark.parametrize("name", ["bob.rar", "bob.7z", "bob.tar.gz", "bob.pdf", "essay.docx"])
def test_a_file_that_lies_beside_the_people_is_named_with_what_to_do(tmp_path, name):
    class_, _ = found(lay(tmp_path, {**one_of_each("ada"), name: b"x", "readme.txt": b"", "grades.csv": b""}))
    (remark,) = class_.remarks
    assert remark.startswith(f"{name} is left out")
    assert "put into a folder of that name" in remark


def test_a_file_that_names_a_student_and_a_lecture_is_that_students(tmp_path):
    files = {f"ada_{FOUR}.ipynb": TRIED, f"bob_{FOUR}.html": b"<html>", f"cyd_{FOUR}.zip": zipped({"x.ipynb": TRIED})}
    files |= {f"{FOUR}-dan.zip": zipped({"x.ipynb": TRIED}), f"{FOUR}_v2.zip": zipped({"x.ipynb": TRIED})}
    class_, _ = found(lay(tmp_path, files))
    assert class_.students == (f"{FOUR}_v2", "ada", "bob", "cyd", "dan")
    assert "a web page" in {one.student: one.read().problem for one in class_.submissions}["bob"]


@pytest.mark.parametrize("packed", [False, True])
def test_what_lies_too_deep_is_said(tmp_path, packed):
    files = {**one_of_each("ada"), f"bob/{'x/' * 12}{FOUR}.ipynb": TRIED}
    if packed:
        (tmp_path / "class.zip").write_bytes(zipped(files))
    class_, _ = found(tmp_path / "class.zip" if packed else lay(tmp_path, files))
    assert class_.students == ("ada", "bob")
    assert any("it lies in more than 10 folders" in remark for remark in class_.remarks)


@pytest.mark.parametrize("name", ["class.tar.gz", "class.7z", "nowhere.zip"])
def test_what_is_no_class_says_what_to_do(tmp_path, name):
    if name != "nowhere.zip":
        (tmp_path / name).write_bytes(b"7z\xbc\xaf")
    with pytest.raises(NoSubmissions, match=r"unpack it and give the folder|there is no .*nowhere\.zip"):
        found(tmp_path / name)


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("\u200fמשה\u200f", "משה"),
        ("علی\u200cرضا", "علیرضا"),
        ("Nguyễn Thị Mơ", unicodedata.normalize("NFD", "NGUYỄN Thị Mơ")),
    ],
)
def test_marks_that_nobody_sees_make_no_other_person(tmp_path, written, again):
    class_, have = found(lay(tmp_path, {f"{written}/{FOUR}.ipynb": TRIED, f"{again}/{SIX}.ipynb": WHOLE[SIX]}))
    assert (len(class_.students), len(have)) == (1, 2)


TEAM = [
    Member("ada", "Ada Lovelace", canvas="22", group="Group 1"),
    Member("bob", "Bob Byron", canvas="23", group="Group 1"),
]


@pytest.mark.parametrize(
    ("file", "students"),
    [
        ("group1_22_9011_{}.ipynb", ("ada", "bob")),
        ("group1_LATE_23_9011_{}.ipynb", ("ada", "bob")),
        ("lovelaceada_22_9011_{}.ipynb", ("ada",)),
    ],
)
def test_what_one_of_a_team_uploads_to_canvas_is_everybodys(tmp_path, file, students):
    class_, have = found(lay(tmp_path, {file.format(FOUR): TRIED}), members=TEAM)
    assert {student for student, _ in have} == set(students)
    assert class_.remarks == ()


@pytest.mark.parametrize(
    "known", [{"members": [Member("ada", "Ada", canvas="22")]}, {"aliases": {"Canvas:ada_22": "ada"}}]
)
def test_a_number_of_canvas_under_another_name_is_said(tmp_path, known):
    class_, have = found(lay(tmp_path, {f"team7_22_9011_{FOUR}.ipynb": TRIED}), students=["ada"], **known)
    assert have == {("ada", FOUR)}
    assert "team7_22 is taken for ada, whose number of Canvas it has" in class_.remarks[-1]


def test_two_of_one_name_in_gradescopes_export_stay_two(tmp_path):
    metadata = "---\n" + SUBMITTER.format(1, "Ada Lee", 1) + SUBMITTER.format(2, "Ada Lee", 2)
    files = {f"submission_{i}/{FOUR}.ipynb": TRIED for i in (1, 2)}
    class_, _ = found(lay(tmp_path, {"submission_metadata.yml": metadata.encode(), **files}))
    assert class_.students == ("Ada Lee (submission_1)", "Ada Lee (submission_2)")


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        (
            "---\n" + SUBMITTER.format(1, "Ada", 1) + "submission_2:\n  :submitters: []\n",
            "names nobody for submission_2;",
        ),
        ("---\nsubmission_1:\n  :submitters: [[[\n", "names nobody for submission_1, submission_2;"),
        ("---\n" + SUBMITTER.format(1, "Ada", 1) + SUBMITTER.format(2, "", 2), "names nobody for submission_2;"),
        (None, "there is no submission_metadata.yml beside it, which tells whose these 2 folders are"),
    ],
)
def test_whom_gradescopes_export_does_not_name_is_said_and_not_lost(tmp_path, metadata, sentence):
    files = {f"submission_{i}/{FOUR}.ipynb": TRIED for i in (1, 2)}
    files |= {"submission_metadata.yml": metadata.encode()} if metadata else {}
    class_, have = found(lay(tmp_path, files))
    assert len(have) == 2
    assert any(sentence in remark for remark in class_.remarks)


@pytest.mark.parametrize(
    "ending", [".ipynb.txt.txt", ".ipynb.crdownload", ".ipynb ", "ipynb", "", ".ipynb~", ".ipynp", ".ipynb.bak"]
)
def test_what_a_notebook_is_called_does_not_matter_if_it_is_one(tmp_path, ending):
    assert found(lay(tmp_path, {f"ada/{FOUR}{ending}": TRIED}))[1] == {("ada", FOUR)}


def test_a_backup_never_beats_the_notebook(tmp_path):
    class_, _ = found(
        lay(tmp_path, {f"ada/{FOUR}.ipynb": TRIED, f"ada/{FOUR}.ipynb~": TRIED, f"ada/{FOUR}.ipynb.bak": TRIED})
    )
    assert [one.path for one in class_.submissions] == [f"ada/{FOUR}.ipynb"]


@pytest.mark.parametrize("lectures", [LECTURES, (SIX,)])
def test_a_notebook_under_the_name_of_another_lecture_is_the_one_that_it_holds(tmp_path, lectures):
    class_, have = found(lay(tmp_path, {f"ada/{FOUR}.ipynb": WHOLE[SIX]}), lectures)
    assert have == {("ada", SIX)}
    assert class_.remarks == (f"ada/{FOUR}.ipynb is taken for {SIX}, which its contents show",)


def test_text_that_was_typed_into_a_system_is_called_that(tmp_path):
    files = {
        "Ada_7_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        f"Bob_8_assignsubmission_file/{FOUR}.ipynb": TRIED,
    }
    assert "what was typed into Moodle and not a notebook; hand in" in found(lay(tmp_path, files))[0].remarks[0]


def test_the_marks_of_a_conflict_in_git_are_called_that():
    with pytest.raises(Unreadable, match="Git has left the marks of a conflict"):
        code_cells(json.dumps({"cells": []}, indent=1).replace('"cells"', '\n<<<<<<< HEAD\n"cells"').encode())


def test_a_paper_that_cannot_be_marked_is_named_on_the_console(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(grading, "_backend", lambda *_: contextlib.nullcontext(Reads()))
    monkeypatch.setattr(outputs, "write_all", lambda *_: None)
    lay(tmp_path / "class", {f"ada/{FOUR}.ipynb": TRIED[:-9], f"bob/{FOUR}.ipynb": TRIED, f"cyd/{FOUR}.html": b"x"})
    assert main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out")]) == OK
    said = capsys.readouterr().out
    assert f"! ada/{FOUR}.ipynb: " in said
    assert "open it in Jupyter, save it, and hand that in" in said
    assert said.count(f"cyd/{FOUR}.html") == 1


@pytest.mark.parametrize("at", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_two_gradings_at_once_end_in_a_sentence_and_lose_nothing(tmp_path, monkeypatch, capsys, at):
    monkeypatch.setattr(grading, "_backend", lambda *_: contextlib.nullcontext(Reads()))
    monkeypatch.setattr(outputs, "write_all", lambda *_: None)
    monkeypatch.setattr(handed_in, "_SECONDS", 0.1)
    command = ["grade", str(lay(tmp_path / "class", one_of_each("ada"))), "--out", str(tmp_path / "out")]
    assert main(command) == OK
    lay(tmp_path / "class", one_of_each("bob"))
    other = sqlite3.connect(tmp_path / "out" / "handed-in.db", isolation_level=None)
    other.execute(at)
    capsys.readouterr()
    assert main(command) == USAGE
    said = capsys.readouterr().err
    assert "handed-in.db cannot be written now (database is locked)" in said
    assert "Move it away" not in said
    other.close()
    assert main(command) == OK


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = classroom.write_gradebook(tmp_path / "out", {"ada": {FOUR: 1.0}})
    monkeypatch.setattr(outputs, "write_all", full)
    assert main(["report", str(out)]) == USAGE
    assert "there is no room left to write (No space left on device)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "again"), [("Seán O'Brien", "Seán O’Brien"), ("Anna-Maria", "Anna–Maria"), ("Anna-Maria", "Anna‑Maria")]
)
def test_the_apostrophe_of_a_telephone_makes_no_other_person(tmp_path, written, again):
    class_, have = found(lay(tmp_path, {f"{written}/{FOUR}.ipynb": TRIED, f"{again}/{SIX}.ipynb": WHOLE[SIX]}))
    assert (len(class_.students), len(have)) == (1, 2)


def test_what_gradescopes_export_says_of_people_is_text(tmp_path):
    metadata = (
        "---\nsubmission_1:\n  :submitters:\n  - :name: No\n    :sid: 00123\n    :email:\n"
        "submission_2:\n  :submitters:\n  - :name: !ruby/string Bob\n    :sid: 1e5\n"
        "  :created_at: !ruby/object:ActiveSupport::TimeWithZone 2026-03-01 22:58:36 -0800\n"
    )
    files = {f"submission_{i}/{FOUR}.ipynb": TRIED for i in (1, 2)}
    class_, _ = found(lay(tmp_path, {"submission_metadata.yml": metadata.encode(), **files}))
    assert class_.students == ("00123", "1e5")
    assert class_.submissions[1].arrival.time.isoformat() == "2026-03-01T22:58:36-08:00"


@pytest.mark.parametrize("name", ["handin-Kopie.zip", "Copy of handin.zip", "handin 副本 2.zip"])
def test_what_course_handin_wrote_is_known_under_any_new_name(tmp_path, name):
    files = {name: zipped({f"bob/{FOUR}.ipynb": TRIED}), f"chandini/{FOUR}.ipynb": TRIED}
    assert found(lay(tmp_path, files))[0].students == ("bob", "chandini")


def test_what_somebody_hands_in_to_google_is_theirs_whatever_it_is(tmp_path):
    files = {f"Ada Lovelace - {FOUR}.ipynb": TRIED, "Bob Byron - homework.gdoc": b"{}", "HW 4 - tasks.pdf": b""}
    class_, _ = found(lay(tmp_path / "Homework 4", files))
    assert class_.students == ("Ada Lovelace", "Bob Byron")
    assert any(remark.startswith("HW 4 - tasks.pdf is left out") for remark in class_.remarks)


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["ada 04-activations", "bob_04 Activations", "Cyd C - 4activations (1)"], ("Cyd C", "ada", "bob")),
        ([f"{FOUR}_bob", f"{FOUR}-cyd"], ("bob", "cyd")),
        ([f"1001_{FOUR}", f"1002 Ann Lee {FOUR}", f"{FOUR}_bob"], ("1001", "1002 Ann Lee", "bob")),
        ([FOUR, f"{FOUR}_final", f"{FOUR}-Copy1", f"Copy of {FOUR}", f"{FOUR} (2)"], ("class of one",)),
        ([FOUR, f"{FOUR}_kaggle"], ("class of one",)),
    ],
)
def test_students_are_told_on_either_side_of_a_lecture_however_it_is_spelled(tmp_path, names, students):
    class_, _ = found(lay(tmp_path / "class of one", {f"{name}.ipynb": TRIED for name in names}))
    assert class_.students == students


def test_a_notebook_without_a_name_among_those_of_several_people_is_asked_for(tmp_path):
    files = {f"{name}.ipynb": TRIED for name in (f"ada_{FOUR}", f"bob_{FOUR}", FOUR)}
    class_, _ = found(lay(tmp_path, files))
    assert class_.students == ("ada", "bob")
    assert class_.remarks[0].startswith(f"{FOUR}.ipynb is left out: its name should tell a student")


def test_someone_known_is_found_behind_the_lecture(tmp_path):
    assert found(lay(tmp_path, {f"{FOUR}_bob.ipynb": TRIED}), students=["bob"])[0].students == ("bob",)


def test_many_files_of_nobody_are_one_sentence(tmp_path):
    files = {f"photo{i:02}.png": b"" for i in range(30)}
    (remark,) = found(lay(tmp_path, {**one_of_each("ada"), **files}))[0].remarks
    assert remark.startswith("photo00.png, photo01.png,")
    assert "and 20 others are left out" in remark


def test_a_person_whose_folder_is_given_for_the_marks_is_named(tmp_path):
    source = lay(tmp_path, one_of_each("ada", "bob"))
    class_ = find_submissions(source, LECTURES, [source / "ada"])
    assert class_.students == ("bob",)
    assert "ada is where the marks are written (--out), so the notebooks in it are not marked" in class_.remarks[0]


@pytest.mark.parametrize("around", ["late", "Nachreichungen", "迟交", "지각 제출", "Late submissions"])
def test_people_in_a_folder_for_late_work_beside_the_others_are_people(tmp_path, around):
    files = one_of_each("ada", "bob", f"{around}/cyd", f"{around}/dan")
    assert found(lay(tmp_path, files))[0].students == ("ada", "bob", "cyd", "dan")


def test_no_zip_of_one_person_holds_others(tmp_path):
    class_, _ = found(lay(tmp_path, {**one_of_each("ada", "bob"), "late.zip": zipped(one_of_each("x/bob", "x/ada"))}))
    assert class_.students == ("ada", "bob", "late")


@pytest.mark.parametrize(
    "weeks",
    [
        ("2026-03-01", "2026-03-08"),
        ("1주차", "2주차"),
        ("第一周", "第2周"),
        ("01.03.2026", "08.03.2026"),
        ("Tuần 1", "Tuần 2"),
    ],
)
def test_folders_of_weeks_and_dates_in_any_language_are_nobody(tmp_path, weeks):
    files = {f"{weeks[0]}/ada/{FOUR}.ipynb": TRIED, f"{weeks[1]}/bob/{SIX}.ipynb": WHOLE[SIX]}
    assert found(lay(tmp_path, files))[0].students == ("ada", "bob")


def test_what_teams_gives_out_is_read_from_the_submitted_files(tmp_path):
    files = one_of_each(
        *(f"Submitted files/{p}/Homework 4/Version {v}" for p, v in (("Ada", 1), ("Ada", 2), ("Bob", 1)))
    )
    class_, _ = found(lay(tmp_path, files | one_of_each("Working files/Ada/Homework 4")))
    assert class_.students == ("Ada", "Bob")
    assert "Version 2" in {one.student: one.path for one in class_.submissions}["Ada"]
    assert "Working files is left out: by its name nobody handed it in" in class_.remarks


def test_one_who_may_be_several_people_is_asked_for(tmp_path):
    class_, _ = found(lay(tmp_path, one_of_each("ada", "bob", "Kurs B/cyd", "Kurs B/dan")))
    assert any("Kurs B is taken for one person, and the folders in it hold the same" in r for r in class_.remarks)
    class_, _ = found(lay(tmp_path / "attempts", one_of_each("ada/try 1", "ada/try 2", "bob/old", "bob/new", "cyd")))
    assert not any("is taken for one person" in r for r in class_.remarks)


@pytest.mark.parametrize(
    ("names", "students"),
    [
        ([f"2026-03-01_ada_{FOUR}", f"2026-03-02_bob_{FOUR}"], ("ada", "bob")),
        (["20260001", "20260002 (1)", "20260003-Copy1"], ("20260001", "20260002", "20260003")),
        (["20260001", "20260001 (1)"], ("20260001",)),
    ],
)
def test_neither_a_date_nor_a_browsers_number_is_part_of_a_name(tmp_path, names, students):
    assert found(lay(tmp_path, {f"{name}.ipynb": TRIED for name in names}))[0].students == students
