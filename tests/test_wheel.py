"""The package as people install it: built, installed offline into an environment of its own, in an empty folder."""

import importlib.util
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from helpers.commands.common import USAGE
from helpers.lectures import lecture_names
from helpers.paths import DATA, ROOT
from tests.conftest import cannot_run_here

OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "PIP_NO_INDEX": "1"}
FIRST_CHECK = """
import helpers
from helpers import check
from helpers.datasets import published

def mean_square(values):
    return (values ** 2).mean()

print(helpers.__file__)
print(check(mean_square).correct)
published("cifar10_ramachandran_2017")
"""


if importlib.util.find_spec("hatchling") is None and os.environ.get("CI") != "true":
    pytest.skip("hatchling builds the package; `make test` installs it", allow_module_level=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment that sees the packages of this one, but not this checkout, and a function that runs in it."""
    if os.name != "posix":
        cannot_run_here("the environment is laid out as on Linux and macOS")
    home = tmp_path_factory.mktemp("home")
    venv.create(home / "environment", with_pip=False, symlinks=True)
    python = home / "environment" / "bin" / "python"
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **OFFLINE}

    def run(*command, cwd=home, **options):
        command = [python if word == "python" else word for word in command]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, **options)

    site = Path(run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip())
    seen = [sysconfig.get_path("purelib"), *(path for path in sys.path if path.endswith("site-packages"))]
    (site / "packages-of-the-tests.pth").write_text("\n".join(dict.fromkeys(seen)), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel]
    done = subprocess.run(pip, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run.home, run.course = home, python.with_name("course")
    return run


def test_the_wheel_holds_notebooks_and_data_but_no_solutions_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"helpers/brought/notebooks/{name}.ipynb" for name in lecture_names()} <= set(names)
    files = [path for path in DATA.rglob("*") if path.is_file() and "cache" not in path.relative_to(DATA).parts]
    assert files
    assert {f"helpers/brought/data/{path.relative_to(DATA).as_posix()}" for path in files} <= set(names)
    assert not [
        name for name in names if name.startswith(("solutions", "tests", "benchmarks")) or "/solutions/" in name
    ]
    assert not [name for name in names if "__pycache__" in name]


def test_an_editable_installation_copies_nothing(tmp_path):
    """A copied folder `helpers` would stand in the way of the checkout's."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel:editable", "-d", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.whl")
    assert not [name for name in zipfile.ZipFile(path).namelist() if name.startswith("helpers")]


def test_in_an_empty_folder_and_offline_the_first_check_works(installed):
    started = installed(installed.course, "start", "my course", "--write-only")
    assert started.returncode == 0, started.stderr
    folder = installed.home / "my course"
    assert {path.stem for path in folder.iterdir()} == set(lecture_names())
    checked = installed("python", "-c", FIRST_CHECK, cwd=folder)
    assert checked.returncode == 0, checked.stderr
    place, says = checked.stdout.splitlines()
    assert place.startswith(str(installed.home / "environment"))
    assert says == "True"
    assert (folder / "progress.jsonl").exists()


def test_the_doctor_finds_the_installed_package_healthy(installed):
    done = installed("python", "-c", "from helpers.doctor import examine; print(examine())")
    assert "Everything is in place." in done.stdout, done.stdout


def test_the_second_name_of_the_command_is_that_of_the_package(installed):
    """`uvx training-neural-networks start` looks for a command that is named as the package."""
    done = installed(installed.course.with_name("training-neural-networks"), "--version")
    assert done.stdout.startswith("course ")


def test_an_update_from_the_installed_package_finds_nothing_to_do_in_a_new_folder(installed):
    assert installed(installed.course, "start", "new", "--write-only").returncode == 0
    done = installed(installed.course, "update", "new")
    assert f"{len(lecture_names())} lectures were up to date" in done.stdout, done.stderr


def test_nobody_is_led_to_work_inside_the_installed_package(installed):
    (installed.home / "empty").mkdir()
    done = installed(installed.course, "lab", cwd=installed.home / "empty")
    assert done.returncode == USAGE
    assert "course start" in done.stderr
