"""What `make` sets up: for learners no test tools, and anew where the folder was moved."""

import re
import shutil
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement

from helpers.paths import LOCK, ROOT

BELOW = "# Below this line"


def packages(text):
    return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def names(requirements):
    return {re.sub(r"[-_.]+", "-", Requirement(text).name).lower() for text in requirements}


def test_the_lock_lists_first_what_learners_need_and_then_what_only_tests_need():
    learners, _, tests = LOCK.read_text(encoding="utf-8").partition(BELOW)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    apart = ("test", "site")  # the site is made in an environment of its own
    needed = [
        *project["dependencies"],
        *(text for name, texts in extras.items() if name not in apart for text in texts),
    ]
    assert names(needed) <= packages(learners)
    assert names(extras["test"]) - {"training-neural-networks"} <= packages(tests)


def test_every_package_of_the_lock_has_a_hash_and_no_index_is_named():
    text = LOCK.read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


@pytest.fixture
def checkout(tmp_path):
    """A folder with an environment that looks set up."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "ready").write_text(f"{tmp_path}\n", encoding="utf-8")
    return tmp_path


def would_do(folder, target="lab"):
    return subprocess.run(["make", "-n", target], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_a_folder_that_is_set_up_is_not_set_up_again(checkout):
    assert "pip" not in would_do(checkout)


def test_a_folder_that_was_moved_is_set_up_again(checkout):
    (checkout / ".venv" / "ready").write_text("/somewhere/else\n", encoding="utf-8")
    assert "--editable" in would_do(checkout)


def test_learners_get_the_first_part_of_the_lock_and_tests_all_of_it(checkout):
    (checkout / ".venv" / "ready").unlink()
    lab = would_do(checkout)
    assert "-r .venv/learners.lock" in lab
    assert "-r requirements.lock" not in lab
    assert "-r requirements.lock" in would_do(checkout, "test")
    script = next(line for line in lab.splitlines() if line.startswith("sed "))
    subprocess.run(script, shell=True, cwd=checkout, check=True)
    kept = (checkout / ".venv" / "learners.lock").read_text(encoding="utf-8")
    assert kept == LOCK.read_text(encoding="utf-8").partition(BELOW)[0]
