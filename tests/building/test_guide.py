"""The instructor's guide: every command of it is run, in its order, and does what the text says."""

import argparse
import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from helpers.cli import _parser, main
from helpers.commands.common import PROBLEM, USAGE
from helpers.grading.gradebook import Gradebook
from helpers.lectures import exercises_of
from helpers.paths import ROOT
from tests import classroom
from tests.classroom import LECTURE
from tests.conftest import walls_hold
from tests.mail_server import mail_server
from tests.proved import proves

GUIDE = ROOT / "docs" / "instructors-guide.md"
# What its commands could print in another way.
FOLLOWED = (GUIDE, "helpers", "Makefile", "tests/classroom.py", *(ROOT / "helpers" / "templates").glob("*.html"))
HANDED_OUT = ("Makefile", "README.md", "LICENSE", "LICENSE-TEXT", "pyproject.toml", "requirements.lock")
FOLDERS = ("helpers", "notebooks", "solutions", "data", "docs")
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
    (folder / ".venv" / "ready").write_text(f"{folder}\n")  # set up here: nothing is installed
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
    commands += ("course class init", "course class check", "course forget", "course likeness")
    assert all(command in text for command in (*commands, "--backend dask", "course autograder"))
    assert all(f"--format {name}" in text for name in ("canvas", "moodle", "gradescope", "nbgrader"))


