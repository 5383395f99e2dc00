"""A Git clone in whose notebooks somebody has worked is brought up to date."""

import json
import shutil
import subprocess

import pytest

from helpers import cli
from helpers.commands.common import OK, USAGE
from helpers.folder import clone, files
from tests.conftest import cannot_run_here
from tests.folder.test_merge import lecture, texts

OLD, NEW = ("title", "task:f old", "check:f"), ("title, corrected", "task:f new", "check:f", "the end")
WHO = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]


def git(folder, *arguments):
    command = ["git", "-C", str(folder), *WHO, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def write(folder, name, *cells):
    (folder / "notebooks").mkdir(exist_ok=True)
    path = folder / "notebooks" / f"{name}.ipynb"
    path.write_text(files.as_text(lecture(*cells)), encoding="utf-8")


@pytest.fixture
def here(tmp_path):
    """A clone with two lectures, an answer in one of them, and a newer version at its origin."""
    if shutil.which("git") is None:
        cannot_run_here("there is no git")
    origin, here = tmp_path / "origin", tmp_path / "here"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch=main")
    (origin / "helpers" / "lectures").mkdir(parents=True)
    (origin / "helpers" / "lectures" / "__init__.py").write_text("1\n", encoding="utf-8")
    write(origin, "20_x", *OLD)
    write(origin, "21_y", *OLD)
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message=old")
    git(tmp_path, "clone", "--quiet", str(origin), str(here))
    edit(here, lambda cells: cells[1].update(source="my answer"))
    write(origin, "20_x", *NEW)
    write(origin, "21_y", *NEW)
    write(origin, "22_z", "z")
    (origin / "helpers" / "lectures" / "__init__.py").write_text("2\n", encoding="utf-8")
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message=new")
    return here


def edit(here, change):
    path = here / "notebooks" / "20_x.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook["cells"])
    path.write_text(files.as_text(notebook), encoding="utf-8")


def shown(here, name="20_x"):
    return texts(json.loads((here / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")))


def is_up_to_date(here):
    assert {"my answer", "title, corrected", "the end"} < set(shown(here))
    assert shown(here, "21_y") == list(NEW)
    assert shown(here, "22_z") == ["z"]
    assert (here / "helpers" / "lectures" / "__init__.py").read_text(encoding="utf-8") == "2\n"
    assert git(here, "rev-parse", "HEAD") == git(here, "rev-parse", "@{upstream}")
    return True


@pytest.mark.parametrize("where", [".", "notebooks"])
def test_the_answer_stays_and_everything_else_is_new(here, where, capsys):
    assert cli.main(["update", str(here / where)]) == OK
    assert is_up_to_date(here)
    assert "22_z is new" in capsys.readouterr().out
    assert "my answer" in (here / "notebooks" / "before-update-1" / "20_x.ipynb").read_text(encoding="utf-8")
    assert cli.main(["update", str(here / where)]) == OK
    assert "up to date" in capsys.readouterr().out


@pytest.mark.parametrize("steps", range(1, 16))
def test_stopped_at_any_step_and_started_again_nothing_is_lost(here, monkeypatch, steps):
    left = iter(range(steps))

    def counted(real):
        def step(*arguments, **keywords):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return real(*arguments, **keywords)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(clone, "_run", counted(clone._run))
        patch.setattr(clone, "replace", counted(clone.replace))
        patch.setattr(clone.os, "replace", counted(clone.os.replace))
        try:
            clone.update_clone(here)
        except KeyboardInterrupt:
            kept = [p.read_text(encoding="utf-8") for p in [*here.rglob("*.ipynb"), *here.glob(".git/course-*/*")]]
            assert any("my answer" in text for text in kept)
    clone.update_clone(here)
    assert is_up_to_date(here)


def test_a_change_in_another_file_is_left_to_git(here, capsys):
    (here / "helpers" / "lectures" / "__init__.py").write_text("mine\n", encoding="utf-8")
    assert cli.main(["update", str(here)]) == USAGE
    assert "git stash" in capsys.readouterr().err
    assert (here / "helpers" / "lectures" / "__init__.py").read_text(encoding="utf-8") == "mine\n"
    assert shown(here)[1] == "my answer"


def test_without_a_network_nothing_changes(here, capsys):
    git(here, "remote", "set-url", "origin", str(here.parent / "nowhere"))
    assert cli.main(["update", str(here)]) == USAGE
    assert "Nothing was changed" in capsys.readouterr().err
    assert shown(here)[1] == "my answer"


def test_commits_of_ones_own_are_left_to_git(here, capsys):
    git(here, "commit", "--quiet", "--all", "--message=mine")
    assert cli.main(["update", str(here)]) == USAGE
    assert "git pull --rebase" in capsys.readouterr().err


def test_a_notebook_that_is_no_json_stops_the_update_before_anything_changes(here, capsys):
    path = here / "notebooks" / "20_x.ipynb"
    path.write_text("<<<<<<< Updated upstream", encoding="utf-8")
    assert cli.main(["update", str(here)]) == USAGE
    assert "not valid JSON" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "<<<<<<< Updated upstream"


def test_a_folder_of_ones_own_in_another_repository_is_no_clone_of_the_course(tmp_path):
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "20_x", *OLD)
    assert clone.clone_around(tmp_path) is None
