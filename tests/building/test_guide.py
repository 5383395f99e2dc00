"""The instructor's guide: every command of it is run, in its order, and does what the text says."""

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from helpers.cli import main
from helpers.commands.common import USAGE
from helpers.lectures import exercises_of
from helpers.paths import ROOT
from tests import classroom
from tests.classroom import LECTURE
from tests.conftest import walls_hold
from tests.mail_server import mail_server

GUIDE = ROOT / "docs" / "instructors-guide.md"
HANDED_OUT = ("Makefile", "README.md", "LICENSE", "LICENSE-TEXT", "pyproject.toml", "requirements.lock")
FOLDERS = ("helpers", "notebooks", "solutions", "data")
MOST = sum(exercise.points for exercise in exercises_of(LECTURE))


def blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def a_project(folder):
    """The project as the guide finds it, already set up: the environment is this one."""
    for name in (*HANDED_OUT, "environment.yml"):
        shutil.copy(ROOT / name, folder / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "cache"))
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, arguments in {"course": "-m helpers.cli", "python": "", "dask": "-m dask"}.items():
        (programs / name).write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" {arguments} "$@"\n')
        (programs / name).chmod(0o755)
    (programs / "activate").write_text(f'PATH="{programs}:$PATH"\n')
    (folder / ".venv" / "ready").touch()
    return folder


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The guide, followed in one shell; what it printed, and the mails that went out."""
    walls_hold()
    project = a_project(tmp_path_factory.mktemp("project"))
    with mail_server() as server:
        environment = os.environ | {"MAIL_SERVER": server.address, "LC_ALL": "C.UTF-8"}
        environment.pop("MAKEFLAGS", None)
        done = subprocess.run(
            ["bash", "-euxo", "pipefail"],
            input="\n".join(blocks()),
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield project / "class", done.stdout, server.mails


def test_the_guide_has_a_command_for_every_step():
    text = "\n".join(blocks())
    commands = ("make doctor", "course grade", "--preview", "course adjust", "course export", "course send")
    commands += ("course class init", "course class check", "course forget")
    assert all(command in text for command in (*commands, "--backend dask", "course autograder"))
    assert all(f"--format {name}" in text for name in ("canvas", "moodle", "gradescope", "nbgrader"))


def test_every_file_that_the_guide_names_is_there(followed):
    folder, printed, _ = followed
    assert "Everything is in place." in printed
    grades = folder / "grades"
    for name in re.findall(r"^\| `([\w.]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE):
        assert (grades / name).exists(), name
    for student in ("ada", "grace"):
        assert (grades / "feedback" / student / f"{LECTURE}.html").exists()
        assert (grades / "gradescope" / LECTURE / student / "results.json").exists()
    assert zipfile.is_zipfile(folder / "autograder.zip")


def test_the_handout_has_what_learners_need_and_no_solutions(followed):
    with zipfile.ZipFile(followed[0] / "handout.zip") as archive:
        names = set(archive.namelist())
    assert {*HANDED_OUT, f"notebooks/{LECTURE}.ipynb", "helpers/cli.py"} <= names
    assert not any(name.startswith(("solutions/", "tests/")) for name in names)


def test_the_pretend_class_gets_its_marks_in_every_format(followed):
    folder, printed, _ = followed
    expected = {"ada": MOST, "grace": 3, "linus": 0}
    assert {r["student"]: float(r["total"]) for r in rows(folder / "grades" / "grades.csv")} == expected
    by_login = {r["SIS Login ID"]: r[LECTURE] for r in rows(folder / "grades" / "canvas.csv") if r["SIS Login ID"]}
    assert {login: float(mark) for login, mark in by_login.items()} == expected
    theirs = {r["student_id"]: float(r["score"]) for r in rows(folder / "grades" / "nbgrader.csv")}
    assert theirs == expected
    assert "No mark and no status changes." in printed


def test_a_cluster_gives_the_same_marks(followed):
    folder, printed, _ = followed
    assert re.search(r"on each of [12] workers", printed)
    marks = {r["student"]: float(r["total"]) for r in rows(folder / "cluster" / "grades.csv")}
    assert marks == {"ada": MOST, "grace": 0, "linus": 0}  # nobody has decided about Grace there


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_everybody_who_handed_in_gets_the_own_pages_once(followed):
    folder, printed, mails = followed
    assert "Nothing was sent." in printed
    assert "Sent 2 messages." in printed
    assert [recipient for recipient, _ in mails] == ["ada@example.org", "grace@example.org"]
    for student, (_, mail) in zip(("ada", "grace"), mails, strict=True):
        (page,) = mail.iter_attachments()
        written = (folder / "grades" / "feedback" / student / f"{LECTURE}.html").read_text(encoding="utf-8")
        assert page.get_content().split() == written.split()
        assert mail["From"] == "you@example.org"
    text = mails[0][1].get_body().get_content().splitlines()
    assert text[:3] == ["Dear Ada Lovelace,", "", f"{LECTURE}: {MOST} of {MOST} points"]


# --- Sending, where not all goes well ----------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path):
    out = classroom.write_gradebook(tmp_path / "grades", {s: {LECTURE: 1.0} for s in ("ada", "bob", "cyd", "dan")})
    assert main(["report", str(out)]) == 0
    return out


def send(out, *options, roster="Username,Email\nada,ada@x.org\nbob,refused@x.org\ncyd,not an address\n") -> int:
    (out / "roster.csv").write_text(roster, encoding="utf-8")
    return main(["send", str(out), "--roster", str(out / "roster.csv"), "--from", "me@x.org", *options])


def test_whoever_gets_no_mail_is_named_and_tried_again(out, capsys):
    with mail_server() as server:
        assert send(out, "--server", server.address) == 1
        printed = capsys.readouterr()
        assert "Sent 1 messages." in printed.out
        assert "bob: the server does not take mail for refused@x.org" in printed.err
        assert "cyd has no address that mail can go to" in printed.err
        assert "dan is not in the roster" in printed.err
        fixed = "Username,Email\nada,ada@x.org\nbob,bob@x.org\ncyd,cyd@x.org\ndan,dan@x.org\n"
        assert send(out, "--server", server.address, roster=fixed) == 0
        assert "Sent 3 messages; 1 had been sent before." in capsys.readouterr().out
        assert [recipient for recipient, _ in server.mails] == [
            f"{name}@x.org" for name in ("ada", "bob", "cyd", "dan")
        ]


def test_a_page_that_changed_is_sent_again(out):
    roster = "Username,Email\nada,ada@x.org\nbob,bob@x.org\ncyd,cyd@x.org\ndan,dan@x.org\n"
    with mail_server() as server:
        send(out, "--server", server.address, roster=roster)
        assert main(["adjust", str(out), "bob", LECTURE, "gelu", "1", "--why", "copied"]) == 0
        send(out, "--server", server.address, roster=roster)
        assert [recipient for recipient, _ in server.mails][4:] == ["bob@x.org"]


def test_a_password_is_not_sent_in_the_open(out, capsys, monkeypatch):
    monkeypatch.setenv("COURSE_MAIL_PASSWORD", "secret")
    with mail_server() as server:
        assert send(out, "--server", server.address, "--user", "me") == USAGE
        assert not server.mails
    assert "the password was not sent" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_a_sentence(out, capsys):
    assert send(out, "--server", "127.0.0.1:1") == USAGE
    assert "does not take mail from here" in capsys.readouterr().err


def test_pages_go_back_into_moodle_under_the_names_that_it_expects(tmp_path):
    """`is_valid_filename_for_import` of `mod/assign/feedback/file/importziplib.php`."""
    students = ("Ada Lovelace_9000", "José O'Neill_9001", "under_score_9002", "no-number")
    out = classroom.write_gradebook(tmp_path / "grades", {s: {LECTURE: 1.0} for s in students})
    assert main(["report", str(out)]) == 0
    assert main(["export", str(out), "--format", "moodle"]) == 0
    found = {}
    with zipfile.ZipFile(out / "moodle-feedback.zip") as archive:
        for name in archive.namelist():
            folder, page = name.split("/")
            information = folder.split("_", 4)
            assert information[2:4] == ["assignfeedback", "file"]
            found[int(information[1])] = (page, archive.read(name).decode())
    assert set(found) == {9000, 9001, 9002}
    assert all(page == f"{LECTURE}.html" for page, _ in found.values())
    assert "Ada Lovelace" in found[9000][1]