def test_the_guide_names_every_command_and_runs_those_for_a_class():
    text = GUIDE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (you|learners|authors).*?\| (`course .+) \|$", text, re.MULTILINE)
    named = {who: set(re.findall(r"`course ([\w-]+)`", commands)) for who, commands in rows}
    (subcommands,) = [a.choices for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)]
    assert set().union(*named.values()) == set(subcommands)
    run = "\n".join(blocks())
    assert [name for name in sorted(named["you"]) if f"course {name} " not in run] == []
    assert set(re.findall(r"`course ([a-z-]+)", text)) <= set(subcommands)


@proves(*FOLLOWED)
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


@proves(*FOLLOWED)
def test_the_handout_has_what_learners_need_and_no_solutions(followed):
    with zipfile.ZipFile(followed[0] / "handout.zip") as archive:
        names = set(archive.namelist())
    assert {*HANDED_OUT, f"notebooks/{LECTURE}.ipynb", "helpers/cli.py"} <= names
    assert not any(name.startswith(("solutions/", "tests/")) for name in names)


@proves(*FOLLOWED)
def test_the_pretend_class_gets_its_marks_in_every_format(followed):
    folder, printed, _ = followed
    expected = {"ada": MOST, "grace": 3, "linus": 0}
    assert {r["student"]: float(r["total"]) for r in rows(folder / "grades" / "grades.csv")} == expected
    by_login = {r["SIS Login ID"]: r[LECTURE] for r in rows(folder / "grades" / "canvas.csv") if r["SIS Login ID"]}
    assert {login: float(mark) for login, mark in by_login.items()} == expected
    theirs = {r["student_id"]: float(r["score"]) for r in rows(folder / "grades" / "nbgrader.csv")}
    assert theirs == expected
    assert "No mark and no status changes." in printed


@proves(*FOLLOWED)
def test_a_cluster_gives_the_same_marks(followed):
    folder, printed, _ = followed
    assert re.search(r"on each of [12] workers", printed)
    marks = {r["student"]: float(r["total"]) for r in rows(folder / "cluster" / "grades.csv")}
    assert marks == {"ada": MOST, "grace": 0, "linus": 0}  # nobody has decided about Grace there


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def without_total(page):
    """The words of a page without the total, which the project adds to it later in the guide."""
    return re.sub(r'<section class="card">\s*<h2>Your total so far.*?</section>', "", page, flags=re.DOTALL).split()


@proves(*FOLLOWED)
def test_everybody_who_handed_in_gets_the_own_pages_once(followed):
    folder, printed, mails = followed
    assert "Nothing was sent." in printed
    assert "Sent 2 messages." in printed
    assert [recipient for recipient, _ in mails] == ["ada@example.org", "grace@example.org"]
    for student, (_, mail) in zip(("ada", "grace"), mails, strict=True):
        (page,) = mail.iter_attachments()
        written = (folder / "grades" / "feedback" / student / f"{LECTURE}.html").read_text(encoding="utf-8")
        assert without_total(page.get_content()) == without_total(written)
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


def test_each_page_is_sent_once_whichever_lectures_were_sent_before(tmp_path, capsys):
    out = classroom.write_gradebook(
        tmp_path / "grades", {"ada": {"00_start_here": 1.0, LECTURE: 1.0}, "bob": {LECTURE: 1.0}}
    )
    assert main(["report", str(out)]) == 0
    roster = "Username,Email\nada,ada@x.org\nbob,bob@x.org\n"
    with mail_server() as server:
        for only in (["--only", "00_start_here"], ["--only", LECTURE], ["--only", "00_start_here"], []):
            assert send(out, "--server", server.address, *only, roster=roster) == 0
        pages = [(to, page.get_filename()) for to, mail in server.mails for page in mail.iter_attachments()]
    assert pages == [
        (who, f"{name}.html")
        for who, name in [("ada@x.org", "00_start_here"), ("ada@x.org", LECTURE), ("bob@x.org", LECTURE)]
    ]
    capsys.readouterr()
    assert send(out, roster=roster) == 0
    assert "2 had been sent before" in capsys.readouterr().out


def test_a_letter_has_a_date_and_is_the_same_one_if_it_goes_out_twice(out):
    roster = "Username,Email\nada,ada@x.org\nbob,bob@x.org\ncyd,cyd@x.org\ndan,dan@x.org\n"
    with mail_server() as server:
        send(out, "--server", server.address, roster=roster)
        with Gradebook(out / "gradebook.db") as book:
            book.set(sent={})  # killed after the server had taken them
        send(out, "--server", server.address, roster=roster)
        mails = [mail for _, mail in server.mails]
    assert len({mail["Message-ID"] for mail in mails}) == 4 == len(mails) / 2
    assert all(re.fullmatch(r"<\w+@x\.org>", mail["Message-ID"]) for mail in mails)
    now = datetime.now(UTC)
    assert all(abs(now - mail["Date"].datetime) < timedelta(minutes=10) for mail in mails)


def test_what_an_older_gradebook_says_was_sent_is_not_sent_again(out):
    roster = "Username,Email\nada,ada@x.org\nbob,bob@x.org\ncyd,cyd@x.org\ndan,dan@x.org\n"
    page = (out / "feedback" / "ada" / f"{LECTURE}.html").read_bytes()
    with Gradebook(out / "gradebook.db") as book:
        book.set(sent={"ada": hashlib.sha256(page).hexdigest()})
    with mail_server() as server:
        send(out, "--server", server.address, roster=roster)
        assert [recipient for recipient, _ in server.mails] == ["bob@x.org", "cyd@x.org", "dan@x.org"]


def test_a_roster_without_addresses_says_once_what_to_do(out, capsys):
    assert send(out, roster="Student,ID,SIS Login ID,Section\nada,1,ada,A\nbob,2,bob,A\n") == USAGE
    assert "add a column Email" in capsys.readouterr().err


def test_addresses_that_a_roster_leaves_out_are_those_of_the_class_file(out, capsys):
    (out / "course.toml").write_text('[[people]]\nstudent = "ada"\nemail = "ada@x.org"\n', encoding="utf-8")
    assert send(out, roster="Student,ID,SIS Login ID,Section\nada,1,ada,A\nbob,2,bob,A\n") == PROBLEM
    printed = capsys.readouterr()
    assert "ada@x.org: " in printed.out
    assert "bob has no address that mail can go to" in printed.err


@pytest.mark.parametrize("server", ["", ":587", "mail.x.org:smtp"])
def test_a_mail_server_that_is_none_is_refused_in_words(out, capsys, server):
    with pytest.raises(SystemExit):
        send(out, "--server", server)
    assert "write HOST:PORT" in capsys.readouterr().err


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
